/* SPDX-License-Identifier: Apache-2.0
 *
 * The Coinbase provider's candles, its errors and its list of products.
 */
#include "fake-host.h"

#include <math.h>
#include <support/time.h>
#include <string.h>

static const char *const btc[] = { "BTC-USD", NULL };

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
  f->host = fake_host_new ("coinbase");
  f->session = fake_host_open (f->host, "base_url", "http://vendor/", NULL);
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
fetch (Fixture *f, const char *schema, const char *from, const char *to)
{
  return fake_host_fetch (f->host, f->session, "spot", schema, btc, at (from),
                          at (to), 0);
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
assert_covered (const Fixture *f, const char *expected)
{
  g_autofree char *coverage = fake_host_coverage (f->host);

  g_assert_cmpstr (coverage, ==, expected);
}

/* A vendor that has every candle, newest first, both ends included.        */
static FakeReply *
serve_all (const FakeRequest *request, gpointer data)
{
  g_autofree char *start = fake_query (request->url, "start");
  g_autofree char *end = fake_query (request->url, "end");
  g_autofree char *granularity = fake_query (request->url, "granularity");
  gint64 g = g_ascii_strtoll (granularity, NULL, 10);
  gint64 first = at (start) / MD_SECOND, last = at (end) / MD_SECOND;
  g_autoptr (GString) body = g_string_new ("[");

  g_assert_cmpint ((last - first) / g, <, 300);
  for (gint64 t = last; t >= first; t -= g)
    g_string_append_printf (body, "%s[%" G_GINT64_FORMAT ",1,4,2,3,5.5]",
                            t == last ? "" : ",", t);
  g_string_append_c (body, ']');
  return fake_reply_new (200, NULL, body->str, -1);
}

/* ---- windows ------------------------------------------------------------- */

static void
test_windows_of_300_touch_and_do_not_overlap (Fixture *f, gconstpointer data)
{
  f->host->server = serve_all;
  g_assert_cmpint (fetch (f, "ohlcv-1m", "2024-01-02", "2024-01-02T10:01:00Z"),
                   ==, MD_OK);
  g_assert_cmpuint (f->host->requests->len, ==, 3);
  g_assert_cmpstr (fake_host_request (f->host, 1)->url, ==,
                   "http://vendor/products/BTC-USD/candles?granularity=60"
                   "&start=2024-01-02T05%3A00%3A00Z"
                   "&end=2024-01-02T09%3A59%3A00Z");
  g_assert_cmpuint (n_rows (f), ==, 601);
  g_assert_cmpuint (f->host->covered->len, ==, 3);
  assert_covered (f, "0:2024-01-02T00:00:00Z/2024-01-02T10:01:00Z");
}

static void
test_every_granularity_asks_for_its_seconds (Fixture *f, gconstpointer data)
{
  static const char *const schemas[][2] = {
    { "ohlcv-1m", "60" },   { "ohlcv-5m", "300" },   { "ohlcv-15m", "900" },
    { "ohlcv-1h", "3600" }, { "ohlcv-6h", "21600" }, { "ohlcv-1d", "86400" },
  };

  f->host->server = serve_all;
  for (gsize i = 0; i < G_N_ELEMENTS (schemas); i++) {
    g_autofree char *granularity = NULL;

    g_assert_cmpint (fetch (f, schemas[i][0], "2024-01-02", "2024-01-03"), ==,
                     MD_OK);
    granularity = fake_query (fake_host_request (f->host, 0)->url,
                              "granularity");
    g_assert_cmpstr (granularity, ==, schemas[i][1]);
    assert_covered (f, "0:2024-01-02T00:00:00Z/2024-01-03T00:00:00Z");
  }
}

static void
test_ragged_ranges_ask_for_the_candles_that_start_inside (Fixture *f,
                                                          gconstpointer data)
{
  f->host->server = serve_all;
  g_assert_cmpint (fetch (f, "ohlcv-1m", "2024-01-02T00:00:30Z",
                          "2024-01-02T00:02:30Z"), ==, MD_OK);
  g_assert_nonnull (strstr (fake_host_request (f->host, 0)->url,
                            "&start=2024-01-02T00%3A01%3A00Z"
                            "&end=2024-01-02T00%3A02%3A00Z"));
  assert_covered (f, "0:2024-01-02T00:00:30Z/2024-01-02T00:02:30Z");
  g_assert_cmpint (fetch (f, "ohlcv-1m", "2024-01-02T00:00:10Z",
                          "2024-01-02T00:00:50Z"), ==, MD_OK);
  g_assert_cmpuint (f->host->requests->len, ==, 0);
  assert_covered (f, "0:2024-01-02T00:00:10Z/2024-01-02T00:00:50Z");
}

static void
test_the_running_candle_is_not_history (Fixture *f, gconstpointer data)
{
  f->host->server = serve_all;
  f->host->now = at ("2024-01-02T10:02:40Z");
  g_assert_cmpint (fetch (f, "ohlcv-1m", "2024-01-02T10:00:00Z",
                          "2024-01-02T11:00:00Z"), ==, MD_OK);
  g_assert_cmpuint (n_rows (f), ==, 2);
  assert_covered (f, "0:2024-01-02T10:00:00Z/2024-01-02T10:02:00Z");
  /* The candle of 10:01 is over, but may still change.                     */
  f->host->now = at ("2024-01-02T10:02:20Z");
  g_assert_cmpint (fetch (f, "ohlcv-1m", "2024-01-02T10:00:00Z",
                          "2024-01-02T11:00:00Z"), ==, MD_OK);
  assert_covered (f, "0:2024-01-02T10:00:00Z/2024-01-02T10:01:00Z");
  g_assert_cmpint (fetch (f, "ohlcv-1m", "2024-01-02T10:02:00Z",
                          "2024-01-02T10:03:00Z"), ==, MD_OK);
  g_assert_cmpuint (f->host->requests->len, ==, 0);
  assert_covered (f, "");
}

static void
test_the_running_candle_comes_flagged_where_wanted (Fixture *f,
                                                    gconstpointer data)
{
  f->host->server = serve_all;
  f->host->now = at ("2024-01-02T10:02:40Z");
  g_assert_cmpint (fake_host_fetch (f->host, f->session, "spot", "ohlcv-1m",
                                    btc, at ("2024-01-02T10:00:00Z"),
                                    at ("2024-01-02T11:00:00Z"),
                                    MD_REQUEST_PROVISIONAL), ==, MD_OK);
  g_assert_cmpuint (n_rows (f), ==, 3);
  g_assert_cmpint (bar (f, 2)->ts, ==, at ("2024-01-02T10:02:00Z"));
  g_assert_cmpuint (bar (f, 2)->flags, ==, MD_ROW_PROVISIONAL);
  g_assert_cmpuint (bar (f, 1)->flags, ==, 0);
  assert_covered (f, "0:2024-01-02T10:00:00Z/2024-01-02T10:02:00Z");
}

static void
test_what_was_complete_before_a_failure_stays (Fixture *f, gconstpointer data)
{
  fake_host_reply (f->host, "/candles", 200, NULL,
                   "[[1704153600,1,4,2,3,5]]", -1);
  fake_host_fail (f->host, "/candles", MD_ERR_NETWORK, "reset");
  g_assert_cmpint (fetch (f, "ohlcv-1m", "2024-01-02", "2024-01-03"), ==,
                   MD_ERR_NETWORK);
  g_assert_cmpuint (n_rows (f), ==, 1);
  assert_covered (f, "0:2024-01-02T00:00:00Z/2024-01-02T05:00:00Z");
}

static void
test_holes_and_empty_windows_are_answers (Fixture *f, gconstpointer data)
{
  fake_host_reply (f->host, "/candles", 200, NULL, "[]", -1);
  fake_host_reply (f->host, "/candles", 200, NULL,
                   " [ [1704189300,1,4,2,3,5] , [1704171600,1,4,2,3,5] ]\n",
                   -1);
  g_assert_cmpint (fetch (f, "ohlcv-1m", "2024-01-02", "2024-01-02T10:00:00Z"),
                   ==, MD_OK);
  g_assert_cmpuint (n_rows (f), ==, 2);
  assert_covered (f, "0:2024-01-02T00:00:00Z/2024-01-02T10:00:00Z");
}

/* ---- rows ---------------------------------------------------------------- */

static int
fetch_answer (Fixture *f, const char *body)
{
  fake_host_reply (f->host, "/candles", 200, NULL, body, -1);
  return fetch (f, "ohlcv-1m", "2024-01-02", "2024-01-02T01:00:00Z");
}

static void
test_low_and_high_come_before_open_and_close (Fixture *f, gconstpointer data)
{
  g_assert_cmpint (fetch_answer (f, "[[1704153600,1e-7,42000.123456789,0.5,"
                                    "\"2.25\",4.727521520000001]]"),
                   ==, MD_OK);
  g_assert_cmpint (bar (f, 0)->ts, ==, at ("2024-01-02"));
  g_assert_cmpint (bar (f, 0)->low, ==, 100);
  g_assert_cmpint (bar (f, 0)->high, ==, INT64_C (42000123456789));
  g_assert_cmpint (bar (f, 0)->open, ==, 500000000);
  g_assert_cmpint (bar (f, 0)->close, ==, 2250000000);
  g_assert_true (bar (f, 0)->volume == 4.727521520000001);
  g_assert_true (isnan (bar (f, 0)->vwap));
  g_assert_cmpint (bar (f, 0)->trades, ==, MD_ABSENT);
  g_assert_cmpuint (bar (f, 0)->symbol, ==, 0);
  g_assert_cmpuint (bar (f, 0)->venue, ==, MD_ABSENT_NAME);
}

static void
test_a_bad_row_is_rejected_with_all_reasons (Fixture *f, gconstpointer data)
{
  static const struct {
    const char *row, *reasons;
    gboolean has_time;
  } cases[] = {
    { "[1704153600,null,4,true,3,\"x\"]",
      "missing:low; type:open; type:volume", TRUE },
    { "[1704153660,1,4,2,3]", "missing:volume", TRUE },
    { "[1704153720,1e-10,1e10,2,3,1e400]",
      "inexact:low; range:high; range:volume", TRUE },
    { "[null,1,4,2,3,5]", "missing:time", FALSE },
    { "[1.5,1,4,2,3,5]", "inexact:time", FALSE },
    { "[99999999999999,1,4,2,3,5]", "range:time", FALSE },
    { "{\"time\":1}", "type:row", FALSE },
    { "null", "type:row", FALSE },
    { "[]", "missing:time; missing:low; missing:high; missing:open; "
            "missing:close; missing:volume", FALSE },
  };
  g_autoptr (GString) body = g_string_new ("[[1704154200,1,4,2,3,5,6,[7]]");

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    g_string_append_printf (body, ", %s ", cases[i].row);
  g_string_append_c (body, ']');
  g_assert_cmpint (fetch_answer (f, body->str), ==, MD_OK);
  g_assert_cmpuint (n_rows (f), ==, 1);
  g_assert_cmpuint (f->host->rejects->len, ==, G_N_ELEMENTS (cases));
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    const FakeReject *reject = f->host->rejects->pdata[i];

    g_assert_cmpstr (reject->raw, ==, cases[i].row);
    g_assert_cmpstr (reject->reasons, ==, cases[i].reasons);
    g_assert_cmpuint (reject->symbol, ==, 0);
    g_assert_cmpint (reject->ts != MD_ABSENT, ==, cases[i].has_time);
  }
  assert_covered (f, "0:2024-01-02T00:00:00Z/2024-01-02T01:00:00Z");
}

static void
test_candles_shortly_before_the_start_are_passed_over (Fixture *f,
                                                       gconstpointer data)
{
  g_assert_cmpint (fetch_answer (f, "[[1704153600,1,4,2,3,5],"
                                    "[1704153540,1,4,2,3,5]]"), ==, MD_OK);
  g_assert_cmpuint (n_rows (f), ==, 1);
  g_assert_nonnull (strstr (f->host->log->str, "passed over 1 "));
}

/* With one of start and end lost, the newest 300 come back in silence.     */
static void
test_candles_of_another_range_are_a_protocol_error (Fixture *f,
                                                    gconstpointer data)
{
  static const char *const bodies[] = {
    "[[1704157200,1,4,2,3,5]]", "[[1704153600,1,4,2,3,5],[1717200000,1,4,2,3,5]]",
    "[[1704135540,1,4,2,3,5]]",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (bodies); i++) {
    g_assert_cmpint (fetch_answer (f, bodies[i]), ==, MD_ERR_PROTOCOL);
    assert_covered (f, "");
  }
}

static void
test_a_body_that_is_no_page_leaves_nothing (Fixture *f, gconstpointer data)
{
  static const char page[] = "[[1704153600,1,4,2,3,5],[1704153660,1,4,2,3,5]]";
  static const char *const bodies[] = {
    "", "<html><body>Welcome</body></html>", "null", "{}",
    "{\"message\":\"maintenance\"}", "[[1704153600,1,4,2,3,5]] x",
    "[[1704153600,1,4,2,3,5],[1704153660,1,4,02,3,5]]",
    "[[1704153600,1,4,2,3,5]}", "\"\"",
  };

  for (gsize len = 0; len < strlen (page); len++) {
    g_autofree char *cut = g_strndup (page, len);

    g_assert_cmpint (fetch_answer (f, cut), ==, MD_ERR_PROTOCOL);
    g_assert_cmpuint (n_rows (f) + f->host->rejects->len, ==, 0);
    assert_covered (f, "");
  }
  for (gsize i = 0; i < G_N_ELEMENTS (bodies); i++) {
    g_assert_cmpint (fetch_answer (f, bodies[i]), ==, MD_ERR_PROTOCOL);
    g_assert_cmpuint (n_rows (f) + f->host->rejects->len, ==, 0);
    assert_covered (f, "");
    g_assert_nonnull (strstr (f->host->err.message, "candles of BTC-USD"));
  }
}

/* ---- errors -------------------------------------------------------------- */

static void
test_errors_are_classified (Fixture *f, gconstpointer data)
{
  static const struct {
    int status;
    const char *headers, *body;
    int klass;
    const char *text;
  } cases[] = {
    { 404, NULL, "{\"message\":\"NotFound\"}", MD_ERR_NOT_FOUND, "NotFound" },
    { 404, NULL, "<html>nginx</html>", MD_ERR_PROTOCOL, "base_url" },
    { 400, NULL, "{\"message\":\"Unsupported granularity\"}", MD_ERR_REQUEST,
      "Unsupported granularity" },
    { 429, "Retry-After: 7\n", "{\"message\":\"Public rate limit exceeded\"}",
      MD_ERR_LIMITED, "rate limit" },
    { 429, NULL, "", MD_ERR_LIMITED, "429" },
    { 500, NULL, "{\"message\":\"Internal server error\"}", MD_ERR_NETWORK,
      "Internal" },
    { 503, NULL, "<html>", MD_ERR_NETWORK, "503" },
    { 403, NULL, "{\"message\":\"Forbidden\"}", MD_ERR_ENTITLEMENT,
      "Forbidden" },
    { 204, NULL, "", MD_ERR_PROTOCOL, "204" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    fake_host_reply (f->host, "/candles", cases[i].status, cases[i].headers,
                     cases[i].body, -1);
    g_assert_cmpint (fetch (f, "ohlcv-1m", "2024-01-02", "2024-01-03"), ==,
                     cases[i].klass);
    g_assert_cmpint (f->host->err.http_status, ==, cases[i].status);
    g_assert_nonnull (strstr (f->host->err.message, cases[i].text));
    g_assert_cmpuint (f->host->err.symbol, ==,
                      cases[i].klass == MD_ERR_NOT_FOUND ? 0 : MD_ABSENT_NAME);
    g_assert_cmpint (f->host->err.retry_after_ns, ==,
                     cases[i].headers != NULL ? 7 * MD_SECOND : 0);
    assert_covered (f, "");
  }
}

static void
test_a_user_agent_is_sent (Fixture *f, gconstpointer data)
{
  g_assert_cmpint (fetch_answer (f, "[]"), ==, MD_OK);
  g_assert_nonnull (strstr (fake_host_request (f->host, 0)->headers,
                            "User-Agent: mdcore"));
}

static void
test_a_base_url_that_is_none_is_refused (Fixture *f, gconstpointer data)
{
  g_assert_null (fake_host_open (f->host, "base_url", "ftp://x", NULL));
  g_assert_cmpint (f->host->err.klass, ==, MD_ERR_CONFIG);
  g_assert_nonnull (strstr (f->host->err.message, "provider.base_url"));
}

/* ---- products ------------------------------------------------------------ */

static void
test_products_are_listed_by_pattern (Fixture *f, gconstpointer data)
{
  const struct md_instrument *row;

  fake_host_reply (f->host, "http://vendor/products", 200, NULL,
    "[{\"id\":\"BTC-USD\",\"base_currency\":\"BTC\",\"quote_currency\":\"USD\","
    "\"quote_increment\":\"0.01\",\"base_increment\":\"0.00000001\","
    "\"status\":\"online\",\"extra\":{\"a\":[1]}},"
    "{\"id\":\"ETH-EUR\"},"
    "{\"id\":\"X-USD\",\"quote_increment\":\"0.0000000001\"},"
    "{\"base_currency\":\"Y\"},7]", -1);
  g_assert_cmpint (fake_host_list (f->host, f->session, NULL, "*-USD"), ==,
                   MD_OK);
  g_assert_cmpuint (n_rows (f), ==, 1);
  row = &g_array_index (f->host->rows, struct md_instrument, 0);
  g_assert_cmpstr (fake_host_name (f->host, row->symbol), ==, "BTC-USD");
  g_assert_cmpstr (fake_host_name (f->host, row->kind), ==, "spot");
  g_assert_cmpstr (fake_host_name (f->host, row->base), ==, "BTC");
  g_assert_cmpstr (fake_host_name (f->host, row->currency), ==, "USD");
  g_assert_cmpstr (fake_host_name (f->host, row->status), ==, "online");
  g_assert_cmpint (row->tick, ==, 10000000);
  g_assert_true (row->lot == 1e-8);
  g_assert_cmpuint (f->host->rejects->len, ==, 3);
  g_assert_cmpstr (((FakeReject *) f->host->rejects->pdata[0])->reasons, ==,
                   "inexact:quote_increment");
}

int
main (int argc, char **argv)
{
  static const struct {
    const char *name;
    void (*run) (Fixture *, gconstpointer);
  } tests[] = {
    { "windows-of-300-touch-and-do-not-overlap",
      test_windows_of_300_touch_and_do_not_overlap },
    { "every-granularity-asks-for-its-seconds",
      test_every_granularity_asks_for_its_seconds },
    { "ragged-ranges-ask-for-the-candles-that-start-inside",
      test_ragged_ranges_ask_for_the_candles_that_start_inside },
    { "the-running-candle-is-not-history",
      test_the_running_candle_is_not_history },
    { "the-running-candle-comes-flagged-where-wanted",
      test_the_running_candle_comes_flagged_where_wanted },
    { "what-was-complete-before-a-failure-stays",
      test_what_was_complete_before_a_failure_stays },
    { "holes-and-empty-windows-are-answers",
      test_holes_and_empty_windows_are_answers },
    { "low-and-high-come-before-open-and-close",
      test_low_and_high_come_before_open_and_close },
    { "a-bad-row-is-rejected-with-all-reasons",
      test_a_bad_row_is_rejected_with_all_reasons },
    { "candles-shortly-before-the-start-are-passed-over",
      test_candles_shortly_before_the_start_are_passed_over },
    { "candles-of-another-range-are-a-protocol-error",
      test_candles_of_another_range_are_a_protocol_error },
    { "a-body-that-is-no-page-leaves-nothing",
      test_a_body_that_is_no_page_leaves_nothing },
    { "errors-are-classified", test_errors_are_classified },
    { "a-user-agent-is-sent", test_a_user_agent_is_sent },
    { "a-base-url-that-is-none-is-refused",
      test_a_base_url_that_is_none_is_refused },
    { "products-are-listed-by-pattern", test_products_are_listed_by_pattern },
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++) {
    g_autofree char *path = g_strconcat ("/coinbase-candles/", tests[i].name,
                                         NULL);

    g_test_add (path, Fixture, NULL, set_up, tests[i].run, tear_down);
  }
  return g_test_run ();
}
