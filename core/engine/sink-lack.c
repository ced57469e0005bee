/* SPDX-License-Identifier: Apache-2.0
 *
 * sink-lack.c - what a sink lacks, from the store's log.
 *
 * Each commit since the last one delivered says which selector it answered
 * and where; the rows there say which of them are newer.  A selector that
 * the sink does not have yet is wanted whole: the snapshot.
 */
#include "sink.h"

#include "data/spans.h"

static void
ask_free (gpointer data)
{
  AskKey *ask = data;

  ask_key_clear (ask);
  g_free (ask);
}

GPtrArray *
sink_asks (const EngineInput *input)
{
  const Job *job = input->job;
  GPtrArray *asks = g_ptr_array_new_with_free_func (ask_free);

  for (char **d = job->datasets; *d != NULL; d++) {
    for (char **s = job->schemas; *s != NULL; s++) {
      for (char **symbol = job->symbols; *symbol != NULL; symbol++) {
        AskKey *ask = g_new0 (AskKey, 1);

        *ask = (AskKey) { job_provider_name (job), g_strdup (*d),
                          g_strdup (*s), g_strdup (*symbol), job->selector };
        g_ptr_array_add (asks, ask);
      }
    }
  }
  return asks;
}

/* ---- where commits were ---------------------------------------------- */

typedef struct {
  GHashTable *spans;   /* ask text -> GArray of Span                        */
  const char *provider;
  guint64 upto;
} Log;

static gboolean
note_commit (const CommitInfo *info, gpointer data)
{
  Log *log = data;
  g_autofree char *text = NULL;
  GArray *spans;

  if (info->commit > log->upto)
    return FALSE;
  if (info->added + info->changed + info->withdrawn == 0
      || g_strcmp0 (info->ask.provider, log->provider) != 0)
    return TRUE;
  text = sink_ask_text (&info->ask);
  spans = g_hash_table_lookup (log->spans, text);
  if (spans != NULL)
    spans_add (spans, info->from, info->to);
  return TRUE;
}

/* Only of selectors that the sink has.                                     */
static GHashTable *
read_log (Sink *sink, const GPtrArray *asks, guint64 upto, GError **error)
{
  g_autofree char *provider = job_provider_name (sink->input->job);
  Log log = { g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                     (GDestroyNotify) g_array_unref),
              provider, upto };

  for (guint i = 0; i < asks->len; i++) {
    g_autofree char *text = sink_ask_text (asks->pdata[i]);

    if (sink->straight || g_hash_table_contains (sink->scope, text))
      g_hash_table_insert (log.spans, g_steal_pointer (&text), spans_new ());
  }
  if (!store_commits_each (sink->input->store, sink->delivered, note_commit,
                           &log, error))
    g_clear_pointer (&log.spans, g_hash_table_unref);
  return log.spans;
}

/* ---- which rows ------------------------------------------------------ */

static void
piece_free (gpointer data)
{
  SinkPiece *piece = data;

  series_key_clear (&piece->info.key);
  g_array_unref (piece->spans);
  g_free (piece);
}

typedef struct {
  Sink *sink;
  GPtrArray *pieces;
  GHashTable *by_series; /* text -> SinkPiece, borrowed                     */
} Lack;

static gboolean
take_info (const SeriesInfo *info, gpointer data)
{
  SinkPiece *piece = data;

  piece->info.table = info->table;
  piece->info.interval = info->interval;
  piece->info.made_up = info->made_up;
  return FALSE;
}

static SinkPiece *
piece_of (Lack *lack, const AskKey *ask, const char *instrument,
          GError **error)
{
  g_autofree char *text = g_strdup_printf ("%s\t%s\t%s", ask->dataset,
                                           ask->schema, instrument);
  SinkPiece *piece = g_hash_table_lookup (lack->by_series, text);

  if (piece != NULL)
    return piece;
  piece = g_new0 (SinkPiece, 1);
  piece->spans = spans_new ();
  piece->straight = lack->sink->straight;
  piece->info.key = (SeriesKey) { g_strdup (ask->provider),
                                  g_strdup (ask->dataset),
                                  g_strdup (ask->schema),
                                  g_strdup (instrument) };
  g_ptr_array_add (lack->pieces, piece);
  g_hash_table_insert (lack->by_series, g_steal_pointer (&text), piece);
  return store_series_each (lack->sink->input->store, &piece->info.key,
                            take_info, piece, error)
           ? piece : NULL;
}

/* The borders that the sink wants.                                         */
static gboolean
add_aligned (Sink *sink, SinkPiece *piece, const Span *span, GError **error)
{
  const struct md_segment segment = sink_segment (piece, span->from,
                                                  span->to);
  md_time from = span->from, to = span->to;
  struct md_error err;
  int klass;

  if (sink->straight) {
    spans_add (piece->spans, from, to);
    return TRUE;
  }
  md_error_init (&err);
  klass = sink->env.plugin->sink.align (sink->session, sink->call, &segment,
                                        &from, &to, &err);
  if (!sink_check (sink, klass, &err, error))
    return FALSE;
  spans_add (piece->spans, MIN (from, span->from), MAX (to, span->to));
  return TRUE;
}

static gboolean
add_series (Lack *lack, const AskKey *ask, const char *instrument,
            const GArray *ranges, guint64 after, GError **error)
{
  SinkPiece *piece = piece_of (lack, ask, instrument, error);

  for (guint i = 0; piece != NULL && i < ranges->len; i++) {
    const Span *range = &g_array_index (ranges, Span, i);
    g_autoptr (GArray) spans = store_changed_spans (
      lack->sink->input->store, &piece->info.key, range->from, range->to,
      after, error);

    if (spans == NULL)
      return FALSE;
    for (guint k = 0; k < spans->len; k++) {
      if (!add_aligned (lack->sink, piece, &g_array_index (spans, Span, k),
                        error))
        return FALSE;
    }
  }
  return piece != NULL;
}

/* ranges NULL: all of it.                                                  */
static gboolean
add_ask (Lack *lack, const AskKey *ask, const GArray *ranges, GError **error)
{
  g_autoptr (GArray) whole = spans_new ();
  g_autoptr (GPtrArray) links = NULL;
  guint64 after = lack->sink->delivered;

  if (ranges == NULL) {
    spans_add (whole, G_MININT64, MD_ABSENT);
    ranges = whole;
    after = 0;
  }
  if (ranges->len == 0)
    return TRUE;
  links = store_instruments (lack->sink->input->store, ask, error);
  for (guint i = 0; links != NULL && i < links->len; i++) {
    const Mapping *link = links->pdata[i];

    if (!add_series (lack, ask, link->instrument, ranges, after, error))
      return FALSE;
  }
  return links != NULL;
}

static gboolean
add_asks (Lack *lack, const GPtrArray *asks, GHashTable *log, GError **error)
{
  for (guint i = 0; i < asks->len; i++) {
    g_autofree char *text = sink_ask_text (asks->pdata[i]);

    if (!add_ask (lack, asks->pdata[i], g_hash_table_lookup (log, text),
                  error))
      return FALSE;
  }
  return TRUE;
}

GPtrArray *
sink_lack (Sink *sink, guint64 upto, GError **error)
{
  g_autoptr (GPtrArray) asks = sink_asks (sink->input);
  g_autoptr (GHashTable) by_series
    = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) log = read_log (sink, asks, upto, error);
  Lack lack = { sink, g_ptr_array_new_with_free_func (piece_free),
                by_series };

  if (log == NULL || !add_asks (&lack, asks, log, error)) {
    g_ptr_array_unref (lack.pieces);
    return NULL;
  }
  for (guint i = lack.pieces->len; i-- > 0;) {
    const SinkPiece *piece = lack.pieces->pdata[i];

    if (piece->spans->len == 0)
      g_ptr_array_remove_index (lack.pieces, i);
  }
  return lack.pieces;
}

/* ---- is there anything ----------------------------------------------- */

gboolean
sink_scope_is_complete (const Sink *sink)
{
  g_autoptr (GPtrArray) asks = sink_asks (sink->input);

  for (guint i = 0; !sink->straight && i < asks->len; i++) {
    g_autofree char *text = sink_ask_text (asks->pdata[i]);

    if (!g_hash_table_contains (sink->scope, text))
      return FALSE;
  }
  return TRUE;
}
