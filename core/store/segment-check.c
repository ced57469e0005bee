/* SPDX-License-Identifier: Apache-2.0
 *
 * segment-check.c - what a segment must be to be committed: whoever made it,
 * the store does not take rows that it could not find again.
 */
#include "keys.h"
#include "segment.h"

static gboolean
fail_segment (GError **error, const Segment *segment, const char *instrument,
              const char *what)
{
  g_autofree char *ask = ask_key_text (&segment->ask);

  g_set_error (error, CORE_ERROR, MD_ERR_INTERNAL,
               "segment of %s cannot be committed: %s%s%s", ask,
               instrument != NULL ? instrument : "",
               instrument != NULL ? ": " : "", what);
  return FALSE;
}

static gboolean
are_in_place (const Segment *segment, const Columns *rows)
{
  const md_time *ts = rows->cols[0].i64;

  if (rows->n == 0)
    return TRUE;
  if (ts == NULL || ts[0] < segment->from || ts[rows->n - 1] >= segment->to)
    return FALSE;
  for (gsize i = 1; i < rows->n; i++) {
    if (ts[i] < ts[i - 1])
      return FALSE;
  }
  return TRUE;
}

static gboolean
check_series (const Segment *segment, GError **error)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < segment->series->len; i++) {
    const SegmentSeries *series = segment->series->pdata[i];

    if (!g_hash_table_add (seen, series->instrument))
      return fail_segment (error, segment, series->instrument,
                           "the series is in it twice");
    if (series->rows->table != segment->table)
      return fail_segment (error, segment, series->instrument,
                           "its rows are of another table");
    if (!are_in_place (segment, series->rows))
      return fail_segment (error, segment, series->instrument,
                           "its rows are not in time order inside the "
                           "interval");
  }
  return TRUE;
}

gboolean
segment_check (const Segment *segment, GError **error)
{
  if (segment->from >= segment->to)
    return fail_segment (error, segment, NULL, "its interval is empty");
  if (segment->series->len > 0 && segment->table == NULL)
    return fail_segment (error, segment, NULL, "it has rows and no table");
  if (segment->series->len > 0 && segment->state != LEDGER_COMPLETE)
    return fail_segment (error, segment, NULL,
                         "it has rows and is not complete");
  return check_series (segment, error);
}
