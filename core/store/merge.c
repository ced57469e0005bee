/* SPDX-License-Identifier: Apache-2.0
 *
 * merge.c - the keyed comparison of held rows with an answer.
 *
 * It goes from time to time.  A group (all rows of one time) that says the
 * same as before stays exactly as it is, in its order and with its commits; of
 * one that changed, the answer's rows are taken, and those that are equal to
 * their counterpart keep its commit.
 */
#include "merge.h"
#include "pair.h"

#include "data/spans.h"

/* A stretch of rows of the result, from the block or from the answer.      */
typedef struct {
  gboolean is_new;
  gsize first, n;
} Run;

typedef struct {
  const MergeInput *in;
  MergeResult *result;
  GArray *runs;
  guint64 *commits;        /* of the answer's rows, by row - in->first      */
  GArray *pairs;           /* of RowPair: room                              */
  gboolean is_changed;
} Merge;

/* The groups of one time on both sides; either may be empty.               */
typedef struct {
  gsize a0, a1, b0, b1;
} Group;

static void
keep (Merge *m, gboolean is_new, gsize first, gsize n)
{
  Run run = { is_new, first, n };
  Run *last = m->runs->len > 0
    ? &g_array_index (m->runs, Run, m->runs->len - 1) : NULL;

  if (n == 0)
    return;
  if (last != NULL && last->is_new == is_new && last->first + last->n == first)
    last->n += n;
  else
    g_array_append_val (m->runs, run);
}

static void
remember_group (Merge *m, const Group *g)
{
  HistoryValue *history = &m->result->history;

  if (history->before == NULL)
    history->before = columns_new (m->in->old->table);
  columns_append_from (history->before, m->in->old, g->a0, g->a1 - g->a0);
}

void
merge_note_added (const GArray *answered, const Columns *now, gsize first,
                  gsize end, GArray *added)
{
  const md_time *ts = now->cols[0].i64;
  guint at = 0;

  for (gsize i = first; i < end && answered != NULL; i++) {
    while (at < answered->len
           && g_array_index (answered, Span, at).to <= ts[i])
      at++;
    if (at < answered->len && g_array_index (answered, Span, at).from <= ts[i]
        && (i == first || ts[i - 1] != ts[i]))
      g_array_append_val (added, ts[i]);
  }
}

static void
take_new_group (Merge *m, const Group *g)
{
  for (gsize j = g->b0; j < g->b1; j++)
    m->commits[j - m->in->first] = m->in->commit;
  m->result->counts.added += g->b1 - g->b0;
  m->is_changed = TRUE;
  keep (m, TRUE, g->b0, g->b1 - g->b0);
  merge_note_added (m->in->answered, m->in->now, g->b0, g->b1,
                    m->result->history.added);
}

static void
withdraw_group (Merge *m, const Group *g)
{
  remember_group (m, g);
  m->result->counts.withdrawn += g->a1 - g->a0;
  m->is_changed = TRUE;
}

/* ---- groups that both sides have ------------------------------------- */

static gboolean
is_same_group (const MergeInput *in, const Group *g)
{
  if (g->a1 - g->a0 != g->b1 - g->b0)
    return FALSE;
  for (gsize i = 0; i < g->a1 - g->a0; i++) {
    if (!columns_row_equal (in->old, g->a0 + i, in->now, g->b0 + i))
      return FALSE;
  }
  return TRUE;
}

/* Counts what the pairs say, gives the answer's rows their commits, and
 * notes for each kept row where it now stands: at place[row - a0].         */
static RowCounts
judge_pairs (Merge *m, const Group *g, gsize *place)
{
  const MergeInput *in = m->in;
  RowCounts counts = { 0 };

  for (guint i = 0; i < m->pairs->len; i++) {
    RowPair pair = g_array_index (m->pairs, RowPair, i);
    gboolean is_same = FALSE;

    if (pair.now == NO_ROW) {
      counts.withdrawn++;
      continue;
    }
    if (pair.was != NO_ROW)
      is_same = columns_row_equal (in->old, pair.was, in->now, pair.now);
    counts.same += is_same;
    counts.changed += pair.was != NO_ROW && !is_same;
    counts.added += pair.was == NO_ROW;
    m->commits[pair.now - in->first]
      = is_same ? in->old->commit[pair.was] : in->commit;
    if (pair.was != NO_ROW)
      place[pair.was - g->a0] = pair.now;
  }
  return counts;
}

/* Do the old rows stand in the new group in their old order?  Leaving out
 * the newer rows gives back the old group then.                            */
static gboolean
only_grew (const RowCounts *counts, const gsize *place, gsize n)
{
  if (counts->changed + counts->withdrawn > 0)
    return FALSE;
  for (gsize i = 1; i < n; i++) {
    if (place[i] < place[i - 1])
      return FALSE;
  }
  return TRUE;
}

static void
add_counts (RowCounts *to, const RowCounts *more)
{
  to->added += more->added;
  to->changed += more->changed;
  to->withdrawn += more->withdrawn;
  to->same += more->same;
}

static void
replace_group (Merge *m, const Group *g)
{
  const MergeInput *in = m->in;
  g_autofree gsize *place = g_new (gsize, g->a1 - g->a0);
  RowCounts counts;

  g_array_set_size (m->pairs, 0);
  pair_by_key (in->old, g->a0, g->a1, in->now, g->b0, g->b1, m->pairs);
  counts = judge_pairs (m, g, place);
  add_counts (&m->result->counts, &counts);
  if (counts.added + counts.changed + counts.withdrawn == 0) {
    keep (m, FALSE, g->a0, g->a1 - g->a0); /* another order is no change    */
    return;
  }
  m->is_changed = TRUE;
  keep (m, TRUE, g->b0, g->b1 - g->b0);
  if (!only_grew (&counts, place, g->a1 - g->a0))
    remember_group (m, g);
  else
    merge_note_added (in->answered, in->now, g->b0, g->b1,
                      m->result->history.added);
}

/* A stream may deliver again what it delivered before: that is one row.    */
static void
append_to_group (Merge *m, const Group *g)
{
  const MergeInput *in = m->in;

  keep (m, FALSE, g->a0, g->a1 - g->a0);
  g_array_set_size (m->pairs, 0);
  pair_by_content (in->old, g->a0, g->a1, in->now, g->b0, g->b1, m->pairs);
  for (guint i = 0; i < m->pairs->len; i++) {
    RowPair pair = g_array_index (m->pairs, RowPair, i);

    if (pair.now == NO_ROW)
      continue;
    if (pair.was != NO_ROW) {
      m->result->counts.same++;
      continue;
    }
    m->commits[pair.now - in->first] = in->commit;
    m->result->counts.added++;
    m->is_changed = TRUE;
    keep (m, TRUE, pair.now, 1);
  }
}

static void
merge_group (Merge *m, const Group *g)
{
  gsize n = g->a1 - g->a0;

  if (n == 0)
    take_new_group (m, g);
  else if (g->b0 == g->b1 && m->in->append_only)
    keep (m, FALSE, g->a0, n);
  else if (g->b0 == g->b1)
    withdraw_group (m, g);
  else if (is_same_group (m->in, g)) {
    keep (m, FALSE, g->a0, n);
    m->result->counts.same += n;
  } else if (m->in->append_only)
    append_to_group (m, g);
  else
    replace_group (m, g);
}

/* ---- the block ------------------------------------------------------- */

static void
build (const Merge *m, MergeResult *result)
{
  const MergeInput *in = m->in;
  guint64 *commits = g_new (guint64, in->old->n + in->end - in->first + 1);
  Columns *rows = columns_new (in->old->table);

  for (guint i = 0; i < m->runs->len; i++) {
    const Run *run = &g_array_index (m->runs, Run, i);
    const guint64 *from = run->is_new ? m->commits + (run->first - in->first)
                                      : in->old->commit + run->first;

    memcpy (commits + rows->n, from, run->n * sizeof *commits);
    columns_append_from (rows, run->is_new ? in->now : in->old, run->first,
                         run->n);
  }
  result->rows = rows;
  result->commits = commits;
}

static gsize
same_time_end (const Columns *rows, gsize first, gsize end, md_time t)
{
  while (first < end && rows->cols[0].i64[first] == t)
    first++;
  return first;
}

static md_time
time_or_end (const Columns *rows, gsize i, gsize end)
{
  return i < end ? rows->cols[0].i64[i] : MD_ABSENT;
}

void
merge_rows (const MergeInput *input, MergeResult *ret_result)
{
  Merge m = { .in = input, .result = ret_result };
  gsize a = input->from, b = input->first;

  *ret_result = (MergeResult) { 0 };
  history_value_init (&ret_result->history);
  m.runs = g_array_new (FALSE, FALSE, sizeof (Run));
  m.pairs = g_array_new (FALSE, FALSE, sizeof (RowPair));
  m.commits = g_new0 (guint64, input->end - input->first + 1);
  keep (&m, FALSE, 0, input->from);
  while (a < input->to || b < input->end) {
    md_time t = MIN (time_or_end (input->old, a, input->to),
                     time_or_end (input->now, b, input->end));
    Group g = { a, same_time_end (input->old, a, input->to, t), b, 0 };

    g.b1 = input->now != NULL ? same_time_end (input->now, b, input->end, t)
                              : b;
    merge_group (&m, &g);
    a = g.a1;
    b = g.b1;
  }
  keep (&m, FALSE, input->to, input->old->n - input->to);
  if (m.is_changed)
    build (&m, ret_result);
  g_array_unref (m.runs);
  g_array_unref (m.pairs);
  g_free (m.commits);
}

void
merge_result_clear (MergeResult *result)
{
  g_clear_pointer (&result->rows, columns_free);
  g_clear_pointer (&result->commits, g_free);
  history_value_clear (&result->history);
}
