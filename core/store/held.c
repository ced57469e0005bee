/* SPDX-License-Identifier: Apache-2.0
 *
 * held.c - reading a block that is there, alone or with small ones before it.
 */
#include "held.h"
#include "fail.h"
#include "segment.h"

static void
block_clear (gpointer data)
{
  HeldBlock *block = data;

  g_bytes_unref (block->key);
  g_bytes_unref (block->value);
}

void
held_clear (Held *held)
{
  g_clear_pointer (&held->blocks, g_array_unref);
}

/* FALSE: not where its key says.                                           */
static gboolean
peek (const View *view, const Cursor *cursor, BlockInfo *ret_info,
      GError **error)
{
  GError *cause = NULL;

  if (cursor->key_len != BLOCK_KEY_LEN)
    return fail_damaged (error, view->db->path, "a key of a block");
  if (!block_peek (cursor->value, cursor->value_len, ret_info, &cause))
    return fail_block (error, view->db->path, cause);
  if (ret_info->first != key_block_time (cursor->key))
    return fail_damaged (error, view->db->path,
                         "a block is not where its first time says");
  return TRUE;
}

static HeldBlock
copy_block (const Cursor *cursor, gsize rows)
{
  return (HeldBlock) { g_bytes_new (cursor->key, cursor->key_len),
                       g_bytes_new (cursor->value, cursor->value_len), rows };
}

gboolean
held_read (const View *view, const Series *series, const Cursor *cursor,
           Held *ret_held, GError **error)
{
  Held held = { 0 };
  HeldBlock block;

  if (!peek (view, cursor, &held.info, error))
    return FALSE;
  block_bucket (&series->interval, held.info.first, &held.bucket_from,
                &held.bucket_to);
  held.from = held.bucket_from;
  held.to = held.bucket_to;
  if (interval_is_tick (&series->interval)) {
    held.from = held.info.first;
    held.to = held.info.last + 1;
  }
  held.blocks = g_array_new (FALSE, FALSE, sizeof (HeldBlock));
  g_array_set_clear_func (held.blocks, block_clear);
  block = copy_block (cursor, held.info.n_rows);
  g_array_append_val (held.blocks, block);
  *ret_held = held;
  return TRUE;
}

/* From here on a block is not worth decoding and writing again: it already
 * compresses and scans like a full one.                                    */
#define ENOUGH_ROWS (BLOCK_TICK_ROWS / 8)

gboolean
held_may_grow (gsize rows, gsize more)
{
  return more > 0 && rows < ENOUGH_ROWS && rows <= 2 * more
         && rows + more <= BLOCK_TICK_ROWS;
}

/* One step; *ret_joined FALSE at the end.                                  */
static gboolean
join_one (Held *held, const View *view, Cursor *cursor, gsize more,
          gboolean *ret_joined, GError **error)
{
  guint8 key[BLOCK_KEY_LEN];
  BlockInfo info;
  HeldBlock block;

  *ret_joined = FALSE;
  if (held->from == held->bucket_from)
    return TRUE;
  key_block (key, key_series (cursor->prefix), held->from - 1);
  cursor_seek_before (cursor, key, sizeof key);
  if (!cursor->ok || key_block_time (cursor->key) < held->bucket_from)
    return TRUE;
  if (!peek (view, cursor, &info, error))
    return FALSE;
  if (!held_may_grow (info.n_rows, held->info.n_rows + more))
    return TRUE;
  block = copy_block (cursor, info.n_rows);
  g_array_prepend_val (held->blocks, block);
  held->info.n_rows += info.n_rows;
  held->info.first = held->from = info.first;
  *ret_joined = TRUE;
  return TRUE;
}

gboolean
held_join_earlier (Held *held, const View *view, const Series *series,
                   gsize more, GError **error)
{
  guint8 key[BLOCK_KEY_LEN];
  gboolean ok, joined = TRUE;
  Cursor cursor;

  key_block (key, series->id, held->from);
  cursor_open (&cursor, view, FAMILY_BLOCKS, key, 4);
  do
    ok = join_one (held, view, &cursor, more, &joined, error);
  while (ok && joined);
  return cursor_close (&cursor, ok ? error : NULL) && ok;
}

Columns *
held_decode (const Held *held, const char *path, const Series *series,
             GError **error)
{
  g_autoptr (Columns) rows = columns_new (series->table);
  GError *cause = NULL;

  for (guint i = 0; i < held->blocks->len; i++) {
    GBytes *value = g_array_index (held->blocks, HeldBlock, i).value;

    if (!block_decode_into (rows, g_bytes_get_data (value, NULL),
                            g_bytes_get_size (value), &cause)) {
      fail_block (error, path, cause);
      return NULL;
    }
  }
  return g_steal_pointer (&rows);
}

gboolean
held_is_payload (const Held *held, GBytes *payload, gsize n)
{
  GBytes *value = g_array_index (held->blocks, HeldBlock, 0).value;
  gsize len, payload_len;
  const guint8 *data = g_bytes_get_data (value, &len);
  const void *other = g_bytes_get_data (payload, &payload_len);

  return held->blocks->len == 1 && held->info.n_rows == n
         && len - held->info.payload_offset == payload_len
         && memcmp (data + held->info.payload_offset, other, payload_len) == 0;
}
