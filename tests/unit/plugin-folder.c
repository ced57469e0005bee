/* SPDX-License-Identifier: Apache-2.0
 *
 * plugin-folder.c - what the tests of core/plugin share.
 */
#include "plugin-folder.h"

#include <glib/gstdio.h>
#include <string.h>

char *
plugin_corpus (const char *name)
{
  g_autofree char *file = g_strconcat (name, ".so", NULL);

  return g_build_filename (g_getenv ("MDCORE_TEST_BAD_PLUGINS"), file, NULL);
}

char *
folder_path (const Folder *folder, const char *name)
{
  return g_build_filename (folder->dir, name, NULL);
}

void
folder_put (const char *path, const void *bytes, gsize len, int mode)
{
  g_assert_true (g_file_set_contents (path, bytes, len, NULL));
  g_assert_cmpint (g_chmod (path, mode), ==, 0);
}

char *
folder_put_plugin (const Folder *folder, const char *which, const char *as)
{
  g_autofree char *from = plugin_corpus (which), *bytes = NULL;
  char *to = folder_path (folder, as);
  gsize len;

  g_assert_true (g_file_get_contents (from, &bytes, &len, NULL));
  folder_put (to, bytes, len, 0755);
  return to;
}

void
folder_set_up (Folder *folder, gconstpointer data)
{
  folder->dir = g_dir_make_tmp ("mdcore-plugin-XXXXXX", NULL);
  g_assert_nonnull (folder->dir);
}

void
folder_remove (const char *dir)
{
  GDir *list = g_dir_open (dir, 0, NULL);
  const char *name;

  while (list != NULL && (name = g_dir_read_name (list)) != NULL) {
    g_autofree char *path = g_build_filename (dir, name, NULL);

    if (g_file_test (path, G_FILE_TEST_IS_DIR)
        && !g_file_test (path, G_FILE_TEST_IS_SYMLINK))
      folder_remove (path);
    else
      g_unlink (path);
  }
  if (list != NULL)
    g_dir_close (list);
  g_rmdir (dir);
}

void
folder_tear_down (Folder *folder, gconstpointer data)
{
  folder_remove (folder->dir);
  g_free (folder->dir);
}

char *
plugin_error (const char *path)
{
  g_autoptr (GError) error = NULL;
  PluginInfo *info = plugin_examine (path, NULL, &error);
  char *text;

  g_assert_no_error (error);
  text = g_strdup (info->error);
  plugin_info_free (info);
  return text;
}

/* This machine may have plugins installed.                                 */
guint
infos_under (GPtrArray *infos, const char *dir)
{
  guint n = 0;

  for (guint i = 0; i < infos->len; i++) {
    const PluginInfo *info = g_ptr_array_index (infos, i);

    n += g_str_has_prefix (info->path, dir);
  }
  return n;
}

void
assert_says (const char *text, const char *part)
{
  if (text == NULL || strstr (text, part) == NULL)
    g_error ("\"%s\" does not say \"%s\"", text, part);
}

PluginInfo *
infos_find (GPtrArray *infos, const char *name)
{
  for (guint i = 0; i < infos->len; i++) {
    PluginInfo *info = g_ptr_array_index (infos, i);

    if (strcmp (info->name, name) == 0 && info->shadowed_by == NULL)
      return info;
  }
  g_error ("no plugin %s", name);
}

int
plugin_test_main (int argc, char **argv, void (*add_tests) (void))
{
  g_autofree char *home = NULL;
  int status;

  if (argc > 2 && strcmp (argv[1], "__examine") == 0)
    return plugin_examine_main ((const char *const *) argv + 2);
  home = g_dir_make_tmp ("mdcore-home-XXXXXX", NULL);
  g_setenv ("HOME", home, TRUE);
  g_setenv ("XDG_CACHE_HOME", home, TRUE);
  g_unsetenv ("MDCORE_PLUGIN_PATH");
  g_test_init (&argc, &argv, NULL);
  add_tests ();
  status = g_test_run ();
  folder_remove (home);
  return status;
}
