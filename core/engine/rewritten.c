/* SPDX-License-Identifier: Apache-2.0
 *
 * rewritten.c - which coverage new corporate actions make stale.
 */
#include "rewritten.h"

#include "data/action.h"

#include <string.h>

/* The latest action of each kind that is news.                             */
typedef struct {
  const char *instrument;
  Action split, dividend;  /* `ts` INT64_MIN: none                          */
  char *split_text, *dividend_text;
} News;

static void
news_clear (News *news)
{
  g_free (news->split_text);
  g_free (news->dividend_text);
}

/* ---- what differs ---------------------------------------------------- */

static void
note (News *news, const Action *action)
{
  gboolean is_split = action->kind == ACTION_SPLIT;
  Action *latest = is_split ? &news->split : &news->dividend;
  char **text = is_split ? &news->split_text : &news->dividend_text;

  if ((!is_split && action->kind != ACTION_DIVIDEND
       && action->kind != ACTION_UNVALUED)
      || !action_concerns (action, news->instrument))
    return;
  if (action->ts <= latest->ts)
    return;
  *latest = *action;
  g_free (*text);
  *text = action_text (action);
}

/* What vendors compute prices from; dates of payment and the like may change
 * as they will.                                                            */
static char *
essence (const Action *action)
{
  return g_strdup_printf ("%" G_GINT64_FORMAT " %s %.17g %.17g %"
                          G_GINT64_FORMAT, action->ts, action->name,
                          action->ratio_from, action->ratio_to, action->cash);
}

typedef struct {
  GHashTable *counts;      /* essence -> how often more in the answer       */
  int step;
} Tally;

static gboolean
count_rows (const SeriesInfo *info, const Columns *rows, gpointer data)
{
  Tally *tally = data;

  for (gsize i = 0; i < rows->n; i++) {
    const Action action = action_at (rows, i);
    char *key = essence (&action);
    int n = GPOINTER_TO_INT (g_hash_table_lookup (tally->counts, key));

    g_hash_table_replace (tally->counts, key,
                          GINT_TO_POINTER (n + tally->step));
  }
  return TRUE;
}

typedef struct {
  Tally tally;
  News *news;
} Comparison;

static gboolean
note_rows (const SeriesInfo *info, const Columns *rows, gpointer data)
{
  Comparison *c = data;

  for (gsize i = 0; i < rows->n; i++) {
    const Action action = action_at (rows, i);
    g_autofree char *key = essence (&action);

    if (g_hash_table_lookup (c->tally.counts, key) != NULL)
      note (c->news, &action);
  }
  return TRUE;
}

/* rows: of the answer, NULL when it has none of the instrument.            */
static gboolean
compare (Store *store, const Segment *segment, const char *instrument,
         const Columns *rows, News *news, GError **error)
{
  const SeriesKey key = { segment->ask.provider, segment->ask.dataset,
                          segment->ask.schema, (char *) instrument };
  g_autoptr (GHashTable) counts
    = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Comparison c = { { counts, 1 }, news };

  if (rows != NULL)
    count_rows (NULL, rows, &c.tally);
  c.tally.step = -1;
  if (!store_scan (store, &key, segment->from, segment->to, MD_ABSENT,
                   count_rows, &c.tally, error))
    return FALSE;
  if (rows != NULL)
    note_rows (NULL, rows, &c);
  return store_scan (store, &key, segment->from, segment->to, MD_ABSENT,
                     note_rows, &c, error);
}

/* ---- what it rewrites ------------------------------------------------ */

static gboolean
names (const char *list, const char *word)
{
  g_auto (GStrv) words = g_strsplit (list, ",", -1);

  return g_strv_contains ((const char *const *) words, word);
}

static void
mark_offer (Segment *segment, const char *instrument,
            const struct md_offer *offer, const News *news)
{
  AskKey ask = { segment->ask.provider, (char *) offer->dataset,
                 (char *) offer->schema, (char *) instrument,
                 MD_SELECT_SYMBOL };
  const Action *latest = NULL;
  g_autofree char *reason = NULL;

  if (names (offer->rewritten_by, "split"))
    latest = &news->split;
  if (names (offer->rewritten_by, "dividend")
      && (latest == NULL || news->dividend.ts > latest->ts))
    latest = &news->dividend;
  if (latest == NULL || latest->ts == G_MININT64)
    return;
  reason = g_strdup_printf ("rewritten by the %s",
                            latest == &news->split ? news->split_text
                                                   : news->dividend_text);
  segment_add_stale (segment, &ask, G_MININT64, latest->ts, reason);
}

static gboolean
mark_instrument (Store *store, const Plugin *plugin, Segment *segment,
                 const char *instrument, const Columns *rows, GError **error)
{
  News news = { .instrument = instrument, .split.ts = G_MININT64,
                .dividend.ts = G_MININT64 };
  gboolean ok = compare (store, segment, instrument, rows, &news, error);

  for (gsize i = 0; ok && i < plugin->provider.n_offers; i++) {
    const struct md_offer *offer = plugin_offer_at (plugin, i);

    if (offer->rewritten_by != NULL && offer->dataset != NULL)
      mark_offer (segment, instrument, offer, &news);
  }
  news_clear (&news);
  return ok;
}

gboolean
rewritten_mark (Store *store, const Plugin *plugin, Segment *segment,
                GError **error)
{
  gboolean has_own = FALSE;

  if (segment->quarantine != NULL || segment->provisional
      || (segment->state != LEDGER_COMPLETE && segment->state != LEDGER_EMPTY)
      || strcmp (segment->table->name, "action") != 0)
    return TRUE;
  for (guint i = 0; i < segment->series->len; i++) {
    const SegmentSeries *series = segment->series->pdata[i];

    has_own |= strcmp (series->instrument, segment->ask.selector) == 0;
    if (!mark_instrument (store, plugin, segment, series->instrument,
                          series->rows, error))
      return FALSE;
  }
  /* All that was held of the symbol may be gone.                           */
  return has_own || segment->ask.kind != MD_SELECT_SYMBOL
         || mark_instrument (store, plugin, segment, segment->ask.selector,
                             NULL, error);
}
