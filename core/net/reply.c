/* SPDX-License-Identifier: Apache-2.0
 *
 * reply.c - the answer handed out: whole, or pulled.
 */
#include "redact.h"
#include "reply-private.h"
#include "request.h"

#include <string.h>

#define WHOLE_LIMIT  (256 * 1024 * 1024)
#define FIRST_READ   (64 * 1024)
#define ERROR_START  (64 * 1024)
#define LABEL_LENGTH 240

/* ---- its life ------------------------------------------------------------ */

static char *
make_label (const NetRequest *request, const char *url)
{
  g_autoptr (Redactor) redactor = redactor_for_request (request);
  g_autofree char *clean = url_redact (url, redactor);
  g_autofree char *valid = g_utf8_make_valid (clean, -1);
  g_autofree char *label
    = url_is_local (url) ? g_strdup (valid)
                         : g_strconcat (request->method != NULL
                                          ? request->method : "GET",
                                        " ", valid, NULL);

  if (strlen (label) <= LABEL_LENGTH)
    return g_steal_pointer (&label);
  return g_strdup_printf ("%.*s...", LABEL_LENGTH, label);
}

static NetReply *
reply_new (Net *net, const NetRequest *request)
{
  NetReply *reply = g_new0 (NetReply, 1);

  reply->net = net_ref (net);
  reply->label = make_label (request, request->url);
  reply->pull = request->pull;
  reply->raw = request->raw;
  reply->tap_flags = (request->keep_wire ? TAP_KEEP : 0)
                     | (request->hash ? TAP_HASH : 0);
  reply->max_body = request->max_body > 0 ? (guint64) request->max_body
                    : request->pull       ? G_MAXUINT64
                                          : WHOLE_LIMIT;
  reply->cancel = request->cancel;
  reply->deadline = request->deadline;
  reply->has_no_body
    = request->method != NULL && strcmp (request->method, "HEAD") == 0;
  return reply;
}

void
net_reply_free (NetReply *reply)
{
  if (reply == NULL)
    return;
  content_free (reply->content);
  if (reply->tap != NULL)
    source_free (tap_source (reply->tap));
  folder_free (reply->folder);
  if (reply->headers != NULL)
    g_ptr_array_unref (reply->headers);
  g_clear_pointer (&reply->body, g_bytes_unref);
  net_unref (reply->net);
  g_free (reply->label);
  g_free (reply);
}

/* The cause gets its subject, once.                                        */
static int
explain (const NetReply *reply, struct md_error *err)
{
  struct md_error cause = *err;

  md_fail (err, cause.klass, "%s: %s", reply->label, cause.message);
  err->http_status = reply->status;
  return err->klass;
}

/* ---- the answer ----------------------------------------------------------- */

/* A server may ignore the range and send all: those would be other bytes
 * than the ones that were asked for.                                       */
static int
check_range (const NetReply *reply, const NetRequest *request,
             struct md_error *err)
{
  const char *range = headers_get (reply->headers, "Content-Range");
  gint64 from;

  if (url_is_local (request->url) || reply->status / 100 != 2
      || (request->range_from == 0 && request->range_to == 0))
    return MD_OK;
  if (reply->status != 206 || range == NULL
      || g_ascii_strncasecmp (range, "bytes ", 6) != 0)
    return md_fail (err, MD_ERR_PROTOCOL,
                    "bytes from %" G_GINT64_FORMAT " on were asked for, and "
                    "the server answers %d without saying that it sends them",
                    request->range_from, reply->status);
  from = g_ascii_strtoll (range + 6, NULL, 10);
  if (from != request->range_from)
    return md_fail (err, MD_ERR_PROTOCOL,
                    "bytes from %" G_GINT64_FORMAT " on were asked for, and "
                    "the server sends those from %" G_GINT64_FORMAT " on",
                    request->range_from, from);
  return MD_OK;
}

/* An error without a body may still announce a coding.                     */
static int
undo_encodings (const NetReply *reply, Source **source, struct md_error *err)
{
  const char *encodings = headers_get (reply->headers, "Content-Encoding");
  guint8 first[1];
  gsize len = 1;
  int klass = MD_OK;

  if (encodings == NULL || reply->has_no_body || reply->status == 204
      || reply->status == 304)
    return MD_OK;
  if (reply->status >= 300)
    klass = source_peek (*source, 1, first, &len, err);
  if (klass != MD_OK || len == 0)
    return klass;
  *source = decode_encodings (*source, encodings, err);
  return *source != NULL ? MD_OK : err->klass;
}

/* A whole answer that nothing has to be undone of is its own content.      */
static int
take_as_is (NetReply *reply, Answer *answer, gboolean *ret_taken,
            struct md_error *err)
{
  gsize len;
  const guint8 *data = g_bytes_get_data (answer->bytes, &len);

  *ret_taken = headers_get (reply->headers, "Content-Encoding") == NULL
               && (reply->raw || decode_packing (data, len) == PACKED_NOT);
  if (!*ret_taken)
    return MD_OK;
  if (len > reply->max_body)
    return md_fail (err, MD_ERR_REQUEST,
                    "the body is larger than the limit of this request");
  reply->tap = tap_whole (answer->bytes, reply->tap_flags,
                          g_steal_pointer (&answer->recording), err);
  if (reply->tap == NULL)
    return err->klass;
  reply->body = g_bytes_ref (answer->bytes);
  return MD_OK;
}

static int
read_some (NetReply *reply, void *buf, gsize size, gsize *ret_len,
           struct md_error *err)
{
  guint64 left = reply->max_body - reply->produced;
  int klass = transfer_may_wait (reply->cancel, reply->deadline, err);

  if (klass == MD_OK)
    klass = content_read (reply->content, buf,
                          left < size ? (gsize) left + 1 : size, ret_len, err);
  if (klass != MD_OK)
    return klass;
  reply->produced += *ret_len;
  if (reply->produced > reply->max_body)
    return md_fail (err, MD_ERR_REQUEST, "the body is larger than the limit of "
                    "this request, %" G_GUINT64_FORMAT " bytes",
                    reply->max_body);
  return MD_OK;
}

/* Up to `most` bytes; a NUL stands behind them.                            */
static int
gather (NetReply *reply, gsize most, struct md_error *err)
{
  gsize size = FIRST_READ, len = 0, n = 1;
  g_autofree guint8 *data = g_malloc (size + 1);

  while (n > 0 && len < most) {
    int klass;

    if (len == size) {
      size = size < G_MAXSIZE / 4 ? size * 2 : G_MAXSIZE - 1;
      data = g_realloc (data, size + 1);
    }
    klass = read_some (reply, data + len, MIN (size, most) - len, &n, err);
    if (klass != MD_OK)
      return klass;
    len += n;
  }
  data[len] = '\0';
  reply->body = g_bytes_new_take (g_steal_pointer (&data), len);
  return MD_OK;
}

/* Of a zip, one member is a body; several are not.                         */
static int
gather_whole (NetReply *reply, struct md_error *err)
{
  const char *name = NULL;
  int klass = gather (reply, G_MAXSIZE, err);

  if (klass != MD_OK || !content_is_archive (reply->content))
    return klass;
  klass = content_next (reply->content, &name, err);
  if (klass == MD_OK && name != NULL)
    return md_fail (err, MD_ERR_PROTOCOL, "the zip has more than one member, "
                    "and can only be pulled");
  return klass;
}

static int
open_answer (NetReply *reply, Answer *answer, struct md_error *err)
{
  gboolean taken = FALSE;
  int klass = MD_OK;

  if (answer->bytes != NULL)
    klass = take_as_is (reply, answer, &taken, err);
  if (klass != MD_OK || taken)
    return klass;
  if (answer->source == NULL && answer->bytes != NULL)
    answer->source = source_from_bytes (answer->bytes, NULL);
  if (answer->source != NULL) {
    klass = undo_encodings (reply, &answer->source, err);
    if (klass != MD_OK)
      return klass;
    reply->tap = tap_new (g_steal_pointer (&answer->source), reply->tap_flags,
                          g_steal_pointer (&answer->recording));
  }
  reply->content
    = content_new (reply->tap != NULL ? tap_source (reply->tap) : NULL,
                   reply->folder, reply->raw);
  if (!reply->pull)
    return gather_whole (reply, err);
  return reply->status >= 400 ? gather (reply, ERROR_START, err) : MD_OK;
}

NetReply *
net_send (Net *net, const NetRequest *request, struct md_error *err)
{
  g_autoptr (NetReply) reply = reply_new (net, request);
  Answer answer = { 0 };
  struct md_error local;
  int klass;

  if (err == NULL)
    err = &local;
  klass = ask (reply, request, &answer, err);
  if (klass == MD_OK)
    klass = check_range (reply, request, err);
  if (klass == MD_OK)
    klass = open_answer (reply, &answer, err);
  answer_clear (&answer);
  if (klass == MD_OK)
    return g_steal_pointer (&reply);
  explain (reply, err);
  return NULL;
}

/* ---- reading ---------------------------------------------------------------- */

static int
keep_failure (NetReply *reply, struct md_error *local, struct md_error *err)
{
  explain (reply, local);
  reply->failed = *local;
  if (err != NULL)
    *err = *local;
  return local->klass;
}

static int
read_gathered (NetReply *reply, void *buf, gsize size, gsize *ret_len)
{
  gsize len;
  const guint8 *data = g_bytes_get_data (reply->body, &len);

  *ret_len = MIN (size, len - reply->body_read);
  memcpy (buf, data + reply->body_read, *ret_len);
  reply->body_read += *ret_len;
  return MD_OK;
}

int
net_reply_read (NetReply *reply, void *buf, gsize size, gsize *ret_len,
                struct md_error *err)
{
  struct md_error local;
  int klass;

  *ret_len = 0;
  if (reply->failed.klass != MD_OK) {
    if (err != NULL)
      *err = reply->failed;
    return reply->failed.klass;
  }
  if (reply->body != NULL)
    return read_gathered (reply, buf, size, ret_len);
  klass = read_some (reply, buf, size, ret_len, &local);
  return klass == MD_OK ? MD_OK : keep_failure (reply, &local, err);
}

int
net_reply_next_member (NetReply *reply, const char **ret_name,
                       struct md_error *err)
{
  struct md_error local;
  int klass;

  *ret_name = NULL;
  if (reply->failed.klass != MD_OK) {
    if (err != NULL)
      *err = reply->failed;
    return reply->failed.klass;
  }
  if (reply->body != NULL) {
    *ret_name = reply->body_named ? NULL : "";
    reply->body_named = TRUE;
    return MD_OK;
  }
  klass = transfer_may_wait (reply->cancel, reply->deadline, &local);
  if (klass == MD_OK)
    klass = content_next (reply->content, ret_name, &local);
  return klass == MD_OK ? MD_OK : keep_failure (reply, &local, err);
}

/* ---- what it says ------------------------------------------------------------ */

int
net_reply_status (const NetReply *reply)
{
  return reply->status;
}

const char *
net_reply_header (const NetReply *reply, const char *name)
{
  return headers_get (reply->headers, name);
}

gboolean
net_reply_close_delimited (const NetReply *reply)
{
  return reply->close_delimited;
}

const char *
net_reply_body (const NetReply *reply, gsize *ret_len)
{
  gsize len = 0;
  const char *data
    = reply->body != NULL ? g_bytes_get_data (reply->body, &len) : NULL;

  if (ret_len != NULL)
    *ret_len = len;
  return data;
}

GBytes *
net_reply_wire (const NetReply *reply)
{
  return reply->tap != NULL ? tap_wire (reply->tap) : NULL;
}

const char *
net_reply_hash (NetReply *reply)
{
  return reply->tap != NULL ? tap_hash (reply->tap) : NULL;
}

guint64
net_reply_wire_bytes (const NetReply *reply)
{
  return reply->tap != NULL ? tap_count (reply->tap) : 0;
}
