/* SPDX-License-Identifier: Apache-2.0
 *
 * series-select.c - which series of a store a command speaks of.
 *
 * A symbol is the name of a series; where there is none it is a selector
 * that was asked for, and stands for the instruments that it delivered.
 */
#include "series-select.h"

#include "data/nearest.h"
#include "data/spans.h"
#include "observe/log.h"

#include <string.h>

#define LISTED 5 /* series that an error shows                              */

char *
series_text (const SeriesKey *key)
{
  return g_strdup_printf ("%s %s %s %s", key->provider, key->dataset,
                          key->schema, key->instrument);
}

static void
selected_free (gpointer data)
{
  SelectedSeries *series = data;

  series_key_clear (&series->info.key);
  g_clear_pointer (&series->spans, g_array_unref);
  g_clear_pointer (&series->chain, g_array_unref);
  g_free (series->label);
  g_free (series);
}

GPtrArray *
series_list_new (void)
{
  return g_ptr_array_new_with_free_func (selected_free);
}

void
series_add (GPtrArray *list, const SeriesInfo *info, GArray *spans)
{
  SelectedSeries *series = g_new0 (SelectedSeries, 1);

  series->info = *info;
  series->info.key = (SeriesKey) {
    g_strdup (info->key.provider), g_strdup (info->key.dataset),
    g_strdup (info->key.schema), g_strdup (info->key.instrument) };
  series->spans = spans;
  g_ptr_array_add (list, series);
}

void
series_name (SelectedSeries *series, const char *label, GArray *chain)
{
  series->label = g_strdup (label);
  series->chain = g_array_ref (chain);
}

static const SelectedSeries *
at (const GPtrArray *list, guint i)
{
  return list->pdata[i];
}

/* ---- provider, dataset, schema --------------------------------------- */

static gboolean
is_wanted (const char *const *wanted, const char *value)
{
  return wanted == NULL || wanted[0] == NULL
         || g_strv_contains (wanted, value);
}

static gboolean
matches (const SeriesWish *wish, const char *provider, const char *dataset,
         const char *schema)
{
  return (wish->provider == NULL || strcmp (wish->provider, provider) == 0)
         && is_wanted (wish->datasets, dataset)
         && is_wanted (wish->schemas, schema);
}

static gboolean
collect (const SeriesInfo *info, gpointer data)
{
  series_add (data, info, NULL);
  return TRUE;
}

static GPtrArray *
matching (const GPtrArray *all, const SeriesWish *wish)
{
  GPtrArray *list = series_list_new ();

  for (guint i = 0; i < all->len; i++) {
    const SeriesInfo *info = &at (all, i)->info;

    if (matches (wish, info->key.provider, info->key.dataset,
                 info->key.schema))
      series_add (list, info, NULL);
  }
  return list;
}

/* ---- selectors ------------------------------------------------------- */

typedef struct {
  const SeriesWish *wish;
  const char *symbol;
  GArray *asks; /* of AskKey                                                */
} AskSearch;

static gboolean
collect_ask (const AskKey *key, const GArray *spans, gpointer data)
{
  AskSearch *search = data;
  AskKey copy;

  if (!matches (search->wish, key->provider, key->dataset, key->schema))
    return TRUE;
  copy = (AskKey) { g_strdup (key->provider), g_strdup (key->dataset),
                    g_strdup (key->schema), g_strdup (key->selector),
                    key->kind };
  g_array_append_val (search->asks, copy);
  return TRUE;
}

/* When the selector stood for the instrument: NULL if nothing is known of
 * it, which means always.                                                  */
static GArray *
mapped_spans (const GPtrArray *mappings, const char *instrument)
{
  GArray *spans = NULL;

  for (guint i = 0; i < mappings->len; i++) {
    const Mapping *mapping = mappings->pdata[i];

    if (strcmp (mapping->instrument, instrument) != 0)
      continue;
    if (spans == NULL)
      spans = spans_new ();
    spans_add (spans, mapping->from, mapping->to);
  }
  return spans;
}

static gboolean
is_among (const GPtrArray *mappings, const char *instrument)
{
  for (guint i = 0; i < mappings->len; i++) {
    const Mapping *mapping = mappings->pdata[i];

    if (strcmp (mapping->instrument, instrument) == 0)
      return TRUE;
  }
  return FALSE;
}

static gboolean
add_delivered (Store *store, const AskKey *ask, const GPtrArray *candidates,
               GPtrArray *picked, GError **error)
{
  g_autoptr (GPtrArray) delivered = store_instruments (store, ask, error);
  g_autoptr (GPtrArray) mappings = NULL;

  if (delivered == NULL)
    return FALSE;
  mappings = store_mappings (store, ask, error);
  if (mappings == NULL)
    return FALSE;
  for (guint i = 0; i < candidates->len; i++) {
    const SeriesInfo *info = &at (candidates, i)->info;
    const SeriesKey *key = &info->key;

    if (strcmp (key->provider, ask->provider) == 0
        && strcmp (key->dataset, ask->dataset) == 0
        && strcmp (key->schema, ask->schema) == 0
        && is_among (delivered, key->instrument))
      series_add (picked, info, mapped_spans (mappings, key->instrument));
  }
  return TRUE;
}

/* *ret_asked: the symbol was asked for, whatever came.                     */
static gboolean
add_selector (Store *store, const SeriesWish *wish, const char *symbol,
              const GPtrArray *candidates, GPtrArray *picked,
              gboolean *ret_asked, GError **error)
{
  const AskKey match = { .selector = (char *) symbol };
  g_autoptr (GArray) asks = g_array_new (FALSE, FALSE, sizeof (AskKey));
  AskSearch search = { wish, symbol, asks };

  g_array_set_clear_func (asks, (GDestroyNotify) ask_key_clear);
  if (!store_ledger_each (store, &match, collect_ask, &search, error))
    return FALSE;
  for (guint i = 0; i < asks->len; i++) {
    if (!add_delivered (store, &g_array_index (asks, AskKey, i), candidates,
                        picked, error))
      return FALSE;
  }
  *ret_asked = asks->len > 0;
  return TRUE;
}

static void
add_named (const GPtrArray *candidates, const char *symbol, GPtrArray *picked)
{
  for (guint i = 0; i < candidates->len; i++) {
    if (strcmp (at (candidates, i)->info.key.instrument, symbol) == 0)
      series_add (picked, &at (candidates, i)->info, NULL);
  }
}

/* ---- nothing found --------------------------------------------------- */

static char *
wish_text (const SeriesWish *wish)
{
  GString *text = g_string_new (NULL);

  if (wish->provider != NULL)
    g_string_append_printf (text, " of provider %s", wish->provider);
  if (wish->datasets != NULL && wish->datasets[0] != NULL) {
    g_autofree char *list = g_strjoinv (",", (char **) wish->datasets);

    g_string_append_printf (text, " of dataset %s", list);
  }
  if (wish->schemas != NULL && wish->schemas[0] != NULL) {
    g_autofree char *list = g_strjoinv (",", (char **) wish->schemas);

    g_string_append_printf (text, " of schema %s", list);
  }
  return g_string_free (text, FALSE);
}

/* Series that are there: those whose instrument is spelled nearly like the
 * symbol, else the first ones.                                             */
static char *
neighbours (const GPtrArray *all, const char *symbol)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  GString *text = g_string_new (NULL);
  const char *near = NULL;
  guint listed = 0;

  for (guint i = 0; i < all->len; i++)
    g_ptr_array_add (names, at (all, i)->info.key.instrument);
  g_ptr_array_add (names, NULL);
  if (symbol != NULL)
    near = nearest_name (symbol, (const char *const *) names->pdata);
  for (guint i = 0; i < all->len && listed < LISTED; i++) {
    const SeriesKey *key = &at (all, i)->info.key;
    g_autofree char *one = series_text (key);

    if (near == NULL || strcmp (key->instrument, near) == 0)
      g_string_append_printf (text, "%s%s", listed++ > 0 ? ", " : "", one);
  }
  if (near == NULL && all->len > LISTED)
    g_string_append_printf (text, " and %u more", all->len - LISTED);
  return g_string_free (text, FALSE);
}

static void
nothing_found (Store *store, const GPtrArray *all, const SeriesWish *wish,
               const char *symbol, GError **error)
{
  g_autofree char *rest = wish_text (wish);
  g_autofree char *near = neighbours (all, symbol);
  const char *quote = symbol != NULL ? "\"" : "";

  if (all->len == 0)
    g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE,
                 "the store %s holds no rows yet; `mdcore run JOB` fills it",
                 store_path (store));
  else
    g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE,
                 "the store %s holds no series %s%s%s%s; nearest: %s",
                 store_path (store), quote, symbol != NULL ? symbol : "",
                 quote, rest, near);
}

/* ---- the whole ------------------------------------------------------- */

static gboolean
select_symbol (Store *store, const SeriesWish *wish, const char *symbol,
               const GPtrArray *all, const GPtrArray *candidates,
               GPtrArray *picked, GError **error)
{
  guint before = picked->len;
  gboolean asked = FALSE;

  add_named (candidates, symbol, picked);
  if (picked->len == before
      && !add_selector (store, wish, symbol, candidates, picked, &asked,
                        error))
    return FALSE;
  if (picked->len > before)
    return TRUE;
  if (!wish->some_missing && !asked) {
    nothing_found (store, all, wish, symbol, error);
    return FALSE;
  }
  log_event (MD_LOG_WARNING, "select.empty", "no rows are held of \"%s\"%s",
             symbol, asked ? ", although it was asked for" : "");
  return TRUE;
}

/* Wanted twice, if each time for some time only, means for both times.     */
static void
unite (SelectedSeries *kept, const SelectedSeries *again)
{
  if (kept->spans == NULL || again->spans == NULL) {
    g_clear_pointer (&kept->spans, g_array_unref);
    return;
  }
  for (guint i = 0; i < again->spans->len; i++) {
    const Span *span = &g_array_index (again->spans, Span, i);

    spans_add (kept->spans, span->from, span->to);
  }
}

/* Symbols that overlap must not bring a series twice.                      */
static void
remove_repeated (GPtrArray *picked)
{
  g_autoptr (GHashTable) seen
    = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < picked->len;) {
    char *text = series_text (&at (picked, i)->info.key);
    SelectedSeries *kept = g_hash_table_lookup (seen, text);

    if (kept == NULL) {
      g_hash_table_insert (seen, text, picked->pdata[i++]);
      continue;
    }
    unite (kept, at (picked, i));
    g_ptr_array_remove_index (picked, i);
    g_free (text);
  }
}

GPtrArray *
series_select (Store *store, const SeriesWish *wish, GError **error)
{
  const SeriesKey any = { 0 };
  g_autoptr (GPtrArray) all = series_list_new ();
  g_autoptr (GPtrArray) candidates = NULL;
  g_autoptr (GPtrArray) picked = series_list_new ();

  if (!store_series_each (store, &any, collect, all, error))
    return NULL;
  candidates = matching (all, wish);
  if (is_wanted (wish->symbols, "*")) {
    if (candidates->len > 0)
      return g_steal_pointer (&candidates);
    nothing_found (store, all, wish, NULL, error);
    return NULL;
  }
  for (gsize i = 0; wish->symbols[i] != NULL; i++) {
    if (!select_symbol (store, wish, wish->symbols[i], all, candidates,
                        picked, error))
      return NULL;
  }
  if (picked->len == 0) {
    nothing_found (store, all, wish, wish->symbols[0], error);
    return NULL;
  }
  remove_repeated (picked);
  return g_steal_pointer (&picked);
}
