/* SPDX-License-Identifier: Apache-2.0
 *
 * tell.c - what a vendor says of itself, asked outside of a run: its data
 * sets and prices, and how good its data is.
 */
#include "call.h"

typedef int (*TellFn) (void *session, struct md_call *call, gpointer data,
                       struct md_error *err);

/* One session, one question.                                               */
static gboolean
tell (const EngineInput *input, const Listener *listener, TellFn fn,
      gpointer data, GError **error)
{
  const struct md_provider *provider = &input->plugin->provider;
  struct md_error err;
  struct md_call *call;
  void *session;
  CallEnv env;
  int klass = MD_ERR_INTERNAL;

  call_env_init (&env, input, input->cancel);
  call = call_new (&env, NULL, NULL, NULL, NULL);
  call->listener = listener;
  md_error_init (&err);
  session = provider->open (call, &call_host, input->keys->values, &err);
  if (session != NULL) {
    klass = fn (session, call, data, &err);
    provider->close (session);
  } else if (err.klass == MD_OK) {
    md_fail (&err, MD_ERR_INTERNAL, "out of memory");
  }
  call_free (call);
  call_env_clear (&env);
  if (klass == MD_OK)
    return TRUE;
  error_from_md (error, &err);
  return FALSE;
}

/* ---- details ---------------------------------------------------------- */

typedef struct {
  const EngineInput *input;
  const char *dataset, *schema;
  md_time from, to;
} Question;

static int
ask_details (void *session, struct md_call *call, gpointer data,
             struct md_error *err)
{
  const Question *question = data;

  return question->input->plugin->details.details (session, call,
                                                   question->dataset,
                                                   question->schema, err);
}

gboolean
engine_details (const EngineInput *input, const char *dataset,
                const char *schema, EngineFact fact, gpointer data,
                GError **error)
{
  const Listener listener = { .fact = fact, .data = data };
  Question question = { input, dataset, schema, 0, 0 };

  if (input->plugin->has_details)
    return tell (input, &listener, ask_details, &question, error);
  g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE,
               "the plugin \"%s\" has nothing to ask its vendor for",
               input->plugin->desc.name);
  return FALSE;
}
