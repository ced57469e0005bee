/* SPDX-License-Identifier: Apache-2.0
 *
 * socket.c - connections for protocols of a vendor's own.
 *
 * libcurl opens them (CURLOPT_CONNECT_ONLY), so that proxies, certificates
 * and timeouts are those of every other request; the bytes are the caller's.
 * A curl_multi of its own lets the connecting thread look up for a cancel.
 */
#include "cause.h"
#include "net-private.h"
#include "redact.h"
#include "request.h"

#include <poll.h>
#include <string.h>

#define SLICE_MS 50

struct NetSocket {
  Net *net;
  CURLM *multi;
  CURL *easy;
  int fd;
  char *label;
  const Cancel *cancel;
  gint64 deadline, silence;
  char reason[CURL_ERROR_SIZE];
};

static int
explain (const NetSocket *self, struct md_error *err)
{
  struct md_error cause = *err;

  return md_fail (err, cause.klass, "%s: %s", self->label, cause.message);
}

void
net_disconnect (NetSocket *self)
{
  if (self == NULL)
    return;
  curl_multi_remove_handle (self->multi, self->easy);
  curl_easy_cleanup (self->easy);
  curl_multi_cleanup (self->multi);
  net_unref (self->net);
  g_free (self->label);
  g_free (self);
}

/* ---- connecting ---------------------------------------------------------- */

static char *
make_label (const NetEndpoint *endpoint)
{
  return net_redact (endpoint->url, endpoint->secrets);
}

static NetSocket *
socket_new (Net *net, const NetEndpoint *endpoint)
{
  NetSocket *self = g_new0 (NetSocket, 1);

  self->net = net_ref (net);
  self->multi = curl_multi_init ();
  self->easy = curl_easy_init ();
  self->label = make_label (endpoint);
  self->cancel = endpoint->cancel;
  self->deadline = endpoint->deadline;
  self->silence = endpoint->silence > 0 ? endpoint->silence
                                        : net->stall_timeout;
  return self;
}

static int
check_endpoint (const Net *net, const NetEndpoint *endpoint, char **ret_url,
                struct md_error *err)
{
  g_autofree char *origin = net_origin (endpoint->url);
  g_autofree char *alike = url_alike (endpoint->url);

  if (origin == NULL || !(g_str_has_prefix (origin, "tcp:")
                          || g_str_has_prefix (origin, "tls:")))
    return md_fail (err, MD_ERR_REQUEST,
                    "a socket's address is tcp://host:port or tls://host:port");
  if (!origin_is_declared (endpoint->url, endpoint->origins))
    return md_fail (err, MD_ERR_REQUEST, "%s is no origin that the provider "
                    "declares; nothing was sent", origin);
  if (net->mode != NET_LIVE)
    return md_fail (err, MD_ERR_UNSUPPORTED,
                    "sockets can be neither recorded nor replayed");
  *ret_url = url_normal (alike, err);
  return *ret_url != NULL ? MD_OK : err->klass;
}

static void
configure (NetSocket *self, const char *url)
{
  CURL *easy = self->easy;

  request_apply_common (self->net, easy);
  curl_easy_setopt (easy, CURLOPT_ERRORBUFFER, self->reason);
  curl_easy_setopt (easy, CURLOPT_URL, url);
  curl_easy_setopt (easy, CURLOPT_CONNECT_ONLY, 1L);
  curl_easy_setopt (easy, CURLOPT_SSLVERSION, (long) CURL_SSLVERSION_TLSv1_2);
  /* The vendor's protocol is none of those that ALPN could name.           */
  curl_easy_setopt (easy, CURLOPT_SSL_ENABLE_ALPN, 0L);
  curl_easy_setopt (easy, CURLOPT_HTTPPROXYTUNNEL, 1L);
}

static gboolean
is_done (NetSocket *self, CURLcode *ret_code)
{
  CURLMsg *message;
  int left;

  while ((message = curl_multi_info_read (self->multi, &left)) != NULL) {
    if (message->msg == CURLMSG_DONE) {
      *ret_code = message->data.result;
      return TRUE;
    }
  }
  return FALSE;
}

/* The handle stays in its multi: libcurl finds the connection through it.  */
static int
open_connection (NetSocket *self, struct md_error *err)
{
  CURLcode code = CURLE_OK;
  curl_socket_t fd = CURL_SOCKET_BAD;
  int running;

  curl_multi_add_handle (self->multi, self->easy);
  for (;;) {
    int klass = transfer_may_wait (self->cancel, self->deadline, err);

    if (klass != MD_OK)
      return klass;
    curl_multi_perform (self->multi, &running);
    if (is_done (self, &code))
      break;
    curl_multi_poll (self->multi, NULL, 0, SLICE_MS, NULL);
  }
  if (code != CURLE_OK)
    return cause_of_connect (self->easy, code, self->reason, err);
  curl_easy_getinfo (self->easy, CURLINFO_ACTIVESOCKET, &fd);
  if (fd == CURL_SOCKET_BAD)
    return md_fail (err, MD_ERR_NETWORK, "the connection ended at once");
  self->fd = fd;
  return MD_OK;
}

NetSocket *
net_connect (Net *net, const NetEndpoint *endpoint, struct md_error *err)
{
  g_autoptr (NetSocket) self = socket_new (net, endpoint);
  g_autofree char *url = NULL;
  NetCounts counts = { .requests = 1 };
  struct md_error local;
  int klass;

  if (err == NULL)
    err = &local;
  klass = check_endpoint (net, endpoint, &url, err);
  if (klass == MD_OK) {
    configure (self, url);
    klass = open_connection (self, err);
    counts.connections = klass == MD_OK;
    counts.failures = klass != MD_OK;
    net_count (net, &counts);
  }
  if (klass == MD_OK)
    return g_steal_pointer (&self);
  explain (self, err);
  return NULL;
}

/* ---- bytes --------------------------------------------------------------- */

static int
wait_for (NetSocket *self, short events, gint64 since, struct md_error *err)
{
  struct pollfd poll_fd = { self->fd, events, 0 };
  int klass = transfer_may_wait (self->cancel, self->deadline, err);

  if (klass != MD_OK)
    return klass;
  if (clock_monotonic () - since > self->silence)
    return md_fail (err, MD_ERR_NETWORK, "no byte went through for %.3g s",
                    (double) self->silence / MD_SECOND);
  poll (&poll_fd, 1, SLICE_MS);
  return MD_OK;
}

static int
broken (NetSocket *self, CURLcode code, struct md_error *err)
{
  return md_fail (err, MD_ERR_NETWORK, "the connection broke: %s",
                  self->reason[0] != '\0' ? self->reason
                                          : curl_easy_strerror (code));
}

int
net_recv (NetSocket *self, void *buf, gsize size, gsize *ret_len,
          struct md_error *err)
{
  NetCounts counts = { 0 };
  gint64 since = clock_monotonic ();
  struct md_error local;
  int klass = transfer_may_wait (self->cancel, self->deadline, &local);

  *ret_len = 0;
  while (klass == MD_OK) {
    size_t n = 0;
    CURLcode code = curl_easy_recv (self->easy, buf, size, &n);

    if (code == CURLE_OK) {
      counts.bytes_in = *ret_len = n;
      net_count (self->net, &counts);
      return MD_OK;
    }
    klass = code == CURLE_AGAIN ? wait_for (self, POLLIN, since, &local)
                                : broken (self, code, &local);
  }
  explain (self, &local);
  if (err != NULL)
    *err = local;
  return klass;
}

int
net_send_bytes (NetSocket *self, const void *data, gsize len,
                struct md_error *err)
{
  NetCounts counts = { .bytes_out = len };
  gint64 since = clock_monotonic ();
  struct md_error local;
  int klass = transfer_may_wait (self->cancel, self->deadline, &local);

  while (klass == MD_OK && len > 0) {
    size_t n = 0;
    CURLcode code = curl_easy_send (self->easy, data, len, &n);

    if (code == CURLE_OK) {
      data = (const guint8 *) data + n;
      len -= n;
      since = n > 0 ? clock_monotonic () : since;
    } else {
      klass = code == CURLE_AGAIN ? wait_for (self, POLLOUT, since, &local)
                                  : broken (self, code, &local);
    }
  }
  if (klass == MD_OK) {
    net_count (self->net, &counts);
    return MD_OK;
  }
  explain (self, &local);
  if (err != NULL)
    *err = local;
  return klass;
}
