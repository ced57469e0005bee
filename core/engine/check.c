/* SPDX-License-Identifier: Apache-2.0
 *
 * check.c - whether a job can be asked at all: offers, selectors, and the
 * provider's own judgement.  Sends nothing.
 */
#include "call.h"
#include "engine.h"
#include "hours.h"

static gboolean
check_selector (const EngineInput *input, const struct md_offer *offer,
                GError **error)
{
  guint kind = input->job->selector;
  guint known = offer->selectors != 0 ? offer->selectors
                                      : MD_SELECTS (MD_SELECT_SYMBOL);

  /* Who can list them is asked for each: cli/all-symbols.c.               */
  if (kind == MD_SELECT_ALL ? (offer->flags & MD_OFFER_ALL_SYMBOLS) != 0
                                || input->plugin->has_symbols
                            : (known & MD_SELECTS (kind)) != 0)
    return TRUE;
  g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE,
               kind == MD_SELECT_ALL
                 ? "job \"%s\": %s cannot deliver all symbols (`symbols = *`) "
                   "of %s; name them"
                 : "job \"%s\": %s does not know this symbol_kind for %s",
               input->job->name, input->job->provider, offer->schema);
  return FALSE;
}

static gboolean
ask_provider (const EngineInput *input, struct md_call *call, void *session,
              const struct md_offer *offer, const char *dataset,
              const char *schema, GError **error)
{
  const Job *job = input->job;
  const struct md_request request = {
    .struct_size = sizeof request,
    .offer = offer,
    .dataset = dataset,
    .schema = schema,
    .symbols = (const char *const *) job->symbols,
    .n_symbols = job->selector == MD_SELECT_ALL ? 0
                                                : g_strv_length (job->symbols),
    .selector = job->selector,
    .from = job->start,
    .to = job->end != MD_ABSENT ? job->end : input->now,
  };
  const struct md_request shown = plugin_request (input->plugin, &request);
  struct md_error err;

  md_error_init (&err);
  if (input->plugin->provider.check (session, call, &shown, &err) == MD_OK)
    return TRUE;
  error_from_md (error, &err);
  g_prefix_error (error, "job \"%s\": ", job->name);
  return FALSE;
}

static gboolean
check_offers (const EngineInput *input, struct md_call *call, void *session,
              GError **error)
{
  const Job *job = input->job;
  const Calendar *calendar;

  for (char **d = job->datasets; *d != NULL; d++) {
    for (char **s = job->schemas; *s != NULL; s++) {
      const struct md_offer *offer = plugin_offer (input->plugin, *d, *s,
                                                   error);

      if (offer == NULL)
        g_prefix_error (error, "%s: ",
                        job_origin (job, "job",
                                    plugin_knows_dataset (input->plugin, *d)
                                      ? "schema" : "dataset"));
      if (offer == NULL || !hours_of (job, offer, *d, &calendar, error)
          || !check_selector (input, offer, error)
          || !ask_provider (input, call, session, offer, *d, *s, error))
        return FALSE;
    }
  }
  return TRUE;
}

gboolean
engine_check (const EngineInput *input, GError **error)
{
  CallEnv env = {
    .plugin = input->plugin,
    .keys = input->keys,
    .net = input->net,
    .cancel = input->cancel,
  };
  struct md_call *call = call_new (&env, NULL, NULL, NULL, NULL);
  struct md_error err;
  gboolean fine = FALSE;
  void *session;

  session = call_open_session (&env, &err);
  if (session == NULL) {
    error_from_md (error, &err);
    g_prefix_error (error, "job \"%s\": ", input->job->name);
  } else {
    fine = check_offers (input, call, session, error);
    input->plugin->provider.close (session);
  }
  call_free (call);
  return fine;
}
