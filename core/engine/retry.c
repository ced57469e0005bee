/* SPDX-License-Identifier: Apache-2.0
 *
 * retry.c - exponential back-off with full jitter.
 */
#include "retry.h"

#include "data/clock.h"

gboolean
retry_class (int klass)
{
  return klass == MD_ERR_LIMITED || klass == MD_ERR_NETWORK
         || klass == MD_ERR_PROTOCOL;
}

/* splitmix64: any state is a good one, also zero.                          */
static guint64
next_random (guint64 *state)
{
  guint64 z = *state += G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);

  z = (z ^ (z >> 30)) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * G_GUINT64_CONSTANT (0x94d049bb133111eb);
  return z ^ (z >> 31);
}

static gint64
ceiling (const RetryPolicy *policy, guint attempt)
{
  gint64 cap = MAX (policy->cap, 0), wait = CLAMP (policy->base, 0, cap);

  for (guint i = 1; i < attempt && wait > 0; i++) {
    if (wait > cap / 2)
      return cap;
    wait *= 2;
  }
  return wait;
}

gint64
retry_delay (const RetryPolicy *policy, guint attempt, gint64 retry_after_ns,
             guint64 *prng)
{
  guint64 most = ceiling (policy, attempt);
  gint64 wait = next_random (prng) % (most + 1);

  return MAX (wait, retry_after_ns);
}

gboolean
retry_allowed (const RetryPolicy *policy, int klass, guint attempt,
               gint64 delay, gint64 deadline)
{
  gint64 at;

  if (!retry_class (klass) || attempt > policy->max_retries)
    return FALSE;
  if (deadline == 0)
    return TRUE;
  return !__builtin_add_overflow (clock_monotonic (), delay, &at)
         && at < deadline;
}
