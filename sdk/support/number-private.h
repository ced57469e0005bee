/* SPDX-License-Identifier: Apache-2.0
 *
 * number-private.h - how decimal text is read, shared by decimal.c, f64.c and json.c.
 *
 * Internal to the support library and not installed.  Inline, because a page
 * of rows is mostly numbers and the JSON reader scans each of them once.
 */
#ifndef MDCORE_SUPPORT_NUMBER_H
#define MDCORE_SUPPORT_NUMBER_H

#include "decimal.h"

#include <string.h>

/* value = (w + what was lost) * 10^exp10.  `w` holds the first 19 significant
 * digits, which always fit.                                                */
struct md_number {
  uint64_t w;
  int64_t  exp10;
  bool     negative;
  unsigned char lost; /* enum md_lost: the digits after the nineteenth      */
};

enum md_lost { MD_LOST_NONE = 0, MD_LOST_LOW, MD_LOST_HALF, MD_LOST_HIGH };

#define MD_NUMBER_DIGITS 19

static const uint64_t md_pow10[20] = {
  UINT64_C (1), UINT64_C (10), UINT64_C (100), UINT64_C (1000),
  UINT64_C (10000), UINT64_C (100000), UINT64_C (1000000),
  UINT64_C (10000000), UINT64_C (100000000), UINT64_C (1000000000),
  UINT64_C (10000000000), UINT64_C (100000000000), UINT64_C (1000000000000),
  UINT64_C (10000000000000), UINT64_C (100000000000000),
  UINT64_C (1000000000000000), UINT64_C (10000000000000000),
  UINT64_C (100000000000000000), UINT64_C (1000000000000000000),
  UINT64_C (10000000000000000000)
};

/* Eight bytes at a time need the first character in the lowest byte.       */
#if defined (__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define MD_SWAR 1
#else
#define MD_SWAR 0
#endif

#define MD_BYTES(b) (UINT64_C (0x0101010101010101) * (b))

static inline uint64_t
md_load8 (const char *at)
{
  uint64_t x;

  memcpy (&x, at, 8);
  return x;
}

/* Eight digit values 0..9, the first in the lowest byte, to a number.      */
static inline uint64_t
md_eight_digits (uint64_t x)
{
  x = (x * 10 + (x >> 8)) & UINT64_C (0x00ff00ff00ff00ff);
  x = (x * 100 + (x >> 16)) & UINT64_C (0x0000ffff0000ffff);
  return (x * 10000 + (x >> 32)) & UINT64_C (0xffffffff);
}

/* Appends a run of digits to *w (which wraps past 19 of them) and returns
 * its end.  Eight at a time pays for volumes and epoch times; the short runs
 * of prices repeat their lengths, so a loop that the processor predicts beats
 * a branchless masked step (measured: 10 % over a whole page).             */
static inline const char *
md_digits (const char *at, const char *end, uint64_t *w)
{
#if MD_SWAR
  while (end - at >= 8) {
    uint64_t x = md_load8 (at) ^ MD_BYTES (0x30);

    if ((((x + MD_BYTES (0x76)) | x) & MD_BYTES (0x80)) != 0)
      break;
    *w = *w * 100000000 + md_eight_digits (x);
    at += 8;
  }
#endif
  while (at < end && (unsigned char) (*at - '0') <= 9)
    *w = *w * 10 + (uint64_t) (*at++ - '0');
  return at;
}

/* The slow half of md_number_scan: more than 19 digits were written.       */
void md_number_long (const char *first, const char *end, int64_t exp10,
                     struct md_number *ret_number);
/* Reads "e[+-]digits" from behind the 'e'; NULL: no such text.             */
const char *md_number_exponent (const char *at, const char *end,
                                int64_t *ret_exp10);

/* Reads a number as JSON writes it and returns its end; NULL: none here.   */
static inline const char *
md_number_scan (const char *at, const char *end, struct md_number *ret_number)
{
  const char *first, *past;
  uint64_t w = 0;
  int64_t exp10 = 0, n;

  ret_number->negative = at < end && *at == '-';
  first = at += ret_number->negative;
  at = md_digits (at, end, &w);
  n = at - first;
  if (n == 0 || (n > 1 && *first == '0'))
    return NULL;
  past = at;
  if (at < end && *at == '.') {
    past = md_digits (at + 1, end, &w);
    exp10 = -(past - at - 1);
    if (exp10 == 0)
      return NULL;
  }
  n -= exp10;
  at = past;
  if (at < end && (*at == 'e' || *at == 'E')) {
    int64_t e;

    at = md_number_exponent (at + 1, end, &e);
    if (at == NULL)
      return NULL;
    exp10 += e;
  }
  ret_number->w = w;
  ret_number->exp10 = exp10;
  ret_number->lost = MD_LOST_NONE;
  if (n > MD_NUMBER_DIGITS)
    md_number_long (first, past, exp10, ret_number);
  return at;
}

/* number * 10^scale as an integer.  Inexact: refused, or rounded half to
 * even.  MD_ABSENT does not count as fitting.                              */
enum md_decimal md_number_integer (const struct md_number *number, int scale,
                                   bool rounds, int64_t *ret_value);
/* The nearest double; the digits are read again when 19 are not enough.    */
enum md_decimal md_number_f64 (const struct md_number *number,
                               const char *text, const char *end,
                               double *ret_value);

/* The usual price, without a call: at most 9 decimals, plain range.        */
static inline enum md_decimal
md_number_price (const struct md_number *number, md_price *ret_price)
{
  int64_t scale = number->exp10 + 9, v;

  if (scale < 0 || scale > 9 || number->w > UINT64_C (9000000000)
      || number->lost != MD_LOST_NONE)
    return md_number_integer (number, 9, false, ret_price);
  v = (int64_t) (number->w * md_pow10[scale]);
  *ret_price = number->negative ? -v : v;
  return MD_DECIMAL_OK;
}

#endif
