/* SPDX-License-Identifier: Apache-2.0
 *
 * cells.c - single values as CSV fields and JSON values.
 */
#include "rows-private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <support/decimal.h>

char *
text_room (struct text_buffer *buffer, size_t more)
{
  size_t size = buffer->size;
  char *grown;

  if (buffer->failed)
    return NULL;
  if (size - buffer->len >= more)
    return buffer->start + buffer->len;
  size = 2 * size > buffer->len + more ? 2 * size : buffer->len + more;
  grown = realloc (buffer->start, size);
  buffer->failed = grown == NULL;
  if (buffer->failed)
    return NULL;
  buffer->start = grown;
  buffer->size = size;
  return buffer->start + buffer->len;
}

void
text_add (struct text_buffer *buffer, const char *text, size_t len)
{
  char *at = text_room (buffer, len);

  if (at == NULL || len == 0)
    return;
  memcpy (at, text, len);
  buffer->len += len;
}

void
text_add_text (struct text_buffer *buffer, const char *text)
{
  text_add (buffer, text, strlen (text));
}

/* ---- texts ------------------------------------------------------------- */

/* What a spreadsheet takes for a formula, or skips before one.             */
static bool
is_formula (struct md_text text)
{
  return text.len > 0 && strchr ("=+-@\t\r", text.ptr[0]) != NULL
         && text.ptr[0] != '\0';
}

void
text_add_csv (struct text_buffer *buffer, struct md_text text)
{
  bool guard = buffer->guard && is_formula (text);
  char *at = text_room (buffer, 2 * text.len + 4), *end;

  if (at == NULL)
    return;
  if (guard) {
    char *copy = at + text.len + 3; /* behind what it may become            */

    copy[0] = '\'';
    memcpy (copy + 1, text.ptr, text.len);
    text = (struct md_text) { copy, text.len + 1 };
  }
  end = md_csv_put (at, text.ptr, text.len);
  buffer->len += (size_t) (end - at);
}

void
text_add_json (struct text_buffer *buffer, struct md_text text)
{
  char *at = text_room (buffer, 6 * text.len + 2);

  if (at != NULL)
    buffer->len += (size_t) (md_json_put (at, text.ptr, text.len) - at);
}

static struct md_text
name_at (const struct ArrowArray *column, int64_t row)
{
  const int32_t *index = column->buffers[1];

  return md_arrow_dictionary_text (column->dictionary, index[row]);
}

static void
csv_name (struct text_buffer *buffer, const struct ArrowArray *column,
          int64_t row)
{
  text_add_csv (buffer, name_at (column, row));
}

static void
json_name (struct text_buffer *buffer, const struct ArrowArray *column,
           int64_t row)
{
  text_add_json (buffer, name_at (column, row));
}

static void
csv_text (struct text_buffer *buffer, const struct ArrowArray *column,
          int64_t row)
{
  text_add_csv (buffer, md_arrow_text (column, row));
}

static void
json_text (struct text_buffer *buffer, const struct ArrowArray *column,
           int64_t row)
{
  text_add_json (buffer, md_arrow_text (column, row));
}

/* ---- numbers ----------------------------------------------------------- */

static inline char *
end_of (struct text_buffer *buffer)
{
  return buffer->start + buffer->len;
}

static inline int64_t
i64_at (const struct ArrowArray *column, int64_t row)
{
  return ((const int64_t *) column->buffers[1])[row];
}

static void
put_i64 (struct text_buffer *buffer, const struct ArrowArray *column,
         int64_t row)
{
  buffer->len += md_i64_format (i64_at (column, row), end_of (buffer));
}

static void
put_price (struct text_buffer *buffer, const struct ArrowArray *column,
           int64_t row)
{
  buffer->len += md_price_format (i64_at (column, row), end_of (buffer));
}

static void
csv_f64 (struct text_buffer *buffer, const struct ArrowArray *column,
         int64_t row)
{
  double v = ((const double *) column->buffers[1])[row];

  buffer->len += md_f64_format (v, end_of (buffer));
}

/* JSON has no infinity: it becomes a text.                                 */
static void
json_f64 (struct text_buffer *buffer, const struct ArrowArray *column,
          int64_t row)
{
  bool quote = isinf (((const double *) column->buffers[1])[row]);

  if (quote)
    text_add (buffer, "\"", 1);
  csv_f64 (buffer, column, row);
  if (quote)
    text_add (buffer, "\"", 1);
}

static void
csv_time (struct text_buffer *buffer, const struct ArrowArray *column,
          int64_t row)
{
  buffer->len += md_time_format_fast (&buffer->day, i64_at (column, row),
                                      end_of (buffer));
}

static void
json_time (struct text_buffer *buffer, const struct ArrowArray *column,
           int64_t row)
{
  text_add (buffer, "\"", 1);
  csv_time (buffer, column, row);
  text_add (buffer, "\"", 1);
}

static void
csv_flags (struct text_buffer *buffer, const struct ArrowArray *column,
           int64_t row)
{
  uint32_t flags = ((const uint32_t *) column->buffers[1])[row];

  if (flags != 0)
    buffer->len += md_flags_format (flags, end_of (buffer));
}

static void
json_flags (struct text_buffer *buffer, const struct ArrowArray *column,
            int64_t row)
{
  text_add (buffer, "\"", 1);
  csv_flags (buffer, column, row);
  text_add (buffer, "\"", 1);
}

/* ---- by type ----------------------------------------------------------- */

cell_fn
cell_writer (const struct ArrowSchema *schema, const struct ArrowArray *column,
             bool json, bool ns)
{
  static const struct {
    uint32_t type;
    cell_fn write[2]; /* CSV, JSON                                          */
  } types[] = {
    { MD_FIELD_I64, { put_i64, put_i64 } },
    { MD_FIELD_TIME, { csv_time, json_time } },
    { MD_FIELD_PRICE, { put_price, put_price } },
    { MD_FIELD_F64, { csv_f64, json_f64 } },
    { MD_FIELD_NAME, { csv_name, json_name } },
    { MD_FIELD_TEXT, { csv_text, json_text } },
    { MD_FIELD_FLAGS, { csv_flags, json_flags } },
  };
  uint32_t type = md_arrow_type (schema);

  if (column->null_count == column->length)
    return NULL;
  if (type == MD_FIELD_TIME && ns)
    type = MD_FIELD_I64;
  for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
    if (types[i].type == type)
      return types[i].write[json];
  }
  return NULL;
}
