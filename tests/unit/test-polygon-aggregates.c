/* SPDX-License-Identifier: Apache-2.0
 *
 * The Polygon provider's aggregates: requests, pages, rows, refusals.
 */
#include "fake-host.h"

#include <math.h>
#include <string.h>

#define T0 (INT64_C (1709560800) * MD_SECOND) /* 2024-03-04T14:00:00Z */

typedef struct {
  FakeHost *host;
  void *session;
} Fixture;

static const char *const one[] = { "AAPL", NULL };
static const char *const pair[] = { "X:BTCUSD", NULL };

static void
set_up (Fixture *f, gconstpointer data)
{
  f->host = fake_host_new ("polygon");
  f->session = fake_host_open (f->host, "base_url", "http://rest", "api_key",
                               "K", "plan", "starter", NULL);
  g_assert_nonnull (f->session);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  fake_host_close (f->host, f->session);
  fake_host_free (f->host);
}

static void
answer (Fixture *f, const char *body)
{
  fake_host_reply (f->host, "http://rest/", 200, NULL, body, -1);
}

static int
bars (Fixture *f, const char *dataset, const char *schema,
      const char *const *symbols, md_time from, md_time to)
{
  return fake_host_fetch (f->host, f->session, dataset, schema, symbols, from,
                          to, 0);
}

static int
hour (Fixture *f)
{
  return bars (f, "stocks/raw", "ohlcv-1m", one, T0, T0 + MD_HOUR);
}

static const struct md_bar *
bar (Fixture *f, guint i)
{
  g_assert_nonnull (f->host->rows);
  g_assert_cmpuint (i, <, f->host->rows->len);
  return &g_array_index (f->host->rows, struct md_bar, i);
}

static const char *
url (Fixture *f, guint request)
{
  return fake_host_request (f->host, request)->url;
}

static void
assert_covered (Fixture *f, const char *expected)
{
  g_autofree char *coverage = fake_host_coverage (f->host);

  g_assert_cmpstr (coverage, ==, expected);
}

static void
assert_says (Fixture *f, const char *text)
{
  if (strstr (f->host->err.message, text) == NULL)
    g_error ("\"%s\" is not in \"%s\"", text, f->host->err.message);
}

/* A minute of that hour.                                                   */
#define MINUTE(number) "17095608" #number "000"
#define ROW(t, price)                                                         \
  "{\"v\":100,\"vw\":" price ",\"o\":" price ",\"c\":" price ",\"h\":" price  \
  ",\"l\":" price ",\"t\":" t ",\"n\":3}"
#define PAGE(rows, more)                                                      \
  "{\"ticker\":\"AAPL\",\"adjusted\":false,\"results\":[" rows                \
  "],\"status\":\"OK\"" more "}"
#define NEXT(place) ",\"next_url\":\"" place "\""
#define CURSOR "/v2/aggs/ticker/AAPL/range/1/minute/1709560860000/2?cursor=bGlt"
#define WHOLE_HOUR "0:2024-03-04T14:00:00Z/2024-03-04T15:00:00Z"

/* ---- requests ------------------------------------------------------------ */

static void
test_request (Fixture *f, gconstpointer data)
{
  answer (f, PAGE ("", ""));
  g_assert_cmpint (hour (f), ==, MD_OK);
  g_assert_cmpstr (url (f, 0), ==,
                   "http://rest/v2/aggs/ticker/AAPL/range/1/minute/"
                   "1709560800000/1709564399999?adjusted=false&sort=asc"
                   "&limit=50000");
  g_assert_cmpuint (fake_host_request (f->host, 0)->auth, ==, MD_AUTH_BEARER);
  g_assert_cmpstr (fake_host_request (f->host, 0)->auth_key, ==, "api_key");
}

static void
test_adjusted (Fixture *f, gconstpointer data)
{
  g_autofree char *adjusted = NULL;

  answer (f, "{\"ticker\":\"AAPL\",\"adjusted\":true,\"status\":\"OK\"}");
  g_assert_cmpint (bars (f, "stocks/split", "ohlcv-1m", one, T0, T0 + MD_HOUR),
                   ==, MD_OK);
  adjusted = fake_query (url (f, 0), "adjusted");
  g_assert_cmpstr (adjusted, ==, "true");
}

static void
test_no_splits_elsewhere (Fixture *f, gconstpointer data)
{
  g_autofree char *adjusted = NULL;

  answer (f, "{\"ticker\":\"X:BTCUSD\",\"adjusted\":true,\"status\":\"OK\"}");
  g_assert_cmpint (bars (f, "crypto", "ohlcv-1m", pair, T0, T0 + MD_HOUR), ==,
                   MD_OK);
  adjusted = fake_query (url (f, 0), "adjusted");
  g_assert_cmpstr (adjusted, ==, NULL);
  g_assert_nonnull (strstr (url (f, 0), "/ticker/X%3ABTCUSD/range/"));
}

static void
test_timespans (Fixture *f, gconstpointer data)
{
  static const char *const names[][2] = {
    { "ohlcv-1s", "/1/second/" }, { "ohlcv-5m", "/5/minute/" },
    { "ohlcv-15m", "/15/minute/" }, { "ohlcv-30m", "/30/minute/" },
    { "ohlcv-1h", "/1/hour/" }, { "ohlcv-1d", "/1/day/" },
    { "ohlcv-1w", "/1/week/" }, { "ohlcv-1mo", "/1/month/" } };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++) {
    answer (f, PAGE ("", ""));
    g_assert_cmpint (bars (f, "stocks/raw", names[i][0], one, T0,
                           T0 + 60 * MD_DAY), ==, MD_OK);
    g_assert_nonnull (strstr (url (f, 0), names[i][1]));
  }
}

/* ---- rows ---------------------------------------------------------------- */

static void
test_fields (Fixture *f, gconstpointer data)
{
  answer (f, PAGE ("{\"v\":1.12117471e+08,\"vw\":174.5071,\"o\":174.09,"
                   "\"c\":175.5,\"h\":175.85,\"l\":173.75,\"otc\":true,"
                   "\"t\":" MINUTE (00) ",\"n\":12}", ""));
  g_assert_cmpint (hour (f), ==, MD_OK);
  g_assert_cmpint (bar (f, 0)->ts, ==, T0);
  g_assert_cmpint (bar (f, 0)->open, ==, INT64_C (174090000000));
  g_assert_cmpint (bar (f, 0)->high, ==, INT64_C (175850000000));
  g_assert_cmpint (bar (f, 0)->low, ==, INT64_C (173750000000));
  g_assert_cmpint (bar (f, 0)->close, ==, INT64_C (175500000000));
  g_assert_cmpfloat (bar (f, 0)->volume, ==, 112117471);
  g_assert_cmpfloat (bar (f, 0)->vwap, ==, 174.5071);
  g_assert_cmpint (bar (f, 0)->trades, ==, 12);
}

static void
test_volumes (Fixture *f, gconstpointer data)
{
  static const struct { const char *text; double value; } volumes[] = {
    { "4428", 4428 }, { "1.12117471e+08", 112117471 }, { "25933.6", 25933.6 },
    { "3.7039737e7", 37039737 }, { "0", 0 } };

  for (gsize i = 0; i < G_N_ELEMENTS (volumes); i++) {
    g_autofree char *page = g_strdup_printf (
      PAGE ("{\"v\":%s,\"o\":1,\"c\":1,\"h\":1,\"l\":1,\"t\":" MINUTE (00)
            "}", ""), volumes[i].text);

    answer (f, page);
    g_assert_cmpint (hour (f), ==, MD_OK);
    g_assert_cmpfloat (bar (f, 0)->volume, ==, volumes[i].value);
  }
}

static void
test_optional (Fixture *f, gconstpointer data)
{
  answer (f, PAGE ("{\"o\":1,\"c\":1,\"h\":1,\"l\":1,\"t\":" MINUTE (00) "}",
                   ""));
  g_assert_cmpint (hour (f), ==, MD_OK);
  g_assert_true (isnan (bar (f, 0)->volume));
  g_assert_true (isnan (bar (f, 0)->vwap));
  g_assert_cmpint (bar (f, 0)->trades, ==, MD_ABSENT);
}

static void
test_dead_letters (Fixture *f, gconstpointer data)
{
  const FakeReject *reject;

  answer (f, PAGE ("{\"o\":1,\"c\":\"x\",\"h\":null,\"t\":" MINUTE (00) "},"
                   "7," ROW (MINUTE (60), "2.1234567891"), ""));
  g_assert_cmpint (hour (f), ==, MD_OK);
  g_assert_null (f->host->rows);
  g_assert_cmpuint (f->host->rejects->len, ==, 3);
  reject = f->host->rejects->pdata[0];
  g_assert_cmpint (reject->ts, ==, T0);
  g_assert_nonnull (strstr (reject->reasons, "missing:high"));
  g_assert_nonnull (strstr (reject->reasons, "missing:low"));
  g_assert_nonnull (strstr (reject->reasons, ":close"));
  reject = f->host->rejects->pdata[1];
  g_assert_cmpstr (reject->raw, ==, "7");
  reject = f->host->rejects->pdata[2];
  g_assert_nonnull (strstr (reject->reasons, "inexact:open"));
}

static void
test_adjusted_quotients (Fixture *f, gconstpointer data)
{
  answer (f, "{\"ticker\":\"AAPL\",\"adjusted\":true,\"status\":\"OK\","
             "\"results\":[" ROW (MINUTE (00), "0.12345678951") "]}");
  g_assert_cmpint (bars (f, "stocks/split", "ohlcv-1m", one, T0, T0 + MD_HOUR),
                   ==, MD_OK);
  g_assert_cmpint (bar (f, 0)->open, ==, 123456790);
}

/* ---- pages --------------------------------------------------------------- */

static void
test_pages (Fixture *f, gconstpointer data)
{
  answer (f, PAGE (ROW (MINUTE (00), "1"), NEXT ("http://rest" CURSOR)));
  answer (f, PAGE (ROW (MINUTE (60), "2"), ""));
  g_assert_cmpint (hour (f), ==, MD_OK);
  g_assert_cmpuint (f->host->rows->len, ==, 2);
  g_assert_cmpstr (url (f, 1), ==,
                   "http://rest" CURSOR "&adjusted=false");
  g_assert_cmpuint (fake_host_request (f->host, 1)->auth, ==, MD_AUTH_BEARER);
  assert_covered (f, WHOLE_HOUR);
}

static void
test_short_pages (Fixture *f, gconstpointer data)
{
  answer (f, "{\"ticker\":\"AAPL\",\"status\":\"OK\",\"resultsCount\":0"
             NEXT ("http://rest" CURSOR) "}");
  answer (f, PAGE (ROW (MINUTE (60), "2"), ""));
  g_assert_cmpint (hour (f), ==, MD_OK);
  g_assert_cmpuint (f->host->rows->len, ==, 1);
  assert_covered (f, WHOLE_HOUR);
}

static void
test_cut_after_a_page (Fixture *f, gconstpointer data)
{
  answer (f, PAGE (ROW (MINUTE (00), "1") "," ROW (MINUTE (60), "2"),
                   NEXT ("http://rest" CURSOR)));
  fake_host_fail (f->host, CURSOR, MD_ERR_NETWORK, "cut");
  g_assert_cmpint (hour (f), ==, MD_ERR_NETWORK);
  assert_covered (f, "0:2024-03-04T14:00:00Z/2024-03-04T14:01:00Z");
}

/* The vendor's two names mean the same service.                            */
static void
test_renamed_host (Fixture *f, gconstpointer data)
{
  static const char *const names[] = { "https://api.polygon.io",
                                       "https://api.massive.com" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree char *page = g_strdup_printf (
      PAGE ("%s", NEXT ("%s" CURSOR)), ROW (MINUTE (00), "1"), names[i]);

    answer (f, page);
    answer (f, PAGE ("", ""));
    g_assert_cmpint (hour (f), ==, MD_OK);
    g_assert_cmpstr (url (f, 1), ==, "http://rest" CURSOR "&adjusted=false");
  }
}

static void
test_foreign_next (Fixture *f, gconstpointer data)
{
  static const char *const places[] = {
    "http://evil" CURSOR, "//evil/v2/aggs", "/v2/aggs/x", "https://rest" CURSOR,
    "http://rest@evil/x", "http://rest.evil/x", "http://rest:81/x",
    "https://api.polygon.io.evil/x", "http://rest", "cursor" };

  for (gsize i = 0; i < G_N_ELEMENTS (places); i++) {
    g_autofree char *page = g_strdup_printf (PAGE ("", NEXT ("%s")),
                                             places[i]);

    answer (f, page);
    g_assert_cmpint (hour (f), ==, MD_ERR_PROTOCOL);
    assert_says (f, "next_url");
    g_assert_cmpuint (f->host->requests->len, ==, 1);
    g_assert_cmpuint (f->host->covered->len, ==, 0);
  }
}

static void
test_adjusted_in_cursor (Fixture *f, gconstpointer data)
{
  answer (f, PAGE ("", NEXT ("http://rest" CURSOR "&adjusted=false")));
  answer (f, PAGE ("", ""));
  g_assert_cmpint (hour (f), ==, MD_OK);
  g_assert_cmpstr (url (f, 1), ==, "http://rest" CURSOR "&adjusted=false");
}

static void
test_repeated_next (Fixture *f, gconstpointer data)
{
  for (guint i = 0; i < 3; i++)
    answer (f, PAGE ("", NEXT ("http://rest" CURSOR)));
  g_assert_cmpint (hour (f), ==, MD_ERR_PROTOCOL);
  assert_says (f, "a second time");
}

static void
test_blank_next (Fixture *f, gconstpointer data)
{
  answer (f, PAGE (ROW (MINUTE (00), "1"), NEXT ("")));
  g_assert_cmpint (hour (f), ==, MD_OK);
  assert_covered (f, WHOLE_HOUR);
  answer (f, PAGE (ROW (MINUTE (00), "1"), ",\"next_url\":null"));
  g_assert_cmpint (hour (f), ==, MD_OK);
  assert_covered (f, WHOLE_HOUR);
}

/* ---- pages that make no sense -------------------------------------------- */

static void
test_bad_pages (Fixture *f, gconstpointer data)
{
  static const char *const pages[][2] = {
    { "", "" }, { "[]", "not an object" }, { "{\"status\":\"OK\"", "" },
    { "<!DOCTYPE html><html></html>", "" }, { "{}", "neither rows" },
    { "{\"status\":\"ERROR\",\"error\":\"x\"}", "neither rows" },
    { "{\"status\":\"OK\",\"results\":{}}", "no array" },
    { "{\"status\":\"OK\",\"resultsCount\":5}", "has none" },
    { PAGE (ROW (MINUTE (00), "1"), ",\"resultsCount\":2"), "speaks of 2" },
    { PAGE ("", ",\"next_url\":7"), "next_url" },
    { PAGE ("", "") "x", "" },
    { "{\"ticker\":\"MSFT\",\"status\":\"OK\",\"results\":[]}", "MSFT" },
    { "{\"ticker\":\"AAPL\",\"adjusted\":true,\"status\":\"OK\"}",
      "adjusted" },
    { PAGE (ROW (MINUTE (60), "1") "," ROW (MINUTE (00), "1"), ""),
      "follows" } };

  for (gsize i = 0; i < G_N_ELEMENTS (pages); i++) {
    answer (f, pages[i][0]);
    g_assert_cmpint (hour (f), ==, MD_ERR_PROTOCOL);
    assert_says (f, pages[i][1]);
    g_assert_cmpuint (f->host->covered->len, ==, 0);
  }
}

static void
test_delayed (Fixture *f, gconstpointer data)
{
  answer (f, "{\"ticker\":\"AAPL\",\"status\":\"DELAYED\",\"results\":["
             ROW (MINUTE (00), "1") "]}");
  g_assert_cmpint (hour (f), ==, MD_OK);
  g_assert_cmpuint (f->host->rows->len, ==, 1);
  answer (f, "{\"ticker\":\"AAPL\",\"status\":\"DELAYED\"}");
  g_assert_cmpint (hour (f), ==, MD_OK);
  assert_covered (f, WHOLE_HOUR);
}

/* Two bars of one time are for the engine to judge, and both reach it.     */
static void
test_duplicates (Fixture *f, gconstpointer data)
{
  answer (f, PAGE (ROW (MINUTE (00), "1") "," ROW (MINUTE (00), "2"),
                   NEXT ("http://rest" CURSOR)));
  answer (f, PAGE (ROW (MINUTE (00), "2"), ""));
  g_assert_cmpint (hour (f), ==, MD_OK);
  g_assert_cmpuint (f->host->rows->len, ==, 3);
}

/* ---- refusals ------------------------------------------------------------ */

static void
test_refusals (Fixture *f, gconstpointer data)
{
  static const struct {
    int status, klass;
    const char *body, *says;
  } cases[] = {
    { 400, MD_ERR_REQUEST, "{\"status\":\"ERROR\",\"error\":\"Ticker was "
      "incorrectly formatted\"}", "incorrectly formatted" },
    { 401, MD_ERR_AUTH, "{\"status\":\"ERROR\",\"error\":\"Unknown API "
      "Key\"}", "provider.api_key" },
    { 403, MD_ERR_ENTITLEMENT, "{\"status\":\"NOT_AUTHORIZED\",\"message\":"
      "\"Your plan doesn't include this data timeframe.\"}", "timeframe" },
    { 404, MD_ERR_NOT_FOUND, "{\"status\":\"NOT_FOUND\",\"message\":\"Data "
      "not found.\"}", "Data not found." },
    { 413, MD_ERR_NETWORK, "", "413" }, { 499, MD_ERR_NETWORK, "", "499" },
    { 504, MD_ERR_NETWORK, "<html>", "504" },
    { 429, MD_ERR_LIMITED, "{\"status\":\"ERROR\",\"error\":\"You've "
      "exceeded the maximum requests per minute\"}", "exceeded" },
    { 204, MD_ERR_PROTOCOL, "", "204" } };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    fake_host_reply (f->host, NULL, cases[i].status, NULL, cases[i].body, -1);
    g_assert_cmpint (hour (f), ==, cases[i].klass);
    assert_says (f, cases[i].says);
    g_assert_cmpint (f->host->err.http_status, ==, cases[i].status);
    g_assert_cmpint (f->host->err.retry_after_ns, ==, 0);
  }
}

/* No header says how long; on the free plan the minute must pass.          */
static void
test_free_plan_waits (Fixture *f, gconstpointer data)
{
  void *session = fake_host_open (f->host, "base_url", "http://rest",
                                  "api_key", "K", NULL);

  fake_host_reply (f->host, NULL, 429, NULL, "{\"status\":\"ERROR\","
                   "\"error\":\"slow\"}", -1);
  g_assert_cmpint (fake_host_fetch (f->host, session, "stocks/raw",
                                    "ohlcv-1m", one, T0, T0 + MD_HOUR, 0), ==,
                   MD_ERR_LIMITED);
  g_assert_cmpint (f->host->err.retry_after_ns, >=, 12 * MD_SECOND);
  g_assert_cmpint (f->host->err.retry_after_ns, <=, 60 * MD_SECOND);
  fake_host_close (f->host, session);
}

/* ---- before anything is sent --------------------------------------------- */

static void
test_check (Fixture *f, gconstpointer data)
{
  static const struct { const char *dataset, *symbol; int klass; } cases[] = {
    { "stocks/raw", "AAPL", MD_OK }, { "stocks/raw", "BRK.B", MD_OK },
    { "stocks/raw", "KIMpL", MD_OK }, { "stocks/raw", "NA", MD_OK },
    { "stocks/raw", "X:BTCUSD", MD_ERR_CONFIG },
    { "stocks/raw", "A/B", MD_ERR_CONFIG },
    { "stocks/raw", "A?b", MD_ERR_CONFIG },
    { "crypto", "X:BTCUSD", MD_OK }, { "crypto", "BTCUSD", MD_ERR_CONFIG },
    { "crypto", "X:", MD_ERR_CONFIG }, { "forex", "C:EURUSD", MD_OK },
    { "indices", "I:SPX", MD_OK }, { "indices", "SPX", MD_ERR_CONFIG },
    { "options/raw", "O:SPY251219C00650000", MD_OK } };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    const char *const symbols[] = { cases[i].symbol, NULL };

    g_test_message ("%s %s", cases[i].dataset, cases[i].symbol);
    g_assert_cmpint (fake_host_check (f->host, f->session, cases[i].dataset,
                                      "ohlcv-1m", symbols, T0, T0 + MD_HOUR),
                     ==, cases[i].klass);
  }
}

static void
test_check_key (Fixture *f, gconstpointer data)
{
  void *session = fake_host_open (f->host, NULL);

  g_assert_cmpint (fake_host_check (f->host, session, "stocks/raw",
                                    "ohlcv-1m", one, T0, T0 + MD_HOUR), ==,
                   MD_ERR_CONFIG);
  assert_says (f, "POLYGON_API_KEY");
  fake_host_close (f->host, session);
}

static void
test_bad_url (Fixture *f, gconstpointer data)
{
  g_assert_null (fake_host_open (f->host, "base_url", "ftp://x", NULL));
  assert_says (f, "provider.base_url");
}

#define TEST(name, function)                                                  \
  g_test_add ("/polygon/" name, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  TEST ("aggregates-ask-for-base-bars-and-an-inclusive-end", test_request);
  TEST ("adjusted-is-the-dataset", test_adjusted);
  TEST ("pairs-and-indices-have-no-splits", test_no_splits_elsewhere);
  TEST ("timespans", test_timespans);
  TEST ("bar-fields", test_fields);
  TEST ("volumes-with-exponents-and-fractions", test_volumes);
  TEST ("all-but-prices-and-time-may-be-left-out", test_optional);
  TEST ("bad-bars-are-dead-letters", test_dead_letters);
  TEST ("adjusted-prices-are-rounded", test_adjusted_quotients);
  TEST ("next-url-is-followed-as-it-stands", test_pages);
  TEST ("short-and-empty-pages-are-not-the-end", test_short_pages);
  TEST ("a-cut-keeps-what-was-proven", test_cut_after_a_page);
  TEST ("both-names-of-the-host-are-one", test_renamed_host);
  TEST ("next-url-never-leaves-the-origin", test_foreign_next);
  TEST ("adjusted-is-not-added-twice", test_adjusted_in_cursor);
  TEST ("a-next-url-that-comes-again-is-an-error", test_repeated_next);
  TEST ("a-blank-next-url-is-the-end", test_blank_next);
  TEST ("pages-that-make-no-sense", test_bad_pages);
  TEST ("delayed-answers-count", test_delayed);
  TEST ("duplicate-bars-reach-the-rules", test_duplicates);
  TEST ("refusals-of-both-shapes", test_refusals);
  TEST ("the-free-plan-waits-without-being-told", test_free_plan_waits);
  TEST ("tickers-are-judged-by-market", test_check);
  TEST ("a-key-is-asked-for", test_check_key);
  TEST ("a-bad-address-is-refused", test_bad_url);
  return g_test_run ();
}
