/* SPDX-License-Identifier: Apache-2.0
 *
 * A small disk that fills up: a tmpfs in a namespace of its own, in another
 * process (this program again).  Skipped where that may not be had.
 */
#include "store-help.h"

#include "data/error.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <unistd.h>

static const char *self;

#define NOT_PERMITTED 77

/* ---- in the namespace ------------------------------------------------ */

static gboolean
mount_small (const char *dir, const char *options)
{
  if (unshare (CLONE_NEWNS) < 0 && unshare (CLONE_NEWUSER | CLONE_NEWNS) < 0)
    return FALSE;
  mount (NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
  return mount ("tmpfs", dir, "tmpfs", 0, options) == 0;
}

/* Leaves so many bytes.                                                    */
static void
write_ballast (const char *dir, gsize left)
{
  g_autofree char *file = g_build_filename (dir, "ballast", NULL);
  struct statvfs fs;
  int fd = open (file, O_WRONLY | O_CREAT, 0600);

  g_assert_cmpint (statvfs (dir, &fs), ==, 0);
  g_assert_cmpint (posix_fallocate (fd, 0, (off_t) (fs.f_bavail * fs.f_bsize
                                                    - left)),
                   ==, 0);
  close (fd);
}

static void
remove_ballast (const char *dir)
{
  g_autofree char *file = g_build_filename (dir, "ballast", NULL);

  g_unlink (file);
}

/* Rows that do not compress, until no more fit; how many commits.          */
static gint64
fill (Store *store, gint64 from, GRand *rand, GError **error)
{
  gint64 n = 0;
  gboolean ok = TRUE;

  for (; ok && n < 100000; n += ok) {
    GString *rows = g_string_new (NULL);
    gint64 start = (from + n) * 1440;
    CommitResult result;
    Segment *segment;

    for (gint64 i = 0; i < 300; i++)
      g_string_append_printf (rows, "%" G_GINT64_FORMAT "=%u ", start + i,
                              g_rand_int (rand) >> 1);
    segment = help_segment (FALSE, "AAPL", start, start + 1440, rows->str);
    ok = store_commit (store, &segment, 1, &result, error);
    segment_free (segment);
    g_string_free (rows, TRUE);
  }
  return n;
}

static void
assert_full (const GError *error, const char *path)
{
  g_assert_error (error, CORE_ERROR, CORE_ERROR_STORE_FULL);
  g_assert_nonnull (strstr (error->message, path));
  g_assert_nonnull (strstr (error->message, "No space left on device"));
}

/* Everything that was acknowledged is there, and perhaps one more.         */
static gint64
assert_whole (Store *store, gint64 acknowledged)
{
  g_autofree char *faults = help_faults (store);
  StoreInfo info;

  g_assert_cmpstr (faults, ==, "");
  g_assert_true (store_info (store, &info, NULL));
  g_assert_cmpint ((gint64) info.commits, >=, acknowledged);
  g_assert_cmpint ((gint64) info.commits, <=, acknowledged + 1);
  return (gint64) info.commits;
}

/* Opened again, what is still full is refused at the latest after the few
 * commits that tidying made room for; it can be read in any case.          */
static gint64
fill_again (const char *dir, const char *path, gint64 done, GRand *rand)
{
  g_autoptr (GError) error = NULL;
  Store *store = store_open (path, STORE_WRITE, &error);

  if (store != NULL) {
    done = assert_whole (store, done);
    done += fill (store, done, rand, &error);
  }
  assert_full (error, path);
  store_close (store);
  store = help_open (dir, STORE_READ);
  done = assert_whole (store, done);
  store_close (store);
  return done;
}

static int
role_fill (const char *dir)
{
  g_autofree char *path = g_build_filename (dir, "store", NULL);
  g_autoptr (GRand) rand = g_rand_new_with_seed (5);
  gint64 done = 0;

  if (!mount_small (dir, "size=12m"))
    return NOT_PERMITTED;
  for (int round = 0; round < 2; round++) {
    g_autoptr (GError) error = NULL, again = NULL;
    Store *store = help_open (dir, STORE_WRITE);

    done = assert_whole (store, done);
    write_ballast (dir, 1 << 20);
    done += fill (store, done, rand, &error);
    assert_full (error, path);
    g_assert_cmpint (fill (store, done, rand, &again), ==, 0);
    g_assert_error (again, CORE_ERROR, CORE_ERROR_STORE_FULL);
    store_close (store);
    done = fill_again (dir, path, done, rand);
    remove_ballast (dir);
  }
  return 0;
}

static int
role_read_only (const char *dir)
{
  g_autofree char *path = g_build_filename (dir, "store", NULL);
  g_autoptr (GError) error = NULL;
  Store *store;

  if (!mount_small (dir, "size=4m"))
    return NOT_PERMITTED;
  store = help_open (dir, STORE_WRITE);
  help_put (store, "AAPL", 0, 9, "0=1");
  store_close (store);
  if (mount (NULL, dir, NULL, MS_REMOUNT | MS_RDONLY, "size=4m") < 0)
    return NOT_PERMITTED;
  g_assert_null (store_open (path, STORE_WRITE_EXISTING, &error));
  g_assert_error (error, CORE_ERROR, CORE_ERROR_STORE_FULL);
  g_assert_nonnull (strstr (error->message, "Read-only file system"));
  store = help_open (dir, STORE_READ);
  help_assert_rows (store, FALSE, "AAPL", "0=1");
  store_close (store);
  return 0;
}

/* ---- outside --------------------------------------------------------- */

static void
run_role (const char *role, const char *buffer)
{
  g_autofree char *dir = help_dir ();
  const char *argv[] = { self, "--role", role, dir, NULL };
  g_autofree char *err = NULL;
  int status;

  if (buffer != NULL)
    g_setenv ("MDCORE_TEST_WRITE_BUFFER", buffer, TRUE);
  g_assert_true (g_spawn_sync (NULL, (char **) argv, NULL, 0, NULL, NULL, NULL,
                               &err, &status, NULL));
  g_unsetenv ("MDCORE_TEST_WRITE_BUFFER");
  help_remove (g_steal_pointer (&dir));
  if (WIFEXITED (status) && WEXITSTATUS (status) == NOT_PERMITTED) {
    g_test_skip ("a file system of its own may not be mounted here");
    return;
  }
  if (status != 0)
    g_test_message ("%s", err);
  g_assert_cmpint (status, ==, 0);
}

static void
test_a_full_disk_refuses_and_loses_nothing (void)
{
  run_role ("fill", NULL);
}

static void
test_a_disk_that_fills_while_tables_are_written (void)
{
  run_role ("fill", "65536");
}

static void
test_a_read_only_disk_can_be_read (void)
{
  run_role ("read-only", NULL);
}

int
main (int argc, char **argv)
{
  if (argc == 4 && strcmp (argv[1], "--role") == 0)
    return strcmp (argv[2], "fill") == 0 ? role_fill (argv[3])
                                         : role_read_only (argv[3]);
  self = argv[0];
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/store-full/a-full-disk-refuses-and-loses-nothing",
                   test_a_full_disk_refuses_and_loses_nothing);
  g_test_add_func ("/store-full/a-disk-that-fills-while-tables-are-written",
                   test_a_disk_that_fills_while_tables_are_written);
  g_test_add_func ("/store-full/a-read-only-disk-can-be-read",
                   test_a_read_only_disk_can_be_read);
  return g_test_run ();
}
