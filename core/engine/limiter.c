/* SPDX-License-Identifier: Apache-2.0
 *
 * limiter.c - how many permits a bucket has, and what 429s and quota headers
 * do to it.
 *
 * The generic cell rate algorithm, except that the state is a number of
 * permits (which may be owed) instead of a theoretical arrival time.  At a
 * constant rate both are the same; when the rate changes, an arrival time
 * would go on charging the old price for permits not yet handed out.
 */
#include "limiter.h"

#include "limiter-file.h"
#include "observe/log.h"

#include <math.h>
#include <string.h>

/* "No limit" as a rate that never makes anybody wait, so that penalties and
 * hints need no case of their own.                                         */
#define UNLIMITED      1e15
#define FLOOR_FACTOR   (1.0 / 64)
/* From half the rate back to the ceiling: two minutes.                     */
#define RECOVERY       (240.0 * MD_SECOND)
#define LONGEST_PAUSE  MD_DAY

typedef struct {
  double per_second, burst;
} Ceiling;

struct Limiter {
  LimiterFile *file;
  GMutex lock;             /* ceilings                                      */
  GHashTable *ceilings;    /* bucket -> Ceiling *                           */
  gint64 waited;           /* atomic                                        */
  guint64 waits;           /* atomic                                        */
};

Limiter *
limiter_new (const char *state_dir, const char *key_id)
{
  Limiter *limiter = g_new0 (Limiter, 1);

  limiter->file = limiter_file_open (state_dir, key_id);
  g_mutex_init (&limiter->lock);
  limiter->ceilings
    = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return limiter;
}

void
limiter_free (Limiter *limiter)
{
  if (limiter == NULL)
    return;
  limiter_file_close (limiter->file);
  g_hash_table_destroy (limiter->ceilings);
  g_mutex_clear (&limiter->lock);
  g_free (limiter);
}

char *
limiter_key_id (const char *provider, const char *const *secrets)
{
  g_autoptr (GChecksum) hash = g_checksum_new (G_CHECKSUM_SHA256);

  g_checksum_update (hash, (const guchar *) provider, strlen (provider) + 1);
  for (gsize i = 0; secrets != NULL && secrets[i] != NULL; i++)
    g_checksum_update (hash, (const guchar *) secrets[i],
                       strlen (secrets[i]) + 1);
  return g_strndup (g_checksum_get_string (hash), 32);
}

void
limiter_configure (Limiter *limiter, const char *bucket, double per_second,
                   double burst)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&limiter->lock);
  Ceiling *ceiling = g_new0 (Ceiling, 1);

  ceiling->per_second = per_second > 0 ? MIN (per_second, UNLIMITED)
                                       : UNLIMITED;
  ceiling->burst = MAX (burst, 1);
  g_hash_table_replace (limiter->ceilings, g_strdup (bucket ? bucket : ""),
                        ceiling);
}

static Ceiling
ceiling_of (Limiter *limiter, const char *bucket)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&limiter->lock);
  const Ceiling *found = g_hash_table_lookup (limiter->ceilings, bucket);

  return found != NULL ? *found : (Ceiling) { UNLIMITED, 1 };
}

/* ---- rates ----------------------------------------------------------- */

static double
factor_at (const LimiterState *state, gint64 t)
{
  double recovered = MAX (t - state->factor_at, 0) / RECOVERY;

  return CLAMP (state->factor + recovered, FLOOR_FACTOR, 1);
}

static double
rate_at (const LimiterState *state, const Ceiling *ceiling, gint64 t)
{
  double rate = ceiling->per_second * factor_at (state, t);

  return t < state->hint_until ? MIN (rate, state->hint_rate) : rate;
}

/* Permits that come up in [from, to).  The recovering rate counts as it was
 * at the start of a piece, which errs on the vendor's side.                */
static double
accrued (const LimiterState *state, const Ceiling *ceiling, gint64 from,
         gint64 to)
{
  double permits = 0;

  if (from < state->hint_until && state->hint_until < to) {
    permits = rate_at (state, ceiling, from)
              * ((double) (state->hint_until - from) / MD_SECOND);
    from = state->hint_until;
  }
  return permits
         + rate_at (state, ceiling, from) * ((double) (to - from) / MD_SECOND);
}

/* How long after `from` that many permits have come up.                    */
static gint64
time_for (const LimiterState *state, const Ceiling *ceiling, gint64 from,
          double permits)
{
  gint64 head = 0;

  if (from < state->hint_until) {
    double in_hint = accrued (state, ceiling, from, state->hint_until);

    if (permits > in_hint) {
      head = state->hint_until - from;
      from = state->hint_until;
      permits -= in_hint;
    }
  }
  return head
         + (gint64) ceil (permits / rate_at (state, ceiling, from)
                          * MD_SECOND);
}

/* Brings the state to now.                                                 */
static void
refresh (LimiterState *state, const Ceiling *ceiling, gint64 now)
{
  /* New; or written by a process whose boot clock is another (a container
   * with a time namespace of its own).                                     */
  if (state->factor == 0 || state->at > now + 2 * LONGEST_PAUSE) {
    state->level = ceiling->burst;
    state->at = now;
    state->factor = 1;
    state->hint_until = 0;
  }
  if (state->at < now) {
    state->level += accrued (state, ceiling, state->at, now);
    state->at = now;
  }
  state->level = MIN (state->level, ceiling->burst);
}

/* ---- permits --------------------------------------------------------- */

static gint64
wait_for_level (const LimiterState *state, const Ceiling *ceiling, gint64 now,
                double level)
{
  gint64 wait = state->at - now;

  if (state->level < level)
    wait += time_for (state, ceiling, state->at, level - state->level);
  return wait;
}

static gint64
reserve (Limiter *limiter, const char *bucket, double cost,
         guint64 *ret_generation)
{
  Ceiling ceiling = ceiling_of (limiter, bucket);
  LimiterState *state = limiter_file_lock (limiter->file, bucket);
  gint64 now = clock_boottime (), wait;

  refresh (state, &ceiling, now);
  state->level -= cost;
  wait = wait_for_level (state, &ceiling, now, 0);
  *ret_generation = state->generation;
  limiter_file_unlock (limiter->file, state);
  return wait;
}

/* Gives back what was reserved and not used; FALSE when a penalty has wiped
 * the reservation out in the meantime.                                     */
static gboolean
still_valid (Limiter *limiter, const char *bucket, guint64 generation,
             double refund)
{
  LimiterState *state = limiter_file_lock (limiter->file, bucket);
  gboolean valid = state->generation == generation;

  if (valid)
    state->level += refund;
  limiter_file_unlock (limiter->file, state);
  return valid;
}

static void
count_wait (Limiter *limiter, gint64 wait)
{
  if (wait <= 0)
    return;
  __atomic_add_fetch (&limiter->waited, wait, __ATOMIC_RELAXED);
  __atomic_add_fetch (&limiter->waits, 1, __ATOMIC_RELAXED);
}

gint64
limiter_reserve (Limiter *limiter, const char *bucket, double cost)
{
  guint64 generation;
  gint64 wait = reserve (limiter, bucket ? bucket : "", cost > 0 ? cost : 1,
                         &generation);

  count_wait (limiter, wait);
  return wait;
}

gboolean
limiter_take (Limiter *limiter, const char *bucket, double cost,
              gint64 deadline, const Cancel *cancel)
{
  bucket = bucket != NULL ? bucket : "";
  cost = cost > 0 ? cost : 1;
  for (;;) {
    guint64 generation;
    gint64 wait = reserve (limiter, bucket, cost, &generation);
    gint64 start = clock_monotonic ();
    gboolean waited = (deadline == 0 || wait < deadline - start)
                      && clock_wait_until (start + wait, cancel);

    count_wait (limiter, clock_monotonic () - start);
    if (!waited || cancel_requested (cancel)) {
      still_valid (limiter, bucket, generation, cost);
      return FALSE;
    }
    if (wait == 0 || still_valid (limiter, bucket, generation, 0))
      return TRUE;
  }
}

gint64
limiter_peek (Limiter *limiter, const char *bucket)
{
  Ceiling ceiling = ceiling_of (limiter, bucket ? bucket : "");
  LimiterState *state = limiter_file_lock (limiter->file, bucket ? bucket : "");
  gint64 now = clock_boottime (), wait;

  refresh (state, &ceiling, now);
  wait = wait_for_level (state, &ceiling, now, 1);
  limiter_file_unlock (limiter->file, state);
  return wait;
}

/* ---- what the vendor says -------------------------------------------- */

/* Nothing before `until`, then one call; all waiters queue up anew.        */
static void
pause_until (LimiterState *state, gint64 until)
{
  if (state->at < until) {
    state->at = until;
    state->level = 1;
    state->generation++;
  }
}

void
limiter_penalise (Limiter *limiter, const char *bucket, gint64 retry_after_ns)
{
  Ceiling ceiling = ceiling_of (limiter, bucket ? bucket : "");
  LimiterState *state = limiter_file_lock (limiter->file, bucket ? bucket : "");
  gint64 now = clock_boottime (), pause = retry_after_ns;

  refresh (state, &ceiling, now);
  /* Within a pause: a call that had left before it.                        */
  if (state->at <= now) {
    state->factor = MAX (factor_at (state, now) / 2, FLOOR_FACTOR);
    state->factor_at = now;
  }
  if (pause <= 0)
    pause = MD_SECOND / (2 * state->factor);
  pause = MIN (pause, LONGEST_PAUSE);
  pause_until (state, now + pause);
  state->factor_at = MAX (state->factor_at, state->at);
  limiter_file_unlock (limiter->file, state);
}

/* More callers wait for their turn than the vendor will serve: what they were
 * told was reckoned at the old rate.                                       */
static void
void_surplus (LimiterState *state, double remaining)
{
  if (-state->level <= remaining)
    return;
  state->level = 0;
  state->generation++;
}

void
limiter_hint_remaining (Limiter *limiter, const char *bucket, double remaining,
                        gint64 reset_ns)
{
  Ceiling ceiling = ceiling_of (limiter, bucket ? bucket : "");
  LimiterState *state;
  gint64 now = clock_boottime ();
  double rate;

  if (reset_ns <= 0 || isnan (remaining))
    return;
  reset_ns = MIN (reset_ns, LONGEST_PAUSE);
  state = limiter_file_lock (limiter->file, bucket ? bucket : "");
  refresh (state, &ceiling, now);
  state->hint_until = 0;
  rate = remaining / ((double) reset_ns / MD_SECOND);
  if (remaining < 1) {
    pause_until (state, now + reset_ns);
  } else if (rate < rate_at (state, &ceiling, now)) {
    state->hint_rate = rate;
    state->hint_until = now + reset_ns;
    state->level = MIN (state->level, 1);
    void_surplus (state, remaining);
  } else {
    state->level = MIN (state->level, remaining);
  }
  limiter_file_unlock (limiter->file, state);
}

gint64
limiter_waited (Limiter *limiter)
{
  return __atomic_load_n (&limiter->waited, __ATOMIC_RELAXED);
}

guint64
limiter_waits (Limiter *limiter)
{
  return __atomic_load_n (&limiter->waits, __ATOMIC_RELAXED);
}
