/* SPDX-License-Identifier: Apache-2.0
 *
 * cmd-inspect.c - `mdcore inspect NAME|PATH`: everything that a plugin
 * declares, as KEY=VALUE lines for shell scripts.
 *
 * The lines are the JSON laid flat: offers[0].schema is `offer.1.schema`, a
 * key's default `key.NAME.default`; lists of words are joined by ','; what
 * is not set has an empty value.
 */
#include "cmd.h"
#include "plugin-text.h"

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

static void
print_info (const Cli *cli, const PluginInfo *info)
{
  json_t *json = plugin_info_json (info);
  char *text = NULL;

  if (cli->json)
    puts (text = json_dumps (json, JSON_INDENT (2)));
  else
    print_object ("", json);
  free (text);
  json_decref (json);
}

static int
inspect (Cli *cli, const char *what)
{
  g_autoptr (GError) error = NULL;
  PluginInfo *info = plugin_examine (what, cli->plugin_path, &error);
  int status = EXIT_DONE;

  if (info == NULL)
    return cli_fail (g_steal_pointer (&error));
  print_info (cli, info);
  if (info->error != NULL) {
    g_set_error (&error, CORE_ERROR, CORE_ERROR_PLUGIN,
                 "plugin \"%s\" (%s) cannot be used: %s", info->name,
                 info->path, info->error);
    status = cli_fail (g_steal_pointer (&error));
  }
  plugin_info_free (info);
  return status;
}

int
cmd_inspect (Cli *cli, int argc, char **argv)
{
  g_autoptr (GError) error = NULL;

  if (!cli_parse (cli, "inspect", NULL, &argc, &argv, &error))
    return cli_fail (g_steal_pointer (&error));
  if (argc != 2)
    return cli_usage ("inspect", "name one plugin, or the path of its file");
  return inspect (cli, argv[1]);
}
