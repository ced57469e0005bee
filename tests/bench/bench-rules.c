/* SPDX-License-Identifier: Apache-2.0
 *
 * bench-rules.c - the row rules on clean minute bars, next to one plain pass
 * over the same columns in the same run.
 */
#include "data/clock.h"
#include "data/table.h"
#include "engine/rules.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define ROUNDS 7
#define ROWS   100000
#define PASSES 20

static Columns *
make_bars (void)
{
  Columns *columns = columns_new (table_builtin (MD_BAR));
  g_autofree struct md_bar *bars = g_new0 (struct md_bar, ROWS);
  gint64 price = 18700;

  for (gsize i = 0; i < ROWS; i++) {
    gint64 close = price + (gint64) (i * 7919 % 25) - 12;

    bars[i] = (struct md_bar) {
      .ts = (gint64) (i / 390) * MD_DAY
            + (gint64) (870 + i % 390) * MD_MINUTE,
      .venue = MD_ABSENT_NAME,
      .contract = MD_ABSENT_NAME,
      .open = price * 10000000,
      .high = (MAX (price, close) + 3) * 10000000,
      .low = (MIN (price, close) - 3) * 10000000,
      .close = close * 10000000,
      .volume = (double) (i % 977),
      .vwap = 187.0,
      .trades = (gint64) (i % 31),
    };
    price = CLAMP (close, 10000, 30000);
  }
  columns_append_rows (columns, bars, ROWS, sizeof bars[0], NULL, 0);
  return columns;
}

/* Reads everything once: what no check can be faster than.                 */
static gint64
sum_of (const Columns *columns)
{
  gint64 sum = 0;

  for (gsize c = 0; c < columns->n_cols; c++) {
    for (gsize i = 0; columns->cols[c].i64 != NULL && i < columns->n; i++)
      sum ^= columns->cols[c].i64[i];
  }
  return sum;
}

static double
rate (gint64 started)
{
  return (double) ROWS * PASSES * 1e3
         / (double) (clock_monotonic () - started);
}

static int
compare (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

int
main (void)
{
  static const struct md_offer offer
    = { .record = MD_BAR, .interval = { 1, MD_UNIT_MINUTE } };
  const QualityPolicy quality
    = { .min_volume = NAN, .max_volume = 1e12, .max_move = NAN };
  const RuleInput input = { .offer = &offer,
                            .table = table_builtin (MD_BAR),
                            .quality = &quality,
                            .to = 10000 * MD_DAY,
                            .now = 20000 * MD_DAY };
  g_autoptr (Columns) columns = make_bars ();
  g_autoptr (GPtrArray) dead = g_ptr_array_new ();
  double rules[ROUNDS], pass[ROUNDS];
  volatile gint64 sink = 0;
  RuleScore score;

  rule_score_init (&score);
  for (int round = 0; round < ROUNDS; round++) {
    gint64 started = clock_monotonic ();

    for (int i = 0; i < PASSES; i++)
      rules_apply (&input, columns, dead, &score);
    rules[round] = rate (started);
    started = clock_monotonic ();
    for (int i = 0; i < PASSES; i++)
      sink += sum_of (columns);
    pass[round] = rate (started);
  }
  if (dead->len > 0 || rule_score (&score) != 1)
    return 1;
  qsort (rules, ROUNDS, sizeof rules[0], compare);
  qsort (pass, ROUNDS, sizeof pass[0], compare);
  printf ("rules, clean minute bars: %.0f M rows/s (one plain pass: %.0f)\n",
          rules[ROUNDS / 2], pass[ROUNDS / 2]);
  return 0;
}
