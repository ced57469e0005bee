/* SPDX-License-Identifier: Apache-2.0
 *
 * ints.h - streams of integers inside a block: what differs from a
 * prediction, divided by a power of ten, as varints or runs.
 * docs/architecture.md has the byte layout.
 */
#pragma once

#include "bytes.h"

/* What a value is compared with: nothing, the value before it, or another
 * column's value in the same row or the row before (row 0: its own row).   */
#define INTS_PLAIN      0
#define INTS_PREVIOUS   1
#define INTS_SAME_ROW   2
#define INTS_ROW_BEFORE 3
#define INTS_PREDICTOR  3 /* mask                                           */
#define INTS_UNSIGNED   4 /* no residual is negative: not zigzagged         */
#define INTS_RUNS       8 /* pairs of residual and count                    */

#define INTS_POWERS 19    /* 10^0 .. 10^18                                  */
extern const guint64 ints_power[INTS_POWERS];

/* A column that the decoder has by then, as long as the stream.            */
typedef struct {
  guint32 id;
  const gint64 *values;
} IntsRef;

/* The largest k <= most for which 10^k divides all of them.                */
guint ints_common_power (const gint64 *values, gsize n, guint most);
/* n > 0; 10^power divides all values, and those of `refs`; scratch holds n.
 * Any values: arithmetic is modulo 2^64 on both sides.                     */
void ints_encode (Writer *w, const gint64 *values, gsize n, guint power,
                  const IntsRef *refs, gsize n_refs, gint64 *scratch);

typedef struct {
  guint predictor;
  gboolean is_unsigned, has_runs;
  guint power;
  guint32 ref;      /* id of the column compared with                       */
} IntsHead;

/* NULL, or what is wrong.                                                  */
const char *ints_decode_head (Reader *r, IntsHead *ret_head);
const char *ints_decode_body (Reader *r, const IntsHead *head,
                              const gint64 *ref, gint64 *out, gsize n);
