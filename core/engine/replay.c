/* SPDX-License-Identifier: Apache-2.0
 *
 * replay.c - a dead letter's second chance.
 */
#include "replay.h"
#include "row-json.h"
#include "rules.h"

#include "data/clock.h"
#include "data/interval.h"
#include "data/uuid.h"

#include <string.h>

/* ---- the row ------------------------------------------------------------ */

/* The one row, of the letter's own instrument.  (transfer full)            */
static Columns *
read_row (const ReplayInput *input, const struct md_table *table,
          GError **error)
{
  const DeadLetter *letter = input->letter;
  gsize len = 0;
  const char *text = input->row;
  g_autoptr (Columns) columns = columns_new (table);
  g_autofree char *instrument = NULL;

  if (text != NULL)
    len = strlen (text);
  else if (letter->raw != NULL)
    text = g_bytes_get_data (letter->raw, &len);
  if (text == NULL) {
    g_set_error (error, CORE_ERROR, CORE_ERROR_DATA,
                 "dead letter %s holds no row", letter->id);
    return NULL;
  }
  if (!row_from_json (text, len, columns, &instrument, error)) {
    g_prefix_error (error, "dead letter %s: ", letter->id);
    return NULL;
  }
  if (instrument != NULL && letter->instrument != NULL
      && strcmp (instrument, letter->instrument) != 0) {
    g_set_error (error, CORE_ERROR, CORE_ERROR_DATA,
                 "dead letter %s is of %s, the row of %s", letter->id,
                 letter->instrument, instrument);
    return NULL;
  }
  return g_steal_pointer (&columns);
}

static const char *
instrument_of (const DeadLetter *letter)
{
  return letter->instrument != NULL ? letter->instrument
                                    : letter->ask.selector;
}

/* NULL when the row is sound, else its faults.                             */
static char *
judge (const ReplayInput *input, const struct md_offer *offer,
       Columns *columns)
{
  g_autoptr (GPtrArray) dead
    = g_ptr_array_new_with_free_func ((GDestroyNotify) dead_letter_free);
  RuleScore score;
  const RuleInput rules = {
    .offer = offer,
    .table = columns->table,
    .quality = input->quality,
    .instrument = instrument_of (input->letter),
    .now = clock_now (),
  };

  rule_score_init (&score);
  rules_apply (&rules, columns, dead, &score);
  if (dead->len == 0)
    return NULL;
  return g_strdup (((DeadLetter *) g_ptr_array_index (dead, 0))->reasons);
}

/* ---- the segment -------------------------------------------------------- */

static void
sign (const ReplayInput *input, Segment *segment)
{
  const DeadLetter *letter = input->letter;
  Lineage *lineage = &segment->lineage;

  lineage_clear (lineage);
  lineage->ingestion_id = uuid7_new ();
  lineage->run_id = uuid7_new ();
  lineage->job = g_strdup (letter->job);
  lineage->plugin_version = g_strdup (input->plugin->desc.version);
  lineage->request = g_strdup_printf ("replay of dead letter %s%s",
                                      letter->id,
                                      input->row != NULL ? ", repaired" : "");
  lineage->response_hashes = g_strdup ("");
  lineage->started = lineage->finished = clock_now ();
  lineage->attempts = 1;
  lineage->score = 1;
}

/* Adding a row is not asking the vendor: the count of asks stays.          */
static gboolean
keep_asks (const ReplayInput *input, Segment *segment, GError **error)
{
  g_autoptr (GArray) spans = store_ledger (input->store, &segment->ask, error);

  if (spans == NULL)
    return FALSE;
  for (guint i = 0; i < spans->len; i++) {
    const LedgerSpan *span = &g_array_index (spans, LedgerSpan, i);

    if (span->from <= segment->from && span->to >= segment->to)
      segment->asks = span->asks;
  }
  return TRUE;
}

static Segment *
segment_of_row (const ReplayInput *input, const struct md_offer *offer,
                Columns *columns /* (transfer full) */)
{
  const AskKey *ask = &input->letter->ask;
  md_time ts = columns->cols[0].i64[0];
  Segment *segment = segment_new ();

  segment->ask = (AskKey) { g_strdup (ask->provider), g_strdup (ask->dataset),
                            g_strdup (ask->schema), g_strdup (ask->selector),
                            ask->kind };
  segment->table = columns->table;
  segment->interval = offer->interval;
  segment->from = interval_floor (&offer->interval, ts);
  segment->to = interval_next (&offer->interval, ts);
  if (segment->to <= segment->from)
    segment->to = segment->from + 1;
  segment->state = LEDGER_COMPLETE;
  segment->append_only = TRUE;
  segment->made_up = (input->plugin->desc.flags & MD_PLUGIN_MADE_UP) != 0;
  segment->max_shrink = -1;
  segment_add_series (segment, instrument_of (input->letter), columns);
  return segment;
}

/* ---- both kinds --------------------------------------------------------- */

static gboolean
commit (const ReplayInput *input, Segment *segment, GError **error)
{
  CommitResult result = { 0 };
  gboolean fine;

  sign (input, segment);
  for (guint i = 0; i < segment->series->len; i++) {
    const SegmentSeries *series = g_ptr_array_index (segment->series, i);

    segment->lineage.rows_in += series->rows->n;
  }
  segment_seal (segment);
  fine = store_commit (input->store, &segment, 1, &result, error)
         && store_dead_remove (input->store, input->letter->id, error);
  commit_result_clear (&result);
  return fine;
}

static gboolean
replay_row (const ReplayInput *input, char **ret_reasons, GError **error)
{
  const AskKey *ask = &input->letter->ask;
  const struct md_offer *offer
    = plugin_offer (input->plugin, ask->dataset, ask->schema, error);
  g_autoptr (Columns) columns = NULL;
  g_autoptr (Segment) segment = NULL;
  g_autofree char *reasons = NULL;

  if (offer == NULL)
    return FALSE;
  columns = read_row (input, plugin_offer_table (offer), error);
  if (columns == NULL)
    return FALSE;
  reasons = judge (input, offer, columns);
  if (reasons != NULL) {
    *ret_reasons = g_steal_pointer (&reasons);
    return TRUE;
  }
  segment = segment_of_row (input, offer, g_steal_pointer (&columns));
  if (!keep_asks (input, segment, error) || !commit (input, segment, error))
    return FALSE;
  *ret_reasons = NULL;
  return TRUE;
}

static gboolean
replay_segment (const ReplayInput *input, GError **error)
{
  g_autoptr (Segment) segment = segment_from_letter (input->letter, error);

  return segment != NULL && keep_asks (input, segment, error)
         && commit (input, segment, error);
}

gboolean
engine_replay (const ReplayInput *input, char **ret_reasons, GError **error)
{
  if (input->letter->segment == NULL)
    return replay_row (input, ret_reasons, error);
  if (input->row != NULL) {
    g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE,
                 "dead letter %s holds a whole segment: one row cannot "
                 "replace it", input->letter->id);
    return FALSE;
  }
  if (!replay_segment (input, error))
    return FALSE;
  *ret_reasons = NULL;
  return TRUE;
}
