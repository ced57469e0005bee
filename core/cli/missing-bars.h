/* SPDX-License-Identifier: Apache-2.0
 *
 * missing-bars.h - `mdcore gaps --bars`: bars that a market's sessions would
 * have and the answers had not.
 */
#pragma once

#include "ledger-select.h"

#include "calendar/calendar.h"

/* Bars [from, to) of one session, or days, that are missing without one in
 * between.                                                                 */
typedef struct {
  md_time from, to;
  guint64 bars;
} MissingBars;

/* What is missing in those of the spans (of LedgerSpan) that are held, within
 * [from, to): in regular hours; for days and longer, the bars in which a
 * session ends.  Days that the calendar does not know are left out.
 * (transfer full; of MissingBars)                                          */
GArray *missing_bars (Store *store, const AskKey *key,
                      const struct md_offer *offer, const Calendar *calendar,
                      const GArray *spans, md_time from, md_time to,
                      GError **error);
