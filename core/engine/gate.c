/* SPDX-License-Identifier: Apache-2.0
 *
 * gate.c - one caller at a time until the gate is open for all.
 */
#include "gate.h"

struct Gate {
  GMutex mutex;
  GCond cond;
  gint open;          /* atomic: the common case takes no lock              */
  GThread *inside;
};

Gate *
gate_new (void)
{
  Gate *gate = g_new0 (Gate, 1);

  g_mutex_init (&gate->mutex);
  g_cond_init (&gate->cond);
  return gate;
}

void
gate_free (Gate *gate)
{
  if (gate == NULL)
    return;
  g_mutex_clear (&gate->mutex);
  g_cond_clear (&gate->cond);
  g_free (gate);
}

gboolean
gate_enter (Gate *gate, const Cancel *cancel)
{
  GThread *self = g_thread_self ();
  gboolean entered;

  if (g_atomic_int_get (&gate->open))
    return TRUE;
  g_mutex_lock (&gate->mutex);
  while (!gate->open && gate->inside != NULL && gate->inside != self) {
    gint64 until = g_get_monotonic_time () + 50 * G_TIME_SPAN_MILLISECOND;

    if (cancel_requested (cancel))
      break;
    g_cond_wait_until (&gate->cond, &gate->mutex, until);
  }
  /* The one before may have left because its key was refused.              */
  entered = gate->open || !cancel_requested (cancel);
  if (entered && !gate->open)
    gate->inside = self;
  g_mutex_unlock (&gate->mutex);
  return entered;
}

static void
release (Gate *gate, gboolean open)
{
  if (g_atomic_int_get (&gate->open))
    return;
  g_mutex_lock (&gate->mutex);
  if (open)
    g_atomic_int_set (&gate->open, 1);
  if (gate->inside == g_thread_self ())
    gate->inside = NULL;
  g_cond_broadcast (&gate->cond);
  g_mutex_unlock (&gate->mutex);
}

void
gate_open (Gate *gate)
{
  release (gate, TRUE);
}

void
gate_leave (Gate *gate)
{
  release (gate, FALSE);
}
