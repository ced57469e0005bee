/* SPDX-License-Identifier: Apache-2.0
 *
 * crash.h - named places at which a test build can be told to die.
 *
 * MDCORE_CRASH_AT=name:n kills the process, as `kill -9` would, when it
 * passes the place for the n-th time (1 when left out).  Builds without test
 * hooks have no such places.
 */
#pragma once

#include "build-config.h"

#if MDCORE_TEST_HOOKS
/* `name` stands in the list of crash.c.  [any]                             */
void crash_point (const char *name);
#else
static inline void
crash_point (const char *name)
{
}
#endif

/* Every place there is, NULL-terminated; empty without test hooks.         */
const char *const *crash_point_names (void);
