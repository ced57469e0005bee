/* SPDX-License-Identifier: Apache-2.0
 *
 * rows.h - a segment's Arrow arrays as columns of a Parquet file.
 */
#ifndef LAKE_ROWS_H
#define LAKE_ROWS_H

#include "parquet.h"

#include <mdcore.h>
#include <mdcore-arrow.h>

/* What the job asked for.                                                  */
struct lake_form {
  bool doubles;  /* prices = double                                         */
  bool micros;   /* time = us                                               */
  bool symbol;   /* with a column `symbol` behind ts                        */
  bool dataset;  /* with a column `source_dataset`                          */
};

struct lake_column;

struct lake_rows {
  struct lake_form form;
  size_t n;                   /* columns                                    */
  struct pq_node *nodes;
  struct pq_values *values;   /* after lake_rows_load                       */
  struct lake_column *columns;
  size_t n_rows;
  const int64_t *ts;          /* of these rows                              */
  char *symbol, *provider, *dataset, *table;
  bool is_mock;
};

/* Columns: ts, symbol, the table's other fields, where times are in
 * microseconds and not those of bars NAME_ns with the exact value of each,
 * source_provider, source_dataset, _extracted_at, _ingestion_id, is_mock.
 * NULL: no memory.                                                         */
struct lake_rows *lake_rows_new (const struct md_segment *segment,
                                 const struct lake_form *form);
void lake_rows_free (struct lake_rows *rows);
/* The array must stay until the values have been used.                     */
int lake_rows_load (struct lake_rows *rows, const struct ArrowArray *array,
                    struct md_error *err);

#endif
