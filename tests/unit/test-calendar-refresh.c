/* SPDX-License-Identifier: Apache-2.0 */
#include "calendar/refresh.h"

#include "data/error.h"
#include "data/interval.h"
#include "data/spans.h"

#include <string.h>

static const char file[]
  = "# Here\n# date: 2024-01-01\n# source: a book\nzone America/New_York\n"
    "known 2024-01-01 to 2024-02-01\n"
    "hours 2024-01-01 mon-fri 09:30 to 16:00 extended 04:00 to 20:00\n"
    "closed 2024-01-01 New Year's Day\nclosed 2024-01-15 Mr King\n"
    "unknown 2024-01-31 who knows\n";

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

/* A vendor that knows [from, to) as the file does by its weekdays, but for
 * the closed days and one day that ends at one.                            */
static GArray *
reported (const char *from, const char *to, const char *closed,
          const char *half)
{
  GArray *days = g_array_new (FALSE, FALSE, sizeof (ReportedDay));

  for (gint64 day = day_number (from); day < day_number (to); day++) {
    gboolean is_half = half != NULL && day == day_number (half);
    const ReportedDay one = {
      day, is_half ? DAY_HALF : DAY_OPEN,
      zone_time ("America/New_York", day, 34200),
      zone_time ("America/New_York", day, is_half ? 46800 : 57600)
    };
    char date[TIME_TEXT_SIZE];

    time_format (zone_time (NULL, day, 0), date);
    date[10] = '\0';
    if (((day + 3) % 7) < 5 && strstr (closed, date) == NULL)
      g_array_append_val (days, one);
  }
  return days;
}

static char *
refresh (const GArray *days, const char *today, const char *accept,
         GPtrArray *notes, GError **error)
{
  g_autoptr (Calendar) calendar = parse (file);
  g_autoptr (GArray) asked = spans_new ();
  g_autoptr (GArray) accepted = g_array_new (FALSE, FALSE, sizeof (gint64));
  const Report report = { days, asked, day_number (today), accepted,
                          "acme days", "2024-01-20" };

  spans_add (asked, zone_time ("America/New_York", day_number ("2024-01-01"),
                               0),
             zone_time ("America/New_York", day_number ("2024-04-01"), 0));
  if (accept != NULL) {
    gint64 day = day_number (accept);

    g_array_append_val (accepted, day);
  }
  return calendar_refresh (calendar, file, &report, notes, error);
}

static void
assert_taken (const GArray *days, const char *accept, const char *date,
              DayKind kind)
{
  g_autoptr (GPtrArray) notes = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = refresh (days, "2024-01-20", accept, notes, &error);
  g_autoptr (Calendar) made = NULL;

  g_assert_no_error (error);
  g_test_message ("%s", text);
  made = parse (text);
  g_assert_cmpint (calendar_day (made, day_number (date)).kind, ==, kind);
  g_assert_cmpstr (calendar_date (made), ==, "2024-01-20");
  g_assert_cmpuint (notes->len, >, 0);
}

static void
assert_refused (const GArray *days, const char *names)
{
  g_autoptr (GPtrArray) notes = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = refresh (days, "2024-01-20", NULL, notes, &error);

  g_assert_null (text);
  g_assert_error (error, CORE_ERROR, CORE_ERROR_DATA);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, names));
  g_assert_nonnull (strstr (error->message, "--accept"));
}

static void
test_a_vendor_that_agrees_changes_nothing (void)
{
  g_autoptr (GArray) days = reported ("2024-01-01", "2024-01-31",
                                      "2024-01-01 2024-01-15", NULL);
  g_autoptr (GPtrArray) notes = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *text = refresh (days, "2024-01-20", NULL, notes, NULL);

  g_assert_cmpstr (text, ==, file);
  g_assert_cmpuint (notes->len, ==, 0);
}

static void
test_a_past_that_differs_is_refused (void)
{
  g_autoptr (GArray) closed
    = reported ("2024-01-01", "2024-01-31",
                "2024-01-01 2024-01-09 2024-01-15", NULL);
  g_autoptr (GArray) open = reported ("2024-01-01", "2024-01-31",
                                      "2024-01-01", NULL);
  g_autoptr (GArray) half = reported ("2024-01-01", "2024-01-31",
                                      "2024-01-01 2024-01-15", "2024-01-10");

  assert_refused (closed, "of 1 day: 2024-01-09 (known: 09:30 to 16:00, "
                          "reported: closed)");
  assert_refused (open, "2024-01-15 (known: closed, reported: 09:30 to 16:00)");
  assert_refused (half, "2024-01-10 (known: 09:30 to 16:00, reported: 09:30 "
                        "to 13:00)");
}

static void
test_a_session_of_the_future_does_not_vanish (void)
{
  g_autoptr (GArray) days
    = reported ("2024-01-01", "2024-01-31",
                "2024-01-01 2024-01-15 2024-01-25 2024-01-26", NULL);

  assert_refused (days, "of 2 days: 2024-01-25");
}

/* A day of mourning comes like that: somebody has to say so.               */
static void
test_an_accepted_day_is_taken (void)
{
  g_autoptr (GArray) days
    = reported ("2024-01-01", "2024-01-31",
                "2024-01-01 2024-01-15 2024-01-25", NULL);

  assert_taken (days, "2024-01-25", "2024-01-25", DAY_CLOSED);
}

static void
test_a_shorter_day_of_the_future_is_taken (void)
{
  g_autoptr (GArray) days = reported ("2024-01-01", "2024-01-31",
                                      "2024-01-01 2024-01-15", "2024-01-26");

  assert_taken (days, NULL, "2024-01-26", DAY_HALF);
}

static void
test_what_was_unknown_is_filled_and_new_days_are_added (void)
{
  g_autoptr (GArray) days
    = reported ("2024-01-01", "2024-03-01",
                "2024-01-01 2024-01-15 2024-02-19", "2024-02-16");

  assert_taken (days, NULL, "2024-01-31", DAY_OPEN);
  assert_taken (days, NULL, "2024-02-19", DAY_CLOSED);
  assert_taken (days, NULL, "2024-02-16", DAY_HALF);
  assert_taken (days, NULL, "2024-02-29", DAY_OPEN);
  /* The vendor may not know what comes after the last day that it names.   */
  assert_taken (days, NULL, "2024-03-01", DAY_UNKNOWN);
}

/* A list of holidays says nothing of the days that it does not name.       */
static void
test_a_list_of_holidays_removes_nothing (void)
{
  g_autoptr (GArray) days = g_array_new (FALSE, FALSE, sizeof (ReportedDay));
  const ReportedDay holiday = { day_number ("2024-01-15"), DAY_CLOSED,
                                MD_ABSENT, MD_ABSENT };
  g_autoptr (GPtrArray) notes = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *text = NULL;

  g_array_append_val (days, holiday);
  text = refresh (days, "2024-01-20", NULL, notes, NULL);
  g_assert_cmpstr (text, ==, file);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, test) g_test_add_func ("/calendar-refresh/" name, test)
  ADD ("a-vendor-that-agrees-changes-nothing",
       test_a_vendor_that_agrees_changes_nothing);
  ADD ("a-past-that-differs-is-refused", test_a_past_that_differs_is_refused);
  ADD ("a-session-of-the-future-does-not-vanish",
       test_a_session_of_the_future_does_not_vanish);
  ADD ("an-accepted-day-is-taken", test_an_accepted_day_is_taken);
  ADD ("a-shorter-day-of-the-future-is-taken",
       test_a_shorter_day_of_the_future_is_taken);
  ADD ("what-was-unknown-is-filled-and-new-days-are-added",
       test_what_was_unknown_is_filled_and_new_days_are_added);
  ADD ("a-list-of-holidays-removes-nothing",
       test_a_list_of_holidays_removes_nothing);
  return g_test_run ();
}
