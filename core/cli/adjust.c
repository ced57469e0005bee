/* SPDX-License-Identifier: Apache-2.0
 *
 * adjust.c - which factors a series takes, and when.
 */
#include "adjust.h"

#include "data/error.h"
#include "data/interval.h"
#include "data/spans.h"

#include <math.h>
#include <string.h>

/* How far from an ex-date its close may be: a market is not closed longer. */
#define CLOSE_WITHIN (10 * MD_DAY)

/* Rows before `ex` are multiplied: by this action's factor and all later
 * ones'.                                                                   */
typedef struct {
  md_time ex;
  Factor factor;
} Step;

struct Adjuster {
  GArray *steps;        /* of Step, by time                                 */
};

typedef struct {
  Store *store;
  const ActionBook *book;
  const SeriesInfo *series;
  const AdjustWish *wish;
  const GArray *names;  /* of ListingLink                                   */
  md_time first, last;  /* of the rows                                      */
  HeldActions held;
  GArray *steps;
} Building;

static gboolean
refuse (GError **error, const Building *b, const char *format, ...)
  G_GNUC_PRINTF (3, 4);

static gboolean
refuse (GError **error, const Building *b, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE, "export: %s cannot be "
               "adjusted: %s", b->series->key.instrument, text);
  return FALSE;
}

/* ---- what can be adjusted -------------------------------------------- */

static gboolean
check_rows (const Building *b, GError **error)
{
  static const char *const tables[] = { "bar", "trade", "quote", "tbbo",
                                        NULL };
  const SeriesInfo *series = b->series;

  if (!g_strv_contains (tables, series->table->name))
    return refuse (error, b, "schema %s holds no prices of a market; bars, "
                   "trades and quotes can be", series->key.schema);
  if (interval_nominal (&series->interval) > MD_DAY)
    return refuse (error, b, "a bar of schema %s may begin before a split "
                   "and end after it; export bars of a day or shorter",
                   series->key.schema);
  return TRUE;
}

/* A record is needed of each day on which a row's price could change.      */
static gboolean
check_known (const Building *b, const GArray *known, const char *what,
             GError **error)
{
  const struct md_interval *interval = &b->series->interval;
  md_time from = interval->unit == MD_UNIT_DAY && interval->count > 0
                   ? interval_next (interval, b->first) : b->first;
  char begin[TIME_TEXT_SIZE], end[TIME_TEXT_SIZE];
  const Span *last;

  if (from > b->last || spans_contain (known, from, b->last + 1))
    return TRUE;
  time_format (b->first, begin);
  time_format (b->last, end);
  if (known->len == 0)
    return refuse (error, b, "%s has no record of its %s; fetch them from %s "
                   "on, or name others with --actions PROVIDER/DATASET",
                   action_book_name (b->book), what, begin);
  last = &g_array_index (known, Span, known->len - 1);
  if (last->to <= b->last && last->from <= from) {
    char until[TIME_TEXT_SIZE];

    time_format (last->to, until);
    return refuse (error, b, "its %s are known up to %s only and the rows go "
                   "on to %s; add --to %s or fetch the rest of them", what,
                   until, end, until);
  }
  return refuse (error, b, "its %s are not known for all of %s/%s; fetch "
                 "them from %s on", what, begin, end, begin);
}

/* ---- closes ---------------------------------------------------------- */

/* Days begin at midnight in many zones, and a record may use another than the
 * bars: the same date is the start that is nearest.                        */
static md_time
ex_date (const struct md_interval *interval, md_time ts)
{
  md_time before, after;

  if (interval->count == 0 || interval->unit != MD_UNIT_DAY)
    return ts;
  before = interval_floor (interval, ts);
  after = interval_next (interval, before);
  return ts - before <= after - ts ? before : after;
}

typedef struct {
  gboolean first;       /* the first close, else the last                   */
  md_price close;
} CloseSearch;

static gboolean
find_close (const SeriesInfo *info, const Columns *rows, gpointer data)
{
  CloseSearch *search = data;
  const Column *close = columns_column (rows, "close");

  if (close == NULL || close->i64 == NULL)
    return TRUE;
  for (gsize i = 0; i < rows->n; i++) {
    if (close->i64[i] == MD_ABSENT)
      continue;
    search->close = close->i64[i];
    if (search->first)
      return FALSE;
  }
  return TRUE;
}

static gboolean
note_info (const SeriesInfo *info, gpointer data)
{
  *(struct md_interval *) data = info->interval;
  return FALSE;
}

/* In bars of one schema under one name.                                    */
static gboolean
search_close (const Building *b, const char *schema, const ListingLink *name,
              md_time ts, CloseSearch *search, GError **error)
{
  SeriesKey key = b->series->key;
  struct md_interval interval = { 0 };
  md_time ex, from, to;

  key.schema = (char *) schema;
  key.instrument = (char *) name->symbol;
  if (!store_series_each (b->store, &key, note_info, &interval, error))
    return FALSE;
  ex = ex_date (&interval, ts);
  from = MAX (b->wish->on_ex_date ? ex : ex - CLOSE_WITHIN, name->from);
  to = MIN (b->wish->on_ex_date ? ex + CLOSE_WITHIN : ex, name->to);
  return from >= to
         || store_scan (b->store, &key, from, to, b->wish->as_of, find_close,
                        search, error);
}

/* From daily bars of the same dataset, else from the bars themselves.  The
 * close before is under the newest name that has one, the one after under the
 * oldest.                                                                  */
static gboolean
reference_close (const Building *b, md_time ts, md_price *ret_close,
                 GError **error)
{
  const char *schemas[] = { "ohlcv-1d", b->series->key.schema };
  CloseSearch search = { b->wish->on_ex_date, MD_ABSENT };

  for (gsize i = 0; i < G_N_ELEMENTS (schemas); i++) {
    for (guint k = 0; k < b->names->len && search.close == MD_ABSENT; k++) {
      guint at = search.first ? k : b->names->len - 1 - k;

      if (!search_close (b, schemas[i],
                         &g_array_index (b->names, ListingLink, at), ts,
                         &search, error))
        return FALSE;
    }
  }
  *ret_close = search.close;
  return TRUE;
}

/* ---- steps ----------------------------------------------------------- */

static gboolean
add_split (const Building *b, const Action *action, Factor *factor,
           GError **error)
{
  g_autofree char *text = action_text (action);

  if (factor_add_split (factor, action->ratio_from, action->ratio_to))
    return TRUE;
  return refuse (error, b, "the %s in %s makes %g shares of %g; look at it "
                 "with `mdcore why`", text, action_book_name (b->book),
                 action->ratio_to, action->ratio_from);
}

/* A split of the same day comes first: dividends are paid on new shares.   */
static md_price
in_new_shares (const Building *b, const Action *dividend, md_price close)
{
  Factor splits = factor_one;

  for (guint i = 0; i < b->held.actions->len; i++) {
    const Action *action = &g_array_index (b->held.actions, Action, i);

    if (action->kind == ACTION_SPLIT && action->ts == dividend->ts)
      factor_add_split (&splits, action->ratio_from, action->ratio_to);
  }
  return b->wish->on_ex_date ? close : factor_price (&splits, close);
}

static gboolean
add_dividend (const Building *b, const Action *action, Factor *factor,
              GError **error)
{
  g_autofree char *text = action_text (action);
  md_price close, paid = action->cash;

  if (!reference_close (b, action->ts, &close, error))
    return FALSE;
  if (close == MD_ABSENT)
    return refuse (error, b, "no close %s the %s is held, of which its factor "
                   "is made; fetch ohlcv-1d of %s %s",
                   b->wish->on_ex_date ? "on the day of" : "before", text,
                   b->series->key.provider, b->series->key.dataset);
  close = in_new_shares (b, action, close);
  if (paid != MD_ABSENT && close != MD_ABSENT && paid >= 0
      && paid < G_MAXINT64 - close
      && (b->wish->on_ex_date ? factor_add_part (factor, close, close + paid)
                              : factor_add_part (factor, close - paid, close)))
    return TRUE;
  return refuse (error, b, "the %s in %s is no part of the close; look at it "
                 "with `mdcore why`", text, action_book_name (b->book));
}

/* Vendors list a split twice now and then; no symbol splits twice a day in
 * the same way.                                                            */
static gboolean
is_repeated (const Building *b, guint at)
{
  const Action *action = &g_array_index (b->held.actions, Action, at);

  for (guint i = 0; i < at && action->kind == ACTION_SPLIT; i++) {
    const Action *other = &g_array_index (b->held.actions, Action, i);

    if (other->ts == action->ts && other->kind == action->kind
        && !(other->ratio_from > action->ratio_from)
        && !(other->ratio_from < action->ratio_from)
        && !(other->ratio_to > action->ratio_to)
        && !(other->ratio_to < action->ratio_to))
      return TRUE;
  }
  return FALSE;
}

static gboolean
add_action (const Building *b, guint at, Factor *factor, GError **error)
{
  const Action *action = &g_array_index (b->held.actions, Action, at);
  g_autofree char *text = NULL;

  switch (action->kind) {
  case ACTION_SPLIT:
    return is_repeated (b, at) || add_split (b, action, factor, error);
  case ACTION_DIVIDEND:
    return !b->wish->dividends || add_dividend (b, action, factor, error);
  case ACTION_UNVALUED:
    text = action_text (action);
    return !b->wish->dividends
           || refuse (error, b, "nothing tells the value of the %s; take "
                      "--adjust split, or rows from then on", text);
  default:
    return TRUE;
  }
}

/* From the last action to the first: each step has all that come after.    */
static gboolean
add_steps (Building *b, GError **error)
{
  Factor factor = factor_one;

  for (guint i = b->held.actions->len; i-- > 0;) {
    const Action *action = &g_array_index (b->held.actions, Action, i);
    Step step = { ex_date (&b->series->interval, action->ts), factor };

    if (step.ex <= b->first)
      break;
    if (!add_action (b, i, &step.factor, error))
      return FALSE;
    factor = step.factor;
    g_array_prepend_val (b->steps, step);
  }
  return TRUE;
}

static gboolean
build (Building *b, GError **error)
{
  const AdjustWish *wish = b->wish;
  SeriesStats stats;

  if (!check_rows (b, error)
      || !store_series_stats (b->store, &b->series->key, &stats, error))
    return FALSE;
  if (stats.rows == 0 || MAX (wish->from, stats.first) > stats.last
      || wish->to <= stats.first)
    return TRUE;
  b->first = MAX (wish->from, stats.first);
  b->last = MIN (wish->to - 1, stats.last);
  return action_book_read (b->book, b->names, &b->held, error)
         && check_known (b, b->held.splits, "splits", error)
         && (!wish->dividends
             || check_known (b, b->held.dividends, "dividends", error))
         && add_steps (b, error);
}

Adjuster *
adjuster_new (Store *store, const ActionBook *book, const SeriesInfo *series,
              const AdjustWish *wish, GError **error)
{
  const ListingLink itself = { series->key.instrument, G_MININT64,
                               G_MAXINT64 };
  g_autoptr (GArray) alone = g_array_new (FALSE, FALSE, sizeof (ListingLink));
  Building b = { .store = store, .book = book, .series = series,
                 .wish = wish,
                 .names = wish->names != NULL ? wish->names : alone };
  Adjuster *adjuster = NULL;

  g_array_append_val (alone, itself);
  b.steps = g_array_new (FALSE, FALSE, sizeof (Step));
  if (build (&b, error)) {
    adjuster = g_new0 (Adjuster, 1);
    adjuster->steps = g_array_ref (b.steps);
  }
  g_array_unref (b.steps);
  held_actions_clear (&b.held);
  return adjuster;
}

void
adjuster_free (Adjuster *adjuster)
{
  if (adjuster == NULL)
    return;
  g_array_unref (adjuster->steps);
  g_free (adjuster);
}

gsize
adjuster_next (const Adjuster *adjuster, const Columns *rows, gsize first,
               Factor *ret_factor)
{
  md_time ts = rows->cols[0].i64[first];

  for (guint i = 0; i < adjuster->steps->len; i++) {
    const Step *step = &g_array_index (adjuster->steps, Step, i);

    if (ts < step->ex) {
      *ret_factor = step->factor;
      return columns_lower_bound (rows, step->ex);
    }
  }
  *ret_factor = factor_one;
  return rows->n;
}
