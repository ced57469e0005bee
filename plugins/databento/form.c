/* SPDX-License-Identifier: Apache-2.0
 *
 * form.c - bodies of POST requests: name=value&name=value.  The service
 * takes forms so that long symbol lists need not fit into a URL.
 */
#include "databento.h"

#include <support/time.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
append (struct form *form, const char *text, size_t len)
{
  if (form->size - form->len < len + 1) {
    size_t size = 2 * form->size + len + 1024;
    char *grown = form->failed ? NULL : realloc (form->text, size);

    if (grown == NULL) {
      form->failed = true;
      return;
    }
    form->text = grown;
    form->size = size;
  }
  memcpy (form->text + form->len, text, len);
  form->len += len;
  form->text[form->len] = '\0';
}

static bool
is_unreserved (char c)
{
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')
         || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.'
         || c == '~';
}

static void
append_value (struct form *form, const char *value)
{
  for (; *value != '\0'; value++) {
    char escape[4];

    if (is_unreserved (*value)) {
      append (form, value, 1);
      continue;
    }
    snprintf (escape, sizeof escape, "%%%02X", (unsigned char) *value);
    append (form, escape, 3);
  }
}

void
form_add (struct form *form, const char *name, const char *value)
{
  if (form->len > 0)
    append (form, "&", 1);
  append (form, name, strlen (name));
  append (form, "=", 1);
  append_value (form, value);
}

void
form_add_i64 (struct form *form, const char *name, int64_t value)
{
  char text[24];

  snprintf (text, sizeof text, "%" PRId64, value);
  form_add (form, name, text);
}

void
form_add_date (struct form *form, const char *name, md_time t)
{
  char text[48];

  md_time_format (t, text);
  text[10] = '\0';
  form_add (form, name, text);
}

void
form_add_to_list (struct form *form, const char *value)
{
  if (form->text != NULL && form->text[form->len - 1] != '=')
    append (form, ",", 1);
  append_value (form, value);
}

const char *
form_stype_in (unsigned selector)
{
  switch (selector) {
  case MD_SELECT_PARENT: return "parent";
  case MD_SELECT_CONTINUOUS: return "continuous";
  case MD_SELECT_ID: return "instrument_id";
  default: return "raw_symbol";
  }
}

void
form_add_symbols (struct form *form, const struct md_request *request,
                  uint32_t only)
{
  form_add (form, "stype_in", form_stype_in (request->selector));
  form_add (form, "symbols", request->n_symbols == 0 ? "ALL_SYMBOLS" : "");
  for (uint32_t i = 0; i < request->n_symbols; i++) {
    if (only == MD_ABSENT_NAME || only == i)
      form_add_to_list (form, request->symbols[i]);
  }
}

void
form_free (struct form *form)
{
  free (form->text);
  memset (form, 0, sizeof *form);
}
