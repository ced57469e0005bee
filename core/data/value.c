/* SPDX-License-Identifier: Apache-2.0
 *
 * value.c - values as text.
 */
#include "value.h"
#include "interval.h"

#include <support/decimal.h>
#include <support/format.h>

/* ---- numbers --------------------------------------------------------- */

gsize
price_format (md_price price, char *buf)
{
  return md_price_format (price, buf);
}

gboolean
price_parse (const char *text, gsize len, md_price *ret_price)
{
  return md_price_parse (text, len, ret_price) == MD_DECIMAL_OK;
}

gsize
f64_format (double value, char *buf)
{
  return md_f64_format (value, buf);
}

gsize
flags_format (guint32 flags, char *buf)
{
  return md_flags_format (flags, buf);
}

/* ---- any column ------------------------------------------------------ */

gboolean
value_is_absent (const Column *column, gsize row)
{
  switch (column->field->type) {
  case MD_FIELD_FLAGS:
    return FALSE;
  case MD_FIELD_F64:
    return column->f64 == NULL || column->f64[row] != column->f64[row];
  case MD_FIELD_NAME:
    return column->u32 == NULL || column->u32[row] == MD_ABSENT_NAME;
  case MD_FIELD_TEXT:
    return column->text == NULL || column->text[row].ptr == NULL;
  default:
    return column->i64 == NULL || column->i64[row] == MD_ABSENT;
  }
}

void
value_append (GString *out, const Column *column, gsize row, ValueTime times)
{
  char buf[VALUE_TEXT_SIZE];
  gsize len;

  if (value_is_absent (column, row))
    return;
  switch (column->field->type) {
  case MD_FIELD_NAME:
    g_string_append (out, column->dict->pdata[column->u32[row]]);
    return;
  case MD_FIELD_TEXT:
    g_string_append_len (out, column->text[row].ptr,
                         (gssize) column->text[row].len);
    return;
  case MD_FIELD_F64:
    len = f64_format (column->f64[row], buf);
    break;
  case MD_FIELD_FLAGS:
    len = flags_format (column->u32 != NULL ? column->u32[row] : 0, buf);
    break;
  case MD_FIELD_PRICE:
    len = price_format (column->i64[row], buf);
    break;
  case MD_FIELD_TIME:
    if (times == VALUE_TIME_RFC3339) {
      len = time_format (column->i64[row], buf);
      break;
    }
    G_GNUC_FALLTHROUGH;
  default:
    len = md_i64_format (column->i64[row], buf);
    break;
  }
  g_string_append_len (out, buf, (gssize) len);
}
