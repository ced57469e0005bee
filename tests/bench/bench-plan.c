/* SPDX-License-Identifier: Apache-2.0
 *
 * bench-plan.c - a store with a year of daily runs of ten thousand symbols:
 * how long it takes to open it and to plan the next run.
 *
 *   bench-plan [SYMBOLS [DAYS [CALENDAR]]]
 */
#include "data/clock.h"
#include "data/table.h"
#include "engine/engine.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>

#define ROUNDS 5
#define DAY0   (G_GINT64_CONSTANT (19723) * MD_DAY)

static struct md_offer offers[] = {
  { .dataset = "sip/raw", .schema = "ohlcv-1d", .record = MD_BAR,
    .interval = { 1, MD_UNIT_DAY }, .max_symbols = 100, .page_rows = 10000 },
};

static const Plugin plugin = {
  .desc = { .name = "vendor" },
  .has_provider = TRUE,
  .provider = { .offers = offers, .n_offers = 1,
                .offer_size = sizeof offers[0] },
};

static Segment *
one_day (const char *symbol, gint64 day)
{
  Segment *segment = segment_new ();

  segment->ask = (AskKey) { g_strdup ("vendor"), g_strdup ("sip/raw"),
                            g_strdup ("ohlcv-1d"), g_strdup (symbol),
                            MD_SELECT_SYMBOL };
  segment->table = table_builtin (MD_BAR);
  segment->interval = offers[0].interval;
  segment->from = DAY0 + day * MD_DAY;
  segment->to = segment->from + MD_DAY;
  segment->state = LEDGER_EMPTY;
  segment->lineage.ingestion_id = g_strdup ("0190b2c0-0000-7000-8000-1");
  segment->lineage.run_id = g_strdup ("0190b2c0-0000-7000-8000-2");
  segment->lineage.score = 1;
  /* Some days stay doubtful, with a time of their own for each.            */
  if (day % 30 == 29 && g_str_has_suffix (symbol, "7")) {
    segment->state = LEDGER_SUSPECT;
    segment->next_ask = DAY0 + (2000 + day) * MD_DAY;
  }
  segment_seal (segment);
  return segment;
}

static gboolean
commit_day (Store *store, char **symbols, guint n, gint64 day)
{
  g_autoptr (GPtrArray) segments
    = g_ptr_array_new_with_free_func ((GDestroyNotify) segment_free);
  g_autofree CommitResult *results = g_new0 (CommitResult, n);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (segments, one_day (symbols[i], day));
  if (!store_commit (store, (Segment **) segments->pdata, n, results,
                     &error)) {
    g_printerr ("%s\n", error->message);
    return FALSE;
  }
  for (guint i = 0; i < n; i++)
    commit_result_clear (&results[i]);
  return TRUE;
}

static gboolean
fill (const char *path, char **symbols, guint n, gint64 days)
{
  g_autoptr (Store) store = store_open (path, STORE_WRITE, NULL);
  gboolean done = store != NULL;

  for (gint64 day = 0; day < days && done; day++)
    done = commit_day (store, symbols, n, day);
  return done;
}

/* Opens, plans the day that has become final since, closes.                */
static guint
plan_next (const char *path, const Job *job, gint64 days)
{
  g_autoptr (Store) store = store_open (path, STORE_READ, NULL);
  const EngineInput input = { .job = job,
                              .plugin = &plugin,
                              .store = store,
                              .refetch_from = MD_ABSENT,
                              .refetch_to = MD_ABSENT,
                              .now = DAY0 + (days + 1) * MD_DAY };
  g_autoptr (Plan) plan = engine_plan (&input, NULL);

  return plan->chunks->len;
}

static int
compare (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

int
main (int argc, char **argv)
{
  guint n = argc > 1 ? (guint) atoi (argv[1]) : 10000, chunks = 0;
  gint64 days = argc > 2 ? atoi (argv[2]) : 365;
  g_autofree char *dir = g_dir_make_tmp ("mdcore-bench-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (dir, "store", NULL);
  g_autofree char *command = g_strdup_printf ("rm -rf '%s'", dir);
  g_auto (GStrv) symbols = g_new0 (char *, n + 1);
  char *datasets[] = { (char *) "sip/raw", NULL };
  char *schemas[] = { (char *) "ohlcv-1d", NULL };
  const Job job = { .name = (char *) "daily", .provider = (char *) "vendor",
                    .datasets = datasets, .schemas = schemas,
                    .symbols = symbols, .selector = MD_SELECT_SYMBOL,
                    .start = DAY0, .end = MD_ABSENT };
  double seconds[ROUNDS];

  offers[0].calendar = argc > 3 ? argv[3] : NULL;
  for (guint i = 0; i < n; i++)
    symbols[i] = g_strdup_printf ("S%05u", i);
  if (!fill (path, symbols, n, days))
    return 1;
  for (int round = 0; round < ROUNDS; round++) {
    gint64 started = clock_monotonic ();

    chunks = plan_next (path, &job, days);
    seconds[round] = (double) (clock_monotonic () - started) / 1e9;
  }
  qsort (seconds, ROUNDS, sizeof seconds[0], compare);
  printf ("open and plan %u symbols after %d daily runs: %.3f s, %u chunks\n",
          n, (int) days, seconds[ROUNDS / 2], chunks);
  return g_spawn_command_line_sync (command, NULL, NULL, NULL, NULL) ? 0 : 1;
}
