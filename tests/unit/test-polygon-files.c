/* SPDX-License-Identifier: Apache-2.0
 *
 * The Polygon provider's ticks, grouped days and flat files, on small answers
 * of our own.
 */
#include "fake-host.h"

#include <math.h>
#include <string.h>

#define MONDAY (INT64_C (1709528400) * MD_SECOND) /* 2024-03-04, New York */
#define NOON (MONDAY + 12 * MD_HOUR)

static const char *const one[] = { "AAPL", NULL };
static const char *const two[] = { "NA", "AAPL", NULL };
static const char *const none[] = { NULL };

typedef struct {
  FakeHost *host;
  void *session;
} Fixture;

static void
set_up (Fixture *f, gconstpointer source)
{
  f->host = fake_host_new ("polygon");
  f->session = fake_host_open (f->host, "base_url", "http://rest", "api_key",
                               "K", "plan", "starter", "source", source,
                               "folder", "/files", "s3_url", "http://s3",
                               "s3_key_id", "I", "s3_secret", "S", NULL);
  g_assert_nonnull (f->session);
}

static void
tear_down (Fixture *f, gconstpointer source)
{
  fake_host_close (f->host, f->session);
  fake_host_free (f->host);
}

static void
answer (Fixture *f, const char *place, const char *body)
{
  fake_host_reply (f->host, place, 200, NULL, body, -1);
}

static int
fetch (Fixture *f, const char *schema, const char *const *symbols,
       md_time from, md_time to)
{
  return fake_host_fetch (f->host, f->session, "stocks/raw", schema, symbols,
                          from, to, 0);
}

static void
assert_covered (Fixture *f, const char *expected)
{
  g_autofree char *coverage = fake_host_coverage (f->host);

  g_assert_cmpstr (coverage, ==, expected);
}

#define THE_DAY "-1:2024-03-04T05:00:00Z/2024-03-05T05:00:00Z"

/* ---- ticks --------------------------------------------------------------- */

static void
test_tick_request (Fixture *f, gconstpointer data)
{
  answer (f, "http://rest/v3/trades/AAPL?timestamp.gte=1709528400000000000"
             "&timestamp.lt=1709614800000000000&order=asc&sort=timestamp"
             "&limit=50000", "{\"status\":\"OK\"}");
  g_assert_cmpint (fetch (f, "trades", one, MONDAY, MONDAY + MD_DAY), ==,
                   MD_OK);
}

static void
test_trade_fields (Fixture *f, gconstpointer data)
{
  const struct md_trade *trade;

  answer (f, NULL, "{\"status\":\"OK\",\"results\":[{\"conditions\":[12,37],"
          "\"correction\":8,\"decimal_size\":\"1.25\",\"exchange\":11,"
          "\"id\":\"52983525035312\",\"participant_timestamp\":"
          "1709571600208705343,\"price\":142.99,\"sequence_number\":3807,"
          "\"sip_timestamp\":1709571600208740097,\"size\":1,\"tape\":1,"
          "\"trf_id\":202}]}");
  g_assert_cmpint (fetch (f, "trades", one, MONDAY, MONDAY + MD_DAY), ==,
                   MD_OK);
  trade = &g_array_index (f->host->rows, struct md_trade, 0);
  g_assert_cmpint (trade->ts, ==, INT64_C (1709571600208740097));
  g_assert_cmpint (trade->ts_event, ==, INT64_C (1709571600208705343));
  g_assert_cmpint (trade->price, ==, INT64_C (142990000000));
  g_assert_cmpfloat (trade->size, ==, 1.25);
  g_assert_cmpint (trade->sequence, ==, 3807);
  g_assert_cmpstr (fake_host_name (f->host, trade->conditions), ==, "12,37");
  g_assert_cmpstr (fake_host_name (f->host, trade->venue), ==, "11");
  g_assert_cmpstr (fake_host_name (f->host, trade->action), ==, "8");
  g_assert_cmpuint (trade->flags, ==, MD_ROW_CANCELLED);
}

static void
test_nobodys_side (Fixture *f, gconstpointer data)
{
  const struct md_quote *quote;

  answer (f, NULL, "{\"status\":\"OK\",\"results\":[{\"ask_price\":0,"
          "\"ask_size\":0,\"ask_exchange\":0,\"bid_price\":102.7,"
          "\"bid_size\":60,\"sip_timestamp\":1709571600000000000}]}");
  g_assert_cmpint (fetch (f, "quotes", one, MONDAY, MONDAY + MD_DAY), ==,
                   MD_OK);
  quote = &g_array_index (f->host->rows, struct md_quote, 0);
  g_assert_cmpint (quote->bid, ==, INT64_C (102700000000));
  g_assert_cmpint (quote->ask, ==, MD_ABSENT);
  g_assert_true (isnan (quote->ask_size));
  g_assert_cmpuint (quote->ask_venue, ==, MD_ABSENT_NAME);
}

/* ---- grouped days -------------------------------------------------------- */

static void
test_grouped_day (Fixture *f, gconstpointer data)
{
  const struct md_bar *bar;

  answer (f, "/v2/aggs/grouped/locale/us/market/stocks/2024-03-04"
             "?adjusted=false",
          "{\"status\":\"OK\",\"adjusted\":false,\"resultsCount\":2,"
          "\"results\":[{\"T\":\"AAPL\",\"o\":1,\"h\":1,\"l\":1,\"c\":1,"
          "\"t\":1709586000000},{\"T\":\"B\",\"o\":1,\"h\":1,\"l\":1,"
          "\"c\":1,\"t\":1709672400000}]}");
  g_assert_cmpint (fetch (f, "ohlcv-1d", none, MONDAY, MONDAY + MD_DAY), ==,
                   MD_OK);
  g_assert_cmpuint (f->host->rows->len, ==, 1);
  bar = &g_array_index (f->host->rows, struct md_bar, 0);
  g_assert_cmpint (bar->ts, ==, MONDAY);
  g_assert_cmpuint (f->host->rejects->len, ==, 1); /* of the day after */
  assert_covered (f, THE_DAY);
}

static void
test_weekend (Fixture *f, gconstpointer data)
{
  g_assert_cmpint (fetch (f, "ohlcv-1d", none, MONDAY - 2 * MD_DAY, MONDAY),
                   ==, MD_OK);
  g_assert_cmpuint (f->host->requests->len, ==, 0);
  assert_covered (f, "-1:2024-03-02T05:00:00Z/2024-03-04T05:00:00Z");
}

/* ---- flat files ---------------------------------------------------------- */

#define HEAD "ticker,volume,open,close,high,low,window_start,transactions\n"
#define LINE(ticker, start)                                                   \
  ticker ",10,1.5,2.5,3.5,0.5," start ",7\n"
#define AT_NOON "1709571600000000000"

static void
test_columns_by_name (Fixture *f, gconstpointer data)
{
  const struct md_bar *bar;

  answer (f, "/files/us_stocks_sip/minute_aggs_v1/2024/03/2024-03-04.csv.gz",
          HEAD LINE ("AAPL", AT_NOON) LINE ("MSFT", AT_NOON)
          LINE ("NA", AT_NOON));
  g_assert_cmpint (fetch (f, "ohlcv-1m", two, MONDAY, MONDAY + MD_DAY), ==,
                   MD_OK);
  g_assert_cmpuint (f->host->rows->len, ==, 2);
  bar = &g_array_index (f->host->rows, struct md_bar, 0);
  g_assert_cmpstr (fake_host_name (f->host, bar->symbol), ==, "AAPL");
  g_assert_cmpint (bar->ts, ==, NOON);
  g_assert_cmpint (bar->open, ==, INT64_C (1500000000));
  g_assert_cmpint (bar->close, ==, INT64_C (2500000000));
  g_assert_cmpint (bar->high, ==, INT64_C (3500000000));
  g_assert_cmpint (bar->low, ==, INT64_C (500000000));
  g_assert_cmpint (bar->trades, ==, 7);
  assert_covered (f, THE_DAY);
}

static void
test_small_pieces (Fixture *f, gconstpointer data)
{
  f->host->read_size = 7;
  answer (f, NULL, HEAD LINE ("AAPL", AT_NOON) LINE ("NA", AT_NOON));
  g_assert_cmpint (fetch (f, "ohlcv-1m", two, MONDAY, MONDAY + MD_DAY), ==,
                   MD_OK);
  g_assert_cmpuint (f->host->rows->len, ==, 2);
}

static void
test_cut_file (Fixture *f, gconstpointer data)
{
  answer (f, NULL, HEAD LINE ("AAPL", AT_NOON));
  fake_reply_break (fake_host_last_reply (f->host), MD_ERR_NETWORK, "cut");
  g_assert_cmpint (fetch (f, "ohlcv-1m", two, MONDAY, MONDAY + MD_DAY), ==,
                   MD_ERR_NETWORK);
  g_assert_cmpuint (f->host->covered->len, ==, 0);
}

static void
test_bad_files (Fixture *f, gconstpointer data)
{
  static const char *const files[] = {
    "", "ticker,open\nA,1\n", HEAD "AAPL,1\n", HEAD "AAPL,\"1\n",
    HEAD ",1,1,1,1,1," AT_NOON ",1\n" };

  for (gsize i = 0; i < G_N_ELEMENTS (files); i++) {
    answer (f, NULL, files[i]);
    g_assert_cmpint (fetch (f, "ohlcv-1m", two, MONDAY, MONDAY + MD_DAY), ==,
                     MD_ERR_PROTOCOL);
    g_assert_cmpuint (f->host->covered->len, ==, 0);
  }
}

static void
test_bad_lines (Fixture *f, gconstpointer data)
{
  answer (f, NULL, HEAD "AAPL,x,,1.0000000001,1,1," AT_NOON ",1\n"
                   LINE ("AAPL", "1709672400000000000"));
  g_assert_cmpint (fetch (f, "ohlcv-1m", one, MONDAY, MONDAY + MD_DAY), ==,
                   MD_OK);
  g_assert_cmpuint (f->host->rejects->len, ==, 2);
  g_assert_cmpstr (((FakeReject *) f->host->rejects->pdata[0])->reasons, ==,
                   "inexact:close; type:volume; missing:open");
  g_assert_cmpstr (((FakeReject *) f->host->rejects->pdata[1])->reasons, ==,
                   "day:time");
}

static void
test_no_file (Fixture *f, gconstpointer data)
{
  fake_host_fail (f->host, "2024-03-04", MD_ERR_CONFIG, "no such file");
  g_assert_cmpint (fetch (f, "ohlcv-1m", one, MONDAY, MONDAY + 2 * MD_DAY),
                   ==, MD_ERR_ENTITLEMENT);
  g_assert_cmpint (f->host->err.from, ==, MONDAY);
  g_assert_cmpint (f->host->err.to, ==, MONDAY + MD_DAY);
}

/* ---- the S3 host --------------------------------------------------------- */

#define LISTED(keys)                                                          \
  "<?xml version=\"1.0\"?><ListBucketResult><IsTruncated>false</IsTruncated>" \
  keys "</ListBucketResult>"
#define KEY(day)                                                              \
  "<Contents><Key>us_stocks_sip/minute_aggs_v1/2024/03/2024-03-" day          \
  ".csv.gz</Key></Contents>"

static void
test_holiday (Fixture *f, gconstpointer data)
{
  answer (f, "http://s3/flatfiles?list-type=2&prefix=us_stocks_sip%2F"
             "minute_aggs_v1%2F2024%2F03%2F", LISTED (KEY ("05")));
  answer (f, "http://s3/flatfiles/us_stocks_sip/minute_aggs_v1/2024/03/"
             "2024-03-05.csv.gz", HEAD LINE ("B", "1709658000000000000"));
  g_assert_cmpint (fetch (f, "ohlcv-1m", one, MONDAY, MONDAY + 2 * MD_DAY),
                   ==, MD_OK);
  g_assert_cmpuint (fake_host_request (f->host, 0)->auth, ==, MD_AUTH_SIGV4);
  g_assert_cmpstr (fake_host_request (f->host, 1)->bucket, ==, "files");
  assert_covered (f, "-1:2024-03-04T05:00:00Z/2024-03-06T05:00:00Z");
}

static void
test_not_published (Fixture *f, gconstpointer data)
{
  f->host->now = MONDAY + MD_DAY + 9 * MD_HOUR;
  answer (f, NULL, LISTED (KEY ("01")));
  g_assert_cmpint (fetch (f, "ohlcv-1m", one, MONDAY, MONDAY + MD_DAY), ==,
                   MD_ERR_ENTITLEMENT);
  g_assert_cmpuint (f->host->covered->len, ==, 0);
}

static void
test_cut_listing (Fixture *f, gconstpointer data)
{
  static const char *const lists[] = {
    "", "<ListBucketResult>", "<html></html>",
    "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>" };

  for (gsize i = 0; i < G_N_ELEMENTS (lists); i++) {
    answer (f, NULL, lists[i]);
    g_assert_cmpint (fetch (f, "ohlcv-1m", one, MONDAY, MONDAY + MD_DAY), ==,
                     MD_ERR_PROTOCOL);
  }
}

static void
test_s3_refusals (Fixture *f, gconstpointer data)
{
  static const struct { int status, klass; const char *code; } cases[] = {
    { 403, MD_ERR_AUTH, "SignatureDoesNotMatch" },
    { 403, MD_ERR_AUTH, "InvalidAccessKeyId" },
    { 403, MD_ERR_ENTITLEMENT, "AccessDenied" },
    { 404, MD_ERR_CONFIG, "NoSuchBucket" },
    { 503, MD_ERR_LIMITED, "SlowDown" }, { 500, MD_ERR_NETWORK, "Internal" } };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *body = g_strdup_printf (
      "<Error><Code>%s</Code><Message>no</Message></Error>", cases[i].code);

    fake_host_reply (f->host, NULL, cases[i].status, NULL, body, -1);
    g_assert_cmpint (fetch (f, "ohlcv-1m", one, MONDAY, MONDAY + MD_DAY), ==,
                     cases[i].klass);
    g_assert_nonnull (strstr (f->host->err.message, cases[i].code));
  }
}

#define TEST(source, name, function)                                          \
  g_test_add ("/polygon/" name, Fixture, source, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  TEST ("rest", "ticks-are-asked-oldest-first", test_tick_request);
  TEST ("rest", "trade-fields", test_trade_fields);
  TEST ("rest", "a-side-without-a-price-is-nobodys", test_nobodys_side);
  TEST ("rest", "a-grouped-day-begins-at-its-midnight", test_grouped_day);
  TEST ("rest", "stocks-are-not-asked-for-on-weekends", test_weekend);
  TEST ("folder", "columns-are-found-by-name", test_columns_by_name);
  TEST ("folder", "files-come-in-any-pieces", test_small_pieces);
  TEST ("folder", "a-cut-file-covers-nothing", test_cut_file);
  TEST ("folder", "files-that-make-no-sense", test_bad_files);
  TEST ("folder", "bad-lines-are-dead-letters", test_bad_lines);
  TEST ("folder", "a-missing-file-is-not-an-empty-day", test_no_file);
  TEST ("s3", "a-day-that-is-not-listed-is-a-holiday", test_holiday);
  TEST ("s3", "a-file-that-is-still-to-come-is-not-empty",
        test_not_published);
  TEST ("s3", "a-list-must-be-whole", test_cut_listing);
  TEST ("s3", "refusals-of-the-s3-host", test_s3_refusals);
  return g_test_run ();
}
