/* SPDX-License-Identifier: Apache-2.0
 *
 * adjust.h - prices and volumes of a series as if its splits and dividends
 * had never been.  docs/adjustment.md has the formulas.
 */
#pragma once

#include "action-book.h"

#include "data/factor.h"

typedef struct {
  gboolean dividends;   /* besides splits                                   */
  gboolean on_ex_date;  /* their factor from the ex-date's close, C/(C+D);  */
                        /*   else from the close before, 1-D/C              */
  md_time from, to;     /* rows that are going to be asked for              */
  md_time as_of;        /* MD_ABSENT: now                                   */
  const GArray *names;  /* of ListingLink: the instrument's symbols; NULL:  */
                        /*   the series' own                                */
} AdjustWish;

typedef struct Adjuster Adjuster;

/* CORE_ERROR_USAGE, with what to do, when the rows cannot be adjusted: a
 * table or interval without a price of one moment, actions that are unknown
 * for a part of the rows, an action whose value is unknown.                */
Adjuster *adjuster_new (Store *store, const ActionBook *book,
                        const SeriesInfo *series, const AdjustWish *wish,
                        GError **error);
void adjuster_free (Adjuster *adjuster);

/* Where rows from `first` on stop to have the same factor.                 */
gsize adjuster_next (const Adjuster *adjuster, const Columns *rows,
                     gsize first, Factor *ret_factor);
/* A copy of rows [first, end) times the factor, flagged as derived unless it
 * is one.  (transfer full)                                                 */
Columns *adjust_rows (const Columns *rows, gsize first, gsize end,
                      const Factor *factor, GError **error);
