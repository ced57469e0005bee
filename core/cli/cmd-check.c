/* SPDX-License-Identifier: Apache-2.0
 *
 * cmd-check.c - `mdcore check JOB...`: everything that can be known about a
 * job before the vendor is asked.
 */
#include "cmd.h"
#include "out.h"
#include "run-job.h"

#include <stdio.h>
#include <string.h>

/* ---- what is checked ---------------------------------------------------- */

/* (transfer full); NULL with the faults.                                   */
static Job *
check_job (Cli *cli, const char *file, GError **error)
{
  g_autoptr (Job) job = cli_load_job (cli, file, error);
  PreparedJob prepared;
  RunOptions options;

  if (job == NULL)
    return NULL;
  run_options_init (&options);
  if (!job_prepare (cli, job, &options, &prepared, error))
    return NULL;
  prepared_job_clear (&prepared);
  return g_steal_pointer (&job);
}

/* ---- what is told ------------------------------------------------------- */

static void
print_ok (const char *file, const Job *job)
{
  g_autofree char *datasets = g_strjoinv (", ", job->datasets);
  g_autofree char *schemas = g_strjoinv (", ", job->schemas);
  g_autofree char *from = out_time (job->start);
  g_autofree char *to = job->end != MD_ABSENT ? out_time (job->end)
                                              : g_strdup ("now");

  printf ("%s: ok: %s %s %s, ", file, job->provider, datasets, schemas);
  if (job->selector == MD_SELECT_ALL)
    printf ("all symbols");
  else if (job->symbols[1] == NULL)
    printf ("%s", job->symbols[0]);
  else
    printf ("%u symbols", g_strv_length (job->symbols));
  for (guint i = 0; i < job->universes->len; i++)
    printf ("%s%s", i == 0 ? " (" : "; ",
            (char *) g_ptr_array_index (job->universes, i));
  printf ("%s, %s to %s, store %s\n", job->universes->len > 0 ? ")" : "", from,
          to, job->store_path);
}

static json_t *
ok_to_json (const char *file, const Job *job)
{
  json_t *object = json_object ();

  out_set_text (object, "file", file);
  json_object_set_new (object, "ok", json_true ());
  out_set_text (object, "job", job->name);
  out_set_text (object, "provider", job->provider);
  json_object_set_new (object, "datasets", out_texts (job->datasets, -1));
  json_object_set_new (object, "schemas", out_texts (job->schemas, -1));
  json_object_set_new (object, "symbols", out_texts (job->symbols, -1));
  out_set_time (object, "start", job->start);
  out_set_time (object, "end", job->end);
  out_set_text (object, "store", job->store_path);
  return object;
}

static json_t *
faults_to_json (const char *file, const GError *error)
{
  g_auto (GStrv) faults = g_strsplit (error->message, "\n", -1);
  json_t *object = json_object ();

  out_set_text (object, "file", file);
  json_object_set_new (object, "ok", json_false ());
  json_object_set_new (object, "faults", out_texts (faults, -1));
  return object;
}

static int
check_one (Cli *cli, const char *file, json_t *list)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Job) job = check_job (cli, file, &error);
  int status = EXIT_DONE;

  if (job != NULL) {
    json_array_append_new (list, ok_to_json (file, job));
    if (!cli->json)
      print_ok (file, job);
    return EXIT_DONE;
  }
  json_array_append_new (list, faults_to_json (file, error));
  status = error_exit_status (error);
  if (!cli->json)
    cli_fail (g_steal_pointer (&error));
  return status;
}

int
cmd_check (Cli *cli, int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  json_t *list;
  int worst = EXIT_DONE;

  if (!cli_parse (cli, "check", NULL, &argc, &argv, &error))
    return cli_fail (g_steal_pointer (&error));
  if (argc < 2)
    return cli_usage ("check", "which job?");
  list = json_array ();
  for (int i = 1; i < argc; i++) {
    int status = check_one (cli, argv[i], list);

    worst = worst == EXIT_DONE ? status : worst;
  }
  if (cli->json)
    out_print_json (json_incref (list));
  json_decref (list);
  return worst;
}
