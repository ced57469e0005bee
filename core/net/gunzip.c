/* SPDX-License-Identifier: Apache-2.0
 *
 * gunzip.c - undoes gzip.
 *
 * zlib itself and not libarchive: libarchive 3.6 takes the trailer without
 * comparing its checksum and length, and these are the only proof that the
 * data is whole.
 */
#include "decode.h"

#include <string.h>
#include <zlib.h>

#define GZIP_WINDOW (16 + MAX_WBITS) /* 16: gzip, not zlib's own format     */

typedef struct {
  Source base;
  Source *upstream;
  z_stream z;
  gboolean in_member;
} Gunzip;

static int
refill (Gunzip *self, gboolean *ret_ended, struct md_error *err)
{
  const guint8 *data;
  gsize len;
  int klass = source_next (self->upstream, &data, &len, err);

  if (klass != MD_OK)
    return klass;
  self->z.next_in = (guint8 *) data;
  self->z.avail_in = (uInt) len; /* blocks stay far below 4 GiB             */
  *ret_ended = len == 0;
  if (len == 0 && self->in_member)
    return md_fail (err, self->base.cut_class,
                    "the gzip data ends before its checksum: it was cut");
  return MD_OK;
}

/* After a member: another one, or zeros up to the end as tools that write
 * whole blocks leave them.                                                 */
static int
begin_member (Gunzip *self, struct md_error *err)
{
  while (self->z.avail_in > 0 && *self->z.next_in == 0) {
    self->z.next_in++;
    self->z.avail_in--;
  }
  if (self->z.avail_in == 0)
    return MD_OK;
  if (*self->z.next_in != 0x1f)
    return md_fail (err, MD_ERR_PROTOCOL,
                    "other bytes follow the end of the gzip data");
  inflateReset (&self->z);
  self->in_member = TRUE;
  return MD_OK;
}

static int
inflate_some (Gunzip *self, struct md_error *err)
{
  int status = inflate (&self->z, Z_NO_FLUSH);

  if (status == Z_STREAM_END)
    self->in_member = FALSE;
  else if (status != Z_OK && status != Z_BUF_ERROR)
    return md_fail (err, MD_ERR_PROTOCOL, "the gzip data is damaged: %s",
                    self->z.msg != NULL ? self->z.msg : zError (status));
  return MD_OK;
}

static int
gunzip_read (Source *source, void *buf, gsize size, gsize *ret_len,
             struct md_error *err)
{
  Gunzip *self = (Gunzip *) source;
  uInt room = (uInt) MIN (size, G_MAXINT);
  gboolean ended = FALSE;

  self->z.next_out = buf;
  self->z.avail_out = room;
  while (self->z.avail_out == room) {
    int klass = MD_OK;

    if (self->z.avail_in == 0)
      klass = refill (self, &ended, err);
    if (klass == MD_OK && !self->in_member && !ended)
      klass = begin_member (self, err);
    if (klass == MD_OK && self->in_member)
      klass = inflate_some (self, err);
    if (klass != MD_OK)
      return klass;
    if (ended)
      break;
  }
  *ret_len = room - self->z.avail_out;
  return MD_OK;
}

static void
gunzip_free (Source *source)
{
  Gunzip *self = (Gunzip *) source;

  inflateEnd (&self->z);
  source_free (self->upstream);
  g_free (self);
}

Source *
gunzip_new (Source *upstream)
{
  static const SourceOps ops = { .read = gunzip_read, .free = gunzip_free };
  Gunzip *self = g_new0 (Gunzip, 1);

  self->base.ops = &ops;
  self->base.cut_class = upstream->cut_class;
  self->upstream = upstream;
  self->in_member = TRUE; /* no data at all is a cut, too                   */
  if (inflateInit2 (&self->z, GZIP_WINDOW) != Z_OK)
    g_error ("zlib: no memory");
  return &self->base;
}
