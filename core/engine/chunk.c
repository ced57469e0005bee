/* SPDX-License-Identifier: Apache-2.0
 *
 * chunk.c - the objects that a plan consists of.
 */
#include "plan.h"

#include <math.h>

Chunk *
chunk_new (const struct md_offer *offer, char *dataset, char *schema,
           guint selector, GPtrArray *symbols, md_time from, md_time to)
{
  Chunk *chunk = g_new0 (Chunk, 1);

  chunk->offer = offer;
  chunk->dataset = g_ref_string_acquire (dataset);
  chunk->schema = g_ref_string_acquire (schema);
  chunk->selector = selector;
  chunk->symbols = g_ptr_array_ref (symbols);
  chunk->from = from;
  chunk->to = to;
  return chunk;
}

void
chunk_free (Chunk *chunk)
{
  if (chunk == NULL)
    return;
  g_ref_string_release (chunk->dataset);
  g_ref_string_release (chunk->schema);
  g_ptr_array_unref (chunk->symbols);
  g_free (chunk);
}

static void
block_free (gpointer data)
{
  PlanBlock *block = data;

  g_ref_string_release (block->dataset);
  g_ref_string_release (block->schema);
  g_ptr_array_unref (block->lists);
  g_free (block->chunks);
  g_free (block);
}

Plan *
plan_new (void)
{
  Plan *plan = g_new0 (Plan, 1);

  plan->chunks = g_ptr_array_new ();
  plan->notes = g_ptr_array_new_with_free_func (g_free);
  plan->owned = g_ptr_array_new_with_free_func (block_free);
  plan->rows = plan->bytes = MD_ABSENT;
  plan->money = NAN;
  plan->held_until = plan->next_final = MD_ABSENT;
  return plan;
}

/* By time and then by list, the order in which a plan is worked off: sorting
 * what is sorted costs little.                                             */
Chunk *
plan_add_block (Plan *plan, const Chunk *model, const GArray *pieces,
                GPtrArray *lists)
{
  PlanBlock *block = g_new0 (PlanBlock, 1);
  Chunk *chunk;

  block->dataset = g_ref_string_acquire (model->dataset);
  block->schema = g_ref_string_acquire (model->schema);
  block->lists = g_ptr_array_ref (lists);
  block->chunks = chunk = g_new (Chunk, pieces->len * lists->len);
  g_ptr_array_add (plan->owned, block);
  for (guint i = 0; i < pieces->len; i++) {
    const Span *piece = &g_array_index (pieces, Span, i);

    for (guint k = 0; k < lists->len; k++) {
      *chunk = *model;
      chunk->symbols = lists->pdata[k];
      chunk->from = piece->from;
      chunk->to = piece->to;
      g_ptr_array_add (plan->chunks, chunk++);
    }
  }
  return block->chunks;
}

void
plan_free (Plan *plan)
{
  if (plan == NULL)
    return;
  g_ptr_array_unref (plan->chunks);
  g_ptr_array_unref (plan->notes);
  g_ptr_array_unref (plan->owned);
  g_free (plan);
}
