/* SPDX-License-Identifier: Apache-2.0
 *
 * pair.h - which new row is which old row, among rows of one time.
 */
#pragma once

#include "data/columns.h"

#define NO_ROW G_MAXSIZE

typedef struct {
  gsize was, now; /* rows of old and new, or NO_ROW                         */
} RowPair;

/* Appends a pair for each row of old[a0, a1) and now[b0, b1): equal keys meet
 * in the order in which they stand, whatever else the rows say.            */
void pair_by_key (const Columns *old, gsize a0, gsize a1, const Columns *now,
                  gsize b0, gsize b1, GArray *pairs);
/* The same, but rows meet only when they are equal in every field.         */
void pair_by_content (const Columns *old, gsize a0, gsize a1,
                      const Columns *now, gsize b0, gsize b1, GArray *pairs);
