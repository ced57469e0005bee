/* SPDX-License-Identifier: Apache-2.0
 *
 * cmd-export.c - `mdcore export`: rows out of the store as CSV, JSON lines or
 * Parquet, series after series, each in time order.
 */
#include "cmd.h"
#include "export.h"
#include "out.h"

#include "data/interval.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

/* ---- options --------------------------------------------------------- */

static void
export_clear (Export *export)
{
  ExportOptions *o = &export->options;

  g_free (o->provider);
  g_free (o->dataset);
  g_free (o->schema);
  g_strfreev (o->symbols);
  g_free (o->from);
  g_free (o->to);
  g_free (o->as_of);
  g_free (o->format);
  g_free (o->time);
  g_free (o->path);
  g_free (o->adjust);
  g_free (o->actions);
  g_free (o->dividend_close);
  g_strfreev (export->datasets);
  g_strfreev (export->schemas);
  g_strfreev (export->symbols);
  g_free (o->prices);
  rows_text_free (export->text);
  export_parquet_free (export->parquet);
  output_file_free (export->file);
  g_clear_pointer (&export->adjusters, g_ptr_array_unref);
  g_clear_pointer (&export->series, g_ptr_array_unref);
  g_clear_pointer (&export->lineage, g_hash_table_unref);
  g_clear_pointer (&export->store, store_close);
  g_clear_pointer (&export->job, job_free);
  g_clear_error (&export->failure);
}

static gboolean
usage (GError **error, const char *option, const char *value,
       const char *choices)
{
  g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE,
               "export: --%s %s: must be one of %s", option, value, choices);
  return FALSE;
}

static gboolean
read_format (Export *export, GError **error)
{
  const ExportOptions *o = &export->options;
  const char *format = o->format;

  if (format == NULL)
    format = export->cli->json ? "jsonl" : "csv";
  if (strcmp (format, "jsonl") == 0)
    export->rows.format = ROWS_JSONL;
  else if (strcmp (format, "parquet") == 0)
    export->is_parquet = TRUE;
  else if (strcmp (format, "csv") != 0)
    return usage (error, "format", format, "csv, jsonl, parquet");
  if (export->is_parquet && (o->path == NULL || strcmp (o->path, "-") == 0)) {
    g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE,
                 "export: Parquet needs a file to go to: -o PATH");
    return FALSE;
  }
  if (o->prices != NULL && strcmp (o->prices, "decimal") != 0
      && strcmp (o->prices, "double") != 0)
    return usage (error, "prices", o->prices, "decimal, double");
  if (o->time != NULL && strcmp (o->time, "ns") == 0)
    export->rows.times = VALUE_TIME_NS;
  else if (o->time != NULL && strcmp (o->time, "rfc3339") != 0)
    return usage (error, "time", o->time, "rfc3339, ns");
  export->rows.lineage = o->lineage;
  return TRUE;
}

static gboolean
read_time (const char *option, const char *text, md_time *time, GError **error)
{
  if (text == NULL || time_parse (text, time, error))
    return TRUE;
  g_prefix_error (error, "export: --%s: ", option);
  return FALSE;
}

static gboolean
read_times (Export *export, GError **error)
{
  const ExportOptions *o = &export->options;
  const Job *job = export->job;

  export->from = job != NULL ? job->start : G_MININT64;
  export->to = job != NULL ? job->end : MD_ABSENT;
  export->as_of = MD_ABSENT;
  if (!read_time ("from", o->from, &export->from, error)
      || !read_time ("to", o->to, &export->to, error)
      || !read_time ("as-of", o->as_of, &export->as_of, error))
    return FALSE;
  if (job != NULL && job->rows_off) {
    g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE,
                 "export: %s: rows = off: the rows of this job are in its "
                 "sinks, now and as of any time", job->file);
    return FALSE;
  }
  if (export->from < export->to)
    return TRUE;
  g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE,
               "export: the range ends (%s) where it begins or before",
               o->to != NULL ? o->to : "at the job's end");
  return FALSE;
}

/* "A,B" and repeated options are one list.                                 */
static char **
split_list (char **texts)
{
  g_autofree char *joined = texts != NULL ? g_strjoinv (",", texts) : NULL;
  char **list = joined != NULL ? g_strsplit (joined, ",", -1) : NULL;

  for (gsize i = 0; list != NULL && list[i] != NULL; i++)
    g_strstrip (list[i]);
  return list;
}

static char **
split_one (char *text)
{
  char *texts[] = { text, NULL };

  return text != NULL ? split_list (texts) : NULL;
}

#define LIST(list, of_job)                                                    \
  (const char *const *) ((list) != NULL ? (list)                              \
                         : job != NULL ? job->of_job : NULL)

static void
make_wish (Export *export)
{
  const Job *job = export->job;
  ExportOptions *o = &export->options;

  export->datasets = split_one (o->dataset);
  export->schemas = split_one (o->schema);
  export->symbols = split_list (o->symbols);
  export->wish = (SeriesWish) {
    .provider = o->provider != NULL ? o->provider
                : job != NULL ? job->provider : NULL,
    .datasets = LIST (export->datasets, datasets),
    .schemas = LIST (export->schemas, schemas),
    .symbols = LIST (export->symbols, symbols),
    .some_missing = export->symbols == NULL };
}

static gboolean
read_options (Export *export, int argc, char **argv, GError **error)
{
  ExportOptions *o = &export->options;
  const GOptionEntry entries[] = {
    { "provider", 0, 0, G_OPTION_ARG_STRING, &o->provider,
      "Rows of this provider", "NAME" },
    { "dataset", 0, 0, G_OPTION_ARG_STRING, &o->dataset,
      "Rows of this dataset", "NAME" },
    { "schema", 0, 0, G_OPTION_ARG_STRING, &o->schema, "Rows of this schema",
      "NAME" },
    { "symbol", 0, 0, G_OPTION_ARG_STRING_ARRAY, &o->symbols,
      "Rows of these instruments, or of what a selector delivered",
      "SYMBOL[,SYMBOL]" },
    { "from", 0, 0, G_OPTION_ARG_STRING, &o->from, "First time", "TIME" },
    { "to", 0, 0, G_OPTION_ARG_STRING, &o->to, "End, exclusive", "TIME" },
    { "as-of", 0, 0, G_OPTION_ARG_STRING, &o->as_of,
      "Rows as they were held then", "TIME" },
    { "adjust", 0, 0, G_OPTION_ARG_STRING, &o->adjust,
      "Take splits, or all (dividends too), out of raw prices", "WHAT" },
    { "actions", 0, 0, G_OPTION_ARG_STRING, &o->actions,
      "Whose splits and dividends (the rows' own provider's)",
      "PROVIDER/DATASET" },
    { "dividend-close", 0, 0, G_OPTION_ARG_STRING, &o->dividend_close,
      "The close that a dividend is a part of: before the ex-date, or on it",
      "WHICH" },
    { "follow-renames", 0, 0, G_OPTION_ARG_NONE, &o->follow_renames,
      "One series of an instrument that had several symbols", NULL },
    { "format", 0, 0, G_OPTION_ARG_STRING, &o->format,
      "csv, jsonl or parquet", "FORMAT" },
    { "prices", 0, 0, G_OPTION_ARG_STRING, &o->prices,
      "Of Parquet: double, or decimal", "TYPE" },
    { "time", 0, 0, G_OPTION_ARG_STRING, &o->time,
      "Times as rfc3339, or as ns since 1970", "FORM" },
    { "lineage", 0, 0, G_OPTION_ARG_NONE, &o->lineage,
      "Add where each row came from", NULL },
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &o->path,
      "Write to this file instead of standard output", "PATH" },
    { NULL }
  };

  if (!cli_parse (export->cli, "export", entries, &argc, &argv, error))
    return FALSE;
  if (argc > 2) {
    g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE,
                 "export: one job at a time, not also \"%s\"", argv[2]);
    return FALSE;
  }
  if (argc == 2) {
    export->job = cli_load_job (export->cli, argv[1], error);
    if (export->job == NULL)
      return FALSE;
  }
  make_wish (export);
  return read_format (export, error) && read_times (export, error)
         && export_read_adjust (export, error);
}

/* ---- the command ----------------------------------------------------- */

static void
report (const Export *export)
{
  guint64 rows = export->parquet != NULL
                   ? export_parquet_count (export->parquet)
                   : rows_text_count (export->text);
  g_autofree char *count = out_count (rows);
  json_t *document;

  if (export->cli->json) {
    document = json_object ();
    out_set_text (document, "path", export->options.path);
    out_set_count (document, "rows", rows);
    out_set_count (document, "series", export->series->len);
    out_print_json (document);
  } else if (!export->cli->quiet) {
    fprintf (stderr, "%s rows of %u series in %s\n", count,
             export->series->len, export->options.path);
  }
}

static gboolean
open_all (Export *export, GError **error)
{
  g_autofree char *path = cli_store_path (export->cli, export->job);

  export->store = store_open (path, STORE_READ, error);
  if (export->store == NULL)
    return FALSE;
  export->series = series_select (export->store, &export->wish, error);
  if (export->series == NULL || !export_check_mixture (export, error)
      || !export_follow_renames (export, error)
      || !export_prepare_adjust (export, error))
    return FALSE;
  if (export->is_parquet)
    return export_parquet_open (export, error);
  export->file = output_file_open (export->options.path, &export->cli->cancel,
                                   error);
  return export->file != NULL;
}

static int
run (Export *export, int argc, char **argv)
{
  const Cancel *cancel = &export->cli->cancel;
  GError *error = NULL;
  gboolean ok = read_options (export, argc, argv, &error)
                && open_all (export, &error) && export_put_all (export, &error)
                && (cancel_requested (cancel)
                    || export->file == NULL
                    || output_file_commit (export->file, &error));

  if (cancel_requested (cancel)) {
    g_clear_error (&error);
    return 128 + cancel->requested;
  }
  if (!ok && export->file != NULL
      && output_file_is_broken_pipe (export->file)) {
    /* Who stopped reading knows it; the status is that of other tools.     */
    g_clear_error (&error);
    return 128 + SIGPIPE;
  }
  if (!ok)
    return cli_fail (error);
  if (export->options.path != NULL)
    report (export);
  return EXIT_DONE;
}

int
cmd_export (Cli *cli, int argc, char **argv)
{
  Export export = { .cli = cli };
  int status = run (&export, argc, argv);

  export_clear (&export);
  return status;
}
