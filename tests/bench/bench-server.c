/* SPDX-License-Identifier: Apache-2.0
 *
 * bench-server.c - serves minute bars as pages of JSON over loopback, cheaply
 * enough not to be what is measured: the text of all rows is made once, a
 * page is a slice of it.
 *
 *   bench-server [CERT KEY]     prints its port; ends when its stdin does
 *
 * GET /v2/stocks/SYMBOL/bars?start=T&end=T&limit=N[&page_token=ROW],
 * GET /v2/stocks/bars?symbols=A,B&..., whose pages hold many symbols, and
 * GET /count for the number of requests so far.  Every symbol has the same
 * rows: 2024, 390 a day, Monday to Friday.
 */
#include "data/clock.h"
#include "data/interval.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define FIRST_DAY G_GINT64_CONSTANT (19723) /* 2024-01-01, a Monday          */
#define DAYS      366
#define REQUEST   8192

static GString *rows;      /* "{...},{...},..."                             */
static GArray *starts;     /* gsize: where row i begins; one more at the end */
static GArray *times;      /* md_time                                       */
static SSL_CTX *tls;
static guint requests;     /* atomic                                        */

/* ---- rows ------------------------------------------------------------ */

static void
append_row (md_time ts, gint64 *cents, GRand *rand)
{
  char time[TIME_TEXT_SIZE];
  gint64 open = *cents, close = open + g_rand_int_range (rand, -12, 13);
  gint64 high = MAX (open, close) + 3, low = MIN (open, close) - 3;

  time_format (ts, time);
  g_array_append_val (starts, rows->len);
  g_array_append_val (times, ts);
  g_string_append_printf (
    rows,
    "{\"t\":\"%s\",\"o\":%" G_GINT64_FORMAT ".%02d,\"h\":%" G_GINT64_FORMAT
    ".%02d,\"l\":%" G_GINT64_FORMAT ".%02d,\"c\":%" G_GINT64_FORMAT
    ".%02d,\"v\":%d,\"n\":%d,\"vw\":%" G_GINT64_FORMAT ".%06d},",
    time, open / 100, (int) (open % 100), high / 100, (int) (high % 100),
    low / 100, (int) (low % 100), close / 100, (int) (close % 100),
    g_rand_int_range (rand, 100, 60000), g_rand_int_range (rand, 1, 900),
    open / 100, g_rand_int_range (rand, 0, 1000000));
  *cents = CLAMP (close, 5000, 50000);
}

static void
make_rows (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  gint64 cents = 18700;

  rows = g_string_new (NULL);
  starts = g_array_new (FALSE, FALSE, sizeof (gsize));
  times = g_array_new (FALSE, FALSE, sizeof (md_time));
  for (gint64 day = 0; day < DAYS; day++) {
    for (gint64 minute = 0; minute < 390 && day % 7 < 5; minute++)
      append_row ((FIRST_DAY + day) * MD_DAY + (870 + minute) * MD_MINUTE,
                  &cents, rand);
  }
  g_array_append_val (starts, rows->len);
}

static guint
first_row_at (md_time t)
{
  guint low = 0, high = times->len;

  while (low < high) {
    guint middle = low + (high - low) / 2;

    if (g_array_index (times, md_time, middle) < t)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

/* ---- answers --------------------------------------------------------- */

typedef struct {
  int fd;
  SSL *ssl;
} Peer;

static gssize
peer_read (Peer *peer, char *buf, gsize size)
{
  return peer->ssl != NULL ? SSL_read (peer->ssl, buf, (int) size)
                           : read (peer->fd, buf, size);
}

static gboolean
peer_write (Peer *peer, const char *data, gsize len)
{
  while (len > 0) {
    gssize n = peer->ssl != NULL
                 ? SSL_write (peer->ssl, data, (int) MIN (len, 1 << 30))
                 : send (peer->fd, data, len, MSG_NOSIGNAL);

    if (n <= 0)
      return FALSE;
    data += n;
    len -= (gsize) n;
  }
  return TRUE;
}

/* The value of a query parameter, percent-decoded, or NULL.                */
static char *
parameter (const char *request, const char *name)
{
  g_autofree char *marker = g_strdup_printf ("%s=", name);
  const char *at = strstr (request, marker), *line = strchr (request, '\r');
  g_autofree char *raw = NULL;

  if (at == NULL || line == NULL || at > line)
    return NULL;
  at += strlen (marker);
  raw = g_strndup (at, strcspn (at, "& \r"));
  return g_uri_unescape_string (raw, NULL);
}

static md_time
time_parameter (const char *request, const char *name)
{
  g_autofree char *text = parameter (request, name);
  md_time t = 0;

  if (text != NULL)
    time_parse (text, &t, NULL);
  return t;
}

static gboolean
send_page (Peer *peer, const char *request)
{
  g_autofree char *token = parameter (request, "page_token");
  g_autofree char *limit = parameter (request, "limit");
  guint first = token != NULL ? (guint) atoi (token)
                              : first_row_at (time_parameter (request,
                                                              "start"));
  guint end = first_row_at (time_parameter (request, "end"));
  guint last = MIN (first + (limit != NULL ? atoi (limit) : 1000), end);
  gsize from = g_array_index (starts, gsize, first);
  gsize len = last > first ? g_array_index (starts, gsize, last) - from - 1
                           : 0;
  g_autofree char *tail
    = last < end ? g_strdup_printf ("],\"next_page_token\":\"%u\"}", last)
                 : g_strdup ("],\"next_page_token\":null}");
  g_autofree char *head = g_strdup_printf (
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
    "Content-Length: %zu\r\n\r\n{\"bars\":[", len + 9 + strlen (tail));

  return peer_write (peer, head, strlen (head))
         && peer_write (peer, rows->str + from, len)
         && peer_write (peer, tail, strlen (tail));
}

/* Rows [first, last) of a symbol, as a member of "bars".                   */
static void
append_symbol (GString *body, const char *symbol, guint first, guint last)
{
  gsize from = g_array_index (starts, gsize, first);
  gsize to = g_array_index (starts, gsize, last);

  g_string_append_printf (body, "%s\"%s\":[",
                          body->str[body->len - 1] == '{' ? "" : ",", symbol);
  g_string_append_len (body, rows->str + from, (gssize) (to - from - 1));
  g_string_append_c (body, ']');
}

/* A page token is the number of a symbol and of its next row.              */
static gboolean
send_symbols (Peer *peer, const char *request)
{
  g_autofree char *list = parameter (request, "symbols");
  g_autofree char *token = parameter (request, "page_token");
  g_autofree char *limit = parameter (request, "limit");
  g_autofree char *head = NULL;
  g_auto (GStrv) names = g_strsplit (list, ",", -1);
  g_autoptr (GString) body = g_string_new ("{\"bars\":{");
  guint start = first_row_at (time_parameter (request, "start"));
  guint end = first_row_at (time_parameter (request, "end"));
  guint left = limit != NULL ? atoi (limit) : 1000, at = 0, row = start;

  if (token != NULL)
    sscanf (token, "%u-%u", &at, &row);
  while (names[at] != NULL && left > 0) {
    guint last = MIN (row + left, end);

    if (last > row) {
      append_symbol (body, names[at], row, last);
      left -= last - row;
    }
    row = last < end ? last : start;
    at += last < end ? 0 : 1;
  }
  if (names[at] != NULL)
    g_string_append_printf (body, "},\"next_page_token\":\"%u-%u\"}", at,
                            row);
  else
    g_string_append (body, "},\"next_page_token\":null}");
  head = g_strdup_printf ("HTTP/1.1 200 OK\r\nContent-Type: "
                          "application/json\r\nContent-Length: %zu\r\n\r\n",
                          body->len);
  return peer_write (peer, head, strlen (head))
         && peer_write (peer, body->str, body->len);
}

static gboolean
answer (Peer *peer, const char *request)
{
  char text[128], count[16];

  if (!g_str_has_prefix (request, "GET /count")) {
    __atomic_add_fetch (&requests, 1, __ATOMIC_RELAXED);
    return g_str_has_prefix (request, "GET /v2/stocks/bars?")
             ? send_symbols (peer, request) : send_page (peer, request);
  }
  g_snprintf (count, sizeof count, "%u",
              __atomic_load_n (&requests, __ATOMIC_RELAXED));
  g_snprintf (text, sizeof text,
              "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n%s",
              strlen (count), count);
  return peer_write (peer, text, strlen (text));
}

/* One request after another; none has a body.                              */
static gpointer
serve (gpointer data)
{
  Peer peer = { .fd = GPOINTER_TO_INT (data) };
  char buf[REQUEST + 1];
  gsize len = 0;
  gssize n;

  if (tls != NULL) {
    peer.ssl = SSL_new (tls);
    SSL_set_fd (peer.ssl, peer.fd);
    if (SSL_accept (peer.ssl) != 1)
      len = REQUEST;
  }
  while (len < REQUEST
         && (n = peer_read (&peer, buf + len, REQUEST - len)) > 0) {
    len += (gsize) n;
    buf[len] = '\0';
    if (strstr (buf, "\r\n\r\n") == NULL)
      continue;
    if (!answer (&peer, buf))
      break;
    len = 0;
  }
  SSL_free (peer.ssl);
  close (peer.fd);
  return NULL;
}

/* ---- listening ------------------------------------------------------- */

static gpointer
end_with_stdin (gpointer data)
{
  char byte;

  while (read (STDIN_FILENO, &byte, 1) > 0)
    continue;
  exit (0);
}

static int
listen_on_loopback (void)
{
  struct sockaddr_in address = { .sin_family = AF_INET,
                                 .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t len = sizeof address;
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  if (bind (fd, (struct sockaddr *) &address, len) != 0
      || listen (fd, 64) != 0
      || getsockname (fd, (struct sockaddr *) &address, &len) != 0)
    g_error ("cannot listen on loopback");
  printf ("%u\n", ntohs (address.sin_port));
  fflush (stdout);
  return fd;
}

static void
use_tls (const char *cert, const char *key)
{
  tls = SSL_CTX_new (TLS_server_method ());
  if (SSL_CTX_use_certificate_chain_file (tls, cert) != 1
      || SSL_CTX_use_PrivateKey_file (tls, key, SSL_FILETYPE_PEM) != 1)
    g_error ("cannot use %s and %s", cert, key);
}

int
main (int argc, char **argv)
{
  int fd, one = 1;

  if (argc == 3)
    use_tls (argv[1], argv[2]);
  make_rows ();
  fd = listen_on_loopback ();
  g_thread_unref (g_thread_new ("stdin", end_with_stdin, NULL));
  for (;;) {
    int peer = accept4 (fd, NULL, NULL, SOCK_CLOEXEC);

    if (peer < 0)
      continue;
    setsockopt (peer, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    g_thread_unref (g_thread_new ("serve", serve, GINT_TO_POINTER (peer)));
  }
}
