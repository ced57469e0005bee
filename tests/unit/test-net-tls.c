/* SPDX-License-Identifier: Apache-2.0
 *
 * test-net-tls.c - TLS is verified, always; HTTP/2 where the server has it.
 */
#include "net-certs.h"
#include "net-fixture.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct {
  char *folder, *ca;
  Authority authority;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->folder = make_folder ();
  fixture->authority = authority_new ("test authority");
  fixture->ca = write_pem (fixture->folder, "ca.pem", fixture->authority.cert,
                           NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  authority_clear (&fixture->authority);
  g_free (fixture->ca);
  remove_folder (fixture->folder);
}

static Net *
trusting_net (const char *ca)
{
  NetOptions options = { .ca_file = ca, .connect_timeout = 2 * MD_SECOND,
                         .stall_timeout = 5 * MD_SECOND };

  return net_new (&options, NULL);
}

static void
on_request (ServerConn *conn, const ServerRequest *request, gpointer data)
{
  if (strcmp (request->target, "/cut") == 0) {
    server_send (conn, "HTTP/1.1 200 OK\r\n\r\nhalf", -1);
    server_cut (conn);
  } else if (strcmp (request->target, "/close") == 0) {
    server_send (conn, "HTTP/1.1 200 OK\r\n\r\nwhole", -1);
    server_close (conn);
  } else {
    server_reply (conn, 200, NULL, "secret place", -1);
  }
}

static void
test_trusted_server_answers_on_one_connection (Fixture *fixture,
                                               gconstpointer data)
{
  g_autofree char *pem = issue (&fixture->authority, fixture->folder, "s.pem",
                                "IP:127.0.0.1", 1);
  g_autoptr (Server) server = server_start_tls (on_request, NULL, pem, pem);
  g_autoptr (Net) net = trusting_net (fixture->ca);
  g_autofree char *url = server_url (server, "/");

  for (guint i = 0; i < 5; i++) {
    g_autoptr (NetReply) reply = must_get (net, url);

    g_assert_cmpstr (net_reply_body (reply, NULL), ==, "secret place");
  }
  g_assert_cmpuint (server_connections (server), ==, 1);
}

static void
assert_refused (Fixture *fixture, const char *pem, const char *ca,
                const char *why)
{
  g_autoptr (Server) server = server_start_tls (on_request, NULL, pem, pem);
  g_autoptr (Net) net = trusting_net (ca);
  g_autofree char *url = server_url (server, "/");
  NetRequest request = { .url = url,
                         .auth = { MD_AUTH_BEARER, "canary" } };

  must_fail (net, &request, MD_ERR_CONFIG, "certificate is refused");
  must_fail (net, &request, MD_ERR_CONFIG, why);
  g_assert_cmpuint (server_requests (server), ==, 0);
}

static void
test_wrong_host_is_refused (Fixture *fixture, gconstpointer data)
{
  g_autofree char *pem = issue (&fixture->authority, fixture->folder, "s.pem",
                                "DNS:other.example", 1);

  assert_refused (fixture, pem, fixture->ca, "127.0.0.1");
}

static void
test_expired_certificate_is_refused (Fixture *fixture, gconstpointer data)
{
  g_autofree char *pem = issue (&fixture->authority, fixture->folder, "s.pem",
                                "IP:127.0.0.1", -1);

  assert_refused (fixture, pem, fixture->ca, "expired");
}

static void
test_unknown_authority_is_refused (Fixture *fixture, gconstpointer data)
{
  Authority other = authority_new ("other authority");
  g_autofree char *pem = issue (&other, fixture->folder, "s.pem",
                                "IP:127.0.0.1", 1);

  assert_refused (fixture, pem, fixture->ca, "unable to get local issuer");
  authority_clear (&other);
}

static void
test_the_systems_authorities_do_not_know_ours (Fixture *fixture,
                                               gconstpointer data)
{
  g_autofree char *pem = issue (&fixture->authority, fixture->folder, "s.pem",
                                "IP:127.0.0.1", 1);

  assert_refused (fixture, pem, NULL, "issuer");
}

static void
test_plain_server_is_no_tls_server (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Server) server = server_start (on_request, NULL);
  g_autoptr (Net) net = trusting_net (fixture->ca);
  g_autofree char *url
    = g_strdup_printf ("https://127.0.0.1:%d/", server_port (server));
  NetRequest request = { .url = url };

  must_fail (net, &request, MD_ERR_NETWORK, "");
}

static void
test_missing_authority_file_is_a_fault_of_the_setup (Fixture *fixture,
                                                     gconstpointer data)
{
  g_autofree char *pem = issue (&fixture->authority, fixture->folder, "s.pem",
                                "IP:127.0.0.1", 1);
  g_autoptr (Server) server = server_start_tls (on_request, NULL, pem, pem);
  g_autoptr (Net) net = trusting_net ("/no/such/file.pem");
  g_autofree char *url = server_url (server, "/");
  NetRequest request = { .url = url };

  must_fail (net, &request, MD_ERR_CONFIG, "/no/such/file.pem");
}

/* libcurl does not ask for TLS's own farewell, so a cut looks like an end
 * here too, and must be flagged as one that nothing proves.                */
static void
test_body_up_to_the_close_is_flagged (Fixture *fixture, gconstpointer data)
{
  static const char *const targets[] = { "/cut", "/close" };
  g_autofree char *pem = issue (&fixture->authority, fixture->folder, "s.pem",
                                "IP:127.0.0.1", 1);
  g_autoptr (Server) server = server_start_tls (on_request, NULL, pem, pem);
  g_autoptr (Net) net = trusting_net (fixture->ca);

  for (gsize i = 0; i < G_N_ELEMENTS (targets); i++) {
    g_autofree char *url = server_url (server, targets[i]);
    NetRequest request = { .url = url };
    g_autoptr (NetReply) reply = net_send (net, &request, NULL);

    g_assert_true (reply == NULL || net_reply_close_delimited (reply));
    g_assert_true (i == 0 || reply != NULL);
  }
}

static void
on_downgrade (ServerConn *conn, const ServerRequest *request, gpointer data)
{
  g_autofree char *header = g_strdup_printf ("Location: %s\r\n", (char *) data);

  server_reply (conn, 302, header, "", -1);
}

static void
test_redirect_from_https_to_http_is_refused (Fixture *fixture,
                                             gconstpointer data)
{
  g_autofree char *pem = issue (&fixture->authority, fixture->folder, "s.pem",
                                "IP:127.0.0.1", 1);
  g_autoptr (Server) plain = server_start (on_request, NULL);
  g_autofree char *there = server_url (plain, "/");
  g_autoptr (Server) server = server_start_tls (on_downgrade, there, pem, pem);
  g_autoptr (Net) net = trusting_net (fixture->ca);
  g_autofree char *url = server_url (server, "/");
  g_autofree char *one = server_url (server, ""), *two = server_url (plain, "");
  const char *const origins[] = { one, two, NULL };
  NetRequest request = { .url = url, .origins = origins };

  must_fail (net, &request, MD_ERR_PROTOCOL, "from https to http");
  g_assert_cmpuint (server_connections (plain), ==, 0);
}

/* ---- HTTP/2, with nginx ------------------------------------------------------ */

typedef struct {
  pid_t pid;
  int port;
} Nginx;

static int
free_port (void)
{
  struct sockaddr_in address = { .sin_family = AF_INET };
  socklen_t len = sizeof address;
  int fd = socket (AF_INET, SOCK_STREAM, 0);

  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  g_assert_cmpint (bind (fd, (struct sockaddr *) &address, len), ==, 0);
  getsockname (fd, (struct sockaddr *) &address, &len);
  close (fd);
  return ntohs (address.sin_port);
}

static gboolean
accepts (int port)
{
  struct sockaddr_in address = { .sin_family = AF_INET,
                                 .sin_port = htons ((guint16) port) };
  int fd = socket (AF_INET, SOCK_STREAM, 0);
  gboolean ok;

  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  ok = connect (fd, (struct sockaddr *) &address, sizeof address) == 0;
  close (fd);
  return ok;
}

static const char nginx_conf[]
  = "daemon off; master_process off; pid %s/pid; error_log %s/error.log;\n"
    "events { worker_connections 64; }\n"
    "http { access_log off; client_body_temp_path %s/t;\n"
    " proxy_temp_path %s/t; fastcgi_temp_path %s/t; uwsgi_temp_path %s/t;\n"
    " scgi_temp_path %s/t;\n"
    " server { listen 127.0.0.1:%d ssl http2; ssl_certificate %s;\n"
    "  ssl_certificate_key %s; root %s;\n"
    "  add_header X-Proto $server_protocol;\n"
    "  add_header X-Conn $connection; } }\n";

/* FALSE when there is no nginx.                                            */
static gboolean
start_nginx (const char *folder, const char *pem, Nginx *ret_nginx)
{
  g_autofree char *program = g_find_program_in_path ("nginx");
  g_autofree char *conf = g_build_filename (folder, "nginx.conf", NULL);
  g_autofree char *page = g_build_filename (folder, "page", NULL);
  g_autofree char *text = NULL, *content = g_strnfill (1 << 20, 'p');

  if (program == NULL && g_file_test ("/usr/sbin/nginx", G_FILE_TEST_EXISTS))
    program = g_strdup ("/usr/sbin/nginx");
  if (program == NULL)
    return FALSE;
  ret_nginx->port = free_port ();
  text = g_strdup_printf (nginx_conf, folder, folder, folder, folder, folder,
                          folder, folder, ret_nginx->port, pem, pem, folder);
  g_assert_true (g_file_set_contents (conf, text, -1, NULL));
  g_assert_true (g_file_set_contents (page, content, 1 << 20, NULL));
  g_assert_cmpint (chmod (folder, 0755), ==, 0);
  g_assert_cmpint (chmod (page, 0644), ==, 0);
  ret_nginx->pid = fork ();
  if (ret_nginx->pid == 0) {
    /* Not to outlive a test that fails, nor hold on to its output.         */
    prctl (PR_SET_PDEATHSIG, SIGKILL);
    close (STDOUT_FILENO);
    close (STDERR_FILENO);
    execl (program, "nginx", "-c", conf, "-e", "/dev/null", NULL);
    _exit (127);
  }
  for (guint i = 0; i < 500 && !accepts (ret_nginx->port); i++) {
    if (waitpid (ret_nginx->pid, NULL, WNOHANG) == ret_nginx->pid)
      return FALSE;
    g_usleep (10000);
  }
  return TRUE;
}

static void
stop_nginx (const Nginx *nginx)
{
  kill (nginx->pid, SIGTERM);
  waitpid (nginx->pid, NULL, 0);
}

static void *
get_over_h2 (void *data)
{
  Net *net = ((void **) data)[0];

  for (guint i = 0; i < 5; i++) {
    g_autoptr (NetReply) reply = must_get (net, ((void **) data)[1]);
    gsize len;

    net_reply_body (reply, &len);
    g_assert_cmpuint (len, ==, 1 << 20);
    g_assert_cmpstr (net_reply_header (reply, "X-Proto"), ==, "HTTP/2.0");
  }
  return NULL;
}

static void
test_http2_shares_one_connection_and_pulls_have_their_own (Fixture *fixture,
                                                           gconstpointer data)
{
  g_autofree char *pem = issue (&fixture->authority, fixture->folder, "s.pem",
                                "IP:127.0.0.1", 1);
  g_autoptr (Net) net = trusting_net (fixture->ca);
  Nginx nginx;
  g_autofree char *url = NULL;
  void *arguments[2] = { net };
  pthread_t threads[4];
  NetRequest request = { .pull = TRUE };
  NetCounts counts;

  if (!start_nginx (fixture->folder, pem, &nginx)) {
    g_test_skip ("nginx with HTTP/2 is not installed");
    return;
  }
  url = g_strdup_printf ("https://127.0.0.1:%d/page", nginx.port);
  arguments[1] = url;
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    pthread_create (&threads[i], NULL, get_over_h2, arguments);
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    pthread_join (threads[i], NULL);
  net_counts (net, &counts);
  g_assert_cmpuint (counts.requests, ==, 20);
  g_assert_cmpuint (counts.connections, ==, 1);
  request.url = url;
  for (guint i = 0; i < 3; i++) {
    g_autoptr (NetReply) reply = net_send (net, &request, NULL);
    g_autoptr (GByteArray) body = g_byte_array_new ();

    g_assert_nonnull (reply);
    g_assert_cmpstr (net_reply_header (reply, "X-Proto"), ==, "HTTP/1.1");
    g_assert_cmpint (read_all (reply, body, NULL), ==, MD_OK);
    g_assert_cmpuint (body->len, ==, 1 << 20);
  }
  net_counts (net, &counts);
  g_assert_cmpuint (counts.connections, ==, 2);
  stop_nginx (&nginx);
}

#define ADD(name, function)                                               \
  g_test_add ("/net-tls/" name, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  fixture_init (&argc, &argv);
  ADD ("trusted-server-answers-on-one-connection",
       test_trusted_server_answers_on_one_connection);
  ADD ("wrong-host-is-refused", test_wrong_host_is_refused);
  ADD ("expired-certificate-is-refused", test_expired_certificate_is_refused);
  ADD ("unknown-authority-is-refused", test_unknown_authority_is_refused);
  ADD ("the-systems-authorities-do-not-know-ours",
       test_the_systems_authorities_do_not_know_ours);
  ADD ("plain-server-is-no-tls-server", test_plain_server_is_no_tls_server);
  ADD ("missing-authority-file-is-a-fault-of-the-setup",
       test_missing_authority_file_is_a_fault_of_the_setup);
  ADD ("body-up-to-the-close-is-flagged", test_body_up_to_the_close_is_flagged);
  ADD ("redirect-from-https-to-http-is-refused",
       test_redirect_from_https_to_http_is_refused);
  ADD ("http2-shares-one-connection-and-pulls-have-their-own",
       test_http2_shares_one_connection_and_pulls_have_their_own);
  return g_test_run ();
}
