/* SPDX-License-Identifier: Apache-2.0
 *
 * block-format.h - the numbers of the block's byte layout and the reading of
 * its header.  docs/architecture.md describes the whole.
 */
#pragma once

#include "block.h"
#include "bytes.h"

#define BLOCK_FORMAT 1

/* How a column is written.                                                 */
#define CODING_INTS        1 /* i64, time, price, flags: one stream         */
#define CODING_DECIMALS    2 /* f64: power of ten, stream of the integers   */
#define CODING_DOUBLES     3 /* f64: 8 bytes each                           */
#define CODING_NAMES       4 /* dictionary, stream of index + 1, 0 absent   */
#define CODING_TEXTS       5 /* stream of lengths, then the bytes           */
#define CODING_NUMBERS     6 /* text: stream of the integers that it spells */
#define CODING_KIND     0x7f /* mask                                        */
#define CODING_ABSENTS  0x80 /* a bitmap of the rows that have a value, low */
                             /*   bit first, precedes; the rest are skipped */

/* What surrounds the columns: header and the head of the payload.          */
typedef struct {
  BlockInfo info;
  const char *table;     /* not terminated                                  */
  gsize table_len;
  Reader runs;           /* pairs of commit difference and row count        */
  Reader columns;
} BlockParts;

/* Lengths checked everywhere, both CRCs compared.                          */
gboolean block_parts (const void *bytes, gsize len, BlockParts *ret_parts,
                      GError **error);
gboolean block_damaged (GError **error, const char *format, ...)
  G_GNUC_PRINTF (2, 3);
