/* SPDX-License-Identifier: Apache-2.0
 *
 * The OANDA provider: answers that are odd, errors, configuration, the list
 * of instruments, and recorded answers.
 */
#include "oanda-fixture.h"


/* ---- answers ------------------------------------------------------------- */

static void
test_an_empty_window_is_an_answer (Fixture *f, gconstpointer data)
{
  g_autofree char *body = answer ("H1", "");

  fake_host_reply (f->host, "/candles", 200, NULL, body, -1);
  g_assert_cmpint (fetch (f, "ohlcv-1h", "2017-01-01", "2017-01-02"), ==,
                   MD_OK);
  assert_covered (f, "0:2017-01-01T00:00:00Z/2017-01-02T00:00:00Z");
}

static void
test_a_bad_row_is_rejected_with_all_reasons (Fixture *f, gconstpointer data)
{
  g_autofree char *good = candle ("2024-01-02T00:02:00Z", TRUE);
  g_autofree char *rows = g_strdup_printf (
    "{\"complete\":true,\"time\":\"2024-01-02T00:00:00Z\",\"mid\":"
    "{\"o\":\"1.0000000001\",\"h\":null,\"l\":[],\"c\":\"1\"}},"
    "{\"complete\":true,\"volume\":1,\"time\":\"2024-01-02T00:01:00Z\"},%s",
    good);
  g_autofree char *body = answer ("M1", rows);

  fake_host_reply (f->host, "/candles", 200, NULL, body, -1);
  g_assert_cmpint (fetch (f, "ohlcv-1m", "2024-01-02", "2024-01-02T01:00:00Z"),
                   ==, MD_OK);
  g_assert_cmpuint (n_rows (f), ==, 1);
  g_assert_cmpuint (f->host->rejects->len, ==, 2);
  g_assert_cmpstr (((FakeReject *) f->host->rejects->pdata[0])->reasons, ==,
                   "inexact:o; missing:h; type:l; missing:volume");
  g_assert_cmpstr (((FakeReject *) f->host->rejects->pdata[1])->reasons, ==,
                   "missing:mid");
  assert_covered (f, "0:2024-01-02T00:00:00Z/2024-01-02T01:00:00Z");
}

static void
assert_protocol (Fixture *f, const char *body)
{
  fake_host_reply (f->host, "/candles", 200, NULL, body, -1);
  g_assert_cmpint (fetch (f, "ohlcv-1m", "2024-01-02", "2024-01-02T01:00:00Z"),
                   ==, MD_ERR_PROTOCOL);
  assert_covered (f, "");
}

static void
test_an_answer_to_another_question_is_refused (Fixture *f, gconstpointer data)
{
  g_autofree char *one = candle ("2024-01-02T00:05:00Z", TRUE);
  g_autofree char *early = candle ("2024-01-01T23:58:00Z", TRUE);
  g_autofree char *late = candle ("2024-01-02T01:02:00Z", TRUE);
  g_autofree char *newer = candle ("2024-01-02T00:06:00Z", TRUE);
  g_autofree char *back = g_strdup_printf ("%s,%s", newer, one);
  g_autofree char *granularity = answer ("M5", one);
  g_autofree char *before = answer ("M1", early);
  g_autofree char *after = answer ("M1", late);
  g_autofree char *disorder = answer ("M1", back);

  assert_protocol (f, granularity);
  assert_protocol (f, before);
  assert_protocol (f, after);
  assert_protocol (f, disorder);
  assert_protocol (f, "{\"instrument\":\"USD_JPY\",\"granularity\":\"M1\","
                      "\"candles\":[]}");
  assert_protocol (f, "{\"granularity\":\"M1\",\"candles\":[]}");
}

static void
test_a_body_that_is_no_page_leaves_nothing (Fixture *f, gconstpointer data)
{
  static const char *const bodies[] = {
    "", "[]", "<html>maintenance</html>", "{}", "{\"candles\":null}",
    "{\"instrument\":\"EUR_USD\",\"granularity\":\"M1\",\"candles\":[{",
    "{\"instrument\":\"EUR_USD\",\"granularity\":\"M1\",\"candles\":{}}",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (bodies); i++) {
    assert_protocol (f, bodies[i]);
    g_assert_cmpuint (n_rows (f), ==, 0);
  }
}

static void
test_a_page_cut_anywhere_is_an_error (Fixture *f, gconstpointer data)
{
  g_autofree char *one = candle ("2024-01-02T00:05:00Z", TRUE);
  g_autofree char *whole = answer ("M1", one);

  for (gsize len = 0; len < strlen (whole); len++) {
    fake_host_reply (f->host, "/candles", 200, NULL, whole, (gssize) len);
    g_assert_cmpint (fetch (f, "ohlcv-1m", "2024-01-02",
                            "2024-01-02T01:00:00Z"), ==, MD_ERR_PROTOCOL);
    g_assert_cmpuint (n_rows (f), ==, 0);
  }
}

/* ---- errors -------------------------------------------------------------- */

static void
test_errors_are_classified (Fixture *f, gconstpointer data)
{
  static const struct {
    int status;
    const char *body;
    int klass;
    const char *says;
  } cases[] = {
    { 400, "{\"errorMessage\":\"Maximum value for 'count' exceeded\"}",
      MD_ERR_REQUEST, "Maximum value for 'count' exceeded" },
    { 400, "{\"errorMessage\":\"Invalid value specified for 'granularity'\"}",
      MD_ERR_REQUEST, "granularity" },
    { 400, "{\"errorMessage\":\"'to' is in the future\"}", MD_ERR_REQUEST,
      "clock" },
    { 401, "{\"errorMessage\":\"Insufficient authorization to perform "
           "request.\"}", MD_ERR_AUTH, "provider.environment is practice" },
    { 403, "{\"errorMessage\":\"Forbidden\"}", MD_ERR_AUTH, "token is valid" },
    { 404, "{}", MD_ERR_PROTOCOL, "url" },
    { 404, "{\"errorMessage\":\"No such account\"}", MD_ERR_REQUEST,
      "provider.account" },
    { 429, "", MD_ERR_LIMITED, "429" },
    { 503, "<html>Maintenance</html>", MD_ERR_NETWORK, "503" },
    { 204, "", MD_ERR_PROTOCOL, "204" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    fake_host_reply (f->host, "/candles", cases[i].status, NULL,
                     cases[i].body, -1);
    g_assert_cmpint (fetch (f, "ohlcv-1m", "2024-01-02",
                            "2024-01-02T01:00:00Z"), ==, cases[i].klass);
    g_assert_cmpint (f->host->err.http_status, ==, cases[i].status);
    g_assert_nonnull (strstr (f->host->err.message, cases[i].says));
  }
}

static void
test_an_unknown_instrument_is_named (Fixture *f, gconstpointer data)
{
  fake_host_reply (f->host, "/candles", 400, NULL,
                   "{\"errorMessage\":\"Invalid value specified for "
                   "'instrument'\"}", -1);
  g_assert_cmpint (fetch (f, "ohlcv-1m", "2024-01-02", "2024-01-02T01:00:00Z"),
                   ==, MD_ERR_NOT_FOUND);
  g_assert_cmpuint (f->host->err.symbol, ==, 0);
  g_assert_nonnull (strstr (f->host->err.message, "EUR_USD"));
}

static void
test_the_request_id_and_the_code_are_kept (Fixture *f, gconstpointer data)
{
  fake_host_reply (f->host, "/candles", 400, "RequestID: 42359",
                   "{\"errorMessage\":\"Missing 'x' parameter\",\"errorCode\":"
                   "\"oanda::rest::core::MissingParameterException\"}", -1);
  g_assert_cmpint (fetch (f, "ohlcv-1m", "2024-01-02", "2024-01-02T01:00:00Z"),
                   ==, MD_ERR_REQUEST);
  g_assert_nonnull (strstr (f->host->err.message, "(RequestID 42359)"));
  g_assert_cmpstr (f->host->err.vendor_code, ==, "MissingParameterException");
}

/* ---- configuration ------------------------------------------------------- */

static void
test_the_environment_chooses_the_host (Fixture *f, gconstpointer data)
{
  static const char *const times[] = { "2024-01-02T00:00:00Z", NULL };
  void *live = fake_host_open (f->host, "environment", "live", "live_url",
                               "http://live", "token", TOKEN, NULL);

  g_assert_nonnull (live);
  reply_candles (f, "M1", times);
  g_assert_cmpint (fake_host_fetch (f->host, live, "mid", "ohlcv-1m", eur,
                                    at ("2024-01-02"),
                                    at ("2024-01-02T00:01:00Z"), 0), ==,
                   MD_OK);
  g_assert_true (g_str_has_prefix (fake_host_request (f->host, 0)->url,
                                   "http://live/v3/"));
  fake_host_close (f->host, live);
}

static void
test_what_cannot_be_is_refused (Fixture *f, gconstpointer data)
{
  static const char *const slash[] = { "EUR_USD", "EUR/USD", NULL };

  g_assert_null (fake_host_open (f->host, "practice_url", "vendor", "token",
                                 TOKEN, NULL));
  g_assert_cmpint (f->host->err.klass, ==, MD_ERR_CONFIG);
  g_assert_null (fake_host_open (f->host, "account", "6538123", "token", TOKEN,
                                 NULL));
  g_assert_nonnull (strstr (f->host->err.message, "former API"));
  g_assert_cmpint (fake_host_check (f->host, f->session, "mid", "ohlcv-1m",
                                    slash, at ("2024-01-02"),
                                    at ("2024-01-03")), ==, MD_ERR_CONFIG);
  g_assert_cmpuint (f->host->err.symbol, ==, 1);
}

/* ---- instruments --------------------------------------------------------- */

#define INSTRUMENTS                                                          \
  "{\"instruments\":[{\"name\":\"EUR_USD\",\"type\":\"CURRENCY\","           \
  "\"pipLocation\":-4,\"displayPrecision\":5,\"tradeUnitsPrecision\":0},"    \
  "{\"name\":\"XAU_USD\",\"type\":\"METAL\",\"displayPrecision\":3,"         \
  "\"tradeUnitsPrecision\":1},{\"type\":\"CFD\"},"                           \
  "{\"name\":\"ODD_USD\",\"displayPrecision\":99}],"                         \
  "\"lastTransactionID\":\"1\"}"

static void
test_instruments_are_those_of_the_account (Fixture *f, gconstpointer data)
{
  const struct md_instrument *row;

  fake_host_reply (f->host, "/v3/accounts", 200, NULL,
                   "{\"accounts\":[{\"id\":\"101-004-1-001\",\"tags\":[]}]}",
                   -1);
  fake_host_reply (f->host, "/v3/accounts/101-004-1-001/instruments", 200,
                   NULL, INSTRUMENTS, -1);
  g_assert_cmpint (fake_host_list (f->host, f->session, "mid", NULL), ==,
                   MD_OK);
  g_assert_cmpuint (n_rows (f), ==, 2);
  row = &g_array_index (f->host->rows, struct md_instrument, 1);
  g_assert_cmpstr (fake_host_name (f->host, row->symbol), ==, "XAU_USD");
  g_assert_cmpstr (fake_host_name (f->host, row->kind), ==, "METAL");
  g_assert_cmpstr (fake_host_name (f->host, row->base), ==, "XAU");
  g_assert_cmpstr (fake_host_name (f->host, row->currency), ==, "USD");
  g_assert_cmpint (row->tick, ==, MD_PRICE_ONE / 1000);
  g_assert_cmpfloat (row->lot, ==, 0.1);
  g_assert_cmpuint (f->host->rejects->len, ==, 2);
}

static void
test_instruments_match_a_pattern (Fixture *f, gconstpointer data)
{
  void *session = fake_host_open (f->host, "practice_url", "http://vendor",
                                  "token", TOKEN, "account", "101-004-1-002",
                                  NULL);

  fake_host_reply (f->host, "/v3/accounts/101-004-1-002/instruments", 200,
                   NULL, INSTRUMENTS, -1);
  g_assert_cmpint (fake_host_list (f->host, session, "mid", "EUR*"), ==,
                   MD_OK);
  g_assert_cmpuint (n_rows (f), ==, 1);
  fake_host_close (f->host, session);
}

static void
test_several_accounts_want_a_choice (Fixture *f, gconstpointer data)
{
  fake_host_reply (f->host, "/v3/accounts", 200, NULL,
                   "{\"accounts\":[{\"id\":\"a-1\"},{\"id\":\"a-2\"}]}", -1);
  g_assert_cmpint (fake_host_list (f->host, f->session, "mid", NULL), ==,
                   MD_ERR_CONFIG);
  g_assert_nonnull (strstr (f->host->err.message, "2 accounts"));
}

int
main (int argc, char **argv)
{
  static const OandaTest tests[] = {
    { "an-empty-window-is-an-answer", test_an_empty_window_is_an_answer },
    { "a-bad-row-is-rejected-with-all-reasons",
      test_a_bad_row_is_rejected_with_all_reasons },
    { "an-answer-to-another-question-is-refused",
      test_an_answer_to_another_question_is_refused },
    { "a-body-that-is-no-page-leaves-nothing",
      test_a_body_that_is_no_page_leaves_nothing },
    { "a-page-cut-anywhere-is-an-error", test_a_page_cut_anywhere_is_an_error },
    { "errors-are-classified", test_errors_are_classified },
    { "an-unknown-instrument-is-named", test_an_unknown_instrument_is_named },
    { "the-request-id-and-the-code-are-kept",
      test_the_request_id_and_the_code_are_kept },
    { "the-environment-chooses-the-host",
      test_the_environment_chooses_the_host },
    { "what-cannot-be-is-refused", test_what_cannot_be_is_refused },
    { "instruments-are-those-of-the-account",
      test_instruments_are_those_of_the_account },
    { "instruments-match-a-pattern", test_instruments_match_a_pattern },
    { "several-accounts-want-a-choice", test_several_accounts_want_a_choice },
  };

  g_test_init (&argc, &argv, NULL);
  return run_tests ("oanda-answers", tests, G_N_ELEMENTS (tests));
}
