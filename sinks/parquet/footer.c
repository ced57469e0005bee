/* SPDX-License-Identifier: Apache-2.0
 *
 * footer.c - what stands behind the rows: page indexes and the file's
 * metadata.  Field numbers are those of parquet.thrift.
 */
#include "writer.h"

enum { BOOLEAN = 0, INT32 = 1, INT64 = 2, DOUBLE = 5, BYTE_ARRAY = 6 };
enum { ZSTD = 6 };

int
pq_physical_type (enum pq_kind kind)
{
  switch (kind) {
  case PQ_F64: return DOUBLE;
  case PQ_TEXT: return BYTE_ARRAY;
  case PQ_BOOL: return BOOLEAN;
  case PQ_I32: return INT32;
  default: return INT64;
  }
}

/* ---- page index ------------------------------------------------------ */

/* 1: ascending, 2: descending, 0: neither.                                 */
static int
boundary_order (const struct pq_chunk *chunk, enum pq_kind kind)
{
  const struct pq_bounds *last = NULL;
  bool up = true, down = true;

  for (size_t i = 0; i < chunk->n_pages; i++) {
    const struct pq_bounds *b = &chunk->pages[i].bounds;

    if (last != NULL && b->any) {
      int min = pq_bounds_compare (last->min, last->min_len, b->min,
                                   b->min_len, kind);
      int max = pq_bounds_compare (last->max, last->max_len, b->max,
                                   b->max_len, kind);

      up = up && min <= 0 && max <= 0;
      down = down && min >= 0 && max >= 0;
    }
    last = b->any ? b : last;
  }
  return up ? 1 : down ? 2 : 0;
}

static bool
has_column_index (const struct pq_chunk *chunk)
{
  for (size_t i = 0; i < chunk->n_pages; i++) {
    const struct pq_page *page = &chunk->pages[i];

    /* A page of NaN alone is neither null nor does it have bounds.         */
    if (page->bounds.too_long)
      return false;
  }
  return chunk->n_pages > 0;
}

static void
put_bounds_list (struct thrift_out *thrift, int id,
                 const struct pq_chunk *chunk, bool max)
{
  thrift_list (thrift, id, THRIFT_BINARY, chunk->n_pages);
  for (size_t i = 0; i < chunk->n_pages; i++) {
    const struct pq_bounds *b = &chunk->pages[i].bounds;

    thrift_bare_binary (thrift, max ? b->max : b->min,
                        !b->any ? 0 : max ? b->max_len : b->min_len);
  }
}

static void
put_column_index (struct pq_bytes *out, const struct pq_chunk *chunk,
                  enum pq_kind kind)
{
  struct thrift_out thrift = { .out = out };

  thrift_begin (&thrift);
  thrift_list (&thrift, 1, THRIFT_TRUE, chunk->n_pages);
  for (size_t i = 0; i < chunk->n_pages; i++)
    pq_bytes_byte (out, chunk->pages[i].bounds.any ? THRIFT_FALSE
                                                   : THRIFT_TRUE);
  put_bounds_list (&thrift, 2, chunk, false);
  put_bounds_list (&thrift, 3, chunk, true);
  thrift_i32 (&thrift, 4, boundary_order (chunk, kind));
  thrift_list (&thrift, 5, THRIFT_I64, chunk->n_pages);
  for (size_t i = 0; i < chunk->n_pages; i++)
    pq_bytes_zigzag (out, chunk->pages[i].n_nulls);
  thrift_end (&thrift);
}

static void
put_offset_index (struct pq_bytes *out, const struct pq_chunk *chunk)
{
  struct thrift_out thrift = { .out = out };

  thrift_begin (&thrift);
  thrift_list (&thrift, 1, THRIFT_STRUCT, chunk->n_pages);
  for (size_t i = 0; i < chunk->n_pages; i++) {
    const struct pq_page *page = &chunk->pages[i];

    thrift_begin (&thrift);
    thrift_i64 (&thrift, 1, (int64_t) page->offset);
    thrift_i32 (&thrift, 2, (int32_t) page->size);
    thrift_i64 (&thrift, 3, (int64_t) page->first_row);
    thrift_end (&thrift);
  }
  thrift_end (&thrift);
}

void
pq_put_indexes (struct pq_writer *writer)
{
  struct pq_bytes *out = &writer->out;

  for (size_t i = 0; i < writer->n_groups * writer->n_columns; i++) {
    size_t c = i % writer->n_columns;
    struct pq_chunk *chunk
      = &writer->groups[i / writer->n_columns].chunks[c];
    size_t start = out->len;

    if (!has_column_index (chunk))
      continue;
    chunk->column_index = writer->position + start;
    put_column_index (out, chunk, writer->columns[c].kind);
    chunk->column_index_len = (uint32_t) (out->len - start);
  }
  for (size_t i = 0; i < writer->n_groups * writer->n_columns; i++) {
    struct pq_chunk *chunk
      = &writer->groups[i / writer->n_columns].chunks[i % writer->n_columns];
    size_t start = out->len;

    chunk->offset_index = writer->position + start;
    put_offset_index (out, chunk);
    chunk->offset_index_len = (uint32_t) (out->len - start);
  }
}

/* ---- schema ---------------------------------------------------------- */

static void
put_timestamp (struct thrift_out *thrift, int unit)
{
  thrift_struct (thrift, 10);
  thrift_struct (thrift, 8);
  thrift_bool (thrift, 1, true);
  thrift_struct (thrift, 2);
  thrift_empty (thrift, unit);
  thrift_end (thrift);
  thrift_end (thrift);
  thrift_end (thrift);
}

static void
put_choice (struct thrift_out *thrift, int converted, int logical)
{
  thrift_i32 (thrift, 6, converted);
  thrift_struct (thrift, 10);
  thrift_empty (thrift, logical);
  thrift_end (thrift);
}

static void
put_decimal (struct thrift_out *thrift)
{
  thrift_i32 (thrift, 6, 5);
  thrift_i32 (thrift, 7, 9);
  thrift_i32 (thrift, 8, 18);
  thrift_struct (thrift, 10);
  thrift_struct (thrift, 5);
  thrift_i32 (thrift, 1, 9);
  thrift_i32 (thrift, 2, 18);
  thrift_end (thrift);
  thrift_end (thrift);
}

/* ConvertedType (6) for readers older than LogicalType (10).               */
static void
put_annotation (struct thrift_out *thrift, enum pq_kind kind)
{
  switch (kind) {
  case PQ_TEXT:
    put_choice (thrift, 0, 1);
    break;
  case PQ_MAP:
    put_choice (thrift, 1, 2);
    break;
  case PQ_LIST:
    put_choice (thrift, 3, 3);
    break;
  case PQ_DECIMAL:
    put_decimal (thrift);
    break;
  case PQ_TIME_US:
    thrift_i32 (thrift, 6, 10);
    put_timestamp (thrift, 2);
    break;
  case PQ_TIME_NS:
    put_timestamp (thrift, 3);
    break;
  default:
    break;
  }
}

static int
count_top (const struct pq_writer *writer)
{
  int n = 0;

  for (size_t at = 0; at < writer->n_nodes; n++) {
    size_t left = 1;

    /* A group's descendants follow it.                                     */
    for (; left > 0; left--, at++)
      left += (size_t) writer->nodes[at].n_children;
  }
  return n;
}

static void
put_schema (struct thrift_out *thrift, const struct pq_writer *writer)
{
  thrift_list (thrift, 2, THRIFT_STRUCT, writer->n_nodes + 1);
  thrift_begin (thrift);
  thrift_text (thrift, 4, "schema");
  thrift_i32 (thrift, 5, count_top (writer));
  thrift_end (thrift);
  for (size_t i = 0; i < writer->n_nodes; i++) {
    const struct pq_node *node = &writer->nodes[i];

    thrift_begin (thrift);
    if (node->kind > PQ_MAP)
      thrift_i32 (thrift, 1, pq_physical_type (node->kind));
    thrift_i32 (thrift, 3, node->repetition);
    thrift_text (thrift, 4, node->name);
    if (node->kind <= PQ_MAP)
      thrift_i32 (thrift, 5, node->n_children);
    put_annotation (thrift, node->kind);
    thrift_end (thrift);
  }
}

/* ---- row groups ------------------------------------------------------ */

static void
put_statistics (struct thrift_out *thrift, const struct pq_chunk *chunk)
{
  const struct pq_bounds *b = &chunk->bounds;

  thrift_struct (thrift, 12);
  thrift_i64 (thrift, 3, (int64_t) chunk->n_nulls);
  if (b->any && !b->too_long) {
    thrift_binary (thrift, 5, b->max, b->max_len);
    thrift_binary (thrift, 6, b->min, b->min_len);
    thrift_bool (thrift, 7, true);
    thrift_bool (thrift, 8, true);
  }
  thrift_end (thrift);
}

/* The names from the root to a leaf.                                       */
static void
put_path (struct thrift_out *thrift, const struct pq_writer *writer,
          size_t leaf)
{
  size_t path[THRIFT_DEPTH], depth = 0, ends[THRIFT_DEPTH];

  for (size_t at = 0; at <= leaf; at++) {
    size_t left = 1, end = at;

    while (depth > 0 && ends[depth - 1] <= at)
      depth--;
    for (; left > 0; left--, end++)
      left += (size_t) writer->nodes[end].n_children;
    path[depth] = at;
    ends[depth++] = end;
  }
  thrift_list (thrift, 3, THRIFT_BINARY, depth);
  for (size_t i = 0; i < depth; i++) {
    const char *name = writer->nodes[path[i]].name;

    thrift_bare_binary (thrift, name, strlen (name));
  }
}

static int
direct_encoding (enum pq_kind kind)
{
  return kind == PQ_TEXT ? PQ_DELTA_LENGTH : PQ_DELTA;
}

static void
put_encodings (struct thrift_out *thrift, const struct pq_chunk *chunk,
               enum pq_kind kind)
{
  bool index = chunk->n_index_pages > 0, delta = chunk->n_delta_pages > 0;
  bool plain = index || chunk->n_plain_pages > 0;

  thrift_list (thrift, 2, THRIFT_I32, 1u + index + delta + plain);
  pq_bytes_zigzag (thrift->out, PQ_RLE);
  if (plain)
    pq_bytes_zigzag (thrift->out, PQ_PLAIN);
  if (index)
    pq_bytes_zigzag (thrift->out, PQ_DICTIONARY);
  if (delta)
    pq_bytes_zigzag (thrift->out, direct_encoding (kind));
}

static void
put_page_count (struct thrift_out *thrift, int page_type, int encoding,
                uint32_t n)
{
  if (n == 0)
    return;
  thrift_begin (thrift);
  thrift_i32 (thrift, 1, page_type);
  thrift_i32 (thrift, 2, encoding);
  thrift_i32 (thrift, 3, (int32_t) n);
  thrift_end (thrift);
}

static void
put_page_counts (struct thrift_out *thrift, const struct pq_chunk *chunk,
                 enum pq_kind kind)
{
  bool index = chunk->n_index_pages > 0;

  thrift_list (thrift, 13, THRIFT_STRUCT,
               2u * index + (chunk->n_delta_pages > 0)
               + (chunk->n_plain_pages > 0));
  put_page_count (thrift, 2, PQ_PLAIN, index);
  put_page_count (thrift, 0, PQ_DICTIONARY, chunk->n_index_pages);
  put_page_count (thrift, 0, direct_encoding (kind), chunk->n_delta_pages);
  put_page_count (thrift, 0, PQ_PLAIN, chunk->n_plain_pages);
}

static void
put_chunk (struct thrift_out *thrift, const struct pq_writer *writer,
           size_t c, const struct pq_chunk *chunk)
{
  enum pq_kind kind = writer->columns[c].kind;

  thrift_begin (thrift);
  thrift_i64 (thrift, 2, 0);
  thrift_struct (thrift, 3);
  thrift_i32 (thrift, 1, pq_physical_type (kind));
  put_encodings (thrift, chunk, kind);
  put_path (thrift, writer, writer->leaves[c]);
  thrift_i32 (thrift, 4, ZSTD);
  thrift_i64 (thrift, 5, (int64_t) chunk->n_values);
  thrift_i64 (thrift, 6, (int64_t) chunk->raw_size);
  thrift_i64 (thrift, 7, (int64_t) chunk->size);
  thrift_i64 (thrift, 9, (int64_t) chunk->data_offset);
  if (chunk->dictionary_offset != 0)
    thrift_i64 (thrift, 11, (int64_t) chunk->dictionary_offset);
  put_statistics (thrift, chunk);
  put_page_counts (thrift, chunk, kind);
  thrift_end (thrift);
  thrift_i64 (thrift, 4, (int64_t) chunk->offset_index);
  thrift_i32 (thrift, 5, (int32_t) chunk->offset_index_len);
  if (chunk->column_index != 0) {
    thrift_i64 (thrift, 6, (int64_t) chunk->column_index);
    thrift_i32 (thrift, 7, (int32_t) chunk->column_index_len);
  }
  thrift_end (thrift);
}

static void
put_group (struct thrift_out *thrift, const struct pq_writer *writer,
           size_t number)
{
  const struct pq_row_group *group = &writer->groups[number];
  uint64_t raw = 0, size = 0;

  thrift_begin (thrift);
  thrift_list (thrift, 1, THRIFT_STRUCT, writer->n_columns);
  for (size_t c = 0; c < writer->n_columns; c++) {
    put_chunk (thrift, writer, c, &group->chunks[c]);
    raw += group->chunks[c].raw_size;
    size += group->chunks[c].size;
  }
  thrift_i64 (thrift, 2, (int64_t) raw);
  thrift_i64 (thrift, 3, (int64_t) group->n_rows);
  if (writer->options.sorted_by >= 0) {
    thrift_list (thrift, 4, THRIFT_STRUCT, 1);
    thrift_begin (thrift);
    thrift_i32 (thrift, 1, writer->options.sorted_by);
    thrift_bool (thrift, 2, false);
    thrift_bool (thrift, 3, false);
    thrift_end (thrift);
  }
  thrift_i64 (thrift, 5, (int64_t) group->offset);
  thrift_i64 (thrift, 6, (int64_t) size);
  thrift_end (thrift);
}

/* ---- the whole ------------------------------------------------------- */

static void
put_pairs (struct thrift_out *thrift, const struct pq_pair *pairs, size_t n)
{
  thrift_list (thrift, 5, THRIFT_STRUCT, n);
  for (size_t i = 0; i < n; i++) {
    thrift_begin (thrift);
    thrift_text (thrift, 1, pairs[i].key);
    thrift_text (thrift, 2, pairs[i].value);
    thrift_end (thrift);
  }
}

void
pq_put_footer (struct pq_writer *writer, const char *created_by,
               const struct pq_pair *pairs, size_t n_pairs)
{
  struct pq_bytes *out = &writer->out;
  struct thrift_out thrift = { .out = out };
  size_t start = out->len;

  thrift_begin (&thrift);
  thrift_i32 (&thrift, 1, 2);
  put_schema (&thrift, writer);
  thrift_i64 (&thrift, 3, (int64_t) writer->n_rows);
  thrift_list (&thrift, 4, THRIFT_STRUCT, writer->n_groups);
  for (size_t i = 0; i < writer->n_groups; i++)
    put_group (&thrift, writer, i);
  if (n_pairs > 0)
    put_pairs (&thrift, pairs, n_pairs);
  thrift_text (&thrift, 6, created_by);
  /* Bounds follow the order of the type, for every column.                 */
  thrift_list (&thrift, 7, THRIFT_STRUCT, writer->n_columns);
  for (size_t c = 0; c < writer->n_columns; c++) {
    thrift_begin (&thrift);
    thrift_empty (&thrift, 1);
    thrift_end (&thrift);
  }
  thrift_end (&thrift);
  pq_bytes_u32 (out, (uint32_t) (out->len - start));
  pq_bytes_put (out, PQ_MAGIC, 4);
}
