/* SPDX-License-Identifier: Apache-2.0 */
#include "data/block.h"
#include "data/interval.h"

static const struct md_interval intervals[] = {
  { 0, MD_UNIT_NONE, 0, NULL },    { 1, MD_UNIT_SECOND, 0, NULL },
  { 30, MD_UNIT_SECOND, 0, NULL }, { 1, MD_UNIT_MINUTE, 0, NULL },
  { 15, MD_UNIT_MINUTE, 0, NULL }, { 30, MD_UNIT_MINUTE, 0, NULL },
  { 1, MD_UNIT_HOUR, 0, NULL },    { 12, MD_UNIT_HOUR, 0, NULL },
  { 1, MD_UNIT_DAY, 0, NULL },     { 1, MD_UNIT_WEEK, 0, NULL },
  { 1, MD_UNIT_MONTH, 0, NULL },
};

static void
assert_bucket (guint count, guint unit, const char *t, const char *from,
               const char *to)
{
  const struct md_interval interval = { count, unit, 0, NULL };
  md_time at, a, b;
  char text[TIME_TEXT_SIZE];

  g_assert_true (time_parse (t, &at, NULL));
  block_bucket (&interval, at, &a, &b);
  time_format (a, text);
  g_assert_cmpstr (text, ==, from);
  time_format (b, text);
  g_assert_cmpstr (text, ==, to);
}

static void
test_seconds_are_cut_by_the_hour (void)
{
  assert_bucket (1, MD_UNIT_SECOND, "2024-02-29T23:59:59Z",
                 "2024-02-29T23:00:00Z", "2024-03-01T00:00:00Z");
  assert_bucket (30, MD_UNIT_SECOND, "1969-12-31T23:59:30Z",
                 "1969-12-31T23:00:00Z", "1970-01-01T00:00:00Z");
}

static void
test_minutes_and_ticks_are_cut_by_the_day (void)
{
  assert_bucket (1, MD_UNIT_MINUTE, "2024-02-29T23:59:00Z",
                 "2024-02-29T00:00:00Z", "2024-03-01T00:00:00Z");
  assert_bucket (29, MD_UNIT_MINUTE, "2024-02-28T00:00:00Z",
                 "2024-02-28T00:00:00Z", "2024-02-29T00:00:00Z");
  assert_bucket (0, MD_UNIT_NONE, "1969-12-31T23:59:59.999999999Z",
                 "1969-12-31T00:00:00Z", "1970-01-01T00:00:00Z");
}

static void
test_half_hours_are_cut_by_the_month (void)
{
  assert_bucket (30, MD_UNIT_MINUTE, "2024-02-29T23:30:00Z",
                 "2024-02-01T00:00:00Z", "2024-03-01T00:00:00Z");
  assert_bucket (1, MD_UNIT_HOUR, "2023-12-31T23:00:00Z",
                 "2023-12-01T00:00:00Z", "2024-01-01T00:00:00Z");
}

static void
test_days_are_cut_by_the_year (void)
{
  assert_bucket (1, MD_UNIT_DAY, "2024-12-31", "2024-01-01T00:00:00Z",
                 "2025-01-01T00:00:00Z");
  assert_bucket (1, MD_UNIT_WEEK, "1969-12-29", "1969-01-01T00:00:00Z",
                 "1970-01-01T00:00:00Z");
  assert_bucket (1, MD_UNIT_MONTH, "2000-02-01", "2000-01-01T00:00:00Z",
                 "2001-01-01T00:00:00Z");
}

static void
test_buckets_tile_the_time_line (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (13);

  g_test_message ("seed 13");
  for (int i = 0; i < 1000; i++) {
    const struct md_interval *interval
      = &intervals[i % G_N_ELEMENTS (intervals)];
    md_time t = (gint64) g_rand_double_range (rand, -9e18, 9e18);
    md_time from, to, a, b;

    block_bucket (interval, t, &from, &to);
    g_assert_cmpint (from, <=, t);
    g_assert_cmpint (t, <, to);
    block_bucket (interval, from, &a, &b);
    g_assert_true (a == from && b == to);
    block_bucket (interval, to - 1, &a, &b);
    g_assert_true (a == from && b == to);
    block_bucket (interval, to, &a, &b);
    g_assert_cmpint (a, ==, to);
    block_bucket (interval, from - 1, &a, &b);
    g_assert_cmpint (b, ==, from);
  }
}

static void
test_the_ends_of_time_have_buckets (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (intervals); i++) {
    md_time from, to;

    block_bucket (&intervals[i], G_MININT64, &from, &to);
    g_assert_cmpint (from, ==, G_MININT64);
    g_assert_cmpint (to, >, from);
    block_bucket (&intervals[i], G_MAXINT64 - 1, &from, &to);
    g_assert_cmpint (to, ==, G_MAXINT64);
    g_assert_cmpint (from, <, to);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add_func ("/bucket/" name, function)
  ADD ("seconds-are-cut-by-the-hour", test_seconds_are_cut_by_the_hour);
  ADD ("minutes-and-ticks-are-cut-by-the-day",
       test_minutes_and_ticks_are_cut_by_the_day);
  ADD ("half-hours-are-cut-by-the-month",
       test_half_hours_are_cut_by_the_month);
  ADD ("days-are-cut-by-the-year", test_days_are_cut_by_the_year);
  ADD ("buckets-tile-the-time-line", test_buckets_tile_the_time_line);
  ADD ("the-ends-of-time-have-buckets", test_the_ends_of_time_have_buckets);
  return g_test_run ();
}
