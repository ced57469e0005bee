/* SPDX-License-Identifier: Apache-2.0
 *
 * calendar-text.c - days of a calendar for people.
 */
#include "calendar-text.h"
#include "out.h"

#include "data/interval.h"

const char *
day_kind_name (DayKind kind)
{
  switch (kind) {
  case DAY_OPEN:
    return "open";
  case DAY_HALF:
    return "half";
  case DAY_CLOSED:
    return "closed";
  default:
    return "unknown";
  }
}

char *
out_day (gint64 day)
{
  char text[TIME_TEXT_SIZE];

  if (day == G_MAXINT64)
    return g_strdup ("for ever");
  time_format (zone_time (NULL, day, 0), text);
  return g_strndup (text, 10);
}

char *
out_weekday (gint64 day)
{
  static const char *const names[] = { "Thu", "Fri", "Sat", "Sun", "Mon",
                                       "Tue", "Wed" };
  g_autofree char *date = out_day (day);

  return g_strdup_printf ("%s %s", date, names[((day % 7) + 7) % 7]);
}

char *
out_local (const char *zone, gint64 day, md_time t)
{
  return t != MD_ABSENT ? calendar_clock (zone, day, t) : g_strdup ("-");
}

void
out_set_day (json_t *object, const char *name, gint64 day)
{
  g_autofree char *text = out_day (day);

  out_set_text (object, name, day != G_MAXINT64 ? text : NULL);
}
