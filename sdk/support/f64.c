/* SPDX-License-Identifier: Apache-2.0
 *
 * f64.c - decimal text to the nearest double, ties to even.
 *
 * Three exact ways, the fastest that applies: one double operation on two
 * exact doubles; 128-bit integers; big integers.  None consults the locale,
 * sets errno or depends on the rounding of a library.
 */
#include "number-private.h"

#include <float.h>

__extension__ typedef unsigned __int128 u128;

/* m * 2^exp2, and a little more when `sticky`, as a double.                */
static enum md_decimal
compose (uint64_t m, int64_t exp2, bool sticky, bool negative,
         double *ret_value)
{
  int shift = __builtin_clzll (m);
  int64_t top, drop = 11;
  uint64_t bits, rest;
  union { uint64_t bits; double value; } out;

  m <<= shift;
  top = exp2 - shift + 63; /* the value is 1.xxx * 2^top */
  if (top < -1022)
    drop += -1022 - top;
  bits = drop < 64 ? m >> drop : 0;
  rest = drop <= 64 ? m << (64 - drop) : 0;
  if (rest > UINT64_C (1) << 63
      || (rest == UINT64_C (1) << 63 && (sticky || bits % 2 != 0)))
    bits++;
  /* A carry out of the fraction moves to the next exponent by itself.      */
  if (top >= -1022)
    bits += (uint64_t) (top + 1022) << 52;
  if (top > 1023 || bits >= UINT64_C (0x7ff) << 52)
    return MD_DECIMAL_RANGE;
  out.bits = bits | (uint64_t) negative << 63;
  *ret_value = out.value;
  return MD_DECIMAL_OK;
}

/* ---- 128 bits: |exp10| <= 19 ---------------------------------------- */

static enum md_decimal
compose_u128 (u128 m, int64_t exp2, bool sticky, bool negative,
              double *ret_value)
{
  int shift;

  if (m >> 64 == 0)
    return compose ((uint64_t) m, exp2, sticky, negative, ret_value);
  shift = __builtin_clzll ((uint64_t) (m >> 64));
  m <<= shift;
  return compose ((uint64_t) (m >> 64), exp2 + 64 - shift,
                  sticky || (uint64_t) m != 0, negative, ret_value);
}

static enum md_decimal
by_u128 (const struct md_number *number, double *ret_value)
{
  int64_t e = number->exp10;
  int shift;
  u128 x, q;

  if (e >= 0)
    return compose_u128 ((u128) number->w * md_pow10[e], 0, false,
                         number->negative, ret_value);
  /* At least 63 bits of quotient; the rest only matters as "not zero".     */
  shift = __builtin_clzll (number->w);
  x = (u128) (number->w << shift) << 64;
  q = x / md_pow10[-e];
  return compose_u128 (q, -64 - shift, q * md_pow10[-e] != x,
                       number->negative, ret_value);
}

/* ---- big integers ---------------------------------------------------- */

/* A tie between two doubles has at most 767 significant digits: behind
 * those, only "something follows" matters.                                 */
#define BIG_DIGITS 800
/* 10^1127 (800 digits below 1e-325) and one limb to shift into.            */
#define BIG_LIMBS 128

struct big {
  int      n;
  uint32_t limb[BIG_LIMBS]; /* lowest first; limb[n - 1] != 0               */
};

static void
big_multiply_add (struct big *big, uint32_t by, uint32_t add)
{
  uint64_t carry = add;

  for (int i = 0; i < big->n; i++) {
    carry += (uint64_t) big->limb[i] * by;
    big->limb[i] = (uint32_t) carry;
    carry >>= 32;
  }
  if (carry != 0)
    big->limb[big->n++] = (uint32_t) carry;
}

static void
big_scale (struct big *big, int64_t power_of_ten)
{
  for (; power_of_ten >= 9; power_of_ten -= 9)
    big_multiply_add (big, 1000000000, 0);
  big_multiply_add (big, (uint32_t) md_pow10[power_of_ten], 0);
}

static int
big_bits (const struct big *big)
{
  return 32 * big->n - __builtin_clz (big->limb[big->n - 1]);
}

static void
big_shift (struct big *big, int bits)
{
  int limbs = bits / 32;

  if (limbs > 0) {
    memmove (big->limb + limbs, big->limb, 4 * (size_t) big->n);
    memset (big->limb, 0, 4 * (size_t) limbs);
    big->n += limbs;
  }
  if (bits % 32 != 0)
    big_multiply_add (big, UINT32_C (1) << bits % 32, 0);
}

static bool
big_less (const struct big *a, const struct big *b)
{
  if (a->n != b->n)
    return a->n < b->n;
  for (int i = a->n - 1; i >= 0; i--) {
    if (a->limb[i] != b->limb[i])
      return a->limb[i] < b->limb[i];
  }
  return false;
}

/* a -= b, where b <= a.                                                    */
static void
big_subtract (struct big *a, const struct big *b)
{
  int64_t borrow = 0;

  for (int i = 0; i < a->n; i++) {
    borrow += (int64_t) a->limb[i] - (i < b->n ? (int64_t) b->limb[i] : 0);
    a->limb[i] = (uint32_t) borrow;
    borrow >>= 32;
  }
  while (a->n > 0 && a->limb[a->n - 1] == 0)
    a->n--;
}

/* The significant digits of the text; returns how many there are before
 * they were cut to BIG_DIGITS.                                             */
static int64_t
big_read (const char *at, const char *end, struct big *ret_big)
{
  int64_t n = 0;
  bool more = false;

  ret_big->n = 0;
  for (; at < end && *at != 'e' && *at != 'E'; at++) {
    uint32_t digit = (uint32_t) (*at - '0');

    if (digit > 9 || (n == 0 && digit == 0))
      continue;
    if (n++ < BIG_DIGITS)
      big_multiply_add (ret_big, 10, digit);
    else
      more = more || digit != 0;
  }
  if (n > BIG_DIGITS)
    big_multiply_add (ret_big, 10, more);
  return n;
}

static enum md_decimal
by_big (const struct md_number *number, const char *text, const char *end,
        double *ret_value)
{
  struct big a, b = { .n = 1, .limb = { 1 } };
  int64_t n = big_read (text, end, &a);
  int64_t exp10 = number->exp10; /* of the last digit, from here on */
  uint64_t q = 0;
  int shift;

  if (n > MD_NUMBER_DIGITS)
    exp10 -= n - MD_NUMBER_DIGITS;
  if (n + exp10 > 310)
    return MD_DECIMAL_RANGE;
  if (n + exp10 < -325) {
    *ret_value = number->negative ? -0.0 : 0.0;
    return MD_DECIMAL_OK;
  }
  if (n > BIG_DIGITS)
    exp10 += n - BIG_DIGITS - 1;
  big_scale (exp10 < 0 ? &b : &a, exp10 < 0 ? -exp10 : exp10);
  shift = big_bits (&b) - big_bits (&a);
  big_shift (shift < 0 ? &b : &a, shift < 0 ? -shift : shift);
  for (int i = 0; i < 64; i++) {
    q <<= 1;
    if (!big_less (&a, &b)) {
      big_subtract (&a, &b);
      q |= 1;
    }
    big_multiply_add (&a, 2, 0);
  }
  return compose (q, -63 - shift, a.n != 0, number->negative, ret_value);
}

enum md_decimal
md_number_f64 (const struct md_number *number, const char *text,
               const char *end, double *ret_value)
{
  static const double exact[] = { 1e0,  1e1,  1e2,  1e3,  1e4,  1e5,
                                  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                  1e12, 1e13, 1e14, 1e15, 1e16, 1e17,
                                  1e18, 1e19, 1e20, 1e21, 1e22 };
  int64_t e = number->exp10;
  double value;

  if (number->w == 0) {
    *ret_value = number->negative ? -0.0 : 0.0;
    return MD_DECIMAL_OK;
  }
  if (number->lost == MD_LOST_NONE && FLT_EVAL_METHOD == 0 && e >= -22
      && e <= 22 && number->w <= UINT64_C (1) << 53) {
    value = (double) number->w;
    value = e < 0 ? value / exact[-e] : value * exact[e];
    *ret_value = number->negative ? -value : value;
    return MD_DECIMAL_OK;
  }
  if (number->lost == MD_LOST_NONE && e >= -MD_NUMBER_DIGITS
      && e <= MD_NUMBER_DIGITS)
    return by_u128 (number, ret_value);
  return by_big (number, text, end, ret_value);
}
