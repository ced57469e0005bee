/* SPDX-License-Identifier: Apache-2.0
 *
 * raw.h - vendors' answers as they came, by the hash of their content.
 */
#pragma once

#include "store-private.h"

/* zstd of a body: a worker's job.                                          */
GBytes *raw_compress (GBytes *body);
/* Stages the answers of a segment that are not there yet.                  */
gboolean raw_stage (const View *view, Stage *stage, const Segment *segment,
                    md_time now, GError **error);
