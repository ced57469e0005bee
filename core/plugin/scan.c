/* SPDX-License-Identifier: Apache-2.0
 *
 * scan.c - what list-providers and inspect show: every plugin of the search
 * path, the broken and the shadowed ones too.
 */
#include "private.h"

#include <string.h>

void
plugin_info_free (PluginInfo *info)
{
  g_free (info->name);
  g_free (info->path);
  g_free (info->dir);
  g_free (info->error);
  g_free (info->shadowed_by);
  g_free (info->json);
  g_free (info);
}

static PluginInfo *
info_new (const PluginFile *file)
{
  PluginInfo *info = g_new0 (PluginInfo, 1);

  info->name = g_strdup (file->name);
  info->path = g_strdup (file->path);
  info->dir = g_strdup (file->dir);
  return info;
}

/* Stable, so of one name the one that wins stays in front.                 */
static int
by_name (gconstpointer a, gconstpointer b)
{
  const PluginInfo *const *x = a, *const *y = b;

  return strcmp ((*x)->name, (*y)->name);
}

static void
mark_shadowed (GPtrArray *infos)
{
  const PluginInfo *first = NULL;

  for (guint i = 0; i < infos->len; i++) {
    PluginInfo *info = g_ptr_array_index (infos, i);

    if (first != NULL && strcmp (first->name, info->name) == 0)
      info->shadowed_by = g_strdup (first->path);
    else
      first = info;
  }
}

/* A cached description is as good as a new one while the file is the same;
 * who may write to it has to be looked at each time.                       */
static void
examine_cached (GPtrArray *infos)
{
  PluginCache *cache = plugin_cache_open ();
  g_autofree gboolean *known = g_new0 (gboolean, infos->len + 1);

  for (guint i = 0; i < infos->len; i++) {
    PluginInfo *info = g_ptr_array_index (infos, i);

    if (plugin_file_is_safe (info->path, NULL))
      info->json = plugin_cache_get (cache, info->path);
    known[i] = info->json != NULL;
  }
  plugin_examine_all ((PluginInfo *const *) infos->pdata, infos->len);
  for (guint i = 0; i < infos->len; i++) {
    if (!known[i])
      plugin_cache_put (cache, g_ptr_array_index (infos, i));
  }
  plugin_cache_close (cache);
}

GPtrArray *
plugin_scan (const char *extra)
{
  g_autoptr (GPtrArray) files = plugin_files (extra);
  GPtrArray *infos
    = g_ptr_array_new_with_free_func ((GDestroyNotify) plugin_info_free);

  for (guint i = 0; i < files->len; i++)
    g_ptr_array_add (infos, info_new (g_ptr_array_index (files, i)));
  g_ptr_array_sort (infos, by_name);
  mark_shadowed (infos);
  examine_cached (infos);
  return infos;
}

static char *
first_of_name (const char *name, const char *extra)
{
  g_autoptr (GPtrArray) files = plugin_files (extra);

  for (guint i = 0; i < files->len; i++) {
    const PluginFile *file = g_ptr_array_index (files, i);

    if (strcmp (file->name, name) == 0)
      return g_strdup (file->path);
  }
  return NULL;
}

PluginInfo *
plugin_examine (const char *name_or_path, const char *extra, GError **error)
{
  PluginFile *file = plugin_find (name_or_path, extra, error);
  g_autofree char *winner = NULL;
  PluginInfo *info;

  if (file == NULL)
    return NULL;
  info = info_new (file);
  plugin_file_free (file);
  plugin_examine_all (&info, 1);
  winner = first_of_name (info->name, extra);
  if (winner != NULL && strcmp (winner, info->path) != 0)
    info->shadowed_by = g_steal_pointer (&winner);
  return info;
}
