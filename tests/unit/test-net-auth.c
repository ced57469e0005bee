/* SPDX-License-Identifier: Apache-2.0
 *
 * test-net-auth.c - credentials as they reach a server, or are refused.
 */
#include "net-seen.h"

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

int
main (int argc, char **argv)
{
  fixture_init (&argc, &argv);
  g_test_add_func ("/net-auth/basic-auth-encodes-user-and-password",
                   test_basic_auth_encodes_user_and_password);
  g_test_add_func ("/net-auth/bearer-auth-is-a-header",
                   test_bearer_auth_is_a_header);
  g_test_add_func ("/net-auth/header-auth-sets-both-headers",
                   test_header_auth_sets_both_headers);
  g_test_add_func ("/net-auth/query-auth-is-appended-and-encoded",
                   test_query_auth_is_appended_and_encoded);
  g_test_add_func ("/net-auth/credentials-that-cannot-be-sent-are-refused",
                   test_credentials_that_cannot_be_sent_are_refused);
  g_test_add_func ("/net-auth/sigv4-signs-the-canonical-query",
                   test_sigv4_signs_the_canonical_query);
  g_test_add_func ("/net-auth/sigv4-leaves-an-unsigned-payload-to-the-plugin",
                   test_sigv4_leaves_an_unsigned_payload_to_the_plugin);
  return g_test_run ();
}
