/* SPDX-License-Identifier: Apache-2.0
 *
 * block.h - the columnar block: rows <-> bytes, and where blocks are cut.
 *
 * A block is a header (format, table name, row count, run-length commit
 * column, CRC32C) and a payload (columns by permanent field id, delta +
 * zigzag varints, prices divided by their common power of ten, doubles as
 * decimal varints where that round-trips bit for bit, own CRC32C).  The
 * payload does not depend on commit numbers, so workers encode it before the
 * committer knows them.  docs/architecture.md has the byte layout.
 */
#pragma once

#include "columns.h"

/* What a block can hold; bounds the memory that a few bytes can claim.     */
#define BLOCK_MAX_ROWS (1u << 22)

/* Payload of rows [first, first + n), 0 < n <= BLOCK_MAX_ROWS, in time
 * order.  Independent of the machine and of what the columns hold besides,
 * except for the order of equal times.  [any]                              */
GBytes *block_encode_payload (const Columns *columns, gsize first, gsize n);

typedef struct {
  guint64 commit;
  guint32 n; /* rows                                                        */
} CommitRun;

/* Header + payload.                                                        */
GBytes *block_seal (GBytes *payload, const struct md_table *table, gsize n,
                    const CommitRun *runs, gsize n_runs);

/* Whole rows with their commits.  CORE_ERROR_DATA names what is wrong; a
 * field id that `table` lacks is CORE_ERROR_STORE_FORMAT.                  */
Columns *block_decode (const void *bytes, gsize len,
                       const struct md_table *table, GError **error);
/* Appends to an existing object instead (scans); its rows are untouched on
 * failure.                                                                 */
gboolean block_decode_into (Columns *into, const void *bytes, gsize len,
                            GError **error);
/* The header alone.                                                        */
typedef struct {
  gsize n_rows, payload_offset;
  md_time first, last; /* index times                                       */
  guint64 max_commit, min_commit;
} BlockInfo;
gboolean block_peek (const void *bytes, gsize len, BlockInfo *ret_info,
                     GError **error);

/* Where blocks are cut: [*ret_from, *ret_to) is the calendar bucket of t.
 * An hour for intervals below a minute, a UTC day for minutes, a month from
 * 30 minutes up, a year for days and longer; ticks: a UTC day, in which
 * blocks are cut every BLOCK_TICK_ROWS rows (never between equal times).   */
#define BLOCK_TICK_ROWS 8192
void block_bucket (const struct md_interval *interval, md_time t,
                   md_time *ret_from, md_time *ret_to);

/* CRC-32C of data behind bytes whose CRC is `crc` (0: none).               */
guint32 crc32c (guint32 crc, const void *data, gsize len);
guint32 crc32c_portable (guint32 crc, const void *data, gsize len);
