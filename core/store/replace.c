/* SPDX-License-Identifier: Apache-2.0
 *
 * replace.c - walking the blocks that an answer touches.
 *
 * The series falls into windows: one around each block that is there, and the
 * gaps between them.  For bars the window of a block is its calendar bucket;
 * for ticks it reaches from the block's first to its last time.  Rows in a gap
 * are put as the worker encoded them, nothing is decoded.  Rows in a window
 * are compared with the block, and written only when something differs.
 */
#include "replace.h"
#include "fail.h"
#include "held.h"

/* ---- writing blocks -------------------------------------------------- */

static void
put_block (Replace *r, GBytes *payload, md_time first, gsize n,
           const guint64 *commits)
{
  gsize n_runs = 1;
  CommitRun whole = { r->commit, (guint32) n };
  g_autofree CommitRun *runs
    = commits != NULL ? history_commit_runs (commits, n, &n_runs) : NULL;
  GBytes *sealed = block_seal (payload, r->series.table, n,
                               runs != NULL ? runs : &whole, n_runs);
  guint8 key[BLOCK_KEY_LEN];

  key_block (key, r->series.id, first);
  r->series.stats.blocks++;
  r->series.stats.rows += n;
  r->series.stats.bytes += g_bytes_get_size (sealed);
  r->stage->state.blocks++;
  r->stage->state.rows += n;
  stage_put (r->stage, FAMILY_BLOCKS, key, sizeof key, sealed);
}

/* A block whose place gets a new value needs no deletion.                  */
static void
remove_blocks (Replace *r, const Held *held, md_time replaced_at)
{
  guint8 kept[BLOCK_KEY_LEN];

  key_block (kept, r->series.id, replaced_at);
  for (guint i = 0; i < held->blocks->len; i++) {
    const HeldBlock *block = &g_array_index (held->blocks, HeldBlock, i);
    const void *key = g_bytes_get_data (block->key, NULL);

    r->series.stats.blocks--;
    r->series.stats.rows -= block->rows;
    r->series.stats.bytes -= g_bytes_get_size (block->value);
    r->stage->state.blocks--;
    r->stage->state.rows -= block->rows;
    if (memcmp (key, kept, sizeof kept) != 0)
      stage_put (r->stage, FAMILY_BLOCKS, key, sizeof kept, NULL);
  }
}

static gboolean
fail_too_many (const Replace *r, md_time t, GError **error)
{
  g_set_error (error, CORE_ERROR, CORE_ERROR_STORE,
               "store %s: more than %u rows of one series at one time (%"
               G_GINT64_FORMAT " ns) or in one bar bucket",
               r->view->db->path, BLOCK_MAX_ROWS, t);
  return FALSE;
}

/* Rows [first, end) as blocks; commits NULL = all of this commit.          */
static gboolean
put_rows (Replace *r, const Columns *rows, const guint64 *commits, gsize first,
          gsize end, GError **error)
{
  const md_time *ts = rows->cols[0].i64;

  while (first < end) {
    gsize cut = segment_cut (rows, &r->series.interval, first, end);
    g_autoptr (GBytes) payload = NULL;

    if (cut - first > BLOCK_MAX_ROWS)
      return fail_too_many (r, ts[first], error);
    payload = block_encode_payload (rows, first, cut - first);
    put_block (r, payload, ts[first], cut - first,
               commits != NULL ? commits + first : NULL);
    first = cut;
  }
  return TRUE;
}

/* ---- gaps ------------------------------------------------------------ */

/* The encoded block of exactly the rows that begin at `first`, if any.     */
static const SegmentBlock *
encoded_at (Replace *r, gsize first, gsize end)
{
  const SegmentBlock *block = NULL;

  while (r->next_block < r->blocks->len) {
    block = r->blocks->pdata[r->next_block];
    if (block->first >= first)
      break;
    r->next_block++;
  }
  if (block == NULL || block->first != first || first + block->n > end
      || block->payload == NULL)
    return NULL;
  return block;
}

/* Where the next encoded block begins, so that one can be used again.      */
static gsize
next_encoded (const Replace *r, gsize first, gsize end)
{
  for (guint i = r->next_block; i < r->blocks->len; i++) {
    const SegmentBlock *block = r->blocks->pdata[i];

    if (block->first > first)
      return MIN (block->first, end);
  }
  return end;
}

static void
note_gap (Replace *r, gsize first, gsize end)
{
  HistoryValue value;

  if (r->answered == NULL || r->answered->len == 0)
    return;
  while (first < end) {
    gsize cut = segment_cut (r->rows, &r->series.interval, first, end);

    history_value_init (&value);
    merge_note_added (r->answered, r->rows, first, cut, value.added);
    history_stage (r->stage, &r->series, r->commit, &value);
    history_value_clear (&value);
    first = cut;
  }
}

static gboolean
fill_gap (Replace *r, gsize first, gsize end, GError **error)
{
  r->counts.added += end - first;
  note_gap (r, first, end);
  while (first < end) {
    const SegmentBlock *block = encoded_at (r, first, end);
    gsize next = block != NULL ? first + block->n
                               : next_encoded (r, first, end);

    if (block != NULL)
      put_block (r, block->payload, r->rows->cols[0].i64[first], block->n,
                 NULL);
    else if (!put_rows (r, r->rows, NULL, first, next, error))
      return FALSE;
    first = next;
  }
  return TRUE;
}

/* ---- windows --------------------------------------------------------- */

/* The answer in this window is what the block holds, byte for byte.        */
static gboolean
is_same_payload (Replace *r, const Held *held, gsize first, gsize end)
{
  const SegmentBlock *block = first < end ? encoded_at (r, first, end) : NULL;

  return block != NULL && block->n == end - first
         && held_is_payload (held, block->payload, block->n);
}

static gboolean
write_merged (Replace *r, const Held *held, const MergeResult *merged,
              GError **error)
{
  remove_blocks (r, held, merged->rows->n > 0 ? merged->rows->cols[0].i64[0]
                                              : MD_ABSENT);
  history_stage (r->stage, &r->series, r->commit, &merged->history);
  return put_rows (r, merged->rows, merged->commits, 0, merged->rows->n,
                   error);
}

static gboolean
compare_rows (Replace *r, const Held *held, const Columns *old, gsize first,
              gsize end, GError **error)
{
  MergeInput input = {
    .old = old,
    .from = columns_lower_bound (old, r->segment->from),
    .to = columns_lower_bound (old, r->segment->to),
    .now = r->rows, .first = first, .end = end, .commit = r->commit,
    .append_only = r->segment->append_only, .answered = r->answered,
  };
  MergeResult merged;
  gboolean ok;

  merge_rows (&input, &merged);
  r->held += input.to - input.from;
  r->counts.added += merged.counts.added;
  r->counts.changed += merged.counts.changed;
  r->counts.withdrawn += merged.counts.withdrawn;
  r->counts.same += merged.counts.same;
  ok = merged.rows == NULL || write_merged (r, held, &merged, error);
  merge_result_clear (&merged);
  return ok;
}

/* Does the answer's interval touch rows of the block?                      */
static gboolean
is_touched (const Replace *r, const Held *held)
{
  return held->info.last >= r->segment->from
         && held->info.first < r->segment->to;
}

static gboolean
merge_window (Replace *r, const Held *held, gsize first, gsize end,
              GError **error)
{
  g_autoptr (Columns) old = NULL;

  if (first == end && (r->segment->append_only || !is_touched (r, held)))
    return TRUE;
  if (is_same_payload (r, held, first, end)) {
    r->held += held->info.n_rows;
    r->counts.same += held->info.n_rows;
    return TRUE;
  }
  old = held_decode (held, r->view->db->path, &r->series, error);
  return old != NULL && compare_rows (r, held, old, first, end, error);
}

/* ---- the walk -------------------------------------------------------- */

static gsize
row_at (const Replace *r, md_time t)
{
  return r->rows != NULL ? columns_lower_bound (r->rows, t) : 0;
}

/* Ticks that follow a block in its day go into it while it is not much
 * larger than they are.  Only the first block of the walk may take in those
 * before it: they are untouched.                                           */
static gboolean
widen_for_append (const Replace *r, Held *held, const Cursor *next,
                  gboolean is_first, GError **error)
{
  md_time limit = held->bucket_to;
  gsize more;

  if (!interval_is_tick (&r->series.interval))
    return TRUE;
  if (next->ok && next->key_len == BLOCK_KEY_LEN)
    limit = MIN (limit, key_block_time (next->key));
  more = limit > held->to ? row_at (r, limit) - row_at (r, held->to) : 0;
  if (!held_may_grow (held->info.n_rows, more))
    return TRUE;
  held->to = limit;
  return !is_first
         || held_join_earlier (held, r->view, &r->series, more, error);
}

/* At the block that may hold rows before `from` and behind it.             */
static void
seek_start (const Replace *r, Cursor *cursor)
{
  guint8 key[BLOCK_KEY_LEN];
  md_time bucket_from, bucket_to;

  key_block (key, r->series.id, r->segment->from);
  cursor_open (cursor, r->view, FAMILY_BLOCKS, key, 4);
  if (interval_is_tick (&r->series.interval)) {
    cursor_seek_before (cursor, key, sizeof key);
    if (!cursor->ok)
      cursor_seek (cursor, key, sizeof key);
    return;
  }
  block_bucket (&r->series.interval, r->segment->from, &bucket_from,
                &bucket_to);
  key_block (key, r->series.id, bucket_from);
  cursor_seek (cursor, key, sizeof key);
}

static md_time
walk_end (const Replace *r)
{
  md_time bucket_from, bucket_to;

  if (interval_is_tick (&r->series.interval))
    return r->segment->to;
  block_bucket (&r->series.interval, r->segment->to - 1, &bucket_from,
                &bucket_to);
  return bucket_to;
}

static gboolean
do_window (Replace *r, Held *held, const Cursor *next, gsize *done,
           gboolean is_first, GError **error)
{
  gsize first, last;

  if (!widen_for_append (r, held, next, is_first, error))
    return FALSE;
  first = MAX (*done, row_at (r, held->from));
  last = MAX (first, row_at (r, held->to));
  if (!fill_gap (r, *done, first, error)
      || !merge_window (r, held, first, last, error))
    return FALSE;
  *done = last;
  return TRUE;
}

static gboolean
walk (Replace *r, Cursor *cursor, gsize *done, GError **error)
{
  md_time end = walk_end (r);
  gboolean ok = TRUE;

  for (gboolean is_first = TRUE;
       ok && cursor->ok && cursor->key_len == BLOCK_KEY_LEN
       && key_block_time (cursor->key) < end;
       is_first = FALSE) {
    Held held;

    if (!held_read (r->view, &r->series, cursor, &held, error))
      return FALSE;
    cursor_next (cursor);
    ok = do_window (r, &held, cursor, done, is_first, error);
    held_clear (&held);
  }
  return ok;
}

gboolean
replace_rows (Replace *r, GError **error)
{
  gsize n = r->rows != NULL ? r->rows->n : 0, done = 0;
  Cursor cursor;
  gboolean ok;

  seek_start (r, &cursor);
  ok = walk (r, &cursor, &done, error);
  return cursor_close (&cursor, ok ? error : NULL) && ok
         && fill_gap (r, done, n, error);
}
