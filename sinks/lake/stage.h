/* SPDX-License-Identifier: Apache-2.0
 *
 * stage.h - the rows of segments as finished, synced Parquet files in a
 * folder of their own, cut by period and size.  What is there counts for
 * nothing until a sink has put it in its place.
 */
#ifndef LAKE_STAGE_H
#define LAKE_STAGE_H

#include "files.h"
#include "period.h"
#include "rows.h"

struct lake_options {
  struct lake_form form;
  struct pq_options parquet;
  uint64_t target;         /* bytes after which a file ends                 */
};

/* One file that is ready.                                                  */
struct lake_file {
  char *staged;            /* path; owned                                   */
  char *note;              /* what the sink wants to remember; owned        */
  md_time period;          /* start of the period that it belongs to        */
  md_time first, last;     /* of its rows                                   */
  unsigned number;         /* within period and segment, from 0             */
  uint64_t rows, size;
};

struct lake_stage {
  const struct lake_options *options;
  const char *folder;      /* exists and is empty                           */
  const char *single;      /* or NULL: all segments go to this one file     */
  /* Called when a file is complete, before it is closed; may be NULL.      */
  int (*completed) (struct lake_stage *stage, struct lake_file *file,
                    const struct pq_writer *writer, struct md_error *err);
  void *data;

  /* The segment.                                                           */
  const struct md_segment *segment;
  enum lake_period period;
  struct lake_rows *rows;
  struct lake_file *files;  /* in time order                                */
  size_t n_files, room;

  /* The file in the making.                                                */
  struct pq_writer *writer;
  int fd;
  md_time period_end;
  uint64_t made;            /* files since the stage was set up             */
  struct pq_bytes origins;  /* ingestion ids of its rows, joined by commas  */
};

/* SEGMENT must live until end or drop.                                     */
int lake_stage_begin (struct lake_stage *stage,
                      const struct md_segment *segment,
                      enum lake_period period, struct md_error *err);
/* The next segment of a single file.                                       */
int lake_stage_continue (struct lake_stage *stage,
                         const struct md_segment *segment,
                         struct md_error *err);
int lake_stage_write (struct lake_stage *stage, const struct ArrowArray *array,
                      struct md_error *err);
/* Completes the last file.  `files` is what the segment became; a single file
 * is there even without a row.                                             */
int lake_stage_end (struct lake_stage *stage, struct md_error *err);
/* Closes and forgets everything; staged files stay on the disk.            */
void lake_stage_clear (struct lake_stage *stage);
void lake_file_clear (struct lake_file *file);

#endif
