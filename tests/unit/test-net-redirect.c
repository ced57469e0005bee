/* SPDX-License-Identifier: Apache-2.0
 *
 * test-net-redirect.c - redirects: to declared places only, and credentials
 * to the first place only.
 */
#include "net-fixture.h"

/* A server answers "/to/STATUS/URL" with a redirect and keeps all else.    */
typedef struct {
  char *last_head;
  char *last_body;
} Place;

static void
on_request (ServerConn *conn, const ServerRequest *request, gpointer data)
{
  Place *place = data;

  g_free (place->last_head);
  g_free (place->last_body);
  place->last_head = g_strdup (request->head);
  place->last_body = g_strdup (request->body);
  if (g_str_has_prefix (request->target, "/to/")) {
    int status = atoi (request->target + 4);
    g_autofree char *header
      = g_strdup_printf ("Location: %s\r\n", request->target + 8);

    server_reply (conn, status, header, "moved", -1);
  } else {
    server_reply (conn, 200, NULL, "arrived", -1);
  }
}

static void
place_clear (Place *place)
{
  g_free (place->last_head);
  g_free (place->last_body);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Place, place_clear)

static NetReply *
ask (Net *net, const char *url, const char *const *origins,
     struct md_error *err)
{
  static const char *const headers[] = { "X-Own: canary-header",
                                         "Cookie: canary-cookie",
                                         "X-Plain: fine", NULL };
  static const char *const secrets[] = { "canary-header", NULL };
  NetRequest request = {
    .url = url, .origins = origins, .headers = headers, .secrets = secrets,
    .auth = { MD_AUTH_HEADER, "canary-key", "canary-secret", "K-Id",
              "K-Secret" }
  };

  return net_send (net, &request, err);
}

static void
test_same_origin_is_followed_with_credentials (void)
{
  static const char *const statuses[] = { "301", "302", "303", "307", "308" };
  g_auto (Place) place = { 0 };
  g_autoptr (Server) server = server_start (on_request, &place);
  g_autoptr (Net) net = net_live ();

  for (gsize i = 0; i < G_N_ELEMENTS (statuses); i++) {
    g_autofree char *target
      = g_strconcat ("/to/", statuses[i], "//end?x=1", NULL);
    g_autofree char *url = server_url (server, target);
    g_autoptr (NetReply) reply = ask (net, url, NULL, NULL);

    g_assert_nonnull (reply);
    g_assert_cmpstr (net_reply_body (reply, NULL), ==, "arrived");
    g_assert_nonnull (strstr (place.last_head, "canary-secret"));
  }
  g_assert_cmpuint (server_connections (server), ==, 1);
}

static void
test_credentials_go_to_no_other_origin (void)
{
  g_auto (Place) first = { 0 }, second = { 0 };
  g_autoptr (Server) from = server_start (on_request, &first);
  g_autoptr (Server) to = server_start (on_request, &second);
  g_autoptr (Net) net = net_live ();
  g_autofree char *end = server_url (to, "/end");
  g_autofree char *target = g_strconcat ("/to/302/", end, NULL);
  g_autofree char *url = server_url (from, target);
  g_autofree char *one = server_url (from, "");
  g_autofree char *two = server_url (to, "");
  const char *const origins[] = { one, two, NULL };
  g_autoptr (NetReply) reply = ask (net, url, origins, NULL);

  g_assert_nonnull (reply);
  g_assert_cmpstr (net_reply_body (reply, NULL), ==, "arrived");
  g_assert_nonnull (strstr (first.last_head, "canary-secret"));
  g_assert_null (strstr (second.last_head, "canary"));
  g_assert_nonnull (strstr (second.last_head, "X-Plain: fine"));
}

/* There and back: the chain has left the origin once.                      */
static void
test_credentials_do_not_come_back_on_a_detour (void)
{
  g_auto (Place) first = { 0 }, second = { 0 };
  g_autoptr (Server) from = server_start (on_request, &first);
  g_autoptr (Server) over = server_start (on_request, &second);
  g_autoptr (Net) net = net_live ();
  g_autofree char *end = server_url (from, "/end");
  g_autofree char *back = g_strconcat ("/to/302/", end, NULL);
  g_autofree char *there = server_url (over, back);
  g_autofree char *target = g_strconcat ("/to/302/", there, NULL);
  g_autofree char *url = server_url (from, target);
  g_autofree char *one = server_url (from, "");
  g_autofree char *two = server_url (over, "");
  const char *const origins[] = { one, two, NULL };
  g_autoptr (NetReply) reply = ask (net, url, origins, NULL);

  g_assert_nonnull (reply);
  g_assert_null (strstr (first.last_head, "canary"));
}

static void
test_undeclared_origin_is_not_contacted (void)
{
  g_auto (Place) first = { 0 }, second = { 0 };
  g_autoptr (Server) from = server_start (on_request, &first);
  g_autoptr (Server) to = server_start (on_request, &second);
  g_autoptr (Net) net = net_live ();
  g_autofree char *end = server_url (to, "/end");
  g_autofree char *target = g_strconcat ("/to/302/", end, NULL);
  g_autofree char *url = server_url (from, target);
  g_autofree char *one = server_url (from, "");
  const char *const declared[] = { one, NULL };
  struct md_error err = { 0 };

  for (guint i = 0; i < 2; i++) {
    g_assert_null (ask (net, url, i == 0 ? declared : NULL, &err));
    g_assert_cmpint (err.klass, ==, MD_ERR_PROTOCOL);
    g_assert_cmpint (err.http_status, ==, 302);
    g_assert_nonnull (strstr (err.message, "nothing was sent there"));
  }
  g_assert_cmpuint (server_connections (to), ==, 0);
}

static void
test_other_schemes_and_nonsense_are_refused (void)
{
  static const char *const targets[] = {
    "/to/302/file:///etc/passwd", "/to/302/ftp://127.0.0.1/x",
    "/to/302/gopher://127.0.0.1/", "/to/302/http://u:p@127.0.0.1/",
    "/to/302/http://", "/to/302/javascript:alert(1)",
  };
  g_auto (Place) place = { 0 };
  g_autoptr (Server) server = server_start (on_request, &place);
  g_autoptr (Net) net = net_live ();

  for (gsize i = 0; i < G_N_ELEMENTS (targets); i++) {
    g_autofree char *url = server_url (server, targets[i]);
    struct md_error err = { 0 };
    g_autoptr (NetReply) reply = ask (net, url, NULL, &err);

    /* "javascript:..." is a path to some parsers: then it stays here.      */
    if (reply != NULL)
      g_assert_cmpstr (net_reply_body (reply, NULL), ==, "arrived");
    else
      g_assert_cmpint (err.klass, ==, MD_ERR_PROTOCOL);
    g_assert_true (i == 5 || reply == NULL);
  }
}

static void
on_loop (ServerConn *conn, const ServerRequest *request, gpointer data)
{
  server_reply (conn, 302, "Location: /again\r\n", "", -1);
}

static void
test_loop_ends_after_five (void)
{
  g_autoptr (Server) server = server_start (on_loop, NULL);
  g_autoptr (Net) net = net_live ();
  g_autofree char *url = server_url (server, "/");
  NetRequest request = { .url = url };

  must_fail (net, &request, MD_ERR_PROTOCOL, "more than 5 times");
  g_assert_cmpuint (server_requests (server), ==, 6);
}

static void
on_big_redirect (ServerConn *conn, const ServerRequest *request, gpointer data)
{
  if (strcmp (request->target, "/end") == 0) {
    server_reply (conn, 200, NULL, "arrived", -1);
    return;
  }
  server_send (conn, "HTTP/1.1 302 F\r\nLocation: /end\r\n\r\n", -1);
  while (server_send (conn, "0123456789abcdef0123456789abcdef", -1))
    ;
}

static void
test_endless_redirect_body_is_given_up (void)
{
  g_autoptr (Server) server = server_start (on_big_redirect, NULL);
  g_autoptr (Net) net = net_live ();
  g_autofree char *url = server_url (server, "/");
  NetRequest request = { .url = url, .pull = TRUE };

  must_fail (net, &request, MD_ERR_PROTOCOL, "body of a redirect");
}

static void
test_post_keeps_its_body_only_where_it_must (void)
{
  static const struct { const char *status, *method, *body; } cases[] = {
    { "301", "GET ", "" },      { "302", "GET ", "" },
    { "303", "GET ", "" },      { "307", "POST ", "a=b" },
    { "308", "POST ", "a=b" },
  };
  g_auto (Place) place = { 0 };
  g_autoptr (Server) server = server_start (on_request, &place);
  g_autoptr (Net) net = net_live ();

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *target
      = g_strconcat ("/to/", cases[i].status, "//end", NULL);
    g_autofree char *url = server_url (server, target);
    NetRequest request = { .url = url, .method = "POST", .body = "a=b",
                           .body_len = 3 };
    g_autoptr (NetReply) reply = net_send (net, &request, NULL);

    g_assert_nonnull (reply);
    g_assert_true (g_str_has_prefix (place.last_head, cases[i].method));
    g_assert_cmpstr (place.last_body, ==, cases[i].body);
  }
}

static void
on_no_location (ServerConn *conn, const ServerRequest *request, gpointer data)
{
  server_reply (conn, 302, NULL, "no way", -1);
}

static void
test_redirect_without_location_is_an_answer (void)
{
  g_autoptr (Server) server = server_start (on_no_location, NULL);
  g_autoptr (Net) net = net_live ();
  g_autofree char *url = server_url (server, "/");
  g_autoptr (NetReply) reply = must_get (net, url);

  g_assert_cmpint (net_reply_status (reply), ==, 302);
  g_assert_cmpstr (net_reply_body (reply, NULL), ==, "no way");
}

int
main (int argc, char **argv)
{
  fixture_init (&argc, &argv);
  g_test_add_func ("/net-redirect/same-origin-is-followed-with-credentials",
                   test_same_origin_is_followed_with_credentials);
  g_test_add_func ("/net-redirect/credentials-go-to-no-other-origin",
                   test_credentials_go_to_no_other_origin);
  g_test_add_func ("/net-redirect/credentials-do-not-come-back-on-a-detour",
                   test_credentials_do_not_come_back_on_a_detour);
  g_test_add_func ("/net-redirect/undeclared-origin-is-not-contacted",
                   test_undeclared_origin_is_not_contacted);
  g_test_add_func ("/net-redirect/other-schemes-and-nonsense-are-refused",
                   test_other_schemes_and_nonsense_are_refused);
  g_test_add_func ("/net-redirect/loop-ends-after-five",
                   test_loop_ends_after_five);
  g_test_add_func ("/net-redirect/endless-redirect-body-is-given-up",
                   test_endless_redirect_body_is_given_up);
  g_test_add_func ("/net-redirect/post-keeps-its-body-only-where-it-must",
                   test_post_keeps_its_body_only_where_it_must);
  g_test_add_func ("/net-redirect/redirect-without-location-is-an-answer",
                   test_redirect_without_location_is_an_answer);
  return g_test_run ();
}
