/* SPDX-License-Identifier: Apache-2.0
 *
 * dbn-json.c - one record as a line of JSON with its stored values: prices in
 * units of 1e-9, times in ns, single characters as their byte.  What a dead
 * letter shows.
 */
#include "dbn.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct line {
  char *buf;
  size_t size, len;
};

static void
put (struct line *line, const char *format, ...)
{
  size_t room = line->size - line->len;
  va_list args;
  int n;

  va_start (args, format);
  n = vsnprintf (line->buf + line->len, room, format, args);
  va_end (args);
  if (n > 0)
    line->len += (size_t) n < room ? (size_t) n : room - 1;
}

static void
put_text (struct line *line, struct md_text text)
{
  put (line, "\"");
  for (size_t i = 0; i < text.len; i++) {
    unsigned char c = (unsigned char) text.ptr[i];

    if (c == '"' || c == '\\')
      put (line, "\\%c", c);
    else if (c < 0x20 || c >= 0x7f) /* bytes, not characters                 */
      put (line, "\\u%04x", c);
    else
      put (line, "%c", c);
  }
  put (line, "\"");
}

static void
put_u64 (struct line *line, uint64_t value)
{
  /* Readers with signed integers would overflow.                            */
  put (line, value > INT64_MAX ? "\"%" PRIu64 "\"" : "%" PRIu64, value);
}

static void
put_value (struct line *line, unsigned type, const unsigned char *p,
           size_t size)
{
  switch (type) {
  case DBN_TEXT: put_text (line, dbn_text (p, size)); break;
  case DBN_U64: case DBN_TIME: put_u64 (line, dbn_u64 (p)); break;
  case DBN_I64: case DBN_PRICE: put (line, "%" PRId64, dbn_i64 (p)); break;
  case DBN_I32: put (line, "%" PRId32, dbn_i32 (p)); break;
  case DBN_U32: put (line, "%" PRIu32, dbn_u32 (p)); break;
  case DBN_I16: put (line, "%d", (int16_t) dbn_u16 (p)); break;
  case DBN_U16: put (line, "%u", dbn_u16 (p)); break;
  case DBN_I8: put (line, "%d", (int8_t) p[0]); break;
  default: put (line, "%u", p[0]); break;
  }
}

static void
put_level (struct line *line, const unsigned char *p, bool consolidated)
{
  put (line, "{\"bid_px\":%" PRId64 ",\"ask_px\":%" PRId64
       ",\"bid_sz\":%" PRIu32 ",\"ask_sz\":%" PRIu32, dbn_i64 (p),
       dbn_i64 (p + 8), dbn_u32 (p + 16), dbn_u32 (p + 20));
  if (consolidated)
    put (line, ",\"bid_pb\":%u,\"ask_pb\":%u}", dbn_u16 (p + 24),
         dbn_u16 (p + 28));
  else
    put (line, ",\"bid_ct\":%" PRIu32 ",\"ask_ct\":%" PRIu32 "}",
         dbn_u32 (p + 24), dbn_u32 (p + 28));
}

static void
put_levels (struct line *line, const struct dbn_layout *layout,
            const unsigned char *record)
{
  const unsigned char *level = record + layout->size - 32u * layout->levels;

  put (line, ",\"levels\":[");
  for (unsigned i = 0; i < layout->levels; i++) {
    if (i > 0)
      put (line, ",");
    put_level (line, level + 32u * i, layout->consolidated);
  }
  put (line, "]");
}

size_t
dbn_json (const unsigned char *record, unsigned version, bool ts_out,
          char *buf, size_t size)
{
  struct line line = { buf, size, 0 };
  const struct dbn_layout *layout = dbn_layout (record[1], version);

  put (&line, "{\"length\":%u,\"rtype\":%u,\"publisher_id\":%u,"
       "\"instrument_id\":%" PRIu32 ",\"ts_event\":", record[0], record[1],
       dbn_u16 (record + 2), dbn_u32 (record + 4));
  put_u64 (&line, dbn_u64 (record + 8));
  for (size_t i = 0; layout != NULL && i < layout->n_fields; i++) {
    const struct dbn_field *field = &layout->fields[i];

    put (&line, ",\"%s\":", field->name);
    put_value (&line, field->type, record + field->offset, field->size);
  }
  if (layout != NULL && layout->levels > 0)
    put_levels (&line, layout, record);
  if (ts_out) {
    put (&line, ",\"ts_out\":");
    put_u64 (&line, dbn_u64 (record + 4u * record[0] - 8));
  }
  put (&line, "}");
  return line.len;
}
