/* SPDX-License-Identifier: Apache-2.0
 *
 * receive.c - what libcurl calls while an answer comes in.  [network thread]
 */
#include "transfer.h"

#include <string.h>

/* Of all headers of one answer.                                            */
#define MOST_HEADERS (256 * 1024)
/* A redirect's body is read so that its connection can be used again.      */
#define MOST_DISCARDED (1024 * 1024)

static gboolean
refuse (Transfer *transfer, int klass, const char *why)
{
  struct md_error err;

  md_fail (&err, klass, "%s", why);
  transfer_fail (transfer, &err);
  return FALSE;
}

/* ---- headers ------------------------------------------------------------ */

static void
begin_answer (Transfer *transfer, const char *line)
{
  const char *blank = strchr (line, ' ');

  g_ptr_array_set_size (transfer->headers, 0);
  transfer->status = blank != NULL ? (int) g_ascii_strtoll (blank, NULL, 10)
                                   : 0;
  transfer->close_delimited = g_str_has_prefix (line, "HTTP/1");
}

/* Two lengths that differ are how answers are smuggled past a proxy; curl
 * takes one of them.                                                       */
static gboolean
read_length (Transfer *transfer)
{
  const char *first = headers_get (transfer->headers, "Content-Length");

  for (guint i = 0; first != NULL && i < transfer->headers->len; i++) {
    const Header *header = g_ptr_array_index (transfer->headers, i);

    if (g_ascii_strcasecmp (header->name, "Content-Length") == 0
        && strcmp (header->value, first) != 0)
      return refuse (transfer, MD_ERR_PROTOCOL,
                     "the answer has two different Content-Length headers");
  }
  transfer->announced
    = first != NULL ? g_ascii_strtoll (first, NULL, 10) : -1;
  return TRUE;
}

static gboolean
may_have_body (const Transfer *transfer)
{
  return !transfer->has_no_body && transfer->status != 204
         && transfer->status != 304;
}

static gboolean
end_headers (Transfer *transfer)
{
  gint64 length;

  if (!read_length (transfer))
    return FALSE;
  length = transfer->announced;
  if (length >= 0 || !may_have_body (transfer)
      || headers_get (transfer->headers, "Transfer-Encoding") != NULL)
    transfer->close_delimited = FALSE;
  transfer->discard = transfer->follows && transfer_is_redirect (transfer);
  if (!transfer->body.is_ring && may_have_body (transfer)) {
    if (length > 0 && (guint64) length > transfer->body.limit)
      return refuse (transfer, MD_ERR_REQUEST,
                     "the body is larger than the limit of this request");
    body_expect (&transfer->body, length);
  }
  pthread_mutex_lock (&transfer->lock);
  transfer->answered = TRUE;
  pthread_mutex_unlock (&transfer->lock);
  transfer->has_news = transfer->pull;
  return TRUE;
}

static gboolean
take_line (Transfer *transfer, const char *line, gsize len)
{
  if (transfer->in_trailers)
    return TRUE;
  if (g_str_has_prefix (line, "HTTP/")) {
    begin_answer (transfer, line);
    return TRUE;
  }
  if (len > 0) {
    headers_add (transfer->headers, line, len);
    return TRUE;
  }
  /* 100 and its like announce another answer.                              */
  if (transfer->status < 200)
    return TRUE;
  transfer->in_trailers = TRUE;
  return end_headers (transfer);
}

static size_t
on_header (char *data, size_t size, size_t n, void *user)
{
  Transfer *transfer = user;
  gsize len = size * n;
  g_autofree char *line = g_strndup (data, len);

  transfer->active_at = clock_monotonic ();
  transfer->header_bytes += len;
  g_strchomp (line);
  if (transfer->header_bytes > MOST_HEADERS) {
    refuse (transfer, MD_ERR_PROTOCOL,
            "the headers of the answer are larger than 256 KiB");
    return 0;
  }
  return take_line (transfer, line, strlen (line)) ? len : 0;
}

/* ---- body ---------------------------------------------------------------- */

static size_t
discard (Transfer *transfer, gsize len)
{
  transfer->body.total += len;
  if (transfer->body.total <= MOST_DISCARDED)
    return len;
  refuse (transfer, MD_ERR_PROTOCOL,
          "the body of a redirect is larger than 1 MiB");
  return 0;
}

static size_t
on_body (char *data, size_t size, size_t n, void *user)
{
  Transfer *transfer = user;
  gsize len = size * n;
  BodyVerdict verdict;

  transfer->active_at = clock_monotonic ();
  if (transfer->discard)
    return discard (transfer, len);
  pthread_mutex_lock (&transfer->lock);
  verdict = body_put (&transfer->body, (const guint8 *) data, len);
  transfer->paused = verdict == BODY_FULL;
  pthread_mutex_unlock (&transfer->lock);
  transfer->has_news = transfer->pull;
  switch (verdict) {
  case BODY_TAKEN:
    return len;
  case BODY_FULL:
    return CURL_WRITEFUNC_PAUSE;
  default:
    refuse (transfer, MD_ERR_REQUEST,
            "the body is larger than the limit of this request");
    return 0;
  }
}

static int
on_progress (void *user, curl_off_t down_total, curl_off_t down,
             curl_off_t up_total, curl_off_t up)
{
  Transfer *transfer = user;

  if (down + up != transfer->moved) {
    transfer->moved = down + up;
    transfer->active_at = clock_monotonic ();
  }
  return 0;
}

void
transfer_install (Transfer *transfer)
{
  CURL *easy = transfer->easy;

  curl_easy_setopt (easy, CURLOPT_PRIVATE, transfer);
  curl_easy_setopt (easy, CURLOPT_ERRORBUFFER, transfer->reason);
  curl_easy_setopt (easy, CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt (easy, CURLOPT_HEADERDATA, transfer);
  curl_easy_setopt (easy, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt (easy, CURLOPT_WRITEDATA, transfer);
  curl_easy_setopt (easy, CURLOPT_XFERINFOFUNCTION, on_progress);
  curl_easy_setopt (easy, CURLOPT_XFERINFODATA, transfer);
  curl_easy_setopt (easy, CURLOPT_NOPROGRESS, 0L);
}
