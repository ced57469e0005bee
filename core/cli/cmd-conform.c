/* SPDX-License-Identifier: Apache-2.0
 *
 * cmd-conform.c - `mdcore conform PLUGIN.so`: does it keep the rules?
 */
#include "cmd.h"
#include "conform/conform.h"
#include "out.h"

#include "data/interval.h"

#include <stdio.h>

static guint
count (const GPtrArray *results, ConformVerdict verdict)
{
  guint n = 0;

  for (guint i = 0; i < results->len; i++) {
    const ConformResult *result = g_ptr_array_index (results, i);

    n += result->verdict == verdict;
  }
  return n;
}

static void
print_json (const char *path, const GPtrArray *results)
{
  json_t *answer = json_object (), *list = json_array ();

  for (guint i = 0; i < results->len; i++) {
    const ConformResult *result = g_ptr_array_index (results, i);
    json_t *one = json_object ();

    out_set_text (one, "check", result->name);
    out_set_text (one, "promise", result->promise);
    out_set_text (one, "verdict", conform_verdict_name (result->verdict));
    out_set_text (one, "reason", result->text);
    json_array_append_new (list, one);
  }
  out_set_text (answer, "plugin", path);
  json_object_set_new (answer, "conforms",
                       json_boolean (count (results, CONFORM_FAIL) == 0));
  json_object_set_new (answer, "checks", list);
  out_print_json (answer);
}

/* A reason that many checks share is told once.                            */
static void
print_reason (const char *reason, const char **last)
{
  g_autofree char *text = out_safe (reason);

  printf ("%-8s%-11s %s\n", "", "",
          g_strcmp0 (reason, *last) == 0 ? "(as above)" : text);
  *last = reason;
}

static void
print_text (const GPtrArray *results)
{
  const char *last = NULL;

  for (guint i = 0; i < results->len; i++) {
    const ConformResult *result = g_ptr_array_index (results, i);

    printf ("%-6s  %-11s %s\n", conform_verdict_name (result->verdict),
            result->name, result->promise);
    if (result->text != NULL)
      print_reason (result->text, &last);
  }
  printf ("\n%u passed, %u skipped, %u waived, %u failed\n",
          count (results, CONFORM_PASS), count (results, CONFORM_SKIP),
          count (results, CONFORM_WAIVED), count (results, CONFORM_FAIL));
}

static int
conform (Cli *cli, ConformInput *input, const char *quirks)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) results = NULL;

  if (quirks != NULL) {
    input->quirks = conform_quirks_load (quirks, &error);
    if (input->quirks == NULL)
      return cli_fail (g_steal_pointer (&error));
  }
  results = conform_run (input);
  if (cli->json)
    print_json (input->path, results);
  else
    print_text (results);
  g_clear_pointer (&input->quirks, g_hash_table_unref);
  return count (results, CONFORM_FAIL) > 0 ? EXIT_FAILED : EXIT_DONE;
}

int
cmd_conform (Cli *cli, int argc, char **argv)
{
  g_autofree char *job = NULL, *recording = NULL, *quirks = NULL;
  g_autofree char *path = NULL, *timeout = NULL;
  ConformInput input = { .timeout = 60 * MD_SECOND };
  const GOptionEntry entries[] = {
    { "job", 0, 0, G_OPTION_ARG_FILENAME, &job,
      "What to ask (the plugin's example)", "JOB" },
    { "recording", 0, 0, G_OPTION_ARG_FILENAME, &recording,
      "Answers to that job, from `run --record`", "FILE" },
    { "quirks", 0, 0, G_OPTION_ARG_FILENAME, &quirks,
      "What it is known not to keep: lines \"CHECK: reason\"", "FILE" },
    { "timeout", 0, 0, G_OPTION_ARG_FILENAME, &timeout,
      "A check that is silent for so long hangs (60s)", "DURATION" },
    { NULL }
  };
  g_autoptr (GError) error = NULL;

  if (!cli_parse (cli, "conform", entries, &argc, &argv, &error))
    return cli_fail (g_steal_pointer (&error));
  if (argc != 2)
    return cli_usage ("conform", "name one plugin's file");
  if (recording != NULL && job == NULL)
    return cli_usage ("conform", "--recording needs the --job that was "
                      "recorded");
  path = g_canonicalize_filename (argv[1], NULL);
  if (!g_file_test (path, G_FILE_TEST_IS_REGULAR))
    return cli_usage ("conform", "there is no file %s", argv[1]);
  if (timeout != NULL && !duration_parse (timeout, &input.timeout, &error))
    return cli_fail (g_steal_pointer (&error));
  input.path = path;
  input.plugin_path = cli->plugin_path;
  input.job = job;
  input.recording = recording;
  input.sets = (const char *const *) cli->sets;
  return conform (cli, &input, quirks);
}
