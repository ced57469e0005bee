/* SPDX-License-Identifier: Apache-2.0
 *
 * changes.c - what commits changed: history against what came after it.
 */
#include "history.h"
#include "lineage.h"
#include "pair.h"
#include "scan.h"

typedef struct {
  Store *store;
  View view;
  guint64 after;        /* commits above this one                           */
  ChangeVisit visit;
  gpointer data;
  gboolean stopped;
  GError **error;
  gboolean ok;
  const SeriesKey *key;
  const Series *series;
} Changes;

/* One value of the history and what its times hold after the commit.       */
typedef struct {
  guint64 commit;
  HistoryValue value;
  Columns *after;
} Step;

/* ---- one change ------------------------------------------------------ */

static Columns *
one_row (const Columns *rows, gsize row)
{
  Columns *one = NULL;

  if (row == NO_ROW)
    return NULL;
  one = columns_new (rows->table);
  columns_append_from (one, rows, row, 1);
  return one;
}

static void
report (Changes *c, const Step *step, md_time ts, gsize was, gsize now)
{
  g_autoptr (Columns) before = one_row (step->value.before, was);
  g_autoptr (Columns) after = one_row (step->after, now);
  const ChangeInfo info = {
    .key = *c->key, .ts = ts,
    .was_commit = before != NULL ? before->commit[0] : 0,
    .commit = step->commit, .was = before, .now = after,
  };

  if (!c->stopped)
    c->stopped = !c->visit (&info, c->data);
}

static gsize
same_time_end (const Columns *rows, gsize first, md_time t)
{
  while (first < rows->n && rows->cols[0].i64[first] == t)
    first++;
  return first;
}

/* A group that was replaced, against what stands there now.                */
static void
report_group (Changes *c, const Step *step, gsize a0, gsize a1)
{
  const Columns *before = step->value.before, *after = step->after;
  md_time t = before->cols[0].i64[a0];
  gsize b0 = columns_lower_bound (after, t);
  g_autoptr (GArray) pairs = g_array_new (FALSE, FALSE, sizeof (RowPair));

  pair_by_key (before, a0, a1, after, b0, same_time_end (after, b0, t), pairs);
  for (guint i = 0; i < pairs->len; i++) {
    RowPair pair = g_array_index (pairs, RowPair, i);

    if (pair.was == NO_ROW || pair.now == NO_ROW
        || !columns_row_equal (before, pair.was, after, pair.now))
      report (c, step, t, pair.was, pair.now);
  }
}

/* Rows of the commit at a time where only rows were added.                 */
static void
report_added (Changes *c, const Step *step, md_time t)
{
  const Columns *after = step->after;
  gsize first = columns_lower_bound (after, t);
  gsize end = same_time_end (after, first, t);

  for (gsize i = first; i < end; i++) {
    if (after->commit[i] == step->commit)
      report (c, step, t, NO_ROW, i);
  }
}

/* In time order.                                                           */
static void
report_step (Changes *c, const Step *step)
{
  const Columns *before = step->value.before;
  const GArray *added = step->value.added;
  gsize row = 0, n = before != NULL ? before->n : 0;
  guint at = 0;

  while (row < n || at < added->len) {
    md_time t = row < n ? before->cols[0].i64[row] : MD_ABSENT;

    if (at < added->len && g_array_index (added, md_time, at) < t) {
      report_added (c, step, g_array_index (added, md_time, at));
      at++;
    } else {
      gsize end = same_time_end (before, row, t);

      report_group (c, step, row, end);
      row = end;
    }
  }
}

/* ---- the history of a series ----------------------------------------- */

static gboolean
collect (const SeriesInfo *info, const Columns *rows, gpointer data)
{
  columns_append_from (data, rows, 0, rows->n);
  return TRUE;
}

static md_time
last_time (const HistoryValue *value)
{
  md_time last = G_MININT64;

  if (value->before != NULL)
    last = value->before->cols[0].i64[value->before->n - 1];
  if (value->added->len > 0)
    last = MAX (last, g_array_index (value->added, md_time,
                                     value->added->len - 1));
  return last;
}

static gboolean
do_step (Changes *c, const Cursor *cursor)
{
  Step step = { .commit = key_history_commit (cursor->key) };
  md_time first = key_block_time (cursor->key);
  SeriesInfo info = { *c->key, c->series->table, c->series->interval,
                      c->series->made_up };
  gboolean ok;

  if (!history_unpack (c->store->path, c->series, cursor->value,
                       cursor->value_len, &step.value, c->error))
    return FALSE;
  step.after = columns_new (c->series->table);
  ok = scan_rows (&c->view, &info, c->series, first,
                  last_time (&step.value) + 1, step.commit, collect,
                  step.after, c->error);
  if (ok)
    report_step (c, &step);
  columns_free (step.after);
  history_value_clear (&step.value);
  return ok;
}

static gboolean
visit_series (const SeriesKey *key, const Series *series, gpointer data)
{
  Changes *c = data;
  guint8 prefix[HISTORY_KEY_LEN];
  Cursor cursor;

  c->key = key;
  c->series = series;
  key_history (prefix, series->id, 0, 0);
  for (cursor_open (&cursor, &c->view, FAMILY_HISTORY, prefix, 4);
       c->ok && !c->stopped && cursor.ok
       && cursor.key_len == HISTORY_KEY_LEN;
       cursor_next (&cursor)) {
    if (key_history_commit (cursor.key) > c->after)
      c->ok = do_step (c, &cursor);
  }
  if (!cursor_close (&cursor, c->ok ? c->error : NULL))
    c->ok = FALSE;
  return c->ok && !c->stopped;
}

gboolean
store_changes_each (Store *store, const SeriesKey *match, md_time since,
                    ChangeVisit visit, gpointer data, GError **error)
{
  Changes c = { .store = store, .view = store_view (store), .visit = visit,
                .data = data, .error = error, .ok = TRUE };

  if (since > G_MININT64
      && !lineage_commit_at (&c.view, since - 1, &c.after, error))
    return FALSE;
  return catalogue_each (store, &c.view, match, visit_series, &c,
                         error)
         && c.ok;
}
