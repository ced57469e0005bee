/* SPDX-License-Identifier: Apache-2.0
 *
 * request.c - what is asked: checked, and put into libcurl's words.
 */
#include "request.h"

#include "headers.h"
#include "net-private.h"

#include <string.h>

#define CRAWL_BYTES   16L /* a second, on average over CRAWL_STALLS stalls  */
#define CRAWL_STALLS  5
#define RECEIVE_BYTES (256L * 1024)

/* ---- checks -------------------------------------------------------------- */

/* The core says these itself: a second opinion is how requests are
 * smuggled.                                                                */
static gboolean
is_reserved (const char *line)
{
  static const char *const names[] = {
    "Host", "Content-Length", "Transfer-Encoding", "Connection", "TE",
    "Trailer", "Upgrade", "Range", "Expect", "Proxy-Authorization",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++) {
    if (headers_line_is (line, names[i]))
      return TRUE;
  }
  return FALSE;
}

static int
check_headers (const char *const *lines, struct md_error *err)
{
  for (; lines != NULL && *lines != NULL; lines++) {
    int name = (int) MIN (strcspn (*lines, ":\r\n"), 60);

    if (!headers_are_sound (*lines))
      return md_fail (err, MD_ERR_REQUEST, "the header \"%.*s\" has no proper "
                      "name or a line break in its value", name, *lines);
    if (is_reserved (*lines))
      return md_fail (err, MD_ERR_REQUEST, "the header \"%.*s\" is set by the "
                      "core alone", name, *lines);
  }
  return MD_OK;
}

static int
check_method (const char *method, struct md_error *err)
{
  gsize len = strspn (method, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");

  if (len == 0 || len > 20 || method[len] != '\0')
    return md_fail (err, MD_ERR_REQUEST, "\"%.20s\" is no HTTP method",
                    method);
  return MD_OK;
}

static int
check_range (const NetRequest *request, struct md_error *err)
{
  if (request->range_from < 0 || request->range_to < 0
      || (request->range_to > 0 && request->range_to <= request->range_from))
    return md_fail (err, MD_ERR_REQUEST, "the range [%" G_GINT64_FORMAT
                    ", %" G_GINT64_FORMAT ") is empty", request->range_from,
                    request->range_to);
  return MD_OK;
}

static int
check_origin (const NetRequest *request, struct md_error *err)
{
  g_autofree char *origin = NULL;

  if (origin_is_declared (request->url, request->origins))
    return MD_OK;
  origin = net_origin (request->url);
  return md_fail (err, MD_ERR_REQUEST, "%s is no origin that the provider "
                  "declares; nothing was sent", origin);
}

int
hop_init (Hop *hop, const NetRequest *request, struct md_error *err)
{
  const char *method = request->method != NULL ? request->method : "GET";
  int klass = check_method (method, err);

  *hop = (Hop) { .request = request, .is_first_origin = TRUE };
  if (klass == MD_OK)
    klass = check_headers (request->headers, err);
  if (klass == MD_OK)
    klass = check_range (request, err);
  if (klass == MD_OK)
    klass = auth_check (&request->auth, err);
  if (klass == MD_OK) {
    hop->url = url_normal (request->url, err);
    klass = hop->url != NULL ? check_origin (request, err) : err->klass;
  }
  hop->method = g_strdup (method);
  hop->has_body = request->body_len > 0 || strcmp (method, "POST") == 0
                  || strcmp (method, "PUT") == 0
                  || strcmp (method, "PATCH") == 0;
  return klass;
}

void
hop_clear (Hop *hop)
{
  g_clear_pointer (&hop->method, g_free);
  g_clear_pointer (&hop->url, g_free);
}

/* ---- headers ------------------------------------------------------------- */

/* To another origin goes nothing that may identify the user.               */
static gboolean
may_travel (const Hop *hop, const char *line)
{
  if (hop->is_first_origin)
    return TRUE;
  if (headers_line_is (line, "Authorization")
      || headers_line_is (line, "Cookie"))
    return FALSE;
  for (const char *const *s = hop->request->secrets; s != NULL && *s != NULL;
       s++) {
    if ((*s)[0] != '\0' && strstr (line, *s) != NULL)
      return FALSE;
  }
  return TRUE;
}

/* "Name:" would make libcurl drop the header; "Name;" sends it empty.      */
static void
add_line (struct curl_slist **lines, const char *line)
{
  gsize name = strcspn (line, ":");
  g_autofree char *empty = NULL;

  if (line[name + 1 + strspn (line + name + 1, " \t")] != '\0') {
    *lines = curl_slist_append (*lines, line);
    return;
  }
  empty = g_strdup_printf ("%.*s;", (int) name, line);
  *lines = curl_slist_append (*lines, empty);
}

static void
add_headers (const Hop *hop, CURL *easy, struct curl_slist **lines)
{
  gboolean is_part = hop->request->range_from > 0
                     || hop->request->range_to > 0;
  gboolean has_accept = FALSE;

  for (const char *const *h = hop->request->headers; h != NULL && *h != NULL;
       h++) {
    has_accept |= headers_line_is (*h, "Accept-Encoding");
    if (may_travel (hop, *h)
        && !(headers_line_is (*h, "User-Agent") && (*h)[11] == '\0'))
      add_line (lines, *h);
  }
  /* Bytes of a part are counted in what the server holds, not in what it
   * would make of it for the way.                                          */
  if (!has_accept)
    curl_easy_setopt (easy, CURLOPT_ACCEPT_ENCODING,
                      is_part ? "identity" : "gzip, zstd");
  /* libcurl would undo it, and take a cut for the end.                     */
  curl_easy_setopt (easy, CURLOPT_HTTP_CONTENT_DECODING, 0L);
  /* No second of waiting for "100 Continue" before a body goes out.  But
   * libcurl signs the header that it then does not send.                   */
  if (hop->request->auth.kind != MD_AUTH_SIGV4)
    *lines = curl_slist_append (*lines, "Expect:");
}

/* ---- the handle ---------------------------------------------------------- */

void
request_apply_common (const Net *net, CURL *easy)
{
  curl_easy_setopt (easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt (easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt (easy, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt (easy, CURLOPT_SSL_VERIFYHOST, 2L);
  if (net->ca_file != NULL)
    curl_easy_setopt (easy, CURLOPT_CAINFO, net->ca_file);
  curl_easy_setopt (easy, CURLOPT_CONNECTTIMEOUT_MS,
                    (long) MAX (net->connect_timeout / 1000000, 1));
  curl_easy_setopt (easy, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt (easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  /* A name server that does not answer must not hold up the others: the
   * thread that asks it is left behind.                                    */
  curl_easy_setopt (easy, CURLOPT_QUICK_EXIT, 1L);
}

/* Pulled bodies pause, and a paused stream of a shared HTTP/2 connection
 * would hold up the others and let up to 32 MiB pile up in libcurl.  So they
 * have HTTP/1.1 connections of their own: the upper bound of the TLS version
 * is written out for no other reason than to keep libcurl from taking an idle
 * HTTP/2 connection for them.                                              */
static void
apply_version (const NetRequest *request, CURL *easy)
{
  if (request->pull) {
    curl_easy_setopt (easy, CURLOPT_HTTP_VERSION, (long) CURL_HTTP_VERSION_1_1);
    curl_easy_setopt (easy, CURLOPT_SSLVERSION,
                      (long) CURL_SSLVERSION_TLSv1_2
                        | (long) CURL_SSLVERSION_MAX_TLSv1_3);
    return;
  }
  curl_easy_setopt (easy, CURLOPT_HTTP_VERSION, (long) CURL_HTTP_VERSION_2TLS);
  curl_easy_setopt (easy, CURLOPT_SSLVERSION, (long) CURL_SSLVERSION_TLSv1_2);
  curl_easy_setopt (easy, CURLOPT_PIPEWAIT, 1L);
}

static void
apply_method (const Hop *hop, CURL *easy)
{
  if (hop->has_body) {
    const NetRequest *request = hop->request;

    curl_easy_setopt (easy, CURLOPT_POSTFIELDSIZE_LARGE,
                      (curl_off_t) request->body_len);
    curl_easy_setopt (easy, CURLOPT_COPYPOSTFIELDS,
                      request->body_len > 0 ? request->body : "");
  } else {
    curl_easy_setopt (easy, CURLOPT_HTTPGET, 1L);
  }
  if (strcmp (hop->method, "HEAD") == 0)
    curl_easy_setopt (easy, CURLOPT_NOBODY, 1L);
  else
    curl_easy_setopt (easy, CURLOPT_CUSTOMREQUEST, hop->method);
}

static void
apply_range (const NetRequest *request, CURL *easy)
{
  g_autofree char *range = NULL;

  if (request->range_from == 0 && request->range_to == 0)
    return;
  range = request->range_to == 0
            ? g_strdup_printf ("%" G_GINT64_FORMAT "-", request->range_from)
            : g_strdup_printf ("%" G_GINT64_FORMAT "-%" G_GINT64_FORMAT,
                               request->range_from, request->range_to - 1);
  curl_easy_setopt (easy, CURLOPT_RANGE, range);
}

int
hop_apply (const Hop *hop, const Net *net, CURL *easy,
           struct curl_slist **ret_lines, struct md_error *err)
{
  const NetRequest *request = hop->request;
  struct curl_slist *lines = NULL;
  g_autofree char *url = NULL;
  gint64 crawl = CRAWL_STALLS * net->stall_timeout;

  request_apply_common (net, easy);
  apply_version (request, easy);
  apply_method (hop, easy);
  apply_range (request, easy);
  curl_easy_setopt (easy, CURLOPT_FRESH_CONNECT, (long) request->once);
  curl_easy_setopt (easy, CURLOPT_BUFFERSIZE, RECEIVE_BYTES);
  curl_easy_setopt (easy, CURLOPT_LOW_SPEED_LIMIT, CRAWL_BYTES);
  curl_easy_setopt (easy, CURLOPT_LOW_SPEED_TIME,
                    (long) (crawl / MD_SECOND + 1));
  curl_easy_setopt (easy, CURLOPT_USERAGENT, net->user_agent);
  add_headers (hop, easy, &lines);
  if (hop->is_first_origin) {
    url = auth_url (&request->auth, hop->url);
    auth_apply (request, easy, &lines);
  }
  curl_easy_setopt (easy, CURLOPT_HTTPHEADER, lines);
  *ret_lines = lines;
  if (curl_easy_setopt (easy, CURLOPT_URL, url != NULL ? url : hop->url)
      != CURLE_OK)
    return md_fail (err, MD_ERR_REQUEST, "libcurl does not take the URL");
  return MD_OK;
}
