/* SPDX-License-Identifier: Apache-2.0
 *
 * period.c - days, months and years of UTC.
 */
#include "period.h"

#include <support/time.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Days that begin and end within the range of md_time.                     */
#define FIRST_DAY (INT64_MIN / MD_DAY)
#define LAST_DAY (INT64_MAX / MD_DAY)

static int64_t
day_of (md_time t)
{
  return t / MD_DAY - (t % MD_DAY < 0);
}

static md_time
day_start (int64_t day)
{
  if (day < FIRST_DAY)
    return INT64_MIN;
  return day > LAST_DAY ? INT64_MAX : day * MD_DAY;
}

static bool
is_short (const struct md_interval *interval)
{
  return interval->count == 0 || interval->unit == MD_UNIT_SECOND
         || (interval->unit == MD_UNIT_MINUTE && interval->count < 60);
}

enum lake_period
lake_period_of (const char *choice, const struct md_segment *segment)
{
  static const char *const names[] = { "none", "day", "month", "year" };

  for (int i = LAKE_WHOLE; i <= LAKE_YEAR; i++) {
    if (strcmp (choice, names[i]) == 0)
      return (enum lake_period) i;
  }
  return is_short (&segment->interval) ? LAKE_DAY : LAKE_YEAR;
}

/* The period's first day, or that of the one after it.                     */
static int64_t
first_day (enum lake_period period, int64_t day, bool next)
{
  int64_t year;
  unsigned month, day_of_month;

  if (period == LAKE_DAY)
    return day + next;
  md_civil_from_days (day, &year, &month, &day_of_month);
  if (period == LAKE_YEAR)
    return md_days_from_civil (year + next, 1, 1);
  if (next && month == 12)
    return md_days_from_civil (year + 1, 1, 1);
  return md_days_from_civil (year, month + next, 1);
}

md_time
lake_period_start (enum lake_period period, md_time t)
{
  return period == LAKE_WHOLE
           ? INT64_MIN : day_start (first_day (period, day_of (t), false));
}

md_time
lake_period_end (enum lake_period period, md_time t)
{
  return period == LAKE_WHOLE
           ? INT64_MAX : day_start (first_day (period, day_of (t), true));
}

const char *
lake_period_key (enum lake_period period)
{
  return period == LAKE_DAY ? "date" : period == LAKE_MONTH ? "month" : "year";
}

void
lake_period_text (enum lake_period period, md_time t, char *buf)
{
  static const size_t lengths[] = { 0, 10, 7, 4 };
  char text[64];
  int64_t year;
  unsigned month, day;

  md_civil_from_days (day_of (t), &year, &month, &day);
  snprintf (text, sizeof text, "%04" PRId64 "-%02u-%02u", year, month, day);
  text[lengths[period]] = '\0';
  memcpy (buf, text, lengths[period] + 1);
}

bool
lake_period_parse (enum lake_period period, const char *text, md_time *ret_t)
{
  char date[32], again[LAKE_PERIOD_TEXT];

  if (period == LAKE_WHOLE || strlen (text) > 10)
    return false;
  snprintf (date, sizeof date, "%s%s", text,
            period == LAKE_DAY ? "" : period == LAKE_MONTH ? "-01" : "-01-01");
  if (!md_time_parse (date, strlen (date), ret_t))
    return false;
  lake_period_text (period, *ret_t, again);
  return strcmp (text, again) == 0;
}
