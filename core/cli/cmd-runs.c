/* SPDX-License-Identifier: Apache-2.0
 *
 * cmd-runs.c - `mdcore runs`: what ran, and how it ended.
 */
#include "cmd.h"
#include "data/interval.h"
#include "ledger-select.h"
#include "out.h"

#include <stdio.h>
#include <string.h>

typedef struct {
  md_time since;
  json_t *reports;
} Gathered;

static gboolean
keep_report (const char *name, const char *json, gpointer data)
{
  Gathered *gathered = data;
  json_t *report = json_loads (json, 0, NULL);
  const char *at = json_string_value (json_object_get (report, "at"));
  md_time when;

  if (at != NULL && time_parse (at, &when, NULL) && when >= gathered->since)
    json_array_append (gathered->reports, report);
  json_decref (report);
  return TRUE;
}

static const char *
text_of (const json_t *report, const char *name)
{
  const char *text = json_string_value (json_object_get (report, name));

  return text != NULL ? text : "-";
}

static char *
count_of (const json_t *report, const char *name)
{
  json_int_t n = json_integer_value (json_object_get (report, name));

  return out_count ((guint64) n);
}

static void
print_table (const json_t *reports)
{
  static const char *const headings[] = { "RUN", "ENDED", "JOB", "OUTCOME",
                                          ">CHUNKS", ">CALLS", ">ROWS",
                                          ">REJECTED", "ERROR", NULL };
  OutTable *table = out_table_new (headings);
  const json_t *report;
  gsize i;

  json_array_foreach (reports, i, report) {
    g_autofree char *chunks = count_of (report, "chunks");
    g_autofree char *calls = count_of (report, "calls");
    g_autofree char *rows = count_of (report, "rows_in");
    g_autofree char *rejected = count_of (report, "rows_rejected");
    g_autofree char *error = out_safe (text_of (report, "error"));
    g_autofree char *at = g_strndup (text_of (report, "at"), 19);

    out_table_add (table, text_of (report, "run"), at, text_of (report, "job"),
                   text_of (report, "outcome"), chunks, calls, rows, rejected,
                   error, NULL);
  }
  out_table_print (table);
  if (json_array_size (reports) == 0)
    puts ("no runs");
}

int
cmd_runs (Cli *cli, int argc, char **argv)
{
  g_auto (Selection) selection = { 0 };
  g_autofree char *since = NULL;
  const GOptionEntry entries[] = {
    { "since", 0, 0, G_OPTION_ARG_STRING, &since,
      "Only runs that ended at or after this time", "TIME" },
    { NULL }
  };
  g_autoptr (GError) error = NULL;
  Gathered gathered = { INT64_MIN, NULL };

  if (!cli_parse (cli, "runs", entries, &argc, &argv, &error)
      || (since != NULL && !time_parse (since, &gathered.since, &error))
      || !select_open (&selection, cli, STORE_READ, argc, argv, 1, &error))
    return cli_fail (g_steal_pointer (&error));
  gathered.reports = json_array ();
  if (!store_docs_each (selection.store, "run/", keep_report, &gathered,
                        &error)) {
    json_decref (gathered.reports);
    return cli_fail (g_steal_pointer (&error));
  }
  if (cli->json) {
    out_print_json (gathered.reports);
  } else {
    print_table (gathered.reports);
    json_decref (gathered.reports);
  }
  return EXIT_DONE;
}
