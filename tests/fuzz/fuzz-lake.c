/* SPDX-License-Identifier: Apache-2.0
 *
 * What the file sinks read back: Parquet files, their integer encodings, and
 * a table's transaction log.  The first byte says which.
 */
#include "delta/delta.h"
#include "encode.h"

#include <glib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define COLUMNS_MAX 64
#define VALUES_MAX 4096

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* Everything that the values point to is read.                             */
static guint64
touch (const struct pq_values *values, gsize n)
{
  guint64 sum = 0;

  if (values->def != NULL) {
    for (gsize i = 0; i < values->n_levels; i++)
      sum += values->def[i] + (values->rep != NULL ? values->rep[i] : 0u);
    return sum;
  }
  for (gsize i = 0; values->shape == PQ_ROWS && i < n; i++) {
    gsize at = i;

    if (values->valid != NULL && !(values->valid[i / 8] >> (i & 7) & 1))
      continue;
    if (values->index != NULL)
      at = (gsize) values->index[i];
    if (values->wide_offset != NULL)
      for (gint64 k = values->wide_offset[at]; k < values->wide_offset[at + 1];
           k++)
        sum += (guchar) values->text[k];
    else if (values->i64 != NULL)
      sum += (guint64) values->i64[i];
    else
      sum += values->f64[i] > 0;
  }
  return sum;
}

static void
read_file (const guint8 *data, gsize size)
{
  int fd = memfd_create ("fuzz", 0);
  struct pq_values values[COLUMNS_MAX];
  struct pq_reader *reader;
  const struct pq_node *nodes;
  gsize n_nodes, n_columns = 0, n = 1;
  volatile guint64 sum = 0;

  g_assert_cmpint (write (fd, data, size), ==, (gssize) size);
  reader = pq_reader_new (fd);
  nodes = pq_reader_nodes (reader, &n_nodes);
  for (gsize i = 0; i < n_nodes; i++)
    n_columns += nodes[i].kind > PQ_MAP;
  while (n_columns <= COLUMNS_MAX && n > 0
         && pq_reader_next (reader, values, n_columns, &n)) {
    for (gsize i = 0; n > 0 && i < n_columns; i++)
      sum += touch (&values[i], n);
  }
  pq_reader_free (reader);
  close (fd);
}

static void
read_integers (const guint8 *data, gsize size)
{
  gsize n = size > 1 ? data[0] * 16u : 0;
  g_autofree gint64 *wide = g_new (gint64, VALUES_MAX);
  g_autofree guint32 *narrow = g_new (guint32, VALUES_MAX);
  g_autofree guint8 *exact = g_memdup2 (data, size);

  pq_decode_delta (exact, exact + size, wide, n);
  if (size > 2)
    pq_decode_hybrid (exact + 2, exact + size, narrow, n, exact[1] % 34);
  if (size > 0)
    pq_decode_bits (exact, exact + size, wide, n);
}

static void
read_log (const guint8 *data, gsize size)
{
  g_autofree char *exact = g_memdup2 (data, size);
  struct delta_state state = { .version = -1 };
  struct md_error err = { 0 };

  delta_state_apply (&state, exact, size, &err);
  for (gsize i = 0; i < state.n_files; i++)
    g_assert_true (delta_state_find (&state, state.files[i].path)
                   == &state.files[i]);
  delta_state_clear (&state);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  if (size == 0)
    return 0;
  if (data[0] == 'P')
    read_file (data + 1, size - 1);
  else if (data[0] == 'I')
    read_integers (data + 1, size - 1);
  else
    read_log (data + 1, size - 1);
  return 0;
}
