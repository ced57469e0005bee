/* SPDX-License-Identifier: Apache-2.0
 *
 * plan-cut.c - how much one chunk asks for.
 *
 * A chunk is what one worker fetches in one go, what a failure may cost and
 * what a retry repeats: a handful of vendor calls.  Long ranges go to few
 * symbols, short ones (the daily update) to many, because rows of one series
 * that arrive together are stored together.
 */
#include "plan.h"

#include "data/interval.h"

#define PAGES          10     /* of the vendor, in one chunk                 */
#define ROWS           100000 /* where the offer names no page size          */
#define PAID_ROWS      1000000 /* one request for more: each costs           */
#define MOST_SYMBOLS   1000   /* where the offer takes any number            */
#define TICK_SYMBOLS   10     /* a day of ticks each is many pages           */
#define WEEK           (7 * MD_DAY)
#define PAID_TICK_SPAN WEEK
#define DAYS_OF_MINUTES 8     /* files of a day, in one chunk                */
#define DAYS_OF_DAYS   64

static gint64
rows_of_chunk (const struct md_offer *offer)
{
  gint64 rows = offer->page_rows > 0
                  ? MIN (offer->page_rows, G_MAXINT32) * PAGES : ROWS;

  return (offer->flags & MD_OFFER_PAID) != 0 ? MAX (rows, PAID_ROWS) : rows;
}

/* Rows of one symbol in a range of that length, at most.                   */
static gint64
most_rows (const struct md_offer *offer, gint64 span)
{
  gint64 nominal = interval_nominal (&offer->interval);
  gint64 rest = span % WEEK;

  if (offer->week_rows <= 0)
    return span / nominal + (span % nominal != 0);
  return span / WEEK * offer->week_rows
         + MIN (offer->week_rows, rest / nominal + (rest % nominal != 0));
}

/* And the length whose rows, at most, are that many.                       */
static gint64
span_of_rows (const struct md_offer *offer, gint64 rows)
{
  gint64 nominal = interval_nominal (&offer->interval);

  if (offer->week_rows <= 0 || rows < offer->week_rows)
    return rows < G_MAXINT64 / 2 / nominal ? MAX (rows, 1) * nominal
                                           : G_MAXINT64 / 2;
  return MIN (rows / offer->week_rows, G_MAXINT64 / 2 / WEEK) * WEEK;
}

guint
plan_group_size (const struct md_offer *offer, gint64 wanted_ns)
{
  gint64 nominal = interval_nominal (&offer->interval);
  guint most = offer->max_symbols > 0 ? offer->max_symbols : MOST_SYMBOLS;
  gint64 span = wanted_ns, fit;

  if (nominal == 0)
    return (offer->flags & MD_OFFER_PAID) != 0 ? most
                                               : MIN (most, TICK_SYMBOLS);
  if (offer->max_span_ns > 0)
    span = MIN (span, offer->max_span_ns);
  fit = rows_of_chunk (offer) / MAX (most_rows (offer, span), 1);
  return (guint) CLAMP (fit, 1, (gint64) most);
}

/* Days, weeks and months vary; the longest of each.                        */
static gint64
longest_interval (const struct md_interval *interval)
{
  gint64 nominal = interval_nominal (interval);

  switch (interval->unit) {
  case MD_UNIT_DAY:
  case MD_UNIT_WEEK:
    return interval->zone != NULL ? nominal + MD_HOUR : nominal;
  case MD_UNIT_MONTH:
    return nominal + interval->count * MD_DAY + MD_HOUR;
  default:
    return nominal;
  }
}

static gint64
tick_span (const struct md_offer *offer)
{
  gint64 span = (offer->flags & MD_OFFER_PAID) != 0 ? PAID_TICK_SPAN : MD_DAY;

  return offer->max_span_ns > 0 ? MIN (span, offer->max_span_ns) : span;
}

/* Whole days or hours where they fit: rows are stored by day or hour, and a
 * block that two chunks share is written twice.                            */
static gint64
round_down (gint64 span, gint64 nominal)
{
  if (span >= MD_DAY && MD_DAY % nominal == 0)
    return span - span % MD_DAY;
  if (span >= MD_HOUR && MD_HOUR % nominal == 0)
    return span - span % MD_HOUR;
  return span - span % nominal;
}

gint64
plan_chunk_span (const struct md_offer *offer, guint n_symbols)
{
  gint64 nominal = interval_nominal (&offer->interval), span;
  gint64 slack = longest_interval (&offer->interval) - nominal;

  if (nominal == 0)
    return tick_span (offer);
  span = span_of_rows (offer, rows_of_chunk (offer) / MAX (n_symbols, 1));
  span = round_down (MAX (span, nominal), nominal);
  if (offer->max_span_ns > 0) {
    /* A cut moves to a bar's start, by up to an interval of varying length. */
    gint64 most = offer->max_span_ns
                  - (slack > 0 ? longest_interval (&offer->interval) : 0);

    if (span > most)
      span = most - most % nominal;
  }
  return MAX (span, nominal);
}

/* The first multiple of span after t.                                      */
static md_time
next_multiple (md_time t, gint64 span)
{
  gint64 past = t % span, next;

  if (past < 0)
    past += span;
  return __builtin_add_overflow (t - past, span, &next) ? G_MAXINT64 : next;
}

void
plan_cut (const struct md_offer *offer, guint n_symbols, md_time from,
          md_time to, GArray *spans)
{
  gint64 span = plan_chunk_span (offer, n_symbols);
  md_time grid = from;

  while (from < to) {
    Span piece = { from, to };

    grid = next_multiple (grid, span);
    if (grid < to) {
      piece.to = interval_floor (&offer->interval, grid);
      /* The grid point lies in the piece's first bar.                      */
      if (piece.to <= from)
        continue;
    }
    g_array_append_val (spans, piece);
    from = piece.to;
  }
}

gboolean
plan_reads_files (const BoundKeys *keys)
{
  for (gsize i = 0; keys != NULL && i < keys->n; i++) {
    if ((keys->keys[i].flags & MD_KEY_DATA) != 0 && keys->values[i].s != NULL)
      return TRUE;
  }
  return FALSE;
}

gboolean
plan_reads_days (const BoundKeys *keys)
{
  for (gsize i = 0; keys != NULL && i < keys->n; i++) {
    if ((keys->keys[i].flags & MD_KEY_BULK) != 0
        && g_strcmp0 (keys->values[i].s, keys->keys[i].dflt) != 0)
      return TRUE;
  }
  return FALSE;
}

/* Days in the offer's zone.  Bars of less than a day are cut at UTC midnight
 * where they have none: a market's day may lie across it, so several days
 * share a piece.                                                           */
void
plan_cut_days (const struct md_offer *offer, md_time from, md_time to,
               GArray *spans)
{
  gint64 nominal = interval_nominal (&offer->interval);
  const struct md_interval days = {
    .count = nominal == 0 ? 1 : nominal < MD_DAY ? DAYS_OF_MINUTES
                                                 : DAYS_OF_DAYS,
    .unit = MD_UNIT_DAY, .zone = offer->interval.zone };

  while (from < to) {
    Span piece = { from, MIN (interval_next (&days, from), to) };

    g_array_append_val (spans, piece);
    from = piece.to;
  }
}

static guint64
count_windows (const Chunk *chunk)
{
  const struct md_interval *window = &chunk->offer->window;
  md_time at = interval_floor (window, chunk->from);
  guint64 n = 0;

  for (; at < chunk->to; at = interval_next (window, at))
    n++;
  return n * MAX (chunk->symbols->len, 1);
}

gboolean
plan_orders_whole (const BoundKeys *keys)
{
  for (gsize i = 0; keys != NULL && i < keys->n; i++) {
    if ((keys->keys[i].flags & MD_KEY_WHOLE) != 0
        && g_strcmp0 (keys->values[i].s, keys->keys[i].dflt) != 0)
      return TRUE;
  }
  return FALSE;
}

void
plan_calls (const Chunk *chunk, guint64 *ret_min, guint64 *ret_max)
{
  const struct md_offer *offer = chunk->offer;
  gint64 nominal = interval_nominal (&offer->interval);
  guint64 length = (guint64) (chunk->to - chunk->from), windows = 1, rows;

  if (offer->window.count > 0) {
    *ret_min = *ret_max = count_windows (chunk);
    return;
  }
  if (offer->max_span_ns > 0)
    windows = (length + offer->max_span_ns - 1) / offer->max_span_ns;
  *ret_min = windows;
  *ret_max = G_MAXUINT64;
  if (nominal == 0 || offer->page_rows <= 0)
    return;
  rows = (guint64) most_rows (offer, (gint64) (length / windows))
         * MAX (chunk->symbols->len, 1);
  /* A last page that is full looks as if more followed.                    */
  *ret_max = rows <= (guint64) offer->page_rows
               ? windows
               : windows * (rows / offer->page_rows + 1);
  if (chunk->selector != MD_SELECT_SYMBOL && chunk->selector != MD_SELECT_ID)
    *ret_max = G_MAXUINT64;
}
