/* SPDX-License-Identifier: Apache-2.0
 *
 * batch.c - staging keys, and writing a batch.
 */
#include "batch.h"
#include "fail.h"
#include "record.h"

#include "data/crash.h"

static const char state_key[] = "state";

/* ---- state ----------------------------------------------------------- */

static GBytes *
state_pack (const StoreState *state)
{
  Writer w;

  record_begin (&w);
  writer_varint (&w, state->last_commit);
  writer_signed (&w, state->last_at);
  writer_varint (&w, state->next_series);
  writer_varint (&w, state->next_table);
  writer_varint (&w, state->series);
  writer_varint (&w, state->blocks);
  writer_varint (&w, state->rows);
  writer_varint (&w, state->history_rows);
  writer_varint (&w, state->dead);
  writer_varint (&w, state->raw);
  return record_end (&w);
}

gboolean
state_read (const View *view, StoreState *ret_state, GError **error)
{
  g_autoptr (GBytes) bytes = NULL;
  StoreState state = { 0 };
  Reader r;

  if (!view_get (view, FAMILY_META, state_key, sizeof state_key - 1, &bytes,
                 error))
    return FALSE;
  if (bytes == NULL) {
    *ret_state = state;
    return TRUE;
  }
  r = record_open (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  state.last_commit = reader_varint (&r);
  state.last_at = reader_signed (&r);
  state.next_series = (guint32) reader_varint (&r);
  state.next_table = (guint32) reader_varint (&r);
  state.series = reader_varint (&r);
  state.blocks = reader_varint (&r);
  state.rows = reader_varint (&r);
  state.history_rows = reader_varint (&r);
  state.dead = reader_varint (&r);
  state.raw = reader_varint (&r);
  if (!record_check (&r, view->db->path, "its state", error))
    return FALSE;
  *ret_state = state;
  return TRUE;
}

/* ---- batch ----------------------------------------------------------- */

gboolean
batch_begin (Batch *batch, Db *db, GError **error)
{
  *batch = (Batch) { .view = { .db = db } };
  if (!state_read (&batch->view, &batch->state, error))
    return FALSE;
  batch->view.batch = rocksdb_writebatch_wi_create (0, 1);
  return TRUE;
}

static void
batch_op (Batch *batch, Family family, const void *key, gsize len,
          GBytes *value)
{
  rocksdb_column_family_handle_t *handle = batch->view.db->families[family];

  if (value != NULL)
    rocksdb_writebatch_wi_put_cf (batch->view.batch, handle, key, len,
                                  g_bytes_get_data (value, NULL),
                                  g_bytes_get_size (value));
  else
    rocksdb_writebatch_wi_delete_cf (batch->view.batch, handle, key, len);
}

gboolean
batch_write (Batch *batch, GError **error)
{
  g_autoptr (GBytes) state = NULL;
  Db *db = batch->view.db;
  char *message = NULL;

  if (!batch->is_dirty)
    return TRUE;
  state = state_pack (&batch->state);
  batch_op (batch, FAMILY_META, state_key, sizeof state_key - 1, state);
  crash_point ("commit:before-write");
  rocksdb_write_writebatch_wi (db->rocks, db->sync, batch->view.batch,
                               &message);
  if (message != NULL)
    return fail_rocks (error, db->path, message);
  crash_point ("commit:after-write");
  return TRUE;
}

void
batch_clear (Batch *batch)
{
  if (batch->view.batch != NULL)
    rocksdb_writebatch_wi_destroy (batch->view.batch);
  batch->view.batch = NULL;
}

/* ---- stage ----------------------------------------------------------- */

typedef struct {
  Family family;
  GBytes *key, *value;
} Op;

static void
op_clear (gpointer data)
{
  Op *op = data;

  g_bytes_unref (op->key);
  g_clear_pointer (&op->value, g_bytes_unref);
}

void
stage_begin (Stage *stage, const Batch *batch)
{
  stage->ops = g_array_new (FALSE, FALSE, sizeof (Op));
  g_array_set_clear_func (stage->ops, op_clear);
  stage->state = batch->state;
}

void
stage_put (Stage *stage, Family family, const void *key, gsize len,
           GBytes *value)
{
  Op op = { family, g_bytes_new (key, len), value };

  g_array_append_val (stage->ops, op);
}

void
stage_put_bytes (Stage *stage, Family family, GByteArray *key, GBytes *value)
{
  Op op = { family, g_byte_array_free_to_bytes (key), value };

  g_array_append_val (stage->ops, op);
}

void
stage_apply (Stage *stage, Batch *batch)
{
  for (guint i = 0; i < stage->ops->len; i++) {
    const Op *op = &g_array_index (stage->ops, Op, i);

    batch_op (batch, op->family, g_bytes_get_data (op->key, NULL),
              g_bytes_get_size (op->key), op->value);
  }
  batch->is_dirty |= stage->ops->len > 0;
  batch->state = stage->state;
}

void
stage_clear (Stage *stage)
{
  g_clear_pointer (&stage->ops, g_array_unref);
}
