/* SPDX-License-Identifier: Apache-2.0
 *
 * A row from JSON: what was understood, written again, reads as the same row.
 */
#include "data/table.h"
#include "engine/row-json.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static void
check_table (const struct md_table *table, const char *text, gsize size)
{
  g_autoptr (Columns) columns = columns_new (table);
  g_autofree char *instrument = NULL, *again = NULL;
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  if (!row_from_json (text, size, columns, &instrument, &error)) {
    g_assert_nonnull (error);
    g_assert_cmpuint (columns->n, ==, 0);
    return;
  }
  g_assert_cmpuint (columns->n, ==, 1);
  row_append_json (out, columns, 0, instrument);
  row_from_json (out->str, out->len, columns, &again, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (instrument, ==, again);
  g_assert_true (columns_row_equal (columns, 0, columns, 1));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  /* Exact, so that reading past the end is seen.                           */
  g_autofree char *text = g_memdup2 (data, size);

  check_table (table_builtin (MD_BAR), text, size);
  check_table (table_builtin (MD_TRADE), text, size);
  return 0;
}
