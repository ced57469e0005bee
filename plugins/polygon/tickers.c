/* SPDX-License-Identifier: Apache-2.0
 *
 * tickers.c - the lists of instruments, for mdcore.symbols/1: those that are
 * traded, then those that are no more; options by their underlying.
 */
#include "polygon.h"

#define LONGEST_NAME 1024

struct ticker {
  struct md_instrument row;
  struct md_text symbol;
  struct md_reasons reasons;
  char name[LONGEST_NAME];
};

/* ---- one row ------------------------------------------------------------- */

static void
read_name (struct md_json *json, struct ticker *t)
{
  struct md_text raw = { NULL, 0 };
  bool escapes;

  if (!md_json_string (json, &raw, &escapes))
    md_reason (&t->reasons, json->refusal, "name");
  else if (raw.len > LONGEST_NAME)
    md_reason (&t->reasons, "range", "name");
  else if (raw.ptr != NULL)
    t->row.name = (struct md_text) { t->name,
                                     md_json_unescape (raw, t->name) };
}

static void
read_day (struct md_json *json, const char *field, struct ticker *t,
          md_time *ret_time)
{
  if (md_json_peek (json) == MD_JSON_NULL)
    md_json_skip (json);
  else
    md_need_time (json, field, &t->reasons, ret_time);
}

static int
read_status (struct pg_job *job, struct md_json *json, struct ticker *t,
             struct md_error *err)
{
  bool active = false;
  const char *text;

  if (!md_json_bool (json, &active)) {
    md_reason (&t->reasons, json->refusal, "active");
    return MD_OK;
  }
  text = active ? "active" : "delisted";
  return job->pg->host->intern (job->call, text, strlen (text),
                                &t->row.status, err);
}

static int
read_field (struct pg_job *job, struct md_json *json, struct md_text key,
            struct ticker *t, struct md_error *err)
{
  if (md_json_key_is (key, "ticker"))
    md_need_text (json, "ticker", &t->reasons, &t->symbol);
  else if (md_json_key_is (key, "name"))
    read_name (json, t);
  else if (md_json_key_is (key, "type")
           || md_json_key_is (key, "contract_type"))
    return pg_name (job, json, "type", &t->reasons, &t->row.kind, err);
  else if (md_json_key_is (key, "primary_exchange"))
    return pg_name (job, json, "exchange", &t->reasons, &t->row.venue, err);
  else if (md_json_key_is (key, "currency_name")
           || md_json_key_is (key, "currency_symbol"))
    return pg_name (job, json, "currency", &t->reasons, &t->row.currency, err);
  else if (md_json_key_is (key, "base_currency_symbol")
           || md_json_key_is (key, "underlying_ticker"))
    return pg_name (job, json, "base", &t->reasons, &t->row.base, err);
  else if (md_json_key_is (key, "shares_per_contract"))
    md_may_f64 (json, "lot", &t->reasons, &t->row.lot);
  else if (md_json_key_is (key, "delisted_utc"))
    read_day (json, "delisted_utc", t, &t->row.delisted);
  else if (md_json_key_is (key, "expiration_date"))
    read_day (json, "expiration_date", t, &t->row.delisted);
  else if (md_json_key_is (key, "active"))
    return read_status (job, json, t, err);
  return MD_OK;
}

static int
emit (struct pg_job *job, struct ticker *t, struct md_error *err)
{
  int klass = job->pg->host->intern (job->call, t->symbol.ptr, t->symbol.len,
                                     &t->row.symbol, err);

  return klass != MD_OK ? klass
                        : job->pg->host->emit (job->call, MD_INSTRUMENT,
                                               &t->row, 1, sizeof t->row, err);
}

static int
read_ticker (struct pg_job *job, struct md_json *json, void *data,
             struct md_error *err)
{
  const char *pattern = data;
  struct ticker t = {
    .row = { .ts = job->pg->host->now (job->call), .venue = MD_ABSENT_NAME,
             .contract = MD_ABSENT_NAME, .kind = MD_ABSENT_NAME,
             .base = MD_ABSENT_NAME, .currency = MD_ABSENT_NAME,
             .status = MD_ABSENT_NAME, .tick = MD_ABSENT,
             .lot = md_absent_f64 (), .listed = MD_ABSENT,
             .delisted = MD_ABSENT }
  };
  const char *raw = md_json_here (json);
  struct md_text key;
  int klass = MD_OK;

  if (md_json_enter_object (json)) {
    while (klass == MD_OK && md_json_next_key (json, &key))
      klass = read_field (job, json, key, &t, err);
    md_missing (&t.reasons, t.symbol.len == 0, "ticker");
  } else {
    md_reason (&t.reasons, "type", "row");
    md_json_skip (json);
  }
  if (klass != MD_OK
      || (t.symbol.len > 0
          && !md_glob (pattern, t.symbol.ptr, t.symbol.len)))
    return klass;
  if (t.reasons.len > 0)
    return pg_reject (job, MD_ABSENT_NAME, MD_ABSENT, raw, json->at,
                      &t.reasons, err);
  return emit (job, &t, err);
}

/* ---- lists --------------------------------------------------------------- */

/* What every match begins with: the list is sorted and can be cut to it.   */
static void
add_prefix (struct md_url *url, const char *pattern)
{
  char first[40];
  size_t len = pattern != NULL ? strcspn (pattern, "*?") : 0;

  if (len == 0 || len >= sizeof first)
    return;
  memcpy (first, pattern, len);
  first[len] = '\0';
  if (pattern[len] == '\0') {
    md_url_query (url, "ticker", first);
    return;
  }
  md_url_query (url, "ticker.gte", first);
  first[len - 1]++; /* tickers are ASCII */
  md_url_query (url, "ticker.lt", first);
}

static int
walk_tickers (struct pg_job *job, const char *market, const char *pattern,
              bool active, struct md_error *err)
{
  char buf[PG_URL_SIZE];
  struct md_url url;

  md_url_init (&url, buf, sizeof buf, job->pg->base_url);
  md_url_path (&url, "/v3/reference/tickers");
  if (market != NULL)
    md_url_query (&url, "market", market);
  add_prefix (&url, pattern);
  md_url_query (&url, "active", active ? "true" : "false");
  md_url_query (&url, "order", "asc");
  md_url_query (&url, "sort", "ticker");
  md_url_query_i64 (&url, "limit", 1000);
  return pg_walk_list (job, &url, read_ticker, (void *) pattern, err);
}

/* "O:SPY*" and "O:SPY2512*" name the underlying; a million contracts are no
 * list.                                                                    */
static int
walk_contracts (struct pg_job *job, const char *pattern, bool expired,
                struct md_error *err)
{
  const char *root = pattern != NULL && strncmp (pattern, "O:", 2) == 0
                       ? pattern + 2 : "";
  size_t len = strcspn (root, "*?0123456789");
  char buf[PG_URL_SIZE], text[20];
  struct md_url url;

  if (len == 0 || len >= sizeof text)
    return md_error_say (err, MD_ERR_REQUEST, "options are listed by their "
                         "underlying: give a pattern such as \"O:SPY*\"");
  memcpy (text, root, len);
  text[len] = '\0';
  md_url_init (&url, buf, sizeof buf, job->pg->base_url);
  md_url_path (&url, "/v3/reference/options/contracts");
  md_url_query (&url, "underlying_ticker", text);
  md_url_query (&url, "expired", expired ? "true" : "false");
  md_url_query (&url, "order", "asc");
  md_url_query (&url, "sort", "ticker");
  md_url_query_i64 (&url, "limit", 1000);
  return pg_walk_list (job, &url, read_ticker, (void *) pattern, err);
}

static int
walk_both (struct pg_job *job, const char *dataset, const char *pattern,
           struct md_error *err)
{
  const char *market = dataset != NULL ? job->market->list : NULL;
  bool options = dataset != NULL && strcmp (job->market->name, "options") == 0;
  int klass = options ? walk_contracts (job, pattern, false, err)
                      : walk_tickers (job, market, pattern, true, err);

  if (klass != MD_OK)
    return klass;
  return options ? walk_contracts (job, pattern, true, err)
                 : walk_tickers (job, market, pattern, false, err);
}

int
pg_list_tickers (void *session, struct md_call *call, const char *dataset,
                 const char *pattern, struct md_error *err)
{
  struct polygon *pg = session;
  struct pg_job job = {
    .pg = pg, .call = call, .what = "tickers",
    .market = pg_market_of (dataset != NULL ? dataset : "stocks")
  };

  memset (&pg->names, 0, sizeof pg->names);
  return walk_both (&job, dataset, pattern, err);
}
