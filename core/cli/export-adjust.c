/* SPDX-License-Identifier: Apache-2.0
 *
 * export-adjust.c - `mdcore export --adjust`: what each series is multiplied
 * by, found before the first row is written.
 */
#include "adjust.h"
#include "export.h"

#include "data/spans.h"
#include "plugin/plugin.h"

#include <string.h>

static gboolean
refuse_option (GError **error, const char *option, const char *value,
               const char *instead)
{
  g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE, "export: --%s %s: %s",
               option, value, instead);
  return FALSE;
}

gboolean
export_read_adjust (Export *export, GError **error)
{
  const ExportOptions *o = &export->options;

  if (o->adjust == NULL) {
    if (o->actions != NULL || o->dividend_close != NULL)
      return refuse_option (error, o->actions != NULL ? "actions"
                                                      : "dividend-close",
                            o->actions != NULL ? o->actions
                                               : o->dividend_close,
                            "means nothing without --adjust");
    return TRUE;
  }
  if (strcmp (o->adjust, "split") != 0 && strcmp (o->adjust, "all") != 0)
    return refuse_option (error, "adjust", o->adjust,
                          "must be one of split, all");
  if (o->dividend_close != NULL && strcmp (o->dividend_close, "before") != 0
      && strcmp (o->dividend_close, "on") != 0)
    return refuse_option (error, "dividend-close", o->dividend_close,
                          "must be one of before, on");
  if (o->actions != NULL
      && (strchr (o->actions, '/') == NULL || *o->actions == '/'
          || o->actions[strlen (o->actions) - 1] == '/'))
    return refuse_option (error, "actions", o->actions,
                          "must be PROVIDER/DATASET");
  return TRUE;
}

/* Only the provider says whether its prices are adjusted already.          */
static gboolean
check_raw (const Export *export, const SeriesKey *key, GError **error)
{
  const Plugin *plugin = plugin_load (key->provider, export->cli->plugin_path,
                                      error);
  const struct md_offer *offer;

  if (plugin == NULL) {
    g_prefix_error (error, "export: whether %s %s is adjusted already only "
                    "its provider can tell: ", key->provider, key->dataset);
    return FALSE;
  }
  offer = plugin_offer (plugin, key->dataset, key->schema, error);
  if (offer == NULL)
    return FALSE;
  if (offer->adjustment == NULL || strcmp (offer->adjustment, "raw") == 0)
    return TRUE;
  g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE,
               "export: %s %s is adjusted already (%s): export it without "
               "--adjust, or raw prices with it", key->provider, key->dataset,
               offer->adjustment);
  return FALSE;
}

static ActionBook *
open_book (const Export *export, const SeriesKey *key, GError **error)
{
  const char *named = export->options.actions;
  const char *slash = named != NULL ? strchr (named, '/') : NULL;
  g_autofree char *provider = NULL;

  if (slash == NULL)
    return action_book_new (export->store, key->provider, NULL, key->dataset,
                            export->as_of, error);
  provider = g_strndup (named, (gsize) (slash - named));
  return action_book_new (export->store, provider, slash + 1, NULL,
                          export->as_of, error);
}

static gboolean
same_place (const SeriesKey *a, const SeriesKey *b)
{
  return strcmp (a->provider, b->provider) == 0
         && strcmp (a->dataset, b->dataset) == 0
         && strcmp (a->schema, b->schema) == 0;
}

/* A piece of a renamed instrument is asked for its time alone, and what
 * happened under later names counts for it.                                */
static void
take_names (const SelectedSeries *series, AdjustWish *wish)
{
  const Span *span;

  if (series->chain == NULL)
    return;
  span = &g_array_index (series->spans, Span, 0);
  wish->names = series->chain;
  wish->from = MAX (wish->from, span->from);
  wish->to = MIN (wish->to, span->to);
}

gboolean
export_prepare_adjust (Export *export, GError **error)
{
  const ExportOptions *o = &export->options;
  const AdjustWish wish = {
    .dividends = o->adjust != NULL && strcmp (o->adjust, "all") == 0,
    .on_ex_date = g_strcmp0 (o->dividend_close, "on") == 0,
    .from = export->from, .to = export->to, .as_of = export->as_of
  };
  g_autoptr (ActionBook) book = NULL;
  const SeriesKey *of_book = NULL;

  if (o->adjust == NULL)
    return TRUE;
  export->adjusters
    = g_ptr_array_new_with_free_func ((GDestroyNotify) adjuster_free);
  for (guint i = 0; i < export->series->len; i++) {
    const SelectedSeries *series = export->series->pdata[i];
    const SeriesKey *key = &series->info.key;
    AdjustWish own = wish;
    Adjuster *adjuster;

    if (of_book == NULL || !same_place (of_book, key)) {
      g_clear_pointer (&book, action_book_free);
      if (!check_raw (export, key, error))
        return FALSE;
      book = open_book (export, key, error);
      if (book == NULL) {
        g_prefix_error (error, "export: ");
        return FALSE;
      }
      of_book = key;
    }
    take_names (series, &own);
    adjuster = adjuster_new (export->store, book, &series->info, &own, error);
    if (adjuster == NULL)
      return FALSE;
    g_ptr_array_add (export->adjusters, adjuster);
  }
  return TRUE;
}

gboolean
export_put_adjusted (Export *export, const Columns *rows)
{
  for (gsize first = 0, end; first < rows->n; first = end) {
    g_autoptr (Columns) piece = NULL;
    Factor factor;

    end = adjuster_next (export->adjuster, rows, first, &factor);
    piece = adjust_rows (rows, first, end, &factor, &export->failure);
    if (piece == NULL
        || !export_put_columns (export, piece))
      return FALSE;
  }
  return TRUE;
}
