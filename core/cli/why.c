/* SPDX-License-Identifier: Apache-2.0
 *
 * why.c - gathers what the store knows about one symbol at one time.
 */
#include "why.h"

#include "data/interval.h"
#include "engine/row-json.h"

#include <string.h>

static void
commit_info_free (CommitInfo *info)
{
  if (info == NULL)
    return;
  ask_key_clear (&info->ask);
  lineage_clear (&info->lineage);
  g_free (info);
}

void
why_free (Why *why)
{
  ask_key_clear (&why->key);
  g_free (why->instrument);
  g_free (why->span.reason);
  g_free (why->row);
  commit_info_free (why->info);
  g_ptr_array_unref (why->letters);
  g_ptr_array_unref (why->changes);
  g_free (why);
}

static Why *
why_new (const AskKey *key, const char *instrument)
{
  Why *why = g_new0 (Why, 1);

  why->key = (AskKey) { g_strdup (key->provider), g_strdup (key->dataset),
                        g_strdup (key->schema), g_strdup (key->selector),
                        key->kind };
  why->instrument = g_strdup (instrument);
  why->first = why->last = MD_ABSENT;
  why->letters = g_ptr_array_new_with_free_func (g_free);
  why->changes = g_ptr_array_new_with_free_func (g_free);
  return why;
}

static SeriesKey
series_key (const Why *why)
{
  return (SeriesKey) { why->key.provider, why->key.dataset, why->key.schema,
                       why->instrument };
}

/* ---- the bar and its row ------------------------------------------------ */

typedef struct {
  Why *why;
  md_time t;
} At;

static gboolean
take_bar (const SeriesInfo *info, gpointer data)
{
  const At *at = data;

  at->why->is_bar = info->interval.count > 0;
  if (at->why->is_bar) {
    at->why->from = interval_floor (&info->interval, at->t);
    at->why->to = interval_next (&info->interval, at->t);
  }
  return FALSE;
}

static gboolean
take_row (const SeriesInfo *info, const Columns *rows, gpointer data)
{
  Why *why = data;
  g_autoptr (GString) json = g_string_new (NULL);

  if (why->rows == 0 && rows->n > 0) {
    row_append_json (json, rows, 0, info->key.instrument);
    why->row = g_strdup (json->str);
    why->commit = rows->commit[0];
  }
  why->rows += rows->n;
  return TRUE;
}

/* ---- what happened to it ------------------------------------------------ */

static gboolean
take_commit (const CommitInfo *info, gpointer data)
{
  Why *why = data;
  CommitInfo *copy = g_memdup2 (info, sizeof *info);
  const Lineage *lineage = &info->lineage;

  copy->ask = (AskKey) { g_strdup (info->ask.provider),
                         g_strdup (info->ask.dataset),
                         g_strdup (info->ask.schema),
                         g_strdup (info->ask.selector), info->ask.kind };
  copy->lineage.ingestion_id = g_strdup (lineage->ingestion_id);
  copy->lineage.run_id = g_strdup (lineage->run_id);
  copy->lineage.job = g_strdup (lineage->job);
  copy->lineage.plugin_version = g_strdup (lineage->plugin_version);
  copy->lineage.request = g_strdup (lineage->request);
  copy->lineage.response_hashes = g_strdup (lineage->response_hashes);
  why->info = copy;
  return FALSE;
}

static gboolean
take_change (const ChangeInfo *change, gpointer data)
{
  Why *why = data;

  if (change->ts < why->from || change->ts >= why->to)
    return TRUE;
  if (change->now == NULL)
    g_ptr_array_add (why->changes, g_strdup_printf (
      "commit %" G_GUINT64_FORMAT " withdrew the row of commit %"
      G_GUINT64_FORMAT, change->commit, change->was_commit));
  else if (change->was == NULL)
    g_ptr_array_add (why->changes, g_strdup_printf (
      "commit %" G_GUINT64_FORMAT " added it where nothing had been",
      change->commit));
  else
    g_ptr_array_add (why->changes, g_strdup_printf (
      "commit %" G_GUINT64_FORMAT " replaced the row of commit %"
      G_GUINT64_FORMAT, change->commit, change->was_commit));
  return TRUE;
}

static gboolean
take_letter (const DeadLetter *letter, gpointer data)
{
  Why *why = data;

  if (letter->ts == MD_ABSENT || letter->ts < why->from
      || letter->ts >= why->to
      || (letter->instrument != NULL
          && strcmp (letter->instrument, why->instrument) != 0))
    return TRUE;
  g_ptr_array_add (why->letters,
                   g_strdup_printf ("%s: %s", letter->id, letter->reasons));
  return TRUE;
}

static void
take_span (Why *why, const GArray *spans)
{
  for (guint i = 0; i < spans->len; i++) {
    const LedgerSpan *span = &g_array_index (spans, LedgerSpan, i);

    if (i == 0)
      why->first = span->from;
    why->last = span->to;
    if (span->from <= why->from && span->to > why->from) {
      why->span = *span;
      why->span.reason = g_strdup (span->reason);
    }
  }
}

static gboolean
gather (Store *store, Why *why, md_time t, const GArray *spans,
        GError **error)
{
  SeriesKey series = series_key (why);
  At at = { why, t };

  why->from = t;
  why->to = t + 1;
  if (!store_series_each (store, &series, take_bar, &at, error)
      || !store_scan (store, &series, why->from, why->to, MD_ABSENT, take_row,
                      why, error))
    return FALSE;
  take_span (why, spans);
  if (why->commit == 0)
    why->commit = why->span.commit;
  if (why->commit != 0
      && !store_commit_info (store, why->commit, take_commit, why, error))
    return FALSE;
  return store_changes_each (store, &series, 0, take_change, why, error)
         && store_dead_each (store, &why->key, take_letter, why, error);
}

/* ---- who is meant ------------------------------------------------------- */

/* Instruments of a selector that the symbol stands for: all of them when it
 * is the selector itself, else the one of that name.  (transfer full)      */
static GPtrArray *
meant_instruments (Store *store, const AskKey *key, const char *symbol,
                   GError **error)
{
  g_autoptr (GPtrArray) links = store_instruments (store, key, error);
  g_autoptr (GPtrArray) meant = g_ptr_array_new_with_free_func (g_free);
  gboolean is_selector = strcmp (key->selector, symbol) == 0;

  if (links == NULL)
    return NULL;
  for (guint i = 0; i < links->len; i++) {
    const Mapping *link = g_ptr_array_index (links, i);

    if (is_selector || strcmp (link->instrument, symbol) == 0)
      g_ptr_array_add (meant, g_strdup (link->instrument));
  }
  if (is_selector && meant->len == 0)
    g_ptr_array_add (meant, g_strdup (symbol));
  return g_steal_pointer (&meant);
}

static gboolean
ask_selector (const Selection *selection, const HeldSelector *held,
              const char *symbol, md_time t, GPtrArray *answers,
              GError **error)
{
  Store *store = selection->store;
  g_autoptr (GPtrArray) meant = meant_instruments (store, &held->key, symbol,
                                                   error);

  if (meant == NULL)
    return FALSE;
  for (guint i = 0; i < meant->len; i++) {
    g_autoptr (Why) why = why_new (&held->key, g_ptr_array_index (meant, i));

    if (!gather (store, why, t, held->spans, error))
      return FALSE;
    g_ptr_array_add (answers, g_steal_pointer (&why));
  }
  return TRUE;
}

GPtrArray *
why_ask (const Selection *selection, const char *symbol, md_time t,
         GError **error)
{
  g_autoptr (GPtrArray) answers
    = g_ptr_array_new_with_free_func ((GDestroyNotify) why_free);
  /* The symbol may be an instrument of another selector: all are looked at. */
  Selection all = *selection;
  g_autoptr (GPtrArray) found = NULL;

  all.symbol = NULL;
  all.job = NULL;
  found = select_ledger (&all, error);
  if (found == NULL)
    return NULL;
  for (guint i = 0; i < found->len; i++) {
    if (!ask_selector (selection, g_ptr_array_index (found, i), symbol, t,
                       answers, error))
      return NULL;
  }
  return g_steal_pointer (&answers);
}
