/* SPDX-License-Identifier: Apache-2.0
 *
 * cmd-config.c - `mdcore config show JOB`: what a job means, key by key, and
 * where each value came from; `mdcore config keys`: what a file may hold.
 */
#include "cmd.h"
#include "out.h"
#include "plugin/plugin.h"

#include <stdio.h>
#include <string.h>

/* ---- values ------------------------------------------------------------- */

/* What `config show` prints, in its order.                                 */
typedef struct {
  GPtrArray *values;    /* of ConfigValue, borrowed                         */
  GPtrArray *described; /* the plugins' groups, which own theirs            */
} Shown;

/* Secret is what the plugin declares so; all of it when it cannot be asked. */
static void
add_plugin_group (Cli *cli, const Job *job, const char *group,
                  const char *plugin_name, Shown *shown)
{
  g_autoptr (GError) error = NULL;
  const Plugin *plugin = plugin_load (plugin_name, cli->plugin_path, &error);
  GPtrArray *values;

  if (plugin == NULL)
    fprintf (stderr, "mdcore: [%s] is masked: %s\n", group, error->message);
  values = job_describe_keys (job, group,
                              plugin != NULL ? plugin->desc.keys : NULL,
                              plugin != NULL ? plugin->desc.n_keys : 0);
  g_ptr_array_add (shown->described, values);
  g_ptr_array_extend (shown->values, values, NULL, NULL);
}

static void
add_own_groups (const Job *job, gboolean the_job_group, Shown *shown)
{
  for (guint i = 0; i < job->settings->len; i++) {
    const ConfigValue *value = g_ptr_array_index (job->settings, i);

    if (strcmp (value->group, "provider") != 0
        && !g_str_has_prefix (value->group, "sink:")
        && (strcmp (value->group, "job") == 0) == the_job_group)
      g_ptr_array_add (shown->values, (gpointer) value);
  }
}

static Shown
all_values (Cli *cli, const Job *job)
{
  Shown shown = { g_ptr_array_new (),
                  g_ptr_array_new_with_free_func (
                    (GDestroyNotify) g_ptr_array_unref) };

  add_own_groups (job, TRUE, &shown);
  add_plugin_group (cli, job, "provider", job->provider, &shown);
  add_own_groups (job, FALSE, &shown);
  for (guint i = 0; i < job->sinks->len; i++) {
    const SinkConfig *sink = g_ptr_array_index (job->sinks, i);
    g_autofree char *group = g_strconcat ("sink:", sink->name, NULL);

    add_plugin_group (cli, job, group, sink->type, &shown);
  }
  return shown;
}

/* ---- show --------------------------------------------------------------- */

static const char *
masked (const ConfigValue *value)
{
  return value->secret ? "***" : value->value;
}

/* A reference is not the secret, and says where to look for it.            */
static char *
origin_text (const ConfigValue *value)
{
  const char *text = value->value;
  gsize len = strlen (text);
  gboolean reference = g_str_has_prefix (text, "${")
                       && strchr (text, '}') == text + len - 1;

  return value->secret && reference
           ? g_strdup_printf ("%s, %s", value->origin, text)
           : g_strdup (value->origin);
}

static void
print_text (const GPtrArray *values, gboolean with_origin)
{
  const char *group = "";

  for (guint i = 0; i < values->len; i++) {
    const ConfigValue *value = g_ptr_array_index (values, i);
    g_autofree char *safe = out_safe (masked (value));
    g_autofree char *pair = g_strdup_printf ("%s = %s", value->key, safe);
    g_autofree char *origin = origin_text (value);

    if (strcmp (group, value->group) != 0)
      printf ("%s[%s]\n", i > 0 ? "\n" : "", value->group);
    group = value->group;
    if (with_origin)
      printf ("%-40s <- %s\n", pair, origin);
    else
      puts (pair);
  }
}

static void
print_json (const GPtrArray *values)
{
  json_t *list = json_array ();

  for (guint i = 0; i < values->len; i++) {
    const ConfigValue *value = g_ptr_array_index (values, i);
    g_autofree char *origin = origin_text (value);
    json_t *object = json_object ();

    out_set_text (object, "group", value->group);
    out_set_text (object, "key", value->key);
    out_set_text (object, "value", masked (value));
    out_set_text (object, "origin", origin);
    json_object_set_new (object, "secret", json_boolean (value->secret));
    json_array_append_new (list, object);
  }
  out_print_json (list);
}

static int
show (Cli *cli, const char *path, gboolean with_origin)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Job) job = cli_load_job (cli, path, &error);
  Shown shown;

  if (job == NULL)
    return cli_fail (g_steal_pointer (&error));
  shown = all_values (cli, job);
  if (cli->json)
    print_json (shown.values);
  else
    print_text (shown.values, with_origin);
  g_ptr_array_unref (shown.values);
  g_ptr_array_unref (shown.described);
  return EXIT_DONE;
}

/* ---- keys --------------------------------------------------------------- */

static char *
full_key (const ConfKey *key)
{
  return g_strconcat (key->key, (key->flags & CONF_PREFIX) != 0 ? "NAME" : "",
                      NULL);
}

static char *
full_group (const ConfKey *key)
{
  return g_strdup (strcmp (key->group, "sink") == 0 ? "sink:NAME"
                                                    : key->group);
}

static void
print_keys_json (void)
{
  json_t *list = json_array ();

  for (const ConfKey *key = config_keys (); key->group != NULL; key++) {
    g_autofree char *name = full_key (key), *group = full_group (key);
    json_t *object = json_object ();

    out_set_text (object, "group", group);
    out_set_text (object, "key", name);
    out_set_text (object, "type", config_type_name (key->type));
    out_set_text (object, "default", key->dflt);
    out_set_text (object, "choices", key->choices);
    json_object_set_new (object, "required",
                         json_boolean ((key->flags & CONF_REQUIRED) != 0));
    out_set_text (object, "doc", key->doc);
    json_array_append_new (list, object);
  }
  out_print_json (list);
}

static void
print_keys_text (void)
{
  static const char *const headings[] = { "GROUP", "KEY", "TYPE", "DEFAULT",
                                          "MEANING", NULL };
  OutTable *table = out_table_new (headings);

  for (const ConfKey *key = config_keys (); key->group != NULL; key++) {
    g_autofree char *name = full_key (key), *group = full_group (key);

    out_table_add (table, group, name,
                   key->choices != NULL ? key->choices
                                        : config_type_name (key->type),
                   key->dflt != NULL                      ? key->dflt
                   : (key->flags & CONF_REQUIRED) != 0 ? "(required)"
                                                       : "",
                   key->doc, NULL);
  }
  out_table_print (table);
}

int
cmd_config (Cli *cli, int argc, char **argv)
{
  gboolean origin = FALSE;
  const GOptionEntry entries[] = {
    { "origin", 0, 0, G_OPTION_ARG_NONE, &origin,
      "Say where each value came from", NULL },
    { NULL }
  };
  g_autoptr (GError) error = NULL;

  if (!cli_parse (cli, "config", entries, &argc, &argv, &error))
    return cli_fail (g_steal_pointer (&error));
  if (argc == 3 && strcmp (argv[1], "show") == 0)
    return show (cli, argv[2], origin);
  if (argc != 2 || strcmp (argv[1], "keys") != 0)
    return cli_usage ("config", "write `config show JOB` or `config keys`");
  if (cli->json)
    print_keys_json ();
  else
    print_keys_text ();
  return EXIT_DONE;
}
