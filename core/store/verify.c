/* SPDX-License-Identifier: Apache-2.0
 *
 * verify.c - reading everything: the catalogue, and the rows.
 */
#include "verify.h"
#include "fail.h"
#include "history.h"

#include <stdarg.h>

void
verify_fault (Verify *v, const char *format, ...)
{
  va_list args;
  g_autofree char *text = NULL;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  v->faults++;
  v->report (text, v->data);
}

void
verify_error (Verify *v, GError *error)
{
  if (error == NULL)
    return;
  verify_fault (v, "%s", error->message);
  g_error_free (error);
}

void
verify_family (Verify *v, Family family, const char *prefix, VerifyKey check)
{
  GError *error = NULL;
  Cursor cursor;

  for (cursor_open (&cursor, &v->view, family, prefix, strlen (prefix));
       cursor.ok; cursor_next (&cursor))
    check (v, &cursor);
  if (!cursor_close (&cursor, &error))
    verify_error (v, error);
}

/* ---- catalogue ------------------------------------------------------- */

static void
series_check_free (gpointer data)
{
  SeriesCheck *check = data;

  series_key_clear (&check->key);
  g_free (check);
}

static void
check_number (Verify *v, const SeriesKey *key, const Series *series)
{
  g_autofree char *text = series_key_text (key), *other = NULL;
  GError *error = NULL;
  SeriesKey back;

  if (series->id >= v->state.next_series)
    verify_fault (v, "series %s has number %u, which was never given out",
                  text, series->id);
  if (!catalogue_key_of (&v->view, series->id, &back, &error)) {
    verify_error (v, error);
    return;
  }
  other = series_key_text (&back);
  if (strcmp (text, other) != 0)
    verify_fault (v, "series %s has number %u, which is that of %s", text,
                  series->id, other);
  series_key_clear (&back);
}

static gboolean
note_series (const SeriesKey *key, const Series *series, gpointer data)
{
  Verify *v = data;
  SeriesCheck *check = g_new0 (SeriesCheck, 1);

  check_number (v, key, series);
  series_key_copy (&check->key, key);
  check->series = *series;
  check->found.last = G_MININT64;
  g_hash_table_insert (v->series, GUINT_TO_POINTER (series->id), check);
  return TRUE;
}

static void
check_totals (Verify *v)
{
  guint64 rows = 0, blocks = 0;
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, v->series);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    const SeriesCheck *check = value;
    const SeriesStats *said = &check->series.stats, *found = &check->found;
    g_autofree char *text = series_key_text (&check->key);

    rows += found->rows;
    blocks += found->blocks;
    if (said->rows != found->rows || said->blocks != found->blocks
        || said->bytes != found->bytes)
      verify_fault (v, "series %s should have %" G_GUINT64_FORMAT " rows in %"
                    G_GUINT64_FORMAT " blocks, it has %" G_GUINT64_FORMAT
                    " in %" G_GUINT64_FORMAT, text, said->rows, said->blocks,
                    found->rows, found->blocks);
  }
  if (rows != v->state.rows || blocks != v->state.blocks)
    verify_fault (v, "the store should have %" G_GUINT64_FORMAT " rows in %"
                  G_GUINT64_FORMAT " blocks, it has %" G_GUINT64_FORMAT
                  " in %" G_GUINT64_FORMAT, v->state.rows, v->state.blocks,
                  rows, blocks);
  if (g_hash_table_size (v->series) != v->state.series)
    verify_fault (v, "the store should have %" G_GUINT64_FORMAT
                  " series, it has %u", v->state.series,
                  g_hash_table_size (v->series));
}

/* ---- blocks ---------------------------------------------------------- */

static SeriesCheck *
series_of (Verify *v, const Cursor *cursor, gsize key_len, const char *what)
{
  SeriesCheck *check = NULL;

  if (cursor->key_len == key_len)
    check = g_hash_table_lookup (v->series,
                                 GUINT_TO_POINTER (key_series (cursor->key)));
  if (check == NULL)
    verify_fault (v, "%s belongs to no series of the catalogue", what);
  return check;
}

static gboolean
is_ordered (const Columns *rows)
{
  for (gsize i = 1; i < rows->n; i++) {
    if (rows->cols[0].i64[i] < rows->cols[0].i64[i - 1])
      return FALSE;
  }
  return TRUE;
}

static gboolean
in_one_bucket (const Series *series, md_time first, md_time last)
{
  md_time from, to;

  block_bucket (&series->interval, first, &from, &to);
  return last < to;
}

static void
check_block_rows (Verify *v, SeriesCheck *check, const Cursor *cursor,
                  const Columns *rows)
{
  g_autofree char *text = series_key_text (&check->key);
  const md_time *ts = rows->cols[0].i64;
  md_time first = key_block_time (cursor->key);

  if (ts[0] != first)
    verify_fault (v, "a block of %s is not where its first time says", text);
  if (!is_ordered (rows))
    verify_fault (v, "a block of %s (%" G_GINT64_FORMAT " ns) is not in time "
                  "order", text, first);
  if (check->found.blocks > 0 && ts[0] <= check->found.last)
    verify_fault (v, "a block of %s (%" G_GINT64_FORMAT " ns) begins before "
                  "the one before it ends", text, first);
  if (!in_one_bucket (&check->series, ts[0], ts[rows->n - 1]))
    verify_fault (v, "a block of %s (%" G_GINT64_FORMAT " ns) reaches over "
                  "the end of its bucket", text, first);
  for (gsize i = 0; i < rows->n; i++) {
    if (rows->commit[i] == 0 || rows->commit[i] > v->state.last_commit) {
      verify_fault (v, "a block of %s (%" G_GINT64_FORMAT " ns) has a row of "
                    "commit %" G_GUINT64_FORMAT ", the last one is %"
                    G_GUINT64_FORMAT, text, first, rows->commit[i],
                    v->state.last_commit);
      break;
    }
  }
  check->found.last = ts[rows->n - 1];
}

static void
check_block (Verify *v, const Cursor *cursor)
{
  SeriesCheck *check = series_of (v, cursor, BLOCK_KEY_LEN, "a block");
  g_autoptr (Columns) rows = NULL;
  g_autofree char *text = NULL;
  GError *error = NULL;

  if (check == NULL)
    return;
  rows = block_decode (cursor->value, cursor->value_len, check->series.table,
                       &error);
  if (rows == NULL) {
    text = series_key_text (&check->key);
    g_prefix_error (&error, "series %s (%" G_GINT64_FORMAT " ns): ", text,
                    key_block_time (cursor->key));
    verify_error (v, error);
    return;
  }
  check_block_rows (v, check, cursor, rows);
  check->found.blocks++;
  check->found.rows += rows->n;
  check->found.bytes += cursor->value_len;
}

/* ---- history --------------------------------------------------------- */

static void
check_past_rows (Verify *v, const SeriesCheck *check, const Columns *rows,
                 guint64 commit)
{
  g_autofree char *text = series_key_text (&check->key);

  if (!is_ordered (rows))
    verify_fault (v, "a past of %s is not in time order", text);
  for (gsize i = 0; i < rows->n; i++) {
    if (rows->commit[i] == 0 || rows->commit[i] >= commit) {
      verify_fault (v, "a row of %s that commit %" G_GUINT64_FORMAT
                    " superseded is of commit %" G_GUINT64_FORMAT, text,
                    commit, rows->commit[i]);
      break;
    }
  }
  v->state.history_rows -= rows->n;
}

static void
check_past_place (Verify *v, const SeriesCheck *check, const Cursor *cursor,
                  const HistoryValue *value)
{
  g_autofree char *text = series_key_text (&check->key);
  const Columns *rows = value->before;
  const GArray *added = value->added;
  md_time first = MD_ABSENT, last = G_MININT64;

  if (rows != NULL) {
    first = rows->cols[0].i64[0];
    last = rows->cols[0].i64[rows->n - 1];
  }
  if (added->len > 0) {
    first = MIN (first, g_array_index (added, md_time, 0));
    last = MAX (last, g_array_index (added, md_time, added->len - 1));
  }
  if (first != key_block_time (cursor->key)
      || !in_one_bucket (&check->series, first, last))
    verify_fault (v, "a past of %s is not where its first time says", text);
}

static void
check_past (Verify *v, const Cursor *cursor)
{
  SeriesCheck *check = series_of (v, cursor, HISTORY_KEY_LEN, "a past");
  guint64 commit;
  GError *error = NULL;
  HistoryValue value;

  if (check == NULL)
    return;
  commit = key_history_commit (cursor->key);
  if (commit > v->state.last_commit)
    verify_fault (v, "a past is superseded by commit %" G_GUINT64_FORMAT
                  ", the last one is %" G_GUINT64_FORMAT, commit,
                  v->state.last_commit);
  if (!history_unpack (v->store->path, &check->series, cursor->value,
                       cursor->value_len, &value, &error)) {
    verify_error (v, error);
    return;
  }
  check_past_place (v, check, cursor, &value);
  if (value.before != NULL)
    check_past_rows (v, check, value.before, commit);
  history_value_clear (&value);
}

void
verify_rows (Verify *v)
{
  guint64 said = v->state.history_rows;

  verify_family (v, FAMILY_BLOCKS, "", check_block);
  check_totals (v);
  verify_family (v, FAMILY_HISTORY, "", check_past);
  if (v->state.history_rows != 0)
    verify_fault (v, "the history should have %" G_GUINT64_FORMAT
                  " rows, it has %" G_GUINT64_FORMAT, said,
                  said - v->state.history_rows);
}

/* ---- all ------------------------------------------------------------- */

gboolean
store_verify (Store *store, VerifyReport report, gpointer data,
              GError **error)
{
  Verify v = { .store = store, .view = store_view (store), .report = report,
               .data = data };
  GError *local = NULL;

  if (!state_read (&v.view, &v.state, error))
    return FALSE;
  v.series = g_hash_table_new_full (NULL, NULL, NULL, series_check_free);
  if (!catalogue_each (store, &v.view, NULL, note_series, &v, &local))
    verify_error (&v, local);
  verify_rows (&v);
  verify_records (&v);
  g_hash_table_unref (v.series);
  return v.faults == 0;
}
