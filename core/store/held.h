/* SPDX-License-Identifier: Apache-2.0
 *
 * held.h - a block that is there, and the window around it.
 */
#pragma once

#include "catalogue.h"

typedef struct {
  GBytes *key, *value;
  gsize rows;
} HeldBlock;

typedef struct {
  GArray *blocks;      /* of HeldBlock; more than one: small ones that are  */
                       /*   to become one                                   */
  BlockInfo info;      /* of the last block; n_rows of all                  */
  md_time bucket_from, bucket_to;
  md_time from, to;    /* the window                                        */
} Held;

/* The block at the cursor.                                                 */
gboolean held_read (const View *view, const Series *series,
                    const Cursor *cursor, Held *ret_held, GError **error);
void held_clear (Held *held);
/* Takes in the blocks before it, as long as each is not much larger than
 * what it joins: `more` rows are going to be added.                        */
gboolean held_join_earlier (Held *held, const View *view, const Series *series,
                            gsize more, GError **error);
/* All rows.                                                                */
Columns *held_decode (const Held *held, const char *path, const Series *series,
                      GError **error);
/* Is it one block with exactly this payload?                               */
gboolean held_is_payload (const Held *held, GBytes *payload, gsize n);
/* May a block of `rows` be written again to add `more`?  Geometric sizes: a
 * run of small appends rewrites each row a few times, and leaves few blocks;
 * blocks of a thousand rows stay as they are.                              */
gboolean held_may_grow (gsize rows, gsize more);
