/* SPDX-License-Identifier: Apache-2.0
 *
 * action-book.h - the corporate actions that a store holds of a provider:
 * the records, and for which times it was asked whether there are any.
 */
#pragma once

#include "data/action.h"
#include "engine/listing.h"
#include "store/store.h"

typedef struct ActionBook ActionBook;

/* Actions of `provider`, of `dataset` or, when NULL, of the dataset `like`
 * where that has some, else of the only one that has; as they were known at
 * as_of (MD_ABSENT: now).  Schemas: `actions` holds all, `splits` and
 * `dividends` theirs.  CORE_ERROR_USAGE when nothing was ever asked, or in
 * several datasets.                                                        */
ActionBook *action_book_new (Store *store, const char *provider,
                             const char *dataset, const char *like,
                             md_time as_of, GError **error);
void action_book_free (ActionBook *book);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ActionBook, action_book_free)
/* "PROVIDER/DATASET".                                                      */
const char *action_book_name (const ActionBook *book);

typedef struct {
  GArray *actions;             /* of Action, by time; names are interned    */
  GArray *splits, *dividends;  /* of Span: asked, and answered              */
} HeldActions;

/* Of an instrument, under each of its names (of ListingLink) for its time.  */
gboolean action_book_read (const ActionBook *book, const GArray *names,
                           HeldActions *ret_held, GError **error);
void held_actions_clear (HeldActions *held);
