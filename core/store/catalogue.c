/* SPDX-License-Identifier: Apache-2.0
 *
 * catalogue.c - series and their numbers.
 *
 * Family catalogue: 's' + key -> number, table, interval; 'i' + number ->
 * key; 'n' + number -> rows, blocks, bytes; 't' + number -> table.
 */
#include "catalogue.h"
#include "fail.h"
#include "record.h"
#include "tables.h"

#include "data/interval.h"
#include "data/table.h"

SeriesKey
series_key_of (const AskKey *ask, const char *instrument)
{
  return (SeriesKey) { ask->provider, ask->dataset, ask->schema,
                       (char *) instrument };
}

/* ---- values ---------------------------------------------------------- */

static GBytes *
series_pack (const Series *series)
{
  Writer w;

  record_begin (&w);
  writer_varint (&w, series->id);
  writer_varint (&w, series->table_id);
  writer_varint (&w, series->interval.count);
  writer_varint (&w, series->interval.unit);
  writer_signed (&w, series->interval.anchor_ns);
  writer_text_or_null (&w, series->interval.zone);
  writer_u8 (&w, series->made_up != FALSE);
  return record_end (&w);
}

static gboolean
series_unpack (Store *store, const View *view, const void *bytes, gsize len,
               Series *ret_series, GError **error)
{
  Reader r = record_open (bytes, len);
  Series series = { 0 };
  g_autofree char *zone = NULL;

  series.id = (guint32) reader_varint (&r);
  series.table_id = (guint32) reader_varint (&r);
  series.interval.count = (guint32) reader_varint (&r);
  series.interval.unit = (guint32) reader_varint (&r);
  series.interval.anchor_ns = reader_signed (&r);
  zone = reader_text_or_null (&r);
  series.interval.zone = g_intern_string (zone); /* few, and outlive us     */
  series.made_up = reader_u8 (&r) != 0;
  if (!record_check (&r, store->path, "an entry of the catalogue", error))
    return FALSE;
  series.table = catalogue_table (store, view, series.table_id, error);
  *ret_series = series;
  return series.table != NULL;
}

void
catalogue_stage_stats (Stage *stage, const Series *series)
{
  guint8 key[ID_KEY_LEN];
  Writer w;

  record_begin (&w);
  writer_varint (&w, series->stats.rows);
  writer_varint (&w, series->stats.blocks);
  writer_varint (&w, series->stats.bytes);
  key_id (key, 'n', series->id);
  stage_put (stage, FAMILY_CATALOGUE, key, sizeof key, record_end (&w));
}

static gboolean
read_stats (const View *view, Series *series, GError **error)
{
  g_autoptr (GBytes) bytes = NULL;
  guint8 key[ID_KEY_LEN];
  Reader r;

  key_id (key, 'n', series->id);
  if (!view_get (view, FAMILY_CATALOGUE, key, sizeof key, &bytes, error))
    return FALSE;
  series->stats = (SeriesStats) { .first = MD_ABSENT, .last = MD_ABSENT };
  if (bytes == NULL)
    return TRUE;
  r = record_open (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  series->stats.rows = reader_varint (&r);
  series->stats.blocks = reader_varint (&r);
  series->stats.bytes = reader_varint (&r);
  return record_check (&r, view->db->path, "the size of a series", error);
}

/* ---- look-up --------------------------------------------------------- */

gboolean
catalogue_find (Store *store, const View *view, const SeriesKey *key,
                gboolean *ret_found, Series *ret_series, GError **error)
{
  g_autoptr (GByteArray) bytes = key_of_series ('s', key);
  g_autoptr (GBytes) value = NULL;
  Series series;

  if (!view_get (view, FAMILY_CATALOGUE, bytes->data, bytes->len, &value,
                 error))
    return FALSE;
  *ret_found = value != NULL;
  if (value == NULL)
    return TRUE;
  if (!series_unpack (store, view, g_bytes_get_data (value, NULL),
                      g_bytes_get_size (value), &series, error)
      || !read_stats (view, &series, error))
    return FALSE;
  *ret_series = series;
  return TRUE;
}

gboolean
catalogue_key_of (const View *view, guint32 id, SeriesKey *ret_key,
                  GError **error)
{
  g_autoptr (GBytes) value = NULL;
  guint8 key[ID_KEY_LEN];

  key_id (key, 'i', id);
  if (!view_get (view, FAMILY_CATALOGUE, key, sizeof key, &value, error))
    return FALSE;
  if (value == NULL
      || !key_parse_series (g_bytes_get_data (value, NULL),
                            g_bytes_get_size (value), ret_key))
    return fail_damaged (error, view->db->path,
                         "series %u is not in the catalogue", id);
  return TRUE;
}

/* ---- entering -------------------------------------------------------- */

static gboolean
same_interval (const struct md_interval *a, const struct md_interval *b)
{
  return a->count == b->count && a->unit == b->unit
         && a->anchor_ns == b->anchor_ns && g_strcmp0 (a->zone, b->zone) == 0;
}

static gboolean
check_interval (const char *path, const SeriesKey *key, const Series *series,
                const Segment *segment, GError **error)
{
  g_autofree char *text = NULL, *was = NULL, *now = NULL;

  if (same_interval (&series->interval, &segment->interval))
    return TRUE;
  text = series_key_text (key);
  was = interval_to_text (&series->interval);
  now = interval_to_text (&segment->interval);
  g_set_error (error, CORE_ERROR, CORE_ERROR_STORE,
               "store %s: series %s holds rows of interval \"%s\" (anchor %"
               G_GINT64_FORMAT " s, zone %s), these are \"%s\" (anchor %"
               G_GINT64_FORMAT " s, zone %s); they need a dataset or schema of "
               "their own", path, text, was,
               series->interval.anchor_ns / MD_SECOND,
               series->interval.zone ? series->interval.zone : "UTC", now,
               segment->interval.anchor_ns / MD_SECOND,
               segment->interval.zone ? segment->interval.zone : "UTC");
  return FALSE;
}

static gboolean
check_fields (const char *path, const SeriesKey *key, const Series *series,
              const Segment *segment, GError **error)
{
  const struct md_field *missing;
  g_autofree char *text = NULL;

  if (table_covers (segment->table, series->table, &missing))
    return TRUE;
  text = series_key_text (key);
  g_set_error (error, CORE_ERROR, CORE_ERROR_STORE_FORMAT,
               "store %s: series %s holds field \"%s\" (id %u), which table "
               "\"%s\" of this program lacks: a newer program or plugin wrote "
               "it, use that one", path, text, missing->name, missing->id,
               segment->table->name);
  return FALSE;
}

static void
stage_series (Stage *stage, const SeriesKey *key, const Series *series)
{
  stage_put_bytes (stage, FAMILY_CATALOGUE, key_of_series ('s', key),
                   series_pack (series));
}

static void
stage_new (Stage *stage, const SeriesKey *key, Series *series)
{
  guint8 id_key[ID_KEY_LEN];

  series->id = stage->state.next_series++;
  stage->state.series++;
  key_id (id_key, 'i', series->id);
  stage_put (stage, FAMILY_CATALOGUE, id_key, sizeof id_key,
             g_byte_array_free_to_bytes (key_of_series ('\0', key)));
  stage_series (stage, key, series);
}

gboolean
catalogue_enter (Store *store, const View *view, Stage *stage,
                 const Segment *segment, const char *instrument,
                 Series *ret_series, GError **error)
{
  SeriesKey key = series_key_of (&segment->ask, instrument);
  Series series = { .interval = segment->interval,
                    .made_up = segment->made_up };
  gboolean found;
  guint32 table_id;

  if (!catalogue_find (store, view, &key, &found, &series, error)
      || !table_number (store, view, stage, segment->table, &table_id, error))
    return FALSE;
  if (found
      && (!check_interval (store->path, &key, &series, segment, error)
          || !check_fields (store->path, &key, &series, segment, error)))
    return FALSE;
  if (!found) {
    series.table_id = table_id;
    stage_new (stage, &key, &series);
  } else if (series.table_id != table_id
             || series.made_up < segment->made_up) {
    series.table_id = table_id;
    series.made_up = series.made_up || segment->made_up;
    stage_series (stage, &key, &series);
  }
  series.table = segment->table;
  *ret_series = series;
  return TRUE;
}

/* ---- all ------------------------------------------------------------- */

/* As many leading members as are given make the prefix.                    */
static GByteArray *
match_prefix (const SeriesKey *match)
{
  const char *texts[4] = { NULL };
  GByteArray *prefix = g_byte_array_new ();

  g_byte_array_append (prefix, (const guint8 *) "s", 1);
  if (match != NULL) {
    texts[0] = match->provider;
    texts[1] = match->dataset;
    texts[2] = match->schema;
    texts[3] = match->instrument;
  }
  for (gsize i = 0; i < G_N_ELEMENTS (texts) && texts[i] != NULL; i++)
    g_byte_array_append (prefix, (const guint8 *) texts[i],
                         (guint) strlen (texts[i]) + 1);
  return prefix;
}

static gboolean
visit_one (Store *store, const View *view, const Cursor *cursor,
           const SeriesKey *match, CatalogueVisit visit, gpointer data,
           gboolean *ret_go_on, GError **error)
{
  SeriesKey key;
  Series series;
  gboolean ok = TRUE;

  if (!key_parse_series (cursor->key + 1, cursor->key_len - 1, &key))
    return fail_damaged (error, store->path, "a key of the catalogue");
  if (series_key_matches (match, &key)) {
    ok = series_unpack (store, view, cursor->value, cursor->value_len, &series,
                        error)
         && read_stats (view, &series, error);
    *ret_go_on = ok && visit (&key, &series, data);
  }
  series_key_clear (&key);
  return ok;
}

gboolean
catalogue_each (Store *store, const View *view, const SeriesKey *match,
                CatalogueVisit visit, gpointer data, GError **error)
{
  g_autoptr (GByteArray) prefix = match_prefix (match);
  gboolean ok = TRUE, go_on = TRUE;
  Cursor cursor;

  for (cursor_open (&cursor, view, FAMILY_CATALOGUE, prefix->data,
                    prefix->len);
       ok && go_on && cursor.ok; cursor_next (&cursor))
    ok = visit_one (store, view, &cursor, match, visit, data, &go_on, error);
  return cursor_close (&cursor, ok ? error : NULL) && ok;
}

typedef struct {
  SeriesVisit visit;
  gpointer data;
} PublicVisit;

static gboolean
visit_public (const SeriesKey *key, const Series *series, gpointer data)
{
  const PublicVisit *public = data;
  const SeriesInfo info = { *key, series->table, series->interval,
                            series->made_up };

  return public->visit (&info, public->data);
}

gboolean
store_series_each (Store *store, const SeriesKey *match, SeriesVisit visit,
                   gpointer data, GError **error)
{
  View view = store_view (store);
  PublicVisit public = { visit, data };

  return catalogue_each (store, &view, match, visit_public, &public, error);
}
