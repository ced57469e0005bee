/* SPDX-License-Identifier: Apache-2.0
 *
 * output.c - bytes into a file, as they are, as gzip or as zstd.
 */
#include "output.h"
#include "common/fail.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#define OUT_SIZE ((size_t) 256 * 1024)

const char *const pack_names[PACK_KINDS] = { "none", "gzip", "zstd" };
const char *const pack_extensions[PACK_KINDS] = { "", ".gz", ".zst" };

struct output {
  enum packing packing;
  int level, fd;
  char *path, *packed;  /* packed: OUT_SIZE                                 */
  z_stream gzip;
  bool gzip_open;
  ZSTD_CCtx *zstd;
};

static bool
prepare (struct output *output, int64_t level)
{
  switch (output->packing) {
  case PACK_GZIP:
    output->level = level == MD_ABSENT ? Z_DEFAULT_COMPRESSION : (int) level;
    /* 16: with gzip's head, which holds no time then.                      */
    output->gzip_open = deflateInit2 (&output->gzip, output->level, Z_DEFLATED,
                                      15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK;
    return output->gzip_open;
  case PACK_ZSTD:
    output->level = level == MD_ABSENT ? 3 : (int) level;
    output->zstd = ZSTD_createCCtx ();
    return output->zstd != NULL
           && !ZSTD_isError (ZSTD_CCtx_setParameter (
             output->zstd, ZSTD_c_compressionLevel, output->level))
           && !ZSTD_isError (ZSTD_CCtx_setParameter (output->zstd,
                                                     ZSTD_c_checksumFlag, 1));
  default:
    return true;
  }
}

struct output *
output_new (enum packing packing, int64_t level)
{
  struct output *output = calloc (1, sizeof *output);

  if (output == NULL)
    return NULL;
  output->packing = packing;
  output->fd = -1;
  output->packed = malloc (OUT_SIZE);
  if (output->packed != NULL && prepare (output, level))
    return output;
  output_free (output);
  return NULL;
}

void
output_free (struct output *output)
{
  if (output == NULL)
    return;
  output_drop (output);
  if (output->gzip_open)
    deflateEnd (&output->gzip);
  ZSTD_freeCCtx (output->zstd);
  free (output->packed);
  free (output);
}

bool
output_is_open (const struct output *output)
{
  return output->fd >= 0;
}

int
output_open (struct output *output, const char *path, struct md_error *err)
{
  output->path = strdup (path);
  if (output->path == NULL)
    return sink_fail (err, MD_ERR_INTERNAL, "out of memory");
  output->fd = open (path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (output->fd >= 0)
    return MD_OK;
  sink_fail_file (err, "create", path);
  free (output->path);
  output->path = NULL;
  return err->klass;
}

static int
put_bytes (struct output *output, const char *data, size_t len,
           struct md_error *err)
{
  while (len > 0) {
    ssize_t n = write (output->fd, data, len);

    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return sink_fail_file (err, "write", output->path);
    data += n;
    len -= (size_t) n;
  }
  return MD_OK;
}

static int
put_gzip (struct output *output, const char *data, size_t len, bool end,
          struct md_error *err)
{
  z_stream *z = &output->gzip;
  int status;

  z->next_in = (Bytef *) data;
  z->avail_in = (uInt) len;
  do {
    z->next_out = (Bytef *) output->packed;
    z->avail_out = (uInt) OUT_SIZE;
    status = deflate (z, end ? Z_FINISH : Z_NO_FLUSH);
    if (put_bytes (output, output->packed, OUT_SIZE - z->avail_out, err)
        != MD_OK)
      return err->klass;
  } while (z->avail_out == 0 || (end && status != Z_STREAM_END));
  return MD_OK;
}

static int
put_zstd (struct output *output, const char *data, size_t len, bool end,
          struct md_error *err)
{
  ZSTD_inBuffer in = { data, len, 0 };
  size_t left;

  do {
    ZSTD_outBuffer out = { output->packed, OUT_SIZE, 0 };

    left = ZSTD_compressStream2 (output->zstd, &out, &in,
                                 end ? ZSTD_e_end : ZSTD_e_continue);
    if (ZSTD_isError (left))
      return sink_fail (err, MD_ERR_INTERNAL, "cannot compress %s: %s",
                        output->path, ZSTD_getErrorName (left));
    if (put_bytes (output, output->packed, out.pos, err) != MD_OK)
      return err->klass;
  } while (end ? left > 0 : in.pos < in.size);
  return MD_OK;
}

static int
put (struct output *output, const char *data, size_t len, bool end,
     struct md_error *err)
{
  if (output->packing == PACK_GZIP)
    return put_gzip (output, data, len, end, err);
  if (output->packing == PACK_ZSTD)
    return put_zstd (output, data, len, end, err);
  return put_bytes (output, data, len, err);
}

int
output_put (struct output *output, const char *data, size_t len,
            struct md_error *err)
{
  return put (output, data, len, false, err);
}

static void
ready_for_next (struct output *output)
{
  if (output->packing == PACK_GZIP)
    deflateReset (&output->gzip);
  if (output->packing == PACK_ZSTD)
    ZSTD_CCtx_reset (output->zstd, ZSTD_reset_session_only);
  free (output->path);
  output->path = NULL;
  output->fd = -1;
}

int
output_close (struct output *output, struct md_error *err)
{
  int klass = put (output, NULL, 0, true, err);

  /* A network file system may tell of a full disk only here.               */
  if (close (output->fd) < 0 && klass == MD_OK)
    klass = sink_fail_file (err, "write", output->path);
  if (klass != MD_OK)
    unlink (output->path);
  ready_for_next (output);
  return klass;
}

void
output_drop (struct output *output)
{
  if (output->fd < 0)
    return;
  close (output->fd);
  unlink (output->path);
  ready_for_next (output);
}
