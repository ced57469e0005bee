/* SPDX-License-Identifier: Apache-2.0
 *
 * limits.c - the job's and the provider's rate limits, merged.
 */
#include "limits.h"

static gboolean
is_default (const char *bucket)
{
  return bucket == NULL || *bucket == '\0';
}

static gboolean
same_bucket (const char *a, const char *b)
{
  return is_default (a) ? is_default (b) : g_strcmp0 (a, b) == 0;
}

const char *
limits_plan (const EngineInput *input)
{
  return input->keys != NULL ? bound_keys_get (input->keys, "plan") : NULL;
}

/* Is it one of "starter|advanced"?                                        */
static gboolean
is_listed (const char *plan, const char *list)
{
  g_auto (GStrv) plans = NULL;

  if (plan == NULL || list == NULL)
    return FALSE;
  plans = g_strsplit (list, "|", 0);
  return g_strv_contains ((const char *const *) plans, plan);
}

gint64
limits_settle (const EngineInput *input, const struct md_offer *offer)
{
  return is_listed (limits_plan (input), offer->prompt_plan) ? offer->prompt_ns
                                                         : offer->settle_ns;
}

static const struct md_limit *
declared_limit (const EngineInput *input, const char *bucket)
{
  const char *plan = limits_plan (input);
  const struct md_limit *found = NULL;

  for (gsize i = 0; i < input->plugin->provider.n_limits; i++) {
    const struct md_limit *limit = plugin_limit_at (input->plugin, i);

    if (!same_bucket (limit->bucket, bucket))
      continue;
    if (plan != NULL && g_strcmp0 (limit->plan, plan) == 0)
      return limit;
    if (found == NULL)
      found = limit;
  }
  return found;
}

RateLimit
limits_of (const EngineInput *input, const char *bucket)
{
  const Job *job = input->job;
  const struct md_limit *declared = declared_limit (input, bucket);
  const RateLimit *own = NULL;

  if (is_default (bucket) && job->rate.per_second > 0)
    own = &job->rate;
  else if (!is_default (bucket) && job->buckets != NULL)
    own = g_hash_table_lookup (job->buckets, bucket);
  if (own != NULL)
    return (RateLimit) { own->per_second, MAX (own->burst, 1) };
  if (declared != NULL)
    return (RateLimit) { declared->per_second, MAX (declared->burst, 1) };
  return (RateLimit) { 0, 1 };
}

double
limits_per_day (const EngineInput *input)
{
  const struct md_limit *declared = declared_limit (input, NULL);

  return declared != NULL ? declared->per_day : 0;
}

static void
configure (Limiter *limiter, const EngineInput *input, const char *bucket)
{
  RateLimit limit = limits_of (input, bucket);

  limiter_configure (limiter, bucket, limit.per_second, limit.burst);
}

void
limits_configure (Limiter *limiter, const EngineInput *input)
{
  GHashTableIter iter;
  gpointer bucket;

  configure (limiter, input, NULL);
  for (gsize i = 0; i < input->plugin->provider.n_limits; i++)
    configure (limiter, input, plugin_limit_at (input->plugin, i)->bucket);
  if (input->job->buckets == NULL)
    return;
  g_hash_table_iter_init (&iter, input->job->buckets);
  while (g_hash_table_iter_next (&iter, &bucket, NULL))
    configure (limiter, input, bucket);
}
