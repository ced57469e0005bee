/* SPDX-License-Identifier: Apache-2.0
 *
 * retry.h - whether a failure is worth another attempt, and when.  Pure.
 */
#pragma once

#include "config/job.h"

/* Limited, network and protocol failures may pass; all others are answers:
 * asking again costs a call and changes nothing.                           */
gboolean retry_class (int klass);

/* Wait after the attempt-th failure in a row (from 1): uniform in
 * [0, min (cap, base * 2^(attempt - 1))] ("full jitter", so that workers
 * that failed together do not come back together), and never less than the
 * vendor's retry_after_ns (0 = none), which may exceed the cap.  *prng is the
 * caller's state; any seed will do.                                        */
gint64 retry_delay (const RetryPolicy *policy, guint attempt,
                    gint64 retry_after_ns, guint64 *prng);

/* All of it: class, number of attempts, and that the wait ends before the
 * monotonic deadline (0 = none).                                           */
gboolean retry_allowed (const RetryPolicy *policy, int klass, guint attempt,
                        gint64 delay, gint64 deadline);
