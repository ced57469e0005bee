/* SPDX-License-Identifier: Apache-2.0
 *
 * files.c - where plugins lie, and whether a file there may be trusted.
 *
 * Loading a module runs it, so whoever may write to the file, or swap it in
 * its folder, could do anything in our name.
 */
#include "private.h"

#include "build-config.h"
#include "data/nearest.h"
#include "data/prefix.h"

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER "mdcore-1/plugins"

void
plugin_file_free (PluginFile *file)
{
  g_free (file->name);
  g_free (file->path);
  g_free (file->dir);
  g_free (file);
}

/* ---- search path ------------------------------------------------------ */

static gboolean
is_listed (const GPtrArray *dirs, const struct stat *st)
{
  for (guint i = 0; i < dirs->len; i++) {
    struct stat other;

    if (stat (g_ptr_array_index (dirs, i), &other) == 0
        && other.st_dev == st->st_dev && other.st_ino == st->st_ino)
      return TRUE;
  }
  return FALSE;
}

/* The same folder under two names would shadow itself.                     */
static void
add_dir (GPtrArray *dirs, const char *dir)
{
  struct stat st;

  if (dir == NULL || *dir == '\0' || stat (dir, &st) != 0
      || !S_ISDIR (st.st_mode) || is_listed (dirs, &st))
    return;
  g_ptr_array_add (dirs, g_canonicalize_filename (dir, NULL));
}

static void
add_list (GPtrArray *dirs, const char *list)
{
  g_auto (GStrv) parts = list != NULL ? g_strsplit (list, ":", -1) : NULL;

  for (char **part = parts; part != NULL && *part != NULL; part++)
    add_dir (dirs, *part);
}

char **
plugin_search_path (const char *extra)
{
  GPtrArray *dirs = g_ptr_array_new ();
  g_autofree char *user = g_build_filename (g_get_home_dir (), ".local", "lib",
                                            FOLDER, NULL);
  g_autofree char *ours = prefix_path (MDCORE_PLUGIN_REL);

  add_list (dirs, extra);
  add_list (dirs, g_getenv ("MDCORE_PLUGIN_PATH"));
  add_dir (dirs, user);
  add_dir (dirs, "/usr/local/lib/" FOLDER);
  add_dir (dirs, ours);
  add_dir (dirs, MDCORE_PLUGIN_DIR);
  g_ptr_array_add (dirs, NULL);
  return (char **) g_ptr_array_free (dirs, FALSE);
}

/* ---- files ------------------------------------------------------------ */

char *
plugin_name_of_path (const char *path)
{
  g_autofree char *base = g_path_get_basename (path);

  if (*base == '.' || !g_str_has_suffix (base, ".so"))
    return NULL;
  return g_strndup (base, strlen (base) - strlen (".so"));
}

static PluginFile *
file_new (const char *path)
{
  g_autofree char *name = plugin_name_of_path (path);
  PluginFile *file;

  if (name == NULL || g_file_test (path, G_FILE_TEST_IS_DIR))
    return NULL;
  file = g_new0 (PluginFile, 1);
  file->name = g_steal_pointer (&name);
  file->path = g_canonicalize_filename (path, NULL);
  file->dir = g_path_get_dirname (file->path);
  return file;
}

static int
by_name (gconstpointer a, gconstpointer b)
{
  const PluginFile *const *x = a, *const *y = b;

  return strcmp ((*x)->name, (*y)->name);
}

static void
add_files (GPtrArray *files, const char *dir)
{
  g_autoptr (GDir) list = g_dir_open (dir, 0, NULL);
  g_autoptr (GPtrArray) here = g_ptr_array_new ();
  const char *base;

  while (list != NULL && (base = g_dir_read_name (list)) != NULL) {
    g_autofree char *path = g_build_filename (dir, base, NULL);
    PluginFile *file = file_new (path);

    if (file != NULL)
      g_ptr_array_add (here, file);
  }
  g_ptr_array_sort (here, by_name);
  for (guint i = 0; i < here->len; i++)
    g_ptr_array_add (files, g_ptr_array_index (here, i));
}

GPtrArray *
plugin_files (const char *extra)
{
  g_auto (GStrv) dirs = plugin_search_path (extra);
  GPtrArray *files = g_ptr_array_new_with_free_func (
    (GDestroyNotify) plugin_file_free);

  for (char **dir = dirs; *dir != NULL; dir++)
    add_files (files, *dir);
  return files;
}

/* ---- one of them ------------------------------------------------------ */

static void
fail_unknown (const char *name, const GPtrArray *files, const char *extra,
              GError **error)
{
  g_auto (GStrv) dirs = plugin_search_path (extra);
  g_autofree char *looked = g_strjoinv (", ", dirs);
  g_autofree const char **names = g_new0 (const char *, files->len + 1);
  g_autofree char *known = NULL;
  const char *nearest;
  guint n = 0;

  for (guint i = 0; i < files->len; i++) {
    const PluginFile *file = g_ptr_array_index (files, i);

    if (!g_strv_contains (names, file->name))
      names[n++] = file->name;
  }
  known = g_strjoinv (", ", (char **) names);
  nearest = nearest_name (name, names);
  g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE,
               "there is no plugin \"%s\"%s%s%s; known: %s; looked in: %s "
               "(--plugin-path DIR adds one)", name,
               nearest != NULL ? ", did you mean \"" : "",
               nearest != NULL ? nearest : "", nearest != NULL ? "\"?" : "",
               n > 0 ? known : "none",
               *dirs != NULL ? looked : "no folder, none exists");
}

static PluginFile *
find_path (const char *path, GError **error)
{
  PluginFile *file = NULL;

  if (g_file_test (path, G_FILE_TEST_EXISTS))
    file = file_new (path);
  else
    g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE,
                 "there is no file %s", path);
  if (file == NULL && (error == NULL || *error == NULL))
    g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE,
                 "%s is no plugin: a plugin is a file named NAME.so", path);
  return file;
}

PluginFile *
plugin_find (const char *name_or_path, const char *extra, GError **error)
{
  g_autoptr (GPtrArray) files = NULL;

  if (strchr (name_or_path, '/') != NULL)
    return find_path (name_or_path, error);
  files = plugin_files (extra);
  for (guint i = 0; i < files->len; i++) {
    const PluginFile *file = g_ptr_array_index (files, i);

    if (strcmp (file->name, name_or_path) == 0)
      return file_new (file->path);
  }
  fail_unknown (name_or_path, files, extra, error);
  return NULL;
}

/* ---- trust ------------------------------------------------------------ */

gboolean
plugin_path_is_safe (const char *what, const char *path, GError **error)
{
  g_autofree char *quoted = g_shell_quote (path);
  const struct passwd *owner;
  struct stat st;

  if (stat (path, &st) != 0)
    return refuse (error, "%s %s cannot be looked at: %s", what, path,
                   g_strerror (errno));
  if (st.st_mode & (S_IWGRP | S_IWOTH))
    return refuse (error, "%s %s may be written by %s, who could so run "
                   "anything as you; mend it with: chmod go-w %s", what, path,
                   st.st_mode & S_IWOTH ? "everybody" : "its group", quoted);
  if (st.st_uid == 0 || st.st_uid == geteuid ())
    return TRUE;
  owner = getpwuid (st.st_uid);
  return refuse (error, "%s %s belongs to %s (uid %u), who is neither root nor "
                 "you; mend it with: chown %u %s", what, path,
                 owner != NULL ? owner->pw_name : "somebody", st.st_uid,
                 geteuid (), quoted);
}

gboolean
plugin_file_is_safe (const char *path, GError **error)
{
  g_autofree char *dir = g_path_get_dirname (path);
  g_autofree char *target = realpath (path, NULL);
  g_autofree char *target_dir = NULL;

  if (!plugin_path_is_safe ("the file", path, error)
      || !plugin_path_is_safe ("the folder", dir, error))
    return FALSE;
  if (target == NULL || strcmp (target, path) == 0)
    return TRUE;
  /* Behind a link, the folder of the real file counts as well.             */
  target_dir = g_path_get_dirname (target);
  return plugin_path_is_safe ("the folder", target_dir, error);
}
