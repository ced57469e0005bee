/* SPDX-License-Identifier: Apache-2.0
 *
 * days.c - days of a market, in its zone.
 */
#include "polygon.h"

#include <stdio.h>
#include <support/time.h>

static int64_t
floor_div (int64_t a, int64_t b)
{
  return a / b - (a % b < 0);
}

int64_t
pg_day_of (const struct pg_market *market, md_time t)
{
  return floor_div (t + md_zone_offset (market->zone, t), MD_DAY);
}

/* Before the zone's rules are known, midnight is that of winter.           */
md_time
pg_day_start (const struct pg_market *market, int64_t day)
{
  md_time local = day * MD_DAY, utc = local;

  if (md_zone_to_utc (market->zone, local, &utc) == MD_ZONE_RANGE)
    utc = local - md_zone_offset (market->zone, local);
  return utc;
}

bool
pg_is_closed (const struct pg_market *market, int64_t day)
{
  int64_t weekday = day - 7 * floor_div (day, 7); /* 0 is a Thursday */

  return market->five_days && (weekday == 2 || weekday == 3);
}

void
pg_format_date (int64_t day, char *buf)
{
  int64_t year;
  unsigned month, of_month;

  md_civil_from_days (day, &year, &month, &of_month);
  snprintf (buf, PG_DATE_SIZE, "%04lld-%02u-%02u", (long long) year, month,
            of_month);
}
