/* SPDX-License-Identifier: Apache-2.0
 *
 * bucket.c - the calendar buckets in which blocks are cut: UTC hours, days,
 * months and years, whatever the zone of the bars.
 */
#include "block.h"
#include "interval.h"

#include <support/time.h>

static gint64
floor_div (gint64 a, gint64 b)
{
  gint64 q = a / b;

  return q * b > a ? q - 1 : q;
}

/* The outermost buckets end where the clock does.                          */
static md_time
clamp_days (gint64 days)
{
  md_time t;

  if (__builtin_mul_overflow (days, MD_DAY, &t))
    return days < 0 ? G_MININT64 : G_MAXINT64;
  return t;
}

static void
fixed (md_time t, gint64 length, md_time *ret_from, md_time *ret_to)
{
  gint64 n = floor_div (t, length);

  if (__builtin_mul_overflow (n, length, ret_from))
    *ret_from = G_MININT64;
  if (__builtin_mul_overflow (n + 1, length, ret_to))
    *ret_to = G_MAXINT64;
}

static void
calendar (md_time t, unsigned months, md_time *ret_from, md_time *ret_to)
{
  gint64 year;
  unsigned month, day;

  md_civil_from_days (floor_div (t, MD_DAY), &year, &month, &day);
  month = (month - 1) / months * months + 1;
  *ret_from = clamp_days (md_days_from_civil (year, month, 1));
  month += months;
  if (month > 12) {
    month = 1;
    year++;
  }
  *ret_to = clamp_days (md_days_from_civil (year, month, 1));
}

void
block_bucket (const struct md_interval *interval, md_time t, md_time *ret_from,
              md_time *ret_to)
{
  gint64 length = interval_nominal (interval);

  if (length == 0)
    fixed (t, MD_DAY, ret_from, ret_to);
  else if (length < MD_MINUTE)
    fixed (t, MD_HOUR, ret_from, ret_to);
  else if (length < 30 * MD_MINUTE)
    fixed (t, MD_DAY, ret_from, ret_to);
  else if (length < MD_DAY)
    calendar (t, 1, ret_from, ret_to);
  else
    calendar (t, 12, ret_from, ret_to);
}
