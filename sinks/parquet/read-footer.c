/* SPDX-License-Identifier: Apache-2.0
 *
 * read-footer.c - a file's metadata: schema, row groups, key-value pairs.
 */
#include "reader.h"

#include <stdlib.h>

#define FOOTER_MAX (256u << 20)

static bool
damaged (struct pq_reader *reader)
{
  return pq_reader_fail (reader, "its footer is damaged");
}

static bool
foreign (struct pq_reader *reader)
{
  return pq_reader_fail (reader, "another program wrote it");
}

static char *
get_text (struct thrift_in *in)
{
  size_t len;
  const uint8_t *data = thrift_get_binary (in, &len);
  char *text = malloc (len + 1);

  if (text == NULL)
    return NULL;
  memcpy (text, data, len);
  text[len] = '\0';
  return text;
}

/* ---- schema ---------------------------------------------------------- */

struct element {
  int64_t type, repetition, n_children, converted;
  int unit;              /* of a timestamp: 2 microseconds, 3 nanoseconds   */
  char *name;
};

/* TimestampType: { 1: isAdjustedToUTC, 2: unit { 1|2|3: {} } }             */
static void
get_timestamp (struct thrift_in *in, struct element *element)
{
  if (!thrift_enter (in))
    return;
  for (int id; (id = thrift_next (in)) != 0;) {
    if (id != 2 || in->type != THRIFT_STRUCT || !thrift_enter (in)) {
      thrift_skip (in);
      continue;
    }
    for (int unit; (unit = thrift_next (in)) != 0; thrift_skip (in))
      element->unit = unit;
  }
}

static void
get_logical (struct thrift_in *in, struct element *element)
{
  if (!thrift_enter (in))
    return;
  for (int id; (id = thrift_next (in)) != 0;) {
    if (id == 8 && in->type == THRIFT_STRUCT)
      get_timestamp (in, element);
    else
      thrift_skip (in);
  }
}

static void
get_element (struct thrift_in *in, struct element *element)
{
  *element = (struct element) { .type = -1, .converted = -1 };
  if (!thrift_enter (in))
    return;
  for (int id; (id = thrift_next (in)) != 0;) {
    if (id == 1)
      element->type = thrift_get_int (in);
    else if (id == 3)
      element->repetition = thrift_get_int (in);
    else if (id == 4 && element->name == NULL)
      element->name = get_text (in);
    else if (id == 5)
      element->n_children = thrift_get_int (in);
    else if (id == 6)
      element->converted = thrift_get_int (in);
    else if (id == 10 && in->type == THRIFT_STRUCT)
      get_logical (in, element);
    else
      thrift_skip (in);
  }
}

/* PQ_GROUP for what the writer does not write.                             */
static enum pq_kind
kind_of (const struct element *element)
{
  switch (element->type) {
  case -1:
    return element->converted == 1 ? PQ_MAP
           : element->converted == 3 ? PQ_LIST : PQ_GROUP;
  case 0: return PQ_BOOL;
  case 1: return PQ_I32;
  case 2:
    return element->converted == 5 ? PQ_DECIMAL
           : element->unit == 2 ? PQ_TIME_US
           : element->unit == 3 ? PQ_TIME_NS : PQ_I64;
  case 5: return PQ_F64;
  case 6: return PQ_TEXT;
  default: return PQ_GROUP;
  }
}

static bool
add_node (struct pq_reader *reader, struct element *element)
{
  struct pq_node *node = &reader->nodes[reader->n_nodes];

  *node = (struct pq_node) { .name = element->name,
                             .kind = kind_of (element),
                             .repetition = (enum pq_repetition)
                                             element->repetition,
                             .n_children = (int) element->n_children };
  if (element->name == NULL || element->repetition < 0
      || element->repetition > 2 || element->n_children < 0
      || element->n_children > INT16_MAX
      || (element->type >= 0 && element->n_children > 0)) {
    free (element->name);
    return damaged (reader);
  }
  reader->n_nodes++;
  return (element->type < 0) == (node->kind <= PQ_MAP) || foreign (reader);
}

static bool
get_schema (struct pq_reader *reader, struct thrift_in *in)
{
  size_t n = thrift_get_list (in);
  struct element element;

  if (n < 2 || in->type != THRIFT_STRUCT || reader->nodes != NULL)
    return damaged (reader);
  reader->nodes = calloc (n, sizeof *reader->nodes);
  reader->columns = calloc (n, sizeof *reader->columns);
  if (reader->nodes == NULL || reader->columns == NULL)
    return pq_reader_fail (reader, "out of memory");
  for (size_t i = 0; i < n; i++) {
    get_element (in, &element);
    if (i == 0)
      free (element.name);
    else if (!add_node (reader, &element))
      return false;
  }
  return !in->failed || damaged (reader);
}

/* The leaves under node *at, which is moved behind them.                   */
static bool
add_leaves (struct pq_reader *reader, size_t *at, unsigned def, unsigned rep,
            unsigned depth)
{
  const struct pq_node *node = &reader->nodes[*at];

  def += node->repetition != PQ_REQUIRED;
  rep += node->repetition == PQ_REPEATED;
  (*at)++;
  if (depth == THRIFT_DEPTH)
    return damaged (reader);
  if (node->kind > PQ_MAP) {
    struct read_column *column = &reader->columns[reader->n_columns++];

    column->kind = node->kind;
    column->max_def = def;
    column->max_rep = rep;
    return true;
  }
  for (int i = 0; i < node->n_children; i++) {
    if (*at == reader->n_nodes)
      return damaged (reader);
    if (!add_leaves (reader, at, def, rep, depth + 1))
      return false;
  }
  return true;
}

/* ---- row groups ------------------------------------------------------ */

static bool
get_column_data (struct pq_reader *reader, struct thrift_in *in,
                 struct read_chunk *chunk)
{
  int64_t dictionary = 0, data = 0, size = 0, codec = -1, n_values = 0;

  if (!thrift_enter (in))
    return damaged (reader);
  for (int id; (id = thrift_next (in)) != 0;) {
    if (id == 4)
      codec = thrift_get_int (in);
    else if (id == 5)
      n_values = thrift_get_int (in);
    else if (id == 7)
      size = thrift_get_int (in);
    else if (id == 9)
      data = thrift_get_int (in);
    else if (id == 11)
      dictionary = thrift_get_int (in);
    else
      thrift_skip (in);
  }
  if (codec != 6 && !in->failed)
    return foreign (reader);
  chunk->start = (uint64_t) (dictionary > 0 ? dictionary : data);
  chunk->n_values = (uint64_t) n_values;
  if (data < 4 || dictionary < 0 || size < 0 || n_values < 0
      || chunk->start > reader->size
      || (uint64_t) size > reader->size - chunk->start)
    return damaged (reader);
  chunk->end = chunk->start + (uint64_t) size;
  return true;
}

static bool
get_chunk (struct pq_reader *reader, struct thrift_in *in,
           struct read_chunk *chunk)
{
  if (!thrift_enter (in))
    return damaged (reader);
  for (int id; (id = thrift_next (in)) != 0;) {
    if (id != 3 || in->type != THRIFT_STRUCT)
      thrift_skip (in);
    else if (!get_column_data (reader, in, chunk))
      return false;
  }
  return true;
}

static bool
get_group (struct pq_reader *reader, struct thrift_in *in,
           struct read_chunk *chunks)
{
  if (!thrift_enter (in))
    return damaged (reader);
  for (int id; (id = thrift_next (in)) != 0;) {
    if (id != 1) {
      thrift_skip (in);
      continue;
    }
    if (thrift_get_list (in) != reader->n_columns
        || in->type != THRIFT_STRUCT)
      return damaged (reader);
    for (size_t i = 0; i < reader->n_columns; i++) {
      if (!get_chunk (reader, in, &chunks[i]))
        return false;
    }
  }
  return !in->failed || damaged (reader);
}

static bool
get_groups (struct pq_reader *reader, struct thrift_in *in)
{
  size_t n = thrift_get_list (in);

  if (reader->n_columns == 0 || reader->chunks != NULL
      || (n > 0 && in->type != THRIFT_STRUCT))
    return damaged (reader);
  reader->chunks = calloc (n * reader->n_columns + 1, sizeof *reader->chunks);
  if (reader->chunks == NULL)
    return pq_reader_fail (reader, "out of memory");
  for (size_t i = 0; i < n; i++) {
    if (!get_group (reader, in, reader->chunks + i * reader->n_columns))
      return false;
    reader->n_groups++;
  }
  return true;
}

/* ---- the whole ------------------------------------------------------- */

static bool
get_pairs (struct pq_reader *reader, struct thrift_in *in)
{
  size_t n = thrift_get_list (in);

  if ((n > 0 && in->type != THRIFT_STRUCT) || reader->pairs != NULL)
    return damaged (reader);
  reader->pairs = calloc (2 * n + 1, sizeof *reader->pairs);
  if (reader->pairs == NULL)
    return pq_reader_fail (reader, "out of memory");
  for (size_t i = 0; i < n; i++) {
    char **pair = &reader->pairs[2 * i];

    reader->n_pairs += 2;
    if (!thrift_enter (in))
      return damaged (reader);
    for (int id; (id = thrift_next (in)) != 0;) {
      if (id <= 2 && pair[id - 1] == NULL)
        pair[id - 1] = get_text (in);
      else
        thrift_skip (in);
    }
    pair[0] = pair[0] != NULL ? pair[0] : calloc (1, 1);
    if (pair[0] == NULL)
      return pq_reader_fail (reader, "out of memory");
  }
  return true;
}

static bool
get_file (struct pq_reader *reader, struct thrift_in *in)
{
  size_t at = 0;

  if (!thrift_enter (in))
    return damaged (reader);
  for (int id; (id = thrift_next (in)) != 0;) {
    if (id == 2) {
      if (!get_schema (reader, in))
        return false;
      while (at < reader->n_nodes) {
        if (!add_leaves (reader, &at, 0, 0, 0))
          return false;
      }
    } else if (id == 3) {
      reader->n_rows = (uint64_t) thrift_get_int (in);
    } else if (id == 4) {
      if (!get_groups (reader, in))
        return false;
    } else if (id == 5) {
      if (!get_pairs (reader, in))
        return false;
    } else {
      thrift_skip (in);
    }
  }
  return (!in->failed && reader->chunks != NULL) || damaged (reader);
}

bool
pq_read_footer (struct pq_reader *reader)
{
  uint8_t end[8], *data;
  struct thrift_in in = { 0 };
  uint32_t len;
  bool done;

  if (reader->size < 12 || !pq_read_at (reader, reader->size - 8, end, 8))
    return pq_reader_fail (reader, "it is too short for a Parquet file");
  len = pq_load_u32 (end);
  if (memcmp (end + 4, "PAR1", 4) != 0)
    return pq_reader_fail (reader, "it is no Parquet file");
  if (len > reader->size - 12 || len > FOOTER_MAX)
    return damaged (reader);
  data = malloc (len + 1u);
  if (data == NULL)
    return pq_reader_fail (reader, "out of memory");
  done = pq_read_at (reader, reader->size - 8 - len, data, len);
  in.at = data;
  in.end = data + len;
  done = done && get_file (reader, &in);
  free (data);
  return done;
}
