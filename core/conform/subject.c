/* SPDX-License-Identifier: Apache-2.0
 *
 * subject.c - the plugin under test, its keys, and what it is asked.
 *
 * Without a job: the plugin's own example, else its first offer, for ten
 * intervals.
 */
#include "private.h"

#include "data/interval.h"

#include <string.h>

#define INTERVALS 10
#define CANARY "canary-4e1d7c"
#define NOBODY "http://127.0.0.1:9"

/* ---- keys ------------------------------------------------------------- */

char *
subject_sample (const struct md_key *key)
{
  if (key->flags & MD_KEY_SECRET)
    return g_strdup_printf ("%s-%s", CANARY, key->name);
  if (key->flags & MD_KEY_ORIGIN)
    return g_strdup (NOBODY);
  switch (key->type) {
  case MD_INT:
  case MD_DOUBLE:
    return g_strdup ("1");
  case MD_BOOL:
    return g_strdup ("yes");
  case MD_DURATION:
    return g_strdup ("1s");
  case MD_CHOICE:
    return g_strndup (key->choices, strcspn (key->choices, "|"));
  default:
    return g_strdup ("conform");
  }
}

void
subject_set (GPtrArray *sets, const struct md_key *key, const char *value)
{
  g_autofree char *name = g_strconcat ("MDCORE_CONFORM_", key->name, NULL);
  gboolean secret = (key->flags & MD_KEY_SECRET) != 0;

  if (secret)
    g_setenv (name, value, TRUE);
  g_ptr_array_add (sets, secret
    ? g_strdup_printf ("provider.%s=${env:%s}", key->name, name)
    : g_strdup_printf ("provider.%s=%s", key->name, value));
}

/* ---- what is asked ---------------------------------------------------- */

typedef struct {
  char *symbols;
  const char *schema, *dataset;
  md_time from, to;
} Question;

/* "--schema" of "ONE --schema ohlcv-1d --from 2024-01-01"; or NULL.        */
static const char *
option (char **words, const char *name)
{
  for (; *words != NULL; words++) {
    if (strcmp (*words, name) == 0)
      return words[1];
  }
  return NULL;
}

static const struct md_offer *
offer_of (const Plugin *plugin, const char *schema, const char *dataset)
{
  for (gsize i = 0; i < plugin->provider.n_offers; i++) {
    const struct md_offer *offer = plugin_offer_at (plugin, i);

    if ((schema == NULL || strcmp (offer->schema, schema) == 0)
        && (dataset == NULL || offer->dataset == NULL
            || strcmp (offer->dataset, dataset) == 0))
      return offer;
  }
  return NULL;
}

static void
question_times (Question *question, const struct md_offer *offer,
                const char *from)
{
  if (from == NULL || !time_parse (from, &question->from, NULL))
    time_parse ("2024-01-01", &question->from, NULL);
  question->to = question->from;
  for (guint i = 0; i < INTERVALS; i++)
    question->to = offer->interval.count > 0
                     ? interval_next (&offer->interval, question->to)
                     : question->to + 6 * MD_MINUTE;
}

/* FALSE: there is nothing that could be asked without a job.               */
static gboolean
question_ask (Question *question, const Plugin *plugin, char **words)
{
  const char *schema = option (words, "--schema");
  const char *dataset = option (words, "--dataset");
  const struct md_offer *offer = offer_of (plugin, schema, dataset);

  if (offer == NULL || (offer->dataset == NULL && dataset == NULL))
    return FALSE;
  question->schema = offer->schema;
  question->dataset = dataset != NULL ? dataset : offer->dataset;
  question->symbols = g_strdup (words[0] != NULL ? words[0] : "ONE,TWO");
  question_times (question, offer, option (words, "--from"));
  return TRUE;
}

/* ---- the job ---------------------------------------------------------- */

static void
add_required (const Plugin *plugin, GPtrArray *sets)
{
  for (gsize i = 0; i < plugin->desc.n_keys; i++) {
    const struct md_key *key = plugin_key_at (plugin, i);
    g_autofree char *value = NULL;

    if ((key->flags & MD_KEY_REQUIRED) == 0)
      continue;
    value = subject_sample (key);
    subject_set (sets, key, value);
  }
}

static void
add_input_sets (const ConformInput *input, GPtrArray *all)
{
  for (gsize i = 0; input->sets != NULL && input->sets[i] != NULL; i++)
    g_ptr_array_add (all, g_strdup (input->sets[i]));
}

static Job *
job_of_question (const Plugin *plugin, const char *path,
                 const JobOverrides *overrides, GPtrArray *all,
                 GError **error)
{
  g_auto (GStrv) words
    = g_strsplit (plugin->desc.example != NULL ? plugin->desc.example : "",
                  " ", -1);
  g_auto (GStrv) symbols = NULL;
  g_autofree char *list = NULL;
  char from[TIME_TEXT_SIZE], to[TIME_TEXT_SIZE];
  Question question = { 0 };

  if (!question_ask (&question, plugin, words)) {
    g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE, "nothing says which "
                 "dataset to ask; name a job with --job");
    return NULL;
  }
  list = question.symbols;
  symbols = g_strsplit (list, ",", -1);
  time_format (question.from, from);
  time_format (question.to, to);
  g_ptr_array_insert (all, 0, g_strdup_printf ("job.dataset=%s",
                                               question.dataset));
  return job_for_backfill (path, (const char *const *) symbols,
                           question.schema, from, to,
                           &(JobOverrides) {
                             (const char *const *) all->pdata,
                             overrides->store },
                           error);
}

Job *
subject_job (const ConformInput *input, const Plugin *plugin,
             GPtrArray *sets, GError **error)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *provider
    = g_strconcat ("job.provider=", input->path, NULL);
  JobOverrides overrides = { 0 };

  for (guint i = 0; i < sets->len; i++)
    g_ptr_array_add (all, g_strdup (sets->pdata[i]));
  add_input_sets (input, all);
  if (input->job != NULL)
    g_ptr_array_add (all, g_strdup (provider));
  g_ptr_array_add (all, NULL);
  overrides.sets = (const char *const *) all->pdata;
  return input->job != NULL
           ? job_load (input->job, &overrides, error)
           : job_of_question (plugin, input->path, &overrides, all, error);
}

/* ---- all of it -------------------------------------------------------- */

static gboolean
open_job (Subject *subject, GError **error)
{
  g_autoptr (GPtrArray) sets = g_ptr_array_new_with_free_func (g_free);
  const Plugin *plugin = subject->plugin;
  const struct md_offer *offer;

  add_required (plugin, sets);
  subject->job = subject_job (subject->input, plugin, sets, error);
  if (subject->job == NULL)
    return FALSE;
  subject->keys = job_bind_keys (subject->job, plugin->desc.keys,
                                 plugin->desc.n_keys, error);
  if (subject->keys == NULL)
    return FALSE;
  if (subject->job->datasets[0] != NULL)
    return TRUE;
  offer = offer_of (plugin, subject->job->schemas[0], NULL);
  if (offer == NULL || offer->dataset == NULL) {
    g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE,
                 "job \"%s\" names no dataset", subject->job->name);
    return FALSE;
  }
  g_strfreev (subject->job->datasets);
  subject->job->datasets = g_new0 (char *, 2);
  subject->job->datasets[0] = g_strdup (offer->dataset);
  return TRUE;
}

static gboolean
open_asks (Subject *subject, GError **error)
{
  const EngineInput input = { .job = subject->job,
                              .plugin = subject->plugin,
                              .keys = subject->keys,
                              .refetch_from = MD_ABSENT,
                              .refetch_to = MD_ABSENT,
                              .now = clock_now () };

  subject->plan = engine_plan (&input, error);
  if (subject->plan == NULL)
    return FALSE;
  subject->asks = subject->plan->chunks;
  if (subject->asks->len > 0)
    return TRUE;
  g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE,
               "the job asks for nothing that is final");
  return FALSE;
}

ConformVerdict
subject_open (Subject *subject, const ConformInput *input, char **ret_why)
{
  g_autoptr (GError) error = NULL;

  subject->input = input;
  subject->plugin = plugin_load (input->path, input->plugin_path, &error);
  if (subject->plugin == NULL)
    return check_failed (ret_why, "%s", error->message);
  if (!subject->plugin->has_provider)
    return check_skipped (ret_why, "it is no provider");
  if (open_job (subject, &error) && open_asks (subject, &error))
    return CONFORM_PASS;
  return check_skipped (ret_why, "nothing can be asked: %s", error->message);
}

void
subject_clear (Subject *subject)
{
  g_clear_pointer (&subject->plan, plan_free);
  g_clear_pointer (&subject->keys, bound_keys_free);
  g_clear_pointer (&subject->job, job_free);
}
