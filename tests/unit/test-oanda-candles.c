/* SPDX-License-Identifier: Apache-2.0
 *
 * The OANDA provider's candles: requests, prices, alignment, finality.
 */
#include "oanda-fixture.h"

/* A vendor that has a candle every five seconds, and refuses as OANDA does. */
static FakeReply *
serve_seconds (const FakeRequest *request, gpointer data)
{
  g_autofree char *from = fake_query (request->url, "from");
  g_autofree char *to = fake_query (request->url, "to");
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *body = NULL;
  md_time start = at (from), end = at (to);

  if ((end - start) / (5 * MD_SECOND) > 5000)
    return fake_reply_new (400, NULL, "{\"errorMessage\":\"Maximum value for "
                           "'count' exceeded\"}", -1);
  for (md_time t = start; t < end; t += 5 * MD_SECOND) {
    char time[40];
    g_autofree char *one = NULL;

    md_time_format (t, time);
    one = candle (time, TRUE);
    g_string_append_printf (text, "%s%s", t > start ? "," : "", one);
  }
  body = answer ("S5", text->str);
  return fake_reply_new (200, NULL, body, -1);
}

/* ---- requests ------------------------------------------------------------ */

static void
test_everything_that_has_a_default_is_said (Fixture *f, gconstpointer data)
{
  static const char *const times[] = { "2024-01-02T00:00:00Z", NULL };

  reply_candles (f, "M1", times);
  g_assert_cmpint (fetch (f, "ohlcv-1m", "2024-01-02", "2024-01-02T01:00:00Z"),
                   ==, MD_OK);
  g_assert_cmpstr (fake_host_request (f->host, 0)->url, ==,
                   "http://vendor/v3/instruments/EUR_USD/candles"
                   "?granularity=M1&price=M&from=2024-01-02T00%3A00%3A00Z"
                   "&includeFirst=true&smooth=false"
                   "&to=2024-01-02T01%3A00%3A00Z");
  g_assert_nonnull (strstr (fake_host_request (f->host, 0)->headers,
                            "Accept-Datetime-Format: RFC3339"));
  g_assert_cmpuint (fake_host_request (f->host, 0)->auth, ==, MD_AUTH_BEARER);
  g_assert_cmpstr (fake_host_request (f->host, 0)->auth_key, ==, "token");
}

static void
test_each_schema_asks_for_its_granularity (Fixture *f, gconstpointer data)
{
  static const char *const schemas[][2] = {
    { "5s", "S5" },   { "10s", "S10" }, { "15s", "S15" }, { "30s", "S30" },
    { "1m", "M1" },   { "2m", "M2" },   { "4m", "M4" },   { "5m", "M5" },
    { "10m", "M10" }, { "15m", "M15" }, { "30m", "M30" }, { "1h", "H1" },
    { "2h", "H2" },   { "3h", "H3" },   { "4h", "H4" },   { "6h", "H6" },
    { "8h", "H8" },   { "12h", "H12" }, { "1d", "D" },    { "1w", "W" },
    { "1mo", "M" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (schemas); i++) {
    g_autofree char *schema = g_strconcat ("ohlcv-", schemas[i][0], NULL);
    g_autofree char *body = answer (schemas[i][1], "");

    fake_host_reply (f->host, "/candles", 200, NULL, body, -1);
    /* 17:00 in New York, a Friday, the day before a month begins.          */
    g_assert_cmpint (fetch (f, schema, "2024-05-31T20:30:00Z",
                            "2024-05-31T21:00:00Z"), ==, MD_OK);
    assert_query (f, 0, "granularity", schemas[i][1]);
    assert_query (f, 0, "dailyAlignment", i > 11 ? "17" : NULL);
  }
}

static void
test_windows_hold_no_more_than_oanda_allows_and_touch (Fixture *f,
                                                       gconstpointer data)
{
  f->host->server = serve_seconds;
  g_assert_cmpint (fetch (f, "ohlcv-5s", "2024-01-02", "2024-01-03"), ==,
                   MD_OK);
  g_assert_cmpuint (n_rows (f), ==, 17280);
  g_assert_cmpuint (f->host->requests->len, ==, 4);
  g_assert_cmpuint (f->host->covered->len, ==, 4);
  assert_covered (f, "0:2024-01-02T00:00:00Z/2024-01-03T00:00:00Z");
}

static void
test_what_was_complete_before_a_failure_stays (Fixture *f, gconstpointer data)
{
  static const char *const times[] = { "2024-01-02T00:00:00Z", NULL };

  reply_candles (f, "S5", times);
  fake_host_fail (f->host, "/candles", MD_ERR_NETWORK, "reset");
  g_assert_cmpint (fetch (f, "ohlcv-5s", "2024-01-02", "2024-01-03"), ==,
                   MD_ERR_NETWORK);
  assert_covered (f, "0:2024-01-02T00:00:00Z/2024-01-02T06:55:50Z");
}

/* ---- prices and alignment ------------------------------------------------ */

static void
test_each_dataset_reads_its_own_price (Fixture *f, gconstpointer data)
{
  static const char *const datasets[][2]
    = { { "mid", "M" }, { "bid", "B" }, { "ask", "A" } };
  g_autofree char *body = answer (
    "M1", "{\"complete\":true,\"volume\":3,\"time\":\"2024-01-02T00:00:00Z\","
          "\"bid\":{\"o\":\"1\",\"h\":\"1\",\"l\":\"1\",\"c\":\"1\"},"
          "\"mid\":{\"o\":\"0\",\"h\":\"0\",\"l\":\"0\",\"c\":\"0\"},"
          "\"ask\":{\"o\":\"2\",\"h\":\"2\",\"l\":\"2\",\"c\":\"2\"}}");

  for (gsize i = 0; i < G_N_ELEMENTS (datasets); i++) {
    fake_host_reply (f->host, "/candles", 200, NULL, body, -1);
    g_assert_cmpint (fetch_of (f, datasets[i][0], "ohlcv-1m", "2024-01-02",
                               "2024-01-02T00:01:00Z"), ==, MD_OK);
    assert_query (f, 0, "price", datasets[i][1]);
    g_assert_cmpint (bar (f, 0)->close, ==, (gint64) i * MD_PRICE_ONE);
    g_assert_cmpfloat (bar (f, 0)->volume, ==, 3);
    g_assert_cmpint (bar (f, 0)->trades, ==, MD_ABSENT);
  }
}

static void
test_the_alignment_is_part_of_the_dataset (Fixture *f, gconstpointer data)
{
  static const char *const alignments[][4] = {
    { "mid", "17", "America/New_York", "Friday" },
    { "mid/utc", "0", "UTC", "Monday" },
    { "mid/new-york", "0", "America/New_York", "Monday" },
    { "mid/8/Sunday@Europe/London", "8", "Europe/London", "Sunday" },
    { "mid/22/Tuesday@UTC", "22", "UTC", "Tuesday" },
  };
  g_autofree char *body = answer ("W", "");

  for (gsize i = 0; i < G_N_ELEMENTS (alignments); i++) {
    fake_host_reply (f->host, "/candles", 200, NULL, body, -1);
    g_assert_cmpint (fetch_of (f, alignments[i][0], "ohlcv-1w", "2024-01-01",
                               "2024-02-01"), ==, MD_OK);
    assert_query (f, 0, "dailyAlignment", alignments[i][1]);
    assert_query (f, 0, "alignmentTimezone", alignments[i][2]);
    assert_query (f, 0, "weeklyAlignment", alignments[i][3]);
  }
}

static const struct md_offer *
find_offer (const Fixture *f, const char *dataset, const char *schema)
{
  const struct md_provider *p = f->host->provider;

  for (gsize i = 0; i < p->n_offers; i++) {
    if (strcmp (p->offers[i].dataset, dataset) == 0
        && strcmp (p->offers[i].schema, schema) == 0)
      return &p->offers[i];
  }
  return NULL;
}

static int
derive (Fixture *f, const char *dataset, const char *schema)
{
  struct md_offer offer = { .dataset = NULL };

  f->host->err = (struct md_error) { .struct_size = sizeof f->host->err };
  return f->host->provider->derive (dataset, schema, &offer, &f->host->err);
}

static void
test_each_hour_and_day_is_an_alignment (Fixture *f, gconstpointer data)
{
  static const char *const days[] = { "Monday", "Tuesday", "Wednesday",
                                      "Thursday", "Friday", "Saturday",
                                      "Sunday" };

  for (int hour = 0; hour < 24; hour++) {
    for (gsize i = 0; i < 7; i++) {
      g_autofree char *dataset
        = g_strdup_printf ("bid/%d/%s@Asia/Tokyo", hour, days[i]);

      g_assert_cmpint (derive (f, dataset, "ohlcv-1w"), ==, MD_OK);
    }
  }
}

static void
test_what_is_no_alignment_is_told (Fixture *f, gconstpointer data)
{
  static const char *const cases[][3] = {
    { "mid/24/Friday@UTC", "ohlcv-1d", "0 to 23" },
    { "mid/07/Friday@UTC", "ohlcv-1d", "0 to 23" },
    { "mid/100/Friday@UTC", "ohlcv-1d", "0 to 23" },
    { "mid/-1/Friday@UTC", "ohlcv-1d", "0 to 23" },
    { "mid/17/Friday@", "ohlcv-1d", "time zone" },
    { "mid/17/Friday", "ohlcv-1d", "time zone" },
    { "mid/17@UTC", "ohlcv-1d", "day on which a week" },
    { "mid/17/@UTC", "ohlcv-1d", "no day of the week" },
    { "mid/17/friday@UTC", "ohlcv-1d", "one of Monday" },
    { "mid/17/Fridays@UTC", "ohlcv-1d", "one of Monday" },
    { "mid/17/Friday@UTC", "ohlcv-1m", "\"mid\"" },
    { "mid/17/Friday@UTC", "ohlcv-1h", "\"mid\"" },
    { "mid/17/Friday@UTC", "ohlcv-1mo", "which month" },
    { "mid/17/Friday@America/New_York", "ohlcv-1d", "called \"mid\"" },
    { "ask/0/Monday@UTC", "ohlcv-1d", "called \"ask/utc\"" },
    { "bid/0/Monday@America/New_York", "ohlcv-1d", "called \"bid/new-york\"" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_test_message ("%s", cases[i][0]);
    g_assert_cmpint (derive (f, cases[i][0], cases[i][1]), ==, MD_ERR_CONFIG);
    g_assert_nonnull (strstr (f->host->err.message, cases[i][2]));
  }
  g_assert_cmpint (derive (f, "mid/utcc", "ohlcv-1d"), ==, MD_ERR_NOT_FOUND);
  g_assert_cmpint (derive (f, "last/0/Friday@UTC", "ohlcv-1d"), ==,
                   MD_ERR_NOT_FOUND);
  g_assert_cmpint (derive (f, "mid/0/Friday@UTC", "ohlcv-7d"), ==,
                   MD_ERR_NOT_FOUND);
}

/* London's clock changes on 2024-03-31: 08:00 is 08:00 UTC, then 07:00.    */
static void
test_days_and_weeks_follow_another_clock (Fixture *f, gconstpointer data)
{
  static const char *const days[]
    = { "2024-03-29T08:00:00Z", "2024-03-31T07:00:00Z",
        "2024-04-01T08:00:00Z", NULL };
  static const char *const weeks[]
    = { "2024-03-24T08:00:00Z", "2024-03-31T07:00:00Z", NULL };

  reply_candles (f, "D", days);
  g_assert_cmpint (fetch_of (f, "mid/8/Sunday@Europe/London", "ohlcv-1d",
                             "2024-03-29T08:00:00Z", "2024-04-02T07:00:00Z"),
                   ==, MD_OK);
  g_assert_cmpuint (n_rows (f), ==, 2);
  g_assert_cmpuint (f->host->rejects->len, ==, 1);
  reply_candles (f, "W", weeks);
  g_assert_cmpint (fetch_of (f, "mid/8/Sunday@Europe/London", "ohlcv-1w",
                             "2024-03-24T08:00:00Z", "2024-04-07T07:00:00Z"),
                   ==, MD_OK);
  g_assert_cmpuint (n_rows (f), ==, 2);
  g_assert_cmpuint (f->host->rejects->len, ==, 0);
}

static void
test_short_candles_have_no_alignment (Fixture *f, gconstpointer data)
{
  g_assert_nonnull (find_offer (f, "mid", "ohlcv-1h"));
  g_assert_null (find_offer (f, "mid/utc", "ohlcv-1h"));
  g_assert_null (find_offer (f, "mid", "ohlcv-1h")->interval.zone);
  g_assert_cmpstr (find_offer (f, "bid", "ohlcv-4h")->interval.zone, ==,
                   "America/New_York");
  g_assert_null (find_offer (f, "bid/utc", "ohlcv-4h")->interval.zone);
  g_assert_cmpstr (find_offer (f, "ask", "ohlcv-1d")->volume_unit, ==,
                   "ticks");
}

/* 17:00 in New York is 22:00 UTC in winter and 21:00 in summer.            */
static void
test_days_begin_at_five_in_new_york_on_both_sides_of_the_change (
  Fixture *f, gconstpointer data)
{
  static const char *const times[]
    = { "2024-03-07T22:00:00Z", "2024-03-10T21:00:00Z",
        "2024-03-11T21:00:00Z", NULL };

  reply_candles (f, "D", times);
  g_assert_cmpint (fetch (f, "ohlcv-1d", "2024-03-07T22:00:00Z",
                          "2024-03-12T21:00:00Z"), ==, MD_OK);
  g_assert_cmpuint (n_rows (f), ==, 3);
  g_assert_cmpuint (f->host->rejects->len, ==, 0);
}

static void
test_a_day_that_begins_elsewhere_is_rejected (Fixture *f, gconstpointer data)
{
  static const char *const times[]
    = { "2024-03-07T22:00:00Z", "2024-03-10T22:00:00Z", NULL };

  reply_candles (f, "D", times);
  g_assert_cmpint (fetch (f, "ohlcv-1d", "2024-03-07T22:00:00Z",
                          "2024-03-12T21:00:00Z"), ==, MD_OK);
  g_assert_cmpuint (n_rows (f), ==, 1);
  g_assert_cmpstr (((FakeReject *) f->host->rejects->pdata[0])->reasons, ==,
                   "grid:time");
}

static void
test_weeks_and_months_begin_at_five_before (Fixture *f, gconstpointer data)
{
  static const char *const weeks[]
    = { "2024-03-08T22:00:00Z", "2024-03-15T21:00:00Z", NULL };
  static const char *const months[]
    = { "2024-02-29T22:00:00Z", "2024-03-31T21:00:00Z", NULL };

  reply_candles (f, "W", weeks);
  g_assert_cmpint (fetch (f, "ohlcv-1w", "2024-03-08T22:00:00Z",
                          "2024-03-22T21:00:00Z"), ==, MD_OK);
  g_assert_cmpuint (n_rows (f), ==, 2);
  reply_candles (f, "M", months);
  g_assert_cmpint (fetch (f, "ohlcv-1mo", "2024-02-29T22:00:00Z",
                          "2024-04-30T21:00:00Z"), ==, MD_OK);
  g_assert_cmpuint (n_rows (f), ==, 2);
  g_assert_cmpuint (f->host->rejects->len, ==, 0);
}

static void
test_ragged_ends_are_asked_for_whole_and_cut (Fixture *f, gconstpointer data)
{
  static const char *const times[]
    = { "2024-01-02T00:00:00Z", "2024-01-02T01:00:00Z",
        "2024-01-02T02:00:00Z", "2024-01-02T03:00:00Z", NULL };

  reply_candles (f, "H1", times);
  g_assert_cmpint (fetch (f, "ohlcv-1h", "2024-01-02T00:30:00Z",
                          "2024-01-02T02:30:00Z"), ==, MD_OK);
  assert_query (f, 0, "to", "2024-01-02T03:00:00Z");
  g_assert_cmpuint (n_rows (f), ==, 2);
  g_assert_cmpint (bar (f, 0)->ts, ==, at ("2024-01-02T01:00:00Z"));
  assert_covered (f, "0:2024-01-02T00:30:00Z/2024-01-02T02:30:00Z");
}

/* ---- finality ------------------------------------------------------------ */

static void
test_the_running_candle_is_not_history (Fixture *f, gconstpointer data)
{
  static const char *const times[] = { "2024-01-02T10:00:00Z", NULL };

  f->host->now = at ("2024-01-02T11:59:00Z");
  reply_candles (f, "H1", times);
  g_assert_cmpint (fetch (f, "ohlcv-1h", "2024-01-02T10:00:00Z",
                          "2024-01-03"), ==, MD_OK);
  assert_query (f, 0, "to", "2024-01-02T11:00:00Z");
  assert_covered (f, "0:2024-01-02T10:00:00Z/2024-01-02T11:00:00Z");
}

static void
test_a_quiet_running_day_is_not_covered (Fixture *f, gconstpointer data)
{
  g_autofree char *body = answer ("D", "");

  /* Sunday noon: the day that began on Saturday may still see a price.     */
  f->host->now = at ("2024-01-07T17:00:00Z");
  fake_host_reply (f->host, "/candles", 200, NULL, body, -1);
  g_assert_cmpint (fetch (f, "ohlcv-1d", "2024-01-05T22:00:00Z",
                          "2024-02-01T22:00:00Z"), ==, MD_OK);
  assert_covered (f, "0:2024-01-05T22:00:00Z/2024-01-06T22:00:00Z");
}

static void
test_an_incomplete_candle_is_never_final (Fixture *f, gconstpointer data)
{
  static const char *const times[]
    = { "2024-01-02T10:00:00Z", "~2024-01-02T11:00:00Z", NULL };

  reply_candles (f, "H1", times);
  g_assert_cmpint (fetch (f, "ohlcv-1h", "2024-01-02T10:00:00Z",
                          "2024-01-02T14:00:00Z"), ==, MD_ERR_NETWORK);
  g_assert_cmpuint (n_rows (f), ==, 1);
  assert_covered (f, "0:2024-01-02T10:00:00Z/2024-01-02T11:00:00Z");
  g_assert_nonnull (strstr (f->host->err.message, "2024-01-02T11:00:00Z"));
}

static void
test_the_running_candle_comes_flagged_where_wanted (Fixture *f,
                                                    gconstpointer data)
{
  static const char *const whole[] = { "2024-01-02T10:00:00Z", NULL };
  static const char *const running[]
    = { "~2024-01-02T11:00:00Z", NULL };

  f->host->now = at ("2024-01-02T11:59:00Z");
  reply_candles (f, "H1", whole);
  reply_candles (f, "H1", running);
  g_assert_cmpint (fake_host_fetch (f->host, f->session, "mid", "ohlcv-1h",
                                    eur, at ("2024-01-02T10:00:00Z"),
                                    at ("2024-01-02T12:00:00Z"),
                                    MD_REQUEST_PROVISIONAL), ==, MD_OK);
  assert_query (f, 1, "to", NULL);
  assert_query (f, 1, "from", "2024-01-02T11:00:00Z");
  g_assert_cmpuint (n_rows (f), ==, 2);
  g_assert_cmpuint (bar (f, 0)->flags, ==, 0);
  g_assert_cmpuint (bar (f, 1)->flags, ==, MD_ROW_PROVISIONAL);
  assert_covered (f, "0:2024-01-02T10:00:00Z/2024-01-02T11:00:00Z");
}

int
main (int argc, char **argv)
{
  static const OandaTest tests[] = {
    { "everything-that-has-a-default-is-said",
      test_everything_that_has_a_default_is_said },
    { "each-schema-asks-for-its-granularity",
      test_each_schema_asks_for_its_granularity },
    { "windows-hold-no-more-than-oanda-allows-and-touch",
      test_windows_hold_no_more_than_oanda_allows_and_touch },
    { "what-was-complete-before-a-failure-stays",
      test_what_was_complete_before_a_failure_stays },
    { "each-dataset-reads-its-own-price",
      test_each_dataset_reads_its_own_price },
    { "the-alignment-is-part-of-the-dataset",
      test_the_alignment_is_part_of_the_dataset },
    { "each-hour-and-day-is-an-alignment",
      test_each_hour_and_day_is_an_alignment },
    { "what-is-no-alignment-is-told", test_what_is_no_alignment_is_told },
    { "days-and-weeks-follow-another-clock",
      test_days_and_weeks_follow_another_clock },
    { "short-candles-have-no-alignment", test_short_candles_have_no_alignment },
    { "days-begin-at-five-in-new-york-on-both-sides-of-the-change",
      test_days_begin_at_five_in_new_york_on_both_sides_of_the_change },
    { "a-day-that-begins-elsewhere-is-rejected",
      test_a_day_that_begins_elsewhere_is_rejected },
    { "weeks-and-months-begin-at-five-before",
      test_weeks_and_months_begin_at_five_before },
    { "ragged-ends-are-asked-for-whole-and-cut",
      test_ragged_ends_are_asked_for_whole_and_cut },
    { "the-running-candle-is-not-history",
      test_the_running_candle_is_not_history },
    { "a-quiet-running-day-is-not-covered",
      test_a_quiet_running_day_is_not_covered },
    { "an-incomplete-candle-is-never-final",
      test_an_incomplete_candle_is_never_final },
    { "the-running-candle-comes-flagged-where-wanted",
      test_the_running_candle_comes_flagged_where_wanted },
  };

  g_test_init (&argc, &argv, NULL);
  return run_tests ("oanda-candles", tests, G_N_ELEMENTS (tests));
}
