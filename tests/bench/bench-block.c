/* SPDX-License-Identifier: Apache-2.0
 *
 * bench-block.c - rows to columns to blocks and back, next to a plain copy
 * of the same rows in the same run.
 */
#include "data/block.h"
#include "data/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/table.h"

#define ROUNDS 7

typedef struct {
  const char *name;
  const struct md_table *table;
  guint8 *rows;
  gsize n, stride, per_page, per_block;
  const char *names[4];
} Load;

typedef struct {
  double copy, append, encode, decode; /* million rows a second             */
} Rates;

static void
fill_head (void *row, md_time ts)
{
  struct md_head head = { ts, 0, MD_ABSENT_NAME, MD_ABSENT_NAME, 0 };

  memcpy (row, &head, sizeof head);
}

/* Minute bars of trading days, a random walk in cents.                     */
static void
make_bars (Load *load, GRand *rand)
{
  struct md_bar *bars = g_new0 (struct md_bar, load->n);
  gint64 price = 18700;

  for (gsize i = 0; i < load->n; i++) {
    gint64 open = price + g_rand_int_range (rand, -2, 3);
    gint64 close = open + g_rand_int_range (rand, -12, 13);

    price = close;
    fill_head (&bars[i], (gint64) (i / 390) * MD_DAY + 870 * MD_MINUTE
                           + (gint64) (i % 390) * MD_MINUTE);
    bars[i].open = open * 10000000;
    bars[i].close = close * 10000000;
    bars[i].high = (MAX (open, close) + g_rand_int_range (rand, 0, 6))
                   * 10000000;
    bars[i].low = (MIN (open, close) - g_rand_int_range (rand, 0, 6))
                  * 10000000;
    bars[i].volume = g_rand_int_range (rand, 100, 60000);
    bars[i].vwap = (double) ((open + close) * 5000
                             + g_rand_int_range (rand, 0, 5000)) / 1e6;
    bars[i].trades = g_rand_int_range (rand, 1, 900);
  }
  load->rows = (guint8 *) bars;
  load->stride = sizeof *bars;
}

/* Futures trades with every field that such a feed has.                    */
static void
make_trades (Load *load, GRand *rand)
{
  struct md_trade *trades = g_new0 (struct md_trade, load->n);
  gint64 price = 475000, ts = 0, sequence = 1000;

  for (gsize i = 0; i < load->n; i++) {
    struct md_trade *t = &trades[i];

    ts += g_rand_int_range (rand, 3000, 20000000);
    price += g_rand_int_range (rand, -1, 2) * 25;
    fill_head (t, ts + 20000);
    t->venue = 0;
    t->ts_event = ts;
    t->ts_recv = ts + 20000 + g_rand_int_range (rand, 0, 3000);
    t->ts = t->ts_recv;
    t->price = price * 10000000;
    t->size = g_rand_int_range (rand, 1, 20);
    t->sequence = sequence += g_rand_int_range (rand, 1, 400);
    t->id = (struct md_text) { NULL, 0 };
    t->side = (guint32) g_rand_int_range (rand, 1, 3);
    t->conditions = t->tape = MD_ABSENT_NAME;
    t->action = 3;
    t->depth = 0;
    t->vendor_flags = g_rand_int_range (rand, 0, 8) ? 0 : 128;
    t->ts_in_delta = g_rand_int_range (rand, 12000, 20000);
    t->instrument_id = 5602;
  }
  load->rows = (guint8 *) trades;
  load->stride = sizeof *trades;
}

static double
rate (const Load *load, gint64 since)
{
  return (double) load->n * 1000.0 / (double) (clock_monotonic () - since);
}

/* A provider's page at a time, as the engine does.                         */
static GPtrArray *
append (const Load *load)
{
  GPtrArray *pages
    = g_ptr_array_new_with_free_func ((GDestroyNotify) columns_free);

  for (gsize i = 0; i < load->n; i += load->per_page) {
    Columns *columns = columns_new (load->table);

    columns_append_rows (columns, load->rows + i * load->stride,
                         MIN (load->n - i, load->per_page), load->stride,
                         load->names, G_N_ELEMENTS (load->names));
    g_ptr_array_add (pages, columns);
  }
  return pages;
}

static void
encode (const Load *load, const Columns *columns, GPtrArray *blocks)
{
  for (gsize i = 0; i < columns->n; i += load->per_block) {
    gsize n = MIN (columns->n - i, load->per_block);
    CommitRun run = { 1, (guint32) n };
    g_autoptr (GBytes) payload = block_encode_payload (columns, i, n);

    g_ptr_array_add (blocks, block_seal (payload, load->table, n, &run, 1));
  }
}

static gsize
decode (const Load *load, GPtrArray *blocks)
{
  gsize bytes = 0;

  for (guint i = 0; i < blocks->len; i++) {
    gsize len;
    const void *data = g_bytes_get_data (blocks->pdata[i], &len);
    g_autoptr (Columns) columns
      = block_decode (data, len, load->table, NULL);

    g_assert_nonnull (columns);
    bytes += len;
  }
  return bytes;
}

static gsize
measure (const Load *load, Rates *ret_rates)
{
  g_autofree guint8 *copy = g_malloc (load->n * load->stride);
  g_autoptr (GPtrArray) blocks
    = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_autoptr (GPtrArray) pages = NULL;
  gint64 since;
  gsize bytes;

  memset (copy, 1, load->n * load->stride);
  since = clock_monotonic ();
  memcpy (copy, load->rows, load->n * load->stride);
  ret_rates->copy = rate (load, since);
  g_assert_cmpint (copy[load->n], ==, load->rows[load->n]);
  since = clock_monotonic ();
  pages = append (load);
  ret_rates->append = rate (load, since);
  since = clock_monotonic ();
  for (guint i = 0; i < pages->len; i++)
    encode (load, pages->pdata[i], blocks);
  ret_rates->encode = rate (load, since);
  since = clock_monotonic ();
  bytes = decode (load, blocks);
  ret_rates->decode = rate (load, since);
  return bytes;
}

static int
ascending (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

static double
median (const Rates *rates, gsize offset)
{
  double values[ROUNDS];

  for (gsize i = 0; i < ROUNDS; i++)
    memcpy (&values[i], (const char *) &rates[i] + offset, sizeof (double));
  qsort (values, ROUNDS, sizeof *values, ascending);
  return values[ROUNDS / 2];
}

static void
run (Load *load)
{
  Rates rates[ROUNDS];
  gsize bytes = 0;

  for (gsize i = 0; i < ROUNDS; i++)
    bytes = measure (load, &rates[i]);
  printf ("%-22s %8.1f %8.1f %8.1f %8.1f %8.2f\n", load->name,
          median (rates, offsetof (Rates, copy)),
          median (rates, offsetof (Rates, append)),
          median (rates, offsetof (Rates, encode)),
          median (rates, offsetof (Rates, decode)),
          (double) bytes / (double) load->n);
  g_free (load->rows);
}

int
main (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  Load bars = { .name = "bars, 390 a block", .n = 98280 * 10,
                .table = table_builtin (MD_BAR), .per_page = 9750,
                .per_block = 390 };
  Load trades = { .name = "trades, 8192 a block", .n = 500000,
                  .table = table_builtin (MD_TRADE), .per_page = 16384,
                  .per_block = 8192,
                  .names = { "XCME", "buy", "sell", "trade" } };

  puts ("million rows a second     memcpy   append   encode   decode   "
        "B/row");
  make_bars (&bars, rand);
  run (&bars);
  make_trades (&trades, rand);
  run (&trades);
  return 0;
}
