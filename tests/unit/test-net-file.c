/* SPDX-License-Identifier: Apache-2.0
 *
 * test-net-file.c - local files and folders through the same replies.
 */
#include "net-fixture.h"

#include <sys/stat.h>
#include <unistd.h>

static char *
put (const char *folder, const char *name, const char *text)
{
  char *path = g_build_filename (folder, name, NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  return path;
}

static void
test_paths_and_file_urls_are_read (void)
{
  g_autoptr (Net) net = net_live ();
  char *folder = make_folder ();
  g_autofree char *path = put (folder, "a file.csv", "x,y\n1,2\n");
  g_autofree char *uri = g_filename_to_uri (path, NULL, NULL);
  g_autofree char *local = g_filename_to_uri (path, "localhost", NULL);
  const char *const urls[] = { path, uri, local };

  for (gsize i = 0; i < G_N_ELEMENTS (urls); i++) {
    g_autoptr (NetReply) reply = must_get (net, urls[i]);
    gsize len;

    g_assert_cmpint (net_reply_status (reply), ==, 200);
    g_assert_cmpstr (net_reply_body (reply, &len), ==, "x,y\n1,2\n");
    g_assert_cmpuint (len, ==, 8);
    g_assert_null (net_reply_header (reply, "Content-Type"));
  }
  remove_folder (folder);
}

static void
test_what_cannot_be_opened_is_named (void)
{
  g_autoptr (Net) net = net_live ();
  char *folder = make_folder ();
  g_autofree char *fifo = g_build_filename (folder, "fifo", NULL);
  g_autofree char *missing = g_build_filename (folder, "missing", NULL);
  NetRequest request = { .url = missing };

  g_assert_cmpint (mkfifo (fifo, 0600), ==, 0);
  must_fail (net, &request, MD_ERR_CONFIG, "/missing: it cannot be opened: No "
             "such file");
  request.url = fifo;
  must_fail (net, &request, MD_ERR_CONFIG, "neither a file nor a folder");
  request.url = "file://elsewhere/x";
  must_fail (net, &request, MD_ERR_CONFIG, "no file: URL of a local file");
  request.url = "file:relative";
  must_fail (net, &request, MD_ERR_CONFIG, "");
  request.url = folder;
  must_fail (net, &request, MD_ERR_REQUEST, "it is a folder");
  remove_folder (folder);
}

static void
test_ranges_of_a_file_are_half_open (void)
{
  static const struct { gint64 from, to; const char *text; } cases[] = {
    { 0, 0, "0123456789" }, { 2, 5, "234" }, { 7, 0, "789" },
    { 8, 99, "89" },        { 0, 1, "0" },
  };
  g_autoptr (Net) net = net_live ();
  char *folder = make_folder ();
  g_autofree char *path = put (folder, "f", "0123456789");
  NetRequest request = { .url = path };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (NetReply) reply = NULL;

    request.range_from = cases[i].from;
    request.range_to = cases[i].to;
    reply = net_send (net, &request, NULL);
    g_assert_nonnull (reply);
    g_assert_cmpstr (net_reply_body (reply, NULL), ==, cases[i].text);
  }
  request.range_from = 10;
  request.range_to = 0;
  must_fail (net, &request, MD_ERR_REQUEST, "begins at byte 10 of a file of 10");
  remove_folder (folder);
}

static void
test_folder_reads_as_its_files_in_order (void)
{
  static const char *const names[] = { "b", "a.csv", "c", "B" };
  g_autoptr (Net) net = net_live ();
  char *folder = make_folder ();
  g_autofree char *sub = g_build_filename (folder, "aa", NULL);
  NetRequest request = { .url = folder, .pull = TRUE };
  g_autoptr (NetReply) reply = NULL;
  g_autoptr (GString) seen = g_string_new (NULL);
  const char *name;

  g_assert_cmpint (mkdir (sub, 0700), ==, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    g_free (put (folder, names[i], names[i]));
  reply = net_send (net, &request, NULL);
  g_assert_nonnull (reply);
  while (net_reply_next_member (reply, &name, NULL) == MD_OK && name != NULL) {
    g_autoptr (GByteArray) body = g_byte_array_new ();

    g_assert_cmpint (read_all (reply, body, NULL), ==, MD_OK);
    g_assert_cmpmem (body->data, body->len, name, strlen (name));
    g_string_append_printf (seen, "%s ", name);
  }
  g_assert_cmpstr (seen->str, ==, "B a.csv b c ");
  remove_folder (folder);
}

static void
test_file_that_becomes_shorter_is_a_failure (void)
{
  g_autoptr (Net) net = net_live ();
  char *folder = make_folder ();
  g_autofree char *text = g_strnfill (1000000, 'x');
  g_autofree char *path = put (folder, "f", text);
  NetRequest request = { .url = path, .pull = TRUE };
  g_autoptr (NetReply) reply = net_send (net, &request, NULL);
  g_autoptr (GByteArray) body = g_byte_array_new ();
  struct md_error err = { 0 };
  char first[10];
  gsize n;

  g_assert_nonnull (reply);
  g_assert_cmpint (net_reply_read (reply, first, 10, &n, NULL), ==, MD_OK);
  g_assert_cmpint (truncate (path, 500000), ==, 0);
  g_assert_cmpint (read_all (reply, body, &err), ==, MD_ERR_PROTOCOL);
  g_assert_nonnull (strstr (err.message, "500000 bytes are missing"));
  remove_folder (folder);
}

static void
test_cancel_stops_reading_a_file (void)
{
  g_autoptr (Net) net = net_live ();
  char *folder = make_folder ();
  g_autofree char *path = put (folder, "f", "0123456789");
  Cancel cancel = { 0 };
  NetRequest request = { .url = path, .pull = TRUE, .cancel = &cancel };
  g_autoptr (NetReply) reply = net_send (net, &request, NULL);
  char buf[4];
  gsize n;

  g_assert_cmpint (net_reply_read (reply, buf, 4, &n, NULL), ==, MD_OK);
  cancel_request (&cancel, SIGINT);
  g_assert_cmpint (net_reply_read (reply, buf, 4, &n, NULL), ==,
                   MD_ERR_CANCELLED);
  remove_folder (folder);
}

static void
test_empty_file_is_an_empty_body (void)
{
  g_autoptr (Net) net = net_live ();
  char *folder = make_folder ();
  g_autofree char *path = put (folder, "f", "");
  NetRequest request = { .url = path, .pull = TRUE };
  g_autoptr (NetReply) whole = must_get (net, path);
  g_autoptr (NetReply) pulled = net_send (net, &request, NULL);
  const char *name;
  char buf[4];
  gsize n;

  g_assert_cmpstr (net_reply_body (whole, &n), ==, "");
  g_assert_cmpuint (n, ==, 0);
  g_assert_cmpint (net_reply_next_member (pulled, &name, NULL), ==, MD_OK);
  g_assert_cmpstr (name, ==, "");
  g_assert_cmpint (net_reply_read (pulled, buf, 4, &n, NULL), ==, MD_OK);
  g_assert_cmpuint (n, ==, 0);
  g_assert_cmpint (net_reply_next_member (pulled, &name, NULL), ==, MD_OK);
  g_assert_null (name);
  remove_folder (folder);
}

int
main (int argc, char **argv)
{
  fixture_init (&argc, &argv);
  g_test_add_func ("/net-file/paths-and-file-urls-are-read",
                   test_paths_and_file_urls_are_read);
  g_test_add_func ("/net-file/what-cannot-be-opened-is-named",
                   test_what_cannot_be_opened_is_named);
  g_test_add_func ("/net-file/ranges-of-a-file-are-half-open",
                   test_ranges_of_a_file_are_half_open);
  g_test_add_func ("/net-file/folder-reads-as-its-files-in-order",
                   test_folder_reads_as_its_files_in_order);
  g_test_add_func ("/net-file/file-that-becomes-shorter-is-a-failure",
                   test_file_that_becomes_shorter_is_a_failure);
  g_test_add_func ("/net-file/cancel-stops-reading-a-file",
                   test_cancel_stops_reading_a_file);
  g_test_add_func ("/net-file/empty-file-is-an-empty-body",
                   test_empty_file_is_an_empty_body);
  return g_test_run ();
}
