/* SPDX-License-Identifier: Apache-2.0
 *
 * export-rows.c - the selected series as text, one after the other.
 */
#include "export.h"

#include "data/spans.h"
#include "data/table.h"

#include <string.h>

/* ---- one table ------------------------------------------------------- */

static const SelectedSeries *
series_at (const Export *export, guint i)
{
  return export->series->pdata[i];
}

static gboolean
same_table (const struct md_table *a, const struct md_table *b)
{
  g_autoptr (GBytes) x = NULL;
  g_autoptr (GBytes) y = NULL;

  if (a == b)
    return TRUE;
  x = table_serialize (a);
  y = table_serialize (b);
  return g_bytes_equal (x, y);
}

/* What one output cannot tell apart: rows of two schemas, or of one symbol
 * from two places.                                                         */
static gboolean
are_mixed (const SelectedSeries *a, const SelectedSeries *b)
{
  const SeriesKey *x = &a->info.key, *y = &b->info.key;

  return strcmp (x->schema, y->schema) != 0
         || !same_table (a->info.table, b->info.table)
         || (strcmp (x->instrument, y->instrument) == 0 && x != y);
}

static void
refuse_mixture (const Export *export, GError **error)
{
  g_autoptr (GHashTable) seen
    = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GString) list = g_string_new (NULL);

  for (guint i = 0; i < export->series->len; i++) {
    const SeriesKey *key = &series_at (export, i)->info.key;
    char *kind = g_strdup_printf ("%s %s %s", key->provider, key->dataset,
                                  key->schema);

    if (!g_hash_table_contains (seen, kind))
      g_string_append_printf (list, "%s%s", list->len > 0 ? ", " : "", kind);
    g_hash_table_add (seen, kind);
  }
  g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE,
               "export: one output cannot hold all of %s: choose with "
               "--provider, --dataset, --schema", list->str);
}

gboolean
export_check_mixture (const Export *export, GError **error)
{
  g_autoptr (GHashTable) by_symbol = g_hash_table_new (g_str_hash,
                                                       g_str_equal);

  for (guint i = 0; i < export->series->len; i++) {
    const SelectedSeries *series = series_at (export, i);
    char *symbol = series->info.key.instrument;
    const SelectedSeries *same = g_hash_table_lookup (by_symbol, symbol);

    if (are_mixed (series_at (export, 0), series)
        || (same != NULL && are_mixed (same, series))) {
      refuse_mixture (export, error);
      return FALSE;
    }
    g_hash_table_insert (by_symbol, symbol, (gpointer) series);
  }
  return TRUE;
}

/* ---- lineage --------------------------------------------------------- */

typedef struct {
  md_time extracted_at;
  char *ingestion_id;
} Told;

static void
told_free (gpointer data)
{
  Told *told = data;

  g_free (told->ingestion_id);
  g_free (told);
}

static gboolean
note_commit (const CommitInfo *info, gpointer data)
{
  Told *told = data;

  told->extracted_at
    = info->lineage.finished != 0 ? info->lineage.finished : info->at;
  g_free (told->ingestion_id);
  told->ingestion_id = g_strdup (info->lineage.ingestion_id);
  return TRUE;
}

static gboolean
tell_lineage (guint64 commit, RowsLineage *ret_lineage, gpointer data,
              GError **error)
{
  Export *export = data;
  Told *told = g_hash_table_lookup (export->lineage, &commit);

  if (told == NULL) {
    told = g_new0 (Told, 1);
    told->extracted_at = MD_ABSENT;
    g_hash_table_insert (export->lineage, g_memdup2 (&commit, sizeof commit),
                         told);
    if (!store_commit_info (export->store, commit, note_commit, told, error))
      return FALSE;
  }
  *ret_lineage = (RowsLineage) { told->extracted_at, told->ingestion_id };
  return TRUE;
}

/* ---- rows ------------------------------------------------------------ */

static gboolean
put_text (const char *data, gsize len, gpointer user, GError **error)
{
  Export *export = user;

  return output_file_write (export->file, data, len, error);
}

gboolean
export_put_columns (Export *export, const Columns *rows)
{
  return export->parquet != NULL
           ? export_parquet_put (export->parquet, rows, &export->failure)
           : rows_text_write (export->text, rows, &export->failure);
}

static gboolean
put_rows (const SeriesInfo *info, const Columns *rows, gpointer data)
{
  Export *export = data;

  if (cancel_requested (&export->cli->cancel))
    return FALSE;
  return export->adjuster != NULL
           ? export_put_adjusted (export, rows)
           : export_put_columns (export, rows);
}

static gboolean
put_span (Export *export, const SelectedSeries *series, md_time from,
          md_time to, GError **error)
{
  from = MAX (from, export->from);
  to = MIN (to, export->to);
  if (from >= to)
    return TRUE;
  if (!store_scan (export->store, &series->info.key, from, to, export->as_of,
                   put_rows, export, error))
    return FALSE;
  if (export->failure == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&export->failure));
  return FALSE;
}

static const char *
label_of (const SelectedSeries *series)
{
  return series->label != NULL ? series->label : series->info.key.instrument;
}

static gboolean
put_series (Export *export, const SelectedSeries *series, GError **error)
{
  const SeriesInfo *info = &series->info;

  if (export->text != NULL)
    rows_text_series (export->text, label_of (series), info->key.provider,
                      info->made_up);
  if (series->spans == NULL)
    return put_span (export, series, G_MININT64, MD_ABSENT, error);
  for (guint i = 0; i < series->spans->len; i++) {
    const Span *span = &g_array_index (series->spans, Span, i);

    if (!put_span (export, series, span->from, span->to, error))
      return FALSE;
  }
  return TRUE;
}

static void
start_text (Export *export)
{
  for (guint i = 0; i < export->series->len; i++)
    export->rows.is_mock |= series_at (export, i)->info.made_up;
  export->text = rows_text_new (series_at (export, 0)->info.table,
                                &export->rows, put_text, export);
  export->lineage = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free,
                                           told_free);
  rows_text_lineage (export->text, tell_lineage, export);
}

static gboolean
put_one (Export *export, guint i, GError **error)
{
  const SelectedSeries *series = series_at (export, i);

  if (export->adjusters != NULL)
    export->adjuster = export->adjusters->pdata[i];
  if (export->parquet == NULL)
    return put_series (export, series, error);
  return export_parquet_series (export->parquet, &series->info,
                                label_of (series),
                                i + 1 == export->series->len, error)
         && put_series (export, series, error)
         && (cancel_requested (&export->cli->cancel)
             || export_parquet_end_series (export->parquet, error));
}

gboolean
export_put_all (Export *export, GError **error)
{
  if (export->parquet == NULL)
    start_text (export);
  for (guint i = 0; i < export->series->len; i++) {
    if (cancel_requested (&export->cli->cancel))
      return TRUE;
    if (!put_one (export, i, error))
      return FALSE;
  }
  return export->text == NULL || rows_text_end (export->text, error);
}
