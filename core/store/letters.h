/* SPDX-License-Identifier: Apache-2.0
 *
 * letters.h - dead letters: rows and segments that were set aside.
 */
#pragma once

#include "store-private.h"

/* Stages the segment's letters; *ret_new tells whether one is not known yet.
 * A known one is counted once more.                                        */
gboolean letters_stage (const View *view, Stage *stage, const Segment *segment,
                        md_time now, gboolean *ret_new, GError **error);
/* The same for one letter, which is filled in (ask, ids, time).            */
gboolean letter_stage (const View *view, Stage *stage, const Segment *segment,
                       const DeadLetter *letter, md_time now,
                       gboolean *ret_new, GError **error);
