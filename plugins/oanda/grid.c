/* SPDX-License-Identifier: Apache-2.0
 *
 * grid.c - where candles begin.  Up to an hour they count from 1970; longer
 * ones from the start of a day in its zone, which has 23 or 25 hours twice a
 * year.
 */
#include "oanda.h"

#include <support/time.h>
#include <support/zone.h>

int64_t
oa_nominal (const struct md_interval *interval)
{
  switch (interval->unit) {
  case MD_UNIT_SECOND:
    return interval->count * MD_SECOND;
  case MD_UNIT_MINUTE:
    return interval->count * MD_MINUTE;
  case MD_UNIT_HOUR:
    return interval->count * MD_HOUR;
  case MD_UNIT_DAY:
    return MD_DAY;
  case MD_UNIT_WEEK:
    return 7 * MD_DAY;
  default:
    return 30 * MD_DAY;
  }
}

static int64_t
floor_div (int64_t a, int64_t b)
{
  return a / b - (a % b < 0);
}

static enum md_zone
zone_of (const struct md_interval *interval)
{
  return interval->zone != NULL ? MD_ZONE_NEW_YORK : MD_ZONE_UTC;
}

/* Days are counted from 1970-01-01 by the midnight that the anchor is
 * measured from.                                                           */
static md_time
day_start (const struct md_interval *interval, int64_t day)
{
  md_time local = day * MD_DAY + interval->anchor_ns, t;

  if (md_zone_to_utc (zone_of (interval), local, &t) == MD_ZONE_RANGE)
    t = local - md_zone_offset (zone_of (interval), local);
  return t;
}

static int64_t
day_of (const struct md_interval *interval, md_time t)
{
  md_time local = t + md_zone_offset (zone_of (interval), t);
  int64_t day = floor_div (local - interval->anchor_ns, MD_DAY);

  /* The clock may have been changed between t and the start of its day.    */
  while (day_start (interval, day) > t)
    day--;
  while (day_start (interval, day + 1) <= t)
    day++;
  return day;
}

static int64_t
first_of_month (int64_t day)
{
  int64_t year;
  unsigned month, day_of_month;

  md_civil_from_days (day, &year, &month, &day_of_month);
  return day - (day_of_month - 1);
}

md_time
oa_floor (const struct md_interval *interval, md_time t)
{
  int64_t step = oa_nominal (interval), day;
  md_time start;

  if (step <= MD_HOUR)
    return floor_div (t, step) * step;
  day = day_of (interval, t);
  if (interval->unit == MD_UNIT_WEEK) /* day 4 was a Monday */
    day = floor_div (day - 4, 7) * 7 + 4;
  else if (interval->unit == MD_UNIT_MONTH)
    day = first_of_month (day);
  start = day_start (interval, day);
  if (interval->unit == MD_UNIT_HOUR)
    start += (t - start) / step * step;
  return start;
}

md_time
oa_ceil (const struct md_interval *interval, md_time t)
{
  md_time start = oa_floor (interval, t);
  int64_t longest = oa_nominal (interval);

  /* Some time inside the next interval, whatever the length of this one.   */
  if (interval->unit >= MD_UNIT_DAY)
    longest += 2 * MD_HOUR;
  if (interval->unit == MD_UNIT_MONTH)
    longest += MD_DAY;
  return start == t ? t : oa_floor (interval, start + longest);
}
