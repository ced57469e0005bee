/* SPDX-License-Identifier: Apache-2.0
 *
 * zone-names.c - names of time zones out of the compact form in which the
 * database comes: "Z NAME ..." begins a zone, "L TARGET NAME" is a link.
 */
#include "zone-names.h"

#include "nearest.h"

#define DATABASE "/usr/share/zoneinfo/tzdata.zi"

static GStrv
read_names (void)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  GPtrArray *names = g_ptr_array_new ();

  if (g_file_get_contents (DATABASE, &text, NULL, NULL))
    lines = g_strsplit (text, "\n", 0);
  for (guint i = 0; lines != NULL && lines[i] != NULL; i++) {
    g_auto (GStrv) words = g_strsplit (lines[i], " ", 4);
    guint n = g_strv_length (words);

    if (n >= 2 && g_str_equal (words[0], "Z"))
      g_ptr_array_add (names, g_strdup (words[1]));
    else if (n >= 3 && g_str_equal (words[0], "L"))
      g_ptr_array_add (names, g_strdup (words[2]));
  }
  g_ptr_array_add (names, NULL);
  return (GStrv) g_ptr_array_free (names, FALSE);
}

char *
zone_nearest (const char *name)
{
  g_auto (GStrv) names = read_names ();

  return g_strdup (nearest_name (name, (const char *const *) names));
}
