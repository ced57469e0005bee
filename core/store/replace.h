/* SPDX-License-Identifier: Apache-2.0
 *
 * replace.h - rows of one series in an interval become exactly the answer's.
 */
#pragma once

#include "merge.h"
#include "segment.h"

typedef struct {
  const View *view;
  Stage *stage;
  const Segment *segment;
  const Columns *rows;       /* the answer for this series, NULL = nothing  */
  const GPtrArray *blocks;   /* of SegmentBlock, encoded already            */
  Series series;
  guint64 commit;
  const GArray *answered;    /* Span, or NULL                               */
  /* Results.                                                               */
  RowCounts counts;
  guint64 held;              /* rows in the interval before                 */

  guint next_block;          /* of `blocks`                                 */
} Replace;

/* Stages what changes; counts tell whether anything did.                   */
gboolean replace_rows (Replace *r, GError **error);

static inline gboolean
counts_changed (const RowCounts *counts)
{
  return counts->added + counts->changed + counts->withdrawn > 0;
}
