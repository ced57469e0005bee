/* SPDX-License-Identifier: Apache-2.0
 *
 * test-net-replay.c - requests answered from a recording, without a network.
 */
#include "net-pack.h"
#include "net-recording.h"

#include <pthread.h>

static char *
write_recording (const char *folder, const char *exchanges)
{
  char *path = g_build_filename (folder, "hand.rec", NULL);
  g_autofree char *text
    = g_strconcat ("mdcore exchanges 1\n", exchanges, NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  return path;
}

static void
assert_answer (Net *net, NetRequest request, const char *expected)
{
  struct md_error err = { 0 };
  g_autoptr (GBytes) body = fetch (net, request, &err);
  gsize len;
  const char *data;

  if (body == NULL)
    g_error ("%s", err.message);
  data = g_bytes_get_data (body, &len);
  g_assert_cmpmem (data, len, expected, strlen (expected));
}

static void
test_equal_requests_are_answered_in_order_and_once (void)
{
  char *folder = make_folder ();
  g_autofree char *path
    = write_recording (folder, "GET http://h/a?x=1&y=2\n< 200\n| one\n"
                       "GET http://h/b\n< 404\n| other\n"
                       "GET http://h/a?y=2&x=1\n< 200\n| two\n");
  g_autoptr (Net) net = open_net (NET_REPLAY, path);
  NetRequest request = { .url = "https://elsewhere:9/a?y=%32&x=1" };

  assert_answer (net, request, "one");
  assert_answer (net, request, "two");
  must_fail (net, &request, MD_ERR_REQUEST, "GET https://elsewhere:9/a?y=%32&x="
             "1: every answer to it in");
  assert_answer (net, (NetRequest) { .url = "http://h/b" }, "other");
  g_assert_true (net_replay_finished (net, NULL));
  remove_folder (folder);
}

static void
test_method_path_query_range_and_body_must_agree (void)
{
  static const char *const range[] = { "Accept: text/csv", NULL };
  char *folder = make_folder ();
  g_autofree char *path
    = write_recording (folder, "POST http://h/a\n>| k=1\n< 200\n| posted\n"
                       "GET http://h/a\n> Range: bytes=5-9\n< 206\n"
                       "< Content-Range: bytes 5-9/20\n| part\n");
  g_autoptr (Net) net = open_net (NET_REPLAY, path);
  NetRequest request = { .url = "http://h/a", .method = "POST", .body = "k=2",
                         .body_len = 3 };

  must_fail (net, &request, MD_ERR_REQUEST, "holds no answer to it; line 2 "
             "answers POST /a");
  request.method = "PUT";
  request.body = "k=1";
  must_fail (net, &request, MD_ERR_REQUEST, "nor to another request");
  request = (NetRequest) { .url = "http://h/a/" };
  must_fail (net, &request, MD_ERR_REQUEST, "no answer");
  request = (NetRequest) { .url = "http://h/a", .headers = range };
  must_fail (net, &request, MD_ERR_REQUEST, "no answer");
  request.range_from = 5;
  request.range_to = 10;
  assert_answer (net, request, "part");
  assert_answer (net, (NetRequest) { .url = "http://h/a", .method = "POST",
                                     .body = "k=1", .body_len = 3 }, "posted");
  remove_folder (folder);
}

static void
test_unused_exchanges_are_named (void)
{
  char *folder = make_folder ();
  g_autofree char *path
    = write_recording (folder, "GET http://h/a\n< 200\n| one\n"
                       "GET http://h/b?x=1\n< 200\n");
  g_autoptr (Net) net = open_net (NET_REPLAY, path);
  g_autofree char *unused = NULL;

  assert_answer (net, (NetRequest) { .url = "http://h/a" }, "one");
  g_assert_false (net_replay_finished (net, &unused));
  g_assert_cmpstr (unused, ==, "line 5: GET /b?x=1");
  remove_folder (folder);
}

static void
test_recorded_failures_fail_again (void)
{
  char *folder = make_folder ();
  g_autofree char *path
    = write_recording (folder, "GET http://h/a\n! network it broke\n"
                       "GET http://h/b\n< 200\n| half a bo\n"
                       "! network it broke later\n");
  g_autoptr (Net) net = open_net (NET_REPLAY, path);
  NetRequest request = { .url = "http://h/b", .pull = TRUE };
  g_autoptr (NetReply) reply = NULL;
  g_autoptr (GByteArray) body = g_byte_array_new ();
  struct md_error err = { 0 };

  must_fail (net, &(NetRequest) { .url = "http://h/a" }, MD_ERR_NETWORK,
             "GET http://h/a: it broke");
  reply = net_send (net, &request, &err);
  g_assert_nonnull (reply);
  g_assert_cmpint (read_all (reply, body, &err), ==, MD_ERR_NETWORK);
  g_assert_cmpmem (body->data, body->len, "half a bo", 9);
  g_assert_nonnull (strstr (err.message, "it broke later"));
  remove_folder (folder);
}

static void
test_sockets_and_undeclared_origins_are_refused_as_live (void)
{
  static const char *const origins[] = { "http://h:80", NULL };
  char *folder = make_folder ();
  g_autofree char *path = g_build_filename (folder, "x.rec", NULL);
  g_autoptr (GBytes) none = NULL;
  g_autoptr (Net) net = NULL;
  struct md_error err = { 0 };

  g_assert_true (g_file_set_contents (path, "mdcore exchanges 1\n"
                                      "GET http://h/\n< 200\n", -1, NULL));
  net = open_net (NET_REPLAY, path);
  must_fail (net, &(NetRequest) { .url = "http://g/", .origins = origins },
             MD_ERR_REQUEST, "no origin that the provider declares");
  g_assert_null (net_connect (net, &(NetEndpoint) { .url = "tcp://h:1" },
                              &err));
  g_assert_cmpint (err.klass, ==, MD_ERR_UNSUPPORTED);
  remove_folder (folder);
}

/* ---- files that are no recordings -------------------------------------------- */

static void
test_damaged_recordings_are_refused_by_line (void)
{
  static const struct { const char *text, *why; } cases[] = {
    { "", "line 0: the file is empty" },
    { "mdcore exchanges 2\n", "line 1: " },
    { "mdcore exchanges 1\nGET\n< 200\n", "line 2: a request is METHOD URL" },
    { "mdcore exchanges 1\n< 200\n", "line 2: no request stands before it" },
    { "mdcore exchanges 1\nGET /a\n", "line 2: this request has no answer" },
    { "mdcore exchanges 1\nGET /a\n< 2000\n", "line 3: one status" },
    { "mdcore exchanges 1\nGET /a\n< 200\n< 200\n", "line 4: one status" },
    { "mdcore exchanges 1\nGET /a\n< A: b\n", "line 3: one status" },
    { "mdcore exchanges 1\nGET /a\n< 200\n|x\n", "line 4: a blank must" },
    { "mdcore exchanges 1\nGET /a\n< 200\n64 ab\n", "line 4: this is no line" },
    { "mdcore exchanges 1\nGET /a\n< 200\n64 YWI=\n| b\n", "line 5: a blank" },
    { "mdcore exchanges 1\nGET /a\n< 200\n| b\n64 YWI=\n", "line 5: this is" },
    { "mdcore exchanges 1\nGET /a\n< 200\n@ ../x\n", "line 4: a file of a" },
    { "mdcore exchanges 1\nGET /a\n< 200\n@ .x\n", "line 4: a file of a" },
    { "mdcore exchanges 1\nGET /a\n! sometimes it fails\n", "line 3: a fail" },
    { "mdcore exchanges 1\nGET /a\n? what\n", "line 3: no line of an" },
  };
  char *folder = make_folder ();
  g_autofree char *path = g_build_filename (folder, "x.rec", NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    NetOptions options = { .mode = NET_REPLAY, .path = path };
    g_autoptr (GError) error = NULL;

    g_assert_true (g_file_set_contents (path, cases[i].text, -1, NULL));
    g_assert_null (net_new (&options, &error));
    g_assert_true (g_str_has_prefix (error->message, path));
    if (strstr (error->message, cases[i].why) == NULL)
      g_error ("expected \"%s\": %s", cases[i].why, error->message);
  }
  remove_folder (folder);
}

static void
test_other_files_are_not_overwritten (void)
{
  char *folder = make_folder ();
  g_autofree char *path = g_build_filename (folder, "precious.csv", NULL);
  NetOptions options = { .mode = NET_RECORD, .path = path };
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  g_assert_true (g_file_set_contents (path, "a,b\n", -1, NULL));
  g_assert_null (net_new (&options, &error));
  g_assert_error (error, CORE_ERROR, CORE_ERROR_USAGE);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "a,b\n");
  remove_folder (folder);
}

static void
test_missing_side_file_is_named (void)
{
  char *folder = make_folder ();
  g_autofree char *path
    = write_recording (folder, "GET http://h/a\n< 200\n@ gone.body\n");
  g_autoptr (Net) net = open_net (NET_REPLAY, path);

  must_fail (net, &(NetRequest) { .url = "http://h/a" }, MD_ERR_CONFIG,
             "gone.body");
  remove_folder (folder);
}

/* ---- several at once ------------------------------------------------------------ */

static void *
fetch_some (void *data)
{
  Net *net = ((void **) data)[0];
  const Server *server = ((void **) data)[1];

  for (guint i = 0; i < 20; i++) {
    g_autofree char *target = g_strdup_printf ("/n?i=%u", i);
    g_autofree char *url = server_url (server, target);
    struct md_error err = { 0 };
    g_autoptr (GBytes) got
      = fetch (net, (NetRequest) { .url = url, .pull = i % 2 }, &err);

    g_assert_nonnull (got);
  }
  return NULL;
}

static void
run_threads (Net *net, Server *server)
{
  void *arguments[] = { net, server };
  pthread_t threads[4];

  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    pthread_create (&threads[i], NULL, fetch_some, arguments);
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    pthread_join (threads[i], NULL);
}

static void
test_threads_record_and_replay_together (void)
{
  g_autoptr (GBytes) body = some_text (3000);
  Sent sent = { NULL, body };
  char *folder = make_folder ();
  g_autofree char *path = g_build_filename (folder, "x.rec", NULL);
  g_autoptr (Server) server = server_start (on_sent, &sent);
  g_autofree char *unused = NULL;
  Net *net = open_net (NET_RECORD, path);

  run_threads (net, server);
  net_free (net);
  net = open_net (NET_REPLAY, path);
  run_threads (net, server);
  g_assert_true (net_replay_finished (net, &unused));
  net_free (net);
  remove_folder (folder);
}

/* ---- mutations -------------------------------------------------------------------- */

static void
test_mutated_recordings_never_crash (void)
{
  static const char seed[]
    = "mdcore exchanges 1\n# note\n\nPOST http://h/a?b=c\n> Range: bytes=1-2\n"
      ">| x\n< 200\n< A: b\n|r text\n|\n| more\n! network cut\n"
      "GET http://h/b\n< 404\n64 AAEC\n64 Aw==\n";
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  char *folder = make_folder ();
  g_autofree char *path = g_build_filename (folder, "m.rec", NULL);
  guint parsed = 0;

  for (guint i = 0; i < 3000; i++) {
    NetOptions options = { .mode = NET_REPLAY, .path = path };
    char text[sizeof seed];
    FILE *file = fopen (path, "w");
    gint edits = g_rand_int_range (rand, 0, 4);
    Net *net;

    memcpy (text, seed, sizeof seed);
    for (gint e = 0; e < edits; e++)
      text[g_rand_int_range (rand, 19, sizeof seed - 1)]
        = (char) (g_rand_boolean (rand)
                    ? g_rand_int_range (rand, 0, 256)
                    : "|><64!@ \n:"[g_rand_int_range (rand, 0, 10)]);
    fwrite (text, 1, (gsize) g_rand_int_range (rand, 19, sizeof seed), file);
    fclose (file);
    net = net_new (&options, NULL);
    parsed += net != NULL;
    net_free (net);
  }
  g_assert_cmpuint (parsed, >, 100);
  remove_folder (folder);
}

int
main (int argc, char **argv)
{
  fixture_init (&argc, &argv);
  g_test_add_func (
    "/net-replay/sockets-and-undeclared-origins-are-refused-as-live",
    test_sockets_and_undeclared_origins_are_refused_as_live);
  g_test_add_func ("/net-replay/equal-requests-are-answered-in-order-and-once",
                   test_equal_requests_are_answered_in_order_and_once);
  g_test_add_func ("/net-replay/method-path-query-range-and-body-must-agree",
                   test_method_path_query_range_and_body_must_agree);
  g_test_add_func ("/net-replay/unused-exchanges-are-named",
                   test_unused_exchanges_are_named);
  g_test_add_func ("/net-replay/recorded-failures-fail-again",
                   test_recorded_failures_fail_again);
  g_test_add_func ("/net-replay/damaged-recordings-are-refused-by-line",
                   test_damaged_recordings_are_refused_by_line);
  g_test_add_func ("/net-replay/other-files-are-not-overwritten",
                   test_other_files_are_not_overwritten);
  g_test_add_func ("/net-replay/missing-side-file-is-named",
                   test_missing_side_file_is_named);
  g_test_add_func ("/net-replay/threads-record-and-replay-together",
                   test_threads_record_and_replay_together);
  g_test_add_func ("/net-replay/mutated-recordings-never-crash",
                   test_mutated_recordings_never_crash);
  return g_test_run ();
}
