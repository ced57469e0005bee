/* SPDX-License-Identifier: Apache-2.0
 *
 * find.c - calendars by their names, each read once.
 */
#include "private.h"

#include "data/error.h"
#include "data/prefix.h"

gboolean
calendar_is_missing (const char *name)
{
  g_autofree char *path = prefix_data_file ("calendars", name);

  return path == NULL;
}

static gboolean
unknown_name (const char *name, GError **error)
{
  g_autofree char *own = prefix_data_own ("calendars", NULL);
  g_auto (GStrv) names = prefix_data_names ("calendars");
  g_autofree char *known = g_strjoinv (", ", names);

  g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE,
               "unknown calendar \"%s\" (known: %s; your own go to %s)", name,
               *known != '\0' ? known : "none", own);
  return FALSE;
}

static Calendar *
read_calendar (const char *name, GError **error)
{
  g_autofree char *path = prefix_data_file ("calendars", name), *text = NULL;
  g_autoptr (GError) local = NULL;
  gsize len;

  if (path == NULL) {
    unknown_name (name, error);
    return NULL;
  }
  if (!g_file_get_contents (path, &text, &len, &local)) {
    g_set_error_literal (error, CORE_ERROR, CORE_ERROR_USAGE, local->message);
    return NULL;
  }
  return calendar_parse (text, len, path, error);
}

const Calendar *
calendar_find (const char *name, GError **error)
{
  static GMutex lock;
  static GHashTable *read_once;
  Calendar *calendar;

  g_mutex_lock (&lock);
  if (read_once == NULL)
    read_once = g_hash_table_new (g_str_hash, g_str_equal);
  calendar = g_hash_table_lookup (read_once, name);
  if (calendar == NULL) {
    calendar = read_calendar (name, error);
    if (calendar != NULL)
      g_hash_table_insert (read_once, g_strdup (name), calendar);
  }
  g_mutex_unlock (&lock);
  return calendar;
}
