/* SPDX-License-Identifier: Apache-2.0
 *
 * why.h - everything that the store knows about one symbol at one time.
 */
#pragma once

#include "ledger-select.h"

typedef struct {
  AskKey key;              /* the selector; own                             */
  char *instrument;        /* what it delivered, or the selector            */
  md_time from, to;        /* the bar that holds the time; [t, t + 1 ns)    */
                           /*   for ticks                                   */
  gboolean is_bar;
  LedgerSpan span;         /* own reason; span.from == span.to: never asked */
  md_time first, last;     /* of all that was asked, MD_ABSENT if nothing   */
  guint64 rows;            /* held in [from, to)                            */
  char *row;               /* the first of them as JSON, or NULL            */
  guint64 commit;          /* that it came with, else the span's; 0 = none  */
  CommitInfo *info;        /* of that commit, NULL if there is none         */
  GPtrArray *letters;      /* of char *: "ID: reasons"                      */
  GPtrArray *changes;      /* of char *: "commit 7 replaced ... commit 3"   */
} Why;
void why_free (Why *why);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Why, why_free)

/* One for each selector (and instrument of it) that the symbol stands for.
 * (transfer full; of Why)                                                  */
GPtrArray *why_ask (const Selection *selection, const char *symbol, md_time t,
                    GError **error);

/* "held", "no row", "empty", "suspect", "failed", ..., "never asked".      */
const char *why_answer (const Why *why);
/* The answer as one sentence.  (transfer full)                             */
char *why_sentence (const Why *why);
