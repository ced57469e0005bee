/* SPDX-License-Identifier: Apache-2.0
 *
 * plan-end.c - symbols that are known to have ended are not asked for ever.
 */
#include "listing.h"
#include "plan.h"

#include "data/interval.h"

#define SENTENCES 20

struct PlanEnds {
  GHashTable *listings;    /* NULL: nothing is known                        */
  GHashTable *told;        /* symbols that were cut, char *                 */
  GPtrArray *sentences;    /* of char *                                     */
};

PlanEnds *
plan_ends_new (Store *store, const char *provider, GError **error)
{
  GHashTable *listings = NULL;
  PlanEnds *ends;

  if (store != NULL) {
    listings = listings_read (store, provider, error);
    if (listings == NULL)
      return NULL;
  }
  ends = g_new0 (PlanEnds, 1);
  ends->listings = listings;
  ends->told = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  ends->sentences = g_ptr_array_new_with_free_func (g_free);
  return ends;
}

static void
tell (PlanEnds *ends, const char *symbol, const ListingEvent *event,
      md_time to)
{
  g_autofree char *why = NULL;
  char until[TIME_TEXT_SIZE];

  if (!g_hash_table_add (ends->told, g_strdup (symbol))
      || ends->sentences->len >= SENTENCES)
    return;
  why = listing_text (event);
  time_format (to, until);
  g_ptr_array_add (ends->sentences,
                   g_strdup_printf ("%s: not asked from %s on: %s", symbol,
                                    until, why));
}

PlanRange
plan_ends_cut (PlanEnds *ends, const char *symbol, const PlanRange *range)
{
  const ListingEvent *event
    = ends->listings != NULL ? listing_end (ends->listings, symbol) : NULL;
  PlanRange cut = *range;
  md_time to;

  if (event == NULL)
    return cut;
  to = event->ts + LISTING_SLACK;
  if (to >= range->to)
    return cut;
  tell (ends, symbol, event, to);
  cut.to = MAX (to, range->from);
  return cut;
}

void
plan_ends_tell (const PlanEnds *ends, GPtrArray *sentences)
{
  guint told = g_hash_table_size (ends->told);

  for (guint i = 0; i < ends->sentences->len; i++)
    g_ptr_array_add (sentences, g_strdup (ends->sentences->pdata[i]));
  if (told > ends->sentences->len)
    g_ptr_array_add (sentences,
                     g_strdup_printf ("%u more symbols ended: `mdcore "
                                      "instruments` tells when",
                                      told - ends->sentences->len));
}

void
plan_ends_free (PlanEnds *ends)
{
  if (ends == NULL)
    return;
  g_clear_pointer (&ends->listings, g_hash_table_unref);
  g_hash_table_unref (ends->told);
  g_ptr_array_unref (ends->sentences);
  g_free (ends);
}
