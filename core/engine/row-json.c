/* SPDX-License-Identifier: Apache-2.0
 *
 * row-json.c - writing one row as JSON; row-parse.c reads it back.
 */
#include "row-json.h"

#include "data/table.h"
#include "data/value.h"

#include <math.h>
#include <string.h>

static void
append_escaped (GString *out, const char *text)
{
  for (const char *at = text; *at != '\0'; at++) {
    if (*at == '"' || *at == '\\')
      g_string_append_printf (out, "\\%c", *at);
    else if ((guchar) *at < 0x20)
      g_string_append_printf (out, "\\u%04x", (guchar) *at);
    else
      g_string_append_c (out, *at);
  }
}

/* Vendors' texts may hold NULs, and may be no UTF-8; JSON is.              */
static void
append_quoted (GString *out, const char *text, gsize len)
{
  const char *end = text + len;

  g_string_append_c (out, '"');
  for (;;) {
    const char *nul = memchr (text, '\0', end - text);
    const char *stop = nul != NULL ? nul : end;
    g_autofree char *valid = g_utf8_make_valid (text, stop - text);

    append_escaped (out, valid);
    if (nul == NULL)
      break;
    g_string_append (out, "\\u0000");
    text = nul + 1;
  }
  g_string_append_c (out, '"');
}

/* Numbers stand bare, everything else between quotes.                      */
static gboolean
is_number (const Column *column, gsize row)
{
  switch (column->field->type) {
  case MD_FIELD_I64:
  case MD_FIELD_PRICE:
    return TRUE;
  case MD_FIELD_F64:
    return isfinite (column->f64[row]);
  default:
    return FALSE;
  }
}

static void
append_member (GString *out, const char *name)
{
  g_string_append (out, out->str[out->len - 1] == '{' ? "\"" : ",\"");
  g_string_append_printf (out, "%s\":", name);
}

static void
append_column (GString *out, const Column *column, gsize row)
{
  g_autoptr (GString) value = NULL;

  if (value_is_absent (column, row)
      || (column->field->type == MD_FIELD_FLAGS
          && (column->u32 == NULL || column->u32[row] == 0)))
    return;
  append_member (out, column->field->name);
  if (is_number (column, row)) {
    value_append (out, column, row, VALUE_TIME_RFC3339);
    return;
  }
  value = g_string_new (NULL);
  value_append (value, column, row, VALUE_TIME_RFC3339);
  append_quoted (out, value->str, value->len);
}

void
row_append_json (GString *out, const Columns *columns, gsize row,
                 const char *instrument)
{
  gsize c = 0;

  g_string_append_c (out, '{');
  for (gsize i = 0; i < columns->table->n_fields; i++) {
    const struct md_field *field = table_field_at (columns->table, i);

    if ((field->flags & MD_FIELD_SERIES) == 0) {
      append_column (out, &columns->cols[c++], row);
    } else if (instrument != NULL) {
      append_member (out, field->name);
      append_quoted (out, instrument, strlen (instrument));
    }
  }
  g_string_append_c (out, '}');
}

GBytes *
row_to_json (const Columns *columns, gsize row, const char *instrument)
{
  GString *out = g_string_sized_new (256);

  row_append_json (out, columns, row, instrument);
  return g_string_free_to_bytes (out);
}
