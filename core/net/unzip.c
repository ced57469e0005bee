/* SPDX-License-Identifier: Apache-2.0
 *
 * unzip.c - reads a zip from front to back with libarchive, nothing to disk.
 *
 * libarchive compares each member's checksum and lengths with the last of its
 * bytes; all its other complaints than OK and EOF count as damage here.  The
 * central directory proves that no member is missing: libarchive reports the
 * end of the archive only when it has met it.
 */
#include "decode.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>

struct Unzip {
  Source *upstream;
  struct archive *archive;
  struct md_error upstream_error; /* why a read callback failed             */
  char *name;
  guint64 member;                 /* number of the current one              */
};

typedef struct {
  Source base;
  Unzip *unzip;
  guint64 member;
} Member;

static la_ssize_t
on_read (struct archive *archive, void *data, const void **ret_block)
{
  Unzip *unzip = data;
  const guint8 *block;
  gsize len;

  if (source_next (unzip->upstream, &block, &len, &unzip->upstream_error)
      != MD_OK) {
    archive_set_error (archive, EIO, "cannot read");
    return -1;
  }
  *ret_block = block;
  return (la_ssize_t) len;
}

Unzip *
unzip_new (Source *upstream)
{
  Unzip *unzip = g_new0 (Unzip, 1);

  unzip->upstream = upstream;
  unzip->archive = archive_read_new ();
  if (unzip->archive == NULL)
    g_error ("libarchive: no memory");
  archive_read_support_format_zip_streamable (unzip->archive);
  return unzip;
}

void
unzip_free (Unzip *unzip)
{
  if (unzip == NULL)
    return;
  archive_read_free (unzip->archive);
  source_free (unzip->upstream);
  g_free (unzip->name);
  g_free (unzip);
}

static gboolean
is_cut (const char *text)
{
  return text != NULL && g_strrstr (text, "runcated") != NULL;
}

static int
unzip_failed (Unzip *unzip, struct md_error *err)
{
  const char *text = archive_error_string (unzip->archive);

  if (unzip->upstream_error.klass != MD_OK) {
    *err = unzip->upstream_error;
    return err->klass;
  }
  return md_fail (err, is_cut (text) ? unzip->upstream->cut_class
                                     : MD_ERR_PROTOCOL,
                  "the zip is %s%s%s%s: %s",
                  is_cut (text) ? "cut" : "damaged",
                  unzip->name != NULL ? " at member \"" : "",
                  unzip->name != NULL ? unzip->name : "",
                  unzip->name != NULL ? "\"" : "",
                  text != NULL ? text : "no reason given");
}

static char *
entry_name (struct archive_entry *entry)
{
  const char *name = archive_entry_pathname_utf8 (entry);

  if (name == NULL)
    name = archive_entry_pathname (entry);
  return g_utf8_make_valid (name != NULL ? name : "?", -1);
}

/* Folders and the like are no members.                                     */
static int
next_file (Unzip *unzip, gboolean *ret_found, struct md_error *err)
{
  struct archive_entry *entry;
  int status;

  do {
    status = archive_read_next_header (unzip->archive, &entry);
    if (status != ARCHIVE_OK && status != ARCHIVE_EOF)
      return unzip_failed (unzip, err);
    if (status == ARCHIVE_OK && archive_entry_is_encrypted (entry))
      return md_fail (err, MD_ERR_PROTOCOL, "the zip is encrypted");
  } while (status == ARCHIVE_OK && archive_entry_filetype (entry) != AE_IFREG);
  *ret_found = status == ARCHIVE_OK;
  g_clear_pointer (&unzip->name, g_free);
  if (*ret_found)
    unzip->name = entry_name (entry);
  return MD_OK;
}

int
unzip_next (Unzip *unzip, const char **ret_name, struct md_error *err)
{
  gboolean found;
  int klass = MD_OK;

  if (unzip->member == 0
      && archive_read_open (unzip->archive, unzip, NULL, on_read, NULL)
           != ARCHIVE_OK)
    return unzip_failed (unzip, err);
  unzip->member++;
  klass = next_file (unzip, &found, err);
  if (klass == MD_OK && !found)
    klass = source_drain (unzip->upstream, err);
  if (klass == MD_OK)
    *ret_name = unzip->name;
  return klass;
}

static int
member_next (Source *source, const guint8 **ret_data, gsize *ret_len,
             struct md_error *err)
{
  Member *self = (Member *) source;
  const void *block = NULL;
  size_t len = 0;
  la_int64_t offset;
  int status = ARCHIVE_OK;

  g_assert (self->member == self->unzip->member);
  while (status == ARCHIVE_OK && len == 0)
    status = archive_read_data_block (self->unzip->archive, &block, &len,
                                      &offset);
  if (status != ARCHIVE_OK && status != ARCHIVE_EOF)
    return unzip_failed (self->unzip, err);
  *ret_data = block;
  *ret_len = status == ARCHIVE_EOF ? 0 : len;
  return MD_OK;
}

Source *
unzip_member (Unzip *unzip)
{
  static const SourceOps ops = { .next = member_next,
                                 .free = (void (*) (Source *)) g_free };
  Member *self = g_new0 (Member, 1);

  self->base.ops = &ops;
  self->base.cut_class = unzip->upstream->cut_class;
  self->unzip = unzip;
  self->member = unzip->member;
  return &self->base;
}
