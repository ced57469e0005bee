/* SPDX-License-Identifier: Apache-2.0
 *
 * test-net-record.c - what is recorded can be replayed, and holds no secret.
 */
#include "net-pack.h"
#include "net-recording.h"

/* ---- round trips ------------------------------------------------------------ */

static void
assert_replays (const Sent *sent, gboolean pull, guint files)
{
  char *folder = make_folder ();
  g_autofree char *path = g_build_filename (folder, "x.rec", NULL);
  g_autoptr (Server) server = server_start (on_sent, (gpointer) sent);
  g_autofree char *url = server_url (server, "/v1?b=2&a=1");
  NetRequest request = { .url = url, .pull = pull, .keep_wire = TRUE };
  struct md_error err = { 0 };
  g_autoptr (GBytes) live = NULL, replayed = NULL;
  g_autoptr (Net) replay = NULL;
  g_autoptr (GDir) dir = NULL;
  Net *record = open_net (NET_RECORD, path);
  guint n = 0;

  live = fetch (record, request, &err);
  g_assert_nonnull (live);
  net_free (record);
  server_stop (g_steal_pointer (&server));
  replay = open_net (NET_REPLAY, path);
  g_assert_false (net_replay_finished (replay, NULL));
  replayed = fetch (replay, request, &err);
  g_assert_nonnull (replayed);
  g_assert_true (g_bytes_equal (live, replayed));
  g_assert_true (net_replay_finished (replay, NULL));
  for (dir = g_dir_open (folder, 0, NULL); g_dir_read_name (dir) != NULL;)
    n++;
  g_assert_cmpuint (n, ==, files);
  remove_folder (folder);
}

static void
test_bodies_of_every_kind_replay_as_they_were (void)
{
  g_autoptr (GBytes) text = some_text (20000);
  g_autoptr (GBytes) large = some_text (3 * 1024 * 1024);
  g_autoptr (GBytes) crlf = g_bytes_new_static ("a,b\r\n1,2\r\n\r\nx\r", 15);
  g_autoptr (GBytes) lone = g_bytes_new_static ("a\rb", 3);
  g_autoptr (GBytes) blank = g_bytes_new_static ("\n\n| x\n", 6);
  g_autoptr (GBytes) empty = g_bytes_new_static ("", 0);
  g_autoptr (GBytes) nul = g_bytes_new_static ("a\0b", 3);
  g_autoptr (GBytes) bad = g_bytes_new_static ("caf\xe9\n", 5);
  g_autoptr (GBytes) zstd = pack_zstd ("content", 7);
  g_autoptr (GBytes) gzip = pack_gzip ("content", 7);
  g_autoptr (GBytes) noise = NULL;
  guint32 *random = g_new (guint32, 50000);
  const Sent kinds[] = {
    { NULL, text }, { NULL, crlf }, { NULL, lone }, { NULL, blank },
    { NULL, empty }, { NULL, nul }, { NULL, bad }, { NULL, zstd },
    { "Content-Encoding: gzip\r\n", gzip },
  };
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);

  for (guint i = 0; i < 50000; i++)
    random[i] = g_rand_int (rand);
  noise = g_bytes_new_take (random, 200000);
  for (guint pull = 0; pull < 2; pull++) {
    for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
      assert_replays (&kinds[i], pull, 1);
    assert_replays (&(Sent) { NULL, large }, pull, 2);
    assert_replays (&(Sent) { NULL, noise }, pull, 2);
  }
}

static void
test_recording_is_readable (void)
{
  static const char *const headers[] = { "Accept: application/json", NULL };
  g_autoptr (GBytes) body = g_bytes_new_static ("{\"a\":\n1}\n", 9);
  Sent sent = { "Content-Type: application/json\r\nSet-Cookie: sid=1\r\n",
                body };
  char *folder = make_folder ();
  g_autofree char *path = g_build_filename (folder, "x.rec", NULL);
  g_autoptr (Server) server = server_start (on_sent, &sent);
  g_autofree char *url = server_url (server, "/v1/bars?symbols=AAPL");
  NetRequest request = { .url = url, .method = "POST", .headers = headers,
                         .body = "x=1", .body_len = 3 };
  struct md_error err = { 0 };
  g_autoptr (GBytes) got = NULL;
  g_autofree char *text = NULL, *expected = NULL;
  Net *record = open_net (NET_RECORD, path);

  got = fetch (record, request, &err);
  net_free (record);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  expected = g_strdup_printf ("mdcore exchanges 1\n\nPOST %s\n"
                              "> Accept: application/json\n>| x=1\n< 200\n"
                              "< Content-Type: application/json\n"
                              "| {\"a\":\n| 1}\n|\n", url);
  g_assert_cmpstr (text, ==, expected);
  remove_folder (folder);
}

static void
on_moved (ServerConn *conn, const ServerRequest *request, gpointer data)
{
  if (g_str_has_prefix (request->target, "/new"))
    server_reply (conn, 200, NULL, "moved here", -1);
  else
    server_reply (conn, 302, "Location: /new?signature=canary\r\n", "", -1);
}

/* A signed place is a secret that nobody declares.                         */
static void
test_redirected_answer_is_recorded_under_its_first_place (void)
{
  char *folder = make_folder ();
  g_autofree char *path = g_build_filename (folder, "x.rec", NULL);
  g_autoptr (Server) server = server_start (on_moved, NULL);
  g_autofree char *url = server_url (server, "/old"), *text = NULL;
  struct md_error err = { 0 };
  Net *record = open_net (NET_RECORD, path);
  g_autoptr (GBytes) live = fetch (record, (NetRequest) { .url = url }, &err);
  g_autoptr (GBytes) again = NULL;
  g_autoptr (Net) replay = NULL;

  g_assert_nonnull (live);
  net_free (record);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_null (strstr (text, "canary"));
  replay = open_net (NET_REPLAY, path);
  again = fetch (replay, (NetRequest) { .url = url }, &err);
  g_assert_nonnull (again);
  g_assert_true (g_bytes_equal (live, again));
  remove_folder (folder);
}

static void
on_cut (ServerConn *conn, const ServerRequest *request, gpointer data)
{
  server_send (conn, "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nabcdef",
               -1);
  server_close (conn);
}

static void
test_failures_are_recorded (void)
{
  for (guint pull = 0; pull < 2; pull++) {
    char *folder = make_folder ();
    g_autofree char *path = g_build_filename (folder, "x.rec", NULL);
    g_autoptr (Server) server = server_start (on_cut, NULL);
    g_autofree char *url = server_url (server, "/a");
    NetRequest request = { .url = url, .pull = pull };
    struct md_error live = { 0 }, again = { 0 };
    Net *record = open_net (NET_RECORD, path);
    g_autoptr (Net) replay = NULL;

    g_assert_null (fetch (record, request, &live));
    net_free (record);
    replay = open_net (NET_REPLAY, path);
    g_assert_null (fetch (replay, request, &again));
    g_assert_cmpint (again.klass, ==, MD_ERR_NETWORK);
    g_assert_cmpstr (again.message, ==, live.message);
    remove_folder (folder);
  }
}

static void
test_body_that_was_not_read_to_its_end_says_so (void)
{
  g_autoptr (GBytes) body = some_text (5000000);
  Sent sent = { NULL, body };
  char *folder = make_folder ();
  g_autofree char *path = g_build_filename (folder, "x.rec", NULL);
  g_autoptr (Server) server = server_start (on_sent, &sent);
  g_autofree char *url = server_url (server, "/a");
  NetRequest request = { .url = url, .pull = TRUE };
  Net *record = open_net (NET_RECORD, path);
  NetReply *reply = net_send (record, &request, NULL);
  g_autoptr (Net) replay = NULL;
  struct md_error err = { 0 };
  char first[100], again[100];
  gsize n;

  g_assert_cmpint (net_reply_read (reply, first, 100, &n, NULL), ==, MD_OK);
  g_assert_cmpuint (n, ==, 100);
  net_reply_free (reply);
  net_free (record);
  replay = open_net (NET_REPLAY, path);
  reply = net_send (replay, &request, NULL);
  g_assert_cmpint (net_reply_read (reply, again, 100, &n, NULL), ==, MD_OK);
  g_assert_cmpmem (first, 100, again, n);
  while (net_reply_read (reply, again, 100, &n, &err) == MD_OK)
    g_assert_cmpuint (n, >, 0);
  g_assert_nonnull (strstr (err.message, "not read to its end"));
  net_reply_free (reply);
  remove_folder (folder);
}

/* All files of a folder, one after the other.                              */
static GBytes *
folder_content (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  g_autoptr (GByteArray) all = g_byte_array_new ();
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (folder, name, NULL);
    g_autofree char *text = NULL;
    gsize len;

    g_assert_true (g_file_get_contents (path, &text, &len, NULL));
    g_byte_array_append (all, (guint8 *) text, (guint) len);
  }
  return g_byte_array_free_to_bytes (g_steal_pointer (&all));
}

/* ---- secrets ------------------------------------------------------------------ */

#define CANARY "canary+Secret/42"

static const char *const canaries[] = { CANARY, NULL };

/* Says everything back in every form.                                      */
static void
on_parrot (ServerConn *conn, const ServerRequest *request, gpointer data)
{
  g_autofree char *base64
    = g_base64_encode ((const guchar *) "user:" CANARY, strlen (CANARY) + 5);
  g_autofree char *headers
    = g_strdup_printf ("X-Echo: %s\r\nX-Basic: %s\r\nSet-Cookie: " CANARY
                       "\r\nLocation: /x?t=canary%%2BSecret%%2F42\r\n",
                       CANARY, base64);
  g_autofree char *text
    = g_strdup_printf ("%s canary%%2bSecret%%2f42 %s canary+Secret\\/42\n%s",
                       CANARY, base64, request->head);
  GString *body = g_string_new (text);

  if (strstr (request->target, "large") != NULL) {
    /* Across every boundary of the pieces that it is written in.           */
    while (body->len < 3 * 1024 * 1024)
      g_string_append (body, "................ " CANARY);
  }
  if (strstr (request->target, "binary") != NULL)
    g_string_append_c (body, '\0');
  server_reply (conn, 200, headers, body->str, (gssize) body->len);
  g_string_free (body, TRUE);
}

static void
assert_no_canary (const char *folder)
{
  static const char *const forms[] = {
    "canary+Secret", "canary%2", "Secret/42", "Secret%2", "Secret\\/42",
    /* From the middle of base64 ("user:..." and alone), by coreutils.      */
    "Y2FuYXJ5K1NlY3JldC80M", "NhbmFyeStTZWNyZXQvND", "jYW5hcnkrU2VjcmV0Lz",
  };
  g_autoptr (GBytes) all = folder_content (folder);
  gsize len;
  const void *data = g_bytes_get_data (all, &len);

  g_assert_cmpuint (len, >, 100);
  for (gsize i = 0; i < G_N_ELEMENTS (forms); i++) {
    if (memmem (data, len, forms[i], strlen (forms[i])) != NULL)
      g_error ("the recording holds \"%s\"", forms[i]);
  }
}

static void
test_no_secret_is_recorded_in_any_form (void)
{
  static const char *const targets[] = { "/small", "/large", "/binary",
                                         "/binary/large" };
  static const NetAuth auths[] = {
    { MD_AUTH_NONE },
    { MD_AUTH_BASIC, "user", CANARY },
    { MD_AUTH_BEARER, CANARY },
    { MD_AUTH_HEADER, "user", CANARY, "K-Id", "K-Secret" },
    { MD_AUTH_QUERY, CANARY, NULL, "k" },
  };
  static const char *const headers[] = { "X-Own: " CANARY, "Cookie: a=b",
                                         NULL };
  char *folder = make_folder ();
  g_autofree char *path = g_build_filename (folder, "x.rec", NULL);
  g_autoptr (Server) server = server_start (on_parrot, NULL);
  Net *record = open_net (NET_RECORD, path);

  for (gsize i = 0; i < 2 * G_N_ELEMENTS (targets) * G_N_ELEMENTS (auths);
       i++) {
    g_autofree char *target
      = g_strconcat (targets[i / 2 % 4],
                     "/canary%2BSecret%2F42?token=x&a=canary+Secret/42", NULL);
    g_autofree char *url = server_url (server, target);
    NetRequest request = {
      .url = url, .headers = headers, .secrets = canaries, .pull = i % 2,
      .method = "POST", .body = "p=" CANARY, .body_len = 2 + strlen (CANARY),
      .auth = auths[i / 8]
    };
    struct md_error err = { 0 };
    g_autoptr (GBytes) got = fetch (record, request, &err);

    g_assert_nonnull (got);
  }
  net_free (record);
  assert_no_canary (folder);
  remove_folder (folder);
}

/* With another key, the recorded request is still the same one.            */
static void
test_recording_replays_with_another_key (void)
{
  static const char *const others[] = { "other-Secret", NULL };
  char *folder = make_folder ();
  g_autofree char *path = g_build_filename (folder, "x.rec", NULL);
  g_autoptr (Server) server = server_start (on_parrot, NULL);
  g_autofree char *url
    = server_url (server, "/a?apikey=canary%2BSecret%2F42&x=canary%2BSecret/42");
  NetRequest request = { .url = url, .secrets = canaries };
  struct md_error err = { 0 };
  Net *record = open_net (NET_RECORD, path);
  g_autoptr (GBytes) live = fetch (record, request, &err);
  g_autoptr (GBytes) again = NULL;
  g_autoptr (Net) replay = NULL;

  g_assert_nonnull (live);
  net_free (record);
  replay = open_net (NET_REPLAY, path);
  request.url = "http://h/a?apikey=k&x=other-Secret";
  request.secrets = others;
  again = fetch (replay, request, &err);
  g_assert_nonnull (again);
  remove_folder (folder);
}

static void
test_secret_in_a_compressed_body_is_not_recorded (void)
{
  g_autoptr (GBytes) gzip = pack_gzip ("x " CANARY, strlen (CANARY) + 2);
  const PackFile file = { "a", CANARY, strlen (CANARY) };
  g_autoptr (GBytes) zip = pack_zip (&file, 1, NULL);
  const Sent sents[] = { { NULL, gzip }, { NULL, zip } };

  for (gsize i = 0; i < G_N_ELEMENTS (sents); i++) {
    char *folder = make_folder ();
    g_autofree char *path = g_build_filename (folder, "x.rec", NULL);
    g_autoptr (Server) server = server_start (on_sent, (gpointer) &sents[i]);
    g_autofree char *url = server_url (server, "/a");
    g_autofree char *text = NULL;
    NetRequest request = { .url = url, .secrets = canaries };
    g_autoptr (Net) record = open_net (NET_RECORD, path);

    must_fail (record, &request, MD_ERR_CONFIG, "holds a secret");
    g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
    g_assert_cmpstr (text, ==, "mdcore exchanges 1\n");
    remove_folder (folder);
  }
}

int
main (int argc, char **argv)
{
  fixture_init (&argc, &argv);
  g_test_add_func ("/net-record/bodies-of-every-kind-replay-as-they-were",
                   test_bodies_of_every_kind_replay_as_they_were);
  g_test_add_func ("/net-record/recording-is-readable",
                   test_recording_is_readable);
  g_test_add_func (
    "/net-record/redirected-answer-is-recorded-under-its-first-place",
    test_redirected_answer_is_recorded_under_its_first_place);
  g_test_add_func ("/net-record/failures-are-recorded",
                   test_failures_are_recorded);
  g_test_add_func ("/net-record/body-that-was-not-read-to-its-end-says-so",
                   test_body_that_was_not_read_to_its_end_says_so);
  g_test_add_func ("/net-record/no-secret-is-recorded-in-any-form",
                   test_no_secret_is_recorded_in_any_form);
  g_test_add_func ("/net-record/recording-replays-with-another-key",
                   test_recording_replays_with_another_key);
  g_test_add_func ("/net-record/secret-in-a-compressed-body-is-not-recorded",
                   test_secret_in_a_compressed_body_is_not_recorded);
  return g_test_run ();
}
