/* SPDX-License-Identifier: Apache-2.0
 *
 * calendar.c - what a calendar says of a day and of a range.
 *
 * Sessions are computed when asked for: questions concern a few days around a
 * time, and a file of forty years would be ten thousand conversions.
 */
#include "private.h"

#include "data/interval.h"

#define EPOCH_WEEKDAY 3 /* 1970-01-01 was a Thursday, days after a Monday   */
#define DAY_SECONDS   86400

guint
calendar_weekday (gint64 day)
{
  gint64 rest = (day + EPOCH_WEEKDAY) % 7;

  return (guint) (rest < 0 ? rest + 7 : rest);
}

const DayHours *
calendar_rule (const Calendar *calendar, gint64 day)
{
  guint bit = 1u << calendar_weekday (day);
  gint64 since = G_MININT64;

  for (guint i = calendar->rules->len; i > 0; i--) {
    const HoursRule *rule = &g_array_index (calendar->rules, HoursRule, i - 1);

    if (rule->since > day)
      continue;
    /* Lines of an earlier date ended with the first line of a later one.   */
    if (since == G_MININT64)
      since = rule->since;
    if (rule->since != since)
      break;
    if ((rule->weekdays & bit) != 0)
      return &rule->hours;
  }
  return NULL;
}

/* ---- days ------------------------------------------------------------ */

static gboolean
is_known (const Calendar *calendar, gint64 day)
{
  return day >= calendar->from && day < calendar->to;
}

static void
set_hours (const Calendar *calendar, MarketDay *day, const DayHours *hours)
{
  day->open = zone_time (calendar->zone, day->day, hours->open);
  day->close = zone_time (calendar->zone, day->day, hours->close);
  day->first = hours->first == hours->open
                 ? day->open
                 : zone_time (calendar->zone, day->day, hours->first);
  day->last = hours->last == hours->close
                ? day->close
                : zone_time (calendar->zone, day->day, hours->last);
}

/* All that may belong to it: 24 hours, from the evening before where sessions
 * begin there.                                                             */
static void
set_unknown (const Calendar *calendar, MarketDay *day)
{
  const DayHours *rule = calendar_rule (calendar, day->day);
  gint64 start = rule != NULL ? MIN (rule->first, 0) : 0;

  day->kind = DAY_UNKNOWN;
  day->first = zone_time (calendar->zone, day->day, start);
  day->last = zone_time (calendar->zone, day->day, start + DAY_SECONDS);
}

MarketDay
calendar_day (const Calendar *calendar, gint64 number)
{
  const Exception *exception = g_hash_table_lookup (calendar->exceptions,
                                                    &number);
  const DayHours *rule;
  MarketDay day = { .day = number, .kind = DAY_CLOSED, .open = MD_ABSENT,
                    .close = MD_ABSENT, .first = MD_ABSENT,
                    .last = MD_ABSENT };

  if (!is_known (calendar, number)) {
    set_unknown (calendar, &day);
  } else if (exception != NULL) {
    day.kind = exception->kind;
    day.reason = exception->reason;
    if (day.kind == DAY_UNKNOWN)
      set_unknown (calendar, &day);
    else if (day.kind != DAY_CLOSED)
      set_hours (calendar, &day, &exception->hours);
  } else if ((rule = calendar_rule (calendar, number)) != NULL) {
    day.kind = DAY_OPEN;
    set_hours (calendar, &day, rule);
  }
  return day;
}

gint64
calendar_day_of (const Calendar *calendar, md_time t)
{
  return zone_day (calendar->zone, t);
}

char *
calendar_clock (const char *zone, gint64 day, md_time t)
{
  gint64 on = zone_day (zone, t), minutes = zone_minutes (zone, t);

  if (on == day + 1 && minutes == 0)
    return g_strdup ("24:00");
  return g_strdup_printf ("%s%02d:%02d", on < day ? "eve " : "",
                          (int) (minutes / 60), (int) (minutes % 60));
}

gboolean
calendar_is_daily (const struct md_interval *interval)
{
  return interval->count > 0 && interval->unit >= MD_UNIT_DAY;
}

/* ---- ranges ---------------------------------------------------------- */

/* The hours of a day in which there may be data; FALSE when there are none. */
static gboolean
possible_hours (const MarketDay *day, gboolean daily, md_time *ret_from,
                md_time *ret_to)
{
  gboolean regular = daily && day->kind != DAY_UNKNOWN;

  *ret_from = regular ? day->open : day->first;
  *ret_to = regular ? day->close : day->last;
  return day->kind != DAY_CLOSED;
}

static gboolean
expects_data (const MarketDay *day, gboolean daily, md_time from, md_time to)
{
  if (day->kind != DAY_OPEN && day->kind != DAY_HALF)
    return FALSE;
  if (daily)
    return day->close > from && day->close <= to;
  return day->open < to && day->close > from;
}

/* What lies outside the known days; narrows the range to them.             */
static gboolean
leave_unknown (const Calendar *calendar, gint64 *first, gint64 *last)
{
  gboolean left = FALSE;

  if (*first < calendar->from) {
    *first = calendar->from;
    left = TRUE;
  }
  if (*last >= calendar->to) {
    *last = calendar->to - 1;
    left = TRUE;
  }
  return left;
}

MarketHours
calendar_judge (const Calendar *calendar, gboolean daily, md_time from,
                md_time to)
{
  gint64 first = calendar_day_of (calendar, from);
  gint64 last = calendar_day_of (calendar, to - 1);
  gboolean possible = leave_unknown (calendar, &first, &last);

  /* The session of the next day may begin in the evening.                  */
  for (gint64 number = first; number <= last + 1; number++) {
    MarketDay day = calendar_day (calendar, number);
    md_time begin, end;

    if (expects_data (&day, daily, from, to))
      return MARKET_OPEN;
    if (possible_hours (&day, daily, &begin, &end) && begin < to && end > from)
      possible = TRUE;
  }
  return possible ? MARKET_UNKNOWN : MARKET_CLOSED;
}

md_time
calendar_last (const Calendar *calendar, gboolean daily, md_time t)
{
  gint64 number = calendar_day_of (calendar, t) + 1;
  md_time latest = G_MININT64;

  for (; is_known (calendar, number); number--) {
    MarketDay day = calendar_day (calendar, number);
    md_time begin, end;

    if (!possible_hours (&day, daily, &begin, &end) || begin >= t)
      continue;
    /* Days follow each other: an earlier one does not end later.           */
    latest = MIN (end, t);
    break;
  }
  return latest != G_MININT64 ? latest : t;
}

md_time
calendar_next (const Calendar *calendar, gboolean daily, md_time t)
{
  gint64 number = calendar_day_of (calendar, t);

  for (; is_known (calendar, number); number++) {
    MarketDay day = calendar_day (calendar, number);
    md_time begin, end;

    if (!possible_hours (&day, daily, &begin, &end) || end <= t)
      continue;
    if (daily && day.kind != DAY_UNKNOWN)
      return end - 1;
    return MAX (begin, t);
  }
  return t;
}
