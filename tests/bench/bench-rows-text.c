/* SPDX-License-Identifier: Apache-2.0
 *
 * bench-rows-text.c - decoded rows to CSV and JSON lines, against a plain
 * copy of the text that comes out.
 */
#include "data/clock.h"
#include "data/rows-text.h"
#include "data/table.h"

#include <stdio.h>
#include <string.h>

#define ROUNDS 5

typedef struct {
  char *copy;
  gsize len;
  gint64 copying; /* ns                                                     */
} Out;

static gboolean
take (const char *data, gsize len, gpointer user, GError **error)
{
  Out *out = user;
  gint64 since = clock_monotonic ();

  memcpy (out->copy, data, MIN (len, 1u << 19));
  out->copying += clock_monotonic () - since;
  out->len += len;
  return TRUE;
}

static Columns *
make_bars (gsize n, GRand *rand)
{
  Columns *columns = columns_new (table_builtin (MD_BAR));
  gint64 price = 18700;

  for (gsize i = 0; i < n; i++) {
    struct md_bar bar = {
      .ts = G_GINT64_CONSTANT (1704067200) * MD_SECOND + (gint64) i * MD_MINUTE,
      .venue = MD_ABSENT_NAME, .contract = MD_ABSENT_NAME };

    bar.open = price * 10000000;
    price += g_rand_int_range (rand, -12, 13);
    bar.close = price * 10000000;
    bar.high = MAX (bar.open, bar.close) + 50000000;
    bar.low = MIN (bar.open, bar.close) - 50000000;
    bar.volume = g_rand_int_range (rand, 100, 60000);
    bar.vwap = (double) (price * 10000 + g_rand_int_range (rand, 0, 10000))
               / 1e6;
    bar.trades = g_rand_int_range (rand, 1, 900);
    columns_append_rows (columns, &bar, 1, sizeof bar, NULL, 0);
  }
  return columns;
}

static Columns *
make_trades (gsize n, GRand *rand)
{
  static const char *const names[] = { "XNAS", "buy", "sell" };
  Columns *columns = columns_new (table_builtin (MD_TRADE));
  char id[24];

  for (gsize i = 0; i < n; i++) {
    struct md_trade trade = {
      .ts = (gint64) i * 12345678, .contract = MD_ABSENT_NAME,
      .ts_event = (gint64) i * 12345678 - 999, .ts_recv = MD_ABSENT,
      .price = g_rand_int_range (rand, 6000000, 6010000) * 10000000ll,
      .size = g_rand_int_range (rand, 1, 100000) / 1e5,
      .sequence = (gint64) i, .side = (guint32) g_rand_int_range (rand, 1, 3),
      .conditions = MD_ABSENT_NAME, .tape = MD_ABSENT_NAME,
      .action = MD_ABSENT_NAME, .depth = MD_ABSENT, .vendor_flags = MD_ABSENT,
      .ts_in_delta = MD_ABSENT, .instrument_id = MD_ABSENT };

    trade.id.ptr = id;
    trade.id.len = (gsize) g_snprintf (id, sizeof id, "%zu", 5266583935 + i);
    columns_append_rows (columns, &trade, 1, sizeof trade, names, 3);
  }
  return columns;
}

static void
run (const char *name, const Columns *columns, RowsFormat format)
{
  gint64 best = G_MAXINT64;
  gsize len = 0, n = columns->n;

  for (int round = 0; round < ROUNDS; round++) {
    Out out = { g_malloc (1u << 20), 0, 0 };
    RowsOptions options = { .format = format, .is_mock = TRUE };
    gint64 since = clock_monotonic ();
    g_autoptr (RowsText) text
      = rows_text_new (columns->table, &options, take, &out);

    rows_text_series (text, "AAPL", "vendor", FALSE);
    g_assert_true (rows_text_write (text, columns, NULL));
    g_assert_true (rows_text_end (text, NULL));
    best = MIN (best, clock_monotonic () - since - out.copying);
    len = out.len;
    g_free (out.copy);
  }
  printf ("%-14s %8.1f %10.1f\n", name, (double) n * 1000.0 / (double) best,
          (double) len / (double) n);
}

int
main (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  g_autoptr (Columns) bars = make_bars (500000, rand);
  g_autoptr (Columns) trades = make_trades (500000, rand);

  puts ("             M rows/s      B/row");
  run ("bars CSV", bars, ROWS_CSV);
  run ("bars JSON", bars, ROWS_JSONL);
  run ("trades CSV", trades, ROWS_CSV);
  run ("trades JSON", trades, ROWS_JSONL);
  return 0;
}
