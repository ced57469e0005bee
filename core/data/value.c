/* SPDX-License-Identifier: Apache-2.0
 *
 * value.c - values as text.
 */
#include "value.h"
#include "digits.h"
#include "interval.h"

#include <float.h>
#include <math.h>
#include <support/decimal.h>

/* ---- prices ---------------------------------------------------------- */

/* `value` / 10^decimals without trailing zeros.                            */
static char *
put_decimal (char *at, guint64 value, guint64 unit, guint decimals)
{
  guint64 rest = value % unit;

  at = digits_put (at, value / unit);
  if (rest == 0)
    return at;
  /* Cents and pips, which most prices are, need not be trimmed by digits.  */
  if (decimals == 9 && rest % 100000 == 0) {
    rest /= 100000;
    decimals = 4;
    if (rest % 100 == 0) {
      rest /= 100;
      decimals = 2;
    }
  }
  *at++ = '.';
  at = digits_put_padded (at, rest, decimals);
  while (at[-1] == '0')
    at--;
  return at;
}

gsize
price_format (md_price price, char *buf)
{
  guint64 size = (guint64) price;
  char *at = buf;

  if (price < 0) {
    *at++ = '-';
    size = 0 - size;
  }
  at = put_decimal (at, size, (guint64) MD_PRICE_ONE, 9);
  *at = '\0';
  return (gsize) (at - buf);
}

gboolean
price_parse (const char *text, gsize len, md_price *ret_price)
{
  return md_price_parse (text, len, ret_price) == MD_DECIMAL_OK;
}

/* ---- doubles --------------------------------------------------------- */

/* Below 2^51 an integer over a power of ten is the only decimal of its length
 * that reads back as its double, so the first one found is the shortest.   */
static char *
put_short (char *at, double size)
{
  static const guint64 units[] = { 1, 10, 100, 1000, 10000, 100000, 1000000,
                                   10000000, 100000000, 1000000000 };

  for (guint p = 0; p < G_N_ELEMENTS (units); p++) {
    double up = size * (double) units[p], whole;

    if (!(up < 0x1p51))
      return NULL;
    whole = (double) (gint64) (up + 0.5);
    if (whole / (double) units[p] == size)
      return put_decimal (at, (guint64) whole, units[p], p);
  }
  return NULL;
}

/* The fewest digits that read back, and the power of ten of the first: 15 to
 * 17 of them, of which zeros at the end go; a subnormal has fewer.         */
static int
shortest_digits (double size, char digits[18])
{
  char text[40], *e;
  double back;
  gsize n = 0;

  for (int precision = size < DBL_MIN ? 0 : 14; precision <= 16; precision++) {
    char format[] = "%.00e";

    format[2] = (char) ('0' + precision / 10);
    format[3] = (char) ('0' + precision % 10);
    /* Not printf: the decimal point is the locale's there.                 */
    g_ascii_formatd (text, sizeof text, format, size);
    if (md_f64_parse (text, strlen (text), &back) == MD_DECIMAL_OK
        && back == size)
      break;
  }
  e = strchr (text, 'e');
  for (const char *at = text; at < e; at++) {
    if (*at != '.')
      digits[n++] = *at;
  }
  while (n > 1 && digits[n - 1] == '0')
    n--;
  digits[n] = '\0';
  return (int) g_ascii_strtoll (e + 1, NULL, 10);
}

static char *
put_repeated (char *at, char c, int n)
{
  for (; n > 0; n--)
    *at++ = c;
  return at;
}

static char *
put_text (char *at, const char *text, gsize len)
{
  memcpy (at, text, len);
  return at + len;
}

static char *
put_exponent (char *at, const char *digits, int power)
{
  *at++ = digits[0];
  if (digits[1] != '\0') {
    *at++ = '.';
    at = put_text (at, digits + 1, strlen (digits + 1));
  }
  *at++ = 'e';
  if (power > 0)
    *at++ = '+';
  return digits_put_signed (at, power);
}

static char *
put_long (char *at, double size)
{
  char digits[18];
  int power = shortest_digits (size, digits), n = (int) strlen (digits);

  if (power >= 21 || power < F64_PLAIN_POWER)
    return put_exponent (at, digits, power);
  if (power < 0) {
    at = put_text (at, "0.", 2);
    at = put_repeated (at, '0', -power - 1);
    return put_text (at, digits, (gsize) n);
  }
  if (power >= n - 1) {
    at = put_text (at, digits, (gsize) n);
    return put_repeated (at, '0', power - n + 1);
  }
  at = put_text (at, digits, (gsize) power + 1);
  *at++ = '.';
  return put_text (at, digits + power + 1, (gsize) (n - power - 1));
}

gsize
f64_format (double value, char *buf)
{
  char *at = buf, *end;
  double size = fabs (value);

  if (value != value) {
    at = put_text (at, "nan", 3);
  } else {
    if (signbit (value))
      *at++ = '-';
    if (isinf (value))
      at = put_text (at, "inf", 3);
    else
      at = (end = put_short (at, size)) != NULL ? end : put_long (at, size);
  }
  *at = '\0';
  return (gsize) (at - buf);
}

/* ---- flags ----------------------------------------------------------- */

gsize
flags_format (guint32 flags, char *buf)
{
  static const struct {
    guint32 bit;
    const char *name;
  } names[] = {
    { MD_ROW_PROVISIONAL, "provisional" }, { MD_ROW_DERIVED, "derived" },
    { MD_ROW_CANCELLED, "cancelled" },     { MD_ROW_CORRECTED, "corrected" },
    { MD_ROW_RECV_BAD, "recv_bad" },
  };
  char *at = buf;

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++) {
    if (!(flags & names[i].bit))
      continue;
    if (at > buf)
      *at++ = '|';
    at = put_text (at, names[i].name, strlen (names[i].name));
    flags &= ~names[i].bit;
  }
  *at = '\0';
  if (flags != 0)
    at += g_snprintf (at, 16, "%s0x%x", at > buf ? "|" : "", flags);
  return (gsize) (at - buf);
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
    len = (gsize) (digits_put_signed (buf, column->i64[row]) - buf);
    break;
  }
  g_string_append_len (out, buf, (gssize) len);
}
