/* SPDX-License-Identifier: Apache-2.0
 *
 * chunk.c - the objects that a plan consists of.
 */
#include "plan.h"

Chunk *
chunk_new (const struct md_offer *offer, char *dataset, char *schema,
           guint selector, GPtrArray *symbols, md_time from, md_time to)
{
  Chunk *chunk = g_new0 (Chunk, 1);

  /* A long history at a vendor of small windows has a million of these.    */
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

void
plan_free (Plan *plan)
{
  if (plan == NULL)
    return;
  g_ptr_array_unref (plan->chunks);
  g_ptr_array_unref (plan->notes);
  g_free (plan);
}

/* Corporate actions first: they make earlier answers of adjusted datasets
 * stale, and what is asked after them is not asked twice.                  */
gint
chunk_compare (gconstpointer a, gconstpointer b, gpointer data)
{
  const Chunk *x = *(Chunk *const *) a, *y = *(Chunk *const *) b;
  gboolean x_first = x->offer->record == MD_ACTION;
  gboolean y_first = y->offer->record == MD_ACTION;

  if (x_first != y_first)
    return x_first ? -1 : 1;
  return (x->from > y->from) - (x->from < y->from);
}
