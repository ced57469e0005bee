/* SPDX-License-Identifier: Apache-2.0
 *
 * plugin-text.c - plugins as people and programs read them.
 */
#include "plugin-text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define get(object, name) json_object_get (object, name)
#define text_of(object, name) json_string_value (get (object, name))

json_t *
plugin_info_json (const PluginInfo *info)
{
  json_t *out = info->json != NULL ? json_loads (info->json, 0, NULL) : NULL;

  if (!json_is_object (out))
    out = json_object ();
  json_object_set_new (out, "name", json_string (info->name));
  json_object_set_new (out, "path", json_string (info->path));
  json_object_set_new (out, "shadowed_by", info->shadowed_by != NULL
                       ? json_string (info->shadowed_by) : json_null ());
  json_object_set_new (out, "error", info->error != NULL
                       ? json_string (info->error) : json_null ());
  return out;
}

gboolean
plugin_info_can (const json_t *info, const char *capability)
{
  const json_t *one;
  size_t i;

  json_array_foreach (get (info, "capabilities"), i, one) {
    if (g_strcmp0 (json_string_value (one), capability) == 0)
      return TRUE;
  }
  return FALSE;
}

/* ---- a block of text for people --------------------------------------- */

static void
print_line (const char *label, const char *text)
{
  if (text != NULL && *text != '\0')
    printf ("  %-10s%s\n", label, text);
}

static char *
join (const json_t *list, const char *separator)
{
  GString *text = g_string_new (NULL);
  const json_t *one;
  size_t i;

  json_array_foreach (list, i, one)
    g_string_append_printf (text, "%s%s", i > 0 ? separator : "",
                            json_string_value (one));
  return g_string_free (text, FALSE);
}

/* All that a user must know to read a row rightly.                         */
static char *
conventions (const json_t *offer)
{
  GString *text = g_string_new (NULL);
  const char *final = text_of (offer, "final_after");
  const char *adjustment = text_of (offer, "adjustment");
  const char *volume = text_of (offer, "volume_unit");
  const char *zone = text_of (offer, "zone");

  g_string_append_printf (text, "time: %s", text_of (offer, "time"));
  if (zone != NULL)
    g_string_append_printf (text, " (days of %s)", zone);
  if (g_strcmp0 (final, "0s") == 0)
    g_string_append_printf (text, "; final: at the %s",
                            text_of (offer, "final_from"));
  else
    g_string_append_printf (text, "; final: %s after the %s",
                            final != NULL ? final : "?",
                            text_of (offer, "final_from"));
  g_string_append_printf (text, "; adjustment: %s",
                          adjustment != NULL ? adjustment : "none exists");
  if (volume != NULL)
    g_string_append_printf (text, "; volume: %s", volume);
  return g_string_free (text, FALSE);
}

typedef struct {
  const char *dataset;
  char *conventions;
  GString *schemas;
} OfferGroup;

static void
group_free (OfferGroup *group)
{
  g_free (group->conventions);
  g_string_free (group->schemas, TRUE);
  g_free (group);
}

static OfferGroup *
find_group (GPtrArray *groups, const char *dataset, const char *text)
{
  OfferGroup *group;

  for (guint i = 0; i < groups->len; i++) {
    group = g_ptr_array_index (groups, i);
    if (g_strcmp0 (group->dataset, dataset) == 0
        && strcmp (group->conventions, text) == 0)
      return group;
  }
  group = g_new0 (OfferGroup, 1);
  group->dataset = dataset;
  group->conventions = g_strdup (text);
  group->schemas = g_string_new (NULL);
  g_ptr_array_add (groups, group);
  return group;
}

/* Offers that differ only in their schema share a paragraph.               */
static void
print_offers (const json_t *info)
{
  g_autoptr (GPtrArray) groups
    = g_ptr_array_new_with_free_func ((GDestroyNotify) group_free);
  const json_t *offer;
  size_t i;

  json_array_foreach (get (info, "offers"), i, offer) {
    g_autofree char *text = conventions (offer);
    OfferGroup *group = find_group (groups, text_of (offer, "dataset"), text);

    g_string_append_printf (group->schemas, "%s%s",
                            group->schemas->len > 0 ? ", " : "",
                            text_of (offer, "schema"));
  }
  for (i = 0; i < groups->len; i++) {
    const OfferGroup *group = g_ptr_array_index (groups, i);

    printf ("  %-10s%s: %s\n", i == 0 ? "offers" : "",
            group->dataset != NULL ? group->dataset : "any dataset",
            group->schemas->str);
    printf ("  %-12s%s\n", "", group->conventions);
  }
}

static void
print_key (const json_t *key, gboolean first)
{
  const char *dflt = text_of (key, "default");
  g_autofree char *env = join (get (key, "env"), " or ");
  g_autofree char *choices = join (get (key, "choices"), "|");

  printf ("  %-10s%s (%s%s%s", first ? "keys" : "", text_of (key, "name"),
          *choices != '\0' ? choices : text_of (key, "type"),
          json_is_true (get (key, "required")) ? ", required" : "",
          json_is_true (get (key, "secret")) ? ", secret" : "");
  if (dflt != NULL)
    printf (", default %s", dflt);
  if (*env != '\0')
    printf (", from $%s", env);
  puts (")");
}

static void
print_keys (const json_t *info)
{
  const json_t *key;
  size_t i;

  json_array_foreach (get (info, "keys"), i, key)
    print_key (key, i == 0);
}

static void
print_plugin (const json_t *info)
{
  g_autofree char *capabilities = join (get (info, "capabilities"), ", ");
  const char *error = text_of (info, "error");
  const char *shadowed = text_of (info, "shadowed_by");

  if (error != NULL)
    printf ("%s  BROKEN\n", text_of (info, "name"));
  else
    printf ("%s %s  %s\n", text_of (info, "name"), text_of (info, "version"),
            text_of (info, "description"));
  print_line ("from", text_of (info, "path"));
  if (shadowed != NULL)
    printf ("  %-10snot used: shadowed by %s\n", "", shadowed);
  if (error != NULL) {
    print_line ("reason", error);
    return;
  }
  printf ("  %-10sABI %s, license %s\n", "built for", text_of (info, "abi"),
          text_of (info, "license"));
  print_line ("can", capabilities);
  print_offers (info);
  print_keys (info);
  if (text_of (info, "example") != NULL)
    printf ("  %-10smdcore backfill %s %s\n", "try", text_of (info, "name"),
            text_of (info, "example"));
}

/* ---- the list --------------------------------------------------------- */

static void
print_list (json_t *list, const char *capability, const char *extra)
{
  g_auto (GStrv) dirs = plugin_search_path (extra);
  g_autofree char *looked = g_strjoinv (", ", dirs);
  const json_t *info;
  size_t i;

  json_array_foreach (list, i, info) {
    if (i > 0)
      putchar ('\n');
    print_plugin (info);
  }
  if (json_array_size (list) == 0)
    fprintf (stderr, "mdcore: no plugin with the capability \"%s\" in %s "
             "(--plugin-path DIR adds a folder)\n", capability,
             *dirs != NULL ? looked : "any folder, none exists");
}

static void
print_json (const char *name, json_t *list)
{
  json_t *root = json_pack ("{s:O}", name, list);
  char *text = json_dumps (root, JSON_INDENT (2));

  puts (text);
  free (text);
  json_decref (root);
}

int
list_plugins (Cli *cli, int argc, char **argv, const char *capability)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) infos = NULL;
  const char *command = argv[0];
  json_t *list = NULL;

  if (!cli_parse (cli, command, NULL, &argc, &argv, &error))
    return cli_fail (g_steal_pointer (&error));
  if (argc > 1)
    return cli_usage (command, "takes no argument \"%s\"", argv[1]);
  infos = plugin_scan (cli->plugin_path);
  list = json_array ();
  for (guint i = 0; i < infos->len; i++) {
    const PluginInfo *info = g_ptr_array_index (infos, i);
    json_t *one = plugin_info_json (info);

    if (info->error != NULL || plugin_info_can (one, capability))
      json_array_append (list, one);
    json_decref (one);
  }
  if (cli->json)
    print_json (command + strlen ("list-"), list);
  else
    print_list (list, capability, cli->plugin_path);
  json_decref (list);
  return EXIT_DONE;
}
