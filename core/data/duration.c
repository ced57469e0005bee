/* SPDX-License-Identifier: Apache-2.0
 *
 * duration.c - lengths of time as text: "90s", "1h30m".
 */
#include "interval.h"
#include "error.h"

#include <string.h>

static const struct {
  const char *unit;
  gint64 ns;
} units[] = {
  { "w", 7 * MD_DAY }, { "d", MD_DAY },      { "h", MD_HOUR },
  { "m", MD_MINUTE },  { "s", MD_SECOND },   { "ms", MD_SECOND / 1000 },
  { "us", 1000 },      { "ns", 1 },
};

static gint64
unit_length (const char *text, gsize len)
{
  for (gsize i = 0; i < G_N_ELEMENTS (units); i++) {
    if (strlen (units[i].unit) == len
        && strncmp (units[i].unit, text, len) == 0)
      return units[i].ns;
  }
  return 0;
}

/* One "90s"; NULL when it is none, else what follows.                      */
static const char *
parse_part (const char *at, gint64 *total)
{
  gint64 number = 0, unit;
  gsize len = 0;

  if (!g_ascii_isdigit (*at))
    return NULL;
  for (; g_ascii_isdigit (*at); at++) {
    if (__builtin_mul_overflow (number, 10, &number)
        || __builtin_add_overflow (number, *at - '0', &number))
      return NULL;
  }
  while (g_ascii_isalpha (at[len]))
    len++;
  unit = unit_length (at, len);
  if (unit == 0 || __builtin_mul_overflow (number, unit, &number)
      || __builtin_add_overflow (*total, number, total))
    return NULL;
  for (at += len; *at == ' '; at++)
    ;
  return at;
}

gboolean
duration_parse (const char *text, gint64 *ret_ns, GError **error)
{
  const char *at = text;
  gint64 total = 0;

  if (strcmp (text, "0") == 0) {
    *ret_ns = 0;
    return TRUE;
  }
  do
    at = parse_part (at, &total);
  while (at != NULL && *at != '\0');
  if (at == NULL) {
    g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE,
                 "\"%s\" is no duration: write 90s, 15m, 3d or 1h30m "
                 "(w, d, h, m, s, ms)",
                 text);
    return FALSE;
  }
  *ret_ns = total;
  return TRUE;
}

char *
duration_format (gint64 ns)
{
  /* Negating the smallest number in signed arithmetic would overflow.      */
  guint64 left = ns < 0 ? 0 - (guint64) ns : (guint64) ns;
  GString *out = g_string_new (ns < 0 ? "-" : NULL);
  gsize parts = 0;

  /* Days are the longest unit that reads well; two parts say enough.       */
  for (gsize i = 1; i < G_N_ELEMENTS (units) && parts < 2; i++) {
    guint64 count = left / (guint64) units[i].ns;

    if (count == 0 && parts == 0)
      continue;
    parts++;
    if (count == 0)
      continue;
    g_string_append_printf (out, "%s%" G_GUINT64_FORMAT "%s",
                            parts > 1 ? " " : "", count, units[i].unit);
    left -= count * (guint64) units[i].ns;
  }
  if (ns == 0)
    g_string_append (out, "0s");
  return g_string_free (out, FALSE);
}
