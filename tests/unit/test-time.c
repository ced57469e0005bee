/* SPDX-License-Identifier: Apache-2.0
 *
 * Civil time against GLib's calendar.
 */
#include <support/time.h>

#include <glib.h>
#include <string.h>

static bool
parse (const char *text, md_time *ret_time)
{
  return md_time_parse (text, strlen (text), ret_time);
}

static void
test_examples (void)
{
  static const struct {
    const char *text;
    md_time t;
  } cases[] = {
    { "1970-01-01T00:00:00Z", 0 },
    { "1970-01-01", 0 },
    { "1969-12-31T23:59:59.999999999Z", -1 },
    { "2020-02-17T07:23:16.353Z", INT64_C (1581924196353000000) },
    { "2020-02-17 07:23:16.353Z", INT64_C (1581924196353000000) },
    { "2020-02-17t07:23:16.353z", INT64_C (1581924196353000000) },
    { "2020-02-17T09:23:16.353+02:00", INT64_C (1581924196353000000) },
    { "2020-02-17T02:23:16.353-0500", INT64_C (1581924196353000000) },
    { "2000-02-29T00:00:00Z", INT64_C (951782400000000000) },
    { "2262-04-11T23:47:16.854775806Z", INT64_MAX - 1 },
    { "1677-09-21T00:12:43.145224193Z", INT64_MIN + 1 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    md_time t = 1;

    g_test_message ("\"%s\"", cases[i].text);
    g_assert_true (parse (cases[i].text, &t));
    g_assert_cmpint (t, ==, cases[i].t);
  }
}

static void
test_refused (void)
{
  static const char *const texts[] = {
    "", "2020", "2020-02", "2020-2-17", "2020-02-30", "2019-02-29",
    "1900-02-29", "2020-13-01", "2020-00-01", "2020-01-00", "2020-01-32",
    "2020-04-31", "2020-02-17T", "2020-02-17T07:23", "2020-02-17T07:23Z",
    /* No zone: nobody knows when that was.                                 */
    "2020-02-17T07:23:16", "2020-02-17T07:23:16.353",
    "2020-02-17T24:00:00Z", "2020-02-17T07:60:00Z", "2020-02-17T07:23:60Z",
    "2020-02-17T07:23:16.Z", "2020-02-17T07:23:16.0000000001Z",
    "2020-02-17T07:23:16Zx", "2020-02-17T07:23:16+2:00",
    "2020-02-17T07:23:16+24:00", "2020-02-17T07:23:16+02:60",
    "2020-02-17T07:23:16+02", " 2020-02-17", "2020-02-17 ", "20200217",
    "2262-04-11T23:47:16.854775807Z", "2262-04-12", "1677-09-20",
    "9999-12-31T23:59:59Z", "0000-01-01", "2020-02-1x",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++) {
    md_time t = 42;

    g_test_message ("\"%s\"", texts[i]);
    g_assert_false (parse (texts[i], &t));
    g_assert_cmpint (t, ==, 42);
  }
}

static void
test_days_equal_glibs_calendar (void)
{
  g_autoptr (GDate) date = g_date_new_dmy (1, 1, 1600);
  guint32 epoch;
  g_autoptr (GDate) first = g_date_new_dmy (1, 1, 1970);

  epoch = g_date_get_julian (first);
  for (; g_date_get_year (date) < 2400; g_date_add_days (date, 1)) {
    int64_t days = md_days_from_civil (g_date_get_year (date),
                                       g_date_get_month (date),
                                       g_date_get_day (date));
    int64_t year;
    unsigned month, day;

    g_assert_cmpint (days, ==, (gint64) g_date_get_julian (date)
                                 - (gint64) epoch);
    md_civil_from_days (days, &year, &month, &day);
    g_assert_cmpint (year, ==, g_date_get_year (date));
    g_assert_cmpuint (month, ==, g_date_get_month (date));
    g_assert_cmpuint (day, ==, g_date_get_day (date));
  }
}

static void
test_format_has_the_decimals_it_needs (void)
{
  static const struct {
    md_time t;
    const char *text;
  } cases[] = {
    { 0, "1970-01-01T00:00:00Z" },
    { -1, "1969-12-31T23:59:59.999999999Z" },
    { INT64_C (1581924196353000000), "2020-02-17T07:23:16.353Z" },
    { INT64_C (1581924196000000000), "2020-02-17T07:23:16Z" },
    { INT64_MIN, "1677-09-21T00:12:43.145224192Z" },
    { INT64_MAX, "2262-04-11T23:47:16.854775807Z" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    char buf[40];

    g_assert_cmpuint (md_time_format (cases[i].t, buf), ==,
                      strlen (cases[i].text));
    g_assert_cmpstr (buf, ==, cases[i].text);
  }
}

static void
test_format_and_parse_are_inverse (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);

  g_test_message ("seed 3");
  for (int i = 0; i < 100000; i++) {
    guint64 bits = (guint64) g_rand_int (rand) << 32 | g_rand_int (rand);
    md_time t = (gint64) bits >> g_rand_int_range (rand, 0, 40), back = 0;
    char buf[40];
    gsize len;

    t = i == 0 ? INT64_MIN : t;
    if (t == MD_ABSENT)
      continue;
    t -= i % 2 != 0 ? t % MD_SECOND : 0;
    len = md_time_format (t, buf);
    g_assert_true (md_time_parse (buf, len, &back));
    g_assert_cmpint (back, ==, t);
  }
}

static void
test_nothing_is_read_behind_the_length (void)
{
  static const char text[] = "2020-02-17T07:23:16.353+02:00";

  for (gsize len = 0; len < strlen (text); len++) {
    g_autofree char *exact = g_memdup2 (text, len);
    md_time t;

    g_assert_cmpint (md_time_parse (exact, len, &t), ==, len == 10);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/time/examples", test_examples);
  g_test_add_func ("/time/texts-that-are-no-time-are-refused", test_refused);
  g_test_add_func ("/time/days-equal-glibs-calendar",
                   test_days_equal_glibs_calendar);
  g_test_add_func ("/time/format-has-the-decimals-it-needs",
                   test_format_has_the_decimals_it_needs);
  g_test_add_func ("/time/format-and-parse-are-inverse",
                   test_format_and_parse_are_inverse);
  g_test_add_func ("/time/nothing-is-read-behind-the-length",
                   test_nothing_is_read_behind_the_length);
  return g_test_run ();
}
