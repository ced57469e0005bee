/* SPDX-License-Identifier: Apache-2.0
 *
 * test-net-limits.c - waits that are given up, and bodies that are too large.
 */
#include "net-fixture.h"

#include <pthread.h>

static void
on_silence (ServerConn *conn, const ServerRequest *request, gpointer data)
{
  if (g_str_has_prefix (request->target, "/body"))
    server_send (conn, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", -1);
  server_wait (conn);
}

static void *
cancel_soon (void *data)
{
  g_usleep (50000);
  cancel_request (data, SIGINT);
  return NULL;
}

static Net *
patient_net (void)
{
  NetOptions options = { .stall_timeout = 60 * MD_SECOND };

  return net_new (&options, NULL);
}

static void
test_cancel_ends_a_wait_within_200_ms (void)
{
  static const char *const targets[] = { "/silent", "/body" };
  g_autoptr (Server) server = server_start (on_silence, NULL);
  g_autoptr (Net) net = patient_net ();

  for (guint i = 0; i < 4; i++) {
    Cancel cancel = { 0 };
    g_autofree char *url = server_url (server, targets[i / 2]);
    NetRequest request = { .url = url, .pull = i % 2, .cancel = &cancel };
    struct md_error err = { 0 };
    g_autoptr (NetReply) reply = NULL;
    g_autoptr (GByteArray) body = g_byte_array_new ();
    gint64 start = g_get_monotonic_time ();
    pthread_t thread;

    pthread_create (&thread, NULL, cancel_soon, &cancel);
    reply = net_send (net, &request, &err);
    if (reply != NULL)
      read_all (reply, body, &err);
    g_assert_cmpint (err.klass, ==, MD_ERR_CANCELLED);
    g_assert_cmpint (g_get_monotonic_time () - start, <, 250000);
    pthread_join (thread, NULL);
  }
}

static void
test_deadline_ends_a_wait (void)
{
  g_autoptr (Server) server = server_start (on_silence, NULL);
  g_autoptr (Net) net = patient_net ();
  g_autofree char *url = server_url (server, "/body");
  gint64 start = g_get_monotonic_time ();
  NetRequest request = { .url = url,
                         .deadline = clock_monotonic () + MD_SECOND / 10 };

  must_fail (net, &request, MD_ERR_NETWORK, "the job allows");
  g_assert_cmpint (g_get_monotonic_time () - start, <, 400000);
  must_fail (net, &request, MD_ERR_NETWORK, "the job allows");
}

static void *
send_and_expect_cancelled (void *data)
{
  Net *net = ((void **) data)[0];
  NetRequest request = { .url = ((void **) data)[1] };
  struct md_error err = { 0 };

  g_assert_null (net_send (net, &request, &err));
  g_assert_cmpint (err.klass, ==, MD_ERR_CANCELLED);
  return NULL;
}

static void
test_freeing_the_net_cancels_what_is_open (void)
{
  g_autoptr (Server) server = server_start (on_silence, NULL);
  Net *net = patient_net ();
  g_autofree char *url = server_url (server, "/body");
  NetRequest request = { .url = url, .pull = TRUE };
  void *arguments[] = { net, url };
  g_autoptr (NetReply) reply = net_send (net, &request, NULL);
  g_autoptr (GByteArray) body = g_byte_array_new ();
  pthread_t threads[3];

  g_assert_nonnull (reply);
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    pthread_create (&threads[i], NULL, send_and_expect_cancelled, arguments);
  while (server_requests (server) < 4)
    g_usleep (1000);
  net_free (net);
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    pthread_join (threads[i], NULL);
  g_assert_cmpint (read_all (reply, body, NULL), ==, MD_ERR_CANCELLED);
}

/* ---- limits ------------------------------------------------------------------ */

static void
on_thousand (ServerConn *conn, const ServerRequest *request, gpointer data)
{
  g_autofree char *body = g_strnfill (1000, 'y');

  if (g_str_has_prefix (request->target, "/endless")) {
    server_send (conn, "HTTP/1.1 200 OK\r\n\r\n", -1);
    while (server_send (conn, body, -1))
      ;
    return;
  }
  server_reply (conn, 200, NULL, body, -1);
}

static void
test_bodies_beyond_the_limit_are_refused (void)
{
  g_autoptr (Server) server = server_start (on_thousand, NULL);
  g_autoptr (Net) net = net_live ();
  g_autofree char *url = server_url (server, "/");
  g_autofree char *endless = server_url (server, "/endless");
  NetRequest request = { .url = url, .max_body = 999 };
  g_autoptr (NetReply) exact = NULL;
  g_autoptr (NetReply) pulled = NULL;
  g_autoptr (GByteArray) body = g_byte_array_new ();

  must_fail (net, &request, MD_ERR_REQUEST, "larger than the limit");
  request.max_body = 1000;
  exact = net_send (net, &request, NULL);
  g_assert_nonnull (exact);
  request = (NetRequest) { .url = endless, .max_body = 100000 };
  must_fail (net, &request, MD_ERR_REQUEST, "larger than the limit");
  request.pull = TRUE;
  pulled = net_send (net, &request, NULL);
  g_assert_cmpint (read_all (pulled, body, NULL), ==, MD_ERR_REQUEST);
  g_assert_cmpuint (body->len, <=, 100000);
}

int
main (int argc, char **argv)
{
  fixture_init (&argc, &argv);
  g_test_add_func ("/net-limits/cancel-ends-a-wait-within-200-ms",
                   test_cancel_ends_a_wait_within_200_ms);
  g_test_add_func ("/net-limits/deadline-ends-a-wait",
                   test_deadline_ends_a_wait);
  g_test_add_func ("/net-limits/freeing-the-net-cancels-what-is-open",
                   test_freeing_the_net_cancels_what_is_open);
  g_test_add_func ("/net-limits/bodies-beyond-the-limit-are-refused",
                   test_bodies_beyond_the_limit_are_refused);
  return g_test_run ();
}
