/* SPDX-License-Identifier: Apache-2.0
 *
 * net-server.c - the server of the transport tests.
 *
 * pthread's locks, so that ThreadSanitizer sees them.
 */
#include "net-server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define POLL_MS 5

struct Server {
  ServerHandler handler;
  gpointer data;
  SSL_CTX *tls;
  int fd, port;
  pthread_t thread;
  pthread_mutex_t lock;
  GPtrArray *conns;
  guint connections, requests;
  gint stopping;
};

struct ServerConn {
  Server *server;
  int fd;
  SSL *ssl;
  pthread_t thread;
  GString *in;
  gboolean closed, cut;
};

static gboolean
is_stopping (Server *server)
{
  return __atomic_load_n (&server->stopping, __ATOMIC_SEQ_CST) != 0;
}

/* ---- what handlers do ---------------------------------------------------- */

gboolean
server_send (ServerConn *conn, const void *data, gssize len)
{
  gsize left = len < 0 ? strlen (data) : (gsize) len;

  while (left > 0 && !conn->closed && !is_stopping (conn->server)) {
    gssize n = conn->ssl != NULL
                 ? SSL_write (conn->ssl, data, (int) MIN (left, 1 << 20))
                 : send (conn->fd, data, left, MSG_NOSIGNAL);

    if (n <= 0)
      return FALSE;
    data = (const char *) data + n;
    left -= (gsize) n;
  }
  return left == 0;
}

void
server_reply (ServerConn *conn, int status, const char *headers,
              const void *body, gssize len)
{
  gsize size = len < 0 ? strlen (body) : (gsize) len;
  g_autofree char *head
    = g_strdup_printf ("HTTP/1.1 %d Some\r\nContent-Length: %" G_GSIZE_FORMAT
                       "\r\n%s\r\n", status, size,
                       headers != NULL ? headers : "");

  server_send (conn, head, -1);
  server_send (conn, body, (gssize) size);
}

void
server_close (ServerConn *conn)
{
  conn->closed = TRUE;
}

void
server_reset (ServerConn *conn)
{
  struct linger linger = { 1, 0 };

  setsockopt (conn->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
  conn->closed = TRUE;
}

void
server_cut (ServerConn *conn)
{
  conn->closed = conn->cut = TRUE;
}

void
server_wait (ServerConn *conn)
{
  struct pollfd poll_fd = { conn->fd, POLLRDHUP, 0 };

  while (!is_stopping (conn->server)
         && (poll (&poll_fd, 1, POLL_MS) <= 0
             || !(poll_fd.revents & (POLLRDHUP | POLLHUP | POLLERR))))
    ;
  conn->closed = TRUE;
}

gboolean
server_sleep (ServerConn *conn, guint ms)
{
  for (guint i = 0; i < ms && !is_stopping (conn->server); i += POLL_MS)
    g_usleep (POLL_MS * 1000);
  return !is_stopping (conn->server);
}

char *
server_header (const ServerRequest *request, const char *name)
{
  g_auto (GStrv) lines = g_strsplit (request->head, "\r\n", -1);
  gsize len = strlen (name);

  for (guint i = 1; lines[i] != NULL; i++) {
    if (g_ascii_strncasecmp (lines[i], name, len) == 0 && lines[i][len] == ':')
      return g_strstrip (g_strdup (lines[i] + len + 1));
  }
  return NULL;
}

/* ---- one connection ------------------------------------------------------- */

static gboolean
fill (ServerConn *conn)
{
  char buf[16384];
  gssize n = conn->ssl != NULL ? SSL_read (conn->ssl, buf, sizeof buf)
                               : recv (conn->fd, buf, sizeof buf, 0);

  if (n <= 0)
    return FALSE;
  g_string_append_len (conn->in, buf, n);
  return TRUE;
}

static gboolean
serve_one (ServerConn *conn, guint number)
{
  ServerRequest request = { .number = number };
  g_autofree char *head = NULL, *body = NULL, *length = NULL;
  g_auto (GStrv) words = NULL;
  const char *end;
  gsize head_len;

  while ((end = strstr (conn->in->str, "\r\n\r\n")) == NULL) {
    if (!fill (conn))
      return FALSE;
  }
  head_len = (gsize) (end + 4 - conn->in->str);
  request.head = head = g_strndup (conn->in->str, head_len);
  length = server_header (&request, "Content-Length");
  request.body_len = length != NULL ? g_ascii_strtoull (length, NULL, 10) : 0;
  while (conn->in->len < head_len + request.body_len) {
    if (!fill (conn))
      return FALSE;
  }
  request.body = body
    = g_strndup (conn->in->str + head_len, request.body_len);
  g_string_erase (conn->in, 0, (gssize) (head_len + request.body_len));
  words = g_strsplit (head, " ", 3);
  request.method = words[0];
  request.target = words[1];
  pthread_mutex_lock (&conn->server->lock);
  conn->server->requests++;
  pthread_mutex_unlock (&conn->server->lock);
  conn->server->handler (conn, &request, conn->server->data);
  return !conn->closed;
}

static void *
serve (void *data)
{
  ServerConn *conn = data;
  guint number = 0;

  if (conn->server->tls != NULL) {
    conn->ssl = SSL_new (conn->server->tls);
    SSL_set_fd (conn->ssl, conn->fd);
    conn->closed = SSL_accept (conn->ssl) != 1;
  }
  while (!conn->closed && serve_one (conn, ++number))
    ;
  if (conn->ssl != NULL) {
    if (!conn->cut)
      SSL_shutdown (conn->ssl);
    SSL_free (conn->ssl);
  }
  pthread_mutex_lock (&conn->server->lock);
  close (conn->fd);
  conn->fd = -1;
  pthread_mutex_unlock (&conn->server->lock);
  g_string_free (conn->in, TRUE);
  return NULL;
}

/* ---- the server ------------------------------------------------------------ */

static void
welcome (Server *server, int fd)
{
  ServerConn *conn = g_new0 (ServerConn, 1);
  int one = 1;

  setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  conn->server = server;
  conn->fd = fd;
  conn->in = g_string_new (NULL);
  pthread_mutex_lock (&server->lock);
  server->connections++;
  g_ptr_array_add (server->conns, conn);
  pthread_create (&conn->thread, NULL, serve, conn);
  pthread_mutex_unlock (&server->lock);
}

static void *
listen_on (void *data)
{
  Server *server = data;
  struct pollfd poll_fd = { server->fd, POLLIN, 0 };

  while (!is_stopping (server)) {
    if (poll (&poll_fd, 1, POLL_MS) > 0) {
      int fd = accept (server->fd, NULL, NULL);

      if (fd >= 0)
        welcome (server, fd);
    }
  }
  return NULL;
}

Server *
server_start_tls (ServerHandler handler, gpointer data, const char *cert,
                  const char *key)
{
  Server *server = g_new0 (Server, 1);
  struct sockaddr_in address = { .sin_family = AF_INET };
  socklen_t len = sizeof address;

  server->handler = handler;
  server->data = data;
  server->conns = g_ptr_array_new_with_free_func (g_free);
  pthread_mutex_init (&server->lock, NULL);
  if (cert != NULL) {
    server->tls = SSL_CTX_new (TLS_server_method ());
    g_assert_cmpint (SSL_CTX_use_certificate_chain_file (server->tls, cert),
                     ==, 1);
    g_assert_cmpint (SSL_CTX_use_PrivateKey_file (server->tls, key,
                                                  SSL_FILETYPE_PEM), ==, 1);
  }
  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  server->fd = socket (AF_INET, SOCK_STREAM, 0);
  g_assert_cmpint (bind (server->fd, (struct sockaddr *) &address, len), ==, 0);
  g_assert_cmpint (listen (server->fd, 128), ==, 0);
  getsockname (server->fd, (struct sockaddr *) &address, &len);
  server->port = ntohs (address.sin_port);
  pthread_create (&server->thread, NULL, listen_on, server);
  return server;
}

Server *
server_start (ServerHandler handler, gpointer data)
{
  return server_start_tls (handler, data, NULL, NULL);
}

void
server_stop (Server *server)
{
  __atomic_store_n (&server->stopping, 1, __ATOMIC_SEQ_CST);
  pthread_join (server->thread, NULL);
  pthread_mutex_lock (&server->lock);
  for (guint i = 0; i < server->conns->len; i++) {
    ServerConn *conn = g_ptr_array_index (server->conns, i);

    if (conn->fd >= 0)
      shutdown (conn->fd, SHUT_RDWR);
  }
  pthread_mutex_unlock (&server->lock);
  for (guint i = 0; i < server->conns->len; i++)
    pthread_join (((ServerConn *) g_ptr_array_index (server->conns, i))->thread,
                  NULL);
  close (server->fd);
  g_ptr_array_unref (server->conns);
  SSL_CTX_free (server->tls);
  pthread_mutex_destroy (&server->lock);
  g_free (server);
}

int
server_port (const Server *server)
{
  return server->port;
}

char *
server_url (const Server *server, const char *target)
{
  return g_strdup_printf ("%s://127.0.0.1:%d%s",
                          server->tls != NULL ? "https" : "http", server->port,
                          target);
}

guint
server_connections (Server *server)
{
  guint n;

  pthread_mutex_lock (&server->lock);
  n = server->connections;
  pthread_mutex_unlock (&server->lock);
  return n;
}

guint
server_requests (Server *server)
{
  guint n;

  pthread_mutex_lock (&server->lock);
  n = server->requests;
  pthread_mutex_unlock (&server->lock);
  return n;
}
