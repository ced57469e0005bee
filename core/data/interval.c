/* SPDX-License-Identifier: Apache-2.0
 *
 * interval.c - bar intervals in their zone; text <-> time.
 */
#include "interval.h"
#include "error.h"

#include <string.h>
#include <support/time.h>

gint64
interval_nominal (const struct md_interval *interval)
{
  static const struct {
    guint unit;
    gint64 length;
  } units[] = {
    { MD_UNIT_SECOND, MD_SECOND }, { MD_UNIT_MINUTE, MD_MINUTE },
    { MD_UNIT_HOUR, MD_HOUR },     { MD_UNIT_DAY, MD_DAY },
    { MD_UNIT_WEEK, 7 * MD_DAY },  { MD_UNIT_MONTH, 30 * MD_DAY },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (units); i++) {
    if (units[i].unit == interval->unit)
      return units[i].length * interval->count;
  }
  return 0;
}

gboolean
time_parse (const char *text, md_time *ret_time, GError **error)
{
  char *end;
  gint64 ns;

  if (md_time_parse (text, strlen (text), ret_time))
    return TRUE;
  ns = g_ascii_strtoll (text, &end, 10);
  if (end == text || *end != '\0' || strlen (text) < 12) {
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
