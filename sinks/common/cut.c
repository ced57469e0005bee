/* SPDX-License-Identifier: Apache-2.0
 *
 * cut.c - where the files of a series are cut.
 */
#include "cut.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <support/time.h>

enum cut
cut_parse (const char *choice)
{
  static const char *const names[] = { "auto", "day", "month", "year", "none" };

  for (int i = 0; i < 5; i++) {
    if (strcmp (names[i], choice) == 0)
      return (enum cut) i;
  }
  return CUT_AUTO;
}

enum cut
cut_for (enum cut cut, const struct md_interval *interval)
{
  if (cut != CUT_AUTO)
    return cut;
  if (interval->count == 0 || interval->unit < MD_UNIT_MINUTE
      || (interval->unit == MD_UNIT_MINUTE && interval->count < 30))
    return CUT_DAY;
  return interval->unit < MD_UNIT_DAY ? CUT_MONTH : CUT_YEAR;
}

static int64_t
floor_day (md_time t)
{
  int64_t day = t / MD_DAY;

  return day - (t % MD_DAY < 0);
}

/* Midnight of a date; past the ends of time: the end.                      */
static md_time
midnight (int64_t year, unsigned month)
{
  int64_t days = md_days_from_civil (year, month, 1);
  md_time t;

  if (__builtin_mul_overflow (days, MD_DAY, &t))
    return days < 0 ? INT64_MIN : INT64_MAX;
  return t;
}

void
cut_part (enum cut cut, md_time t, md_time *from, md_time *to)
{
  int64_t day = floor_day (t), year;
  unsigned month, of_month;

  *from = INT64_MIN;
  *to = INT64_MAX;
  md_civil_from_days (day, &year, &month, &of_month);
  if (cut == CUT_YEAR) {
    *from = midnight (year, 1);
    *to = midnight (year + 1, 1);
  } else if (cut == CUT_MONTH) {
    *from = midnight (year, month);
    *to = midnight (year + month / 12, month % 12 + 1);
  } else if (cut == CUT_DAY) {
    if (__builtin_mul_overflow (day, MD_DAY, from))
      *from = INT64_MIN;
    if (__builtin_mul_overflow (day + 1, MD_DAY, to))
      *to = INT64_MAX;
  }
}

void
cut_name (enum cut cut, md_time t, char *buf)
{
  int64_t year;
  unsigned month, day;

  *buf = '\0';
  md_civil_from_days (floor_day (t), &year, &month, &day);
  if (cut == CUT_YEAR)
    snprintf (buf, CUT_NAME_SIZE, "year=%04" PRId64, year);
  else if (cut == CUT_MONTH)
    snprintf (buf, CUT_NAME_SIZE, "month=%04" PRId64 "-%02u", year, month);
  else if (cut == CUT_DAY)
    snprintf (buf, CUT_NAME_SIZE, "date=%04" PRId64 "-%02u-%02u", year, month,
              day);
}

bool
cut_of_name (enum cut cut, const char *name, md_time *ret_time)
{
  unsigned year, month = 1, day = 1;
  char again[CUT_NAME_SIZE];
  md_time t;

  if (cut == CUT_NONE || cut == CUT_AUTO
      || (sscanf (name, "date=%u-%u-%u", &year, &month, &day) != 3
          && sscanf (name, "month=%u-%u", &year, &month) != 2
          && sscanf (name, "year=%u", &year) != 1)
      || month < 1 || month > 12 || day < 1 || day > 31 || year > 2261)
    return false;
  t = md_days_from_civil (year, month, day) * MD_DAY;
  cut_name (cut, t, again);
  if (strcmp (again, name) != 0)
    return false;
  *ret_time = t;
  return true;
}
