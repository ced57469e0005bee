/* SPDX-License-Identifier: Apache-2.0
 *
 * breaker.h - stops calling an origin that keeps failing.
 *
 * Closed until `threshold` failures in a row, then open for `cool_down`, then
 * half-open: exactly one probe goes out, whose result closes or opens it
 * again.  A probe that is never reported is given up after another
 * cool_down.  Everything is [any] thread.
 */
#pragma once

#include "config/job.h"
#include "data/clock.h"

typedef struct Breaker Breaker;

typedef enum { BREAKER_CLOSED, BREAKER_OPEN, BREAKER_HALF_OPEN } BreakerState;

/* policy->threshold 0: never opens.                                        */
Breaker *breaker_new (const BreakerPolicy *policy);
void breaker_free (Breaker *breaker);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Breaker, breaker_free)

/* TRUE: call, then report.  FALSE: *ret_wait_ns (may be NULL) is when to ask
 * again.                                                                   */
gboolean breaker_allow (Breaker *breaker, const char *origin,
                        gint64 *ret_wait_ns);
/* ok: the origin answered, be it with a refusal: 401, 404, 429 are answers.
 * Not ok: no connection, timeout, 5xx, nonsense.                           */
void breaker_report (Breaker *breaker, const char *origin, gboolean ok);

BreakerState breaker_state (Breaker *breaker, const char *origin);
