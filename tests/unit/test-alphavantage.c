/* SPDX-License-Identifier: Apache-2.0
 *
 * The Alpha Vantage provider: series, errors that come as answers, listings.
 */
#include "vectors.h"

#define KEY "KEYCANARY1234567"
#define BARS "timestamp,open,high,low,close,volume\r\n"

static const char *const ibm[] = { "IBM", NULL };
static const char *const eur[] = { "EUR/USD", NULL };

static md_time
at (const char *text)
{
  md_time t = 0;

  g_assert_true (md_time_parse (text, strlen (text), &t));
  return t;
}

typedef struct {
  FakeHost *host;
  void *session;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->host = fake_host_new ("alphavantage");
  f->host->now = at ("2026-06-01");
  f->session = fake_host_open (f->host, "base_url", "http://vendor",
                               "api_key", KEY, NULL);
  g_assert_nonnull (f->session);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  fake_host_assert_done (f->host);
  fake_host_close (f->host, f->session);
  fake_host_free (f->host);
}

static int
fetch (Fixture *f, const char *dataset, const char *schema,
       const char *const *symbols, const char *from, const char *to)
{
  return fake_host_fetch (f->host, f->session, dataset, schema, symbols,
                          at (from), at (to), 0);
}

static guint
n_rows (const Fixture *f)
{
  return f->host->rows != NULL ? f->host->rows->len : 0;
}

static const struct md_bar *
bar (const Fixture *f, guint i)
{
  g_assert_cmpuint (i, <, n_rows (f));
  return &g_array_index (f->host->rows, struct md_bar, i);
}

static void
reply (Fixture *f, const char *body)
{
  fake_host_reply (f->host, "/query?", 200, NULL, body, -1);
}

static void
assert_covered (const Fixture *f, const char *expected)
{
  g_autofree char *coverage = fake_host_coverage (f->host);

  g_assert_cmpstr (coverage, ==, expected);
}

/* ---- minutes of stocks --------------------------------------------------- */

static void
test_minutes_are_asked_for_month_by_month_newest_first (Fixture *f,
                                                        gconstpointer data)
{
  reply (f, BARS "2024-02-01 09:30:00,1,2,1,2,5\n");
  reply (f, BARS "2024-01-31 19:55:00,1,2,1,2,5\n"
                 "2024-01-02 09:30:00,1,2,1,2,5\n");
  g_assert_cmpint (fetch (f, "stocks/raw", "ohlcv-5m", ibm,
                          "2024-01-31T12:00:00Z", "2024-02-02"), ==, MD_OK);
  g_assert_cmpstr (fake_host_request (f->host, 0)->url, ==,
                   "http://vendor/query?function=TIME_SERIES_INTRADAY"
                   "&symbol=IBM&interval=5min&month=2024-02&adjusted=false"
                   "&extended_hours=true&outputsize=full&datatype=csv");
  g_assert_nonnull (strstr (fake_host_request (f->host, 1)->url,
                            "month=2024-01"));
  g_assert_cmpuint (fake_host_request (f->host, 0)->auth, ==, MD_AUTH_QUERY);
  g_assert_cmpuint (n_rows (f), ==, 2);
  /* 19:55 in New York is past midnight of February in UTC.                 */
  g_assert_cmpint (bar (f, 1)->ts, ==, at ("2024-02-01T00:55:00Z"));
  g_assert_cmpuint (f->host->covered->len, ==, 2);
  assert_covered (f, "0:2024-01-31T12:00:00Z/2024-02-02T00:00:00Z");
}

static void
test_labels_are_new_york_wall_clock (Fixture *f, gconstpointer data)
{
  reply (f, BARS "2024-03-11 09:30:00,1,2,1,2,5\n"
                 "2024-03-08 09:30:00,1,2,1,2,5\n"
                 "2024-03-10 02:30:00,1,2,1,2,5\n"
                 "2024-03-04 09:30:00,1,2,1,2,5\n");
  g_assert_cmpint (fetch (f, "stocks/raw", "ohlcv-1m", ibm, "2024-03-02",
                          "2024-03-20"), ==, MD_OK);
  g_assert_cmpint (bar (f, 0)->ts, ==, at ("2024-03-11T13:30:00Z"));
  g_assert_cmpint (bar (f, 1)->ts, ==, at ("2024-03-08T14:30:00Z"));
  g_assert_cmpstr (((FakeReject *) f->host->rejects->pdata[0])->reasons, ==,
                   "ambiguous:timestamp");
}

static void
test_a_month_that_was_not_asked_for_is_refused (Fixture *f,
                                                gconstpointer data)
{
  reply (f, BARS "2024-05-03 09:30:00,1,2,1,2,5\n");
  reply (f, BARS "2024-05-03 09:30:00,1,2,1,2,5\n");
  g_assert_cmpint (fetch (f, "stocks/raw", "ohlcv-1m", ibm, "2024-03-02",
                          "2024-03-20"), ==, MD_ERR_PROTOCOL);
  assert_covered (f, "");
}

/* Between two lines nothing of the format tells.                           */
static void
test_a_month_that_was_cut_between_lines_is_noticed (Fixture *f,
                                                    gconstpointer data)
{
  const char *cut = BARS "2024-03-18 09:30:00,1,2,1,2,5\n";

  reply (f, cut);
  reply (f, BARS "2024-03-18 09:30:00,1,2,1,2,5\n"
                 "2024-03-04 09:30:00,1,2,1,2,5\n");
  g_assert_cmpint (fetch (f, "stocks/raw", "ohlcv-1m", ibm, "2024-03-02",
                          "2024-03-20"), ==, MD_ERR_PROTOCOL);
  assert_covered (f, "");
  /* Listed in the middle of the month: the same answer twice.              */
  reply (f, cut);
  reply (f, cut);
  g_assert_cmpint (fetch (f, "stocks/raw", "ohlcv-1m", ibm, "2024-03-02",
                          "2024-03-20"), ==, MD_OK);
  g_assert_cmpuint (n_rows (f), ==, 1);
}

static void
test_series_that_begin_late_are_asked_for_twice (Fixture *f,
                                                 gconstpointer data)
{
  reply (f, BARS "2026-05-15,1,2,1,2,5\n");
  reply (f, BARS "2026-05-15,1,2,1,2,5\n2026-05-01,1,2,1,2,5\n");
  g_assert_cmpint (fetch (f, "stocks/raw", "ohlcv-1d", ibm, "2026-05-01",
                          "2026-05-20"), ==, MD_ERR_PROTOCOL);
  assert_covered (f, "");
}

static void
test_labels_of_ends_are_refused (Fixture *f, gconstpointer data)
{
  reply (f, BARS "2024-03-05 20:00:00,1,2,1,2,5\n");
  g_assert_cmpint (fetch (f, "stocks/raw", "ohlcv-1m", ibm, "2024-03-02",
                          "2024-03-20"), ==, MD_ERR_PROTOCOL);
  g_assert_nonnull (strstr (f->host->err.message, "ends of bars"));
}

static void
test_months_before_a_listing_leave_the_later_ones (Fixture *f,
                                                   gconstpointer data)
{
  reply (f, BARS "2024-03-05 09:30:00,1,2,1,2,5\n");
  reply (f, "{\"Error Message\":\"Invalid API call.\"}");
  g_assert_cmpint (fetch (f, "stocks/raw", "ohlcv-1m", ibm, "2024-02-01",
                          "2024-03-20"), ==, MD_ERR_NOT_FOUND);
  assert_covered (f, "0:2024-03-01T05:00:00Z/2024-03-20T00:00:00Z");
}

/* ---- longer bars --------------------------------------------------------- */

static void
test_weeks_and_months_are_filed_under_their_start (Fixture *f,
                                                   gconstpointer data)
{
  const char *body = BARS "2026-05-29,1,2,1,2,5\n2026-05-15,1,2,1,2,5\n";

  reply (f, body);
  g_assert_cmpint (fetch (f, "stocks/raw", "ohlcv-1w", ibm, "2026-05-04",
                          "2026-05-25"), ==, MD_OK);
  g_assert_cmpuint (n_rows (f), ==, 1);
  g_assert_cmpint (bar (f, 0)->ts, ==, at ("2026-05-11"));
  reply (f, BARS "2026-05-29,1,2,1,2,5\n2026-04-30,1,2,1,2,5\n");
  g_assert_cmpint (fetch (f, "stocks/raw", "ohlcv-1mo", ibm, "2026-04-01",
                          "2026-06-01"), ==, MD_OK);
  /* The running month, labelled with its latest day, is not history.       */
  g_assert_cmpuint (n_rows (f), ==, 1);
  g_assert_cmpint (bar (f, 0)->ts, ==, at ("2026-04-01"));
  assert_covered (f, "0:2026-04-01T00:00:00Z/2026-05-01T00:00:00Z");
}

/* Days write "adjusted_close", weeks "adjusted close".                     */
static void
test_adjusted_bars_keep_their_shape (Fixture *f, gconstpointer data)
{
  reply (f, "timestamp,open,high,low,close,adjusted_close,volume,"
            "dividend_amount,split_coefficient\n"
            "2026-05-14,8,10,6,9,4.50000000000001,5,0,1.0\n"
            "2026-05-13,8,10,6,0,4.5,5,0,1.0\n"
            "2026-05-12,8,10,6,9,,5,0,1.0\n");
  g_assert_cmpint (fetch (f, "stocks/adjusted", "ohlcv-1d", ibm,
                          "2026-05-12", "2026-05-20"), ==, MD_OK);
  g_assert_nonnull (strstr (fake_host_request (f->host, 0)->url,
                            "function=TIME_SERIES_DAILY_ADJUSTED"));
  g_assert_cmpuint (n_rows (f), ==, 1);
  g_assert_cmpint (bar (f, 0)->open, ==, 4 * MD_PRICE_ONE);
  g_assert_cmpint (bar (f, 0)->high, ==, 5 * MD_PRICE_ONE);
  g_assert_cmpint (bar (f, 0)->low, ==, 3 * MD_PRICE_ONE);
  g_assert_cmpint (bar (f, 0)->close, ==, 9 * MD_PRICE_ONE / 2);
  g_assert_cmpuint (f->host->rejects->len, ==, 2);
  reply (f, "timestamp,open,high,low,close,adjusted close,volume,"
            "dividend amount\n2026-05-15,4,4,4,4,2,5,0\n");
  g_assert_cmpint (fetch (f, "stocks/adjusted", "ohlcv-1w", ibm,
                          "2026-05-11", "2026-05-18"), ==, MD_OK);
  g_assert_cmpint (bar (f, 0)->close, ==, 2 * MD_PRICE_ONE);
}

static void
test_what_is_newer_than_final_comes_flagged (Fixture *f, gconstpointer data)
{
  reply (f, BARS "2026-06-01,1,2,1,2,5\n2026-05-29,1,2,1,2,5\n");
  g_assert_cmpint (fake_host_fetch (f->host, f->session, "stocks/raw",
                                    "ohlcv-1mo", ibm, at ("2026-05-01"),
                                    at ("2026-07-01"),
                                    MD_REQUEST_PROVISIONAL), ==, MD_OK);
  g_assert_cmpuint (n_rows (f), ==, 2);
  g_assert_cmpint (bar (f, 0)->ts, ==, at ("2026-06-01"));
  g_assert_cmpuint (bar (f, 0)->flags, ==, MD_ROW_PROVISIONAL);
  assert_covered (f, "");
}

/* The clock goes back on the first Sunday of November.                     */
static void
test_labels_follow_the_autumn_change (Fixture *f, gconstpointer data)
{
  reply (f, BARS "2024-11-04 09:30:00,1,2,1,2,5\n"
                 "2024-11-01 09:30:00,1,2,1,2,5\n");
  g_assert_cmpint (fetch (f, "stocks/raw", "ohlcv-1m", ibm,
                          "2024-11-01T04:00:00Z", "2024-11-20"), ==, MD_OK);
  g_assert_cmpint (bar (f, 0)->ts, ==, at ("2024-11-04T14:30:00Z"));
  g_assert_cmpint (bar (f, 1)->ts, ==, at ("2024-11-01T13:30:00Z"));
}

static void
test_recent_days_ask_for_the_compact_series (Fixture *f, gconstpointer data)
{
  reply (f, BARS "2026-05-04,1,2,1,2,5\n");
  g_assert_cmpint (fetch (f, "stocks/raw", "ohlcv-1d", ibm, "2026-05-01",
                          "2026-05-20"), ==, MD_OK);
  g_assert_nonnull (strstr (fake_host_request (f->host, 0)->url,
                            "outputsize=compact"));
  reply (f, "{\"Information\":\"This is a premium endpoint.\"}");
  g_assert_cmpint (fetch (f, "stocks/raw", "ohlcv-1d", ibm, "2020-05-01",
                          "2026-05-20"), ==, MD_ERR_ENTITLEMENT);
  g_assert_nonnull (strstr (fake_host_request (f->host, 0)->url,
                            "outputsize=full"));
  /* What may still be had is not part of the refusal.                      */
  g_assert_cmpint (f->host->err.from, ==, at ("2020-05-01"));
  g_assert_cmpint (f->host->err.to, ==, at ("2026-02-23"));
}

static void
test_what_cannot_be_reached_is_said_and_the_rest_kept (Fixture *f,
                                                       gconstpointer data)
{
  reply (f, "timestamp,open,high,low,close\n"
            "2026-05-15 21:05:00,1.1,1.2,1.0,1.1\n"
            "2026-05-15 12:50:00,1.1,1.2,1.0,1.1\n");
  g_assert_cmpint (fetch (f, "fx", "ohlcv-5m", eur, "2026-01-01",
                          "2026-05-16"), ==, MD_ERR_ENTITLEMENT);
  g_assert_nonnull (strstr (fake_host_request (f->host, 0)->url,
                            "&from_symbol=EUR&to_symbol=USD&interval=5min"));
  g_assert_cmpint (f->host->err.to, ==, at ("2026-05-15T12:50:00Z"));
  assert_covered (f, "0:2026-05-15T12:50:00Z/2026-05-16T00:00:00Z");
  g_assert_true (isnan (bar (f, 0)->volume));
}

static void
test_splits_and_dividends_become_actions (Fixture *f, gconstpointer data)
{
  const struct md_action *rows;

  reply (f, "timestamp,open,high,low,close,adjusted_close,volume,"
            "dividend_amount,split_coefficient\n"
            "2026-05-15,1,2,1,2,2,5,0.0000,1.0\n"
            "2026-05-14,1,2,1,2,2,5,1.6800,1.0\n"
            "2026-05-13,1,2,1,2,2,5,0.0000,2.0\n"
            "2026-05-01,1,2,1,2,2,5,0.0000,1.0\n");
  g_assert_cmpint (fetch (f, "stocks/raw", "actions", ibm, "2026-05-01",
                          "2026-05-20"), ==, MD_OK);
  g_assert_cmpuint (n_rows (f), ==, 2);
  rows = (const struct md_action *) (gconstpointer) f->host->rows->data;
  g_assert_cmpstr (fake_host_name (f->host, rows[0].action), ==,
                   "cash_dividend");
  g_assert_cmpint (rows[0].cash, ==, 1680000000);
  g_assert_cmpstr (fake_host_name (f->host, rows[1].action), ==, "split");
  g_assert_cmpfloat (rows[1].ratio_from, ==, 1);
  g_assert_cmpfloat (rows[1].ratio_to, ==, 2);
}

/* ---- answers ------------------------------------------------------------- */

static void
test_errors_in_answers_are_classified (Fixture *f, gconstpointer data)
{
  static const struct {
    const char *body;
    int klass;
  } cases[] = {
    { "{\"Error Message\":\"the parameter apikey is invalid or missing.\"}",
      MD_ERR_AUTH },
    { "{\"Information\":\"The **demo** API key is for demo purposes only.\"}",
      MD_ERR_AUTH },
    { "{\"Information\":\"Please consider spreading out your free API "
      "requests more sparingly (1 request per second). 25 requests per day\"}",
      MD_ERR_LIMITED },
    { "{\"Note\":\"Our standard API call frequency is 5 calls per minute and "
      "500 calls per day.\"}", MD_ERR_LIMITED },
    { " {\"Information\":\"We have detected your API key as " KEY " and our "
      "standard API rate limit is 25 requests per day.\"}", MD_ERR_QUOTA },
    { "{\"Information\":\"Thank you! This is a premium endpoint. " KEY "\"}",
      MD_ERR_ENTITLEMENT },
    { "{\"Error Message\":\"Invalid API call. " KEY "\"}", MD_ERR_NOT_FOUND },
    { "{\"Information\":\"" KEY KEY KEY " is something new\"}",
      MD_ERR_REQUEST },
    { "{\"Time Series (Daily)\":{}}", MD_ERR_PROTOCOL },
    { "{\"Information\":", MD_ERR_PROTOCOL },
    { "<!DOCTYPE html>", MD_ERR_PROTOCOL },
    { "not,a,header\n1,2,3\n", MD_ERR_PROTOCOL },
    { BARS "2026-05-04,1,2,1\n", MD_ERR_PROTOCOL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    reply (f, cases[i].body);
    g_assert_cmpint (fetch (f, "stocks/raw", "ohlcv-1d", ibm, "2026-05-01",
                            "2026-05-20"), ==, cases[i].klass);
    g_assert_null (strstr (f->host->err.message, "CANARY"));
    assert_covered (f, "");
  }
}

static void
test_the_quota_opens_at_midnight_in_new_york (Fixture *f, gconstpointer data)
{
  f->host->now = at ("2026-06-01T15:00:00Z");
  reply (f, "{\"Information\":\"our standard API rate limit is 25 requests "
            "per day\"}");
  g_assert_cmpint (fetch (f, "stocks/raw", "ohlcv-1d", ibm, "2026-05-01",
                          "2026-05-20"), ==, MD_ERR_QUOTA);
  g_assert_cmpint (f->host->err.until, ==, at ("2026-06-02T04:00:00Z"));
}

static void
test_no_data_is_an_answer (Fixture *f, gconstpointer data)
{
  static const char *const bodies[] = { "", "{}", BARS,
                                        "{\"Meta Data\":{\"1. x\":\"y\"}}" };

  for (gsize i = 0; i < G_N_ELEMENTS (bodies); i++) {
    reply (f, bodies[i]);
    /* A header alone is CSV; the others are asked for once more.           */
    if (strcmp (bodies[i], BARS) != 0)
      reply (f, bodies[i]);
    g_assert_cmpint (fetch (f, "stocks/raw", "ohlcv-1d", ibm, "2026-05-01",
                            "2026-05-20"), ==, MD_OK);
    fake_host_assert_done (f->host);
    g_assert_cmpuint (n_rows (f), ==, 0);
    assert_covered (f, "0:2026-05-01T00:00:00Z/2026-05-20T00:00:00Z");
  }
}

static void
test_a_bad_row_is_rejected_with_all_reasons (Fixture *f, gconstpointer data)
{
  reply (f, BARS "2026-05-15,1,,x,1.0000000001,5\n2026-05-14,1,2,1,2,7");
  g_assert_cmpint (fetch (f, "stocks/raw", "ohlcv-1d", ibm, "2026-05-12",
                          "2026-05-20"), ==, MD_OK);
  g_assert_cmpuint (n_rows (f), ==, 1);
  g_assert_cmpstr (((FakeReject *) f->host->rejects->pdata[0])->reasons, ==,
                   "missing:high; type:low; inexact:close");
  g_assert_cmpstr (((FakeReject *) f->host->rejects->pdata[0])->raw, ==,
                   "2026-05-15,1,,x,1.0000000001,5");
}

static void
test_symbols_that_cannot_be_are_refused (Fixture *f, gconstpointer data)
{
  static const char *const london[] = { "TSCO.LON", NULL };

  g_assert_cmpint (fake_host_check (f->host, f->session, "stocks/raw",
                                    "ohlcv-5m", london, at ("2026-05-01"),
                                    at ("2026-05-02")), ==, MD_ERR_CONFIG);
  g_assert_cmpint (fake_host_check (f->host, f->session, "stocks/raw",
                                    "ohlcv-1d", london, at ("2026-05-01"),
                                    at ("2026-05-02")), ==, MD_OK);
  g_assert_cmpint (fake_host_check (f->host, f->session, "fx", "ohlcv-1d",
                                    ibm, at ("2026-05-01"),
                                    at ("2026-05-02")), ==, MD_ERR_CONFIG);
}

/* ---- recorded answers ---------------------------------------------------- */

static void
test_recorded_dividends_are_found (Fixture *f, gconstpointer data)
{
  g_autofree char *body = vector_text ("alphavantage",
                                        "daily_adjusted_ibm.csv");
  const struct md_action *rows;

  if (body == NULL)
    return;
  reply (f, body);
  g_assert_cmpint (fetch (f, "stocks/raw", "actions", ibm, "2025-12-22",
                          "2026-05-16"), ==, MD_OK);
  g_assert_cmpuint (f->host->rejects->len, ==, 0);
  g_assert_cmpuint (n_rows (f), ==, 2);
  rows = (const struct md_action *) (gconstpointer) f->host->rows->data;
  g_assert_cmpint (rows[0].ts, ==, at ("2026-05-08"));
  g_assert_cmpint (rows[0].cash, ==, 1690000000);
  g_assert_cmpint (rows[1].ts, ==, at ("2026-02-10"));
  g_assert_cmpint (rows[1].cash, ==, 1680000000);
}

static void
test_recorded_listings_are_all_there (Fixture *f, gconstpointer data)
{
  g_autofree char *body = vector_text ("alphavantage",
                                        "listing_status_first400.csv");
  const struct md_instrument *row;

  if (body == NULL)
    return;
  reply (f, body);
  reply (f, "symbol,name,exchange,assetType,ipoDate,delistingDate,status\n"
            "GONE,\"Gone, Inc\",NYSE,Stock,1999-11-18,2014-01-02,Delisted\n");
  g_assert_cmpint (fake_host_list (f->host, f->session, "stocks/raw", NULL),
                   ==, MD_OK);
  g_assert_cmpuint (n_rows (f), ==, 401);
  g_assert_cmpuint (f->host->rejects->len, ==, 0);
  row = &g_array_index (f->host->rows, struct md_instrument, 400);
  g_assert_cmpstr (fake_host_name (f->host, row->symbol), ==, "GONE");
  g_assert_cmpint (row->delisted, ==, at ("2014-01-02"));
  row = &g_array_index (f->host->rows, struct md_instrument, 0);
  g_assert_cmpstr (fake_host_name (f->host, row->symbol), ==, "-P-HIZ");
  g_assert_cmpint (row->delisted, ==, MD_ABSENT);
}

int
main (int argc, char **argv)
{
  static const struct {
    const char *name;
    void (*run) (Fixture *, gconstpointer);
  } tests[] = {
    { "minutes-are-asked-for-month-by-month-newest-first",
      test_minutes_are_asked_for_month_by_month_newest_first },
    { "labels-are-new-york-wall-clock", test_labels_are_new_york_wall_clock },
    { "a-month-that-was-not-asked-for-is-refused",
      test_a_month_that_was_not_asked_for_is_refused },
    { "a-month-that-was-cut-between-lines-is-noticed",
      test_a_month_that_was_cut_between_lines_is_noticed },
    { "series-that-begin-late-are-asked-for-twice",
      test_series_that_begin_late_are_asked_for_twice },
    { "labels-of-ends-are-refused", test_labels_of_ends_are_refused },
    { "months-before-a-listing-leave-the-later-ones",
      test_months_before_a_listing_leave_the_later_ones },
    { "weeks-and-months-are-filed-under-their-start",
      test_weeks_and_months_are_filed_under_their_start },
    { "adjusted-bars-keep-their-shape", test_adjusted_bars_keep_their_shape },
    { "what-is-newer-than-final-comes-flagged",
      test_what_is_newer_than_final_comes_flagged },
    { "labels-follow-the-autumn-change",
      test_labels_follow_the_autumn_change },
    { "recent-days-ask-for-the-compact-series",
      test_recent_days_ask_for_the_compact_series },
    { "what-cannot-be-reached-is-said-and-the-rest-kept",
      test_what_cannot_be_reached_is_said_and_the_rest_kept },
    { "splits-and-dividends-become-actions",
      test_splits_and_dividends_become_actions },
    { "errors-in-answers-are-classified",
      test_errors_in_answers_are_classified },
    { "the-quota-opens-at-midnight-in-new-york",
      test_the_quota_opens_at_midnight_in_new_york },
    { "no-data-is-an-answer", test_no_data_is_an_answer },
    { "a-bad-row-is-rejected-with-all-reasons",
      test_a_bad_row_is_rejected_with_all_reasons },
    { "symbols-that-cannot-be-are-refused",
      test_symbols_that_cannot_be_are_refused },
    { "recorded-dividends-are-found", test_recorded_dividends_are_found },
    { "recorded-listings-are-all-there", test_recorded_listings_are_all_there },
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++) {
    g_autofree char *path = g_strconcat ("/alphavantage/", tests[i].name,
                                         NULL);

    g_test_add (path, Fixture, NULL, set_up, tests[i].run, tear_down);
  }
  return g_test_run ();
}
