/* SPDX-License-Identifier: Apache-2.0
 *
 * series.c - bars, trades and quotes: pages of many symbols.
 *
 * `limit` counts the rows of all symbols together.  Rows come symbol by
 * symbol and by time within each, and a page ends anywhere: the symbol that
 * is last in a page goes on in the next one, or has ended with it.  A short
 * page is not the end, and the last one may be empty; the end is a page
 * without a token.
 */
#include "alpaca.h"

#include <stdio.h>
#include <stdlib.h>
#include <support/time.h>

struct progress {
  md_time done;   /* [request->from, done) is with the host */
  md_time last;   /* of its rows so far; MD_ABSENT: none yet */
  bool    over;
};

struct walk {
  struct al_job *job;
  al_row_reader  read;
  const char    *rows_name;    /* the page's key */
  struct md_tokens tokens;
  char          *symbols_text; /* of the query */
  struct progress *symbols;
  uint32_t       open;         /* the symbol that may go on, or none */
  bool           in_pieces;    /* something was covered before the end */
  md_time        end;          /* asked for up to here */
};

/* ---- the request ------------------------------------------------------------ */

static void
add_timeframe (struct md_url *url, const struct md_interval *interval)
{
  static const char *const units[] = { "Min", "Hour", "Day", "Week", "Month" };
  char text[16];

  snprintf (text, sizeof text, "%u%s", interval->count,
            units[(interval->unit - MD_UNIT_MINUTE) / 10]);
  md_url_query (url, "timeframe", text);
}

/* "sip/raw@2024-12-31": the feed, how its bars are adjusted, and the day whose
 * companies the symbols mean; without one each symbol as it was at the time. */
static void
add_stock_options (const struct al_job *job, struct md_url *url)
{
  const char *dataset = job->request->dataset;
  const char *slash = strchr (dataset, '/'), *at = strchr (dataset, '@');
  size_t len = at != NULL ? (size_t) (at - slash - 1) : strlen (slash + 1);
  char feed[16], adjustment[16];

  snprintf (feed, sizeof feed, "%.*s", (int) (slash - dataset), dataset);
  snprintf (adjustment, sizeof adjustment, "%.*s", (int) len, slash + 1);
  md_url_query (url, "feed", feed);
  if (job->request->offer->record == MD_BAR)
    md_url_query (url, "adjustment", adjustment);
  md_url_query (url, "asof", at != NULL ? at + 1 : "-");
}

/* Both ends count, and a bare date would mean New York's midnight: full
 * times only, the last nanosecond of the range as the end.                 */
static int
fetch_page (struct walk *w, struct md_reply *ret_reply, struct md_error *err)
{
  const struct md_request *request = w->job->request;
  struct md_url url;
  char buf[AL_URL_SIZE];

  md_url_init (&url, buf, sizeof buf, w->job->al->data_url);
  if (al_is_crypto (request->dataset)) {
    md_url_path (&url, "/v1beta3/crypto/");
    md_url_path (&url, strchr (request->dataset, '/') + 1);
    md_url_path (&url, "/");
  } else {
    md_url_path (&url, "/v2/stocks/");
  }
  md_url_path (&url, w->rows_name);
  md_url_query (&url, "symbols", w->symbols_text);
  if (request->offer->record == MD_BAR)
    add_timeframe (&url, &request->offer->interval);
  md_url_query_time (&url, "start", request->from);
  md_url_query_time (&url, "end", w->end - 1);
  md_url_query_i64 (&url, "limit", AL_PAGE_ROWS);
  md_url_query (&url, "sort", "asc");
  if (!al_is_crypto (request->dataset))
    add_stock_options (w->job, &url);
  if (w->tokens.token[0] != '\0')
    md_url_query (&url, "page_token", w->tokens.token);
  return al_get (w->job, &url, AL_DATA, ret_reply, err);
}

/* ---- rows --------------------------------------------------------------------- */

/* Bars of one symbol have different times; ticks may share one.            */
static int
check_order (const struct walk *w, uint32_t symbol, md_time ts,
             struct md_error *err)
{
  struct progress *at = &w->symbols[symbol];
  bool is_bar = w->job->request->offer->record == MD_BAR;
  char this_one[40], last[40];

  if (at->last == MD_ABSENT || ts > at->last || (ts == at->last && !is_bar)) {
    at->last = ts;
    return MD_OK;
  }
  md_time_format (ts, this_one);
  md_time_format (at->last, last);
  return md_error_say (err, MD_ERR_PROTOCOL,
                       "%s: a row of %.40s at %s follows one at %s",
                       w->job->what, w->job->request->symbols[symbol],
                       this_one, last);
}

static int
read_row (struct walk *w, struct md_json *json, uint32_t symbol,
          struct md_error *err)
{
  struct md_reasons reasons = { .len = 0 };
  const char *raw = md_json_here (json);
  md_time ts = MD_ABSENT;
  int klass = w->read (w->job, json, symbol, &reasons, &ts, err);

  if (klass == MD_OK && ts != MD_ABSENT)
    klass = check_order (w, symbol, ts, err);
  if (klass != MD_OK)
    return klass;
  if (reasons.len > 0)
    return al_reject (w->job, symbol, ts, raw, json->at, &reasons, err);
  return ++w->job->n == AL_BATCH ? al_flush (w->job, err) : MD_OK;
}

/* Another symbol begins: the one that was open is complete.                */
static void
begin_symbol (struct walk *w, uint32_t symbol)
{
  if (w->open != MD_ABSENT_NAME)
    w->symbols[w->open].over = true;
  w->open = symbol;
}

static int
read_symbol (struct walk *w, struct md_json *json, struct md_text key,
             struct md_error *err)
{
  const struct md_request *request = w->job->request;
  uint32_t symbol = md_request_symbol (
    request, key, w->open != MD_ABSENT_NAME ? w->open : 0);
  int klass = MD_OK;

  if (symbol == MD_ABSENT_NAME)
    return md_error_say (err, MD_ERR_PROTOCOL, "%s: the answer holds rows of "
                         "\"%.*s\", which was not asked for", w->job->what,
                         (int) (key.len < 40 ? key.len : 40), key.ptr);
  if (md_json_peek (json) == MD_JSON_NULL)
    return MD_OK; /* known, and nothing there */
  if (!md_json_enter_array (json))
    return md_error_say (err, MD_ERR_PROTOCOL, "%s: the rows of %.40s are no "
                         "array", w->job->what, request->symbols[symbol]);
  while (klass == MD_OK && md_json_next (json)) {
    if (w->symbols[symbol].over)
      return md_error_say (err, MD_ERR_PROTOCOL, "%s: rows of %.40s come back "
                           "after those of another symbol", w->job->what,
                           request->symbols[symbol]);
    if (symbol != w->open)
      begin_symbol (w, symbol);
    klass = read_row (w, json, symbol, err);
  }
  return klass;
}

static int
read_rows (struct walk *w, const struct al_page *page, struct md_error *err)
{
  struct md_json json;
  struct md_text key;
  int klass = MD_OK;

  if (page->rows.ptr == NULL)
    return MD_OK;
  md_json_init (&json, page->rows.ptr, page->rows.len);
  if (!md_json_enter_object (&json))
    return md_error_say (err, MD_ERR_PROTOCOL, "%s: \"%s\" is no object of "
                         "symbols", w->job->what, w->rows_name);
  while (klass == MD_OK && md_json_next_key (&json, &key))
    klass = read_symbol (w, &json, key, err);
  return klass == MD_OK ? al_flush (w->job, err) : klass;
}

/* ---- coverage ------------------------------------------------------------------- */

static int
cover (struct walk *w, uint32_t symbol, md_time to, struct md_error *err)
{
  struct progress *at = &w->symbols[symbol];
  md_time from = at->done;

  if (to <= from)
    return MD_OK;
  at->done = to;
  w->in_pieces = true;
  return w->job->al->host->covered (w->job->call, symbol, from, to, err);
}

/* The page ended inside a symbol.  More ticks may have its last time.      */
static int
cover_part (struct walk *w, struct md_error *err)
{
  const struct md_request *request = w->job->request;
  md_time last;
  int klass = MD_OK;

  for (uint32_t i = 0; klass == MD_OK && i < request->n_symbols; i++) {
    if (w->symbols[i].over)
      klass = cover (w, i, request->to, err);
  }
  last = w->open != MD_ABSENT_NAME ? w->symbols[w->open].last : MD_ABSENT;
  if (klass != MD_OK || last >= request->to)
    return klass;
  return cover (w, w->open,
                request->offer->record == MD_BAR ? last + 1 : last, err);
}

/* All in one piece where possible, so that the host sees who has rows and
 * who has none.                                                            */
static int
cover_rest (struct walk *w, struct md_error *err)
{
  const struct md_request *request = w->job->request;
  int klass = MD_OK;

  if (!w->in_pieces)
    return w->job->al->host->covered (w->job->call, MD_ALL_SYMBOLS,
                                      request->from, request->to, err);
  for (uint32_t i = 0; klass == MD_OK && i < request->n_symbols; i++)
    klass = cover (w, i, request->to, err);
  return klass;
}

static int
walk_pages (struct walk *w, struct md_error *err)
{
  struct md_reply reply;
  struct al_page page;
  int klass;

  do {
    klass = fetch_page (w, &reply, err);
    if (klass == MD_OK)
      klass = al_read_page (w->job, &reply, w->rows_name, &page, err);
    if (klass == MD_OK)
      klass = md_next_token (&w->tokens, w->job->what, page.token, err);
    if (klass == MD_OK)
      klass = read_rows (w, &page, err);
    if (klass == MD_OK)
      klass = page.token[0] != '\0' ? cover_part (w, err)
                                    : cover_rest (w, err);
  } while (klass == MD_OK && page.token[0] != '\0');
  return klass;
}

/* What is not final yet is asked for up to now, or up to where the plan may
 * read: the rest did not happen, or is refused with all that did.          */
static md_time
end_of (const struct al_job *job)
{
  const struct md_request *request = job->request;
  md_time now = job->al->host->now (job->call);
  bool late = job->al->delayed && request->offer->settle_ns >= AL_LATE;

  if (late)
    now -= AL_LATE;
  return !(request->flags & MD_REQUEST_PROVISIONAL) || request->to < now
           ? request->to : now;
}

int
al_fetch_series (struct al_job *job, struct md_error *err)
{
  const struct md_request *request = job->request;
  uint32_t record = request->offer->record;
  struct walk w = { .job = job, .open = MD_ABSENT_NAME,
                    .end = end_of (job) };
  int klass;

  if (w.end <= request->from)
    return MD_OK; /* nothing of it may be asked for yet */

  w.read = record == MD_BAR     ? al_read_bar
           : record == MD_TRADE ? al_read_trade
                                : al_read_quote;
  w.rows_name = record == MD_BAR     ? "bars"
                : record == MD_TRADE ? "trades"
                                     : "quotes";
  w.symbols = calloc (request->n_symbols, sizeof w.symbols[0]);
  w.symbols_text = al_symbol_list (request);
  if (w.symbols == NULL || w.symbols_text == NULL) {
    klass = md_error_say (err, MD_ERR_INTERNAL, "out of memory");
  } else {
    for (uint32_t i = 0; i < request->n_symbols; i++)
      w.symbols[i] = (struct progress) { request->from, MD_ABSENT, false };
    klass = walk_pages (&w, err);
  }
  free (w.symbols);
  free (w.symbols_text);
  return klass;
}
