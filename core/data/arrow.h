/* SPDX-License-Identifier: Apache-2.0
 *
 * arrow.h - columns as the Arrow C Data Interface, for sinks.
 *
 * sdk/include/mdcore-sink.h says which Arrow type each field becomes.  Whole
 * columns of numbers are handed out where they are; only validity bitmaps,
 * texts and dictionaries are made.
 */
#pragma once

#include "columns.h"

#include <mdcore-arrow.h>

/* Rows of one array at most.                                               */
#define ARROW_ROWS_MAX 65536

/* Columns that arrays point into, kept as long as one of them lives.  [any] */
typedef struct ArrowRows ArrowRows;
ArrowRows *arrow_rows_new (Columns *columns /* (transfer full) */);
/* Borrowed: the columns outlive all arrays.                                */
ArrowRows *arrow_rows_borrow (Columns *columns);
ArrowRows *arrow_rows_ref (ArrowRows *rows);
void arrow_rows_unref (ArrowRows *rows);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ArrowRows, arrow_rows_unref)
const Columns *arrow_rows_columns (const ArrowRows *rows);

/* Where rows came from: `row` has an entry number for each row.            */
typedef struct {
  guint n;
  const md_time *extracted_at;     /* by entry; MD_ABSENT = not known       */
  const char *const *ingestion_id; /* by entry; NULL = not known            */
  const gint32 *row;
} ArrowOrigins;

/* The table's fields without the one that names the series, then
 * _extracted_at and _ingestion_id.  Released by the caller.                */
void arrow_schema (const struct md_table *table, struct ArrowSchema *ret);
/* Rows [first, first + n), n <= ARROW_ROWS_MAX; origins->row[0] belongs to
 * row `first`, and nothing of origins is kept.  Released by whoever ends up
 * with it.                                                                 */
void arrow_export (ArrowRows *rows, gsize first, gsize n,
                   const ArrowOrigins *origins, struct ArrowArray *ret);
