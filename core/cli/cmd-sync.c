/* SPDX-License-Identifier: Apache-2.0
 *
 * cmd-sync.c - `mdcore sync JOB...`: brings the jobs' sinks to what the store
 * holds, without asking the vendor; and `mdcore compact JOB...`.
 */
#include "cmd.h"
#include "data/interval.h"
#include "out.h"
#include "run-job.h"

#include <stdio.h>
#include <string.h>

typedef GPtrArray *(*SinksWork) (const EngineInput *input);

/* The provider is not asked, so its keys need not be there.                */
static gboolean
prepare (Cli *cli, Job *job, PreparedJob *prepared, GError **error)
{
  const Plugin *provider;

  *prepared = (PreparedJob) { .input = { .job = job,
                                         .cancel = &cli->cancel } };
  if (job->sinks->len == 0) {
    g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE,
                 "%s names no sink: write `sinks = NAME` in [job] and a group "
                 "[sink:NAME] with a type", job->file);
    return FALSE;
  }
  if (!job_prepare_sinks (cli, job, prepared, error))
    return FALSE;
  if (job->datasets[0] != NULL)
    return TRUE;
  provider = plugin_load (job->provider, cli->plugin_path, error);
  return provider != NULL && job_fill_dataset (job, provider, error);
}

static int
status_of (const GPtrArray *entries, const Cli *cli)
{
  if (cancel_requested (&cli->cancel))
    return 128 + cli->cancel.requested;
  for (guint i = 0; i < entries->len; i++) {
    const SinkEntry *entry = entries->pdata[i];

    if (strcmp (entry->status, "failed") == 0)
      return EXIT_PARTIAL;
  }
  return EXIT_DONE;
}

static int
work_on (Cli *cli, PreparedJob *prepared, gint64 wait, SinksWork work,
         GError **error)
{
  g_autofree char *path = cli_store_path (cli, prepared->input.job);
  g_autoptr (GPtrArray) entries = NULL;
  Store *look = store_open (path, STORE_READ, error);

  if (look == NULL)
    return -1;
  store_close (look);
  prepared->input.store = store_open_for_writing (cli, path, wait, error);
  if (prepared->input.store == NULL)
    return -1;
  entries = work (&prepared->input);
  if (cli->json)
    out_print_json (sinks_to_json (entries));
  else
    sinks_print (entries);
  return status_of (entries, cli);
}

static int
work_on_file (Cli *cli, const char *file, gint64 wait, SinksWork work)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Job) job = cli_load_job (cli, file, &error);
  PreparedJob prepared = { 0 };
  int status = -1;

  if (job != NULL && prepare (cli, job, &prepared, &error))
    status = work_on (cli, &prepared, wait, work, &error);
  prepared_job_clear (&prepared);
  return status >= 0 ? status : cli_fail (g_steal_pointer (&error));
}

static int
work_on_files (Cli *cli, int argc, char **argv, SinksWork work)
{
  const char *command = argv[0];
  g_autofree char *wait_text = NULL;
  const GOptionEntry entries[] = {
    { "wait", 0, 0, G_OPTION_ARG_STRING, &wait_text,
      "How long to wait for another writer (10m)", "DURATION" },
    { NULL }
  };
  g_autoptr (GError) error = NULL;
  RunOptions options;
  int worst = EXIT_DONE;

  run_options_init (&options);
  if (!cli_parse (cli, command, entries, &argc, &argv, &error)
      || (wait_text != NULL
          && !duration_parse (wait_text, &options.wait, &error)))
    return cli_fail (g_steal_pointer (&error));
  if (argc < 2)
    return cli_usage (command, "which job?");
  for (int i = 1; i < argc; i++) {
    int status = work_on_file (cli, argv[i], options.wait, work);

    if (status > 128)
      return status;
    worst = worst == EXIT_DONE ? status : worst;
  }
  return worst;
}

int
cmd_sync (Cli *cli, int argc, char **argv)
{
  return work_on_files (cli, argc, argv, engine_sync);
}

int
cmd_compact (Cli *cli, int argc, char **argv)
{
  return work_on_files (cli, argc, argv, engine_compact);
}
