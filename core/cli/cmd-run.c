/* SPDX-License-Identifier: Apache-2.0
 *
 * cmd-run.c - `mdcore run JOB...`: brings the store to what the jobs ask for.
 */
#include "cmd.h"
#include "data/interval.h"
#include "run-job.h"

/* The worst status of several jobs is the status of all.                   */
static int
run_files (Cli *cli, char **files, const RunOptions *options)
{
  const JobOverrides overrides = { (const char *const *) cli->sets,
                                   cli->store };
  int worst = EXIT_DONE;

  for (char **file = files; *file != NULL; file++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (Job) job = job_load (*file, &overrides, &error);
    int status = job != NULL ? job_run (cli, job, options)
                             : cli_fail (g_steal_pointer (&error));

    if (status > 128)
      return status;
    if (worst == EXIT_DONE || (worst == EXIT_PARTIAL && status != EXIT_DONE))
      worst = status;
  }
  return worst;
}

int
cmd_run (Cli *cli, int argc, char **argv)
{
  g_autofree char *refetch = NULL, *wait = NULL, *record = NULL,
                  *replay = NULL;
  const GOptionEntry entries[] = {
    { "refetch", 0, 0, G_OPTION_ARG_STRING, &refetch,
      "Ask again for this range, held or not", "FROM/TO" },
    { "wait", 0, 0, G_OPTION_ARG_STRING, &wait,
      "How long to wait for another writer (10m)", "DURATION" },
    { "record", 0, 0, G_OPTION_ARG_FILENAME, &record,
      "Write every exchange with the vendor to this file", "FILE" },
    { "replay", 0, 0, G_OPTION_ARG_FILENAME, &replay,
      "Answer from this recording instead of the vendor", "FILE" },
    { NULL }
  };
  g_autoptr (GError) error = NULL;
  RunOptions options;

  run_options_init (&options);
  if (!cli_parse (cli, "run", entries, &argc, &argv, &error)
      || (refetch != NULL && !run_options_refetch (&options, refetch, &error))
      || (wait != NULL && !duration_parse (wait, &options.wait, &error)))
    return cli_fail (g_steal_pointer (&error));
  if (argc < 2) {
    g_set_error (&error, CORE_ERROR, CORE_ERROR_USAGE,
                 "run: which job?  `mdcore run JOB.ini...`");
    return cli_fail (g_steal_pointer (&error));
  }
  if (record != NULL || replay != NULL) {
    options.mode = record != NULL ? NET_RECORD : NET_REPLAY;
    options.exchanges = record != NULL ? record : replay;
  }
  return run_files (cli, argv + 1, &options);
}
