/* SPDX-License-Identifier: Apache-2.0
 *
 * interval-text.c - "1m", "6h", "1mo".
 */
#include "interval.h"

char *
interval_to_text (const struct md_interval *interval)
{
  const char *unit = "";

  switch (interval->unit) {
  case MD_UNIT_SECOND: unit = "s"; break;
  case MD_UNIT_MINUTE: unit = "m"; break;
  case MD_UNIT_HOUR: unit = "h"; break;
  case MD_UNIT_DAY: unit = "d"; break;
  case MD_UNIT_WEEK: unit = "w"; break;
  case MD_UNIT_MONTH: unit = "mo"; break;
  default: return g_strdup ("");
  }
  return g_strdup_printf ("%u%s", interval->count, unit);
}
