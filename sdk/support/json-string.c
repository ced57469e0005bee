/* SPDX-License-Identifier: Apache-2.0
 *
 * json-string.c - strings of the pull reader: scanned eight bytes at a time
 * as long as they are plain ASCII, with UTF-8 and escapes checked where they
 * occur.
 */
#include "json-private.h"

/* ---- checking -------------------------------------------------------- */

static int
hex_digit (char c)
{
  if (c >= '0' && c <= '9')
    return c - '0';
  c |= 0x20;
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The four digits of \uXXXX, or -1.                                        */
static int
hex4 (const char *at, const char *end)
{
  int value = 0;

  if (end - at < 4)
    return -1;
  for (int i = 0; i < 4; i++) {
    int digit = hex_digit (at[i]);

    if (digit < 0)
      return -1;
    value = value * 16 + digit;
  }
  return value;
}

/* \uXXXX or a surrogate pair of them, `at` on the backslash; the bytes that
 * it takes, or 0: a bad one.                                               */
static int
unicode_escape (const char *at, const char *end, unsigned *ret_code)
{
  int high = hex4 (at + 2, end), low;

  if (high < 0 || (high >= 0xdc00 && high <= 0xdfff))
    return 0;
  *ret_code = (unsigned) high;
  if (high < 0xd800 || high > 0xdfff)
    return 6;
  if (end - at < 12 || at[6] != '\\' || at[7] != 'u')
    return 0;
  low = hex4 (at + 8, end);
  if (low < 0xdc00 || low > 0xdfff)
    return 0;
  *ret_code = 0x10000 + (((unsigned) high - 0xd800) << 10)
              + ((unsigned) low - 0xdc00);
  return 12;
}

/* What the character behind a backslash stands for, 0: not an escape.      */
static char
short_escape (char c)
{
  static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
  const char *found = c != '\0' ? strchr (from, c) : NULL;

  return found != NULL ? to[found - from] : '\0';
}

/* Length of the escape at the backslash, 0: not one.                       */
static int
escape_length (const char *at, const char *end)
{
  unsigned code;

  if (end - at < 2)
    return 0;
  if (at[1] == 'u')
    return unicode_escape (at, end, &code);
  return short_escape (at[1]) != '\0' ? 2 : 0;
}

static bool
is_tail (unsigned char c)
{
  return (c & 0xc0) == 0x80;
}

/* Length of the UTF-8 sequence whose first byte is not ASCII, 0: bad.
 * Shortest form only, no surrogates, nothing above U+10FFFF.               */
static int
utf8_length (const char *text, const char *end)
{
  const unsigned char *s = (const unsigned char *) text;
  ptrdiff_t left = end - text;

  if (s[0] >= 0xc2 && s[0] <= 0xdf)
    return left >= 2 && is_tail (s[1]) ? 2 : 0;
  if ((s[0] & 0xf0) == 0xe0) {
    if (left < 3 || !is_tail (s[1]) || !is_tail (s[2])
        || (s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f))
      return 0;
    return 3;
  }
  if (s[0] >= 0xf0 && s[0] <= 0xf4) {
    if (left < 4 || !is_tail (s[1]) || !is_tail (s[2]) || !is_tail (s[3])
        || (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
      return 0;
    return 4;
  }
  return 0;
}

bool
json_scan_string_on (struct md_json *json, const char *first, const char *at,
                     struct md_text *ret_text, bool *ret_has_escapes)
{
  const char *end = json->end;
  bool escapes = false;

  for (;;) {
    int length;

    json->at = at;
    if (at == end)
      return json_fault (json, "the text ends inside a string");
    if (*at == '"')
      break;
    if ((unsigned char) *at < 0x20)
      return json_fault (json, "control character inside a string");
    if (*at == '\\') {
      escapes = true;
      length = escape_length (at, end);
    } else {
      length = utf8_length (at, end);
    }
    if (length == 0)
      return json_fault (json, *at == '\\' ? "not an escape" : "not UTF-8");
    at = json_plain_run (at + length, end);
  }
  json->at = at + 1;
  json->ready = false;
  *ret_text = (struct md_text) { first, (size_t) (at - first) };
  *ret_has_escapes = escapes;
  return true;
}

/* ---- decoding -------------------------------------------------------- */

static size_t
put_utf8 (unsigned code, char *buf)
{
  if (code < 0x80) {
    buf[0] = (char) code;
    return 1;
  }
  if (code < 0x800) {
    buf[0] = (char) (0xc0 | code >> 6);
    buf[1] = (char) (0x80 | (code & 0x3f));
    return 2;
  }
  if (code < 0x10000) {
    buf[0] = (char) (0xe0 | code >> 12);
    buf[1] = (char) (0x80 | (code >> 6 & 0x3f));
    buf[2] = (char) (0x80 | (code & 0x3f));
    return 3;
  }
  buf[0] = (char) (0xf0 | code >> 18);
  buf[1] = (char) (0x80 | (code >> 12 & 0x3f));
  buf[2] = (char) (0x80 | (code >> 6 & 0x3f));
  buf[3] = (char) (0x80 | (code & 0x3f));
  return 4;
}

/* One character or escape at *at into buf; returns its length there.       */
static size_t
decode_one (const char **at, const char *end, char *buf)
{
  const char *from = *at;
  unsigned code;
  int length = *from == '\\' ? escape_length (from, end) : 0;

  if (length == 0) {
    buf[0] = *from;
    *at = from + 1;
    return 1;
  }
  *at = from + length;
  if (from[1] != 'u') {
    buf[0] = short_escape (from[1]);
    return 1;
  }
  unicode_escape (from, end, &code);
  return put_utf8 (code, buf);
}

size_t
md_json_unescape (struct md_text raw, char *buf)
{
  const char *at = raw.ptr, *end = raw.ptr + raw.len;
  size_t len = 0;

  while (at < end)
    len += decode_one (&at, end, buf + len);
  return len;
}

bool
md_json_key_is_escaped (struct md_text key, const char *name)
{
  const char *at = key.ptr, *end = key.ptr + key.len;
  size_t len = strlen (name);
  char piece[4];

  while (at < end) {
    size_t n = decode_one (&at, end, piece);

    if (n > len || memcmp (piece, name, n) != 0)
      return false;
    name += n;
    len -= n;
  }
  return len == 0;
}
