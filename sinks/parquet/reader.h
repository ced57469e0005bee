/* SPDX-License-Identifier: Apache-2.0
 *
 * reader.h - a file that is read; between the reader's files.
 */
#ifndef PARQUET_READER_H
#define PARQUET_READER_H

#include "encode.h"
#include "parquet.h"
#include "thrift.h"

#include <zstd.h>

/* A page that claims more is taken for damaged.                            */
#define READ_VALUES_MAX (1u << 26)
#define READ_PAGE_MAX (1u << 30)

struct read_chunk {
  uint64_t start, end;      /* bytes of its pages in the file               */
  uint64_t n_values;
};

struct read_column {
  enum pq_kind kind;
  unsigned max_def, max_rep;
  uint64_t at, end, n_left; /* of the chunk that is being read              */

  /* The chunk's dictionary.                                                */
  uint64_t *words;          /* numbers                                      */
  int64_t  *offsets;        /* texts: n_entries + 1 of them in `heap`       */
  size_t    n_entries;
  bool      has_dictionary;
  struct pq_bytes heap;

  /* The page.                                                              */
  struct pq_bytes body;
  struct pq_bytes def, rep, valid, out, places, text; /* as values point    */
  size_t n_levels, n_words;
};

struct pq_reader {
  int fd;
  uint64_t size;
  struct pq_node *nodes;    /* names owned                                  */
  size_t n_nodes, n_columns;
  struct read_column *columns;
  struct read_chunk *chunks; /* n_groups times n_columns                    */
  size_t n_groups, group;   /* group: the one to begin next                 */
  uint64_t n_rows;
  char **pairs;             /* key, value, ..., NULL; owned                 */
  size_t n_pairs;
  ZSTD_DCtx *zstd;
  char fault[256];
};

/* Notes the first fault; returns false.                                    */
bool pq_reader_fail (struct pq_reader *reader, const char *format, ...)
  __attribute__ ((format (printf, 2, 3)));
bool pq_read_at (struct pq_reader *reader, uint64_t at, void *data,
                 size_t len);
/* The file's metadata into the reader.                                     */
bool pq_read_footer (struct pq_reader *reader);
/* The column's next data page, and a dictionary before it.                 */
bool pq_read_page (struct pq_reader *reader, struct read_column *column);
/* The page as values.                                                      */
bool pq_read_values (struct pq_reader *reader, struct read_column *column,
                     struct pq_values *ret_values);

#endif
