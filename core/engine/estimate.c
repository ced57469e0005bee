/* SPDX-License-Identifier: Apache-2.0
 *
 * estimate.c - what a plan will cost, where the vendor can say.
 */
#include "call.h"
#include "plan.h"

#include <math.h>
#include <string.h>

/* A question is a call.  With more holes than this, asking would take longer
 * than it is worth.                                                        */
#define MOST_QUESTIONS 50

/* Chunks of the same symbols that touch are one question.                  */
typedef struct {
  const Chunk *chunk;      /* the first of them                             */
  GArray *spans;           /* of Span                                       */
} Question;

static void
question_free (Question *question)
{
  g_array_unref (question->spans);
  g_free (question);
}

static GPtrArray *
gather_questions (const Plan *plan, guint *ret_n)
{
  g_autoptr (GHashTable) by_symbols = g_hash_table_new (NULL, NULL);
  GPtrArray *questions
    = g_ptr_array_new_with_free_func ((GDestroyNotify) question_free);

  *ret_n = 0;
  for (guint i = 0; i < plan->chunks->len; i++) {
    const Chunk *chunk = plan->chunks->pdata[i];
    Question *question = g_hash_table_lookup (by_symbols, chunk->symbols);

    if (question == NULL) {
      question = g_new0 (Question, 1);
      question->chunk = chunk;
      question->spans = spans_new ();
      g_ptr_array_add (questions, question);
      g_hash_table_insert (by_symbols, chunk->symbols, question);
    }
    spans_add (question->spans, chunk->from, chunk->to);
  }
  for (guint i = 0; i < questions->len; i++)
    *ret_n += ((Question *) questions->pdata[i])->spans->len;
  return questions;
}

static void
add_count (gint64 *total, gint64 more)
{
  if (*total == MD_ABSENT || more == MD_ABSENT
      || __builtin_add_overflow (*total, more, total))
    *total = MD_ABSENT;
}

static void
add_cost (Plan *plan, const struct md_cost *cost, gboolean first)
{
  add_count (&plan->rows, cost->rows);
  add_count (&plan->bytes, cost->bytes);
  if (first)
    g_strlcpy (plan->currency, cost->currency, sizeof plan->currency);
  if (g_strcmp0 (plan->currency, cost->currency) != 0)
    plan->money = NAN;
  plan->money += cost->money;
}

static int
ask (CallEnv *env, void *session, const Question *question, const Span *span,
     struct md_cost *ret_cost, struct md_error *err)
{
  const Chunk *chunk = question->chunk;
  const struct md_request request = {
    .struct_size = sizeof request,
    .offer = chunk->offer,
    .dataset = chunk->dataset,
    .schema = chunk->schema,
    .symbols = (const char *const *) chunk->symbols->pdata,
    .n_symbols = chunk->symbols->len,
    .selector = chunk->selector,
    .from = span->from,
    .to = span->to,
    .newer_than = chunk->newer_than,
  };
  struct md_call *call = call_new (env, &request,
                                   plugin_offer_table (chunk->offer), NULL,
                                   NULL);
  const struct md_request shown = plugin_request (env->plugin, &request);
  int klass;

  *ret_cost = (struct md_cost) { .struct_size = sizeof *ret_cost,
                                 .rows = MD_ABSENT, .bytes = MD_ABSENT,
                                 .calls_min = MD_ABSENT,
                                 .calls_max = MD_ABSENT, .money = NAN };
  md_error_init (err);
  klass = env->plugin->estimate.estimate (session, call, &shown, ret_cost,
                                          err);
  gate_leave (env->gate);
  call_free (call);
  return klass;
}

static gboolean
ask_all (CallEnv *env, void *session, GPtrArray *questions, Plan *plan,
         struct md_error *err)
{
  gboolean first = TRUE;

  for (guint i = 0; i < questions->len; i++) {
    const Question *question = questions->pdata[i];

    for (guint k = 0; k < question->spans->len; k++) {
      struct md_cost cost;

      if (ask (env, session, question, &g_array_index (question->spans, Span,
                                                       k), &cost, err)
          != MD_OK)
        return FALSE;
      add_cost (plan, &cost, first);
      first = FALSE;
    }
  }
  return TRUE;
}

static gboolean
ask_session (const EngineInput *input, GPtrArray *questions, Plan *plan,
             struct md_error *err)
{
  gboolean done = FALSE;
  CallEnv env;
  void *session;

  call_env_init (&env, input, input->cancel);
  session = call_open_session (&env, err);
  if (session != NULL) {
    done = ask_all (&env, session, questions, plan, err);
    input->plugin->provider.close (session);
  }
  call_env_clear (&env);
  return done;
}

static gboolean
estimate (const EngineInput *input, Plan *plan, guint most, GError **error)
{
  g_autoptr (GPtrArray) questions = NULL;
  struct md_error err;
  guint n;

  if (!input->plugin->has_estimate || plan->chunks->len == 0)
    return TRUE;
  questions = gather_questions (plan, &n);
  if (n > most) {
    g_ptr_array_add (plan->notes,
                     g_strdup_printf ("cost: not asked, it would take %u "
                                      "questions", n));
    return TRUE;
  }
  plan->rows = plan->bytes = 0;
  plan->money = 0;
  if (ask_session (input, questions, plan, &err))
    return TRUE;
  plan->rows = plan->bytes = MD_ABSENT;
  plan->money = NAN;
  error_from_md (error, &err);
  return FALSE;
}

gboolean
engine_estimate (const EngineInput *input, Plan *plan, GError **error)
{
  /* With a limit the price decides, however long the asking takes.         */
  return estimate (input, plan,
                   isnan (input->job->max_cost) ? MOST_QUESTIONS : G_MAXUINT,
                   error);
}

/* ---- the job's limit -------------------------------------------------- */

gboolean
plan_is_too_dear (const Plan *plan, const Job *job)
{
  return !isnan (job->max_cost) && plan->money > job->max_cost;
}

static gboolean
costs_money (const Plan *plan)
{
  for (guint i = 0; i < plan->chunks->len; i++) {
    const Chunk *chunk = plan->chunks->pdata[i];

    if ((chunk->offer->flags & MD_OFFER_PAID) != 0)
      return TRUE;
  }
  return FALSE;
}

static gboolean
refuse_unknown (const EngineInput *input, GError **error)
{
  g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE,
               "%s: %s does not say what this plan costs, so nothing is "
               "bought; remove max_cost to buy without knowing",
               job_origin (input->job, "job", "max_cost"),
               input->job->provider);
  return FALSE;
}

char *
money_format (double money)
{
  char *text = g_strdup_printf ("%.6f", money);
  gsize len = strlen (text);

  while (text[len - 1] == '0' && text[len - 3] != '.')
    text[--len] = '\0';
  return text;
}

static gboolean
refuse_dear (const EngineInput *input, const Plan *plan, GError **error)
{
  g_autofree char *price = money_format (plan->money);
  g_autofree char *limit = money_format (input->job->max_cost);

  g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE,
               "%s: the plan costs %s %s and max_cost is %s, so nothing "
               "is bought; ask for less (`mdcore plan` tells the price) or "
               "raise max_cost", job_origin (input->job, "job", "max_cost"),
               price, plan->currency, limit);
  return FALSE;
}

gboolean
engine_afford (const EngineInput *input, Plan *plan, GError **error)
{
  if (isnan (input->job->max_cost) || !costs_money (plan))
    return TRUE;
  if (!engine_estimate (input, plan, error)) {
    g_prefix_error (error, "max_cost is set and the price is not to be had, "
                    "so nothing is bought: ");
    return FALSE;
  }
  if (isnan (plan->money))
    return refuse_unknown (input, error);
  return plan_is_too_dear (plan, input->job)
           ? refuse_dear (input, plan, error) : TRUE;
}
