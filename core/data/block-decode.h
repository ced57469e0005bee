/* SPDX-License-Identifier: Apache-2.0
 *
 * block-decode.h - what the decoders of a block's columns share.  They return
 * NULL or what is wrong, to be said after the field's name.
 */
#pragma once

#include "block-format.h"

typedef struct {
  Columns *into;
  gsize n;              /* rows of the block; they go behind into->n        */
  guint8 *seen;         /* by column: SEEN or SEEN_WHOLE                    */
  gint64 *scratch;      /* of n                                             */
} BlockDecoder;

#define SEEN       1
#define SEEN_WHOLE 2    /* no value absent: others may refer to it          */

/* One column of the block.                                                 */
typedef struct {
  Column *column;
  Reader body;
  const guint8 *present; /* bitmap, or NULL: all                            */
  gsize n;               /* rows that have a value                          */
} BlockPart;

static inline gboolean
block_is_present (const BlockPart *part, gsize row)
{
  return part->present == NULL
         || (part->present[row / 8] >> (row % 8) & 1) != 0;
}

/* n integers of the body's stream.                                         */
const char *block_read_ints (BlockDecoder *d, BlockPart *part, gint64 *out,
                             gsize n);

typedef const char *(*DecodeFn) (BlockDecoder *d, BlockPart *part);
const char *block_decode_names (BlockDecoder *d, BlockPart *part);
const char *block_decode_numbers (BlockDecoder *d, BlockPart *part);
const char *block_decode_texts (BlockDecoder *d, BlockPart *part);
