/* SPDX-License-Identifier: Apache-2.0
 *
 * cmd-changes.c - `mdcore changes`: rows that a later answer changed, added
 * or withdrew.
 */
#include "cmd.h"
#include "data/interval.h"
#include "data/value.h"
#include "engine/row-json.h"
#include "ledger-select.h"
#include "out.h"

#include <stdio.h>

typedef struct {
  gboolean json;
  guint64 n;
} Printer;

static const char *
kind_of (const ChangeInfo *change)
{
  if (change->was == NULL)
    return "added";
  return change->now == NULL ? "withdrawn" : "changed";
}

/* "close 10.5 -> 10.6": fields that differ.                                */
static char *
difference (const ChangeInfo *change)
{
  GString *text = g_string_new (NULL);

  if (change->was == NULL || change->now == NULL)
    return g_string_free (text, FALSE);
  for (gsize i = 1; i < change->was->n_cols; i++) {
    const Column *was = &change->was->cols[i], *now = &change->now->cols[i];
    g_autoptr (GString) before = g_string_new (NULL);
    g_autoptr (GString) after = g_string_new (NULL);

    value_append (before, was, 0, VALUE_TIME_RFC3339);
    value_append (after, now, 0, VALUE_TIME_RFC3339);
    if (!g_string_equal (before, after))
      g_string_append_printf (text, "%s%s %s -> %s", text->len ? ", " : "",
                              was->field->name, before->len ? before->str : "-",
                              after->len ? after->str : "-");
  }
  return g_string_free (text, FALSE);
}

/* Rows are texts in the JSON, so that no price passes through a double.    */
static void
set_row (json_t *object, const char *name, const Columns *row,
         const char *instrument)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (row != NULL)
    row_append_json (text, row, 0, instrument);
  out_set_text (object, name, row != NULL ? text->str : NULL);
}

/* A line each: there may be very many.                                     */
static void
print_as_json (const ChangeInfo *change)
{
  json_t *object = json_object ();
  char *line;

  out_set_text (object, "change", kind_of (change));
  out_set_text (object, "provider", change->key.provider);
  out_set_text (object, "dataset", change->key.dataset);
  out_set_text (object, "schema", change->key.schema);
  out_set_text (object, "symbol", change->key.instrument);
  out_set_time (object, "ts", change->ts);
  out_set_count (object, "was_commit", change->was_commit);
  out_set_count (object, "commit", change->commit);
  set_row (object, "was", change->was, change->key.instrument);
  set_row (object, "now", change->now, change->key.instrument);
  line = json_dumps (object, JSON_COMPACT);
  puts (line);
  g_free (line);
  json_decref (object);
}

static gboolean
print_change (const ChangeInfo *change, gpointer data)
{
  Printer *printer = data;
  char at[TIME_TEXT_SIZE];

  printer->n++;
  if (printer->json) {
    print_as_json (change);
  } else {
    g_autofree char *differs = difference (change);

    time_format (change->ts, at);
    printf ("%s %s %s %s %s %s (commit %" G_GUINT64_FORMAT " by %"
            G_GUINT64_FORMAT ")%s%s\n", kind_of (change),
            change->key.provider, change->key.dataset, change->key.schema,
            change->key.instrument, at, change->was_commit, change->commit,
            *differs ? ": " : "", differs);
  }
  return TRUE;
}

int
cmd_changes (Cli *cli, int argc, char **argv)
{
  g_auto (Selection) selection = { 0 };
  g_autofree char *since = NULL;
  const GOptionEntry entries[] = {
    { "since", 0, 0, G_OPTION_ARG_STRING, &since,
      "Only what was superseded at or after this time", "TIME" },
    { NULL }
  };
  g_autoptr (GError) error = NULL;
  md_time from = INT64_MIN;
  SeriesKey match;
  Printer printer;

  if (!select_parse (&selection, cli, "changes", entries, TRUE, &argc, &argv,
                     &error)
      || (since != NULL && !time_parse (since, &from, &error))
      || !select_open (&selection, cli, STORE_READ, argc, argv, 1, &error))
    return cli_fail (g_steal_pointer (&error));
  match = select_series_match (&selection);
  printer = (Printer) { cli->json, 0 };
  if (!store_changes_each (selection.store, &match, from, print_change,
                           &printer, &error))
    return cli_fail (g_steal_pointer (&error));
  if (printer.n == 0 && !cli->json)
    puts ("no changes");
  return EXIT_DONE;
}
