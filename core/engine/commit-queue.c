/* SPDX-License-Identifier: Apache-2.0
 *
 * commit-queue.c - a bounded queue; what waits together is committed as one
 * group, so one fsync serves many segments when the disk is slow.
 */
#include "commit-queue.h"

#define GROUP_SEGMENTS 256
#define GROUP_BYTES (4 * 1024 * 1024)

struct CommitQueue {
  GMutex mutex;
  GCond filled, drained;
  GQueue segments;
  gsize bytes, max_bytes;
  gboolean closed, abandoned;
};

CommitQueue *
commit_queue_new (gsize max_bytes)
{
  CommitQueue *queue = g_new0 (CommitQueue, 1);

  g_mutex_init (&queue->mutex);
  g_cond_init (&queue->filled);
  g_cond_init (&queue->drained);
  g_queue_init (&queue->segments);
  queue->max_bytes = max_bytes;
  return queue;
}

void
commit_queue_free (CommitQueue *queue)
{
  if (queue == NULL)
    return;
  g_queue_clear_full (&queue->segments, (GDestroyNotify) segment_free);
  g_mutex_clear (&queue->mutex);
  g_cond_clear (&queue->filled);
  g_cond_clear (&queue->drained);
  g_free (queue);
}

gboolean
commit_queue_push (CommitQueue *queue, Segment *segment)
{
  gboolean accepted;

  g_mutex_lock (&queue->mutex);
  while (!queue->abandoned && queue->bytes > 0
         && queue->bytes + segment->bytes > queue->max_bytes)
    g_cond_wait (&queue->drained, &queue->mutex);
  accepted = !queue->abandoned;
  if (accepted) {
    queue->bytes += segment->bytes;
    g_queue_push_tail (&queue->segments, segment);
    g_cond_signal (&queue->filled);
  }
  g_mutex_unlock (&queue->mutex);
  if (!accepted)
    segment_free (segment);
  return accepted;
}

static GPtrArray *
take_group (CommitQueue *queue)
{
  GPtrArray *group
    = g_ptr_array_new_with_free_func ((GDestroyNotify) segment_free);
  gsize bytes = 0;

  while (!g_queue_is_empty (&queue->segments) && group->len < GROUP_SEGMENTS
         && bytes < GROUP_BYTES) {
    Segment *segment = g_queue_pop_head (&queue->segments);

    bytes += segment->bytes;
    g_ptr_array_add (group, segment);
  }
  queue->bytes -= bytes;
  g_cond_broadcast (&queue->drained);
  return group;
}

GPtrArray *
commit_queue_pop (CommitQueue *queue, gint64 timeout)
{
  gint64 until = g_get_monotonic_time () + timeout / 1000;
  GPtrArray *group = NULL;

  g_mutex_lock (&queue->mutex);
  while (g_queue_is_empty (&queue->segments) && !queue->closed) {
    if (!g_cond_wait_until (&queue->filled, &queue->mutex, until))
      break;
  }
  if (!g_queue_is_empty (&queue->segments) || !queue->closed)
    group = take_group (queue);
  g_mutex_unlock (&queue->mutex);
  return group;
}

void
commit_queue_close (CommitQueue *queue)
{
  g_mutex_lock (&queue->mutex);
  queue->closed = TRUE;
  g_cond_broadcast (&queue->filled);
  g_mutex_unlock (&queue->mutex);
}

void
commit_queue_abandon (CommitQueue *queue)
{
  g_mutex_lock (&queue->mutex);
  queue->abandoned = TRUE;
  g_cond_broadcast (&queue->drained);
  g_mutex_unlock (&queue->mutex);
}
