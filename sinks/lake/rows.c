/* SPDX-License-Identifier: Apache-2.0
 *
 * rows.c - which columns a table has in a file.
 */
#include "rows-private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_SIZE 128

static const struct md_field *
field_at (const struct md_table *table, size_t i)
{
  return (const struct md_field *) ((const char *) table->fields
                                    + i * table->field_size);
}

static bool
add (struct lake_rows *rows, const char *name, enum lake_source source,
     enum pq_kind kind, size_t child, bool required)
{
  struct lake_column *column = &rows->columns[rows->n];

  *column = (struct lake_column) { .source = source, .child = child,
                                   .field = name };
  rows->nodes[rows->n] = (struct pq_node) {
    .name = strdup (name), .kind = kind,
    .repetition = required ? PQ_REQUIRED : PQ_OPTIONAL };
  return rows->nodes[rows->n++].name != NULL;
}

static enum pq_kind
time_kind (const struct lake_rows *rows)
{
  return rows->form.micros ? PQ_TIME_US : PQ_TIME_NS;
}

static bool
add_field (struct lake_rows *rows, const struct md_field *field, size_t child)
{
  bool required = child == 0;

  switch (field->type) {
  case MD_FIELD_TIME:
    return add (rows, field->name, LAKE_TIME, time_kind (rows), child,
                required);
  case MD_FIELD_PRICE:
    return add (rows, field->name, LAKE_PRICE,
                rows->form.doubles ? PQ_F64 : PQ_DECIMAL, child, false);
  case MD_FIELD_F64:
    return add (rows, field->name, LAKE_F64, PQ_F64, child, false);
  case MD_FIELD_NAME:
    return add (rows, field->name, LAKE_NAME, PQ_TEXT, child, false);
  case MD_FIELD_TEXT:
    return add (rows, field->name, LAKE_TEXT, PQ_TEXT, child, false);
  case MD_FIELD_FLAGS:
    return add (rows, field->name, LAKE_FLAGS, PQ_I32, child, true);
  default:
    return add (rows, field->name, LAKE_I64, PQ_I64, child, false);
  }
}

/* A microsecond is finer than any bar, but not than a clock.               */
static bool
add_exact (struct lake_rows *rows, const struct md_field *field, size_t child)
{
  char name[NAME_SIZE];

  if (field->type != MD_FIELD_TIME || !rows->form.micros
      || strcmp (rows->table, "bar") == 0)
    return true;
  snprintf (name, sizeof name, "%s_ns", field->name);
  return add (rows, name, LAKE_I64, PQ_I64, child, child == 0);
}

static bool
add_fields (struct lake_rows *rows, const struct md_table *table,
            size_t *ret_children)
{
  size_t child = 0;

  for (size_t i = 0; i < table->n_fields; i++) {
    const struct md_field *field = field_at (table, i);

    if (field->flags & MD_FIELD_SERIES)
      continue;
    if (!add_field (rows, field, child)
        || (child == 0 && rows->form.symbol
            && !add (rows, "symbol", LAKE_SYMBOL, PQ_TEXT, 0, true)))
      return false;
    child++;
  }
  child = 0;
  for (size_t i = 0; i < table->n_fields; i++) {
    const struct md_field *field = field_at (table, i);

    if (!(field->flags & MD_FIELD_SERIES)
        && !add_exact (rows, field, child++))
      return false;
  }
  *ret_children = child;
  return true;
}

static bool
add_origin (struct lake_rows *rows, size_t children)
{
  return add (rows, "source_provider", LAKE_PROVIDER, PQ_TEXT, 0, true)
         && (!rows->form.dataset
             || add (rows, "source_dataset", LAKE_DATASET, PQ_TEXT, 0, true))
         && add (rows, "_extracted_at", LAKE_EXTRACTED, time_kind (rows),
                 children, false)
         && add (rows, "_ingestion_id", LAKE_INGESTION, PQ_TEXT,
                 children + 1, false)
         && add (rows, "is_mock", LAKE_MOCK, PQ_BOOL, 0, true);
}

static bool
copy_segment (struct lake_rows *rows, const struct md_segment *segment)
{
  rows->symbol = strdup (segment->symbol);
  rows->provider = strdup (segment->provider);
  rows->dataset = strdup (segment->dataset);
  rows->table = strdup (segment->table->name);
  rows->is_mock = (segment->flags & MD_SEGMENT_MADE_UP) != 0;
  return rows->symbol != NULL && rows->provider != NULL
         && rows->dataset != NULL && rows->table != NULL;
}

struct lake_rows *
lake_rows_new (const struct md_segment *segment, const struct lake_form *form)
{
  struct lake_rows *rows = calloc (1, sizeof *rows);
  /* Each field may have an exact twin; then symbol and origin.             */
  size_t most = 2 * segment->table->n_fields + 8, children;

  if (rows == NULL)
    return NULL;
  rows->form = *form;
  rows->nodes = calloc (most, sizeof *rows->nodes);
  rows->values = calloc (most, sizeof *rows->values);
  rows->columns = calloc (most, sizeof *rows->columns);
  if (rows->nodes != NULL && rows->values != NULL && rows->columns != NULL
      && copy_segment (rows, segment)
      && add_fields (rows, segment->table, &children)
      && add_origin (rows, children))
    return rows;
  lake_rows_free (rows);
  return NULL;
}

void
lake_rows_free (struct lake_rows *rows)
{
  if (rows == NULL)
    return;
  for (size_t i = 0; i < rows->n; i++) {
    free ((char *) rows->nodes[i].name);
    free (rows->columns[i].words);
    free (rows->columns[i].bits);
  }
  free (rows->nodes);
  free (rows->values);
  free (rows->columns);
  free (rows->symbol);
  free (rows->provider);
  free (rows->dataset);
  free (rows->table);
  free (rows);
}
