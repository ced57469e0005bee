/* SPDX-License-Identifier: Apache-2.0
 *
 * history.c - values of family history, and the past that they make.
 *
 * Value: times of added rows (count, differences), then a sealed block of
 * the groups as they were, or nothing.
 */
#include "history.h"
#include "record.h"

void
history_value_init (HistoryValue *value)
{
  value->before = NULL;
  value->added = g_array_new (FALSE, FALSE, sizeof (md_time));
}

void
history_value_clear (HistoryValue *value)
{
  g_clear_pointer (&value->before, columns_free);
  g_clear_pointer (&value->added, g_array_unref);
}

gboolean
history_value_is_empty (const HistoryValue *value)
{
  return value->before == NULL && value->added->len == 0;
}

CommitRun *
history_commit_runs (const guint64 *commits, gsize n, gsize *ret_n_runs)
{
  CommitRun *runs;
  gsize count = 0;

  for (gsize i = 0; i < n; i++)
    count += i == 0 || commits[i] != commits[i - 1];
  runs = g_new (CommitRun, count + 1);
  count = 0;
  for (gsize i = 0; i < n; i++) {
    if (i == 0 || commits[i] != commits[i - 1])
      runs[count++] = (CommitRun) { commits[i], 0 };
    runs[count - 1].n++;
  }
  *ret_n_runs = count;
  return runs;
}

/* ---- values ---------------------------------------------------------- */

static GBytes *
seal (const Columns *rows)
{
  gsize n_runs;
  g_autofree CommitRun *runs = history_commit_runs (rows->commit, rows->n,
                                                    &n_runs);
  g_autoptr (GBytes) payload = block_encode_payload (rows, 0, rows->n);

  return block_seal (payload, rows->table, rows->n, runs, n_runs);
}

static md_time
first_time (const HistoryValue *value)
{
  md_time first = MD_ABSENT;

  if (value->before != NULL)
    first = value->before->cols[0].i64[0];
  if (value->added->len > 0)
    first = MIN (first, g_array_index (value->added, md_time, 0));
  return first;
}

void
history_stage (Stage *stage, const Series *series, guint64 commit,
               const HistoryValue *value)
{
  g_autoptr (GBytes) sealed = NULL;
  guint8 key[HISTORY_KEY_LEN];
  md_time at = 0;
  Writer w;

  if (history_value_is_empty (value))
    return;
  record_begin (&w);
  writer_varint (&w, value->added->len);
  for (guint i = 0; i < value->added->len; i++) {
    md_time t = g_array_index (value->added, md_time, i);

    writer_signed (&w, (gint64) ((guint64) t - (guint64) at));
    at = t;
  }
  if (value->before != NULL) {
    sealed = seal (value->before);
    stage->state.history_rows += value->before->n;
  }
  writer_blob (&w, sealed);
  key_history (key, series->id, first_time (value), commit);
  stage_put (stage, FAMILY_HISTORY, key, sizeof key, record_end (&w));
}

static gboolean
decode_before (const char *path, const Series *series, GBytes *block,
               Columns **ret_rows, GError **error)
{
  GError *cause = NULL;
  Columns *rows = block_decode (g_bytes_get_data (block, NULL),
                                g_bytes_get_size (block), series->table,
                                &cause);

  if (rows == NULL)
    return fail_block (error, path, cause);
  *ret_rows = rows;
  return TRUE;
}

gboolean
history_unpack (const char *path, const Series *series, const void *bytes,
                gsize len, HistoryValue *ret_value, GError **error)
{
  Reader r = record_open (bytes, len);
  guint64 n = reader_varint (&r);
  g_autoptr (GBytes) block = NULL;
  HistoryValue value;
  md_time at = 0;

  history_value_init (&value);
  for (guint64 i = 0; i < n && !r.bad; i++) {
    at = (md_time) ((guint64) at + (guint64) reader_signed (&r));
    g_array_append_val (value.added, at);
  }
  block = reader_blob (&r);
  if (!record_check (&r, path, "a value of the history", error)
      || (block != NULL
          && !decode_before (path, series, block, &value.before, error))) {
    history_value_clear (&value);
    return FALSE;
  }
  *ret_value = value;
  return TRUE;
}

/* ---- past ------------------------------------------------------------ */

void
past_clear (Past *past)
{
  g_clear_pointer (&past->groups, g_array_unref);
  g_clear_pointer (&past->columns, g_ptr_array_unref);
}

static void
columns_destroy (gpointer data)
{
  columns_free (data);
}

static void
add_groups (Past *past, const Columns *rows, guint64 commit)
{
  const md_time *ts = rows->cols[0].i64;

  for (gsize first = 0, end; first < rows->n; first = end) {
    PastGroup group = { ts[first], commit, rows, first, 0 };

    for (end = first + 1; end < rows->n && ts[end] == ts[first];)
      end++;
    group.n = end - first;
    g_array_append_val (past->groups, group);
  }
}

static gint
compare_groups (gconstpointer a, gconstpointer b)
{
  const PastGroup *x = a, *y = b;

  if (x->ts != y->ts)
    return x->ts < y->ts ? -1 : 1;
  return (x->commit > y->commit) - (x->commit < y->commit);
}

/* Of each time only the first: superseded the soonest after the bound.     */
static void
keep_first_of_each (GArray *groups)
{
  guint kept = 0;

  g_array_sort (groups, compare_groups);
  for (guint i = 0; i < groups->len; i++) {
    PastGroup group = g_array_index (groups, PastGroup, i);

    if (kept == 0
        || g_array_index (groups, PastGroup, kept - 1).ts != group.ts)
      g_array_index (groups, PastGroup, kept++) = group;
  }
  g_array_set_size (groups, kept);
}

static gboolean
load_value (const View *view, const Series *series, const Cursor *cursor,
            Past *past, GError **error)
{
  HistoryValue value;

  if (!history_unpack (view->db->path, series, cursor->value,
                       cursor->value_len, &value, error))
    return FALSE;
  if (value.before != NULL) {
    add_groups (past, value.before, key_history_commit (cursor->key));
    g_ptr_array_add (past->columns, g_steal_pointer (&value.before));
  }
  history_value_clear (&value);
  return TRUE;
}

/* A value lies in one bucket, so none that begins before reaches into it.   */
gboolean
past_load (const View *view, const Series *series, md_time from, md_time to,
           guint64 bound, Past *ret_past, GError **error)
{
  guint8 start[HISTORY_KEY_LEN];
  gboolean ok = TRUE;
  Cursor cursor;
  Past past = { g_array_new (FALSE, FALSE, sizeof (PastGroup)),
                g_ptr_array_new_with_free_func (columns_destroy) };

  key_history (start, series->id, from, 0);
  cursor_open (&cursor, view, FAMILY_HISTORY, start, 4);
  for (cursor_seek (&cursor, start, sizeof start);
       ok && cursor.ok && cursor.key_len == HISTORY_KEY_LEN
       && key_block_time (cursor.key) < to;
       cursor_next (&cursor)) {
    if (key_history_commit (cursor.key) > bound)
      ok = load_value (view, series, &cursor, &past, error);
  }
  if (!cursor_close (&cursor, ok ? error : NULL) || !ok) {
    past_clear (&past);
    return FALSE;
  }
  keep_first_of_each (past.groups);
  *ret_past = past;
  return TRUE;
}
