/* SPDX-License-Identifier: Apache-2.0
 *
 * test-net-http.c - requests as they reach a server, and answers as they
 * reach the caller, when nothing goes wrong.
 */
#include "net-fixture.h"

/* What the server saw last.                                                */
typedef struct {
  char *method, *target, *head, *body;
} Seen;

static void
seen_clear (Seen *seen)
{
  g_free (seen->method);
  g_free (seen->target);
  g_free (seen->head);
  g_free (seen->body);
  *seen = (Seen) { 0 };
}

static void
on_echo (ServerConn *conn, const ServerRequest *request, gpointer data)
{
  Seen *seen = data;

  seen_clear (seen);
  *seen = (Seen) { g_strdup (request->method), g_strdup (request->target),
                   g_strdup (request->head), g_strdup (request->body) };
  if (strcmp (request->method, "HEAD") == 0)
    server_send (conn, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", -1);
  else
    server_reply (conn, 200, "X-One: first\r\nx-one: second\r\nX-Empty:\r\n",
                  "the body", -1);
}

static char *
seen_header (const Seen *seen, const char *name)
{
  ServerRequest request = { .head = seen->head };

  return server_header (&request, name);
}

#define assert_header(seen, name, value)                                  \
  G_STMT_START {                                                          \
    g_autofree char *found = seen_header (seen, name);                    \
    g_assert_cmpstr (found, ==, value);                                   \
  } G_STMT_END

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

/* ---- auth ----------------------------------------------------------------- */

static void
send_with_auth (NetAuth auth, Seen *seen)
{
  g_autoptr (Server) server = server_start (on_echo, seen);
  g_autoptr (Net) net = net_live ();
  g_autofree char *url = server_url (server, "/x?a=1");
  NetRequest request = { .url = url, .auth = auth };
  g_autoptr (NetReply) reply = net_send (net, &request, NULL);

  g_assert_nonnull (reply);
}

static void
test_basic_auth_encodes_user_and_password (void)
{
  Seen seen = { 0 };

  send_with_auth ((NetAuth) { MD_AUTH_BASIC, "Aladdin", "open sesame" }, &seen);
  assert_header (&seen, "Authorization",
                 "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="); /* RFC 7617, 2      */
  seen_clear (&seen);
}

static void
test_bearer_auth_is_a_header (void)
{
  Seen seen = { 0 };

  send_with_auth ((NetAuth) { MD_AUTH_BEARER, "tok" }, &seen);
  assert_header (&seen, "Authorization", "Bearer tok");
  seen_clear (&seen);
}

static void
test_header_auth_sets_both_headers (void)
{
  Seen seen = { 0 };

  send_with_auth ((NetAuth) { MD_AUTH_HEADER, "id", "sec", "K-Id", "K-Secret" },
                  &seen);
  assert_header (&seen, "K-Id", "id");
  assert_header (&seen, "K-Secret", "sec");
  seen_clear (&seen);
}

static void
test_query_auth_is_appended_and_encoded (void)
{
  Seen seen = { 0 };

  send_with_auth ((NetAuth) { MD_AUTH_QUERY, "a b&c", NULL, "api-key" }, &seen);
  g_assert_cmpstr (seen.target, ==, "/x?a=1&api-key=a%20b%26c");
  seen_clear (&seen);
}

static void
test_credentials_that_cannot_be_sent_are_refused (void)
{
  static const struct { NetAuth auth; const char *text; } cases[] = {
    { { MD_AUTH_BEARER, NULL }, "not set" },
    { { MD_AUTH_BEARER, "" }, "not set" },
    { { MD_AUTH_BEARER, "canary\nX: y" }, "line break" },
    { { MD_AUTH_BASIC, "user", "canary\r" }, "line break" },
    { { MD_AUTH_HEADER, "canary", NULL, NULL }, "no proper header" },
    { { MD_AUTH_HEADER, "canary", NULL, "A: b" }, "no proper header" },
    { { MD_AUTH_HEADER, "canary", NULL, "A", "B" }, "second header" },
    { { MD_AUTH_SIGV4, "canary", NULL, "r", "s" }, "secret key" },
  };
  g_autoptr (Net) net = net_live ();

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    NetRequest request = { .url = "http://127.0.0.1:1/",
                           .auth = cases[i].auth };
    struct md_error err = { 0 };
    g_autoptr (NetReply) reply = net_send (net, &request, &err);

    g_assert_null (reply);
    g_assert_cmpint (err.klass, ==, MD_ERR_CONFIG);
    g_assert_nonnull (strstr (err.message, cases[i].text));
    g_assert_null (strstr (err.message, "canary"));
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

/* ---- SigV4 ------------------------------------------------------------------ */

static void
hmac (const void *key, gsize key_len, const char *text, guint8 *ret_digest)
{
  g_autoptr (GHmac) mac = g_hmac_new (G_CHECKSUM_SHA256, key, key_len);
  gsize len = 32;

  g_hmac_update (mac, (const guchar *) text, -1);
  g_hmac_get_digest (mac, ret_digest, &len);
}

/* By the published steps of AWS Signature Version 4, from what the server
 * received.                                                                */
static char *
expected_signature (const Seen *seen, const char *query, const char *payload)
{
  g_autofree char *host = seen_header (seen, "Host");
  g_autofree char *date = seen_header (seen, "X-Amz-Date");
  g_autofree char *hash = seen_header (seen, "x-amz-content-sha256");
  g_autofree char *canonical
    = g_strdup_printf ("%s\n/x\n%s\nhost:%s\nx-amz-content-sha256:%s\n"
                       "x-amz-date:%s\n\nhost;x-amz-content-sha256;x-amz-date"
                       "\n%s", seen->method, query, host, hash, date, payload);
  g_autofree char *digest
    = g_compute_checksum_for_string (G_CHECKSUM_SHA256, canonical, -1);
  g_autofree char *day = g_strndup (date, 8);
  g_autofree char *text
    = g_strdup_printf ("AWS4-HMAC-SHA256\n%s\n%s/us-east-1/s3/aws4_request\n%s",
                       date, day, digest);
  g_autoptr (GHmac) last = NULL;
  guint8 key[32];

  g_assert_cmpstr (hash, ==, payload);
  hmac ("AWS4the-secret", 14, day, key);
  hmac (key, 32, "us-east-1", key);
  hmac (key, 32, "s3", key);
  hmac (key, 32, "aws4_request", key);
  last = g_hmac_new (G_CHECKSUM_SHA256, key, 32);
  g_hmac_update (last, (const guchar *) text, -1);
  return g_strdup (g_hmac_get_string (last));
}

static void
assert_signed (const Seen *seen, const char *query, const char *payload)
{
  g_autofree char *auth = seen_header (seen, "Authorization");
  g_autofree char *expected = expected_signature (seen, query, payload);

  g_assert_nonnull (strstr (auth, "Credential=AKID/"));
  g_assert_nonnull (strstr (auth, expected));
}

static void
test_sigv4_signs_the_canonical_query (void)
{
  static const char empty[] = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934c"
                              "a495991b7852b855";
  Seen seen = { 0 };
  g_autoptr (Server) server = server_start (on_echo, &seen);
  g_autoptr (Net) net = net_live ();
  g_autofree char *url
    = server_url (server, "/x?list-type=2&prefix=a/b+c&delimiter");
  NetRequest request = {
    .url = url,
    .auth = { MD_AUTH_SIGV4, "AKID", "the-secret", "us-east-1", "s3" }
  };
  g_autoptr (NetReply) reply = net_send (net, &request, NULL);

  g_assert_nonnull (reply);
  assert_signed (&seen, "delimiter=&list-type=2&prefix=a%2Fb%20c", empty);
  seen_clear (&seen);
}

static void
test_sigv4_leaves_an_unsigned_payload_to_the_plugin (void)
{
  const char *const headers[] = { "x-amz-content-sha256: UNSIGNED-PAYLOAD",
                                  NULL };
  Seen seen = { 0 };
  g_autoptr (Server) server = server_start (on_echo, &seen);
  g_autoptr (Net) net = net_live ();
  g_autofree char *url = server_url (server, "/x");
  NetRequest request = {
    .url = url, .method = "PUT", .body = "hello", .body_len = 5,
    .headers = headers,
    .auth = { MD_AUTH_SIGV4, "AKID", "the-secret", "us-east-1", "s3" }
  };
  g_autoptr (NetReply) reply = net_send (net, &request, NULL);

  g_assert_nonnull (reply);
  g_assert_cmpstr (seen.body, ==, "hello");
  assert_signed (&seen, "", "UNSIGNED-PAYLOAD");
  seen_clear (&seen);
}

/* ---- pulled ------------------------------------------------------------------ */

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
  g_test_add_func ("/net-http/basic-auth-encodes-user-and-password",
                   test_basic_auth_encodes_user_and_password);
  g_test_add_func ("/net-http/bearer-auth-is-a-header",
                   test_bearer_auth_is_a_header);
  g_test_add_func ("/net-http/header-auth-sets-both-headers",
                   test_header_auth_sets_both_headers);
  g_test_add_func ("/net-http/query-auth-is-appended-and-encoded",
                   test_query_auth_is_appended_and_encoded);
  g_test_add_func ("/net-http/credentials-that-cannot-be-sent-are-refused",
                   test_credentials_that_cannot_be_sent_are_refused);
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
  g_test_add_func ("/net-http/sigv4-signs-the-canonical-query",
                   test_sigv4_signs_the_canonical_query);
  g_test_add_func ("/net-http/sigv4-leaves-an-unsigned-payload-to-the-plugin",
                   test_sigv4_leaves_an_unsigned_payload_to_the_plugin);
  g_test_add_func ("/net-http/pulled-body-is-whole-and-memory-stays-flat",
                   test_pulled_body_is_whole_and_memory_stays_flat);
  g_test_add_func ("/net-http/slow-reader-pauses-the-server",
                   test_slow_reader_pauses_the_server);
  g_test_add_func ("/net-http/reply-freed-early-leaves-the-net-usable",
                   test_reply_freed_early_leaves_the_net_usable);
  g_test_add_func ("/net-http/pulled-refusal-has-its-text",
                   test_pulled_refusal_has_its_text);
  g_test_add_func ("/net-http/wire-and-hash-are-of-the-bytes-received",
                   test_wire_and_hash_are_of_the_bytes_received);
  return g_test_run ();
}
