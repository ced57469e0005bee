/* SPDX-License-Identifier: Apache-2.0
 *
 * cmd-backfill.c - `mdcore backfill PROVIDER SYMBOLS`: a job without a file.
 */
#include "cmd.h"
#include "run-job.h"

static char **
split_symbols (char **argv, int argc)
{
  GPtrArray *symbols = g_ptr_array_new ();

  for (int i = 0; i < argc; i++) {
    g_auto (GStrv) parts = g_strsplit (argv[i], ",", -1);

    for (char **part = parts; *part != NULL; part++) {
      char *symbol = g_strstrip (*part);

      if (*symbol != '\0')
        g_ptr_array_add (symbols, g_strdup (symbol));
    }
  }
  g_ptr_array_add (symbols, NULL);
  return (char **) g_ptr_array_free (symbols, FALSE);
}

int
cmd_backfill (Cli *cli, int argc, char **argv)
{
  g_autofree char *schema = NULL, *from = NULL, *to = NULL;
  const GOptionEntry entries[] = {
    { "schema", 's', 0, G_OPTION_ARG_STRING, &schema,
      "What to fetch, such as ohlcv-1h or trades", "SCHEMA" },
    { "from", 0, 0, G_OPTION_ARG_STRING, &from, "First time, inclusive",
      "TIME" },
    { "to", 0, 0, G_OPTION_ARG_STRING, &to, "Last time, exclusive (now)",
      "TIME" },
    { NULL }
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (Job) job = NULL;
  g_auto (GStrv) symbols = NULL;
  RunOptions options;

  run_options_init (&options);
  if (!cli_parse (cli, "backfill", entries, &argc, &argv, &error))
    return cli_fail (g_steal_pointer (&error));
  if (argc < 3) {
    g_set_error (&error, CORE_ERROR, CORE_ERROR_USAGE,
                 "backfill: which provider and symbols?  Such as `mdcore "
                 "backfill fake AAA --schema ohlcv-1h --from "
                 "2024-01-01`");
    return cli_fail (g_steal_pointer (&error));
  }
  symbols = split_symbols (argv + 2, argc - 2);
  job = job_for_backfill (argv[1], (const char *const *) symbols, schema, from,
                          to,
                          &(JobOverrides) { (const char *const *) cli->sets,
                                            cli->store },
                          &error);
  if (job == NULL)
    return cli_fail (g_steal_pointer (&error));
  return job_run (cli, job, &options);
}
