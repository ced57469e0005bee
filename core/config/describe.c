/* SPDX-License-Identifier: Apache-2.0
 *
 * describe.c - what a plugin's group holds, for `config show`.
 */
#include "private.h"

#include <string.h>

static const struct md_key *
find_key (const struct md_key *keys, gsize n, const char *name)
{
  for (gsize i = 0; i < n; i++) {
    if (strcmp (keys[i].name, name) == 0)
      return &keys[i];
  }
  return NULL;
}

/* What no plugin declares may be a mistyped secret.                        */
static gboolean
is_secret (const struct md_key *keys, gsize n, const ConfigValue *value)
{
  const struct md_key *key = find_key (keys, n, value->key);

  if (g_str_has_prefix (value->group, "sink:")
      && strcmp (value->key, "type") == 0)
    return FALSE;
  return key == NULL || (key->flags & MD_KEY_SECRET) != 0;
}

static void
add_unwritten (GPtrArray *values, const char *group, const struct md_key *key)
{
  g_autofree char *variable = NULL, *origin = NULL;
  g_autofree char *here = g_get_current_dir ();
  g_autofree char *text = config_usual_variable (key, &variable);
  ConfigValue *value;

  if (text == NULL && key->dflt == NULL)
    return;
  origin = variable != NULL ? g_strconcat ("environment ", variable, NULL)
                            : g_strdup ("built-in");
  value = config_value_new (variable != NULL ? LAYER_ENVIRONMENT
                                             : LAYER_BUILT_IN,
                            group, key->name, text != NULL ? text : key->dflt,
                            origin, here, NULL);
  value->secret = (key->flags & MD_KEY_SECRET) != 0;
  g_ptr_array_add (values, value);
}

GPtrArray *
job_describe_keys (const Job *job, const char *group,
                   const struct md_key *keys, gsize n)
{
  GPtrArray *values
    = g_ptr_array_new_with_free_func ((GDestroyNotify) config_value_free);
  g_autoptr (GHashTable) written = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < job->settings->len; i++) {
    const ConfigValue *value = g_ptr_array_index (job->settings, i);
    ConfigValue *copy;

    if (strcmp (value->group, group) != 0)
      continue;
    copy = config_value_copy (value);
    copy->secret = is_secret (keys, keys != NULL ? n : 0, value);
    g_ptr_array_add (values, copy);
    g_hash_table_add (written, value->key);
  }
  for (gsize i = 0; keys != NULL && i < n; i++) {
    if (!g_hash_table_contains (written, keys[i].name))
      add_unwritten (values, group, &keys[i]);
  }
  return values;
}

const char *
job_origin (const Job *job, const char *group, const char *key)
{
  for (guint i = 0; i < job->settings->len; i++) {
    const ConfigValue *value = g_ptr_array_index (job->settings, i);

    if (strcmp (value->group, group) == 0 && strcmp (value->key, key) == 0)
      return value->origin;
  }
  return config_job_place (job);
}

char *
job_provider_name (const Job *job)
{
  return config_provider_name (job->provider);
}
