/* SPDX-License-Identifier: Apache-2.0
 *
 * plan.h - the steps of engine_plan, each pure and testable alone: what is
 * wanted, what of it is held, and how the rest is cut into chunks.
 */
#pragma once

#include "engine.h"
#include "hours.h"

#include "data/spans.h"

/* ---- want (plan-want.c) ---------------------------------------------- */

/* The job's range for one offer, by index time: from the first bar that
 * starts at or after `start` to the job's end, or to the last bar that is
 * over and settled at `now` (for ticks: the last settled minute) if that is
 * earlier.  Empty when from >= to.                                         */
typedef struct {
  md_time from, to;
  md_time final;           /* `to`, had the market never closed             */
  gboolean held;           /* `to` is earlier than the job asks             */
  md_time next_final;      /* when more becomes final, MD_ABSENT if never   */
} PlanRange;
/* end MD_ABSENT = now, whenever that is.                                   */
PlanRange plan_range (const struct md_offer *offer, md_time start,
                      md_time end, md_time now);
/* Takes back `to` to the end of the last trading hours when nothing can have
 * come since, and next_final to the first bar that may have rows.  calendar
 * may be NULL.                                                             */
void plan_range_heed (PlanRange *range, const struct md_offer *offer,
                      const Calendar *calendar);
/* When the first bar (for ticks: minute) at or after t that may have rows is
 * over and has settled for settle_ns; calendar may be NULL.                */
md_time plan_next_final (const struct md_offer *offer,
                         const Calendar *calendar, md_time t,
                         gint64 settle_ns);

typedef struct {
  md_time now;
  md_time refetch_from, refetch_to; /* both MD_ABSENT = none                */
  gint64 revise;           /* 0 = nothing is re-asked                       */
  const char *plan;        /* the vendor's, or NULL; what another one did   */
                           /*   not reach is asked again                    */
  const GPtrArray *changed; /* of Condition, or NULL                        */
  const char *dataset;     /* which of them count                           */
} PlanPolicy;

/* Wanted parts of the range after the ledger's spans (of LedgerSpan; NULL =
 * never asked).  Spans that are not asked now although nothing is held there
 * go to `waiting` (of LedgerSpan *, borrowed; may be NULL).  Bars: ends are
 * moved to the next bar's start, which loses none.  (transfer full; of Span) */
GArray *plan_want (const struct md_offer *offer, const PlanRange *range,
                   const GArray *ledger, const PlanPolicy *policy,
                   GPtrArray *waiting);
/* When the oldest answer for a part of [from, to) was asked for, i.e. it is
 * asked again; MD_ABSENT when there is none.                               */
md_time plan_asked_at (const GArray *ledger, md_time from, md_time to);

/* ---- ends (plan-end.c) ----------------------------------------------- */

/* Symbols of a provider that were delisted or renamed, as the records that
 * are held tell.  store NULL: none.                                        */
typedef struct PlanEnds PlanEnds;
PlanEnds *plan_ends_new (Store *store, const char *provider, GError **error);
/* The range up to a week after the symbol's end.                           */
PlanRange plan_ends_cut (PlanEnds *ends, const char *symbol,
                         const PlanRange *range);
/* A sentence for each symbol that was cut.                                 */
void plan_ends_tell (const PlanEnds *ends, GPtrArray *sentences);
void plan_ends_free (PlanEnds *ends);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PlanEnds, plan_ends_free)

/* ---- cut (plan-cut.c) ------------------------------------------------ */

/* How many symbols share a chunk, when each wants `wanted_ns`: as many as the
 * offer takes while a chunk stays a handful of pages.                      */
guint plan_group_size (const struct md_offer *offer, gint64 wanted_ns);
/* Length of a chunk of that many symbols, ns: a whole number of intervals,
 * within the offer's limits, and never less than one interval.             */
gint64 plan_chunk_span (const struct md_offer *offer, guint n_symbols);
/* Appends [from, to) to `spans` (of Span), cut on a grid of that length since
 * 1970, so that the same hole makes the same requests again.  Cuts of bars
 * are bar starts.                                                          */
void plan_cut (const struct md_offer *offer, guint n_symbols, md_time from,
               md_time to, GArray *spans);
/* The data is in files, which each chunk would read from the beginning.    */
gboolean plan_reads_files (const BoundKeys *keys);
/* A file holds a day of all symbols, so each should be read once: the symbols
 * stay together, and these are the pieces.                                 */
gboolean plan_reads_days (const BoundKeys *keys);
void plan_cut_days (const struct md_offer *offer, md_time from, md_time to,
                    GArray *spans);
/* What is asked is ordered as a whole.                                     */
gboolean plan_orders_whole (const BoundKeys *keys);
/* Vendor calls that the chunk takes; *ret_max G_MAXUINT64 when unknown.    */
void plan_calls (const Chunk *chunk, guint64 *ret_min, guint64 *ret_max);

/* ---- totals (plan-totals.c) ------------------------------------------ */

/* Sorts the chunks, and counts their calls and the time that the rate limit
 * takes for them.                                                          */
void plan_finish (Plan *plan, const EngineInput *input);

/* ---- notes (plan-notes.c) -------------------------------------------- */

/* Gathers what is not asked, a sentence for each reason.                   */
typedef struct PlanNotes PlanNotes;
PlanNotes *plan_notes_new (void);
void plan_notes_add (PlanNotes *notes, const char *symbol, const char *schema,
                     const LedgerSpan *span);
/* Frees notes.                                                             */
void plan_notes_finish (PlanNotes *notes, GPtrArray *sentences);

/* ---- chunks (chunk.c) ------------------------------------------------ */

/* Chunks of one group.  A long history at a vendor of small windows has
 * millions of them, so they are made and freed all at once.                */
typedef struct {
  char *dataset, *schema;  /* GRefString                                    */
  GPtrArray *lists;        /* of GPtrArray of char *: symbols               */
  Chunk *chunks;
} PlanBlock;
/* An empty plan.                                                           */
Plan *plan_new (void);
/* Adds each piece (of Span) for each list of symbols, in that order; all else
 * is the model's.  References are taken.  The first of them.
 * (transfer none)                                                          */
Chunk *plan_add_block (Plan *plan, const Chunk *model, const GArray *pieces,
                       GPtrArray *lists);
/* One alone; symbols: of char *, borrowed as a reference; dataset, schema:
 * likewise (g_ref_string).                                                 */
Chunk *chunk_new (const struct md_offer *offer, char *dataset, char *schema,
                  guint selector, GPtrArray *symbols, md_time from,
                  md_time to);
void chunk_free (Chunk *chunk);
