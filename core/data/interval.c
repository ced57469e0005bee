/* SPDX-License-Identifier: Apache-2.0
 *
 * interval.c - bar intervals in their zone; text <-> time.
 */
#include "interval.h"
#include "error.h"

#include <string.h>
#include <support/time.h>

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
