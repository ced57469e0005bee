/* SPDX-License-Identifier: Apache-2.0
 *
 * job-sinks.c - the sinks that a job names: their plugins, and what their
 * groups say.
 */
#include "run-job.h"

#include "observe/log.h"

static SinkBinding *
bind_sink (const Cli *cli, const Job *job, const SinkConfig *config,
           GError **error)
{
  g_autofree char *group = g_strconcat ("sink:", config->name, NULL);
  const Plugin *plugin = plugin_load (config->type, cli->plugin_path, error);
  SinkBinding *binding;
  BoundKeys *keys;

  if (plugin == NULL) {
    g_prefix_error (error, "%s: [%s] type: ",
                    job_origin (job, group, "type"), group);
    return NULL;
  }
  if (!plugin->has_sink) {
    g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE,
                 "%s: [%s] type: the plugin \"%s\" is no sink; `mdcore "
                 "list-sinks` lists them", job_origin (job, group, "type"),
                 group, config->type);
    return NULL;
  }
  keys = job_bind_sink_keys (job, config, plugin->desc.keys,
                             plugin->desc.n_keys, error);
  if (keys == NULL)
    return NULL;
  binding = g_new0 (SinkBinding, 1);
  *binding = (SinkBinding) { config, plugin, keys };
  return binding;
}

static GPtrArray *
bind_sinks (const Cli *cli, const Job *job, GError **error)
{
  g_autoptr (GPtrArray) bindings
    = g_ptr_array_new_with_free_func ((GDestroyNotify) sink_binding_free);

  for (guint i = 0; i < job->sinks->len; i++) {
    SinkBinding *binding = bind_sink (cli, job, job->sinks->pdata[i], error);

    if (binding == NULL)
      return NULL;
    g_ptr_array_add (bindings, binding);
  }
  return g_steal_pointer (&bindings);
}

gboolean
job_prepare_sinks (const Cli *cli, const Job *job, PreparedJob *prepared,
                   GError **error)
{
  prepared->sinks = bind_sinks (cli, job, error);
  if (prepared->sinks == NULL)
    return FALSE;
  for (guint i = 0; i < prepared->sinks->len; i++) {
    const SinkBinding *binding = prepared->sinks->pdata[i];

    log_add_secrets ((const char *const *) binding->keys->secrets);
  }
  prepared->input.sinks = prepared->sinks;
  return TRUE;
}
