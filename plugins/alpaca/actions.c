/* SPDX-License-Identifier: Apache-2.0
 *
 * actions.c - GET /v1/corporate-actions.
 *
 * Alpaca filters by the day on which it processes an action, rows are filed
 * by the day from which prices show it.  A dividend is processed when it is
 * paid, weeks after its ex-date: more is asked for than the range, and what
 * takes effect outside of it is passed over.
 */
#include "alpaca.h"

#include <stdio.h>
#include <stdlib.h>
#include <support/decimal.h>
#include <support/time.h>
#include <support/zone.h>

#define PROCESSED_BEFORE (31 * MD_DAY)
#define PROCESSED_AFTER (370 * MD_DAY)

enum field {
  ID, SYMBOL, OLD_SYMBOL, SOURCE_SYMBOL, ACQUIREE_SYMBOL, NEW_SYMBOL,
  ACQUIRER_SYMBOL, ALTERNATE_SYMBOL, EX_DATE, EFFECTIVE_DATE, PROCESS_DATE,
  RECORD_DATE, PAYABLE_DATE, OLD_RATE, NEW_RATE, RATE, SOURCE_RATE,
  ACQUIREE_RATE, ACQUIRER_RATE, CASH_RATE, SPECIAL, FOREIGN, N_FIELDS, NONE = N_FIELDS
};

static const char *const field_names[N_FIELDS] = {
  "id", "symbol", "old_symbol", "source_symbol", "acquiree_symbol",
  "new_symbol", "acquirer_symbol", "alternate_symbol", "ex_date",
  "effective_date", "process_date", "record_date", "payable_date", "old_rate",
  "new_rate", "rate", "source_rate", "acquiree_rate", "acquirer_rate",
  "cash_rate", "special", "foreign"
};

/* Which fields say how many shares become how many, and what is paid.      */
struct category {
  const char *key, *action;
  enum field from, to, cash;
};

static const struct category categories[] = {
  { "forward_splits", "split", OLD_RATE, NEW_RATE, NONE },
  { "reverse_splits", "split", OLD_RATE, NEW_RATE, NONE },
  { "unit_splits", "unit_split", OLD_RATE, NEW_RATE, NONE },
  { "cash_dividends", "cash_dividend", NONE, NONE, RATE },
  { "stock_dividends", "stock_dividend", NONE, RATE, NONE },
  { "spin_offs", "spin_off", SOURCE_RATE, NEW_RATE, NONE },
  { "cash_mergers", "cash_merger", NONE, NONE, RATE },
  { "stock_mergers", "stock_merger", ACQUIREE_RATE, ACQUIRER_RATE, NONE },
  { "stock_and_cash_mergers", "stock_and_cash_merger", ACQUIREE_RATE,
    ACQUIRER_RATE, CASH_RATE },
  { "redemptions", "redemption", NONE, NONE, RATE },
  { "rights_distributions", "rights_distribution", NONE, RATE, NONE },
  { "name_changes", "name_change", NONE, NONE, NONE },
  { "worthless_removals", "worthless_removal", NONE, NONE, NONE },
};

/* One action: its values as they stand in the page.                        */
struct action {
  const struct category *category;
  struct md_text fields[N_FIELDS];
  struct md_action row;
  struct md_reasons reasons;
};

/* ---- values ------------------------------------------------------------------- */

/* The text between the quotes; no text where the field is absent or null.  */
static struct md_text
text_of (struct action *a, enum field field)
{
  struct md_text text = { NULL, 0 };
  struct md_json json;

  md_json_init (&json, a->fields[field].ptr, a->fields[field].len);
  if (a->fields[field].ptr != NULL && md_json_peek (&json) != MD_JSON_NULL)
    md_need_text (&json, field_names[field], &a->reasons, &text);
  return text;
}

/* New York's midnight, where that day's prices begin.                      */
static md_time
date_of (struct action *a, enum field field)
{
  struct md_text text = text_of (a, field);
  md_time ts = MD_ABSENT;
  enum md_zone_result result;

  if (text.ptr == NULL || text.len == 0)
    return MD_ABSENT;
  result = md_zone_parse (MD_ZONE_NEW_YORK, text.ptr, text.len, &ts);
  if (text.len != 10 || result != MD_ZONE_OK)
    md_reason (&a->reasons, "value", field_names[field]);
  return result == MD_ZONE_OK ? ts : MD_ABSENT;
}

static double
number_of (struct action *a, enum field field)
{
  double value = md_absent_f64 ();
  struct md_json json;

  if (field == NONE)
    return value;
  if (a->fields[field].ptr == NULL) {
    md_reason (&a->reasons, "missing", field_names[field]);
    return value;
  }
  md_json_init (&json, a->fields[field].ptr, a->fields[field].len);
  md_need_f64 (&json, field_names[field], &a->reasons, &value);
  return value;
}

static md_price
cash_of (struct action *a, enum field field)
{
  md_price value = MD_ABSENT;
  struct md_json json;

  if (field == NONE)
    return value;
  if (a->fields[field].ptr == NULL) {
    md_reason (&a->reasons, "missing", field_names[field]);
    return value;
  }
  md_json_init (&json, a->fields[field].ptr, a->fields[field].len);
  md_need_price (&json, field_names[field], &a->reasons, &value);
  return value;
}

/* What adjustment treats like any other and a reader may not.  True or
 * nothing: that Alpaca leaves a flag out says the same as `false`.         */
static int
find_traits (struct al_job *job, struct action *a, struct md_error *err)
{
  static const struct {
    enum field field;
    const char *name;
  } all[] = { { SPECIAL, "special" }, { FOREIGN, "foreign" } };
  char text[32] = "";

  for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
    const struct md_text value = a->fields[all[i].field];
    struct md_json json;
    bool is_set = false;

    md_json_init (&json, value.ptr, value.len);
    if (value.ptr == NULL || md_json_peek (&json) == MD_JSON_NULL)
      continue;
    if (!md_json_bool (&json, &is_set))
      md_reason (&a->reasons, json.refusal, all[i].name);
    if (is_set)
      snprintf (text + strlen (text), sizeof text - strlen (text), "%s%s",
                text[0] != '\0' ? "," : "", all[i].name);
  }
  a->row.traits = MD_ABSENT_NAME;
  return text[0] == '\0' ? MD_OK
                         : job->al->host->intern (job->call, text,
                                                  strlen (text),
                                                  &a->row.traits, err);
}

/* ---- one action ---------------------------------------------------------------- */

/* The symbol that was asked for: an action names up to three.              */
static void
find_symbol (const struct al_job *job, struct action *a)
{
  a->row.symbol = MD_ABSENT_NAME;
  for (enum field i = SYMBOL; i <= ALTERNATE_SYMBOL; i++) {
    struct md_text text = text_of (a, i);

    if (text.ptr != NULL)
      a->row.symbol = md_request_symbol (job->request, text, 0);
    if (a->row.symbol != MD_ABSENT_NAME)
      return;
  }
  md_reason (&a->reasons, "symbol", "not asked for");
}

/* Of a merger the acquired one is the old symbol, of a spin-off the parent. */
static struct md_text
first_text (struct action *a, const enum field *fields, size_t n)
{
  struct md_text text = { NULL, 0 };

  for (size_t i = 0; i < n && text.len == 0; i++)
    text = text_of (a, fields[i]);
  return text;
}

static void
find_sides (struct action *a)
{
  static const enum field olds[] = { OLD_SYMBOL, SOURCE_SYMBOL,
                                     ACQUIREE_SYMBOL };
  static const enum field news[] = { NEW_SYMBOL, ACQUIRER_SYMBOL };

  a->row.old_symbol = first_text (a, olds, sizeof olds / sizeof olds[0]);
  a->row.new_symbol = first_text (a, news, sizeof news / sizeof news[0]);
}

static void
find_ratio (struct action *a)
{
  const struct category *category = a->category;

  a->row.ratio_from = number_of (a, category->from);
  a->row.ratio_to = number_of (a, category->to);
  if (category->from == NONE && category->to == RATE) {
    /* Shares for each one held; a stock dividend leaves that one.          */
    a->row.ratio_from = 1;
    if (strcmp (category->action, "stock_dividend") == 0)
      a->row.ratio_to += 1;
  }
}

static void
find_dates (struct action *a)
{
  a->row.ts = date_of (a, EX_DATE);
  if (a->row.ts == MD_ABSENT)
    a->row.ts = date_of (a, EFFECTIVE_DATE);
  if (a->row.ts == MD_ABSENT)
    a->row.ts = date_of (a, PROCESS_DATE);
  if (a->row.ts == MD_ABSENT)
    md_reason (&a->reasons, "missing", "ex_date");
  a->row.record = date_of (a, RECORD_DATE);
  a->row.payable = date_of (a, PAYABLE_DATE);
}

static void
take_fields (struct md_json *json, struct action *a)
{
  struct md_text key;

  if (!md_json_enter_object (json)) {
    md_reason (&a->reasons, "type", "row");
    md_json_skip (json);
    return;
  }
  while (md_json_next_key (json, &key)) {
    for (enum field i = ID; i < N_FIELDS; i++) {
      if (md_json_key_is (key, field_names[i])) {
        md_json_slice (json, &a->fields[i]);
        break;
      }
    }
  }
}

static int
read_action (struct al_job *job, struct md_json *json,
             const struct category *category, uint32_t name,
             struct md_error *err)
{
  const struct md_request *request = job->request;
  struct action a = {
    .category = category,
    .row = { .ts = MD_ABSENT, .symbol = MD_ABSENT_NAME,
             .venue = MD_ABSENT_NAME, .contract = MD_ABSENT_NAME,
             .action = name, .currency = MD_ABSENT_NAME,
             .declared = MD_ABSENT }
  };
  const char *raw = md_json_here (json);
  int klass = MD_OK;

  take_fields (json, &a);
  if (a.reasons.len == 0) {
    find_symbol (job, &a);
    find_dates (&a);
    find_ratio (&a);
    a.row.cash = cash_of (&a, category->cash);
    a.row.id = text_of (&a, ID);
    find_sides (&a);
    klass = find_traits (job, &a, err);
  }
  if (klass != MD_OK)
    return klass;
  if (a.row.ts != MD_ABSENT
      && (a.row.ts < request->from || a.row.ts >= request->to))
    return MD_OK;
  if (a.reasons.len > 0)
    return al_reject (job, a.row.symbol, a.row.ts, raw, json->at, &a.reasons,
                      err);
  job->al->rows.actions[job->n++] = a.row;
  return job->n == AL_BATCH ? al_flush (job, err) : MD_OK;
}

/* ---- pages --------------------------------------------------------------------- */

/* A kind that is new here keeps Alpaca's name in the singular.             */
static int
read_category (struct al_job *job, struct md_json *json, struct md_text key,
               struct md_error *err)
{
  struct category other = { NULL, NULL, NONE, NONE, NONE };
  const struct category *category = &other;
  uint32_t name = MD_ABSENT_NAME;
  int klass;

  for (size_t i = 0; i < sizeof categories / sizeof categories[0]; i++) {
    if (md_json_key_is (key, categories[i].key))
      category = &categories[i];
  }
  if (category->action != NULL)
    key = (struct md_text) { category->action, strlen (category->action) };
  else if (key.len > 1 && key.ptr[key.len - 1] == 's')
    key.len--;
  klass = job->al->host->intern (job->call, key.ptr, key.len, &name, err);
  if (md_json_peek (json) == MD_JSON_NULL)
    return klass;
  if (klass == MD_OK && !md_json_enter_array (json))
    return md_error_say (err, MD_ERR_PROTOCOL, "%s: \"%.*s\" is no array",
                         job->what, (int) (key.len < 40 ? key.len : 40),
                         key.ptr);
  while (klass == MD_OK && md_json_next (json))
    klass = read_action (job, json, category, name, err);
  return klass;
}

static int
read_actions (struct al_job *job, const struct al_page *page,
              struct md_error *err)
{
  struct md_json json;
  struct md_text key;
  int klass = MD_OK;

  if (page->rows.ptr == NULL)
    return MD_OK;
  md_json_init (&json, page->rows.ptr, page->rows.len);
  if (!md_json_enter_object (&json))
    return md_error_say (err, MD_ERR_PROTOCOL, "%s: \"corporate_actions\" is "
                         "no object", job->what);
  while (klass == MD_OK && md_json_next_key (&json, &key))
    klass = read_category (job, &json, key, err);
  return klass == MD_OK ? al_flush (job, err) : klass;
}

static void
add_date (struct md_url *url, const char *name, md_time t)
{
  char text[40];

  md_time_format (t, text);
  text[10] = '\0'; /* days here, unlike everywhere else */
  md_url_query (url, name, text);
}

static int
fetch_page (struct al_job *job, const char *symbols, const char *token,
            struct md_reply *ret_reply, struct md_error *err)
{
  struct md_url url;
  char buf[AL_URL_SIZE];

  md_url_init (&url, buf, sizeof buf, job->al->data_url);
  md_url_path (&url, "/v1/corporate-actions");
  md_url_query (&url, "symbols", symbols);
  add_date (&url, "start", job->request->from - PROCESSED_BEFORE);
  add_date (&url, "end", job->request->to + PROCESSED_AFTER);
  md_url_query_i64 (&url, "limit", 1000);
  md_url_query (&url, "sort", "asc");
  if (token[0] != '\0')
    md_url_query (&url, "page_token", token);
  return al_get (job, &url, AL_DATA, ret_reply, err);
}

int
al_fetch_actions (struct al_job *job, struct md_error *err)
{
  struct md_tokens tokens = { .count = 0 };
  struct md_reply reply;
  struct al_page page;
  char *symbols = al_symbol_list (job->request);
  int klass;

  if (symbols == NULL)
    return md_error_say (err, MD_ERR_INTERNAL, "out of memory");
  do {
    klass = fetch_page (job, symbols, tokens.token, &reply, err);
    if (klass == MD_OK)
      klass = al_read_page (job, &reply, "corporate_actions", &page, err);
    if (klass == MD_OK)
      klass = md_next_token (&tokens, job->what, page.token, err);
    if (klass == MD_OK)
      klass = read_actions (job, &page, err);
  } while (klass == MD_OK && page.token[0] != '\0');
  free (symbols);
  return klass != MD_OK ? klass
                        : job->al->host->covered (job->call, MD_ALL_SYMBOLS,
                                                  job->request->from,
                                                  job->request->to, err);
}
