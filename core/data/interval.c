/* SPDX-License-Identifier: Apache-2.0
 *
 * interval.c - bar intervals in their zone; text <-> time.
 */
#include "interval.h"
#include "error.h"

#include <string.h>
#include <support/decimal.h>
#include <support/time.h>

/* ---- units ----------------------------------------------------------- */

static const struct {
  guint unit;
  gint64 length;
  const char *text;
} units[] = {
  { MD_UNIT_SECOND, MD_SECOND, "s" },  { MD_UNIT_MINUTE, MD_MINUTE, "m" },
  { MD_UNIT_HOUR, MD_HOUR, "h" },      { MD_UNIT_DAY, MD_DAY, "d" },
  { MD_UNIT_WEEK, 7 * MD_DAY, "w" },   { MD_UNIT_MONTH, 30 * MD_DAY, "mo" },
};

gint64
interval_nominal (const struct md_interval *interval)
{
  for (gsize i = 0; i < G_N_ELEMENTS (units); i++) {
    if (units[i].unit == interval->unit)
      return units[i].length * interval->count;
  }
  return 0;
}

char *
interval_to_text (const struct md_interval *interval)
{
  for (gsize i = 0; i < G_N_ELEMENTS (units); i++) {
    if (units[i].unit == interval->unit && interval->count > 0)
      return g_strdup_printf ("%u%s", interval->count, units[i].text);
  }
  return g_strdup ("");
}

/* ---- zones ----------------------------------------------------------- */

/* GLib forgets a zone, and reads its file again, when nobody holds it.     */
static GTimeZone *
find_zone (const char *name)
{
  static GMutex lock;
  static GHashTable *zones;
  GTimeZone *zone;

  g_mutex_lock (&lock);
  if (zones == NULL)
    zones = g_hash_table_new (g_str_hash, g_str_equal);
  zone = g_hash_table_lookup (zones, name);
  if (zone == NULL) {
    zone = g_time_zone_new_identifier (name);
    if (zone != NULL)
      g_hash_table_insert (zones, g_strdup (name), zone);
  }
  g_mutex_unlock (&lock);
  return zone;
}

/* Seconds east of UTC at a UTC time in seconds.                            */
static gint64
zone_offset (GTimeZone *zone, gint64 t)
{
  int i;

  if (zone == NULL)
    return 0;
  i = g_time_zone_find_interval (zone, G_TIME_TYPE_UNIVERSAL, t);
  return g_time_zone_get_offset (zone, i);
}

/* UTC of a local wall-clock time.  The first of two that the clock shows
 * when it is set back; a time that it skips is counted on from before.     */
static gint64
zone_to_utc (GTimeZone *zone, gint64 local)
{
  gint64 before = local - zone_offset (zone, local - 86400);
  gint64 after = local - zone_offset (zone, local + 86400);

  if (before + zone_offset (zone, before) != local
      && after + zone_offset (zone, after) == local)
    return after;
  return before;
}

/* ---- bars ------------------------------------------------------------ */

static gint64
floor_div (gint64 a, gint64 b)
{
  gint64 q = a / b;

  return q * b > a ? q - 1 : q;
}

static md_time
from_seconds (gint64 seconds)
{
  md_time t;

  if (__builtin_mul_overflow (seconds, MD_SECOND, &t))
    return seconds < 0 ? G_MININT64 : G_MAXINT64;
  return t;
}

typedef struct {
  const struct md_interval *interval;
  GTimeZone *zone;
  gint64 anchor; /* seconds                                                 */
} Grid;

static Grid
grid_of (const struct md_interval *interval)
{
  return (Grid) {
    interval,
    interval->zone != NULL ? find_zone (interval->zone) : NULL,
    floor_div (interval->anchor_ns, MD_SECOND) };
}

/* Start of a local day, counted from 1970-01-01.                           */
static md_time
day_start (const Grid *grid, gint64 day)
{
  return from_seconds (zone_to_utc (grid->zone, day * 86400 + grid->anchor));
}

md_time
zone_time (const char *zone, gint64 day, gint64 seconds)
{
  GTimeZone *found = zone != NULL ? find_zone (zone) : NULL;

  return from_seconds (zone_to_utc (found, day * 86400 + seconds));
}

gboolean
zone_is_known (const char *zone)
{
  return find_zone (zone) != NULL;
}

/* The local day that holds t.  The guess by the clock's reading is one off
 * where the clock was changed between t and the start of the day.          */
static gint64
day_of (const Grid *grid, md_time t)
{
  gint64 s = floor_div (t, MD_SECOND);
  gint64 day = floor_div (s + zone_offset (grid->zone, s) - grid->anchor,
                          86400);

  while (day_start (grid, day) > t)
    day--;
  while (day_start (grid, day + 1) <= t)
    day++;
  return day;
}

gint64
zone_minutes (const char *zone, md_time t)
{
  GTimeZone *found = zone != NULL ? find_zone (zone) : NULL;
  gint64 s = floor_div (t, MD_SECOND), local = s + zone_offset (found, s);

  return (local - floor_div (local, 86400) * 86400) / 60;
}

gint64
zone_day (const char *zone, md_time t)
{
  const struct md_interval day = { 1, MD_UNIT_DAY, 0, zone };
  const Grid grid = grid_of (&day);

  return day_of (&grid, t);
}

#define EPOCH_WEEKDAY 3 /* 1970-01-01 was a Thursday, days after a Monday   */

/* Number of the unit that holds a day, and the first day of a unit.        */
static gint64
unit_of_day (guint unit, gint64 day)
{
  gint64 year;
  unsigned month, day_of_month;

  if (unit == MD_UNIT_WEEK)
    return floor_div (day + EPOCH_WEEKDAY, 7);
  if (unit != MD_UNIT_MONTH)
    return day;
  md_civil_from_days (day, &year, &month, &day_of_month);
  return year * 12 + month - 1;
}

static gint64
day_of_unit (guint unit, gint64 number)
{
  if (unit == MD_UNIT_WEEK)
    return number * 7 - EPOCH_WEEKDAY;
  if (unit == MD_UNIT_MONTH)
    return md_days_from_civil (floor_div (number, 12),
                               (unsigned) (number - floor_div (number, 12) * 12)
                                 + 1, 1);
  return number;
}

static void
calendar_bar (const Grid *grid, md_time t, md_time *ret_from, md_time *ret_to)
{
  guint unit = grid->interval->unit;
  gint64 count = grid->interval->count;
  gint64 bar = floor_div (unit_of_day (unit, day_of (grid, t)), count);

  *ret_from = day_start (grid, day_of_unit (unit, bar * count));
  *ret_to = day_start (grid, day_of_unit (unit, (bar + 1) * count));
}

/* Hours and less in a zone count from the start of the local day, and the
 * last bar of a day ends with it: a day has 23 or 25 hours twice a year.   */
static void
zoned_bar (const Grid *grid, gint64 length, md_time t, md_time *ret_from,
           md_time *ret_to)
{
  gint64 day = day_of (grid, t);
  md_time start = day_start (grid, day), end = day_start (grid, day + 1);

  *ret_from = start + floor_div (t - start, length) * length;
  if (__builtin_add_overflow (*ret_from, length, ret_to) || *ret_to > end)
    *ret_to = end;
}

static void
utc_bar (gint64 length, gint64 anchor, md_time t, md_time *ret_from,
         md_time *ret_to)
{
  gint64 rest = (t % length - anchor % length) % length;

  if (rest < 0)
    rest += length;
  if (__builtin_sub_overflow (t, rest, ret_from))
    *ret_from = G_MININT64;
  if (__builtin_add_overflow (t, length - rest, ret_to))
    *ret_to = G_MAXINT64;
}

static void
find_bar (const struct md_interval *interval, md_time t, md_time *ret_from,
          md_time *ret_to)
{
  gint64 length = interval_nominal (interval);
  Grid grid;

  if (length == 0) {
    *ret_from = *ret_to = t;
  } else if (interval->unit < MD_UNIT_DAY && interval->zone == NULL) {
    utc_bar (length, interval->anchor_ns, t, ret_from, ret_to);
  } else {
    grid = grid_of (interval);
    if (interval->unit < MD_UNIT_DAY)
      zoned_bar (&grid, length, t, ret_from, ret_to);
    else
      calendar_bar (&grid, t, ret_from, ret_to);
  }
}

md_time
interval_floor (const struct md_interval *interval, md_time t)
{
  md_time from, to;

  find_bar (interval, t, &from, &to);
  return from;
}

md_time
interval_next (const struct md_interval *interval, md_time t)
{
  md_time from, to;

  find_bar (interval, t, &from, &to);
  return to;
}

/* ---- text ------------------------------------------------------------ */

gboolean
time_parse (const char *text, md_time *ret_time, GError **error)
{
  gsize len = strlen (text);
  gint64 ns;

  if (md_time_parse (text, len, ret_time))
    return TRUE;
  /* A short number is a year or a day, not a moment of January 1970.       */
  if (len < 12 || md_i64_parse (text, len, &ns) != MD_DECIMAL_OK) {
    g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE,
                 "\"%s\" is no time: write 2024-01-31, "
                 "2024-01-31T09:30:00Z or nanoseconds since 1970",
                 text);
    return FALSE;
  }
  *ret_time = ns;
  return TRUE;
}

gsize
time_format (md_time t, char *buf)
{
  return md_time_format (t, buf);
}
