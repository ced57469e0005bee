/* SPDX-License-Identifier: Apache-2.0
 *
 * segment.c - a segment on its way to the store.
 */
#include "keys.h"
#include "segment.h"
#include "raw.h"

static void
block_destroy (gpointer data)
{
  SegmentBlock *block = data;

  g_clear_pointer (&block->payload, g_bytes_unref);
  g_free (block);
}

static void
series_destroy (gpointer data)
{
  SegmentSeries *series = data;

  g_free (series->instrument);
  columns_free (series->rows);
  g_clear_pointer (&series->blocks, g_ptr_array_unref);
  g_free (series);
}

static void
mapping_destroy (gpointer data)
{
  mapping_free (data);
}

static void
letter_destroy (gpointer data)
{
  dead_letter_free (data);
}

static void
stale_destroy (gpointer data)
{
  StaleMark *mark = data;

  ask_key_clear (&mark->ask);
  g_free (mark->reason);
  g_free (mark);
}

static void
raw_destroy (gpointer data)
{
  raw_answer_free (data);
}

Segment *
segment_new (void)
{
  Segment *segment = g_new0 (Segment, 1);

  segment->series = g_ptr_array_new_with_free_func (series_destroy);
  segment->mappings = g_ptr_array_new_with_free_func (mapping_destroy);
  segment->dead = g_ptr_array_new_with_free_func (letter_destroy);
  segment->raw = g_ptr_array_new_with_free_func (raw_destroy);
  segment->stale = g_ptr_array_new_with_free_func (stale_destroy);
  segment->max_shrink = -1;
  return segment;
}

void
segment_free (Segment *segment)
{
  if (segment == NULL)
    return;
  ask_key_clear (&segment->ask);
  g_free (segment->reason);
  g_free (segment->quarantine);
  g_ptr_array_unref (segment->series);
  g_ptr_array_unref (segment->mappings);
  g_ptr_array_unref (segment->dead);
  g_ptr_array_unref (segment->raw);
  g_ptr_array_unref (segment->stale);
  g_clear_pointer (&segment->packed_raw, g_ptr_array_unref);
  lineage_clear (&segment->lineage);
  g_free (segment);
}

SegmentSeries *
segment_add_series (Segment *segment, const char *instrument, Columns *rows)
{
  SegmentSeries *series = g_new0 (SegmentSeries, 1);

  series->instrument = g_strdup (instrument);
  series->rows = rows;
  segment->bytes += rows->bytes;
  g_ptr_array_add (segment->series, series);
  return series;
}

void
segment_add_stale (Segment *segment, const AskKey *ask, md_time from,
                   md_time to, const char *reason)
{
  StaleMark *mark = g_new0 (StaleMark, 1);

  ask_key_copy (&mark->ask, ask);
  mark->from = from;
  mark->to = to;
  mark->reason = g_strdup (reason);
  g_ptr_array_add (segment->stale, mark);
}

void
commit_result_clear (CommitResult *result)
{
  g_clear_pointer (&result->reason, g_free);
}

/* ---- sealing --------------------------------------------------------- */

gsize
segment_cut (const Columns *rows, const struct md_interval *interval,
             gsize first, gsize end)
{
  const md_time *ts = rows->cols[0].i64;
  md_time from, to;
  gsize cut;

  block_bucket (interval, ts[first], &from, &to);
  cut = ts[end - 1] < to ? end : MIN (end, columns_lower_bound (rows, to));
  if (interval_is_tick (interval) && cut - first > BLOCK_TICK_ROWS) {
    gsize last = cut;

    for (cut = first + BLOCK_TICK_ROWS; cut < last && ts[cut] == ts[cut - 1];)
      cut++;
  }
  return cut;
}

static void
seal_series (const Segment *segment, SegmentSeries *series)
{
  const Columns *rows = series->rows;

  g_clear_pointer (&series->blocks, g_ptr_array_unref);
  series->blocks = g_ptr_array_new_with_free_func (block_destroy);
  for (gsize first = 0, end; first < rows->n; first = end) {
    SegmentBlock *block = g_new0 (SegmentBlock, 1);

    end = segment_cut (rows, &segment->interval, first, rows->n);
    block->first = first;
    block->n = end - first;
    if (block->n <= BLOCK_MAX_ROWS)
      block->payload = block_encode_payload (rows, first, block->n);
    g_ptr_array_add (series->blocks, block);
  }
}

void
segment_seal (Segment *segment)
{
  for (guint i = 0; i < segment->series->len; i++)
    seal_series (segment, segment->series->pdata[i]);
  segment_pack_raw (segment);
}

void
segment_pack_raw (Segment *segment)
{
  g_clear_pointer (&segment->packed_raw, g_ptr_array_unref);
  segment->packed_raw
    = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  for (guint i = 0; i < segment->raw->len; i++) {
    const RawAnswer *answer = segment->raw->pdata[i];

    g_ptr_array_add (segment->packed_raw, raw_compress (answer->body));
  }
}
