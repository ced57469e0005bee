/* SPDX-License-Identifier: Apache-2.0
 *
 * names.c - paths and texts as the log has them.
 */
#include "delta.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

uint64_t
delta_hash (const char *text, size_t len)
{
  uint64_t value = UINT64_C (0xcbf29ce484222325);

  for (size_t i = 0; i < len; i++)
    value = (value ^ (unsigned char) text[i]) * UINT64_C (0x100000001b3);
  return value != 0 ? value : 1;
}

/* "date=.../symbol=AAPL/part-F-C-N.alpaca,sip.parquet"                     */
void
delta_path_hashes (const char *path, uint64_t *ret_series,
                   uint64_t *ret_symbol)
{
  const char *name = strrchr (path, '/'), *symbol = strstr (path, "symbol=");
  const char *dot, *end;

  *ret_series = *ret_symbol = 0;
  if (symbol == NULL || (symbol != path && symbol[-1] != '/'))
    return;
  end = strchr (symbol, '/');
  if (end == NULL)
    return;
  *ret_symbol = delta_hash (symbol, (size_t) (end - symbol));
  dot = strchr (name, '.');
  if (strncmp (name, "/part-", 6) != 0 || dot == NULL
      || memchr (dot, ',', strlen (dot)) == NULL)
    return;
  *ret_series = *ret_symbol * 31 + delta_hash (dot, strlen (dot));
}

static bool
stays (unsigned char c)
{
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')
         || (c >= '0' && c <= '9') || (c != '\0' && strchr ("-_./=,", c));
}

void
delta_put_path (struct pq_bytes *out, const char *path)
{
  for (; *path != '\0'; path++) {
    unsigned char c = (unsigned char) *path;

    if (stays (c))
      pq_bytes_byte (out, c);
    else
      delta_put (out, "%%%02X", c);
  }
}

static int
digit (char c)
{
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'A' && c <= 'F')
    return c - 'A' + 10;
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

void
delta_get_path (char *path)
{
  char *out = path;

  for (; *path != '\0'; path++) {
    int high = *path == '%' ? digit (path[1]) : -1;
    int low = high >= 0 ? digit (path[2]) : -1;

    if (low >= 0 && high * 16 + low != 0) {
      *out++ = (char) (high * 16 + low);
      path += 2;
    } else {
      *out++ = *path;
    }
  }
  *out = '\0';
}

void
delta_put (struct pq_bytes *out, const char *format, ...)
{
  char text[512];
  va_list args;
  int len;

  va_start (args, format);
  len = vsnprintf (text, sizeof text, format, args);
  va_end (args);
  if (len < 0 || (size_t) len >= sizeof text)
    out->failed = true;
  else
    pq_bytes_put (out, text, (size_t) len);
}

void
delta_put_text (struct pq_bytes *out, const char *text)
{
  pq_bytes_byte (out, '"');
  for (; *text != '\0'; text++) {
    unsigned char c = (unsigned char) *text;

    if (c == '"' || c == '\\')
      delta_put (out, "\\%c", c);
    else if (c < 0x20)
      delta_put (out, "\\u%04x", c);
    else
      pq_bytes_byte (out, c);
  }
  pq_bytes_byte (out, '"');
}
