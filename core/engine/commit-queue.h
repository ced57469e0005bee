/* SPDX-License-Identifier: Apache-2.0
 *
 * commit-queue.h - segments on their way from many workers to one committer,
 * bounded in bytes.
 */
#pragma once

#include "data/clock.h"
#include "store/store.h"

typedef struct CommitQueue CommitQueue;

CommitQueue *commit_queue_new (gsize max_bytes);
void commit_queue_free (CommitQueue *queue);

/* Takes the segment; waits while the queue is full (a segment larger than
 * the bound passes alone).  FALSE, with the segment freed, once the
 * committer has given up.  [any]                                           */
gboolean commit_queue_push (CommitQueue *queue, Segment *segment);

/* Everything that waits, up to a group's size, in order of arrival; empty
 * when `timeout` ns passed.  NULL: closed and drained.  (transfer full)
 * [committer]                                                              */
GPtrArray *commit_queue_pop (CommitQueue *queue, gint64 timeout);

/* No more pushes will come: pop drains, then says NULL.                    */
void commit_queue_close (CommitQueue *queue);
/* The committer failed: pushes fail from now on.                           */
void commit_queue_abandon (CommitQueue *queue);
