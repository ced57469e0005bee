/* SPDX-License-Identifier: Apache-2.0
 *
 * cmd-instruments.c - `mdcore instruments [PATTERN]`: the symbols that a
 * store knows, since when and until when.
 */
#include "cmd.h"
#include "ledger-select.h"
#include "out.h"

#include "engine/listing.h"

#include <stdio.h>
#include <string.h>

/* One symbol of a provider, over all its datasets and schemas.             */
typedef struct {
  char *provider, *symbol;
  md_time first, last;     /* of rows, MD_ABSENT without any                */
  GArray *events;          /* of ListingEvent, or NULL                      */
  GHashTable *ids;         /* what the vendor calls it besides, or NULL     */
} Instrument;

typedef struct {
  const Selection *selection;
  GPatternSpec *pattern;   /* NULL: all                                     */
  GHashTable *by_name;     /* "provider\nsymbol" -> Instrument              */
  GHashTable *providers;   /* set                                           */
  GError *error;
} Gathering;

static void
instrument_free (gpointer data)
{
  Instrument *instrument = data;

  g_free (instrument->provider);
  g_free (instrument->symbol);
  g_clear_pointer (&instrument->events, g_array_unref);
  g_clear_pointer (&instrument->ids, g_hash_table_unref);
  g_free (instrument);
}

/* NULL when the pattern leaves it out.                                     */
static Instrument *
instrument_of (Gathering *g, const char *provider, const char *symbol)
{
  char *key;
  Instrument *instrument;

  if (g->pattern != NULL && !g_pattern_spec_match_string (g->pattern, symbol))
    return NULL;
  key = g_strjoin ("\n", provider, symbol, NULL);
  instrument = g_hash_table_lookup (g->by_name, key);
  if (instrument != NULL) {
    g_free (key);
    return instrument;
  }
  instrument = g_new0 (Instrument, 1);
  instrument->provider = g_strdup (provider);
  instrument->symbol = g_strdup (symbol);
  instrument->first = instrument->last = MD_ABSENT;
  g_hash_table_insert (g->by_name, key, instrument);
  return instrument;
}

/* ---- rows that are held ---------------------------------------------- */

/* Records about a symbol are no sign that it was traded.                   */
static gboolean
is_market (const SeriesInfo *info)
{
  static const char *const tables[] = { "bar", "trade", "quote", "tbbo",
                                        "statistic", "halt", NULL };

  return g_strv_contains (tables, info->table->name);
}

static gboolean
note_series (const SeriesInfo *info, gpointer data)
{
  Gathering *g = data;
  Instrument *instrument = instrument_of (g, info->key.provider,
                                          info->key.instrument);
  SeriesStats stats;

  g_hash_table_add (g->providers, g_strdup (info->key.provider));
  if (instrument == NULL || !is_market (info))
    return TRUE;
  if (!store_series_stats (g->selection->store, &info->key, &stats,
                           &g->error))
    return FALSE;
  if (stats.rows == 0)
    return TRUE;
  instrument->first = MIN (instrument->first, stats.first);
  instrument->last = instrument->last == MD_ABSENT
                       ? stats.last : MAX (instrument->last, stats.last);
  return TRUE;
}

/* ---- what the vendor calls it ---------------------------------------- */

static gboolean
note_ask (const AskKey *key, const GArray *spans, gpointer data)
{
  Gathering *g = data;
  g_autoptr (GPtrArray) mappings = NULL;

  if (!select_takes (g->selection, key))
    return TRUE;
  mappings = store_mappings (g->selection->store, key, &g->error);
  for (guint i = 0; mappings != NULL && i < mappings->len; i++) {
    const Mapping *mapping = mappings->pdata[i];
    Instrument *instrument = instrument_of (g, key->provider, key->selector);

    if (instrument == NULL)
      break;
    if (instrument->ids == NULL)
      instrument->ids
        = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
    g_hash_table_add (instrument->ids, g_strdup (mapping->instrument));
  }
  return mappings != NULL;
}

/* ---- records --------------------------------------------------------- */

static gboolean
note_listings (Gathering *g, const char *provider)
{
  g_autoptr (GHashTable) listings
    = listings_read (g->selection->store, provider, &g->error);
  GHashTableIter iter;
  gpointer symbol, events;

  if (listings == NULL)
    return FALSE;
  g_hash_table_iter_init (&iter, listings);
  while (g_hash_table_iter_next (&iter, &symbol, &events)) {
    Instrument *instrument = instrument_of (g, provider, symbol);

    if (instrument != NULL)
      instrument->events = g_array_ref (events);
  }
  return TRUE;
}

static gboolean
gather (Gathering *g)
{
  const SeriesKey series = select_series_match (g->selection);
  const AskKey ask = select_match (g->selection);
  Store *store = g->selection->store;
  GHashTableIter iter;
  gpointer provider;
  gboolean ok = store_series_each (store, &series, note_series, g, &g->error)
                && g->error == NULL
                && store_ledger_each (store, &ask, note_ask, g, &g->error)
                && g->error == NULL;

  g_hash_table_iter_init (&iter, g->providers);
  while (ok && g_hash_table_iter_next (&iter, &provider, NULL))
    ok = note_listings (g, provider);
  return ok;
}

/* ---- printing -------------------------------------------------------- */

static gint
by_symbol (gconstpointer a, gconstpointer b)
{
  const Instrument *x = *(Instrument *const *) a;
  const Instrument *y = *(Instrument *const *) b;
  int order = strcmp (x->symbol, y->symbol);

  return order != 0 ? order : strcmp (x->provider, y->provider);
}

static GPtrArray *
sorted (GHashTable *by_name)
{
  GPtrArray *list = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, by_name);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    g_ptr_array_add (list, value);
  g_ptr_array_sort (list, by_symbol);
  return list;
}

/* One validity interval; its ends are events or NULL.                      */
typedef struct {
  const ListingEvent *begin, *end;
} Validity;

static GArray *
validities (const Instrument *instrument)
{
  GArray *list = g_array_new (FALSE, FALSE, sizeof (Validity));
  guint n = instrument->events != NULL ? instrument->events->len : 0;
  Validity now = { NULL, NULL };
  gboolean open = TRUE;

  for (guint i = 0; i < n; i++) {
    const ListingEvent *event
      = &g_array_index (instrument->events, ListingEvent, i);

    if (event->begins && open && i > 0)
      continue; /* told twice                                                */
    if (event->begins) {
      now.begin = event;
      open = TRUE;
      continue;
    }
    if (!open)
      continue;
    now.end = event;
    g_array_append_val (list, now);
    now = (Validity) { NULL, NULL };
    open = FALSE;
  }
  if (open)
    g_array_append_val (list, now);
  return list;
}

static char *
ids_text (const Instrument *instrument)
{
  g_autoptr (GList) keys = NULL;
  GString *text = g_string_new (NULL);

  if (instrument->ids != NULL)
    keys = g_list_sort (g_hash_table_get_keys (instrument->ids),
                        (GCompareFunc) strcmp);
  for (GList *at = keys; at != NULL; at = at->next)
    g_string_append_printf (text, "%s%s", text->len > 0 ? "," : "",
                            (const char *) at->data);
  return g_string_free (text, FALSE);
}

static char *
why_text (const Validity *valid)
{
  g_autofree char *from = valid->begin != NULL ? listing_text (valid->begin)
                                               : NULL;
  g_autofree char *to = valid->end != NULL ? listing_text (valid->end) : NULL;

  return g_strdup_printf ("%s%s%s", from != NULL ? from : "",
                          from != NULL && to != NULL ? "; " : "",
                          to != NULL ? to : "");
}

static void
add_row (OutTable *table, const Instrument *instrument, const Validity *valid)
{
  g_autofree char *id = ids_text (instrument), *why = why_text (valid);
  g_autofree char *first = out_time (instrument->first);
  g_autofree char *last = out_time (instrument->last);
  g_autofree char *from
    = out_time (valid->begin != NULL ? valid->begin->ts : MD_ABSENT);
  g_autofree char *to
    = out_time (valid->end != NULL ? valid->end->ts : MD_ABSENT);

  out_table_add (table, instrument->symbol, instrument->provider,
                 *id != '\0' ? id : "-", first, last, from, to, why, NULL);
}

static json_t *
to_json (const Instrument *instrument, const GArray *valid)
{
  json_t *object = json_object (), *list = json_array ();
  g_autofree char *id = ids_text (instrument);
  g_auto (GStrv) ids = g_strsplit (id, ",", -1);

  out_set_text (object, "symbol", instrument->symbol);
  out_set_text (object, "provider", instrument->provider);
  json_object_set_new (object, "ids", out_texts (ids, -1));
  out_set_time (object, "first_seen", instrument->first);
  out_set_time (object, "last_seen", instrument->last);
  for (guint i = 0; i < valid->len; i++) {
    const Validity *one = &g_array_index (valid, Validity, i);
    json_t *span = json_object ();
    g_autofree char *why = why_text (one);

    out_set_time (span, "from", one->begin != NULL ? one->begin->ts
                                                   : MD_ABSENT);
    out_set_time (span, "to", one->end != NULL ? one->end->ts : MD_ABSENT);
    out_set_text (span, "why", *why != '\0' ? why : NULL);
    json_array_append_new (list, span);
  }
  json_object_set_new (object, "valid", list);
  return object;
}

static void
print (const GPtrArray *list, gboolean json)
{
  static const char *const headings[]
    = { "SYMBOL", "PROVIDER", "ID", "FIRST SEEN", "LAST SEEN", "VALID FROM",
        "VALID TO", "WHY", NULL };
  OutTable *table = json ? NULL : out_table_new (headings);
  json_t *array = json_array ();

  for (guint i = 0; i < list->len; i++) {
    const Instrument *instrument = list->pdata[i];
    g_autoptr (GArray) valid = validities (instrument);

    for (guint k = 0; table != NULL && k < valid->len; k++)
      add_row (table, instrument, &g_array_index (valid, Validity, k));
    if (json)
      json_array_append_new (array, to_json (instrument, valid));
  }
  if (json) {
    out_print_json (array);
  } else {
    out_table_print (table);
    json_decref (array);
  }
}

/* ---- the command ----------------------------------------------------- */

static gboolean
show (Cli *cli, const Selection *selection, const char *pattern,
      GError **error)
{
  Gathering g = { .selection = selection };
  g_autoptr (GPtrArray) list = NULL;
  gboolean ok;

  g.pattern = pattern != NULL ? g_pattern_spec_new (pattern) : NULL;
  g.by_name = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                     instrument_free);
  g.providers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  ok = gather (&g);
  if (g.error != NULL) {
    g_propagate_error (error, g.error);
    ok = FALSE;
  }
  list = sorted (g.by_name);
  if (ok && list->len == 0 && pattern != NULL) {
    g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE,
                 "instruments: the store %s knows no symbol like \"%s\"",
                 store_path (selection->store), pattern);
    ok = FALSE;
  }
  if (ok)
    print (list, cli->json);
  g_clear_pointer (&g.pattern, g_pattern_spec_free);
  g_hash_table_unref (g.by_name);
  g_hash_table_unref (g.providers);
  return ok;
}

int
cmd_instruments (Cli *cli, int argc, char **argv)
{
  g_auto (Selection) selection = { 0 };
  g_autoptr (GError) error = NULL;
  const char *pattern;

  if (!select_parse (&selection, cli, "instruments", NULL, FALSE, &argc,
                     &argv, &error))
    return cli_fail (g_steal_pointer (&error));
  pattern = argc > 1 ? argv[1] : NULL;
  if (!select_open (&selection, cli, STORE_READ, argc, argv, 2, &error)
      || !show (cli, &selection, pattern, &error))
    return cli_fail (g_steal_pointer (&error));
  return EXIT_DONE;
}
