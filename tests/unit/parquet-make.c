/* SPDX-License-Identifier: Apache-2.0
 *
 * parquet-make.c - parquet-make COLUMNS OUT: puts columns that a test has laid
 * out in a file through the Parquet writer.
 *
 * COLUMNS begins with lines of text, `rows N batch N level N group N` and one
 * line a column, `NAME KIND SHAPE NULLS COUNT`; an empty line; then for each
 * column in the machine's byte order: a byte a row where NULLS is 1 (1: has a
 * value), and the values: 8 bytes each, or of texts COUNT + 1 offsets of 8
 * bytes, the bytes, and with SHAPE dictionary an index of 4 bytes a row.
 */
#include "parquet.h"

#include <fcntl.h>
#include <glib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define COLUMNS_MAX 32

typedef struct {
  gsize rows, batch, n;
  struct pq_options options;
  struct pq_node nodes[COLUMNS_MAX];
  struct pq_values values[COLUMNS_MAX];
  char names[COLUMNS_MAX][64];
} Input;

static const char *const kinds[] = {
  [PQ_I64] = "i64", [PQ_I32] = "i32", [PQ_DECIMAL] = "decimal",
  [PQ_TIME_NS] = "ns", [PQ_TIME_US] = "us", [PQ_F64] = "f64",
  [PQ_TEXT] = "text", [PQ_BOOL] = "bool",
};

static enum pq_kind
find_kind (const char *name)
{
  for (gsize i = PQ_I64; i < G_N_ELEMENTS (kinds); i++) {
    if (strcmp (kinds[i], name) == 0)
      return i;
  }
  g_error ("no kind \"%s\"", name);
}

static const void *
take (const char **at, gsize len)
{
  /* Buffers of the test may begin anywhere; columns are aligned.           */
  gpointer copy = g_memdup2 (*at, len + 1);

  *at += len;
  return copy;
}

static const guint8 *
take_validity (const char **at, gsize rows)
{
  guint8 *bits = g_malloc0 (rows / 8 + 1);

  for (gsize i = 0; i < rows; i++)
    bits[i / 8] |= (guint8) ((*at)[i] << (i % 8));
  *at += rows;
  return bits;
}

static const char *
read_line (const char **at)
{
  const char *line = *at;
  char *end = strchr (line, '\n');

  *end = 0;
  *at = end + 1;
  return line;
}

static void
take_texts (struct pq_values *values, const char **at, gsize count)
{
  values->wide_offset = take (at, (count + 1) * 8);
  values->text = take (at, (gsize) values->wide_offset[count]);
}

static void
read_column (Input *input, gsize i, const char *line, const char **data)
{
  char kind[16], shape[16];
  struct pq_values *values = &input->values[i];
  gsize nulls, count;

  g_assert_cmpint (sscanf (line, "%63s %15s %15s %zu %zu", input->names[i],
                           kind, shape, &nulls, &count), ==, 5);
  input->nodes[i] = (struct pq_node) {
    .name = input->names[i], .kind = find_kind (kind),
    .repetition = nulls || !strcmp (shape, "absent") ? PQ_OPTIONAL
                                                     : PQ_REQUIRED };
  values->shape = !strcmp (shape, "absent") ? PQ_ABSENT
                  : !strcmp (shape, "constant") ? PQ_CONSTANT : PQ_ROWS;
  if (values->shape == PQ_ABSENT)
    return;
  if (nulls)
    values->valid = take_validity (data, input->rows);
  if (input->nodes[i].kind == PQ_F64)
    values->f64 = take (data, count * 8);
  else if (input->nodes[i].kind != PQ_TEXT)
    values->i64 = take (data, count * 8);
  else
    take_texts (values, data, count);
  if (!strcmp (shape, "dictionary")) {
    values->index = take (data, input->rows * 4);
    values->n_texts = count;
  }
}

static void
read_input (Input *input, const char *at)
{
  const char *lines[COLUMNS_MAX], *line = read_line (&at);

  g_assert_cmpint (sscanf (line, "rows %zu batch %zu level %d group %zu",
                           &input->rows, &input->batch, &input->options.level,
                           &input->options.row_group_size), ==, 4);
  while (*(line = read_line (&at)) != 0)
    lines[input->n++] = line;
  for (gsize i = 0; i < input->n; i++)
    read_column (input, i, lines[i], &at);
}

static gboolean
write_rows (struct pq_writer *writer, Input *input)
{
  for (gsize from = 0; from < input->rows; from += input->batch) {
    gsize n = MIN (input->batch, input->rows - from);

    for (gsize i = 0; i < input->n; i++)
      input->values[i].first = input->values[i].shape == PQ_ROWS ? from : 0;
    if (!pq_writer_write (writer, input->values, n))
      return FALSE;
  }
  return TRUE;
}

int
main (int argc, char **argv)
{
  static Input input;
  const struct pq_pair pairs[] = { { "made.by", "a test" }, { "empty", "" } };
  struct pq_writer *writer;
  gboolean ok;
  char *text;
  int fd;

  g_assert_cmpint (argc, ==, 3);
  g_assert_true (g_file_get_contents (argv[1], &text, NULL, NULL));
  input.options.sorted_by = -1;
  read_input (&input, text);
  fd = open (argv[2], O_CREAT | O_TRUNC | O_WRONLY, 0666);
  g_assert_cmpint (fd, >=, 0);
  writer = pq_writer_new (fd, input.nodes, input.n, &input.options);
  ok = write_rows (writer, &input)
       && pq_writer_finish (writer, "mdcore version 0.1.0", pairs, 2);
  if (!ok)
    fprintf (stderr, "%s\n", pq_writer_fault (writer));
  pq_writer_free (writer);
  close (fd);
  /* The test's buffers are the process's: nothing of them is freed.        */
  _exit (ok ? 0 : 1);
}
