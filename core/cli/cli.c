/* SPDX-License-Identifier: Apache-2.0
 *
 * cli.c - what the subcommands share: options, failure, store path.
 */
#include "cli.h"

int
cli_fail (GError *error)
{
  int status = error_exit_status (error);

  g_printerr ("mdcore: %s\n", error->message);
  g_error_free (error);
  return status;
}

char *
cli_store_path (Cli *cli, const Job *job)
{
  if (cli->store != NULL)
    return g_strdup (cli->store);
  if (job != NULL && job->store_path != NULL)
    return g_strdup (job->store_path);
  return config_default_store ();
}

gboolean
cli_parse (Cli *cli, const char *name, const GOptionEntry *entries, int *argc,
           char ***argv, GError **error)
{
  const GOptionEntry common[] = {
    { "plugin-path", 0, 0, G_OPTION_ARG_STRING, &cli->plugin_path,
      "Look for plugins in these directories first", "DIR[:DIR]" },
    { "store", 0, 0, G_OPTION_ARG_FILENAME, &cli->store,
      "The store to use", "PATH" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &cli->json, "Answer as JSON", NULL },
    { "quiet", 'q', 0, G_OPTION_ARG_NONE, &cli->quiet, "No progress", NULL },
    { "set", 0, 0, G_OPTION_ARG_STRING_ARRAY, &cli->sets,
      "Override one setting of the job", "GROUP.KEY=VALUE" },
    { NULL }
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);

  if (entries != NULL)
    g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_add_main_entries (context, common, NULL);
  return g_option_context_parse (context, argc, argv, error);
}
