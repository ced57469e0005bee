/* SPDX-License-Identifier: Apache-2.0
 *
 * limits.h - which rate a bucket is kept to: the job's word, else what the
 * provider declares for the job's plan, else the bucket's first declaration.
 */
#pragma once

#include "engine.h"
#include "limiter.h"

/* per_second 0 = unlimited.  NULL is the default bucket.                   */
RateLimit limits_of (const EngineInput *input, const char *bucket);
/* All buckets that the job or the provider names.                          */
void limits_configure (Limiter *limiter, const EngineInput *input);
