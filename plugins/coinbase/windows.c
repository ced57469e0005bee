/* SPDX-License-Identifier: Apache-2.0
 *
 * windows.c - candles of a range, window by window: what the two APIs share.
 *
 * Both ends of a request count, and one for more candles than fit is
 * refused: windows are [s, s + (most - 1) g], the next starts at s + most g.
 * Intervals in which nothing traded have no row, an empty window is an answer
 * like any other, and the newest candle is still running.
 */
#include "coinbase.h"

#include <stdio.h>
#include <support/time.h>

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

/* ---- rows of a window --------------------------------------------------- */

void
cb_window_init (struct cb_window *w, struct cb_job *job,
                const struct cb_span *span)
{
  *w = (struct cb_window) { .job = job, .span = *span };
  snprintf (w->what, sizeof w->what, "candles of %.40s", job->product);
}

static int
flush (struct cb_window *w, struct md_error *err)
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
 * when one of start and end is lost, the newest come back.                 */
static int
place (struct cb_window *w, md_time ts, bool *ret_inside,
       struct md_error *err)
{
  const struct cb_span *span = &w->span;
  char at[40], first[40], last[40];

  *ret_inside = ts >= span->first && ts < span->last + span->g;
  if (*ret_inside)
    return MD_OK;
  if (ts < span->first && ts >= span->first - span->most * span->g) {
    w->before++;
    return MD_OK;
  }
  md_time_format (ts, at);
  md_time_format (span->first, first);
  md_time_format (span->last, last);
  return md_error_say (err, MD_ERR_PROTOCOL,
                  "%s: a candle of %s in the answer for %s to %s", w->what,
                  at, first, last);
}

struct md_bar
cb_window_bar (const struct cb_window *w)
{
  return (struct md_bar) {
    .ts = MD_ABSENT, .symbol = w->job->symbol, .venue = MD_ABSENT_NAME,
    .contract = MD_ABSENT_NAME, .flags = w->span.flags,
    .vwap = md_absent_f64 (), .trades = MD_ABSENT
  };
}

void
cb_read_seconds (struct md_json *json, const char *field,
                 struct md_reasons *reasons, md_time *ret_ts)
{
  size_t before = reasons->len;
  int64_t seconds = 0;

  md_need_i64 (json, field, reasons, &seconds);
  if (reasons->len != before)
    return;
  if (seconds > INT64_MAX / MD_SECOND - 1 || seconds < INT64_MIN / MD_SECOND)
    md_reason (reasons, "range", field);
  else
    *ret_ts = seconds * MD_SECOND;
}

int
cb_window_take (struct cb_window *w, const struct md_bar *bar,
                const char *raw, const char *raw_end,
                const struct md_reasons *reasons, struct md_error *err)
{
  bool inside = true;
  int klass = MD_OK;

  if (bar->ts != MD_ABSENT)
    klass = place (w, bar->ts, &inside, err);
  if (klass != MD_OK || !inside)
    return klass;
  if (reasons->len > 0)
    return cb_reject (w->job, bar->ts, raw, raw_end, reasons, err);
  w->job->cb->rows.bars[w->n++] = *bar;
  return w->n == CB_BATCH ? flush (w, err) : MD_OK;
}

int
cb_window_end (struct cb_window *w, struct md_error *err)
{
  int klass = flush (w, err);
  char message[200];

  if (klass == MD_OK && w->before > 0) {
    snprintf (message, sizeof message, "%s: passed over %zu before the start "
              "of the window", w->what, w->before);
    w->job->cb->host->log (w->job->call, MD_LOG_DEBUG, message);
  }
  return klass;
}

/* ---- windows of a range ------------------------------------------------- */

/* Candles that are not final yet: at most the running one and, while it
 * settles, the one before it.  Never covered.                              */
static int
fetch_running (struct cb_job *job, struct cb_span span, md_time final,
               md_time now, cb_window_fn fetch, struct md_error *err)
{
  const struct md_request *request = job->request;

  span.first = ceil_to (request->from, span.g);
  span.last = floor_to (now, span.g);
  if (span.first < final)
    span.first = final;
  if (span.last > floor_to (request->to - 1, span.g))
    span.last = floor_to (request->to - 1, span.g);
  span.flags = MD_ROW_PROVISIONAL;
  if (!(request->flags & MD_REQUEST_PROVISIONAL) || span.first > span.last)
    return MD_OK;
  return fetch (job, &span, err);
}

int
cb_fetch_windows (struct cb_job *job, int most, cb_window_fn fetch,
                  struct md_error *err)
{
  const struct md_request *request = job->request;
  const struct md_host *host = job->cb->host;
  struct cb_span span = { .g = granularity (&request->offer->interval),
                          .most = most };
  md_time now = host->now (job->call), at = request->from, next;
  md_time final = floor_to (now - request->offer->settle_ns, span.g);
  md_time end = request->to < final ? request->to : final;
  int klass = MD_OK;

  for (; klass == MD_OK && at < end; at = next) {
    span.first = ceil_to (at, span.g);
    span.last = floor_to (end - 1, span.g);
    next = end;
    if (span.last - span.first >= most * span.g) {
      span.last = span.first + (most - 1) * span.g;
      next = span.last + span.g;
    }
    if (span.first <= span.last)
      klass = fetch (job, &span, err);
    if (klass == MD_OK)
      klass = host->covered (job->call, job->symbol, at, next, err);
  }
  return klass == MD_OK ? fetch_running (job, span, final, now, fetch, err)
                        : klass;
}
