/* SPDX-License-Identifier: Apache-2.0
 *
 * cmd-inspect.c - `mdcore inspect NAME|PATH`: everything that a plugin
 * declares, as KEY=VALUE lines for shell scripts.  With --online also what
 * only its vendor can say, as `online.KEY=VALUE`.
 *
 * The lines are the JSON laid flat: offers[0].schema is `offer.1.schema`, a
 * key's default `key.NAME.default`; lists of words are joined by ','; what
 * is not set has an empty value.
 */
#include "cmd.h"
#include "plugin-text.h"
#include "run-job.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print_value (const char *key, const json_t *value);

static void
print_words (const char *key, const json_t *list)
{
  const json_t *one;
  size_t i;

  printf ("%s=", key);
  json_array_foreach (list, i, one)
    printf ("%s%s", i > 0 ? "," : "", json_string_value (one));
  putchar ('\n');
}

/* "keys" -> "key.base_url" where the elements have names, else "offer.1".  */
static void
print_objects (const char *key, const json_t *list)
{
  g_autofree char *one_key = g_strndup (key, strlen (key) - strlen ("s"));
  const json_t *one;
  size_t i;

  json_array_foreach (list, i, one) {
    const char *name = json_string_value (json_object_get (one, "name"));
    g_autofree char *number = g_strdup_printf ("%zu", i + 1);
    g_autofree char *path = g_strdup_printf (
      "%s.%s", one_key, name != NULL ? name : number);

    print_value (path, one);
  }
}

static void
print_object (const char *key, const json_t *object)
{
  const json_t *value;
  const char *name;

  json_object_foreach ((json_t *) object, name, value) {
    g_autofree char *path = *key != '\0'
      ? g_strdup_printf ("%s.%s", key, name) : g_strdup (name);

    print_value (path, value);
  }
}

static void
print_scalar (const char *key, const json_t *value)
{
  char *text;

  if (json_is_string (value))
    printf ("%s=%s\n", key, json_string_value (value));
  else if (json_is_boolean (value))
    printf ("%s=%s\n", key, json_is_true (value) ? "yes" : "no");
  else if (json_is_null (value))
    printf ("%s=\n", key);
  else {
    text = json_dumps (value, JSON_ENCODE_ANY | JSON_REAL_PRECISION (12));
    printf ("%s=%s\n", key, text);
    free (text);
  }
}

static void
print_value (const char *key, const json_t *value)
{
  if (json_is_object (value))
    print_object (key, value);
  else if (json_is_array (value)
           && json_is_object (json_array_get (value, 0)))
    print_objects (key, value);
  else if (json_is_array (value))
    print_words (key, value);
  else
    print_scalar (key, value);
}

/* ---- the vendor's own words -------------------------------------------- */

static void
on_fact (const char *name, const char *value, gpointer data)
{
  json_object_set_new (data, name, json_string (value));
}

/* The keys come from the user's file and the environment, as for `backfill`;
 * of the job that carries them nothing else counts.                         */
static json_t *
ask_vendor (Cli *cli, const char *plugin, const char *dataset,
            const char *schema, GError **error)
{
  static const char *const symbols[] = { "ANY", NULL };
  const JobOverrides overrides = { (const char *const *) cli->sets,
                                   cli->store };
  g_autoptr (Job) job = job_for_backfill (plugin, symbols, "any", "2000-01-01",
                                          NULL, &overrides, error);
  json_t *facts = json_object ();
  PreparedJob prepared;
  RunOptions options;
  gboolean fine;

  run_options_init (&options);
  fine = job != NULL && job_connect (cli, job, &options, &prepared, error);
  if (fine) {
    fine = engine_details (&prepared.input, dataset, schema, on_fact, facts,
                           error);
    prepared_job_clear (&prepared);
  }
  if (!fine)
    g_clear_pointer (&facts, json_decref);
  return facts;
}

/* ---- the command ------------------------------------------------------- */

typedef struct {
  gboolean online;
  char *dataset, *schema;
} InspectOptions;

static void
print_info (const Cli *cli, json_t *json)
{
  char *text = NULL;

  if (cli->json)
    puts (text = json_dumps (json, JSON_INDENT (2)));
  else
    print_object ("", json);
  free (text);
}

static gboolean
add_online (Cli *cli, const PluginInfo *info, const InspectOptions *options,
            json_t *json, GError **error)
{
  json_t *facts = ask_vendor (cli, info->path, options->dataset,
                              options->schema, error);

  if (facts != NULL)
    json_object_set_new (json, "online", facts);
  return facts != NULL;
}

static int
inspect (Cli *cli, const char *what, const InspectOptions *options)
{
  g_autoptr (GError) error = NULL;
  PluginInfo *info = plugin_examine (what, cli->plugin_path, &error);
  json_t *json;

  if (info == NULL)
    return cli_fail (g_steal_pointer (&error));
  json = plugin_info_json (info);
  if (info->error != NULL)
    g_set_error (&error, CORE_ERROR, CORE_ERROR_PLUGIN,
                 "plugin \"%s\" (%s) cannot be used: %s", info->name,
                 info->path, info->error);
  else if (options->online)
    add_online (cli, info, options, json, &error);
  /* What is declared is shown whatever became of the rest.                 */
  print_info (cli, json);
  json_decref (json);
  plugin_info_free (info);
  return error != NULL ? cli_fail (g_steal_pointer (&error)) : EXIT_DONE;
}

static gboolean
check_options (const InspectOptions *options, GError **error)
{
  if (options->schema == NULL || options->dataset != NULL)
    return TRUE;
  g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE,
               "inspect: --schema needs --dataset");
  return FALSE;
}

int
cmd_inspect (Cli *cli, int argc, char **argv)
{
  g_autofree char *dataset = NULL, *schema = NULL;
  InspectOptions options = { 0 };
  const GOptionEntry entries[] = {
    { "online", 0, 0, G_OPTION_ARG_NONE, &options.online,
      "Also ask the vendor, where that costs nothing", NULL },
    { "dataset", 0, 0, G_OPTION_ARG_STRING, &dataset,
      "With --online: schemas and prices of this dataset", "NAME" },
    { "schema", 0, 0, G_OPTION_ARG_STRING, &schema,
      "With --online and --dataset: fields of this schema", "NAME" },
    { NULL }
  };
  g_autoptr (GError) error = NULL;

  if (!cli_parse (cli, "inspect", entries, &argc, &argv, &error))
    return cli_fail (g_steal_pointer (&error));
  options.dataset = dataset;
  options.schema = schema;
  options.online |= dataset != NULL || schema != NULL;
  if (!check_options (&options, &error))
    return cli_fail (g_steal_pointer (&error));
  if (argc != 2)
    return cli_usage ("inspect", "name one plugin, or the path of its file");
  return inspect (cli, argv[1], &options);
}
