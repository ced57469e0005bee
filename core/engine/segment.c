/* SPDX-License-Identifier: Apache-2.0
 *
 * segment.c - from a covered interval to a sealed segment: row rules, the
 * quality gate, empty or suspect, lineage, encoding.  Runs on the workers.
 */
#include "run-private.h"

#include "empty.h"
#include "hours.h"
#include "rules.h"

static char *
or_null (const char *text)
{
  return text != NULL && *text != '\0' ? g_strdup (text) : NULL;
}

static void
copy_lineage (Lineage *to, const Lineage *from)
{
  *to = *from;
  to->ingestion_id = g_strdup (from->ingestion_id);
  to->run_id = g_strdup (from->run_id);
  to->job = g_strdup (from->job);
  to->plugin_version = g_strdup (from->plugin_version);
  to->request = g_strdup (from->request);
  to->response_hashes = g_strdup (from->response_hashes);
  to->finished = clock_now ();
}

static Segment *
start_segment (Run *run, const char *provider, const char *dataset,
               const char *schema, guint selector, const char *symbol,
               gboolean provisional, const Lineage *lineage)
{
  Segment *segment = segment_new ();

  segment->ask = (AskKey) {
    .provider = g_strdup (provider),
    .dataset = g_strdup (dataset),
    .schema = g_strdup (schema),
    .selector = g_strdup (symbol),
    .kind = selector,
  };
  segment->made_up = (run->env.plugin->desc.flags & MD_PLUGIN_MADE_UP) != 0;
  /* What is not final may come and go.                                     */
  segment->provisional = provisional;
  segment->max_shrink = provisional ? -1 : run->job->quality.max_shrink;
  copy_lineage (&segment->lineage, lineage);
  return segment;
}

/* Letters of this selector, and those that name none.                      */
static void
take_letters (struct md_call *call, Segment *segment, guint64 *rejected)
{
  for (guint i = 0; i < call->dead->len;) {
    DeadLetter *letter = g_ptr_array_index (call->dead, i);

    if (letter->instrument != NULL && call->n_selectors > 1
        && g_strcmp0 (letter->instrument, segment->ask.selector) != 0) {
      i++;
      continue;
    }
    g_ptr_array_add (segment->dead, g_ptr_array_steal_index (call->dead, i));
    (*rejected)++;
  }
}

static void
take_rest (struct md_call *call, guint symbol, Segment *segment)
{
  GPtrArray *mappings = call->mappings[symbol];

  /* A mapping stays in the call: `belongs` needs it for later intervals.   */
  for (guint i = 0; i < mappings->len; i++) {
    const Mapping *mapping = g_ptr_array_index (mappings, i);
    Mapping *copy;

    if (mapping->to <= segment->from || mapping->from >= segment->to)
      continue;
    copy = g_new0 (Mapping, 1);
    copy->instrument = g_strdup (mapping->instrument);
    copy->from = MAX (mapping->from, segment->from);
    copy->to = MIN (mapping->to, segment->to);
    g_ptr_array_add (segment->mappings, copy);
  }
  while (call->raw->len > 0)
    g_ptr_array_add (segment->raw, g_ptr_array_steal_index (call->raw, 0));
}

static void
sign_letters (Segment *segment)
{
  for (guint i = 0; i < segment->dead->len; i++) {
    DeadLetter *letter = g_ptr_array_index (segment->dead, i);

    letter->run_id = g_strdup (segment->lineage.run_id);
    letter->ingestion_id = g_strdup (segment->lineage.ingestion_id);
    letter->job = or_null (segment->lineage.job);
    letter->ask = (AskKey) {
      .provider = g_strdup (segment->ask.provider),
      .dataset = g_strdup (segment->ask.dataset),
      .schema = g_strdup (segment->ask.schema),
      .selector = g_strdup (segment->ask.selector),
      .kind = segment->ask.kind,
    };
  }
}

/* Rows through the rules; series that lose all their rows are left out.     */
static void
apply_rules (Run *run, struct md_call *call, Covered *covered,
             Segment *segment, RuleScore *score)
{
  for (guint i = 0; i < covered->series->len; i++) {
    SegmentSeries *series = g_ptr_array_index (covered->series, i);
    const RuleInput input = {
      .offer = call->request->offer,
      .table = call->table,
      .quality = &run->job->quality,
      .instrument = series->instrument,
      .from = covered->from,
      .to = covered->to,
      .now = run->input->now,
    };

    segment->lineage.rows_in += series->rows->n;
    if (segment->provisional)
      columns_set_flags (series->rows, MD_ROW_PROVISIONAL);
    rules_apply (&input, series->rows, segment->dead, score);
    if (series->rows->n > 0)
      segment_add_series (segment, series->instrument,
                          g_steal_pointer (&series->rows));
    g_clear_pointer (&series->rows, columns_free);
    g_free (series->instrument);
    g_free (series);
  }
  g_clear_pointer (&covered->series, g_ptr_array_unref);
}

/* How often this very interval came back empty before.                     */
static void
earlier_asks (Run *run, const Segment *segment, EmptyInput *input)
{
  g_autoptr (GArray) spans = store_ledger (run->input->store, &segment->ask,
                                           NULL);

  if (spans == NULL)
    return;
  for (guint i = 0; i < spans->len; i++) {
    const LedgerSpan *span = &g_array_index (spans, LedgerSpan, i);

    if (span->state == LEDGER_SUSPECT && span->from < segment->to
        && span->to > segment->from && span->asks > input->asks) {
      input->asks = span->asks;
      input->asked_at = span->asked_at;
    }
  }
}

static void
judge_empty (Run *run, struct md_call *call, const Covered *covered,
             Segment *segment)
{
  EmptyInput input = {
    .offer = call->request->offer,
    .from = covered->from,
    .to = covered->to,
    .siblings_have_rows = covered->siblings_have_rows,
    .range_has_rows = covered->had_rows,
    .market = hours_judge (run->job, call->request, covered->from,
                           covered->to),
    .suspect_for = run->job->suspect_for,
    .now = run->input->now,
  };
  const char *reason = NULL;

  earlier_asks (run, segment, &input);
  segment->state = empty_judge (&input, &segment->next_ask, &reason);
  segment->reason = or_null (reason);
}

/* Below the gate the rows are kept as a dead letter, not as data.          */
static void
judge_quality (Run *run, Segment *segment, const RuleScore *score)
{
  segment->lineage.score = rule_score (score);
  segment->lineage.rows_rejected = score->rejected;
  if (!rule_score_passes (score, &run->job->quality)) {
    segment->quarantine = g_strdup_printf (
      "quarantined: quality score %.4f is below min_score %.4f "
      "(%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " rows rejected)",
      segment->lineage.score, run->job->quality.min_score, score->rejected,
      score->rows);
  }
}

/* Rows that could not even be read may be an accident on the way: the answer
 * is asked for once more before they become dead letters.                   */
static int
doubt (const Segment *segment, guint64 letters, struct md_error *err)
{
  const DeadLetter *first = g_ptr_array_index (segment->dead, 0);

  return md_fail (err, MD_ERR_PROTOCOL,
                  "%" G_GUINT64_FORMAT " rows of the answer cannot be read, "
                  "the first for %s", letters, first->reasons);
}

static void
free_covered (Covered *covered)
{
  for (guint i = 0; i < covered->series->len; i++) {
    SegmentSeries *series = g_ptr_array_index (covered->series, i);

    columns_free (series->rows);
    g_free (series->instrument);
    g_free (series);
  }
  g_clear_pointer (&covered->series, g_ptr_array_unref);
}

int
segment_from_covered (Run *run, struct md_call *call, Covered *covered,
                      const Lineage *lineage, gboolean in_doubt,
                      struct md_error *err)
{
  const struct md_request *request = call->request;
  Segment *segment
    = start_segment (run, call->env->plugin->desc.name, request->dataset,
                     request->schema, request->selector, covered->selector,
                     (request->flags & MD_REQUEST_PROVISIONAL) != 0, lineage);
  RuleScore score;
  guint64 letters = 0;

  segment->table = call->table;
  segment->interval = request->offer->interval;
  segment->from = covered->from;
  segment->to = covered->to;
  segment->state = LEDGER_COMPLETE;
  segment->lineage.response_hashes = or_null (call->hashes->str);
  rule_score_init (&score);
  take_letters (call, segment, &letters);
  if (in_doubt && letters > 0) {
    int klass = doubt (segment, letters, err);

    free_covered (covered);
    segment_free (segment);
    return klass;
  }
  score.rows += letters;
  score.rejected += letters;
  segment->lineage.rows_in += letters;
  apply_rules (run, call, covered, segment, &score);
  take_rest (call, covered->symbol, segment);
  sign_letters (segment);
  if (segment->series->len == 0 && segment->dead->len == 0
      && !segment->provisional)
    judge_empty (run, call, covered, segment);
  judge_quality (run, segment, &score);
  if (run->job->rows_off)
    segment_pack_raw (segment);
  else
    segment_seal (segment);
  if (!commit_queue_push (run->queue, segment))
    return md_fail (err, MD_ERR_CANCELLED, "the store takes no more commits");
  return MD_OK;
}

void
segment_queue_state (Run *run, const Chunk *chunk, const char *symbol,
                     md_time from, md_time to, LedgerState state,
                     const char *reason, const Lineage *lineage)
{
  Segment *segment;

  /* The ledger does not know of provisional bars: nothing to tell it.      */
  if (chunk->provisional)
    return;
  segment
    = start_segment (run, run->env.plugin->desc.name, chunk->dataset,
                     chunk->schema, chunk->selector, symbol, FALSE, lineage);

  segment->table = plugin_offer_table (chunk->offer);
  segment->interval = chunk->offer->interval;
  segment->from = from;
  segment->to = to;
  segment->state = state;
  segment->reason = g_strdup (reason);
  if (state == LEDGER_UNAVAILABLE)
    segment->next_ask = run->input->now + MD_DAY;
  segment_seal (segment);
  commit_queue_push (run->queue, segment);
}
