/* SPDX-License-Identifier: Apache-2.0
 *
 * column.h - one column of a file in the making; between the writer's files.
 */
#ifndef PARQUET_COLUMN_H
#define PARQUET_COLUMN_H

#include "dictionary.h"
#include "encode.h"
#include "pack.h"
#include "parquet.h"
#include "thrift.h"

#include <zstd.h>

enum pq_mode {
  PQ_UNDECIDED = 0, /* no value yet in this chunk                           */
  PQ_BY_INDEX,      /* pages of dictionary indexes                          */
  PQ_DIRECT
};

/* Least and greatest value of a page or chunk.                             */
#define PQ_BOUND_TEXT 64
struct pq_bounds {
  bool    any;          /* false: all null (or NaN)                         */
  bool    too_long;     /* a bound has more bytes than fit: there are none  */
  uint8_t min_len, max_len; /* 8 or 4 or 1 for numbers                      */
  uint8_t min[PQ_BOUND_TEXT], max[PQ_BOUND_TEXT];
};

struct pq_page {
  uint64_t offset;      /* in the chunk's pages, later in the file          */
  uint64_t first_row;   /* in the row group                                 */
  uint32_t size, n_nulls;
  struct pq_bounds bounds;
};

/* What the footer says of a column chunk.                                  */
struct pq_chunk {
  struct pq_page *pages; /* owned                                           */
  size_t   n_pages, page_room;
  uint64_t dictionary_offset, data_offset; /* 0: no dictionary              */
  uint64_t n_rows, n_values, n_nulls; /* n_values: nulls and empty lists too */
  uint64_t raw_size, size;
  uint32_t n_index_pages, n_delta_pages, n_plain_pages;
  struct pq_bounds bounds;
  uint64_t column_index, offset_index;
  uint32_t column_index_len, offset_index_len;
};

struct pq_column {
  enum pq_kind kind;
  unsigned max_def, max_rep;
  enum pq_mode mode;

  /* The page in the making.  `words` has no nulls: integers, bits of
   * doubles, lengths of texts.                                             */
  uint64_t *words;
  uint32_t *indexes;      /* texts of a dictionary, else scratch            */
  uint8_t  *def, *rep;
  size_t    n_words, word_room, n_levels, level_room, n_nulls;
  size_t    n_rows;
  struct pq_bytes text;   /* of texts without dictionary                    */

  /* The chunk in the making.                                               */
  struct pq_dictionary dictionary;
  struct pq_bytes pages;
  struct pq_chunk chunk;
};

/* Scratch that all columns of a file share.                                */
struct pq_scratch {
  ZSTD_CCtx *zstd;
  struct pq_bytes body, other; /* pages before compression                  */
  struct pq_bytes packed[2];   /* and after                                 */
};

bool pq_column_init (struct pq_column *column, enum pq_kind kind,
                     unsigned max_def, unsigned max_rep);
void pq_column_clear (struct pq_column *column);
void pq_chunk_clear (struct pq_chunk *chunk);

/* Adds rows to the page; a flat column has room for PQ_PAGE_ROWS.  FALSE:
 * no memory.                                                               */
bool pq_column_append (struct pq_column *column,
                       const struct pq_values *values, size_t from, size_t n);
/* Ends the page.                                                           */
bool pq_column_page (struct pq_column *column, struct pq_scratch *scratch);
/* Writes the chunk's dictionary page, complete with its header.            */
bool pq_column_dictionary (struct pq_column *column,
                           struct pq_scratch *scratch, struct pq_bytes *out);

static inline bool
pq_is_text (const struct pq_column *column)
{
  return column->kind == PQ_TEXT;
}

/* Bounds of the page's values; of texts those that `indexes` (by_index) or
 * `text` hold.                                                             */
void pq_bounds_of (const struct pq_column *column, bool by_index,
                   struct pq_bounds *ret_bounds);
void pq_bounds_join (struct pq_bounds *bounds, const struct pq_bounds *more,
                     enum pq_kind kind);
/* A bound of a number's column, widened to 64 bits.                         */
uint64_t pq_bounds_number (const uint8_t *in, size_t len);
/* <0, 0, >0 as the column's order has it.                                  */
int pq_bounds_compare (const uint8_t *a, size_t a_len, const uint8_t *b,
                       size_t b_len, enum pq_kind kind);

#endif
