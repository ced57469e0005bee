/* SPDX-License-Identifier: Apache-2.0
 *
 * sink.h - one sink of a job: its session, what it has, what it lacks, and
 * how it gets it from the store.
 *
 * Progress is one number a sink, the last commit delivered.  The sink keeps
 * it beside its rows (`last_commit`); the store has documents "sink/JOB/NAME"
 * (that number and, for `status`, when and how it went) and
 * "sink-scope/JOB/NAME" (the selectors that the number speaks of: a job that
 * names more of them later delivers those from a snapshot).
 */
#pragma once

#include "call.h"
#include "data/arrow.h"

typedef struct {
  const EngineInput *input;
  const SinkBinding *binding;
  CallEnv env;
  struct md_call *call;
  void *session;
  char *feed;              /* md_feed.id                                    */
  gboolean straight;       /* rows = off: MD_FEED_STRAIGHT                  */
  gboolean is_ahead;       /* straight: it has what the store never         */
                           /*   committed; see sink_rewind                  */
  guint64 own;             /* what the sink last said, or was told to keep  */
  guint64 delivered;       /* commits up to here are delivered              */
  gboolean has_news;       /* what the store does not know of it yet        */
  GHashTable *scope;       /* ask texts (sink_ask_text) that it has         */
  SinkEntry *entry;        /* what the report says; borrowed                */
} Sink;

/* ---- sink.c: the session ---------------------------------------------- */

Sink *sink_new (const EngineInput *input, const SinkBinding *binding,
                SinkEntry *entry, const Cancel *cancel);
/* Opens the session and learns how far it is; the error names the sink.    */
gboolean sink_connect (Sink *sink, GError **error);
void sink_free (Sink *sink);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Sink, sink_free)
/* Takes out of a straight sink what the store knows nothing of.  Only where
 * the store is open for writing, so that no other run delivers.            */
gboolean sink_rewind (Sink *sink, GError **error);
/* klass != MD_OK as an error that names the sink; FALSE then.              */
gboolean sink_check (const Sink *sink, int klass, const struct md_error *err,
                     GError **error);

/* ---- sink-state.c: what the store knows of it -------------------------- */

/* Reads the documents and settles `delivered` and `scope`.                 */
gboolean sink_state_load (Sink *sink, GError **error);
/* Together with what the entry says.                                       */
gboolean sink_state_save (Sink *sink, GError **error);
/* Adds the job's selectors to the scope, and keeps it.                     */
gboolean sink_scope_save (Sink *sink, GError **error);
/* "dataset\tschema\tkind\tselector".  (transfer full)                      */
char *sink_ask_text (const AskKey *ask);

/* ---- sink-lack.c: what it lacks ---------------------------------------- */

/* Rows of one series that changed.                                         */
typedef struct {
  SeriesInfo info;
  GArray *spans;           /* of Span, as the sink wants them cut           */
  gboolean straight;
} SinkPiece;

/* Every selector of the job.  (transfer full; of AskKey *)                 */
GPtrArray *sink_asks (const EngineInput *input);
/* What commits up to `upto` changed and this sink lacks, of SinkPiece, each
 * series once.  NULL on failure.                                           */
GPtrArray *sink_lack (Sink *sink, guint64 upto, GError **error);

/* Does it have every selector of the job?                                  */
gboolean sink_scope_is_complete (const Sink *sink);

/* ---- sink-origins.c ---------------------------------------------------- */

typedef struct SinkOrigins SinkOrigins;
SinkOrigins *sink_origins_new (Store *store);
void sink_origins_free (SinkOrigins *origins);
/* Of rows [first, first + n); *ret is good until the next question.        */
gboolean sink_origins_of (SinkOrigins *origins, const Columns *rows,
                          gsize first, gsize n, ArrowOrigins *ret,
                          GError **error);

/* ---- sink-deliver.c ---------------------------------------------------- */

/* The segment of a piece, without commit and progress.                     */
struct md_segment sink_segment (const SinkPiece *piece, md_time from,
                                md_time to);
/* Rows of a segment that no store has yet, as commit `number`.             */
gboolean sink_deliver_straight (Sink *sink, const Segment *segment,
                                guint64 number, GError **error);
/* One batch: brings the sink to commit `upto`.                             */
gboolean sink_deliver (Sink *sink, guint64 upto, GError **error);
