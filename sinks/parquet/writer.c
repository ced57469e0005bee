/* SPDX-License-Identifier: Apache-2.0
 *
 * writer.c - a Parquet file from its first bytes to its last.
 */
#include "writer.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

bool
pq_writer_fail (struct pq_writer *writer, const char *format, ...)
{
  va_list args;

  if (writer->fault[0] != 0)
    return false;
  va_start (args, format);
  vsnprintf (writer->fault, sizeof writer->fault, format, args);
  va_end (args);
  return false;
}

const char *
pq_writer_fault (const struct pq_writer *writer)
{
  return writer->fault[0] != 0 ? writer->fault : NULL;
}

/* ---- making one ------------------------------------------------------ */

static bool
copy_nodes (struct pq_writer *writer, const struct pq_node *nodes, size_t n)
{
  writer->nodes = calloc (n, sizeof *nodes);
  writer->leaves = calloc (n, sizeof *writer->leaves);
  writer->columns = calloc (n, sizeof *writer->columns);
  if (writer->nodes == NULL || writer->leaves == NULL
      || writer->columns == NULL)
    return false;
  for (; writer->n_nodes < n; writer->n_nodes++) {
    struct pq_node *node = &writer->nodes[writer->n_nodes];

    *node = nodes[writer->n_nodes];
    node->name = strdup (node->name);
    if (node->name == NULL)
      return false;
  }
  return true;
}

/* Adds the leaves from node *at on that lie under it; moves *at behind.    */
static bool
add_leaves (struct pq_writer *writer, size_t *at, unsigned def, unsigned rep)
{
  const struct pq_node *node = &writer->nodes[*at];

  def += node->repetition != PQ_REQUIRED;
  rep += node->repetition == PQ_REPEATED;
  writer->leaves[writer->n_columns] = (*at)++;
  if (node->kind > PQ_MAP)
    return pq_column_init (&writer->columns[writer->n_columns++], node->kind,
                           def, rep);
  for (int i = 0; i < node->n_children && *at < writer->n_nodes; i++) {
    if (!add_leaves (writer, at, def, rep))
      return false;
  }
  return true;
}

static bool
set_up (struct pq_writer *writer, const struct pq_node *nodes, size_t n_nodes)
{
  if (!copy_nodes (writer, nodes, n_nodes))
    return false;
  for (size_t at = 0; at < n_nodes;) {
    if (!add_leaves (writer, &at, 0, 0))
      return false;
  }
  writer->scratch.zstd = ZSTD_createCCtx ();
  if (writer->scratch.zstd == NULL)
    return false;
  ZSTD_CCtx_setParameter (writer->scratch.zstd, ZSTD_c_compressionLevel,
                          writer->options.level);
  /* Every reader of zstd checks it: damage on a disk is noticed.           */
  ZSTD_CCtx_setParameter (writer->scratch.zstd, ZSTD_c_checksumFlag, 1);
  pq_bytes_put (&writer->out, PQ_MAGIC, 4);
  return !writer->out.failed;
}

struct pq_writer *
pq_writer_new (int fd, const struct pq_node *nodes, size_t n_nodes,
               const struct pq_options *options)
{
  struct pq_writer *writer = calloc (1, sizeof *writer);

  if (writer == NULL)
    return NULL;
  writer->fd = fd;
  writer->options = *options;
  if (set_up (writer, nodes, n_nodes))
    return writer;
  pq_writer_free (writer);
  return NULL;
}

static void
free_groups (struct pq_writer *writer)
{
  for (size_t i = 0; i < writer->n_groups; i++) {
    for (size_t c = 0; c < writer->n_columns; c++)
      pq_chunk_clear (&writer->groups[i].chunks[c]);
    free (writer->groups[i].chunks);
  }
  free (writer->groups);
}

void
pq_writer_free (struct pq_writer *writer)
{
  if (writer == NULL)
    return;
  free_groups (writer);
  for (size_t i = 0; i < writer->n_columns; i++)
    pq_column_clear (&writer->columns[i]);
  for (size_t i = 0; i < writer->n_nodes; i++)
    free ((char *) writer->nodes[i].name);
  free (writer->nodes);
  free (writer->leaves);
  free (writer->columns);
  ZSTD_freeCCtx (writer->scratch.zstd);
  pq_bytes_clear (&writer->scratch.body);
  pq_bytes_clear (&writer->scratch.other);
  pq_bytes_clear (&writer->scratch.packed[0]);
  pq_bytes_clear (&writer->scratch.packed[1]);
  pq_bytes_clear (&writer->out);
  free (writer);
}

/* ---- bytes ----------------------------------------------------------- */

static bool
write_all (struct pq_writer *writer, const uint8_t *data, size_t len)
{
  while (len > 0) {
    ssize_t done = write (writer->fd, data, len);

    if (done < 0 && errno == EINTR)
      continue;
    if (done <= 0)
      return pq_writer_fail (writer, "cannot write: %s",
                             done < 0 ? strerror (errno) : "disk full");
    data += done;
    len -= (size_t) done;
    writer->position += (uint64_t) done;
  }
  return true;
}

bool
pq_writer_flush (struct pq_writer *writer)
{
  if (writer->out.failed)
    return pq_writer_fail (writer, "out of memory");
  if (!write_all (writer, writer->out.data, writer->out.len))
    return false;
  writer->out.len = 0;
  return true;
}

uint64_t
pq_writer_size (const struct pq_writer *writer)
{
  uint64_t size = writer->position + writer->out.len;

  for (size_t i = 0; i < writer->n_columns; i++)
    size += writer->columns[i].pages.len;
  return size;
}

uint64_t
pq_writer_rows (const struct pq_writer *writer)
{
  return writer->n_rows;
}

/* ---- row groups ------------------------------------------------------ */

static struct pq_row_group *
add_group (struct pq_writer *writer)
{
  struct pq_row_group *group;

  if (writer->n_groups == writer->group_room) {
    size_t room = writer->group_room == 0 ? 8 : writer->group_room * 2;
    struct pq_row_group *groups
      = realloc (writer->groups, room * sizeof *groups);

    if (groups == NULL)
      return NULL;
    writer->groups = groups;
    writer->group_room = room;
  }
  group = &writer->groups[writer->n_groups];
  *group = (struct pq_row_group) {
    .chunks = calloc (writer->n_columns, sizeof *group->chunks),
    .n_rows = writer->group_rows,
    .offset = writer->position + writer->out.len };
  if (group->chunks == NULL)
    return NULL;
  writer->n_groups++;
  return group;
}

static bool
write_chunk (struct pq_writer *writer, struct pq_column *column,
             struct pq_chunk *ret_chunk)
{
  uint64_t start = writer->position + writer->out.len;
  struct pq_chunk *chunk = &column->chunk;

  if (!pq_column_dictionary (column, &writer->scratch, &writer->out))
    return pq_writer_fail (writer, "out of memory");
  chunk->data_offset = writer->position + writer->out.len;
  chunk->dictionary_offset = chunk->n_index_pages > 0 ? start : 0;
  for (size_t i = 0; i < chunk->n_pages; i++)
    chunk->pages[i].offset += chunk->data_offset;
  chunk->size = chunk->data_offset - start + column->pages.len;
  *ret_chunk = *chunk;
  *chunk = (struct pq_chunk) { 0 };
  column->mode = PQ_UNDECIDED;
  pq_dictionary_reset (&column->dictionary);
  /* The chunk is written from where it was collected, not copied again.    */
  if (!pq_writer_flush (writer)
      || !write_all (writer, column->pages.data, column->pages.len))
    return false;
  column->pages.len = 0;
  return true;
}

static bool
end_page (struct pq_writer *writer)
{
  for (size_t i = 0; i < writer->n_columns; i++) {
    if (!pq_column_page (&writer->columns[i], &writer->scratch))
      return pq_writer_fail (writer, "out of memory");
  }
  writer->group_rows += writer->page_rows;
  writer->page_rows = 0;
  return true;
}

static bool
end_group (struct pq_writer *writer)
{
  struct pq_row_group *group;

  if (writer->page_rows > 0 && !end_page (writer))
    return false;
  if (writer->group_rows == 0)
    return true;
  group = add_group (writer);
  if (group == NULL)
    return pq_writer_fail (writer, "out of memory");
  for (size_t i = 0; i < writer->n_columns; i++) {
    if (!write_chunk (writer, &writer->columns[i], &group->chunks[i]))
      return false;
  }
  writer->group_rows = 0;
  return true;
}

static uint64_t
group_size (const struct pq_writer *writer)
{
  uint64_t size = 0;

  for (size_t i = 0; i < writer->n_columns; i++)
    size += writer->columns[i].pages.len;
  return size;
}

/* ---- rows ------------------------------------------------------------ */

static bool
check_values (struct pq_writer *writer, const struct pq_values *values)
{
  for (size_t i = 0; i < writer->n_columns; i++) {
    if (writer->columns[i].max_def == 0
        && (values[i].shape == PQ_ABSENT || values[i].valid != NULL))
      return pq_writer_fail (writer, "column \"%s\" must not be null",
                             writer->nodes[writer->leaves[i]].name);
  }
  return true;
}

static bool
append (struct pq_writer *writer, const struct pq_values *values, size_t from,
        size_t n)
{
  for (size_t i = 0; i < writer->n_columns; i++) {
    if (!pq_column_append (&writer->columns[i], &values[i], from, n))
      return pq_writer_fail (writer, "out of memory");
  }
  writer->page_rows += n;
  writer->n_rows += n;
  if (writer->page_rows < PQ_PAGE_ROWS)
    return true;
  return end_page (writer)
         && (group_size (writer) < writer->options.row_group_size
             || end_group (writer));
}

static bool
has_nested (const struct pq_writer *writer, const struct pq_values *values)
{
  for (size_t i = 0; i < writer->n_columns; i++) {
    if (values[i].def != NULL)
      return true;
  }
  return false;
}

bool
pq_writer_write (struct pq_writer *writer, const struct pq_values *values,
                 size_t n_rows)
{
  if (writer->fault[0] != 0 || !check_values (writer, values))
    return false;
  /* Rows of nested columns are not found by their number.                  */
  if (has_nested (writer, values))
    return append (writer, values, 0, n_rows);
  for (size_t from = 0; from < n_rows;) {
    size_t room = PQ_PAGE_ROWS - writer->page_rows;
    size_t n = n_rows - from < room ? n_rows - from : room;

    if (!append (writer, values, from, n))
      return false;
    from += n;
  }
  return true;
}

bool
pq_writer_finish (struct pq_writer *writer, const char *created_by,
                  const struct pq_pair *pairs, size_t n_pairs)
{
  if (writer->fault[0] != 0 || !end_group (writer))
    return false;
  pq_put_indexes (writer);
  pq_put_footer (writer, created_by, pairs, n_pairs);
  return pq_writer_flush (writer);
}

/* ---- what became of it ----------------------------------------------- */

void
pq_writer_summary (const struct pq_writer *writer, size_t column,
                   struct pq_summary *ret_summary)
{
  enum pq_kind kind = writer->columns[column].kind;
  struct pq_bounds all = { 0 };

  *ret_summary = (struct pq_summary) { 0 };
  for (size_t i = 0; i < writer->n_groups; i++) {
    const struct pq_chunk *chunk = &writer->groups[i].chunks[column];

    pq_bounds_join (&all, &chunk->bounds, kind);
    ret_summary->n_nulls += chunk->n_nulls;
  }
  ret_summary->any = all.any && kind != PQ_TEXT;
  ret_summary->min = pq_bounds_number (all.min, all.min_len);
  ret_summary->max = pq_bounds_number (all.max, all.max_len);
}
