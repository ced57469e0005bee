/* SPDX-License-Identifier: Apache-2.0
 *
 * commit-text.c - one commit as JSON and as a paragraph.
 */
#include "commit-text.h"
#include "ledger-select.h"

#include <stdio.h>

json_t *
commit_to_json (const CommitInfo *info)
{
  const Lineage *lineage = &info->lineage;
  json_t *object = json_object ();

  out_set_count (object, "commit", info->commit);
  out_set_time (object, "at", info->at);
  out_set_ask (object, &info->ask);
  out_set_time (object, "from", info->from);
  out_set_time (object, "to", info->to);
  out_set_text (object, "state", ledger_state_name (info->state));
  out_set_count (object, "added", info->added);
  out_set_count (object, "changed", info->changed);
  out_set_count (object, "withdrawn", info->withdrawn);
  out_set_count (object, "same", info->same);
  out_set_text (object, "ingestion", lineage->ingestion_id);
  out_set_text (object, "run", lineage->run_id);
  out_set_text (object, "job", lineage->job);
  out_set_text (object, "plugin_version", lineage->plugin_version);
  out_set_text (object, "request", lineage->request);
  out_set_text (object, "response_hashes", lineage->response_hashes);
  out_set_count (object, "attempts", lineage->attempts);
  out_set_time (object, "started", lineage->started);
  out_set_time (object, "finished", lineage->finished);
  out_set_count (object, "rows_in", lineage->rows_in);
  out_set_count (object, "rows_rejected", lineage->rows_rejected);
  json_object_set_new (object, "score", json_real (lineage->score));
  return object;
}

static const char *
or_dash (const char *text)
{
  return text != NULL && *text != '\0' ? text : "-";
}

void
commit_print (const CommitInfo *info)
{
  const Lineage *lineage = &info->lineage;
  g_autofree char *at = out_when (info->at), *from = out_time (info->from);
  g_autofree char *to = out_time (info->to), *ask = out_ask_text (&info->ask);
  g_autofree char *request = out_safe (or_dash (lineage->request));

  printf ("commit %" G_GUINT64_FORMAT " at %s: %s, %s to %s, %s\n",
          info->commit, at, ask, from, to, ledger_state_name (info->state));
  printf ("  rows:      %" G_GUINT64_FORMAT " added, %" G_GUINT64_FORMAT
          " changed, %" G_GUINT64_FORMAT " withdrawn, %" G_GUINT64_FORMAT
          " the same, %" G_GUINT64_FORMAT " rejected, score %.4f\n",
          info->added, info->changed, info->withdrawn, info->same,
          lineage->rows_rejected, lineage->score);
  printf ("  request:   %s (attempt %u)\n  answers:   %s\n", request,
          lineage->attempts, or_dash (lineage->response_hashes));
  printf ("  ingestion: %s\n  run:       %s of job %s, plugin version %s\n",
          or_dash (lineage->ingestion_id), or_dash (lineage->run_id),
          or_dash (lineage->job), or_dash (lineage->plugin_version));
}
