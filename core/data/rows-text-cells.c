/* SPDX-License-Identifier: Apache-2.0
 *
 * rows-text-cells.c - single values as CSV fields and JSON values.
 */
#include "rows-text-private.h"
#include "columns-private.h"

#include <math.h>

char *
text_buffer_room (TextBuffer *buffer, gsize more)
{
  gsize used = (gsize) (buffer->at - buffer->start);
  gsize size = (gsize) (buffer->end - buffer->start);

  if (size - used < more) {
    size = MAX (2 * size, used + more);
    buffer->start = g_realloc (buffer->start, size);
    buffer->at = buffer->start + used;
    buffer->end = buffer->start + size;
  }
  return buffer->at;
}

/* ---- texts ----------------------------------------------------------- */

void
cell_put_csv (TextBuffer *buffer, const char *text, gsize len)
{
  buffer->at = md_csv_put (text_buffer_room (buffer, 2 * len + 2), text, len);
}

void
cell_put_json (TextBuffer *buffer, const char *text, gsize len)
{
  buffer->at = md_json_put (text_buffer_room (buffer, 6 * len + 2), text, len);
}

static struct md_text
name_at (const Column *column, gsize row)
{
  const char *name = column->dict->pdata[column->u32[row]];

  return (struct md_text) { name, strlen (name) };
}

static void
put_null (TextBuffer *buffer)
{
  memcpy (buffer->at, "null", 4);
  buffer->at += 4;
}

static void
csv_name (TextBuffer *buffer, const Column *column, gsize row)
{
  struct md_text text;

  if (column->u32[row] == MD_ABSENT_NAME)
    return;
  text = name_at (column, row);
  cell_put_csv (buffer, text.ptr, text.len);
}

static void
json_name (TextBuffer *buffer, const Column *column, gsize row)
{
  struct md_text text;

  if (column->u32[row] == MD_ABSENT_NAME) {
    put_null (buffer);
    return;
  }
  text = name_at (column, row);
  cell_put_json (buffer, text.ptr, text.len);
}

static void
csv_text (TextBuffer *buffer, const Column *column, gsize row)
{
  if (column->text[row].ptr != NULL)
    cell_put_csv (buffer, column->text[row].ptr, column->text[row].len);
}

static void
json_text (TextBuffer *buffer, const Column *column, gsize row)
{
  if (column->text[row].ptr != NULL)
    cell_put_json (buffer, column->text[row].ptr, column->text[row].len);
  else
    put_null (buffer);
}

static void
csv_flags (TextBuffer *buffer, const Column *column, gsize row)
{
  buffer->at += flags_format (column->u32[row], buffer->at);
}

static void
json_flags (TextBuffer *buffer, const Column *column, gsize row)
{
  *buffer->at++ = '"';
  csv_flags (buffer, column, row);
  *buffer->at++ = '"';
}

/* ---- numbers --------------------------------------------------------- */

static void
csv_i64 (TextBuffer *buffer, const Column *column, gsize row)
{
  if (column->i64[row] != MD_ABSENT)
    buffer->at += md_i64_format (column->i64[row], buffer->at);
}

static void
csv_price (TextBuffer *buffer, const Column *column, gsize row)
{
  if (column->i64[row] != MD_ABSENT)
    buffer->at += price_format (column->i64[row], buffer->at);
}

static void
csv_f64 (TextBuffer *buffer, const Column *column, gsize row)
{
  double v = column->f64[row];

  if (v == v)
    buffer->at += f64_format (v, buffer->at);
}

static void
json_i64 (TextBuffer *buffer, const Column *column, gsize row)
{
  if (column->i64[row] != MD_ABSENT)
    csv_i64 (buffer, column, row);
  else
    put_null (buffer);
}

static void
json_price (TextBuffer *buffer, const Column *column, gsize row)
{
  if (column->i64[row] != MD_ABSENT)
    csv_price (buffer, column, row);
  else
    put_null (buffer);
}

/* JSON has no infinity: it becomes a text.                                 */
static void
json_f64 (TextBuffer *buffer, const Column *column, gsize row)
{
  double v = column->f64[row];

  if (v != v) {
    put_null (buffer);
  } else if (isinf (v)) {
    *buffer->at++ = '"';
    csv_f64 (buffer, column, row);
    *buffer->at++ = '"';
  } else {
    csv_f64 (buffer, column, row);
  }
}

/* ---- times ----------------------------------------------------------- */

void
cell_put_time (TextBuffer *buffer, md_time t)
{
  buffer->at += md_time_format_fast (&buffer->day, t, buffer->at);
}

static void
csv_time (TextBuffer *buffer, const Column *column, gsize row)
{
  if (column->i64[row] != MD_ABSENT)
    cell_put_time (buffer, column->i64[row]);
}

static void
json_time (TextBuffer *buffer, const Column *column, gsize row)
{
  if (column->i64[row] == MD_ABSENT) {
    put_null (buffer);
    return;
  }
  *buffer->at++ = '"';
  cell_put_time (buffer, column->i64[row]);
  *buffer->at++ = '"';
}

/* ---- by type --------------------------------------------------------- */

CellFn
cell_writer (const Column *column, RowsFormat format, ValueTime times)
{
  static const struct {
    guint32 type;
    CellFn write[2]; /* by RowsFormat                                       */
  } types[] = {
    { MD_FIELD_I64, { csv_i64, json_i64 } },
    { MD_FIELD_TIME, { csv_time, json_time } },
    { MD_FIELD_PRICE, { csv_price, json_price } },
    { MD_FIELD_F64, { csv_f64, json_f64 } },
    { MD_FIELD_NAME, { csv_name, json_name } },
    { MD_FIELD_TEXT, { csv_text, json_text } },
    { MD_FIELD_FLAGS, { csv_flags, json_flags } },
  };
  guint32 type = column->field->type;

  if (!column_has_storage (column))
    return NULL;
  if (type == MD_FIELD_TIME && times == VALUE_TIME_NS)
    type = MD_FIELD_I64;
  for (gsize i = 0; i < G_N_ELEMENTS (types); i++) {
    if (types[i].type == type)
      return types[i].write[format];
  }
  return NULL;
}
