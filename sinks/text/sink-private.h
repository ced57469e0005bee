/* SPDX-License-Identifier: Apache-2.0
 *
 * sink-private.h - a text sink's state, shared by sink.c, segment.c and
 * files.c.
 */
#ifndef MDCORE_SINKS_TEXT_PRIVATE_H
#define MDCORE_SINKS_TEXT_PRIVATE_H

#include "common/cut.h"
#include "common/fail.h"
#include "common/progress.h"
#include "output.h"
#include "rows.h"
#include "sink.h"

#define PATH_SIZE 4096

struct text_sink {
  char *root;
  const char *extension;     /* "csv"                                       */
  enum cut wanted;           /* as configured                               */
  enum packing packing;
  struct rows *rows;
  struct output *output;
  struct publish *publish;
  struct progress progress;
  bool straight;

  /* The segment.                                                           */
  char series[PATH_SIZE];    /* its folder                                  */
  enum cut cut;
  md_time from, to;
  uint64_t commit, closes;   /* closes: its progress                        */

  /* The file that is being written; part_to == INT64_MIN: none.            */
  char path[PATH_SIZE];
  md_time part_from, part_to;
  md_time done_to;           /* parts that end by then are settled          */
};

/* ---- files.c ----------------------------------------------------------- */

/* "/date=2024-01-31/data.csv.gz" of the part that holds t behind the series'
 * folder.                                                                  */
int text_path (const struct text_sink *sink, md_time t, enum packing packing,
               char path[PATH_SIZE], struct md_error *err);
/* Files of parts in [from, to) go: nothing was written there.              */
int text_remove_parts (struct text_sink *sink, md_time from, md_time to,
                       struct md_error *err);
/* Files of the part of t in another packing go.                            */
int text_remove_others (struct text_sink *sink, md_time t,
                        struct md_error *err);
/* Straight feeds: every file of a commit above this one goes.              */
int text_remove_after (struct text_sink *sink, uint64_t commit,
                       struct md_error *err);

#endif
