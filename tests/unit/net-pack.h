/* SPDX-License-Identifier: Apache-2.0
 *
 * net-pack.h - compressed data made by the libraries that define it.
 */
#pragma once

#include <archive.h>
#include <archive_entry.h>
#include <glib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

static inline GBytes *
pack_gzip (const void *data, gsize len)
{
  z_stream z = { 0 };
  gsize size = compressBound (len) + 64;
  guint8 *out = g_malloc (size);

  g_assert_cmpint (deflateInit2 (&z, 6, Z_DEFLATED, 16 + MAX_WBITS, 8,
                                 Z_DEFAULT_STRATEGY), ==, Z_OK);
  z.next_in = (guint8 *) data;
  z.avail_in = (uInt) len;
  z.next_out = out;
  z.avail_out = (uInt) size;
  g_assert_cmpint (deflate (&z, Z_FINISH), ==, Z_STREAM_END);
  size -= z.avail_out;
  deflateEnd (&z);
  return g_bytes_new_take (out, size);
}

/* With a checksum, as the command line tool writes it.                     */
static inline GBytes *
pack_zstd (const void *data, gsize len)
{
  gsize size = ZSTD_compressBound (len);
  guint8 *out = g_malloc (size);
  ZSTD_CCtx *context = ZSTD_createCCtx ();

  ZSTD_CCtx_setParameter (context, ZSTD_c_checksumFlag, 1);
  size = ZSTD_compress2 (context, out, size, data, len);
  g_assert_false (ZSTD_isError (size));
  ZSTD_freeCCtx (context);
  return g_bytes_new_take (out, size);
}

typedef struct {
  const char *name;      /* ends with '/': a folder                         */
  const void *data;
  gsize len;
} PackFile;

/* `options`: of libarchive's zip writer, or NULL.                          */
static inline GBytes *
pack_zip (const PackFile *files, gsize n, const char *options)
{
  struct archive *archive = archive_write_new ();
  gsize size = 1 << 20, used = 0;
  guint8 *out;

  for (gsize i = 0; i < n; i++)
    size += files[i].len;
  out = g_malloc (size);
  archive_write_set_format_zip (archive);
  if (options != NULL)
    g_assert_cmpint (archive_write_set_options (archive, options), ==,
                     ARCHIVE_OK);
  archive_write_set_passphrase (archive, "passphrase");
  archive_write_set_bytes_per_block (archive, 0);
  archive_write_open_memory (archive, out, size, &used);
  for (gsize i = 0; i < n; i++) {
    struct archive_entry *entry = archive_entry_new ();

    archive_entry_set_pathname (entry, files[i].name);
    archive_entry_set_size (entry, (la_int64_t) files[i].len);
    archive_entry_set_filetype (entry,
                                g_str_has_suffix (files[i].name, "/")
                                  ? AE_IFDIR : AE_IFREG);
    archive_entry_set_perm (entry, 0644);
    g_assert_cmpint (archive_write_header (archive, entry), ==, ARCHIVE_OK);
    if (files[i].len > 0)
      archive_write_data (archive, files[i].data, files[i].len);
    archive_entry_free (entry);
  }
  g_assert_cmpint (archive_write_close (archive), ==, ARCHIVE_OK);
  archive_write_free (archive);
  return g_bytes_new_take (out, used);
}

/* Text that compresses a little and differs everywhere.                    */
static inline GBytes *
some_text (gsize len)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; text->len < len; i++)
    g_string_append_printf (text, "%u,%u.%02u\n", i, (i * 7919u) % 1000,
                            (i * 104729u) % 100);
  g_string_truncate (text, len);
  return g_string_free_to_bytes (text);
}
