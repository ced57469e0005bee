/* SPDX-License-Identifier: Apache-2.0
 *
 * rules-check.c - the rules: quick over a block of rows, in words over one.
 *
 * Each rule is written twice.  The quick form leaves out what only makes it
 * exact (an absent value is the largest integer, so it may look out of
 * order): a false alarm costs a second look, nothing else.
 */
#include "rules-private.h"

#include "data/interval.h"
#include "data/table.h"

#include <float.h>
#include <math.h>

/* ---- which rules there are ------------------------------------------- */

enum { ABOVE_ZERO, NOT_NEGATIVE, QUANTITY, VOLUME };

/* A quote's side without a quote is 0 at many vendors, so only a negative
 * price is wrong there.  Statistics, actions and a plugin's own tables have
 * prices that may be anything.                                             */
static const struct {
  guint record;
  const char *name;
  int kind;
} value_rules[] = {
  { MD_BAR, "open", ABOVE_ZERO },      { MD_BAR, "high", ABOVE_ZERO },
  { MD_BAR, "low", ABOVE_ZERO },       { MD_BAR, "close", ABOVE_ZERO },
  { MD_BAR, "volume", VOLUME },        { MD_BAR, "trades", NOT_NEGATIVE },
  { MD_TRADE, "price", ABOVE_ZERO },   { MD_TRADE, "size", VOLUME },
  { MD_QUOTE, "bid", NOT_NEGATIVE },   { MD_QUOTE, "ask", NOT_NEGATIVE },
  { MD_QUOTE, "bid_size", QUANTITY },  { MD_QUOTE, "ask_size", QUANTITY },
  { MD_TBBO, "price", ABOVE_ZERO },    { MD_TBBO, "size", QUANTITY },
  { MD_TBBO, "bid", NOT_NEGATIVE },    { MD_TBBO, "ask", NOT_NEGATIVE },
  { MD_TBBO, "bid_size", QUANTITY },   { MD_TBBO, "ask_size", QUANTITY },
};

static void
add_value_rule (Rules *rules, const Column *column, int kind)
{
  const QualityPolicy *quality = rules->input->quality;
  gboolean is_price = column->field->type == MD_FIELD_PRICE;
  RangeRule range = { column->field->name, column->f64, 0, DBL_MAX };

  if (kind == ABOVE_ZERO || kind == NOT_NEGATIVE) {
    if (column->i64 == NULL
        || (is_price && (rules->input->offer->flags & MD_OFFER_PRICES_ANY)))
      return;
    rules->least[rules->n_least++]
      = (LeastRule) { column->field->name, column->i64, kind == ABOVE_ZERO };
    return;
  }
  if (column->f64 == NULL)
    return;
  if (kind == VOLUME && !isnan (quality->min_volume))
    range.least = MAX (quality->min_volume, 0);
  if (kind == VOLUME && !isnan (quality->max_volume))
    range.most = quality->max_volume;
  rules->ranges[rules->n_ranges++] = range;
}

static void
find_value_rules (Rules *rules)
{
  for (gsize i = 0; i < G_N_ELEMENTS (value_rules); i++) {
    const Column *column;

    if (value_rules[i].record != rules->input->offer->record)
      continue;
    column = columns_column (rules->columns, value_rules[i].name);
    if (column != NULL)
      add_value_rule (rules, column, value_rules[i].kind);
  }
}

static void
find_required (Rules *rules)
{
  for (gsize i = 0; i < rules->columns->n_cols; i++) {
    const Column *column = &rules->columns->cols[i];

    if ((column->field->flags & MD_FIELD_REQUIRED) != 0
        && column->field->type != MD_FIELD_FLAGS)
      g_ptr_array_add (rules->required, (gpointer) column);
  }
}

static const gint64 *
prices_of (const Columns *columns, const char *name)
{
  const Column *column = columns_column (columns, name);

  return column != NULL ? column->i64 : NULL;
}

static void
find_bar_rules (Rules *rules)
{
  const struct md_interval *interval = &rules->input->offer->interval;
  gint64 nominal = interval_nominal (interval);

  rules->open = prices_of (rules->columns, "open");
  rules->high = prices_of (rules->columns, "high");
  rules->low = prices_of (rules->columns, "low");
  rules->close = prices_of (rules->columns, "close");
  rules->on_grid = nominal > 0 && nominal <= MD_HOUR;
  /* Others start afresh at midnight, somewhere.                            */
  if (rules->on_grid && interval->zone == NULL && MD_DAY % nominal == 0)
    rules->step = nominal;
}

void
rules_prepare (Rules *rules, const RuleInput *input, const Columns *columns)
{
  *rules = (Rules) { .input = input,
                     .columns = columns,
                     .ts = columns->cols[0].i64,
                     .required = g_ptr_array_new () };
  find_required (rules);
  find_value_rules (rules);
  if (input->offer->record == MD_BAR)
    find_bar_rules (rules);
}

void
rules_clear (Rules *rules)
{
  g_ptr_array_unref (rules->required);
}

/* ---- a block of rows ------------------------------------------------- */

static gboolean
lacks_a_value (const Column *column, gsize first, gsize n)
{
  guint bad = 0;

  if (column->i64 != NULL) {
    for (gsize i = first; i < first + n; i++)
      bad |= column->i64[i] == MD_ABSENT;
  } else if (column->f64 != NULL) {
    for (gsize i = first; i < first + n; i++)
      bad |= isnan (column->f64[i]);
  } else if (column->u32 != NULL) {
    for (gsize i = first; i < first + n; i++)
      bad |= column->u32[i] == MD_ABSENT_NAME;
  } else if (column->text != NULL) {
    for (gsize i = first; i < first + n; i++)
      bad |= column->text[i].ptr == NULL;
  } else {
    return TRUE;
  }
  return bad != 0;
}

static gboolean
goes_below (const gint64 *values, gint64 least, gsize first, gsize n)
{
  guint bad = 0;

  for (gsize i = first; i < first + n; i++)
    bad |= values[i] < least;
  return bad != 0;
}

static gboolean
leaves_range (const RangeRule *rule, gsize first, gsize n)
{
  guint bad = 0;

  /* A NaN is absent and compares false with everything.                    */
  for (gsize i = first; i < first + n; i++)
    bad |= (rule->values[i] < rule->least) | (rule->values[i] > rule->most);
  return bad != 0;
}

static gboolean
crosses (const gint64 *lower, const gint64 *upper, gsize first, gsize n)
{
  guint bad = 0;

  if (lower == NULL || upper == NULL)
    return FALSE;
  for (gsize i = first; i < first + n; i++)
    bad |= lower[i] > upper[i];
  return bad != 0;
}

static gboolean
is_off_grid (const Rules *rules, md_time ts)
{
  if (rules->step != 0)
    return ts % rules->step != 0;
  return interval_floor (&rules->input->offer->interval, ts) != ts;
}

/* Rows that follow each other by one step are on the grid if the first is;
 * that saves nearly all divisions.                                         */
static gboolean
leaves_grid (const Rules *rules, gsize first, gsize n)
{
  const gint64 *ts = rules->ts;

  if (!rules->on_grid)
    return FALSE;
  if (is_off_grid (rules, ts[first]))
    return TRUE;
  for (gsize i = first + 1; i < first + n; i++) {
    if ((rules->step == 0
         || (guint64) ts[i] - (guint64) ts[i - 1] != (guint64) rules->step)
        && is_off_grid (rules, ts[i]))
      return TRUE;
  }
  return FALSE;
}

static gboolean
leaves_time (const Rules *rules, gsize first, gsize n)
{
  const RuleInput *input = rules->input;
  /* Sorted: the ends tell.                                                 */
  md_time earliest = rules->ts[first], latest = rules->ts[first + n - 1];

  if (latest > input->now)
    return TRUE;
  return (input->from != 0 || input->to != 0)
         && (earliest < input->from || latest >= input->to);
}

gboolean
rules_block_is_suspect (const Rules *rules, gsize first, gsize n)
{
  gboolean bad = leaves_time (rules, first, n) || leaves_grid (rules, first, n)
                 || crosses (rules->low, rules->high, first, n)
                 || crosses (rules->low, rules->open, first, n)
                 || crosses (rules->low, rules->close, first, n)
                 || crosses (rules->open, rules->high, first, n)
                 || crosses (rules->close, rules->high, first, n);

  for (guint i = 0; i < rules->required->len && !bad; i++)
    bad = lacks_a_value (rules->required->pdata[i], first, n);
  for (guint i = 0; i < rules->n_least && !bad; i++)
    bad = goes_below (rules->least[i].values, rules->least[i].least, first, n);
  for (guint i = 0; i < rules->n_ranges && !bad; i++)
    bad = leaves_range (&rules->ranges[i], first, n);
  return bad;
}

/* ---- one row --------------------------------------------------------- */

static void
add_reason (GString *reasons, const char *what, const char *name)
{
  if (reasons->len > 0)
    g_string_append (reasons, "; ");
  g_string_append (reasons, what);
  if (name != NULL)
    g_string_append (reasons, name);
}

static void
explain_order (GString *reasons, const char *what, const gint64 *lower,
               const gint64 *upper, gsize row)
{
  if (lower != NULL && upper != NULL && lower[row] != MD_ABSENT
      && upper[row] != MD_ABSENT && lower[row] > upper[row])
    add_reason (reasons, what, NULL);
}

static void
explain_time (const Rules *rules, gsize row, GString *reasons)
{
  const RuleInput *input = rules->input;
  md_time ts = rules->ts[row];

  if ((input->from != 0 || input->to != 0)
      && (ts < input->from || ts >= input->to))
    add_reason (reasons, "range:ts", NULL);
  if (ts > input->now && ts != MD_ABSENT
      && input->offer->record != MD_SESSION)
    add_reason (reasons, "future:ts", NULL);
  if (rules->on_grid && is_off_grid (rules, ts))
    add_reason (reasons, "grid:ts", NULL);
}

static void
explain_values (const Rules *rules, gsize row, GString *reasons)
{
  for (guint i = 0; i < rules->n_least; i++) {
    const LeastRule *rule = &rules->least[i];

    if (rule->values[row] < rule->least)
      add_reason (reasons, rule->least > 0 ? "price<=0:" : "negative:",
                  rule->name);
  }
  for (guint i = 0; i < rules->n_ranges; i++) {
    const RangeRule *rule = &rules->ranges[i];
    double value = rule->values[row];

    if (isinf (value))
      add_reason (reasons, "infinite:", rule->name);
    else if (value < 0)
      add_reason (reasons, "negative:", rule->name);
    else if (value < rule->least)
      add_reason (reasons, "min_volume:", rule->name);
    else if (value > rule->most)
      add_reason (reasons, "max_volume:", rule->name);
  }
}

void
rules_explain (const Rules *rules, gsize row, GString *reasons)
{
  for (guint i = 0; i < rules->required->len; i++) {
    const Column *column = rules->required->pdata[i];

    if (lacks_a_value (column, row, 1))
      add_reason (reasons, "missing:", column->field->name);
  }
  explain_time (rules, row, reasons);
  explain_order (reasons, "high<low", rules->low, rules->high, row);
  explain_order (reasons, "open<low", rules->low, rules->open, row);
  explain_order (reasons, "open>high", rules->open, rules->high, row);
  explain_order (reasons, "close<low", rules->low, rules->close, row);
  explain_order (reasons, "close>high", rules->close, rules->high, row);
  explain_values (rules, row, reasons);
}
