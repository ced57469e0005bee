/* SPDX-License-Identifier: Apache-2.0
 *
 * time.c - civil time to nanoseconds and back, UTC only.
 */
#include "time.h"

#include <string.h>

/* Proleptic Gregorian calendar in 400-year eras that begin on 1 March, so
 * that the leap day is the last of its year.  Method: H. Hinnant,
 * "chrono-Compatible Low-Level Date Algorithms".                           */
int64_t
md_days_from_civil (int64_t year, unsigned month, unsigned day)
{
  int64_t y = year - (month <= 2);
  int64_t era = (y >= 0 ? y : y - 399) / 400;
  unsigned yoe = (unsigned) (y - era * 400);
  unsigned doy = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  unsigned doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;

  return era * 146097 + (int64_t) doe - 719468;
}

void
md_civil_from_days (int64_t days, int64_t *ret_year, unsigned *ret_month,
                    unsigned *ret_day)
{
  int64_t z = days + 719468;
  int64_t era = (z >= 0 ? z : z - 146096) / 146097;
  unsigned doe = (unsigned) (z - era * 146097);
  unsigned yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
  unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  unsigned mp = (5 * doy + 2) / 153;

  *ret_day = doy - (153 * mp + 2) / 5 + 1;
  *ret_month = mp < 10 ? mp + 3 : mp - 9;
  *ret_year = (int64_t) yoe + era * 400 + (*ret_month <= 2);
}

/* Exactly n digits.                                                        */
static bool
digits (const char **at, const char *end, int n, unsigned *ret_value)
{
  unsigned value = 0;

  if (end - *at < n)
    return false;
  for (int i = 0; i < n; i++) {
    unsigned d = (unsigned) ((*at)[i] - '0');

    if (d > 9)
      return false;
    value = value * 10 + d;
  }
  *at += n;
  *ret_value = value;
  return true;
}

static bool
literal (const char **at, const char *end, char c)
{
  if (*at == end || **at != c)
    return false;
  (*at)++;
  return true;
}

static bool
parse_date (const char **at, const char *end, int64_t *ret_days)
{
  static const unsigned char lengths[] = { 31, 29, 31, 30, 31, 30,
                                           31, 31, 30, 31, 30, 31 };
  unsigned y, m, d;

  if (!digits (at, end, 4, &y) || !literal (at, end, '-')
      || !digits (at, end, 2, &m) || !literal (at, end, '-')
      || !digits (at, end, 2, &d))
    return false;
  if (m < 1 || m > 12 || d < 1 || d > lengths[m - 1])
    return false;
  if (m == 2 && d == 29 && (y % 4 != 0 || (y % 100 == 0 && y % 400 != 0)))
    return false;
  *ret_days = md_days_from_civil (y, m, d);
  return true;
}

/* hh:mm:ss[.fraction], ns of the day.                                      */
static bool
parse_clock (const char **at, const char *end, int64_t *ret_ns)
{
  unsigned h, m, s;
  int64_t fraction = 0, unit = MD_SECOND;

  if (!digits (at, end, 2, &h) || !literal (at, end, ':')
      || !digits (at, end, 2, &m) || !literal (at, end, ':')
      || !digits (at, end, 2, &s) || h > 23 || m > 59 || s > 59)
    return false;
  if (literal (at, end, '.')) {
    const char *first = *at;

    while (*at < end && **at >= '0' && **at <= '9') {
      unit /= 10;
      if (unit == 0)
        return false;
      fraction += (**at - '0') * unit;
      (*at)++;
    }
    if (*at == first)
      return false;
  }
  *ret_ns = ((h * 60 + m) * INT64_C (60) + s) * MD_SECOND + fraction;
  return true;
}

static bool
parse_zone (const char **at, const char *end, int64_t *ret_offset)
{
  unsigned h, m;
  int sign;

  *ret_offset = 0;
  if (literal (at, end, 'Z') || literal (at, end, 'z'))
    return true;
  if (literal (at, end, '+'))
    sign = 1;
  else if (literal (at, end, '-'))
    sign = -1;
  else
    return false;
  if (!digits (at, end, 2, &h))
    return false;
  literal (at, end, ':');
  if (!digits (at, end, 2, &m) || h > 23 || m > 59)
    return false;
  *ret_offset = sign * (int64_t) (h * 60 + m) * MD_MINUTE;
  return true;
}

bool
md_time_parse (const char *text, size_t len, md_time *ret_time)
{
  const char *at = text, *end = len > 0 ? text + len : text;
  int64_t days, ns = 0, offset = 0, t;

  if (!parse_date (&at, end, &days))
    return false;
  if (at != end) {
    if (*at != 'T' && *at != 't' && *at != ' ')
      return false;
    at++;
    if (!parse_clock (&at, end, &ns) || !parse_zone (&at, end, &offset))
      return false;
  }
  /* Towards zero first: the oldest day that fits begins before the range.  */
  if (days < 0) {
    days++;
    ns -= MD_DAY;
  }
  if (at != end || __builtin_mul_overflow (days, MD_DAY, &t)
      || __builtin_add_overflow (t, ns - offset, &t) || t == MD_ABSENT)
    return false;
  *ret_time = t;
  return true;
}

static char *
put (char *at, unsigned value, int n)
{
  for (int i = n - 1; i >= 0; i--, value /= 10)
    at[i] = (char) ('0' + value % 10);
  return at + n;
}

size_t
md_time_format (md_time t, char *buf)
{
  int64_t days = t / MD_DAY, rest = t % MD_DAY, year;
  unsigned month, day, seconds, fraction;
  char *at = buf;

  if (rest < 0) {
    rest += MD_DAY;
    days--;
  }
  md_civil_from_days (days, &year, &month, &day);
  seconds = (unsigned) (rest / MD_SECOND);
  fraction = (unsigned) (rest % MD_SECOND);
  at = put (at, (unsigned) year, 4);
  *at++ = '-';
  at = put (at, month, 2);
  *at++ = '-';
  at = put (at, day, 2);
  *at++ = 'T';
  at = put (at, seconds / 3600, 2);
  *at++ = ':';
  at = put (at, seconds / 60 % 60, 2);
  *at++ = ':';
  at = put (at, seconds % 60, 2);
  if (fraction != 0) {
    *at++ = '.';
    at = put (at, fraction, 9);
    while (at[-1] == '0')
      at--;
  }
  *at++ = 'Z';
  *at = '\0';
  return (size_t) (at - buf);
}
