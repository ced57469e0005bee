/* SPDX-License-Identifier: Apache-2.0
 *
 * rules.c - broken rows become dead letters, doubled bars are told apart, and
 * the segment gets its score.
 */
#include "rules-private.h"

#include "row-json.h"

#include <math.h>

#define BLOCK 1024

/* ---- the score ------------------------------------------------------- */

/* What a kept but doubtful row counts, against 1 for a rejected one.       */
#define DOUBTFUL 0.1

void
rule_score_init (RuleScore *score)
{
  *score = (RuleScore) { .worst_at = MD_ABSENT };
}

void
rule_score_add (RuleScore *into, const RuleScore *score)
{
  into->rows += score->rows;
  into->rejected += score->rejected;
  into->duplicates += score->duplicates;
  into->moves += score->moves;
  if (score->worst_move > into->worst_move) {
    into->worst_move = score->worst_move;
    into->worst_at = score->worst_at;
  }
}

double
rule_score (const RuleScore *score)
{
  double faults = score->rejected
                  + DOUBTFUL * (double) (score->duplicates + score->moves);

  if (score->rows == 0)
    return 1;
  return CLAMP (1 - faults / score->rows, 0, 1);
}

gboolean
rule_score_passes (const RuleScore *score, const QualityPolicy *quality)
{
  return rule_score (score) >= quality->min_score;
}

/* ---- rejecting ------------------------------------------------------- */

typedef struct {
  Rules rules;
  Columns *columns;
  guint8 *drop;            /* by row; NULL until there is one               */
  GPtrArray *dead;
  RuleScore *score;
} Sieve;

static void
drop_row (Sieve *sieve, gsize row)
{
  if (sieve->drop == NULL)
    sieve->drop = g_malloc0 (sieve->columns->n);
  sieve->drop[row] = 1;
}

static void
reject_row (Sieve *sieve, gsize row, const char *reasons)
{
  const RuleInput *input = sieve->rules.input;
  DeadLetter *letter = g_new0 (DeadLetter, 1);

  letter->instrument = g_strdup (input->instrument);
  letter->ts = sieve->rules.ts[row];
  letter->at = input->now;
  letter->reasons = g_strdup (reasons);
  letter->raw = row_to_json (sieve->columns, row, input->instrument);
  g_ptr_array_add (sieve->dead, letter);
  sieve->score->rejected++;
  drop_row (sieve, row);
}

static void
sieve_block (Sieve *sieve, gsize first, gsize n)
{
  g_autoptr (GString) reasons = g_string_new (NULL);

  for (gsize row = first; row < first + n; row++) {
    g_string_truncate (reasons, 0);
    rules_explain (&sieve->rules, row, reasons);
    if (reasons->len > 0)
      reject_row (sieve, row, reasons->str);
  }
}

/* ---- doubled bars ---------------------------------------------------- */

static gint
compare_keys (gconstpointer a, gconstpointer b, gpointer data)
{
  const Columns *columns = data;

  return columns_key_compare (columns, *(const gsize *) a, columns,
                              *(const gsize *) b);
}

/* Two rows of one key, in the vendor's order.  A bar sent twice is one bar.
 * Two different ones are a contradiction: the later is kept, because a vendor
 * that corrects itself within an answer appends, but the earlier is set aside
 * to be seen and not lost.                                                 */
static void
judge_pair (Sieve *sieve, gsize earlier, gsize later)
{
  if (columns_row_equal (sieve->columns, earlier, sieve->columns, later)) {
    drop_row (sieve, earlier);
    sieve->score->duplicates++;
  } else {
    reject_row (sieve, earlier, "duplicate");
  }
}

/* Rows [first, end) have one time; venues may be mixed.                    */
static void
judge_run (Sieve *sieve, gsize first, gsize end)
{
  g_autoptr (GArray) rows = g_array_new (FALSE, FALSE, sizeof (gsize));

  for (gsize row = first; row < end; row++) {
    if (sieve->drop == NULL || !sieve->drop[row])
      g_array_append_val (rows, row);
  }
  g_array_sort_with_data (rows, compare_keys, sieve->columns);
  for (guint i = 1; i < rows->len; i++) {
    gsize *pair = &g_array_index (rows, gsize, i - 1);

    if (compare_keys (&pair[0], &pair[1], sieve->columns) == 0)
      judge_pair (sieve, pair[0], pair[1]);
  }
}

static void
find_doubles (Sieve *sieve)
{
  const gint64 *ts = sieve->rules.ts;
  gsize n = sieve->columns->n;

  for (gsize row = 1; row < n; row++) {
    gsize end = row;

    while (end < n && ts[end] == ts[row - 1])
      end++;
    if (end > row)
      judge_run (sieve, row - 1, end);
    row = end;
  }
}

/* ---- price moves ----------------------------------------------------- */

/* Flagged, not rejected: prices do jump.                                   */
static void
count_moves (const Columns *columns, double max_move, RuleScore *score)
{
  const Column *close = columns_column (columns, "close");

  if (isnan (max_move) || close == NULL || close->i64 == NULL)
    return;
  for (gsize i = 1; i < columns->n; i++) {
    double last = close->i64[i - 1], move;

    if (last == 0)
      continue;
    move = fabs ((close->i64[i] - last) / last);
    if (move <= max_move)
      continue;
    score->moves++;
    if (move > score->worst_move) {
      score->worst_move = move;
      score->worst_at = columns->cols[0].i64[i];
    }
  }
}

/* ---- all of it ------------------------------------------------------- */

void
rules_apply (const RuleInput *input, Columns *columns, GPtrArray *dead,
             RuleScore *score)
{
  Sieve sieve = { .columns = columns, .dead = dead, .score = score };

  score->rows += columns->n;
  if (columns->n == 0)
    return;
  rules_prepare (&sieve.rules, input, columns);
  for (gsize first = 0; first < columns->n; first += BLOCK) {
    gsize n = MIN (BLOCK, columns->n - first);

    if (rules_block_is_suspect (&sieve.rules, first, n))
      sieve_block (&sieve, first, n);
  }
  /* Equal ticks are separate events; equal bars are not.                   */
  if (input->offer->record == MD_BAR)
    find_doubles (&sieve);
  rules_clear (&sieve.rules);
  if (sieve.drop != NULL)
    columns_remove (columns, sieve.drop);
  g_free (sieve.drop);
  if (input->offer->record == MD_BAR)
    count_moves (columns, input->quality->max_move, score);
}
