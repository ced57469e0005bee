/* SPDX-License-Identifier: Apache-2.0
 *
 * groups.c - [provider] and [sink:NAME], whose keys plugins declare: kept as
 * they are until the plugin is known (bind.c).
 */
#include "private.h"

#include <string.h>

void
config_keep_setting (Job *job, const ConfigValue *value, gboolean secret)
{
  ConfigValue *copy = config_value_copy (value);

  copy->secret = secret;
  g_ptr_array_add (job->settings, copy);
}

void
config_keep_group (ConfigBuild *build, const char *group,
                   const char *provider, GHashTable *settings)
{
  g_autoptr (GHashTable) done = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < build->layers->len; i++) {
    const ConfigValue *any = g_ptr_array_index (build->layers, i);
    const ConfigValue *value;
    ConfigValue *kept;

    if (!config_group_counts (any->group, group, provider)
        || !g_hash_table_add (done, any->key))
      continue;
    value = config_lookup (build->layers, group, any->key, provider);
    if (value == NULL)
      continue;
    /* What is secret is known when the plugin is: until then, all of it.   */
    config_keep_setting (build->job, value, TRUE);
    kept = g_ptr_array_index (build->job->settings,
                              build->job->settings->len - 1);
    g_free (kept->group);
    kept->group = g_strdup (group);
    if (settings != NULL)
      g_hash_table_insert (settings, g_strdup (value->key),
                           g_strdup (value->value));
  }
}

static void
add_sink (ConfigBuild *build, const char *name, const char *origin)
{
  g_autofree char *group = g_strconcat ("sink:", name, NULL);
  const ConfigValue *type = config_lookup (build->layers, group, "type", NULL);
  SinkConfig *sink;

  if (type == NULL) {
    faults_add (build->faults, origin,
                "[job] sinks: there is no [%s] with a type", group);
    return;
  }
  sink = g_new0 (SinkConfig, 1);
  sink->name = g_strdup (name);
  sink->type = g_strdup (type->value);
  sink->settings = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                          (GDestroyNotify) config_wipe);
  g_ptr_array_add (build->job->sinks, sink);
  config_keep_group (build, group, NULL, sink->settings);
}

/* A sink that the job describes and does not name would get nothing, and
 * nobody would notice.                                                     */
static void
check_sinks_are_named (ConfigBuild *build, char **names)
{
  for (guint i = 0; i < build->layers->len; i++) {
    const ConfigValue *value = g_ptr_array_index (build->layers, i);
    const char *name = value->group + strlen ("sink:");

    if (g_str_has_prefix (value->group, "sink:")
        && strcmp (value->key, "type") == 0
        && value->layer == LAYER_JOB
        && (names == NULL
            || !g_strv_contains ((const char *const *) names, name)))
      faults_add (build->faults, value->origin,
                  "[job] sinks does not name \"%s\", so it would get nothing",
                  name);
  }
}

void
config_apply_sinks (ConfigBuild *build)
{
  const ConfigValue *sinks = config_lookup (build->layers, "job", "sinks",
                                            NULL);
  g_auto (GStrv) names = sinks != NULL ? config_list (sinks->value) : NULL;
  g_autoptr (GHashTable) done = g_hash_table_new (g_str_hash, g_str_equal);

  for (char **name = names; name != NULL && *name != NULL; name++) {
    if (g_hash_table_add (done, *name))
      add_sink (build, *name, sinks->origin);
  }
  check_sinks_are_named (build, names);
}
