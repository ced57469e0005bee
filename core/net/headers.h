/* SPDX-License-Identifier: Apache-2.0
 *
 * headers.h - the headers of one answer or request, in their order.
 */
#pragma once

#include <glib.h>

typedef struct {
  char *name, *value;
} Header;

/* Array of Header.                                                         */
GPtrArray *headers_new (void);
/* "Name: value", blanks around the value dropped.  FALSE: no such line.    */
gboolean headers_add (GPtrArray *headers, const char *line, gsize len);
/* The first of that name in any case of letters, or NULL.                  */
const char *headers_get (const GPtrArray *headers, const char *name);
/* A name as RFC 9110 allows it, and a value on one line.                   */
gboolean headers_are_sound (const char *line);
/* Whether the line "Name: value" has that name.                            */
gboolean headers_line_is (const char *line, const char *name);
