/* SPDX-License-Identifier: Apache-2.0
 *
 * row.c - errors, reasons, fields that must be there, patterns of names.
 */
#include "row.h"

#include "time.h"

#include <stdarg.h>
#include <stdio.h>

int
md_error_say (struct md_error *err, int klass, const char *format, ...)
{
  va_list args;

  err->klass = klass;
  va_start (args, format);
  vsnprintf (err->message, sizeof err->message, format, args);
  va_end (args);
  return klass;
}

void
md_reason (struct md_reasons *reasons, const char *kind, const char *field)
{
  int n = snprintf (reasons->text + reasons->len,
                    sizeof reasons->text - reasons->len, "%s%s:%s",
                    reasons->len > 0 ? "; " : "", kind, field);

  reasons->len += (size_t) n;
  if (reasons->len >= sizeof reasons->text)
    reasons->len = sizeof reasons->text - 1;
}

void
md_missing (struct md_reasons *reasons, bool absent, const char *field)
{
  size_t len = strlen (field);

  if (!absent)
    return;
  for (const char *at = reasons->text; (at = strchr (at, ':')) != NULL; at++) {
    if (strncmp (at + 1, field, len) == 0
        && (at[1 + len] == ';' || at[1 + len] == '\0'))
      return;
  }
  md_reason (reasons, "missing", field);
}

static void
keep_price (struct md_json *json, bool could, md_price price,
            const char *field, struct md_reasons *reasons,
            md_price *ret_price)
{
  if (!could)
    md_reason (reasons, json->refusal, field);
  else if (price == MD_ABSENT)
    md_reason (reasons, "missing", field);
  else
    *ret_price = price;
}

void
md_need_price (struct md_json *json, const char *field,
               struct md_reasons *reasons, md_price *ret_price)
{
  md_price price = MD_ABSENT;
  bool could = md_json_price (json, &price);

  keep_price (json, could, price, field, reasons, ret_price);
}

void
md_need_price_rounded (struct md_json *json, const char *field,
                       struct md_reasons *reasons, md_price *ret_price)
{
  md_price price = MD_ABSENT;
  bool could = md_json_price_rounded (json, &price);

  keep_price (json, could, price, field, reasons, ret_price);
}

void
md_need_f64 (struct md_json *json, const char *field,
             struct md_reasons *reasons, double *ret_value)
{
  double value = 0;

  if (!md_json_f64 (json, &value))
    md_reason (reasons, json->refusal, field);
  else if (value != value)
    md_reason (reasons, "missing", field);
  else
    *ret_value = value;
}

void
md_need_i64 (struct md_json *json, const char *field,
             struct md_reasons *reasons, int64_t *ret_value)
{
  int64_t value = 0;

  if (!md_json_i64 (json, &value))
    md_reason (reasons, json->refusal, field);
  else if (value == MD_ABSENT)
    md_reason (reasons, "missing", field);
  else
    *ret_value = value;
}

void
md_may_f64 (struct md_json *json, const char *field,
            struct md_reasons *reasons, double *ret_value)
{
  if (!md_json_f64 (json, ret_value))
    md_reason (reasons, json->refusal, field);
}

void
md_may_i64 (struct md_json *json, const char *field,
            struct md_reasons *reasons, int64_t *ret_value)
{
  if (!md_json_i64 (json, ret_value))
    md_reason (reasons, json->refusal, field);
}

void
md_need_text (struct md_json *json, const char *field,
              struct md_reasons *reasons, struct md_text *ret_text)
{
  struct md_text text = { NULL, 0 };
  bool escapes = false;

  if (!md_json_string (json, &text, &escapes))
    md_reason (reasons, json->refusal, field);
  else if (text.ptr == NULL)
    md_reason (reasons, "missing", field);
  else if (escapes) /* names, ids and times are plain words */
    md_reason (reasons, "value", field);
  else
    *ret_text = text;
}

void
md_need_time (struct md_json *json, const char *field,
              struct md_reasons *reasons, md_time *ret_time)
{
  struct md_text text = { NULL, 0 };

  md_need_text (json, field, reasons, &text);
  if (text.ptr != NULL && !md_time_parse (text.ptr, text.len, ret_time))
    md_reason (reasons, "value", field);
}

bool
md_glob (const char *pattern, const char *text, size_t len)
{
  const char *end = text + len, *star = NULL, *mark = NULL;

  if (pattern == NULL)
    return true;
  while (text < end) {
    if (*pattern == '*') {
      star = pattern++;
      mark = text;
    } else if (*pattern != '\0' && (*pattern == '?' || *pattern == *text)) {
      pattern++;
      text++;
    } else if (star != NULL) {
      pattern = star + 1;
      text = ++mark;
    } else {
      return false;
    }
  }
  while (*pattern == '*')
    pattern++;
  return *pattern == '\0';
}
