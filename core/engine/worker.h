/* SPDX-License-Identifier: Apache-2.0
 *
 * worker.h - a worker's state, shared by worker.c (fetching) and failure.c
 * (what is left, and what a failure means for it).
 */
#pragma once

#include "run-private.h"

/* A part of a chunk that still has to be fetched.                          */
typedef struct {
  GPtrArray *symbols; /* borrowed names                                     */
  md_time from, to;
  guint attempt;      /* failures in a row                                  */
} Task;

typedef struct {
  Run *run;
  void *session;
  guint64 prng;
  const Chunk *chunk;
  guint number;       /* of the chunk, from 1                               */
  GQueue tasks;
  Lineage lineage;    /* of the chunk's segments                            */
  gboolean progressed; /* this fetch covered something                      */
  gboolean in_doubt;  /* unreadable rows are asked for once more            */
  gboolean answered;  /* some fetch of this chunk did: the vendor is alive  */
} Worker;

Task *task_new (md_time from, md_time to, guint attempt);
void task_free (Task *task);

/* Puts back what the call did not cover, but for the symbol `except`
 * (G_MAXUINT = none).                                                      */
void failure_requeue (Worker *worker, const Task *task,
                      const struct md_call *call, guint attempt,
                      guint except);
/* A fetch ended with this error: retry, split, mark, or end the run.       */
void failure_handle (Worker *worker, const Task *task,
                     const struct md_call *call, const struct md_error *err);
