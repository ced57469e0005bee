/* SPDX-License-Identifier: Apache-2.0
 *
 * stage.c - rows into files, one after the other.
 */
#include "stage.h"

#include <support/row.h>

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CREATED_BY "mdcore version 0.1.0"
/* Ingestion ids that a file lists: enough for what is appended by day.     */
#define ORIGINS_MAX 32
#define ID_MAX 64

void
lake_file_clear (struct lake_file *file)
{
  free (file->staged);
  free (file->note);
  *file = (struct lake_file) { 0 };
}

void
lake_stage_clear (struct lake_stage *stage)
{
  if (stage->writer != NULL)
    close (stage->fd);
  pq_writer_free (stage->writer);
  stage->writer = NULL;
  lake_rows_free (stage->rows);
  stage->rows = NULL;
  for (size_t i = 0; i < stage->n_files; i++)
    lake_file_clear (&stage->files[i]);
  free (stage->files);
  stage->files = NULL;
  stage->n_files = stage->room = 0;
  pq_bytes_clear (&stage->origins);
}

int
lake_stage_begin (struct lake_stage *stage, const struct md_segment *segment,
                  enum lake_period period, struct md_error *err)
{
  lake_stage_clear (stage);
  stage->segment = segment;
  stage->period = period;
  stage->rows = lake_rows_new (segment, &stage->options->form);
  return stage->rows != NULL
           ? MD_OK : md_error_say (err, MD_ERR_INTERNAL, "out of memory");
}

int
lake_stage_continue (struct lake_stage *stage,
                     const struct md_segment *segment, struct md_error *err)
{
  lake_rows_free (stage->rows);
  stage->segment = segment;
  stage->rows = lake_rows_new (segment, &stage->options->form);
  return stage->rows != NULL
           ? MD_OK : md_error_say (err, MD_ERR_INTERNAL, "out of memory");
}

/* ---- one file -------------------------------------------------------- */

static int
say_fault (const struct lake_stage *stage, const struct lake_file *file,
           struct md_error *err)
{
  return md_error_say (err, MD_ERR_INTERNAL, "%s: %s", file->staged,
                       pq_writer_fault (stage->writer));
}

static struct lake_file *
add_file (struct lake_stage *stage)
{
  struct lake_file *file;

  if (stage->n_files == stage->room) {
    size_t room = stage->room == 0 ? 8 : stage->room * 2;
    struct lake_file *files = realloc (stage->files, room * sizeof *files);

    if (files == NULL)
      return NULL;
    stage->files = files;
    stage->room = room;
  }
  file = &stage->files[stage->n_files++];
  *file = (struct lake_file) { .staged = malloc (LAKE_PATH) };
  if (file->staged != NULL)
    return file;
  stage->n_files--;
  return NULL;
}

static unsigned
next_number (const struct lake_stage *stage, md_time period)
{
  const struct lake_file *before = &stage->files[stage->n_files - 2];

  return stage->n_files > 1 && before->period == period ? before->number + 1
                                                        : 0;
}

static int
open_file (struct lake_stage *stage, md_time ts, struct md_error *err)
{
  struct lake_file *file = add_file (stage);
  const struct lake_rows *rows = stage->rows;

  if (file == NULL)
    return md_error_say (err, MD_ERR_INTERNAL, "out of memory");
  file->period = lake_period_start (stage->period, ts);
  file->number = next_number (stage, file->period);
  file->first = ts;
  stage->period_end = lake_period_end (stage->period, ts);
  stage->origins.len = 0;
  if (stage->single != NULL)
    snprintf (file->staged, LAKE_PATH, "%s", stage->single);
  else
    snprintf (file->staged, LAKE_PATH, "%s/%08" PRIu64 ".part",
              stage->folder, stage->made++);
  stage->fd = open (file->staged, O_WRONLY | O_CREAT | O_TRUNC, 0666);
  if (stage->fd < 0)
    return lake_fail (err, "create", file->staged);
  stage->writer = pq_writer_new (stage->fd, rows->nodes, rows->n,
                                 &stage->options->parquet);
  if (stage->writer != NULL)
    return MD_OK;
  close (stage->fd);
  return md_error_say (err, MD_ERR_INTERNAL, "out of memory");
}

static bool
finish (struct lake_stage *stage)
{
  const struct md_segment *segment = stage->segment;
  char from[24], to[24], commit[24];
  const struct pq_pair pairs[] = {
    { "mdcore.table", stage->rows->table },
    { "mdcore.provider", segment->provider },
    { "mdcore.dataset", segment->dataset },
    { "mdcore.schema", segment->schema },
    { "mdcore.symbol", segment->symbol },
    { "mdcore.from", from },
    { "mdcore.to", to },
    { "mdcore.commit", commit },
    { "mdcore.ingestion_ids",
      stage->origins.len > 0 ? (const char *) stage->origins.data : "" },
    { "mdcore.is_mock",
      segment->flags & MD_SEGMENT_MADE_UP ? "true" : "false" },
  };

  snprintf (from, sizeof from, "%" PRId64, segment->from);
  snprintf (to, sizeof to, "%" PRId64, segment->to);
  snprintf (commit, sizeof commit, "%" PRIu64, segment->commit);
  /* A single file's segments have these in common.                         */
  return pq_writer_finish (stage->writer, CREATED_BY, pairs,
                           stage->single != NULL
                             ? 1 : sizeof pairs / sizeof pairs[0]);
}

static int
close_file (struct lake_stage *stage, struct md_error *err)
{
  struct lake_file *file = &stage->files[stage->n_files - 1];
  int klass = MD_OK;

  if (!finish (stage))
    klass = say_fault (stage, file, err);
  file->rows = pq_writer_rows (stage->writer);
  file->size = pq_writer_size (stage->writer);
  if (klass == MD_OK && stage->completed != NULL)
    klass = stage->completed (stage, file, stage->writer, err);
  if (fsync (stage->fd) < 0 && klass == MD_OK)
    klass = lake_fail (err, "sync", file->staged);
  if (close (stage->fd) < 0 && klass == MD_OK)
    klass = lake_fail (err, "close", file->staged);
  pq_writer_free (stage->writer);
  stage->writer = NULL;
  return klass;
}

/* ---- where rows came from -------------------------------------------- */

static bool
is_noted (const struct lake_stage *stage, const char *id, size_t len)
{
  const char *held = (const char *) stage->origins.data;

  for (size_t at = 0; at + len < stage->origins.len + 1; at++) {
    if (memcmp (held + at, id, len) == 0)
      return true;
  }
  return false;
}

/* The ids of the array's dictionary: at most a few.                        */
static void
note_origins (struct lake_stage *stage, const struct ArrowArray *array)
{
  const struct ArrowArray *ids
    = array->children[array->n_children - 1]->dictionary;
  const int32_t *offset = ids->buffers[1];
  const char *text = ids->buffers[2];

  for (int64_t i = 0; i < ids->length; i++) {
    size_t len = (size_t) (offset[i + 1] - offset[i]);

    if (len == 0 || len > ID_MAX
        || stage->origins.len > ORIGINS_MAX * (ID_MAX + 1)
        || is_noted (stage, text + offset[i], len))
      continue;
    if (stage->origins.len > 0)
      stage->origins.data[stage->origins.len - 1] = ',';
    pq_bytes_put (&stage->origins, text + offset[i], len);
    pq_bytes_byte (&stage->origins, 0);
  }
}

/* ---- rows ------------------------------------------------------------ */

/* Rows from `first` that belong to the file's period.                      */
static size_t
rows_of_period (const struct lake_stage *stage, size_t first)
{
  const int64_t *ts = stage->rows->ts;
  size_t low = first, high = stage->rows->n_rows;

  while (low < high) {
    size_t middle = low + (high - low) / 2;

    if (ts[middle] < stage->period_end)
      low = middle + 1;
    else
      high = middle;
  }
  return low - first;
}

static int
put_rows (struct lake_stage *stage, size_t first, size_t n,
          struct md_error *err)
{
  struct lake_rows *rows = stage->rows;
  struct lake_file *file = &stage->files[stage->n_files - 1];

  for (size_t i = 0; i < rows->n; i++) {
    if (rows->values[i].shape == PQ_ROWS)
      rows->values[i].first = first;
  }
  if (!pq_writer_write (stage->writer, rows->values, n))
    return say_fault (stage, file, err);
  file->last = rows->ts[first + n - 1];
  return MD_OK;
}

/* A constant that comes by index keeps its place in the dictionary.        */
int
lake_stage_write (struct lake_stage *stage, const struct ArrowArray *array,
                  struct md_error *err)
{
  int klass = lake_rows_load (stage->rows, array, err);
  size_t first = 0;

  while (klass == MD_OK && first < stage->rows->n_rows) {
    md_time ts = stage->rows->ts[first];
    size_t n;

    if (stage->writer != NULL
        && (ts >= stage->period_end
            || pq_writer_size (stage->writer) >= stage->options->target))
      klass = close_file (stage, err);
    if (klass == MD_OK && stage->writer == NULL)
      klass = open_file (stage, ts, err);
    if (klass != MD_OK)
      return klass;
    note_origins (stage, array);
    n = rows_of_period (stage, first);
    klass = put_rows (stage, first, n, err);
    first += n;
  }
  return klass;
}

int
lake_stage_end (struct lake_stage *stage, struct md_error *err)
{
  if (stage->writer == NULL && stage->single != NULL
      && open_file (stage, 0, err) != MD_OK)
    return err->klass;
  return stage->writer != NULL ? close_file (stage, err) : MD_OK;
}
