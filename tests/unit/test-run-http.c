/* SPDX-License-Identifier: Apache-2.0
 *
 * What stands between a provider and the transport: which files it may open,
 * what is kept of an answer, what a refusal says.
 */
#include "net-server.h"
#include "run-fixture.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void
with_net (Fixture *fixture)
{
  NetOptions options = { 0 };

  fixture->net = net_new (&options, NULL);
  g_assert_nonnull (fixture->net);
}

/* What the report says, of the run and of the symbol.  (transfer full)     */
static char *
told (const RunReport *report)
{
  const RunEntry *entry = fixture_entry (report, "AAA");

  return g_strconcat (report->error != NULL ? report->error : "", " ",
                      entry->reason, NULL);
}

/* ---- files -------------------------------------------------------------- */

static char *
put_file (Fixture *fixture, const char *name)
{
  char *path = g_build_filename (fixture->dir, name, NULL);

  g_assert_true (g_file_set_contents (path, "the vendor's bytes", -1, NULL));
  return path;
}

static int
read_file_and_answer (Fixture *fixture, struct md_call *call,
                      const struct md_request *request, struct md_error *err)
{
  const struct md_http http = { .struct_size = sizeof http,
                                .url = fixture->data };
  struct md_reply reply = { .struct_size = sizeof reply };
  int klass = fixture_host ()->http (call, &http, &reply, err);

  return klass == MD_OK ? answer_all (fixture, call, request, err) : klass;
}

static gboolean
check_answer (const RawAnswer *answer, gpointer data)
{
  Store *store = ((gpointer *) data)[0];
  guint *n = ((gpointer *) data)[1];
  g_autofree char *expected = g_compute_checksum_for_string (
    G_CHECKSUM_SHA256, "the vendor's bytes", -1);
  RawAnswer *whole = store_raw (store, answer->hash, NULL);

  g_assert_cmpstr (answer->hash, ==, expected);
  g_assert_cmpmem (g_bytes_get_data (whole->body, NULL),
                   g_bytes_get_size (whole->body), "the vendor's bytes", 18);
  raw_answer_free (whole);
  ++*n;
  return TRUE;
}

static void
test_raw_answers_are_kept_as_they_came (void)
{
  g_autoptr (Fixture) fixture
    = fixture_new ("AAA", "ohlcv-1d", "2024-01-01", "2024-01-04",
                   read_file_and_answer);
  g_autofree char *path = put_file (fixture, "answer");
  char *paths[] = { path, NULL }, **none = fixture->keys.paths;
  g_autoptr (RunReport) report = NULL;
  g_autoptr (Store) store = NULL;
  guint n = 0;

  with_net (fixture);
  fixture->data = path;
  fixture->keys.paths = paths;
  fixture->job.keep_raw = TRUE;
  report = fixture_run (fixture);
  fixture->keys.paths = none;
  g_assert_cmpint (report->outcome, ==, RUN_DONE);
  store = store_open (fixture->store_path, STORE_READ, NULL);
  g_assert_true (store_raw_each (store, check_answer,
                                 (gpointer[]) { store, &n }, NULL));
  g_assert_cmpuint (n, ==, 1);
}

static void
test_files_outside_the_paths_of_the_job_stay_closed (void)
{
  static const char *const ways[] = {
    "%s/secret", "file://%s/secret", "file://%s/open/../secret",
    "%s/open/../secret", "file://%s/open/%%2E%%2E/secret",
    "file://%s/open/%%2e./secret", "%s/opened", "file://%s/open%%2F../secret",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (ways); i++) {
    g_autoptr (Fixture) fixture
      = fixture_new ("AAA", "ohlcv-1d", "2024-01-01", "2024-01-04",
                     read_file_and_answer);
    g_autofree char *secret = put_file (fixture, "secret");
    g_autofree char *opened = put_file (fixture, "opened");
    g_autofree char *folder = g_build_filename (fixture->dir, "open", NULL);
    g_auto (GStrv) halves = g_strsplit (ways[i], "%s", 2);
    g_auto (GStrv) parts = g_strsplit (halves[1], "%%", -1);
    g_autofree char *rest = g_strjoinv ("%", parts);
    g_autofree char *url = g_strconcat (halves[0], fixture->dir, rest, NULL);
    char *paths[] = { folder, NULL }, **none = fixture->keys.paths;
    g_autoptr (RunReport) report = NULL;
    g_autofree char *text = NULL;

    g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
    with_net (fixture);
    fixture->data = url;
    fixture->keys.paths = paths;
    report = fixture_run (fixture);
    fixture->keys.paths = none;
    g_assert_cmpint (report->outcome, !=, RUN_DONE);
    text = told (report);
    g_assert_nonnull (strstr (text, "which no path of the job names"));
  }
}

/* ---- refusals ------------------------------------------------------------- */

static void
on_refusal (ServerConn *conn, const ServerRequest *request, gpointer data)
{
  g_autofree char *body
    = g_strdup_printf ("{\"message\":\"no such plan\",\"%0160d\":\"%s\"}", 0,
                       (char *) data);

  server_reply (conn, 403, NULL, body, -1);
}

static int
pull_and_classify (Fixture *fixture, struct md_call *call,
                   const struct md_request *request, struct md_error *err)
{
  const struct md_http http = { .struct_size = sizeof http,
                                .flags = MD_HTTP_PULL, .url = fixture->data };
  struct md_reply reply = { .struct_size = sizeof reply };
  int klass = fixture_host ()->http (call, &http, &reply, err);

  return klass == MD_OK ? fixture_host ()->classify (call, &reply, err) : klass;
}

/* Also when the secret stands where the text is cut.                       */
static void
test_refusal_of_a_pulled_body_says_why_and_hides_secrets (void)
{
  g_autoptr (Fixture) fixture
    = fixture_new ("AAA", "ohlcv-1d", "2024-01-01", "2024-01-04",
                   pull_and_classify);
  const char *secret = fixture->keys.secrets[0];
  g_autoptr (Server) server = server_start (on_refusal, (gpointer) secret);
  g_autofree char *url = server_url (server, "/"), *origin = NULL;
  g_autofree char *start = g_strndup (secret, 6), *text = NULL;
  g_autoptr (RunReport) report = NULL;
  char *origins[2] = { 0 }, **none = fixture->keys.origins;

  origins[0] = origin = net_origin (url);
  with_net (fixture);
  fixture->data = url;
  fixture->keys.origins = origins;
  report = fixture_run (fixture);
  fixture->keys.origins = none;
  text = told (report);
  g_assert_nonnull (strstr (text, "no such plan"));
  g_assert_null (strstr (text, start));
}

/* ---- sockets ------------------------------------------------------------ */

/* Waits for one caller and gives back what it says.                        */
static gpointer
echo_once (gpointer data)
{
  int listener = GPOINTER_TO_INT (data);
  int fd = accept (listener, NULL, NULL);
  char buf[64];
  gssize n = read (fd, buf, sizeof buf);

  g_assert_cmpint (n, >, 0);
  g_assert_cmpint (write (fd, buf, (gsize) n), ==, n);
  close (fd);
  return NULL;
}

static int
listen_anywhere (char **ret_url)
{
  struct sockaddr_in address = { .sin_family = AF_INET,
                                 .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t len = sizeof address;
  int fd = socket (AF_INET, SOCK_STREAM, 0);

  g_assert_cmpint (bind (fd, (struct sockaddr *) &address, len), ==, 0);
  g_assert_cmpint (listen (fd, 1), ==, 0);
  getsockname (fd, (struct sockaddr *) &address, &len);
  *ret_url = g_strdup_printf ("tcp://127.0.0.1:%d", ntohs (address.sin_port));
  return fd;
}

static int
talk_and_answer (Fixture *fixture, struct md_call *call,
                 const struct md_request *request, struct md_error *err)
{
  const struct md_host *host = fixture_host ();
  const struct md_endpoint endpoint = { .struct_size = sizeof endpoint,
                                        .transport = MD_TCP,
                                        .url = fixture->data };
  struct md_conn *conn;
  char buf[16];
  size_t len = 0;
  int klass = host->connect (call, &endpoint, &conn, err);

  if (klass == MD_OK)
    klass = host->send (call, conn, "hello", 5, MD_DATA_BYTES, err);
  if (klass == MD_OK)
    klass = host->recv (call, conn, buf, sizeof buf, &len, err);
  if (klass != MD_OK)
    return klass;
  g_assert_cmpmem (buf, len, "hello", 5);
  return answer_all (fixture, call, request, err);
}

static void
test_history_may_come_over_a_socket_of_a_declared_origin (void)
{
  g_autoptr (Fixture) fixture
    = fixture_new ("AAA", "ohlcv-1d", "2024-01-01", "2024-01-04",
                   talk_and_answer);
  g_autofree char *url = NULL;
  int listener = listen_anywhere (&url);
  GThread *echo = g_thread_new ("echo", echo_once, GINT_TO_POINTER (listener));
  char *origins[2] = { url, NULL }, **none = fixture->keys.origins;
  g_autoptr (RunReport) report = NULL;

  with_net (fixture);
  fixture->data = url;
  fixture->keys.origins = origins;
  report = fixture_run (fixture);
  fixture->keys.origins = none;
  g_thread_join (echo);
  close (listener);
  g_assert_cmpint (report->outcome, ==, RUN_DONE);
  g_assert_cmpuint (report->calls, ==, 1);
}

int
main (int argc, char **argv)
{
  signal (SIGPIPE, SIG_IGN);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/run-http/raw-answers-are-kept-as-they-came",
                   test_raw_answers_are_kept_as_they_came);
  g_test_add_func ("/run-http/files-outside-the-paths-of-the-job-stay-closed",
                   test_files_outside_the_paths_of_the_job_stay_closed);
  g_test_add_func (
    "/run-http/refusal-of-a-pulled-body-says-why-and-hides-secrets",
    test_refusal_of_a_pulled_body_says_why_and_hides_secrets);
  g_test_add_func (
    "/run-http/history-may-come-over-a-socket-of-a-declared-origin",
    test_history_may_come_over_a_socket_of_a_declared_origin);
  return g_test_run ();
}
