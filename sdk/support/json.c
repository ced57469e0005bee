/* SPDX-License-Identifier: Apache-2.0
 *
 * json.c - the pull reader: grammar, containers, skipping.  What values mean
 * is in json-values.c, strings are in json-string.c.
 *
 * Speed matters here: a page of ten thousand rows goes through these
 * functions value by value.  Hence no recursion, no allocation, and each
 * byte is looked at once.
 */
#include "json-private.h"

#include <stdio.h>

enum { IN_ARRAY = 1, IN_OBJECT = 2, IS_FIRST = 4 };

void
md_json_init (struct md_json *json, const char *text, size_t len)
{
  json->start = json->at = text;
  json->end = len > 0 ? text + len : text; /* NULL + 0 is undefined */
  json->fault = NULL;
  json->refusal = NULL;
  json->depth = 0;
  json->ready = true;
}

bool
json_fault (struct md_json *json, const char *fault)
{
  if (json->fault == NULL)
    json->fault = fault;
  json->ready = false;
  return false;
}

const char *
md_json_here (struct md_json *json)
{
  json_skip_space (json);
  return json->at;
}

enum md_json_type
md_json_peek (struct md_json *json)
{
  char c = json->fault == NULL ? json_begin (json) : 0;

  switch (c) {
  case 'n':
    return MD_JSON_NULL;
  case 'f':
    return MD_JSON_FALSE;
  case 't':
    return MD_JSON_TRUE;
  case '"':
    return MD_JSON_STRING;
  case '[':
    return MD_JSON_ARRAY;
  case '{':
    return MD_JSON_OBJECT;
  default:
    if (c == '-' || (c >= '0' && c <= '9'))
      return MD_JSON_NUMBER;
    json_fault (json, "not a value");
    return MD_JSON_NONE;
  }
}

/* ---- containers ------------------------------------------------------ */

static bool
enter (struct md_json *json, char bracket, unsigned char kind)
{
  if (json->fault != NULL || json_begin (json) != bracket)
    return false;
  if (json->depth == MD_JSON_DEPTH)
    return json_fault (json, "nested deeper than 64 levels");
  json->at++;
  json->stack[json->depth++] = kind | IS_FIRST;
  json->ready = false;
  return true;
}

bool
md_json_enter_array (struct md_json *json)
{
  return enter (json, '[', IN_ARRAY);
}

bool
md_json_enter_object (struct md_json *json)
{
  return enter (json, '{', IN_OBJECT);
}

/* To the next element of the innermost container, which must be of `kind`:
 * false leaves it at `bracket`.                                            */
static inline bool
advance (struct md_json *json, unsigned char kind, char bracket,
         const char *fault)
{
  unsigned char *top;

  if (json->ready && json->depth > 0)
    md_json_skip (json);
  if (json->fault != NULL)
    return false;
  if (json->depth == 0 || !(json->stack[json->depth - 1] & kind))
    return json_fault (json, "no such container is open here");
  top = &json->stack[json->depth - 1];
  json_skip_space (json);
  if (json->at == json->end)
    return json_fault (json, "the text ends inside an array or object");
  if (*json->at == bracket) {
    json->at++;
    json->depth--;
    return false;
  }
  if (*top & IS_FIRST) {
    *top = kind;
    return true;
  }
  if (*json->at != ',')
    return json_fault (json, fault);
  json->at++;
  return true;
}

bool
md_json_next (struct md_json *json)
{
  if (!advance (json, IN_ARRAY, ']', "expected ',' or ']'"))
    return false;
  json->ready = true;
  return true;
}

/* Keys are short and come in the same order row after row: reading them byte
 * by byte is what the processor predicts best.                             */
static inline bool
scan_key (struct md_json *json, struct md_text *ret_key)
{
  const char *first = json->at + 1, *at = first, *end = json->end;
  bool escapes;

  for (; at < end && at - first < 8 && json_is_plain (*at); at++)
    ;
  if (at < end && *at == '"') {
    json->at = at + 1;
    *ret_key = (struct md_text) { first, (size_t) (at - first) };
    return true;
  }
  return json_scan_string (json, ret_key, &escapes);
}

bool
md_json_next_key (struct md_json *json, struct md_text *ret_key)
{
  if (!advance (json, IN_OBJECT, '}', "expected ',' or '}'"))
    return false;
  json_skip_space (json);
  if (json->at == json->end || *json->at != '"')
    return json_fault (json, "expected a key");
  if (!scan_key (json, ret_key))
    return false;
  json_skip_space (json);
  if (json->at == json->end || *json->at != ':')
    return json_fault (json, "expected ':'");
  json->at++;
  json->ready = true;
  return true;
}

/* ---- skipping --------------------------------------------------------- */

static bool
scan_number (struct md_json *json, struct md_number *ret_number)
{
  const char *end = md_number_scan (json->at, json->end, ret_number);

  if (end == NULL)
    return json_fault (json, "not a number");
  json->at = end;
  json->ready = false;
  return true;
}

/* Passes a scalar, or enters a container.                                  */
static bool
skip_one (struct md_json *json)
{
  struct md_number number;
  struct md_text text;
  bool escapes;

  switch (md_json_peek (json)) {
  case MD_JSON_NULL:
    return json_literal (json, "null", 4);
  case MD_JSON_FALSE:
    return json_literal (json, "false", 5);
  case MD_JSON_TRUE:
    return json_literal (json, "true", 4);
  case MD_JSON_NUMBER:
    return scan_number (json, &number);
  case MD_JSON_STRING:
    return json_scan_string (json, &text, &escapes);
  case MD_JSON_ARRAY:
    return md_json_enter_array (json);
  case MD_JSON_OBJECT:
    return md_json_enter_object (json);
  default:
    return false;
  }
}

bool
md_json_skip (struct md_json *json)
{
  unsigned base = json->depth;
  struct md_text key;
  bool more = skip_one (json);

  while (json->fault == NULL && json->depth > base) {
    more = json->stack[json->depth - 1] & IN_ARRAY
             ? md_json_next (json) : md_json_next_key (json, &key);
    if (more)
      skip_one (json);
  }
  return json->fault == NULL;
}

bool
md_json_slice (struct md_json *json, struct md_text *ret_text)
{
  const char *first = md_json_here (json);

  if (!md_json_skip (json))
    return false;
  *ret_text = (struct md_text) { first, (size_t) (json->at - first) };
  return true;
}

/* ---- the end --------------------------------------------------------- */

bool
md_json_finish (struct md_json *json)
{
  struct md_text key;

  while (json->fault == NULL && (json->depth > 0 || json->ready)) {
    if (json->ready)
      md_json_skip (json);
    else if (json->stack[json->depth - 1] & IN_ARRAY)
      md_json_next (json);
    else
      md_json_next_key (json, &key);
  }
  json_skip_space (json);
  if (json->fault == NULL && json->at != json->end)
    json_fault (json, "text after the document");
  return json->fault == NULL;
}

/* Some text around the fault, fit for a log line.                          */
static void
excerpt (const struct md_json *json, char *buf, size_t size)
{
  const char *first = json->at - json->start > 12 ? json->at - 12
                                                  : json->start;
  size_t n = 0;

  for (; first < json->end && n + 1 < size; first++)
    buf[n++] = *first >= ' ' && *first <= '~' ? *first : '.';
  buf[n] = '\0';
}

int
md_json_error (const struct md_json *json, const char *what,
               struct md_error *err)
{
  char around[41];

  excerpt (json, around, sizeof around);
  err->klass = MD_ERR_PROTOCOL;
  snprintf (err->message, sizeof err->message,
            "%s: %s at byte %zu of %zu, near \"%s\"", what,
            json->fault != NULL ? json->fault : "not the document expected",
            (size_t) (json->at - json->start),
            (size_t) (json->end - json->start), around);
  return MD_ERR_PROTOCOL;
}
