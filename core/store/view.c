/* SPDX-License-Identifier: Apache-2.0
 *
 * view.c - single keys and runs of keys.
 */
#include "view.h"
#include "fail.h"

#include <string.h>

gboolean
view_get (const View *view, Family family, const void *key, gsize len,
          GBytes **ret_value, GError **error)
{
  rocksdb_column_family_handle_t *handle = view->db->families[family];
  char *message = NULL, *value;
  gsize value_len = 0;

  if (view->batch != NULL)
    value = rocksdb_writebatch_wi_get_from_batch_and_db_cf (
      view->batch, view->db->rocks, view->db->read, handle, key, len,
      &value_len, &message);
  else
    value = rocksdb_get_cf (view->db->rocks, view->db->read, handle, key, len,
                            &value_len, &message);
  if (message != NULL)
    return fail_rocks (error, view->db->path, message);
  *ret_value = value == NULL ? NULL
               : g_bytes_new_with_free_func (value, value_len, rocksdb_free,
                                             value);
  return TRUE;
}

static void
cursor_look (Cursor *cursor)
{
  cursor->ok = rocksdb_iter_valid (cursor->it);
  if (!cursor->ok)
    return;
  cursor->key = (const guint8 *) rocksdb_iter_key (cursor->it,
                                                   &cursor->key_len);
  cursor->ok = cursor->key_len >= cursor->prefix_len
               && (cursor->prefix_len == 0
                   || memcmp (cursor->key, cursor->prefix,
                              cursor->prefix_len) == 0);
  if (cursor->ok)
    cursor->value = (const guint8 *) rocksdb_iter_value (cursor->it,
                                                         &cursor->value_len);
}

void
cursor_open (Cursor *cursor, const View *view, Family family,
             const void *prefix, gsize len)
{
  rocksdb_column_family_handle_t *handle = view->db->families[family];

  *cursor = (Cursor) { .view = view, .prefix = g_memdup2 (prefix, len),
                       .prefix_len = len };
  /* A run over everything must not push the useful blocks out.             */
  cursor->read = rocksdb_readoptions_create ();
  rocksdb_readoptions_set_fill_cache (cursor->read, len > 0);
  if (view->snapshot != NULL)
    rocksdb_readoptions_set_snapshot (cursor->read, view->snapshot);
  cursor->it = rocksdb_create_iterator_cf (view->db->rocks, cursor->read,
                                           handle);
  if (view->batch != NULL)
    cursor->it = rocksdb_writebatch_wi_create_iterator_with_base_cf (
      view->batch, cursor->it, handle);
  cursor_seek (cursor, prefix, len);
}

void
cursor_seek (Cursor *cursor, const void *key, gsize len)
{
  rocksdb_iter_seek (cursor->it, len > 0 ? key : "", len);
  cursor_look (cursor);
}

void
cursor_seek_before (Cursor *cursor, const void *key, gsize len)
{
  rocksdb_iter_seek_for_prev (cursor->it, key, len);
  cursor_look (cursor);
}

void
cursor_next (Cursor *cursor)
{
  rocksdb_iter_next (cursor->it);
  cursor_look (cursor);
}

gboolean
cursor_close (Cursor *cursor, GError **error)
{
  char *message = NULL;

  rocksdb_iter_get_error (cursor->it, &message);
  rocksdb_iter_destroy (cursor->it);
  rocksdb_readoptions_destroy (cursor->read);
  g_free (cursor->prefix);
  return message == NULL || fail_rocks (error, cursor->view->db->path,
                                        message);
}
