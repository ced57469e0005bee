/* SPDX-License-Identifier: Apache-2.0
 *
 * adjust-rows.c - rows times a factor.
 */
#include "adjust.h"

#include "data/error.h"
#include "data/interval.h"

#include <string.h>

static gboolean
is_shares (const char *name)
{
  static const char *const names[] = { "volume", "size", "bid_size",
                                       "ask_size", NULL };

  return g_strv_contains (names, name);
}

static gboolean
adjust_prices (const Columns *rows, Column *column, const Factor *factor,
               GError **error)
{
  for (gsize i = 0; i < rows->n; i++) {
    md_price price = factor_price (factor, column->i64[i]);

    if (price == MD_ABSENT && column->i64[i] != MD_ABSENT) {
      char at[TIME_TEXT_SIZE];

      time_format (rows->cols[0].i64[i], at);
      g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE,
                   "export: the adjusted %s of %s is beyond what a price can "
                   "hold; export rows after it", column->field->name, at);
      return FALSE;
    }
    column->i64[i] = price;
  }
  return TRUE;
}

static void
adjust_doubles (const Columns *rows, Column *column, const Factor *factor)
{
  gboolean shares = is_shares (column->field->name);

  for (gsize i = 0; i < rows->n; i++)
    column->f64[i] = shares ? factor_shares (factor, column->f64[i])
                            : factor_average (factor, column->f64[i]);
}

Columns *
adjust_rows (const Columns *rows, gsize first, gsize end,
             const Factor *factor, GError **error)
{
  g_autoptr (Columns) copy = columns_new (rows->table);

  columns_append_from (copy, rows, first, end - first);
  if (factor_is_one (factor))
    return g_steal_pointer (&copy);
  for (gsize i = 0; i < copy->n_cols; i++) {
    Column *column = &copy->cols[i];

    if (column->field->type == MD_FIELD_PRICE && column->i64 != NULL) {
      if (!adjust_prices (copy, column, factor, error))
        return NULL;
    } else if (column->field->type == MD_FIELD_F64 && column->f64 != NULL) {
      adjust_doubles (copy, column, factor);
    }
  }
  columns_set_flags (copy, MD_ROW_DERIVED);
  return g_steal_pointer (&copy);
}
