/* SPDX-License-Identifier: Apache-2.0
 *
 * single.c - `layout = file`: all segments in one file, beside its place until
 * the last one is complete.
 */
#include "sink.h"

#include <support/row.h>

#include <stdio.h>
#include <string.h>

int
single_begin (struct parquet_sink *sink, struct md_error *err)
{
  if (sink->stage.rows != NULL)
    return lake_stage_continue (&sink->stage, &sink->segment, err);
  if (strlen (sink->root) + sizeof ".part" > sizeof sink->single)
    return md_error_say (err, MD_ERR_CONFIG, "the path is too long");
  snprintf (sink->single, sizeof sink->single, "%s.part", sink->root);
  sink->stage.options = &sink->options;
  sink->stage.single = sink->single;
  return lake_stage_begin (&sink->stage, &sink->segment, LAKE_WHOLE, err);
}

int
single_commit (struct parquet_sink *sink, struct md_error *err)
{
  if (sink->segment.progress == 0)
    return MD_OK;
  if (lake_stage_end (&sink->stage, err) != MD_OK)
    return err->klass;
  if (rename (sink->single, sink->root) < 0)
    return lake_fail (err, "write", sink->root);
  sink->single[0] = '\0';
  return lake_sync_parent (sink->root, err);
}

void
single_abort (struct parquet_sink *sink)
{
  struct md_error err;

  if (sink->single[0] != '\0')
    lake_remove_file (sink->single, &err);
  sink->single[0] = '\0';
}
