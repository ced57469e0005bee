/* SPDX-License-Identifier: Apache-2.0
 *
 * segment.h - how the rows of a segment are cut into blocks.
 */
#pragma once

#include "store.h"

typedef struct {
  gsize first, n;
  GBytes *payload; /* NULL when one time has more rows than a block holds   */
} SegmentBlock;

static inline gboolean
interval_is_tick (const struct md_interval *interval)
{
  return interval->count == 0;
}

/* Where the block that begins at row `first` ends, at the latest at `end`. */
gsize segment_cut (const Columns *rows, const struct md_interval *interval,
                   gsize first, gsize end);
/* May it be committed?                                                     */
gboolean segment_check (const Segment *segment, GError **error);
/* For a dead letter.  (transfer full)                                      */
GBytes *segment_pack (const Segment *segment);
