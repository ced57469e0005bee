/* SPDX-License-Identifier: Apache-2.0
 *
 * prune.c - dropping old rows, with their history.
 *
 * The ledger goes first: after a crash in between it says pruned of rows that
 * are still there, which the next pruning removes; the other way round it
 * would promise rows that are gone.
 */
#include "fail.h"
#include "history.h"
#include "ledger.h"
#include "mappings.h"

#include "data/clock.h"
#include "data/crash.h"

typedef struct {
  Store *store;
  const SeriesKey *match;
  md_time before;
  GPtrArray *asks;      /* of AskKey: whose ledger says pruned from now on  */
  GArray *series;       /* of Series                                        */
  guint64 rows;
  GError **error;
  gboolean ok;
} Prune;

/* ---- whose ledger ---------------------------------------------------- */

static void
ask_free (gpointer data)
{
  ask_key_clear (data);
  g_free (data);
}

static gboolean
fail_shared (const Prune *p, const AskKey *ask)
{
  g_set_error (p->error, CORE_ERROR, CORE_ERROR_USAGE,
               "store %s: %s came through selector %s together with others; "
               "its rows cannot be pruned alone, leave out the symbol",
               p->store->path, p->match->instrument, ask->selector);
  return FALSE;
}

/* Does the selector stand for series that are pruned, and for no other?    */
static gboolean
judge_ask (Prune *p, const AskKey *ask, gboolean *ret_is_pruned)
{
  View view = store_view (p->store);
  g_autoptr (GPtrArray) links = links_read (&view, ask, p->error);
  guint matching = 0;

  for (guint i = 0; links != NULL && i < links->len; i++) {
    const Mapping *link = links->pdata[i];
    SeriesKey key = series_key_of (ask, link->instrument);

    matching += series_key_matches (p->match, &key);
  }
  if (links == NULL)
    return FALSE;
  if (matching > 0 && matching < links->len)
    return fail_shared (p, ask);
  *ret_is_pruned = matching > 0;
  return TRUE;
}

static gboolean
note_ask (const AskKey *ask, const GArray *spans, gpointer data)
{
  Prune *p = data;
  gboolean is_pruned = FALSE;

  if (spans->len == 0
      || g_array_index (spans, LedgerSpan, 0).from >= p->before)
    return TRUE;
  p->ok = judge_ask (p, ask, &is_pruned);
  if (p->ok && is_pruned) {
    AskKey *copy = g_new0 (AskKey, 1);

    ask_key_copy (copy, ask);
    g_ptr_array_add (p->asks, copy);
  }
  return p->ok;
}

static gboolean
stage_ledger (Prune *p, Batch *batch, const AskKey *ask, GError **error)
{
  const LedgerSpan news = { G_MININT64, p->before, LEDGER_PRUNED, 0,
                            clock_now (), 0, 0, NULL };
  g_autoptr (GArray) spans = ledger_read (&batch->view, ask, error);
  GArray *marked;
  gboolean changed;
  Stage stage;

  if (spans == NULL)
    return FALSE;
  marked = ledger_mark (spans, &news, &changed);
  if (!changed) {
    g_array_unref (marked);
    return TRUE;
  }
  stage_begin (&stage, batch);
  ledger_stage (&stage, ask, marked);
  stage_apply (&stage, batch);
  stage_clear (&stage);
  return TRUE;
}

static gboolean
prune_ledger (Prune *p, GError **error)
{
  Batch batch;
  gboolean ok = TRUE;

  if (!store_write_begin (p->store, &batch, error))
    return FALSE;
  for (guint i = 0; ok && i < p->asks->len; i++)
    ok = stage_ledger (p, &batch, p->asks->pdata[i], error);
  return store_write_end (p->store, &batch, ok, error);
}

/* ---- rows ------------------------------------------------------------ */

static gboolean
put_rest (Prune *p, Stage *stage, Series *series, const Columns *rows,
          gsize first)
{
  gsize n = rows->n - first, n_runs;
  g_autofree CommitRun *runs = history_commit_runs (rows->commit + first, n,
                                                    &n_runs);
  g_autoptr (GBytes) payload = block_encode_payload (rows, first, n);
  GBytes *sealed = block_seal (payload, rows->table, n, runs, n_runs);
  guint8 key[BLOCK_KEY_LEN];

  key_block (key, series->id, rows->cols[0].i64[first]);
  series->stats.blocks++;
  series->stats.rows += n;
  series->stats.bytes += g_bytes_get_size (sealed);
  stage->state.blocks++;
  stage->state.rows += n;
  stage_put (stage, FAMILY_BLOCKS, key, sizeof key, sealed);
  return TRUE;
}

/* The block at the cursor, which begins before the limit.                  */
static gboolean
prune_block (Prune *p, Stage *stage, Series *series, const Cursor *cursor,
             GError **error)
{
  g_autoptr (Columns) rows = NULL;
  GError *cause = NULL;
  BlockInfo info;
  gsize first;

  if (!block_peek (cursor->value, cursor->value_len, &info, &cause))
    return fail_block (error, p->store->path, cause);
  if (info.last >= p->before) {
    rows = block_decode (cursor->value, cursor->value_len, series->table,
                         &cause);
    if (rows == NULL)
      return fail_block (error, p->store->path, cause);
  }
  first = rows != NULL ? columns_lower_bound (rows, p->before) : info.n_rows;
  p->rows += first;
  series->stats.blocks--;
  series->stats.rows -= info.n_rows;
  series->stats.bytes -= cursor->value_len;
  stage->state.blocks--;
  stage->state.rows -= info.n_rows;
  stage_put (stage, FAMILY_BLOCKS, cursor->key, cursor->key_len, NULL);
  return rows == NULL || put_rest (p, stage, series, rows, first);
}

static gboolean
prune_blocks (Prune *p, const View *view, Stage *stage, Series *series,
              GError **error)
{
  guint8 key[BLOCK_KEY_LEN];
  gboolean ok = TRUE;
  Cursor cursor;

  key_block (key, series->id, G_MININT64);
  for (cursor_open (&cursor, view, FAMILY_BLOCKS, key, 4);
       ok && cursor.ok && cursor.key_len == BLOCK_KEY_LEN
       && key_block_time (cursor.key) < p->before;
       cursor_next (&cursor))
    ok = prune_block (p, stage, series, &cursor, error);
  return cursor_close (&cursor, ok ? error : NULL) && ok;
}

/* ---- history --------------------------------------------------------- */

static void
keep_past (Prune *p, Stage *stage, const Series *series, guint64 commit,
           const HistoryValue *value)
{
  HistoryValue rest;
  gsize first;

  history_value_init (&rest);
  for (guint i = 0; i < value->added->len; i++) {
    md_time t = g_array_index (value->added, md_time, i);

    if (t >= p->before)
      g_array_append_val (rest.added, t);
  }
  if (value->before != NULL) {
    first = columns_lower_bound (value->before, p->before);
    stage->state.history_rows -= value->before->n;
    if (first < value->before->n) {
      rest.before = columns_new (value->before->table);
      columns_append_from (rest.before, value->before, first,
                           value->before->n - first);
    }
  }
  history_stage (stage, series, commit, &rest);
  history_value_clear (&rest);
}

static gboolean
prune_history (Prune *p, const View *view, Stage *stage, const Series *series,
               GError **error)
{
  guint8 key[HISTORY_KEY_LEN];
  gboolean ok = TRUE;
  Cursor cursor;

  key_history (key, series->id, G_MININT64, 0);
  for (cursor_open (&cursor, view, FAMILY_HISTORY, key, 4);
       ok && cursor.ok && cursor.key_len == HISTORY_KEY_LEN
       && key_block_time (cursor.key) < p->before;
       cursor_next (&cursor)) {
    HistoryValue value;

    ok = history_unpack (p->store->path, series, cursor.value,
                         cursor.value_len, &value, error);
    if (ok) {
      stage_put (stage, FAMILY_HISTORY, cursor.key, cursor.key_len, NULL);
      keep_past (p, stage, series, key_history_commit (cursor.key), &value);
      history_value_clear (&value);
    }
  }
  return cursor_close (&cursor, ok ? error : NULL) && ok;
}

/* ---- all ------------------------------------------------------------- */

static gboolean
prune_series (Prune *p, Series *series, GError **error)
{
  Batch batch;
  Stage stage;
  gboolean ok;

  if (!store_write_begin (p->store, &batch, error))
    return FALSE;
  stage_begin (&stage, &batch);
  ok = prune_blocks (p, &batch.view, &stage, series, error)
       && prune_history (p, &batch.view, &stage, series, error);
  if (ok && stage.ops->len > 0) {
    catalogue_stage_stats (&stage, series);
    stage_apply (&stage, &batch);
  }
  stage_clear (&stage);
  return store_write_end (p->store, &batch, ok, error);
}

static gboolean
note_series (const SeriesKey *key, const Series *series, gpointer data)
{
  g_array_append_val (((Prune *) data)->series, *series);
  return TRUE;
}

static gboolean
prune (Prune *p, GError **error)
{
  const SeriesKey *match = p->match;
  const AskKey asks = { match != NULL ? match->provider : NULL,
                        match != NULL ? match->dataset : NULL,
                        match != NULL ? match->schema : NULL, NULL, 0 };
  View view = store_view (p->store);

  if (!store_ledger_each (p->store, &asks, note_ask, p, error) || !p->ok
      || !catalogue_each (p->store, &view, match, note_series, p, error)
      || !prune_ledger (p, error))
    return FALSE;
  crash_point ("prune:after-ledger");
  for (guint i = 0; i < p->series->len; i++) {
    if (!prune_series (p, &g_array_index (p->series, Series, i), error))
      return FALSE;
  }
  return TRUE;
}

gboolean
store_prune (Store *store, const SeriesKey *match, md_time before,
             guint64 *ret_rows, GError **error)
{
  Prune p = { .store = store, .match = match, .before = before,
              .asks = g_ptr_array_new_with_free_func (ask_free),
              .series = g_array_new (FALSE, FALSE, sizeof (Series)),
              .error = error, .ok = TRUE };
  gboolean ok = prune (&p, error);

  g_ptr_array_unref (p.asks);
  g_array_unref (p.series);
  if (ok)
    *ret_rows = p.rows;
  return ok;
}

gboolean
store_drop_rows (Store *store, const SeriesKey *key, GError **error)
{
  View view = store_view (store);
  Prune p = { .store = store, .before = MD_ABSENT };
  gboolean found;
  Series series;

  if (!catalogue_find (store, &view, key, &found, &series, error))
    return FALSE;
  return !found || prune_series (&p, &series, error);
}
