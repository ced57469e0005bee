/* SPDX-License-Identifier: Apache-2.0
 *
 * limits.h - what the vendor's plan allows.  Which rate a bucket is kept to: the
 * job's word, else what the provider declares for the job's plan, else the
 * bucket's first declaration.  And when rows are final.
 */
#pragma once

#include "engine.h"
#include "limiter.h"

/* The value of the provider's key `plan`, or NULL.                         */
const char *limits_plan (const EngineInput *input);
/* per_second 0 = unlimited.  NULL is the default bucket.                   */
RateLimit limits_of (const EngineInput *input, const char *bucket);
/* Calls of a day on the job's plan, 0 = any number.                        */
double limits_per_day (const EngineInput *input);
/* How long after its end a row of this offer is final on the job's plan.   */
gint64 limits_settle (const EngineInput *input, const struct md_offer *offer);
/* All buckets that the job or the provider names.                          */
void limits_configure (Limiter *limiter, const EngineInput *input);
