/* SPDX-License-Identifier: Apache-2.0
 *
 * limiter.h - the vendor's rate limit, shared by all processes of the host
 * that use one credential.
 *
 * GCRA per bucket, kept as permits in a small locked file (limiter-file.h)
 * that survives crashes, steps of the wall clock and damage.  A limiter that
 * cannot reach its file says so once and limits this process alone.
 * Everything is [any] thread.  A NULL bucket is the default one.
 */
#pragma once

#include "data/clock.h"

typedef struct Limiter Limiter;

/* state_dir NULL: $XDG_RUNTIME_DIR/mdcore, else /var/tmp/mdcore-UID.
 * key_id: a hash of provider and credential (limiter_key_id), never the
 * credential; it becomes a file name.                                      */
Limiter *limiter_new (const char *state_dir, const char *key_id);
void limiter_free (Limiter *limiter);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Limiter, limiter_free)
/* Hex of a SHA-256 over both; secrets may be NULL.  (transfer full)        */
char *limiter_key_id (const char *provider, const char *const *secrets);

/* The ceiling.  per_second 0 = unlimited, which is also what a bucket that
 * was never configured is; burst below 1 counts as 1.                      */
void limiter_configure (Limiter *limiter, const char *bucket,
                        double per_second, double burst);

/* Reserves `cost` permits and returns how long to wait before sending (ns,
 * 0 = now).  First come, first served.  A caller that sleeps by itself does
 * not notice a 429 that others meet meanwhile: prefer limiter_take.        */
gint64 limiter_reserve (Limiter *limiter, const char *bucket, double cost);
/* Reserves, waits, and starts again when somebody was refused meanwhile.
 * FALSE: cancelled, or the monotonic `deadline` (0 = none) comes first, in
 * which case it returns at once.                                           */
gboolean limiter_take (Limiter *limiter, const char *bucket, double cost,
                       gint64 deadline, const Cancel *cancel);
/* Time until the bucket has permits again for one more call (ns), without
 * taking any: for "waiting: rate limit, 12 s".                             */
gint64 limiter_peek (Limiter *limiter, const char *bucket);

/* After a 429: nobody sends before retry_after_ns (0 = the vendor gave none:
 * a second, doubling when it repeats), then at half the rate, which recovers
 * to the ceiling within two minutes.  Refusals of calls that were in flight
 * together count once.                                                     */
void limiter_penalise (Limiter *limiter, const char *bucket,
                       gint64 retry_after_ns);
/* The vendor says that `remaining` permits are left until reset_ns from now:
 * until then no more than that are handed out.                             */
void limiter_hint_remaining (Limiter *limiter, const char *bucket,
                             double remaining, gint64 reset_ns);

/* What callers of this object were made to wait so far, ns, and how often. */
gint64 limiter_waited (Limiter *limiter);
guint64 limiter_waits (Limiter *limiter);
