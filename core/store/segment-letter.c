/* SPDX-License-Identifier: Apache-2.0
 *
 * segment-letter.c - a quarantined segment in a dead letter, and back.
 */
#include "record.h"
#include "segment.h"

#include "data/table.h"

static const char what[] = "a quarantined segment";

/* ---- writing --------------------------------------------------------- */

static void
pack_series (Writer *w, const Segment *segment, const SegmentSeries *series)
{
  writer_text_or_null (w, series->instrument);
  writer_varint (w, series->blocks->len);
  for (guint i = 0; i < series->blocks->len; i++) {
    const SegmentBlock *block = series->blocks->pdata[i];
    CommitRun run = { 0, (guint32) block->n };
    g_autoptr (GBytes) sealed = block_seal (block->payload, segment->table,
                                            block->n, &run, 1);

    writer_blob (w, sealed);
  }
}

static void
pack_mapping (Writer *w, const Mapping *mapping)
{
  writer_text_or_null (w, mapping->instrument);
  writer_signed (w, mapping->from);
  writer_signed (w, mapping->to);
}

GBytes *
segment_pack (const Segment *segment)
{
  g_autoptr (GBytes) table
    = segment->table != NULL ? table_serialize (segment->table) : NULL;
  Writer w;

  record_begin (&w);
  writer_blob (&w, table);
  writer_varint (&w, segment->interval.count);
  writer_varint (&w, segment->interval.unit);
  writer_signed (&w, segment->interval.anchor_ns);
  writer_text_or_null (&w, segment->interval.zone);
  writer_signed (&w, segment->from);
  writer_signed (&w, segment->to);
  writer_varint (&w, segment->state);
  writer_u8 (&w, segment->made_up != FALSE);
  writer_varint (&w, segment->series->len);
  for (guint i = 0; i < segment->series->len; i++)
    pack_series (&w, segment, segment->series->pdata[i]);
  writer_varint (&w, segment->mappings->len);
  for (guint i = 0; i < segment->mappings->len; i++)
    pack_mapping (&w, segment->mappings->pdata[i]);
  return record_end (&w);
}

/* ---- reading --------------------------------------------------------- */

static gboolean
unpack_table (Reader *r, Segment *segment, GError **error)
{
  g_autoptr (GBytes) bytes = reader_blob (r);
  const struct md_table *stored, *today;

  if (bytes == NULL) /* an empty answer                                     */
    return TRUE;
  stored = table_parse (bytes, error);
  if (stored == NULL)
    return FALSE;
  today = table_by_name (stored->name);
  segment->table = today != NULL ? today : stored;
  return TRUE;
}

static gboolean
unpack_series (Reader *r, Segment *segment, GError **error)
{
  g_autofree char *instrument = reader_text_or_null (r);
  g_autoptr (Columns) rows = columns_new (segment->table);
  guint64 n = reader_varint (r);

  for (guint64 i = 0; i < n && !r->bad; i++) {
    g_autoptr (GBytes) block = reader_blob (r);

    if (block != NULL
        && !block_decode_into (rows, g_bytes_get_data (block, NULL),
                               g_bytes_get_size (block), error))
      return FALSE;
  }
  if (instrument != NULL)
    segment_add_series (segment, instrument, g_steal_pointer (&rows));
  return TRUE;
}

static void
unpack_mappings (Reader *r, Segment *segment)
{
  guint64 n = reader_varint (r);

  for (guint64 i = 0; i < n && !r->bad; i++) {
    Mapping *mapping = g_new0 (Mapping, 1);

    mapping->instrument = reader_text_or_null (r);
    mapping->from = reader_signed (r);
    mapping->to = reader_signed (r);
    g_ptr_array_add (segment->mappings, mapping);
  }
}

static gboolean
unpack (Reader *r, Segment *segment, GError **error)
{
  g_autofree char *zone = NULL;
  guint64 n;

  if (!unpack_table (r, segment, error))
    return FALSE;
  segment->interval.count = (guint32) reader_varint (r);
  segment->interval.unit = (guint32) reader_varint (r);
  segment->interval.anchor_ns = reader_signed (r);
  zone = reader_text_or_null (r);
  segment->interval.zone = g_intern_string (zone);
  segment->from = reader_signed (r);
  segment->to = reader_signed (r);
  segment->state = (LedgerState) reader_varint (r);
  segment->made_up = reader_u8 (r) != 0;
  n = reader_varint (r);
  for (guint64 i = 0; i < n && !r->bad; i++) {
    if (segment->table == NULL)
      return fail_damaged (error, "letter", "%s has rows and no table", what);
    if (!unpack_series (r, segment, error))
      return FALSE;
  }
  unpack_mappings (r, segment);
  return record_check (r, "letter", what, error);
}

Segment *
segment_from_letter (const DeadLetter *letter, GError **error)
{
  g_autoptr (Segment) segment = segment_new ();
  Reader r;

  if (letter->segment == NULL) {
    g_set_error (error, CORE_ERROR, CORE_ERROR_STORE,
                 "dead letter %s is one row, not a quarantined segment",
                 letter->id);
    return NULL;
  }
  r = record_open (g_bytes_get_data (letter->segment, NULL),
                   g_bytes_get_size (letter->segment));
  if (!unpack (&r, segment, error)) {
    g_prefix_error (error, "dead letter %s: ", letter->id);
    return NULL;
  }
  segment->ask = (AskKey) { g_strdup (letter->ask.provider),
                            g_strdup (letter->ask.dataset),
                            g_strdup (letter->ask.schema),
                            g_strdup (letter->ask.selector),
                            letter->ask.kind };
  segment->lineage.ingestion_id = g_strdup (letter->ingestion_id);
  segment->lineage.run_id = g_strdup (letter->run_id);
  segment->lineage.job = g_strdup (letter->job);
  return g_steal_pointer (&segment);
}
