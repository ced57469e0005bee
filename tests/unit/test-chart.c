/* SPDX-License-Identifier: Apache-2.0
 *
 * test-chart.c - the terminal chart.
 */
#include "cli/chart.h"

#include <math.h>
#include <string.h>

static void
test_a_ramp_climbs (void)
{
  const double values[] = { 0, 1, 2, 3 };
  g_autofree char *chart = chart_render (values, 4, 4, 1, FALSE);

  g_assert_cmpstr (chart, ==, "..:#\n");
}

static void
test_extremes_reach_floor_and_ceiling (void)
{
  const double values[] = { 5, 9 };
  g_autofree char *chart = chart_render (values, 2, 2, 3, FALSE);

  g_assert_cmpstr (chart, ==, " #\n #\n.#\n");
}

static void
test_holes_stay_empty (void)
{
  const double values[] = { 1, NAN, 2 };
  g_autofree char *chart = chart_render (values, 3, 3, 1, FALSE);

  g_assert_cmpint (chart[1], ==, ' ');
  g_assert_cmpint (chart[0], !=, ' ');
}

static void
test_equal_values_are_in_the_middle (void)
{
  const double values[] = { 7, 7, 7 };
  g_autofree char *chart = chart_render (values, 3, 3, 2, FALSE);

  g_assert_cmpstr (chart, ==, "   \n###\n");
}

static void
test_fewer_values_than_columns_fill_the_width (void)
{
  const double values[] = { 1, 2 };
  g_autofree char *chart = chart_render (values, 2, 6, 1, FALSE);

  g_assert_cmpstr (chart, ==, "...###\n");
}

static void
test_nothing_draws_nothing (void)
{
  g_autofree char *chart = chart_render (NULL, 0, 3, 2, TRUE);

  g_assert_cmpstr (chart, ==, "   \n   \n");
}

static void
test_blocks_are_as_many_as_columns (void)
{
  const double values[] = { 3, 1, 4, 1, 5, 9, 2, 6 };
  g_autofree char *chart = chart_render (values, 8, 8, 2, TRUE);

  g_assert_true (g_utf8_validate (chart, -1, NULL));
  g_assert_cmpint (g_utf8_strlen (chart, -1), ==, 2 * 9);
}

#define add(path, function) g_test_add_func ("/chart/" path, function)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("a-ramp-climbs", test_a_ramp_climbs);
  add ("extremes-reach-floor-and-ceiling",
       test_extremes_reach_floor_and_ceiling);
  add ("holes-stay-empty", test_holes_stay_empty);
  add ("equal-values-are-in-the-middle", test_equal_values_are_in_the_middle);
  add ("fewer-values-than-columns-fill-the-width",
       test_fewer_values_than_columns_fill_the_width);
  add ("nothing-draws-nothing", test_nothing_draws_nothing);
  add ("blocks-are-as-many-as-columns", test_blocks_are_as_many_as_columns);
  return g_test_run ();
}
