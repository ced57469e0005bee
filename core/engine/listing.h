/* SPDX-License-Identifier: Apache-2.0
 *
 * listing.h - from when to when a symbol stood for something, as far as the
 * corporate actions and instrument records of a provider that are held tell.
 */
#pragma once

#include "store/store.h"

/* One thing that is known: the symbol began, or ended.                     */
typedef struct {
  md_time ts;
  gboolean begins;
  const char *action;      /* interned: name_change, delisting, ...         */
  const char *other;       /* interned: the symbol before or after; or NULL */
} ListingEvent;

/* Symbol -> GArray of ListingEvent by time, each thing once.  A rename found
 * under one symbol is known of both.  Of one provider.  (transfer full)    */
GHashTable *listings_read (Store *store, const char *provider,
                           GError **error);
/* The last thing known is that it ended: the event, else NULL.             */
const ListingEvent *listing_end (GHashTable *listings, const char *symbol);
/* "renamed to META on 2022-06-09", "delisting on 2024-01-31".
 * (transfer full)                                                          */
char *listing_text (const ListingEvent *event);

/* Records are dated by when something was processed: rows are asked for this
 * much longer.                                                             */
#define LISTING_SLACK (7 * MD_DAY)

/* One name that an instrument had, for [from, to).                         */
typedef struct {
  const char *symbol;      /* interned                                      */
  md_time from, to;        /* G_MININT64, MD_ABSENT: as far as is known     */
} ListingLink;
/* All names of the instrument that the symbol stood for last, along its
 * renames, oldest first; the symbol alone when none is known.
 * (transfer full; of ListingLink)                                          */
GArray *listing_chain (GHashTable *listings, const char *symbol);
