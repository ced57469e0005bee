/* SPDX-License-Identifier: Apache-2.0
 *
 * sinks.h - the sinks of a run: a thread each, behind the committer.
 *
 * A sink reads what it lacks out of the store when commits were made, so it
 * holds no queue, and neither a slow sink nor one that fails holds up the
 * run or the others.
 */
#pragma once

#include "engine.h"

typedef struct Sinks Sinks;

/* Entries for the report, before anything happened.  (transfer full)       */
GPtrArray *sinks_entries (const EngineInput *input);
/* Starts the threads; the store is open for writing.  entries: of
 * sinks_entries, filled as it goes.                                        */
Sinks *sinks_start (const EngineInput *input, GPtrArray *entries,
                    const Cancel *cancel);
/* Commits were made.  [committer]                                          */
void sinks_news (Sinks *sinks);
/* No more commits will come: waits until every sink has everything, or has
 * failed, and frees.                                                       */
void sinks_finish (Sinks *sinks);
