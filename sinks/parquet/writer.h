/* SPDX-License-Identifier: Apache-2.0
 *
 * writer.h - a file in the making; between the writer's files.
 */
#ifndef PARQUET_WRITER_H
#define PARQUET_WRITER_H

#include "column.h"

struct pq_row_group {
  struct pq_chunk *chunks; /* one a leaf; owned                             */
  uint64_t n_rows, offset;
};

struct pq_writer {
  int fd;
  struct pq_options options;
  struct pq_node *nodes;   /* owned, with their names                       */
  size_t n_nodes, n_columns;
  size_t *leaves;          /* node of each column                           */
  struct pq_column *columns;
  struct pq_scratch scratch;
  struct pq_row_group *groups;
  size_t n_groups, group_room;
  struct pq_bytes out;     /* about to be written                           */
  uint64_t position;       /* of what has been written                      */
  uint64_t n_rows, group_rows;
  size_t page_rows;
  char fault[256];
};

/* What readers look for at both ends of a file.                            */
#define PQ_MAGIC "PAR1"

/* Notes the first fault; returns false.                                    */
bool pq_writer_fail (struct pq_writer *writer, const char *format, ...)
  __attribute__ ((format (printf, 2, 3)));
bool pq_writer_flush (struct pq_writer *writer);

/* Page indexes of all chunks, which learn where theirs are.                */
void pq_put_indexes (struct pq_writer *writer);
void pq_put_footer (struct pq_writer *writer, const char *created_by,
                    const struct pq_pair *pairs, size_t n_pairs);
/* The physical type of a leaf.                                             */
int pq_physical_type (enum pq_kind kind);

#endif
