/* SPDX-License-Identifier: Apache-2.0
 *
 * demo-show.c - what the demonstration shows when its job is done.
 */
#include "demo-show.h"

#include "chart.h"
#include "data/rows-text.h"
#include "data/table.h"
#include "out.h"
#include "plugin-text.h"

#include <langinfo.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define CHART_WIDTH 64
#define CHART_HEIGHT 8
#define ROWS_SHOWN 4

/* ---- where ------------------------------------------------------------ */

static gboolean
show_places (Store *store, const Plugin *plugin, const char *job_file,
             GError **error)
{
  g_autofree char *rows = NULL, *bytes = NULL;
  StoreInfo info;

  if (!store_info (store, &info, error))
    return FALSE;
  rows = out_count (info.rows);
  bytes = out_count (info.disk_bytes);
  printf ("\nWhere it is\n  plugin  %s\n  job     %s\n  store   %s\n"
          "          %s rows in %s bytes\n", plugin->path, job_file,
          store_path (store), rows, bytes);
  return TRUE;
}

/* ---- what is held ----------------------------------------------------- */

static gboolean
is_held (Store *store, const SeriesKey *key, const Job *job, GError **error)
{
  const AskKey ask = { key->provider, key->dataset, key->schema,
                       key->instrument, MD_SELECT_SYMBOL };
  g_autoptr (GArray) spans = store_ledger (store, &ask, error);
  md_time until = job->start;

  for (guint i = 0; spans != NULL && i < spans->len; i++) {
    const LedgerSpan *span = &g_array_index (spans, LedgerSpan, i);

    if (span->from <= until && ledger_state_settled (span->state))
      until = MAX (until, span->to);
  }
  return until >= job->end;
}

static void
show_series (OutTable *table, Store *store, const SeriesKey *key,
             const Job *job, GError **error)
{
  g_autofree char *first = NULL, *last = NULL, *rows = NULL;
  SeriesStats stats;

  if (!store_series_stats (store, key, &stats, error))
    return;
  first = out_time (stats.first);
  last = out_time (stats.last);
  rows = out_count (stats.rows);
  out_table_add (table, key->instrument, key->schema, rows, first, last,
                 is_held (store, key, job, error) ? "complete" : "with holes",
                 NULL);
}

static gboolean
show_held (Store *store, const Job *job, GError **error)
{
  static const char *const headings[] = {
    "SYMBOL", "SCHEMA", ">ROWS", "FIRST", "LAST", "THE YEAR", NULL
  };
  OutTable *table = out_table_new (headings);
  GError *local = NULL;

  for (char **symbol = job->symbols; *symbol != NULL && !local; symbol++) {
    const SeriesKey key = { job->provider, job->datasets[0],
                            job->schemas[0], *symbol };

    show_series (table, store, &key, job, &local);
  }
  puts ("\nWhat is held");
  out_table_print (table);
  if (local != NULL)
    g_propagate_error (error, local);
  return local == NULL;
}

/* ---- rows ------------------------------------------------------------- */

typedef struct {
  RowsText *text;
  GError **error;
} RowsPrinter;

static gboolean
print_text (const char *text, gsize len, gpointer data, GError **error)
{
  return fwrite (text, 1, len, stdout) == len;
}

static gboolean
print_rows (const SeriesInfo *info, const Columns *rows, gpointer data)
{
  RowsPrinter *printer = data;

  return rows_text_write (printer->text, rows, printer->error);
}

static gboolean
show_rows (Store *store, const SeriesKey *key, md_time end, GError **error)
{
  const RowsOptions options = { .format = ROWS_CSV, .is_mock = TRUE };
  g_autoptr (RowsText) text = rows_text_new (table_builtin (MD_BAR),
                                             &options, print_text, NULL);
  GError *local = NULL;
  RowsPrinter printer = { text, &local };

  printf ("\nThe last rows of %s, as `mdcore export` writes them\n",
          key->instrument);
  rows_text_series (text, key->instrument, key->provider, TRUE);
  if (store_scan (store, key, end - ROWS_SHOWN * MD_MINUTE, end, MD_ABSENT,
                  print_rows, &printer, &local) && local == NULL)
    rows_text_end (text, &local);
  if (local != NULL)
    g_propagate_error (error, local);
  return local == NULL;
}

/* ---- chart ------------------------------------------------------------ */

typedef struct {
  md_time from;
  double *days;        /* close of each day                                 */
  gsize n;
} Year;

static gboolean
take_closes (const SeriesInfo *info, const Columns *rows, gpointer data)
{
  const Column *ts = columns_column (rows, "ts");
  const Column *close = columns_column (rows, "close");
  Year *year = data;

  for (gsize i = 0; i < rows->n; i++) {
    gsize day = (gsize) ((ts->i64[i] - year->from) / MD_DAY);

    year->days[MIN (day, year->n - 1)]
      = (double) close->i64[i] / MD_PRICE_ONE;
  }
  return TRUE;
}

static gboolean
show_chart (Store *store, const SeriesKey *key, const Job *job,
            GError **error)
{
  Year year = { .from = job->start };
  double low = INFINITY, high = -INFINITY;
  g_autofree char *chart = NULL;
  g_autofree double *days = NULL;

  year.n = (gsize) ((job->end - job->start) / MD_DAY);
  year.days = days = g_new (double, year.n);
  for (gsize i = 0; i < year.n; i++)
    days[i] = NAN;
  if (!store_scan (store, key, job->start, job->end, MD_ABSENT, take_closes,
                   &year, error))
    return FALSE;
  chart = chart_render (days, year.n, CHART_WIDTH, CHART_HEIGHT,
                        strcmp (nl_langinfo (CODESET), "UTF-8") == 0);
  for (gsize i = 0; i < year.n; i++) {
    low = fmin (low, days[i]);
    high = fmax (high, days[i]);
  }
  printf ("\n%s, daily closes: %.2f to %.2f\n%s", key->instrument, low, high,
          chart);
  return TRUE;
}

/* ---- next ------------------------------------------------------------- */

/* Quoted only where the shell needs it.                                    */
static char *
shell_word (const char *text)
{
  static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
                              "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:=+-";

  return text[strspn (text, plain)] == '\0' && *text != '\0'
           ? g_strdup (text) : g_shell_quote (text);
}

/* As the user would have to type it.                                       */
static char *
program_name (const Cli *cli)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *found = g_find_program_in_path ("mdcore");
  g_autofree char *real = found != NULL ? g_canonicalize_filename (found, NULL)
                                        : NULL;
  g_autofree char *name
    = self == NULL || g_strcmp0 (self, real) == 0 ? g_strdup ("mdcore")
                                                  : shell_word (self);
  g_autofree char *path = NULL;

  if (cli->plugin_path == NULL)
    return g_steal_pointer (&name);
  path = shell_word (cli->plugin_path);
  return g_strdup_printf ("%s --plugin-path %s", name, path);
}

/* The first provider of real data that needs no key and says how to try it. */
static char *
real_example (const Cli *cli)
{
  g_autoptr (GPtrArray) infos = plugin_scan (cli->plugin_path);
  char *example = NULL;

  for (guint i = 0; i < infos->len && example == NULL; i++) {
    const PluginInfo *info = g_ptr_array_index (infos, i);
    json_t *json = plugin_info_json (info);
    const char *text = json_string_value (json_object_get (json, "example"));

    if (info->error == NULL && info->shadowed_by == NULL && text != NULL
        && plugin_info_can (json, "no-key-needed")
        && !plugin_info_can (json, "made-up"))
      example = g_strdup_printf ("%s %s", info->name, text);
    json_decref (json);
  }
  return example;
}

static void
show_next (const Cli *cli, const Job *job, const char *job_file)
{
  g_autofree char *program = program_name (cli);
  g_autofree char *job_quoted = shell_word (job_file);
  g_autofree char *example = real_example (cli);

  printf ("\nWhat to type next\n"
          "  # Nothing is fetched twice:\n  %s run %s\n"
          "  # Out again, as CSV:\n"
          "  %s export %s --symbol %s --from 2024-12-31 --format csv\n",
          program, job_quoted, program, job_quoted, job->symbols[0]);
  if (example != NULL)
    printf ("  # Real prices, still without a key:\n  %s backfill %s\n",
            program, example);
}

gboolean
demo_show (Cli *cli, const Job *job, const char *job_file, GError **error)
{
  const SeriesKey key = { job->provider, job->datasets[0], job->schemas[0],
                          job->symbols[0] };
  const Plugin *plugin = plugin_load (job->provider, cli->plugin_path, error);
  g_autofree char *path = cli_store_path (cli, job);
  g_autoptr (Store) store = NULL;

  if (plugin == NULL
      || (store = store_open (path, STORE_READ, error)) == NULL
      || !show_places (store, plugin, job_file, error)
      || !show_held (store, job, error)
      || !show_rows (store, &key, job->end, error)
      || !show_chart (store, &key, job, error))
    return FALSE;
  show_next (cli, job, job_file);
  return TRUE;
}
