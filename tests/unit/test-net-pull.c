/* SPDX-License-Identifier: Apache-2.0
 *
 * test-net-pull.c - bodies that are pulled, and the bytes of the wire.
 */
#include "net-seen.h"

#define BIG (64 * 1024 * 1024)

/* AddressSanitizer keeps freed memory for a while; not here, where memory is
 * measured.                                                                */
const char *__asan_default_options (void);
__attribute__ ((visibility ("default"))) const char *
__asan_default_options (void)
{
  return "quarantine_size_mb=1";
}

static void
on_big (ServerConn *conn, const ServerRequest *request, gpointer data)
{
  g_autofree char *block = g_malloc (1 << 20);
  g_autofree char *head
    = g_strdup_printf ("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", BIG);

  server_send (conn, head, -1);
  for (int i = 0; i < BIG >> 20; i++) {
    memset (block, 'a' + i % 26, 1 << 20);
    if (!server_send (conn, block, 1 << 20))
      break;
  }
}

static gsize
resident (void)
{
  g_autofree char *text = NULL;
  unsigned long size, rss = 0;

  g_assert_true (g_file_get_contents ("/proc/self/statm", &text, NULL, NULL));
  g_assert_cmpint (sscanf (text, "%lu %lu", &size, &rss), ==, 2);
  return rss * 4096;
}

static void
test_pulled_body_is_whole_and_memory_stays_flat (void)
{
  g_autoptr (Server) server = server_start (on_big, NULL);
  g_autoptr (Net) net = net_live ();
  g_autofree char *url = server_url (server, "/big");
  NetRequest request = { .url = url, .pull = TRUE };
  g_autoptr (NetReply) reply = net_send (net, &request, NULL);
  g_autofree char *buf = g_malloc (100000);
  gsize before = resident (), most = 0, total = 0, n;

  g_assert_nonnull (reply);
  do {
    g_assert_cmpint (net_reply_read (reply, buf, 100000, &n, NULL), ==, MD_OK);
    for (gsize i = 0; i < n; i++) {
      if (buf[i] != (char) ('a' + ((total + i) >> 20) % 26))
        g_error ("byte %zu is wrong", total + i);
    }
    total += n;
    most = MAX (most, resident ());
  } while (n > 0);
  g_assert_cmpuint (total, ==, BIG);
  g_assert_cmpuint (net_reply_wire_bytes (reply), ==, BIG);
  g_assert_cmpuint (most - MIN (before, most), <, 24 << 20);
}

static void
test_slow_reader_pauses_the_server (void)
{
  g_autoptr (Server) server = server_start (on_big, NULL);
  g_autoptr (Net) net = net_live ();
  g_autofree char *url = server_url (server, "/big");
  NetRequest request = { .url = url, .pull = TRUE };
  g_autoptr (NetReply) reply = net_send (net, &request, NULL);
  g_autoptr (GByteArray) body = g_byte_array_new ();
  char first[10];
  gsize n;

  g_assert_nonnull (reply);
  g_assert_cmpint (net_reply_read (reply, first, 10, &n, NULL), ==, MD_OK);
  /* Longer than a stall: a reader that takes its time is none.             */
  g_usleep (2 * STALL / 1000);
  g_assert_cmpint (read_all (reply, body, NULL), ==, MD_OK);
  g_assert_cmpuint (body->len + n, ==, BIG);
}

static void
test_reply_freed_early_leaves_the_net_usable (void)
{
  g_autoptr (Server) server = server_start (on_big, NULL);
  g_autoptr (Net) net = net_live ();
  g_autofree char *url = server_url (server, "/big");

  for (guint i = 0; i < 5; i++) {
    NetRequest request = { .url = url, .pull = TRUE };
    NetReply *reply = net_send (net, &request, NULL);
    char first[10];
    gsize n;

    g_assert_nonnull (reply);
    g_assert_cmpint (net_reply_read (reply, first, 10, &n, NULL), ==, MD_OK);
    net_reply_free (reply);
  }
}

static void
on_refusal (ServerConn *conn, const ServerRequest *request, gpointer data)
{
  server_reply (conn, 429, "Retry-After: 7\r\n", "{\"message\":\"slow\"}", -1);
}

static void
test_pulled_refusal_has_its_text (void)
{
  g_autoptr (Server) server = server_start (on_refusal, NULL);
  g_autoptr (Net) net = net_live ();
  g_autofree char *url = server_url (server, "/");
  NetRequest request = { .url = url, .pull = TRUE };
  g_autoptr (NetReply) reply = net_send (net, &request, NULL);
  g_autoptr (GByteArray) body = g_byte_array_new ();

  g_assert_cmpint (net_reply_status (reply), ==, 429);
  g_assert_cmpstr (net_reply_body (reply, NULL), ==, "{\"message\":\"slow\"}");
  g_assert_cmpint (read_all (reply, body, NULL), ==, MD_OK);
  g_assert_cmpuint (body->len, ==, 18);
}

/* ---- wire -------------------------------------------------------------------- */

static void
test_wire_and_hash_are_of_the_bytes_received (void)
{
  Seen seen = { 0 };
  g_autoptr (Server) server = server_start (on_echo, &seen);
  g_autoptr (Net) net = net_live ();
  g_autofree char *url = server_url (server, "/");
  g_autofree char *expected
    = g_compute_checksum_for_string (G_CHECKSUM_SHA256, "the body", -1);

  for (guint pull = 0; pull < 2; pull++) {
    NetRequest request = { .url = url, .pull = pull, .keep_wire = TRUE };
    g_autoptr (NetReply) reply = net_send (net, &request, NULL);
    g_autoptr (GByteArray) body = g_byte_array_new ();
    gsize len;

    g_assert_nonnull (reply);
    if (pull) {
      g_assert_null (net_reply_hash (reply));
      g_assert_null (net_reply_wire (reply));
      g_assert_cmpint (read_all (reply, body, NULL), ==, MD_OK);
    }
    g_assert_cmpstr (net_reply_hash (reply), ==, expected);
    g_assert_cmpmem (g_bytes_get_data (net_reply_wire (reply), &len), 8,
                     "the body", 8);
    g_assert_cmpuint (net_reply_wire_bytes (reply), ==, 8);
  }
  seen_clear (&seen);
}

int
main (int argc, char **argv)
{
  fixture_init (&argc, &argv);
  g_test_add_func ("/net-pull/pulled-body-is-whole-and-memory-stays-flat",
                   test_pulled_body_is_whole_and_memory_stays_flat);
  g_test_add_func ("/net-pull/slow-reader-pauses-the-server",
                   test_slow_reader_pauses_the_server);
  g_test_add_func ("/net-pull/reply-freed-early-leaves-the-net-usable",
                   test_reply_freed_early_leaves_the_net_usable);
  g_test_add_func ("/net-pull/pulled-refusal-has-its-text",
                   test_pulled_refusal_has_its_text);
  g_test_add_func ("/net-pull/wire-and-hash-are-of-the-bytes-received",
                   test_wire_and_hash_are_of_the_bytes_received);
  return g_test_run ();
}
