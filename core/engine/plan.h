/* SPDX-License-Identifier: Apache-2.0
 *
 * plan.h - the steps of engine_plan, each pure and testable alone: what is
 * wanted, what of it is held, and how the rest is cut into chunks.
 */
#pragma once

#include "engine.h"
#include "data/spans.h"

/* The job's range for one offer: from the start, floored to a bar's start, to
 * the end of the last bar that is over and settled at `now` (for ticks: the
 * last settled moment), or the job's end if that is earlier.  Empty when
 * from >= to.                                                              */
typedef struct {
  md_time from, to;
  gboolean held;           /* `to` is earlier than the job asks: unfinished */
  md_time next_final;      /* when more becomes final, MD_ABSENT if never   */
} PlanRange;
PlanRange plan_range (const struct md_offer *offer, md_time start,
                      md_time end, md_time now);

/* What keeps a span from being asked now.                                  */
typedef struct {
  const Job *job;
  md_time now;
  md_time refetch_from, refetch_to; /* MD_ABSENT = none                     */
  gint64 revise;           /* 0 = nothing is re-asked                       */
} PlanPolicy;

/* Wanted parts of [range->from, range->to) after the ledger's spans (of
 * LedgerSpan, may be NULL).  Spans that must wait go to `held` (of
 * LedgerSpan *, borrowed; may be NULL).  (transfer full; of Span)          */
GArray *plan_want (const PlanRange *range, const GArray *ledger,
                   const PlanPolicy *policy, GPtrArray *held);

/* Length of one chunk, ns, a whole number of intervals, and its grid: cuts
 * fall on multiples of it since 1970 (for bars of fixed length) or on whole
 * bars.  n_symbols: how many share the chunk.                              */
gint64 plan_chunk_span (const struct md_offer *offer, guint n_symbols);
/* Cuts [from, to) so; appends Span.                                        */
void plan_cut (const struct md_offer *offer, guint n_symbols, md_time from,
               md_time to, GArray *spans);
/* Vendor calls of one chunk.                                               */
void plan_calls (const Chunk *chunk, guint64 *ret_min, guint64 *ret_max);

Chunk *chunk_new (const struct md_offer *offer, const char *dataset,
                  const char *schema, guint selector, md_time from,
                  md_time to);
void chunk_free (Chunk *chunk);
