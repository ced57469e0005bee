/* SPDX-License-Identifier: Apache-2.0
 *
 * sink-deliver.c - one batch of segments out of the store into a sink.
 *
 * Rows are read as they are now, so a commit made meanwhile may already be
 * among them; it is delivered once more when its turn comes.
 */
#include "sink.h"

#include "data/arrow.h"
#include "data/spans.h"

/* Blocks are joined up to this many rows before they are handed over.      */
#define WRITE_ROWS (ARROW_ROWS_MAX / 2)

typedef struct {
  Sink *sink;
  struct md_segment segment;
  struct ArrowSchema schema;
  SinkOrigins *origins;
  Columns *rows;         /* not yet handed over                             */
  GError *failure;
} Delivery;

struct md_segment
sink_segment (const SinkPiece *piece, md_time from, md_time to)
{
  const SeriesInfo *info = &piece->info;

  return (struct md_segment) {
    .struct_size = sizeof (struct md_segment),
    .flags = (piece->straight ? 0 : MD_SEGMENT_REPLACES)
             | (info->made_up ? MD_SEGMENT_MADE_UP : 0),
    .provider = info->key.provider,
    .dataset = info->key.dataset,
    .schema = info->key.schema,
    .symbol = info->key.instrument,
    .table = info->table,
    .interval = info->interval,
    .from = from,
    .to = to,
    .extracted_at = MD_ABSENT,
  };
}

/* ---- rows ------------------------------------------------------------ */

static gboolean
write_array (Delivery *d, ArrowRows *rows, gsize first, gsize n,
             const ArrowOrigins *origins, GError **error)
{
  Sink *sink = d->sink;
  const struct md_sink *vtable = &sink->env.plugin->sink;
  struct ArrowArray array;
  struct md_error err;
  int klass;

  arrow_export (rows, first, n, origins, &array);
  md_error_init (&err);
  klass = vtable->write (sink->session, sink->call, &d->schema, &array, &err);
  if (klass != MD_OK && array.release != NULL)
    array.release (&array);
  sink->entry->rows += klass == MD_OK ? n : 0;
  return sink_check (sink, klass, &err, error);
}

static gboolean
write_part (Delivery *d, ArrowRows *rows, gsize first, gsize n, GError **error)
{
  ArrowOrigins origins;

  return sink_origins_of (d->origins, arrow_rows_columns (rows), first, n,
                          &origins, error)
         && write_array (d, rows, first, n, &origins, error);
}

static gboolean
hand_over (Delivery *d, GError **error)
{
  gsize n = d->rows->n;
  g_autoptr (ArrowRows) rows = arrow_rows_new (d->rows);

  d->rows = columns_new (d->segment.table);
  for (gsize first = 0; first < n; first += ARROW_ROWS_MAX) {
    if (!write_part (d, rows, first, MIN (n - first, ARROW_ROWS_MAX), error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
take_rows (const SeriesInfo *info, const Columns *rows, gpointer data)
{
  Delivery *d = data;

  if (cancel_requested (d->sink->env.cancel))
    return FALSE;
  columns_append_from (d->rows, rows, 0, rows->n);
  return d->rows->n < WRITE_ROWS || hand_over (d, &d->failure);
}

static gboolean
write_rows (Delivery *d, const SeriesKey *key, GError **error)
{
  if (!store_scan (d->sink->input->store, key, d->segment.from,
                   d->segment.to, MD_ABSENT, take_rows, d, error))
    return FALSE;
  if (d->failure != NULL) {
    g_propagate_error (error, g_steal_pointer (&d->failure));
    return FALSE;
  }
  if (cancel_requested (d->sink->env.cancel)) {
    g_set_error (error, CORE_ERROR, MD_ERR_CANCELLED, "interrupted");
    return FALSE;
  }
  return d->rows->n == 0 || hand_over (d, error);
}

/* ---- one segment ----------------------------------------------------- */

static gboolean
begin (Delivery *d, GError **error)
{
  Sink *sink = d->sink;
  struct md_error err;

  md_error_init (&err);
  return sink_check (sink,
                     sink->env.plugin->sink.begin (sink->session, sink->call,
                                                   &d->segment, &err),
                     &err, error);
}

static gboolean
commit (Delivery *d, GError **error)
{
  Sink *sink = d->sink;
  struct md_error err;

  md_error_init (&err);
  return sink_check (sink,
                     sink->env.plugin->sink.commit (sink->session, sink->call,
                                                    &err),
                     &err, error);
}

static void
abort_segment (Delivery *d)
{
  struct md_error err;

  md_error_init (&err);
  d->sink->env.plugin->sink.abort (d->sink->session, d->sink->call, &err);
}

static gboolean
deliver_segment (Delivery *d, const SinkPiece *piece, GError **error)
{
  gboolean ok;

  d->rows = columns_new (piece->info.table);
  ok = begin (d, error);
  if (ok && (!write_rows (d, &piece->info.key, error) || !commit (d, error))) {
    abort_segment (d);
    ok = FALSE;
  }
  g_clear_pointer (&d->rows, columns_free);
  d->sink->entry->segments += ok;
  return ok;
}

static gboolean
deliver_piece (Sink *sink, const SinkPiece *piece, guint64 upto,
               gboolean is_last, GError **error)
{
  Delivery d = { .sink = sink,
                 .origins = sink_origins_new (sink->input->store) };
  gboolean ok = TRUE;

  arrow_schema (piece->info.table, &d.schema);
  for (guint i = 0; ok && i < piece->spans->len; i++) {
    const Span *span = &g_array_index (piece->spans, Span, i);

    d.segment = sink_segment (piece, span->from, span->to);
    d.segment.commit = upto;
    d.segment.progress = is_last && i + 1 == piece->spans->len ? upto : 0;
    ok = deliver_segment (&d, piece, error);
  }
  d.schema.release (&d.schema);
  sink_origins_free (d.origins);
  return ok;
}

/* ---- straight ---------------------------------------------------------- */

/* All rows have the one origin that the segment has.                       */
static gboolean
write_new (Delivery *d, Columns *columns, GError **error)
{
  g_autoptr (ArrowRows) rows = arrow_rows_borrow (columns);
  g_autofree gint32 *row = g_new0 (gint32, ARROW_ROWS_MAX);
  const char *id = d->segment.ingestion_id;
  const ArrowOrigins origins = { 1, &d->segment.extracted_at, &id, row };

  for (gsize first = 0; first < columns->n; first += ARROW_ROWS_MAX) {
    gsize n = MIN (columns->n - first, ARROW_ROWS_MAX);

    if (!write_array (d, rows, first, n, &origins, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
deliver_new (Delivery *d, Columns *rows, GError **error)
{
  if (!begin (d, error))
    return FALSE;
  if (!write_new (d, rows, error) || !commit (d, error)) {
    abort_segment (d);
    return FALSE;
  }
  d->sink->entry->segments++;
  return TRUE;
}

gboolean
sink_deliver_straight (Sink *sink, const Segment *segment, guint64 number,
                       GError **error)
{
  Delivery d = { .sink = sink };
  gboolean ok = TRUE;

  arrow_schema (segment->table, &d.schema);
  for (guint i = 0; ok && i < segment->series->len; i++) {
    const SegmentSeries *series = segment->series->pdata[i];
    const SinkPiece piece = {
      .info = { .key = { segment->ask.provider, segment->ask.dataset,
                         segment->ask.schema, series->instrument },
                .table = segment->table, .interval = segment->interval,
                .made_up = segment->made_up },
      .straight = TRUE,
    };

    d.segment = sink_segment (&piece, segment->from, segment->to);
    d.segment.commit = number;
    d.segment.ingestion_id = segment->lineage.ingestion_id;
    d.segment.extracted_at = segment->lineage.finished;
    d.segment.progress = i + 1 == segment->series->len ? number : 0;
    ok = deliver_new (&d, series->rows, error);
  }
  d.schema.release (&d.schema);
  if (ok)
    sink->own = sink->delivered = number;
  return ok;
}

/* ---- a batch --------------------------------------------------------- */

gboolean
sink_deliver (Sink *sink, guint64 upto, GError **error)
{
  gboolean knew_all = sink_scope_is_complete (sink);
  g_autoptr (GPtrArray) pieces = sink_lack (sink, upto, error);

  if (pieces == NULL)
    return FALSE;
  for (guint i = 0; i < pieces->len; i++) {
    if (!deliver_piece (sink, pieces->pdata[i], upto, i + 1 == pieces->len,
                        error))
      return FALSE;
  }
  sink->delivered = upto;
  if (pieces->len > 0)
    sink->own = upto;
  sink->has_news |= !knew_all || pieces->len > 0;
  return knew_all || sink_scope_save (sink, error);
}
