/* SPDX-License-Identifier: Apache-2.0
 *
 * candles.c - GET /products/{id}/candles.
 *
 * Both ends of a request count, and one that spans more than 300 candles is
 * refused: windows are [s, s + 299 g], the next starts at s + 300 g.  Minutes
 * in which nothing traded have no row, an empty window is an answer like any
 * other, and the newest candle is still running.
 */
#include "coinbase.h"

#include <stdio.h>
#include <support/time.h>

#define WINDOW 300

static int64_t
granularity (const struct md_interval *interval)
{
  switch (interval->unit) {
  case MD_UNIT_MINUTE:
    return interval->count * MD_MINUTE;
  case MD_UNIT_HOUR:
    return interval->count * MD_HOUR;
  default:
    return interval->count * MD_DAY;
  }
}

static md_time
floor_to (md_time t, int64_t step)
{
  int64_t rest = t % step;

  return t - rest - (rest < 0 ? step : 0);
}

static md_time
ceil_to (md_time t, int64_t step)
{
  int64_t rest = t % step;

  return t - rest + (rest > 0 ? step : 0);
}

/* One answer: candles that start in [first, last].                         */
struct window {
  struct cb_job *job;
  int64_t  g;
  md_time  first, last;
  uint32_t flags;      /* of its rows */
  size_t   n, before;  /* rows waiting; rows before `first` */
  char     what[100];
};

static int
flush (struct window *w, struct md_error *err)
{
  struct coinbase *cb = w->job->cb;
  size_t n = w->n;

  w->n = 0;
  return n == 0 ? MD_OK
                : cb->host->emit (w->job->call, MD_BAR, cb->rows.bars, n,
                                  sizeof cb->rows.bars[0], err);
}

/* "Some candles may precede your declared start" is documented.  Anything
 * farther away, or later, belongs to another request, and so may the rest:
 * when one of start and end is lost, the newest 300 come back.             */
static int
place (struct window *w, md_time ts, bool *ret_inside, struct md_error *err)
{
  char at[40], first[40], last[40];

  *ret_inside = ts >= w->first && ts < w->last + w->g;
  if (*ret_inside)
    return MD_OK;
  if (ts < w->first && ts >= w->first - WINDOW * w->g) {
    w->before++;
    return MD_OK;
  }
  md_time_format (ts, at);
  md_time_format (w->first, first);
  md_time_format (w->last, last);
  return md_error_say (err, MD_ERR_PROTOCOL,
                  "%s: a candle of %s in the answer for %s to %s", w->what,
                  at, first, last);
}

static void
read_time (struct md_json *json, struct md_reasons *reasons, md_time *ret_ts)
{
  size_t before = reasons->len;
  int64_t seconds = 0;

  md_need_i64 (json, "time", reasons, &seconds);
  if (reasons->len != before)
    return;
  if (seconds > INT64_MAX / MD_SECOND - 1 || seconds < INT64_MIN / MD_SECOND)
    md_reason (reasons, "range", "time");
  else
    *ret_ts = seconds * MD_SECOND;
}

/* [time, low, high, open, close, volume]: low and high come first.         */
static void
read_fields (struct md_json *json, struct md_bar *bar,
             struct md_reasons *reasons)
{
  static const char *const names[] = { "time", "low", "high", "open",
                                       "close", "volume" };
  md_price *prices[] = { NULL, &bar->low, &bar->high, &bar->open,
                         &bar->close };
  unsigned n = 0;

  if (!md_json_enter_array (json)) {
    md_reason (reasons, "type", "row");
    md_json_skip (json);
    return;
  }
  for (; md_json_next (json); n++) {
    if (n == 0)
      read_time (json, reasons, &bar->ts);
    else if (n < 5)
      md_need_price (json, names[n], reasons, prices[n]);
    else if (n == 5)
      md_need_f64 (json, names[n], reasons, &bar->volume);
  }
  for (; n < 6; n++)
    md_reason (reasons, "missing", names[n]);
}

static int
read_row (struct window *w, struct md_json *json, struct md_error *err)
{
  struct md_bar bar = {
    .ts = MD_ABSENT, .symbol = w->job->symbol, .venue = MD_ABSENT_NAME,
    .contract = MD_ABSENT_NAME, .flags = w->flags, .vwap = md_absent_f64 (),
    .trades = MD_ABSENT
  };
  struct md_reasons reasons = { .len = 0 };
  const char *raw = md_json_here (json);
  bool inside = true;
  int klass = MD_OK;

  read_fields (json, &bar, &reasons);
  if (bar.ts != MD_ABSENT)
    klass = place (w, bar.ts, &inside, err);
  if (klass != MD_OK || !inside)
    return klass;
  if (reasons.len > 0)
    return cb_reject (w->job, bar.ts, raw, json->at, &reasons, err);
  w->job->cb->rows.bars[w->n++] = bar;
  return w->n == CB_BATCH ? flush (w, err) : MD_OK;
}

static int
read_answer (struct window *w, const struct md_reply *reply,
             struct md_error *err)
{
  struct md_json json;
  int klass = MD_OK;
  char message[200];

  md_json_init (&json, reply->body, reply->len);
  md_json_enter_array (&json);
  while (klass == MD_OK && md_json_next (&json))
    klass = read_row (w, &json, err);
  if (klass == MD_OK)
    klass = flush (w, err);
  if (klass == MD_OK && w->before > 0) {
    snprintf (message, sizeof message, "%s: passed over %zu before the start "
              "of the window", w->what, w->before);
    w->job->cb->host->log (w->job->call, MD_LOG_DEBUG, message);
  }
  return klass;
}

static int
fetch_window (struct cb_job *job, int64_t g, md_time first, md_time last,
              uint32_t flags, struct md_error *err)
{
  struct window w = { .job = job, .g = g, .first = first, .last = last,
                      .flags = flags };
  struct md_reply reply;
  struct md_url url;
  char buf[CB_URL_SIZE];
  int klass;

  snprintf (w.what, sizeof w.what, "candles of %.40s", job->product);
  md_url_init (&url, buf, sizeof buf, job->cb->base_url);
  md_url_path (&url, "/products/");
  md_url_segment (&url, job->product, strlen (job->product));
  md_url_path (&url, "/candles");
  md_url_query_i64 (&url, "granularity", g / MD_SECOND);
  /* Both or none: with one missing, both are ignored in silence.           */
  md_url_query_time (&url, "start", first);
  md_url_query_time (&url, "end", last);
  klass = cb_get (job, &url, w.what, &reply, err);
  return klass == MD_OK ? read_answer (&w, &reply, err) : klass;
}

/* Candles that are not final yet: at most the running one and, while it
 * settles, the one before it.  Never covered.                              */
static int
fetch_running (struct cb_job *job, int64_t g, md_time final, md_time now,
               struct md_error *err)
{
  const struct md_request *request = job->request;
  md_time first = ceil_to (request->from, g), last = floor_to (now, g);

  if (first < final)
    first = final;
  if (last > floor_to (request->to - 1, g))
    last = floor_to (request->to - 1, g);
  if (!(request->flags & MD_REQUEST_PROVISIONAL) || first > last)
    return MD_OK;
  return fetch_window (job, g, first, last, MD_ROW_PROVISIONAL, err);
}

int
cb_fetch_candles (struct cb_job *job, struct md_error *err)
{
  const struct md_request *request = job->request;
  const struct md_host *host = job->cb->host;
  int64_t g = granularity (&request->offer->interval);
  md_time now = host->now (job->call), at = request->from, next;
  md_time final = floor_to (now - request->offer->settle_ns, g);
  md_time end = request->to < final ? request->to : final;
  int klass = MD_OK;

  for (; klass == MD_OK && at < end; at = next) {
    md_time first = ceil_to (at, g);
    md_time last = floor_to (end - 1, g);

    next = end;
    if (last - first >= WINDOW * g) {
      last = first + (WINDOW - 1) * g;
      next = last + g;
    }
    if (first <= last)
      klass = fetch_window (job, g, first, last, 0, err);
    if (klass == MD_OK)
      klass = host->covered (job->call, job->symbol, at, next, err);
  }
  return klass == MD_OK ? fetch_running (job, g, final, now, err) : klass;
}
