/* SPDX-License-Identifier: Apache-2.0 */
#include "data/spans.h"

#include <string.h>

static GArray *
spans_of (const md_time *ends, gsize n)
{
  GArray *spans = spans_new ();

  for (gsize i = 0; i + 1 < n; i += 2)
    spans_add (spans, ends[i], ends[i + 1]);
  return spans;
}
#define SPANS(...)                                                            \
  spans_of ((const md_time[]) { __VA_ARGS__ },                                \
            sizeof ((const md_time[]) { __VA_ARGS__ }) / sizeof (md_time))

static void
assert_spans (const GArray *spans, const char *want)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < spans->len; i++)
    g_string_append_printf (
      text, "%s%" G_GINT64_FORMAT "-%" G_GINT64_FORMAT, i > 0 ? " " : "",
      g_array_index (spans, Span, i).from, g_array_index (spans, Span, i).to);
  g_assert_cmpstr (text->str, ==, want);
}

static void
test_touching_spans_become_one (void)
{
  g_autoptr (GArray) spans = SPANS (10, 20, 30, 40);

  spans_add (spans, 20, 30);
  assert_spans (spans, "10-40");
}

static void
test_a_wide_span_swallows_those_inside (void)
{
  g_autoptr (GArray) spans = SPANS (10, 20, 30, 40, 50, 60, 80, 90);

  spans_add (spans, 5, 55);
  assert_spans (spans, "5-60 80-90");
}

static void
test_empty_and_backward_spans_add_nothing (void)
{
  g_autoptr (GArray) spans = SPANS (10, 20);

  spans_add (spans, 15, 15);
  spans_add (spans, 40, 30);
  spans_remove (spans, 12, 12);
  spans_remove (spans, 18, 12);
  assert_spans (spans, "10-20");
}

static void
test_removing_the_middle_leaves_both_ends (void)
{
  g_autoptr (GArray) spans = SPANS (10, 20, 30, 40);

  spans_remove (spans, 12, 15);
  spans_remove (spans, 18, 35);
  assert_spans (spans, "10-12 15-18 35-40");
}

static void
test_the_whole_time_line_is_a_span (void)
{
  g_autoptr (GArray) all = SPANS (G_MININT64, G_MAXINT64);
  g_autoptr (GArray) have = SPANS (G_MININT64, -5, 5, G_MAXINT64);
  g_autoptr (GArray) left = spans_subtract (all, have);

  assert_spans (left, "-5-5");
  g_assert_cmpint (spans_total (all), ==, G_MAXINT64);
  g_assert_cmpint (spans_total (have), ==, G_MAXINT64);
  g_assert_cmpint (spans_total (left), ==, 10);
}

static void
test_contained_means_within_one_span (void)
{
  g_autoptr (GArray) spans = SPANS (10, 20, 30, 40);

  g_assert_true (spans_contain (spans, 10, 20));
  g_assert_true (spans_contain (spans, 35, 36));
  g_assert_false (spans_contain (spans, 15, 35));
  g_assert_false (spans_contain (spans, 9, 11));
  g_assert_false (spans_contain (spans, 40, 41));
  g_assert_true (spans_contain (spans, 25, 25));
}

/* ---- against a set of points ------------------------------------------ */

#define POINTS 60

static void
random_set (GRand *rand, GArray **ret_spans, guint8 points[POINTS])
{
  *ret_spans = spans_new ();
  memset (points, 0, POINTS);
  for (int i = g_rand_int_range (rand, 0, 14); i > 0; i--) {
    md_time from = g_rand_int_range (rand, 0, POINTS);
    md_time to = g_rand_int_range (rand, 0, POINTS);
    gboolean add = g_rand_int_range (rand, 0, 3) > 0;

    if (add)
      spans_add (*ret_spans, from, to);
    else
      spans_remove (*ret_spans, from, to);
    for (md_time t = from; t < to; t++)
      points[t] = add;
  }
}

static void
assert_points (const GArray *spans, const guint8 points[POINTS])
{
  gint64 total = 0;

  for (guint i = 0; i < spans->len; i++) {
    const Span *span = &g_array_index (spans, Span, i);

    g_assert_cmpint (span->from, <, span->to);
    if (i > 0)
      g_assert_cmpint (g_array_index (spans, Span, i - 1).to, <, span->from);
  }
  for (md_time t = 0; t < POINTS; t++) {
    g_assert_cmpint (spans_contain (spans, t, t + 1), ==, points[t]);
    total += points[t];
  }
  g_assert_cmpint (spans_total (spans), ==, total);
}

static void
test_sets_agree_with_sets_of_points (void)
{
  for (guint seed = 1; seed <= 2000; seed++) {
    g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
    g_autoptr (GArray) a = NULL;
    g_autoptr (GArray) b = NULL;
    g_autoptr (GArray) both = NULL;
    g_autoptr (GArray) left = NULL;
    guint8 x[POINTS], y[POINTS], and[POINTS], but[POINTS];

    if (seed % 500 == 1)
      g_test_message ("seeds from %u", seed);
    random_set (rand, &a, x);
    random_set (rand, &b, y);
    both = spans_intersect (a, b);
    left = spans_subtract (a, b);
    for (int t = 0; t < POINTS; t++) {
      and[t] = x[t] & y[t];
      but[t] = x[t] & !y[t];
    }
    assert_points (a, x);
    assert_points (b, y);
    assert_points (both, and);
    assert_points (left, but);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add_func ("/spans/" name, function)
  ADD ("touching-spans-become-one", test_touching_spans_become_one);
  ADD ("a-wide-span-swallows-those-inside",
       test_a_wide_span_swallows_those_inside);
  ADD ("empty-and-backward-spans-add-nothing",
       test_empty_and_backward_spans_add_nothing);
  ADD ("removing-the-middle-leaves-both-ends",
       test_removing_the_middle_leaves_both_ends);
  ADD ("the-whole-time-line-is-a-span", test_the_whole_time_line_is_a_span);
  ADD ("contained-means-within-one-span",
       test_contained_means_within_one_span);
  ADD ("sets-agree-with-sets-of-points", test_sets_agree_with_sets_of_points);
  return g_test_run ();
}
