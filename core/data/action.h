/* SPDX-License-Identifier: Apache-2.0
 *
 * action.h - what a corporate action means, whoever tells of it.
 *
 * Providers name actions with the words that mdcore-records.h lists; the core
 * computes with those and passes others on.
 */
#pragma once

#include "columns.h"

typedef enum {
  ACTION_OTHER = 10,    /* changes no price of the symbol as such           */
  ACTION_SPLIT = 20,    /* ratio_from shares became ratio_to                */
  ACTION_DIVIDEND = 30, /* `cash` was paid for each share                   */
  ACTION_UNVALUED = 40, /* something of a value that the record lacks       */
  ACTION_RENAME = 50,   /* the symbol of the same shares changed            */
  ACTION_REMOVAL = 60   /* the last of the symbol                           */
} ActionKind;

typedef struct {
  md_time ts;           /* ex-date                                          */
  const char *name;     /* "" when absent; borrowed from the columns        */
  ActionKind kind;
  double ratio_from, ratio_to; /* NaN absent                                */
  md_price cash;        /* MD_ABSENT absent                                 */
  struct md_text old_symbol, new_symbol; /* borrowed likewise               */
} Action;

ActionKind action_kind (const char *name);
/* Row i of rows of the table "action".                                     */
Action action_at (const Columns *rows, gsize i);
/* Whether it is told of this symbol itself: records of mergers and spin-offs
 * are filed under whichever side was asked for, and happen to the old one. */
gboolean action_concerns (const Action *action, const char *symbol);
/* "split of 2020-08-31".  (transfer full)                                  */
char *action_text (const Action *action);
