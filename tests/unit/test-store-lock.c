/* SPDX-License-Identifier: Apache-2.0
 *
 * Who may open what, and what it says when it may not.  RocksDB's threads do
 * not survive a fork, so other processes are this program again: it runs
 * itself with the name of a role.
 */
#include "store-help.h"

#include "data/clock.h"
#include "data/error.h"
#include "store/lock.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *self;

/* ---- another process ------------------------------------------------- */

typedef struct {
  GPid pid;
  int out;
} Other;

static Other
start (const char *role, const char *path)
{
  const char *argv[] = { self, "--role", role, path, NULL };
  g_autoptr (GError) error = NULL;
  Other other;

  g_spawn_async_with_pipes (NULL, (char **) argv, NULL,
                            G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &other.pid,
                            NULL, &other.out, NULL, &error);
  g_assert_no_error (error);
  return other;
}

static void
wait_ready (const Other *other)
{
  char byte;

  g_assert_cmpint (read (other->out, &byte, 1), ==, 1);
}

static void
stop (Other *other, int signal)
{
  int status;

  kill (other->pid, signal);
  waitpid (other->pid, &status, 0);
  close (other->out);
}

/* Holds the store until it is killed.                                      */
static int
role_hold (const char *path)
{
  g_autoptr (Store) store = store_open (path, STORE_WRITE, NULL);

  if (store == NULL)
    return 1;
  store_set_progress (store, "3/7 chunks\nof AAPL");
  if (write (STDOUT_FILENO, "r", 1) == 1)
    pause ();
  return 0;
}

/* ---- opening --------------------------------------------------------- */

static void
test_a_missing_store_is_named (void)
{
  static const StoreMode modes[] = { STORE_READ, STORE_WRITE_EXISTING };

  for (gsize i = 0; i < G_N_ELEMENTS (modes); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (store_open ("/nonexistent/store", modes[i], &error));
    g_assert_error (error, CORE_ERROR, CORE_ERROR_STORE_MISSING);
    g_assert_nonnull (strstr (error->message, "/nonexistent/store"));
  }
  g_assert_false (g_file_test ("/nonexistent", G_FILE_TEST_EXISTS));
}

static void
test_parents_are_created (void)
{
  g_autofree char *dir = help_dir ();
  g_autofree char *path = g_build_filename (dir, "a", "b", "store", NULL);
  g_autoptr (Store) store = store_open (path, STORE_WRITE, NULL);

  g_assert_nonnull (store);
  g_assert_cmpstr (store_path (store), ==, path);
  g_clear_pointer (&store, store_close);
  help_remove (g_steal_pointer (&dir));
}

static void
test_a_directory_with_other_things_is_refused (void)
{
  g_autofree char *dir = help_dir ();
  g_autofree char *file = g_build_filename (dir, "thesis.tex", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (file, "x", 1, NULL));
  g_assert_null (store_open (dir, STORE_WRITE, &error));
  g_assert_nonnull (strstr (error->message, "thesis.tex"));
  help_remove (g_steal_pointer (&dir));
}

static void
test_a_newer_format_names_both_versions (void)
{
  g_autofree char *dir = help_dir ();
  g_autofree char *path = g_build_filename (dir, "store", NULL);
  g_autofree char *file = g_build_filename (path, "format", NULL);
  g_autoptr (GError) error = NULL;

  store_close (help_open (dir, STORE_WRITE));
  g_assert_true (g_file_set_contents (
    file, "mdcore store\nformat 99\nprogram 7.1.0\n", -1, NULL));
  g_assert_null (store_open (path, STORE_WRITE, &error));
  g_assert_error (error, CORE_ERROR, CORE_ERROR_STORE_FORMAT);
  g_assert_nonnull (strstr (error->message, "format 99"));
  g_assert_nonnull (strstr (error->message, "7.1.0"));
  g_assert_nonnull (strstr (error->message, "up to 1"));
  help_remove (g_steal_pointer (&dir));
}

static void
test_a_damaged_manifest_is_named (void)
{
  g_autofree char *dir = help_dir ();
  g_autofree char *path = g_build_filename (dir, "store", NULL);
  g_autofree char *current = g_build_filename (path, "db", "CURRENT", NULL);
  g_autoptr (GError) error = NULL;

  store_close (help_open (dir, STORE_WRITE));
  g_assert_true (g_file_set_contents (current, "MANIFEST-999999\n", -1, NULL));
  g_assert_null (store_open (path, STORE_READ, &error));
  g_assert_error (error, CORE_ERROR, CORE_ERROR_STORE_DAMAGED);
  g_assert_nonnull (strstr (error->message, "MANIFEST-999999"));
  g_clear_error (&error);
  g_assert_null (store_open (path, STORE_WRITE_EXISTING, &error));
  g_assert_error (error, CORE_ERROR, CORE_ERROR_STORE_DAMAGED);
  help_remove (g_steal_pointer (&dir));
}

static void
test_a_read_store_refuses_to_write (void)
{
  g_autofree char *dir = help_dir ();
  g_autoptr (Segment) segment = help_segment (FALSE, "AAPL", 0, 9, "0=1");
  g_autoptr (GError) error = NULL;
  CommitResult result;
  Store *store;

  store_close (help_open (dir, STORE_WRITE));
  store = help_open (dir, STORE_READ);
  g_assert_false (store_commit (store, &segment, 1, &result, &error));
  g_assert_nonnull (strstr (error->message, "opened for reading"));
  store_close (store);
  help_remove (g_steal_pointer (&dir));
}

/* ---- the lock -------------------------------------------------------- */

static void
test_a_second_writer_is_told_who_and_how_far (void)
{
  g_autofree char *dir = help_dir ();
  g_autofree char *path = g_build_filename (dir, "store", NULL);
  g_autofree char *pid = NULL;
  g_autoptr (GError) error = NULL;
  Other other = start ("hold", path);

  wait_ready (&other);
  g_assert_null (store_open (path, STORE_WRITE, &error));
  g_assert_error (error, CORE_ERROR, CORE_ERROR_STORE_LOCKED);
  pid = g_strdup_printf ("process %d (test-store-lock", (int) other.pid);
  g_assert_nonnull (strstr (error->message, pid));
  g_assert_nonnull (strstr (error->message, "3/7 chunks of AAPL"));
  stop (&other, SIGKILL);
  help_remove (g_steal_pointer (&dir));
}

static void
test_the_same_process_is_told_as_well (void)
{
  g_autofree char *dir = help_dir ();
  g_autofree char *path = g_build_filename (dir, "store", NULL);
  g_autoptr (GError) error = NULL;
  Store *store = help_open (dir, STORE_WRITE);

  g_assert_null (store_open (path, STORE_WRITE, &error));
  g_assert_error (error, CORE_ERROR, CORE_ERROR_STORE_LOCKED);
  store_close (store);
  store = help_open (dir, STORE_WRITE);
  store_close (store);
  help_remove (g_steal_pointer (&dir));
}

static void
test_a_killed_holder_lets_go (void)
{
  g_autofree char *dir = help_dir ();
  g_autofree char *path = g_build_filename (dir, "store", NULL);
  Other other = start ("hold", path);

  wait_ready (&other);
  stop (&other, SIGKILL);
  store_close (help_open (dir, STORE_WRITE_EXISTING));
  help_remove (g_steal_pointer (&dir));
}

/* ---- no room --------------------------------------------------------- */

/* Commits until the file size limit; then none may pass any more.          */
static int
role_fill (const char *path)
{
  const struct rlimit none = { 40000, RLIM_INFINITY };
  g_autoptr (Store) store = store_open (path, STORE_WRITE, NULL);
  g_autoptr (GError) error = NULL;
  gint64 acknowledged = 0;
  CommitResult result;
  gboolean ok = TRUE;

  signal (SIGXFSZ, SIG_IGN);
  setrlimit (RLIMIT_FSIZE, &none);
  for (gint64 i = 0; ok && i < 5000; i++) {
    g_autofree char *rows
      = g_strdup_printf ("%" G_GINT64_FORMAT "=7", i * 1440);
    Segment *segment = help_segment (FALSE, "AAPL", i * 1440, i * 1440 + 10,
                                     rows);

    ok = store_commit (store, &segment, 1, &result, &error);
    acknowledged += ok;
    segment_free (segment);
  }
  if (ok || error->code != CORE_ERROR_STORE_FULL
      || strstr (error->message, path) == NULL
      || strstr (error->message, "File too large") == NULL)
    return 2;
  g_clear_error (&error);
  if (store_put_doc (store, "x", "{}", &error)
      || error->code != CORE_ERROR_STORE_FULL)
    return 3;
  printf ("%" G_GINT64_FORMAT "\n", acknowledged);
  return 0;
}

static void
test_no_room_is_said_and_loses_nothing (void)
{
  g_autofree char *dir = help_dir ();
  g_autofree char *path = g_build_filename (dir, "store", NULL);
  const char *argv[] = { self, "--role", "fill", path, NULL };
  g_autofree char *out = NULL, *faults = NULL;
  g_autoptr (GError) error = NULL;
  StoreInfo info;
  Store *store;
  int status;

  g_spawn_sync (NULL, (char **) argv, NULL, 0, NULL, NULL, &out, NULL, &status,
                &error);
  g_assert_no_error (error);
  g_assert_cmpint (status, ==, 0);
  store = help_open (dir, STORE_WRITE_EXISTING);
  g_assert_true (store_info (store, &info, NULL));
  g_assert_cmpint ((gint64) info.commits, >=,
                   g_ascii_strtoll (out, NULL, 10));
  g_assert_cmpint (g_ascii_strtoll (out, NULL, 10), >, 0);
  g_assert_cmpuint (help_put (store, "MSFT", 0, 9, "0=1"), ==,
                    info.commits + 1);
  faults = help_faults (store);
  g_assert_cmpstr (faults, ==, "");
  store_close (store);
  help_remove (g_steal_pointer (&dir));
}

static void
test_a_directory_without_permission_is_full (void)
{
  g_autofree char *dir = help_dir ();
  g_autofree char *path = g_build_filename (dir, "store", NULL);
  g_autoptr (GError) error = NULL;

  if (geteuid () == 0) {
    help_remove (g_steal_pointer (&dir));
    g_test_skip ("the superuser may write everywhere");
    return;
  }
  g_chmod (dir, 0500);
  g_assert_null (store_open (path, STORE_WRITE, &error));
  g_assert_error (error, CORE_ERROR, CORE_ERROR_STORE_FULL);
  g_assert_nonnull (strstr (error->message, "Permission denied"));
  g_chmod (dir, 0700);
  help_remove (g_steal_pointer (&dir));
}

/* ---- creation that is cut short -------------------------------------- */

static int
role_create (const char *path)
{
  g_autoptr (Store) store = store_open (path, STORE_WRITE, NULL);

  return store == NULL;
}

static void
test_a_creation_that_was_cut_short_is_completed (void)
{
  static const char *const points[] = { "open:before-create",
                                        "open:before-format", "open:after" };

  for (gsize i = 0; i < G_N_ELEMENTS (points); i++) {
    g_autofree char *dir = help_dir ();
    g_autofree char *path = g_build_filename (dir, "store", NULL);
    g_autoptr (GError) error = NULL;
    g_autoptr (Store) early = NULL;
    Store *store;
    Other other;
    int status;

    g_setenv ("MDCORE_CRASH_AT", points[i], TRUE);
    other = start ("create", path);
    g_unsetenv ("MDCORE_CRASH_AT");
    waitpid (other.pid, &status, 0);
    close (other.out);
    g_assert_true (WIFSIGNALED (status));
    early = store_open (path, STORE_READ, &error);
    g_assert_cmpint (early == NULL, ==, i < 2);
    g_assert_true (early != NULL
                   || error->code == CORE_ERROR_STORE_MISSING);
    store = help_open (dir, STORE_WRITE);
    g_assert_cmpuint (help_put (store, "AAPL", 0, 9, "0=1"), ==, 1);
    store_close (store);
    help_remove (g_steal_pointer (&dir));
  }
}

/* ---- readers that ask for a pause ------------------------------------ */

static gint64
time_to_give_way (Lock *lock)
{
  gint64 start = clock_monotonic ();

  lock_give_way (lock);
  return clock_monotonic () - start;
}

static void
test_a_reader_that_hangs_is_waited_for_once (void)
{
  char *dir = help_dir ();
  Lock *lock = lock_take (dir, NULL);
  Gate *gate = gate_hold (dir);

  clock_set_manual (MD_SECOND);
  g_assert_cmpint (time_to_give_way (lock), >=, 10 * MD_SECOND);
  g_assert_cmpint (time_to_give_way (lock), ==, 0);
  gate_release (gate);
  g_assert_cmpint (time_to_give_way (lock), ==, 0);
  gate = gate_hold (dir);
  g_assert_cmpint (time_to_give_way (lock), >=, 10 * MD_SECOND);
  gate_release (gate);
  lock_release (lock);
  help_remove (dir);
}

static int
play (const char *role, const char *path)
{
  if (strcmp (role, "hold") == 0)
    return role_hold (path);
  if (strcmp (role, "fill") == 0)
    return role_fill (path);
  return role_create (path);
}

int
main (int argc, char **argv)
{
  if (argc == 4 && strcmp (argv[1], "--role") == 0)
    return help_die_with_parent (), play (argv[2], argv[3]);
  self = argv[0];
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/store-lock/a-missing-store-is-named",
                   test_a_missing_store_is_named);
  g_test_add_func ("/store-lock/parents-are-created",
                   test_parents_are_created);
  g_test_add_func ("/store-lock/a-directory-with-other-things-is-refused",
                   test_a_directory_with_other_things_is_refused);
  g_test_add_func ("/store-lock/a-newer-format-names-both-versions",
                   test_a_newer_format_names_both_versions);
  g_test_add_func ("/store-lock/a-damaged-manifest-is-named",
                   test_a_damaged_manifest_is_named);
  g_test_add_func ("/store-lock/a-read-store-refuses-to-write",
                   test_a_read_store_refuses_to_write);
  g_test_add_func ("/store-lock/a-second-writer-is-told-who-and-how-far",
                   test_a_second_writer_is_told_who_and_how_far);
  g_test_add_func ("/store-lock/the-same-process-is-told-as-well",
                   test_the_same_process_is_told_as_well);
  g_test_add_func ("/store-lock/a-killed-holder-lets-go",
                   test_a_killed_holder_lets_go);
  g_test_add_func ("/store-lock/no-room-is-said-and-loses-nothing",
                   test_no_room_is_said_and_loses_nothing);
  g_test_add_func ("/store-lock/a-directory-without-permission-is-full",
                   test_a_directory_without_permission_is_full);
  g_test_add_func ("/store-lock/a-creation-that-was-cut-short-is-completed",
                   test_a_creation_that_was_cut_short_is_completed);
  g_test_add_func ("/store-lock/a-reader-that-hangs-is-waited-for-once",
                   test_a_reader_that_hangs_is_waited_for_once);
  return g_test_run ();
}
