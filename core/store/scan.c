/* SPDX-License-Identifier: Apache-2.0
 *
 * scan.c - rows of one series, block by block.
 *
 * As of now a block is decoded and handed on.  As of an earlier commit the
 * past of each bucket (history.h) is laid over its blocks; buckets of which
 * only a past is left are visited as well.
 */
#include "scan.h"
#include "fail.h"
#include "history.h"
#include "lineage.h"

typedef struct {
  const View *view;
  const SeriesInfo *info;
  const Series *series;
  md_time from, to;
  guint64 bound;
  RowsVisit visit;
  gpointer data;
  Cursor blocks;
  gboolean stopped;    /* by the visitor                                    */
} Scan;

/* ---- blocks ---------------------------------------------------------- */

/* At the block that may reach over `from`.                                 */
static void
open_blocks (Scan *scan)
{
  guint8 key[BLOCK_KEY_LEN];

  key_block (key, scan->series->id, scan->from);
  cursor_open (&scan->blocks, scan->view, FAMILY_BLOCKS, key, 4);
  cursor_seek_before (&scan->blocks, key, sizeof key);
  if (!scan->blocks.ok)
    cursor_seek (&scan->blocks, key, sizeof key);
}

/* Is the cursor at a block that begins before `limit`?                     */
static gboolean
at_block (const Scan *scan, md_time limit)
{
  return scan->blocks.ok && scan->blocks.key_len == BLOCK_KEY_LEN
         && key_block_time (scan->blocks.key) < limit;
}

static Columns *
decode_here (Scan *scan, GError **error)
{
  GError *cause = NULL;
  Columns *rows = block_decode (scan->blocks.value, scan->blocks.value_len,
                                scan->series->table, &cause);

  if (rows == NULL)
    fail_block (error, scan->view->db->path, cause);
  return rows;
}

/* FALSE when the block ends before the interval begins.                    */
static gboolean
reaches (Scan *scan, gboolean *ret_reaches, guint64 *ret_max_commit,
         GError **error)
{
  GError *cause = NULL;
  BlockInfo info;

  if (!block_peek (scan->blocks.value, scan->blocks.value_len, &info, &cause))
    return fail_block (error, scan->view->db->path, cause);
  *ret_reaches = info.last >= scan->from;
  *ret_max_commit = info.max_commit;
  return TRUE;
}

/* Hands on the rows of the interval.                                       */
static void
hand_on (Scan *scan, const Columns *rows)
{
  gsize first = columns_lower_bound (rows, scan->from);
  gsize end = columns_lower_bound (rows, scan->to);
  g_autoptr (Columns) part = NULL;

  if (first >= end)
    return;
  if (first > 0 || end < rows->n) {
    part = columns_new (rows->table);
    columns_append_from (part, rows, first, end - first);
    rows = part;
  }
  scan->stopped = !scan->visit (scan->info, rows, scan->data);
}

static gboolean
visit_block (Scan *scan, GError **error)
{
  g_autoptr (Columns) rows = NULL;
  gboolean is_wanted = FALSE;
  guint64 max_commit = 0;

  if (!reaches (scan, &is_wanted, &max_commit, error))
    return FALSE;
  if (!is_wanted)
    return TRUE;
  rows = decode_here (scan, error);
  if (rows != NULL)
    hand_on (scan, rows);
  return rows != NULL;
}

static gboolean
scan_now (Scan *scan, GError **error)
{
  for (; !scan->stopped && at_block (scan, scan->to);
       cursor_next (&scan->blocks)) {
    if (!visit_block (scan, error))
      return FALSE;
  }
  return TRUE;
}

/* ---- as of a commit -------------------------------------------------- */

/* Rows [first, first + n) that were there at the bound.                    */
static void
take_known (const Scan *scan, Columns *into, const Columns *from, gsize first,
            gsize n)
{
  for (gsize i = first, end; i < first + n; i = end) {
    for (end = i; end < first + n && from->commit[end] <= scan->bound;)
      end++;
    columns_append_from (into, from, i, end - i);
    while (end < first + n && from->commit[end] > scan->bound)
      end++;
  }
}

/* The past groups before `limit`, from *at on, laid over the rows of a block
 * (NULL: there is none).                                                   */
static void
lay_over (const Scan *scan, Columns *into, const Columns *rows,
          const GArray *groups, guint *at, md_time limit)
{
  gsize row = 0, n = rows != NULL ? rows->n : 0;

  while (*at < groups->len) {
    const PastGroup *group = &g_array_index (groups, PastGroup, *at);
    gsize end = rows != NULL ? columns_lower_bound (rows, group->ts) : 0;

    if (group->ts >= limit)
      break;
    end = MAX (end, row);
    take_known (scan, into, rows, row, end - row);
    take_known (scan, into, group->rows, group->first, group->n);
    for (row = end; row < n && rows->cols[0].i64[row] == group->ts;)
      row++;
    ++*at;
  }
  take_known (scan, into, rows, row, n - row);
}

/* What the cursor's block becomes, up to where the next block begins.      */
static gboolean
past_of_block (Scan *scan, const Past *past, guint *at, md_time bucket_to,
               GError **error)
{
  g_autoptr (Columns) rows = decode_here (scan, error);
  g_autoptr (Columns) then = NULL;
  md_time limit = bucket_to;

  if (rows == NULL)
    return FALSE;
  cursor_next (&scan->blocks);
  if (at_block (scan, bucket_to))
    limit = key_block_time (scan->blocks.key);
  then = columns_new (rows->table);
  lay_over (scan, then, rows, past->groups, at, limit);
  hand_on (scan, then);
  return TRUE;
}

static gboolean
scan_bucket (Scan *scan, md_time bucket_from, md_time bucket_to,
             GError **error)
{
  g_autoptr (Columns) rest = NULL;
  guint at = 0;
  gboolean ok = TRUE;
  Past past;

  if (!past_load (scan->view, scan->series, bucket_from, bucket_to,
                  scan->bound, &past, error))
    return FALSE;
  while (ok && !scan->stopped && at_block (scan, bucket_to))
    ok = past_of_block (scan, &past, &at, bucket_to, error);
  if (ok && !scan->stopped && at < past.groups->len) {
    rest = columns_new (scan->series->table);
    lay_over (scan, rest, NULL, past.groups, &at, bucket_to);
    hand_on (scan, rest);
  }
  past_clear (&past);
  return ok;
}

/* The first time at or behind `t` of which there is a past.                */
static gboolean
next_past (const Scan *scan, md_time t, md_time *ret_time, GError **error)
{
  guint8 key[HISTORY_KEY_LEN];
  Cursor cursor;

  key_history (key, scan->series->id, t, 0);
  cursor_open (&cursor, scan->view, FAMILY_HISTORY, key, 4);
  cursor_seek (&cursor, key, sizeof key);
  *ret_time = cursor.ok && cursor.key_len == HISTORY_KEY_LEN
                ? key_block_time (cursor.key) : MD_ABSENT;
  return cursor_close (&cursor, error);
}

static gboolean
scan_past (Scan *scan, GError **error)
{
  md_time at, from, to;

  /* A bucket is visited whole: its past may reach over the interval's ends. */
  block_bucket (&scan->series->interval, scan->from, &at, &to);
  if (scan->blocks.ok && key_block_time (scan->blocks.key) < at)
    cursor_next (&scan->blocks);
  while (!scan->stopped) {
    md_time past;

    if (!next_past (scan, at, &past, error))
      return FALSE;
    if (at_block (scan, past))
      past = key_block_time (scan->blocks.key);
    if (past >= scan->to)
      return TRUE;
    block_bucket (&scan->series->interval, past, &from, &to);
    if (!scan_bucket (scan, from, to, error))
      return FALSE;
    at = to;
  }
  return TRUE;
}

/* ---- public ---------------------------------------------------------- */

gboolean
scan_rows (const View *view, const SeriesInfo *info, const Series *series,
           md_time from, md_time to, guint64 bound, RowsVisit visit,
           gpointer data, GError **error)
{
  Scan scan = { .view = view, .info = info, .series = series, .from = from,
                .to = to, .bound = bound, .visit = visit, .data = data };
  gboolean ok;

  if (from >= to)
    return TRUE;
  open_blocks (&scan);
  ok = bound == BOUND_NOW ? scan_now (&scan, error)
                          : scan_past (&scan, error);
  return cursor_close (&scan.blocks, ok ? error : NULL) && ok;
}

static gboolean
scan_key (Store *store, const View *view, const SeriesKey *key, md_time from,
          md_time to, md_time as_of, RowsVisit visit, gpointer data,
          GError **error)
{
  guint64 bound = BOUND_NOW;
  SeriesInfo info = { .key = *key };
  Series series;
  gboolean found;

  if (!catalogue_find (store, view, key, &found, &series, error)
      || (as_of != MD_ABSENT
          && !lineage_commit_at (view, as_of, &bound, error)))
    return FALSE;
  if (!found)
    return TRUE;
  info.table = series.table;
  info.interval = series.interval;
  info.made_up = series.made_up;
  return scan_rows (view, &info, &series, from, to, bound, visit, data, error);
}

/* While this process commits, blocks and history are read as of one moment. */
gboolean
store_scan (Store *store, const SeriesKey *key, md_time from, md_time to,
            md_time as_of, RowsVisit visit, gpointer data, GError **error)
{
  View view = store_view (store);
  gboolean ok;

  if (store->mode != STORE_READ)
    view.snapshot = rocksdb_create_snapshot (store->db->rocks);
  ok = scan_key (store, &view, key, from, to, as_of, visit, data, error);
  if (view.snapshot != NULL)
    rocksdb_release_snapshot (store->db->rocks, view.snapshot);
  return ok;
}

/* ---- statistics ------------------------------------------------------ */

static gboolean
first_and_last (const View *view, const Series *series, SeriesStats *stats,
                GError **error)
{
  guint8 key[BLOCK_KEY_LEN];
  GError *cause = NULL;
  gboolean ok = TRUE;
  Cursor cursor;

  key_block (key, series->id, G_MAXINT64);
  cursor_open (&cursor, view, FAMILY_BLOCKS, key, 4);
  if (cursor.ok)
    stats->first = key_block_time (cursor.key);
  cursor_seek_before (&cursor, key, sizeof key);
  if (cursor.ok) {
    BlockInfo info;

    ok = block_peek (cursor.value, cursor.value_len, &info, &cause);
    stats->last = ok ? info.last : MD_ABSENT;
  }
  if (!ok) {
    cursor_close (&cursor, NULL);
    return fail_block (error, view->db->path, cause);
  }
  return cursor_close (&cursor, error);
}

gboolean
store_series_stats (Store *store, const SeriesKey *key,
                    SeriesStats *ret_stats, GError **error)
{
  View view = store_view (store);
  SeriesStats stats = { .first = MD_ABSENT, .last = MD_ABSENT };
  Series series;
  gboolean found;

  if (!catalogue_find (store, &view, key, &found, &series, error))
    return FALSE;
  if (found) {
    stats = series.stats;
    if (!first_and_last (&view, &series, &stats, error))
      return FALSE;
  }
  *ret_stats = stats;
  return TRUE;
}
