/* SPDX-License-Identifier: Apache-2.0
 *
 * sink.c - a sink: Parquet files in folders that say what is in them.
 */
#include "sink.h"

#include <support/row.h>

#include <stdlib.h>
#include <string.h>

#define MIB (1 << 20)

enum {
  KEY_PATH, KEY_LAYOUT, KEY_PRICES, KEY_TIME, KEY_PERIOD, KEY_BY_SYMBOL,
  KEY_LEVEL, KEY_ROW_GROUP, KEY_TARGET
};

static const struct md_key keys[] = {
  { .name = "path", .type = MD_STRING, .flags = MD_KEY_REQUIRED | MD_KEY_PATH,
    .doc = "Folder that the files go to" },
  { .name = "layout", .type = MD_CHOICE, .dflt = "folders",
    .choices = "folders|file",
    .doc = "file: one file at `path`; what `mdcore export` uses" },
  { .name = "prices", .type = MD_CHOICE, .dflt = "decimal",
    .choices = "decimal|double",
    .doc = "DECIMAL(18,9), exact, or DOUBLE, the nearest" },
  { .name = "time", .type = MD_CHOICE, .dflt = "ns", .choices = "ns|us",
    .doc = "Timestamps in nanoseconds, or in microseconds with the exact "
           "value in a column NAME_ns" },
  { .name = "partition", .type = MD_CHOICE, .dflt = "auto",
    .choices = "auto|day|month|year|none",
    .doc = "A file for each; auto: a day for ticks and bars below an hour, "
           "else a year" },
  { .name = "partition_symbol", .type = MD_BOOL, .dflt = "yes",
    .doc = "A folder a symbol; no: a column symbol" },
  { .name = "compression_level", .type = MD_INT, .dflt = "3",
    .doc = "Of zstd, 1 to 19" },
  { .name = "row_group_size", .type = MD_INT, .dflt = "32",
    .doc = "MiB on disk after which a row group ends" },
  { .name = "target_file_size", .type = MD_INT, .dflt = "256",
    .doc = "MiB after which another file is begun" },
};

/* ---- session --------------------------------------------------------- */

static bool
read_config (struct parquet_sink *sink, const union md_value *config,
             struct md_error *err)
{
  int64_t level = config[KEY_LEVEL].i, group = config[KEY_ROW_GROUP].i;
  int64_t target = config[KEY_TARGET].i;

  if (level < 1 || level > 19 || group < 1 || group > 1024 || target < 1
      || target > 65536) {
    md_error_say (err, MD_ERR_CONFIG, "compression_level is 1 to 19, "
                  "row_group_size 1 to 1024, target_file_size 1 to 65536");
    return false;
  }
  sink->options = (struct lake_options) {
    .form = { .doubles = strcmp (config[KEY_PRICES].s, "double") == 0,
              .micros = strcmp (config[KEY_TIME].s, "us") == 0,
              .symbol = !config[KEY_BY_SYMBOL].b },
    .parquet = { .level = (int) level,
                 .row_group_size = (size_t) group * MIB, .sorted_by = 0 },
    .target = (uint64_t) target * MIB,
  };
  sink->by_symbol = config[KEY_BY_SYMBOL].b;
  sink->is_single = strcmp (config[KEY_LAYOUT].s, "file") == 0;
  if (sink->is_single) {
    sink->options.form.symbol = true;
    sink->options.target = UINT64_MAX;
    sink->options.parquet.sorted_by = -1;
  }
  sink->root = strdup (config[KEY_PATH].s);
  sink->period = strdup (config[KEY_PERIOD].s);
  return sink->root != NULL && sink->period != NULL;
}

static void
forget_texts (struct parquet_sink *sink)
{
  for (size_t i = 0; i < sizeof sink->texts / sizeof sink->texts[0]; i++) {
    free (sink->texts[i]);
    sink->texts[i] = NULL;
  }
}

static void
forget_segment (struct parquet_sink *sink)
{
  lake_stage_clear (&sink->stage);
  forget_texts (sink);
}

static void
sink_close (void *session)
{
  struct parquet_sink *sink = session;

  forget_segment (sink);
  lake_feed_close (&sink->feed);
  moves_clear (&sink->moves);
  free (sink->root);
  free (sink->period);
  free (sink);
}

static void *
sink_open (struct md_call *call, const struct md_host *host,
           const union md_value *config, struct md_error *err)
{
  struct parquet_sink *sink = calloc (1, sizeof *sink);

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
  struct parquet_sink *sink = session;

  if (sink->is_single)
    return md_error_say (err, MD_ERR_CONFIG, "layout = file is for `mdcore "
                         "export`; a job's sink keeps folders");
  sink->straight = (feed->flags & MD_FEED_STRAIGHT) != 0;
  return journal_open (sink, feed, err);
}

static int
sink_last_commit (void *session, struct md_call *call, uint64_t *ret_commit,
                  struct md_error *err)
{
  *ret_commit = ((const struct parquet_sink *) session)->feed.progress;
  return MD_OK;
}

static int
sink_align (void *session, struct md_call *call,
            const struct md_segment *segment, md_time *from, md_time *to,
            struct md_error *err)
{
  struct parquet_sink *sink = session;
  enum lake_period period = lake_period_of (sink->period, segment);

  *from = lake_period_start (period, *from);
  *to = *to == INT64_MIN ? *to : lake_period_end (period, *to - 1);
  return MD_OK;
}

/* ---- segments -------------------------------------------------------- */

/* The segment's texts are borrowed until `begin` returns.                  */
static bool
keep_segment (struct parquet_sink *sink, const struct md_segment *segment)
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
  struct parquet_sink *sink = session;

  if (sink->is_single)
    forget_texts (sink);
  else
    forget_segment (sink);
  if (!keep_segment (sink, segment))
    return md_error_say (err, MD_ERR_INTERNAL, "out of memory");
  if (sink->is_single)
    return single_begin (sink, err);
  if (lake_feed_need_lock (&sink->feed, err) != MD_OK)
    return err->klass;
  sink->stage.options = &sink->options;
  sink->stage.folder = sink->feed.staging;
  return lake_stage_begin (&sink->stage, &sink->segment,
                           lake_period_of (sink->period, segment), err);
}

static int
sink_write (void *session, struct md_call *call,
            const struct ArrowSchema *schema, struct ArrowArray *array,
            struct md_error *err)
{
  struct parquet_sink *sink = session;
  int klass = lake_stage_write (&sink->stage, array, err);

  if (klass == MD_OK)
    array->release (array);
  return klass;
}

static int
sink_commit (void *session, struct md_call *call, struct md_error *err)
{
  struct parquet_sink *sink = session;
  int klass;

  if (sink->is_single)
    return single_commit (sink, err);
  klass = lake_stage_end (&sink->stage, err);
  if (klass == MD_OK)
    klass = tree_place (sink, err);
  if (klass == MD_OK && sink->segment.progress != 0)
    klass = journal_commit (sink, sink->segment.progress, err);
  return klass;
}

static int
sink_abort (void *session, struct md_call *call, struct md_error *err)
{
  forget_segment (session);
  single_abort (session);
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

MD_PLUGIN (.name = "parquet", .version = "0.1.0",
           .description = "Parquet files for DuckDB, pandas, polars and Spark",
           .license = "Apache-2.0", MD_ARRAY (key, keys), .ifaces = ifaces)
