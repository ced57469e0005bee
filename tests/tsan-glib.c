/* SPDX-License-Identifier: Apache-2.0
 *
 * tsan-glib.c - GLib's locks on top of pthread's, for -Db_sanitize=thread.
 *
 * GLib builds its locks on futexes, which ThreadSanitizer does not see
 * through in a library that it did not compile: every correct use would be
 * reported.  The functions here take the library's place in the program.
 */
#include <errno.h>
#include <glib.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

/* A lock may be used without init when it is static: made on first use.    */
static void *
slot (gpointer *place, gsize size, void (*init) (void *))
{
  void *made, *found = __atomic_load_n (place, __ATOMIC_ACQUIRE);

  if (found != NULL)
    return found;
  made = calloc (1, size);
  init (made);
  if (__atomic_compare_exchange_n (place, &found, made, 0, __ATOMIC_ACQ_REL,
                                   __ATOMIC_ACQUIRE))
    return made;
  free (made);
  return found;
}

static void
init_mutex (void *mutex)
{
  pthread_mutex_init (mutex, NULL);
}

/* g_get_monotonic_time is what g_cond_wait_until counts in.                */
static void
init_cond (void *cond)
{
  pthread_condattr_t attr;

  pthread_condattr_init (&attr);
  pthread_condattr_setclock (&attr, CLOCK_MONOTONIC);
  pthread_cond_init (cond, &attr);
  pthread_condattr_destroy (&attr);
}

static pthread_mutex_t *
mutex_of (GMutex *mutex)
{
  return slot (&mutex->p, sizeof (pthread_mutex_t), init_mutex);
}

static pthread_cond_t *
cond_of (GCond *cond)
{
  return slot (&cond->p, sizeof (pthread_cond_t), init_cond);
}

void
g_mutex_init (GMutex *mutex)
{
  mutex->p = NULL;
}

void
g_mutex_clear (GMutex *mutex)
{
  if (mutex->p != NULL)
    pthread_mutex_destroy (mutex->p);
  free (mutex->p);
  mutex->p = NULL;
}

void
g_mutex_lock (GMutex *mutex)
{
  pthread_mutex_lock (mutex_of (mutex));
}

gboolean
g_mutex_trylock (GMutex *mutex)
{
  return pthread_mutex_trylock (mutex_of (mutex)) == 0;
}

void
g_mutex_unlock (GMutex *mutex)
{
  pthread_mutex_unlock (mutex_of (mutex));
}

void
g_cond_init (GCond *cond)
{
  cond->p = NULL;
}

void
g_cond_clear (GCond *cond)
{
  if (cond->p != NULL)
    pthread_cond_destroy (cond->p);
  free (cond->p);
  cond->p = NULL;
}

void
g_cond_wait (GCond *cond, GMutex *mutex)
{
  pthread_cond_wait (cond_of (cond), mutex_of (mutex));
}

gboolean
g_cond_wait_until (GCond *cond, GMutex *mutex, gint64 end_time)
{
  const struct timespec until = { end_time / G_USEC_PER_SEC,
                                  end_time % G_USEC_PER_SEC * 1000 };

  return pthread_cond_timedwait (cond_of (cond), mutex_of (mutex), &until)
         != ETIMEDOUT;
}

void
g_cond_signal (GCond *cond)
{
  pthread_cond_signal (cond_of (cond));
}

void
g_cond_broadcast (GCond *cond)
{
  pthread_cond_broadcast (cond_of (cond));
}
