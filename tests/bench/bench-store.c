/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows into the store and out again, one thread: minute bars of 100 series in
 * segments of one fetch each (28 days), sealed and committed with a synced
 * write; the same again; a scan; a year of daily answers for 10,000
 * selectors.
 */
#include "data/block.h"
#include "data/clock.h"
#include "data/table.h"
#include "store/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define SERIES     100
#define DAY_ROWS   390
#define DAYS       28  /* of a segment                                      */
#define SEGMENTS   9   /* of a series                                       */
#define GROUP      8   /* segments of one commit                            */
#define START      (G_GINT64_CONSTANT (1704153600) * MD_SECOND)
#define TOTAL      ((double) SERIES * SEGMENTS * DAYS * DAY_ROWS)

/* Wall time is what a busy machine makes of it; processor time (of all
 * threads, RocksDB's included) is steadier.                                */
typedef struct {
  gint64 wall;
  double cpu;
} Start;

static double
cpu_seconds (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return (double) (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
         + (double) (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static Start
start (void)
{
  return (Start) { clock_monotonic (), cpu_seconds () };
}

static void
print_rate (const char *what, double rows, Start began)
{
  double wall = (double) (clock_monotonic () - began.wall) / 1e9;
  double cpu = cpu_seconds () - began.cpu;

  printf ("%-34s %6.2f M rows/s, %6.3f us of CPU a row\n", what,
          rows / wall / 1e6, cpu / rows * 1e6);
  fflush (stdout);
}

static void
die (const GError *error)
{
  fprintf (stderr, "%s\n", error->message);
  exit (1);
}

/* ---- rows ------------------------------------------------------------ */

/* A walk of one-cent ticks, the sessions of 28 days.                       */
static Columns *
make_rows (GRand *rand, gint64 first_day)
{
  Columns *rows = columns_new (table_builtin (MD_BAR));
  struct md_bar bars[DAY_ROWS];
  gint64 price = g_rand_int_range (rand, 1000, 90000);

  for (gint64 day = 0; day < DAYS; day++) {
    for (gint64 i = 0; i < DAY_ROWS; i++) {
      md_price p = (price += g_rand_int_range (rand, -4, 5)) * 10000000;

      bars[i] = (struct md_bar) {
        .ts = START + (first_day + day) * MD_DAY + (870 + i) * MD_MINUTE,
        .venue = MD_ABSENT_NAME, .contract = MD_ABSENT_NAME,
        .open = p, .high = p + g_rand_int_range (rand, 0, 9) * 10000000,
        .low = p - g_rand_int_range (rand, 0, 9) * 10000000,
        .close = p + 10000000, .volume = g_rand_int_range (rand, 100, 99999),
        .vwap = md_absent_f64 (), .trades = g_rand_int_range (rand, 1, 900),
      };
    }
    columns_append_rows (rows, bars, DAY_ROWS, sizeof bars[0], NULL, 0);
  }
  return rows;
}

static Segment *
make_segment (int series, int n)
{
  g_autoptr (GRand) rand
    = g_rand_new_with_seed ((guint32) (series * SEGMENTS + n + 1));
  g_autofree char *symbol = g_strdup_printf ("S%03d", series);
  Segment *segment = segment_new ();

  segment->ask = (AskKey) { g_strdup ("bench"), g_strdup ("feed"),
                            g_strdup ("ohlcv-1m"), g_strdup (symbol),
                            MD_SELECT_SYMBOL };
  segment->table = table_builtin (MD_BAR);
  segment->interval = (struct md_interval) { 1, MD_UNIT_MINUTE, 0, NULL };
  segment->from = START + n * DAYS * MD_DAY;
  segment->to = segment->from + DAYS * MD_DAY;
  segment->state = LEDGER_COMPLETE;
  segment_add_series (segment, symbol, make_rows (rand, n * DAYS));
  return segment;
}

/* ---- ingest ---------------------------------------------------------- */

static gint64
commit_segments (Store *store, GPtrArray *all)
{
  g_autoptr (GError) error = NULL;
  CommitResult results[GROUP];
  gint64 changed = 0;

  for (guint at = 0; at < all->len; at += GROUP) {
    gsize n = MIN (GROUP, all->len - at);

    for (gsize i = 0; i < n; i++)
      segment_seal (all->pdata[at + i]);
    if (!store_commit (store, (Segment *const *) all->pdata + at, n, results,
                       &error))
      die (error);
    for (gsize i = 0; i < n; i++)
      changed += results[i].commit != 0;
  }
  return changed;
}

static GPtrArray *
make_segments (void)
{
  GPtrArray *all
    = g_ptr_array_new_with_free_func ((GDestroyNotify) segment_free);

  for (int n = 0; n < SEGMENTS; n++) {
    for (int series = 0; series < SERIES; series++)
      g_ptr_array_add (all, make_segment (series, n));
  }
  return all;
}

/* Every thousandth row differs.                                            */
static void
disturb (GPtrArray *all)
{
  for (guint i = 0; i < all->len; i++) {
    const Segment *segment = all->pdata[i];
    const SegmentSeries *series = segment->series->pdata[0];

    for (gsize row = 0; row < series->rows->n; row += 1000)
      columns_column (series->rows, "close")->i64[row] += 10000000;
  }
}

/* ---- scan ------------------------------------------------------------ */

typedef struct {
  guint64 rows;
  gint64 sum;
} Sum;

static gboolean
sum_rows (const SeriesInfo *info, const Columns *rows, gpointer data)
{
  const gint64 *close = columns_column (rows, "close")->i64;
  Sum *sum = data;

  for (gsize i = 0; i < rows->n; i++)
    sum->sum += close[i] / 10000000;
  sum->rows += rows->n;
  return TRUE;
}

static gboolean
scan_series (const SeriesInfo *info, gpointer data)
{
  gpointer *pair = data;
  g_autoptr (GError) error = NULL;

  if (!store_scan (pair[0], &info->key, G_MININT64, MD_ABSENT,
                   *(md_time *) pair[2], sum_rows, pair[1], &error))
    die (error);
  return TRUE;
}

static void
scan_all (Store *store, const char *what, md_time as_of)
{
  Sum sum = { 0 };
  gpointer pair[] = { store, &sum, &as_of };
  Start began = start ();

  store_series_each (store, NULL, scan_series, pair, NULL);
  print_rate (what, (double) sum.rows, began);
}

/* ---- the ledger ------------------------------------------------------ */

#define KEYS 10000

/* A year of answers for one selector, `n` of them.                         */
static void
commit_year (Store *store, int key, int n, gboolean alternating)
{
  g_autoptr (GPtrArray) year
    = g_ptr_array_new_with_free_func ((GDestroyNotify) segment_free);
  g_autofree CommitResult *results = g_new0 (CommitResult, (gsize) n);
  g_autoptr (GError) error = NULL;

  for (int i = 0; i < n; i++) {
    Segment *segment = segment_new ();

    segment->ask = (AskKey) { g_strdup ("bench"), g_strdup ("ledger"),
                              g_strdup ("ohlcv-1d"),
                              g_strdup_printf ("K%05d", key),
                              MD_SELECT_SYMBOL };
    segment->from = START + i * 365 / n * MD_DAY;
    segment->to = START + (i + 1) * 365 / n * MD_DAY;
    segment->state = alternating && i % 2 ? LEDGER_SUSPECT : LEDGER_EMPTY;
    segment->next_ask = i;
    g_ptr_array_add (year, segment);
  }
  if (!store_commit (store, (Segment *const *) year->pdata, year->len, results,
                     &error))
    die (error);
}

static gboolean
count_spans (const AskKey *key, const GArray *spans, gpointer data)
{
  *(guint64 *) data += spans->len;
  return TRUE;
}

static void
read_ledger (const char *path)
{
  g_autoptr (GError) error = NULL;
  guint64 spans = 0;
  gint64 began = clock_monotonic (), opened;
  Store *store = store_open (path, STORE_READ, &error);

  if (store == NULL)
    die (error);
  opened = clock_monotonic ();
  store_ledger_each (store, NULL, count_spans, &spans, NULL);
  printf ("open %.0f ms, read the ledger %.0f ms (%" G_GUINT64_FORMAT
          " spans)\n", (double) (opened - began) / 1e6,
          (double) (clock_monotonic () - opened) / 1e6, spans);
  store_close (store);
}

/* ---- all ------------------------------------------------------------- */

static void
print_size (Store *store)
{
  StoreInfo info;

  store_compact (store, NULL);
  store_info (store, &info, NULL);
  printf ("%.1f B/row on disk (%" G_GUINT64_FORMAT " MB), %" G_GUINT64_FORMAT
          " blocks\n", (double) info.disk_bytes / (double) info.rows,
          info.disk_bytes >> 20, info.blocks);
}

static void
bench_rows (const char *path)
{
  g_autoptr (GPtrArray) all = make_segments ();
  g_autoptr (GError) error = NULL;
  Store *store = store_open (path, STORE_WRITE, &error);
  md_time first;
  Start began;

  if (store == NULL)
    die (error);
  began = start ();
  commit_segments (store, all);
  print_rate ("seal and commit, synced", TOTAL, began);
  first = clock_now ();
  print_size (store);
  began = start ();
  if (commit_segments (store, all) != 0)
    printf ("re-ingest wrote something\n");
  print_rate ("the same again", TOTAL, began);
  scan_all (store, "scan", MD_ABSENT);
  disturb (all);
  began = start ();
  commit_segments (store, all);
  print_rate ("the same, every 1000th row differs", TOTAL, began);
  scan_all (store, "scan", MD_ABSENT);
  scan_all (store, "scan as of before", first);
  store_close (store);
}

static void
bench_ledger (const char *path)
{
  g_autoptr (GError) error = NULL;
  Store *store = store_open (path, STORE_WRITE, &error);
  Start began = start ();

  if (store == NULL)
    die (error);
  for (int key = 0; key < KEYS; key++)
    commit_year (store, key, key % 20 == 0 ? 365 : 1, key % 40 == 0);
  print_rate ("answers without rows", KEYS + KEYS / 20 * 364, began);
  store_close (store);
  read_ledger (path);
}

int
main (int argc, char **argv)
{
  g_autofree char *dir
    = argc > 1 ? g_strdup (argv[1])
               : g_dir_make_tmp ("mdcore-bench-XXXXXX", NULL);
  g_autofree char *rows = g_build_filename (dir, "rows", NULL);
  g_autofree char *ledger = g_build_filename (dir, "ledger", NULL);
  g_autofree char *remove = g_strdup_printf ("rm -rf '%s'", dir);

  bench_rows (rows);
  bench_ledger (ledger);
  return argc > 1 ? 0 : system (remove) != 0;
}
