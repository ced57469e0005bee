/* SPDX-License-Identifier: Apache-2.0
 *
 * continuity.c - bars whose answer does not say what instrument they are of.
 */
#include "continuity.h"

#include "data/columns.h"
#include "data/interval.h"

#include <support/decimal.h>

/* Neighbours are looked for this many intervals away.                       */
#define REACH 1440

typedef struct {
  md_time ts;              /* MD_ABSENT: there is none                      */
  md_price open, close;
  guint64 commit;
} Edge;

typedef struct {
  Edge first, last;
} Edges;

/* ---- what is held ---------------------------------------------------- */

static void
note_edge (Edges *edges, const Columns *rows, gsize i)
{
  const Edge edge = {
    .ts = rows->cols[0].i64[i],
    .open = columns_column (rows, "open")->i64[i],
    .close = columns_column (rows, "close")->i64[i],
    .commit = rows->commit != NULL ? rows->commit[i] : 0,
  };

  if (edge.open == MD_ABSENT || edge.close == MD_ABSENT)
    return;
  if (edges->first.ts == MD_ABSENT)
    edges->first = edge;
  edges->last = edge;
}

static gboolean
note_edges (const SeriesInfo *info, const Columns *rows, gpointer data)
{
  if (rows->n > 0) {
    note_edge (data, rows, 0);
    note_edge (data, rows, rows->n - 1);
  }
  return TRUE;
}

static gboolean
edges_held (Store *store, const SeriesKey *key, md_time from, md_time to,
            Edges *ret_edges, GError **error)
{
  *ret_edges = (Edges) { { .ts = MD_ABSENT }, { .ts = MD_ABSENT } };
  return store_scan (store, key, from, to, MD_ABSENT, note_edges, ret_edges,
                     error);
}

/* ---- judgement -------------------------------------------------------- */

static gboolean
is_far (md_price a, md_price b)
{
  md_price low = MIN (a, b), high = MAX (a, b);

  return low <= 0 ? high > 0 : high / 3 > low / 2;
}

/* What the commit that brought the neighbour answered.                     */
typedef struct {
  md_time from, to;
} Range;

static gboolean
note_range (const CommitInfo *info, gpointer data)
{
  *(Range *) data = (Range) { info->from, info->to };
  return TRUE;
}

static gboolean
doubt (Store *store, Segment *segment, const Edge *neighbour, md_price theirs,
       md_price ours, GError **error)
{
  Range range = { segment->from, segment->from };
  char at[TIME_TEXT_SIZE], was[24], is[24];
  g_autofree char *reason = NULL;

  if (!store_commit_info (store, neighbour->commit, note_range, &range, error))
    return FALSE;
  time_format (neighbour->ts, at);
  md_price_format (theirs, was);
  md_price_format (ours, is);
  reason = g_strdup_printf ("in doubt: prices jump between %s (the bar of %s) "
                            "and %s, and the answers do not say whose they "
                            "are", was, at, is);
  segment_add_stale (segment, &segment->ask, range.from, range.to, reason);
  segment_add_stale (segment, &segment->ask, segment->from, segment->to,
                     reason);
  return TRUE;
}

static gboolean
judge_series (Store *store, const struct md_offer *offer, Segment *segment,
              const SegmentSeries *series, GError **error)
{
  const SeriesKey key = { segment->ask.provider, segment->ask.dataset,
                          segment->ask.schema, series->instrument };
  gint64 reach = REACH * interval_nominal (&offer->interval);
  Edges ours = { { .ts = MD_ABSENT }, { .ts = MD_ABSENT } }, held, before,
        after;
  gboolean ok = edges_held (store, &key, segment->from, segment->to, &held,
                            error)
                && edges_held (store, &key, segment->from - reach,
                               segment->from, &before, error)
                && edges_held (store, &key, segment->to, segment->to + reach,
                               &after, error);

  note_edges (NULL, series->rows, &ours);
  if (!ok || ours.first.ts == MD_ABSENT)
    return ok;
  if (before.last.ts != MD_ABSENT
      && (held.first.ts != ours.first.ts || held.first.open != ours.first.open)
      && is_far (before.last.close, ours.first.open))
    ok = doubt (store, segment, &before.last, before.last.close,
                ours.first.open, error);
  if (ok && after.first.ts != MD_ABSENT
      && (held.last.ts != ours.last.ts || held.last.close != ours.last.close)
      && is_far (after.first.open, ours.last.close))
    ok = doubt (store, segment, &after.first, after.first.open,
                ours.last.close, error);
  return ok;
}

gboolean
continuity_mark (Store *store, const struct md_offer *offer, Segment *segment,
                 GError **error)
{
  if ((offer->flags & MD_OFFER_UNNAMED) == 0 || offer->record != MD_BAR
      || segment->provisional || segment->quarantine != NULL)
    return TRUE;
  for (guint i = 0; i < segment->series->len; i++) {
    if (!judge_series (store, offer, segment, segment->series->pdata[i], error))
      return FALSE;
  }
  return TRUE;
}
