/* SPDX-License-Identifier: Apache-2.0
 *
 * chunk.c - the objects that a plan consists of.
 */
#include "plan.h"

Chunk *
chunk_new (const struct md_offer *offer, const char *dataset,
           const char *schema, guint selector, md_time from, md_time to)
{
  Chunk *chunk = g_new0 (Chunk, 1);

  chunk->offer = offer;
  chunk->dataset = g_strdup (dataset);
  chunk->schema = g_strdup (schema);
  chunk->selector = selector;
  chunk->symbols = g_ptr_array_new_with_free_func (g_free);
  chunk->from = from;
  chunk->to = to;
  return chunk;
}

void
chunk_free (Chunk *chunk)
{
  if (chunk == NULL)
    return;
  g_free (chunk->dataset);
  g_free (chunk->schema);
  g_ptr_array_unref (chunk->symbols);
  g_free (chunk);
}

void
plan_free (Plan *plan)
{
  if (plan == NULL)
    return;
  g_ptr_array_unref (plan->chunks);
  g_ptr_array_unref (plan->notes);
  g_free (plan);
}
