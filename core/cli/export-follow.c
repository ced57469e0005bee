/* SPDX-License-Identifier: Apache-2.0
 *
 * export-follow.c - `mdcore export --follow-renames`: one series where an
 * instrument had several names.
 */
#include "export.h"

#include "data/spans.h"
#include "engine/listing.h"
#include "observe/log.h"

#include <string.h>

typedef struct {
  Export *export;
  GHashTable *providers;   /* name -> listings                              */
  GHashTable *done;        /* texts of series that are in the list          */
  GPtrArray *list;         /* of SelectedSeries                             */
} Following;

static GHashTable *
listings_of (Following *f, const char *provider, GError **error)
{
  GHashTable *listings = g_hash_table_lookup (f->providers, provider);

  if (listings != NULL)
    return listings;
  listings = listings_read (f->export->store, provider, error);
  if (listings != NULL)
    g_hash_table_insert (f->providers, g_strdup (provider), listings);
  return listings;
}

typedef struct {
  Following *following;
  const SelectedSeries *asked;
  const ListingLink *link;
  GArray *chain;
  gboolean found;
} Piece;

static gboolean
add_piece (const SeriesInfo *info, gpointer data)
{
  Piece *piece = data;
  Following *f = piece->following;
  char *text = series_text (&info->key);
  GArray *spans;

  piece->found = TRUE;
  if (!g_hash_table_add (f->done, text))
    return FALSE;
  spans = spans_new ();
  spans_add (spans, piece->link->from, piece->link->to);
  series_add (f->list, info, spans);
  series_name (f->list->pdata[f->list->len - 1],
               piece->asked->info.key.instrument, piece->chain);
  return FALSE;
}

/* A name under which nothing is held leaves a hole, which is told.         */
static gboolean
add_chain (Following *f, const SelectedSeries *asked, GArray *chain,
           GError **error)
{
  for (guint i = 0; i < chain->len; i++) {
    const ListingLink *link = &g_array_index (chain, ListingLink, i);
    Piece piece = { f, asked, link, chain, FALSE };
    SeriesKey key = asked->info.key;

    key.instrument = (char *) link->symbol;
    if (!store_series_each (f->export->store, &key, add_piece, &piece, error))
      return FALSE;
    if (!piece.found)
      log_event (MD_LOG_WARNING, "select.empty", "no rows are held of \"%s\", "
                 "as %s was called for a time", link->symbol,
                 asked->info.key.instrument);
  }
  return TRUE;
}

static gboolean
follow (Following *f, const SelectedSeries *series, GError **error)
{
  const SeriesKey *key = &series->info.key;
  g_autofree char *text = series_text (key);
  GHashTable *listings = listings_of (f, key->provider, error);
  g_autoptr (GArray) chain = NULL;

  if (listings == NULL)
    return FALSE;
  if (g_hash_table_contains (f->done, text))
    return TRUE;
  chain = listing_chain (listings, key->instrument);
  if (chain->len > 1)
    return add_chain (f, series, chain, error);
  g_hash_table_add (f->done, g_steal_pointer (&text));
  series_add (f->list, &series->info,
              series->spans != NULL ? g_array_ref (series->spans) : NULL);
  return TRUE;
}

gboolean
export_follow_renames (Export *export, GError **error)
{
  Following f = { .export = export };
  gboolean ok = TRUE;

  if (!export->options.follow_renames)
    return TRUE;
  f.providers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                       (GDestroyNotify) g_hash_table_unref);
  f.done = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  f.list = series_list_new ();
  for (guint i = 0; ok && i < export->series->len; i++)
    ok = follow (&f, export->series->pdata[i], error);
  g_hash_table_unref (f.providers);
  g_hash_table_unref (f.done);
  g_ptr_array_unref (ok ? export->series : f.list);
  if (ok)
    export->series = f.list;
  return ok;
}
