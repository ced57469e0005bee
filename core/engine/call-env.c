/* SPDX-License-Identifier: Apache-2.0
 *
 * call-env.c - what the calls of one provider and key share.
 */
#include "call.h"

#include "limits.h"

void
call_env_init (CallEnv *env, const EngineInput *input, const Cancel *cancel)
{
  const Job *job = input->job;
  g_autofree char *key_id
    = limiter_key_id (input->plugin->desc.name,
                      (const char *const *) input->keys->secrets);

  *env = (CallEnv) {
    .plugin = input->plugin,
    .keys = input->keys,
    .job = job,
    .net = input->net,
    .store = input->store,
    .limiter = limiter_new (NULL, key_id),
    .breaker = breaker_new (&job->breaker),
    .gate = gate_new (),
    .cancel = cancel,
    .deadline = job->max_run_time > 0 ? clock_monotonic () + job->max_run_time
                                      : 0,
    /* Half of the memory for rows being collected; the rest is the queue's of
     * commits, the store's and the transport's.                            */
    .row_budget = job->memory_limit / 2 / MAX (job->workers, 1),
  };
  limits_configure (env->limiter, input);
}

void
call_env_clear (CallEnv *env)
{
  limiter_free (env->limiter);
  breaker_free (env->breaker);
  gate_free (env->gate);
}
