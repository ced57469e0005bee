/* SPDX-License-Identifier: Apache-2.0 */
#include "store-help.h"

#include "data/crash.h"
#include "data/error.h"
#include "store/store-private.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/wait.h>

static const char *self;

typedef struct {
  char *dir;
  Store *store;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->dir = help_dir ();
  f->store = help_open (f->dir, STORE_WRITE);
  help_put (f->store, "AAPL", 0, 4320, "0=1 10=2 1440=3 2880=4 2890=5");
  help_put (f->store, "AAPL", 0, 4320, "0=1 10=7 1440=3 2880=8 2890=5");
  help_put (f->store, "MSFT", 0, 4320, "0=9 3000=9");
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  store_close (f->store);
  help_remove (f->dir);
}

static char *
in_dir (Fixture *f, const char *name)
{
  return g_build_filename (f->dir, name, NULL);
}

/* ---- info ------------------------------------------------------------ */

static void
test_info_counts (Fixture *f, gconstpointer data)
{
  StoreInfo info;

  g_assert_true (store_info (f->store, &info, NULL));
  g_assert_cmpuint (info.format, ==, 1);
  g_assert_cmpuint (info.series, ==, 2);
  g_assert_cmpuint (info.rows, ==, 7);
  g_assert_cmpuint (info.blocks, ==, 5);
  g_assert_cmpuint (info.history_rows, ==, 2);
  g_assert_cmpuint (info.commits, ==, 3);
  g_assert_cmpuint (info.disk_bytes, >, 0);
}

static void
test_compacting_changes_no_row (Fixture *f, gconstpointer data)
{
  g_autofree char *faults = NULL;

  g_assert_true (store_compact (f->store, NULL));
  help_assert_rows (f->store, FALSE, "AAPL",
                    "0=1 10=7 1440=3 2880=8 2890=5");
  faults = help_faults (f->store);
  g_assert_cmpstr (faults, ==, "");
}

/* ---- backup and restore ---------------------------------------------- */

static void
back_up (Fixture *f, const char *to)
{
  g_autofree char *path = in_dir (f, "store");
  g_autoptr (GError) error = NULL;

  store_backup (path, to, &error);
  g_assert_no_error (error);
}

static void
test_a_backup_restores_to_the_same (Fixture *f, gconstpointer data)
{
  g_autofree char *backup = in_dir (f, "backup/"), *store = in_dir (f, "store");
  g_autofree char *faults = NULL, *past = NULL;
  g_autoptr (GError) error = NULL;

  back_up (f, backup);
  help_put (f->store, "AAPL", 0, 4320, "0=99"); /* lost again               */
  store_close (f->store);
  help_remove (g_steal_pointer (&store));
  store = in_dir (f, "store");
  store_restore (backup, store, &error);
  g_assert_no_error (error);
  f->store = help_open (f->dir, STORE_WRITE_EXISTING);
  help_assert_rows (f->store, FALSE, "AAPL",
                    "0=1 10=7 1440=3 2880=8 2890=5");
  faults = help_faults (f->store);
  g_assert_cmpstr (faults, ==, "");
  g_assert_cmpuint (help_put (f->store, "GOOG", 0, 9, "0=1"), ==, 4);
}

/* Tables are shared by link, and yet what is written later stays apart.    */
static void
test_a_backup_does_not_change_with_the_store (Fixture *f, gconstpointer data)
{
  g_autofree char *place = in_dir (f, "kept"), *copy = NULL;
  Store *backup;

  g_assert_true (store_compact (f->store, NULL));
  g_assert_cmpint (g_mkdir (place, 0700), ==, 0);
  copy = g_build_filename (place, "store", NULL);
  back_up (f, copy);
  help_put (f->store, "AAPL", 0, 4320, "0=99");
  g_assert_true (store_compact (f->store, NULL));
  backup = help_open (place, STORE_READ);
  help_assert_rows (backup, FALSE, "AAPL", "0=1 10=7 1440=3 2880=8 2890=5");
  store_close (backup);
}

static void
test_a_backup_goes_over_nothing (Fixture *f, gconstpointer data)
{
  g_autofree char *path = in_dir (f, "store"), *there = in_dir (f, "there");
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir (there, 0700), ==, 0);
  g_assert_false (store_backup (path, there, &error));
  g_assert_nonnull (strstr (error->message, "exists already"));
}

static void
test_a_restore_goes_over_nothing (Fixture *f, gconstpointer data)
{
  g_autofree char *path = in_dir (f, "store"), *backup = in_dir (f, "backup");
  g_autoptr (GError) error = NULL;

  back_up (f, backup);
  g_assert_false (store_restore (backup, path, &error));
  g_assert_error (error, CORE_ERROR, CORE_ERROR_USAGE);
  g_assert_nonnull (strstr (error->message, "is not empty"));
  g_clear_error (&error);
  g_assert_false (store_restore (f->dir, "/nonexistent/x", &error));
  g_assert_error (error, CORE_ERROR, CORE_ERROR_STORE_MISSING);
}

static int
role_backup (const char *path, const char *to)
{
  return !store_backup (path, to, NULL);
}

static void
test_a_backup_that_was_cut_short_is_no_backup (Fixture *f, gconstpointer data)
{
  static const char *const points[] = { "backup:after-tables",
                                        "backup:before-rename" };
  g_autofree char *path = in_dir (f, "store"), *to = in_dir (f, "backup");
  const char *argv[] = { self, "--role", path, to, NULL };

  if (crash_point_names ()[0] == NULL) {
    g_test_skip ("built without test hooks");
    return;
  }
  for (gsize i = 0; i < G_N_ELEMENTS (points); i++) {
    int status;

    g_setenv ("MDCORE_CRASH_AT", points[i], TRUE);
    g_assert_true (g_spawn_sync (NULL, (char **) argv, NULL, 0, NULL, NULL,
                                 NULL, NULL, &status, NULL));
    g_unsetenv ("MDCORE_CRASH_AT");
    g_assert_true (WIFSIGNALED (status));
    g_assert_false (g_file_test (to, G_FILE_TEST_EXISTS));
  }
  back_up (f, to);
}

/* ---- verify ---------------------------------------------------------- */

static void
assert_fault (Fixture *f, const char *what)
{
  g_autofree char *faults = help_faults (f->store);

  if (strstr (faults, what) == NULL)
    g_error ("\"%s\" is not among the faults:\n%s", what, faults);
}

static void
write_key (Fixture *f, Family family, const void *key, gsize len,
           GBytes *value)
{
  char *message = NULL;

  rocksdb_put_cf (f->store->db->rocks, f->store->db->sync,
                  f->store->db->families[family], key, len,
                  g_bytes_get_data (value, NULL), g_bytes_get_size (value),
                  &message);
  g_assert_null (message);
}

static void
delete_key (Fixture *f, Family family, const void *key, gsize len)
{
  char *message = NULL;

  rocksdb_delete_cf (f->store->db->rocks, f->store->db->sync,
                     f->store->db->families[family], key, len, &message);
  g_assert_null (message);
}

static void
first_key (Fixture *f, Family family, guint8 *key, gsize len, GBytes **value)
{
  View view = store_view (f->store);
  Cursor cursor;

  cursor_open (&cursor, &view, family, NULL, 0);
  g_assert_true (cursor.ok);
  memcpy (key, cursor.key, len);
  *value = g_bytes_new (cursor.value, cursor.value_len);
  g_assert_true (cursor_close (&cursor, NULL));
}

static void
test_a_sound_store_has_no_fault (Fixture *f, gconstpointer data)
{
  g_autofree char *faults = help_faults (f->store);

  g_assert_cmpstr (faults, ==, "");
}

static void
test_a_changed_byte_of_a_block_is_found (Fixture *f, gconstpointer data)
{
  guint8 key[BLOCK_KEY_LEN];
  g_autoptr (GBytes) value = NULL, other = NULL;
  g_autofree guint8 *bytes = NULL;
  SeriesKey series = help_series (FALSE, "AAPL");
  g_autoptr (GError) error = NULL;
  guint64 rows = 0;
  gsize len;

  first_key (f, FAMILY_BLOCKS, key, sizeof key, &value);
  len = g_bytes_get_size (value);
  bytes = g_memdup2 (g_bytes_get_data (value, NULL), len);
  bytes[len - 1] ^= 1;
  other = g_bytes_new (bytes, len);
  write_key (f, FAMILY_BLOCKS, key, sizeof key, other);
  assert_fault (f, "checksum of its payload");
  g_assert_false (store_prune (f->store, &series, MINUTES (5), &rows, &error));
  g_assert_error (error, CORE_ERROR, CORE_ERROR_STORE_DAMAGED);
}

static void
test_a_block_in_the_wrong_place_is_found (Fixture *f, gconstpointer data)
{
  guint8 key[BLOCK_KEY_LEN];
  g_autoptr (GBytes) value = NULL;

  first_key (f, FAMILY_BLOCKS, key, sizeof key, &value);
  delete_key (f, FAMILY_BLOCKS, key, sizeof key);
  key[11] ^= 1;
  write_key (f, FAMILY_BLOCKS, key, sizeof key, value);
  assert_fault (f, "is not where its first time says");
}

static void
test_a_lost_block_is_found (Fixture *f, gconstpointer data)
{
  guint8 key[BLOCK_KEY_LEN];
  g_autoptr (GBytes) value = NULL;

  first_key (f, FAMILY_BLOCKS, key, sizeof key, &value);
  delete_key (f, FAMILY_BLOCKS, key, sizeof key);
  assert_fault (f, "should have 5 rows in 3 blocks, it has 3 in 2");
}

static void
test_a_block_of_no_series_is_found (Fixture *f, gconstpointer data)
{
  guint8 key[BLOCK_KEY_LEN];
  g_autoptr (GBytes) value = NULL;

  first_key (f, FAMILY_BLOCKS, key, sizeof key, &value);
  key[3] = 77;
  write_key (f, FAMILY_BLOCKS, key, sizeof key, value);
  assert_fault (f, "a block belongs to no series");
}

static void
test_a_lost_commit_is_found (Fixture *f, gconstpointer data)
{
  guint8 key[COMMIT_KEY_LEN];

  key_commit (key, 2);
  delete_key (f, FAMILY_LINEAGE, key, sizeof key);
  assert_fault (f, "commit 3 follows commit 1");
}

static void
test_a_past_from_the_future_is_found (Fixture *f, gconstpointer data)
{
  guint8 key[HISTORY_KEY_LEN];
  g_autoptr (GBytes) value = NULL;

  first_key (f, FAMILY_HISTORY, key, sizeof key, &value);
  delete_key (f, FAMILY_HISTORY, key, sizeof key);
  key[19] = 99;
  write_key (f, FAMILY_HISTORY, key, sizeof key, value);
  assert_fault (f, "superseded by commit 99");
}

static void
test_a_ledger_without_its_series_is_found (Fixture *f, gconstpointer data)
{
  AskKey ask = help_ask (FALSE, "GOOG", MD_SELECT_SYMBOL);

  g_assert_true (store_mark (f->store, &ask, 0, MINUTES (9), LEDGER_COMPLETE,
                             NULL, NULL));
  assert_fault (f, "says complete, but no series");
}

/* Of the tables, the largest: the blocks.                                  */
static char *
largest_table (Fixture *f)
{
  g_autofree char *path = g_build_filename (f->dir, "store", "db", NULL);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  char *largest = NULL;
  GStatBuf st;
  goffset size = 0;
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *file = g_build_filename (path, name, NULL);

    if (g_str_has_suffix (name, ".sst") && g_stat (file, &st) == 0
        && st.st_size > size) {
      size = st.st_size;
      g_free (largest);
      largest = g_steal_pointer (&file);
    }
  }
  g_assert_nonnull (largest);
  return largest;
}

static void
test_a_changed_byte_of_a_table_is_found (Fixture *f, gconstpointer data)
{
  g_autofree char *file = NULL, *bytes = NULL;
  gsize len;

  g_assert_true (store_compact (f->store, NULL));
  store_close (f->store);
  file = largest_table (f);
  g_assert_true (g_file_get_contents (file, &bytes, &len, NULL));
  bytes[20] ^= 1;
  g_assert_true (g_file_set_contents (file, bytes, (gssize) len, NULL));
  f->store = help_open (f->dir, STORE_READ);
  assert_fault (f, "Corruption: block checksum mismatch");
}

/* ---- prune ----------------------------------------------------------- */

static guint64
prune (Fixture *f, const SeriesKey *match, gint64 before)
{
  g_autoptr (GError) error = NULL;
  guint64 rows = 0;

  store_prune (f->store, match, MINUTES (before), &rows, &error);
  g_assert_no_error (error);
  return rows;
}

static void
assert_ledger (Fixture *f, const char *symbol, const char *wanted)
{
  AskKey ask = help_ask (FALSE, symbol, MD_SELECT_SYMBOL);
  g_autofree char *ledger = help_ledger (f->store, &ask);

  g_assert_cmpstr (ledger, ==, wanted);
}

static void
test_pruned_rows_are_gone_and_said_so (Fixture *f, gconstpointer data)
{
  g_autofree char *faults = NULL;
  StoreInfo info;

  g_assert_cmpuint (prune (f, NULL, 2885), ==, 5);
  help_assert_rows (f->store, FALSE, "AAPL", "2890=5");
  help_assert_rows (f->store, FALSE, "MSFT", "3000=9");
  assert_ledger (f, "AAPL", "pruned 0-2885; complete 2885-4320");
  g_assert_true (store_info (f->store, &info, NULL));
  g_assert_cmpuint (info.rows, ==, 2);
  g_assert_cmpuint (info.history_rows, ==, 0);
  faults = help_faults (f->store);
  g_assert_cmpstr (faults, ==, "");
  g_assert_cmpuint (prune (f, NULL, 2885), ==, 0);
}

static void
test_one_series_alone_is_pruned (Fixture *f, gconstpointer data)
{
  SeriesKey series = help_series (FALSE, "MSFT");

  g_assert_cmpuint (prune (f, &series, 1440), ==, 1);
  help_assert_rows (f->store, FALSE, "MSFT", "3000=9");
  help_assert_rows (f->store, FALSE, "AAPL",
                    "0=1 10=7 1440=3 2880=8 2890=5");
  assert_ledger (f, "AAPL", "complete 0-4320");
  assert_ledger (f, "MSFT", "pruned 0-1440; complete 1440-4320");
}

static void
test_a_member_of_a_parent_is_not_pruned_alone (Fixture *f, gconstpointer data)
{
  Segment *segment = help_segment_of (FALSE, "ALL", MD_SELECT_PARENT, 0, 9);
  SeriesKey series = help_series (FALSE, "AAPL");
  g_autoptr (GError) error = NULL;
  guint64 rows;

  segment_add_series (segment, "AAPL", help_rows (FALSE, "0=1"));
  segment_add_series (segment, "GOOG", help_rows (FALSE, "0=1"));
  help_commit (f->store, segment);
  g_assert_false (store_prune (f->store, &series, MINUTES (5), &rows, &error));
  g_assert_error (error, CORE_ERROR, CORE_ERROR_USAGE);
  g_assert_nonnull (strstr (error->message, "selector ALL"));
}

static void
test_the_past_behind_the_limit_stays (Fixture *f, gconstpointer data)
{
  StoreInfo info;

  prune (f, NULL, 1000);
  g_assert_true (store_info (f->store, &info, NULL));
  g_assert_cmpuint (info.history_rows, ==, 1);
}

static int
role_prune (const char *dir)
{
  Store *store = help_open (dir, STORE_WRITE);
  guint64 rows;

  return !store_prune (store, NULL, MINUTES (2885), &rows, NULL);
}

static void
test_a_pruning_that_was_cut_short_is_completed (Fixture *f,
                                                gconstpointer data)
{
  const char *argv[] = { self, "--role", "prune", f->dir, NULL };
  g_autofree char *faults = NULL;
  int status;

  if (crash_point_names ()[0] == NULL) {
    g_test_skip ("built without test hooks");
    return;
  }
  store_close (f->store);
  g_setenv ("MDCORE_CRASH_AT", "prune:after-ledger", TRUE);
  g_assert_true (g_spawn_sync (NULL, (char **) argv, NULL, 0, NULL, NULL, NULL,
                               NULL, &status, NULL));
  g_unsetenv ("MDCORE_CRASH_AT");
  g_assert_true (WIFSIGNALED (status));
  f->store = help_open (f->dir, STORE_WRITE);
  assert_ledger (f, "AAPL", "pruned 0-2885; complete 2885-4320");
  g_assert_cmpuint (prune (f, NULL, 2885), ==, 5);
  faults = help_faults (f->store);
  g_assert_cmpstr (faults, ==, "");
}

#define TEST(path, test)                                                      \
  g_test_add ("/store-care/" path, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  if (argc == 4 && strcmp (argv[1], "--role") == 0)
    return strcmp (argv[2], "prune") == 0 ? role_prune (argv[3])
                                          : role_backup (argv[2], argv[3]);
  self = argv[0];
  g_test_init (&argc, &argv, NULL);
  TEST ("info-counts", test_info_counts);
  TEST ("compacting-changes-no-row", test_compacting_changes_no_row);
  TEST ("a-backup-restores-to-the-same", test_a_backup_restores_to_the_same);
  TEST ("a-backup-does-not-change-with-the-store",
        test_a_backup_does_not_change_with_the_store);
  TEST ("a-backup-goes-over-nothing", test_a_backup_goes_over_nothing);
  TEST ("a-restore-goes-over-nothing", test_a_restore_goes_over_nothing);
  TEST ("a-backup-that-was-cut-short-is-no-backup",
        test_a_backup_that_was_cut_short_is_no_backup);
  TEST ("a-sound-store-has-no-fault", test_a_sound_store_has_no_fault);
  TEST ("a-changed-byte-of-a-block-is-found",
        test_a_changed_byte_of_a_block_is_found);
  TEST ("a-block-in-the-wrong-place-is-found",
        test_a_block_in_the_wrong_place_is_found);
  TEST ("a-lost-block-is-found", test_a_lost_block_is_found);
  TEST ("a-block-of-no-series-is-found", test_a_block_of_no_series_is_found);
  TEST ("a-lost-commit-is-found", test_a_lost_commit_is_found);
  TEST ("a-past-from-the-future-is-found",
        test_a_past_from_the_future_is_found);
  TEST ("a-ledger-without-its-series-is-found",
        test_a_ledger_without_its_series_is_found);
  TEST ("a-changed-byte-of-a-table-is-found",
        test_a_changed_byte_of_a_table_is_found);
  TEST ("pruned-rows-are-gone-and-said-so",
        test_pruned_rows_are_gone_and_said_so);
  TEST ("one-series-alone-is-pruned", test_one_series_alone_is_pruned);
  TEST ("a-member-of-a-parent-is-not-pruned-alone",
        test_a_member_of_a_parent_is_not_pruned_alone);
  TEST ("the-past-behind-the-limit-stays",
        test_the_past_behind_the_limit_stays);
  TEST ("a-pruning-that-was-cut-short-is-completed",
        test_a_pruning_that_was_cut_short_is_completed);
  return g_test_run ();
}
