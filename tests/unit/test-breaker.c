/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/breaker.h"

#define A "https://a.test:443"
#define B "https://b.test:443"

static const BreakerPolicy policy
  = { .threshold = 3, .cool_down = 30 * MD_SECOND };

static Breaker *
opened (void)
{
  Breaker *breaker = breaker_new (&policy);

  for (guint i = 0; i < policy.threshold; i++) {
    g_assert_true (breaker_allow (breaker, A, NULL));
    breaker_report (breaker, A, FALSE);
  }
  return breaker;
}

static void
test_opens_after_failures_in_a_row (void)
{
  g_autoptr (Breaker) breaker = opened ();
  gint64 wait = 0;

  g_assert_false (breaker_allow (breaker, A, &wait));
  g_assert_cmpint (wait, ==, 30 * MD_SECOND);
  g_assert_cmpint (breaker_state (breaker, A), ==, BREAKER_OPEN);
}

static void
test_a_success_between_starts_the_count_again (void)
{
  g_autoptr (Breaker) breaker = breaker_new (&policy);

  for (int i = 0; i < 10; i++) {
    breaker_report (breaker, A, FALSE);
    breaker_report (breaker, A, FALSE);
    breaker_report (breaker, A, TRUE);
  }
  g_assert_true (breaker_allow (breaker, A, NULL));
}

static void
test_origins_are_separate (void)
{
  g_autoptr (Breaker) breaker = opened ();

  g_assert_false (breaker_allow (breaker, A, NULL));
  g_assert_true (breaker_allow (breaker, B, NULL));
}

static void
test_one_probe_after_the_cool_down (void)
{
  g_autoptr (Breaker) breaker = opened ();
  gint64 wait = 0;

  clock_advance (30 * MD_SECOND - 1);
  g_assert_false (breaker_allow (breaker, A, NULL));
  clock_advance (1);
  g_assert_true (breaker_allow (breaker, A, NULL));
  g_assert_cmpint (breaker_state (breaker, A), ==, BREAKER_HALF_OPEN);
  g_assert_false (breaker_allow (breaker, A, &wait));
  g_assert_cmpint (wait, >, 0);
}

static void
test_probe_that_succeeds_closes (void)
{
  g_autoptr (Breaker) breaker = opened ();

  clock_advance (30 * MD_SECOND);
  g_assert_true (breaker_allow (breaker, A, NULL));
  breaker_report (breaker, A, TRUE);
  g_assert_cmpint (breaker_state (breaker, A), ==, BREAKER_CLOSED);
  g_assert_true (breaker_allow (breaker, A, NULL));
  g_assert_true (breaker_allow (breaker, A, NULL));
}

static void
test_probe_that_fails_opens_for_another_cool_down (void)
{
  g_autoptr (Breaker) breaker = opened ();
  gint64 wait = 0;

  clock_advance (30 * MD_SECOND);
  g_assert_true (breaker_allow (breaker, A, NULL));
  breaker_report (breaker, A, FALSE);
  g_assert_false (breaker_allow (breaker, A, &wait));
  g_assert_cmpint (wait, ==, 30 * MD_SECOND);
}

static void
test_late_failures_do_not_prolong_it (void)
{
  g_autoptr (Breaker) breaker = opened ();
  gint64 wait = 0;

  clock_advance (10 * MD_SECOND);
  breaker_report (breaker, A, FALSE);
  g_assert_false (breaker_allow (breaker, A, &wait));
  g_assert_cmpint (wait, ==, 20 * MD_SECOND);
}

static void
test_a_lost_probe_is_given_up (void)
{
  g_autoptr (Breaker) breaker = opened ();

  clock_advance (30 * MD_SECOND);
  g_assert_true (breaker_allow (breaker, A, NULL));
  g_assert_false (breaker_allow (breaker, A, NULL));
  clock_advance (30 * MD_SECOND);
  g_assert_true (breaker_allow (breaker, A, NULL));
}

static void
test_threshold_zero_never_opens (void)
{
  const BreakerPolicy off = { 0 };
  g_autoptr (Breaker) breaker = breaker_new (&off);

  for (int i = 0; i < 1000; i++)
    breaker_report (breaker, A, FALSE);
  g_assert_true (breaker_allow (breaker, A, NULL));
}

static gpointer
ask_once (gpointer data)
{
  return GINT_TO_POINTER (breaker_allow (data, A, NULL));
}

static void
test_many_threads_get_one_probe (void)
{
  g_autoptr (Breaker) breaker = opened ();
  GThread *threads[8];
  int allowed = 0;

  clock_advance (30 * MD_SECOND);
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("ask", ask_once, breaker);
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    allowed += GPOINTER_TO_INT (g_thread_join (threads[i]));
  g_assert_cmpint (allowed, ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  clock_set_manual (0);
  g_test_add_func ("/breaker/opens-after-failures-in-a-row",
                   test_opens_after_failures_in_a_row);
  g_test_add_func ("/breaker/a-success-between-starts-the-count-again",
                   test_a_success_between_starts_the_count_again);
  g_test_add_func ("/breaker/origins-are-separate", test_origins_are_separate);
  g_test_add_func ("/breaker/one-probe-after-the-cool-down",
                   test_one_probe_after_the_cool_down);
  g_test_add_func ("/breaker/probe-that-succeeds-closes",
                   test_probe_that_succeeds_closes);
  g_test_add_func ("/breaker/probe-that-fails-opens-for-another-cool-down",
                   test_probe_that_fails_opens_for_another_cool_down);
  g_test_add_func ("/breaker/late-failures-do-not-prolong-it",
                   test_late_failures_do_not_prolong_it);
  g_test_add_func ("/breaker/a-lost-probe-is-given-up",
                   test_a_lost_probe_is_given_up);
  g_test_add_func ("/breaker/threshold-zero-never-opens",
                   test_threshold_zero_never_opens);
  g_test_add_func ("/breaker/many-threads-get-one-probe",
                   test_many_threads_get_one_probe);
  return g_test_run ();
}
