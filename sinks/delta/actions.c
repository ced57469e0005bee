/* SPDX-License-Identifier: Apache-2.0
 *
 * actions.c - the lines of a new version.
 */
#include "delta.h"

#include <inttypes.h>
#include <string.h>

static void
put (struct pq_bytes *out, const char *text)
{
  pq_bytes_put (out, text, strlen (text));
}

void
delta_put_commit_info (struct delta_change *change, bool replaces)
{
  delta_put (&change->text,
             "{\"commitInfo\":{\"timestamp\":%" PRId64 ",\"operation\":"
             "\"WRITE\",\"operationParameters\":{\"mode\":\"%s\"},"
             "\"isBlindAppend\":%s,\"engineInfo\":\"mdcore/0.1.0\"}}\n",
             change->now, replaces ? "Overwrite" : "Append",
             replaces ? "false" : "true");
}

void
delta_put_protocol (struct delta_change *change)
{
  put (&change->text, "{\"protocol\":{\"minReaderVersion\":1,"
                      "\"minWriterVersion\":2}}\n");
}

void
delta_put_metadata (struct delta_change *change,
                    const struct delta_table *table, const char *id)
{
  struct pq_bytes *out = &change->text;

  put (out, "{\"metaData\":{\"id\":");
  delta_put_text (out, id);
  put (out, ",\"name\":");
  delta_put_text (out, table->name);
  put (out, ",\"format\":{\"provider\":\"parquet\",\"options\":{}},"
            "\"schemaString\":");
  delta_put_text (out, table->schema);
  if (table->period == LAKE_WHOLE)
    put (out, ",\"partitionColumns\":[\"symbol\"]");
  else
    delta_put (out, ",\"partitionColumns\":[\"%s\",\"symbol\"]",
               lake_period_key (table->period));
  delta_put (out, ",\"configuration\":{},\"createdTime\":%" PRId64 "}}\n",
             change->now);
}

void
delta_put_txn (struct delta_change *change, const char *app, uint64_t version)
{
  put (&change->text, "{\"txn\":{\"appId\":");
  delta_put_text (&change->text, app);
  delta_put (&change->text,
             ",\"version\":%" PRIu64 ",\"lastUpdated\":%" PRId64 "}}\n",
             version, change->now);
}

void
delta_put_partition (struct pq_bytes *out, const struct delta_part *part,
                     md_time period)
{
  char text[LAKE_PERIOD_TEXT];

  pq_bytes_byte (out, '{');
  if (part->period != LAKE_WHOLE) {
    lake_period_text (part->period, period, text);
    delta_put (out, "\"%s\":\"%s\",", lake_period_key (part->period), text);
  }
  put (out, "\"symbol\":");
  delta_put_text (out, part->symbol);
  pq_bytes_byte (out, '}');
}

void
delta_put_add (struct delta_change *change, const struct delta_part *part,
               const struct lake_file *file, const char *path)
{
  struct pq_bytes *out = &change->text;

  put (out, "{\"add\":{\"path\":\"");
  delta_put_path (out, path);
  put (out, "\",\"partitionValues\":");
  delta_put_partition (out, part, file->period);
  delta_put (out, ",\"size\":%" PRIu64 ",\"modificationTime\":%" PRId64
             ",\"dataChange\":true,\"stats\":", file->size, change->now);
  delta_put_text (out, file->note);
  put (out, "}}\n");
}

void
delta_put_remove (struct delta_change *change, const struct delta_file *file)
{
  struct pq_bytes *out = &change->text;

  put (out, "{\"remove\":{\"path\":\"");
  delta_put_path (out, file->path);
  delta_put (out, "\",\"deletionTimestamp\":%" PRId64 ",\"dataChange\":true,"
             "\"extendedFileMetadata\":true,\"partitionValues\":",
             change->now);
  put (out, file->partition != NULL ? file->partition : "{}");
  delta_put (out, ",\"size\":%" PRIu64 "}}\n", file->size);
}
