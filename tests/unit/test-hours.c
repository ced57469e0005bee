/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/hours.h"
#include "engine/plan.h"
#include "run-fixture.h"

#include "data/error.h"
#include "data/interval.h"

#include <string.h>

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

/* ---- empty or suspect ------------------------------------------------ */

static int
answer_nothing (Fixture *fixture, struct md_call *call,
                const struct md_request *request, struct md_error *err)
{
  return fixture_host ()->covered (call, MD_ALL_SYMBOLS, request->from,
                                   request->to, err);
}

static char *
ledger_after (const char *from, const char *to, const char *calendar)
{
  g_autoptr (Fixture) fixture = fixture_new ("AAA", "ohlcv-1d", from, to,
                                             answer_nothing);
  g_autoptr (RunReport) report = NULL;

  fixture->offers[0].calendar = calendar;
  report = fixture_run (fixture);
  return fixture_ledger (fixture, "AAA");
}

static void
test_nothing_on_a_closed_day_is_believed_at_once (void)
{
  g_autofree char *week_end
    = ledger_after ("2024-01-06", "2024-01-08", "us-equities");
  g_autofree char *holiday
    = ledger_after ("2024-01-15", "2024-01-16", "us-equities");

  g_assert_true (g_str_has_prefix (week_end, "empty "));
  g_assert_true (g_str_has_prefix (holiday, "empty "));
}

static void
test_nothing_on_an_open_day_is_suspect (void)
{
  g_autofree char *friday
    = ledger_after ("2024-01-05", "2024-01-06", "us-equities");
  g_autofree char *saturday
    = ledger_after ("2024-01-06", "2024-01-07", "crypto");

  g_assert_true (g_str_has_prefix (friday, "suspect "));
  g_assert_true (g_str_has_prefix (saturday, "suspect "));
}

static void
test_without_a_calendar_one_symbol_alone_is_believed (void)
{
  g_autofree char *none = ledger_after ("2024-01-05", "2024-01-06", NULL);
  g_autofree char *unknown
    = ledger_after ("2024-05-27", "2024-05-28", "cme-globex");
  g_autofree char *other
    = ledger_after ("2024-01-05", "2024-01-06", "mars=us-equities");

  g_assert_true (g_str_has_prefix (none, "empty "));
  g_assert_true (g_str_has_prefix (unknown, "empty "));
  g_assert_true (g_str_has_prefix (other, "empty "));
}

static void
test_a_suspect_day_is_asked_again_until_it_is_believed (void)
{
  g_autoptr (Fixture) fixture
    = fixture_new ("AAA", "ohlcv-1d", "2024-01-05", "2024-01-06",
                   answer_nothing);
  g_autofree char *last = NULL;
  guint runs = 0;

  fixture->offers[0].calendar = "us-equities";
  fixture->now = at ("2024-01-08");
  do {
    g_autoptr (RunReport) report = fixture_run (fixture);

    g_free (last);
    last = fixture_ledger (fixture, "AAA");
    fixture->now += MD_DAY;
  } while (g_str_has_prefix (last, "suspect ") && runs++ < 20);
  g_assert_true (g_str_has_prefix (last, "empty "));
  /* Once, after each of the seven delays, and when the time is up.         */
  g_assert_cmpint (fixture->fetches, >, 2);
  g_assert_cmpint (fixture->fetches, <=, 9);
}

/* ---- which calendar --------------------------------------------------- */

static const struct md_offer days = {
  .dataset = "x", .schema = "ohlcv-1d", .record = MD_BAR,
  .interval = { 1, MD_UNIT_DAY, 0, "America/New_York" },
  .settle_ns = 15 * MD_MINUTE, .calendar = "us-equities",
};

static const Calendar *
chosen (const char *job_says, const struct md_offer *offer,
        const char *dataset)
{
  Job job = { .calendar = (char *) job_says };
  const Calendar *calendar;
  g_autoptr (GError) error = NULL;

  g_assert_true (hours_of (&job, offer, dataset, &calendar, &error));
  g_assert_no_error (error);
  return calendar;
}

static void
test_the_jobs_word_counts_before_the_providers (void)
{
  g_assert_cmpstr (calendar_zone (chosen (NULL, &days, "x")), ==,
                   "America/New_York");
  g_assert_cmpstr (calendar_zone (chosen ("crypto", &days, "x")), ==, "UTC");
  g_assert_null (chosen ("none", &days, "x"));
}

static void
test_a_dataset_may_have_its_own (void)
{
  struct md_offer any = days;

  any.calendar = "GLBX=cme-globex,XNAS=us-equities";
  g_assert_cmpstr (calendar_zone (chosen (NULL, &any, "GLBX")), ==,
                   "America/Chicago");
  g_assert_cmpstr (calendar_zone (chosen (NULL, &any, "XNAS")), ==,
                   "America/New_York");
  g_assert_null (chosen (NULL, &any, "XNA"));
  g_assert_null (chosen (NULL, &any, "OPRA"));
}

static void
test_what_no_market_makes_keeps_no_hours (void)
{
  struct md_offer actions = days;

  actions.record = MD_ACTION;
  g_assert_null (chosen (NULL, &actions, "x"));
  g_assert_null (chosen ("crypto", &actions, "x"));
}

static void
test_an_unknown_calendar_of_a_job_is_an_error (void)
{
  Job job = { .calendar = (char *) "moon", .file = (char *) "us.ini",
              .settings = g_ptr_array_new () };
  struct md_offer offer = days;
  const Calendar *calendar;
  g_autoptr (GError) error = NULL;

  g_assert_false (hours_of (&job, &offer, "x", &calendar, &error));
  g_assert_error (error, CORE_ERROR, CORE_ERROR_USAGE);
  g_assert_nonnull (strstr (error->message, "[job] calendar: unknown "
                                            "calendar \"moon\""));
  g_ptr_array_unref (job.settings);
  /* A provider of tomorrow may name one that is not here yet.              */
  offer.calendar = "moon";
  g_assert_null (chosen (NULL, &offer, "x"));
}

/* ---- next final ------------------------------------------------------ */

static PlanRange
range_at (const struct md_offer *offer, const char *calendar,
          const char *now)
{
  PlanRange range = plan_range (offer, at ("2024-01-02T05:00:00Z"), MD_ABSENT,
                                at (now));

  plan_range_heed (&range, offer, calendar_find (calendar, NULL));
  return range;
}

static void
test_fridays_bar_is_the_last_until_mondays (void)
{
  /* Sunday noon; Monday the 15th is a holiday.                             */
  PlanRange range = range_at (&days, "us-equities", "2024-01-14T17:00:00Z");

  assert_time (range.to, "2024-01-13T05:00:00Z");
  assert_time (range.next_final, "2024-01-17T05:15:00Z");
  range = range_at (&days, "us-equities", "2024-01-07T17:00:00Z");
  assert_time (range.next_final, "2024-01-09T05:15:00Z");
  /* On Friday evening Friday's own bar is next.                            */
  range = range_at (&days, "us-equities", "2024-01-06T04:00:00Z");
  assert_time (range.to, "2024-01-05T05:00:00Z");
  assert_time (range.next_final, "2024-01-06T05:15:00Z");
}

static void
test_minutes_end_with_the_late_hours (void)
{
  struct md_offer minutes = days;
  PlanRange range;

  minutes.interval = (struct md_interval) { 1, MD_UNIT_MINUTE, 0, NULL };
  range = range_at (&minutes, "us-equities", "2024-01-07T17:00:00Z");
  assert_time (range.to, "2024-01-06T01:00:00Z");
  assert_time (range.final, "2024-01-07T16:45:00Z");
  assert_time (range.next_final, "2024-01-08T09:16:00Z");
  /* While it trades nothing changes.                                       */
  range = range_at (&minutes, "us-equities", "2024-01-05T15:00:30Z");
  assert_time (range.to, "2024-01-05T14:45:00Z");
  assert_time (range.next_final, "2024-01-05T15:01:00Z");
}

static void
test_ticks_wait_for_the_next_session (void)
{
  struct md_offer trades = { .schema = "trades", .record = MD_TRADE };
  PlanRange range = range_at (&trades, "cme-globex", "2024-01-13T12:00:00Z");

  assert_time (range.to, "2024-01-12T22:00:00Z");
  assert_time (range.next_final, "2024-01-14T23:01:00Z");
}

static void
test_a_week_ends_when_it_ends (void)
{
  struct md_offer weeks = days;
  PlanRange range;

  weeks.interval.unit = MD_UNIT_WEEK;
  range = range_at (&weeks, "us-equities", "2024-01-13T12:00:00Z");
  assert_time (range.to, "2024-01-08T05:00:00Z");
  assert_time (range.next_final, "2024-01-15T05:15:00Z");
  range = range_at (&weeks, "us-equities", "2024-01-15T12:00:00Z");
  assert_time (range.to, "2024-01-15T05:00:00Z");
  assert_time (range.next_final, "2024-01-22T05:15:00Z");
}

/* Two hours of Monday's session lie in the UTC Sunday: no row is lost.     */
static void
test_a_sunday_that_trades_is_asked_for (void)
{
  struct md_offer utc_days = days;
  PlanRange range;

  utc_days.interval.zone = NULL;
  range = range_at (&utc_days, "fx", "2024-01-08T12:00:00Z");
  assert_time (range.to, "2024-01-08T00:00:00Z");
  range = range_at (&utc_days, "fx", "2024-01-07T12:00:00Z");
  assert_time (range.to, "2024-01-06T00:00:00Z");
}

static void
test_an_end_that_the_job_names_stays (void)
{
  PlanRange range = plan_range (&days, at ("2024-01-02"), at ("2024-01-08"),
                                at ("2024-06-01"));

  plan_range_heed (&range, &days, calendar_find ("us-equities", NULL));
  assert_time (range.to, "2024-01-08T05:00:00Z");
  g_assert_false (range.held);
}

int
main (int argc, char **argv)
{
  g_autofree char *data = NULL;

  g_test_init (&argc, &argv, NULL);
  data = g_build_filename (g_getenv ("MDCORE_TEST_SOURCE"), "share", NULL);
  g_setenv ("MDCORE_DATA_DIR", data, TRUE);
  g_setenv ("XDG_CONFIG_HOME", "/nonexistent", TRUE);
#define ADD(name, test) g_test_add_func ("/hours/" name, test)
  ADD ("nothing-on-a-closed-day-is-believed-at-once",
       test_nothing_on_a_closed_day_is_believed_at_once);
  ADD ("nothing-on-an-open-day-is-suspect",
       test_nothing_on_an_open_day_is_suspect);
  ADD ("without-a-calendar-one-symbol-alone-is-believed",
       test_without_a_calendar_one_symbol_alone_is_believed);
  ADD ("a-suspect-day-is-asked-again-until-it-is-believed",
       test_a_suspect_day_is_asked_again_until_it_is_believed);
  ADD ("the-jobs-word-counts-before-the-providers",
       test_the_jobs_word_counts_before_the_providers);
  ADD ("a-dataset-may-have-its-own", test_a_dataset_may_have_its_own);
  ADD ("what-no-market-makes-keeps-no-hours",
       test_what_no_market_makes_keeps_no_hours);
  ADD ("an-unknown-calendar-of-a-job-is-an-error",
       test_an_unknown_calendar_of_a_job_is_an_error);
  ADD ("fridays-bar-is-the-last-until-mondays",
       test_fridays_bar_is_the_last_until_mondays);
  ADD ("minutes-end-with-the-late-hours",
       test_minutes_end_with_the_late_hours);
  ADD ("ticks-wait-for-the-next-session",
       test_ticks_wait_for_the_next_session);
  ADD ("a-week-ends-when-it-ends", test_a_week_ends_when_it_ends);
  ADD ("a-sunday-that-trades-is-asked-for",
       test_a_sunday_that_trades_is_asked_for);
  ADD ("an-end-that-the-job-names-stays",
       test_an_end_that_the_job_names_stays);
  return g_test_run ();
}
