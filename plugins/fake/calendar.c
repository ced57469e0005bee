/* SPDX-License-Identifier: Apache-2.0
 *
 * calendar.c - bars on the UTC calendar: weeks start on Monday, months on
 * the 1st.
 */
#include "fake.h"

#include "support/time.h"

static md_time
floor_by (md_time t, int64_t step, int64_t offset)
{
  int64_t rest = (t - offset) % step;

  return t - rest - (rest < 0 ? step : 0);
}

int64_t
fake_seconds (const struct md_interval *interval)
{
  switch (interval->unit) {
  case MD_UNIT_MINUTE: return 60 * (int64_t) interval->count;
  case MD_UNIT_HOUR: return 3600 * (int64_t) interval->count;
  case MD_UNIT_DAY: return 86400 * (int64_t) interval->count;
  case MD_UNIT_WEEK: return 7 * 86400 * (int64_t) interval->count;
  case MD_UNIT_MONTH: return 28 * 86400 * (int64_t) interval->count;
  default: return 1;
  }
}

static md_time
month_start (md_time t, int months_later)
{
  int64_t year;
  unsigned month, day;

  md_civil_from_days (floor_by (t, MD_DAY, 0) / MD_DAY, &year, &month, &day);
  month += (unsigned) months_later;
  if (month > 12) {
    month -= 12;
    year++;
  }
  return md_days_from_civil (year, month, 1) * MD_DAY;
}

md_time
fake_floor (const struct md_interval *interval, md_time t)
{
  if (interval->unit == MD_UNIT_MONTH)
    return month_start (t, 0);
  /* 1970-01-05 was a Monday.                                              */
  return floor_by (t, fake_seconds (interval) * MD_SECOND,
                   interval->unit == MD_UNIT_WEEK ? 4 * MD_DAY : 0);
}

md_time
fake_next (const struct md_interval *interval, md_time t)
{
  if (interval->unit == MD_UNIT_MONTH)
    return month_start (t, 1);
  return t + fake_seconds (interval) * MD_SECOND;
}
