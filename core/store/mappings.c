/* SPDX-License-Identifier: Apache-2.0
 *
 * mappings.c - what stands behind a selector.
 *
 * Family mappings: 'm' + selector + instrument -> sorted intervals;
 * 'l' + selector + instrument -> one interval.
 */
#include "mappings.h"
#include "record.h"

#include "data/spans.h"

void
mapping_free (Mapping *mapping)
{
  if (mapping == NULL)
    return;
  g_free (mapping->instrument);
  g_free (mapping);
}

static void
mapping_destroy (gpointer data)
{
  mapping_free (data);
}

static GPtrArray *
mappings_new (void)
{
  return g_ptr_array_new_with_free_func (mapping_destroy);
}

static void
mappings_add (GPtrArray *list, const char *instrument, md_time from,
              md_time to)
{
  Mapping *mapping = g_new0 (Mapping, 1);

  mapping->instrument = g_strdup (instrument);
  mapping->from = from;
  mapping->to = to;
  g_ptr_array_add (list, mapping);
}

/* ---- values ---------------------------------------------------------- */

static GBytes *
pack (const GArray *spans)
{
  Writer w;

  record_begin (&w);
  writer_varint (&w, spans->len);
  for (guint i = 0; i < spans->len; i++) {
    const Span *span = &g_array_index (spans, Span, i);

    writer_signed (&w, span->from);
    writer_varint (&w, (guint64) span->to - (guint64) span->from);
  }
  return record_end (&w);
}

static GArray *
unpack (const char *path, const void *bytes, gsize len, GError **error)
{
  Reader r = record_open (bytes, len);
  guint64 n = reader_varint (&r);
  g_autoptr (GArray) spans = spans_new ();

  for (guint64 i = 0; i < n && !r.bad; i++) {
    md_time from = reader_signed (&r);

    spans_add (spans, from, (md_time) ((guint64) from + reader_varint (&r)));
  }
  if (!record_check (&r, path, "a mapping", error))
    return NULL;
  return g_steal_pointer (&spans);
}

static GArray *
read_spans (const View *view, char kind, const AskKey *ask,
            const char *instrument, GError **error)
{
  g_autoptr (GByteArray) key = key_of_ask (kind, ask, instrument);
  g_autoptr (GBytes) value = NULL;

  if (!view_get (view, FAMILY_MAPPINGS, key->data, key->len, &value, error))
    return NULL;
  if (value == NULL)
    return spans_new ();
  return unpack (view->db->path, g_bytes_get_data (value, NULL),
                 g_bytes_get_size (value), error);
}

/* Each interval of each instrument of a selector.                          */
static GPtrArray *
read_all (const View *view, char kind, const AskKey *ask, GError **error)
{
  g_autoptr (GByteArray) prefix = key_of_ask (kind, ask, NULL);
  g_autoptr (GPtrArray) list = mappings_new ();
  gboolean ok = TRUE;
  Cursor cursor;

  for (cursor_open (&cursor, view, FAMILY_MAPPINGS, prefix->data, prefix->len);
       ok && cursor.ok; cursor_next (&cursor)) {
    g_autofree char *instrument
      = g_strndup ((const char *) cursor.key + prefix->len,
                   cursor.key_len - prefix->len);
    g_autoptr (GArray) spans = unpack (view->db->path, cursor.value,
                                       cursor.value_len, error);

    ok = spans != NULL;
    for (guint i = 0; ok && i < spans->len; i++) {
      const Span *span = &g_array_index (spans, Span, i);

      mappings_add (list, instrument, span->from, span->to);
    }
  }
  if (!cursor_close (&cursor, ok ? error : NULL) || !ok)
    return NULL;
  return g_steal_pointer (&list);
}

/* ---- mappings -------------------------------------------------------- */

/* Behind these stands one instrument at a time, so a new answer replaces; the
 * others hold many side by side.                                           */
static gboolean
stands_for_one (guint selector)
{
  return selector != MD_SELECT_PARENT && selector != MD_SELECT_ALL;
}

typedef struct {
  char *instrument;
  GArray *spans;
  gboolean changed;
} Mapped;

static void
mapped_free (gpointer data)
{
  Mapped *mapped = data;

  g_free (mapped->instrument);
  g_array_unref (mapped->spans);
  g_free (mapped);
}

static gboolean
spans_equal (const GArray *a, const GArray *b)
{
  return a->len == b->len
         && (a->len == 0 || memcmp (a->data, b->data, a->len * sizeof (Span))
                              == 0);
}

static Mapped *
mapped_get (const View *view, const Segment *segment, GHashTable *table,
            const char *instrument, GError **error)
{
  Mapped *mapped = g_hash_table_lookup (table, instrument);
  GArray *spans;

  if (mapped != NULL)
    return mapped;
  spans = read_spans (view, 'm', &segment->ask, instrument, error);
  if (spans == NULL)
    return NULL;
  mapped = g_new0 (Mapped, 1);
  mapped->instrument = g_strdup (instrument);
  mapped->spans = spans;
  g_hash_table_insert (table, mapped->instrument, mapped);
  return mapped;
}

/* Takes the segment's interval away from every instrument known so far.    */
static gboolean
cut_known (const View *view, const Segment *segment, GHashTable *table,
           GError **error)
{
  g_autoptr (GPtrArray) known = read_all (view, 'm', &segment->ask, error);

  for (guint i = 0; known != NULL && i < known->len; i++) {
    const Mapping *mapping = known->pdata[i];
    Mapped *mapped = mapped_get (view, segment, table, mapping->instrument,
                                 error);

    if (mapped == NULL)
      return FALSE;
    spans_remove (mapped->spans, segment->from, segment->to);
  }
  return known != NULL;
}

static gboolean
add_mapping (const View *view, const Segment *segment, GHashTable *table,
             const Mapping *mapping, GError **error)
{
  Mapped *mapped = mapped_get (view, segment, table, mapping->instrument,
                               error);
  GHashTableIter iter;
  gpointer other;

  if (mapped == NULL)
    return FALSE;
  g_hash_table_iter_init (&iter, table);
  while (stands_for_one (segment->ask.kind)
         && g_hash_table_iter_next (&iter, NULL, &other)) {
    if (other != mapped)
      spans_remove (((Mapped *) other)->spans, mapping->from, mapping->to);
  }
  spans_add (mapped->spans, mapping->from, mapping->to);
  return TRUE;
}

static gboolean
stage_mapped (const View *view, Stage *stage, const Segment *segment,
              const Mapped *mapped, gboolean *ret_changed, GError **error)
{
  g_autoptr (GArray) before = read_spans (view, 'm', &segment->ask,
                                          mapped->instrument, error);

  if (before == NULL)
    return FALSE;
  if (spans_equal (before, mapped->spans))
    return TRUE;
  *ret_changed = TRUE;
  stage_put_bytes (stage, FAMILY_MAPPINGS,
                   key_of_ask ('m', &segment->ask, mapped->instrument),
                   mapped->spans->len > 0 ? pack (mapped->spans) : NULL);
  return TRUE;
}

gboolean
mappings_stage (const View *view, Stage *stage, const Segment *segment,
                gboolean *ret_changed, GError **error)
{
  g_autoptr (GHashTable) table
    = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, mapped_free);
  GHashTableIter iter;
  gpointer value;

  if (segment->mappings->len == 0)
    return TRUE;
  if (stands_for_one (segment->ask.kind)
      && !cut_known (view, segment, table, error))
    return FALSE;
  for (guint i = 0; i < segment->mappings->len; i++) {
    if (!add_mapping (view, segment, table, segment->mappings->pdata[i],
                      error))
      return FALSE;
  }
  g_hash_table_iter_init (&iter, table);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    if (!stage_mapped (view, stage, segment, value, ret_changed, error))
      return FALSE;
  }
  return TRUE;
}

static gint
compare_mappings (gconstpointer a, gconstpointer b)
{
  const Mapping *x = *(const Mapping *const *) a;
  const Mapping *y = *(const Mapping *const *) b;

  if (x->from != y->from)
    return x->from < y->from ? -1 : 1;
  return strcmp (x->instrument, y->instrument);
}

GPtrArray *
store_mappings (Store *store, const AskKey *key, GError **error)
{
  View view = store_view (store);
  GPtrArray *list = read_all (&view, 'm', key, error);

  if (list != NULL)
    g_ptr_array_sort (list, compare_mappings);
  return list;
}

/* ---- links ----------------------------------------------------------- */

gboolean
link_stage (const View *view, Stage *stage, const Segment *segment,
            const char *instrument, gboolean *ret_changed, GError **error)
{
  g_autoptr (GArray) spans = read_spans (view, 'l', &segment->ask, instrument,
                                         error);
  Span whole = { segment->from, segment->to };
  Span *before;

  if (spans == NULL)
    return FALSE;
  before = spans->len > 0 ? &g_array_index (spans, Span, 0) : NULL;
  if (before != NULL && before->from <= whole.from && before->to >= whole.to)
    return TRUE;
  if (before != NULL)
    whole = (Span) { MIN (before->from, whole.from),
                     MAX (before->to, whole.to) };
  g_array_set_size (spans, 0);
  g_array_append_val (spans, whole);
  stage_put_bytes (stage, FAMILY_MAPPINGS,
                   key_of_ask ('l', &segment->ask, instrument), pack (spans));
  *ret_changed = TRUE;
  return TRUE;
}

GPtrArray *
links_read (const View *view, const AskKey *ask, GError **error)
{
  return read_all (view, 'l', ask, error);
}

GPtrArray *
store_instruments (Store *store, const AskKey *key, GError **error)
{
  View view = store_view (store);

  return links_read (&view, key, error);
}
