/* SPDX-License-Identifier: Apache-2.0
 *
 * export-parquet.c - `mdcore export --format parquet`: the selected series as
 * one file, made by the sink of that name.
 */
#include "export.h"

#include "data/arrow.h"
#include "engine/sink.h"

#include <string.h>

struct ExportParquet {
  CallEnv env;
  BoundKeys keys;          /* without secrets: for the log alone            */
  struct md_call *call;
  const struct md_sink *vtable;
  void *session;
  struct md_segment segment;
  struct ArrowSchema schema;
  SinkOrigins *origins;
  guint64 rows;
};

static gboolean
check (int klass, const struct md_error *err, GError **error)
{
  if (klass == MD_OK)
    return TRUE;
  g_set_error (error, CORE_ERROR, CORE_ERROR_IO, "export: %s",
               err->message[0] != '\0' ? err->message
                                       : "the parquet sink gave no reason");
  return FALSE;
}

/* ---- the sink's keys ------------------------------------------------- */

static const char *
wish_for (const Export *export, const struct md_key *key)
{
  if (strcmp (key->name, "path") == 0)
    return export->options.path;
  if (strcmp (key->name, "layout") == 0)
    return "file";
  if (strcmp (key->name, "prices") == 0)
    return export->options.prices != NULL ? export->options.prices : "double";
  return key->dflt;
}

static union md_value *
make_values (const Export *export, const Plugin *plugin)
{
  union md_value *values = g_new0 (union md_value, plugin->desc.n_keys);

  for (gsize i = 0; i < plugin->desc.n_keys; i++) {
    const struct md_key *key = plugin_key_at (plugin, i);
    const char *text = wish_for (export, key);

    if (key->type == MD_INT)
      values[i].i = text != NULL ? g_ascii_strtoll (text, NULL, 10)
                                 : MD_ABSENT;
    else if (key->type == MD_BOOL)
      values[i].b = g_strcmp0 (text, "yes") == 0;
    else
      values[i].s = text;
  }
  return values;
}

/* ---- life ------------------------------------------------------------ */

gboolean
export_parquet_open (Export *export, GError **error)
{
  const Plugin *plugin = plugin_load ("parquet", export->cli->plugin_path,
                                      error);
  const SelectedSeries *first = export->series->pdata[0];
  g_autofree union md_value *values = NULL;
  ExportParquet *parquet;
  struct md_error err;

  if (plugin == NULL)
    return FALSE;
  values = make_values (export, plugin);
  parquet = export->parquet = g_new0 (ExportParquet, 1);
  parquet->env = (CallEnv) { .plugin = plugin, .keys = &parquet->keys,
                             .job = export->job,
                             .cancel = &export->cli->cancel };
  parquet->call = call_new (&parquet->env, NULL, NULL, NULL, NULL);
  parquet->vtable = &plugin->sink;
  parquet->origins = sink_origins_new (export->store);
  arrow_schema (first->info.table, &parquet->schema);
  md_error_init (&err);
  parquet->session = parquet->vtable->open (parquet->call, &sink_host, values,
                                            &err);
  return check (parquet->session != NULL ? MD_OK : MD_ERR_INTERNAL, &err,
                error);
}

void
export_parquet_free (ExportParquet *parquet)
{
  struct md_error err;

  if (parquet == NULL)
    return;
  md_error_init (&err);
  if (parquet->session != NULL) {
    parquet->vtable->abort (parquet->session, parquet->call, &err);
    parquet->vtable->close (parquet->session);
  }
  if (parquet->schema.release != NULL)
    parquet->schema.release (&parquet->schema);
  sink_origins_free (parquet->origins);
  call_free (parquet->call);
  g_free (parquet);
}

guint64
export_parquet_count (const ExportParquet *parquet)
{
  return parquet->rows;
}

/* ---- rows ------------------------------------------------------------ */

gboolean
export_parquet_series (ExportParquet *parquet, const SeriesInfo *info,
                       const char *symbol, gboolean is_last, GError **error)
{
  struct md_error err;

  parquet->segment = (struct md_segment) {
    .struct_size = sizeof (struct md_segment),
    .flags = info->made_up ? MD_SEGMENT_MADE_UP : 0,
    .provider = info->key.provider,
    .dataset = info->key.dataset,
    .schema = info->key.schema,
    .symbol = symbol,
    .table = info->table,
    .interval = info->interval,
    .from = G_MININT64,
    .to = MD_ABSENT,
    .extracted_at = MD_ABSENT,
    .progress = is_last,
  };
  md_error_init (&err);
  return check (parquet->vtable->begin (parquet->session, parquet->call,
                                        &parquet->segment, &err),
                &err, error);
}

static gboolean
write_part (ExportParquet *parquet, ArrowRows *rows, gsize first, gsize n,
            GError **error)
{
  struct ArrowArray array;
  struct md_error err;
  ArrowOrigins origins;
  int klass;

  if (!sink_origins_of (parquet->origins, arrow_rows_columns (rows), first, n,
                        &origins, error))
    return FALSE;
  arrow_export (rows, first, n, &origins, &array);
  md_error_init (&err);
  klass = parquet->vtable->write (parquet->session, parquet->call,
                                  &parquet->schema, &array, &err);
  if (klass != MD_OK && array.release != NULL)
    array.release (&array);
  return check (klass, &err, error);
}

gboolean
export_parquet_put (ExportParquet *parquet, const Columns *rows,
                    GError **error)
{
  Columns *copy = columns_new (rows->table);
  g_autoptr (ArrowRows) shared = NULL;

  columns_append_from (copy, rows, 0, rows->n);
  shared = arrow_rows_new (copy);
  for (gsize first = 0; first < rows->n; first += ARROW_ROWS_MAX) {
    if (!write_part (parquet, shared, first,
                     MIN (rows->n - first, ARROW_ROWS_MAX), error))
      return FALSE;
  }
  parquet->rows += rows->n;
  return TRUE;
}

gboolean
export_parquet_end_series (ExportParquet *parquet, GError **error)
{
  struct md_error err;

  md_error_init (&err);
  return check (parquet->vtable->commit (parquet->session, parquet->call,
                                         &err),
                &err, error);
}
