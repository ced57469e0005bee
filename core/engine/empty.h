/* SPDX-License-Identifier: Apache-2.0
 *
 * empty.h - what the ledger says of an interval for which the vendor
 * answered, completely and well-formed, without a row.  Pure.
 */
#pragma once

#include "calendar/calendar.h"
#include "config/job.h"
#include "store/store.h"

typedef struct {
  const struct md_offer *offer;
  md_time from, to;        /* covered without rows                          */
  gboolean siblings_have_rows; /* other symbols of the same call have rows  */
                           /*   in [from, to)                               */
  gboolean range_has_rows; /* this symbol has rows elsewhere in the chunk   */
                           /*   (or held next to it)                        */
  MarketHours market;
  guint32 asks;            /* how often it was asked before, and when last: */
  md_time asked_at;        /*   LedgerSpan; 0, 0 for the first time         */
  gint64 suspect_for;      /* job.suspect_for                               */
  md_time now;
} EmptyInput;

/* LEDGER_EMPTY, or LEDGER_SUSPECT with *ret_next_ask; *ret_reason (static, or
 * NULL) says what made it suspect.                                         */
LedgerState empty_judge (const EmptyInput *input, md_time *ret_next_ask,
                         const char **ret_reason);
