/* SPDX-License-Identifier: Apache-2.0
 *
 * call-download.c - files that a vendor has made for us, fetched whole to
 * STORE/downloads/PROVIDER before anything of them is read.
 *
 * While it grows a file is called NAME.part.  Only one whose size and hash
 * are right gets its name, so what has a name needs no second look.
 */
#include "call.h"

#include "data/crash.h"
#include "observe/log.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define PIECE      (256 * 1024)
#define LONGEST    200
#define PAUSE      (200 * 1000 * 1000) /* ns, before a cut one goes on       */

typedef struct {
  struct md_call *call;
  const struct md_http *request;
  const struct md_file *file;
  struct md_error *err;
  char *path, *part;
  gint64 size;               /* of the part                                 */
} Download;

static void
download_clear (Download *download)
{
  g_free (download->path);
  g_free (download->part);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Download, download_clear)

/* ---- places ---------------------------------------------------------- */

static gboolean
name_is_safe (const char *name)
{
  gsize len = strlen (name);

  return len > 0 && len <= LONGEST && name[0] != '.'
         && strspn (name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                          "0123456789._-") == len;
}

static int
place (const struct md_call *call, const char *name, char **ret_path,
       struct md_error *err)
{
  g_autofree char *dir = NULL;

  if (call->env->store == NULL)
    return md_fail (err, MD_ERR_UNSUPPORTED,
                    "there is no store beside which \"%s\" could be kept",
                    name);
  if (!name_is_safe (name))
    return md_fail (err, MD_ERR_PROTOCOL, "\"%.80s\" is no name of a download",
                    name);
  dir = g_build_filename (store_path (call->env->store), "downloads",
                          call->env->plugin->desc.name, NULL);
  if (g_mkdir_with_parents (dir, 0755) != 0)
    return md_fail (err, MD_ERR_INTERNAL, "%s: %s", dir, g_strerror (errno));
  *ret_path = g_build_filename (dir, name, NULL);
  return MD_OK;
}

static gint64
size_of (const char *path)
{
  GStatBuf at;

  return g_stat (path, &at) == 0 ? (gint64) at.st_size : -1;
}

/* ---- fetching -------------------------------------------------------- */

static int
io_failed (const Download *download)
{
  return md_fail (download->err, MD_ERR_INTERNAL, "%s: %s", download->part,
                  g_strerror (errno));
}

/* Appends the reply's body.  What came before a cut stays.                  */
static int
append (Download *download, int fd)
{
  g_autofree guint8 *piece = g_malloc (PIECE);
  gsize got = 1;

  while (got > 0) {
    int klass = call_read (download->call, piece, PIECE, &got, download->err);

    if (klass != MD_OK)
      return klass;
    if (download->size + (gint64) got > download->file->size)
      return md_fail (download->err, MD_ERR_PROTOCOL,
                      "%s: more bytes than the %" G_GINT64_FORMAT
                      " announced", download->file->name,
                      download->file->size);
    for (gsize at = 0; at < got;) {
      ssize_t n = write (fd, piece + at, got - at);

      if (n < 0 && errno != EINTR)
        return io_failed (download);
      at += n > 0 ? (gsize) n : 0;
    }
    download->size += (gint64) got;
    crash_point ("download:piece");
  }
  if (fsync (fd) != 0)
    return io_failed (download);
  return MD_OK;
}

static int
open_part (Download *download, gboolean anew)
{
  int fd = open (download->part,
                 O_WRONLY | O_CREAT | O_CLOEXEC | (anew ? O_TRUNC : O_APPEND),
                 0644);

  if (anew)
    download->size = 0;
  return fd;
}

/* One exchange: the rest of the file.  *ret_status is the vendor's where it
 * is no part of the file.                                                  */
static int
fetch_rest (Download *download, struct md_reply *ret_reply)
{
  struct md_http request = *download->request;
  int klass, fd;

  request.flags = MD_HTTP_PULL | MD_HTTP_RAW;
  request.range_from = download->size;
  request.range_to = 0;
  klass = call_http (download->call, &request, ret_reply, download->err);
  if (klass != MD_OK)
    return klass;
  if (ret_reply->status != 200 && ret_reply->status != 206)
    return MD_OK;
  /* 200: the whole file, whatever was asked for.                            */
  fd = open_part (download, ret_reply->status == 200);
  if (fd < 0)
    return io_failed (download);
  klass = append (download, fd);
  if (close (fd) != 0 && klass == MD_OK)
    return io_failed (download);
  return klass;
}

/* Goes on after a cut as long as each attempt brings something.            */
static int
fetch_all (Download *download, struct md_reply *ret_reply)
{
  while (download->size < download->file->size) {
    gint64 before = download->size;
    int klass = fetch_rest (download, ret_reply);

    if (klass == MD_OK && ret_reply->status != 200
        && ret_reply->status != 206)
      return MD_OK;
    if (klass == MD_OK && download->size < download->file->size)
      klass = md_fail (download->err, MD_ERR_NETWORK,
                       "%s: %" G_GINT64_FORMAT " bytes of %" G_GINT64_FORMAT,
                       download->file->name, download->size,
                       download->file->size);
    if (klass == MD_ERR_NETWORK && download->size > before) {
      log_event (MD_LOG_INFO, "download.resumed", "%s goes on at %"
                 G_GINT64_FORMAT " of %" G_GINT64_FORMAT,
                 download->file->name, download->size, download->file->size);
      klass = call_wait (download->call, PAUSE, download->err);
    }
    if (klass != MD_OK)
      return klass;
  }
  ret_reply->status = 200;
  return MD_OK;
}

/* ---- proof ----------------------------------------------------------- */

static int
hash_file (const Download *download, char hex[65])
{
  const NetRequest request = { .url = download->part, .pull = TRUE,
                               .raw = TRUE, .hash = TRUE,
                               .cancel = download->call->env->cancel };
  g_autoptr (NetReply) reply
    = net_send (download->call->env->net, &request, download->err);
  g_autofree guint8 *piece = g_malloc (PIECE);
  gsize got = 1;

  while (reply != NULL && got > 0) {
    int klass = net_reply_read (reply, piece, PIECE, &got, download->err);

    if (klass != MD_OK)
      return klass;
  }
  if (reply == NULL)
    return download->err->klass;
  g_strlcpy (hex, net_reply_hash (reply), 65);
  return MD_OK;
}

static int
prove (const Download *download)
{
  char hex[65] = "";
  int klass = MD_OK;

  crash_point ("download:whole");
  if (download->file->sha256 != NULL)
    klass = hash_file (download, hex);
  if (klass != MD_OK)
    return klass;
  if (download->file->sha256 != NULL
      && g_ascii_strcasecmp (hex, download->file->sha256) != 0) {
    g_unlink (download->part);
    return md_fail (download->err, MD_ERR_PROTOCOL,
                    "%s: its SHA-256 is %s, the vendor announced %.64s",
                    download->file->name, hex, download->file->sha256);
  }
  if (g_rename (download->part, download->path) != 0)
    return io_failed (download);
  crash_point ("download:renamed");
  return MD_OK;
}

static int
fetch_and_prove (Download *download, struct md_reply *ret_reply)
{
  int klass, fd;

  download->part = g_strconcat (download->path, ".part", NULL);
  download->size = size_of (download->part);
  if (download->size > download->file->size || download->size < 0) {
    /* Also of an empty file, which no request has to bring.                 */
    fd = open_part (download, TRUE);
    if (fd < 0 || close (fd) != 0)
      return io_failed (download);
  }
  klass = fetch_all (download, ret_reply);
  if (klass == MD_OK && ret_reply->status == 200)
    klass = prove (download);
  return klass;
}

/* ---- the services ---------------------------------------------------- */

int
call_download (struct md_call *call, const struct md_http *request,
               const struct md_file *file, struct md_reply *ret_reply,
               struct md_error *err)
{
  g_auto (Download) download = { call, request, file, err, NULL, NULL, 0 };
  int klass = place (call, file->name, &download.path, err);

  if (klass != MD_OK)
    return klass;
  if (size_of (download.path) != file->size) {
    g_unlink (download.path);
    klass = fetch_and_prove (&download, ret_reply);
    if (klass != MD_OK || ret_reply->status != 200)
      return klass;
  }
  *ret_reply = (struct md_reply) { .struct_size = sizeof *ret_reply,
                                   .status = 200 };
  return call_lend_file (call, download.path, request->flags & MD_HTTP_RAW,
                         err);
}

int
call_discard (struct md_call *call, const char *name, struct md_error *err)
{
  g_autofree char *path = NULL, *part = NULL;
  int klass = place (call, name, &path, err);

  if (klass != MD_OK)
    return klass;
  part = g_strconcat (path, ".part", NULL);
  g_unlink (part);
  if (g_unlink (path) != 0 && errno != ENOENT)
    return md_fail (err, MD_ERR_INTERNAL, "%s: %s", path, g_strerror (errno));
  return MD_OK;
}
