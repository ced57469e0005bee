/* SPDX-License-Identifier: Apache-2.0
 *
 * HTML pages: a list of cells of UTF-8 without blanks at their ends, or a
 * refusal with a reason.
 */
#include "config/universe.h"

#include "data/error.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static const char *const end = "</html>";
  g_autofree char *html = g_malloc (size + strlen (end));
  g_autoptr (GPtrArray) cells = NULL;
  g_autoptr (GError) error = NULL;

  /* Each page is whole; that is a check of its own.                        */
  memcpy (html, data, size);
  memcpy (html + size, end, strlen (end));
  cells = page_read_column (html, size + strlen (end), "Symbol", &error);
  g_assert_true ((cells == NULL) == (error != NULL));
  if (error != NULL)
    g_assert_error (error, CORE_ERROR, CORE_ERROR_DATA);
  for (guint i = 0; cells != NULL && i < cells->len; i++) {
    const char *cell = cells->pdata[i];

    g_assert_true (g_utf8_validate (cell, -1, NULL));
    g_assert_false (g_ascii_isspace (*cell));
    g_assert_true (*cell == '\0'
                   || !g_ascii_isspace (cell[strlen (cell) - 1]));
  }
  return 0;
}
