/* SPDX-License-Identifier: Apache-2.0
 *
 * open.c - opening and closing a store, and the frame of every write.
 */
#include "catalogue.h"
#include "fail.h"
#include "layout.h"
#include "reader.h"
#include "store-private.h"

#include "data/crash.h"

static Store *
store_new (const char *path, StoreMode mode)
{
  Store *store = g_new0 (Store, 1);

  store->path = g_strdup (path);
  store->mode = mode;
  g_mutex_init (&store->writing);
  g_mutex_init (&store->tables_lock);
  return store;
}

void
store_close (Store *store)
{
  if (store == NULL)
    return;
  db_close (store->db);
  lock_release (store->lock);
  catalogue_forget_tables (store);
  g_mutex_clear (&store->writing);
  g_mutex_clear (&store->tables_lock);
  g_free (store->refusal);
  g_free (store->path);
  g_free (store);
}

/* The format is written last: a store whose creation was cut short counts as
 * missing to readers, and the next writer completes it.                    */
static gboolean
open_for_writing (Store *store, GError **error)
{
  g_autoptr (GError) local = NULL;
  guint format;
  gboolean exists = layout_check (store->path, &format, &local);

  if (!exists
      && (store->mode == STORE_WRITE_EXISTING
          || local->code != CORE_ERROR_STORE_MISSING)) {
    g_propagate_error (error, g_steal_pointer (&local));
    return FALSE;
  }
  if (!exists && !layout_create (store->path, error))
    return FALSE;
  store->lock = lock_take (store->path, error);
  if (store->lock == NULL)
    return FALSE;
  crash_point ("open:before-create");
  store->db = db_open (store->path, DB_PRIMARY, error);
  if (store->db == NULL)
    return FALSE;
  crash_point ("open:before-format");
  if (!exists && !layout_write_format (store->path, error))
    return FALSE;
  crash_point ("open:after");
  return TRUE;
}

static gboolean
open_for_reading (Store *store, GError **error)
{
  guint format;

  if (!layout_check (store->path, &format, error))
    return FALSE;
  store->db = reader_open (store->path, error);
  return store->db != NULL;
}

Store *
store_open (const char *path, StoreMode mode, GError **error)
{
  Store *store = store_new (path, mode);

  if (mode == STORE_READ ? open_for_reading (store, error)
                         : open_for_writing (store, error))
    return store;
  store_close (store);
  return NULL;
}

const char *
store_path (const Store *store)
{
  return store->path;
}

gboolean
store_refresh (Store *store, GError **error)
{
  Db *db;

  if (store->mode != STORE_READ)
    return TRUE;
  db = reader_open (store->path, error);
  if (db == NULL)
    return FALSE;
  db_close (store->db);
  store->db = db;
  catalogue_forget_tables (store);
  return TRUE;
}

void
store_set_progress (Store *store, const char *line)
{
  if (store->lock != NULL)
    lock_set_progress (store->lock, line);
}

View
store_view (const Store *store)
{
  return (View) { .db = store->db };
}

/* ---- the frame of a write -------------------------------------------- */

static gboolean
may_write (const Store *store, GError **error)
{
  if (store->mode == STORE_READ)
    g_set_error (error, CORE_ERROR, CORE_ERROR_STORE,
                 "store %s was opened for reading", store->path);
  else if (store->refusal != NULL)
    g_set_error (error, CORE_ERROR, CORE_ERROR_STORE_FULL,
                 "store %s takes no more commits since one failed (%s); start "
                 "again once that is mended", store->path, store->refusal);
  else
    return TRUE;
  return FALSE;
}

gboolean
store_write_begin (Store *store, Batch *batch, GError **error)
{
  g_mutex_lock (&store->writing);
  if (may_write (store, error) && batch_begin (batch, store->db, error))
    return TRUE;
  g_mutex_unlock (&store->writing);
  return FALSE;
}

/* After a failed write nobody knows what the log holds: only opening anew
 * finds out.  Until then nothing is written, or a later commit could end up
 * in front of an earlier one.                                              */
gboolean
store_write_end (Store *store, Batch *batch, gboolean ok, GError **error)
{
  g_autoptr (GError) local = NULL;

  if (ok && batch->is_dirty)
    lock_give_way (store->lock);
  if (ok && !batch_write (batch, &local)) {
    ok = FALSE;
    store->refusal = g_strdup (local->message);
    g_propagate_error (error, g_steal_pointer (&local));
  }
  if (!ok)
    catalogue_forget_tables (store);
  batch_clear (batch);
  g_mutex_unlock (&store->writing);
  return ok;
}
