/* SPDX-License-Identifier: Apache-2.0
 *
 * CSV text: what was read, written again with every field quoted, reads the
 * same.
 */
#include <support/csv.h>

#include <glib.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

#define FIELDS 8

/* Appends the records of a text to `out` in one spelling; false: a fault.  */
static bool
normalise (const char *text, gsize size, GString *out)
{
  g_autofree char *exact = g_memdup2 (text, size);
  struct md_text fields[FIELDS];
  struct md_csv csv;
  gsize n, line = 0;

  md_csv_init (&csv, exact, size);
  while (md_csv_record (&csv, fields, FIELDS, &n)) {
    g_assert_cmpuint (n, >, 0);
    g_assert_cmpuint (csv.line, >, line);
    line = csv.line;
    for (gsize i = 0; i < MIN (n, FIELDS); i++) {
      g_autofree char *buf = g_malloc (fields[i].len + 1);
      gsize len = md_csv_unquote (fields[i], buf);

      g_assert_cmpuint (len, <=, fields[i].len);
      g_string_append (out, i > 0 ? ",\"" : "\"");
      for (gsize k = 0; k < len; k++) {
        g_string_append_c (out, buf[k]);
        if (buf[k] == '"')
          g_string_append_c (out, '"');
      }
      g_string_append_c (out, '"');
    }
    g_string_append_c (out, '\n');
  }
  return csv.fault == NULL;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GString) first = g_string_new (NULL);
  g_autoptr (GString) second = g_string_new (NULL);

  if (!normalise ((const char *) data, size, first))
    return 0;
  g_assert_true (normalise (first->str, first->len, second));
  g_assert_cmpmem (first->str, first->len, second->str, second->len);
  return 0;
}
