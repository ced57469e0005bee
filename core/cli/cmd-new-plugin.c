/* SPDX-License-Identifier: Apache-2.0
 *
 * cmd-new-plugin.c - `mdcore new-plugin NAME`: a project that works, and what
 * to type next, word for word.
 */
#include "cmd.h"
#include "new-plugin.h"
#include "out.h"

#include "data/prefix.h"

#include "build-config.h"

#include <stdio.h>
#include <string.h>

/* The name that finds this very program: a shell's, or the whole path.
 * (transfer full)                                                          */
static char *
own_name (void)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *found = g_find_program_in_path ("mdcore");
  g_autofree char *real
    = found != NULL ? g_canonicalize_filename (found, NULL) : NULL;

  if (self == NULL || g_strcmp0 (self, real) == 0)
    return g_strdup ("mdcore");
  return g_shell_quote (self);
}

/* Where pkg-config looks by itself, or is told to already.                 */
static gboolean
pkgconfig_is_known (const char *folder)
{
  const char *told = g_getenv ("PKG_CONFIG_PATH");
  g_auto (GStrv) known = g_strsplit (told != NULL ? told : "", ":", -1);

  return g_strv_contains ((const char *const *) known, folder)
         || g_str_has_prefix (folder, "/usr/lib/")
         || g_str_has_prefix (folder, "/usr/share/")
         || g_str_has_prefix (folder, "/usr/local/");
}

static void
add_pkgconfig (GPtrArray *steps)
{
  g_autofree char *folder = prefix_path (MDCORE_PKGCONFIG_REL);
  g_autofree char *quoted = folder != NULL ? g_shell_quote (folder) : NULL;

  if (folder != NULL && !pkgconfig_is_known (folder))
    g_ptr_array_add (steps, g_strconcat ("export PKG_CONFIG_PATH=", quoted,
                                         NULL));
}

/* (transfer full; of char *)                                               */
static GPtrArray *
next_steps (const NewPlugin *plugin)
{
  GPtrArray *steps = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *program = own_name ();
  const char *name = plugin->name;

  g_ptr_array_add (steps, g_strdup_printf ("cd %s", name));
  add_pkgconfig (steps);
  g_ptr_array_add (steps, g_strdup ("meson setup build"));
  g_ptr_array_add (steps, g_strdup ("meson compile -C build"));
  g_ptr_array_add (steps, g_strdup ("meson test -C build"));
  g_ptr_array_add (steps, g_strdup_printf ("%s conform build/%s.so", program,
                                           name));
  g_ptr_array_add (steps, g_strdup_printf (
    "install -D -m 755 -t ~/.local/lib/mdcore-1/plugins build/%s.so", name));
  g_ptr_array_add (steps, g_strdup_printf (
    "%s %s", program, plugin->sink ? "list-sinks" : "list-providers"));
  g_ptr_array_add (steps, g_strdup_printf ("%s run %s.ini", program, name));
  if (plugin->sink)
    g_ptr_array_add (steps, g_strdup ("cat journal.txt"));
  else
    g_ptr_array_add (steps, g_strdup_printf ("%s export %s.ini --format csv",
                                             program, name));
  return steps;
}

static void
print_next (const Cli *cli, const NewPlugin *plugin)
{
  g_autoptr (GPtrArray) steps = next_steps (plugin);

  if (cli->json) {
    json_t *answer = json_object ();

    out_set_text (answer, "folder", plugin->name);
    json_object_set_new (answer, "next", out_texts (steps->pdata,
                                                    steps->len));
    out_print_json (answer);
    return;
  }
  printf ("%s/ holds a %s that works. Next:\n\n", plugin->name,
          plugin->sink ? "sink" : "provider");
  for (guint i = 0; i < steps->len; i++)
    printf ("  %s\n", (char *) g_ptr_array_index (steps, i));
  printf ("\nThen put your own in %s/%s.%s, and say in %s.md what it does.\n",
          plugin->name, plugin->name, plugin->cpp ? "cc" : "c", plugin->name);
}

int
cmd_new_plugin (Cli *cli, int argc, char **argv)
{
  NewPlugin plugin = { 0 };
  g_autofree char *lang = NULL;
  const GOptionEntry entries[] = {
    { "sink", 0, 0, G_OPTION_ARG_NONE, &plugin.sink,
      "A sink instead of a provider", NULL },
    { "lang", 0, 0, G_OPTION_ARG_FILENAME, &lang, "c (default) or cpp",
      "LANG" },
    { NULL }
  };
  g_autoptr (GError) error = NULL;

  if (!cli_parse (cli, "new-plugin", entries, &argc, &argv, &error))
    return cli_fail (g_steal_pointer (&error));
  if (argc != 2)
    return cli_usage ("new-plugin", "give the plugin one name");
  if (lang != NULL && strcmp (lang, "c") != 0 && strcmp (lang, "cpp") != 0)
    return cli_usage ("new-plugin", "--lang %s: must be c or cpp", lang);
  plugin.name = argv[1];
  plugin.cpp = g_strcmp0 (lang, "cpp") == 0;
  if (!new_plugin_write (&plugin, &error))
    return cli_fail (g_steal_pointer (&error));
  print_next (cli, &plugin);
  return EXIT_DONE;
}
