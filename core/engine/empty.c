/* SPDX-License-Identifier: Apache-2.0
 *
 * empty.c - believing that there is nothing.
 *
 * Vendors answer 200 with no rows when a symbol is unknown, when a shard is
 * down and when nothing traded.  So an empty answer where something should be
 * is asked again, after delays that double and add up to suspect_for.
 */
#include "empty.h"

/* Delays of 1, 2, 4 ... 64 shares of suspect_for.                          */
#define DELAYS 7
#define SHARES ((1 << DELAYS) - 1)

/* Bars: a window that may well pass without a trade.                       */
#define SHORT_WINDOW (7 * MD_DAY)

static const char *
why_suspect (const EmptyInput *input)
{
  gboolean ticks = input->offer->interval.count == 0;

  if (input->market == MARKET_CLOSED)
    return NULL;
  if ((input->offer->flags & MD_OFFER_SPARSE) != 0 && input->range_has_rows
      && (ticks || input->to - input->from <= SHORT_WINDOW))
    return NULL;
  if (input->market == MARKET_OPEN)
    return "no rows although the market was open";
  if (input->siblings_have_rows)
    return "no rows although other symbols have some";
  return NULL;
}

/* What the first n delays add up to.                                       */
static gint64
delays (gint64 suspect_for, guint n)
{
  return n >= DELAYS ? suspect_for : suspect_for / SHARES * ((1 << n) - 1);
}

LedgerState
empty_judge (const EmptyInput *input, md_time *ret_next_ask,
             const char **ret_reason)
{
  const char *why = why_suspect (input);
  gint64 suspect_for = MAX (input->suspect_for, 0), since_first = 0, wait;

  if (why == NULL)
    return LEDGER_EMPTY;
  /* The ledger knows the last time; the times before were each put off by
   * their delay at least.                                                  */
  if (input->asks > 0)
    since_first = delays (suspect_for, input->asks - 1)
                  + MAX (input->now - input->asked_at, 0);
  if (since_first >= suspect_for)
    return LEDGER_EMPTY;
  wait = delays (suspect_for, input->asks + 1)
         - delays (suspect_for, input->asks);
  /* Rounding and late runs: the last one asks when the time is up.         */
  if (wait == 0 || wait > suspect_for - since_first)
    wait = suspect_for - since_first;
  *ret_next_ask = input->now + wait;
  *ret_reason = why;
  return LEDGER_SUSPECT;
}
