/* SPDX-License-Identifier: Apache-2.0
 *
 * test-net-faults.c - servers and networks that fail: each ends in the right
 * class with a cause that can be read, never in data, and in time.
 */
#include "net-fixture.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

/* Generous against a loaded machine, small against a hang.                 */
#define PATIENCE (10 * G_TIME_SPAN_SECOND)

/* ---- answers that are sent as they stand ---------------------------------- */

typedef enum { THEN_CLOSE, THEN_RESET, THEN_WAIT } Then;

typedef struct {
  const char *name;
  const char *answer;
  Then then;
  int klass;
  const char *text;
} Fault;

static const Fault faults[] = {
  { "nothing-then-close", "", THEN_CLOSE, MD_ERR_NETWORK,
    "before any answer" },
  { "nothing-then-reset", "", THEN_RESET, MD_ERR_NETWORK,
    "before any answer" },
  { "close-inside-the-headers", "HTTP/1.1 200 OK\r\nContent-Le", THEN_CLOSE,
    MD_ERR_NETWORK, "the connection ended" },
  { "reset-inside-the-headers", "HTTP/1.1 200 OK\r\nContent-Le", THEN_RESET,
    MD_ERR_NETWORK, "the connection ended" },
  { "body-shorter-than-announced",
    "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nsix...", THEN_CLOSE,
    MD_ERR_NETWORK, "after 6 of 1000 bytes" },
  { "reset-inside-the-body",
    "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nsix...", THEN_RESET,
    MD_ERR_NETWORK, "of 1000 bytes" },
  { "chunks-without-their-end",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n",
    THEN_CLOSE, MD_ERR_NETWORK, "cut after 4 bytes" },
  { "cut-inside-a-chunk",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nabcd",
    THEN_CLOSE, MD_ERR_NETWORK, "cut after 4 bytes" },
  { "cut-before-the-last-line-of-the-chunks",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    "4\r\nabcd\r\n0\r\n", THEN_CLOSE, MD_ERR_NETWORK, "cut after 4 bytes" },
  { "chunk-that-is-no-number",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabcd\r\n",
    THEN_CLOSE, MD_ERR_NETWORK, "" },
  { "two-different-lengths",
    "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
    THEN_CLOSE, MD_ERR_PROTOCOL, "two different Content-Length" },
  { "negative-length",
    "HTTP/1.1 200 OK\r\nContent-Length: -3\r\n\r\nabcd", THEN_CLOSE,
    MD_ERR_PROTOCOL, "no proper HTTP" },
  { "no-http-at-all", "SSH-2.0-OpenSSH_9.2\r\n", THEN_CLOSE, MD_ERR_PROTOCOL,
    "no proper HTTP" },
  { "unknown-version", "HTTP/9.9 200 OK\r\n\r\n", THEN_CLOSE, MD_ERR_PROTOCOL,
    "no proper HTTP" },
  { "unasked-encoding",
    "HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 2\r\n\r\nab",
    THEN_CLOSE, MD_ERR_PROTOCOL, "\"br\"" },
  { "gzip-that-is-none",
    "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd",
    THEN_CLOSE, MD_ERR_PROTOCOL, "gzip data is damaged" },
  { "gzip-of-no-bytes",
    "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 0\r\n\r\n",
    THEN_CLOSE, MD_ERR_NETWORK, "it was cut" },
  { "three-encodings",
    "HTTP/1.1 200 OK\r\nContent-Encoding: gzip, gzip, gzip\r\n"
    "Content-Length: 4\r\n\r\nabcd", THEN_CLOSE, MD_ERR_PROTOCOL,
    "3 content encodings" },
  { "stall-before-the-answer", "", THEN_WAIT, MD_ERR_NETWORK, "no byte came" },
  { "stall-inside-the-headers", "HTTP/1.1 200 OK\r\nX-A: b\r\n", THEN_WAIT,
    MD_ERR_NETWORK, "no byte came" },
  { "stall-inside-the-body",
    "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nsix...", THEN_WAIT,
    MD_ERR_NETWORK, "6 bytes of the body had come" },
};

static void
on_fault (ServerConn *conn, const ServerRequest *request, gpointer data)
{
  const Fault *fault = data;

  server_send (conn, fault->answer, -1);
  switch (fault->then) {
  case THEN_CLOSE:
    server_close (conn);
    break;
  case THEN_RESET:
    /* Not before the bytes have arrived: a reset drops what is unread.     */
    server_sleep (conn, 50);
    server_reset (conn);
    break;
  case THEN_WAIT:
    server_wait (conn);
    break;
  }
}

/* Whole and pulled alike.                                                  */
static void
test_fault (gconstpointer data)
{
  const Fault *fault = data;
  g_autoptr (Server) server = server_start (on_fault, (gpointer) fault);
  g_autoptr (Net) net = net_live ();
  g_autofree char *url = server_url (server, "/path?symbol=AAPL");
  gint64 start = g_get_monotonic_time ();

  for (guint pull = 0; pull < 2; pull++) {
    NetRequest request = { .url = url, .pull = pull };
    g_autoptr (GByteArray) body = g_byte_array_new ();
    struct md_error err = { 0 };
    g_autoptr (NetReply) reply = net_send (net, &request, &err);

    if (reply != NULL)
      g_assert_cmpint (read_all (reply, body, &err), !=, MD_OK);
    if (err.klass != fault->klass
        || strstr (err.message, fault->text) == NULL)
      g_error ("expected class %d and \"%s\", got %d: %s", fault->klass,
               fault->text, err.klass, err.message);
    g_assert_true (g_str_has_prefix (err.message, "GET http://127.0.0.1:"));
    g_assert_nonnull (strstr (err.message, "/path?symbol=AAPL: "));
  }
  g_assert_cmpint (g_get_monotonic_time () - start, <, PATIENCE);
}

/* ---- what must not be taken for a fault ----------------------------------- */

static void
on_close_delimited (ServerConn *conn, const ServerRequest *request,
                    gpointer data)
{
  server_send (conn, "HTTP/1.0 200 OK\r\nContent-Type: text/csv\r\n\r\na,b\n",
               -1);
  server_close (conn);
}

static void
test_close_delimited_body_is_flagged (void)
{
  g_autoptr (Server) server = server_start (on_close_delimited, NULL);
  g_autoptr (Net) net = net_live ();
  g_autofree char *url = server_url (server, "/");
  g_autoptr (NetReply) reply = must_get (net, url);

  g_assert_cmpstr (net_reply_body (reply, NULL), ==, "a,b\n");
  g_assert_true (net_reply_close_delimited (reply));
}

static void
on_chunked (ServerConn *conn, const ServerRequest *request, gpointer data)
{
  server_send (conn, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"
               "Transfer-Encoding: chunked\r\nX-Folded: a\r\n  b\r\n\r\n"
               "4\r\nabcd\r\n2;ext=1\r\nef\r\n0\r\nX-Trailer: late\r\n\r\n", -1);
}

static void
test_chunks_and_trailers_are_understood (void)
{
  g_autoptr (Server) server = server_start (on_chunked, NULL);
  g_autoptr (Net) net = net_live ();
  g_autofree char *url = server_url (server, "/");
  g_autoptr (NetReply) reply = must_get (net, url);

  g_assert_cmpstr (net_reply_body (reply, NULL), ==, "abcdef");
  g_assert_false (net_reply_close_delimited (reply));
  g_assert_null (net_reply_header (reply, "X-Trailer"));
  g_assert_cmpstr (net_reply_header (reply, "X-Folded"), ==, "a b");
}

static void
on_many_headers (ServerConn *conn, const ServerRequest *request, gpointer data)
{
  g_autoptr (GString) lines = g_string_new (NULL);

  for (int i = 0; i < 100; i++)
    g_string_append_printf (lines, "X-H%d: v%d\r\n", i, i);
  server_reply (conn, 200, lines->str, "ok", -1);
}

static void
test_hundred_headers_are_kept (void)
{
  g_autoptr (Server) server = server_start (on_many_headers, NULL);
  g_autoptr (Net) net = net_live ();
  g_autofree char *url = server_url (server, "/");
  g_autoptr (NetReply) reply = must_get (net, url);

  g_assert_cmpstr (net_reply_header (reply, "X-H0"), ==, "v0");
  g_assert_cmpstr (net_reply_header (reply, "X-H99"), ==, "v99");
}

static void
on_huge_header (ServerConn *conn, const ServerRequest *request, gpointer data)
{
  gsize size = GPOINTER_TO_SIZE (data);
  g_autofree char *value = g_strnfill (size, 'x');
  g_autofree char *line = g_strdup_printf ("X-H: %s\r\n", value);

  server_send (conn, "HTTP/1.1 200 OK\r\n", -1);
  for (int i = 0; i < 10; i++)
    server_send (conn, line, -1);
  server_send (conn, "\r\n", -1);
  server_close (conn);
}

static void
test_huge_headers_are_refused (void)
{
  static const gsize sizes[] = { 2 << 20, 60000 };

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++) {
    g_autoptr (Server) server
      = server_start (on_huge_header, GSIZE_TO_POINTER (sizes[i]));
    g_autoptr (Net) net = net_live ();
    g_autofree char *url = server_url (server, "/");
    NetRequest request = { .url = url };

    must_fail (net, &request, MD_ERR_PROTOCOL, "header");
  }
}

static void
on_drip (ServerConn *conn, const ServerRequest *request, gpointer data)
{
  guint bytes = GPOINTER_TO_UINT (data);
  g_autofree char *head
    = g_strdup_printf ("HTTP/1.1 200 OK\r\nContent-Length: %u\r\n\r\n",
                       bytes);

  server_send (conn, head, -1);
  for (guint i = 0; i < bytes && server_sleep (conn, 100); i++) {
    if (!server_send (conn, "x", 1))
      break;
  }
}

static void
test_slow_answer_is_no_stall (void)
{
  g_autoptr (Server) server = server_start (on_drip, GUINT_TO_POINTER (8));
  g_autoptr (Net) net = net_live ();
  g_autofree char *url = server_url (server, "/");
  g_autoptr (NetReply) reply = must_get (net, url);

  g_assert_cmpstr (net_reply_body (reply, NULL), ==, "xxxxxxxx");
}

static void
test_endless_drip_is_given_up (void)
{
  g_autoptr (Server) server = server_start (on_drip, GUINT_TO_POINTER (5000));
  g_autoptr (Net) net = net_live ();
  g_autofree char *url = server_url (server, "/");
  NetRequest request = { .url = url };

  must_fail (net, &request, MD_ERR_NETWORK, "too slowly");
}

/* ---- no connection --------------------------------------------------------- */

static int
unused_port (void)
{
  struct sockaddr_in address = { .sin_family = AF_INET };
  socklen_t len = sizeof address;
  int fd = socket (AF_INET, SOCK_STREAM, 0);

  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  g_assert_cmpint (bind (fd, (struct sockaddr *) &address, len), ==, 0);
  getsockname (fd, (struct sockaddr *) &address, &len);
  close (fd);
  return ntohs (address.sin_port);
}

static void
test_refused_connection_says_so (void)
{
  g_autoptr (Net) net = net_live ();
  g_autofree char *url
    = g_strdup_printf ("http://127.0.0.1:%d/x", unused_port ());
  NetRequest request = { .url = url };
  NetCounts counts;

  must_fail (net, &request, MD_ERR_NETWORK, "Connection refused");
  net_counts (net, &counts);
  g_assert_cmpuint (counts.failures, ==, 1);
}

/* RFC 6761 reserves the name; without any name server it fails as well.    */
static void
test_unknown_name_says_so (void)
{
  NetOptions options = { .connect_timeout = 20 * MD_SECOND };
  g_autoptr (Net) net = net_new (&options, NULL);
  NetRequest request = { .url = "http://no-such-host.invalid/x" };

  must_fail (net, &request, MD_ERR_NETWORK, "not found in DNS");
}

/* A full backlog: the kernel answers no further connection.                */
static void
test_connection_that_is_not_accepted_times_out (void)
{
  NetOptions options = { .connect_timeout = 300 * MD_SECOND / 1000,
                         .stall_timeout = 5 * MD_SECOND };
  struct sockaddr_in address = { .sin_family = AF_INET };
  socklen_t len = sizeof address;
  int fd = socket (AF_INET, SOCK_STREAM, 0), fill[8];
  g_autoptr (Net) net = net_new (&options, NULL);
  g_autofree char *url = NULL;
  NetRequest request = { 0 };

  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  g_assert_cmpint (bind (fd, (struct sockaddr *) &address, len), ==, 0);
  g_assert_cmpint (listen (fd, 0), ==, 0);
  getsockname (fd, (struct sockaddr *) &address, &len);
  for (gsize i = 0; i < G_N_ELEMENTS (fill); i++) {
    fill[i] = socket (AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    (void) !connect (fill[i], (struct sockaddr *) &address, len);
  }
  url = g_strdup_printf ("http://127.0.0.1:%d/", ntohs (address.sin_port));
  request.url = url;
  must_fail (net, &request, MD_ERR_NETWORK, "no connection within");
  for (gsize i = 0; i < G_N_ELEMENTS (fill); i++)
    close (fill[i]);
  close (fd);
}

/* ---- what a failure says ------------------------------------------------ */

/* Reading on after a failure repeats the failure.                          */
static void
test_failure_of_a_pulled_body_stays (void)
{
  static const Fault cut
    = { "", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabcdef", THEN_CLOSE };
  g_autoptr (Server) server = server_start (on_fault, (gpointer) &cut);
  g_autoptr (Net) net = net_live ();
  g_autofree char *url = server_url (server, "/");
  NetRequest request = { .url = url, .pull = TRUE };
  g_autoptr (NetReply) reply = net_send (net, &request, NULL);
  g_autoptr (GByteArray) body = g_byte_array_new ();
  struct md_error first = { 0 }, second = { 0 };
  const char *name;

  g_assert_nonnull (reply);
  g_assert_cmpint (read_all (reply, body, &first), ==, MD_ERR_NETWORK);
  g_assert_cmpuint (body->len, ==, 6);
  g_assert_cmpint (read_all (reply, body, &second), ==, MD_ERR_NETWORK);
  g_assert_cmpstr (first.message, ==, second.message);
  g_assert_cmpint (net_reply_next_member (reply, &name, NULL), ==,
                   MD_ERR_NETWORK);
}

static void
test_errors_hold_no_secret (void)
{
  static const char *const secrets[] = { "canary-one", NULL };
  g_autoptr (Net) net = net_live ();
  g_autofree char *url = g_strdup_printf (
    "http://127.0.0.1:%d/canary%%2Done?apikey=canary-undeclared&s=AAPL",
    unused_port ());
  NetRequest request = { .url = url, .secrets = secrets,
                         .auth = { MD_AUTH_QUERY, "canary-two", NULL, "k" } };
  struct md_error err = { 0 };

  g_assert_null (net_send (net, &request, &err));
  g_assert_null (strstr (err.message, "canary"));
  g_assert_nonnull (strstr (err.message, "/***?apikey=***&s=AAPL: "));
}

int
main (int argc, char **argv)
{
  fixture_init (&argc, &argv);
  for (gsize i = 0; i < G_N_ELEMENTS (faults); i++) {
    g_autofree char *path = g_strconcat ("/net-faults/", faults[i].name, NULL);

    g_test_add_data_func (path, &faults[i], test_fault);
  }
  g_test_add_func ("/net-faults/close-delimited-body-is-flagged",
                   test_close_delimited_body_is_flagged);
  g_test_add_func ("/net-faults/chunks-and-trailers-are-understood",
                   test_chunks_and_trailers_are_understood);
  g_test_add_func ("/net-faults/hundred-headers-are-kept",
                   test_hundred_headers_are_kept);
  g_test_add_func ("/net-faults/huge-headers-are-refused",
                   test_huge_headers_are_refused);
  g_test_add_func ("/net-faults/slow-answer-is-no-stall",
                   test_slow_answer_is_no_stall);
  g_test_add_func ("/net-faults/endless-drip-is-given-up",
                   test_endless_drip_is_given_up);
  g_test_add_func ("/net-faults/refused-connection-says-so",
                   test_refused_connection_says_so);
  g_test_add_func ("/net-faults/unknown-name-says-so",
                   test_unknown_name_says_so);
  g_test_add_func ("/net-faults/connection-that-is-not-accepted-times-out",
                   test_connection_that_is_not_accepted_times_out);
  g_test_add_func ("/net-faults/failure-of-a-pulled-body-stays",
                   test_failure_of_a_pulled_body_stays);
  g_test_add_func ("/net-faults/errors-hold-no-secret",
                   test_errors_hold_no_secret);
  return g_test_run ();
}
