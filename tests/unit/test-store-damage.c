/* SPDX-License-Identifier: Apache-2.0
 *
 * Values of every family with bytes changed at random: whatever reads them
 * ends with rows or with an error, never with a crash.
 */
#include "store-help.h"

#include "data/clock.h"
#include "store/catalogue.h"

#include <string.h>

typedef struct {
  Family family;
  GBytes *key, *value;
} Entry;

typedef struct {
  char *dir;
  Store *store;
  GArray *entries; /* of Entry                                              */
} Fixture;

/* ---- a store with something in every family -------------------------- */

static void
add_extras (Segment *segment)
{
  DeadLetter *letter = g_new0 (DeadLetter, 1);
  RawAnswer *answer = g_new0 (RawAnswer, 1);
  Mapping *mapping = g_new0 (Mapping, 1);

  letter->ts = 5;
  letter->reasons = g_strdup ("high<low");
  letter->raw = g_bytes_new ("{}", 2);
  g_ptr_array_add (segment->dead, letter);
  answer->body = g_bytes_new ("{\"bars\":[]}", 11);
  answer->hash = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256,
                                               answer->body);
  answer->url = g_strdup ("https://vendor.test/bars");
  g_ptr_array_add (segment->raw, answer);
  mapping->instrument = g_strdup ("AAPL");
  mapping->from = 5;
  mapping->to = 9;
  g_ptr_array_add (segment->mappings, mapping);
  segment_seal (segment);
}

static void
fill (Store *store)
{
  Segment *segment = help_segment (FALSE, "AAPL", 0, 3000,
                                   "0=1 1=2 5=3 1440=4 1441=5");
  Segment *shrunk = help_segment (FALSE, "AAPL", 0, 3000, "0=1");
  CommitResult result;

  add_extras (segment);
  help_commit (store, segment);
  help_put (store, "AAPL", 0, 3000, "0=1 1=7 1440=4 1441=8 1500=9");
  help_commit (store, help_segment (TRUE, "BTC", 0, 90, "1=5/1 1=6 2=7/9"));
  help_commit (store, help_segment (TRUE, "BTC", 0, 90, "1=6 1=5/1 3=7/9"));
  shrunk->max_shrink = 0.01;
  result = help_commit (store, shrunk);
  g_assert_true (result.quarantined);
  commit_result_clear (&result);
  g_assert_true (store_put_doc (store, "run/1", "{}", NULL));
}

static void
entry_clear (gpointer data)
{
  Entry *entry = data;

  g_bytes_unref (entry->key);
  g_bytes_unref (entry->value);
}

static GArray *
read_entries (Store *store)
{
  GArray *entries = g_array_new (FALSE, FALSE, sizeof (Entry));
  View view = store_view (store);

  g_array_set_clear_func (entries, entry_clear);
  for (int family = 0; family < N_FAMILIES; family++) {
    Cursor cursor;
    guint before = entries->len;

    for (cursor_open (&cursor, &view, family, NULL, 0); cursor.ok;
         cursor_next (&cursor)) {
      Entry entry = { family, g_bytes_new (cursor.key, cursor.key_len),
                      g_bytes_new (cursor.value, cursor.value_len) };

      g_array_append_val (entries, entry);
    }
    g_assert_true (cursor_close (&cursor, NULL));
    g_assert_cmpuint (entries->len, >, before);
  }
  return entries;
}

static void
set_up (Fixture *f, gconstpointer data)
{
  f->dir = help_dir ();
  f->store = help_open (f->dir, STORE_WRITE);
  fill (f->store);
  f->entries = read_entries (f->store);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_array_unref (f->entries);
  store_close (f->store);
  help_remove (f->dir);
}

/* ---- damage ---------------------------------------------------------- */

static void
write_value (Fixture *f, const Entry *entry, const guint8 *value, gsize len)
{
  char *message = NULL;
  gsize key_len;
  const char *key = g_bytes_get_data (entry->key, &key_len);
  /* What is not synced is enough here, and much faster.                    */
  rocksdb_writeoptions_t *fast = rocksdb_writeoptions_create ();

  rocksdb_put_cf (f->store->db->rocks, fast,
                  f->store->db->families[entry->family], key, key_len,
                  (const char *) value, len, &message);
  g_assert_null (message);
  rocksdb_writeoptions_destroy (fast);
}

static void
write_damaged (Fixture *f, const Entry *entry, GRand *rand)
{
  gsize len;
  const guint8 *value = g_bytes_get_data (entry->value, &len);
  g_autofree guint8 *other = g_memdup2 (value, len);
  int changes = g_rand_int_range (rand, 0, 4);

  for (int i = 0; i < changes && len > 0; i++)
    other[g_rand_int_range (rand, 0, (gint32) len)]
      = g_rand_boolean (rand) ? (guint8) g_rand_int (rand) : 0xff;
  if (changes == 0)
    len = (gsize) g_rand_int_range (rand, 0, (gint32) len + 1);
  write_value (f, entry, other, len);
}

static gboolean
ignore_rows (const SeriesInfo *info, const Columns *rows, gpointer data)
{
  return TRUE;
}

static gboolean
scan_one (const SeriesInfo *info, gpointer data)
{
  store_scan (data, &info->key, G_MININT64, MD_ABSENT, MD_ABSENT, ignore_rows,
              NULL, NULL);
  store_scan (data, &info->key, G_MININT64, MD_ABSENT, clock_now () - 1,
              ignore_rows, NULL, NULL);
  return TRUE;
}

static gboolean
ignore_change (const ChangeInfo *info, gpointer data)
{
  return TRUE;
}

static void
ignore_fault (const char *fault, gpointer data)
{
  ++*(guint *) data;
}

/* Everything that reads.                                                   */
static guint
read_all (Store *store)
{
  AskKey ask = help_ask (FALSE, "AAPL", MD_SELECT_SYMBOL);
  GPtrArray *list;
  guint faults = 0;

  catalogue_forget_tables (store);
  store_verify (store, ignore_fault, &faults, NULL);
  store_series_each (store, NULL, scan_one, store, NULL);
  store_changes_each (store, NULL, G_MININT64, ignore_change, NULL, NULL);
  list = store_mappings (store, &ask, NULL);
  g_clear_pointer (&list, g_ptr_array_unref);
  list = store_instruments (store, &ask, NULL);
  g_clear_pointer (&list, g_ptr_array_unref);
  g_free (store_get_doc (store, "run/1", NULL));
  return faults;
}

static void
test_changed_values_crash_nothing (Fixture *f, gconstpointer data)
{
  guint32 seed = (guint32) g_test_rand_int ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  guint found = 0;

  g_test_message ("seed %u", seed);
  for (int i = 0; i < (g_test_slow () ? 20000 : 600); i++) {
    const Entry *entry
      = &g_array_index (f->entries, Entry,
                        g_rand_int_range (rand, 0, (gint32) f->entries->len));

    write_damaged (f, entry, rand);
    found += read_all (f->store) > 0;
    write_value (f, entry, g_bytes_get_data (entry->value, NULL),
                 g_bytes_get_size (entry->value));
  }
  g_assert_cmpuint (found, >, 0);
  g_assert_cmpuint (read_all (f->store), ==, 0);
}

/* A commit on top of it may fail, with the group it is in.                 */
static void
test_commits_over_changed_values_crash_nothing (Fixture *f,
                                                gconstpointer data)
{
  guint32 seed = (guint32) g_test_rand_int ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);

  g_test_message ("seed %u", seed);
  for (int i = 0; i < (g_test_slow () ? 5000 : 200); i++) {
    g_autofree char *rows = g_strdup_printf ("0=%d 1=7 1440=9 1441=8", i);
    Segment *segment = help_segment (FALSE, "AAPL", 0, 3000, rows);
    g_autoptr (GError) error = NULL;
    CommitResult result;

    add_extras (segment);
    for (guint k = 0; k < f->entries->len; k++) {
      const Entry *entry = &g_array_index (f->entries, Entry, k);

      write_value (f, entry, g_bytes_get_data (entry->value, NULL),
                   g_bytes_get_size (entry->value));
    }
    write_damaged (f, &g_array_index (f->entries, Entry, g_rand_int_range (
                     rand, 0, (gint32) f->entries->len)), rand);
    catalogue_forget_tables (f->store);
    if (store_commit (f->store, &segment, 1, &result, &error))
      commit_result_clear (&result);
    else
      g_assert_cmpint (error->code, !=, CORE_ERROR_STORE_FULL);
    segment_free (segment);
  }
}

#define TEST(path, test)                                                      \
  g_test_add ("/store-damage/" path, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  TEST ("changed-values-crash-nothing", test_changed_values_crash_nothing);
  TEST ("commits-over-changed-values-crash-nothing",
        test_commits_over_changed_values_crash_nothing);
  return g_test_run ();
}
