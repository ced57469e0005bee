/* SPDX-License-Identifier: Apache-2.0
 *
 * changed.c - where the rows of a series differ from what they were at a
 * commit: what has to be delivered to whoever knows that commit.
 *
 * Rows that came or were replaced carry their commit; for rows that went,
 * and for groups that were replaced, history has a value of the commit.
 */
#include "fail.h"
#include "history.h"

#include "data/spans.h"

typedef struct {
  const View *view;
  const Series *series;
  md_time from, to;
  guint64 after;
  GArray *spans;
  Span open;            /* rows that stand side by side                     */
  gboolean is_open;
} Changed;

static void
add_times (Changed *c, md_time first, md_time last)
{
  spans_add (c->spans, MAX (first, c->from), MIN (last + 1, c->to));
}

static void
end_span (Changed *c)
{
  if (c->is_open)
    add_times (c, c->open.from, c->open.to);
  c->is_open = FALSE;
}

/* Rows without an unchanged one between them are one span.                 */
static void
add_rows (Changed *c, md_time first, md_time last)
{
  if (!c->is_open)
    c->open.from = first;
  c->is_open = TRUE;
  c->open.to = last;
}

/* ---- blocks ---------------------------------------------------------- */

static gboolean
mixed_block (Changed *c, const Cursor *cursor, GError **error)
{
  GError *cause = NULL;
  g_autoptr (Columns) rows = block_decode (cursor->value, cursor->value_len,
                                           c->series->table, &cause);

  if (rows == NULL)
    return fail_block (error, c->view->db->path, cause);
  for (gsize i = 0; i < rows->n; i++) {
    md_time ts = rows->cols[0].i64[i];

    if (rows->commit[i] > c->after)
      add_rows (c, ts, ts);
    else
      end_span (c);
  }
  return TRUE;
}

static gboolean
look_at_block (Changed *c, const Cursor *cursor, GError **error)
{
  GError *cause = NULL;
  BlockInfo info;

  if (!block_peek (cursor->value, cursor->value_len, &info, &cause))
    return fail_block (error, c->view->db->path, cause);
  if (info.last < c->from)
    return TRUE;
  if (info.min_commit > c->after)
    add_rows (c, info.first, info.last);
  else if (info.max_commit > c->after)
    return mixed_block (c, cursor, error);
  else
    end_span (c);
  return TRUE;
}

static gboolean
look_at_blocks (Changed *c, GError **error)
{
  guint8 key[BLOCK_KEY_LEN];
  gboolean ok = TRUE;
  Cursor cursor;

  key_block (key, c->series->id, c->from);
  cursor_open (&cursor, c->view, FAMILY_BLOCKS, key, 4);
  cursor_seek_before (&cursor, key, sizeof key);
  if (!cursor.ok)
    cursor_seek (&cursor, key, sizeof key);
  for (; ok && cursor.ok && cursor.key_len == BLOCK_KEY_LEN
         && key_block_time (cursor.key) < c->to;
       cursor_next (&cursor))
    ok = look_at_block (c, &cursor, error);
  end_span (c);
  return cursor_close (&cursor, ok ? error : NULL) && ok;
}

/* ---- history --------------------------------------------------------- */

static gboolean
look_at_past (Changed *c, const Cursor *cursor, GError **error)
{
  HistoryValue value;

  if (!history_unpack (c->view->db->path, c->series, cursor->value,
                       cursor->value_len, &value, error))
    return FALSE;
  for (gsize i = 0; value.before != NULL && i < value.before->n; i++) {
    md_time ts = value.before->cols[0].i64[i];

    add_times (c, ts, ts);
  }
  history_value_clear (&value);
  return TRUE;
}

static gboolean
look_at_history (Changed *c, GError **error)
{
  guint8 start[HISTORY_KEY_LEN];
  md_time from, to;
  gboolean ok = TRUE;
  Cursor cursor;

  /* A value lies in one bucket and is filed under its first time.          */
  block_bucket (&c->series->interval, c->from, &from, &to);
  key_history (start, c->series->id, from, 0);
  cursor_open (&cursor, c->view, FAMILY_HISTORY, start, 4);
  for (cursor_seek (&cursor, start, sizeof start);
       ok && cursor.ok && cursor.key_len == HISTORY_KEY_LEN
       && key_block_time (cursor.key) < c->to;
       cursor_next (&cursor)) {
    if (key_history_commit (cursor.key) > c->after)
      ok = look_at_past (c, &cursor, error);
  }
  return cursor_close (&cursor, ok ? error : NULL) && ok;
}

/* ---- public ---------------------------------------------------------- */

static gboolean
changed_spans (Store *store, Changed *c, const SeriesKey *key, GError **error)
{
  gboolean found;
  Series series;

  if (!catalogue_find (store, c->view, key, &found, &series, error))
    return FALSE;
  c->series = &series;
  return !found
         || (look_at_blocks (c, error) && look_at_history (c, error));
}

GArray *
store_changed_spans (Store *store, const SeriesKey *key, md_time from,
                     md_time to, guint64 after, GError **error)
{
  View view = store_view (store);
  g_autoptr (GArray) spans = spans_new ();
  Changed c = { .view = &view, .from = from, .to = to, .after = after,
                .spans = spans };
  gboolean ok;

  if (store->mode != STORE_READ)
    view.snapshot = rocksdb_create_snapshot (store->db->rocks);
  ok = changed_spans (store, &c, key, error);
  if (view.snapshot != NULL)
    rocksdb_release_snapshot (store->db->rocks, view.snapshot);
  return ok ? g_steal_pointer (&spans) : NULL;
}
