/* SPDX-License-Identifier: Apache-2.0
 *
 * csv.c - a pull reader over a complete CSV text.
 */
#include "csv.h"

#include <string.h>

void
md_csv_init (struct md_csv *csv, const char *text, size_t len)
{
  *csv = (struct md_csv) { .at = text, .next_line = 1 };
  csv->end = len > 0 ? text + len : text; /* NULL + 0 is undefined */
  if (len >= 3 && memcmp (text, "\xef\xbb\xbf", 3) == 0)
    csv->at += 3;
}

/* Stops behind the closing quote.                                          */
static bool
quoted (struct md_csv *csv, struct md_text *ret_field)
{
  const char *first = ++csv->at;

  for (; csv->at < csv->end; csv->at++) {
    if (*csv->at == '\n')
      csv->next_line++;
    if (*csv->at != '"')
      continue;
    if (csv->end - csv->at > 1 && csv->at[1] == '"') {
      csv->at++;
      continue;
    }
    *ret_field = (struct md_text) { first, (size_t) (csv->at++ - first) };
    return true;
  }
  csv->fault = "quoted field without its closing quote";
  return false;
}

/* Stops at the separator.                                                  */
static bool
plain (struct md_csv *csv, struct md_text *ret_field)
{
  const char *first = csv->at, *at = first;

  while (at < csv->end && *at != ',' && *at != '\n' && *at != '\r'
         && *at != '"')
    at++;
  csv->at = at;
  *ret_field = (struct md_text) { first, (size_t) (at - first) };
  if (at < csv->end && *at == '"')
    csv->fault = "quote inside a field that is not quoted";
  return csv->fault == NULL;
}

/* At the end of a record: consumes it and true.                            */
static bool
record_ends (struct md_csv *csv)
{
  if (csv->at == csv->end)
    return true;
  if (*csv->at == '\r') {
    if (csv->end - csv->at < 2 || csv->at[1] != '\n')
      return false;
    csv->at++;
  }
  if (*csv->at != '\n')
    return false;
  csv->at++;
  csv->next_line++;
  return true;
}

bool
md_csv_record (struct md_csv *csv, struct md_text *fields, size_t max,
               size_t *ret_n)
{
  struct md_text field;
  size_t n = 0;

  if (csv->fault != NULL || csv->at == csv->end)
    return false;
  csv->line = csv->next_line;
  for (;;) {
    bool is_quoted = csv->at < csv->end && *csv->at == '"';

    if (!(is_quoted ? quoted (csv, &field) : plain (csv, &field)))
      return false;
    if (n++ < max)
      fields[n - 1] = field;
    if (record_ends (csv))
      break;
    if (*csv->at != ',') {
      csv->fault = is_quoted && *csv->at != '\r'
                     ? "text after the closing quote of a field"
                     : "carriage return that no line feed follows";
      return false;
    }
    csv->at++;
  }
  *ret_n = n;
  return true;
}

size_t
md_csv_unquote (struct md_text raw, char *buf)
{
  size_t len = 0;

  for (size_t i = 0; i < raw.len; i++) {
    buf[len++] = raw.ptr[i];
    if (raw.ptr[i] == '"' && i + 1 < raw.len && raw.ptr[i + 1] == '"')
      i++;
  }
  return len;
}

int
md_csv_column (const struct md_text *fields, size_t n, const char *name)
{
  size_t len = strlen (name);

  for (size_t i = 0; i < n; i++) {
    if (fields[i].len == len && memcmp (fields[i].ptr, name, len) == 0)
      return (int) i;
  }
  return -1;
}
