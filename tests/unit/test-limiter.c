/* SPDX-License-Identifier: Apache-2.0 */
#include "limiter-fixture.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>

/* Sends n calls one after the other; times on the manual clock.            */
static void
send_calls (Limiter *limiter, gint64 *at, gsize n)
{
  for (gsize i = 0; i < n; i++) {
    g_assert_true (limiter_take (limiter, NULL, 1, 0, NULL));
    at[i] = clock_monotonic ();
  }
}

static gsize
most_in_window (const gint64 *at, gsize n, gint64 window)
{
  gsize most = 0;

  for (gsize i = 0, j = 0; i < n; i++) {
    while (at[i] - at[j] >= window)
      j++;
    most = MAX (most, i - j + 1);
  }
  return most;
}

static void
test_burst_then_steady (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Limiter) limiter = limiter_at (fixture, 10, 3);
  gint64 at[13];
  gint64 start = clock_monotonic ();

  send_calls (limiter, at, G_N_ELEMENTS (at));
  for (gsize i = 0; i < 3; i++)
    g_assert_cmpint (at[i], ==, start);
  for (gsize i = 3; i < G_N_ELEMENTS (at); i++)
    assert_near (at[i], start + (gint64) (i - 2) * MD_SECOND / 10);
  assert_near (limiter_waited (limiter), MD_SECOND);
  g_assert_cmpuint (limiter_waits (limiter), ==, 10);
}

static void
test_thousand_calls_stay_within_any_minute (Fixture *fixture,
                                            gconstpointer data)
{
  g_autoptr (Limiter) limiter = limiter_at (fixture, 200 / 60.0, 10);
  g_autofree gint64 *at = g_new (gint64, 1000);

  send_calls (limiter, at, 1000);
  g_assert_cmpuint (most_in_window (at, 1000, MD_MINUTE), <=, 210);
  /* And not needlessly slow.                                               */
  g_assert_cmpint (at[999] - at[0], <=, 990 * 3 * MD_SECOND / 10 + MD_SECOND);
}

static void
test_an_idle_bucket_saves_no_more_than_its_burst (Fixture *fixture,
                                                  gconstpointer data)
{
  g_autoptr (Limiter) limiter = limiter_at (fixture, 10, 3);
  gint64 at[8];

  send_calls (limiter, at, 3);
  clock_advance (MD_HOUR);
  send_calls (limiter, at, 8);
  g_assert_cmpuint (most_in_window (at, 8, MD_SECOND / 20), ==, 3);
}

static void
test_cost_takes_several_permits (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Limiter) limiter = limiter_at (fixture, 10, 5);

  g_assert_cmpint (limiter_reserve (limiter, NULL, 5), ==, 0);
  assert_near (limiter_reserve (limiter, NULL, 20), 2 * MD_SECOND);
}

static void
test_unconfigured_is_unlimited (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Limiter) limiter = limiter_new (fixture->dir, KEY);

  for (int i = 0; i < 1000; i++)
    g_assert_cmpint (limiter_reserve (limiter, "any", 1), <=, 1);
}

static void
test_buckets_are_separate (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Limiter) limiter = limiter_at (fixture, 1, 1);

  limiter_configure (limiter, "orders", 1, 1);
  g_assert_cmpint (limiter_reserve (limiter, NULL, 1), ==, 0);
  g_assert_cmpint (limiter_reserve (limiter, "orders", 1), ==, 0);
  g_assert_cmpint (limiter_reserve (limiter, NULL, 1), >, 0);
}

static void
test_long_bucket_names_are_told_apart (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Limiter) limiter = limiter_new (fixture->dir, KEY);
  g_autofree char *a = g_strnfill (200, 'x');
  g_autofree char *b = g_strconcat (a, "y", NULL);

  limiter_configure (limiter, a, 1, 1);
  limiter_configure (limiter, b, 1, 1);
  g_assert_cmpint (limiter_reserve (limiter, a, 1), ==, 0);
  g_assert_cmpint (limiter_reserve (limiter, b, 1), ==, 0);
  g_assert_cmpint (limiter_reserve (limiter, a, 1), >, 0);
}

static void
test_state_outlives_the_process (Fixture *fixture, gconstpointer data)
{
  Limiter *first = limiter_at (fixture, 1, 1);
  g_autoptr (Limiter) second = NULL;

  g_assert_cmpint (limiter_reserve (first, NULL, 1), ==, 0);
  limiter_free (first);
  second = limiter_at (fixture, 1, 1);
  g_assert_cmpint (limiter_reserve (second, NULL, 1), >, 0);
}

/* ---- 429s ------------------------------------------------------------ */

static void
test_nobody_sends_before_retry_after (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Limiter) limiter = limiter_at (fixture, 100, 50);
  g_autoptr (Limiter) other = limiter_at (fixture, 100, 50);

  limiter_penalise (limiter, NULL, 30 * MD_SECOND);
  g_assert_cmpint (limiter_peek (other, NULL), ==, 30 * MD_SECOND);
  g_assert_cmpint (limiter_reserve (other, NULL, 1), ==, 30 * MD_SECOND);
}

/* Calls that fit into the next ten seconds, one after the other.           */
static guint
calls_in_ten_seconds (Limiter *limiter)
{
  gint64 end = clock_monotonic () + 10 * MD_SECOND;
  guint n = 0;

  while (limiter_take (limiter, NULL, 1, end, NULL))
    n++;
  clock_advance (end - clock_monotonic ());
  return n;
}

static void
test_rate_halves_and_recovers_to_the_ceiling (Fixture *fixture,
                                              gconstpointer data)
{
  g_autoptr (Limiter) limiter = limiter_at (fixture, 10, 1);
  guint before, after, n = 0;

  before = calls_in_ten_seconds (limiter);
  g_assert_cmpuint (before, >=, 99);
  limiter_penalise (limiter, NULL, 5 * MD_SECOND);
  clock_advance (5 * MD_SECOND);
  after = calls_in_ten_seconds (limiter);
  g_assert_cmpuint (after, >=, 49);
  g_assert_cmpuint (after, <=, 56);
  /* Never falls on the way up, and is there after two minutes.             */
  for (int i = 0; i < 11; i++) {
    n = calls_in_ten_seconds (limiter);
    g_assert_cmpuint (n + 1, >=, after);
    after = n;
  }
  n = calls_in_ten_seconds (limiter);
  g_assert_cmpuint (n, >=, 99);
  g_assert_cmpuint (n, <=, 101);
}

static void
test_refusals_in_flight_together_count_once (Fixture *fixture,
                                             gconstpointer data)
{
  g_autoptr (Limiter) limiter = limiter_at (fixture, 10, 1);

  for (int i = 0; i < 8; i++)
    limiter_penalise (limiter, NULL, 5 * MD_SECOND);
  clock_advance (5 * MD_SECOND);
  g_assert_cmpuint (calls_in_ten_seconds (limiter), >=, 49);
}

static void
test_pauses_grow_without_a_hint (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Limiter) limiter = limiter_at (fixture, 10, 1);
  gint64 last = 0;

  for (int i = 0; i < 5; i++) {
    gint64 pause;

    limiter_penalise (limiter, NULL, 0);
    pause = limiter_peek (limiter, NULL);
    if (i == 0)
      g_assert_cmpint (pause, ==, MD_SECOND);
    else
      g_assert_cmpint (pause, >, last * 3 / 2);
    last = pause;
    clock_advance (pause);
  }
  g_assert_cmpint (last, <=, 64 * MD_SECOND);
}

/* One process waits a second for its turn when another is refused at once: it
 * must not go before that pause is over.  On the real clock, because the
 * manual one would be past the wait before the other could be refused.     */
static void
test_a_waiter_notices_a_refusal (void)
{
  g_autofree char *dir = g_dir_make_tmp ("mdcore-limiter-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (dir, KEY ".limit", NULL);
  g_autoptr (Limiter) limiter = limiter_new (dir, KEY);
  gint64 start = clock_monotonic ();
  pid_t pid;

  limiter_configure (limiter, NULL, 1, 1);
  limiter_take (limiter, NULL, 1, 0, NULL);
  pid = fork ();
  if (pid == 0) {
    Limiter *mine = limiter_new (dir, KEY);

    limiter_configure (mine, NULL, 1, 1);
    limiter_penalise (mine, NULL, 1200 * 1000000);
    _exit (0);
  }
  limiter_take (limiter, NULL, 1, 0, NULL);
  g_assert_cmpint (clock_monotonic () - start, >=, 1200 * 1000000);
  waitpid (pid, NULL, 0);
  g_unlink (path);
  g_rmdir (dir);
}

static void
test_take_gives_up_at_the_deadline_and_pays_back (Fixture *fixture,
                                                  gconstpointer data)
{
  g_autoptr (Limiter) limiter = limiter_at (fixture, 1, 1);
  gint64 now = clock_monotonic ();

  g_assert_true (limiter_take (limiter, NULL, 1, 0, NULL));
  g_assert_false (limiter_take (limiter, NULL, 1, now + MD_SECOND / 2, NULL));
  g_assert_cmpint (clock_monotonic (), ==, now);
  g_assert_cmpint (limiter_peek (limiter, NULL), ==, MD_SECOND);
}

static void
test_cancel_ends_the_wait (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Limiter) limiter = limiter_at (fixture, 1, 1);
  Cancel cancel = { 0 };

  g_assert_true (limiter_take (limiter, NULL, 1, 0, &cancel));
  cancel_request (&cancel, SIGINT);
  g_assert_false (limiter_take (limiter, NULL, 1, 0, &cancel));
  g_assert_cmpint (limiter_peek (limiter, NULL), ==, MD_SECOND);
}

/* ---- quota headers --------------------------------------------------- */

static void
test_remaining_quota_is_not_exceeded (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Limiter) limiter = limiter_at (fixture, 10, 20);
  gint64 end = clock_monotonic () + 30 * MD_SECOND;
  guint n = 0;

  limiter_hint_remaining (limiter, NULL, 5, 30 * MD_SECOND);
  while (limiter_take (limiter, NULL, 1, end, NULL))
    n++;
  g_assert_cmpuint (n, >=, 5);
  g_assert_cmpuint (n, <=, 6);
}

static void
test_rate_is_back_after_the_reset (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Limiter) limiter = limiter_at (fixture, 10, 1);

  limiter_hint_remaining (limiter, NULL, 5, 30 * MD_SECOND);
  clock_advance (30 * MD_SECOND);
  g_assert_cmpuint (calls_in_ten_seconds (limiter), >=, 99);
}

static void
test_used_up_quota_waits_for_the_reset (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Limiter) limiter = limiter_at (fixture, 10, 20);

  limiter_hint_remaining (limiter, NULL, 0, 30 * MD_SECOND);
  g_assert_cmpint (limiter_reserve (limiter, NULL, 1), ==, 30 * MD_SECOND);
}

static void
test_ample_quota_changes_nothing (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Limiter) limiter = limiter_at (fixture, 10, 20);

  limiter_hint_remaining (limiter, NULL, 9999, 30 * MD_SECOND);
  for (int i = 0; i < 20; i++)
    g_assert_cmpint (limiter_reserve (limiter, NULL, 1), ==, 0);
}

/* ---- key ------------------------------------------------------------- */

static void
test_key_id_hides_the_credential (void)
{
  const char *const a[] = { "s3cret", NULL }, *const b[] = { "other", NULL };
  g_autofree char *one = limiter_key_id ("vendor", a);
  g_autofree char *same = limiter_key_id ("vendor", a);
  g_autofree char *two = limiter_key_id ("vendor", b);
  g_autofree char *none = limiter_key_id ("vendor", NULL);

  g_assert_cmpstr (one, ==, same);
  g_assert_cmpstr (one, !=, two);
  g_assert_cmpstr (one, !=, none);
  g_assert_null (strstr (one, "s3cret"));
  g_assert_null (strchr (one, '/'));
}

#define ADD(name, function)                                               \
  g_test_add ("/limiter/" name, Fixture, NULL, set_up, function, tear_down)

static void
add_vendor_tests (void)
{
  ADD ("nobody-sends-before-retry-after", test_nobody_sends_before_retry_after);
  ADD ("rate-halves-and-recovers-to-the-ceiling",
       test_rate_halves_and_recovers_to_the_ceiling);
  ADD ("refusals-in-flight-together-count-once",
       test_refusals_in_flight_together_count_once);
  ADD ("pauses-grow-without-a-hint", test_pauses_grow_without_a_hint);
  ADD ("take-gives-up-at-the-deadline-and-pays-back",
       test_take_gives_up_at_the_deadline_and_pays_back);
  ADD ("cancel-ends-the-wait", test_cancel_ends_the_wait);
  ADD ("remaining-quota-is-not-exceeded",
       test_remaining_quota_is_not_exceeded);
  ADD ("rate-is-back-after-the-reset", test_rate_is_back_after_the_reset);
  ADD ("used-up-quota-waits-for-the-reset",
       test_used_up_quota_waits_for_the_reset);
  ADD ("ample-quota-changes-nothing", test_ample_quota_changes_nothing);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  /* First: the others switch to the manual clock.                          */
  g_test_add_func ("/limiter/a-waiter-notices-a-refusal",
                   test_a_waiter_notices_a_refusal);
  ADD ("burst-then-steady", test_burst_then_steady);
  ADD ("thousand-calls-stay-within-any-minute",
       test_thousand_calls_stay_within_any_minute);
  ADD ("an-idle-bucket-saves-no-more-than-its-burst",
       test_an_idle_bucket_saves_no_more_than_its_burst);
  ADD ("cost-takes-several-permits", test_cost_takes_several_permits);
  ADD ("unconfigured-is-unlimited", test_unconfigured_is_unlimited);
  ADD ("buckets-are-separate", test_buckets_are_separate);
  ADD ("long-bucket-names-are-told-apart",
       test_long_bucket_names_are_told_apart);
  ADD ("state-outlives-the-process", test_state_outlives_the_process);
  add_vendor_tests ();
  g_test_add_func ("/limiter/key-id-hides-the-credential",
                   test_key_id_hides_the_credential);
  return g_test_run ();
}
