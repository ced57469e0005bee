/* SPDX-License-Identifier: Apache-2.0
 *
 * The Alpaca provider's pages: requests, rows, where a symbol ends, errors.
 */
#include "fake-host.h"

#include <math.h>
#include <string.h>

#define T0 (INT64_C (1709560800) * MD_SECOND) /* 2024-03-04T14:00:00Z */

typedef struct {
  FakeHost *host;
  void *session;
} Fixture;

static const char *const abc[] = { "AAPL", "BRK.B", "CRM", NULL };
static const char *const one[] = { "AAPL", NULL };
static const char *const pairs[] = { "SUSHI/USD", "BAT/USD", NULL };

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
answer (Fixture *f, const char *body)
{
  fake_host_reply (f->host, "http://data/", 200, NULL, body, -1);
}

static int
bars (Fixture *f, const char *const *symbols, md_time from, md_time to)
{
  return fake_host_fetch (f->host, f->session, "sip/raw", "ohlcv-1m", symbols,
                          from, to, 0);
}

static int
hour (Fixture *f, const char *const *symbols)
{
  return bars (f, symbols, T0, T0 + MD_HOUR);
}

static const struct md_bar *
bar (Fixture *f, guint i)
{
  g_assert_cmpuint (i, <, f->host->rows->len);
  return &g_array_index (f->host->rows, struct md_bar, i);
}

static void
assert_covered (Fixture *f, const char *expected)
{
  g_autofree char *coverage = fake_host_coverage (f->host);

  g_assert_cmpstr (coverage, ==, expected);
}

static void
assert_query (Fixture *f, guint request, const char *name, const char *value)
{
  g_autofree char *found
    = fake_query (fake_host_request (f->host, request)->url, name);

  g_assert_cmpstr (found, ==, value);
}

#define ROW(minute, price)                                                    \
  "{\"t\":\"2024-03-04T14:" minute ":00Z\",\"o\":" price ",\"h\":" price      \
  ",\"l\":" price ",\"c\":" price ",\"v\":100,\"n\":3,\"vw\":" price "}"
#define PAGE(rows, token)                                                     \
  "{\"bars\":{" rows "},\"next_page_token\":" token "}"
#define LAST_PAGE(rows) PAGE (rows, "null")
#define ALL_OF(symbol)                                                        \
  #symbol ":2024-03-04T14:00:00Z/2024-03-04T15:00:00Z"

#define EVERYTHING ALL_OF (-1) /* MD_ALL_SYMBOLS */

/* ---- requests -------------------------------------------------------------- */

static void
test_request (Fixture *f, gconstpointer data)
{
  const FakeRequest *request;

  answer (f, LAST_PAGE (""));
  g_assert_cmpint (hour (f, abc), ==, MD_OK);
  request = fake_host_request (f->host, 0);
  g_assert_true (g_str_has_prefix (request->url,
                                   "http://data/v2/stocks/bars?"));
  assert_query (f, 0, "symbols", "AAPL,BRK.B,CRM");
  assert_query (f, 0, "timeframe", "1Min");
  assert_query (f, 0, "limit", "10000");
  assert_query (f, 0, "sort", "asc");
  assert_query (f, 0, "feed", "sip");
  assert_query (f, 0, "adjustment", "raw");
  assert_query (f, 0, "asof", "-");
  assert_query (f, 0, "page_token", NULL);
  g_assert_cmpuint (request->auth, ==, MD_AUTH_HEADER);
  g_assert_cmpstr (request->auth_key, ==, "key_id");
}

static void
test_inclusive_end (Fixture *f, gconstpointer data)
{
  answer (f, LAST_PAGE (""));
  g_assert_cmpint (hour (f, one), ==, MD_OK);
  assert_query (f, 0, "start", "2024-03-04T14:00:00Z");
  assert_query (f, 0, "end", "2024-03-04T14:59:59.999999999Z");
}

static void
test_no_bare_dates (Fixture *f, gconstpointer data)
{
  md_time midnight = T0 - 14 * MD_HOUR;

  answer (f, LAST_PAGE (""));
  g_assert_cmpint (bars (f, one, midnight, midnight + MD_DAY), ==, MD_OK);
  assert_query (f, 0, "start", "2024-03-04T00:00:00Z");
  assert_query (f, 0, "end", "2024-03-04T23:59:59.999999999Z");
}

static void
test_timeframes (Fixture *f, gconstpointer data)
{
  static const char *const names[][2] = {
    { "ohlcv-5m", "5Min" }, { "ohlcv-15m", "15Min" }, { "ohlcv-30m", "30Min" },
    { "ohlcv-1h", "1Hour" }, { "ohlcv-4h", "4Hour" }, { "ohlcv-1d", "1Day" },
    { "ohlcv-1w", "1Week" }, { "ohlcv-1mo", "1Month" } };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++) {
    answer (f, LAST_PAGE (""));
    g_assert_cmpint (fake_host_fetch (f->host, f->session, "iex/split",
                                      names[i][0], one, T0, T0 + MD_DAY, 0),
                     ==, MD_OK);
    assert_query (f, 0, "timeframe", names[i][1]);
    assert_query (f, 0, "feed", "iex");
    assert_query (f, 0, "adjustment", "split");
  }
}

static void
test_ticks_have_no_adjustment (Fixture *f, gconstpointer data)
{
  answer (f, "{\"trades\":{},\"next_page_token\":null}");
  g_assert_cmpint (fake_host_fetch (f->host, f->session, "sip/raw", "trades",
                                    one, T0, T0 + MD_HOUR, 0), ==, MD_OK);
  assert_query (f, 0, "adjustment", NULL);
  assert_query (f, 0, "timeframe", NULL);
  assert_query (f, 0, "asof", "-");
}

static void
test_a_day_of_symbols_is_part_of_the_dataset (Fixture *f, gconstpointer data)
{
  answer (f, LAST_PAGE (""));
  g_assert_cmpint (fake_host_fetch (f->host, f->session, "iex/raw@2022-06-09",
                                    "ohlcv-1m", one, T0, T0 + MD_HOUR, 0),
                   ==, MD_OK);
  assert_query (f, 0, "asof", "2022-06-09");
  assert_query (f, 0, "adjustment", "raw");
  assert_query (f, 0, "feed", "iex");
}

/* ---- bars that are not final ------------------------------------------------ */

static int
fetch_unfinished (Fixture *f, const char *dataset)
{
  f->host->now = T0 + 30 * MD_MINUTE;
  return fake_host_fetch (f->host, f->session, dataset, "ohlcv-1h", one, T0,
                          T0 + MD_HOUR, MD_REQUEST_PROVISIONAL);
}

static void
test_unfinished_bars_are_asked_up_to_what_the_plan_allows (Fixture *f,
                                                          gconstpointer data)
{
  answer (f, LAST_PAGE (""));
  g_assert_cmpint (fetch_unfinished (f, "sip/raw"), ==, MD_OK);
  assert_query (f, 0, "start", "2024-03-04T14:00:00Z");
  assert_query (f, 0, "end", "2024-03-04T14:13:59.999999999Z");
  answer (f, LAST_PAGE (""));
  g_assert_cmpint (fetch_unfinished (f, "iex/raw"), ==, MD_OK);
  assert_query (f, 0, "end", "2024-03-04T14:29:59.999999999Z");
}

static void
test_what_may_not_be_asked_yet_is_not (Fixture *f, gconstpointer data)
{
  f->host->now = T0 + 10 * MD_MINUTE;
  g_assert_cmpint (fake_host_fetch (f->host, f->session, "sip/raw",
                                    "ohlcv-1h", one, T0, T0 + MD_HOUR,
                                    MD_REQUEST_PROVISIONAL), ==, MD_OK);
  g_assert_cmpuint (f->host->requests->len, ==, 0);
}

static void
test_crypto_request (Fixture *f, gconstpointer data)
{
  answer (f, LAST_PAGE (""));
  g_assert_cmpint (fake_host_fetch (f->host, f->session, "crypto/us-1",
                                    "ohlcv-1m", pairs, T0, T0 + MD_HOUR, 0),
                   ==, MD_OK);
  g_assert_nonnull (strstr (fake_host_request (f->host, 0)->url,
                            "http://data/v1beta3/crypto/us-1/bars?"));
  assert_query (f, 0, "symbols", "SUSHI/USD,BAT/USD");
  assert_query (f, 0, "feed", NULL);
  assert_query (f, 0, "asof", NULL);
}

static void
test_crypto_needs_no_keys (void)
{
  g_autoptr (FakeHost) host = fake_host_new ("alpaca");
  void *session = fake_host_open (host, "data_url", "http://data", NULL);

  fake_host_reply (host, NULL, 200, NULL, LAST_PAGE (""), -1);
  g_assert_cmpint (fake_host_fetch (host, session, "crypto/us", "ohlcv-1m",
                                    pairs, T0, T0 + MD_HOUR, 0), ==, MD_OK);
  g_assert_cmpuint (fake_host_request (host, 0)->auth, ==, MD_AUTH_NONE);
  fake_host_close (host, session);
}

/* ---- rows ------------------------------------------------------------------ */

static void
test_bar_fields (Fixture *f, gconstpointer data)
{
  answer (f, LAST_PAGE ("\"AAPL\":[{\"t\":\"2024-03-04T14:01:00Z\",\"o\":1.5,"
                        "\"h\":2,\"l\":1.000000001,\"c\":1.75,\"v\":7,\"n\":2,"
                        "\"vw\":1.61,\"later\":{\"x\":[1]}}]"));
  g_assert_cmpint (hour (f, one), ==, MD_OK);
  g_assert_cmpuint (f->host->rows->len, ==, 1);
  g_assert_cmpint (bar (f, 0)->ts, ==, T0 + MD_MINUTE);
  g_assert_cmpint (bar (f, 0)->open, ==, 1500000000);
  g_assert_cmpint (bar (f, 0)->high, ==, 2000000000);
  g_assert_cmpint (bar (f, 0)->low, ==, 1000000001);
  g_assert_cmpint (bar (f, 0)->close, ==, 1750000000);
  g_assert_cmpfloat (bar (f, 0)->volume, ==, 7);
  g_assert_cmpfloat (bar (f, 0)->vwap, ==, 1.61);
  g_assert_cmpint (bar (f, 0)->trades, ==, 2);
}

static void
test_bad_rows (Fixture *f, gconstpointer data)
{
  FakeReject *reject;

  answer (f, LAST_PAGE ("\"AAPL\":[" ROW ("00", "1") ",{\"t\":\"2024-03-04T14:"
                        "01:00Z\",\"o\":null,\"h\":2.0000000001,\"l\":\"x\","
                        "\"v\":1}," ROW ("02", "2") ",7]"));
  g_assert_cmpint (hour (f, one), ==, MD_OK);
  g_assert_cmpuint (f->host->rows->len, ==, 2);
  g_assert_cmpuint (f->host->rejects->len, ==, 2);
  reject = f->host->rejects->pdata[0];
  g_assert_cmpint (reject->ts, ==, T0 + MD_MINUTE);
  g_assert_true (g_str_has_prefix (reject->raw, "{\"t\":\"2024-03-04T14:01"));
  g_assert_nonnull (strstr (reject->reasons, "missing:open"));
  g_assert_nonnull (strstr (reject->reasons, "inexact:high"));
  g_assert_nonnull (strstr (reject->reasons, ":low"));
  g_assert_nonnull (strstr (reject->reasons, "missing:close"));
  reject = f->host->rejects->pdata[1];
  g_assert_cmpstr (reject->reasons, ==, "type:row");
  assert_covered (f, EVERYTHING);
}

static void
test_adjusted_prices_are_rounded (Fixture *f, gconstpointer data)
{
  answer (f, LAST_PAGE ("\"AAPL\":[" ROW ("00", "33.33333333333333") "]"));
  g_assert_cmpint (fake_host_fetch (f->host, f->session, "sip/split",
                                    "ohlcv-1m", one, T0, T0 + MD_HOUR, 0), ==,
                   MD_OK);
  g_assert_cmpint (bar (f, 0)->open, ==, 33333333333);
}

static const struct md_trade *
trades (Fixture *f, const char *dataset, const char *const *symbols,
        const char *rows)
{
  g_autofree char *body
    = g_strdup_printf ("{\"trades\":{%s},\"next_page_token\":null}", rows);

  answer (f, body);
  g_assert_cmpint (fake_host_fetch (f->host, f->session, dataset, "trades",
                                    symbols, T0, T0 + MD_HOUR, 0), ==, MD_OK);
  return (const struct md_trade *) f->host->rows->data;
}

static void
test_trade_fields (Fixture *f, gconstpointer data)
{
  const struct md_trade *trade
    = trades (f, "sip/raw", one, "\"AAPL\":[{\"t\":\"2024-03-04T14:00:00."
              "08960768Z\",\"x\":\"P\",\"p\":140.2,\"s\":595,\"c\":[\"@\",\" \","
              "\"T\"],\"i\":18446744073709551615,\"z\":\"C\"}]");

  g_assert_cmpint (trade->ts, ==, T0 + 89607680);
  g_assert_cmpint (trade->price, ==, INT64_C (140200000000));
  g_assert_cmpfloat (trade->size, ==, 595);
  g_assert_cmpstr (fake_host_name (f->host, trade->venue), ==, "P");
  g_assert_cmpstr (fake_host_name (f->host, trade->conditions), ==, "@, ,T");
  g_assert_cmpstr (fake_host_name (f->host, trade->tape), ==, "C");
  g_assert_cmpmem (trade->id.ptr, trade->id.len, "18446744073709551615", 20);
  g_assert_cmpuint (trade->side, ==, MD_ABSENT_NAME);
  g_assert_cmpuint (trade->flags, ==, 0);
}

static void
test_amended_trades (Fixture *f, gconstpointer data)
{
#define AMENDED(u)                                                            \
  "{\"t\":\"2024-03-04T14:00:00Z\",\"x\":\" \",\"p\":1,\"s\":1,\"i\":1,"      \
  "\"z\":\"A\",\"u\":\"" u "\"}"
  const struct md_trade *trade
    = trades (f, "sip/raw", one,
              "\"AAPL\":[" AMENDED ("canceled") "," AMENDED ("incorrect") ","
              AMENDED ("corrected") "," AMENDED ("another") "]");

  g_assert_cmpuint (f->host->rows->len, ==, 4);
  g_assert_cmpuint (trade[0].flags, ==, MD_ROW_CANCELLED);
  g_assert_cmpuint (trade[1].flags, ==, MD_ROW_CANCELLED);
  g_assert_cmpuint (trade[2].flags, ==, MD_ROW_CORRECTED);
  g_assert_cmpuint (trade[3].flags, ==, 0);
  g_assert_cmpstr (fake_host_name (f->host, trade[3].action), ==, "another");
  g_assert_cmpuint (trade[0].venue, ==, MD_ABSENT_NAME);
}

static void
test_takers_side (Fixture *f, gconstpointer data)
{
#define TAKEN(side)                                                           \
  "{\"t\":\"2024-03-04T14:00:00Z\",\"p\":8.23e-06,\"s\":0.000123,\"i\":1,"    \
  "\"tks\":\"" side "\"}"
  const struct md_trade *trade
    = trades (f, "crypto/us", pairs,
              "\"BAT\\/USD\":[" TAKEN ("B") "," TAKEN ("S") "," TAKEN ("?")
              "]");

  g_assert_cmpuint (f->host->rows->len, ==, 2);
  g_assert_cmpuint (trade[0].symbol, ==, 1);
  g_assert_cmpint (trade[0].price, ==, 8230);
  g_assert_cmpstr (fake_host_name (f->host, trade[0].side), ==, "buy");
  g_assert_cmpstr (fake_host_name (f->host, trade[1].side), ==, "sell");
  g_assert_cmpstr (((FakeReject *) f->host->rejects->pdata[0])->reasons, ==,
                   "value:side");
}

static void
test_quote_without_a_side (Fixture *f, gconstpointer data)
{
  const struct md_quote *quote;

  answer (f, "{\"quotes\":{\"AAPL\":[{\"t\":\"2024-03-04T14:00:00Z\",\"ax\":"
          "\"N\",\"ap\":3.5,\"as\":2,\"bx\":\"Q\",\"bp\":0,\"bs\":4,\"c\":"
          "[\"R\"],\"z\":\"B\"}]},\"next_page_token\":null}");
  g_assert_cmpint (fake_host_fetch (f->host, f->session, "sip/raw", "quotes",
                                    one, T0, T0 + MD_HOUR, 0), ==, MD_OK);
  quote = (const struct md_quote *) f->host->rows->data;
  g_assert_cmpint (quote->bid, ==, MD_ABSENT);
  g_assert_true (isnan (quote->bid_size));
  g_assert_cmpuint (quote->bid_venue, ==, MD_ABSENT_NAME);
  g_assert_cmpint (quote->ask, ==, INT64_C (3500000000));
  g_assert_cmpfloat (quote->ask_size, ==, 2);
  g_assert_cmpstr (fake_host_name (f->host, quote->ask_venue), ==, "N");
}

/* ---- pages ----------------------------------------------------------------- */

static void
test_page_ends_inside_a_symbol (Fixture *f, gconstpointer data)
{
  answer (f, PAGE ("\"AAPL\":[" ROW ("00", "1") "],\"BRK.B\":["
                   ROW ("00", "1") "," ROW ("01", "2") "]", "\"t1\""));
  answer (f, LAST_PAGE ("\"BRK.B\":[" ROW ("02", "3") "],\"CRM\":["
                        ROW ("07", "4") "]"));
  g_assert_cmpint (hour (f, abc), ==, MD_OK);
  g_assert_cmpuint (f->host->rows->len, ==, 5);
  assert_query (f, 1, "page_token", "t1");
  assert_query (f, 1, "symbols", "AAPL,BRK.B,CRM");
  assert_covered (f, ALL_OF (0) " " ALL_OF (1) " " ALL_OF (2));
}

static void
test_cut_keeps_what_is_proven (Fixture *f, gconstpointer data)
{
  answer (f, PAGE ("\"AAPL\":[" ROW ("00", "1") "],\"BRK.B\":["
                   ROW ("00", "1") "," ROW ("01", "2") "]", "\"t1\""));
  fake_host_fail (f->host, NULL, MD_ERR_NETWORK, "reset");
  g_assert_cmpint (hour (f, abc), ==, MD_ERR_NETWORK);
  assert_covered (f, ALL_OF (0) " 1:2024-03-04T14:00:00Z/"
                  "2024-03-04T14:01:00.000000001Z");
}

#define TICK(second)                                                          \
  "{\"t\":\"2024-03-04T14:00:" second "Z\",\"x\":\"P\",\"p\":1,\"s\":1,"      \
  "\"i\":1,\"z\":\"A\"}"

static void
test_ticks_of_one_time_on_two_pages (Fixture *f, gconstpointer data)
{
  answer (f, "{\"trades\":{\"AAPL\":[" TICK ("01") "," TICK ("05") ","
          TICK ("05") "]},\"next_page_token\":\"t1\"}");
  fake_host_fail (f->host, NULL, MD_ERR_NETWORK, "reset");
  g_assert_cmpint (fake_host_fetch (f->host, f->session, "sip/raw", "trades",
                                    one, T0, T0 + MD_HOUR, 0), ==,
                   MD_ERR_NETWORK);
  assert_covered (f, "0:2024-03-04T14:00:00Z/2024-03-04T14:00:05Z");
  answer (f, "{\"trades\":{\"AAPL\":[" TICK ("05") "]},"
          "\"next_page_token\":\"t1\"}");
  answer (f, "{\"next_page_token\":null,\"trades\":{\"AAPL\":[" TICK ("05")
          "," TICK ("06") "]}}");
  g_assert_cmpint (fake_host_fetch (f->host, f->session, "sip/raw", "trades",
                                    one, T0, T0 + MD_HOUR, 0), ==, MD_OK);
  g_assert_cmpuint (f->host->rows->len, ==, 3);
  assert_covered (f, ALL_OF (0));
}

static void
test_short_and_empty_pages (Fixture *f, gconstpointer data)
{
  answer (f, PAGE ("\"AAPL\":[" ROW ("00", "1") "]", "\"t1\""));
  answer (f, PAGE ("", "\"t2\""));
  answer (f, PAGE ("\"AAPL\":[" ROW ("01", "1") "]", "\"t3\""));
  answer (f, LAST_PAGE (""));
  g_assert_cmpint (hour (f, one), ==, MD_OK);
  g_assert_cmpuint (f->host->rows->len, ==, 2);
  assert_covered (f, ALL_OF (0));
  fake_host_assert_done (f->host);
}

static void
test_one_page_is_covered_at_once (Fixture *f, gconstpointer data)
{
  answer (f, LAST_PAGE ("\"AAPL\":[" ROW ("00", "1") "],\"BRK.B\":null"));
  g_assert_cmpint (hour (f, abc), ==, MD_OK);
  g_assert_cmpuint (f->host->covered->len, ==, 1);
  g_assert_cmpuint (g_array_index (f->host->covered, FakeCovered, 0).symbol,
                    ==, MD_ALL_SYMBOLS);
}

static void
test_empty_token_is_the_end (Fixture *f, gconstpointer data)
{
  answer (f, PAGE ("", "\"\""));
  g_assert_cmpint (hour (f, one), ==, MD_OK);
  answer (f, "{\"bars\":null}");
  g_assert_cmpint (hour (f, one), ==, MD_OK);
  assert_covered (f, EVERYTHING);
}

static void
test_many_rows (Fixture *f, gconstpointer data)
{
  g_autoptr (GString) body = g_string_new ("{\"bars\":{\"AAPL\":[");

  for (int i = 0; i < 1000; i++) {
    g_string_append_printf (body, "%s{\"t\":\"2024-03-04T%02d:%02d:00Z\","
                            "\"o\":1,\"h\":1,\"l\":1,\"c\":1,\"v\":%d}",
                            i > 0 ? "," : "", i / 60, i % 60, i);
  }
  g_string_append (body, "]},\"next_page_token\":null}");
  answer (f, body->str);
  g_assert_cmpint (bars (f, one, T0 - 14 * MD_HOUR, T0 + 10 * MD_HOUR), ==,
                   MD_OK);
  g_assert_cmpuint (f->host->rows->len, ==, 1000);
  for (guint i = 0; i < 1000; i++)
    g_assert_cmpfloat (bar (f, i)->volume, ==, i);
}

/* ---- answers that make no sense --------------------------------------------- */

static void
refuse (Fixture *f, const char *part)
{
  g_assert_cmpint (hour (f, abc), ==, MD_ERR_PROTOCOL);
  g_assert_nonnull (strstr (f->host->err.message, part));
}

static void
test_repeated_token (Fixture *f, gconstpointer data)
{
  answer (f, PAGE ("", "\"t1\""));
  answer (f, PAGE ("", "\"t1\""));
  refuse (f, "\"t1\" came a second time");
}

static void
test_tokens_in_a_circle (Fixture *f, gconstpointer data)
{
  for (int i = 0; i < 12; i++)
    answer (f, i % 3 == 0   ? PAGE ("", "\"a\"")
               : i % 3 == 1 ? PAGE ("", "\"b\"")
                            : PAGE ("", "\"c\""));
  refuse (f, "came a second time");
}

static void
test_repeated_page (Fixture *f, gconstpointer data)
{
  answer (f, PAGE ("\"AAPL\":[" ROW ("03", "1") "]", "\"t1\""));
  answer (f, PAGE ("\"AAPL\":[" ROW ("03", "1") "]", "\"t2\""));
  refuse (f, "follows one at 2024-03-04T14:03:00Z");
}

static void
test_symbol_comes_back (Fixture *f, gconstpointer data)
{
  answer (f, PAGE ("\"AAPL\":[" ROW ("00", "1") "],\"CRM\":["
                   ROW ("00", "1") "]", "\"t1\""));
  answer (f, LAST_PAGE ("\"AAPL\":[" ROW ("01", "1") "]"));
  refuse (f, "rows of AAPL come back");
}

static void
test_other_symbol (Fixture *f, gconstpointer data)
{
  answer (f, LAST_PAGE ("\"MSFT\":[" ROW ("00", "1") "]"));
  refuse (f, "\"MSFT\", which was not asked for");
  g_assert_cmpuint (f->host->covered->len, ==, 0);
}

static void
test_malformed (Fixture *f, gconstpointer data)
{
  static const char *const bodies[] = {
    "", "<html>", "[]", "{\"bars\":{\"AAPL\":[" ROW ("00", "1"), "{}",
    "{\"bars\":[]}", "{\"bars\":{\"AAPL\":{}}}",
    "{\"bars\":{},\"next_page_token\":7}",
    "{\"bars\":{},\"next_page_token\":null}x" };

  for (gsize i = 0; i < G_N_ELEMENTS (bodies); i++) {
    answer (f, bodies[i]);
    g_assert_cmpint (hour (f, one), ==, MD_ERR_PROTOCOL);
    g_assert_cmpuint (f->host->covered->len, ==, 0);
    g_assert_null (f->host->rows);
  }
}

/* ---- refusals ---------------------------------------------------------------- */

static int
status (Fixture *f, int code, const char *headers, const char *message)
{
  g_autofree char *body = g_strdup_printf ("{\"message\":\"%s\"}", message);

  fake_host_reply (f->host, NULL, code, headers, body, -1);
  return hour (f, abc);
}

static void
test_recent_sip (Fixture *f, gconstpointer data)
{
  f->host->now = T0 + 50 * MD_MINUTE + 7 * MD_SECOND;
  g_assert_cmpint (status (f, 403, NULL, "subscription does not permit "
                           "querying recent SIP data"), ==,
                   MD_ERR_ENTITLEMENT);
  g_assert_cmpint (f->host->err.from, ==, T0 + 34 * MD_MINUTE);
  g_assert_cmpint (f->host->err.to, ==, T0 + MD_HOUR);
}

static void
test_feed_outside_the_plan (Fixture *f, gconstpointer data)
{
  g_assert_cmpint (status (f, 403, NULL, "your subscription does not permit "
                           "querying OTC data"), ==, MD_ERR_ENTITLEMENT);
  g_assert_cmpint (f->host->err.from, ==, 0);
  g_assert_cmpint (f->host->err.to, ==, 0);
}

static void
test_wrong_keys (Fixture *f, gconstpointer data)
{
  g_assert_cmpint (status (f, 401, NULL, "access key verification failed : "
                           "verification failure"), ==, MD_ERR_AUTH);
  g_assert_nonnull (strstr (f->host->err.message, "provider.key_id"));
  g_assert_cmpint (status (f, 403, NULL, "forbidden."), ==, MD_ERR_AUTH);
}

static void
test_limited_until_reset (Fixture *f, gconstpointer data)
{
  f->host->now = T0;
  g_assert_cmpint (status (f, 429, "X-RateLimit-Reset: 1709560812",
                           "too many requests."), ==, MD_ERR_LIMITED);
  g_assert_cmpint (f->host->err.retry_after_ns, ==, 12 * MD_SECOND);
  g_assert_cmpint (status (f, 429, "X-RateLimit-Reset: soon", "slow"), ==,
                   MD_ERR_LIMITED);
  g_assert_cmpint (f->host->err.retry_after_ns, ==, 0);
  g_assert_cmpint (status (f, 429, "Retry-After: 3\nX-RateLimit-Reset: "
                           "1709560812", "slow"), ==, MD_ERR_LIMITED);
  g_assert_cmpint (f->host->err.retry_after_ns, ==, 3 * MD_SECOND);
}

static void
test_symbol_to_blame (Fixture *f, gconstpointer data)
{
  g_assert_cmpint (status (f, 400, NULL, "invalid symbol: BRK.B"), ==,
                   MD_ERR_REQUEST);
  g_assert_cmpuint (f->host->err.symbol, ==, 1);
  g_assert_cmpint (status (f, 400, NULL, "invalid end"), ==, MD_ERR_REQUEST);
  g_assert_cmpuint (f->host->err.symbol, ==, MD_ABSENT_NAME);
}

static void
test_wrong_url (Fixture *f, gconstpointer data)
{
  g_assert_cmpint (status (f, 404, NULL, "not found"), ==, MD_ERR_PROTOCOL);
  g_assert_nonnull (strstr (f->host->err.message, "provider.data_url"));
}

static void
test_edge_errors (Fixture *f, gconstpointer data)
{
  fake_host_reply (f->host, NULL, 502, NULL, "<html>Bad gateway", -1);
  g_assert_cmpint (hour (f, one), ==, MD_ERR_NETWORK);
  fake_host_reply (f->host, NULL, 204, NULL, "", -1);
  g_assert_cmpint (hour (f, one), ==, MD_ERR_PROTOCOL);
}

static void
test_vendor_code (Fixture *f, gconstpointer data)
{
  fake_host_reply (f->host, NULL, 422, NULL,
                   "{\"code\":42210000,\"message\":\"invalid timeframe\"}",
                   -1);
  g_assert_cmpint (hour (f, one), ==, MD_ERR_REQUEST);
  g_assert_cmpstr (f->host->err.vendor_code, ==, "42210000");
}

/* ---- configuration ------------------------------------------------------------ */

static void
refuse_open (const char *name, const char *value, const char *part)
{
  g_autoptr (FakeHost) host = fake_host_new ("alpaca");

  g_assert_null (fake_host_open (host, name, value, NULL));
  g_assert_cmpint (host->err.klass, ==, MD_ERR_CONFIG);
  g_assert_nonnull (strstr (host->err.message, part));
}

static void
test_configuration (void)
{
  refuse_open ("data_url", "data.alpaca.markets", "provider.data_url");
  refuse_open ("trading_url", "ftp://x", "provider.trading_url");
  refuse_open ("key_id", "K", "provider.secret_key");
}

static int
check (Fixture *f, const char *dataset, const char *symbol)
{
  const char *const symbols[] = { symbol, NULL };
  const struct md_request request = {
    .struct_size = sizeof request, .dataset = dataset, .schema = "ohlcv-1d",
    .symbols = symbols, .n_symbols = 1, .selector = MD_SELECT_SYMBOL,
    .from = T0, .to = T0 + MD_DAY
  };

  return f->host->provider->check (f->session, f->host, &request,
                                   &f->host->err);
}

static void
test_check (Fixture *f, gconstpointer data)
{
  g_assert_cmpint (check (f, "sip/raw", "BRK.B"), ==, MD_OK);
  g_assert_cmpint (check (f, "crypto/us", "BTC/USD"), ==, MD_OK);
  g_assert_cmpint (check (f, "crypto/us", "BTC-USD"), ==, MD_ERR_CONFIG);
  g_assert_cmpint (check (f, "sip/raw", "BTC/USD"), ==, MD_ERR_CONFIG);
  g_assert_cmpint (check (f, "sip/raw", "A,B"), ==, MD_ERR_CONFIG);
  g_assert_nonnull (strstr (f->host->err.message, "\"A,B\""));
}

int
main (int argc, char **argv)
{
#define ADD(name, func)                                                       \
  g_test_add ("/alpaca/" name, Fixture, NULL, set_up, func, tear_down)
  g_test_init (&argc, &argv, NULL);
  ADD ("request-names-feed-adjustment-and-keys", test_request);
  ADD ("end-is-one-nanosecond-early", test_inclusive_end);
  ADD ("never-sends-bare-dates", test_no_bare_dates);
  ADD ("each-schema-has-its-timeframe", test_timeframes);
  ADD ("ticks-are-never-adjusted", test_ticks_have_no_adjustment);
  ADD ("a-day-of-symbols-is-part-of-the-dataset",
       test_a_day_of_symbols_is_part_of_the_dataset);
  ADD ("unfinished-bars-are-asked-up-to-what-the-plan-allows",
       test_unfinished_bars_are_asked_up_to_what_the_plan_allows);
  ADD ("what-may-not-be-asked-yet-is-not",
       test_what_may_not_be_asked_yet_is_not);
  ADD ("crypto-has-a-path-of-its-own", test_crypto_request);
  g_test_add_func ("/alpaca/crypto-needs-no-keys", test_crypto_needs_no_keys);
  ADD ("bar-fields", test_bar_fields);
  ADD ("bad-rows-are-dead-letters-with-all-reasons", test_bad_rows);
  ADD ("adjusted-prices-are-rounded", test_adjusted_prices_are_rounded);
  ADD ("trade-fields", test_trade_fields);
  ADD ("amended-trades-are-flagged", test_amended_trades);
  ADD ("takers-side-is-the-aggressors", test_takers_side);
  ADD ("a-side-at-price-0-is-absent", test_quote_without_a_side);
  ADD ("a-page-ends-inside-a-symbol", test_page_ends_inside_a_symbol);
  ADD ("a-cut-keeps-what-is-proven", test_cut_keeps_what_is_proven);
  ADD ("ticks-of-one-time-on-two-pages", test_ticks_of_one_time_on_two_pages);
  ADD ("short-and-empty-pages-are-not-the-end", test_short_and_empty_pages);
  ADD ("one-page-is-covered-at-once", test_one_page_is_covered_at_once);
  ADD ("an-empty-token-is-the-end", test_empty_token_is_the_end);
  ADD ("more-rows-than-a-batch", test_many_rows);
  ADD ("a-token-twice-is-an-error", test_repeated_token);
  ADD ("tokens-in-a-circle-are-an-error", test_tokens_in_a_circle);
  ADD ("a-page-twice-is-an-error", test_repeated_page);
  ADD ("a-symbol-that-comes-back-is-an-error", test_symbol_comes_back);
  ADD ("another-symbol-is-an-error", test_other_symbol);
  ADD ("nothing-of-a-malformed-page-is-used", test_malformed);
  ADD ("recent-sip-refuses-only-its-range", test_recent_sip);
  ADD ("a-feed-outside-the-plan", test_feed_outside_the_plan);
  ADD ("wrong-keys-come-as-401-and-403", test_wrong_keys);
  ADD ("limited-until-the-reset", test_limited_until_reset);
  ADD ("a-refusal-names-its-symbol", test_symbol_to_blame);
  ADD ("a-404-points-at-the-url", test_wrong_url);
  ADD ("errors-of-the-edge", test_edge_errors);
  ADD ("an-error-keeps-its-code", test_vendor_code);
  g_test_add_func ("/alpaca/wrong-configuration", test_configuration);
  ADD ("symbols-are-spelled-by-dataset", test_check);
  return g_test_run ();
}
