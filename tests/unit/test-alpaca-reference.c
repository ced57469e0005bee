/* SPDX-License-Identifier: Apache-2.0
 *
 * The Alpaca provider's corporate actions, calendar and list of assets.
 */
#include "fake-host.h"

#include <math.h>
#include <string.h>
#include <support/time.h>

typedef struct {
  FakeHost *host;
  void *session;
} Fixture;

static const char *const symbols[] = { "AAPL", "META", NULL };
static const char *const market[] = { "XNYS", NULL };

static md_time
at (const char *text)
{
  md_time ts = 0;

  g_assert_true (md_time_parse (text, strlen (text), &ts));
  return ts;
}

static void
set_up (Fixture *f, gconstpointer data)
{
  f->host = fake_host_new ("alpaca");
  f->session = fake_host_open (f->host, "data_url", "http://data",
                               "trading_url", "http://trading", "key_id",
                               "K", "secret_key", "S", NULL);
  g_assert_nonnull (f->session);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  fake_host_close (f->host, f->session);
  fake_host_free (f->host);
}

static void
answer (Fixture *f, const char *part, const char *body)
{
  fake_host_reply (f->host, part, 200, NULL, body, -1);
}

/* ---- corporate actions ------------------------------------------------------- */

/* The year 2023 of New York.                                               */
static int
year (Fixture *f)
{
  return fake_host_fetch (f->host, f->session, "us_equity", "actions",
                          symbols, at ("2023-01-01T05:00:00Z"),
                          at ("2024-01-01T05:00:00Z"), 0);
}

static const struct md_action *
actions (Fixture *f, guint n, const char *categories)
{
  g_autofree char *body = g_strdup_printf (
    "{\"corporate_actions\":{%s},\"next_page_token\":null}", categories);

  answer (f, "http://data/v1/corporate-actions?", body);
  g_assert_cmpint (year (f), ==, MD_OK);
  g_assert_cmpuint (f->host->rejects->len, ==, 0);
  g_assert_cmpuint (f->host->rows != NULL ? f->host->rows->len : 0, ==, n);
  return n > 0 ? (const struct md_action *) f->host->rows->data : NULL;
}

static void
test_split (Fixture *f, gconstpointer data)
{
  const struct md_action *row = actions (f, 2,
    "\"forward_splits\":[{\"id\":\"a-1\",\"symbol\":\"META\",\"ex_date\":"
    "\"2023-08-22\",\"new_rate\":2,\"old_rate\":1,\"record_date\":"
    "\"2023-08-14\",\"payable_date\":\"2023-08-21\",\"process_date\":"
    "\"2023-08-22\"}],\"reverse_splits\":[{\"id\":\"a-2\",\"symbol\":\"AAPL\","
    "\"ex_date\":\"2023-01-09\",\"new_rate\":1,\"old_rate\":50,"
    "\"process_date\":\"2023-01-09\"}]");

  g_assert_cmpint (row->ts, ==, at ("2023-08-22T04:00:00Z"));
  g_assert_cmpuint (row->symbol, ==, 1);
  g_assert_cmpstr (fake_host_name (f->host, row->action), ==, "split");
  g_assert_cmpfloat (row->ratio_from, ==, 1);
  g_assert_cmpfloat (row->ratio_to, ==, 2);
  g_assert_cmpint (row->cash, ==, MD_ABSENT);
  g_assert_cmpint (row->record, ==, at ("2023-08-14T04:00:00Z"));
  g_assert_cmpint (row->payable, ==, at ("2023-08-21T04:00:00Z"));
  g_assert_cmpint (row->declared, ==, MD_ABSENT);
  g_assert_cmpmem (row->id.ptr, row->id.len, "a-1", 3);
  g_assert_cmpint (row[1].ts, ==, at ("2023-01-09T05:00:00Z"));
  g_assert_cmpfloat (row[1].ratio_from, ==, 50);
  g_assert_cmpfloat (row[1].ratio_to, ==, 1);
}

static void
test_dividends (Fixture *f, gconstpointer data)
{
  const struct md_action *row = actions (f, 2,
    "\"cash_dividends\":[{\"id\":\"c\",\"symbol\":\"AAPL\",\"ex_date\":"
    "\"2023-05-12\",\"process_date\":\"2023-05-18\",\"rate\":0.24,"
    "\"special\":false}],\"stock_dividends\":[{\"id\":\"s\",\"symbol\":"
    "\"AAPL\",\"ex_date\":\"2023-05-19\",\"rate\":0.05}]");

  g_assert_cmpstr (fake_host_name (f->host, row->action), ==,
                   "cash_dividend");
  g_assert_cmpint (row->cash, ==, 240000000);
  g_assert_true (isnan (row->ratio_from) && isnan (row->ratio_to));
  g_assert_cmpstr (fake_host_name (f->host, row[1].action), ==,
                   "stock_dividend");
  g_assert_cmpint (row[1].cash, ==, MD_ABSENT);
  g_assert_cmpfloat (row[1].ratio_from, ==, 1);
  g_assert_cmpfloat (row[1].ratio_to, ==, 1.05);
}

static void
assert_sides (const struct md_action *row, const char *old_symbol,
              const char *new_symbol)
{
  g_autofree char *before = g_strndup (row->old_symbol.ptr != NULL
                                         ? row->old_symbol.ptr : "",
                                       row->old_symbol.len);
  g_autofree char *after = g_strndup (row->new_symbol.ptr != NULL
                                        ? row->new_symbol.ptr : "",
                                      row->new_symbol.len);

  g_assert_cmpstr (before, ==, old_symbol);
  g_assert_cmpstr (after, ==, new_symbol);
}

static void
test_traits (Fixture *f, gconstpointer data)
{
  const struct md_action *row = actions (f, 4,
    "\"cash_dividends\":["
    "{\"id\":\"1\",\"symbol\":\"AAPL\",\"ex_date\":\"2023-05-12\","
    "\"rate\":1,\"special\":true,\"foreign\":true},"
    "{\"id\":\"2\",\"symbol\":\"AAPL\",\"ex_date\":\"2023-05-13\","
    "\"rate\":1,\"special\":false,\"foreign\":true},"
    "{\"id\":\"3\",\"symbol\":\"AAPL\",\"ex_date\":\"2023-05-14\","
    "\"rate\":1,\"special\":true,\"foreign\":null},"
    "{\"id\":\"4\",\"symbol\":\"AAPL\",\"ex_date\":\"2023-05-15\","
    "\"rate\":1,\"special\":false,\"foreign\":false}]");

  g_assert_cmpstr (fake_host_name (f->host, row[0].traits), ==,
                   "special,foreign");
  g_assert_cmpstr (fake_host_name (f->host, row[1].traits), ==, "foreign");
  g_assert_cmpstr (fake_host_name (f->host, row[2].traits), ==, "special");
  g_assert_cmpuint (row[3].traits, ==, MD_ABSENT_NAME);
}

static void
test_other_kinds (Fixture *f, gconstpointer data)
{
  const struct md_action *row = actions (f, 4,
    "\"name_changes\":[{\"id\":\"n\",\"new_symbol\":\"META\",\"old_symbol\":"
    "\"FB\",\"process_date\":\"2023-06-09\"}],\"stock_and_cash_mergers\":[{"
    "\"id\":\"m\",\"acquiree_symbol\":\"MLVF\",\"acquirer_symbol\":\"AAPL\","
    "\"acquiree_rate\":1,\"acquirer_rate\":0.7733,\"cash_rate\":7.8,"
    "\"effective_date\":\"2023-07-18\",\"process_date\":\"2023-07-19\"}],"
    "\"spin_offs\":[{\"id\":\"p\",\"source_symbol\":\"AAPL\",\"source_rate\":"
    "19.35,\"new_rate\":1,\"new_symbol\":\"SRM\",\"ex_date\":\"2023-08-15\"}],"
    "\"partial_calls\":[{\"id\":\"q\",\"symbol\":\"AAPL\",\"process_date\":"
    "\"2023-09-01\",\"rate\":\"?\"}],\"reorganizations\":null");

  g_assert_cmpstr (fake_host_name (f->host, row[0].action), ==,
                   "name_change");
  g_assert_cmpuint (row[0].symbol, ==, 1);
  g_assert_cmpint (row[0].ts, ==, at ("2023-06-09T04:00:00Z"));
  assert_sides (&row[0], "FB", "META");
  assert_sides (&row[1], "MLVF", "AAPL");
  assert_sides (&row[2], "AAPL", "SRM");
  assert_sides (&row[3], "", "");
  g_assert_cmpint (row[1].ts, ==, at ("2023-07-18T04:00:00Z"));
  g_assert_cmpint (row[1].cash, ==, INT64_C (7800000000));
  g_assert_cmpfloat (row[1].ratio_to, ==, 0.7733);
  g_assert_cmpfloat (row[2].ratio_from, ==, 19.35);
  g_assert_cmpstr (fake_host_name (f->host, row[3].action), ==,
                   "partial_call");
  g_assert_cmpint (row[3].cash, ==, MD_ABSENT);
}

/* Processed in the range, in effect before it, and the other way round.    */
static void
test_filed_by_ex_date (Fixture *f, gconstpointer data)
{
  const struct md_action *row = actions (f, 1,
    "\"cash_dividends\":[{\"id\":\"1\",\"symbol\":\"AAPL\",\"ex_date\":"
    "\"2022-12-30\",\"process_date\":\"2023-01-15\",\"rate\":1},"
    "{\"id\":\"2\",\"symbol\":\"AAPL\",\"ex_date\":\"2023-12-29\","
    "\"process_date\":\"2024-02-15\",\"rate\":2},"
    "{\"id\":\"3\",\"symbol\":\"AAPL\",\"ex_date\":\"2024-01-01\","
    "\"process_date\":\"2024-02-15\",\"rate\":3}]");
  g_autofree char *start = NULL, *end = NULL;
  const char *url = fake_host_request (f->host, 0)->url;

  g_assert_cmpint (row->cash, ==, 2 * MD_PRICE_ONE);
  start = fake_query (url, "start");
  end = fake_query (url, "end");
  g_assert_cmpstr (start, ==, "2022-12-01");
  g_assert_cmpstr (end, ==, "2025-01-05");
  g_assert_cmpuint (f->host->covered->len, ==, 1);
}

static void
test_action_pages (Fixture *f, gconstpointer data)
{
  g_autofree char *token = NULL, *limit = NULL;

  answer (f, "corporate-actions",
          "{\"corporate_actions\":{\"worthless_removals\":[{\"id\":\"1\","
          "\"symbol\":\"AAPL\",\"process_date\":\"2023-10-11\"}]},"
          "\"next_page_token\":\"MDA3\"}");
  answer (f, "corporate-actions",
          "{\"corporate_actions\":{},\"next_page_token\":null}");
  g_assert_cmpint (year (f), ==, MD_OK);
  token = fake_query (fake_host_request (f->host, 1)->url, "page_token");
  limit = fake_query (fake_host_request (f->host, 1)->url, "limit");
  g_assert_cmpstr (token, ==, "MDA3");
  g_assert_cmpstr (limit, ==, "1000");
  g_assert_cmpuint (f->host->rows->len, ==, 1);
  g_assert_cmpuint (f->host->covered->len, ==, 1);
}

static void
test_action_cut (Fixture *f, gconstpointer data)
{
  answer (f, "corporate-actions",
          "{\"corporate_actions\":{},\"next_page_token\":\"x\"}");
  fake_host_fail (f->host, NULL, MD_ERR_NETWORK, "reset");
  g_assert_cmpint (year (f), ==, MD_ERR_NETWORK);
  g_assert_cmpuint (f->host->covered->len, ==, 0);
  answer (f, "corporate-actions",
          "{\"corporate_actions\":{},\"next_page_token\":\"x\"}");
  answer (f, "corporate-actions",
          "{\"corporate_actions\":{},\"next_page_token\":\"x\"}");
  g_assert_cmpint (year (f), ==, MD_ERR_PROTOCOL);
}

static void
test_bad_actions (Fixture *f, gconstpointer data)
{
  static const char *const reasons[] = {
    "symbol:not asked for", "missing:old_rate", "value:ex_date", "type:rate",
    "missing:ex_date", "type:row" };

  answer (f, "corporate-actions", "{\"corporate_actions\":{"
          "\"forward_splits\":[{\"symbol\":\"TSLA\",\"ex_date\":\"2023-05-01\","
          "\"old_rate\":1,\"new_rate\":3},{\"symbol\":\"AAPL\",\"ex_date\":"
          "\"2023-05-01\",\"new_rate\":3},{\"symbol\":\"AAPL\",\"ex_date\":"
          "\"May 1\",\"old_rate\":1,\"new_rate\":3}],\"cash_dividends\":["
          "{\"symbol\":\"AAPL\",\"ex_date\":\"2023-05-01\",\"rate\":{}},"
          "{\"symbol\":\"AAPL\",\"rate\":1},7]}}");
  g_assert_cmpint (year (f), ==, MD_OK);
  g_assert_null (f->host->rows);
  g_assert_cmpuint (f->host->rejects->len, ==, G_N_ELEMENTS (reasons));
  for (guint i = 0; i < G_N_ELEMENTS (reasons); i++)
    g_assert_nonnull (strstr (
      ((FakeReject *) f->host->rejects->pdata[i])->reasons, reasons[i]));
}

static void
test_malformed_actions (Fixture *f, gconstpointer data)
{
  static const char *const bodies[] = {
    "[]", "{}", "{\"corporate_actions\":[]}",
    "{\"corporate_actions\":{\"spin_offs\":{}}}" };

  for (gsize i = 0; i < G_N_ELEMENTS (bodies); i++) {
    answer (f, NULL, bodies[i]);
    g_assert_cmpint (year (f), ==, MD_ERR_PROTOCOL);
    g_assert_cmpuint (f->host->covered->len, ==, 0);
  }
}

/* ---- calendar ---------------------------------------------------------------- */

static int
days (Fixture *f, const char *from, const char *to)
{
  return fake_host_fetch (f->host, f->session, "us_equity", "sessions",
                          market, at (from), at (to), 0);
}

static void
test_sessions (Fixture *f, gconstpointer data)
{
  const struct md_session *row;
  g_autofree char *start = NULL, *end = NULL;

  answer (f, "http://trading/v2/calendar?",
          "[{\"date\":\"2019-07-02\",\"open\":\"09:30\",\"close\":\"16:00\","
          "\"session_open\":\"0400\",\"session_close\":\"2000\"},"
          "{\"date\":\"2019-07-03\",\"open\":\"09:30\",\"close\":\"13:00\"},"
          "{\"date\":\"2019-07-05\",\"open\":\"09:30\",\"close\":\"16:00\"}]");
  g_assert_cmpint (days (f, "2019-07-02T04:00:00Z", "2019-07-06T04:00:00Z"),
                   ==, MD_OK);
  g_assert_cmpuint (f->host->rows->len, ==, 3);
  row = (const struct md_session *) f->host->rows->data;
  g_assert_cmpint (row->ts, ==, at ("2019-07-02T04:00:00Z"));
  g_assert_cmpint (row->open, ==, at ("2019-07-02T13:30:00Z"));
  g_assert_cmpint (row->close, ==, at ("2019-07-02T20:00:00Z"));
  g_assert_cmpstr (fake_host_name (f->host, row->kind), ==, "open");
  g_assert_cmpstr (fake_host_name (f->host, row[1].kind), ==, "half");
  start = fake_query (fake_host_request (f->host, 0)->url, "start");
  end = fake_query (fake_host_request (f->host, 0)->url, "end");
  g_assert_cmpstr (start, ==, "2019-07-02");
  g_assert_cmpstr (end, ==, "2019-07-05");
  g_assert_cmpstr (fake_host_request (f->host, 0)->bucket, ==, "trading");
  g_assert_cmpuint (f->host->covered->len, ==, 1);
}

static void
test_sessions_across_the_clock_change (Fixture *f, gconstpointer data)
{
  const struct md_session *row;

  answer (f, NULL,
          "[{\"date\":\"2024-03-08\",\"open\":\"09:30\",\"close\":\"16:00\"},"
          "{\"date\":\"2024-03-11\",\"open\":\"09:30\",\"close\":\"16:00\"}]");
  g_assert_cmpint (days (f, "2024-03-08T05:00:00Z", "2024-03-12T04:00:00Z"),
                   ==, MD_OK);
  row = (const struct md_session *) f->host->rows->data;
  g_assert_cmpint (row[0].ts, ==, at ("2024-03-08T05:00:00Z"));
  g_assert_cmpint (row[0].open, ==, at ("2024-03-08T14:30:00Z"));
  g_assert_cmpint (row[1].ts, ==, at ("2024-03-11T04:00:00Z"));
  g_assert_cmpint (row[1].open, ==, at ("2024-03-11T13:30:00Z"));
}

static void
test_bad_sessions (Fixture *f, gconstpointer data)
{
  static const char *const reasons[] = { "missing:date", "value:open",
                                         "order:close", "missing:close",
                                         "value:date", "type:row" };

  answer (f, NULL, "[{\"open\":\"09:30\",\"close\":\"16:00\"},"
          "{\"date\":\"2024-03-08\",\"open\":\"9h30m\",\"close\":\"16:00\"},"
          "{\"date\":\"2024-03-08\",\"open\":\"09:30\",\"close\":\"09:00\"},"
          "{\"date\":\"2024-03-08\",\"open\":\"09:30\"},"
          "{\"date\":\"2024-3-8\",\"open\":\"09:30\",\"close\":\"16:00\"},1]");
  g_assert_cmpint (days (f, "2024-03-08T05:00:00Z", "2024-03-09T05:00:00Z"),
                   ==, MD_OK);
  g_assert_null (f->host->rows);
  g_assert_cmpuint (f->host->rejects->len, ==, G_N_ELEMENTS (reasons));
  for (guint i = 0; i < G_N_ELEMENTS (reasons); i++)
    g_assert_cmpstr (((FakeReject *) f->host->rejects->pdata[i])->reasons, ==,
                     reasons[i]);
}

static void
test_malformed_calendar (Fixture *f, gconstpointer data)
{
  answer (f, NULL, "{\"message\":\"hello\"}");
  g_assert_cmpint (days (f, "2024-03-08T05:00:00Z", "2024-03-09T05:00:00Z"),
                   ==, MD_ERR_PROTOCOL);
  g_assert_cmpuint (f->host->covered->len, ==, 0);
}

static void
test_paper_keys (Fixture *f, gconstpointer data)
{
  fake_host_reply (f->host, NULL, 403, NULL, "{\"message\":\"forbidden.\"}",
                   -1);
  g_assert_cmpint (days (f, "2024-03-08T05:00:00Z", "2024-03-09T05:00:00Z"),
                   ==, MD_ERR_AUTH);
  g_assert_nonnull (strstr (f->host->err.message, "provider.trading_url"));
}

/* ---- assets ------------------------------------------------------------------ */

static void
test_assets (Fixture *f, gconstpointer data)
{
  const struct md_instrument *row;

  answer (f, "http://trading/v2/assets?asset_class=us_equity",
          "[{\"id\":\"1\",\"class\":\"us_equity\",\"exchange\":\"NASDAQ\","
          "\"symbol\":\"AAPL\",\"name\":\"Apple \\\"Inc\\\"\",\"status\":"
          "\"active\",\"attributes\":[\"x\"],\"price_increment\":null},"
          "{\"class\":\"us_equity\",\"symbol\":\"ZZZ\"}]");
  g_assert_cmpint (fake_host_list (f->host, f->session, "sip/raw", "A*"), ==,
                   MD_OK);
  g_assert_cmpuint (f->host->rows->len, ==, 1);
  row = (const struct md_instrument *) f->host->rows->data;
  g_assert_cmpstr (fake_host_name (f->host, row->symbol), ==, "AAPL");
  g_assert_cmpmem (row->name.ptr, row->name.len, "Apple \"Inc\"", 11);
  g_assert_cmpstr (fake_host_name (f->host, row->kind), ==, "stock");
  g_assert_cmpstr (fake_host_name (f->host, row->venue), ==, "NASDAQ");
  g_assert_cmpstr (fake_host_name (f->host, row->status), ==, "active");
  g_assert_cmpuint (row->currency, ==, MD_ABSENT_NAME);
  g_assert_cmpint (row->tick, ==, MD_ABSENT);
}

static void
test_crypto_assets (Fixture *f, gconstpointer data)
{
  const struct md_instrument *row;

  answer (f, "asset_class=crypto",
          "[{\"class\":\"crypto\",\"exchange\":\"CRYPTO\",\"symbol\":"
          "\"BTC/USD\",\"name\":\"Bitcoin\",\"status\":\"active\","
          "\"price_increment\":\"0.01\",\"min_trade_increment\":"
          "\"0.000000001\"},{\"class\":\"crypto\"}]");
  g_assert_cmpint (fake_host_list (f->host, f->session, "crypto/us", NULL),
                   ==, MD_OK);
  row = (const struct md_instrument *) f->host->rows->data;
  g_assert_cmpstr (fake_host_name (f->host, row->kind), ==, "spot");
  g_assert_cmpstr (fake_host_name (f->host, row->base), ==, "BTC");
  g_assert_cmpstr (fake_host_name (f->host, row->currency), ==, "USD");
  g_assert_cmpint (row->tick, ==, 10000000);
  g_assert_cmpfloat (row->lot, ==, 1e-9);
  g_assert_cmpuint (f->host->rejects->len, ==, 1);
  g_assert_cmpstr (((FakeReject *) f->host->rejects->pdata[0])->reasons, ==,
                   "missing:symbol");
}

int
main (int argc, char **argv)
{
#define ADD(name, func)                                                       \
  g_test_add ("/alpaca/" name, Fixture, NULL, set_up, func, tear_down)
  g_test_init (&argc, &argv, NULL);
  ADD ("splits-both-ways", test_split);
  ADD ("dividends-in-cash-and-shares", test_dividends);
  ADD ("special-and-foreign-dividends-say-so", test_traits);
  ADD ("other-kinds-of-actions", test_other_kinds);
  ADD ("actions-are-filed-by-ex-date", test_filed_by_ex_date);
  ADD ("actions-come-in-pages", test_action_pages);
  ADD ("actions-that-are-cut-cover-nothing", test_action_cut);
  ADD ("bad-actions-are-dead-letters", test_bad_actions);
  ADD ("malformed-actions", test_malformed_actions);
  ADD ("sessions-of-new-york", test_sessions);
  ADD ("sessions-across-the-clock-change",
       test_sessions_across_the_clock_change);
  ADD ("bad-sessions-are-dead-letters", test_bad_sessions);
  ADD ("malformed-calendar", test_malformed_calendar);
  ADD ("keys-of-the-other-account", test_paper_keys);
  ADD ("assets-by-pattern", test_assets);
  ADD ("pairs-are-assets", test_crypto_assets);
  return g_test_run ();
}
