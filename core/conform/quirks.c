/* SPDX-License-Identifier: Apache-2.0
 *
 * quirks.c - what a plugin is known not to keep, and why.
 */
#include "private.h"

#include <string.h>

static gboolean
read_line (GHashTable *quirks, const char *path, guint number, char *line,
           GError **error)
{
  char *colon = strchr (line, ':');

  g_strstrip (line);
  if (*line == '\0' || *line == '#')
    return TRUE;
  if (colon != NULL)
    *colon = '\0';
  if (colon == NULL || *g_strstrip (colon + 1) == '\0') {
    g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE,
                 "%s:%u: a line is \"CHECK: reason\"", path, number);
    return FALSE;
  }
  if (!conform_is_check (g_strchomp (line))) {
    g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE,
                 "%s:%u: there is no check \"%s\" that can be excused; "
                 "`mdcore conform` prints their names", path, number, line);
    return FALSE;
  }
  g_hash_table_insert (quirks, g_strdup (line),
                       g_strdup (g_strchug (colon + 1)));
  return TRUE;
}

GHashTable *
conform_quirks_load (const char *path, GError **error)
{
  g_autoptr (GHashTable) quirks
    = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  g_autoptr (GError) local = NULL;

  if (!g_file_get_contents (path, &text, NULL, &local)) {
    g_set_error_literal (error, CORE_ERROR, CORE_ERROR_USAGE, local->message);
    return NULL;
  }
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++) {
    if (!read_line (quirks, path, i + 1, lines[i], error))
      return NULL;
  }
  return g_steal_pointer (&quirks);
}
