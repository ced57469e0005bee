/* SPDX-License-Identifier: Apache-2.0
 *
 * cache.c - remembers what examinations found, so that listing fifteen
 * unchanged plugins starts no process.
 *
 * It only feeds what is shown, never what is loaded.  A damaged or foreign
 * cache is as good as none.  Failures are not kept: what was missing may be
 * installed since.
 */
#include "private.h"

#include "build-config.h"

#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct PluginCache {
  char *file, *program;
  json_t *plugins;      /* path -> { stamp, sum, text }                     */
  gboolean changed;
};

/* Changes whenever the file is replaced or written to.                     */
static char *
stamp (const char *path)
{
  struct stat st;

  if (stat (path, &st) != 0)
    return NULL;
  return g_strdup_printf ("%ju:%ju:%jd:%jd.%09ld", (uintmax_t) st.st_dev,
                          (uintmax_t) st.st_ino, (intmax_t) st.st_size,
                          (intmax_t) st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
}

static char *
sum (const char *text)
{
  return g_compute_checksum_for_string (G_CHECKSUM_MD5, text, -1);
}

/* The plugins of a readable cache that this very program wrote, or none.   */
static json_t *
read_plugins (const PluginCache *cache)
{
  json_t *root = NULL, *plugins = NULL;
  const char *program;

  if (plugin_path_is_safe ("cache", cache->file, NULL))
    root = json_load_file (cache->file, 0, NULL);
  program = json_string_value (json_object_get (root, "program"));
  if (g_strcmp0 (program, cache->program) == 0)
    plugins = json_object_get (root, "plugins");
  plugins = json_is_object (plugins) ? json_incref (plugins)
                                     : json_object ();
  json_decref (root);
  return plugins;
}

PluginCache *
plugin_cache_open (void)
{
  PluginCache *cache = g_new0 (PluginCache, 1);
  g_autofree char *self = stamp ("/proc/self/exe");

  cache->file = g_build_filename (g_get_user_cache_dir (), "mdcore",
                                  "plugins.json", NULL);
  cache->program = g_strdup_printf ("%s %s", MDCORE_VERSION,
                                    self != NULL ? self : "");
  cache->plugins = read_plugins (cache);
  return cache;
}

char *
plugin_cache_get (PluginCache *cache, const char *path)
{
  json_t *entry = json_object_get (cache->plugins, path);
  const char *text = json_string_value (json_object_get (entry, "text"));
  const char *known = json_string_value (json_object_get (entry, "stamp"));
  const char *check = json_string_value (json_object_get (entry, "sum"));
  g_autofree char *now = stamp (path);
  g_autofree char *real = text != NULL ? sum (text) : NULL;

  if (real == NULL || now == NULL || g_strcmp0 (known, now) != 0
      || g_strcmp0 (check, real) != 0)
    return NULL;
  return g_strdup (text);
}

void
plugin_cache_put (PluginCache *cache, const PluginInfo *info)
{
  g_autofree char *now = stamp (info->path);
  g_autofree char *check = NULL;

  if (info->json == NULL || now == NULL)
    return;
  check = sum (info->json);
  json_object_set_new (cache->plugins, info->path,
                       json_pack ("{s:s, s:s, s:s}", "stamp", now, "sum",
                                  check, "text", info->json));
  cache->changed = TRUE;
}

static void
forget_gone (json_t *plugins)
{
  const char *path;
  json_t *entry;
  void *next;

  json_object_foreach_safe (plugins, next, path, entry) {
    if (!g_file_test (path, G_FILE_TEST_EXISTS))
      json_object_del (plugins, path);
  }
}

static void
write_cache (PluginCache *cache)
{
  g_autofree char *dir = g_path_get_dirname (cache->file);
  json_t *root;
  char *text;

  forget_gone (cache->plugins);
  root = json_pack ("{s:s, s:O}", "program", cache->program, "plugins",
                    cache->plugins);
  text = json_dumps (root, JSON_COMPACT);
  json_decref (root);
  if (text != NULL && g_mkdir_with_parents (dir, 0700) == 0) {
    /* Not worth an fsync; NONE would not cut a longer file off, though.    */
    g_unlink (cache->file);
    g_file_set_contents_full (cache->file, text, -1,
                              G_FILE_SET_CONTENTS_NONE, 0600, NULL);
  }
  free (text);
}

void
plugin_cache_close (PluginCache *cache)
{
  if (cache->changed)
    write_cache (cache);
  json_decref (cache->plugins);
  g_free (cache->file);
  g_free (cache->program);
  g_free (cache);
}
