/* SPDX-License-Identifier: Apache-2.0
 *
 * missing-bars.c - bars that sessions would have and the answers had not.
 */
#include "missing-bars.h"

#include "data/interval.h"

typedef struct {
  const struct md_offer *offer;
  const Calendar *calendar;
  gboolean daily;
  md_time from, to;        /* of the held span                              */
  GArray *held;            /* of md_time, ascending                         */
  guint at;                /* in held                                       */
  md_time last;            /* the bar that was looked at before             */
  gboolean joins;          /* ... was missing                               */
  GArray *missing;         /* of MissingBars                                */
} Walk;

static gboolean
take_times (const SeriesInfo *info, const Columns *rows, gpointer data)
{
  GArray *held = data;

  g_array_append_vals (held, rows->cols[0].i64, rows->n);
  return TRUE;
}

static void
add_missing (Walk *walk, md_time from, md_time to)
{
  const MissingBars one = { from, to, 1 };
  MissingBars *before;

  if (!walk->joins) {
    g_array_append_val (walk->missing, one);
    return;
  }
  before = &g_array_index (walk->missing, MissingBars, walk->missing->len - 1);
  before->to = to;
  before->bars++;
}

/* Bars come in ascending order, some of them more than once.               */
static void
look_at (Walk *walk, md_time from)
{
  gboolean is_held;

  if (from < walk->from || from >= walk->to || from == walk->last)
    return;
  walk->last = from;
  while (walk->at < walk->held->len
         && g_array_index (walk->held, md_time, walk->at) < from)
    walk->at++;
  is_held = walk->at < walk->held->len
            && g_array_index (walk->held, md_time, walk->at) == from;
  if (!is_held)
    add_missing (walk, from, interval_next (&walk->offer->interval, from));
  walk->joins = !is_held;
}

static void
look_at_day (Walk *walk, const MarketDay *day)
{
  const struct md_interval *interval = &walk->offer->interval;

  if (day->kind != DAY_OPEN && day->kind != DAY_HALF)
    return;
  if (walk->daily) {
    look_at (walk, interval_floor (interval, day->close - 1));
    return;
  }
  /* What lies between two sessions is not missing.                         */
  walk->joins = FALSE;
  for (md_time t = interval_floor (interval, day->open);
       t < day->close && t < walk->to; t = interval_next (interval, t))
    look_at (walk, t);
}

static gboolean
look_at_span (Walk *walk, Store *store, const AskKey *key, GError **error)
{
  const SeriesKey series = { key->provider, key->dataset, key->schema,
                             key->selector };
  gint64 last = calendar_day_of (walk->calendar, walk->to - 1) + 1;
  gint64 known_from, known_to;
  gint64 day = calendar_day_of (walk->calendar, walk->from);

  g_array_set_size (walk->held, 0);
  walk->at = 0;
  walk->joins = FALSE;
  walk->last = MD_ABSENT;
  if (!store_scan (store, &series, walk->from, walk->to, MD_ABSENT, take_times,
                   walk->held, error))
    return FALSE;
  calendar_known (walk->calendar, &known_from, &known_to);
  for (day = MAX (day, known_from); day <= MIN (last, known_to - 1); day++) {
    MarketDay market = calendar_day (walk->calendar, day);

    look_at_day (walk, &market);
  }
  return TRUE;
}

GArray *
missing_bars (Store *store, const AskKey *key, const struct md_offer *offer,
              const Calendar *calendar, const GArray *spans, md_time from,
              md_time to, GError **error)
{
  g_autoptr (GArray) held = g_array_new (FALSE, FALSE, sizeof (md_time));
  g_autoptr (GArray) missing = g_array_new (FALSE, FALSE,
                                            sizeof (MissingBars));
  Walk walk = { .offer = offer, .calendar = calendar, .held = held,
                .daily = calendar_is_daily (&offer->interval),
                .missing = missing };

  for (guint i = 0; spans != NULL && i < spans->len; i++) {
    const LedgerSpan *span = &g_array_index (spans, LedgerSpan, i);

    walk.from = MAX (span->from, from);
    walk.to = MIN (span->to, to);
    if (span->state == LEDGER_COMPLETE && walk.from < walk.to
        && !look_at_span (&walk, store, key, error))
      return NULL;
  }
  return g_steal_pointer (&missing);
}
