/* SPDX-License-Identifier: Apache-2.0
 *
 * listing.c - beginnings and ends of symbols.
 */
#include "listing.h"

#include "data/action.h"
#include "data/interval.h"

#include <string.h>

typedef struct {
  Store *store;
  GHashTable *listings;
  GError *error;
} Reading;

/* ---- events ---------------------------------------------------------- */

static gboolean
is_same (const ListingEvent *a, const ListingEvent *b)
{
  return a->ts == b->ts && a->begins == b->begins && a->action == b->action
         && a->other == b->other;
}

static void
add_event (GHashTable *listings, const char *symbol, ListingEvent event)
{
  GArray *events = g_hash_table_lookup (listings, symbol);
  guint at = 0;

  if (*symbol == '\0' || event.ts == MD_ABSENT)
    return;
  if (events == NULL) {
    events = g_array_new (FALSE, FALSE, sizeof (ListingEvent));
    g_hash_table_insert (listings, g_strdup (symbol), events);
  }
  for (; at < events->len; at++) {
    const ListingEvent *other = &g_array_index (events, ListingEvent, at);

    if (is_same (other, &event))
      return;
    if (other->ts > event.ts)
      break;
  }
  g_array_insert_val (events, at, event);
}

static const char *
intern (struct md_text text)
{
  g_autofree char *copy = text.len > 0 ? g_strndup (text.ptr, text.len) : NULL;

  return g_intern_string (copy);
}

/* ---- records --------------------------------------------------------- */

static void
note_rename (GHashTable *listings, const Action *action)
{
  const char *from = intern (action->old_symbol);
  const char *to = intern (action->new_symbol);
  const char *name = g_intern_string (action->name);

  if (from == NULL || to == NULL)
    return;
  add_event (listings, from, (ListingEvent) { action->ts, FALSE, name, to });
  add_event (listings, to, (ListingEvent) { action->ts, TRUE, name, from });
}

static void
note_actions (const SeriesInfo *info, const Columns *rows, Reading *reading)
{
  const char *symbol = info->key.instrument;
  const Column *flags = columns_column (rows, "flags");

  for (gsize i = 0; i < rows->n; i++) {
    const Action action = action_at (rows, i);

    if (flags->u32 != NULL && (flags->u32[i] & MD_ROW_CANCELLED) != 0)
      continue;
    if (action.kind == ACTION_RENAME)
      note_rename (reading->listings, &action);
    else if (action.kind == ACTION_REMOVAL
             && action_concerns (&action, symbol))
      add_event (reading->listings, symbol,
                 (ListingEvent) { action.ts, FALSE,
                                  g_intern_string (action.name),
                                  intern (action.new_symbol) });
  }
}

static void
note_time (const Columns *rows, const char *column, const SeriesInfo *info,
           gboolean begins, Reading *reading)
{
  const Column *times = columns_column (rows, column);

  for (gsize i = 0; times != NULL && times->i64 != NULL && i < rows->n; i++)
    add_event (reading->listings, info->key.instrument,
               (ListingEvent) { times->i64[i], begins,
                                g_intern_string (begins ? "listing"
                                                         : "delisting"),
                                NULL });
}

static gboolean
note_rows (const SeriesInfo *info, const Columns *rows, gpointer data)
{
  if (strcmp (info->table->name, "action") == 0) {
    note_actions (info, rows, data);
  } else {
    note_time (rows, "listed", info, TRUE, data);
    note_time (rows, "delisted", info, FALSE, data);
  }
  return TRUE;
}

static gboolean
read_series (const SeriesInfo *info, gpointer data)
{
  Reading *reading = data;

  return (strcmp (info->table->name, "action") != 0
          && strcmp (info->table->name, "instrument") != 0)
         || store_scan (reading->store, &info->key, G_MININT64, G_MAXINT64,
                        MD_ABSENT, note_rows, reading, &reading->error);
}

/* ---- public ---------------------------------------------------------- */

GHashTable *
listings_read (Store *store, const char *provider, GError **error)
{
  const SeriesKey match = { .provider = (char *) provider };
  g_autoptr (GHashTable) listings
    = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                             (GDestroyNotify) g_array_unref);
  Reading reading = { store, listings, NULL };

  if (!store_series_each (store, &match, read_series, &reading, error))
    return NULL;
  if (reading.error == NULL)
    return g_steal_pointer (&listings);
  g_propagate_error (error, reading.error);
  return NULL;
}

const ListingEvent *
listing_end (GHashTable *listings, const char *symbol)
{
  const GArray *events = g_hash_table_lookup (listings, symbol);
  const ListingEvent *last;

  if (events == NULL)
    return NULL;
  last = &g_array_index (events, ListingEvent, events->len - 1);
  return last->begins ? NULL : last;
}

char *
listing_text (const ListingEvent *event)
{
  char date[TIME_TEXT_SIZE];

  time_format (event->ts, date);
  date[10] = '\0';
  if (strcmp (event->action, "name_change") == 0)
    return g_strdup_printf ("renamed %s %s on %s",
                            event->begins ? "from" : "to", event->other,
                            date);
  return g_strdup_printf ("%s on %s", event->action, date);
}
