/* SPDX-License-Identifier: Apache-2.0
 *
 * table.c - a table: its name, its log, and what a batch brings to it.
 */
#include "delta.h"

#include "common/hive.h"

#include <support/row.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int
no_memory (struct md_error *err)
{
  return md_error_say (err, MD_ERR_INTERNAL, "out of memory");
}

/* ---- names ----------------------------------------------------------- */

/* "1m" of "ohlcv-1m"; rows that are no bars have no interval and are named
 * by their schema.                                                         */
static const char *
interval_of (const struct md_segment *segment)
{
  const char *dash = strrchr (segment->schema, '-');

  return segment->interval.count > 0 && dash != NULL ? dash + 1
                                                     : segment->schema;
}

static const char *
value_of (const struct md_segment *segment, const char *word, size_t len)
{
  static const char *const words[] = { "interval", "schema", "provider",
                                       "dataset" };
  const char *values[] = { interval_of (segment), segment->schema,
                           segment->provider, segment->dataset };

  for (size_t i = 0; i < 4; i++) {
    if (strlen (words[i]) == len && memcmp (words[i], word, len) == 0)
      return values[i];
  }
  return NULL;
}

/* A table's name is a folder and often an identifier: letters, digits, '_'
 * and '-'; everything else becomes '_'.                                    */
static void
put_value (struct pq_bytes *name, const char *value)
{
  for (; *value != '\0'; value++) {
    bool plain = (*value >= 'a' && *value <= 'z')
                 || (*value >= 'A' && *value <= 'Z')
                 || (*value >= '0' && *value <= '9') || *value == '-';

    pq_bytes_byte (name, plain ? (unsigned char) *value : '_');
  }
}

static int
table_name (const struct delta_sink *sink, const struct md_segment *segment,
            char **ret_name, struct md_error *err)
{
  struct pq_bytes name = { 0 };

  for (const char *at = sink->template; *at != '\0'; at++) {
    const char *end = *at == '{' ? strchr (at, '}') : NULL;
    const char *value = end != NULL
      ? value_of (segment, at + 1, (size_t) (end - at - 1)) : NULL;

    if (*at == '{' && value == NULL) {
      pq_bytes_clear (&name);
      return md_error_say (err, MD_ERR_CONFIG, "table = %s: {interval}, "
                           "{schema}, {provider} and {dataset} are known",
                           sink->template);
    }
    if (value != NULL) {
      put_value (&name, value);
      at = end;
    } else {
      pq_bytes_byte (&name, (unsigned char) *at);
    }
  }
  pq_bytes_byte (&name, 0);
  *ret_name = (char *) name.data;
  return name.failed ? no_memory (err) : MD_OK;
}

/* ---- the log --------------------------------------------------------- */

static int
read_version (struct delta_table *table, int64_t version, bool *ret_there,
              struct md_error *err)
{
  char name[32], path[LAKE_PATH], *text;
  struct md_error why = { 0 };
  size_t len;
  int klass;

  snprintf (name, sizeof name, "%020" PRId64 ".json", version);
  if (lake_join (path, table->log, name, err) != MD_OK
      || lake_read_file (path, &text, &len, err) != MD_OK)
    return err->klass;
  *ret_there = text != NULL;
  if (text == NULL)
    return MD_OK;
  klass = delta_state_apply (&table->state, text, len, &why);
  free (text);
  if (klass != MD_OK)
    return md_error_say (err, klass, "%s: %.300s", path, why.message);
  table->state.version = version;
  return MD_OK;
}

int
delta_table_refresh (struct delta_table *table, struct md_error *err)
{
  bool there = true;
  int klass = table->state.version < 0 ? delta_checkpoint_load (table, err)
                                       : MD_OK;

  while (klass == MD_OK && there)
    klass = read_version (table, table->state.version + 1, &there, err);
  return klass;
}

/* ---- tables ---------------------------------------------------------- */

static void
part_clear (struct delta_part *part)
{
  for (size_t i = 0; i < part->n_files; i++)
    lake_file_clear (&part->files[i]);
  free (part->files);
  free (part->symbol_folder);
  free (part->symbol);
  free (part->ending);
}

void
delta_table_forget_parts (struct delta_table *table)
{
  for (size_t i = 0; i < table->n_parts; i++)
    part_clear (&table->parts[i]);
  free (table->parts);
  table->parts = NULL;
  table->n_parts = 0;
}

void
delta_table_clear (struct delta_table *table)
{
  delta_table_forget_parts (table);
  delta_state_clear (&table->state);
  free (table->schema);
  free (table->name);
}

static struct delta_table *
find_table (struct delta_sink *sink, const char *name)
{
  for (size_t i = 0; i < sink->n_tables; i++) {
    if (strcmp (sink->tables[i].name, name) == 0)
      return &sink->tables[i];
  }
  return NULL;
}

int
delta_table_by_name (struct delta_sink *sink, const char *name,
                     struct delta_table **ret_table, struct md_error *err)
{
  struct delta_table *tables, *table = find_table (sink, name);

  *ret_table = table;
  if (table != NULL)
    return MD_OK;
  tables = realloc (sink->tables, (sink->n_tables + 1) * sizeof *tables);
  if (tables == NULL)
    return no_memory (err);
  sink->tables = tables;
  table = &tables[sink->n_tables];
  *table = (struct delta_table) { .name = strdup (name),
                                  .state = { .version = -1 } };
  if (table->name == NULL)
    return no_memory (err);
  sink->n_tables++;
  *ret_table = table;
  return lake_join (table->folder, sink->root, name, err) == MD_OK
             && lake_join (table->log, table->folder, "_delta_log", err)
                == MD_OK
           ? delta_table_refresh (table, err) : err->klass;
}

/* Rows of other columns in one table: the name has to tell them apart.     */
static int
check_shape (const struct delta_table *table, const char *schema,
             enum lake_period period, struct md_error *err)
{
  if (table->schema == NULL
      || (strcmp (table->schema, schema) == 0 && table->period == period))
    return MD_OK;
  return md_error_say (err, MD_ERR_CONFIG, "table %s would hold rows of "
                       "different columns: name it by {schema}", table->name);
}

int
delta_table_get (struct delta_sink *sink, const struct md_segment *segment,
                 struct delta_table **ret_table, struct md_error *err)
{
  enum lake_period period = lake_period_of (sink->period, segment);
  struct lake_rows *rows = lake_rows_new (segment, &sink->options.form);
  char *schema = rows != NULL ? delta_schema (rows, period) : NULL;
  char *name = NULL;
  int klass = schema != NULL ? table_name (sink, segment, &name, err)
                             : no_memory (err);

  lake_rows_free (rows);
  if (klass == MD_OK) {
    klass = delta_table_by_name (sink, name, ret_table, err);
    free (name);
  }
  if (klass == MD_OK)
    klass = check_shape (*ret_table, schema, period, err);
  if (klass != MD_OK || (*ret_table)->schema != NULL) {
    free (schema);
    return klass;
  }
  (*ret_table)->schema = schema;
  (*ret_table)->period = period;
  return MD_OK;
}

/* ---- parts ----------------------------------------------------------- */

static int
name_part (struct delta_part *part, const struct md_segment *segment,
           struct md_error *err)
{
  char symbol[LAKE_PATH] = "", source[LAKE_PATH] = "", feed[LAKE_PATH] = "";
  char ending[HIVE_NAME_MAX];

  if (!hive_symbol (symbol, sizeof symbol, segment->symbol)
      || !hive_part (source, sizeof source, "", segment->provider)
      || !hive_part (feed, sizeof feed, "", segment->dataset)
      || snprintf (ending, sizeof ending, ".%s,%s.parquet", source + 1,
                   feed + 1) > 180)
    return md_error_say (err, MD_ERR_REQUEST, "the name of %s is too long",
                         segment->symbol);
  part->symbol_folder = strdup (symbol);
  part->symbol = strdup (segment->symbol);
  part->ending = strdup (ending);
  return part->symbol_folder != NULL && part->symbol != NULL
             && part->ending != NULL
           ? MD_OK : no_memory (err);
}

int
delta_table_add_part (struct delta_sink *sink, struct delta_table *table,
                      struct md_error *err)
{
  const struct md_segment *segment = &sink->segment;
  struct delta_part *parts = realloc (table->parts, (table->n_parts + 1)
                                                    * sizeof *parts);
  struct delta_part *part;

  if (parts == NULL)
    return no_memory (err);
  table->parts = parts;
  part = &parts[table->n_parts++];
  *part = (struct delta_part) {
    .files = sink->stage.files, .n_files = sink->stage.n_files,
    .from = segment->from, .to = segment->to, .commit = segment->commit,
    .period = sink->stage.period,
    .replaces = (segment->flags & MD_SEGMENT_REPLACES) && !sink->straight };
  sink->stage.files = NULL;
  sink->stage.n_files = sink->stage.room = 0;
  return name_part (part, segment, err);
}

int
delta_file_path (const struct delta_sink *sink, const struct delta_part *part,
                 const struct lake_file *file, char *path,
                 struct md_error *err)
{
  char text[LAKE_PERIOD_TEXT], folder[LAKE_PERIOD_TEXT + 16] = "";

  if (part->period != LAKE_WHOLE) {
    lake_period_text (part->period, file->period, text);
    snprintf (folder, sizeof folder, "%s=%s/", lake_period_key (part->period),
              text);
  }
  if (snprintf (path, LAKE_PATH, "%s%s/part-%s-%" PRIu64 "-%05u%s", folder,
                part->symbol_folder, sink->feed.name, part->commit,
                file->number, part->ending) < LAKE_PATH)
    return MD_OK;
  return md_error_say (err, MD_ERR_REQUEST, "the path of %s is too long",
                       part->symbol);
}
