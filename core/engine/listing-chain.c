/* SPDX-License-Identifier: Apache-2.0
 *
 * listing-chain.c - the names of one instrument, across renames.
 */
#include "listing.h"

#include <string.h>

/* Circles would have to come from wrong records.                           */
#define LONGEST 32

static gboolean
is_rename (const ListingEvent *event)
{
  return strcmp (event->action, "name_change") == 0 && event->other != NULL;
}

/* The time around `at` for which the symbol stood for one thing: from the last
 * beginning up to `at`, to the first end after that.  *ret_begin, *ret_end: the
 * events, or NULL.                                                         */
static ListingLink
link_around (GHashTable *listings, const char *symbol, md_time at,
             const ListingEvent **ret_begin, const ListingEvent **ret_end)
{
  const GArray *events = g_hash_table_lookup (listings, symbol);
  ListingLink link = { g_intern_string (symbol), G_MININT64, MD_ABSENT };

  *ret_begin = *ret_end = NULL;
  for (guint i = 0; events != NULL && i < events->len; i++) {
    const ListingEvent *event = &g_array_index (events, ListingEvent, i);

    if (event->begins && event->ts <= at)
      *ret_begin = event;
    else if (!event->begins && event->ts <= at)
      *ret_begin = NULL;
    else if (!event->begins && *ret_end == NULL)
      *ret_end = event;
  }
  if (*ret_begin != NULL)
    link.from = (*ret_begin)->ts;
  if (*ret_end != NULL)
    link.to = (*ret_end)->ts;
  return link;
}

/* A time at which the symbol stood for what it stood for last.             */
static md_time
last_time (GHashTable *listings, const char *symbol)
{
  const ListingEvent *end = listing_end (listings, symbol);

  return end != NULL ? end->ts - 1 : MD_ABSENT - 1;
}

GArray *
listing_chain (GHashTable *listings, const char *symbol)
{
  GArray *chain = g_array_new (FALSE, FALSE, sizeof (ListingLink));
  const ListingEvent *begin, *end, *step;
  ListingLink link = link_around (listings, symbol,
                                  last_time (listings, symbol), &begin, &end);

  g_array_append_val (chain, link);
  for (step = begin; step != NULL && is_rename (step)
                     && chain->len < LONGEST;) {
    const ListingEvent *ignored;
    md_time ts = step->ts;

    link = link_around (listings, step->other, ts - 1, &step, &ignored);
    link.to = ts;
    g_array_prepend_val (chain, link);
  }
  for (step = end; step != NULL && is_rename (step)
                   && chain->len < LONGEST;) {
    const ListingEvent *ignored;
    md_time ts = step->ts;

    link = link_around (listings, step->other, ts, &ignored, &step);
    link.from = ts;
    g_array_append_val (chain, link);
  }
  return chain;
}
