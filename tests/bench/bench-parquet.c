/* SPDX-License-Identifier: Apache-2.0
 *
 * bench-parquet.c - bench-parquet ROWS FILE [LEVEL]: made-up trades of fifty
 * instruments through the Parquet writer, and bare zstd over the same bytes.
 */
#include "parquet.h"

#include <fcntl.h>
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <zstd.h>

#define BATCH 16384
#define SYMBOLS 50
#define RUN 400000 /* rows of one instrument before the next                */

static const char *const sides = "buysell";
static const int32_t side_offsets[] = { 0, 3, 7 };

static struct {
  int64_t ts[BATCH], recv[BATCH], price[BATCH], sequence[BATCH];
  double size[BATCH];
  int32_t side[BATCH];
  uint8_t valid[BATCH / 8];
  int64_t flags;
} rows;

static guint64 state = 88172645463325252u;

static guint64
next_random (void)
{
  state ^= state << 13;
  state ^= state >> 7;
  return state ^= state << 17;
}

static double
seconds (void)
{
  struct timespec now;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double) now.tv_sec + (double) now.tv_nsec / 1e9;
}

/* Ticks of 0.01 that walk, clustered times, sizes of mostly round lots.     */
static void
fill (int64_t first, gsize n)
{
  static int64_t ts, price, sequence;

  if (first % RUN == 0) {
    ts = INT64_C (1704205800000000000);
    price = (int64_t) (20 + next_random () % 400) * 1000000000;
  }
  for (gsize i = 0; i < n; i++) {
    guint64 r = next_random ();

    ts += (r & 3) == 0 ? (int64_t) (r >> 8 & 0xffff) : (int64_t) (r >> 8
                                                    & 0xfffffff);
    price += ((int64_t) (r >> 40 & 7) - 3) / 2 * 10000000;
    sequence += 1 + (int64_t) (r >> 44 & 15);
    rows.ts[i] = ts;
    rows.recv[i] = ts + 15000 + (int64_t) (r >> 20 & 0x3fff);
    rows.price[i] = price;
    rows.sequence[i] = sequence;
    rows.size[i] = (r >> 50 & 3) != 0 ? 100.0 : (double) (1 + (r >> 52 & 511));
    rows.side[i] = (int32_t) (r >> 62 & 1);
    rows.valid[i / 8] |= (uint8_t) (1u << (i & 7));
  }
}

static const struct pq_node nodes[] = {
  { "ts", PQ_TIME_NS, PQ_REQUIRED, 0 },
  { "symbol", PQ_TEXT, PQ_REQUIRED, 0 },
  { "venue", PQ_TEXT, PQ_OPTIONAL, 0 },
  { "flags", PQ_I32, PQ_REQUIRED, 0 },
  { "ts_recv", PQ_TIME_NS, PQ_OPTIONAL, 0 },
  { "price", PQ_DECIMAL, PQ_OPTIONAL, 0 },
  { "size", PQ_F64, PQ_OPTIONAL, 0 },
  { "sequence", PQ_I64, PQ_OPTIONAL, 0 },
  { "id", PQ_TEXT, PQ_OPTIONAL, 0 },
  { "side", PQ_TEXT, PQ_OPTIONAL, 0 },
  { "depth", PQ_I64, PQ_OPTIONAL, 0 },
  { "source_provider", PQ_TEXT, PQ_REQUIRED, 0 },
  { "_extracted_at", PQ_TIME_NS, PQ_OPTIONAL, 0 },
  { "_ingestion_id", PQ_TEXT, PQ_OPTIONAL, 0 },
  { "is_mock", PQ_BOOL, PQ_REQUIRED, 0 },
};

static int32_t offsets[G_N_ELEMENTS (nodes)][2];

static struct pq_values
constant (gsize i, const char *text)
{
  offsets[i][1] = (int32_t) strlen (text);
  return (struct pq_values) { .shape = PQ_CONSTANT, .offset = offsets[i],
                              .text = text };
}

static void
describe (struct pq_values *values, char *symbol)
{
  values[0] = (struct pq_values) { .i64 = rows.ts };
  values[1] = constant (1, symbol);
  values[2] = constant (2, "XNAS");
  values[3] = (struct pq_values) { .shape = PQ_CONSTANT, .i64 = &rows.flags };
  values[4] = (struct pq_values) { .i64 = rows.recv };
  values[5] = (struct pq_values) { .i64 = rows.price };
  values[6] = (struct pq_values) { .f64 = rows.size };
  values[7] = (struct pq_values) { .i64 = rows.sequence };
  values[8] = (struct pq_values) { .shape = PQ_ABSENT };
  values[9] = (struct pq_values) { .index = rows.side, .text = sides,
                                   .offset = side_offsets, .n_texts = 2 };
  values[10] = (struct pq_values) { .shape = PQ_ABSENT };
  values[11] = constant (11, "fake");
  values[12] = (struct pq_values) { .shape = PQ_CONSTANT, .i64 = rows.ts };
  values[13] = constant (13, "018cc251-f400-7000-8000-000000000001");
  values[14] = values[3];
}

static void
measure_zstd (int level)
{
  gsize size = sizeof rows.ts, bound = ZSTD_compressBound (size);
  g_autofree char *out = g_malloc (bound);
  double start = seconds ();

  for (int i = 0; i < 200; i++)
    ZSTD_compress (out, bound, i & 1 ? (void *) rows.price
                                     : (void *) rows.recv, size, level);
  printf ("bare zstd %d of 8-byte columns: %.0f MB/s\n", level,
          200 * (double) size / 1e6 / (seconds () - start));
}

int
main (int argc, char **argv)
{
  int64_t n = argc > 1 ? atoll (argv[1]) : 2000000;
  int level = argc > 3 ? atoi (argv[3]) : 3;
  const char *path = argc > 2 ? argv[2] : "/dev/null";
  int fd = open (path, O_CREAT | O_TRUNC | O_WRONLY, 0666);
  const struct pq_options options = { .level = level, .sorted_by = -1,
                                      .row_group_size = 32u << 20 };
  struct pq_writer *writer = pq_writer_new (fd, nodes, G_N_ELEMENTS (nodes),
                                            &options);
  struct pq_values values[G_N_ELEMENTS (nodes)];
  double spent = 0;
  char symbol[16];

  for (int64_t at = 0; at < n; at += BATCH) {
    double start;

    fill (at, BATCH);
    snprintf (symbol, sizeof symbol, "S%02d", (int) (at / RUN % SYMBOLS));
    describe (values, symbol);
    start = seconds ();
    if (!pq_writer_write (writer, values, BATCH))
      g_error ("%s", pq_writer_fault (writer));
    spent += seconds () - start;
  }
  spent -= seconds ();
  if (!pq_writer_finish (writer, "mdcore version 0.1.0", NULL, 0))
    g_error ("%s", pq_writer_fault (writer));
  spent += seconds ();
  printf ("%" G_GUINT64_FORMAT " trades, level %d: %.1f M rows/s, %.2f bytes a"
          " row\n", pq_writer_rows (writer), level,
          (double) pq_writer_rows (writer) / spent / 1e6,
          (double) pq_writer_size (writer) / (double) pq_writer_rows (writer));
  pq_writer_free (writer);
  close (fd);
  measure_zstd (level);
  return 0;
}
