/* SPDX-License-Identifier: Apache-2.0
 *
 * factor.h - what splits and dividends make of a price, exactly.
 *
 * Splits are a quotient of integers; dividends, of which there may be
 * hundreds, a binary fraction of 96 digits after the point.  A price is
 * rounded once, half to even, to 1e-9.
 */
#pragma once

#include <glib.h>
#include <mdcore.h>

typedef struct {
  guint64 num, den;         /* of splits, without common divisor            */
  unsigned __int128 share;  /* of dividends, times 2^96; at most that       */
} Factor;

extern const Factor factor_one;
gboolean factor_is_one (const Factor *factor);

/* `from` shares become `to`.  FALSE, and no change, when these are not
 * positive numbers of at most nine decimals, or the product with all earlier
 * ones does not fit.                                                       */
gboolean factor_add_split (Factor *factor, double from, double to);
/* A price is worth part / whole of what it was; 0 < part <= whole, else
 * FALSE and no change.                                                     */
gboolean factor_add_part (Factor *factor, gint64 part, gint64 whole);

/* MD_ABSENT when the result does not fit; absent stays absent.             */
md_price factor_price (const Factor *factor, md_price price);
/* An average price, and a number of shares: correct to some units of the last
 * binary digit; what is exact in doubles is exact.                         */
double factor_average (const Factor *factor, double price);
double factor_shares (const Factor *factor, double shares);
