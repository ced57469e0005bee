/* SPDX-License-Identifier: Apache-2.0
 *
 * report-text.c - a run's report as text for people and as JSON.
 */
#include "out.h"
#include "run-job.h"

#include "data/interval.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#define ENTRIES_SHOWN 20

static const char *
outcome_name (RunOutcome outcome)
{
  switch (outcome) {
  case RUN_DONE:
    return "done";
  case RUN_PARTIAL:
    return "partial";
  case RUN_AUTH:
    return "auth";
  case RUN_INTERRUPTED:
    return "interrupted";
  default:
    return "failed";
  }
}

/* ---- JSON ------------------------------------------------------------ */

static json_t *
entry_to_json (const RunEntry *entry)
{
  json_t *object = json_object ();

  out_set_text (object, "symbol", entry->symbol);
  out_set_text (object, "dataset", entry->dataset);
  out_set_text (object, "schema", entry->schema);
  out_set_text (object, "status", entry->status);
  out_set_text (object, "reason", entry->reason);
  out_set_count (object, "rows_in", entry->rows_in);
  out_set_count (object, "added", entry->added);
  out_set_count (object, "changed", entry->changed);
  out_set_count (object, "withdrawn", entry->withdrawn);
  out_set_count (object, "same", entry->same);
  out_set_count (object, "rejected", entry->rejected);
  out_set_time (object, "held_until", entry->held_until);
  out_set_time (object, "next_final", entry->next_final);
  return object;
}

char *
report_to_json (const RunReport *report, const Job *job)
{
  json_t *object = json_object (), *entries = json_array ();
  char *text;

  out_set_text (object, "run", report->run_id);
  out_set_text (object, "job", job->name);
  out_set_text (object, "provider", job->provider);
  out_set_text (object, "outcome", outcome_name (report->outcome));
  out_set_text (object, "error", report->error);
  out_set_text (object, "error_class",
            report->error != NULL && report->error_class != 0
              ? error_class_name (report->error_class) : NULL);
  out_set_time (object, "at", clock_now ());
  out_set_count (object, "chunks", report->chunks);
  out_set_count (object, "calls", report->calls);
  out_set_count (object, "retries", report->retries);
  out_set_count (object, "commits", report->commits);
  out_set_count (object, "rows_in", report->rows_in);
  out_set_count (object, "rows_rejected", report->rows_rejected);
  out_set_count (object, "bytes_in", report->bytes_in);
  out_set_count (object, "waited_ms", (guint64) report->waited_ns / 1000000);
  out_set_count (object, "elapsed_ms", (guint64) report->elapsed_ns / 1000000);
  for (guint i = 0; i < report->entries->len; i++)
    json_array_append_new (entries,
                           entry_to_json (report->entries->pdata[i]));
  json_object_set_new (object, "entries", entries);
  if (report->sinks->len > 0)
    json_object_set_new (object, "sinks", sinks_to_json (report->sinks));
  text = json_dumps (object, JSON_COMPACT);
  json_decref (object);
  return text;
}

/* ---- text ------------------------------------------------------------ */

static gboolean
went_well (const RunEntry *entry)
{
  return g_strcmp0 (entry->status, "complete") == 0
         || g_strcmp0 (entry->status, "up-to-date") == 0
         || g_strcmp0 (entry->status, "no_data") == 0;
}

static void
print_entry (const RunEntry *entry)
{
  const struct {
    guint64 n;
    const char *what;
  } counts[] = {
    { entry->added, "rows added" },
    { entry->changed, "changed" },
    { entry->withdrawn, "withdrawn" },
    { entry->rejected, "set aside (mdcore dlq list)" },
  };
  const char *before = " ";

  printf ("%-16s %-12s %-10s %-12s", entry->symbol, entry->dataset,
          entry->schema, entry->status);
  for (guint i = 0; i < G_N_ELEMENTS (counts); i++) {
    if (counts[i].n == 0)
      continue;
    printf ("%s%" G_GUINT64_FORMAT " %s", before, counts[i].n, counts[i].what);
    before = ", ";
  }
  if (entry->reason != NULL)
    printf ("%s%s", before, entry->reason);
  putchar ('\n');
}

static void
print_entries (const RunReport *report)
{
  guint shown = 0, hidden = 0;

  for (guint i = 0; i < report->entries->len; i++) {
    const RunEntry *entry = report->entries->pdata[i];

    if (went_well (entry) && shown >= ENTRIES_SHOWN) {
      hidden++;
      continue;
    }
    print_entry (entry);
    shown++;
  }
  if (hidden > 0)
    printf ("... and %u more that went well\n", hidden);
}

/* The earliest of all entries: until there everything is held.             */
static void
print_held (const RunReport *report)
{
  md_time until = MD_ABSENT, final = MD_ABSENT;
  char text[TIME_TEXT_SIZE];

  for (guint i = 0; i < report->entries->len; i++) {
    const RunEntry *entry = report->entries->pdata[i];

    if (entry->held_until == MD_ABSENT)
      return;
    until = MIN (until, entry->held_until);
    final = MIN (final, entry->next_final);
  }
  if (until == MD_ABSENT)
    return;
  time_format (until, text);
  printf ("held until %s", text);
  if (final != MD_ABSENT) {
    time_format (final, text);
    printf (", next final at %s", text);
  }
  putchar ('\n');
}

void
report_print (const RunReport *report, const Plan *plan)
{
  g_autofree char *elapsed = duration_format (report->elapsed_ns);

  print_entries (report);
  for (guint i = 0; i < plan->notes->len; i++)
    printf ("note: %s\n", (char *) plan->notes->pdata[i]);
  printf ("%s: %" G_GUINT64_FORMAT " rows in %" G_GUINT64_FORMAT
          " calls, %" G_GUINT64_FORMAT " commits, %s",
          outcome_name (report->outcome), report->rows_in, report->calls,
          report->commits, elapsed);
  if (report->retries > 0)
    printf (", %" G_GUINT64_FORMAT " retries", report->retries);
  putchar ('\n');
  sinks_print (report->sinks);
  print_held (report);
  fflush (stdout);
  if (report->error != NULL)
    g_printerr ("mdcore: %s\n", report->error);
  if (report->outcome == RUN_INTERRUPTED)
    g_printerr ("mdcore: interrupted; what was complete is held, the same "
                "command goes on from there\n");
}
