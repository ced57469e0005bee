/* SPDX-License-Identifier: Apache-2.0
 *
 * New York's clock by rule, against the time zone database where there is
 * one.
 */
#include <support/time.h>
#include <support/zone.h>

#include <glib.h>
#include <string.h>

static enum md_zone_result
parse (const char *text, md_time *ret_time)
{
  return md_zone_parse (MD_ZONE_NEW_YORK, text, strlen (text), ret_time);
}

static void
test_labels_become_utc (void)
{
  static const char *const cases[][2] = {
    { "2024-01-02 09:30:00", "2024-01-02T14:30:00Z" },
    { "2024-07-02 09:30:00", "2024-07-02T13:30:00Z" },
    { "2024-07-02T09:30:00.5", "2024-07-02T13:30:00.5Z" },
    { "2024-03-10", "2024-03-10T05:00:00Z" },
    { "2024-03-11", "2024-03-11T04:00:00Z" },
    { "2024-03-10 01:59:59", "2024-03-10T06:59:59Z" },
    { "2024-03-10 03:00:00", "2024-03-10T07:00:00Z" },
    { "2024-11-03 00:59:59", "2024-11-03T04:59:59Z" },
    { "2024-11-03 02:00:00", "2024-11-03T07:00:00Z" },
    { "1999-11-01", "1999-11-01T05:00:00Z" },
    { "1974-02-01", "1974-02-01T04:00:00Z" },
    { "1967-01-01", "1967-01-01T05:00:00Z" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    md_time t = 0;
    char buf[40];

    g_test_message ("%s", cases[i][0]);
    g_assert_cmpint (parse (cases[i][0], &t), ==, MD_ZONE_OK);
    md_time_format (t, buf);
    g_assert_cmpstr (buf, ==, cases[i][1]);
  }
}

static void
test_the_skipped_hour_does_not_exist (void)
{
  md_time t = 42;

  g_assert_cmpint (parse ("2024-03-10 02:00:00", &t), ==, MD_ZONE_SKIPPED);
  g_assert_cmpint (parse ("2024-03-10 02:59:59.999", &t), ==,
                   MD_ZONE_SKIPPED);
  g_assert_cmpint (t, ==, 42);
}

static void
test_the_repeated_hour_is_said_and_the_first_taken (void)
{
  md_time t = 0;
  char buf[40];

  g_assert_cmpint (parse ("2024-11-03 01:00:00", &t), ==, MD_ZONE_TWICE);
  md_time_format (t, buf);
  g_assert_cmpstr (buf, ==, "2024-11-03T05:00:00Z");
  g_assert_cmpint (parse ("2024-11-03 01:59:59", &t), ==, MD_ZONE_TWICE);
}

static void
test_what_is_no_label_is_refused (void)
{
  static const char *const texts[] = {
    "", "2024", "2024-02-30", "2024-01-02 09:30", "2024-01-02 09:30:00Z",
    "2024-01-02 09:30:00-05:00", "2024-01-02 25:00:00",
    "2024-01-02 09:30:00.0000000000000000000000000000",
  };
  md_time t = 42;

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    g_assert_cmpint (parse (texts[i], &t), ==, MD_ZONE_SYNTAX);
  g_assert_cmpint (parse ("1966-12-31", &t), ==, MD_ZONE_RANGE);
  g_assert_cmpint (t, ==, 42);
}

static void
test_utc_is_itself (void)
{
  md_time t = 0;

  g_assert_cmpint (md_zone_parse (MD_ZONE_UTC, "1950-01-02 00:00:01", 19, &t),
                   ==, MD_ZONE_OK);
  g_assert_cmpint (t, ==, md_days_from_civil (1950, 1, 2) * MD_DAY
                            + MD_SECOND);
  g_assert_cmpint (md_zone_offset (MD_ZONE_UTC, t), ==, 0);
}

/* Each quarter of an hour of seventy years.                                */
static void
test_offsets_equal_the_database (void)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_identifier ("America/New_York");
  md_time from = md_days_from_civil (1967, 1, 2) * MD_DAY;
  md_time to = md_days_from_civil (2037, 1, 1) * MD_DAY;

  if (zone == NULL) {
    g_test_skip ("no time zone database here");
    return;
  }
  for (md_time t = from; t < to; t += 15 * MD_MINUTE) {
    int at = g_time_zone_find_interval (zone, G_TIME_TYPE_UNIVERSAL,
                                        t / MD_SECOND);
    gint64 offset = g_time_zone_get_offset (zone, at) * MD_SECOND;
    md_time back = 0;
    enum md_zone_result result;

    if (md_zone_offset (MD_ZONE_NEW_YORK, t) != offset)
      g_error ("%" G_GINT64_FORMAT ": %" G_GINT64_FORMAT, (gint64) t, offset);
    result = md_zone_to_utc (MD_ZONE_NEW_YORK, t + offset, &back);
    if (result == MD_ZONE_TWICE && back != t)
      back += MD_HOUR;
    g_assert_true (result == MD_ZONE_OK || result == MD_ZONE_TWICE);
    g_assert_cmpint (back, ==, t);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/zone/labels-become-utc", test_labels_become_utc);
  g_test_add_func ("/zone/the-skipped-hour-does-not-exist",
                   test_the_skipped_hour_does_not_exist);
  g_test_add_func ("/zone/the-repeated-hour-is-said-and-the-first-taken",
                   test_the_repeated_hour_is_said_and_the_first_taken);
  g_test_add_func ("/zone/what-is-no-label-is-refused",
                   test_what_is_no_label_is_refused);
  g_test_add_func ("/zone/utc-is-itself", test_utc_is_itself);
  g_test_add_func ("/zone/offsets-equal-the-database",
                   test_offsets_equal_the_database);
  return g_test_run ();
}
