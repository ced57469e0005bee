/* SPDX-License-Identifier: Apache-2.0
 *
 * format-text.c - texts as CSV fields and JSON strings.
 */
#include "format.h"

#include <string.h>

char *
md_csv_put (char *at, const char *text, size_t len)
{
  bool plain = len > 0;

  for (size_t i = 0; i < len && plain; i++)
    plain = text[i] != ',' && text[i] != '"' && text[i] != '\n'
            && text[i] != '\r';
  if (plain) {
    memcpy (at, text, len);
    return at + len;
  }
  *at++ = '"';
  for (size_t i = 0; i < len; i++) {
    if (text[i] == '"')
      *at++ = '"';
    *at++ = text[i];
  }
  *at++ = '"';
  return at;
}

/* ---- JSON -------------------------------------------------------------- */

static char *
put_escaped (char *at, unsigned char c)
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

/* Bytes of the character at `text`, 0 when it is none: too long a form, a
 * surrogate, beyond U+10FFFF, or cut.                                      */
static size_t
utf8_length (const unsigned char *text, size_t left)
{
  static const struct {
    unsigned char first, last, low, high; /* of the first and second byte   */
    size_t len;
  } forms[] = {
    { 0xc2, 0xdf, 0x80, 0xbf, 2 }, { 0xe0, 0xe0, 0xa0, 0xbf, 3 },
    { 0xe1, 0xec, 0x80, 0xbf, 3 }, { 0xed, 0xed, 0x80, 0x9f, 3 },
    { 0xee, 0xef, 0x80, 0xbf, 3 }, { 0xf0, 0xf0, 0x90, 0xbf, 4 },
    { 0xf1, 0xf3, 0x80, 0xbf, 4 }, { 0xf4, 0xf4, 0x80, 0x8f, 4 },
  };

  for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
    size_t len = forms[i].len;

    if (text[0] < forms[i].first || text[0] > forms[i].last)
      continue;
    if (left < len || text[1] < forms[i].low || text[1] > forms[i].high)
      return 0;
    for (size_t k = 2; k < len; k++) {
      if ((text[k] & 0xc0) != 0x80)
        return 0;
    }
    return len;
  }
  return 0;
}

char *
md_json_put (char *at, const char *text, size_t len)
{
  const unsigned char *from = (const unsigned char *) text;

  *at++ = '"';
  for (size_t i = 0, n; i < len; i += n) {
    unsigned char c = from[i];

    n = 1;
    if (c >= 0x80 && (n = utf8_length (from + i, len - i)) == 0) {
      memcpy (at, "\xef\xbf\xbd", 3);
      at += 3;
      n = 1;
    } else if (c < 0x20 || c == '"' || c == '\\') {
      at = put_escaped (at, c);
    } else {
      memcpy (at, from + i, n);
      at += n;
    }
  }
  *at++ = '"';
  return at;
}
