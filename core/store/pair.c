/* SPDX-License-Identifier: Apache-2.0
 *
 * pair.c - matching rows of one time.
 */
#include "pair.h"

/* ---- by key ---------------------------------------------------------- */

static gint
compare_rows (gconstpointer a, gconstpointer b, gpointer data)
{
  gsize x = *(const gsize *) a, y = *(const gsize *) b;
  int order = columns_key_compare (data, x, data, y);

  return order != 0 ? order : (x > y) - (x < y);
}

static gsize *
rows_by_key (const Columns *rows, gsize from, gsize to)
{
  gsize n = to - from, *order = g_new (gsize, n + 1);

  for (gsize i = 0; i < n; i++)
    order[i] = from + i;
  if (n > 1)
    g_qsort_with_data (order, (gint) n, sizeof *order, compare_rows,
                       (gpointer) rows);
  return order;
}

static void
add_pair (GArray *pairs, gsize was, gsize now)
{
  RowPair pair = { was, now };

  g_array_append_val (pairs, pair);
}

void
pair_by_key (const Columns *old, gsize a0, gsize a1, const Columns *now,
             gsize b0, gsize b1, GArray *pairs)
{
  g_autofree gsize *a = rows_by_key (old, a0, a1);
  g_autofree gsize *b = rows_by_key (now, b0, b1);
  gsize n = a1 - a0, m = b1 - b0, i = 0, j = 0;

  while (i < n || j < m) {
    int order = i == n ? 1 : j == m ? -1
                : columns_key_compare (old, a[i], now, b[j]);

    add_pair (pairs, order <= 0 ? a[i] : NO_ROW, order >= 0 ? b[j] : NO_ROW);
    i += order <= 0;
    j += order >= 0;
  }
}

/* ---- by content ------------------------------------------------------ */

/* Within a key the rows of a group are few.                                */
static gsize
take_equal (const Columns *old, GArray *left, const Columns *now, gsize row)
{
  for (guint i = 0; i < left->len; i++) {
    gsize was = g_array_index (left, gsize, i);

    if (columns_row_equal (old, was, now, row)) {
      g_array_remove_index (left, i);
      return was;
    }
  }
  return NO_ROW;
}

void
pair_by_content (const Columns *old, gsize a0, gsize a1, const Columns *now,
                 gsize b0, gsize b1, GArray *pairs)
{
  g_autoptr (GArray) left = g_array_new (FALSE, FALSE, sizeof (gsize));

  for (gsize i = a0; i < a1; i++)
    g_array_append_val (left, i);
  for (gsize j = b0; j < b1; j++)
    add_pair (pairs, take_equal (old, left, now, j), j);
  for (guint i = 0; i < left->len; i++)
    add_pair (pairs, g_array_index (left, gsize, i), NO_ROW);
}
