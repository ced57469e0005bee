/* SPDX-License-Identifier: Apache-2.0 */
#include "data/error.h"
#include "data/interval.h"

static void
check (const char *text, gint64 expected)
{
  g_autoptr (GError) error = NULL;
  gint64 ns = -1;

  g_assert_true (duration_parse (text, &ns, &error));
  g_assert_no_error (error);
  g_assert_cmpint (ns, ==, expected);
}

static void
test_parts_add_up (void)
{
  check ("90s", 90 * MD_SECOND);
  check ("15m", 15 * MD_MINUTE);
  check ("3d", 3 * MD_DAY);
  check ("2w", 14 * MD_DAY);
  check ("1h30m", 90 * MD_MINUTE);
  check ("1h 30m", 90 * MD_MINUTE);
  check ("250ms", MD_SECOND / 4);
  check ("0", 0);
}

static void
test_what_is_no_duration_is_refused (void)
{
  static const char *const bad[] = { "", " ", "5", "s", "-5s", "1.5h", "5x",
                                     "5 s", "1h30", "5S", "300000000000d",
                                     "99999999999999999999s" };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = NULL;
    gint64 ns = 77;

    g_assert_false (duration_parse (bad[i], &ns, &error));
    g_assert_error (error, CORE_ERROR, CORE_ERROR_USAGE);
    g_assert_cmpint (ns, ==, 77);
  }
}

static void
test_people_read_two_parts (void)
{
  static const struct {
    gint64 ns;
    const char *text;
  } cases[] = {
    { 90 * MD_MINUTE, "1h 30m" },
    { 3 * MD_DAY, "3d" },
    { MD_DAY + 5 * MD_MINUTE, "1d" },
    { 1, "1ns" },
    { 0, "0s" },
    { -90 * MD_SECOND, "-1m 30s" },
    { G_MININT64, "-106751d 23h" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *text = duration_format (cases[i].ns);

    g_assert_cmpstr (text, ==, cases[i].text);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/duration/parts-add-up", test_parts_add_up);
  g_test_add_func ("/duration/what-is-no-duration-is-refused",
                   test_what_is_no_duration_is_refused);
  g_test_add_func ("/duration/people-read-two-parts",
                   test_people_read_two_parts);
  return g_test_run ();
}
