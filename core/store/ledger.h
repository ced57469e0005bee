/* SPDX-License-Identifier: Apache-2.0
 *
 * ledger.h - the spans of one selector, and how an answer changes them.
 */
#pragma once

#include "store-private.h"

/* Of LedgerSpan.                                                           */
GArray *ledger_new (void);

/* What `news` (its from, to, state, asks, asked_at, next_ask, commit and
 * reason; asks 0 = one more than before) makes of the spans.  An answer that
 * settles (complete, empty) overwrites anything.  Any other leaves alone what
 * is settled, and of what is stale it only notes that asking again was in
 * vain.  `ret_changed`: FALSE when it says nothing new.  (transfer full)   */
GArray *ledger_answer (const GArray *spans, const LedgerSpan *news,
                       gboolean *ret_changed);
/* Whatever is there, it is `news` now: quarantine.                         */
GArray *ledger_overwrite (const GArray *spans, const LedgerSpan *news,
                          gboolean *ret_changed);
/* Another state without an answer.  Stale and pruned need something that was
 * held or believed empty; with them gaps stay gaps.                        */
GArray *ledger_mark (const GArray *spans, const LedgerSpan *news,
                     gboolean *ret_changed);
/* Parts of [from, to) where rows were asked for before and answered: sorted
 * Span.                                                                    */
GArray *ledger_answered (const GArray *spans, md_time from, md_time to);

GBytes *ledger_pack (const GArray *spans);
GArray *ledger_unpack (const void *bytes, gsize len, const char *path,
                       GError **error);
/* Empty when nothing was ever asked.                                       */
GArray *ledger_read (const View *view, const AskKey *key, GError **error);
/* Takes the spans over.                                                    */
void ledger_stage (Stage *stage, const AskKey *key, GArray *spans);
