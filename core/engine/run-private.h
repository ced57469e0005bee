/* SPDX-License-Identifier: Apache-2.0
 *
 * run-private.h - one run's state, shared by run.c, worker.c, segment.c and
 * report.c.
 */
#pragma once

#include "call.h"
#include "commit-queue.h"
#include "engine.h"
#include "sinks.h"
#include "straight.h"

typedef struct {
  const EngineInput *input;
  const Plan *plan;
  const Job *job;
  CallEnv env;
  CommitQueue *queue;
  RunReport *report;
  Sinks *sinks;              /* or NULL                                     */
  Straight *straight;        /* rows = off: instead of sinks                */

  Cancel stop;               /* the user's wish or a fatal error            */
  GMutex mutex;              /* guards everything below                     */
  guint next_chunk, chunks_done;
  GHashTable *entries;       /* "symbol\ndataset\nschema" -> RunEntry       */
  GError *fatal;             /* what ended the run                          */
  gboolean unfinished;       /* time limit or quota left chunks unasked     */
  char *unfinished_why;
  GPtrArray *doubts;         /* of Chunk, the committer's: to be asked again */
                             /*   at the end; NULL when that was done       */

  EngineNotify notify;
  gpointer notify_data;
  gint64 last_notify;
} Run;

/* ---- report.c --------------------------------------------------------- */

RunReport *run_report_new (char *run_id /* (transfer full) */);
RunEntry *run_entry (Run *run, const char *symbol, const char *dataset,
                     const char *schema);
/* One committed segment.                                                   */
void run_count_commit (Run *run, const Segment *segment,
                       const CommitResult *result);
/* The same place was in doubt twice: the next run asks again.              */
void run_count_doubt (Run *run, const Segment *segment, const char *reason);
/* Fills statuses, held_until and the outcome when all threads are gone.    */
void run_close_report (Run *run);

/* ---- run.c ------------------------------------------------------------ */

/* Ends the run as soon as the threads notice; the first reason counts.     */
void run_fail (Run *run, int code, const char *message);
/* Stops asking, keeps what is there: quota used up, time limit.            */
void run_wind_down (Run *run, const char *why);
/* The next chunk, or NULL when there is none or the run ends.              */
const Chunk *run_next_chunk (Run *run, guint *ret_number);
gboolean run_is_ending (Run *run);
void run_chunk_done (Run *run);

/* ---- worker.c --------------------------------------------------------- */

gpointer worker_main (gpointer run);

/* ---- segment.c -------------------------------------------------------- */

/* Rules, state and encoding of what one `covered` closed; queues it.  Takes
 * the rows.  in_doubt: fails as MD_ERR_PROTOCOL when rows cannot be read.   */
int segment_from_covered (Run *run, struct md_call *call, Covered *covered,
                          const Lineage *lineage, gboolean in_doubt,
                          struct md_error *err);
/* A range that was asked in vain.                                          */
void segment_queue_state (Run *run, const Chunk *chunk, const char *symbol,
                          md_time from, md_time to, LedgerState state,
                          const char *reason, const Lineage *lineage);
