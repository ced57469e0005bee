/* SPDX-License-Identifier: Apache-2.0
 *
 * sink-state.c - what the store keeps of a sink: two small documents.
 *
 * The sink's own number is the truth; the documents add what it cannot know:
 * up to where the log was read without finding anything for it, and which
 * selectors its number speaks of.
 */
#include "sink.h"

#include <jansson.h>
#include <string.h>

char *
sink_ask_text (const AskKey *ask)
{
  return g_strdup_printf ("%s\t%s\t%u\t%s", ask->dataset, ask->schema,
                          ask->kind, ask->selector);
}

static char *
doc_name (const Sink *sink, const char *kind)
{
  return g_strdup_printf ("%s/%s/%s", kind, sink->input->job->name,
                          sink->binding->config->name);
}

/* NULL without an error when there is none.                                */
static gboolean
read_doc (const Sink *sink, const char *kind, json_t **ret_doc, GError **error)
{
  g_autofree char *name = doc_name (sink, kind);
  GError *cause = NULL;
  g_autofree char *text = store_get_doc (sink->input->store, name, &cause);

  *ret_doc = text != NULL ? json_loads (text, 0, NULL) : NULL;
  if (cause == NULL)
    return TRUE;
  g_propagate_error (error, cause);
  return FALSE;
}

static gboolean
write_doc (const Sink *sink, const char *kind, json_t *doc, GError **error)
{
  g_autofree char *name = doc_name (sink, kind);
  char *text = json_dumps (doc, JSON_COMPACT);
  gboolean ok = store_put_doc (sink->input->store, name, text, error);

  free (text);
  json_decref (doc);
  return ok;
}

static guint64
number (const json_t *doc, const char *key)
{
  return (guint64) json_integer_value (json_object_get (doc, key));
}

/* ---- load ------------------------------------------------------------ */

static void
load_scope (Sink *sink, const json_t *doc)
{
  const json_t *one;
  size_t i;

  json_array_foreach (json_object_get (doc, "asks"), i, one) {
    if (json_is_string (one))
      g_hash_table_add (sink->scope, g_strdup (json_string_value (one)));
  }
}

/* Nobody but a straight sink has its rows, so nothing can be delivered anew:
 * its own number counts.                                                   */
static void
settle_straight (Sink *sink, guint64 last)
{
  sink->is_ahead = sink->own > last;
  sink->delivered = MIN (sink->own, last);
}

/* A destination that knows less than it did, or more than this store, is not
 * the one that the documents speak of: everything is delivered anew.       */
static void
settle (Sink *sink, const json_t *state, const json_t *scope, guint64 last)
{
  guint64 told = number (state, "own"), seen = number (state, "delivered");

  if (state == NULL || scope == NULL || sink->own < told || sink->own > last
      || seen > last)
    return;
  sink->delivered = MAX (sink->own, seen);
  load_scope (sink, scope);
}

gboolean
sink_state_load (Sink *sink, GError **error)
{
  json_t *state = NULL, *scope = NULL;
  guint64 last = 0;
  gboolean ok = read_doc (sink, "sink", &state, error)
                && read_doc (sink, "sink-scope", &scope, error)
                && store_last_commit (sink->input->store, &last, error);

  if (ok && sink->straight)
    settle_straight (sink, last);
  else if (ok)
    settle (sink, state, scope, last);
  json_decref (state);
  json_decref (scope);
  return ok;
}

/* ---- save ------------------------------------------------------------ */

gboolean
sink_state_save (Sink *sink, GError **error)
{
  const SinkEntry *entry = sink->entry;
  json_t *doc = json_object ();
  json_t *reason = entry->reason != NULL ? json_string (entry->reason)
                                         : json_null ();

  json_object_set_new (doc, "type", json_string (entry->type));
  json_object_set_new (doc, "status", json_string (entry->status));
  json_object_set_new (doc, "reason", reason);
  json_object_set_new (doc, "at", json_integer (clock_now ()));
  json_object_set_new (doc, "delivered",
                       json_integer ((json_int_t) sink->delivered));
  json_object_set_new (doc, "own", json_integer ((json_int_t) sink->own));
  return write_doc (sink, "sink", doc, error);
}

gboolean
sink_scope_save (Sink *sink, GError **error)
{
  g_autoptr (GPtrArray) asks = sink_asks (sink->input);
  json_t *doc = json_object (), *list = json_array ();
  GHashTableIter iter;
  gpointer text;

  for (guint i = 0; i < asks->len; i++)
    g_hash_table_add (sink->scope, sink_ask_text (asks->pdata[i]));
  g_hash_table_iter_init (&iter, sink->scope);
  while (g_hash_table_iter_next (&iter, &text, NULL))
    json_array_append_new (list, json_string (text));
  json_object_set_new (doc, "asks", list);
  return write_doc (sink, "sink-scope", doc, error);
}
