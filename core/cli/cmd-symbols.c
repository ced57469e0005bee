/* SPDX-License-Identifier: Apache-2.0
 *
 * cmd-symbols.c - `mdcore symbols PROVIDER`: the instruments that a provider
 * lists, as rows.
 */
#include "cmd.h"
#include "engine/instruments.h"
#include "out.h"
#include "output-file.h"
#include "run-job.h"

#include "data/rows-text.h"
#include "observe/log.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

typedef struct {
  Cli *cli;
  char *dataset, *format;
  const char *provider, *pattern;
} Symbols;

/* ---- a job that only asks --------------------------------------------- */

/* A wrong dataset is told with what there is, in the words of a job's.     */
static gboolean
check_provider (const Symbols *symbols, const Plugin *plugin, GError **error)
{
  if (!plugin->has_provider || !plugin->has_symbols) {
    g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE,
                 "symbols: %s cannot list its symbols; `mdcore inspect %s` "
                 "tells what it can", symbols->provider, symbols->provider);
    return FALSE;
  }
  if (symbols->dataset == NULL || plugin_knows_dataset (plugin, symbols->dataset))
    return TRUE;
  if (plugin_offer (plugin, symbols->dataset,
                    plugin_offer_at (plugin, 0)->schema, error) != NULL)
    return TRUE;
  g_prefix_error (error, "symbols: --dataset: ");
  return FALSE;
}

static Job *
make_job (const Symbols *symbols, const Plugin *plugin, GError **error)
{
  static const char *const all[] = { "*", NULL };

  return job_for_backfill (symbols->provider, all,
                           plugin_offer_at (plugin, 0)->schema, "1970-01-01",
                           NULL,
                           &(JobOverrides) {
                             (const char *const *) symbols->cli->sets,
                             symbols->cli->store },
                           error);
}

static Instruments *
ask (const Symbols *symbols, GError **error)
{
  const Plugin *plugin = plugin_load (symbols->provider,
                                      symbols->cli->plugin_path, error);
  g_autoptr (Job) job = NULL;
  Instruments *list = NULL;
  PreparedJob prepared;
  RunOptions options;

  if (plugin == NULL || !check_provider (symbols, plugin, error))
    return NULL;
  job = make_job (symbols, plugin, error);
  if (job == NULL)
    return NULL;
  run_options_init (&options);
  if (!job_connect (symbols->cli, job, &options, &prepared, error))
    return NULL;
  list = engine_list (&prepared.input, symbols->dataset, symbols->pattern,
                      error);
  prepared_job_clear (&prepared);
  return list;
}

/* ---- as text ---------------------------------------------------------- */

static char *
cell (const Columns *rows, const char *name, gsize row)
{
  const Column *column = columns_column (rows, name);
  g_autoptr (GString) text = g_string_new (NULL);

  if (!value_is_absent (column, row))
    value_append (text, column, row, VALUE_TIME_RFC3339);
  return text->len > 0 ? out_safe (text->str) : g_strdup ("-");
}

static char *
day (const Columns *rows, const char *name, gsize row)
{
  const Column *column = columns_column (rows, name);

  return column->i64 != NULL ? out_time (column->i64[row]) : g_strdup ("-");
}

static void
print_table (const Instruments *list, const GArray *order)
{
  static const char *const headings[] = {
    "SYMBOL", "KIND", "VENUE", "BASE", "CURRENCY", "STATUS", ">TICK", ">LOT",
    "LISTED", "DELISTED", "NAME", NULL };
  OutTable *table = out_table_new (headings);

  for (guint i = 0; i < order->len; i++) {
    gsize row = g_array_index (order, gsize, i);
    const Columns *rows = list->rows;
    g_autofree char *symbol = out_safe (instruments_symbol (list, row));
    g_autofree char *kind = cell (rows, "kind", row);
    g_autofree char *venue = cell (rows, "venue", row);
    g_autofree char *base = cell (rows, "base", row);
    g_autofree char *currency = cell (rows, "currency", row);
    g_autofree char *status = cell (rows, "status", row);
    g_autofree char *tick = cell (rows, "tick", row);
    g_autofree char *lot = cell (rows, "lot", row);
    g_autofree char *listed = day (rows, "listed", row);
    g_autofree char *delisted = day (rows, "delisted", row);
    g_autofree char *name = cell (rows, "name", row);

    out_table_add (table, symbol, kind, venue, base, currency, status, tick,
                   lot, listed, delisted, name, NULL);
  }
  out_table_print (table);
}

static gboolean
put_text (const char *data, gsize len, gpointer user, GError **error)
{
  return output_file_write (user, data, len, error);
}

static gboolean
put_row (RowsText *text, const Symbols *symbols, const Instruments *list,
         gsize row, GError **error)
{
  g_autoptr (Columns) one = columns_new (list->rows->table);

  columns_append_from (one, list->rows, row, 1);
  rows_text_series (text, instruments_symbol (list, row), symbols->provider,
                    FALSE);
  return rows_text_write (text, one, error);
}

static gboolean
put_rows (const Symbols *symbols, const Instruments *list,
          const GArray *order, RowsFormat format, OutputFile *file,
          GError **error)
{
  const RowsOptions options = { .format = format };
  g_autoptr (RowsText) text = rows_text_new (list->rows->table, &options,
                                             put_text, file);

  for (guint i = 0; i < order->len; i++) {
    if (!put_row (text, symbols, list, g_array_index (order, gsize, i),
                  error))
      return FALSE;
  }
  return rows_text_end (text, error) && output_file_commit (file, error);
}

/* ---- the command ------------------------------------------------------ */

static gboolean
read_format (const Symbols *symbols, gboolean *ret_table,
             RowsFormat *ret_format, GError **error)
{
  const char *format = symbols->format;

  if (format == NULL)
    format = symbols->cli->json ? "jsonl" : "table";
  *ret_table = strcmp (format, "table") == 0;
  *ret_format = strcmp (format, "csv") == 0 ? ROWS_CSV : ROWS_JSONL;
  if (*ret_table || *ret_format == ROWS_CSV || strcmp (format, "jsonl") == 0)
    return TRUE;
  g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE,
               "symbols: --format %s: must be one of table, csv, jsonl",
               format);
  return FALSE;
}

/* A record that could not be read is missing from the answer.              */
static int
tell_unread (const Symbols *symbols, const Instruments *list)
{
  if (list->unread == 0)
    return EXIT_DONE;
  log_event (MD_LOG_WARNING, "symbols.unread",
             "%" G_GUINT64_FORMAT " instruments of %s could not be read, the "
             "first for %s", list->unread, symbols->provider, list->reasons);
  return EXIT_PARTIAL;
}

static int
show (const Symbols *symbols, GError **error)
{
  g_autoptr (Instruments) list = NULL;
  g_autoptr (OutputFile) file = NULL;
  g_autoptr (GArray) order = NULL;
  RowsFormat format;
  gboolean table;

  if (!read_format (symbols, &table, &format, error))
    return EXIT_USAGE;
  list = ask (symbols, error);
  if (list == NULL)
    return EXIT_FAILED;
  order = instruments_by_symbol (list);
  if (table) {
    print_table (list, order);
    return tell_unread (symbols, list);
  }
  file = output_file_open (NULL, &symbols->cli->cancel, error);
  if (file != NULL
      && !put_rows (symbols, list, order, format, file, error)
      && output_file_is_broken_pipe (file)) {
    g_clear_error (error);
    return 128 + SIGPIPE;
  }
  return tell_unread (symbols, list);
}

int
cmd_symbols (Cli *cli, int argc, char **argv)
{
  g_autofree char *dataset = NULL, *format = NULL;
  const GOptionEntry entries[] = {
    { "dataset", 0, 0, G_OPTION_ARG_STRING, &dataset,
      "Only what can be asked of this dataset", "NAME" },
    { "format", 0, 0, G_OPTION_ARG_STRING, &format,
      "table (default), csv or jsonl (with --json)", "FORMAT" },
    { NULL }
  };
  g_autoptr (GError) error = NULL;
  Symbols symbols = { .cli = cli };
  int status;

  if (!cli_parse (cli, "symbols", entries, &argc, &argv, &error))
    return cli_fail (g_steal_pointer (&error));
  if (argc != 2 && argc != 3)
    return cli_usage ("symbols", "name one provider, and perhaps a pattern "
                      "such as 'BTC-*'");
  symbols.dataset = dataset;
  symbols.format = format;
  symbols.provider = argv[1];
  symbols.pattern = argc == 3 ? argv[2] : NULL;
  status = show (&symbols, &error);
  return error != NULL ? cli_fail (g_steal_pointer (&error)) : status;
}
