/* SPDX-License-Identifier: Apache-2.0
 *
 * mappings.h - what stands behind a selector: the intervals that the vendor
 * names (mappings), and the series that its answers delivered (links).
 */
#pragma once

#include "store-private.h"

/* Stages what the segment's mappings change; *ret_changed tells if any.    */
gboolean mappings_stage (const View *view, Stage *stage,
                         const Segment *segment, gboolean *ret_changed,
                         GError **error);
/* Stages that the selector delivered rows of the instrument in the segment's
 * interval.                                                                */
gboolean link_stage (const View *view, Stage *stage, const Segment *segment,
                     const char *instrument, gboolean *ret_changed,
                     GError **error);
/* Of Mapping: instruments delivered earlier, with the interval from the first
 * to the last answer that held rows.  (transfer full)                      */
GPtrArray *links_read (const View *view, const AskKey *ask, GError **error);
