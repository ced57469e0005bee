/* SPDX-License-Identifier: Apache-2.0
 *
 * read-page.c - pages, and their values in the form in which they were
 * written.
 */
#include "reader.h"
#include "pack.h"

#include <stdlib.h>

#define HEADER_MAX 4096

static bool
damaged (struct pq_reader *reader)
{
  return pq_reader_fail (reader, "a page is damaged");
}

static bool
no_memory (struct pq_reader *reader)
{
  return pq_reader_fail (reader, "out of memory");
}

/* Room for n bytes, which count as written.                                */
static void *
take_room (struct pq_bytes *bytes, size_t n)
{
  uint8_t *room;

  bytes->len = 0;
  room = pq_bytes_room (bytes, n + 8);
  bytes->len = n;
  return room;
}

/* ---- headers --------------------------------------------------------- */

struct header {
  int64_t type, raw, packed, n_values, encoding;
  size_t len;
};

static void
get_data_header (struct thrift_in *in, struct header *header)
{
  if (!thrift_enter (in))
    return;
  for (int id; (id = thrift_next (in)) != 0;) {
    if (id == 1)
      header->n_values = thrift_get_int (in);
    else if (id == 2)
      header->encoding = thrift_get_int (in);
    else
      thrift_skip (in);
  }
}

static bool
get_header (struct pq_reader *reader, const struct read_column *column,
            struct header *header)
{
  uint8_t data[HEADER_MAX];
  uint64_t left = column->end - column->at;
  size_t len = left < sizeof data ? (size_t) left : sizeof data;
  struct thrift_in in = { .at = data, .end = data + len };

  *header = (struct header) { .type = -1, .encoding = -1 };
  if (!pq_read_at (reader, column->at, data, len) || !thrift_enter (&in))
    return damaged (reader);
  for (int id; (id = thrift_next (&in)) != 0;) {
    if (id == 1)
      header->type = thrift_get_int (&in);
    else if (id == 2)
      header->raw = thrift_get_int (&in);
    else if (id == 3)
      header->packed = thrift_get_int (&in);
    else if ((id == 5 || id == 7) && in.type == THRIFT_STRUCT)
      get_data_header (&in, header);
    else
      thrift_skip (&in);
  }
  header->len = (size_t) (in.at - data);
  if (in.failed || header->raw < 0 || header->raw > READ_PAGE_MAX
      || header->packed < 0 || header->n_values < 0
      || header->n_values > READ_VALUES_MAX || header->len > left
      || (uint64_t) header->packed > left - header->len)
    return damaged (reader);
  return (header->type == 0 || header->type == 2)
         || pq_reader_fail (reader, "another program wrote it");
}

/* The page's bytes without compression into column->body.                  */
static bool
get_body (struct pq_reader *reader, struct read_column *column,
          const struct header *header)
{
  size_t packed = (size_t) header->packed, raw = (size_t) header->raw, len;
  uint8_t *data = malloc (packed + 1), *room;
  bool done = data != NULL
              && pq_read_at (reader, column->at + header->len, data, packed);

  /* A frame that does not hold what the header says needs no memory.       */
  if (done && ZSTD_getFrameContentSize (data, packed) != raw)
    done = damaged (reader);
  room = done ? take_room (&column->body, raw) : NULL;
  if (done && room == NULL)
    done = no_memory (reader);
  if (done) {
    len = ZSTD_decompressDCtx (reader->zstd, room, raw, data, packed);
    done = !ZSTD_isError (len) && len == raw;
  }
  free (data);
  column->at += header->len + packed;
  return done || damaged (reader);
}

/* ---- dictionaries ---------------------------------------------------- */

static bool
word_dictionary (struct pq_reader *reader, struct read_column *column,
                 size_t n)
{
  size_t size = column->kind == PQ_I32 ? 4 : 8;

  if (column->kind == PQ_BOOL || column->body.len != n * size)
    return damaged (reader);
  free (column->words);
  column->words = malloc ((n + 1) * sizeof *column->words);
  if (column->words == NULL)
    return no_memory (reader);
  for (size_t i = 0; i < n; i++) {
    const uint8_t *at = column->body.data + i * size;

    column->words[i] = size == 4
      ? (uint64_t) (int64_t) (int32_t) pq_load_u32 (at)
      : pq_load_u32 (at) | (uint64_t) pq_load_u32 (at + 4) << 32;
  }
  return true;
}

static bool
text_dictionary (struct pq_reader *reader, struct read_column *column,
                 size_t n)
{
  const uint8_t *at = column->body.data, *end = at + column->body.len;

  free (column->offsets);
  column->offsets = malloc ((n + 1) * sizeof *column->offsets);
  if (column->offsets == NULL)
    return no_memory (reader);
  column->heap.len = 0;
  for (size_t i = 0; i < n; i++) {
    uint32_t len = end - at >= 4 ? pq_load_u32 (at) : UINT32_MAX;

    if (end - at < 4 || len > (size_t) (end - at) - 4)
      return damaged (reader);
    column->offsets[i] = (int64_t) column->heap.len;
    pq_bytes_put (&column->heap, at + 4, len);
    at += 4 + len;
  }
  column->offsets[n] = (int64_t) column->heap.len;
  return !column->heap.failed || no_memory (reader);
}

static bool
get_dictionary (struct pq_reader *reader, struct read_column *column,
                const struct header *header)
{
  size_t n = (size_t) header->n_values;

  if (!get_body (reader, column, header) || header->encoding != PQ_PLAIN)
    return damaged (reader);
  column->n_entries = n;
  column->has_dictionary = true;
  /* Each entry takes a byte at least.                                      */
  if (n > column->body.len + 1)
    return damaged (reader);
  return column->kind == PQ_TEXT ? text_dictionary (reader, column, n)
                                 : word_dictionary (reader, column, n);
}

/* ---- levels ---------------------------------------------------------- */

static bool
get_levels (struct pq_reader *reader, const uint8_t **at, const uint8_t *end,
            unsigned max, size_t n, struct pq_bytes *out)
{
  uint32_t len = end - *at >= 4 ? pq_load_u32 (*at) : UINT32_MAX;
  uint32_t *levels;
  uint8_t *room;
  bool good;

  if (end - *at < 4 || len > (size_t) (end - *at) - 4)
    return damaged (reader);
  levels = malloc ((n + 1) * sizeof *levels);
  room = take_room (out, n);
  if (levels == NULL || room == NULL) {
    free (levels);
    return no_memory (reader);
  }
  good = pq_decode_hybrid (*at + 4, *at + 4 + len, levels, n, pq_width (max))
         != NULL;
  for (size_t i = 0; good && i < n; i++) {
    good = levels[i] <= max;
    room[i] = (uint8_t) levels[i];
  }
  free (levels);
  *at += 4 + len;
  return good || damaged (reader);
}

static size_t
count_words (const struct read_column *column)
{
  size_t n = 0;

  if (column->max_def == 0)
    return column->n_levels;
  for (size_t i = 0; i < column->n_levels; i++)
    n += column->def.data[i] == column->max_def;
  return n;
}

/* ---- values ---------------------------------------------------------- */

/* Indexes into `places`.                                                   */
static bool
get_indexes (struct pq_reader *reader, struct read_column *column,
             const uint8_t *at, const uint8_t *end)
{
  size_t n = column->n_words;
  uint32_t *indexes = take_room (&column->places, n * sizeof *indexes);
  uint32_t most = 0;

  if (indexes == NULL)
    return no_memory (reader);
  if (!column->has_dictionary || at == end
      || pq_decode_hybrid (at + 1, end, indexes, n, *at) == NULL)
    return damaged (reader);
  for (size_t i = 0; i < n; i++)
    most = indexes[i] > most ? indexes[i] : most;
  return n == 0 || most < column->n_entries || damaged (reader);
}

static bool
plain_words (struct pq_reader *reader, const struct read_column *column,
             const uint8_t *at, const uint8_t *end, uint64_t *out)
{
  size_t n = column->n_words, size = column->kind == PQ_I32 ? 4 : 8;

  if (column->kind == PQ_BOOL)
    return pq_decode_bits (at, end, (int64_t *) out, n) != NULL
           || damaged (reader);
  if ((size_t) (end - at) / size < n)
    return damaged (reader);
  for (size_t i = 0; i < n; i++, at += size)
    out[i] = size == 4 ? (uint64_t) (int64_t) (int32_t) pq_load_u32 (at)
                       : pq_load_u32 (at)
                         | (uint64_t) pq_load_u32 (at + 4) << 32;
  return true;
}

static bool
get_words (struct pq_reader *reader, struct read_column *column, int encoding,
           const uint8_t *at, const uint8_t *end)
{
  size_t n = column->n_words;
  uint64_t *out = take_room (&column->out, n * sizeof *out);
  const uint32_t *indexes;

  if (out == NULL)
    return no_memory (reader);
  if (encoding == PQ_DELTA)
    return pq_decode_delta (at, end, (int64_t *) out, n) != NULL
           || damaged (reader);
  if (encoding != PQ_DICTIONARY)
    return plain_words (reader, column, at, end, out);
  if (!get_indexes (reader, column, at, end))
    return false;
  indexes = (const uint32_t *) (const void *) column->places.data;
  for (size_t i = 0; i < n; i++)
    out[i] = column->words[indexes[i]];
  return true;
}

/* Offsets into `out`, bytes into `text`; of a dictionary, indexes.         */
static bool
get_texts (struct pq_reader *reader, struct read_column *column, int encoding,
           const uint8_t *at, const uint8_t *end)
{
  size_t n = column->n_words;
  int64_t *offsets, total = 0;

  if (encoding == PQ_DICTIONARY)
    return get_indexes (reader, column, at, end);
  offsets = take_room (&column->out, (n + 1) * sizeof *offsets);
  if (offsets == NULL)
    return no_memory (reader);
  if (n > 0) {
    at = encoding == PQ_DELTA_LENGTH
           ? pq_decode_delta (at, end, offsets, n) : NULL;
    if (at == NULL)
      return damaged (reader);
  }
  for (size_t i = 0; i < n; i++) {
    int64_t len = offsets[i];

    if (len < 0 || len > end - at - total)
      return damaged (reader);
    offsets[i] = total;
    total += len;
  }
  offsets[n] = total;
  column->text.len = 0;
  pq_bytes_put (&column->text, at, (size_t) total);
  pq_bytes_byte (&column->text, 0);
  return !column->text.failed || no_memory (reader);
}

static bool
get_page (struct pq_reader *reader, struct read_column *column,
          const struct header *header)
{
  const uint8_t *at, *end;

  if (!get_body (reader, column, header))
    return false;
  at = column->body.data;
  end = at + column->body.len;
  column->n_levels = (size_t) header->n_values;
  if (column->n_levels == 0 || column->n_levels > column->n_left)
    return damaged (reader);
  column->n_left -= column->n_levels;
  column->places.len = 0;
  if ((column->max_rep > 0
       && !get_levels (reader, &at, end, column->max_rep, column->n_levels,
                       &column->rep))
      || (column->max_def > 0
          && !get_levels (reader, &at, end, column->max_def,
                          column->n_levels, &column->def)))
    return false;
  column->n_words = count_words (column);
  if (column->kind == PQ_TEXT)
    return get_texts (reader, column, (int) header->encoding, at, end);
  return get_words (reader, column, (int) header->encoding, at, end);
}

bool
pq_read_page (struct pq_reader *reader, struct read_column *column)
{
  struct header header;

  if (column->n_left == 0)
    return pq_reader_fail (reader, "its columns differ in length");
  if (!get_header (reader, column, &header))
    return false;
  if (header.type == 2
      && (column->has_dictionary
          || !get_dictionary (reader, column, &header)
          || !get_header (reader, column, &header) || header.type == 2))
    return damaged (reader);
  return get_page (reader, column, &header);
}

/* ---- as a writer takes them ------------------------------------------ */

/* Values move apart to where their rows are, from the last one on.         */
static void
spread (void *data, size_t size, const uint8_t *def, size_t n_levels,
        size_t n_words)
{
  char *at = data;

  for (size_t i = n_levels; i-- > 0;) {
    if (def[i] != 0 && n_words > 0)
      memmove (at + i * size, at + --n_words * size, size);
    else
      memset (at + i * size, 0, size);
  }
}

/* Texts without a dictionary: a row without one is empty.                  */
static void
spread_offsets (int64_t *offsets, const uint8_t *def, size_t n_levels,
                size_t n_words)
{
  int64_t end = offsets[n_words];

  for (size_t i = n_levels; i-- > 0;) {
    offsets[i + 1] = end;
    if (def[i] != 0 && n_words > 0)
      end = offsets[--n_words];
  }
  offsets[0] = end;
}

static bool
make_valid (struct read_column *column)
{
  uint8_t *bits = take_room (&column->valid, column->n_levels / 8 + 1);

  if (bits == NULL)
    return false;
  memset (bits, 0, column->n_levels / 8 + 1);
  for (size_t i = 0; i < column->n_levels; i++)
    bits[i / 8] |= (uint8_t) ((column->def.data[i] != 0) << (i & 7));
  return true;
}

static bool
is_nested (const struct read_column *column)
{
  return column->max_rep > 0 || column->max_def > 1;
}

/* Room for all rows behind the values that are there.                      */
static bool
widen (struct pq_bytes *bytes, size_t n)
{
  if (n > bytes->len && pq_bytes_room (bytes, n - bytes->len) == NULL)
    return false;
  bytes->len = n > bytes->len ? n : bytes->len;
  return true;
}

static bool
spread_rows (struct read_column *column, struct pq_values *values)
{
  size_t n = column->n_levels;
  bool by_index = column->kind == PQ_TEXT && column->places.len > 0;
  struct pq_bytes *bytes = by_index ? &column->places : &column->out;
  size_t size = by_index ? sizeof (uint32_t) : sizeof (uint64_t);

  if (!make_valid (column) || !widen (bytes, (n + 1) * size))
    return false;
  values->valid = column->valid.data;
  if (column->kind == PQ_TEXT && !by_index)
    spread_offsets ((int64_t *) (void *) bytes->data, column->def.data, n,
                    column->n_words);
  else
    spread (bytes->data, size, column->def.data, n, column->n_words);
  return true;
}

bool
pq_read_values (struct pq_reader *reader, struct read_column *column,
                struct pq_values *ret_values)
{
  struct pq_values values = { 0 };
  bool by_index = column->kind == PQ_TEXT && column->places.len > 0;

  if (is_nested (column)) {
    values.def = column->def.data;
    values.rep = column->max_rep > 0 ? column->rep.data : NULL;
    values.n_levels = column->n_levels;
  } else if (column->n_words == 0) {
    *ret_values = (struct pq_values) { .shape = PQ_ABSENT };
    return true;
  } else if (column->n_words < column->n_levels
             && !spread_rows (column, &values)) {
    return no_memory (reader);
  }
  if (by_index) {
    values.index = (const int32_t *) (const void *) column->places.data;
    values.wide_offset = column->offsets;
    values.text = (const char *) column->heap.data;
    values.n_texts = column->n_entries;
  } else if (column->kind == PQ_TEXT) {
    values.wide_offset = (const int64_t *) (const void *) column->out.data;
    values.text = (const char *) column->text.data;
  } else if (column->kind == PQ_F64) {
    values.f64 = (const double *) (const void *) column->out.data;
  } else {
    values.i64 = (const int64_t *) (const void *) column->out.data;
  }
  *ret_values = values;
  return true;
}
