/* SPDX-License-Identifier: Apache-2.0
 *
 * A writer that is killed: what is left is a prefix of what it committed, and
 * holds at least what it was told is committed.  The writer is this program
 * again; what it commits is a function of the commit's number alone, so that
 * another store can be brought to the same number and compared.
 */
#include "store-help.h"

#include "data/crash.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *self;

#define SYMBOLS 3
static const char *const symbols[SYMBOLS] = { "A", "B", "C" };

/* ---- what is committed ----------------------------------------------- */

/* Each number appends ten minutes to one of three symbols; every fifth one
 * restates the ten minutes before and withdraws a row of them.             */
static Segment *
segment_for (gint64 n)
{
  gint64 round = n / SYMBOLS, from = round * 10 - (n % 5 == 0 ? 10 : 0);
  GString *rows = g_string_new (NULL);
  Segment *segment;
  DeadLetter *letter;

  for (gint64 t = MAX (from, 0); t < round * 10 + 10; t++) {
    if (n % 5 != 0 || t != from + 3)
      g_string_append_printf (rows, "%" G_GINT64_FORMAT "=%" G_GINT64_FORMAT
                              " ", t, n + t % 2);
  }
  segment = help_segment (FALSE, symbols[n % SYMBOLS], MAX (from, 0),
                          round * 10 + 10, rows->str);
  letter = g_new0 (DeadLetter, 1);
  letter->ts = n;
  letter->reasons = g_strdup ("high<low");
  g_ptr_array_add (segment->dead, letter);
  g_string_free (rows, TRUE);
  return segment;
}

/* Groups grow and shrink with the number that they begin with.             */
static gint64
group_size (gint64 n)
{
  return 1 + n % 3;
}

/* Commits the group behind commit n; the number of the last of it.         */
static gint64
commit_group (Store *store, gint64 n)
{
  gint64 size = group_size (n);
  Segment *group[3] = { NULL };
  CommitResult results[3];
  g_autoptr (GError) error = NULL;

  for (gint64 i = 0; i < size; i++)
    group[i] = segment_for (n + i);
  store_commit (store, group, (gsize) size, results, &error);
  g_assert_no_error (error);
  for (gint64 i = 0; i < size; i++) {
    g_assert_cmpuint (results[i].commit, ==, (guint64) (n + i + 1));
    segment_free (group[i]);
  }
  return n + size;
}

static gint64
last_commit (Store *store)
{
  StoreInfo info;

  g_assert_true (store_info (store, &info, NULL));
  return (gint64) info.last_commit;
}

/* Says each number when it is committed, until somebody kills it.          */
static int
role_commit (const char *dir)
{
  Store *store = help_open (dir, STORE_WRITE);
  gint64 n = last_commit (store);

  for (;;) {
    n = commit_group (store, n);
    if (write (STDOUT_FILENO, &n, sizeof n) != sizeof n)
      return 1;
  }
}

/* ---- killing --------------------------------------------------------- */

typedef struct {
  char *dir, *twin_dir;
  Store *twin;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->dir = help_dir ();
  f->twin_dir = help_dir ();
  f->twin = help_open (f->twin_dir, STORE_WRITE);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  store_close (f->twin);
  help_remove (f->dir);
  help_remove (f->twin_dir);
}

static void
assert_same_rows (Store *a, Store *b)
{
  for (int i = 0; i < SYMBOLS; i++) {
    g_autofree char *x = help_scan (a, FALSE, symbols[i], MD_ABSENT, TRUE);
    g_autofree char *y = help_scan (b, FALSE, symbols[i], MD_ABSENT, TRUE);
    AskKey ask = help_ask (FALSE, symbols[i], MD_SELECT_SYMBOL);
    g_autofree char *v = help_ledger (a, &ask), *w = help_ledger (b, &ask);

    g_assert_cmpstr (x, ==, y);
    g_assert_cmpstr (v, ==, w);
  }
}

static void
assert_is_prefix (Fixture *f, gint64 acknowledged)
{
  Store *store = help_open (f->dir, STORE_WRITE);
  g_autofree char *faults = help_faults (store);
  StoreInfo info, twin;
  gint64 n = last_commit (store), at = last_commit (f->twin);

  g_assert_cmpstr (faults, ==, "");
  g_assert_cmpint (n, >=, acknowledged);
  g_assert_cmpint (n, <=, acknowledged + group_size (acknowledged));
  while (at < n)
    at = commit_group (f->twin, at);
  g_assert_cmpint (at, ==, n); /* no half of a group                        */
  assert_same_rows (store, f->twin);
  g_assert_true (store_info (store, &info, NULL));
  g_assert_true (store_info (f->twin, &twin, NULL));
  g_assert_cmpuint (info.rows, ==, twin.rows);
  g_assert_cmpuint (info.history_rows, ==, twin.history_rows);
  g_assert_cmpuint (info.dead_letters, ==, twin.dead_letters);
  store_close (store);
}

static GPid
start (const Fixture *f, int *ret_out)
{
  const char *argv[] = { self, "--role", "commit", f->dir, NULL };
  g_autoptr (GError) error = NULL;
  GPid pid;

  g_spawn_async_with_pipes (NULL, (char **) argv, NULL,
                            G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid, NULL,
                            ret_out, NULL, &error);
  g_assert_no_error (error);
  return pid;
}

/* The last number that was said before the end.                            */
static gint64
read_to_end (int out, gint64 acknowledged)
{
  gint64 n;

  while (read (out, &n, sizeof n) == sizeof n)
    acknowledged = n;
  close (out);
  return acknowledged;
}

static void
kill_at_random (Fixture *f, GRand *rand)
{
  gint64 known = last_commit (f->twin);
  int out, status;
  GPid pid = start (f, &out);
  gint64 n;

  if (read (out, &n, sizeof n) == sizeof n)
    known = n;
  g_usleep ((gulong) g_rand_int_range (rand, 0, 60000));
  kill (pid, SIGKILL);
  waitpid (pid, &status, 0);
  known = read_to_end (out, known);
  assert_is_prefix (f, known);
}

static void
kill_often (Fixture *f, const char *buffer)
{
  guint32 seed = (guint32) g_test_rand_int ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);

  g_test_message ("seed %u", seed);
  if (buffer != NULL)
    g_setenv ("MDCORE_TEST_WRITE_BUFFER", buffer, TRUE);
  for (int i = 0; i < (g_test_slow () ? 100 : 8); i++)
    kill_at_random (f, rand);
  g_unsetenv ("MDCORE_TEST_WRITE_BUFFER");
}

static void
test_killed_at_random (Fixture *f, gconstpointer data)
{
  kill_often (f, NULL);
}

static void
test_killed_while_tables_rotate (Fixture *f, gconstpointer data)
{
  kill_often (f, "65536");
}

static void
test_killed_at_each_point_of_a_commit (Fixture *f, gconstpointer data)
{
  const char *const *names = crash_point_names ();
  int points = 0;

  for (; *names != NULL; names++) {
    for (int times = 1; times <= 3; times++) {
      g_autofree char *at = g_strdup_printf ("%s:%d", *names, times);
      gint64 known = last_commit (f->twin);
      int out, status;
      GPid pid;

      if (!g_str_has_prefix (*names, "commit:"))
        break;
      g_setenv ("MDCORE_CRASH_AT", at, TRUE);
      pid = start (f, &out);
      g_unsetenv ("MDCORE_CRASH_AT");
      known = read_to_end (out, known);
      waitpid (pid, &status, 0);
      g_assert_true (WIFSIGNALED (status) && WTERMSIG (status) == SIGKILL);
      assert_is_prefix (f, known);
      points++;
    }
  }
  if (points == 0)
    g_test_skip ("built without test hooks");
}

#define TEST(path, test)                                                      \
  g_test_add ("/store-kill/" path, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  if (argc == 4 && strcmp (argv[1], "--role") == 0)
    return help_die_with_parent (), role_commit (argv[3]);
  self = argv[0];
  g_test_init (&argc, &argv, NULL);
  TEST ("killed-at-random", test_killed_at_random);
  TEST ("killed-while-tables-rotate", test_killed_while_tables_rotate);
  TEST ("killed-at-each-point-of-a-commit",
        test_killed_at_each_point_of_a_commit);
  return g_test_run ();
}
