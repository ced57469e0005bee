/* SPDX-License-Identifier: Apache-2.0
 *
 * unzstd.c - undoes zstd, straight into the reader's buffer.
 */
#include "decode.h"

#include <zstd.h>

typedef struct {
  Source base;
  Source *upstream;
  ZSTD_DStream *stream;
  ZSTD_inBuffer in;
  gboolean in_frame;
  gboolean has_output; /* the library may hold more without new input       */
} Unzstd;

static int
refill (Unzstd *self, gboolean *ret_ended, struct md_error *err)
{
  const guint8 *data;
  gsize len;
  int klass = source_next (self->upstream, &data, &len, err);

  if (klass != MD_OK)
    return klass;
  self->in = (ZSTD_inBuffer) { data, len, 0 };
  *ret_ended = len == 0;
  if (len == 0 && self->in_frame)
    return md_fail (err, self->base.cut_class,
                    "the zstd data ends inside a frame: it was cut");
  return MD_OK;
}

static int
decompress_some (Unzstd *self, ZSTD_outBuffer *out, struct md_error *err)
{
  size_t left = ZSTD_decompressStream (self->stream, out, &self->in);

  if (ZSTD_isError (left))
    return md_fail (err, MD_ERR_PROTOCOL, "the zstd data is damaged: %s",
                    ZSTD_getErrorName (left));
  self->in_frame = left != 0;
  self->has_output = left != 0 && out->pos == out->size;
  return MD_OK;
}

static int
unzstd_read (Source *source, void *buf, gsize size, gsize *ret_len,
             struct md_error *err)
{
  Unzstd *self = (Unzstd *) source;
  ZSTD_outBuffer out = { buf, size, 0 };
  gboolean ended = FALSE;

  while (out.pos == 0) {
    int klass = MD_OK;

    if (self->in.pos == self->in.size && !self->has_output)
      klass = refill (self, &ended, err);
    if (klass == MD_OK && !ended)
      klass = decompress_some (self, &out, err);
    if (klass != MD_OK)
      return klass;
    if (ended)
      break;
  }
  *ret_len = out.pos;
  return MD_OK;
}

static void
unzstd_free (Source *source)
{
  Unzstd *self = (Unzstd *) source;

  ZSTD_freeDStream (self->stream);
  source_free (self->upstream);
  g_free (self);
}

Source *
unzstd_new (Source *upstream)
{
  static const SourceOps ops = { .read = unzstd_read, .free = unzstd_free };
  Unzstd *self = g_new0 (Unzstd, 1);

  self->base.ops = &ops;
  self->base.cut_class = upstream->cut_class;
  self->upstream = upstream;
  self->in_frame = TRUE; /* no data at all is a cut, too                    */
  self->stream = ZSTD_createDStream ();
  if (self->stream == NULL)
    g_error ("zstd: no memory");
  return &self->base;
}
