/* SPDX-License-Identifier: Apache-2.0
 *
 * sink.c - a sink: Delta Lake tables.
 */
#include "delta.h"

#include <support/row.h>

#include <stdlib.h>
#include <string.h>

#define MIB (1 << 20)

enum {
  KEY_PATH, KEY_TABLE, KEY_PRICES, KEY_PERIOD, KEY_LEVEL, KEY_ROW_GROUP,
  KEY_TARGET
};

static const struct md_key keys[] = {
  { .name = "path", .type = MD_STRING, .flags = MD_KEY_REQUIRED | MD_KEY_PATH,
    .doc = "Folder that holds the tables" },
  { .name = "table", .type = MD_STRING,
    .dflt = "raw_market_data_{interval}",
    .doc = "A table's name, with {interval}, {schema}, {provider} and "
           "{dataset}" },
  { .name = "prices", .type = MD_CHOICE, .dflt = "decimal",
    .choices = "decimal|double",
    .doc = "DECIMAL(18,9), exact, or DOUBLE, the nearest" },
  { .name = "partition", .type = MD_CHOICE, .dflt = "auto",
    .choices = "auto|day|month|year|none",
    .doc = "Partitions by time; auto: a day for ticks and bars below an hour, "
           "else a year" },
  { .name = "compression_level", .type = MD_INT, .dflt = "3",
    .doc = "Of zstd, 1 to 19" },
  { .name = "row_group_size", .type = MD_INT, .dflt = "32",
    .doc = "MiB on disk after which a row group ends" },
  { .name = "target_file_size", .type = MD_INT, .dflt = "256",
    .doc = "MiB after which another file is begun" },
};

/* ---- session --------------------------------------------------------- */

/* A name that is one folder and needs no quotes in a path.                 */
static bool
is_template (const char *text)
{
  return *text != '\0' && *text != '_' && *text != '.'
         && strspn (text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                    "0123456789-_.{}") == strlen (text);
}

static bool
read_config (struct delta_sink *sink, const union md_value *config,
             struct md_error *err)
{
  int64_t level = config[KEY_LEVEL].i, group = config[KEY_ROW_GROUP].i;
  int64_t target = config[KEY_TARGET].i;

  if (!is_template (config[KEY_TABLE].s)) {
    md_error_say (err, MD_ERR_CONFIG, "table = %s: letters, digits, '_', '-' "
                  "and '.', and words in braces", config[KEY_TABLE].s);
    return false;
  }
  if (level < 1 || level > 19 || group < 1 || group > 1024 || target < 1
      || target > 65536) {
    md_error_say (err, MD_ERR_CONFIG, "compression_level is 1 to 19, "
                  "row_group_size 1 to 1024, target_file_size 1 to 65536");
    return false;
  }
  sink->options = (struct lake_options) {
    .form = { .doubles = strcmp (config[KEY_PRICES].s, "double") == 0,
              .micros = true, .dataset = true },
    .parquet = { .level = (int) level,
                 .row_group_size = (size_t) group * MIB, .sorted_by = 0 },
    .target = (uint64_t) target * MIB,
  };
  sink->root = strdup (config[KEY_PATH].s);
  sink->template = strdup (config[KEY_TABLE].s);
  sink->period = strdup (config[KEY_PERIOD].s);
  return sink->root != NULL && sink->template != NULL && sink->period != NULL;
}

static void
forget_segment (struct delta_sink *sink)
{
  lake_stage_clear (&sink->stage);
  for (size_t i = 0; i < sizeof sink->texts / sizeof sink->texts[0]; i++) {
    free (sink->texts[i]);
    sink->texts[i] = NULL;
  }
}

static void
sink_close (void *session)
{
  struct delta_sink *sink = session;

  forget_segment (sink);
  lake_feed_close (&sink->feed);
  for (size_t i = 0; i < sink->n_tables; i++)
    delta_table_clear (&sink->tables[i]);
  free (sink->tables);
  free (sink->root);
  free (sink->template);
  free (sink->period);
  free (sink->feed_id);
  free (sink);
}

static void *
sink_open (struct md_call *call, const struct md_host *host,
           const union md_value *config, struct md_error *err)
{
  struct delta_sink *sink = calloc (1, sizeof *sink);

  if (sink == NULL)
    return NULL;
  sink->host = host;
  if (read_config (sink, config, err))
    return sink;
  sink_close (sink);
  return NULL;
}

static int
sink_attach (void *session, struct md_call *call, const struct md_feed *feed,
             struct md_error *err)
{
  struct delta_sink *sink = session;

  sink->straight = (feed->flags & MD_FEED_STRAIGHT) != 0;
  sink->feed_id = strdup (feed->id);
  if (sink->feed_id == NULL)
    return md_error_say (err, MD_ERR_INTERNAL, "out of memory");
  if (lake_feed_open (&sink->feed, sink->root, feed->id, err) != MD_OK)
    return err->klass;
  if (sink->feed.lock < 0)
    return MD_OK;
  if (delta_placed_clean (sink, err) != MD_OK)
    return err->klass;
  return lake_empty_folder (sink->feed.staging, err);
}

static int
sink_last_commit (void *session, struct md_call *call, uint64_t *ret_commit,
                  struct md_error *err)
{
  *ret_commit = ((const struct delta_sink *) session)->feed.progress;
  return MD_OK;
}

static int
sink_align (void *session, struct md_call *call,
            const struct md_segment *segment, md_time *from, md_time *to,
            struct md_error *err)
{
  struct delta_sink *sink = session;
  enum lake_period period = lake_period_of (sink->period, segment);

  *from = lake_period_start (period, *from);
  *to = *to == INT64_MIN ? *to : lake_period_end (period, *to - 1);
  return MD_OK;
}

/* ---- segments -------------------------------------------------------- */

/* The segment's texts are borrowed until `begin` returns.                  */
static bool
keep_segment (struct delta_sink *sink, const struct md_segment *segment)
{
  const char *texts[] = { segment->provider, segment->dataset,
                          segment->schema, segment->symbol };

  sink->segment = *segment;
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    sink->texts[i] = strdup (texts[i]);
    if (sink->texts[i] == NULL)
      return false;
  }
  sink->segment.provider = sink->texts[0];
  sink->segment.dataset = sink->texts[1];
  sink->segment.schema = sink->texts[2];
  sink->segment.symbol = sink->texts[3];
  sink->segment.ingestion_id = NULL;
  return true;
}

static int
sink_begin (void *session, struct md_call *call,
            const struct md_segment *segment, struct md_error *err)
{
  struct delta_sink *sink = session;
  struct delta_table *table;

  forget_segment (sink);
  if (lake_feed_need_lock (&sink->feed, err) != MD_OK)
    return err->klass;
  if (!keep_segment (sink, segment))
    return md_error_say (err, MD_ERR_INTERNAL, "out of memory");
  if (delta_table_get (sink, &sink->segment, &table, err) != MD_OK)
    return err->klass;
  sink->stage.options = &sink->options;
  sink->stage.folder = sink->feed.staging;
  sink->stage.completed = delta_stats;
  return lake_stage_begin (&sink->stage, &sink->segment,
                           lake_period_of (sink->period, segment), err);
}

static int
sink_write (void *session, struct md_call *call,
            const struct ArrowSchema *schema, struct ArrowArray *array,
            struct md_error *err)
{
  struct delta_sink *sink = session;
  int klass = lake_stage_write (&sink->stage, array, err);

  if (klass == MD_OK)
    array->release (array);
  return klass;
}

static int
commit_batch (struct delta_sink *sink, struct md_call *call,
              struct md_error *err)
{
  uint64_t progress = sink->segment.progress;

  if (delta_placed_write (sink, err) != MD_OK)
    return err->klass;
  for (size_t i = 0; i < sink->n_tables; i++) {
    if (sink->tables[i].n_parts > 0
        && delta_table_commit (sink, call, &sink->tables[i], progress, err)
           != MD_OK)
      return err->klass;
  }
  if (lake_feed_set (&sink->feed, progress, err) != MD_OK
      || delta_placed_forget (sink, err) != MD_OK)
    return err->klass;
  /* Files that the log had already were not moved.                         */
  return lake_empty_folder (sink->feed.staging, err);
}

static int
sink_commit (void *session, struct md_call *call, struct md_error *err)
{
  struct delta_sink *sink = session;
  struct delta_table *table;

  if (lake_stage_end (&sink->stage, err) != MD_OK
      || delta_table_get (sink, &sink->segment, &table, err) != MD_OK
      || delta_table_add_part (sink, table, err) != MD_OK)
    return err->klass;
  return sink->segment.progress != 0 ? commit_batch (sink, call, err) : MD_OK;
}

static int
sink_abort (void *session, struct md_call *call, struct md_error *err)
{
  forget_segment (session);
  return MD_OK;
}

static const struct md_sink sink_vtable = {
  .struct_size = sizeof (struct md_sink),
  .open = sink_open,
  .close = sink_close,
  .begin = sink_begin,
  .write = sink_write,
  .commit = sink_commit,
  .abort = sink_abort,
  .last_commit = sink_last_commit,
  .attach = sink_attach,
  .align = sink_align,
};

static const struct md_iface ifaces[] = {
  { MD_IFACE_SINK, &sink_vtable }, { NULL, NULL }
};

MD_PLUGIN (.name = "delta", .version = "0.1.0",
           .description = "Delta Lake tables for Spark, DuckDB and polars",
           .license = "Apache-2.0", MD_ARRAY (key, keys), .ifaces = ifaces)
