/* SPDX-License-Identifier: Apache-2.0
 *
 * continuity.h - bars whose answer does not say what instrument they are of.
 */
#pragma once

#include "store/store.h"

#include <mdcore.h>

/* Offers with MD_OFFER_UNNAMED: where the first new bar opens far from the
 * close held before it, or the last one closes far from the open held after
 * it, one of the two answers may be another instrument's.  Both are marked
 * stale in the commit of the new one; when the vendor says the same again, the
 * edge is what is held already and nobody asks a third time.  Prices are far
 * apart from half more on.  [the committer]                                */
gboolean continuity_mark (Store *store, const struct md_offer *offer,
                          Segment *segment, GError **error);
