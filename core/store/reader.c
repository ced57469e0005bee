/* SPDX-License-Identifier: Apache-2.0
 *
 * reader.c - opening a view that is never torn.
 *
 * RocksDB's secondary instance reads the manifest first and the write-ahead
 * logs after it.  When the writer flushes a memory table in between and
 * deletes its log, the rows are in a table that the manifest of the view does
 * not name, and in a log that is gone: later commits are seen and earlier
 * ones are not, without an error.  So the set of logs is compared before and
 * after: logs appear and go only when a memory table is switched.  The number
 * of the last commit is in two families, which have to agree as well.  A view
 * that fails so more than once asks the writer to hold still (lock.h).
 */
#include "reader.h"
#include "batch.h"
#include "fail.h"
#include "keys.h"
#include "layout.h"
#include "lock.h"

#include "data/clock.h"

#include <errno.h>
#include <string.h>

#define GIVE_UP_AFTER (30 * MD_SECOND)
#define MAX_FAULTS    5 /* errors in a row while nobody writes              */

static gint
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

GPtrArray *
reader_list_logs (const char *db_dir)
{
  GPtrArray *logs = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (db_dir, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    if (g_str_has_suffix (name, ".log"))
      g_ptr_array_add (logs, g_strdup (name));
  }
  g_ptr_array_sort (logs, compare_names);
  return logs;
}

gboolean
reader_same_logs (const GPtrArray *a, const GPtrArray *b)
{
  if (a->len != b->len)
    return FALSE;
  for (guint i = 0; i < a->len; i++) {
    if (strcmp (a->pdata[i], b->pdata[i]) != 0)
      return FALSE;
  }
  return TRUE;
}

/* The state and the last lineage record come from one batch.               */
static gboolean
is_whole (Db *db)
{
  View view = { .db = db };
  StoreState state;
  Cursor cursor;
  guint64 last = 0;
  static const guint8 end[COMMIT_KEY_LEN] = { 0xff, 0xff, 0xff, 0xff, 0xff,
                                              0xff, 0xff, 0xff };

  if (!state_read (&view, &state, NULL))
    return FALSE;
  cursor_open (&cursor, &view, FAMILY_LINEAGE, NULL, 0);
  cursor_seek_before (&cursor, end, sizeof end);
  if (cursor.ok && cursor.key_len == COMMIT_KEY_LEN)
    last = key_commit_number (cursor.key);
  return cursor_close (&cursor, NULL) && last == state.last_commit;
}

/* NULL without an error: the writer got in between, try again.             */
static Db *
open_checked (const char *path, gboolean is_written, GError **error)
{
  g_autofree char *dir = layout_db (path);
  g_autoptr (GPtrArray) before = reader_list_logs (dir), after = NULL;
  Db *db = db_open (path, is_written ? DB_SECONDARY : DB_READ_ONLY, error);

  if (db == NULL)
    return NULL;
  after = reader_list_logs (dir);
  if (reader_same_logs (before, after) && is_whole (db))
    return db;
  db_close (db);
  return NULL;
}

static Db *
give_up (const char *path, GError **error)
{
  g_set_error (error, CORE_ERROR, CORE_ERROR_STORE_LOCKED,
               "store %s is written so fast that no consistent view could be "
               "had in %d s; try again later", path,
               (int) (GIVE_UP_AFTER / MD_SECOND));
  return NULL;
}

/* Files vanish under a view that opens while somebody writes; an error that
 * stays is one of the store.                                               */
static gboolean
is_lasting (const GError *error, guint faults, gboolean is_written)
{
  return error != NULL && faults >= (is_written ? 10 * MAX_FAULTS : MAX_FAULTS);
}

static Db *
open_in_time (const char *path, Gate **gate, GError **error)
{
  gint64 deadline = clock_monotonic () + GIVE_UP_AFTER;
  guint faults = 0;

  for (guint tries = 0; clock_monotonic () < deadline; tries++) {
    g_autoptr (GError) local = NULL;
    gboolean is_written = lock_is_held (path);
    Db *db = open_checked (path, is_written, &local);

    if (db != NULL)
      return db;
    faults = local != NULL ? faults + 1 : 0;
    if (is_lasting (local, faults, is_written)) {
      g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }
    if (tries > 0 && *gate == NULL)
      *gate = gate_hold (path);
    g_usleep (1000 * MIN (tries, 20));
  }
  return give_up (path, error);
}

Db *
reader_open (const char *path, GError **error)
{
  Gate *gate = NULL;
  Db *db = open_in_time (path, &gate, error);

  gate_release (gate);
  return db;
}

gboolean
reader_is_whole (const char *path)
{
  Db *db = db_open (path, DB_READ_ONLY, NULL);
  gboolean whole = db != NULL && is_whole (db);

  db_close (db);
  return whole;
}
