/* SPDX-License-Identifier: Apache-2.0
 *
 * rows-text-cells.c - single values as CSV fields and JSON values.
 */
#include "rows-text-private.h"
#include "columns-private.h"
#include "digits.h"
#include "interval.h"

#include <math.h>
#include <support/time.h>

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

/* RFC 4180; the empty text is quoted to differ from no text.               */
void
cell_put_csv (TextBuffer *buffer, const char *text, gsize len)
{
  char *at = text_buffer_room (buffer, 2 * len + 2);
  gboolean plain = len > 0;

  for (gsize i = 0; i < len && plain; i++)
    plain = text[i] != ',' && text[i] != '"' && text[i] != '\n'
            && text[i] != '\r';
  if (plain) {
    memcpy (at, text, len);
    buffer->at = at + len;
    return;
  }
  *at++ = '"';
  for (gsize i = 0; i < len; i++) {
    if (text[i] == '"')
      *at++ = '"';
    *at++ = text[i];
  }
  *at++ = '"';
  buffer->at = at;
}

static char *
put_escaped (char *at, guchar c)
{
  static const char hex[] = "0123456789abcdef";

  *at++ = '\\';
  switch (c) {
  case '"':
  case '\\':
    *at++ = (char) c;
    return at;
  case '\n':
    *at++ = 'n';
    return at;
  case '\t':
    *at++ = 't';
    return at;
  default:
    memcpy (at, "u00", 3);
    at[3] = hex[c >> 4];
    at[4] = hex[c & 15];
    return at + 5;
  }
}

/* JSON is UTF-8; a byte that is none becomes U+FFFD.                       */
void
cell_put_json (TextBuffer *buffer, const char *text, gsize len)
{
  char *at = text_buffer_room (buffer, 6 * len + 2);
  const char *end = text + len, *valid = text;

  *at++ = '"';
  while (text < end) {
    guchar c = (guchar) *text;

    if (c >= 0x80 && text >= valid
        && !g_utf8_validate_len (text, (gsize) (end - text), &valid)
        && valid == text) {
      memcpy (at, "\xef\xbf\xbd", 3);
      at += 3;
      valid = ++text;
      continue;
    }
    if (c < 0x20 || c == '"' || c == '\\')
      at = put_escaped (at, c);
    else
      *at++ = (char) c;
    text++;
  }
  *at++ = '"';
  buffer->at = at;
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
    buffer->at = digits_put_signed (buffer->at, column->i64[row]);
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

/* The same as time_format; rows in time order share their day's text.      */
void
cell_put_time (TextBuffer *buffer, md_time t)
{
  gint64 day = t / MD_DAY, rest = t % MD_DAY;
  guint seconds, fraction;
  char *at = buffer->at;
  char text[TIME_TEXT_SIZE];

  if (rest < 0) {
    rest += MD_DAY;
    day--;
  }
  if (day != buffer->day) {
    md_time_format (t, text);
    memcpy (buffer->date, text, 11);
    buffer->day = day;
  }
  seconds = (guint) (rest / MD_SECOND);
  fraction = (guint) (rest % MD_SECOND);
  memcpy (at, buffer->date, 11);
  memcpy (at + 11, digits_pairs + 2 * (seconds / 3600), 2);
  at[13] = ':';
  memcpy (at + 14, digits_pairs + 2 * (seconds / 60 % 60), 2);
  at[16] = ':';
  memcpy (at + 17, digits_pairs + 2 * (seconds % 60), 2);
  at += 19;
  if (fraction != 0) {
    *at++ = '.';
    at = digits_put_padded (at, fraction, 9);
    while (at[-1] == '0')
      at--;
  }
  *at++ = 'Z';
  buffer->at = at;
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
