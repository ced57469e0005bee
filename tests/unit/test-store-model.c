/* SPDX-License-Identifier: Apache-2.0
 *
 * Random segments against a model that knows nothing of blocks: lists of rows
 * that are rebuilt whole and copied whole at each commit.
 */
#include "store-help.h"

#include "data/clock.h"

#define SERIES 4
#define UNITS  60   /* of two hours (ticks) or half a day: several buckets  */

typedef struct {
  gint64 t, price, sequence; /* sequence -1: none                           */
  guint64 commit;
} Row;

typedef struct {
  GArray *rows[SERIES];      /* of Row                                      */
  md_time at;
} State;

typedef struct {
  GRand *rand;
  gboolean ticks;
  char *dir;
  Store *store;
  State now;
  GPtrArray *past;           /* of State, by commit number                  */
  gboolean linked[2][SERIES]; /* under the parent selectors A and B         */
  gint64 link_from[2][SERIES], link_to[2][SERIES];
  gboolean covered[2][UNITS];
  guint64 commit;            /* the last one                                */
  guint64 superseded;        /* rows that `changes` should list as gone     */
} Model;

static const char *const names[SERIES] = { "S0", "S1", "S2", "S3" };
static const char *const parents[2] = { "A", "B" };

static gint64
unit (const Model *m)
{
  return m->ticks ? 7200 : 720;
}

/* ---- rows ------------------------------------------------------------ */

static const Row *
row_at (const GArray *rows, guint i)
{
  return &g_array_index (rows, Row, i);
}

static char *
rows_text (const GArray *rows, gboolean with_commits)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < rows->len; i++) {
    const Row *row = row_at (rows, i);

    g_string_append_printf (out, "%s%" G_GINT64_FORMAT "=%" G_GINT64_FORMAT,
                            i > 0 ? " " : "", row->t, row->price);
    if (row->sequence >= 0)
      g_string_append_printf (out, "/%" G_GINT64_FORMAT, row->sequence);
    if (with_commits)
      g_string_append_printf (out, "@%" G_GUINT64_FORMAT, row->commit);
  }
  return g_string_free (out, FALSE);
}

/* Times in order, often equal for ticks.                                   */
static GArray *
random_rows (Model *m, gint64 from, gint64 to)
{
  GArray *rows = g_array_new (FALSE, FALSE, sizeof (Row));

  for (gint64 t = from; t < to; t++) {
    int n = m->ticks ? g_rand_int_range (m->rand, -2, 4)
                     : g_rand_int_range (m->rand, 0, 2);

    for (int i = 0; i < n; i++) {
      Row row = { t * unit (m), g_rand_int_range (m->rand, 1, 3),
                  m->ticks ? g_rand_int_range (m->rand, -1, 3) : -1, 0 };

      g_array_append_val (rows, row);
    }
  }
  return rows;
}

/* What is held there, with a change here and there.                        */
static GArray *
similar_rows (Model *m, const GArray *held, gint64 from, gint64 to)
{
  GArray *rows = g_array_new (FALSE, FALSE, sizeof (Row));

  for (guint i = 0; i < held->len; i++) {
    Row row = *row_at (held, i);

    if (row.t < from * unit (m) || row.t >= to * unit (m))
      continue;
    if (g_rand_int_range (m->rand, 0, 12) == 0)
      row.price += 1;
    if (g_rand_int_range (m->rand, 0, 20) > 0)
      g_array_append_val (rows, row);
  }
  return rows;
}

/* What is held there, equal times in another order, with more between.     */
static GArray *
shuffled_rows (Model *m, const GArray *held, gint64 from, gint64 to)
{
  GArray *rows = g_array_new (FALSE, FALSE, sizeof (Row));

  for (guint i = 0; i < held->len; i++) {
    Row row = *row_at (held, i);
    Row *last = rows->len > 0 ? &g_array_index (rows, Row, rows->len - 1)
                              : NULL;

    if (row.t < from * unit (m) || row.t >= to * unit (m))
      continue;
    if (last != NULL && last->t == row.t
        && g_rand_int_range (m->rand, 0, 3) == 0) {
      Row swapped = *last;

      *last = row;
      row = swapped;
    }
    g_array_append_val (rows, row);
    row.sequence = 9;
    if (m->ticks && g_rand_int_range (m->rand, 0, 5) == 0)
      g_array_append_val (rows, row);
  }
  return rows;
}

/* ---- the model ------------------------------------------------------- */

static gboolean
same_key (const Row *a, const Row *b)
{
  return a->t == b->t && a->sequence == b->sequence;
}

static gboolean
same_row (const Row *a, const Row *b)
{
  return same_key (a, b) && a->price == b->price;
}

/* The n-th of its key in old meets the n-th of its key in now.             */
static gint
counterpart (const GArray *from, guint i, const GArray *to)
{
  guint ordinal = 0;

  for (guint k = 0; k < i; k++)
    ordinal += same_key (row_at (from, k), row_at (from, i));
  for (guint k = 0; k < to->len; k++) {
    if (same_key (row_at (to, k), row_at (from, i)) && ordinal-- == 0)
      return (gint) k;
  }
  return -1;
}

static GArray *
slice (const GArray *rows, gint64 from, gint64 to)
{
  GArray *part = g_array_new (FALSE, FALSE, sizeof (Row));

  for (guint i = 0; i < rows->len; i++) {
    if (row_at (rows, i)->t >= from && row_at (rows, i)->t < to)
      g_array_append_val (part, *row_at (rows, i));
  }
  return part;
}

static void
add_all (GArray *to, const GArray *rows)
{
  g_array_append_vals (to, rows->data, rows->len);
}

/* One time: what it becomes is appended to `out`.                          */
static void
model_replace (const GArray *old, const GArray *now, guint64 commit,
               GArray *out, CommitResult *counts)
{
  guint same = 0;
  guint64 before = counts->added + counts->changed + counts->withdrawn;
  g_autoptr (GArray) result = slice (now, G_MININT64, G_MAXINT64);

  for (guint i = 0; i < result->len; i++) {
    gint k = counterpart (now, i, old);
    gboolean is_same = k >= 0 && same_row (row_at (now, i),
                                           row_at (old, (guint) k));

    g_array_index (result, Row, i).commit
      = is_same ? row_at (old, (guint) k)->commit : commit;
    same += is_same;
    counts->changed += k >= 0 && !is_same;
    counts->added += k < 0;
  }
  for (guint i = 0; i < old->len; i++)
    counts->withdrawn += counterpart (old, i, now) < 0;
  counts->same += same;
  add_all (out, counts->added + counts->changed + counts->withdrawn > before
                  ? result : old);
}

static void
model_append (const GArray *old, const GArray *now, guint64 commit,
              GArray *out, CommitResult *counts)
{
  g_autoptr (GArray) left = slice (old, G_MININT64, G_MAXINT64);

  add_all (out, old);
  for (guint i = 0; i < now->len; i++) {
    Row row = *row_at (now, i);
    guint k = 0;

    while (k < left->len && !same_row (row_at (left, k), &row))
      k++;
    if (k < left->len) {
      g_array_remove_index (left, k);
      counts->same++;
      continue;
    }
    row.commit = commit;
    counts->added++;
    g_array_append_val (out, row);
  }
}

static void
model_apply (Model *m, int series, gint64 from, gint64 to, const GArray *now,
             gboolean append, guint64 commit, CommitResult *counts)
{
  GArray *out = slice (m->now.rows[series], G_MININT64, from * unit (m));

  for (gint64 t = from * unit (m); t < to * unit (m); t += unit (m)) {
    g_autoptr (GArray) a = slice (m->now.rows[series], t, t + 1);
    g_autoptr (GArray) b = slice (now, t, t + 1);

    if (append)
      model_append (a, b, commit, out, counts);
    else
      model_replace (a, b, commit, out, counts);
  }
  {
    g_autoptr (GArray) rest = slice (m->now.rows[series], to * unit (m),
                                     G_MAXINT64);

    add_all (out, rest);
  }
  g_array_unref (m->now.rows[series]);
  m->now.rows[series] = out;
}

static void
remember (Model *m)
{
  State *state = g_new0 (State, 1);

  for (int i = 0; i < SERIES; i++)
    state->rows[i] = slice (m->now.rows[i], G_MININT64, G_MAXINT64);
  state->at = clock_now ();
  g_ptr_array_add (m->past, state);
}

/* ---- random segments ------------------------------------------------- */

static void
add_series (Model *m, Segment *segment, int series, const GArray *rows)
{
  g_autofree char *text = rows_text (rows, FALSE);

  segment_add_series (segment, names[series], help_rows (m->ticks, text));
}

static GArray *
answer_for (Model *m, int series, gint64 from, gint64 to)
{
  switch (g_rand_int_range (m->rand, 0, 5)) {
  case 0:
    return random_rows (m, from, to);
  case 2:
    return shuffled_rows (m, m->now.rows[series], from, to);
  case 1: /* the same again                                                 */
    return slice (m->now.rows[series], from * unit (m), to * unit (m));
  default:
    return similar_rows (m, m->now.rows[series], from, to);
  }
}

static gboolean
cover (Model *m, int parent, gint64 from, gint64 to)
{
  gboolean is_new = FALSE;

  for (gint64 t = from; t < to; t++) {
    is_new |= !m->covered[parent][t];
    m->covered[parent][t] = TRUE;
  }
  return is_new;
}

static gboolean
grow_link (Model *m, int parent, int i, gint64 from, gint64 to)
{
  gboolean is_linked = m->linked[parent][i];
  gint64 low = is_linked ? MIN (m->link_from[parent][i], from) : from;
  gint64 high = is_linked ? MAX (m->link_to[parent][i], to) : to;
  gboolean grows = !is_linked || low < m->link_from[parent][i]
                   || high > m->link_to[parent][i];

  m->linked[parent][i] = TRUE;
  m->link_from[parent][i] = low;
  m->link_to[parent][i] = high;
  return grows;
}

/* The answer for one series of a parent; TRUE when a link grew.            */
static gboolean
random_series (Model *m, Segment *segment, int parent, int i, gint64 from,
               gint64 to, CommitResult *counts)
{
  int series = parent * SERIES / 2 + i;
  gboolean reaches = m->linked[parent][i] && m->link_from[parent][i] < to
                     && m->link_to[parent][i] > from;
  g_autoptr (GArray) rows = g_rand_int_range (m->rand, 0, 6) == 0
    ? g_array_new (FALSE, FALSE, sizeof (Row))
    : answer_for (m, series, from, to);

  if (rows->len > 0)
    add_series (m, segment, series, rows);
  if (rows->len > 0 || (reaches && !segment->append_only))
    model_apply (m, series, from, to, rows, segment->append_only,
                 m->commit + 1, counts);
  return rows->len > 0 && grow_link (m, parent, i, from, to);
}

/* A selector of two series; the model follows.                             */
static Segment *
random_segment (Model *m, CommitResult *counts)
{
  int parent = g_rand_int_range (m->rand, 0, 2);
  gint64 from = g_rand_int_range (m->rand, 0, UNITS - 1);
  gint64 to = g_rand_int_range (m->rand, (gint32) from + 1, UNITS + 1);
  Segment *segment
    = help_segment_of (m->ticks, parents[parent], MD_SELECT_PARENT,
                       from * unit (m), to * unit (m));
  gboolean changed = cover (m, parent, from, to);

  segment->append_only = m->ticks && g_rand_int_range (m->rand, 0, 4) == 0;
  for (int i = 0; i < SERIES / 2; i++)
    changed |= random_series (m, segment, parent, i, from, to, counts);
  changed |= counts->added + counts->changed + counts->withdrawn > 0;
  if (changed) {
    counts->commit = ++m->commit;
    m->superseded += counts->changed + counts->withdrawn;
    remember (m);
  }
  segment_seal (segment);
  return segment;
}

/* ---- comparing ------------------------------------------------------- */

static void
compare_state (Model *m, const State *state, md_time as_of)
{
  for (int i = 0; i < SERIES; i++) {
    g_autofree char *wanted = rows_text (state->rows[i], TRUE);
    g_autofree char *held = help_scan (m->store, m->ticks, names[i], as_of,
                                       TRUE);

    g_assert_cmpstr (held, ==, wanted);
  }
}

static void
compare_range (Model *m, const State *state, md_time as_of)
{
  int i = g_rand_int_range (m->rand, 0, SERIES);
  gint64 from = g_rand_int_range (m->rand, 0, UNITS) * unit (m);
  gint64 to = from + g_rand_int_range (m->rand, 1, 40) * unit (m);
  gint64 step = m->ticks ? MD_SECOND : MD_MINUTE;
  g_autoptr (GArray) part = slice (state->rows[i], from, to);
  g_autofree char *wanted = rows_text (part, FALSE);
  g_autofree char *held = help_range (m->store, m->ticks, names[i],
                                      HELP_BASE + from * step,
                                      HELP_BASE + to * step, as_of);

  g_assert_cmpstr (held, ==, wanted);
}

/* Commits of one group were made at one time; it shows the last of them.   */
static void
compare_past (Model *m)
{
  for (guint i = 0; i < m->past->len; i++) {
    const State *state = m->past->pdata[i];
    const State *next = i + 1 < m->past->len ? m->past->pdata[i + 1] : NULL;

    if (next != NULL && next->at == state->at)
      continue;
    compare_state (m, state, state->at);
    compare_range (m, state, state->at);
  }
}

static gboolean
count_change (const ChangeInfo *info, gpointer data)
{
  Model *m = data;

  g_assert_true (info->was != NULL || info->now != NULL);
  g_assert_cmpuint (info->was_commit, <, info->commit);
  m->superseded -= info->was != NULL;
  if (info->now != NULL)
    g_assert_cmpuint (info->now->commit[0], ==, info->commit);
  return TRUE;
}

static void
compare_all (Model *m)
{
  g_autofree char *faults = help_faults (m->store);
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (faults, ==, "");
  compare_past (m);
  store_changes_each (m->store, NULL, G_MININT64, count_change, m, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (m->superseded, ==, 0);
}

/* ---- the run --------------------------------------------------------- */

static void
commit_group (Model *m)
{
  int n = g_rand_int_range (m->rand, 1, 5);
  Segment *group[4];
  CommitResult wanted[4] = { { 0 } }, got[4];
  g_autoptr (GError) error = NULL;

  clock_advance (MD_SECOND);
  for (int i = 0; i < n; i++)
    group[i] = random_segment (m, &wanted[i]);
  store_commit (m->store, group, (gsize) n, got, &error);
  g_assert_no_error (error);
  for (int i = 0; i < n; i++) {
    g_assert_cmpuint (got[i].added, ==, wanted[i].added);
    g_assert_cmpuint (got[i].changed, ==, wanted[i].changed);
    g_assert_cmpuint (got[i].withdrawn, ==, wanted[i].withdrawn);
    g_assert_cmpuint (got[i].same, ==, wanted[i].same);
    g_assert_cmpuint (got[i].commit, ==, wanted[i].commit);
    segment_free (group[i]);
  }
  compare_state (m, &m->now, MD_ABSENT);
  compare_range (m, &m->now, MD_ABSENT);
}

static void
state_clear (State *state)
{
  for (int i = 0; i < SERIES; i++)
    g_array_unref (state->rows[i]);
}

static void
state_free (gpointer data)
{
  state_clear (data);
  g_free (data);
}

static void
run (guint32 seed, gboolean ticks)
{
  Model m = { .rand = g_rand_new_with_seed (seed), .ticks = ticks };

  g_test_message ("seed %u, %s", seed, ticks ? "ticks" : "bars");
  m.dir = help_dir ();
  m.store = help_open (m.dir, STORE_WRITE);
  m.past = g_ptr_array_new_with_free_func (state_free);
  for (int i = 0; i < SERIES; i++)
    m.now.rows[i] = g_array_new (FALSE, FALSE, sizeof (Row));
  for (int i = 0; i < 25; i++) {
    commit_group (&m);
    if (i == 12) {
      store_close (m.store);
      m.store = help_open (m.dir, STORE_WRITE_EXISTING);
    }
  }
  compare_all (&m);
  store_close (m.store);
  state_clear (&m.now);
  g_ptr_array_unref (m.past);
  g_rand_free (m.rand);
  help_remove (m.dir);
}

static void
test_random_bars (void)
{
  for (guint32 seed = 1; seed <= (g_test_slow () ? 200 : 12); seed++)
    run (seed, FALSE);
}

static void
test_random_ticks (void)
{
  for (guint32 seed = 1; seed <= (g_test_slow () ? 200 : 12); seed++)
    run (seed, TRUE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  clock_set_manual (HELP_BASE + 9999 * MD_DAY);
  g_test_add_func ("/store-model/random-bars-as-of-every-commit",
                   test_random_bars);
  g_test_add_func ("/store-model/random-ticks-as-of-every-commit",
                   test_random_ticks);
  return g_test_run ();
}
