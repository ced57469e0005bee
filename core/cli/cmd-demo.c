/* SPDX-License-Identifier: Apache-2.0
 *
 * cmd-demo.c - `mdcore demo`: the whole way of made-up data in a folder of
 * its own, without key or network, and what to type next.
 *
 * It writes an ordinary job file and runs it as `mdcore run` would, so that
 * everything that it shows can be done by hand.
 */
#include "cmd.h"
#include "demo-show.h"
#include "run-job.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

static const char job_text[] =
  "# Written by `mdcore demo`: made-up prices, no key, no network.\n"
  "[job]\n"
  "name = demo\n"
  "provider = fake\n"
  "dataset = made-up\n"
  "schema = ohlcv-1m\n"
  "symbols = ACME, BOLT\n"
  "start = 2024-01-01\n"
  "end = 2025-01-01\n"
  "\n"
  "[store]\n"
  "path = store\n";

static gboolean
is_empty (const char *dir)
{
  g_autoptr (GDir) list = g_dir_open (dir, 0, NULL);

  return list != NULL && g_dir_read_name (list) == NULL;
}

/* A folder that is new, empty or an earlier demonstration's.               */
static gboolean
prepare_folder (const char *dir, const char *job_file, GError **error)
{
  if (g_file_test (job_file, G_FILE_TEST_EXISTS))
    return TRUE;
  if (g_mkdir_with_parents (dir, 0755) != 0) {
    g_set_error (error, CORE_ERROR, CORE_ERROR_IO,
                 "demo: the folder %s cannot be made: %s; name another with "
                 "--dir", dir, g_strerror (errno));
    return FALSE;
  }
  if (!is_empty (dir)) {
    g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE,
                 "demo: %s holds other things; name a new folder with --dir",
                 dir);
    return FALSE;
  }
  return g_file_set_contents (job_file, job_text, -1, error);
}

static void
announce (const Cli *cli, const char *dir)
{
  if (!cli->json)
    printf ("A year of made-up minute bars of two symbols, in %s\n\n", dir);
  fflush (stdout);
}

static int
run_demo (Cli *cli, const char *dir, const char *job_file, GError **error)
{
  const JobOverrides overrides = { (const char *const *) cli->sets,
                                   cli->store };
  g_autoptr (Job) job = job_load (job_file, &overrides, error);
  RunOptions options;
  int status;

  if (job == NULL)
    return EXIT_USAGE;
  announce (cli, dir);
  run_options_init (&options);
  status = job_run (cli, job, &options);
  if (status == EXIT_DONE && !cli->json)
    demo_show (cli, job, job_file, error);
  return status;
}

int
cmd_demo (Cli *cli, int argc, char **argv)
{
  g_autofree char *folder = NULL, *dir = NULL, *job_file = NULL;
  const GOptionEntry entries[] = {
    { "dir", 0, 0, G_OPTION_ARG_FILENAME, &folder,
      "Where to do it (mdcore-demo)", "DIR" },
    { NULL }
  };
  g_autoptr (GError) error = NULL;
  int status = EXIT_DONE;

  if (!cli_parse (cli, "demo", entries, &argc, &argv, &error))
    return cli_fail (g_steal_pointer (&error));
  if (argc > 1)
    return cli_usage ("demo", "takes no argument \"%s\"", argv[1]);
  dir = g_canonicalize_filename (folder != NULL ? folder : "mdcore-demo",
                                 NULL);
  job_file = g_build_filename (dir, "demo.ini", NULL);
  if (prepare_folder (dir, job_file, &error))
    status = run_demo (cli, dir, job_file, &error);
  return error != NULL ? cli_fail (g_steal_pointer (&error)) : status;
}
