/* SPDX-License-Identifier: Apache-2.0 */
#include "data/error.h"
#include "data/interval.h"

#include <string.h>

static md_time
at (const char *text)
{
  g_autoptr (GError) error = NULL;
  md_time t = 0;

  time_parse (text, &t, &error);
  g_assert_no_error (error);
  return t;
}

static void
assert_time (md_time t, const char *want)
{
  char text[TIME_TEXT_SIZE];

  time_format (t, text);
  g_assert_cmpstr (text, ==, want);
}

static void
assert_bar (const struct md_interval *interval, const char *t,
            const char *from, const char *to)
{
  assert_time (interval_floor (interval, at (t)), from);
  assert_time (interval_next (interval, at (t)), to);
}

/* ---- UTC ------------------------------------------------------------- */

static void
test_minutes_and_hours_stand_on_utc (void)
{
  const struct md_interval m5 = { 5, MD_UNIT_MINUTE, 0, NULL };
  const struct md_interval h6 = { 6, MD_UNIT_HOUR, 0, NULL };
  const struct md_interval s1 = { 1, MD_UNIT_SECOND, 0, NULL };

  assert_bar (&m5, "2024-02-29T23:59:59.999999999Z", "2024-02-29T23:55:00Z",
              "2024-03-01T00:00:00Z");
  assert_bar (&h6, "2024-01-01T06:00:00Z", "2024-01-01T06:00:00Z",
              "2024-01-01T12:00:00Z");
  assert_bar (&s1, "1969-12-31T23:59:59.5Z", "1969-12-31T23:59:59Z",
              "1970-01-01T00:00:00Z");
}

static void
test_hours_follow_their_anchor (void)
{
  const struct md_interval h4 = { 4, MD_UNIT_HOUR, 2 * MD_HOUR, NULL };

  assert_bar (&h4, "2024-01-01T01:59:00Z", "2023-12-31T22:00:00Z",
              "2024-01-01T02:00:00Z");
}

static void
test_days_without_a_zone_are_utc_days (void)
{
  const struct md_interval d1 = { 1, MD_UNIT_DAY, 0, NULL };

  assert_bar (&d1, "1969-12-31T23:59:59Z", "1969-12-31T00:00:00Z",
              "1970-01-01T00:00:00Z");
  assert_bar (&d1, "2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z",
              "2024-03-01T00:00:00Z");
}

static void
test_weeks_start_on_monday (void)
{
  const struct md_interval w1 = { 1, MD_UNIT_WEEK, 0, NULL };

  assert_bar (&w1, "2024-03-03T23:59:59Z", "2024-02-26T00:00:00Z",
              "2024-03-04T00:00:00Z");
  assert_bar (&w1, "1970-01-01", "1969-12-29T00:00:00Z",
              "1970-01-05T00:00:00Z");
}

static void
test_months_start_on_the_first (void)
{
  const struct md_interval mo1 = { 1, MD_UNIT_MONTH, 0, NULL };
  const struct md_interval mo3 = { 3, MD_UNIT_MONTH, 0, NULL };

  assert_bar (&mo1, "2024-02-29T12:00:00Z", "2024-02-01T00:00:00Z",
              "2024-03-01T00:00:00Z");
  assert_bar (&mo1, "1969-12-31T12:00:00Z", "1969-12-01T00:00:00Z",
              "1970-01-01T00:00:00Z");
  assert_bar (&mo3, "2023-12-31T12:00:00Z", "2023-10-01T00:00:00Z",
              "2024-01-01T00:00:00Z");
  assert_bar (&mo3, "1969-02-01", "1969-01-01T00:00:00Z",
              "1969-04-01T00:00:00Z");
}

static void
test_ticks_have_no_length (void)
{
  const struct md_interval tick = { 0, MD_UNIT_NONE, 0, NULL };

  g_assert_cmpint (interval_floor (&tick, 12345), ==, 12345);
  g_assert_cmpint (interval_next (&tick, 12345), ==, 12345);
  g_assert_cmpint (interval_nominal (&tick), ==, 0);
}

/* ---- zones ----------------------------------------------------------- */

static void
test_new_york_days_are_23_and_25_hours_long (void)
{
  const struct md_interval d1 = { 1, MD_UNIT_DAY, 0, "America/New_York" };

  assert_bar (&d1, "2024-03-10T12:00:00Z", "2024-03-10T05:00:00Z",
              "2024-03-11T04:00:00Z");
  assert_bar (&d1, "2024-11-03T12:00:00Z", "2024-11-03T04:00:00Z",
              "2024-11-04T05:00:00Z");
  /* In the repeated hour, and just before midnight of the long day.        */
  assert_bar (&d1, "2024-11-03T05:30:00Z", "2024-11-03T04:00:00Z",
              "2024-11-04T05:00:00Z");
  assert_bar (&d1, "2024-11-04T04:59:59Z", "2024-11-03T04:00:00Z",
              "2024-11-04T05:00:00Z");
}

static void
test_london_days_follow_summer_time (void)
{
  const struct md_interval d1 = { 1, MD_UNIT_DAY, 0, "Europe/London" };

  assert_bar (&d1, "2024-03-31T00:30:00Z", "2024-03-31T00:00:00Z",
              "2024-03-31T23:00:00Z");
  assert_bar (&d1, "2024-10-27T23:30:00Z", "2024-10-26T23:00:00Z",
              "2024-10-28T00:00:00Z");
}

static void
test_the_trading_day_begins_at_17_new_york (void)
{
  const struct md_interval d1
    = { 1, MD_UNIT_DAY, -7 * MD_HOUR, "America/New_York" };

  assert_bar (&d1, "2024-01-02T21:59:59Z", "2024-01-01T22:00:00Z",
              "2024-01-02T22:00:00Z");
  assert_bar (&d1, "2024-01-02T22:00:00Z", "2024-01-02T22:00:00Z",
              "2024-01-03T22:00:00Z");
  /* 17:00 on the wall both before and after the change.                    */
  assert_bar (&d1, "2024-03-10T12:00:00Z", "2024-03-09T22:00:00Z",
              "2024-03-10T21:00:00Z");
  assert_bar (&d1, "2024-11-03T12:00:00Z", "2024-11-02T21:00:00Z",
              "2024-11-03T22:00:00Z");
}

static void
test_an_anchor_after_the_change_is_wall_time (void)
{
  const struct md_interval d1
    = { 1, MD_UNIT_DAY, 9 * MD_HOUR + 30 * MD_MINUTE, "America/New_York" };

  assert_bar (&d1, "2024-03-10T20:00:00Z", "2024-03-10T13:30:00Z",
              "2024-03-11T13:30:00Z");
}

static void
test_weeks_and_months_in_a_zone (void)
{
  const struct md_interval w1
    = { 1, MD_UNIT_WEEK, -7 * MD_HOUR, "America/New_York" };
  const struct md_interval mo1 = { 1, MD_UNIT_MONTH, 0, "Europe/London" };

  /* Sunday 17:00, one hour less in the week of the change.                 */
  assert_bar (&w1, "2024-03-08T00:00:00Z", "2024-03-03T22:00:00Z",
              "2024-03-10T21:00:00Z");
  assert_bar (&mo1, "2024-04-15", "2024-03-31T23:00:00Z",
              "2024-04-30T23:00:00Z");
}

static void
test_four_hour_bars_follow_the_zones_day (void)
{
  const struct md_interval h4
    = { 4, MD_UNIT_HOUR, -7 * MD_HOUR, "America/New_York" };

  assert_bar (&h4, "2024-01-03T01:59:59Z", "2024-01-02T22:00:00Z",
              "2024-01-03T02:00:00Z");
  assert_bar (&h4, "2024-07-03T00:30:00Z", "2024-07-02T21:00:00Z",
              "2024-07-03T01:00:00Z");
  /* The short day's last bar ends with it, the long day has one more.      */
  assert_bar (&h4, "2024-03-10T20:00:00Z", "2024-03-10T18:00:00Z",
              "2024-03-10T21:00:00Z");
  assert_bar (&h4, "2024-11-03T21:30:00Z", "2024-11-03T21:00:00Z",
              "2024-11-03T22:00:00Z");
}

/* Clocks there went from 23:59:59 to 01:00:00, so the day has no midnight. */
static void
test_a_day_without_midnight_begins_at_its_first_moment (void)
{
  const struct md_interval d1 = { 1, MD_UNIT_DAY, 0, "America/Sao_Paulo" };

  assert_bar (&d1, "2018-11-04T12:00:00Z", "2018-11-04T03:00:00Z",
              "2018-11-05T02:00:00Z");
}

/* And from 00:59:59 back to 00:00:00: the day begins at the first of them. */
static void
test_a_day_with_two_midnights_begins_at_the_first (void)
{
  const struct md_interval d1 = { 1, MD_UNIT_DAY, 0, "America/Havana" };

  assert_bar (&d1, "2024-11-03T12:00:00Z", "2024-11-03T04:00:00Z",
              "2024-11-04T05:00:00Z");
  assert_bar (&d1, "2024-11-03T05:30:00Z", "2024-11-03T04:00:00Z",
              "2024-11-04T05:00:00Z");
}

static void
test_bars_tile_the_time_line (void)
{
  static const char *const zones[]
    = { NULL, "America/New_York", "Europe/London", "Asia/Kolkata",
        "America/Sao_Paulo", "Australia/Lord_Howe" };
  static const guint kinds[]
    = { MD_UNIT_SECOND, MD_UNIT_MINUTE, MD_UNIT_HOUR, MD_UNIT_DAY,
        MD_UNIT_WEEK, MD_UNIT_MONTH };
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);

  g_test_message ("seed 7");
  for (int i = 0; i < 3000; i++) {
    struct md_interval interval = {
      (guint32) g_rand_int_range (rand, 1, 13), kinds[g_rand_int_range (
        rand, 0, G_N_ELEMENTS (kinds))],
      g_rand_int_range (rand, -12, 13) * MD_HOUR, zones[g_rand_int_range (
        rand, 0, G_N_ELEMENTS (zones))] };
    md_time t = (gint64) (g_rand_double_range (rand, -1e18, 2.1e18));
    md_time from = interval_floor (&interval, t);
    md_time to = interval_next (&interval, t);

    g_assert_cmpint (from, <=, t);
    g_assert_cmpint (to, >, t);
    g_assert_cmpint (interval_floor (&interval, from), ==, from);
    g_assert_cmpint (interval_next (&interval, from), ==, to);
    g_assert_cmpint (interval_floor (&interval, to - 1), ==, from);
    g_assert_cmpint (interval_floor (&interval, to), ==, to);
    g_assert_cmpint (interval_next (&interval, from - 1), ==, from);
  }
}

/* GLib's calendar says what the wall clock shows where a day begins.       */
static void
test_days_begin_at_their_wall_clock_time (void)
{
  const struct md_interval d1
    = { 1, MD_UNIT_DAY, -7 * MD_HOUR, "America/New_York" };
  g_autoptr (GTimeZone) zone = g_time_zone_new_identifier (d1.zone);
  md_time t = at ("1990-01-01");

  g_assert_nonnull (zone);
  while (t < at ("2030-01-01")) {
    g_autoptr (GDateTime) utc = NULL;
    g_autoptr (GDateTime) local = NULL;

    t = interval_next (&d1, t);
    utc = g_date_time_new_from_unix_utc (t / MD_SECOND);
    local = g_date_time_to_timezone (utc, zone);
    g_assert_cmpint (g_date_time_get_hour (local), ==, 17);
    g_assert_cmpint (g_date_time_get_minute (local), ==, 0);
  }
}

static void
test_the_ends_of_time_do_not_overflow (void)
{
  static const guint kinds[]
    = { MD_UNIT_SECOND, MD_UNIT_HOUR, MD_UNIT_DAY, MD_UNIT_WEEK,
        MD_UNIT_MONTH };
  static const char *const zones[] = { NULL, "America/New_York" };

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++) {
    for (gsize z = 0; z < G_N_ELEMENTS (zones); z++) {
      struct md_interval interval = { 7, kinds[i], 3 * MD_HOUR, zones[z] };

      g_assert_cmpint (interval_next (&interval, G_MAXINT64 - 1), >=,
                       G_MAXINT64 - 1);
      g_assert_cmpint (interval_floor (&interval, G_MININT64), ==, G_MININT64);
    }
  }
}

/* ---- text ------------------------------------------------------------ */

static void
test_intervals_are_spelled_as_schemas_are (void)
{
  static const struct {
    struct md_interval interval;
    const char *text;
  } cases[] = {
    { { 1, MD_UNIT_SECOND, 0, NULL }, "1s" },
    { { 15, MD_UNIT_MINUTE, 0, NULL }, "15m" },
    { { 6, MD_UNIT_HOUR, 0, NULL }, "6h" },
    { { 1, MD_UNIT_DAY, 0, NULL }, "1d" },
    { { 1, MD_UNIT_WEEK, 0, NULL }, "1w" },
    { { 1, MD_UNIT_MONTH, 0, NULL }, "1mo" },
    { { 0, MD_UNIT_NONE, 0, NULL }, "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *text = interval_to_text (&cases[i].interval);

    g_assert_cmpstr (text, ==, cases[i].text);
  }
}

static void
test_times_are_dates_rfc3339_or_ns (void)
{
  g_assert_cmpint (at ("2024-01-01"), ==,
                   G_GINT64_CONSTANT (1704067200000000000));
  g_assert_cmpint (at ("1704067200000000001"), ==,
                   G_GINT64_CONSTANT (1704067200000000001));
  g_assert_cmpint (at ("-1704067200000000001"), ==,
                   G_GINT64_CONSTANT (-1704067200000000001));
  g_assert_cmpint (at ("2024-01-01T01:00:00+01:00"), ==,
                   G_GINT64_CONSTANT (1704067200000000000));
}

static void
test_what_is_no_time_is_refused (void)
{
  static const char *const texts[]
    = { "", "2024", "yesterday", "2024-02-30", "2024-01-01T00:00:00",
        "99999999999999999999", "9223372036854775807", "1704067200000000000x",
        "1704067200000000000.5" };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autoptr (GError) error = NULL;
    md_time t = 5;

    g_assert_false (time_parse (texts[i], &t, &error));
    g_assert_error (error, CORE_ERROR, CORE_ERROR_USAGE);
    g_assert_cmpint (t, ==, 5);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add_func ("/interval/" name, function)
  ADD ("minutes-and-hours-stand-on-utc", test_minutes_and_hours_stand_on_utc);
  ADD ("hours-follow-their-anchor", test_hours_follow_their_anchor);
  ADD ("days-without-a-zone-are-utc-days",
       test_days_without_a_zone_are_utc_days);
  ADD ("weeks-start-on-monday", test_weeks_start_on_monday);
  ADD ("months-start-on-the-first", test_months_start_on_the_first);
  ADD ("ticks-have-no-length", test_ticks_have_no_length);
  ADD ("new-york-days-are-23-and-25-hours-long",
       test_new_york_days_are_23_and_25_hours_long);
  ADD ("london-days-follow-summer-time", test_london_days_follow_summer_time);
  ADD ("the-trading-day-begins-at-17-new-york",
       test_the_trading_day_begins_at_17_new_york);
  ADD ("an-anchor-after-the-change-is-wall-time",
       test_an_anchor_after_the_change_is_wall_time);
  ADD ("weeks-and-months-in-a-zone", test_weeks_and_months_in_a_zone);
  ADD ("four-hour-bars-follow-the-zones-day",
       test_four_hour_bars_follow_the_zones_day);
  ADD ("a-day-without-midnight-begins-at-its-first-moment",
       test_a_day_without_midnight_begins_at_its_first_moment);
  ADD ("a-day-with-two-midnights-begins-at-the-first",
       test_a_day_with_two_midnights_begins_at_the_first);
  ADD ("bars-tile-the-time-line", test_bars_tile_the_time_line);
  ADD ("days-begin-at-their-wall-clock-time",
       test_days_begin_at_their_wall_clock_time);
  ADD ("the-ends-of-time-do-not-overflow",
       test_the_ends_of_time_do_not_overflow);
  ADD ("intervals-are-spelled-as-schemas-are",
       test_intervals_are_spelled_as_schemas_are);
  ADD ("times-are-dates-rfc3339-or-ns", test_times_are_dates_rfc3339_or_ns);
  ADD ("what-is-no-time-is-refused", test_what_is_no_time_is_refused);
  return g_test_run ();
}
