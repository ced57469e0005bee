/* SPDX-License-Identifier: Apache-2.0
 *
 * The Advanced Trade half of the Coinbase provider: candles and products.
 */
#include "fake-host.h"

#include <math.h>
#include <string.h>
#include <support/time.h>

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
  f->session = fake_host_open (f->host, "advanced_url", "http://vendor/",
                               NULL);
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
  return fake_host_fetch (f->host, f->session, "advanced", schema, btc,
                          at (from), at (to), 0);
}

static int
fetch_answer (Fixture *f, const char *body)
{
  fake_host_reply (f->host, "/candles", 200, NULL, body, -1);
  return fetch (f, "ohlcv-1m", "2024-01-02", "2024-01-02T01:00:00Z");
}

static guint
n_rows (const Fixture *f)
{
  return f->host->rows != NULL ? f->host->rows->len : 0;
}

static void
assert_covered (const Fixture *f, const char *expected)
{
  g_autofree char *coverage = fake_host_coverage (f->host);

  g_assert_cmpstr (coverage, ==, expected);
}

#define ROW(start)                                                            \
  "{\"start\":\"" start "\",\"low\":\"1\",\"high\":\"4\",\"open\":\"2\","     \
  "\"close\":\"3\",\"volume\":\"5.5\"}"

/* ---- requests ----------------------------------------------------------- */

/* The vendor's own count of what is asked for: both ends.                  */
static FakeReply *
serve_fewer_than_350 (const FakeRequest *request, gpointer data)
{
  g_autofree char *start = fake_query (request->url, "start");
  g_autofree char *end = fake_query (request->url, "end");
  gint64 first = g_ascii_strtoll (start, NULL, 10);
  gint64 last = g_ascii_strtoll (end, NULL, 10);
  g_autoptr (GString) body = g_string_new ("{\"candles\":[");

  g_assert_cmpint ((last - first) / 60 + 1, <, 350);
  for (gint64 t = last; t >= first; t -= 60)
    g_string_append_printf (body, "%s{\"start\":\"%" G_GINT64_FORMAT "\","
                            "\"low\":\"1\",\"high\":\"4\",\"open\":\"2\","
                            "\"close\":\"3\",\"volume\":\"5.5\"}",
                            t == last ? "" : ",", t);
  g_string_append (body, "]}");
  return fake_reply_new (200, NULL, body->str, -1);
}

static void
test_windows_stay_below_350 (Fixture *f, gconstpointer data)
{
  f->host->server = serve_fewer_than_350;
  g_assert_cmpint (fetch (f, "ohlcv-1m", "2024-01-02", "2024-01-02T12:00:00Z"),
                   ==, MD_OK);
  g_assert_cmpuint (f->host->requests->len, ==, 3);
  g_assert_cmpstr (fake_host_request (f->host, 0)->url, ==,
                   "http://vendor/api/v3/brokerage/market/products/BTC-USD/"
                   "candles?start=1704153600&end=1704174480"
                   "&granularity=ONE_MINUTE&limit=350");
  g_assert_cmpuint (n_rows (f), ==, 720);
  assert_covered (f, "0:2024-01-02T00:00:00Z/2024-01-02T12:00:00Z");
}

static FakeReply *
serve_nothing (const FakeRequest *request, gpointer data)
{
  return fake_reply_new (200, NULL, "{\"candles\":[]}", -1);
}

static void
test_every_schema_has_its_granularity (Fixture *f, gconstpointer data)
{
  static const char *const schemas[][2] = {
    { "ohlcv-1m", "ONE_MINUTE" },      { "ohlcv-5m", "FIVE_MINUTE" },
    { "ohlcv-15m", "FIFTEEN_MINUTE" }, { "ohlcv-30m", "THIRTY_MINUTE" },
    { "ohlcv-1h", "ONE_HOUR" },        { "ohlcv-2h", "TWO_HOUR" },
    { "ohlcv-4h", "FOUR_HOUR" },       { "ohlcv-6h", "SIX_HOUR" },
    { "ohlcv-1d", "ONE_DAY" } };

  for (gsize i = 0; i < G_N_ELEMENTS (schemas); i++) {
    g_autofree char *granularity = NULL;

    f->host->server = serve_nothing;
    g_assert_cmpint (fetch (f, schemas[i][0], "2024-01-02", "2024-01-03"), ==,
                     MD_OK);
    granularity = fake_query (fake_host_request (f->host, 0)->url,
                              "granularity");
    g_assert_cmpstr (granularity, ==, schemas[i][1]);
  }
}

static void
test_fresh_answers_are_asked_for (Fixture *f, gconstpointer data)
{
  const FakeRequest *request;

  g_assert_cmpint (fetch_answer (f, "{\"candles\":[]}"), ==, MD_OK);
  request = fake_host_request (f->host, 0);
  g_assert_nonnull (strstr (request->headers, "Cache-Control: no-cache"));
  g_assert_nonnull (strstr (request->headers, "User-Agent: mdcore"));
  g_assert_cmpstr (request->bucket, ==, "advanced");
}

static void
test_the_running_candle_comes_flagged_where_wanted (Fixture *f,
                                                    gconstpointer data)
{
  f->host->server = serve_fewer_than_350;
  f->host->now = at ("2024-01-02T10:02:40Z");
  g_assert_cmpint (fake_host_fetch (f->host, f->session, "advanced",
                                    "ohlcv-1m", btc,
                                    at ("2024-01-02T10:00:00Z"),
                                    at ("2024-01-02T11:00:00Z"),
                                    MD_REQUEST_PROVISIONAL), ==, MD_OK);
  g_assert_cmpuint (n_rows (f), ==, 3);
  g_assert_cmpuint (g_array_index (f->host->rows, struct md_bar, 2).flags, ==,
                    MD_ROW_PROVISIONAL);
  assert_covered (f, "0:2024-01-02T10:00:00Z/2024-01-02T10:02:00Z");
}

/* ---- answers ------------------------------------------------------------ */

static void
test_values_are_texts (Fixture *f, gconstpointer data)
{
  const struct md_bar *bar;

  g_assert_cmpint (fetch_answer (f,
    "{\"num\":1,\"candles\":[{\"volume\":\"4.727521520000001\",\"open\":"
    "\"0.5\",\"close\":\"2.25\",\"low\":\"0.0000001\",\"high\":"
    "\"42000.123456789\",\"start\":\"1704153600\",\"new\":[{}]}]}"), ==,
    MD_OK);
  g_assert_cmpuint (n_rows (f), ==, 1);
  bar = &g_array_index (f->host->rows, struct md_bar, 0);
  g_assert_cmpint (bar->ts, ==, at ("2024-01-02"));
  g_assert_cmpint (bar->low, ==, 100);
  g_assert_cmpint (bar->high, ==, INT64_C (42000123456789));
  g_assert_cmpint (bar->open, ==, 500000000);
  g_assert_cmpint (bar->close, ==, 2250000000);
  g_assert_true (bar->volume == 4.727521520000001);
  g_assert_true (isnan (bar->vwap));
}

static void
test_a_bad_row_is_rejected_with_all_reasons (Fixture *f, gconstpointer data)
{
  static const char *const cases[][2] = {
    { "{\"start\":\"1704153660\",\"low\":null,\"high\":\"4\",\"open\":true,"
      "\"close\":\"3\",\"volume\":\"x\"}",
      "missing:low; type:open; type:volume" },
    { "{\"start\":\"1704153720\",\"low\":\"1\",\"high\":\"4\"}",
      "missing:open; missing:close; missing:volume" },
    { "{\"low\":\"1\",\"high\":\"4\",\"open\":\"2\",\"close\":\"3\","
      "\"volume\":\"5\"}", "missing:time" },
    { "[1,2]", "type:row" } };
  g_autoptr (GString) body = g_string_new ("{\"candles\":["
                                           ROW ("1704153600"));

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    g_string_append_printf (body, ",%s", cases[i][0]);
  g_string_append (body, "]}");
  g_assert_cmpint (fetch_answer (f, body->str), ==, MD_OK);
  g_assert_cmpuint (n_rows (f), ==, 1);
  g_assert_cmpuint (f->host->rejects->len, ==, G_N_ELEMENTS (cases));
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    const FakeReject *reject = f->host->rejects->pdata[i];

    g_assert_cmpstr (reject->raw, ==, cases[i][0]);
    g_assert_cmpstr (reject->reasons, ==, cases[i][1]);
  }
}

static void
test_a_body_that_is_no_page_leaves_nothing (Fixture *f, gconstpointer data)
{
  static const char page[] = "{\"candles\":[" ROW ("1704153600") "]}";
  static const char *const bodies[] = {
    "[]", "{}", "{\"candles\":null}", "{\"candles\":{}}", "<html>",
    "{\"candles\":[" ROW ("1717200000") "]}" };

  for (gsize len = 0; len < strlen (page); len++) {
    g_autofree char *cut = g_strndup (page, len);

    g_assert_cmpint (fetch_answer (f, cut), ==, MD_ERR_PROTOCOL);
    g_assert_cmpuint (n_rows (f) + f->host->rejects->len, ==, 0);
  }
  for (gsize i = 0; i < G_N_ELEMENTS (bodies); i++) {
    g_assert_cmpint (fetch_answer (f, bodies[i]), ==, MD_ERR_PROTOCOL);
    assert_covered (f, "");
  }
}

static void
test_errors_are_classified (Fixture *f, gconstpointer data)
{
  static const struct {
    int status;
    const char *body;
    int klass;
    const char *code, *text;
  } cases[] = {
    { 400, "{\"error\":\"INVALID_ARGUMENT\",\"error_details\":\"x\","
           "\"message\":\"number of candles\"}",
      MD_ERR_REQUEST, "INVALID_ARGUMENT", "number of candles" },
    { 400, "{\"error\":\"INVALID_ARGUMENT\","
           "\"message\":\"valid product_id is required\"}",
      MD_ERR_NOT_FOUND, "INVALID_ARGUMENT", "BTC-USD" },
    { 404, "{\"error\":\"NOT_FOUND\",\"message\":\"unknown product\"}",
      MD_ERR_NOT_FOUND, "NOT_FOUND", "unknown product" },
    { 404, "<html>", MD_ERR_PROTOCOL, "", "advanced_url" },
    { 401, "Unauthorized", MD_ERR_AUTH, "", "401" },
    { 429, "{\"code\":8,\"message\":\"too many\",\"details\":[]}",
      MD_ERR_LIMITED, "", "too many" },
    { 503, "", MD_ERR_NETWORK, "", "503" } };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    fake_host_reply (f->host, "/candles", cases[i].status, NULL,
                     cases[i].body, -1);
    g_assert_cmpint (fetch (f, "ohlcv-1m", "2024-01-02", "2024-01-03"), ==,
                     cases[i].klass);
    g_assert_cmpstr (f->host->err.vendor_code, ==, cases[i].code);
    g_assert_nonnull (strstr (f->host->err.message, cases[i].text));
  }
}

/* ---- products ------------------------------------------------------------ */

static FakeReply *
serve_501 (const FakeRequest *request, gpointer data)
{
  g_autofree char *offset = fake_query (request->url, "offset");
  g_autofree char *limit = fake_query (request->url, "limit");
  gint64 first = data != NULL ? 0 : g_ascii_strtoll (offset, NULL, 10);
  gint64 last = first + g_ascii_strtoll (limit, NULL, 10);
  g_autoptr (GString) body = g_string_new ("{\"products\":[");

  for (gint64 i = first; i < MIN (last, 501); i++)
    g_string_append_printf (
      body, "%s{\"product_id\":\"A%" G_GINT64_FORMAT "-USD\","
      "\"base_currency_id\":\"A\",\"quote_currency_id\":\"USD\","
      "\"price_increment\":\"0.01\",\"base_increment\":\"0.5\"}",
      i == first ? "" : ",", i);
  g_string_append (body, "],\"num_products\":250}");
  return fake_reply_new (200, NULL, body->str, -1);
}

static void
test_products_come_in_pages (Fixture *f, gconstpointer data)
{
  const struct md_instrument *row;

  f->host->server = serve_501;
  g_assert_cmpint (fake_host_list (f->host, f->session, "advanced", NULL), ==,
                   MD_OK);
  g_assert_cmpuint (f->host->requests->len, ==, 3);
  g_assert_cmpuint (n_rows (f), ==, 501);
  row = &g_array_index (f->host->rows, struct md_instrument, 500);
  g_assert_cmpstr (fake_host_name (f->host, row->symbol), ==, "A500-USD");
  g_assert_cmpint (row->tick, ==, 10000000);
  g_assert_true (row->lot == 0.5);
}

static void
test_a_page_that_comes_again_is_an_error (Fixture *f, gconstpointer data)
{
  f->host->server = serve_501;
  f->host->server_data = f; /* the offset is not heard */
  g_assert_cmpint (fake_host_list (f->host, f->session, "advanced", NULL), ==,
                   MD_ERR_PROTOCOL);
  g_assert_cmpuint (f->host->requests->len, ==, 2);
}

int
main (int argc, char **argv)
{
  static const struct {
    const char *name;
    void (*run) (Fixture *, gconstpointer);
  } tests[] = {
    { "windows-stay-below-350", test_windows_stay_below_350 },
    { "every-schema-has-its-granularity",
      test_every_schema_has_its_granularity },
    { "fresh-answers-are-asked-for", test_fresh_answers_are_asked_for },
    { "the-running-candle-comes-flagged-where-wanted",
      test_the_running_candle_comes_flagged_where_wanted },
    { "values-are-texts", test_values_are_texts },
    { "a-bad-row-is-rejected-with-all-reasons",
      test_a_bad_row_is_rejected_with_all_reasons },
    { "a-body-that-is-no-page-leaves-nothing",
      test_a_body_that_is_no_page_leaves_nothing },
    { "errors-are-classified", test_errors_are_classified },
    { "products-come-in-pages", test_products_come_in_pages },
    { "a-page-that-comes-again-is-an-error",
      test_a_page_that_comes_again_is_an_error },
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++) {
    g_autofree char *path = g_strconcat ("/coinbase-advanced/", tests[i].name,
                                         NULL);

    g_test_add (path, Fixture, NULL, set_up, tests[i].run, tear_down);
  }
  return g_test_run ();
}
