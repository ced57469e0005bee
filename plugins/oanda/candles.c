/* SPDX-License-Identifier: Apache-2.0
 *
 * candles.c - GET /v3/instruments/{instrument}/candles.
 *
 * Windows of slots, from and to on the grid: OANDA counts slots, not candles,
 * and a slot without prices has no candle.  `includeFirst` is always sent,
 * because the service was seen to leave the first candle out where its
 * definition says that it does not.
 */
#include "oanda.h"

#include <stdio.h>
#include <string.h>
#include <support/time.h>

/* Starts of the candles that hold t, and that begin at or after it.        */
static md_time
floor_of (const struct oa_job *job, md_time t)
{
  md_time from, to;

  job->oa->host->bar (job->call, &job->request->offer->interval, t, &from,
                      &to);
  return from;
}

static md_time
ceil_of (const struct oa_job *job, md_time t)
{
  md_time from, to;

  job->oa->host->bar (job->call, &job->request->offer->interval, t, &from,
                      &to);
  return from == t ? t : to;
}

/* One answer: candles that start in [from, to).                            */
struct window {
  struct oa_job *job;
  md_time  from, to;
  uint32_t flags;    /* of its rows */
  md_time  last;     /* start of the candle before, or MD_ABSENT */
  md_time  open;     /* start of the first candle that OANDA does not call */
                     /*   complete, or `to` */
  size_t   n;        /* rows that wait */
};

static int
flush (struct window *w, struct md_error *err)
{
  struct oanda *oa = w->job->oa;
  size_t n = w->n;

  w->n = 0;
  return n == 0 ? MD_OK
                : oa->host->emit (w->job->call, MD_BAR, oa->bars, n,
                                  sizeof oa->bars[0], err);
}

/* ---- one candle ---------------------------------------------------------- */

#define HAS_TIME (1u << 0)
#define HAS_VOLUME (1u << 1)
#define HAS_COMPLETE (1u << 2)
#define HAS_PRICES (1u << 3)

struct candle {
  struct md_bar bar;
  bool     complete;
  unsigned has;        /* HAS_... */
  const char *member;  /* "mid" */
  struct md_reasons reasons;
};

/* {"o":"1.04577","h":"1.04712","l":"1.04572","c":"1.04662"}                */
static void
read_prices (struct md_json *json, struct candle *candle)
{
  static const char *const names[] = { "o", "h", "l", "c" };
  md_price *prices[] = { &candle->bar.open, &candle->bar.high,
                         &candle->bar.low, &candle->bar.close };
  struct md_text key;
  unsigned seen = 0;

  if (!md_json_enter_object (json)) {
    md_reason (&candle->reasons, "type", candle->member);
    md_json_skip (json);
    return;
  }
  while (md_json_next_key (json, &key)) {
    for (unsigned i = 0; i < 4; i++) {
      if (md_json_key_is (key, names[i])) {
        md_need_price (json, names[i], &candle->reasons, prices[i]);
        seen |= 1u << i;
      }
    }
  }
  for (unsigned i = 0; i < 4; i++) {
    if (!(seen & 1u << i))
      md_reason (&candle->reasons, "missing", names[i]);
  }
}

static void
read_member (struct md_json *json, struct md_text key, struct candle *candle)
{
  if (md_json_key_is (key, "time")) {
    md_need_time (json, "time", &candle->reasons, &candle->bar.ts);
    candle->has |= HAS_TIME;
  } else if (md_json_key_is (key, "volume")) {
    md_need_f64 (json, "volume", &candle->reasons, &candle->bar.volume);
    candle->has |= HAS_VOLUME;
  } else if (md_json_key_is (key, "complete")) {
    if (!md_json_bool (json, &candle->complete))
      md_reason (&candle->reasons, json->refusal, "complete");
    candle->has |= HAS_COMPLETE;
  } else if (md_json_key_is (key, candle->member)) {
    read_prices (json, candle);
    candle->has |= HAS_PRICES;
  }
}

static void
read_fields (struct md_json *json, struct candle *candle)
{
  const char *const names[] = { "time", "volume", "complete",
                                candle->member };
  struct md_text key;

  if (!md_json_enter_object (json)) {
    md_reason (&candle->reasons, "type", "candle");
    md_json_skip (json);
    return;
  }
  while (md_json_next_key (json, &key))
    read_member (json, key, candle);
  for (unsigned i = 0; i < 4; i++) {
    if (!(candle->has & 1u << i))
      md_reason (&candle->reasons, "missing", names[i]);
  }
}

/* ---- where it belongs ---------------------------------------------------- */

static int
misplaced (const struct window *w, md_time ts, const char *why,
           struct md_error *err)
{
  char at[40], from[40], to[40];

  md_time_format (ts, at);
  md_time_format (w->from, from);
  md_time_format (w->to, to);
  return md_error_say (err, MD_ERR_PROTOCOL, "%s: a candle of %s %s in the "
                       "answer for %s to %s", w->job->what, at, why, from, to);
}

/* The candle that holds the start may come first, and one at the very end if
 * OANDA should count it in; a running range has no end for OANDA.  Any other
 * belongs to another request.                                              */
static int
place (struct window *w, md_time ts, bool *ret_inside, struct md_error *err)
{
  md_time last = w->last;

  w->last = ts;
  *ret_inside = ts >= w->from && ts < w->to;
  if (last != MD_ABSENT && ts < last)
    return misplaced (w, ts, "after a newer one", err);
  if (*ret_inside || (last == MD_ABSENT && ts < w->from
                      && ts >= floor_of (w->job, w->from))
      || ts == ceil_of (w->job, w->to) || (w->flags != 0 && ts >= w->to))
    return MD_OK;
  return misplaced (w, ts, "stands", err);
}

/* Days, weeks and months that begin elsewhere would be filed wrongly.  Hours
 * of a day on which the clock changes may.                                 */
static void
judge_grid (const struct window *w, struct candle *candle)
{
  const struct md_interval *interval = &w->job->request->offer->interval;

  if (candle->bar.ts != MD_ABSENT
      && (interval->unit >= MD_UNIT_DAY || interval->zone == NULL)
      && floor_of (w->job, candle->bar.ts) != candle->bar.ts)
    md_reason (&candle->reasons, "grid", "time");
}

static int
reject (struct window *w, const struct candle *candle, const char *raw,
        const char *raw_end, struct md_error *err)
{
  struct md_rejected rejected = {
    .struct_size = sizeof rejected, .symbol = w->job->symbol,
    .ts = candle->bar.ts, .raw = raw, .raw_len = (size_t) (raw_end - raw),
    .reasons = candle->reasons.text
  };

  return w->job->oa->host->reject (w->job->call, &rejected, err);
}

static int
read_candle (struct window *w, struct md_json *json, struct md_error *err)
{
  struct candle candle = {
    .bar = { .ts = MD_ABSENT, .symbol = w->job->symbol,
             .venue = MD_ABSENT_NAME, .contract = MD_ABSENT_NAME,
             .flags = w->flags, .vwap = md_absent_f64 (),
             .trades = MD_ABSENT },
    .member = oa_price_member (w->job->request->offer)
  };
  const char *raw = md_json_here (json);
  bool inside = true;
  int klass = MD_OK;

  read_fields (json, &candle);
  judge_grid (w, &candle);
  if (candle.bar.ts != MD_ABSENT)
    klass = place (w, candle.bar.ts, &inside, err);
  if (klass != MD_OK || !inside)
    return klass;
  if (candle.reasons.len > 0)
    return reject (w, &candle, raw, json->at, err);
  if (!candle.complete && candle.bar.ts < w->open)
    w->open = candle.bar.ts;
  if (!candle.complete && w->flags == 0)
    return MD_OK;
  w->job->oa->bars[w->n++] = candle.bar;
  return w->n == OA_BATCH ? flush (w, err) : MD_OK;
}

/* ---- one answer ---------------------------------------------------------- */

/* Recordings have "DE30/EUR" for DE30_EUR.                                 */
static bool
is_instrument (struct md_text text, const char *name)
{
  size_t i;

  if (text.ptr == NULL || text.len != strlen (name))
    return false;
  for (i = 0; i < text.len; i++) {
    if (text.ptr[i] != name[i] && (text.ptr[i] != '/' || name[i] != '_'))
      return false;
  }
  return true;
}

/* The answer says what it is; its members may come in any order.           */
static int
read_head (struct window *w, const struct md_reply *reply,
           struct md_text *ret_candles, struct md_error *err)
{
  struct md_text key, instrument = { NULL, 0 }, granularity = { NULL, 0 };
  struct md_json json;
  char wanted[16];
  bool escapes;

  *ret_candles = (struct md_text) { NULL, 0 };
  oa_granularity (&w->job->request->offer->interval, wanted);
  md_json_init (&json, reply->body, reply->len);
  md_json_enter_object (&json);
  while (md_json_next_key (&json, &key)) {
    if (md_json_key_is (key, "instrument"))
      md_json_string (&json, &instrument, &escapes);
    else if (md_json_key_is (key, "granularity"))
      md_json_string (&json, &granularity, &escapes);
    else if (md_json_key_is (key, "candles")
             && md_json_peek (&json) == MD_JSON_ARRAY)
      md_json_slice (&json, ret_candles);
  }
  if (ret_candles->ptr == NULL)
    return md_error_say (err, MD_ERR_PROTOCOL, "%s: the answer has no array "
                         "\"candles\"", w->job->what);
  if (is_instrument (instrument, w->job->instrument)
      && granularity.len == strlen (wanted)
      && memcmp (granularity.ptr, wanted, granularity.len) == 0)
    return MD_OK;
  return md_error_say (err, MD_ERR_PROTOCOL,
                       "%s: the answer is for \"%.*s\" in \"%.*s\", not for "
                       "\"%.40s\" in \"%s\"", w->job->what,
                       (int) (instrument.len < 40 ? instrument.len : 40),
                       instrument.ptr != NULL ? instrument.ptr : "",
                       (int) (granularity.len < 40 ? granularity.len : 40),
                       granularity.ptr != NULL ? granularity.ptr : "",
                       w->job->instrument, wanted);
}

static int
read_answer (struct window *w, const struct md_reply *reply,
             struct md_error *err)
{
  struct md_text candles;
  struct md_json json;
  int klass = read_head (w, reply, &candles, err);

  if (klass != MD_OK)
    return klass;
  md_json_init (&json, candles.ptr, candles.len);
  md_json_enter_array (&json);
  while (klass == MD_OK && md_json_next (&json))
    klass = read_candle (w, &json, err);
  return klass == MD_OK ? flush (w, err) : klass;
}

/* What every request says, defaults as well: they changed before.          */
static void
build_url (struct window *w, struct md_url *url, char *buf)
{
  const struct md_offer *offer = w->job->request->offer;
  struct oa_alignment alignment;
  char granularity[16];

  oa_granularity (&offer->interval, granularity);
  md_url_init (url, buf, OA_URL_SIZE, w->job->oa->base_url);
  md_url_path (url, "/v3/instruments/");
  md_url_segment (url, w->job->instrument, strlen (w->job->instrument));
  md_url_path (url, "/candles");
  md_url_query (url, "granularity", granularity);
  md_url_query (url, "price", oa_price_component (offer));
  md_url_query_time (url, "from", w->from);
  md_url_query (url, "includeFirst", "true");
  md_url_query (url, "smooth", "false");
  if (!oa_alignment_of (offer, &alignment))
    return;
  md_url_query_i64 (url, "dailyAlignment", alignment.hour);
  md_url_query (url, "alignmentTimezone", alignment.zone);
  md_url_query (url, "weeklyAlignment", alignment.weekday);
}

/* Candles of [from, to); what OANDA calls incomplete is no history.        */
static int
fetch_window (struct oa_job *job, md_time from, md_time to, md_time *ret_open,
              struct md_error *err)
{
  struct window w = { .job = job, .from = from, .to = to, .open = to,
                      .last = MD_ABSENT };
  struct md_reply reply;
  struct md_url url;
  char buf[OA_URL_SIZE];
  int klass;

  build_url (&w, &url, buf);
  md_url_query_time (&url, "to",
                     ceil_of (job, to));
  klass = oa_get (job, &url, &reply, err);
  if (klass == MD_OK)
    klass = read_answer (&w, &reply, err);
  *ret_open = w.open;
  return klass;
}

/* Candles that are not final yet: the running one and, while it settles, the
 * one before it.  Never covered.  Without `to`, which may not be in OANDA's
 * future; a few more than there can be.                                    */
static int
fetch_running (struct oa_job *job, md_time final, struct md_error *err)
{
  const struct md_request *request = job->request;
  struct window w = { .job = job, .from = request->from, .to = request->to,
                      .flags = MD_ROW_PROVISIONAL, .last = MD_ABSENT };
  struct md_reply reply;
  struct md_url url;
  char buf[OA_URL_SIZE];
  int klass;

  if (w.from < final)
    w.from = final;
  w.open = w.to;
  if (!(request->flags & MD_REQUEST_PROVISIONAL) || w.from >= w.to
      || w.from > job->oa->host->now (job->call))
    return MD_OK;
  build_url (&w, &url, buf);
  md_url_query_i64 (&url, "count", 10);
  klass = oa_get (job, &url, &reply, err);
  return klass == MD_OK ? read_answer (&w, &reply, err) : klass;
}

/* It is over by this machine's clock and by the time that a candle takes to
 * settle, but not for OANDA: the same question later has another answer.   */
static int
not_complete (const struct oa_job *job, md_time ts, struct md_error *err)
{
  char at[40];

  md_time_format (ts, at);
  return md_error_say (err, MD_ERR_NETWORK, "%s: OANDA does not call the "
                       "candle of %s complete yet", job->what, at);
}

static int
fetch_history (struct oa_job *job, md_time end, struct md_error *err)
{
  const struct md_request *request = job->request;
  const struct md_host *host = job->oa->host;
  md_time at = request->from, next, open;
  int klass = MD_OK;

  for (; klass == MD_OK && at < end; at = next) {
    next = end;
    if (end - at > request->offer->max_span_ns)
      next = floor_of (job, at + request->offer->max_span_ns);
    klass = fetch_window (job, at, next, &open, err);
    if (klass == MD_OK && open > at)
      klass = host->covered (job->call, job->symbol, at, open, err);
    if (klass == MD_OK && open < next)
      klass = not_complete (job, open, err);
  }
  return klass;
}

int
oa_fetch_candles (struct oa_job *job, struct md_error *err)
{
  const struct md_request *request = job->request;
  md_time final = floor_of (job, job->oa->host->now (job->call)
                                   - request->offer->settle_ns);
  int klass;

  snprintf (job->what, sizeof job->what, "%.20s %.12s of %.40s",
            request->dataset, request->schema, job->instrument);
  klass = fetch_history (job, request->to < final ? request->to : final, err);
  return klass == MD_OK ? fetch_running (job, final, err) : klass;
}
