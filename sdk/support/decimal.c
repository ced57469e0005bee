/* SPDX-License-Identifier: Apache-2.0
 *
 * decimal.c - decimal text to exact integers.  Doubles are in f64.c.
 */
#include "number-private.h"

/* Far beyond any text's length, so that a saturated exponent still orders
 * correctly against the position of the digits.                            */
#define EXPONENT_MAX INT64_C (1000000000000000)

const char *
md_number_exponent (const char *at, const char *end, int64_t *ret_exp10)
{
  bool negative = at < end && *at == '-';
  const char *first;
  int64_t e = 0;

  if (at < end && (*at == '-' || *at == '+'))
    at++;
  for (first = at; at < end && *at >= '0' && *at <= '9'; at++) {
    if (e < EXPONENT_MAX)
      e = e * 10 + (*at - '0');
  }
  *ret_exp10 = negative ? -e : e;
  return at == first ? NULL : at;
}

/* What the digits [at, end) are worth in units of the digit before them.   */
static unsigned char
lost_digits (const char *at, const char *end)
{
  char first = *at;
  bool more = false;

  while (++at < end)
    more = more || (*at != '0' && *at != '.');
  if (first == '0' && !more)
    return MD_LOST_NONE;
  if (first == '5' && !more)
    return MD_LOST_HALF;
  return first < '5' ? MD_LOST_LOW : MD_LOST_HIGH;
}

/* exp10 belongs to the last digit before `end`.                            */
void
md_number_long (const char *first, const char *end, int64_t exp10,
                struct md_number *ret_number)
{
  const char *at = first;
  uint64_t w = 0;
  int n = 0;

  for (; at < end; at++) {
    if (*at == '.')
      continue;
    if (n == MD_NUMBER_DIGITS)
      break;
    w = w * 10 + (uint64_t) (*at - '0');
    n += w != 0;
  }
  ret_number->w = w;
  ret_number->exp10 = exp10;
  ret_number->lost = MD_LOST_NONE;
  if (at == end)
    return;
  ret_number->lost = lost_digits (at, end);
  for (; at < end; at++)
    ret_number->exp10 += *at != '.';
}

static enum md_decimal
with_sign (uint64_t value, bool negative, int64_t *ret_value)
{
  uint64_t limit = (uint64_t) INT64_MAX - 1;

  if (value > limit + 2 * (uint64_t) negative)
    return MD_DECIMAL_RANGE;
  *ret_value = negative ? (int64_t) (UINT64_C (0) - value) : (int64_t) value;
  return MD_DECIMAL_OK;
}

/* w / 10^by; *ret_lost says what remains of the last unit.                 */
static uint64_t
divide (uint64_t w, int64_t by, unsigned char lost, unsigned char *ret_lost)
{
  uint64_t divisor, rest;

  *ret_lost = lost;
  if (by == 0)
    return w;
  *ret_lost = MD_LOST_LOW; /* w < 10^19 */
  if (by > MD_NUMBER_DIGITS)
    return 0;
  divisor = md_pow10[by];
  rest = w % divisor;
  if (rest > divisor / 2 || (rest == divisor / 2 && lost != MD_LOST_NONE))
    *ret_lost = MD_LOST_HIGH;
  else if (rest == divisor / 2)
    *ret_lost = MD_LOST_HALF;
  else if (rest == 0 && lost == MD_LOST_NONE)
    *ret_lost = MD_LOST_NONE;
  return w / divisor;
}

enum md_decimal
md_number_integer (const struct md_number *number, int scale, bool rounds,
                   int64_t *ret_value)
{
  int64_t by = number->exp10 + scale;
  unsigned char lost = number->lost;
  uint64_t value = 0;
  int64_t whole;

  if (number->w == 0) {
    *ret_value = 0;
    return MD_DECIMAL_OK;
  }
  if (by > 0) {
    if (by >= MD_NUMBER_DIGITS || lost != MD_LOST_NONE
        || __builtin_mul_overflow (number->w, md_pow10[by], &value))
      return MD_DECIMAL_RANGE;
  } else {
    value = divide (number->w, -by, number->lost, &lost);
  }
  if (lost != MD_LOST_NONE && !rounds)
    return with_sign (value, number->negative, &whole) != MD_DECIMAL_OK
             ? MD_DECIMAL_RANGE : MD_DECIMAL_INEXACT;
  value += lost == MD_LOST_HIGH || (lost == MD_LOST_HALF && value % 2 != 0);
  return with_sign (value, number->negative, ret_value);
}

static enum md_decimal
parse_integer (const char *text, size_t len, int scale, bool rounds,
               int64_t *ret_value)
{
  struct md_number number;

  if (len == 0 || md_number_scan (text, text + len, &number) != text + len)
    return MD_DECIMAL_SYNTAX;
  return md_number_integer (&number, scale, rounds, ret_value);
}

enum md_decimal
md_price_parse (const char *text, size_t len, md_price *ret_price)
{
  return parse_integer (text, len, 9, false, ret_price);
}

enum md_decimal
md_price_parse_rounded (const char *text, size_t len, md_price *ret_price)
{
  return parse_integer (text, len, 9, true, ret_price);
}

enum md_decimal
md_i64_parse (const char *text, size_t len, int64_t *ret_value)
{
  return parse_integer (text, len, 0, false, ret_value);
}

enum md_decimal
md_f64_parse (const char *text, size_t len, double *ret_value)
{
  struct md_number number;

  if (len == 0 || md_number_scan (text, text + len, &number) != text + len)
    return MD_DECIMAL_SYNTAX;
  return md_number_f64 (&number, text, text + len, ret_value);
}
