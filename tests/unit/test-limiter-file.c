/* SPDX-License-Identifier: Apache-2.0
 *
 * The limiter's file: several processes, kills, damage.
 */
#include "limiter-fixture.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

/* ---- several processes ----------------------------------------------- */

#define EACH 500

/* The clock stands still, so that each reservation's wait is its place in
 * the queue.                                                               */
static void
reserve_in_child (Fixture *fixture, int out)
{
  Limiter *limiter = limiter_at (fixture, 100, 10);

  for (int i = 0; i < EACH; i++) {
    gint64 wait = limiter_reserve (limiter, NULL, 1);

    if (write (out, &wait, sizeof wait) != sizeof wait)
      _exit (1);
  }
  _exit (0);
}

static int
compare_i64 (const void *a, const void *b)
{
  gint64 x = *(const gint64 *) a, y = *(const gint64 *) b;

  return (x > y) - (x < y);
}

static void
test_two_processes_share_one_limit (Fixture *fixture, gconstpointer data)
{
  gint64 waits[2 * EACH];
  int fds[2];
  gsize got = 0;

  g_assert_cmpint (pipe (fds), ==, 0);
  for (int i = 0; i < 2; i++) {
    if (fork () == 0)
      reserve_in_child (fixture, fds[1]);
  }
  close (fds[1]);
  while (got < sizeof waits) {
    gssize n = read (fds[0], (char *) waits + got, sizeof waits - got);

    g_assert_cmpint (n, >, 0);
    got += n;
  }
  for (int i = 0, status; i < 2; i++) {
    g_assert_cmpint (wait (&status), >, 0);
    g_assert_cmpint (status, ==, 0);
  }
  close (fds[0]);
  /* One queue without a lost or doubled place.                             */
  qsort (waits, 2 * EACH, sizeof waits[0], compare_i64);
  for (gint64 i = 0; i < 2 * EACH; i++)
    assert_near (waits[i], MAX (i - 9, 0) * MD_SECOND / 100);
}

static pid_t
start_child_with_lock (const char *path)
{
  int fds[2];
  char ready;
  pid_t pid;

  g_assert_cmpint (pipe (fds), ==, 0);
  pid = fork ();
  if (pid == 0) {
    struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
    int fd = open (path, O_RDWR);

    if (fcntl (fd, F_OFD_SETLK, &lock) == 0 && write (fds[1], "x", 1) == 1)
      pause ();
    _exit (1);
  }
  g_assert_cmpint (read (fds[0], &ready, 1), ==, 1);
  close (fds[0]);
  close (fds[1]);
  return pid;
}

static void
test_a_killed_holder_of_the_lock_blocks_nobody (Fixture *fixture,
                                                gconstpointer data)
{
  g_autoptr (Limiter) limiter = limiter_at (fixture, 1, 1);
  gint64 start;
  pid_t pid;

  g_assert_cmpint (limiter_reserve (limiter, NULL, 1), ==, 0);
  pid = start_child_with_lock (fixture->path);
  kill (pid, SIGKILL);
  waitpid (pid, NULL, 0);
  start = g_get_monotonic_time ();
  /* Locked again, and still the shared state.                              */
  g_assert_cmpint (limiter_reserve (limiter, NULL, 1), ==, MD_SECOND);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 500000);
}

static void
test_a_stopped_holder_blocks_nobody_for_long (void)
{
  if (g_test_subprocess ()) {
    Fixture fixture;
    Limiter *limiter;
    pid_t pid;

    set_up (&fixture, NULL);
    limiter = limiter_at (&fixture, 1, 1);
    limiter_reserve (limiter, NULL, 1);
    pid = start_child_with_lock (fixture.path);
    g_assert_cmpint (limiter_reserve (limiter, NULL, 1), ==, MD_SECOND);
    g_assert_cmpint (limiter_reserve (limiter, NULL, 1), ==, 2 * MD_SECOND);
    kill (pid, SIGKILL);
    waitpid (pid, NULL, 0);
    limiter_free (limiter);
    tear_down (&fixture, NULL);
    return;
  }
  g_test_trap_subprocess (NULL, 20 * G_USEC_PER_SEC,
                          G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr ("*cannot lock the shared state*");
}

/* Reserves until it is killed; says when it has begun.                     */
static pid_t
start_endless_child (Fixture *fixture)
{
  int fds[2];
  char ready;
  pid_t pid;

  g_assert_cmpint (pipe (fds), ==, 0);
  pid = fork ();
  if (pid == 0) {
    Limiter *limiter = limiter_at (fixture, 1000, 1);

    for (int i = 0;; i++) {
      limiter_reserve (limiter, NULL, 1);
      if (i == 10 && write (fds[1], "x", 1) != 1)
        _exit (1);
    }
  }
  g_assert_cmpint (read (fds[0], &ready, 1), ==, 1);
  close (fds[0]);
  close (fds[1]);
  return pid;
}

static void
test_killed_writers_leave_a_sound_file (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (20240229);
  g_autoptr (Limiter) limiter = limiter_at (fixture, 1000, 1);

  for (int round = 0; round < 20; round++) {
    pid_t pid = start_endless_child (fixture);

    g_usleep (g_rand_int_range (random, 0, 2000));
    kill (pid, SIGKILL);
    waitpid (pid, NULL, 0);
    /* All that they took is still counted: a reset would have forgotten it. */
    g_assert_cmpint (limiter_reserve (limiter, NULL, 1), >=,
                     (round + 1) * 10 * (MD_SECOND / 1000));
  }
}

/* ---- damage ---------------------------------------------------------- */

static void
damage_and_reserve (goffset offset)
{
  Fixture fixture;
  Limiter *limiter;
  int fd;

  set_up (&fixture, NULL);
  limiter = limiter_at (&fixture, 1, 1);
  g_assert_cmpint (limiter_reserve (limiter, NULL, 1), ==, 0);
  fd = open (fixture.path, O_WRONLY);
  g_assert_cmpint (pwrite (fd, "\xff\xff\xff", 3, offset), ==, 3);
  close (fd);
  g_assert_cmpint (limiter_reserve (limiter, NULL, 1), ==, 0);
  g_assert_cmpint (limiter_reserve (limiter, NULL, 1), ==, MD_SECOND);
  limiter_free (limiter);
  tear_down (&fixture, NULL);
}

static void
test_a_damaged_file_is_started_afresh_and_said (gconstpointer data)
{
  if (g_test_subprocess ()) {
    damage_and_reserve (GPOINTER_TO_INT (data));
    return;
  }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr ("*started afresh*");
}

static void
test_state_of_another_boot_is_forgotten (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Limiter) limiter = limiter_at (fixture, 1, 1);
  int fd;

  g_assert_cmpint (limiter_reserve (limiter, NULL, 1), ==, 0);
  fd = open (fixture->path, O_WRONLY);
  g_assert_cmpint (pwrite (fd, "00000000-", 9, 16), ==, 9);
  close (fd);
  g_assert_cmpint (limiter_reserve (limiter, NULL, 1), ==, 0);
}

static void
test_an_unlinked_file_is_made_again (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Limiter) first = limiter_at (fixture, 1, 1);
  g_autoptr (Limiter) second = limiter_at (fixture, 1, 1);

  limiter_reserve (first, NULL, 1);
  limiter_reserve (second, NULL, 1);
  g_unlink (fixture->path);
  g_assert_cmpint (limiter_reserve (first, NULL, 1), ==, 0);
  /* Both count in the same file again.                                     */
  g_assert_cmpint (limiter_reserve (second, NULL, 1), ==, MD_SECOND);
}

static void
test_an_unusable_directory_limits_this_process (void)
{
  if (g_test_subprocess ()) {
    g_autofree char *dir = g_dir_make_tmp ("mdcore-limiter-XXXXXX", NULL);
    Limiter *limiter;

    clock_set_manual (0);
    /* Others could write there.                                            */
    g_chmod (dir, 0777);
    limiter = limiter_new (dir, KEY);
    limiter_configure (limiter, NULL, 1, 1);
    g_assert_cmpint (limiter_reserve (limiter, NULL, 1), ==, 0);
    g_assert_cmpint (limiter_reserve (limiter, NULL, 1), ==, MD_SECOND);
    limiter_free (limiter);
    g_assert_cmpint (g_rmdir (dir), ==, 0);
    return;
  }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr ("*cannot open the shared state*");
}

static void
test_the_file_is_only_ours (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Limiter) limiter = limiter_at (fixture, 1, 1);
  struct stat st;

  limiter_reserve (limiter, NULL, 1);
  g_assert_cmpint (stat (fixture->path, &st), ==, 0);
  g_assert_cmpint (st.st_mode & 0777, ==, 0600);
}

#define ADD(name, function)                                               \
  g_test_add ("/limiter-file/" name, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("two-processes-share-one-limit", test_two_processes_share_one_limit);
  ADD ("a-killed-holder-of-the-lock-blocks-nobody",
       test_a_killed_holder_of_the_lock_blocks_nobody);
  g_test_add_func ("/limiter-file/a-stopped-holder-blocks-nobody-for-long",
                   test_a_stopped_holder_blocks_nobody_for_long);
  ADD ("killed-writers-leave-a-sound-file",
       test_killed_writers_leave_a_sound_file);
  g_test_add_data_func ("/limiter-file/a-damaged-header-is-started-afresh-and-said",
                        GINT_TO_POINTER (2),
                        test_a_damaged_file_is_started_afresh_and_said);
  g_test_add_data_func ("/limiter-file/a-damaged-slot-is-started-afresh-and-said",
                        GINT_TO_POINTER (130),
                        test_a_damaged_file_is_started_afresh_and_said);
  ADD ("state-of-another-boot-is-forgotten",
       test_state_of_another_boot_is_forgotten);
  ADD ("an-unlinked-file-is-made-again", test_an_unlinked_file_is_made_again);
  g_test_add_func ("/limiter-file/an-unusable-directory-limits-this-process",
                   test_an_unusable_directory_limits_this_process);
  ADD ("the-file-is-only-ours", test_the_file_is_only_ours);
  return g_test_run ();
}
