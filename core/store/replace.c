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

/* A block that is there.                                                   */
typedef struct {
  guint8 key[BLOCK_KEY_LEN];
  GBytes *value;
  BlockInfo info;
  md_time bucket_to;   /* end of its bucket                                 */
  md_time from, to;    /* its window                                        */
} Held;

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

static void
remove_block (Replace *r, const Held *held, md_time replaced_at)
{
  r->series.stats.blocks--;
  r->series.stats.rows -= held->info.n_rows;
  r->series.stats.bytes -= g_bytes_get_size (held->value);
  r->stage->state.blocks--;
  r->stage->state.rows -= held->info.n_rows;
  if (replaced_at != held->info.first) /* else the new value goes over it   */
    stage_put (r->stage, FAMILY_BLOCKS, held->key, sizeof held->key, NULL);
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
  const guint8 *value;
  gsize len, payload_len;

  if (block == NULL || block->n != end - first
      || block->n != held->info.n_rows)
    return FALSE;
  value = g_bytes_get_data (held->value, &len);
  payload_len = g_bytes_get_size (block->payload);
  return len - held->info.payload_offset == payload_len
         && memcmp (value + held->info.payload_offset,
                    g_bytes_get_data (block->payload, NULL), payload_len) == 0;
}

static gboolean
write_merged (Replace *r, const Held *held, const MergeResult *merged,
              GError **error)
{
  remove_block (r, held, merged->rows->n > 0 ? merged->rows->cols[0].i64[0]
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
  GError *cause = NULL;
  g_autoptr (Columns) old = NULL;

  if (first == end && (r->segment->append_only || !is_touched (r, held)))
    return TRUE;
  if (is_same_payload (r, held, first, end)) {
    r->held += held->info.n_rows;
    r->counts.same += held->info.n_rows;
    return TRUE;
  }
  old = block_decode (g_bytes_get_data (held->value, NULL),
                      g_bytes_get_size (held->value), r->series.table,
                      &cause);
  if (old == NULL)
    return fail_block (error, r->view->db->path, cause);
  return compare_rows (r, held, old, first, end, error);
}

/* ---- the walk -------------------------------------------------------- */

static gboolean
read_held (const Replace *r, Cursor *cursor, Held *held, GError **error)
{
  GError *cause = NULL;
  md_time bucket_from;

  if (cursor->key_len != BLOCK_KEY_LEN)
    return fail_damaged (error, r->view->db->path, "a key of a block");
  memcpy (held->key, cursor->key, sizeof held->key);
  if (!block_peek (cursor->value, cursor->value_len, &held->info, &cause))
    return fail_block (error, r->view->db->path, cause);
  if (held->info.first != key_block_time (held->key))
    return fail_damaged (error, r->view->db->path,
                         "a block is not where its first time says");
  held->value = g_bytes_new (cursor->value, cursor->value_len);
  block_bucket (&r->series.interval, held->info.first, &bucket_from,
                &held->bucket_to);
  held->from = bucket_from;
  held->to = held->bucket_to;
  if (interval_is_tick (&r->series.interval)) {
    held->from = held->info.first;
    held->to = held->info.last + 1;
  }
  cursor_next (cursor);
  return TRUE;
}

static gsize
row_at (const Replace *r, md_time t)
{
  return r->rows != NULL ? columns_lower_bound (r->rows, t) : 0;
}

/* Ticks that follow a block in its day go into it while it is not much
 * larger than they are: a run of small appends costs each row a few
 * rewritings, and leaves few blocks.                                       */
static void
widen_for_append (const Replace *r, Held *held, const Cursor *next)
{
  md_time limit = held->bucket_to;
  gsize more;

  if (!interval_is_tick (&r->series.interval))
    return;
  if (next->ok && next->key_len == BLOCK_KEY_LEN)
    limit = MIN (limit, key_block_time (next->key));
  if (limit <= held->to)
    return;
  more = row_at (r, limit) - row_at (r, held->to);
  if (more > 0 && held->info.n_rows <= 2 * more
      && held->info.n_rows + more <= BLOCK_TICK_ROWS)
    held->to = limit;
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
walk (Replace *r, Cursor *cursor, gsize *done, GError **error)
{
  md_time end = walk_end (r);

  while (cursor->ok && cursor->key_len == BLOCK_KEY_LEN
         && key_block_time (cursor->key) < end) {
    Held held;
    gsize first, last;
    gboolean ok;

    if (!read_held (r, cursor, &held, error))
      return FALSE;
    widen_for_append (r, &held, cursor);
    first = MAX (*done, row_at (r, held.from));
    last = MAX (first, row_at (r, held.to));
    ok = fill_gap (r, *done, first, error)
         && merge_window (r, &held, first, last, error);
    g_bytes_unref (held.value);
    if (!ok)
      return FALSE;
    *done = last;
  }
  return TRUE;
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
