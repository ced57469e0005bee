/* SPDX-License-Identifier: Apache-2.0
 *
 * new-plugin.c - a project out of the templates in share/mdcore/template.
 *
 * A template is the file itself, with @NAME@ and its like where the project
 * has its own word.
 */
#include "new-plugin.h"

#include "data/error.h"
#include "data/prefix.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#define NAME_MAX_LEN 64 /* as the loader has it */

typedef enum { FOR_ALL, FOR_PROVIDER, FOR_SINK } Kind;
typedef enum { IN_ANY, IN_C, IN_CPP } Language;

static const struct {
  const char *from, *to;
  Kind kind;
  Language language;
  int mode;
} templates[] = {
  { "provider.c.in", "@SOURCE@", FOR_PROVIDER, IN_C, 0644 },
  { "provider.cc.in", "@SOURCE@", FOR_PROVIDER, IN_CPP, 0644 },
  { "provider.ini.in", "@NAME@.ini", FOR_PROVIDER, IN_ANY, 0644 },
  { "provider.md.in", "@NAME@.md", FOR_PROVIDER, IN_ANY, 0644 },
  { "provider.sh.in", "tests/rows.sh", FOR_PROVIDER, IN_ANY, 0755 },
  { "sink.c.in", "@SOURCE@", FOR_SINK, IN_C, 0644 },
  { "sink.cc.in", "@SOURCE@", FOR_SINK, IN_CPP, 0644 },
  { "sink.ini.in", "@NAME@.ini", FOR_SINK, IN_ANY, 0644 },
  { "sink.md.in", "@NAME@.md", FOR_SINK, IN_ANY, 0644 },
  { "sink.sh.in", "tests/rows.sh", FOR_SINK, IN_ANY, 0755 },
  { "meson.build.in", "meson.build", FOR_ALL, IN_ANY, 0644 },
  { "check.yml.in", ".github/workflows/check.yml", FOR_ALL, IN_ANY, 0644 },
  { "gitignore.in", ".gitignore", FOR_ALL, IN_ANY, 0644 },
};

/* ---- the name --------------------------------------------------------- */

/* Targets that Meson keeps for itself, and the build's own folder.         */
static const char *const reserved[] = {
  "all", "benchmark", "build", "clean", "coverage", "dist", "install",
  "meson", "reconfigure", "scan-build", "test", "tests", "uninstall", NULL
};

static gboolean
name_is_good (const char *name)
{
  gsize len = strlen (name);

  return len <= NAME_MAX_LEN && g_ascii_islower (*name)
         && strspn (name, "abcdefghijklmnopqrstuvwxyz0123456789-") == len;
}

static gboolean
check_name (const char *name, GError **error)
{
  if (!name_is_good (name)) {
    g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE,
                 "new-plugin: \"%s\" is no plugin name: a lower-case letter, "
                 "then lower-case letters, digits and '-', at most %d", name,
                 NAME_MAX_LEN);
    return FALSE;
  }
  if (g_strv_contains (reserved, name)) {
    g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE,
                 "new-plugin: \"%s\" means something else to the build; "
                 "choose another name", name);
    return FALSE;
  }
  return TRUE;
}

/* ---- the files -------------------------------------------------------- */

typedef struct {
  char *path, *text;
  int mode;
} File;

static void
file_free (gpointer data)
{
  File *file = data;

  g_free (file->path);
  g_free (file->text);
  g_free (file);
}

/* (transfer full)                                                          */
static char *
fill_in (const NewPlugin *plugin, const char *template)
{
  g_autofree char *source
    = g_strconcat (plugin->name, plugin->cpp ? ".cc" : ".c", NULL);
  GString *text = g_string_new (template);

  g_string_replace (text, "@NAME@", plugin->name, 0);
  g_string_replace (text, "@SOURCE@", source, 0);
  g_string_replace (text, "@LANG@", plugin->cpp ? "cpp" : "c", 0);
  g_string_replace (text, "@STD@", plugin->cpp ? "cpp_std=c++11" : "c_std=c99",
                    0);
  return g_string_free (text, FALSE);
}

static gboolean
is_wanted (const NewPlugin *plugin, gsize i)
{
  Kind kind = plugin->sink ? FOR_SINK : FOR_PROVIDER;
  Language language = plugin->cpp ? IN_CPP : IN_C;

  return (templates[i].kind == FOR_ALL || templates[i].kind == kind)
         && (templates[i].language == IN_ANY
             || templates[i].language == language);
}

static gboolean
read_template (const NewPlugin *plugin, const char *folder, gsize i,
               GPtrArray *files, GError **error)
{
  g_autofree char *path = g_build_filename (folder, templates[i].from, NULL);
  g_autofree char *text = NULL, *name = fill_in (plugin, templates[i].to);
  g_autoptr (GError) local = NULL;
  File *file;

  if (!g_file_get_contents (path, &text, NULL, &local)) {
    g_set_error (error, CORE_ERROR, CORE_ERROR_IO,
                 "new-plugin: a template is missing: %s; install mdcore's SDK "
                 "anew, or say in MDCORE_DATA_DIR where its files are",
                 local->message);
    return FALSE;
  }
  file = g_new0 (File, 1);
  file->path = g_build_filename (plugin->name, name, NULL);
  file->text = fill_in (plugin, text);
  file->mode = templates[i].mode;
  g_ptr_array_add (files, file);
  return TRUE;
}

static gboolean
write_file (const File *file, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (file->path);
  g_autoptr (GError) local = NULL;

  g_mkdir_with_parents (folder, 0755);
  if (g_file_set_contents_full (file->path, file->text, -1,
                                G_FILE_SET_CONTENTS_NONE, file->mode, &local))
    return TRUE;
  g_set_error (error, CORE_ERROR, CORE_ERROR_IO, "new-plugin: %s",
               local->message);
  return FALSE;
}

static gboolean
make_folder (const char *name, GError **error)
{
  if (g_mkdir (name, 0755) == 0)
    return TRUE;
  if (errno == EEXIST)
    g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE,
                 "new-plugin: there is a %s here already; nothing was "
                 "written, choose another name or folder", name);
  else
    g_set_error (error, CORE_ERROR, CORE_ERROR_IO,
                 "new-plugin: the folder %s cannot be made: %s", name,
                 g_strerror (errno));
  return FALSE;
}

gboolean
new_plugin_write (const NewPlugin *plugin, GError **error)
{
  g_autofree char *folder = prefix_data_folder ("template");
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (file_free);

  if (!check_name (plugin->name, error))
    return FALSE;
  /* All are read before anything is written.                               */
  for (gsize i = 0; i < G_N_ELEMENTS (templates); i++) {
    if (is_wanted (plugin, i)
        && !read_template (plugin, folder, i, files, error))
      return FALSE;
  }
  if (!make_folder (plugin->name, error))
    return FALSE;
  for (guint i = 0; i < files->len; i++) {
    if (!write_file (g_ptr_array_index (files, i), error))
      return FALSE;
  }
  return TRUE;
}
