/* SPDX-License-Identifier: Apache-2.0
 *
 * series.c - bars, trades and quotes of one symbol after the other.
 *
 * `limit` counts base aggregates (minutes or days), not bars: a page of hours
 * may be short, or empty, and is still not the end.  The end is a page
 * without next_url, which is followed as it stands: it names the first bar
 * of the next page in its path, or holds the whole query in a cursor.
 */
#include "polygon.h"

#include <stdio.h>

struct walk {
  struct pg_job *job;
  pg_row_reader read;
  uint32_t symbol;
  md_time  done;      /* [request->from, done) is with the host */
  md_time  last;      /* of the rows so far; MD_ABSENT: none yet */
  struct md_tokens tokens;
};

/* ---- the request ----------------------------------------------------------- */

static void
add_span (struct md_url *url, const struct md_request *request)
{
  static const char *const units[]
    = { "second", "minute", "hour", "day", "week", "month" };
  const struct md_interval *interval = &request->offer->interval;
  char text[100];

  /* Both ends count, by the start of a bar.                                */
  snprintf (text, sizeof text, "/range/%u/%s/%lld/%lld", interval->count,
            units[(interval->unit - MD_UNIT_SECOND) / 10],
            (long long) (request->from / PG_MS),
            (long long) ((request->to - 1) / PG_MS));
  md_url_path (url, text);
}

/* Crypto, currencies and indices have no splits.                           */
static const char *
adjusted_text (const struct md_request *request)
{
  if (strchr (request->dataset, '/') == NULL)
    return NULL;
  return pg_is_adjusted (request->dataset) ? "true" : "false";
}

static void
add_bars (struct md_url *url, const struct md_request *request,
          const char *symbol)
{
  md_url_path (url, "/v2/aggs/ticker/");
  md_url_segment (url, symbol, strlen (symbol));
  add_span (url, request);
  if (adjusted_text (request) != NULL)
    md_url_query (url, "adjusted", adjusted_text (request));
  md_url_query (url, "sort", "asc");
}

/* Newest first and a thousand a page, unless told otherwise.               */
static void
add_ticks (struct md_url *url, const struct md_request *request,
           const char *symbol)
{
  md_url_path (url, request->offer->record == MD_TRADE ? "/v3/trades/"
                                                       : "/v3/quotes/");
  md_url_segment (url, symbol, strlen (symbol));
  md_url_query_i64 (url, "timestamp.gte", request->from);
  md_url_query_i64 (url, "timestamp.lt", request->to);
  md_url_query (url, "order", "asc");
  md_url_query (url, "sort", "timestamp");
}

static void
first_url (const struct walk *w, struct md_url *url)
{
  const struct md_request *request = w->job->request;

  md_url_init (url, url->buf, url->size, w->job->pg->base_url);
  if (request->offer->record == MD_BAR)
    add_bars (url, request, request->symbols[w->symbol]);
  else
    add_ticks (url, request, request->symbols[w->symbol]);
  md_url_query_i64 (url, "limit", PG_PAGE_ROWS);
}

/* The cursor keeps limit and sort, but not `adjusted`, whose default is
 * true.                                                                    */
static int
next_url (const struct walk *w, struct md_url *url, struct md_error *err)
{
  const char *adjusted = w->job->request->offer->record == MD_BAR
                           ? adjusted_text (w->job->request) : NULL;
  int klass = pg_next_url (w->job, w->tokens.token, url, err);

  if (klass == MD_OK && adjusted != NULL
      && strstr (w->tokens.token, "adjusted=") == NULL)
    md_url_query (url, "adjusted", adjusted);
  return klass;
}

static int
fetch_page (struct walk *w, struct md_reply *ret_reply, struct md_error *err)
{
  char buf[PG_URL_SIZE];
  struct md_url url = { .buf = buf, .size = sizeof buf };
  int klass = MD_OK;

  if (w->tokens.token[0] == '\0')
    first_url (w, &url);
  else
    klass = next_url (w, &url, err);
  return klass == MD_OK ? pg_get (w->job, &url, ret_reply, err) : klass;
}

/* ---- what comes back ------------------------------------------------------- */

/* The page says itself whose bars it holds and of which kind.              */
static int
check_page (const struct walk *w, const struct pg_page *page,
            struct md_error *err)
{
  const struct md_request *request = w->job->request;
  const char *symbol = request->symbols[w->symbol];
  bool adjusted = pg_is_adjusted (request->dataset);

  if (page->ticker.ptr != NULL && !md_json_key_is (page->ticker, symbol))
    return md_error_say (err, MD_ERR_PROTOCOL, "%s: the answer holds bars of "
                         "\"%.*s\" instead of %.40s", w->job->what,
                         (int) (page->ticker.len < 40 ? page->ticker.len : 40),
                         page->ticker.ptr, symbol);
  if (request->offer->record == MD_BAR && adjusted_text (request) != NULL
      && page->adjusted == (adjusted ? MD_JSON_FALSE : MD_JSON_TRUE))
    return md_error_say (err, MD_ERR_PROTOCOL, "%s: bars of %.40s came %s for "
                         "splits", w->job->what, symbol,
                         adjusted ? "without being adjusted" : "adjusted");
  return MD_OK;
}

/* Ticks share times; bars of equal times are for the engine's rules to judge:
 * duplicates have been seen at this vendor.                                */
static int
check_order (struct walk *w, md_time ts, struct md_error *err)
{
  if (w->last == MD_ABSENT || ts >= w->last) {
    w->last = ts;
    return MD_OK;
  }
  return md_error_say (err, MD_ERR_PROTOCOL, "%s: a row of %.40s at %lld ns "
                       "follows one at %lld ns", w->job->what,
                       w->job->request->symbols[w->symbol], (long long) ts,
                       (long long) w->last);
}

static int
read_row (struct walk *w, struct md_json *json, struct md_error *err)
{
  struct md_reasons reasons = { .len = 0 };
  const char *raw = md_json_here (json);
  md_time ts = MD_ABSENT;
  int klass = w->read (w->job, json, w->symbol, &reasons, &ts, err);

  if (klass == MD_OK && ts != MD_ABSENT)
    klass = check_order (w, ts, err);
  return klass != MD_OK ? klass
                        : pg_keep (w->job, w->symbol, ts, raw, json->at,
                                   &reasons, err);
}

static int
read_rows (struct walk *w, const struct pg_page *page, struct md_error *err)
{
  struct md_json json;
  int64_t n = 0;
  int klass = MD_OK;

  if (page->rows.ptr == NULL)
    return MD_OK;
  md_json_init (&json, page->rows.ptr, page->rows.len);
  if (!md_json_enter_array (&json))
    return md_error_say (err, MD_ERR_PROTOCOL, "%s: \"results\" is no array",
                         w->job->what);
  for (; klass == MD_OK && md_json_next (&json); n++)
    klass = read_row (w, &json, err);
  if (klass == MD_OK)
    klass = pg_check_count (w->job, page, n, err);
  return klass == MD_OK ? pg_flush (w->job, err) : klass;
}

/* Before the end only what lies before the last row: the next page may hold
 * more of its time.                                                        */
static int
cover (struct walk *w, bool is_end, struct md_error *err)
{
  const struct md_request *request = w->job->request;
  md_time from = w->done, to = is_end ? request->to : w->last;

  if (to == MD_ABSENT || to <= from || to > request->to)
    return MD_OK;
  w->done = to;
  return w->job->pg->host->covered (w->job->call, w->symbol, from, to, err);
}

static int
walk_pages (struct walk *w, struct md_error *err)
{
  struct md_reply reply;
  struct pg_page page;
  int klass;

  do {
    klass = fetch_page (w, &reply, err);
    if (klass == MD_OK)
      klass = pg_read_page (w->job, &reply, &page, err);
    if (klass == MD_OK)
      klass = check_page (w, &page, err);
    if (klass == MD_OK)
      klass = md_next_token (&w->tokens, w->job->what, page.next, err);
    if (klass == MD_OK)
      klass = read_rows (w, &page, err);
    if (klass == MD_OK)
      klass = cover (w, page.next[0] == '\0', err);
  } while (klass == MD_OK && page.next[0] != '\0');
  return klass;
}

int
pg_fetch_series (struct pg_job *job, struct md_error *err)
{
  const struct md_request *request = job->request;
  uint32_t record = request->offer->record;
  pg_row_reader read = record == MD_BAR     ? pg_read_bar
                       : record == MD_TRADE ? pg_read_trade
                                            : pg_read_quote;
  int klass = MD_OK;

  for (uint32_t i = 0; klass == MD_OK && i < request->n_symbols; i++) {
    struct walk w = { .job = job, .read = read, .symbol = i, .done = request->from,
                      .last = MD_ABSENT };

    klass = walk_pages (&w, err);
    if (klass != MD_OK && err->symbol == MD_ABSENT_NAME)
      err->symbol = i;
  }
  return klass;
}
