/* SPDX-License-Identifier: Apache-2.0
 *
 * test-net-decode.c - compressed answers and files: undone, proven whole, and
 * bounded.
 */
#include "net-fixture.h"
#include "net-pack.h"

/* ---- through a server ------------------------------------------------------ */

typedef struct {
  const char *headers;
  GBytes *body;
} Sent;

static void
on_sent (ServerConn *conn, const ServerRequest *request, gpointer data)
{
  const Sent *sent = data;
  gsize len;
  const void *body = g_bytes_get_data (sent->body, &len);

  server_reply (conn, 200, sent->headers, body, (gssize) len);
}

/* The body of the answer, NULL with the error's class in *ret_klass.       */
static GBytes *
receive (const Sent *sent, NetRequest request, int *ret_klass)
{
  g_autoptr (Server) server = server_start (on_sent, (gpointer) sent);
  g_autoptr (Net) net = net_live ();
  g_autofree char *url = server_url (server, "/");
  g_autoptr (NetReply) reply = NULL;
  g_autoptr (GByteArray) body = g_byte_array_new ();
  struct md_error err = { 0 };
  gsize len;

  request.url = url;
  reply = net_send (net, &request, &err);
  *ret_klass = err.klass;
  if (reply == NULL)
    return NULL;
  if (!request.pull) {
    const char *data = net_reply_body (reply, &len);

    g_assert_cmpint (data[len], ==, '\0');
    return g_bytes_new (data, len);
  }
  *ret_klass = read_all (reply, body, &err);
  return *ret_klass == MD_OK
           ? g_byte_array_free_to_bytes (g_steal_pointer (&body)) : NULL;
}

#define assert_received(sent, plain)                                      \
  G_STMT_START {                                                          \
    for (guint pull_ = 0; pull_ < 2; pull_++) {                           \
      int klass_;                                                         \
      NetRequest request_ = { .pull = pull_ };                            \
      g_autoptr (GBytes) got_ = receive (sent, request_, &klass_);        \
      g_assert_cmpint (klass_, ==, MD_OK);                                \
      g_assert_true (g_bytes_equal (got_, plain));                        \
    }                                                                     \
  } G_STMT_END

static void
test_encodings_and_contents_are_undone (void)
{
  g_autoptr (GBytes) text = some_text (500000);
  gsize len;
  const void *data = g_bytes_get_data (text, &len);
  g_autoptr (GBytes) gzip = pack_gzip (data, len);
  g_autoptr (GBytes) zstd = pack_zstd (data, len);
  g_autoptr (GBytes) both = NULL;
  gsize zstd_len;
  const void *zstd_data = g_bytes_get_data (zstd, &zstd_len);

  both = pack_gzip (zstd_data, zstd_len);
  assert_received (&((Sent) { NULL, text }), text);
  assert_received (&((Sent) { "Content-Encoding: gzip\r\n", gzip }), text);
  assert_received (&((Sent) { "Content-Encoding: X-GZip\r\n", gzip }), text);
  assert_received (&((Sent) { "Content-Encoding: zstd\r\n", zstd }), text);
  assert_received (&((Sent) { "Content-Encoding: identity\r\n", text }), text);
  assert_received (&((Sent) { "Content-Encoding: zstd, gzip\r\n", both }),
                   text);
  assert_received (&((Sent) { NULL, gzip }), text);
  assert_received (&((Sent) { NULL, zstd }), text);
  /* A file in zstd that the server packs once more for the way.            */
  assert_received (&((Sent) { "Content-Encoding: gzip\r\n", both }), text);
}

static void
test_raw_leaves_the_content_and_undoes_the_encoding (void)
{
  g_autoptr (GBytes) zstd = pack_zstd ("abcdefgh", 8);
  gsize len;
  const void *data = g_bytes_get_data (zstd, &len);
  g_autoptr (GBytes) both = pack_gzip (data, len);
  Sent sent = { "Content-Encoding: gzip\r\n", both };
  NetRequest request = { .raw = TRUE };

  for (guint pull = 0; pull < 2; pull++) {
    int klass;
    g_autoptr (GBytes) got = NULL;

    request.pull = pull;
    got = receive (&sent, request, &klass);
    g_assert_true (g_bytes_equal (got, zstd));
  }
}

/* The proxy's sins: a cut with lengths that agree.                         */
static void
test_cut_encodings_are_failures (void)
{
  g_autoptr (GBytes) text = some_text (3000);
  gsize len;
  const void *data = g_bytes_get_data (text, &len);
  g_autoptr (GBytes) gzip = pack_gzip (data, len);
  g_autoptr (GBytes) zstd = pack_zstd (data, len);
  Sent cases[] = { { "Content-Encoding: gzip\r\n", gzip },
                   { "Content-Encoding: zstd\r\n", zstd },
                   { NULL, gzip }, { NULL, zstd } };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    gsize size = g_bytes_get_size (cases[i].body);
    const gsize cuts[] = { size - 1, size - 5, size / 2, 12 };

    for (gsize c = 0; c < G_N_ELEMENTS (cuts); c++) {
      g_autoptr (GBytes) cut
        = g_bytes_new_from_bytes (cases[i].body, 0, cuts[c]);
      Sent sent = { cases[i].headers, cut };
      NetRequest request = { .pull = c % 2 };
      int klass;

      g_assert_null (receive (&sent, request, &klass));
      g_assert_cmpint (klass, ==, MD_ERR_NETWORK);
    }
  }
}

static void
test_bombs_stop_at_the_limit (void)
{
  gsize len = 30 * 1024 * 1024;
  g_autofree char *zeros = g_malloc0 (len);
  g_autoptr (GBytes) gzip = pack_gzip (zeros, len);
  g_autoptr (GBytes) zstd = pack_zstd (zeros, len);
  PackFile file = { "bomb", zeros, len };
  g_autoptr (GBytes) zip = pack_zip (&file, 1, NULL);
  Sent cases[] = { { "Content-Encoding: gzip\r\n", gzip },
                   { "Content-Encoding: zstd\r\n", zstd },
                   { NULL, gzip }, { NULL, zstd }, { NULL, zip } };

  for (gsize i = 0; i < 2 * G_N_ELEMENTS (cases); i++) {
    NetRequest request = { .pull = i % 2, .max_body = 1 << 20 };
    int klass;

    g_assert_null (receive (&cases[i / 2], request, &klass));
    g_assert_cmpint (klass, ==, MD_ERR_REQUEST);
  }
}

/* ---- through files ---------------------------------------------------------- */

static char *
write_file (const char *folder, const char *name, GBytes *bytes)
{
  char *path = g_build_filename (folder, name, NULL);
  gsize len;
  const char *data = g_bytes_get_data (bytes, &len);

  FILE *file = fopen (path, "w");

  g_assert_cmpuint (fwrite (data, 1, len, file), ==, len);
  fclose (file);
  return path;
}

/* All members of a file, "NAME<content>" each; NULL when it fails.         */
static char *
read_members (Net *net, const char *path, struct md_error *err)
{
  NetRequest request = { .url = path, .pull = TRUE };
  g_autoptr (NetReply) reply = net_send (net, &request, err);
  g_autoptr (GByteArray) all = g_byte_array_new ();
  const char *name;

  if (reply == NULL)
    return NULL;
  while (net_reply_next_member (reply, &name, err) == MD_OK && name != NULL) {
    g_byte_array_append (all, (const guint8 *) name, (guint) strlen (name));
    g_byte_array_append (all, (const guint8 *) "<", 1);
    if (read_all (reply, all, err) != MD_OK)
      return NULL;
    g_byte_array_append (all, (const guint8 *) ">", 1);
  }
  return err->klass == MD_OK ? g_strndup ((char *) all->data, all->len) : NULL;
}

static void
test_members_of_a_zip_come_in_order_and_unpacked (void)
{
  g_autoptr (Net) net = net_live ();
  g_autoptr (GBytes) gzip = pack_gzip ("in gzip", 7);
  g_autoptr (GBytes) zstd = pack_zstd ("in zstd", 7);
  gsize gzip_len, zstd_len;
  const void *gzip_data = g_bytes_get_data (gzip, &gzip_len);
  const void *zstd_data = g_bytes_get_data (zstd, &zstd_len);
  const PackFile files[] = {
    { "b.csv", "second letter", 13 }, { "dir/", NULL, 0 },
    { "dir/a.csv.gz", gzip_data, gzip_len },
    { "c.dbn.zst", zstd_data, zstd_len }, { "empty", NULL, 0 },
    { "\xc3\xa9", "x", 1 },
  };
  static const char *const options[] = { NULL, "zip:compression=store" };
  char *folder = make_folder ();

  for (gsize i = 0; i < G_N_ELEMENTS (options); i++) {
    g_autoptr (GBytes) zip
      = pack_zip (files, G_N_ELEMENTS (files), options[i]);
    g_autofree char *path = write_file (folder, "a.zip", zip);
    struct md_error err = { 0 };
    g_autofree char *all = read_members (net, path, &err);

    g_assert_cmpstr (all, ==, "b.csv<second letter>dir/a.csv.gz<in gzip>"
                     "c.dbn.zst<in zstd>empty<>\xc3\xa9<x>");
  }
  remove_folder (folder);
}

static void
test_members_may_be_skipped_or_read_without_asking (void)
{
  g_autoptr (Net) net = net_live ();
  const PackFile files[] = { { "a", "first", 5 }, { "b", "second", 6 } };
  g_autoptr (GBytes) zip = pack_zip (files, 2, NULL);
  char *folder = make_folder ();
  g_autofree char *path = write_file (folder, "a.zip", zip);
  NetRequest request = { .url = path, .pull = TRUE };
  g_autoptr (NetReply) unasked = net_send (net, &request, NULL);
  g_autoptr (NetReply) skipped = net_send (net, &request, NULL);
  g_autoptr (GByteArray) got = g_byte_array_new ();
  const char *name;

  g_assert_cmpint (read_all (unasked, got, NULL), ==, MD_OK);
  g_assert_cmpmem (got->data, got->len, "first", 5);
  net_reply_next_member (unasked, &name, NULL);
  g_assert_cmpstr (name, ==, "b");
  g_byte_array_set_size (got, 0);
  net_reply_next_member (skipped, &name, NULL);
  net_reply_next_member (skipped, &name, NULL);
  g_assert_cmpstr (name, ==, "b");
  g_assert_cmpint (read_all (skipped, got, NULL), ==, MD_OK);
  g_assert_cmpmem (got->data, got->len, "second", 6);
  net_reply_next_member (skipped, &name, NULL);
  g_assert_null (name);
  remove_folder (folder);
}

static void
test_whole_zip_must_have_one_member (void)
{
  g_autoptr (Net) net = net_live ();
  const PackFile files[] = { { "a", "only", 4 }, { "b", "more", 4 } };
  g_autoptr (GBytes) one = pack_zip (files, 1, NULL);
  g_autoptr (GBytes) two = pack_zip (files, 2, NULL);
  char *folder = make_folder ();
  g_autofree char *first = write_file (folder, "1.zip", one);
  g_autofree char *second = write_file (folder, "2.zip", two);
  NetRequest request = { .url = second };
  g_autoptr (NetReply) reply = must_get (net, first);

  g_assert_cmpstr (net_reply_body (reply, NULL), ==, "only");
  must_fail (net, &request, MD_ERR_PROTOCOL, "more than one member");
  remove_folder (folder);
}

static void
test_encrypted_zip_is_refused (void)
{
  g_autoptr (Net) net = net_live ();
  const PackFile file = { "a", "hidden", 6 };
  g_autoptr (GBytes) zip = pack_zip (&file, 1, "zip:encryption=traditional");
  char *folder = make_folder ();
  g_autofree char *path = write_file (folder, "a.zip", zip);
  NetRequest request = { .url = path };

  must_fail (net, &request, MD_ERR_PROTOCOL, "encrypted");
  remove_folder (folder);
}

/* Whatever byte is missing or wrong: the right content, or a failure.      */
typedef GBytes *(*Pack) (const void *data, gsize len);

static GBytes *
pack_zip_one (const void *data, gsize len)
{
  const PackFile file = { "a", data, len };

  return pack_zip (&file, 1, NULL);
}

static void
assert_right_or_failed (Net *net, const char *folder, GBytes *damaged,
                        const char *text, gboolean is_cut)
{
  g_autofree char *path = write_file (folder, "damaged", damaged);
  NetRequest request = { .url = path };
  struct md_error err = { 0 };
  g_autoptr (NetReply) reply = net_send (net, &request, &err);

  if (reply != NULL)
    g_assert_cmpstr (net_reply_body (reply, NULL), ==, text);
  else
    g_assert_cmpint (err.klass, ==, MD_ERR_PROTOCOL);
  if (is_cut)
    g_assert_null (reply);
}

static void
test_no_damage_passes_for_content (void)
{
  static const Pack packs[] = { pack_gzip, pack_zstd, pack_zip_one };
  g_autoptr (Net) net = net_live ();
  g_autoptr (GBytes) plain = some_text (300);
  gsize len;
  const char *data = g_bytes_get_data (plain, &len);
  g_autofree char *text = g_strndup (data, len);
  char *folder = make_folder ();

  for (gsize i = 0; i < G_N_ELEMENTS (packs); i++) {
    g_autoptr (GBytes) packed = packs[i] (text, len);
    gsize size = g_bytes_get_size (packed);
    g_autofree guint8 *copy
      = g_memdup2 (g_bytes_get_data (packed, NULL), size);
    const char *directory
      = memmem (copy, size, "PK\x01\x02", 4); /* of a zip: the end          */

    /* From 4 bytes on it is recognised as packed; less is plain content.   */
    for (gsize cut = 4; cut < size; cut++) {
      g_autoptr (GBytes) damaged = g_bytes_new (copy, cut);

      assert_right_or_failed (net, folder, damaged, text,
                              directory == NULL
                                || cut < (gsize) (directory + 4
                                                  - (char *) copy));
    }
    for (gsize bit = 4 * 8; bit < size * 8; bit += 3) {
      g_autoptr (GBytes) damaged = NULL;

      copy[bit / 8] ^= (guint8) (1 << bit % 8);
      damaged = g_bytes_new (copy, size);
      copy[bit / 8] ^= (guint8) (1 << bit % 8);
      assert_right_or_failed (net, folder, damaged, text, FALSE);
    }
  }
  remove_folder (folder);
}

static void
test_frames_and_members_in_a_row_are_one_body (void)
{
  static const Pack packs[] = { pack_gzip, pack_zstd };
  g_autoptr (Net) net = net_live ();
  char *folder = make_folder ();

  for (gsize i = 0; i < G_N_ELEMENTS (packs); i++) {
    g_autoptr (GBytes) one = packs[i] ("first ", 6);
    g_autoptr (GBytes) two = packs[i] ("second", 6);
    g_autoptr (GByteArray) row = g_byte_array_new ();
    g_autoptr (GBytes) all = NULL, more = NULL;
    g_autofree char *path = NULL, *trailing = NULL;
    g_autoptr (NetReply) reply = NULL;
    gsize len;
    const void *data = g_bytes_get_data (one, &len);

    g_byte_array_append (row, data, (guint) len);
    data = g_bytes_get_data (two, &len);
    g_byte_array_append (row, data, (guint) len);
    all = g_bytes_new (row->data, row->len);
    path = write_file (folder, "row", all);
    reply = must_get (net, path);
    g_assert_cmpstr (net_reply_body (reply, NULL), ==, "first second");
    g_byte_array_append (row, (const guint8 *) "garbage", 7);
    more = g_bytes_new (row->data, row->len);
    trailing = write_file (folder, "trailing", more);
    must_fail (net, &(NetRequest) { .url = trailing }, MD_ERR_PROTOCOL, "");
  }
  remove_folder (folder);
}

/* Output that does not fit at once, in buffers of every small size.        */
static void
test_small_reads_bring_the_same_bytes (void)
{
  static const Pack packs[] = { pack_gzip, pack_zstd, pack_zip_one };
  static const gsize sizes[] = { 1, 2, 7, 1000, 131072, 200000 };
  g_autoptr (Net) net = net_live ();
  g_autoptr (GBytes) plain = some_text (400000);
  gsize len;
  const void *data = g_bytes_get_data (plain, &len);
  char *folder = make_folder ();

  for (gsize i = 0; i < G_N_ELEMENTS (packs) * G_N_ELEMENTS (sizes); i++) {
    gsize size = sizes[i % G_N_ELEMENTS (sizes)];
    g_autoptr (GBytes) packed = packs[i / G_N_ELEMENTS (sizes)] (data, len);
    g_autofree char *path = write_file (folder, "x", packed);
    NetRequest request = { .url = path, .pull = TRUE };
    g_autoptr (NetReply) reply = net_send (net, &request, NULL);
    g_autoptr (GByteArray) got = g_byte_array_new ();
    g_autofree guint8 *buf = g_malloc (size);
    gsize n;

    do {
      g_assert_cmpint (net_reply_read (reply, buf, size, &n, NULL), ==, MD_OK);
      g_byte_array_append (got, buf, (guint) n);
    } while (n > 0);
    g_assert_cmpmem (got->data, got->len, data, len);
  }
  remove_folder (folder);
}

static void
test_hash_and_wire_are_of_the_packed_file (void)
{
  g_autoptr (Net) net = net_live ();
  g_autoptr (GBytes) plain = some_text (100000);
  gsize len;
  const void *data = g_bytes_get_data (plain, &len);
  g_autoptr (GBytes) packed = pack_zstd (data, len);
  g_autofree char *expected
    = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, packed);
  char *folder = make_folder ();
  g_autofree char *path = write_file (folder, "x.zst", packed);

  for (guint i = 0; i < 4; i++) {
    NetRequest request = { .url = path, .pull = i % 2, .keep_wire = i / 2,
                           .hash = TRUE };
    g_autoptr (NetReply) reply = net_send (net, &request, NULL);
    g_autoptr (GByteArray) got = g_byte_array_new ();

    g_assert_nonnull (reply);
    if (i % 2)
      g_assert_cmpint (read_all (reply, got, NULL), ==, MD_OK);
    g_assert_cmpstr (net_reply_hash (reply), ==, expected);
    g_assert_cmpuint (net_reply_wire_bytes (reply), ==,
                      g_bytes_get_size (packed));
    if (i / 2)
      g_assert_true (g_bytes_equal (net_reply_wire (reply), packed));
    else
      g_assert_null (net_reply_wire (reply));
  }
  remove_folder (folder);
}

int
main (int argc, char **argv)
{
  fixture_init (&argc, &argv);
  g_test_add_func ("/net-decode/encodings-and-contents-are-undone",
                   test_encodings_and_contents_are_undone);
  g_test_add_func ("/net-decode/raw-leaves-the-content-and-undoes-the-encoding",
                   test_raw_leaves_the_content_and_undoes_the_encoding);
  g_test_add_func ("/net-decode/cut-encodings-are-failures",
                   test_cut_encodings_are_failures);
  g_test_add_func ("/net-decode/bombs-stop-at-the-limit",
                   test_bombs_stop_at_the_limit);
  g_test_add_func ("/net-decode/members-of-a-zip-come-in-order-and-unpacked",
                   test_members_of_a_zip_come_in_order_and_unpacked);
  g_test_add_func ("/net-decode/members-may-be-skipped-or-read-without-asking",
                   test_members_may_be_skipped_or_read_without_asking);
  g_test_add_func ("/net-decode/whole-zip-must-have-one-member",
                   test_whole_zip_must_have_one_member);
  g_test_add_func ("/net-decode/encrypted-zip-is-refused",
                   test_encrypted_zip_is_refused);
  g_test_add_func ("/net-decode/no-damage-passes-for-content",
                   test_no_damage_passes_for_content);
  g_test_add_func ("/net-decode/frames-and-members-in-a-row-are-one-body",
                   test_frames_and_members_in_a_row_are_one_body);
  g_test_add_func ("/net-decode/small-reads-bring-the-same-bytes",
                   test_small_reads_bring_the_same_bytes);
  g_test_add_func ("/net-decode/hash-and-wire-are-of-the-packed-file",
                   test_hash_and_wire_are_of_the_packed_file);
  return g_test_run ();
}
