/* SPDX-License-Identifier: Apache-2.0
 *
 * segment.c - a segment's rows into the files of its parts.
 */
#include "sink-private.h"

#include "common/hive.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int
text_sink_begin (void *data, struct md_call *call,
                 const struct md_segment *segment, struct md_error *err)
{
  struct text_sink *sink = data;

  snprintf (sink->series, sizeof sink->series, "%s", sink->root);
  if (!hive_series (sink->series, sizeof sink->series, segment)) {
    errno = ENAMETOOLONG;
    return sink_fail_file (err, "name a folder for", segment->symbol);
  }
  if (!rows_series (sink->rows, segment))
    return sink_fail (err, MD_ERR_INTERNAL, "out of memory");
  sink->cut = cut_for (sink->wanted, &segment->interval);
  sink->from = sink->done_to = segment->from;
  sink->to = segment->to;
  sink->commit = segment->commit;
  sink->closes = segment->progress;
  return MD_OK;
}

/* ---- one part ------------------------------------------------------------ */

static int
finish_part (struct text_sink *sink, struct md_error *err)
{
  if (!output_is_open (sink->output))
    return MD_OK;
  if (output_close (sink->output, err) != MD_OK
      || publish_add (sink->publish, sink->path, err) != MD_OK)
    return err->klass;
  sink->done_to = sink->part_to;
  return sink->straight ? MD_OK
                        : text_remove_others (sink, sink->part_from, err);
}

static int
open_part (struct text_sink *sink, struct md_error *err)
{
  char *partial = publish_partial (sink->path);
  int klass;

  if (partial == NULL)
    return sink_fail (err, MD_ERR_INTERNAL, "out of memory");
  klass = output_open (sink->output, partial, err);
  free (partial);
  return klass;
}

static int
start_part (struct text_sink *sink, md_time t, struct md_error *err)
{
  struct md_text header = rows_header (sink->rows);

  cut_part (sink->cut, t, &sink->part_from, &sink->part_to);
  if (!sink->straight
      && text_remove_parts (sink, sink->done_to, sink->part_from, err)
           != MD_OK)
    return err->klass;
  if (text_path (sink, t, sink->packing, sink->path, err) != MD_OK
      || publish_folders (sink->publish, sink->path, err) != MD_OK
      || open_part (sink, err) != MD_OK)
    return err->klass;
  return output_put (sink->output, header.ptr, header.len, err);
}

/* The first row from `row` on that is at `t` or later.                     */
static int64_t
row_at (const int64_t *ts, int64_t row, int64_t end, md_time t)
{
  while (row < end) {
    int64_t middle = row + (end - row) / 2;

    if (ts[middle] < t)
      row = middle + 1;
    else
      end = middle;
  }
  return row;
}

static int
write_rows (struct text_sink *sink, const struct ArrowSchema *schema,
            const struct ArrowArray *array, struct md_error *err)
{
  const int64_t *ts = array->children[0]->buffers[1];

  for (int64_t row = 0, end; row < array->length; row = end) {
    struct md_text text;

    if (!output_is_open (sink->output) || ts[row] >= sink->part_to) {
      if (finish_part (sink, err) != MD_OK
          || start_part (sink, ts[row], err) != MD_OK)
        return err->klass;
    }
    end = row_at (ts, row, array->length, sink->part_to);
    /* The last part has no end.                                            */
    if (end == row)
      end = array->length;
    if (!rows_text (sink->rows, schema, array, row, end, &text))
      return sink_fail (err, MD_ERR_INTERNAL, "out of memory");
    if (output_put (sink->output, text.ptr, text.len, err) != MD_OK)
      return err->klass;
  }
  return MD_OK;
}

int
text_sink_write (void *data, struct md_call *call,
                 const struct ArrowSchema *schema, struct ArrowArray *array,
                 struct md_error *err)
{
  int klass = write_rows (data, schema, array, err);

  if (klass == MD_OK)
    array->release (array);
  return klass;
}

/* ---- the end ------------------------------------------------------------- */

static int
close_batch (struct text_sink *sink, struct md_error *err)
{
  if (publish_flush (sink->publish, err) != MD_OK)
    return err->klass;
  sink->progress.commit = sink->closes;
  return progress_save (&sink->progress, sink->publish, err);
}

int
text_sink_commit (void *data, struct md_call *call, struct md_error *err)
{
  struct text_sink *sink = data;

  if (finish_part (sink, err) != MD_OK
      || (!sink->straight
          && text_remove_parts (sink, sink->done_to, sink->to, err) != MD_OK))
    return err->klass;
  if (sink->closes != 0)
    return close_batch (sink, err);
  return publish_waiting (sink->publish) >= PUBLISH_MANY
           ? publish_flush (sink->publish, err) : MD_OK;
}

int
text_sink_abort (void *data, struct md_call *call, struct md_error *err)
{
  struct text_sink *sink = data;

  output_drop (sink->output);
  publish_drop (sink->publish);
  return MD_OK;
}
