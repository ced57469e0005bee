/* SPDX-License-Identifier: Apache-2.0
 *
 * straight.h - `[store] rows = off`: rows go to the sinks alone, before the
 * commit that records their coverage.
 *
 * Where a sink fails, that commit keeps the rows as well; the sink gets them
 * out of the store later, and when every sink has everything they are
 * dropped.  A sink that has what was never committed (the process died in
 * between) takes it out again: see md_sink.rewind.
 */
#pragma once

#include "engine.h"

typedef struct Straight Straight;

/* Opens the sinks and delivers what the store kept for them.  entries: of
 * sinks_entries, filled as it goes.                                        */
Straight *straight_start (const EngineInput *input, GPtrArray *entries,
                          const Cancel *cancel);
/* Delivers the rows of a segment that will be commit `number`.  TRUE: every
 * sink has them, and they are out of the segment.  [committer]             */
gboolean straight_deliver (Straight *straight, Segment *segment,
                           guint64 number);
void straight_finish (Straight *straight);

/* Drops kept rows that every sink has, as its entry says.                  */
void straight_drop_spool (const EngineInput *input, const GPtrArray *entries);
