/* SPDX-License-Identifier: Apache-2.0
 *
 * retry-after.c - the two forms of Retry-After (RFC 9110, 10.2.3), and
 * seconds with decimals, which some vendors send.
 */
#include "net.h"

#include <curl/curl.h>
#include <string.h>

/* Beyond this the number is nonsense; callers may add it to a time.        */
#define LONGEST (3650 * MD_DAY)

static gboolean
parse_seconds (const char *value, gint64 *ret_ns)
{
  gsize len = strspn (value, "0123456789.");
  double seconds;

  if (!g_ascii_isdigit (value[0])
      || value[len + strspn (value + len, " \t")] != '\0')
    return FALSE;
  seconds = g_ascii_strtod (value, NULL);
  *ret_ns = seconds >= (double) (LONGEST / MD_SECOND)
              ? LONGEST : (gint64) (seconds * MD_SECOND);
  return TRUE;
}

gint64
net_retry_after (const char *value, md_time now)
{
  gint64 ns;
  time_t date;

  if (value == NULL)
    return 0;
  while (g_ascii_isspace (*value))
    value++;
  if (parse_seconds (value, &ns))
    return ns;
  /* A date always begins with its day's name.                              */
  date = g_ascii_isalpha (value[0]) ? curl_getdate (value, NULL) : -1;
  if (date == -1 || date <= now / MD_SECOND)
    return 0;
  if (date - now / MD_SECOND >= LONGEST / MD_SECOND)
    return LONGEST;
  return (gint64) date * MD_SECOND - now;
}
