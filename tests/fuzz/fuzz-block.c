/* SPDX-License-Identifier: Apache-2.0
 *
 * Blocks from anything.  The first byte picks a table, the rest is a payload
 * behind its checksum, so that what is tried gets past it; whatever decodes
 * must survive being written and read again.
 */
#include "data/block.h"
#include "data/bytes.h"
#include "data/table.h"
#include "data/value.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

#define MAX_ROWS 5000 /* runs make many rows of few bytes                   */

static const guint records[] = { MD_BAR, MD_TRADE, MD_STATISTIC, MD_INSTRUMENT,
                                 MD_TBBO };

/* Looks at every value, so that a sanitizer sees what lies outside.        */
static void
read_all (const Columns *columns)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (gsize c = 0; c < columns->n_cols; c++) {
    for (gsize row = 0; row < columns->n; row++) {
      g_string_truncate (text, 0);
      value_append (text, &columns->cols[c], row, VALUE_TIME_NS);
    }
  }
}

static GBytes *
seal (GBytes *payload, const struct md_table *table, gsize n)
{
  CommitRun run = { 1, (guint32) n };

  return block_seal (payload, table, n, &run, 1);
}

static void
write_again (const Columns *columns)
{
  g_autoptr (GBytes) payload = block_encode_payload (columns, 0, columns->n);
  g_autoptr (GBytes) block = seal (payload, columns->table, columns->n);
  gsize len;
  const void *bytes = g_bytes_get_data (block, &len);
  g_autoptr (Columns) back = block_decode (bytes, len, columns->table, NULL);

  g_assert_nonnull (back);
  g_assert_cmpuint (back->n, ==, columns->n);
  for (gsize i = 0; i < columns->n; i++)
    g_assert_true (columns_row_equal (columns, i, back, i));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  const struct md_table *table;
  g_autoptr (GBytes) payload = NULL;
  g_autoptr (GBytes) block = NULL;
  g_autoptr (Columns) columns = NULL;
  guint8 *with_crc;
  gsize len;
  guint64 n;
  Reader r = { data + 1, data + size, FALSE };
  const void *bytes;

  if (size < 2)
    return 0;
  table = table_builtin (records[data[0] % G_N_ELEMENTS (records)]);
  columns = block_decode (data, size, table, NULL);
  g_clear_pointer (&columns, columns_free);
  n = reader_varint (&r);
  reader_varint (&r);
  reader_varint (&r);
  if (r.bad || n == 0 || n > MAX_ROWS)
    return 0;
  with_crc = g_malloc (size + 3);
  memcpy (with_crc + 4, data + 1, size - 1);
  store_u32 (with_crc, crc32c (0, data + 1, size - 1));
  payload = g_bytes_new_take (with_crc, size + 3);
  block = seal (payload, table, n);
  bytes = g_bytes_get_data (block, &len);
  columns = block_decode (bytes, len, table, NULL);
  if (columns == NULL)
    return 0;
  read_all (columns);
  write_again (columns);
  return 0;
}
