/* SPDX-License-Identifier: Apache-2.0
 *
 * actions.c - splits and dividends, filed by the day from which prices show
 * them.
 */
#include "polygon.h"

enum kind { SPLIT, DIVIDEND };

/* Of each kind: its list, the field that files it, the row's action.       */
static const struct {
  const char *path, *date, *action;
} kinds[] = {
  [SPLIT] = { "/v3/reference/splits", "execution_date", "split" },
  [DIVIDEND] = { "/v3/reference/dividends", "ex_dividend_date",
                 "cash_dividend" },
};

struct walk {
  enum kind kind;
  uint32_t  action;  /* its name */
  uint32_t  symbol;  /* the one asked for, or none of them all */
};

struct action {
  struct md_action row;
  struct md_text ticker;
  struct md_reasons reasons;
};

/* ---- one action ------------------------------------------------------------ */

/* New York's midnight; null and the empty text are no date.                */
static void
read_date (struct md_json *json, const char *field, struct action *a,
           md_time *ret_date)
{
  struct md_text text = { NULL, 0 };

  if (md_json_peek (json) == MD_JSON_NULL) {
    md_json_skip (json);
    return;
  }
  md_need_text (json, field, &a->reasons, &text);
  if (text.len > 0
      && (text.len != 10
          || md_zone_parse (MD_ZONE_NEW_YORK, text.ptr, text.len, ret_date)
               != MD_ZONE_OK))
    md_reason (&a->reasons, "value", field);
}

static int
read_currency (struct pg_job *job, struct md_json *json, struct action *a,
               struct md_error *err)
{
  return pg_name (job, json, "currency", &a->reasons, &a->row.currency, err);
}

static int
read_field (struct pg_job *job, struct md_json *json, struct md_text key,
            const struct walk *w, struct action *a, struct md_error *err)
{
  if (md_json_key_is (key, kinds[w->kind].date))
    read_date (json, kinds[w->kind].date, a, &a->row.ts);
  else if (md_json_key_is (key, "ticker"))
    md_need_text (json, "ticker", &a->reasons, &a->ticker);
  else if (md_json_key_is (key, "id"))
    md_need_text (json, "id", &a->reasons, &a->row.id);
  else if (md_json_key_is (key, "split_from"))
    md_need_f64 (json, "split_from", &a->reasons, &a->row.ratio_from);
  else if (md_json_key_is (key, "split_to"))
    md_need_f64 (json, "split_to", &a->reasons, &a->row.ratio_to);
  else if (md_json_key_is (key, "cash_amount"))
    md_need_price (json, "cash_amount", &a->reasons, &a->row.cash);
  else if (md_json_key_is (key, "declaration_date"))
    read_date (json, "declaration_date", a, &a->row.declared);
  else if (md_json_key_is (key, "record_date"))
    read_date (json, "record_date", a, &a->row.record);
  else if (md_json_key_is (key, "pay_date"))
    read_date (json, "pay_date", a, &a->row.payable);
  else if (md_json_key_is (key, "currency"))
    return read_currency (job, json, a, err);
  return MD_OK;
}

static void
judge (struct action *a, enum kind kind)
{
  md_missing (&a->reasons, a->ticker.len == 0, "ticker");
  md_missing (&a->reasons, a->row.ts == MD_ABSENT, kinds[kind].date);
  if (kind == DIVIDEND) {
    md_missing (&a->reasons, a->row.cash == MD_ABSENT, "cash_amount");
    return;
  }
  md_missing (&a->reasons, a->row.ratio_from != a->row.ratio_from,
              "split_from");
  md_missing (&a->reasons, a->row.ratio_to != a->row.ratio_to, "split_to");
}

static int
name_symbol (struct pg_job *job, const struct walk *w, struct action *a,
             struct md_error *err)
{
  const struct md_request *request = job->request;

  a->row.symbol = w->symbol;
  if (a->ticker.len == 0)
    return MD_OK;
  if (w->symbol == MD_ABSENT_NAME)
    return job->pg->host->intern (job->call, a->ticker.ptr, a->ticker.len,
                                  &a->row.symbol, err);
  if (!md_json_key_is (a->ticker, request->symbols[w->symbol]))
    return md_error_say (err, MD_ERR_PROTOCOL, "%s: the answer holds \"%.*s\" "
                         "instead of %.40s", job->what,
                         (int) (a->ticker.len < 40 ? a->ticker.len : 40),
                         a->ticker.ptr, request->symbols[w->symbol]);
  return MD_OK;
}

static int
read_action (struct pg_job *job, struct md_json *json, void *data,
             struct md_error *err)
{
  const struct walk *w = data;
  const struct md_request *request = job->request;
  struct action a = {
    .row = { .ts = MD_ABSENT, .venue = MD_ABSENT_NAME,
             .contract = MD_ABSENT_NAME, .action = w->action,
             .currency = MD_ABSENT_NAME, .ratio_from = md_absent_f64 (),
             .ratio_to = md_absent_f64 (), .cash = MD_ABSENT,
             .declared = MD_ABSENT, .record = MD_ABSENT,
             .payable = MD_ABSENT }
  };
  const char *raw = md_json_here (json);
  struct md_text key;
  int klass = MD_OK;

  if (!md_json_enter_object (json)) {
    md_reason (&a.reasons, "type", "row");
    md_json_skip (json);
  } else {
    while (klass == MD_OK && md_json_next_key (json, &key))
      klass = read_field (job, json, key, w, &a, err);
    judge (&a, w->kind);
  }
  if (klass == MD_OK)
    klass = name_symbol (job, w, &a, err);
  if (klass != MD_OK)
    return klass;
  /* Days are asked for, and the range may end within one.                  */
  if (a.row.ts != MD_ABSENT
      && (a.row.ts < request->from || a.row.ts >= request->to))
    return MD_OK;
  job->pg->rows.actions[job->n] = a.row;
  return pg_keep (job, a.row.symbol, a.row.ts, raw, json->at, &a.reasons, err);
}

/* ---- lists ------------------------------------------------------------------ */

static void
add_date (struct pg_job *job, struct md_url *url, const char *field,
          const char *test, md_time t)
{
  char name[60], date[PG_DATE_SIZE];
  struct md_url text;

  md_url_init (&text, name, sizeof name, field);
  md_url_path (&text, test);
  pg_format_date (pg_day_of (job->market, t), date);
  md_url_query (url, name, date);
}

static int
walk_kind (struct pg_job *job, enum kind kind, uint32_t symbol,
           struct md_error *err)
{
  const struct md_request *request = job->request;
  struct walk w = { kind, MD_ABSENT_NAME, symbol };
  char buf[PG_URL_SIZE];
  struct md_url url;
  int klass = job->pg->host->intern (job->call, kinds[kind].action,
                                     strlen (kinds[kind].action), &w.action,
                                     err);

  md_url_init (&url, buf, sizeof buf, job->pg->base_url);
  md_url_path (&url, kinds[kind].path);
  if (symbol != MD_ABSENT_NAME)
    md_url_query (&url, "ticker", request->symbols[symbol]);
  add_date (job, &url, kinds[kind].date, ".gte", request->from);
  add_date (job, &url, kinds[kind].date, ".lte", request->to - 1);
  md_url_query (&url, "order", "asc");
  md_url_query (&url, "sort", kinds[kind].date);
  md_url_query_i64 (&url, "limit", 1000);
  if (klass == MD_OK)
    klass = pg_walk_list (job, &url, read_action, &w, err);
  return klass == MD_OK ? pg_flush (job, err) : klass;
}

/* Both lists must be there before anything counts as complete.             */
static int
fetch_symbol (struct pg_job *job, uint32_t symbol, struct md_error *err)
{
  const struct md_request *request = job->request;
  int klass = walk_kind (job, SPLIT, symbol, err);

  if (klass == MD_OK)
    klass = walk_kind (job, DIVIDEND, symbol, err);
  if (klass == MD_OK)
    return job->pg->host->covered (job->call, symbol == MD_ABSENT_NAME
                                                ? MD_ALL_SYMBOLS : symbol,
                                   request->from, request->to, err);
  if (err->symbol == MD_ABSENT_NAME && symbol != MD_ABSENT_NAME)
    err->symbol = symbol;
  return klass;
}

int
pg_fetch_actions (struct pg_job *job, struct md_error *err)
{
  int klass = MD_OK;

  if (job->request->n_symbols == 0)
    return fetch_symbol (job, MD_ABSENT_NAME, err);
  for (uint32_t i = 0; klass == MD_OK && i < job->request->n_symbols; i++)
    klass = fetch_symbol (job, i, err);
  return klass;
}
