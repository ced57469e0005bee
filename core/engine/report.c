/* SPDX-License-Identifier: Apache-2.0
 *
 * report.c - what a run did, one entry per symbol, dataset and schema.
 */
#include "run-private.h"
#include "limits.h"
#include "plan.h"

#include <string.h>

static void
run_entry_free (RunEntry *entry)
{
  g_free (entry->symbol);
  g_free (entry->dataset);
  g_free (entry->schema);
  g_free (entry->status);
  g_free (entry->reason);
  g_free (entry);
}

void
run_report_free (RunReport *report)
{
  if (report == NULL)
    return;
  g_ptr_array_unref (report->entries);
  g_clear_pointer (&report->sinks, g_ptr_array_unref);
  g_free (report->run_id);
  g_free (report->error);
  g_free (report);
}

RunReport *
run_report_new (char *run_id)
{
  RunReport *report = g_new0 (RunReport, 1);

  report->run_id = run_id;
  report->entries
    = g_ptr_array_new_with_free_func ((GDestroyNotify) run_entry_free);
  return report;
}

RunEntry *
run_entry (Run *run, const char *symbol, const char *dataset,
           const char *schema)
{
  g_autofree char *key = g_strjoin ("\n", symbol, dataset, schema, NULL);
  RunEntry *entry = g_hash_table_lookup (run->entries, key);

  if (entry != NULL)
    return entry;
  entry = g_new0 (RunEntry, 1);
  entry->symbol = g_strdup (symbol);
  entry->dataset = g_strdup (dataset);
  entry->schema = g_strdup (schema);
  entry->held_until = entry->next_final = MD_ABSENT;
  g_ptr_array_add (run->report->entries, entry);
  g_hash_table_insert (run->entries, g_steal_pointer (&key), entry);
  return entry;
}

/* The worst that happened to an entry wins; ranks grow.                    */
static int
rank (const char *status)
{
  static const char *const ranks[]
    = { "up-to-date", "no_data", "complete", "unfinished", "unknown",
        "suspect", "unavailable", "quarantined", "failed" };

  for (guint i = 0; i < G_N_ELEMENTS (ranks); i++) {
    if (g_strcmp0 (status, ranks[i]) == 0)
      return (int) i;
  }
  return -1;
}

static void
set_status (RunEntry *entry, const char *status, const char *reason)
{
  if (rank (status) <= rank (entry->status))
    return;
  g_free (entry->status);
  entry->status = g_strdup (status);
  if (reason != NULL) {
    g_free (entry->reason);
    entry->reason = g_strdup (reason);
  }
}

static const char *
status_of_failure (const Run *run, const Segment *segment)
{
  const char *reason = segment->reason != NULL ? segment->reason : "";

  if (g_str_has_prefix (reason, "quarantined"))
    return "quarantined";
  /* `on_unknown = warn`: named, but no reason to fail.                     */
  if (run->job->unknown_is_warning && g_str_has_prefix (reason, "not-found"))
    return "unknown";
  return "failed";
}

static const char *
status_of (const Run *run, const Segment *segment, const CommitResult *result)
{
  switch (segment->state) {
  case LEDGER_COMPLETE:
    return result->quarantined ? "quarantined" : "complete";
  case LEDGER_EMPTY:
    return "no_data";
  case LEDGER_SUSPECT:
    return "suspect";
  case LEDGER_UNAVAILABLE:
    return "unavailable";
  default:
    return status_of_failure (run, segment);
  }
}

void
run_count_commit (Run *run, const Segment *segment, const CommitResult *result)
{
  RunEntry *entry;

  g_mutex_lock (&run->mutex);
  entry = run_entry (run, segment->ask.selector, segment->ask.dataset,
                     segment->ask.schema);
  entry->answered += segment->to - segment->from;
  entry->rows_in += segment->lineage.rows_in;
  entry->rejected += segment->lineage.rows_rejected;
  entry->added += result->added;
  entry->changed += result->changed;
  entry->withdrawn += result->withdrawn;
  entry->same += result->same;
  set_status (entry, status_of (run, segment, result),
              result->quarantined ? result->reason : segment->reason);
  run->report->rows_rejected += segment->lineage.rows_rejected;
  run->report->commits += result->commit != 0;
  g_mutex_unlock (&run->mutex);
}

void
run_count_doubt (Run *run, const Segment *segment, const char *reason)
{
  g_mutex_lock (&run->mutex);
  set_status (run_entry (run, segment->ask.selector, segment->ask.dataset,
                         segment->ask.schema), "failed", reason);
  g_mutex_unlock (&run->mutex);
}

/* End of what is settled without a hole from the job's start on.           */
static md_time
held_until (Run *run, const RunEntry *entry)
{
  const Job *job = run->job;
  const AskKey key = {
    .provider = (char *) run->env.plugin->desc.name,
    .dataset = entry->dataset,
    .schema = entry->schema,
    .selector = entry->symbol,
    .kind = job->selector,
  };
  g_autoptr (GArray) spans = store_ledger (run->input->store, &key, NULL);
  md_time until = MD_ABSENT;

  for (guint i = 0; spans != NULL && i < spans->len; i++) {
    const LedgerSpan *span = &g_array_index (spans, LedgerSpan, i);

    if (!ledger_state_settled (span->state))
      continue;
    if (until == MD_ABSENT
          ? span->from <= job->start && span->to > job->start
          : span->from == until)
      until = span->to;
  }
  return until;
}

static md_time
next_final (Run *run, const RunEntry *entry)
{
  const struct md_offer *offer = plugin_offer (run->env.plugin, entry->dataset,
                                               entry->schema, NULL);

  const Calendar *calendar;

  if (offer == NULL || entry->held_until == MD_ABSENT
      || offer->interval.count == 0
      || !hours_of (run->job, offer, entry->dataset, &calendar, NULL))
    return MD_ABSENT;
  return plan_next_final (offer, calendar, entry->held_until,
                          limits_settle (run->input, offer));
}

static gboolean
sink_failed (const RunReport *report)
{
  for (guint i = 0; i < report->sinks->len; i++) {
    const SinkEntry *entry = report->sinks->pdata[i];

    if (strcmp (entry->status, "failed") == 0)
      return TRUE;
  }
  return FALSE;
}

static RunOutcome
outcome (Run *run, guint bad, guint barren)
{
  if (run->fatal != NULL)
    return run->fatal->code == MD_ERR_AUTH ? RUN_AUTH : RUN_FAILED;
  if (cancel_requested (run->input->cancel))
    return RUN_INTERRUPTED;
  if (bad > 0 && barren == run->report->entries->len)
    return RUN_FAILED;
  if (bad > 0 || run->unfinished || sink_failed (run->report))
    return RUN_PARTIAL;
  return RUN_DONE;
}

void
run_close_report (Run *run)
{
  RunReport *report = run->report;
  guint bad = 0, barren = 0;

  for (guint i = 0; i < report->entries->len; i++) {
    RunEntry *entry = g_ptr_array_index (report->entries, i);

    set_status (entry, "up-to-date", NULL);
    if (entry->answered < entry->planned)
      set_status (entry, "unfinished", NULL);
    /* A symbol with failures still may have rows: that is partial.         */
    if (rank (entry->status) >= rank ("unavailable")) {
      gboolean has_rows = entry->added + entry->changed + entry->same > 0;

      bad++;
      barren += !has_rows;
      if (has_rows && rank (entry->status) >= rank ("quarantined")) {
        g_free (entry->status);
        entry->status = g_strdup ("partial");
      }
    }
    entry->held_until = held_until (run, entry);
    entry->next_final = next_final (run, entry);
  }
  report->outcome = outcome (run, bad, barren);
  report->chunks = run->chunks_done;
  report->calls = run->env.calls;
  report->bytes_in = run->env.bytes_in;
  report->waited_ns = (gint64) run->env.waited_ns;
  if (run->fatal != NULL) {
    report->error = g_strdup (run->fatal->message);
    report->error_class = run->fatal->code;
  } else if (run->unfinished) {
    report->error = g_strdup (run->unfinished_why);
  }
}
