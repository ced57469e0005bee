/* SPDX-License-Identifier: Apache-2.0
 *
 * action.c - what a corporate action means.
 */
#include "action.h"
#include "interval.h"

#include <math.h>
#include <string.h>

static const struct {
  const char *name;
  ActionKind kind;
} kinds[] = {
  { "split", ACTION_SPLIT },
  { "stock_dividend", ACTION_SPLIT },
  { "cash_dividend", ACTION_DIVIDEND },
  { "spin_off", ACTION_UNVALUED },
  { "rights_distribution", ACTION_UNVALUED },
  { "name_change", ACTION_RENAME },
  { "delisting", ACTION_REMOVAL },
  { "cash_merger", ACTION_REMOVAL },
  { "stock_merger", ACTION_REMOVAL },
  { "stock_and_cash_merger", ACTION_REMOVAL },
  { "redemption", ACTION_REMOVAL },
  { "worthless_removal", ACTION_REMOVAL },
};

ActionKind
action_kind (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++) {
    if (strcmp (kinds[i].name, name) == 0)
      return kinds[i].kind;
  }
  return ACTION_OTHER;
}

static double
f64_at (const Columns *rows, const char *name, gsize i)
{
  const Column *column = columns_column (rows, name);

  return column != NULL && column->f64 != NULL ? column->f64[i] : NAN;
}

static gint64
i64_at (const Columns *rows, const char *name, gsize i)
{
  const Column *column = columns_column (rows, name);

  return column != NULL && column->i64 != NULL ? column->i64[i] : MD_ABSENT;
}

static struct md_text
text_at (const Columns *rows, const char *name, gsize i)
{
  const Column *column = columns_column (rows, name);

  return column != NULL && column->text != NULL ? column->text[i]
                                                : (struct md_text) { NULL, 0 };
}

Action
action_at (const Columns *rows, gsize i)
{
  const Column *column = columns_column (rows, "action");
  Action action = { .ts = rows->cols[0].i64[i], .name = "" };

  if (column != NULL && column->u32 != NULL
      && column->u32[i] != MD_ABSENT_NAME)
    action.name = g_ptr_array_index (column->dict, column->u32[i]);
  action.kind = action_kind (action.name);
  action.ratio_from = f64_at (rows, "ratio_from", i);
  action.ratio_to = f64_at (rows, "ratio_to", i);
  action.cash = i64_at (rows, "cash", i);
  action.old_symbol = text_at (rows, "old_symbol", i);
  action.new_symbol = text_at (rows, "new_symbol", i);
  return action;
}

gboolean
action_concerns (const Action *action, const char *symbol)
{
  const struct md_text *old = &action->old_symbol;

  return old->len == 0
         || (strlen (symbol) == old->len
             && memcmp (symbol, old->ptr, old->len) == 0);
}

char *
action_text (const Action *action)
{
  char date[TIME_TEXT_SIZE];

  time_format (action->ts, date);
  return g_strdup_printf ("%s of %.10s", action->name, date);
}
