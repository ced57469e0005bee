/* SPDX-License-Identifier: Apache-2.0 */
#include "data/clock.h"
#include "engine/retry.h"

#define TRIES 2000

static const RetryPolicy policy
  = { .max_retries = 5, .base = MD_SECOND, .cap = 60 * MD_SECOND };

static void
test_only_what_may_pass_is_retried (void)
{
  const int yes[] = { MD_ERR_LIMITED, MD_ERR_NETWORK, MD_ERR_PROTOCOL };
  const int no[]
    = { MD_OK,          MD_ERR_CONFIG,      MD_ERR_AUTH,  MD_ERR_REQUEST,
        MD_ERR_NOT_FOUND, MD_ERR_ENTITLEMENT, MD_ERR_QUOTA, MD_ERR_CANCELLED,
        MD_ERR_UNSUPPORTED, MD_ERR_INTERNAL };

  for (gsize i = 0; i < G_N_ELEMENTS (yes); i++)
    g_assert_true (retry_class (yes[i]));
  for (gsize i = 0; i < G_N_ELEMENTS (no); i++)
    g_assert_false (retry_class (no[i]));
}

static void
test_ceiling_doubles_up_to_the_cap (void)
{
  const gint64 want[] = { 1, 2, 4, 8, 16, 32, 60, 60 };
  guint64 prng = 1;

  for (guint attempt = 1; attempt <= G_N_ELEMENTS (want); attempt++) {
    gint64 top = want[attempt - 1] * MD_SECOND, most = 0;

    for (int i = 0; i < TRIES; i++) {
      gint64 wait = retry_delay (&policy, attempt, 0, &prng);

      g_assert_cmpint (wait, >=, 0);
      g_assert_cmpint (wait, <=, top);
      most = MAX (most, wait);
    }
    /* All of the range is in use.                                          */
    g_assert_cmpint (most, >, top / 100 * 95);
  }
}

static void
test_delays_of_a_hundred_clients_spread (void)
{
  guint in_slot[100] = { 0 };

  for (guint64 seed = 0; seed < 100; seed++) {
    guint64 prng = seed;
    gint64 wait = retry_delay (&policy, 1, 0, &prng);

    in_slot[MIN (wait / (10 * 1000000), 99)]++;
  }
  for (gsize i = 0; i < 100; i++)
    g_assert_cmpuint (in_slot[i], <, 10);
}

static void
test_retry_after_is_the_floor_and_may_exceed_the_cap (void)
{
  guint64 prng = 3;

  for (int i = 0; i < TRIES; i++)
    g_assert_cmpint (retry_delay (&policy, 1, 5 * MD_MINUTE, &prng), ==,
                     5 * MD_MINUTE);
}

static void
test_huge_attempt_does_not_overflow (void)
{
  const RetryPolicy wide
    = { .max_retries = G_MAXUINT, .base = 1, .cap = G_MAXINT64 };
  guint64 prng = 7;

  g_assert_cmpint (retry_delay (&wide, G_MAXUINT, 0, &prng), >=, 0);
}

static void
test_zero_policy_waits_not_at_all (void)
{
  const RetryPolicy none = { 0 };
  guint64 prng = 9;

  g_assert_cmpint (retry_delay (&none, 1, 0, &prng), ==, 0);
}

static void
test_attempts_are_counted (void)
{
  const RetryPolicy none = { 0 };

  g_assert_true (retry_allowed (&policy, MD_ERR_NETWORK, 5, 0, 0));
  g_assert_false (retry_allowed (&policy, MD_ERR_NETWORK, 6, 0, 0));
  g_assert_false (retry_allowed (&none, MD_ERR_NETWORK, 1, 0, 0));
  g_assert_false (retry_allowed (&policy, MD_ERR_AUTH, 1, 0, 0));
}

static void
test_a_wait_past_the_deadline_is_refused (void)
{
  clock_set_manual (0);
  clock_advance (100 * MD_SECOND);
  g_assert_true (retry_allowed (&policy, MD_ERR_NETWORK, 1, 9 * MD_SECOND,
                                110 * MD_SECOND));
  g_assert_false (retry_allowed (&policy, MD_ERR_NETWORK, 1, 10 * MD_SECOND,
                                 110 * MD_SECOND));
  g_assert_false (retry_allowed (&policy, MD_ERR_NETWORK, 1, G_MAXINT64,
                                 110 * MD_SECOND));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/retry/only-what-may-pass-is-retried",
                   test_only_what_may_pass_is_retried);
  g_test_add_func ("/retry/ceiling-doubles-up-to-the-cap",
                   test_ceiling_doubles_up_to_the_cap);
  g_test_add_func ("/retry/delays-of-a-hundred-clients-spread",
                   test_delays_of_a_hundred_clients_spread);
  g_test_add_func ("/retry/retry-after-is-the-floor-and-may-exceed-the-cap",
                   test_retry_after_is_the_floor_and_may_exceed_the_cap);
  g_test_add_func ("/retry/huge-attempt-does-not-overflow",
                   test_huge_attempt_does_not_overflow);
  g_test_add_func ("/retry/zero-policy-waits-not-at-all",
                   test_zero_policy_waits_not_at_all);
  g_test_add_func ("/retry/attempts-are-counted", test_attempts_are_counted);
  g_test_add_func ("/retry/a-wait-past-the-deadline-is-refused",
                   test_a_wait_past_the_deadline_is_refused);
  return g_test_run ();
}
