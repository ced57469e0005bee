/* SPDX-License-Identifier: Apache-2.0
 *
 * info.c - how large a store is, and making it smaller.
 */
#include "layout.h"
#include "store-private.h"

#include <sys/stat.h>

static guint64
directory_bytes (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  guint64 total = 0;
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *file = g_build_filename (path, name, NULL);
    struct stat st;

    if (stat (file, &st) == 0)
      total += (guint64) st.st_size;
  }
  return total;
}

gboolean
store_info (Store *store, StoreInfo *ret_info, GError **error)
{
  View view = store_view (store);
  g_autofree char *dir = layout_db (store->path);
  StoreInfo info = { 0 };
  StoreState state;

  if (!layout_check (store->path, &info.format, error)
      || !state_read (&view, &state, error))
    return FALSE;
  info.series = state.series;
  info.blocks = state.blocks;
  info.rows = state.rows;
  info.history_rows = state.history_rows;
  info.commits = info.last_commit = state.last_commit;
  info.last_commit_at = state.last_commit > 0 ? state.last_at : MD_ABSENT;
  info.dead_letters = state.dead;
  info.raw = state.raw;
  info.disk_bytes = directory_bytes (dir);
  *ret_info = info;
  return TRUE;
}

/* Also what has reached the last level: tables that never overlapped got
 * there one by one, and are small.                                         */
#define EVERY_LEVEL 2

gboolean
store_compact (Store *store, GError **error)
{
  rocksdb_compactoptions_t *options;
  Batch batch;

  if (!store_write_begin (store, &batch, error))
    return FALSE;
  options = rocksdb_compactoptions_create ();
  rocksdb_compactoptions_set_bottommost_level_compaction (options,
                                                          EVERY_LEVEL);
  for (int i = 0; i < N_FAMILIES; i++)
    rocksdb_compact_range_cf_opt (store->db->rocks, store->db->families[i],
                                  options, NULL, 0, NULL, 0);
  rocksdb_compactoptions_destroy (options);
  return store_write_end (store, &batch, TRUE, error);
}

gboolean
store_last_commit (Store *store, guint64 *ret_commit, GError **error)
{
  View view = store_view (store);
  StoreState state;

  if (!state_read (&view, &state, error))
    return FALSE;
  *ret_commit = state.last_commit;
  return TRUE;
}
