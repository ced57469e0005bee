/* SPDX-License-Identifier: Apache-2.0
 *
 * commit.c - segments into the store: one batch, one number each.
 *
 * A segment is staged whole before anything of it enters the batch, because
 * only then is known whether it changes anything (else nothing is written)
 * and whether it withdraws too much (then it is quarantined).  The next
 * segment of the group reads through the batch and so sees the one before.
 */
#include "fail.h"
#include "ledger.h"
#include "letters.h"
#include "lineage.h"
#include "mappings.h"
#include "raw.h"
#include "replace.h"

#include "data/clock.h"
#include "data/interval.h"

#include <string.h>

typedef struct {
  Store *store;
  Batch *batch;
  Stage stage;
  Segment *segment;
  guint64 number;          /* that this segment gets if it changes anything */
  md_time now;
  GArray *spans;           /* the ledger before                             */
  GArray *answered;        /* what of [from, to) had been answered          */
  RowCounts counts;
  guint64 held;
  gboolean is_changed;
  guint64 marked;          /* ledgers of which something went stale         */
} Commit;

/* ---- rows ------------------------------------------------------------ */

static gboolean
replace_one (Commit *c, Replace *r, GError **error)
{
  if (!replace_rows (r, error))
    return FALSE;
  if (counts_changed (&r->counts))
    catalogue_stage_stats (&c->stage, &r->series);
  c->counts.added += r->counts.added;
  c->counts.changed += r->counts.changed;
  c->counts.withdrawn += r->counts.withdrawn;
  c->counts.same += r->counts.same;
  c->held += r->held;
  return TRUE;
}

static Replace
replace_begin (Commit *c)
{
  return (Replace) { .view = &c->batch->view, .stage = &c->stage,
                     .segment = c->segment, .commit = c->number,
                     .answered = c->answered };
}

static gboolean
put_delivered (Commit *c, const SegmentSeries *series, GError **error)
{
  Replace r = replace_begin (c);

  if (series->rows->n == 0)
    return TRUE;
  r.rows = series->rows;
  r.blocks = series->blocks;
  return catalogue_enter (c->store, r.view, &c->stage, c->segment,
                          series->instrument, &r.series, error)
         && replace_one (c, &r, error)
         && link_stage (r.view, &c->stage, c->segment, series->instrument,
                        &c->is_changed, error);
}

static gboolean
withdraw (Commit *c, const char *instrument, GError **error)
{
  SeriesKey key = series_key_of (&c->segment->ask, instrument);
  Replace r = replace_begin (c);
  gboolean found;

  if (!catalogue_find (c->store, r.view, &key, &found, &r.series, error))
    return FALSE;
  if (!found)
    return fail_damaged (error, c->store->path,
                         "series %s, which a selector delivered, is not in "
                         "the catalogue", instrument);
  return replace_one (c, &r, error);
}

/* What the selector delivered there before and does not deliver now.       */
static gboolean
withdraw_others (Commit *c, GError **error)
{
  const Segment *segment = c->segment;
  g_autoptr (GPtrArray) links = links_read (&c->batch->view, &segment->ask,
                                            error);
  g_autoptr (GHashTable) delivered
    = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < segment->series->len; i++) {
    const SegmentSeries *series = segment->series->pdata[i];

    if (series->rows->n > 0)
      g_hash_table_add (delivered, series->instrument);
  }
  for (guint i = 0; links != NULL && i < links->len; i++) {
    const Mapping *link = links->pdata[i];

    if (link->from < segment->to && link->to > segment->from
        && !g_hash_table_contains (delivered, link->instrument)
        && !withdraw (c, link->instrument, error))
      return FALSE;
  }
  return links != NULL;
}

static gboolean
put_rows (Commit *c, GError **error)
{
  const Segment *segment = c->segment;

  if (segment->state != LEDGER_COMPLETE && segment->state != LEDGER_EMPTY)
    return TRUE;
  if (!segment->append_only)
    c->answered = ledger_answered (c->spans, segment->from, segment->to);
  for (guint i = 0; i < segment->series->len; i++) {
    if (!put_delivered (c, segment->series->pdata[i], error))
      return FALSE;
  }
  return segment->append_only || withdraw_others (c, error);
}

/* ---- what goes with them --------------------------------------------- */

static LedgerSpan
news_of (const Commit *c, LedgerState state, char *reason)
{
  const Segment *segment = c->segment;

  return (LedgerSpan) { segment->from, segment->to, state, segment->asks,
                        c->now, segment->next_ask, c->number, reason };
}

static void
stage_lineage (Commit *c, LedgerState state)
{
  const Segment *segment = c->segment;
  const CommitInfo info = {
    .commit = c->number, .at = c->now, .ask = segment->ask,
    .from = segment->from, .to = segment->to, .state = state,
    .added = c->counts.added, .changed = c->counts.changed,
    .withdrawn = c->counts.withdrawn, .same = c->counts.same,
    .lineage = segment->lineage,
  };

  lineage_stage (&c->stage, &info);
}

/* A table that was new in what is dropped must not be taken for stored.    */
static void
drop_stage (Commit *c)
{
  if (c->stage.state.next_table != c->batch->state.next_table)
    catalogue_forget_tables (c->store);
  stage_clear (&c->stage);
}

/* Ends a segment that is to be written.                                    */
static gboolean
accept (Commit *c, LedgerState state, GError **error)
{
  if (!raw_stage (&c->batch->view, &c->stage, c->segment, c->now, error))
    return FALSE;
  stage_lineage (c, state);
  c->stage.state.last_commit = c->number;
  c->stage.state.last_at = c->now;
  stage_apply (&c->stage, c->batch);
  return TRUE;
}

static gboolean
is_own (const Commit *c, const StaleMark *mark)
{
  const AskKey *a = &c->segment->ask, *b = &mark->ask;

  return a->kind == b->kind && strcmp (a->selector, b->selector) == 0
         && strcmp (a->schema, b->schema) == 0
         && strcmp (a->dataset, b->dataset) == 0
         && strcmp (a->provider, b->provider) == 0;
}

static GArray *
mark (GArray *spans /* (transfer full) */, const StaleMark *stale,
      gboolean *ret_changed)
{
  const LedgerSpan news = { stale->from, stale->to, LEDGER_STALE, 0, 0, 0, 0,
                            stale->reason };
  GArray *marked = ledger_mark (spans, &news, ret_changed);

  g_array_unref (spans);
  return marked;
}

/* What the new rows say of their own selector: the answer is staged once.   */
static GArray *
mark_own (Commit *c, GArray *spans /* (transfer full) */)
{
  for (guint i = 0; i < c->segment->stale->len; i++) {
    gboolean changed;

    if (!is_own (c, c->segment->stale->pdata[i]))
      continue;
    spans = mark (spans, c->segment->stale->pdata[i], &changed);
    c->marked += changed;
  }
  return spans;
}

static void
stage_answer (Commit *c)
{
  const LedgerSpan news = news_of (c, c->segment->state, c->segment->reason);
  gboolean changed = FALSE;
  GArray *spans = ledger_answer (c->spans, &news, &changed);

  c->is_changed |= changed || counts_changed (&c->counts);
  if (c->is_changed)
    spans = mark_own (c, spans);
  ledger_stage (&c->stage, &c->segment->ask, spans);
}

static gboolean
stage_rest (Commit *c, GError **error)
{
  const View *view = &c->batch->view;

  if (!c->segment->provisional)
    stage_answer (c);
  c->is_changed |= counts_changed (&c->counts);
  return mappings_stage (view, &c->stage, c->segment, &c->is_changed, error)
         && letters_stage (view, &c->stage, c->segment, c->now,
                           &c->is_changed, error);
}

/* What the new rows say of other selectors' answers.                       */
static gboolean
stage_stale (Commit *c, GError **error)
{
  for (guint i = 0; i < c->segment->stale->len; i++) {
    const StaleMark *stale = c->segment->stale->pdata[i];
    gboolean changed;
    GArray *spans;

    if (is_own (c, stale))
      continue;
    spans = ledger_read (&c->batch->view, &stale->ask, error);
    if (spans == NULL)
      return FALSE;
    spans = mark (spans, stale, &changed);
    c->marked += changed;
    if (changed)
      ledger_stage (&c->stage, &stale->ask, spans);
    else
      g_array_unref (spans);
  }
  return TRUE;
}

/* ---- quarantine ------------------------------------------------------ */

static gboolean
shrinks_too_much (const Commit *c)
{
  const Segment *segment = c->segment;

  return segment->max_shrink >= 0
         && (double) c->counts.withdrawn
              > segment->max_shrink * (double) c->held;
}

static char *
shrink_reason (const Commit *c)
{
  char from[TIME_TEXT_SIZE], to[TIME_TEXT_SIZE];

  time_format (c->segment->from, from);
  time_format (c->segment->to, to);
  return g_strdup_printf (
    "quarantined: the new answer lacks %" G_GUINT64_FORMAT " of %"
    G_GUINT64_FORMAT " rows held in [%s, %s), more than max_shrink allows "
    "(%g %%); what is held stays", c->counts.withdrawn, c->held, from, to,
    100 * c->segment->max_shrink);
}

static gboolean
quarantine (Commit *c, CommitResult *result, GError **error)
{
  g_autofree char *reason = c->segment->quarantine != NULL
                              ? g_strdup (c->segment->quarantine)
                              : shrink_reason (c);
  g_autoptr (GBytes) packed = segment_pack (c->segment);
  DeadLetter letter = { .ts = MD_ABSENT, .reasons = reason,
                        .segment = packed };
  LedgerSpan news = news_of (c, LEDGER_FAILED, reason);
  gboolean is_new;

  drop_stage (c);
  stage_begin (&c->stage, c->batch);
  c->counts = (RowCounts) { 0 };
  ledger_stage (&c->stage, &c->segment->ask,
                ledger_overwrite (c->spans, &news, &is_new));
  if (!letter_stage (&c->batch->view, &c->stage, c->segment, &letter, c->now,
                     &is_new, error)
      || !letters_stage (&c->batch->view, &c->stage, c->segment, c->now,
                         &is_new, error)
      || !accept (c, LEDGER_FAILED, error))
    return FALSE;
  result->commit = c->number;
  result->quarantined = TRUE;
  result->reason = g_steal_pointer (&reason);
  return TRUE;
}

/* ---- one segment ----------------------------------------------------- */

static gboolean
commit_staged (Commit *c, CommitResult *result, GError **error)
{
  if (c->segment->quarantine != NULL)
    return quarantine (c, result, error);
  if (!put_rows (c, error))
    return FALSE;
  if (shrinks_too_much (c))
    return quarantine (c, result, error);
  if (!stage_rest (c, error))
    return FALSE;
  result->added = c->counts.added;
  result->changed = c->counts.changed;
  result->withdrawn = c->counts.withdrawn;
  result->same = c->counts.same;
  if (!c->is_changed) {
    drop_stage (c);
    return TRUE;
  }
  result->commit = c->number;
  if (!stage_stale (c, error))
    return FALSE;
  result->stale = c->marked;
  return accept (c, c->segment->state, error);
}

static gboolean
commit_segment (Store *store, Batch *batch, Segment *segment, md_time now,
                CommitResult *result, GError **error)
{
  Commit c = { .store = store, .batch = batch, .segment = segment,
               .number = batch->state.last_commit + 1, .now = now };
  gboolean ok;

  if (!segment_check (segment, error))
    return FALSE;
  for (guint i = 0; i < segment->series->len; i++) {
    const SegmentSeries *series = segment->series->pdata[i];

    if (series->blocks == NULL)
      segment_seal (segment);
  }
  c.spans = ledger_read (&batch->view, &segment->ask, error);
  if (c.spans == NULL)
    return FALSE;
  stage_begin (&c.stage, batch);
  ok = commit_staged (&c, result, error);
  stage_clear (&c.stage);
  g_array_unref (c.spans);
  g_clear_pointer (&c.answered, g_array_unref);
  return ok;
}

/* ---- public ---------------------------------------------------------- */

static void
clear_results (CommitResult *results, gsize n)
{
  for (gsize i = 0; i < n; i++)
    commit_result_clear (&results[i]);
}

gboolean
store_commit (Store *store, Segment *const *segments, gsize n,
              CommitResult *ret_results, GError **error)
{
  g_autofree CommitResult *results = g_new0 (CommitResult, n + 1);
  gboolean ok = TRUE;
  md_time now;
  Batch batch;

  if (!store_write_begin (store, &batch, error))
    return FALSE;
  now = MAX (clock_now (), batch.state.last_at);
  for (gsize i = 0; ok && i < n; i++)
    ok = commit_segment (store, &batch, segments[i], now, &results[i], error);
  ok = store_write_end (store, &batch, ok, error);
  if (ok)
    memcpy (ret_results, results, n * sizeof *results);
  else
    clear_results (results, n);
  return ok;
}
