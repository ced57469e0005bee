/* SPDX-License-Identifier: Apache-2.0
 *
 * test-net-socket.c - plain and TLS sockets for protocols of a vendor's own.
 *
 * The test server wants a head that ends with an empty line, and may answer
 * whatever it likes.
 */
#include "net-certs.h"
#include "net-fixture.h"

#include <pthread.h>

#define HELLO "AUTH x y z\r\n\r\n"

static void
on_hello (ServerConn *conn, const ServerRequest *request, gpointer data)
{
  if (strcmp (request->method, "AUTH") == 0)
    server_send (conn, "ok\n", 3);
  else if (strcmp (request->method, "BYE") == 0)
    server_close (conn);
  else if (strcmp (request->method, "RESET") == 0)
    server_reset (conn);
  else
    server_wait (conn);
}

static char *
socket_url (const Server *server, const char *scheme)
{
  return g_strdup_printf ("%s://127.0.0.1:%d", scheme, server_port (server));
}

static NetSocket *
must_connect (Net *net, NetEndpoint endpoint)
{
  struct md_error err = { 0 };
  NetSocket *socket = net_connect (net, &endpoint, &err);

  if (socket == NULL)
    g_error ("%s", err.message);
  return socket;
}

static void
assert_talks (NetSocket *socket)
{
  char buf[100];
  gsize n, len = 0;

  g_assert_cmpint (net_send_bytes (socket, HELLO, strlen (HELLO), NULL), ==,
                   MD_OK);
  while (len < 3) {
    g_assert_cmpint (net_recv (socket, buf + len, 3 - len, &n, NULL), ==,
                     MD_OK);
    g_assert_cmpuint (n, >, 0);
    len += n;
  }
  g_assert_cmpmem (buf, len, "ok\n", 3);
}

static void
test_plain_socket_talks_both_ways (void)
{
  g_autoptr (Server) server = server_start (on_hello, NULL);
  g_autoptr (Net) net = net_live ();
  g_autofree char *url = socket_url (server, "tcp");
  g_autoptr (NetSocket) socket
    = must_connect (net, (NetEndpoint) { .url = url });
  NetCounts counts;

  for (guint i = 0; i < 3; i++)
    assert_talks (socket);
  g_assert_cmpuint (server_connections (server), ==, 1);
  net_counts (net, &counts);
  g_assert_cmpuint (counts.connections, ==, 1);
  g_assert_cmpuint (counts.bytes_in, ==, 9);
  g_assert_cmpuint (counts.bytes_out, ==, 3 * strlen (HELLO));
}

static void
test_tls_socket_verifies_and_talks (void)
{
  char *folder = make_folder ();
  Authority authority = authority_new ("ca");
  g_autofree char *ca = write_pem (folder, "ca.pem", authority.cert, NULL);
  g_autofree char *good
    = issue (&authority, folder, "s.pem", "IP:127.0.0.1", 1);
  g_autofree char *bad
    = issue (&authority, folder, "t.pem", "DNS:other.example", 1);
  NetOptions options = { .ca_file = ca, .connect_timeout = 2 * MD_SECOND };
  g_autoptr (Net) net = net_new (&options, NULL);
  g_autoptr (Server) server = server_start_tls (on_hello, NULL, good, good);
  g_autoptr (Server) wrong = server_start_tls (on_hello, NULL, bad, bad);
  g_autofree char *url = socket_url (server, "tls");
  g_autofree char *wrong_url = socket_url (wrong, "tls");
  g_autoptr (NetSocket) socket
    = must_connect (net, (NetEndpoint) { .url = url });
  struct md_error err = { 0 };

  assert_talks (socket);
  assert_talks (socket);
  g_assert_null (net_connect (net, &(NetEndpoint) { .url = wrong_url }, &err));
  g_assert_cmpint (err.klass, ==, MD_ERR_CONFIG);
  g_assert_true (g_str_has_prefix (err.message, wrong_url));
  g_assert_nonnull (strstr (err.message, "certificate is refused"));
  authority_clear (&authority);
  remove_folder (folder);
}

static void
test_end_and_reset_differ (void)
{
  static const struct { const char *text; int klass; } cases[] = {
    { "BYE x y z\r\n\r\n", MD_OK }, { "RESET x y z\r\n\r\n", MD_ERR_NETWORK },
  };
  g_autoptr (Server) server = server_start (on_hello, NULL);
  g_autoptr (Net) net = net_live ();
  g_autofree char *url = socket_url (server, "tcp");

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (NetSocket) socket
      = must_connect (net, (NetEndpoint) { .url = url });
    char buf[10];
    gsize n = 9;

    net_send_bytes (socket, cases[i].text, strlen (cases[i].text), NULL);
    g_assert_cmpint (net_recv (socket, buf, 10, &n, NULL), ==, cases[i].klass);
    g_assert_cmpuint (n, ==, 0);
  }
}

static void
test_silence_and_deadline_end_a_wait (void)
{
  g_autoptr (Server) server = server_start (on_hello, NULL);
  g_autoptr (Net) net = net_live ();
  g_autofree char *url = socket_url (server, "tcp");
  const NetEndpoint endpoints[] = {
    { .url = url, .silence = MD_SECOND / 5 },
    { .url = url, .silence = 60 * MD_SECOND,
      .deadline = clock_monotonic () + MD_SECOND / 2 },
  };
  static const char *const texts[] = { "no byte went", "the job allows" };

  for (gsize i = 0; i < G_N_ELEMENTS (endpoints); i++) {
    g_autoptr (NetSocket) socket = must_connect (net, endpoints[i]);
    gint64 start = g_get_monotonic_time ();
    struct md_error err = { 0 };
    char buf[10];
    gsize n;

    g_assert_cmpint (net_recv (socket, buf, 10, &n, &err), ==, MD_ERR_NETWORK);
    g_assert_nonnull (strstr (err.message, texts[i]));
    g_assert_cmpint (g_get_monotonic_time () - start, <, 3000000);
  }
}

static void *
cancel_soon (void *data)
{
  g_usleep (50000);
  cancel_request (data, SIGTERM);
  return NULL;
}

static void
test_cancel_ends_a_wait_within_200_ms (void)
{
  g_autoptr (Server) server = server_start (on_hello, NULL);
  g_autoptr (Net) net = net_live ();
  g_autofree char *url = socket_url (server, "tcp");
  Cancel cancel = { 0 };
  g_autoptr (NetSocket) socket = must_connect (
    net, (NetEndpoint) { .url = url, .cancel = &cancel,
                         .silence = 60 * MD_SECOND });
  gint64 start = g_get_monotonic_time ();
  pthread_t thread;
  char buf[10];
  gsize n;

  pthread_create (&thread, NULL, cancel_soon, &cancel);
  g_assert_cmpint (net_recv (socket, buf, 10, &n, NULL), ==, MD_ERR_CANCELLED);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 250000);
  g_assert_null (net_connect (net, &(NetEndpoint) { .url = url,
                                                    .cancel = &cancel }, NULL));
  pthread_join (thread, NULL);
}

static void
test_other_places_are_refused (void)
{
  static const char *const origins[] = { "tcp://127.0.0.1:1", NULL };
  static const char *const urls[] = {
    "tcp://127.0.0.1:2", "tls://127.0.0.1:1", "tcp://127.0.0.1", "ws://h:1",
    "http://127.0.0.1:1", "127.0.0.1:1", "", "tcp://127.0.0.1:1@127.0.0.1:2",
    "tcp://u:p@127.0.0.1:1", "file:///x",
  };
  g_autoptr (Net) net = net_live ();

  for (gsize i = 0; i < G_N_ELEMENTS (urls); i++) {
    NetEndpoint endpoint = { .url = urls[i], .origins = origins };
    struct md_error err = { 0 };

    g_assert_null (net_connect (net, &endpoint, &err));
    g_assert_cmpint (err.klass, ==, MD_ERR_REQUEST);
  }
}

static void
test_refused_connection_says_so (void)
{
  Server *server = server_start (on_hello, NULL);
  g_autofree char *url = socket_url (server, "tcp");
  g_autoptr (Net) net = net_live ();
  struct md_error err = { 0 };

  server_stop (server);
  g_assert_null (net_connect (net, &(NetEndpoint) { .url = url }, &err));
  g_assert_cmpint (err.klass, ==, MD_ERR_NETWORK);
  g_assert_nonnull (strstr (err.message, "Connection refused"));
}

static void
test_large_data_goes_through (void)
{
  g_autoptr (Server) server = server_start (on_hello, NULL);
  g_autoptr (Net) net = net_live ();
  g_autofree char *url = socket_url (server, "tcp");
  g_autoptr (NetSocket) socket
    = must_connect (net, (NetEndpoint) { .url = url });
  gsize size = 8 * 1024 * 1024;
  g_autofree char *head
    = g_strdup_printf ("AUTH x y\r\nContent-Length: %" G_GSIZE_FORMAT
                       "\r\n\r\n", size);
  g_autofree char *data = g_strnfill (size, 'd');
  char buf[3];
  gsize n;

  g_assert_cmpint (net_send_bytes (socket, head, strlen (head), NULL), ==,
                   MD_OK);
  g_assert_cmpint (net_send_bytes (socket, data, size, NULL), ==, MD_OK);
  g_assert_cmpint (net_recv (socket, buf, 3, &n, NULL), ==, MD_OK);
  g_assert_cmpuint (n, >, 0);
}

int
main (int argc, char **argv)
{
  fixture_init (&argc, &argv);
  g_test_add_func ("/net-socket/plain-socket-talks-both-ways",
                   test_plain_socket_talks_both_ways);
  g_test_add_func ("/net-socket/tls-socket-verifies-and-talks",
                   test_tls_socket_verifies_and_talks);
  g_test_add_func ("/net-socket/end-and-reset-differ",
                   test_end_and_reset_differ);
  g_test_add_func ("/net-socket/silence-and-deadline-end-a-wait",
                   test_silence_and_deadline_end_a_wait);
  g_test_add_func ("/net-socket/cancel-ends-a-wait-within-200-ms",
                   test_cancel_ends_a_wait_within_200_ms);
  g_test_add_func ("/net-socket/other-places-are-refused",
                   test_other_places_are_refused);
  g_test_add_func ("/net-socket/refused-connection-says-so",
                   test_refused_connection_says_so);
  g_test_add_func ("/net-socket/large-data-goes-through",
                   test_large_data_goes_through);
  return g_test_run ();
}
