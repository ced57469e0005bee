/* SPDX-License-Identifier: Apache-2.0
 *
 * reader.c - a file that pq_writer wrote, page after page.
 */
#include "reader.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

bool
pq_reader_fail (struct pq_reader *reader, const char *format, ...)
{
  va_list args;

  if (reader->fault[0] != 0)
    return false;
  va_start (args, format);
  vsnprintf (reader->fault, sizeof reader->fault, format, args);
  va_end (args);
  return false;
}

const char *
pq_reader_fault (const struct pq_reader *reader)
{
  return reader->fault[0] != 0 ? reader->fault : NULL;
}

bool
pq_read_at (struct pq_reader *reader, uint64_t at, void *data, size_t len)
{
  uint8_t *out = data;

  if (at > reader->size || len > reader->size - at)
    return pq_reader_fail (reader, "it ends too early");
  while (len > 0) {
    ssize_t done = pread (reader->fd, out, len, (off_t) at);

    if (done < 0 && errno == EINTR)
      continue;
    if (done <= 0)
      return pq_reader_fail (reader, "cannot read: %s",
                             done < 0 ? strerror (errno) : "it shrank");
    out += done;
    at += (uint64_t) done;
    len -= (size_t) done;
  }
  return true;
}

struct pq_reader *
pq_reader_new (int fd)
{
  struct pq_reader *reader = calloc (1, sizeof *reader);
  struct stat about;

  if (reader == NULL)
    return NULL;
  reader->fd = fd;
  reader->zstd = ZSTD_createDCtx ();
  if (reader->zstd == NULL) {
    free (reader);
    return NULL;
  }
  if (fstat (fd, &about) < 0) {
    pq_reader_fail (reader, "cannot read: %s", strerror (errno));
    return reader;
  }
  reader->size = (uint64_t) about.st_size;
  pq_read_footer (reader);
  return reader;
}

static void
clear_column (struct read_column *column)
{
  free (column->words);
  free (column->offsets);
  pq_bytes_clear (&column->heap);
  pq_bytes_clear (&column->body);
  pq_bytes_clear (&column->def);
  pq_bytes_clear (&column->rep);
  pq_bytes_clear (&column->valid);
  pq_bytes_clear (&column->out);
  pq_bytes_clear (&column->places);
  pq_bytes_clear (&column->text);
}

void
pq_reader_free (struct pq_reader *reader)
{
  if (reader == NULL)
    return;
  for (size_t i = 0; reader->columns != NULL && i < reader->n_columns; i++)
    clear_column (&reader->columns[i]);
  for (size_t i = 0; reader->nodes != NULL && i < reader->n_nodes; i++)
    free ((char *) reader->nodes[i].name);
  for (size_t i = 0; i < reader->n_pairs; i++)
    free (reader->pairs[i]);
  free (reader->pairs);
  free (reader->columns);
  free (reader->nodes);
  free (reader->chunks);
  ZSTD_freeDCtx (reader->zstd);
  free (reader);
}

const struct pq_node *
pq_reader_nodes (const struct pq_reader *reader, size_t *ret_n)
{
  *ret_n = reader->n_nodes;
  return reader->nodes;
}

const char *
pq_reader_pair (const struct pq_reader *reader, const char *key)
{
  for (size_t i = 0; i + 1 < reader->n_pairs; i += 2) {
    if (strcmp (reader->pairs[i], key) == 0)
      return reader->pairs[i + 1];
  }
  return NULL;
}

uint64_t
pq_reader_rows (const struct pq_reader *reader)
{
  return reader->n_rows;
}

/* ---- pages ----------------------------------------------------------- */

static bool
begin_group (struct pq_reader *reader)
{
  for (size_t i = 0; i < reader->n_columns; i++) {
    struct read_column *column = &reader->columns[i];
    const struct read_chunk *chunk
      = &reader->chunks[reader->group * reader->n_columns + i];

    if (column->n_left > 0)
      return pq_reader_fail (reader, "its columns differ in length");
    column->at = chunk->start;
    column->end = chunk->end;
    column->n_left = chunk->n_values;
    column->has_dictionary = false;
  }
  reader->group++;
  return true;
}

/* Rows of a page: a value each, or, of nested columns, each level at which
 * nothing is repeated.                                                     */
static size_t
page_rows (const struct read_column *column)
{
  size_t n = 0;

  if (column->max_rep == 0)
    return column->n_levels;
  for (size_t i = 0; i < column->n_levels; i++)
    n += column->rep.data[i] == 0;
  return n;
}

static bool
has_more (const struct pq_reader *reader)
{
  for (size_t i = 0; i < reader->n_columns; i++) {
    if (reader->columns[i].n_left > 0)
      return true;
  }
  return false;
}

bool
pq_reader_next (struct pq_reader *reader, struct pq_values *values,
                size_t n_columns, size_t *ret_n)
{
  *ret_n = 0;
  if (reader->fault[0] != 0)
    return false;
  if (n_columns != reader->n_columns)
    return pq_reader_fail (reader, "it has %zu columns, not %zu",
                           reader->n_columns, n_columns);
  while (!has_more (reader)) {
    if (reader->group == reader->n_groups)
      return true;
    if (!begin_group (reader))
      return false;
  }
  for (size_t i = 0; i < n_columns; i++) {
    struct read_column *column = &reader->columns[i];

    if (!pq_read_page (reader, column)
        || !pq_read_values (reader, column, &values[i]))
      return false;
    if (i > 0 && page_rows (column) != *ret_n)
      return pq_reader_fail (reader, "its pages are not cut at the same rows: "
                             "another program wrote it");
    *ret_n = page_rows (column);
  }
  return true;
}
