/* SPDX-License-Identifier: Apache-2.0
 *
 * decimal.h - decimal text to exact integers and correctly rounded doubles.
 * Pure: no allocation, no locale, no errno.  [any]
 */
#ifndef MDCORE_SUPPORT_DECIMAL_H
#define MDCORE_SUPPORT_DECIMAL_H

#include <mdcore.h>

#ifdef __cplusplus
extern "C" {
#endif

enum md_decimal {
  MD_DECIMAL_OK      = 0,
  MD_DECIMAL_SYNTAX  = 10, /* not a JSON-style decimal number               */
  MD_DECIMAL_RANGE   = 20, /* does not fit                                  */
  MD_DECIMAL_INEXACT = 30  /* more than 9 significant decimals              */
};

/* [-]digits[.digits][e[+-]digits] as units of 1e-9, exact.  The whole text
 * must be the number, written as JSON does ("01", "+1", ".5" and "1." are
 * SYNTAX).  Trailing zeros beyond 9 decimals are no loss.  RANGE goes before
 * INEXACT, and MD_ABSENT does not count as fitting.  Outputs are untouched
 * unless MD_DECIMAL_OK is returned.                                        */
enum md_decimal md_price_parse (const char *text, size_t len,
                                md_price *ret_price);
/* The same, rounded half to even at 1e-9: only for offers declared
 * MD_OFFER_ROUNDS.                                                         */
enum md_decimal md_price_parse_rounded (const char *text, size_t len,
                                        md_price *ret_price);
/* The nearest double (as strtod in the C locale), fast for up to 19 digits.
 * RANGE where it would be infinite; too small becomes a subnormal or 0.    */
enum md_decimal md_f64_parse (const char *text, size_t len, double *ret_value);
/* A whole number; "12.0" and "1.2e3" are, "1.5" is INEXACT.                */
enum md_decimal md_i64_parse (const char *text, size_t len, int64_t *ret_value);

/* Plain decimal without exponent or trailing zeros; buf of 24; returns the
 * length.                                                                  */
size_t md_price_format (md_price price, char *buf);

#ifdef __cplusplus
}
#endif

#endif
