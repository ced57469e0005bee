/* SPDX-License-Identifier: Apache-2.0
 *
 * rows.c - Arrow arrays as CSV or JSON lines.
 *
 * Most of a line is the same from row to row: names, symbol, columns without
 * a value.  It is planned once an array; a row is then the cells that have
 * values, each behind the constant text before it.
 */
#include "rows-private.h"

#include <stdlib.h>
#include <string.h>

#define MOST_COLUMNS 256

struct cell {
  cell_fn write;
  const struct ArrowArray *column;
  bool nullable;
  size_t from, len;          /* in `constant`                               */
};

struct rows {
  struct rows_options options;
  const struct md_table *table;
  bool made_up;
  struct text_buffer out, header, constant, symbol, provider, tail;
  struct cell cells[MOST_COLUMNS];
  size_t n_cells, rest;      /* rest: where the constant end begins         */
};

static const char *const lineage_names[]
  = { "source_provider", "_extracted_at", "_ingestion_id", "is_mock" };
#define N_LINEAGE 4

struct rows *
rows_new (const struct rows_options *options)
{
  struct rows *rows = calloc (1, sizeof *rows);

  if (rows == NULL)
    return NULL;
  rows->options = *options;
  rows->out.guard = rows->symbol.guard = rows->provider.guard
    = options->guard && !options->json;
  rows->out.day.day = rows->tail.day.day = INT64_MIN;
  return rows;
}

void
rows_free (struct rows *rows)
{
  if (rows == NULL)
    return;
  free (rows->out.start);
  free (rows->header.start);
  free (rows->constant.start);
  free (rows->symbol.start);
  free (rows->provider.start);
  free (rows->tail.start);
  free (rows);
}

static const struct md_field *
field_at (const struct md_table *table, size_t i)
{
  return (const struct md_field *) (const void *)
         ((const char *) table->fields + i * table->field_size);
}

/* is_mock stays when lineage does not: made-up rows are never unmarked.    */
static size_t
first_lineage (const struct rows *rows)
{
  if (rows->options.lineage)
    return 0;
  return rows->made_up ? N_LINEAGE - 1 : N_LINEAGE;
}

static void
set_cell (struct rows *rows, struct text_buffer *cell, const char *text)
{
  struct md_text value = { text, strlen (text) };

  cell->len = 0;
  if (rows->options.json)
    text_add_json (cell, value);
  else
    text_add_csv (cell, value);
}

bool
rows_series (struct rows *rows, const struct md_segment *segment)
{
  const struct md_table *table = segment->table;

  rows->table = table;
  rows->made_up = (segment->flags & MD_SEGMENT_MADE_UP) != 0;
  set_cell (rows, &rows->symbol, segment->symbol);
  set_cell (rows, &rows->provider, segment->provider);
  rows->header.len = 0;
  if (!rows->options.json) {
    for (size_t i = 0; i < table->n_fields; i++) {
      text_add_text (&rows->header, i > 0 ? "," : "");
      text_add_text (&rows->header, field_at (table, i)->name);
    }
    for (size_t i = first_lineage (rows); i < N_LINEAGE; i++) {
      text_add_text (&rows->header, ",");
      text_add_text (&rows->header, lineage_names[i]);
    }
    text_add_text (&rows->header, "\n");
  }
  return !rows->symbol.failed && !rows->provider.failed
         && !rows->header.failed && table->n_fields < MOST_COLUMNS;
}

struct md_text
rows_header (struct rows *rows)
{
  return (struct md_text) { rows->header.start, rows->header.len };
}

/* ---- what is constant -------------------------------------------------- */

static void
add_key (struct rows *rows, struct text_buffer *out, const char *name,
         bool first)
{
  if (rows->options.json) {
    text_add_text (out, first ? "{\"" : ",\"");
    text_add_text (out, name);
    text_add_text (out, "\":");
  } else if (!first) {
    text_add (out, ",", 1);
  }
}

static void
add_absent (struct rows *rows, struct text_buffer *out, uint32_t type)
{
  if (rows->options.json)
    text_add_text (out, type == MD_FIELD_FLAGS ? "\"\"" : "null");
}

static void
plan_column (struct rows *rows, const struct ArrowSchema *schema,
             const struct ArrowArray *column)
{
  struct text_buffer *constant = &rows->constant;
  cell_fn write = cell_writer (schema, column, rows->options.json,
                               rows->options.ns);

  if (write == NULL) {
    add_absent (rows, constant, md_arrow_type (schema));
    return;
  }
  rows->cells[rows->n_cells++]
    = (struct cell) { write, column, column->null_count > 0, rows->rest,
                      constant->len - rows->rest };
  rows->rest = constant->len;
}

static void
plan_rows (struct rows *rows, const struct ArrowSchema *schema,
           const struct ArrowArray *array)
{
  const struct md_table *table = rows->table;
  int64_t column = 0;

  rows->constant.len = rows->n_cells = rows->rest = 0;
  for (size_t i = 0; i < table->n_fields; i++) {
    const struct md_field *field = field_at (table, i);

    add_key (rows, &rows->constant, field->name, i == 0);
    if (field->flags & MD_FIELD_SERIES) {
      text_add (&rows->constant, rows->symbol.start, rows->symbol.len);
    } else {
      plan_column (rows, schema->children[column], array->children[column]);
      column++;
    }
  }
}

/* ---- the end of the line: where rows of one commit came from ------------ */

static void
add_extracted_at (struct rows *rows, const struct ArrowArray *times,
                  int32_t entry)
{
  struct text_buffer *tail = &rows->tail;
  md_time t = ((const md_time *) times->buffers[1])[entry];
  const char *quote = rows->options.json && !rows->options.ns ? "\"" : "";
  char *at;

  if (md_arrow_is_null (times, entry)) {
    add_absent (rows, tail, MD_FIELD_TIME);
    return;
  }
  text_add_text (tail, quote);
  at = text_room (tail, MD_FORMAT_ROOM);
  if (at != NULL)
    tail->len += rows->options.ns ? md_i64_format (t, at)
                                  : md_time_format_fast (&tail->day, t, at);
  text_add_text (tail, quote);
}

static void
add_ingestion_id (struct rows *rows, const struct ArrowArray *ids,
                  int32_t entry)
{
  struct md_text id = md_arrow_dictionary_text (ids, entry);

  if (id.ptr == NULL)
    add_absent (rows, &rows->tail, MD_FIELD_NAME);
  else if (rows->options.json)
    text_add_json (&rows->tail, id);
  else
    text_add_csv (&rows->tail, id);
}

static void
make_tail (struct rows *rows, const struct ArrowArray *array, int32_t entry)
{
  struct ArrowArray *const *last = array->children + array->n_children;
  struct text_buffer *tail = &rows->tail;

  tail->len = 0;
  text_add (tail, rows->constant.start + rows->rest,
            rows->constant.len - rows->rest);
  if (rows->options.lineage) {
    add_key (rows, tail, lineage_names[0], false);
    text_add (tail, rows->provider.start, rows->provider.len);
    add_key (rows, tail, lineage_names[1], false);
    add_extracted_at (rows, last[-2]->dictionary, entry);
    add_key (rows, tail, lineage_names[2], false);
    add_ingestion_id (rows, last[-1]->dictionary, entry);
  }
  if (first_lineage (rows) < N_LINEAGE) {
    add_key (rows, tail, lineage_names[3], false);
    text_add_text (tail, rows->made_up ? "true" : "false");
  }
  text_add_text (tail, rows->options.json ? "}\n" : "\n");
}

/* ---- rows -------------------------------------------------------------- */

static void
put_row (struct rows *rows, int64_t row)
{
  struct text_buffer *out = &rows->out;
  const char *constant = rows->constant.start;

  for (size_t i = 0; i < rows->n_cells; i++) {
    const struct cell *cell = &rows->cells[i];
    char *at = text_room (out, cell->len + MD_FORMAT_ROOM);

    if (at == NULL)
      return;
    memcpy (at, constant + cell->from, cell->len);
    out->len += cell->len;
    if (!cell->nullable || !md_arrow_is_null (cell->column, row))
      cell->write (out, cell->column, row);
    else if (rows->options.json)
      text_add (out, "null", 4);
  }
  text_add (out, rows->tail.start, rows->tail.len);
}

bool
rows_text (struct rows *rows, const struct ArrowSchema *schema,
           const struct ArrowArray *array, int64_t first, int64_t end,
           struct md_text *ret_text)
{
  const int32_t *entries
    = array->children[array->n_children - 1]->buffers[1];
  int32_t entry = -1;

  rows->out.len = 0;
  plan_rows (rows, schema, array);
  for (int64_t row = first; row < end; row++) {
    if (entries[row] != entry) {
      entry = entries[row];
      make_tail (rows, array, entry);
    }
    put_row (rows, row);
  }
  *ret_text = (struct md_text) { rows->out.start, rows->out.len };
  return !rows->out.failed && !rows->constant.failed && !rows->tail.failed;
}
