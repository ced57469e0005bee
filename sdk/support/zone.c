/* SPDX-License-Identifier: Apache-2.0
 *
 * zone.c - local wall clocks to UTC.
 *
 * New York follows the rules of the United States: the Uniform Time Act of
 * 1966 (in force from 1967) and its changes of 1974 to 1976, 1987 and 2007.
 * The clock changes at 02:00 local time.
 */
#include "zone.h"

#include "time.h"

#include <string.h>

#define STANDARD (-5 * MD_HOUR)

/* The day of month of a change: a fixed day, or a Sunday on or after it.   */
struct change {
  unsigned char month, day;
  bool is_sunday;
};

static const struct rule {
  int first_year;
  struct change on, off;
} rules[] = {
  { 2007, { 3, 8, true }, { 11, 1, true } },
  { 1987, { 4, 1, true }, { 10, 25, true } },
  { 1976, { 4, 24, true }, { 10, 25, true } },
  { 1975, { 2, 23, false }, { 10, 25, true } },
  { 1974, { 1, 6, false }, { 10, 25, true } },
  { 1967, { 4, 24, true }, { 10, 25, true } },
};

/* 02:00 of that day, as a local time.                                      */
static md_time
moment (int64_t year, const struct change *change)
{
  int64_t days = md_days_from_civil (year, change->month, change->day);

  /* 1970-01-01 was a Thursday: day 3 a Sunday.                             */
  if (change->is_sunday)
    days += ((3 - days) % 7 + 7) % 7;
  return days * MD_DAY + 2 * MD_HOUR;
}

/* Local times between which the clock is an hour ahead: `on` by the winter
 * clock, `off` by the summer clock.  False: before the known rules.        */
static bool
summer (md_time local, md_time *ret_on, md_time *ret_off)
{
  int64_t days = local / MD_DAY - (local % MD_DAY < 0), year;
  unsigned month, day;

  md_civil_from_days (days, &year, &month, &day);
  for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
    if (year < rules[i].first_year)
      continue;
    *ret_on = moment (year, &rules[i].on);
    *ret_off = moment (year, &rules[i].off);
    return true;
  }
  return false;
}

enum md_zone_result
md_zone_to_utc (enum md_zone zone, md_time local, md_time *ret_time)
{
  md_time on, off;
  int64_t offset = STANDARD;
  enum md_zone_result result = MD_ZONE_OK;

  if (zone == MD_ZONE_UTC) {
    *ret_time = local;
    return MD_ZONE_OK;
  }
  if (local > INT64_MAX - MD_DAY || !summer (local, &on, &off))
    return MD_ZONE_RANGE;
  if (local >= on && local < on + MD_HOUR)
    return MD_ZONE_SKIPPED;
  if (local >= on && local < off)
    offset += MD_HOUR;
  if (local >= off - MD_HOUR && local < off)
    result = MD_ZONE_TWICE;
  *ret_time = local - offset;
  return result;
}

enum md_zone_result
md_zone_parse (enum md_zone zone, const char *text, size_t len,
               md_time *ret_time)
{
  char buf[40];
  md_time local;

  if (len < 10 || len >= sizeof buf)
    return MD_ZONE_SYNTAX;
  memcpy (buf, text, len);
  /* A zone in the text would be followed by this one and refused.          */
  if (len > 10)
    buf[len++] = 'Z';
  if (!md_time_parse (buf, len, &local))
    return MD_ZONE_SYNTAX;
  return md_zone_to_utc (zone, local, ret_time);
}

int64_t
md_zone_offset (enum md_zone zone, md_time utc)
{
  md_time local, on, off;

  if (zone == MD_ZONE_UTC)
    return 0;
  if (utc < INT64_MIN + MD_DAY)
    return STANDARD;
  local = utc + STANDARD;
  if (!summer (local, &on, &off))
    return STANDARD;
  /* By the winter clock, summer ends an hour earlier.                      */
  return local >= on && local < off - MD_HOUR ? STANDARD + MD_HOUR : STANDARD;
}
