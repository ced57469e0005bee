/* SPDX-License-Identifier: Apache-2.0
 *
 * Views of a store that another process writes all the time, with buffers
 * so small that tables and logs rotate all the time.  Commit n puts a
 * row with price n at second n % SLOTS, so a view that ends at commit n holds
 * at each second exactly the last number up to n that belongs there.
 */
#include "store-help.h"

#include "data/error.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *self;

#define SLOTS   500
#define SYMBOLS 5 /* divides SLOTS: each second belongs to one of them      */
static const char *const symbols[SYMBOLS] = { "A", "B", "C", "D", "E" };

/* ---- the writer ------------------------------------------------------ */

/* Something that does not compress, so that the buffers fill.              */
static void
add_raw (Segment *segment, gint64 n)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed ((guint32) n);
  guint32 bytes[1000];
  RawAnswer *answer = g_new0 (RawAnswer, 1);

  for (gsize i = 0; i < G_N_ELEMENTS (bytes); i++)
    bytes[i] = g_rand_int (rand);
  answer->body = g_bytes_new (bytes, sizeof bytes);
  answer->hash = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256,
                                               answer->body);
  g_ptr_array_add (segment->raw, answer);
}

static Segment *
segment_for (gint64 n)
{
  gint64 slot = n % SLOTS;
  g_autofree char *row = g_strdup_printf ("%" G_GINT64_FORMAT "=%"
                                          G_GINT64_FORMAT, slot, n);
  Segment *segment = help_segment (TRUE, symbols[slot % SYMBOLS], slot,
                                   slot + 1, row);

  if (n % 10 == 0) {
    DeadLetter *letter = g_new0 (DeadLetter, 1);

    letter->ts = n;
    letter->reasons = g_strdup ("high<low");
    g_ptr_array_add (segment->dead, letter);
  }
  add_raw (segment, n);
  segment_seal (segment);
  return segment;
}

static int
role_write (const char *dir)
{
  Store *store = help_open (dir, STORE_WRITE);

  for (gint64 n = 1;; n += 2) {
    Segment *group[2] = { segment_for (n), segment_for (n + 1) };
    CommitResult results[2];

    if (!store_commit (store, group, 2, results, NULL))
      return 1;
    for (int i = 0; i < 2; i++)
      segment_free (group[i]);
    if (n == 1 && write (STDOUT_FILENO, "r", 1) != 1)
      return 1;
    /* Leaves the processor to the readers, and room for a thousand of them:
     * each commit makes tables, and a view opens all of them.               */
    g_usleep (10000);
  }
}

typedef struct {
  char *dir, *tmp;
  GPid pid;
} Fixture;

static void
set_up (Fixture *f, gconstpointer buffer)
{
  const char *argv[] = { self, "--role", "write", NULL, NULL };
  g_autoptr (GError) error = NULL;
  char byte;
  int out;

  f->dir = help_dir ();
  f->tmp = help_dir ();
  argv[3] = f->dir;
  g_setenv ("MDCORE_TEST_WRITE_BUFFER", buffer, TRUE);
  g_spawn_async_with_pipes (NULL, (char **) argv, NULL,
                            G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &f->pid,
                            NULL, &out, NULL, &error);
  g_unsetenv ("MDCORE_TEST_WRITE_BUFFER");
  g_assert_no_error (error);
  g_assert_cmpint (read (out, &byte, 1), ==, 1);
  close (out);
}

static void
stop_writer (Fixture *f)
{
  int status;

  if (f->pid == 0)
    return;
  kill (f->pid, SIGKILL);
  waitpid (f->pid, &status, 0);
  f->pid = 0;
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  stop_writer (f);
  help_remove (f->dir);
  help_remove (f->tmp);
}

/* ---- views ----------------------------------------------------------- */

typedef struct {
  guint64 last, rows;
} Check;

static gboolean
check_rows (const SeriesInfo *info, const Columns *rows, gpointer data)
{
  const Column *price = columns_column (rows, "price");
  Check *check = data;

  for (gsize i = 0; i < rows->n; i++) {
    guint64 slot = (guint64) ((rows->cols[0].i64[i] - HELP_BASE) / MD_SECOND);
    guint64 ago = (check->last + SLOTS - slot) % SLOTS;

    g_assert_cmpuint (rows->commit[i], ==, check->last - ago);
    g_assert_cmpint (price->i64[i], ==,
                     (gint64) rows->commit[i] * MD_PRICE_ONE);
    check->rows++;
  }
  return TRUE;
}

static gboolean
count_letter (const DeadLetter *letter, gpointer data)
{
  ++*(guint64 *) data;
  return TRUE;
}

static gboolean
count_raw (const RawAnswer *answer, gpointer data)
{
  ++*(guint64 *) data;
  return TRUE;
}

static gboolean
count_commit (const CommitInfo *info, gpointer data)
{
  g_assert_cmpuint (info->commit, ==, ++*(guint64 *) data);
  return TRUE;
}

static guint64
covered_seconds (Store *store, const char *symbol)
{
  AskKey ask = help_ask (TRUE, symbol, MD_SELECT_SYMBOL);
  g_autoptr (GArray) spans = store_ledger (store, &ask, NULL);
  guint64 total = 0;

  for (guint i = 0; i < spans->len; i++) {
    const LedgerSpan *span = &g_array_index (spans, LedgerSpan, i);

    total += (guint64) (span->to - span->from) / MD_SECOND;
  }
  return total;
}

/* The families that only grow.                                             */
static void
assert_nothing_missing (Store *store, guint64 last)
{
  guint64 letters = 0, raw = 0, commits = 0;

  g_assert_true (store_dead_each (store, NULL, count_letter, &letters, NULL));
  g_assert_true (store_raw_each (store, count_raw, &raw, NULL));
  g_assert_true (store_commits_each (store, 0, count_commit, &commits, NULL));
  g_assert_cmpuint (letters, ==, last / 10);
  g_assert_cmpuint (raw, ==, last);
  g_assert_cmpuint (commits, ==, last);
}

/* Every family says the same number; which one.                            */
static guint64
assert_not_torn (Store *store)
{
  guint64 covered = 0;
  Check check = { 0 };
  StoreInfo info;

  g_assert_true (store_info (store, &info, NULL));
  check.last = info.last_commit;
  for (int i = 0; i < SYMBOLS; i++) {
    SeriesKey key = help_series (TRUE, symbols[i]);

    g_assert_true (store_scan (store, &key, G_MININT64, MD_ABSENT, MD_ABSENT,
                               check_rows, &check, NULL));
    covered += covered_seconds (store, symbols[i]);
  }
  g_assert_cmpuint (check.rows, ==, MIN (info.last_commit, SLOTS));
  g_assert_cmpuint (covered, ==, MIN (info.last_commit, SLOTS));
  g_assert_cmpuint (info.last_commit % 2, ==, 0); /* groups are whole       */
  return info.last_commit;
}

static void
test_no_view_is_torn (Fixture *f, gconstpointer data)
{
  guint64 last = 0;

  for (int i = 0; i < (g_test_slow () ? 1000 : 100); i++) {
    Store *store = help_open (f->dir, STORE_READ);
    guint64 n = assert_not_torn (store);

    if (i % 10 == 0)
      assert_nothing_missing (store, n);
    g_assert_cmpuint (n, >=, last);
    last = n;
    store_close (store);
  }
  g_assert_cmpuint (last, >, 2);
  g_test_message ("the last view held %" G_GUINT64_FORMAT " commits", last);
}

static void
test_a_refreshed_view_moves_on (Fixture *f, gconstpointer data)
{
  Store *store = help_open (f->dir, STORE_READ);
  guint64 first = assert_not_torn (store), n = first;

  g_assert_cmpuint (assert_not_torn (store), ==, first);
  while (n == first) {
    g_assert_true (store_refresh (store, NULL));
    n = assert_not_torn (store);
  }
  g_assert_cmpuint (n, >, first);
  store_close (store);
}

/* Tables that the writer has deleted since are still readable.             */
static void
test_a_view_outlives_the_tables_it_reads (Fixture *f, gconstpointer data)
{
  Store *store = help_open (f->dir, STORE_READ), *later;
  guint64 n = assert_not_torn (store), now = n;

  while (now < n + 400) {
    later = help_open (f->dir, STORE_READ);
    now = assert_not_torn (later);
    store_close (later);
  }
  g_assert_cmpuint (assert_not_torn (store), ==, n);
  store_close (store);
}

static gboolean
is_empty (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);

  return g_dir_read_name (dir) == NULL;
}

static void
test_a_view_leaves_nothing_behind (Fixture *f, gconstpointer data)
{
  g_autofree char *before = NULL, *after = NULL;
  Store *store;

  g_setenv ("TMPDIR", f->tmp, TRUE);
  store = help_open (f->dir, STORE_READ);
  g_assert_true (is_empty (f->tmp));
  store_close (store);
  g_unsetenv ("TMPDIR");
  stop_writer (f);
  before = help_fingerprint (f->dir);
  store = help_open (f->dir, STORE_READ);
  assert_not_torn (store);
  store_close (store);
  after = help_fingerprint (f->dir);
  g_assert_cmpstr (before, ==, after);
}

static void
test_a_backup_beside_the_writer_is_whole (Fixture *f, gconstpointer data)
{
  g_autofree char *path = g_build_filename (f->dir, "store", NULL);

  for (int i = 0; i < (g_test_slow () ? 50 : 5); i++) {
    g_autofree char *name = g_strdup_printf ("backup%d", i);
    g_autofree char *place = g_build_filename (f->tmp, name, NULL);
    g_autofree char *copy = g_build_filename (place, "store", NULL);
    g_autofree char *faults = NULL;
    g_autoptr (GError) error = NULL;
    Store *store;

    g_assert_cmpint (g_mkdir_with_parents (place, 0700), ==, 0);
    store_backup (path, copy, &error);
    g_assert_no_error (error);
    store = help_open (place, STORE_READ);
    assert_nothing_missing (store, assert_not_torn (store));
    store_close (store);
    store = help_open (place, STORE_WRITE_EXISTING);
    faults = help_faults (store);
    g_assert_cmpstr (faults, ==, "");
    store_close (store);
  }
}

#define TEST(path, buffer, test)                                              \
  g_test_add ("/store-readers/" path, Fixture, buffer, set_up, test,          \
              tear_down)

int
main (int argc, char **argv)
{
  if (argc == 4 && strcmp (argv[1], "--role") == 0)
    return help_die_with_parent (), role_write (argv[3]);
  self = argv[0];
  g_test_init (&argc, &argv, NULL);
  TEST ("no-view-is-torn-with-tiny-buffers", "65536", test_no_view_is_torn);
  TEST ("no-view-is-torn-with-small-buffers", "400000", test_no_view_is_torn);
  TEST ("a-refreshed-view-moves-on", "200000", test_a_refreshed_view_moves_on);
  TEST ("a-view-outlives-the-tables-it-reads", "100000",
        test_a_view_outlives_the_tables_it_reads);
  TEST ("a-view-leaves-nothing-behind", "100000",
        test_a_view_leaves_nothing_behind);
  TEST ("a-backup-beside-the-writer-is-whole", "100000",
        test_a_backup_beside_the_writer_is_whole);
  return g_test_run ();
}
