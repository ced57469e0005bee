/* SPDX-License-Identifier: Apache-2.0
 *
 * page.c - encodes and compresses a column's page.
 *
 * The first page of a chunk is made both ways, with a dictionary and without,
 * and the smaller one decides for the chunk; one page in thirty is made
 * twice, which costs less than any estimate that is right as often.
 */
#include "column.h"

#include <stdlib.h>

/* ---- bodies ---------------------------------------------------------- */

/* Levels of data page version 1: four bytes of length, then the hybrid.    */
static bool
put_levels (struct pq_bytes *out, const uint8_t *levels, unsigned constant,
            size_t n, unsigned max)
{
  size_t start = out->len;
  uint32_t *wide;

  pq_bytes_u32 (out, 0);
  if (levels == NULL) {
    pq_encode_run (out, constant, n, pq_width (max));
  } else {
    wide = malloc (n * sizeof *wide);
    if (wide == NULL)
      return false;
    for (size_t i = 0; i < n; i++)
      wide[i] = levels[i];
    pq_encode_hybrid (out, wide, n, pq_width (max));
    free (wide);
  }
  if (!out->failed)
    pq_store_u32 (out->data + start, (uint32_t) (out->len - start - 4));
  return !out->failed;
}

static bool
begin_body (const struct pq_column *column, struct pq_bytes *body)
{
  body->len = 0;
  if (column->max_rep > 0
      && !put_levels (body, column->rep, 0, column->n_levels,
                      column->max_rep))
    return false;
  return column->max_def == 0
         || put_levels (body, column->n_nulls > 0 ? column->def : NULL,
                        column->max_def, column->n_levels, column->max_def);
}

static void
put_plain (struct pq_bytes *out, const uint64_t *words, size_t n, size_t size)
{
  uint8_t *room = pq_bytes_room (out, n * size);

  for (size_t i = 0; room != NULL && i < n; i++) {
    for (size_t byte = 0; byte < size; byte++)
      room[i * size + byte] = (uint8_t) (words[i] >> 8 * byte);
  }
  out->len += room != NULL ? n * size : 0;
}

static bool
index_body (const struct pq_column *column, struct pq_bytes *body)
{
  unsigned width = pq_width (column->dictionary.n - 1);

  if (!begin_body (column, body))
    return false;
  pq_bytes_byte (body, width);
  pq_encode_hybrid (body, column->indexes, column->n_words, width);
  return !body->failed;
}

static enum pq_encoding
direct_encoding (const struct pq_column *column)
{
  if (column->n_words == 0)
    return PQ_PLAIN;
  switch (column->kind) {
  case PQ_I64: case PQ_DECIMAL: case PQ_TIME_NS: case PQ_TIME_US:
    return PQ_DELTA;
  case PQ_TEXT:
    return PQ_DELTA_LENGTH;
  default:
    return PQ_PLAIN;
  }
}

static bool
direct_body (const struct pq_column *column, struct pq_bytes *body)
{
  const int64_t *numbers = (const int64_t *) column->words;

  if (!begin_body (column, body))
    return false;
  switch (direct_encoding (column)) {
  case PQ_DELTA:
    pq_encode_delta (body, numbers, column->n_words);
    break;
  case PQ_DELTA_LENGTH:
    pq_encode_delta (body, numbers, column->n_words);
    pq_bytes_put (body, column->text.data, column->text.len);
    break;
  default:
    if (column->kind == PQ_BOOL)
      pq_encode_bits (body, column->words, column->n_words);
    else
      put_plain (body, column->words, column->n_words,
                 column->kind == PQ_I32 ? 4 : 8);
  }
  return !body->failed;
}

/* ---- compression ----------------------------------------------------- */

static bool
compress (struct pq_scratch *scratch, const struct pq_bytes *body,
          struct pq_bytes *out)
{
  size_t bound = ZSTD_compressBound (body->len), len;
  uint8_t *room;

  out->len = 0;
  room = pq_bytes_room (out, bound);
  if (room == NULL)
    return false;
  len = ZSTD_compress2 (scratch->zstd, room, bound, body->data, body->len);
  if (ZSTD_isError (len))
    return false;
  out->len = len;
  return true;
}

static bool
dictionary_body (const struct pq_column *column, struct pq_bytes *body)
{
  const struct pq_dictionary *dictionary = &column->dictionary;

  body->len = 0;
  if (!pq_is_text (column))
    put_plain (body, dictionary->words, dictionary->n,
               column->kind == PQ_I32 ? 4 : 8);
  for (uint32_t i = 0; pq_is_text (column) && i < dictionary->n; i++) {
    size_t len;
    const char *text = pq_dictionary_get_text (dictionary, i, &len);

    pq_bytes_u32 (body, (uint32_t) len);
    pq_bytes_put (body, text, len);
  }
  return !body->failed;
}

/* ---- pages ----------------------------------------------------------- */

enum page_type { DATA_PAGE = 0, DICTIONARY_PAGE = 2 };

static void
put_header (struct pq_bytes *out, enum page_type type, size_t n_values,
            enum pq_encoding encoding, size_t raw, size_t packed)
{
  struct thrift_out thrift = { .out = out };

  thrift_begin (&thrift);
  thrift_i32 (&thrift, 1, type);
  thrift_i32 (&thrift, 2, (int32_t) raw);
  thrift_i32 (&thrift, 3, (int32_t) packed);
  thrift_struct (&thrift, type == DATA_PAGE ? 5 : 7);
  thrift_i32 (&thrift, 1, (int32_t) n_values);
  thrift_i32 (&thrift, 2, encoding);
  if (type == DATA_PAGE) {
    thrift_i32 (&thrift, 3, PQ_RLE);
    thrift_i32 (&thrift, 4, PQ_RLE);
  }
  thrift_end (&thrift);
  thrift_end (&thrift);
}

static struct pq_page *
add_page (struct pq_chunk *chunk)
{
  if (chunk->n_pages == chunk->page_room) {
    size_t room = chunk->page_room == 0 ? 16 : chunk->page_room * 2;
    struct pq_page *pages = realloc (chunk->pages, room * sizeof *pages);

    if (pages == NULL)
      return NULL;
    chunk->pages = pages;
    chunk->page_room = room;
  }
  return &chunk->pages[chunk->n_pages++];
}

static bool
keep_page (struct pq_column *column, enum pq_encoding encoding,
           const struct pq_bytes *body, const struct pq_bytes *packed)
{
  struct pq_chunk *chunk = &column->chunk;
  struct pq_page *page = add_page (chunk);
  size_t start = column->pages.len;

  if (page == NULL)
    return false;
  put_header (&column->pages, DATA_PAGE, column->n_levels, encoding,
              body->len, packed->len);
  chunk->raw_size += column->pages.len - start + body->len;
  pq_bytes_put (&column->pages, packed->data, packed->len);
  *page = (struct pq_page) {
    .offset = start, .first_row = chunk->n_rows,
    .size = (uint32_t) (column->pages.len - start),
    .n_nulls = (uint32_t) column->n_nulls };
  pq_bounds_of (column, encoding == PQ_DICTIONARY, &page->bounds);
  pq_bounds_join (&chunk->bounds, &page->bounds, column->kind);
  chunk->n_values += column->n_levels;
  chunk->n_nulls += column->n_nulls;
  chunk->n_rows += column->n_rows;
  if (encoding == PQ_DICTIONARY)
    chunk->n_index_pages++;
  else if (encoding == PQ_PLAIN)
    chunk->n_plain_pages++;
  else
    chunk->n_delta_pages++;
  return !column->pages.failed;
}

static void
forget_page (struct pq_column *column)
{
  column->n_words = column->n_levels = column->n_nulls = column->n_rows = 0;
  column->text.len = 0;
}

/* Texts of a page that was collected as indexes are spelled out first.      */
static bool
make_direct (struct pq_column *column, struct pq_scratch *scratch,
             unsigned which)
{
  struct pq_bytes *body = which == 0 ? &scratch->body : &scratch->other;

  if (pq_is_text (column) && column->mode != PQ_DIRECT) {
    column->text.len = 0;
    for (size_t i = 0; i < column->n_words; i++) {
      size_t len;
      const char *text = pq_dictionary_get_text (&column->dictionary,
                                                 column->indexes[i], &len);

      column->words[i] = len;
      pq_bytes_put (&column->text, text, len);
    }
  }
  return !column->text.failed && direct_body (column, body)
         && compress (scratch, body, &scratch->packed[which]);
}

static bool
make_indexed (struct pq_column *column, struct pq_scratch *scratch)
{
  return index_body (column, &scratch->body)
         && compress (scratch, &scratch->body, &scratch->packed[0]);
}

/* What the dictionary costs a page.  It serves the whole chunk, but goes on
 * growing as it did over the second half of this page (indexes are given in
 * order of first use); a page that is likely the only one bears all of it.   */
static size_t
dictionary_share (const struct pq_column *column, size_t packed)
{
  size_t n = column->dictionary.n, half = 0, growth;

  if (column->n_rows < PQ_PAGE_ROWS)
    return packed;
  for (size_t i = 0; i < column->n_words / 2; i++)
    half = column->indexes[i] >= half ? column->indexes[i] + 1u : half;
  growth = 2 * (n - half);
  return packed / n * (growth < n ? growth : n) + packed / 16;
}

static bool
decide (struct pq_column *column, struct pq_scratch *scratch)
{
  size_t indexed, with, without;

  if (!make_indexed (column, scratch))
    return false;
  indexed = scratch->packed[0].len;
  if (!dictionary_body (column, &scratch->other)
      || !compress (scratch, &scratch->other, &scratch->packed[1]))
    return false;
  with = indexed + dictionary_share (column, scratch->packed[1].len);
  if (!make_direct (column, scratch, 1))
    return false;
  without = scratch->packed[1].len;
  column->mode = with < without ? PQ_BY_INDEX : PQ_DIRECT;
  return column->mode == PQ_BY_INDEX
           ? keep_page (column, PQ_DICTIONARY, &scratch->body,
                        &scratch->packed[0])
           : keep_page (column, direct_encoding (column), &scratch->other,
                        &scratch->packed[1]);
}

/* Are the page's values in the dictionary?                                 */
static bool
index_numbers (struct pq_column *column)
{
  return pq_is_text (column)
         || pq_dictionary_words (&column->dictionary, column->words,
                                 column->n_words, column->indexes);
}

static bool
encode_page (struct pq_column *column, struct pq_scratch *scratch)
{
  if (column->kind != PQ_BOOL && column->n_words > 0
      && column->mode != PQ_DIRECT) {
    if (!index_numbers (column)) {
      /* More distinct values than a dictionary is good for.                */
      if (column->mode == PQ_UNDECIDED)
        pq_dictionary_reset (&column->dictionary);
      column->mode = PQ_DIRECT;
    } else if (column->mode == PQ_UNDECIDED) {
      return decide (column, scratch);
    } else {
      return make_indexed (column, scratch)
             && keep_page (column, PQ_DICTIONARY, &scratch->body,
                           &scratch->packed[0]);
    }
  }
  return make_direct (column, scratch, 0)
         && keep_page (column, direct_encoding (column), &scratch->body,
                       &scratch->packed[0]);
}

bool
pq_column_page (struct pq_column *column, struct pq_scratch *scratch)
{
  bool done = encode_page (column, scratch) && !column->dictionary.failed;

  forget_page (column);
  return done;
}

bool
pq_column_dictionary (struct pq_column *column, struct pq_scratch *scratch,
                      struct pq_bytes *out)
{
  size_t start = out->len;

  if (column->chunk.n_index_pages == 0)
    return true;
  if (!dictionary_body (column, &scratch->body)
      || !compress (scratch, &scratch->body, &scratch->packed[0]))
    return false;
  put_header (out, DICTIONARY_PAGE, column->dictionary.n, PQ_PLAIN,
              scratch->body.len, scratch->packed[0].len);
  column->chunk.raw_size += out->len - start + scratch->body.len;
  pq_bytes_put (out, scratch->packed[0].data, scratch->packed[0].len);
  return !out->failed;
}
