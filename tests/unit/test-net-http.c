/* SPDX-License-Identifier: Apache-2.0
 *
 * test-net-http.c - requests as they reach a server, and answers as they
 * reach the caller, when nothing goes wrong; and what is refused before
 * anything is sent.
 */
#include "net-seen.h"

static void
test_get_brings_status_headers_and_body (void)
{
  Seen seen = { 0 };
  g_autoptr (Server) server = server_start (on_echo, &seen);
  g_autoptr (Net) net = net_live ();
  g_autofree char *url = server_url (server, "/a/b?c=d&e=%20f");
  g_autoptr (NetReply) reply = must_get (net, url);
  gsize len;

  g_assert_cmpint (net_reply_status (reply), ==, 200);
  g_assert_cmpstr (net_reply_body (reply, &len), ==, "the body");
  g_assert_cmpuint (len, ==, 8);
  g_assert_cmpstr (net_reply_header (reply, "x-ONE"), ==, "first");
  g_assert_cmpstr (net_reply_header (reply, "X-Empty"), ==, "");
  g_assert_null (net_reply_header (reply, "X-On"));
  g_assert_cmpstr (seen.target, ==, "/a/b?c=d&e=%20f");
  g_assert_false (net_reply_close_delimited (reply));
  seen_clear (&seen);
}

static void
test_user_agent_is_always_set (void)
{
  Seen seen = { 0 };
  const char *const none[] = { "User-Agent:", NULL };
  g_autoptr (Server) server = server_start (on_echo, &seen);
  g_autoptr (Net) net = net_live ();
  g_autofree char *url = server_url (server, "/");
  NetRequest request = { .url = url, .headers = none };
  g_autoptr (NetReply) reply = net_send (net, &request, NULL);
  g_autofree char *agent = NULL;

  g_assert_nonnull (reply);
  agent = seen_header (&seen, "User-Agent");
  g_assert_true (g_str_has_prefix (agent, "mdcore/"));
  seen_clear (&seen);
}

static void
test_post_sends_method_headers_and_body (void)
{
  Seen seen = { 0 };
  const char *const headers[] = { "Content-Type: application/json",
                                  "X-Blank:", NULL };
  g_autoptr (Server) server = server_start (on_echo, &seen);
  g_autoptr (Net) net = net_live ();
  g_autofree char *url = server_url (server, "/p");
  NetRequest request = { .url = url, .method = "POST", .headers = headers,
                         .body = "{\"a\":1}", .body_len = 7 };
  g_autoptr (NetReply) reply = net_send (net, &request, NULL);

  g_assert_nonnull (reply);
  g_assert_cmpstr (seen.method, ==, "POST");
  g_assert_cmpstr (seen.body, ==, "{\"a\":1}");
  assert_header (&seen, "Content-Type", "application/json");
  assert_header (&seen, "X-Blank", "");
  assert_header (&seen, "Expect", NULL);
  seen_clear (&seen);
}

static void
test_empty_post_has_a_length (void)
{
  Seen seen = { 0 };
  g_autoptr (Server) server = server_start (on_echo, &seen);
  g_autoptr (Net) net = net_live ();
  g_autofree char *url = server_url (server, "/p");
  NetRequest request = { .url = url, .method = "POST" };
  g_autoptr (NetReply) reply = net_send (net, &request, NULL);

  g_assert_nonnull (reply);
  assert_header (&seen, "Content-Length", "0");
  seen_clear (&seen);
}

static void
test_delete_and_head_keep_their_names (void)
{
  static const char *const methods[] = { "DELETE", "HEAD", "PUT" };
  Seen seen = { 0 };
  g_autoptr (Server) server = server_start (on_echo, &seen);
  g_autoptr (Net) net = net_live ();
  g_autofree char *url = server_url (server, "/p");

  for (gsize i = 0; i < G_N_ELEMENTS (methods); i++) {
    NetRequest request = { .url = url, .method = methods[i] };
    g_autoptr (NetReply) reply = net_send (net, &request, NULL);

    g_assert_nonnull (reply);
    g_assert_cmpstr (seen.method, ==, methods[i]);
  }
  seen_clear (&seen);
}

static void
test_sequential_requests_use_one_connection (void)
{
  Seen seen = { 0 };
  g_autoptr (Server) server = server_start (on_echo, &seen);
  g_autoptr (Net) net = net_live ();
  g_autofree char *url = server_url (server, "/");
  NetCounts counts;

  for (guint i = 0; i < 10; i++) {
    NetRequest request = { .url = url, .pull = i % 2 == 1 };
    g_autoptr (NetReply) reply = net_send (net, &request, NULL);
    g_autoptr (GByteArray) body = g_byte_array_new ();

    g_assert_nonnull (reply);
    if (i % 2 == 1)
      g_assert_cmpint (read_all (reply, body, NULL), ==, MD_OK);
  }
  g_assert_cmpuint (server_connections (server), ==, 1);
  net_counts (net, &counts);
  g_assert_cmpuint (counts.requests, ==, 10);
  g_assert_cmpuint (counts.connections, ==, 1);
  g_assert_cmpuint (counts.failures, ==, 0);
  g_assert_cmpuint (counts.bytes_in, >=, 80);
  seen_clear (&seen);
}

static void
on_status (ServerConn *conn, const ServerRequest *request, gpointer data)
{
  int status = atoi (request->target + 1);
  g_autofree char *head
    = g_strdup_printf ("HTTP/1.1 %d\r\n\r\n", status);

  if (status == 204 || status == 304)
    server_send (conn, head, -1);
  else
    server_reply (conn, status, NULL, "why", -1);
}

static void
test_error_statuses_are_answers (void)
{
  static const int statuses[] = { 204, 304, 300, 400, 401, 404, 429, 500 };
  g_autoptr (Server) server = server_start (on_status, NULL);
  g_autoptr (Net) net = net_live ();

  for (gsize i = 0; i < G_N_ELEMENTS (statuses); i++) {
    g_autofree char *target = g_strdup_printf ("/%d", statuses[i]);
    g_autofree char *url = server_url (server, target);
    g_autoptr (NetReply) reply = must_get (net, url);

    g_assert_cmpint (net_reply_status (reply), ==, statuses[i]);
    g_assert_cmpstr (net_reply_body (reply, NULL), ==, i < 2 ? "" : "why");
  }
}

/* ---- refused before anything is sent --------------------------------------- */

static void
test_headers_with_line_breaks_are_refused (void)
{
  static const char *const lines[] = {
    "X: a\r\nEvil: b", "X: a\nEvil: b", "X\r\n: a", "No colon", ": no name",
    "B l: x", "X: a\x01" "b", "Host: other", "Content-Length: 3",
    "transfer-encoding: chunked", "Range: bytes=0-1",
  };
  g_autoptr (Net) net = net_live ();

  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++) {
    const char *const headers[] = { lines[i], NULL };
    NetRequest request = { .url = "http://127.0.0.1:1/", .headers = headers };

    must_fail (net, &request, MD_ERR_REQUEST, "the header");
  }
}

static void
test_other_schemes_are_refused (void)
{
  static const char *const urls[] = {
    "ftp://127.0.0.1/x", "gopher://127.0.0.1:70/", "dict://127.0.0.1/",
    "ws://127.0.0.1/", "data:text/plain,x", "example.com/x", "", "http://",
    "http://127.0.0.1:99999/", "http://a b/", "javascript:alert(1)",
    "http://user:pass@127.0.0.1/",
  };
  g_autoptr (Net) net = net_live ();

  for (gsize i = 0; i < G_N_ELEMENTS (urls); i++) {
    NetRequest request = { .url = urls[i] };

    must_fail (net, &request, MD_ERR_REQUEST, "");
  }
}

static void
test_undeclared_origins_are_refused (void)
{
  static const char *const origins[] = { "http://127.0.0.1:1", NULL };
  g_autoptr (Net) net = net_live ();
  NetRequest request = { .url = "http://127.0.0.1:2/next", .origins = origins };

  must_fail (net, &request, MD_ERR_REQUEST, "nothing was sent");
  request.url = "http://127.0.0.1:1@127.0.0.1:2/next";
  must_fail (net, &request, MD_ERR_REQUEST, "user name");
  request.url = "https://127.0.0.1:1/";
  must_fail (net, &request, MD_ERR_REQUEST, "nothing was sent");
}

static void
test_methods_must_be_words (void)
{
  g_autoptr (Net) net = net_live ();
  NetRequest request = { .url = "http://127.0.0.1:1/",
                         .method = "GET / HTTP/1.1\r\nEvil: yes\r\n\r\nGET" };

  must_fail (net, &request, MD_ERR_REQUEST, "no HTTP method");
}

/* ---- ranges ---------------------------------------------------------------- */

static void
on_range (ServerConn *conn, const ServerRequest *request, gpointer data)
{
  g_autofree char *range = server_header (request, "Range");
  g_autofree char *coding = server_header (request, "Accept-Encoding");

  g_assert_cmpstr (coding, ==, "identity");
  if (g_str_has_prefix (request->target, "/all"))
    server_reply (conn, 200, NULL, "0123456789", -1);
  else if (g_str_has_prefix (request->target, "/other"))
    server_reply (conn, 206, "Content-Range: bytes 3-5/10\r\n", "345", -1);
  else if (strcmp (range, "bytes=2-4") == 0)
    server_reply (conn, 206, "Content-Range: bytes 2-4/10\r\n", "234", -1);
  else if (strcmp (range, "bytes=7-") == 0)
    server_reply (conn, 206, "Content-Range: bytes 7-9/10\r\n", "789", -1);
  else
    server_reply (conn, 416, NULL, "", -1);
}

static void
test_ranges_are_half_open_and_proven (void)
{
  g_autoptr (Server) server = server_start (on_range, NULL);
  g_autoptr (Net) net = net_live ();
  g_autofree char *url = server_url (server, "/part");
  g_autofree char *all = server_url (server, "/all");
  g_autofree char *other = server_url (server, "/other");
  NetRequest request = { .url = url, .range_from = 2, .range_to = 5 };
  g_autoptr (NetReply) middle = net_send (net, &request, NULL);
  g_autoptr (NetReply) rest = NULL, beyond = NULL;

  g_assert_cmpstr (net_reply_body (middle, NULL), ==, "234");
  request.range_from = 7;
  request.range_to = 0;
  rest = net_send (net, &request, NULL);
  g_assert_cmpstr (net_reply_body (rest, NULL), ==, "789");
  request.range_from = 99;
  beyond = net_send (net, &request, NULL);
  g_assert_cmpint (net_reply_status (beyond), ==, 416);
  request = (NetRequest) { .url = all, .range_from = 2, .range_to = 5 };
  must_fail (net, &request, MD_ERR_PROTOCOL, "without saying");
  request.url = other;
  must_fail (net, &request, MD_ERR_PROTOCOL, "those from 3 on");
  request.range_to = 2;
  must_fail (net, &request, MD_ERR_REQUEST, "is empty");
}

int
main (int argc, char **argv)
{
  fixture_init (&argc, &argv);
  g_test_add_func ("/net-http/get-brings-status-headers-and-body",
                   test_get_brings_status_headers_and_body);
  g_test_add_func ("/net-http/user-agent-is-always-set",
                   test_user_agent_is_always_set);
  g_test_add_func ("/net-http/post-sends-method-headers-and-body",
                   test_post_sends_method_headers_and_body);
  g_test_add_func ("/net-http/empty-post-has-a-length",
                   test_empty_post_has_a_length);
  g_test_add_func ("/net-http/delete-and-head-keep-their-names",
                   test_delete_and_head_keep_their_names);
  g_test_add_func ("/net-http/sequential-requests-use-one-connection",
                   test_sequential_requests_use_one_connection);
  g_test_add_func ("/net-http/error-statuses-are-answers",
                   test_error_statuses_are_answers);
  g_test_add_func ("/net-http/headers-with-line-breaks-are-refused",
                   test_headers_with_line_breaks_are_refused);
  g_test_add_func ("/net-http/other-schemes-are-refused",
                   test_other_schemes_are_refused);
  g_test_add_func ("/net-http/undeclared-origins-are-refused",
                   test_undeclared_origins_are_refused);
  g_test_add_func ("/net-http/methods-must-be-words",
                   test_methods_must_be_words);
  g_test_add_func ("/net-http/ranges-are-half-open-and-proven",
                   test_ranges_are_half_open_and_proven);
  return g_test_run ();
}
