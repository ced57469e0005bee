/* SPDX-License-Identifier: Apache-2.0
 *
 * sink.c - a sink's session: open, learn how far it is, close.
 */
#include "sink.h"

void
sink_binding_free (SinkBinding *binding)
{
  if (binding == NULL)
    return;
  bound_keys_free (binding->keys);
  g_free (binding);
}

gboolean
sink_check (const Sink *sink, int klass, const struct md_error *err,
            GError **error)
{
  const SinkConfig *config = sink->binding->config;
  g_autofree char *said = NULL, *clean = NULL;

  if (klass == MD_OK)
    return TRUE;
  said = g_strndup (err->message, sizeof err->message);
  clean = net_redact (*said != '\0' ? said : "it gave no reason",
                      (const char *const *) sink->binding->keys->secrets);
  g_set_error (error, CORE_ERROR, klass, "sink %s (%s): %s", config->name,
               config->type, clean);
  return FALSE;
}

Sink *
sink_new (const EngineInput *input, const SinkBinding *binding,
          SinkEntry *entry, const Cancel *cancel)
{
  Sink *sink = g_new0 (Sink, 1);

  sink->input = input;
  sink->binding = binding;
  sink->entry = entry;
  sink->env = (CallEnv) { .plugin = binding->plugin, .keys = binding->keys,
                          .job = input->job, .cancel = cancel };
  sink->call = call_new (&sink->env, NULL, NULL, NULL, NULL);
  sink->straight = input->job->rows_off;
  sink->scope = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return sink;
}

/* Several feeds may share a destination: each is known by a name that no
 * other store, job or sink has.                                            */
static gboolean
attach (Sink *sink, GError **error)
{
  const Job *job = sink->input->job;
  const char *name = sink->binding->config->name;
  g_autofree char *store = store_id (sink->input->store, error);
  struct md_feed feed = { .struct_size = sizeof feed, .job = job->name,
                          .sink = name };
  struct md_error err;

  if (store == NULL)
    return FALSE;
  if (sink->straight)
    feed.flags |= MD_FEED_STRAIGHT;
  sink->feed = g_strdup_printf ("%s/%s/%s", store, job->name, name);
  feed.id = sink->feed;
  md_error_init (&err);
  return sink_check (sink,
                     sink->env.plugin->sink.attach (sink->session, sink->call,
                                                    &feed, &err),
                     &err, error);
}

gboolean
sink_connect (Sink *sink, GError **error)
{
  const struct md_sink *vtable = &sink->env.plugin->sink;
  struct md_error err;
  int klass;

  if (sink->straight && !plugin_can_rewind (sink->env.plugin)) {
    g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE,
                 "sink %s (%s): it cannot take segments out again, which "
                 "`[store] rows = off` needs", sink->binding->config->name,
                 sink->binding->config->type);
    return FALSE;
  }
  md_error_init (&err);
  sink->session = vtable->open (sink->call, &sink_host,
                                sink->binding->keys->values, &err);
  if (sink->session == NULL) {
    klass = err.klass != MD_OK ? err.klass : MD_ERR_INTERNAL;
    return sink_check (sink, klass, &err, error);
  }
  if (!attach (sink, error))
    return FALSE;
  md_error_init (&err);
  klass = vtable->last_commit (sink->session, sink->call, &sink->own, &err);
  return sink_check (sink, klass, &err, error)
         && sink_state_load (sink, error);
}

gboolean
sink_rewind (Sink *sink, GError **error)
{
  struct md_error err;
  guint64 last;
  int klass;

  if (!sink->is_ahead)
    return TRUE;
  if (!store_last_commit (sink->input->store, &last, error))
    return FALSE;
  md_error_init (&err);
  klass = sink->env.plugin->sink.rewind (sink->session, sink->call, last,
                                         &err);
  if (!sink_check (sink, klass, &err, error))
    return FALSE;
  sink->own = sink->delivered = last;
  sink->is_ahead = FALSE;
  return TRUE;
}

void
sink_free (Sink *sink)
{
  if (sink == NULL)
    return;
  if (sink->session != NULL)
    sink->env.plugin->sink.close (sink->session);
  call_free (sink->call);
  g_hash_table_unref (sink->scope);
  g_free (sink->feed);
  g_free (sink);
}
