/* SPDX-License-Identifier: Apache-2.0
 *
 * batch-files.h - the files of a batch job (batch-files.c).
 */
#ifndef DATABENTO_BATCH_FILES_H
#define DATABENTO_BATCH_FILES_H

#include "databento.h"

struct batch_file {
  char *name;
  char *path;          /* of its URL, from the host on                       */
  char sha256[65];     /* "" not told                                        */
  int64_t size;
};

struct batch_files {
  struct batch_file *items; /* data alone, by name and so by time            */
  size_t n, capacity;
};

int batch_list_files (const struct feed *feed, const char *job,
                      struct batch_files *files, struct md_error *err);
void batch_files_free (struct batch_files *files);
/* By the dates in its name; true where it has none.                         */
bool batch_file_concerns (const struct batch_file *file, md_time from,
                          md_time to);
/* The file is proven and stands ready to be read.                           */
int batch_download (const struct feed *feed, const char *job,
                    const struct batch_file *file, struct md_error *err);
int batch_discard (const struct feed *feed, const char *job,
                   const struct batch_file *file, struct md_error *err);

#endif
