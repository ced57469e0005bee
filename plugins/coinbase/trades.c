/* SPDX-License-Identifier: Apache-2.0
 *
 * trades.c - GET /products/{id}/trades, walked back from the end of the
 * range.
 *
 * Pages come newest first; `after=N` brings ids below N.  Ids are dense per
 * product: the walk knows which id comes next, and a page that begins with
 * another one means that a page was lost or repeated.
 */
#include "coinbase.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <support/time.h>

struct walk {
  struct cb_job *job;
  int64_t next;       /* the id that comes next; 0: no more                */
  md_time covered;    /* [covered, request->to) is with the host           */
  md_time oldest;     /* time of the oldest trade so far, or MD_ABSENT     */
  int64_t known_id;   /* the last trade whose id and time could be read    */
  md_time known_ts;
  size_t  n, rows;    /* rows waiting; rows in this page                   */
  size_t  repeated, missing;
  char    what[100];
};

static int
flush (struct walk *w, struct md_error *err)
{
  struct coinbase *cb = w->job->cb;
  size_t n = w->n;

  w->n = 0;
  return n == 0 ? MD_OK
                : cb->host->emit (w->job->call, MD_TRADE, cb->rows.trades, n,
                                  sizeof cb->rows.trades[0], err);
}

/* ---- one trade ----------------------------------------------------------- */

static void
read_time (struct md_json *json, struct md_reasons *reasons, md_time *ret_ts)
{
  struct md_text text;
  bool escapes;

  if (!md_json_string (json, &text, &escapes))
    md_reason (reasons, json->refusal, "time");
  else if (text.ptr == NULL)
    md_reason (reasons, "missing", "time");
  else if (!md_time_parse (text.ptr, text.len, ret_ts))
    md_reason (reasons, "value", "time");
}

/* The id as text is the vendor's own digits.                               */
static void
read_id (struct md_json *json, struct md_reasons *reasons, int64_t *ret_id,
         struct md_text *ret_text)
{
  const char *at = md_json_here (json);
  size_t before = reasons->len;

  md_need_i64 (json, "trade_id", reasons, ret_id);
  if (reasons->len == before && *ret_id < 1)
    md_reason (reasons, "range", "trade_id");
  if (reasons->len != before) {
    *ret_id = MD_ABSENT;
    return;
  }
  at += *at == '"';
  *ret_text = (struct md_text) { at, (size_t) (json->at - at) };
  ret_text->len -= json->at[-1] == '"';
}

/* `side` is that of the order which waited in the book.  When a waiting sell
 * order was hit, the aggressor bought.                                     */
static void
read_side (const struct walk *w, struct md_json *json,
           struct md_reasons *reasons, uint32_t *ret_side)
{
  struct md_text text;
  bool escapes;

  if (!md_json_string (json, &text, &escapes))
    md_reason (reasons, json->refusal, "side");
  else if (text.ptr == NULL)
    md_reason (reasons, "missing", "side");
  else if (md_json_key_is (text, "sell"))
    *ret_side = w->job->buy;
  else if (md_json_key_is (text, "buy"))
    *ret_side = w->job->sell;
  else
    md_reason (reasons, "value", "side");
}

static void
read_fields (const struct walk *w, struct md_json *json,
             struct md_trade *trade, int64_t *ret_id,
             struct md_reasons *reasons)
{
  static const char *const names[] = { "trade_id", "time", "price", "size",
                                       "side" };
  struct md_text key;
  unsigned seen = 0;

  if (!md_json_enter_object (json)) {
    md_reason (reasons, "type", "row");
    md_json_skip (json);
    return;
  }
  while (md_json_next_key (json, &key)) {
    unsigned field = 0;

    while (field < 5 && !md_json_key_is (key, names[field]))
      field++;
    seen |= 1u << field;
    if (field == 0)
      read_id (json, reasons, ret_id, &trade->id);
    else if (field == 1)
      read_time (json, reasons, &trade->ts);
    else if (field == 2)
      md_need_price (json, "price", reasons, &trade->price);
    else if (field == 3)
      md_need_f64 (json, "size", reasons, &trade->size);
    else if (field == 4)
      read_side (w, json, reasons, &trade->side);
  }
  for (unsigned field = 0; field < 5; field++) {
    if (!(seen & 1u << field))
      md_reason (reasons, "missing", names[field]);
  }
}

/* ---- its place in the walk ----------------------------------------------- */

/* A row whose id cannot be read stands for the id that was due.            */
static int
follow_id (struct walk *w, int64_t id, bool *ret_repeated,
           struct md_error *err)
{
  *ret_repeated = false;
  if (id == MD_ABSENT)
    id = w->next;
  if (w->rows == 0 && id != w->next)
    return md_error_say (err, MD_ERR_PROTOCOL,
                    "%s: the page that should begin with trade %" PRId64
                    " begins with %" PRId64 ": a page was %s", w->what,
                    w->next, id, id < w->next ? "lost" : "repeated");
  w->rows++;
  if (id == w->next + 1) {
    *ret_repeated = true;
    w->repeated++;
    return MD_OK;
  }
  if (id > w->next)
    return md_error_say (err, MD_ERR_PROTOCOL,
                    "%s: trade %" PRId64 " comes after trade %" PRId64,
                    w->what, id, w->next + 1);
  w->missing += (size_t) (w->next - id);
  w->next = id - 1;
  return MD_OK;
}

static int
follow_time (struct walk *w, md_time ts, struct md_error *err)
{
  if (w->covered < w->job->request->to && ts >= w->covered
      && ts < w->job->request->to)
    return md_error_say (err, MD_ERR_PROTOCOL,
                    "%s: a trade is more than a second newer than one with a "
                    "higher id", w->what);
  if (ts < w->oldest)
    w->oldest = ts;
  return MD_OK;
}

/* Does a rejected row belong to the range?  Without a time of its own, its
 * neighbour says.                                                          */
static bool
is_near (const struct walk *w, md_time ts)
{
  const struct md_request *request = w->job->request;

  if (ts == MD_ABSENT)
    ts = w->oldest;
  return ts == MD_ABSENT || (ts >= request->from && ts < request->to);
}

static int
keep (struct walk *w, const struct md_trade *trade, struct md_error *err)
{
  const struct md_request *request = w->job->request;

  if (trade->ts < request->from || trade->ts >= request->to)
    return MD_OK;
  w->job->cb->rows.trades[w->n++] = *trade;
  return w->n == CB_BATCH ? flush (w, err) : MD_OK;
}

static int
read_row (struct walk *w, struct md_json *json, struct md_error *err)
{
  struct md_trade trade = {
    .ts = MD_ABSENT, .symbol = w->job->symbol, .venue = MD_ABSENT_NAME,
    .contract = MD_ABSENT_NAME, .ts_event = MD_ABSENT, .ts_recv = MD_ABSENT,
    .sequence = MD_ABSENT, .side = MD_ABSENT_NAME,
    .conditions = MD_ABSENT_NAME, .tape = MD_ABSENT_NAME,
    .action = MD_ABSENT_NAME, .depth = MD_ABSENT, .vendor_flags = MD_ABSENT,
    .ts_in_delta = MD_ABSENT, .instrument_id = MD_ABSENT
  };
  struct md_reasons reasons = { .len = 0 };
  const char *raw = md_json_here (json);
  int64_t id = MD_ABSENT;
  bool repeated;
  int klass;

  read_fields (w, json, &trade, &id, &reasons);
  klass = follow_id (w, id, &repeated, err);
  if (klass != MD_OK || repeated)
    return klass;
  if (trade.ts != MD_ABSENT)
    klass = follow_time (w, trade.ts, err);
  if (klass != MD_OK)
    return klass;
  if (trade.ts != MD_ABSENT && id != MD_ABSENT) {
    w->known_id = id;
    w->known_ts = trade.ts;
  }
  if (reasons.len == 0)
    return keep (w, &trade, err);
  return !is_near (w, trade.ts)
           ? MD_OK
           : cb_reject (w->job, trade.ts, raw, json->at, &reasons, err);
}

/* ---- pages ---------------------------------------------------------------- */

/* The cursor that Coinbase hands out must continue where the page ended.   */
static int
check_cursor (const struct walk *w, struct md_error *err)
{
  const char *after = w->job->cb->host->header (w->job->call, "CB-AFTER");

  if (after == NULL || w->next == 0 || strtoll (after, NULL, 10) == w->next + 1)
    return MD_OK;
  return md_error_say (err, MD_ERR_PROTOCOL,
                  "%s: the page ends with trade %" PRId64 ", but its cursor "
                  "CB-AFTER is \"%.40s\"", w->what, w->next + 1, after);
}

static int
read_page (struct walk *w, const struct md_reply *reply,
           struct md_error *err)
{
  struct md_json json;
  int klass = MD_OK;

  w->rows = 0;
  md_json_init (&json, reply->body, reply->len);
  md_json_enter_array (&json);
  while (klass == MD_OK && md_json_next (&json))
    klass = read_row (w, &json, err);
  if (klass == MD_OK)
    klass = flush (w, err);
  if (klass == MD_OK && w->rows == 0)
    return md_error_say (err, MD_ERR_PROTOCOL,
                    "%s: no trade below id %" PRId64 ", but ids start at 1",
                    w->what, w->next + 1);
  return klass == MD_OK ? check_cursor (w, err) : klass;
}

static int
fetch_page (struct walk *w, struct md_error *err)
{
  struct md_reply reply;
  struct md_url url;
  char buf[CB_URL_SIZE];
  int klass;

  md_url_init (&url, buf, sizeof buf, w->job->cb->base_url);
  md_url_path (&url, "/products/");
  md_url_segment (&url, w->job->product, strlen (w->job->product));
  md_url_path (&url, "/trades");
  md_url_query_i64 (&url, "limit", CB_TRADE_PAGE);
  md_url_query_i64 (&url, "after", w->next + 1);
  klass = cb_get (w->job, &url, w->what, &reply, err);
  return klass == MD_OK ? read_page (w, &reply, err) : klass;
}

/* Older pages may hold trades of the page's last second still.             */
static int
cover (struct walk *w, bool is_last, struct md_error *err)
{
  const struct md_request *request = w->job->request;
  md_time from = request->from, to = w->covered;

  if (!is_last && w->oldest == MD_ABSENT)
    return MD_OK;
  if (!is_last && w->oldest + CB_TRADE_SLACK > from)
    from = w->oldest + CB_TRADE_SLACK;
  if (from >= to)
    return MD_OK;
  w->covered = from;
  return w->job->cb->host->covered (w->job->call, w->job->symbol, from, to,
                                    err);
}

static void
say_oddities (const struct walk *w)
{
  char message[200];

  if (w->repeated + w->missing == 0)
    return;
  snprintf (message, sizeof message, "%s: %zu trades came twice and were "
            "dropped, %zu ids are missing inside pages", w->what,
            w->repeated, w->missing);
  w->job->cb->host->log (w->job->call, MD_LOG_WARNING, message);
}

static int
walk_back (struct walk *w, struct md_error *err)
{
  md_time from = w->job->request->from;
  int klass = MD_OK;
  bool is_last = w->next == 0;

  if (is_last)
    return cover (w, true, err);
  while (klass == MD_OK && !is_last) {
    klass = fetch_page (w, err);
    is_last = w->next == 0
              || (w->oldest != MD_ABSENT && w->oldest < from - CB_TRADE_SLACK);
    if (klass == MD_OK)
      klass = cover (w, is_last, err);
  }
  if (w->known_id > 0)
    cb_remember (w->job, w->known_id, w->known_ts);
  say_oddities (w);
  return klass;
}

int
cb_fetch_trades (struct cb_job *job, struct md_error *err)
{
  const struct md_host *host = job->cb->host;
  struct walk w = { .job = job, .oldest = MD_ABSENT };
  md_time final = host->now (job->call) - job->request->offer->settle_ns;
  struct md_request request = *job->request;
  int64_t id = 0;
  int klass;

  /* What happens after this is not history yet.                            */
  if (request.to > final)
    request.to = final;
  if (request.from >= request.to)
    return MD_OK;
  job->request = &request;
  w.covered = request.to;
  snprintf (w.what, sizeof w.what, "trades of %.40s", job->product);
  klass = cb_find_trade (job, request.to, &id, err);
  w.next = id > 0 ? id - 1 : 0;
  return klass == MD_OK ? walk_back (&w, err) : klass;
}
