/* SPDX-License-Identifier: Apache-2.0
 *
 * format.c - numbers, times and flags as text.
 */
#include "format.h"
#include "decimal.h"
#include "digits.h"
#include "time.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* From here up and below 10^PLAIN_POWER there is an exponent.              */
#define EXPONENT_POWER 21
#define PLAIN_POWER (-18)

/* ---- integers and prices ----------------------------------------------- */

size_t
md_i64_format (int64_t value, char *buf)
{
  char *end = digits_put_signed (buf, value);

  *end = '\0';
  return (size_t) (end - buf);
}

/* `value` / 10^decimals without trailing zeros.                            */
static char *
put_decimal (char *at, uint64_t value, uint64_t unit, unsigned decimals)
{
  uint64_t rest = value % unit;

  at = digits_put (at, value / unit);
  if (rest == 0)
    return at;
  /* Cents and pips, which most prices are, need not be trimmed by digits.  */
  if (decimals == 9 && rest % 100000 == 0) {
    rest /= 100000;
    decimals = 4;
    if (rest % 100 == 0) {
      rest /= 100;
      decimals = 2;
    }
  }
  *at++ = '.';
  at = digits_put_padded (at, rest, decimals);
  while (at[-1] == '0')
    at--;
  return at;
}

size_t
md_price_format (md_price price, char *buf)
{
  uint64_t size = (uint64_t) price;
  char *at = buf;

  if (price < 0) {
    *at++ = '-';
    size = 0 - size;
  }
  at = put_decimal (at, size, (uint64_t) MD_PRICE_ONE, 9);
  *at = '\0';
  return (size_t) (at - buf);
}

/* ---- doubles ----------------------------------------------------------- */

/* Below 2^51 an integer over a power of ten is the only decimal of its length
 * that reads back as its double, so the first one found is the shortest.   */
static char *
put_short (char *at, double size)
{
  static const uint64_t units[] = { 1, 10, 100, 1000, 10000, 100000, 1000000,
                                   10000000, 100000000, 1000000000 };

  for (unsigned p = 0; p < sizeof units / sizeof units[0]; p++) {
    double up = size * (double) units[p], whole;

    if (!(up < 0x1p51))
      return NULL;
    whole = (double) (int64_t) (up + 0.5);
    if (whole / (double) units[p] == size)
      return put_decimal (at, (uint64_t) whole, units[p], p);
  }
  return NULL;
}

/* The decimal point is the locale's in printf, whatever its length.        */
static void
print_e (char *text, size_t size, int precision, double value)
{
  char *point = text + 1, *rest;

  snprintf (text, size, "%.*e", precision, value);
  if (precision == 0)
    return;
  for (rest = point; *rest < '0' || *rest > '9';)
    rest++;
  *point = '.';
  memmove (point + 1, rest, strlen (rest) + 1);
}

/* The fewest digits that read back, and the power of ten of the first: 15 to
 * 17 of them, of which zeros at the end go; a subnormal has fewer.         */
static int
shortest_digits (double size, char digits[18])
{
  char text[40], *e;
  double back;
  size_t n = 0;

  for (int precision = size < DBL_MIN ? 0 : 14; precision <= 16; precision++) {
    print_e (text, sizeof text, precision, size);
    if (md_f64_parse (text, strlen (text), &back) == MD_DECIMAL_OK
        && back == size)
      break;
  }
  e = strchr (text, 'e');
  for (const char *at = text; at < e; at++) {
    if (*at != '.')
      digits[n++] = *at;
  }
  while (n > 1 && digits[n - 1] == '0')
    n--;
  digits[n] = '\0';
  return (int) strtol (e + 1, NULL, 10);
}

static char *
put_repeated (char *at, char c, int n)
{
  for (; n > 0; n--)
    *at++ = c;
  return at;
}

static char *
put_text (char *at, const char *text, size_t len)
{
  memcpy (at, text, len);
  return at + len;
}

static char *
put_exponent (char *at, const char *digits, int power)
{
  *at++ = digits[0];
  if (digits[1] != '\0') {
    *at++ = '.';
    at = put_text (at, digits + 1, strlen (digits + 1));
  }
  *at++ = 'e';
  if (power > 0)
    *at++ = '+';
  return digits_put_signed (at, power);
}

static char *
put_long (char *at, double size)
{
  char digits[18];
  int power = shortest_digits (size, digits), n = (int) strlen (digits);

  if (power >= EXPONENT_POWER || power < PLAIN_POWER)
    return put_exponent (at, digits, power);
  if (power < 0) {
    at = put_text (at, "0.", 2);
    at = put_repeated (at, '0', -power - 1);
    return put_text (at, digits, (size_t) n);
  }
  if (power >= n - 1) {
    at = put_text (at, digits, (size_t) n);
    return put_repeated (at, '0', power - n + 1);
  }
  at = put_text (at, digits, (size_t) power + 1);
  *at++ = '.';
  return put_text (at, digits + power + 1, (size_t) (n - power - 1));
}

size_t
md_f64_format (double value, char *buf)
{
  char *at = buf, *end;
  double size = fabs (value);

  if (value != value) {
    at = put_text (at, "nan", 3);
  } else {
    if (signbit (value))
      *at++ = '-';
    if (isinf (value))
      at = put_text (at, "inf", 3);
    else
      at = (end = put_short (at, size)) != NULL ? end : put_long (at, size);
  }
  *at = '\0';
  return (size_t) (at - buf);
}

/* ---- flags ------------------------------------------------------------- */

size_t
md_flags_format (uint32_t flags, char *buf)
{
  static const struct {
    uint32_t bit;
    const char *name;
  } names[] = {
    { MD_ROW_PROVISIONAL, "provisional" }, { MD_ROW_DERIVED, "derived" },
    { MD_ROW_CANCELLED, "cancelled" },     { MD_ROW_CORRECTED, "corrected" },
    { MD_ROW_RECV_BAD, "recv_bad" },
  };
  char *at = buf;

  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    if (!(flags & names[i].bit))
      continue;
    if (at > buf)
      *at++ = '|';
    at = put_text (at, names[i].name, strlen (names[i].name));
    flags &= ~names[i].bit;
  }
  *at = '\0';
  if (flags != 0)
    at += snprintf (at, 16, "%s0x%x", at > buf ? "|" : "", flags);
  return (size_t) (at - buf);
}

/* ---- times ------------------------------------------------------------- */

size_t
md_time_format_fast (struct md_format_day *day, md_time t, char *buf)
{
  int64_t number = t / MD_DAY, rest = t % MD_DAY;
  unsigned seconds, fraction;
  char *at = buf;
  char text[40];

  if (rest < 0) {
    rest += MD_DAY;
    number--;
  }
  if (number != day->day) {
    md_time_format (t, text);
    memcpy (day->date, text, 11);
    day->day = number;
  }
  seconds = (unsigned) (rest / MD_SECOND);
  fraction = (unsigned) (rest % MD_SECOND);
  memcpy (at, day->date, 11);
  memcpy (at + 11, digits_pairs + 2 * (seconds / 3600), 2);
  at[13] = ':';
  memcpy (at + 14, digits_pairs + 2 * (seconds / 60 % 60), 2);
  at[16] = ':';
  memcpy (at + 17, digits_pairs + 2 * (seconds % 60), 2);
  at += 19;
  if (fraction != 0) {
    *at++ = '.';
    at = digits_put_padded (at, fraction, 9);
    while (at[-1] == '0')
      at--;
  }
  *at++ = 'Z';
  *at = '\0';
  return (size_t) (at - buf);
}
