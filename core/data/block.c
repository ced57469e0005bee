/* SPDX-License-Identifier: Apache-2.0
 *
 * block.c - the header of a block: written around a payload, and read.
 */
#include "block-format.h"
#include "error.h"
#include "table.h"

#include <stdio.h>

#define HEADER_FIXED 5   /* format and CRC                                  */
#define PAYLOAD_FIXED 4  /* CRC                                             */

gboolean
block_damaged (GError **error, const char *format, ...)
{
  g_autofree char *why = NULL;
  va_list args;

  va_start (args, format);
  why = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, CORE_ERROR, CORE_ERROR_DATA, "damaged block: %s", why);
  return FALSE;
}

/* ---- writing --------------------------------------------------------- */

/* The payload's own head: rows, first and last time.                       */
static void
read_payload_head (Reader *r, BlockInfo *info)
{
  info->n_rows = reader_varint (r);
  info->first = unzigzag (reader_varint (r));
  info->last = (md_time) ((guint64) info->first + reader_varint (r));
}

GBytes *
block_seal (GBytes *payload, const struct md_table *table, gsize n,
            const CommitRun *runs, gsize n_runs)
{
  Writer w = { 0 };
  gsize len;
  const guint8 *data = g_bytes_get_data (payload, &len);
  Reader r = { data + PAYLOAD_FIXED, data + len, FALSE };
  BlockInfo info;
  guint64 commit = 0;

  read_payload_head (&r, &info);
  g_assert (!r.bad && info.n_rows == n);
  writer_room (&w, 64 + strlen (table->name) + n_runs * 2 * VARINT_MAX + len);
  w.len = HEADER_FIXED;
  writer_varint (&w, len);
  writer_text (&w, table->name);
  writer_varint (&w, n);
  writer_varint (&w, zigzag (info.first));
  writer_varint (&w, (guint64) info.last - (guint64) info.first);
  writer_varint (&w, n_runs);
  for (gsize i = 0; i < n_runs; i++) {
    writer_varint (&w, zigzag ((gint64) (runs[i].commit - commit)));
    writer_varint (&w, runs[i].n);
    commit = runs[i].commit;
  }
  w.data[0] = BLOCK_FORMAT;
  store_u32 (w.data + 1,
             crc32c (0, w.data + HEADER_FIXED, w.len - HEADER_FIXED));
  writer_bytes (&w, data, len);
  return g_bytes_new_take (g_realloc (w.data, w.len), w.len);
}

/* ---- reading --------------------------------------------------------- */

/* Walks the commit runs: their rows must add up.                           */
static gboolean
read_runs (Reader *r, BlockParts *parts)
{
  guint64 n_runs = reader_varint (r), rows = 0, commit = 0;
  BlockInfo *info = &parts->info;

  parts->runs = *r;
  info->min_commit = G_MAXUINT64;
  info->max_commit = 0;
  for (guint64 i = 0; i < n_runs && !r->bad; i++) {
    guint64 n;

    commit += (guint64) unzigzag (reader_varint (r));
    n = reader_varint (r);
    if (n == 0 || n > info->n_rows - rows)
      return FALSE;
    rows += n;
    info->min_commit = MIN (info->min_commit, commit);
    info->max_commit = MAX (info->max_commit, commit);
  }
  parts->runs.end = r->at;
  return rows == info->n_rows;
}

/* The header; *ret_payload_len bytes should follow it.                     */
static gboolean
read_header (const guint8 *bytes, gsize len, BlockParts *ret_parts,
             guint64 *ret_payload_len, GError **error)
{
  Reader r = { bytes, bytes + len, FALSE };
  BlockParts parts = { 0 };
  BlockInfo *info = &parts.info;
  guint8 format = reader_u8 (&r);
  guint32 crc = reader_u32 (&r);
  gboolean fits;

  if (r.bad)
    return block_damaged (error, "%zu bytes are less than a header", len);
  if (format != BLOCK_FORMAT) {
    g_set_error (error, CORE_ERROR, CORE_ERROR_STORE_FORMAT,
                 "block of format %u; this program knows format %u: use a "
                 "newer mdcore", format, BLOCK_FORMAT);
    return FALSE;
  }
  *ret_payload_len = reader_varint (&r);
  parts.table_len = reader_varint (&r);
  parts.table = (const char *) reader_bytes (&r, parts.table_len);
  read_payload_head (&r, info);
  if (r.bad || info->n_rows == 0 || info->n_rows > BLOCK_MAX_ROWS
      || info->last < info->first)
    return block_damaged (error, "its header makes no sense");
  fits = read_runs (&r, &parts);
  info->payload_offset = (gsize) (r.at - bytes);
  if (r.bad || crc32c (0, bytes + HEADER_FIXED,
                       info->payload_offset - HEADER_FIXED) != crc)
    return block_damaged (error, "the checksum of its header is wrong");
  if (!fits)
    return block_damaged (error, "its commits do not add up to %zu rows",
                          info->n_rows);
  *ret_parts = parts;
  return TRUE;
}

gboolean
block_peek (const void *bytes, gsize len, BlockInfo *ret_info, GError **error)
{
  BlockParts parts;
  guint64 payload_len;

  if (!read_header (bytes, len, &parts, &payload_len, error))
    return FALSE;
  *ret_info = parts.info;
  return TRUE;
}

gboolean
block_parts (const void *bytes, gsize len, BlockParts *ret_parts,
             GError **error)
{
  BlockParts parts;
  BlockInfo again;
  guint64 payload_len;
  guint32 crc;

  if (!read_header (bytes, len, &parts, &payload_len, error))
    return FALSE;
  parts.columns.at = (const guint8 *) bytes + parts.info.payload_offset;
  parts.columns.end = (const guint8 *) bytes + len;
  if (reader_left (&parts.columns) != payload_len)
    return block_damaged (error, "it has %zu bytes after its header, not %"
                          G_GUINT64_FORMAT, reader_left (&parts.columns),
                          payload_len);
  crc = reader_u32 (&parts.columns);
  if (parts.columns.bad
      || crc32c (0, parts.columns.at, reader_left (&parts.columns)) != crc)
    return block_damaged (error, "the checksum of its payload is wrong");
  read_payload_head (&parts.columns, &again);
  if (parts.columns.bad || again.n_rows != parts.info.n_rows
      || again.first != parts.info.first || again.last != parts.info.last)
    return block_damaged (error, "header and payload disagree");
  *ret_parts = parts;
  return TRUE;
}
