/* SPDX-License-Identifier: Apache-2.0
 *
 * breaker.c - closed, open, half-open, per origin.
 */
#include "breaker.h"

typedef struct {
  guint failures;          /* in a row                                      */
  BreakerState state;
  gint64 until;            /* monotonic: end of the cool-down, or when the  */
                           /*   probe is given up                           */
} Origin;

struct Breaker {
  BreakerPolicy policy;
  GMutex lock;
  GHashTable *origins;     /* char * -> Origin *                            */
};

Breaker *
breaker_new (const BreakerPolicy *policy)
{
  Breaker *breaker = g_new0 (Breaker, 1);

  breaker->policy = *policy;
  g_mutex_init (&breaker->lock);
  breaker->origins
    = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return breaker;
}

void
breaker_free (Breaker *breaker)
{
  if (breaker == NULL)
    return;
  g_hash_table_destroy (breaker->origins);
  g_mutex_clear (&breaker->lock);
  g_free (breaker);
}

static Origin *
origin_get (Breaker *breaker, const char *name)
{
  Origin *origin = g_hash_table_lookup (breaker->origins, name);

  if (origin == NULL) {
    origin = g_new0 (Origin, 1);
    g_hash_table_insert (breaker->origins, g_strdup (name), origin);
  }
  return origin;
}

gboolean
breaker_allow (Breaker *breaker, const char *name, gint64 *ret_wait_ns)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&breaker->lock);
  Origin *origin = origin_get (breaker, name);
  gint64 now = clock_monotonic ();

  if (origin->state == BREAKER_CLOSED)
    return TRUE;
  if (now < origin->until) {
    if (ret_wait_ns != NULL)
      *ret_wait_ns = origin->until - now;
    return FALSE;
  }
  /* This caller is the probe; the others wait for its report.              */
  origin->state = BREAKER_HALF_OPEN;
  origin->until = now + MAX (breaker->policy.cool_down, 1);
  return TRUE;
}

void
breaker_report (Breaker *breaker, const char *name, gboolean ok)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&breaker->lock);
  Origin *origin = origin_get (breaker, name);

  if (ok) {
    *origin = (Origin) { 0 };
    return;
  }
  origin->failures++;
  /* Calls that left before it opened fail late: they do not prolong it.    */
  if (breaker->policy.threshold == 0 || origin->state == BREAKER_OPEN)
    return;
  if (origin->state == BREAKER_HALF_OPEN
      || origin->failures >= breaker->policy.threshold) {
    origin->state = BREAKER_OPEN;
    origin->until = clock_monotonic () + breaker->policy.cool_down;
  }
}

BreakerState
breaker_state (Breaker *breaker, const char *name)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&breaker->lock);
  Origin *origin = g_hash_table_lookup (breaker->origins, name);

  return origin != NULL ? origin->state : BREAKER_CLOSED;
}
