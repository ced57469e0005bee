/* SPDX-License-Identifier: Apache-2.0
 *
 * prefix.c - paths relative to the running program, and its data files.
 */
#include "prefix.h"
#include "build-config.h"

#include <string.h>

char *
prefix_path (const char *relative)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *dir = program != NULL ? g_path_get_dirname (program) : NULL;
  g_autofree char *path = NULL;

  if (dir == NULL)
    return NULL;
  path = g_canonicalize_filename (relative, dir);
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return NULL;
  return g_steal_pointer (&path);
}

char *
prefix_data_folder (const char *kind)
{
  const char *data = g_getenv ("MDCORE_DATA_DIR");
  g_autofree char *ours = prefix_path (MDCORE_DATA_REL);

  if (data == NULL)
    data = ours != NULL ? ours : MDCORE_DATA_DIR;
  return g_build_filename (data, kind, NULL);
}

/* The user's own come first.  NULL-terminated (transfer full)              */
static char **
data_folders (const char *kind)
{
  char **folders = g_new0 (char *, 3);

  folders[0] = g_build_filename (g_get_user_config_dir (), "mdcore", kind,
                                 NULL);
  folders[1] = prefix_data_folder (kind);
  return folders;
}

static int
by_name (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

char **
prefix_data_names (const char *kind)
{
  g_auto (GStrv) folders = data_folders (kind);
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  GPtrArray *names = g_ptr_array_new ();

  for (char **folder = folders; *folder != NULL; folder++) {
    g_autoptr (GDir) dir = g_dir_open (*folder, 0, NULL);
    const char *file;

    while (dir != NULL && (file = g_dir_read_name (dir)) != NULL) {
      g_autofree char *name = NULL;

      if (!g_str_has_suffix (file, ".txt"))
        continue;
      name = g_strndup (file, strlen (file) - strlen (".txt"));
      if (!g_hash_table_contains (seen, name)) {
        g_hash_table_add (seen, name);
        g_ptr_array_add (names, g_steal_pointer (&name));
      }
    }
  }
  g_ptr_array_sort (names, by_name);
  g_ptr_array_add (names, NULL);
  return (char **) g_ptr_array_free (names, FALSE);
}

char *
prefix_data_file (const char *kind, const char *name)
{
  g_auto (GStrv) folders = data_folders (kind);
  g_autofree char *file = g_strconcat (name, ".txt", NULL);

  for (char **folder = folders; strchr (name, '/') == NULL && *folder != NULL;
       folder++) {
    g_autofree char *path = g_build_filename (*folder, file, NULL);

    if (g_file_test (path, G_FILE_TEST_EXISTS))
      return g_steal_pointer (&path);
  }
  return NULL;
}

char *
prefix_data_own (const char *kind, const char *name)
{
  g_auto (GStrv) folders = data_folders (kind);
  g_autofree char *file = NULL;

  if (name == NULL)
    return g_strdup (folders[0]);
  file = g_strconcat (name, ".txt", NULL);
  return g_build_filename (folders[0], file, NULL);
}
