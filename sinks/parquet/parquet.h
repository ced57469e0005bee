/* SPDX-License-Identifier: Apache-2.0
 *
 * parquet.h - a writer and a reader of Parquet files.
 * https://github.com/apache/parquet-format
 *
 * Columns come as Arrow lays them out (buffers, validity bitmaps, dictionary
 * indexes) and are encoded from there, without a call a value.  Pages of
 * PQ_PAGE_ROWS rows are compressed as they fill, so a writer holds one raw
 * page a column and the compressed pages of one row group.
 *
 * Not thread-safe.  Functions that can fail return false and leave a
 * sentence in pq_writer_fault or pq_reader_fault; afterwards the object can
 * only be freed.
 */
#ifndef PARQUET_PARQUET_H
#define PARQUET_PARQUET_H

#include "bytes.h"

#define PQ_PAGE_ROWS 32768

enum pq_kind {
  PQ_GROUP = 0,  /* of n_children nodes that follow                         */
  PQ_LIST,       /* a group annotated LIST                                  */
  PQ_MAP,        /* a group annotated MAP                                   */
  PQ_I64, PQ_I32,
  PQ_DECIMAL,    /* DECIMAL(18,9) on INT64: units of 1e-9                   */
  PQ_TIME_NS,    /* ns since 1970, isAdjustedToUTC                          */
  PQ_TIME_US,    /* likewise, microseconds                                  */
  PQ_F64,
  PQ_TEXT,       /* UTF-8                                                   */
  PQ_BOOL
};

enum pq_repetition { PQ_REQUIRED = 0, PQ_OPTIONAL = 1, PQ_REPEATED = 2 };

/* Nodes of the schema without its root, depth first.                       */
struct pq_node {
  const char *name;
  enum pq_kind kind;
  enum pq_repetition repetition;
  int n_children;
};

struct pq_pair {
  const char *key, *value;
};

struct pq_options {
  int    level;             /* of zstd                                      */
  size_t row_group_size;    /* compressed bytes after which one ends        */
  int    sorted_by;         /* column by which rows ascend, or -1           */
};

/* ---- values of one column -------------------------------------------- */

enum pq_shape {
  PQ_ROWS = 0,   /* a value a row                                           */
  PQ_CONSTANT,   /* the first value stands for all rows                     */
  PQ_ABSENT      /* null in all rows                                        */
};

struct pq_values {
  enum pq_shape shape;
  const uint8_t *valid;   /* bit `first + i`: row i has a value; NULL: all  */
  size_t first;           /* row 0 in all arrays below                      */
  const int64_t *i64;     /* every kind of integer and time, truth values   */
  const double *f64;
  const int32_t *index;   /* of text below, or NULL: text i is row i's      */
  const int32_t *offset;  /* text i is text[offset[i]] to text[offset[i+1]] */
  const int64_t *wide_offset; /* the same, when offset is NULL              */
  const char *text;
  size_t n_texts;         /* with index                                     */
  /* Nested columns only (PQ_ROWS, first = 0, valid = NULL): n_levels pairs
   * of levels; values stand only where def is the column's maximum.        */
  const uint8_t *def, *rep;
  size_t n_levels;
};

/* ---- writing --------------------------------------------------------- */

struct pq_writer;

/* The nodes' texts are copied.  FD stays the caller's, is written front to
 * back from where it stands and must be at 0.  NULL: no memory.            */
struct pq_writer *pq_writer_new (int fd, const struct pq_node *nodes,
                                 size_t n_nodes,
                                 const struct pq_options *options);
void pq_writer_free (struct pq_writer *writer);
/* values[i] is leaf i of the schema.  Nothing is kept of them.             */
bool pq_writer_write (struct pq_writer *writer,
                      const struct pq_values *values, size_t n_rows);
/* Ends the file.  The pairs become its key-value metadata.                 */
bool pq_writer_finish (struct pq_writer *writer, const char *created_by,
                       const struct pq_pair *pairs, size_t n_pairs);
/* Bytes written, with what the current row group has so far.               */
uint64_t pq_writer_size (const struct pq_writer *writer);
uint64_t pq_writer_rows (const struct pq_writer *writer);
/* A column of a finished file; bounds of numbers alone, as integers or the
 * bits of doubles.                                                         */
struct pq_summary {
  bool any;               /* has min and max                                */
  uint64_t n_nulls, min, max;
};
void pq_writer_summary (const struct pq_writer *writer, size_t column,
                        struct pq_summary *ret_summary);
const char *pq_writer_fault (const struct pq_writer *writer);

/* ---- reading --------------------------------------------------------- */

/* Reads what pq_writer wrote, and trusts none of it.  Files of other programs
 * are refused where they use what the writer does not.                     */
struct pq_reader;

/* FD stays the caller's.  Never NULL but when there is no memory: ask for the
 * fault.                                                                   */
struct pq_reader *pq_reader_new (int fd);
void pq_reader_free (struct pq_reader *reader);
const char *pq_reader_fault (const struct pq_reader *reader);
/* Borrowed, as is everything below.                                        */
const struct pq_node *pq_reader_nodes (const struct pq_reader *reader,
                                       size_t *ret_n);
/* Key-value metadata; NULL: no such key.                                   */
const char *pq_reader_pair (const struct pq_reader *reader, const char *key);
uint64_t pq_reader_rows (const struct pq_reader *reader);
/* Columns of the next page: values[i] for leaf i, n_columns of them, in the
 * form in which a writer takes them, until the next call.  *ret_n is 0 at the
 * end.                                                                     */
bool pq_reader_next (struct pq_reader *reader, struct pq_values *values,
                     size_t n_columns, size_t *ret_n);

#endif
