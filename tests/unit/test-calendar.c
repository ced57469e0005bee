/* SPDX-License-Identifier: Apache-2.0 */
#include "calendar/calendar.h"
#include "data/error.h"
#include "data/interval.h"

#include <string.h>

#define HEAD "# Here\n# date: 2024-01-01\n# source: a book\n"
#define NEW_YORK HEAD "zone America/New_York\nknown 2024-01-01 to 2025-01-01\n"
#define STOCKS                                                               \
  NEW_YORK "hours 2024-01-01 mon-fri 09:30 to 16:00 extended 04:00 to 20:00\n"

static md_time
at (const char *text)
{
  md_time t;

  g_assert_true (time_parse (text, &t, NULL));
  return t;
}

static void
assert_time (md_time t, const char *want)
{
  char text[TIME_TEXT_SIZE];

  time_format (t, text);
  g_assert_cmpstr (text, ==, want);
}

static gint64
day_number (const char *date)
{
  gint64 day;

  g_assert_true (calendar_parse_day (date, &day));
  return day;
}

static Calendar *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  Calendar *calendar = calendar_parse (text, strlen (text), "here.txt",
                                       &error);

  g_assert_no_error (error);
  return calendar;
}

static const Calendar *
shipped (const char *name)
{
  g_autoptr (GError) error = NULL;
  const Calendar *calendar = calendar_find (name, &error);

  g_assert_no_error (error);
  return calendar;
}

static DayKind
kind_of (const Calendar *calendar, const char *date)
{
  return calendar_day (calendar, day_number (date)).kind;
}

static void
assert_hours (const char *name, const char *date, const char *open,
              const char *close)
{
  MarketDay day = calendar_day (shipped (name), day_number (date));

  assert_time (day.open, open);
  assert_time (day.close, close);
}

/* ---- facts -------------------------------------------------------------- */

/* As the exchange and every almanac count them.                            */
static void
test_a_year_has_its_number_of_trading_days (void)
{
  static const guint days[] = {
    253, 252, 252, 254, 253, 252, 252, 252, 248, 252, 252, /* 1993 - 2003 */
    252, 252, 251, 251, 253, 252, 252, 252, 250, 252, 252, /* 2004 - 2014 */
    252, 252, 251, 251, 252, 253, 252, 251, 250, 252, 250, /* 2015 - 2025 */
  };
  const Calendar *calendar = shipped ("us-equities");

  for (guint i = 0; i < G_N_ELEMENTS (days); i++) {
    g_autofree char *first = g_strdup_printf ("%u-01-01", 1993 + i);
    g_autofree char *next = g_strdup_printf ("%u-01-01", 1994 + i);
    guint n = 0;

    for (gint64 day = day_number (first); day < day_number (next); day++) {
      DayKind kind = calendar_day (calendar, day).kind;

      g_assert_cmpint (kind, !=, DAY_UNKNOWN);
      n += kind == DAY_OPEN || kind == DAY_HALF;
    }
    g_test_message ("%s", first);
    g_assert_cmpuint (n, ==, days[i]);
  }
}

static void
test_the_closures_that_nobody_planned_are_known (void)
{
  static const char *const dates[] = {
    "1994-04-27", "2001-09-11", "2001-09-12", "2001-09-13", "2001-09-14",
    "2004-06-11", "2007-01-02", "2012-10-29", "2012-10-30", "2018-12-05",
    "2025-01-09"
  };

  for (guint i = 0; i < G_N_ELEMENTS (dates); i++) {
    MarketDay day = calendar_day (shipped ("us-equities"),
                                  day_number (dates[i]));

    g_test_message ("%s", dates[i]);
    g_assert_cmpint (day.kind, ==, DAY_CLOSED);
    g_assert_nonnull (day.reason);
  }
  g_assert_cmpint (kind_of (shipped ("us-equities"), "2001-09-10"), ==,
                   DAY_OPEN);
  g_assert_cmpint (kind_of (shipped ("us-equities"), "2001-09-17"), ==,
                   DAY_OPEN);
}

static void
test_holidays_begin_in_the_year_of_their_rule (void)
{
  const Calendar *calendar = shipped ("us-equities");

  g_assert_cmpint (kind_of (calendar, "2021-06-18"), ==, DAY_OPEN);
  g_assert_cmpint (kind_of (calendar, "2022-06-20"), ==, DAY_CLOSED);
  g_assert_cmpint (kind_of (calendar, "1997-01-20"), ==, DAY_OPEN);
  g_assert_cmpint (kind_of (calendar, "1998-01-19"), ==, DAY_CLOSED);
}

/* One on a Sunday is kept on Monday, one on a Saturday on Friday, unless that
 * Friday ends the year.                                                    */
static void
test_a_holiday_at_the_week_end_moves (void)
{
  const Calendar *calendar = shipped ("us-equities");

  g_assert_cmpint (kind_of (calendar, "2020-07-03"), ==, DAY_CLOSED);
  g_assert_cmpint (kind_of (calendar, "2021-07-05"), ==, DAY_CLOSED);
  g_assert_cmpint (kind_of (calendar, "2021-12-24"), ==, DAY_CLOSED);
  g_assert_cmpint (kind_of (calendar, "2021-12-31"), ==, DAY_OPEN);
  g_assert_cmpint (kind_of (calendar, "2023-01-02"), ==, DAY_CLOSED);
  g_assert_cmpint (kind_of (calendar, "2010-12-31"), ==, DAY_OPEN);
}

static void
test_half_days_end_at_one (void)
{
  assert_hours ("us-equities", "2024-11-29", "2024-11-29T14:30:00Z",
                "2024-11-29T18:00:00Z");
  assert_hours ("us-equities", "2024-07-03", "2024-07-03T13:30:00Z",
                "2024-07-03T17:00:00Z");
  assert_hours ("us-equities", "1992-12-24", "1992-12-24T14:30:00Z",
                "1992-12-24T19:00:00Z");
  g_assert_cmpint (kind_of (shipped ("us-equities"), "2020-11-27"), ==,
                   DAY_HALF);
}

static void
test_hours_follow_summer_time (void)
{
  assert_hours ("us-equities", "2024-03-08", "2024-03-08T14:30:00Z",
                "2024-03-08T21:00:00Z");
  assert_hours ("us-equities", "2024-03-11", "2024-03-11T13:30:00Z",
                "2024-03-11T20:00:00Z");
  /* In 2006 summer began in April.                                         */
  assert_hours ("us-equities", "2006-03-13", "2006-03-13T14:30:00Z",
                "2006-03-13T21:00:00Z");
}

static void
test_a_session_belongs_to_the_day_on_which_it_ends (void)
{
  assert_hours ("fx", "2024-01-08", "2024-01-07T22:00:00Z",
                "2024-01-08T22:00:00Z");
  assert_hours ("cme-globex", "2024-01-08", "2024-01-07T23:00:00Z",
                "2024-01-08T22:00:00Z");
  /* The clock is put forward in the night before the session begins.       */
  assert_hours ("fx", "2024-03-11", "2024-03-10T21:00:00Z",
                "2024-03-11T21:00:00Z");
  g_assert_cmpint (kind_of (shipped ("fx"), "2024-01-07"), ==, DAY_CLOSED);
  g_assert_cmpint (kind_of (shipped ("crypto"), "2024-01-07"), ==, DAY_OPEN);
}

static void
test_what_is_not_stated_is_unknown (void)
{
  g_assert_cmpint (kind_of (shipped ("cme-globex"), "2024-05-27"), ==,
                   DAY_UNKNOWN);
  g_assert_cmpint (kind_of (shipped ("cme-globex"), "2010-05-26"), ==,
                   DAY_UNKNOWN);
  g_assert_cmpint (kind_of (shipped ("cme-globex"), "2024-12-25"), ==,
                   DAY_CLOSED);
  g_assert_cmpint (kind_of (shipped ("us-equities"), "2035-06-05"), ==,
                   DAY_UNKNOWN);
  g_assert_cmpint (kind_of (shipped ("fx"), "2024-12-25"), ==, DAY_UNKNOWN);
}

/* ---- ranges ------------------------------------------------------------- */

static MarketHours
judge (const char *name, gboolean daily, const char *from, const char *to)
{
  return calendar_judge (shipped (name), daily, at (from), at (to));
}

static void
test_minutes_are_open_in_regular_hours_alone (void)
{
  static const char s[] = "us-equities";

  g_assert_cmpint (judge (s, FALSE, "2024-01-05T15:00:00Z",
                          "2024-01-05T15:01:00Z"), ==, MARKET_OPEN);
  /* 05:00 and 21:00 in New York.                                           */
  g_assert_cmpint (judge (s, FALSE, "2024-01-05T10:00:00Z",
                          "2024-01-05T10:01:00Z"), ==, MARKET_UNKNOWN);
  g_assert_cmpint (judge (s, FALSE, "2024-01-06T02:00:00Z",
                          "2024-01-06T02:01:00Z"), ==, MARKET_CLOSED);
  g_assert_cmpint (judge (s, FALSE, "2024-01-06T01:00:00Z",
                          "2024-01-08T09:00:00Z"), ==, MARKET_CLOSED);
  g_assert_cmpint (judge (s, FALSE, "2024-01-06T01:00:00Z",
                          "2024-01-08T14:31:00Z"), ==, MARKET_OPEN);
  g_assert_cmpint (judge (s, FALSE, "2024-01-15T09:00:00Z",
                          "2024-01-16T09:00:00Z"), ==, MARKET_CLOSED);
}

static void
test_the_edges_of_hours_are_half_open (void)
{
  static const char s[] = "us-equities";

  g_assert_cmpint (judge (s, FALSE, "2024-01-05T14:29:00Z",
                          "2024-01-05T14:30:00Z"), ==, MARKET_UNKNOWN);
  g_assert_cmpint (judge (s, FALSE, "2024-01-05T14:30:00Z",
                          "2024-01-05T14:31:00Z"), ==, MARKET_OPEN);
  g_assert_cmpint (judge (s, FALSE, "2024-01-05T20:59:00Z",
                          "2024-01-05T21:00:00Z"), ==, MARKET_OPEN);
  g_assert_cmpint (judge (s, FALSE, "2024-01-05T21:00:00Z",
                          "2024-01-05T21:01:00Z"), ==, MARKET_UNKNOWN);
}

static void
test_a_day_is_open_when_a_session_ends_in_it (void)
{
  static const char s[] = "us-equities";

  g_assert_cmpint (judge (s, TRUE, "2024-01-05T05:00:00Z",
                          "2024-01-06T05:00:00Z"), ==, MARKET_OPEN);
  g_assert_cmpint (judge (s, TRUE, "2024-01-06T05:00:00Z",
                          "2024-01-07T05:00:00Z"), ==, MARKET_CLOSED);
  /* A UTC Saturday holds late hours of Friday only.                        */
  g_assert_cmpint (judge (s, TRUE, "2024-01-06", "2024-01-07"), ==,
                   MARKET_CLOSED);
  /* A UTC Sunday of currencies holds two hours, but no session's end.      */
  g_assert_cmpint (judge ("fx", TRUE, "2024-01-07", "2024-01-08"), ==,
                   MARKET_UNKNOWN);
  g_assert_cmpint (judge ("fx", TRUE, "2024-01-08", "2024-01-09"), ==,
                   MARKET_OPEN);
  g_assert_cmpint (judge ("crypto", TRUE, "2024-01-06", "2024-01-07"), ==,
                   MARKET_OPEN);
}

static void
test_a_week_is_open_unless_all_its_days_are_closed (void)
{
  static const char s[] = "us-equities";

  g_assert_cmpint (judge (s, TRUE, "2024-01-01T05:00:00Z",
                          "2024-01-08T05:00:00Z"), ==, MARKET_OPEN);
  /* The four days of September 2001 were not a whole week.                 */
  g_assert_cmpint (judge (s, TRUE, "2001-09-10T04:00:00Z",
                          "2001-09-17T04:00:00Z"), ==, MARKET_OPEN);
  g_assert_cmpint (judge (s, TRUE, "2001-09-11T04:00:00Z",
                          "2001-09-17T04:00:00Z"), ==, MARKET_CLOSED);
}

static void
test_the_daily_break_and_the_week_end_are_closed (void)
{
  static const char s[] = "cme-globex";

  g_assert_cmpint (judge (s, FALSE, "2024-01-10T22:00:00Z",
                          "2024-01-10T23:00:00Z"), ==, MARKET_CLOSED);
  g_assert_cmpint (judge (s, FALSE, "2024-01-10T23:00:00Z",
                          "2024-01-10T23:01:00Z"), ==, MARKET_OPEN);
  g_assert_cmpint (judge (s, FALSE, "2024-01-12T22:00:00Z",
                          "2024-01-14T23:00:00Z"), ==, MARKET_CLOSED);
  /* The holiday's break differs by product.                                */
  g_assert_cmpint (judge (s, FALSE, "2024-01-15T22:00:00Z",
                          "2024-01-15T23:00:00Z"), ==, MARKET_UNKNOWN);
  g_assert_cmpint (judge (s, FALSE, "2024-12-25T00:00:00Z",
                          "2024-12-25T20:00:00Z"), ==, MARKET_CLOSED);
  g_assert_cmpint (judge (s, FALSE, "2024-12-25T23:00:00Z",
                          "2024-12-25T23:01:00Z"), ==, MARKET_OPEN);
}

static void
test_beyond_the_known_days_nothing_is_said (void)
{
  g_assert_cmpint (judge ("us-equities", FALSE, "2030-01-05", "2030-01-06"),
                   ==, MARKET_UNKNOWN);
  g_assert_cmpint (judge ("us-equities", TRUE, "1970-01-01", "1989-12-30"),
                   ==, MARKET_UNKNOWN);
  g_assert_cmpint (judge ("us-equities", TRUE, "1800-01-01", "2200-01-01"),
                   ==, MARKET_OPEN);
}

static void
assert_next (const char *name, gboolean daily, const char *t,
             const char *want)
{
  assert_time (calendar_next (shipped (name), daily, at (t)), want);
}

static void
assert_last (const char *name, gboolean daily, const char *t,
             const char *want)
{
  assert_time (calendar_last (shipped (name), daily, at (t)), want);
}

static void
test_next_and_last_skip_what_is_closed (void)
{
  /* Friday 20:00 in New York to Tuesday 04:00, with a holiday on Monday.   */
  assert_next ("us-equities", FALSE, "2024-01-13T03:00:00Z",
               "2024-01-16T09:00:00Z");
  assert_last ("us-equities", FALSE, "2024-01-16T03:00:00Z",
               "2024-01-13T01:00:00Z");
  assert_next ("us-equities", FALSE, "2024-01-12T16:00:00Z",
               "2024-01-12T16:00:00Z");
  assert_last ("us-equities", FALSE, "2024-01-12T16:00:00Z",
               "2024-01-12T16:00:00Z");
  assert_next ("us-equities", TRUE, "2024-01-13T05:00:00Z",
               "2024-01-16T20:59:59.999999999Z");
  assert_last ("us-equities", TRUE, "2024-01-16T05:00:00Z",
               "2024-01-12T21:00:00Z");
  assert_next ("fx", FALSE, "2024-01-06", "2024-01-07T22:00:00Z");
  assert_last ("fx", FALSE, "2024-01-07T21:00:00Z", "2024-01-05T22:00:00Z");
  assert_last ("fx", FALSE, "2024-01-07T23:00:00Z", "2024-01-07T23:00:00Z");
  assert_next ("us-equities", FALSE, "2031-01-01", "2031-01-01T00:00:00Z");
}

/* ---- files -------------------------------------------------------------- */

static void
assert_refused (const char *text, const char *fault)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Calendar) calendar = calendar_parse (text, strlen (text),
                                                  "here.txt", &error);

  g_assert_null (calendar);
  g_assert_error (error, CORE_ERROR, CORE_ERROR_USAGE);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, "here.txt"));
  g_assert_nonnull (strstr (error->message, fault));
}

static void
test_a_broken_line_is_named_with_its_place (void)
{
  assert_refused (STOCKS "closed 2024-02-30 x\n", "here.txt:7: \"closed "
                  "2024-02-30 x\": a date is written");
  assert_refused (STOCKS "shut 2024-02-28 x\n", "a line begins with");
  assert_refused (STOCKS "closed 2024-02-28\n", "the reason is missing");
  assert_refused (STOCKS "closed 2024-02-28 x\nhalf 2024-02-28 09:30 to "
                  "13:00 y\n", "here.txt:8");
  assert_refused (STOCKS "half 2024-02-28 9:30 to 13:00 y\n",
                  "a time of the day");
  assert_refused (STOCKS "half 2024-02-28 09:60 to 13:00 y\n",
                  "no such time");
  assert_refused (STOCKS "half 2024-02-28 09:30 to 24:01 y\n",
                  "no such time");
  assert_refused (STOCKS "half 2024-02-28 13:30 to 13:00 y\n",
                  "end after their begin");
  assert_refused (STOCKS "half 2024-02-28 eve 09:30 to 13:00 y\n",
                  "within a day");
  assert_refused (STOCKS "half 2024-02-28 09:30 to 13:00 extended 10:00 to "
                  "17:00 y\n", "must contain the regular");
  assert_refused (STOCKS "hours 2023-01-01 mon 09:30 to 16:00\n",
                  "order of their dates");
  assert_refused (NEW_YORK "hours 2024-01-01 fri-mon 09:30 to 16:00\n",
                  "weekdays");
  assert_refused (NEW_YORK "hours 2024-01-01 mon-day 09:30 to 16:00\n",
                  "weekdays");
  assert_refused (NEW_YORK "hours 2024-01-01 mon 09:30 to 16:00 daily\n",
                  "more than belongs here");
  assert_refused (HEAD "zone Moon/Crater\n", "does not know the time zone");
  assert_refused (HEAD "zone UTC\nzone UTC\n", "stands twice");
  assert_refused (HEAD "zone UTC\nknown 2024-01-02 to 2024-01-02\n",
                  "no day is known");
}

static void
test_a_calendar_says_what_it_is_and_from_when (void)
{
  assert_refused ("", "its title");
  assert_refused ("# Here\n", "# date:");
  assert_refused ("# Here\n# date: 2024-01-01\n", "# source:");
  assert_refused ("# Here\n# date: soon\n# source: x\nzone UTC\nknown "
                  "2024-01-01\nhours 2024-01-01 mon 00:00 to 24:00\n",
                  "its date");
  assert_refused (HEAD, "zone NAME");
  assert_refused (HEAD "zone UTC\n", "known DATE");
  assert_refused (NEW_YORK, "hours DATE");
}

static void
test_later_hours_replace_all_earlier_ones (void)
{
  g_autoptr (Calendar) calendar
    = parse (HEAD "zone UTC\nknown 2024-01-01\n"
             "hours 2024-01-01 mon-sat 09:00 to 17:00\n"
             "hours 2024-07-01 mon-wed 10:00 to 17:00\n"
             "hours 2024-07-01 fri 11:00 to 17:00\n"
             "open 2024-07-04 12:00 to 13:00 a Thursday all the same\n");

  g_assert_cmpint (kind_of (calendar, "2024-06-29"), ==, DAY_OPEN);
  g_assert_cmpint (kind_of (calendar, "2024-07-06"), ==, DAY_CLOSED);
  g_assert_cmpint (kind_of (calendar, "2024-07-11"), ==, DAY_CLOSED);
  g_assert_cmpint (kind_of (calendar, "2024-07-04"), ==, DAY_OPEN);
  assert_time (calendar_day (calendar, day_number ("2024-07-05")).open,
               "2024-07-05T11:00:00Z");
}

static void
test_a_source_may_go_on_in_the_next_line (void)
{
  g_autoptr (Calendar) calendar
    = parse ("# Here\n# date: 2024-01-01\n# source: a book\n#   of hours\n"
             "# source: two\n#\n# More.\nzone UTC\nknown 2024-01-01\n"
             "hours 2024-01-01 sun 00:00 to 24:00\n");
  const GPtrArray *sources = calendar_sources (calendar);

  g_assert_cmpuint (sources->len, ==, 2);
  g_assert_cmpstr (sources->pdata[0], ==, "a book of hours");
  g_assert_cmpstr (sources->pdata[1], ==, "two");
  g_assert_cmpstr (calendar_title (calendar), ==, "Here");
}

static void
test_an_unknown_name_lists_the_known_ones (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (calendar_find ("moon", &error));
  g_assert_error (error, CORE_ERROR, CORE_ERROR_USAGE);
  g_assert_nonnull (strstr (error->message, "us-equities"));
  g_assert_null (calendar_find ("../calendars/fx", NULL));
}

/* Whatever the bytes, an answer or an error: never a crash, never a loop.  */
static void
test_damaged_files_are_read_or_refused (void)
{
  static const char good[] = STOCKS
    "half 2024-07-03 09:30 to 13:00 extended 04:00 to 17:00 Eve\n"
    "unknown 2024-07-04 why\nclosed 2024-07-05 so\n";
  g_autoptr (GRand) random = g_rand_new_with_seed (7);

  for (guint round = 0; round < 5000; round++) {
    g_autofree char *text = g_strdup (good);
    g_autoptr (Calendar) calendar = NULL;

    for (guint i = g_rand_int_range (random, 1, 6); i > 0; i--) {
      gint32 place = g_rand_int_range (random, 0, sizeof good - 1);

      text[place] = g_rand_boolean (random)
                      ? good[g_rand_int_range (random, 0, sizeof good - 1)]
                      : (char) g_rand_int_range (random, 0, 256);
    }
    calendar = calendar_parse (text, sizeof good - 1, "x", NULL);
    if (calendar != NULL)
      calendar_judge (calendar, FALSE, at ("2023-12-25"), at ("2024-02-05"));
  }
}

int
main (int argc, char **argv)
{
  g_autofree char *data = NULL;

  g_test_init (&argc, &argv, NULL);
  data = g_build_filename (g_getenv ("MDCORE_TEST_SOURCE"), "share", NULL);
  g_setenv ("MDCORE_DATA_DIR", data, TRUE);
  g_setenv ("XDG_CONFIG_HOME", "/nonexistent", TRUE);
#define ADD(name, test) g_test_add_func ("/calendar/" name, test)
  ADD ("a-year-has-its-number-of-trading-days",
       test_a_year_has_its_number_of_trading_days);
  ADD ("the-closures-that-nobody-planned-are-known",
       test_the_closures_that_nobody_planned_are_known);
  ADD ("holidays-begin-in-the-year-of-their-rule",
       test_holidays_begin_in_the_year_of_their_rule);
  ADD ("a-holiday-at-the-week-end-moves",
       test_a_holiday_at_the_week_end_moves);
  ADD ("half-days-end-at-one", test_half_days_end_at_one);
  ADD ("hours-follow-summer-time", test_hours_follow_summer_time);
  ADD ("a-session-belongs-to-the-day-on-which-it-ends",
       test_a_session_belongs_to_the_day_on_which_it_ends);
  ADD ("what-is-not-stated-is-unknown", test_what_is_not_stated_is_unknown);
  ADD ("minutes-are-open-in-regular-hours-alone",
       test_minutes_are_open_in_regular_hours_alone);
  ADD ("the-edges-of-hours-are-half-open",
       test_the_edges_of_hours_are_half_open);
  ADD ("a-day-is-open-when-a-session-ends-in-it",
       test_a_day_is_open_when_a_session_ends_in_it);
  ADD ("a-week-is-open-unless-all-its-days-are-closed",
       test_a_week_is_open_unless_all_its_days_are_closed);
  ADD ("the-daily-break-and-the-week-end-are-closed",
       test_the_daily_break_and_the_week_end_are_closed);
  ADD ("beyond-the-known-days-nothing-is-said",
       test_beyond_the_known_days_nothing_is_said);
  ADD ("next-and-last-skip-what-is-closed",
       test_next_and_last_skip_what_is_closed);
  ADD ("a-broken-line-is-named-with-its-place",
       test_a_broken_line_is_named_with_its_place);
  ADD ("a-calendar-says-what-it-is-and-from-when",
       test_a_calendar_says_what_it_is_and_from_when);
  ADD ("later-hours-replace-all-earlier-ones",
       test_later_hours_replace_all_earlier_ones);
  ADD ("a-source-may-go-on-in-the-next-line",
       test_a_source_may_go_on_in_the_next_line);
  ADD ("an-unknown-name-lists-the-known-ones",
       test_an_unknown_name_lists_the_known_ones);
  ADD ("damaged-files-are-read-or-refused",
       test_damaged_files_are_read_or_refused);
  return g_test_run ();
}
