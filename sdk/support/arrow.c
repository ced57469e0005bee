/* SPDX-License-Identifier: Apache-2.0
 *
 * arrow.c - what a sink reads from the schema that `write` brings.
 */
#include "arrow.h"

#include <string.h>

/* ---- metadata: count, then length and bytes of each key and value ----- */

static int32_t
take_number (const char **at)
{
  int32_t number;

  memcpy (&number, *at, sizeof number);
  *at += sizeof number;
  return number;
}

static struct md_text
take_text (const char **at)
{
  int32_t len = take_number (at);
  struct md_text text = { *at, (size_t) len };

  *at += len;
  return text;
}

bool
md_arrow_metadata (const char *metadata, const char *key,
                   struct md_text *ret_value)
{
  const char *at = metadata;
  int32_t n = at != NULL ? take_number (&at) : 0;

  for (int32_t i = 0; i < n; i++) {
    struct md_text name = take_text (&at), value = take_text (&at);

    if (name.len == strlen (key) && memcmp (name.ptr, key, name.len) == 0) {
      *ret_value = value;
      return true;
    }
  }
  return false;
}

/* ---- fields ------------------------------------------------------------ */

uint32_t
md_arrow_type (const struct ArrowSchema *column)
{
  static const struct {
    const char *name;
    uint32_t type;
  } types[] = {
    { "i64", MD_FIELD_I64 },     { "time", MD_FIELD_TIME },
    { "price", MD_FIELD_PRICE }, { "f64", MD_FIELD_F64 },
    { "name", MD_FIELD_NAME },   { "text", MD_FIELD_TEXT },
    { "flags", MD_FIELD_FLAGS },
  };
  struct md_text type;

  if (!md_arrow_metadata (column->metadata, "mdcore.type", &type))
    return 0;
  for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
    if (strlen (types[i].name) == type.len
        && memcmp (types[i].name, type.ptr, type.len) == 0)
      return types[i].type;
  }
  return 0;
}

uint32_t
md_arrow_id (const struct ArrowSchema *column)
{
  struct md_text text;
  uint32_t id = 0;

  if (!md_arrow_metadata (column->metadata, "PARQUET:field_id", &text))
    return 0;
  for (size_t i = 0; i < text.len; i++)
    id = 10 * id + (uint32_t) (text.ptr[i] - '0');
  return id;
}

/* ---- values ------------------------------------------------------------ */

struct md_text
md_arrow_dictionary_text (const struct ArrowArray *dictionary, int32_t i)
{
  const int32_t *offsets = dictionary->buffers[1];
  const char *bytes = dictionary->buffers[2];
  struct md_text none = { NULL, 0 };

  if (md_arrow_is_null (dictionary, i))
    return none;
  return (struct md_text) { bytes + offsets[i],
                            (size_t) (offsets[i + 1] - offsets[i]) };
}

struct md_text
md_arrow_text (const struct ArrowArray *column, int64_t row)
{
  const int64_t *offsets = column->buffers[1];
  const char *bytes = column->buffers[2];
  struct md_text none = { NULL, 0 };

  if (md_arrow_is_null (column, row))
    return none;
  return (struct md_text) { bytes + offsets[row],
                            (size_t) (offsets[row + 1] - offsets[row]) };
}
