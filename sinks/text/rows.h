/* SPDX-License-Identifier: Apache-2.0
 *
 * rows.h - Arrow arrays as CSV or JSON lines, written as `mdcore export`
 * writes them.
 */
#ifndef MDCORE_SINKS_ROWS_H
#define MDCORE_SINKS_ROWS_H

#include <mdcore.h>
#include <support/arrow.h>
#include <support/format.h>

struct rows_options {
  bool json;
  bool ns;       /* times as integers                                       */
  bool lineage;  /* source_provider, _extracted_at, _ingestion_id, is_mock  */
  bool guard;    /* CSV: a text that a spreadsheet would compute gets a '   */
};

struct rows;

struct rows *rows_new (const struct rows_options *options);
void rows_free (struct rows *rows);
/* What the rows from here on belong to.  False: out of memory, or a table
 * with more columns than there are.                                        */
bool rows_series (struct rows *rows, const struct md_segment *segment);
/* The line with the names ("" for JSON); valid until rows_series.          */
struct md_text rows_header (struct rows *rows);
/* Rows [first, end) as text, which is valid until the next call.  False: out
 * of memory.                                                               */
bool rows_text (struct rows *rows, const struct ArrowSchema *schema,
                const struct ArrowArray *array, int64_t first, int64_t end,
                struct md_text *ret_text);

#endif
