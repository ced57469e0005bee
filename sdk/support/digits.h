/* SPDX-License-Identifier: Apache-2.0
 *
 * digits.h - integers to decimal text, two digits a step.
 */
#ifndef MDCORE_SUPPORT_DIGITS_H
#define MDCORE_SUPPORT_DIGITS_H

#include <stdint.h>
#include <string.h>

#define DIGITS_MAX 20 /* of a uint64_t, or sign and digits of an int64_t    */

static const char digits_pairs[201]
  = "00010203040506070809101112131415161718192021222324"
    "25262728293031323334353637383940414243444546474849"
    "50515253545556575859606162636465666768697071727374"
    "75767778798081828384858687888990919293949596979899";

static inline unsigned
digits_count (uint64_t v)
{
  unsigned n = 1;

  for (; v >= 10000; v /= 10000)
    n += 4;
  return n + (v >= 10) + (v >= 100) + (v >= 1000);
}

/* The last n digits, zeros in front; returns the end.                      */
static inline char *
digits_put_padded (char *at, uint64_t v, unsigned n)
{
  char *end = at + n, *p = end;

  for (; n >= 2; n -= 2, v /= 100)
    memcpy (p -= 2, digits_pairs + 2 * (v % 100), 2);
  if (n == 1)
    *--p = (char) ('0' + v % 10);
  return end;
}

static inline char *
digits_put (char *at, uint64_t v)
{
  return digits_put_padded (at, v, digits_count (v));
}

static inline char *
digits_put_signed (char *at, int64_t v)
{
  uint64_t size = (uint64_t) v;

  if (v < 0) {
    *at++ = '-';
    size = 0 - size;
  }
  return digits_put (at, size);
}

#endif
