/* SPDX-License-Identifier: Apache-2.0
 *
 * json-values.c - the getters of the pull reader: numbers, bare or in
 * strings, bools and strings, and why a value was refused.
 */
#include "json-private.h"

/* A fault of the row: the value is passed, and `why` kept for the reasons. */
static bool
refuse (struct md_json *json, const char *why)
{
  if (md_json_skip (json))
    json->refusal = why;
  return false;
}

static const char *
refusal_of (enum md_decimal problem)
{
  switch (problem) {
  case MD_DECIMAL_RANGE:
    return "range";
  case MD_DECIMAL_INEXACT:
    return "inexact";
  default:
    return "type";
  }
}

/* A number, bare or as the whole of a string; *ret_end is behind it.
 * False: null (*ret_null), something else (refused) or a fault.            */
static inline bool
read_number (struct md_json *json, struct md_number *ret_number,
             const char **ret_end, bool *ret_null)
{
  char c = json->fault == NULL ? json_begin (json) : 0;
  const char *end;

  *ret_null = false;
  if (c == '-' || (c >= '0' && c <= '9')) {
    end = md_number_scan (json->at, json->end, ret_number);
    if (end == NULL)
      return json_fault (json, "not a number");
    *ret_end = end;
    return true;
  }
  if (c == '"') {
    end = md_number_scan (json->at + 1, json->end, ret_number);
    if (end != NULL && end < json->end && *end == '"') {
      *ret_end = end + 1;
      return true;
    }
  }
  if (c == 'n')
    *ret_null = json_literal (json, "null", 4);
  else if (c != 0)
    refuse (json, "type");
  return false;
}

static inline bool
finish_number (struct md_json *json, const char *end, enum md_decimal result)
{
  json->at = end;
  json->ready = false;
  if (result == MD_DECIMAL_OK)
    return true;
  json->refusal = refusal_of (result);
  return false;
}

bool
md_json_price (struct md_json *json, md_price *ret_price)
{
  struct md_number number;
  const char *end;
  bool is_null;

  if (read_number (json, &number, &end, &is_null))
    return finish_number (json, end, md_number_price (&number, ret_price));
  if (is_null)
    *ret_price = MD_ABSENT;
  return is_null;
}

bool
md_json_price_rounded (struct md_json *json, md_price *ret_price)
{
  struct md_number number;
  const char *end;
  bool is_null;

  if (read_number (json, &number, &end, &is_null))
    return finish_number (json, end,
                          md_number_integer (&number, 9, true, ret_price));
  if (is_null)
    *ret_price = MD_ABSENT;
  return is_null;
}

bool
md_json_f64 (struct md_json *json, double *ret_value)
{
  struct md_number number;
  const char *end;
  bool is_null;

  if (read_number (json, &number, &end, &is_null)) {
    const char *text = json->at + (*json->at == '"');

    return finish_number (json, end,
                          md_number_f64 (&number, text, end, ret_value));
  }
  if (is_null)
    *ret_value = md_absent_f64 ();
  return is_null;
}

bool
md_json_i64 (struct md_json *json, int64_t *ret_value)
{
  struct md_number number;
  const char *end;
  bool is_null;

  if (read_number (json, &number, &end, &is_null))
    return finish_number (json, end,
                          md_number_integer (&number, 0, false, ret_value));
  if (is_null)
    *ret_value = MD_ABSENT;
  return is_null;
}

bool
md_json_bool (struct md_json *json, bool *ret_value)
{
  enum md_json_type type = md_json_peek (json);

  if (type == MD_JSON_NONE)
    return false;
  if (type != MD_JSON_TRUE && type != MD_JSON_FALSE)
    return refuse (json, "type");
  if (!md_json_skip (json))
    return false;
  *ret_value = type == MD_JSON_TRUE;
  return true;
}

bool
md_json_string (struct md_json *json, struct md_text *ret_text,
                bool *ret_has_escapes)
{
  char c = json->fault == NULL ? json_begin (json) : 0;

  if (c == '"')
    return json_scan_string (json, ret_text, ret_has_escapes);
  if (c == 'n' && json_literal (json, "null", 4)) {
    *ret_text = (struct md_text) { NULL, 0 };
    *ret_has_escapes = false;
    return true;
  }
  return c != 0 && json->fault == NULL && refuse (json, "type");
}
