/* SPDX-License-Identifier: Apache-2.0
 *
 * DBN files on disk: folders, archives, fragments, what they hold together
 * and what they lack.
 */
#include "databento-fixture.h"

static const char *const es[] = { "ESH4", NULL };
static const char *const two[] = { "AAPL", "ESH4", NULL };
static const char *const none[] = { NULL };

/* A folder that the fake host serves: path -> bytes.                       */
typedef struct {
  Vendor vendor;
  GPtrArray *names;      /* of char *, in the order of the folder           */
  GHashTable *files;     /* name -> GBytes                                  */
  GHashTable *zips;      /* name -> GPtrArray of member names               */
} Disk;

static GBytes *
file_bytes (Disk *disk, const char *name)
{
  GBytes *bytes = g_hash_table_lookup (disk->files, name);

  g_assert_nonnull (bytes);
  return bytes;
}

static void
add_members (Disk *disk, FakeReply *reply, const GPtrArray *names)
{
  for (guint i = 0; i < names->len; i++) {
    gsize len;
    const void *data = g_bytes_get_data (file_bytes (disk, names->pdata[i]),
                                         &len);

    fake_reply_add_member (reply, names->pdata[i], data, len);
  }
}

static FakeReply *
serve (const FakeRequest *request, gpointer data)
{
  Disk *disk = data;
  const char *name = request->url + strlen ("/data");
  FakeReply *reply;
  gsize len;
  const void *bytes;

  g_assert_true (g_str_has_prefix (request->url, "/data"));
  if (*name == '\0') {
    reply = fake_reply_new (200, NULL, "", 0);
    add_members (disk, reply, disk->names);
    return reply;
  }
  name++;
  if (g_hash_table_contains (disk->zips, name)) {
    reply = fake_reply_new (200, NULL, "", 0);
    add_members (disk, reply, g_hash_table_lookup (disk->zips, name));
    return reply;
  }
  bytes = g_bytes_get_data (file_bytes (disk, name), &len);
  return fake_reply_new (200, NULL, bytes, len);
}

static Disk *
disk_new (const char *path, const char *key, const char *value)
{
  Disk *disk = g_new0 (Disk, 1);

  disk->vendor.host = fake_host_new ("databento");
  disk->vendor.session = fake_host_open (disk->vendor.host, "files", path,
                                         key, value, NULL);
  disk->vendor.host->server = serve;
  disk->vendor.host->server_data = disk;
  disk->names = g_ptr_array_new_with_free_func (g_free);
  disk->files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                       (GDestroyNotify) g_bytes_unref);
  disk->zips = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                      (GDestroyNotify) g_ptr_array_unref);
  return disk;
}

static void
disk_free (Disk *disk)
{
  vendor_free (&disk->vendor);
  g_ptr_array_unref (disk->names);
  g_hash_table_unref (disk->files);
  g_hash_table_unref (disk->zips);
  g_free (disk);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Disk, disk_free)

static void
hold (Disk *disk, const char *name, const void *bytes, gsize len)
{
  g_hash_table_insert (disk->files, g_strdup (name), g_bytes_new (bytes, len));
}

/* Takes the bytes.                                                         */
static void
add_file (Disk *disk, const char *name, GByteArray *bytes)
{
  hold (disk, name, bytes->data, bytes->len);
  g_ptr_array_add (disk->names, g_strdup (name));
  g_byte_array_unref (bytes);
}

/* Bars of one symbol at noon of each day, in a file that says so.          */
static GByteArray *
days (const char *symbol, guint from, guint to)
{
  g_autofree char *map = g_strdup_printf ("%s 20240101 20240201 1", symbol);
  const char *const symbols[] = { symbol, NULL };
  const char *const maps[] = { map, NULL };
  GByteArray *bytes = build_metadata (&(Metadata) {
    .schema = 6, .symbols = symbols, .mappings = maps, .start = DAY (from),
    .end = DAY (to) });

  for (guint day = from; day < to; day++)
    add_bar (bytes, 1, DAY (day) + 12 * MD_HOUR, day);
  return bytes;
}

static int
fetch (Disk *disk, const char *const *symbols, guint from, guint to)
{
  return vendor_fetch (&disk->vendor, "ohlcv-1m", symbols, DAY (from),
                       DAY (to));
}

/* ---- one file, a folder ---------------------------------------------- */

static void
test_one_file_is_a_source (void)
{
  g_autoptr (Disk) disk = disk_new ("/data/es.dbn", NULL, NULL);

  add_file (disk, "es.dbn", days ("ESH4", 2, 5));
  g_assert_cmpint (fetch (disk, es, 2, 5), ==, MD_OK);
  g_assert_cmpuint (n_rows (&disk->vendor), ==, 3);
  assert_coverage (&disk->vendor,
                   "-1:2024-01-02T00:00:00Z/2024-01-05T00:00:00Z");
}

static void
test_no_key_and_no_call_are_needed (void)
{
  g_autoptr (Disk) disk = disk_new ("/data/es.dbn", NULL, NULL);

  add_file (disk, "es.dbn", days ("ESH4", 2, 5));
  fetch (disk, es, 2, 5);
  for (guint i = 0; i < disk->vendor.host->requests->len; i++) {
    const FakeRequest *request = fake_host_request (disk->vendor.host, i);

    g_assert_cmpstr (request->url, ==, "/data/es.dbn");
    g_assert_cmpuint (request->auth, ==, MD_AUTH_NONE);
  }
}

static void
test_only_the_range_asked_for_is_taken (void)
{
  g_autoptr (Disk) disk = disk_new ("/data/es.dbn", NULL, NULL);

  add_file (disk, "es.dbn", days ("ESH4", 1, 20));
  g_assert_cmpint (fetch (disk, es, 5, 8), ==, MD_OK);
  g_assert_cmpuint (n_rows (&disk->vendor), ==, 3);
  g_assert_cmpint (bar_at (&disk->vendor, 0)->close, ==, 5);
  assert_coverage (&disk->vendor,
                   "-1:2024-01-05T00:00:00Z/2024-01-08T00:00:00Z");
}

/* What comes behind the range is not read, so its damage does not matter.  */
static void
test_reading_ends_with_the_range (void)
{
  g_autoptr (Disk) disk = disk_new ("/data/es.dbn", NULL, NULL);
  GByteArray *bytes = days ("ESH4", 1, 20);

  g_byte_array_set_size (bytes, bytes->len - 1);
  add_file (disk, "es.dbn", bytes);
  g_assert_cmpint (fetch (disk, es, 5, 8), ==, MD_OK);
  g_assert_cmpuint (n_rows (&disk->vendor), ==, 3);
  g_assert_cmpint (fetch (disk, es, 5, 20), ==, MD_ERR_PROTOCOL);
}

static void
test_a_folder_is_its_files_together (void)
{
  g_autoptr (Disk) disk = disk_new ("/data", NULL, NULL);

  add_file (disk, "a-20240102.ohlcv-1m.dbn.zst", days ("ESH4", 2, 3));
  add_file (disk, "a-20240103.ohlcv-1m.dbn", days ("ESH4", 3, 5));
  hold (disk, "manifest.json", "{}", 2);
  g_ptr_array_add (disk->names, g_strdup ("manifest.json"));
  hold (disk, "notes.txt", "x", 1);
  g_ptr_array_add (disk->names, g_strdup ("notes.txt"));
  g_assert_cmpint (fetch (disk, es, 2, 5), ==, MD_OK);
  g_assert_cmpuint (n_rows (&disk->vendor), ==, 3);
  assert_coverage (&disk->vendor,
                   "-1:2024-01-02T00:00:00Z/2024-01-05T00:00:00Z");
}

static void
test_rows_of_other_symbols_are_passed_over (void)
{
  g_autoptr (Disk) disk = disk_new ("/data", NULL, NULL);
  GByteArray *bytes = build_header (3, 6, FALSE, two);

  add_bar (bytes, 1, DAY (2), 10);
  add_bar (bytes, 2, DAY (2), 20);
  add_file (disk, "both.dbn", bytes);
  g_assert_cmpint (fetch (disk, es, 2, 5), ==, MD_OK);
  g_assert_cmpuint (n_rows (&disk->vendor), ==, 1);
  g_assert_cmpint (bar_at (&disk->vendor, 0)->close, ==, 20);
}

static void
test_all_symbols_are_all_that_the_files_hold (void)
{
  g_autoptr (Disk) disk = disk_new ("/data", NULL, NULL);
  GByteArray *bytes = build_header (3, 6, FALSE, two);

  add_bar (bytes, 1, DAY (2), 10);
  add_bar (bytes, 2, DAY (2), 20);
  add_file (disk, "both.dbn", bytes);
  g_assert_cmpint (fetch (disk, none, 2, 5), ==, MD_OK);
  g_assert_cmpuint (n_rows (&disk->vendor), ==, 2);
  g_assert_cmpstr (fake_host_name (disk->vendor.host,
                                   bar_at (&disk->vendor, 1)->symbol), ==,
                   "ESH4");
}

static void
test_a_file_for_each_symbol (void)
{
  g_autoptr (Disk) disk = disk_new ("/data", NULL, NULL);

  add_file (disk, "x.AAPL.dbn", days ("AAPL", 2, 5));
  add_file (disk, "x.ESH4.dbn", days ("ESH4", 2, 5));
  g_assert_cmpint (fetch (disk, two, 2, 5), ==, MD_OK);
  g_assert_cmpuint (n_rows (&disk->vendor), ==, 6);
  assert_coverage (&disk->vendor,
                   "0:2024-01-02T00:00:00Z/2024-01-05T00:00:00Z "
                   "1:2024-01-02T00:00:00Z/2024-01-05T00:00:00Z");
}

static void
test_a_symbol_that_was_not_listed_yet_is_covered (void)
{
  static const char *const all[] = { "ALL_SYMBOLS", NULL };
  static const char *const old[] = { "AAPL 20240102 20240103 1", NULL };
  static const char *const new[] = { "AAPL 20240103 20240104 1",
                                     "ESH4 20240103 20240104 2", NULL };
  g_autoptr (Disk) disk = disk_new ("/data", NULL, NULL);

  add_file (disk, "1.dbn", build_metadata (&(Metadata) {
    .schema = 6, .symbols = all, .mappings = old, .start = DAY (2),
    .end = DAY (3) }));
  add_file (disk, "2.dbn", build_metadata (&(Metadata) {
    .schema = 6, .symbols = all, .mappings = new, .start = DAY (3),
    .end = DAY (4) }));
  g_assert_cmpint (fetch (disk, es, 2, 4), ==, MD_OK);
  assert_coverage (&disk->vendor,
                   "-1:2024-01-02T00:00:00Z/2024-01-04T00:00:00Z");
}

/* ---- what does not fit ----------------------------------------------- */

static void
test_another_schema_is_a_clear_error (void)
{
  g_autoptr (Disk) disk = disk_new ("/data/es.dbn", NULL, NULL);

  add_file (disk, "es.dbn", build_header (3, 4, FALSE, es));
  g_assert_cmpint (fetch (disk, es, 2, 5), ==, MD_ERR_CONFIG);
  assert_says (&disk->vendor, "no file under /data/es.dbn holds ohlcv-1m of "
               "GLBX.MDP3: /data/es.dbn holds trades, not ohlcv-1m");
}

static void
test_other_schemas_in_a_folder_are_passed_over (void)
{
  g_autoptr (Disk) disk = disk_new ("/data", NULL, NULL);

  add_file (disk, "a.trades.dbn", build_header (3, 4, FALSE, es));
  add_file (disk, "b.ohlcv-1m.dbn", days ("ESH4", 2, 5));
  g_assert_cmpint (fetch (disk, es, 2, 5), ==, MD_OK);
  g_assert_cmpuint (n_rows (&disk->vendor), ==, 3);
}

static void
test_an_empty_folder_is_an_error (void)
{
  g_autoptr (Disk) disk = disk_new ("/data", NULL, NULL);

  hold (disk, "manifest.json", "{}", 2);
  g_ptr_array_add (disk->names, g_strdup ("manifest.json"));
  g_assert_cmpint (fetch (disk, es, 2, 5), ==, MD_ERR_CONFIG);
  assert_says (&disk->vendor, "no file under /data holds ohlcv-1m");
}

static void
test_the_same_data_twice_is_refused_before_any_row (void)
{
  g_autoptr (Disk) disk = disk_new ("/data", NULL, NULL);

  add_file (disk, "a.dbn", days ("ESH4", 2, 5));
  add_file (disk, "b.dbn", days ("ESH4", 4, 6));
  g_assert_cmpint (fetch (disk, es, 2, 6), ==, MD_ERR_CONFIG);
  assert_says (&disk->vendor, "/data/a.dbn and /data/b.dbn hold the same");
  g_assert_cmpuint (n_rows (&disk->vendor), ==, 0);
  g_assert_cmpuint (disk->vendor.host->covered->len, ==, 0);
}

static void
test_a_hole_between_files_is_not_called_empty (void)
{
  g_autoptr (Disk) disk = disk_new ("/data", NULL, NULL);

  add_file (disk, "a.dbn", days ("ESH4", 2, 4));
  add_file (disk, "b.dbn", days ("ESH4", 6, 8));
  g_assert_cmpint (fetch (disk, es, 2, 8), ==, MD_ERR_ENTITLEMENT);
  assert_says (&disk->vendor, "from 2024-01-04T00:00:00Z to "
               "2024-01-06T00:00:00Z");
  g_assert_cmpint (disk->vendor.host->err.from, ==, DAY (4));
  g_assert_cmpint (disk->vendor.host->err.to, ==, DAY (6));
  assert_coverage (&disk->vendor,
                   "-1:2024-01-02T00:00:00Z/2024-01-04T00:00:00Z "
                   "-1:2024-01-06T00:00:00Z/2024-01-08T00:00:00Z");
}

static void
test_complete_files_have_no_holes (void)
{
  g_autoptr (Disk) disk = disk_new ("/data", "files_complete", "true");

  add_file (disk, "a.dbn", days ("ESH4", 2, 4));
  add_file (disk, "b.dbn", days ("ESH4", 6, 8));
  g_assert_cmpint (fetch (disk, es, 1, 9), ==, MD_OK);
  assert_coverage (&disk->vendor,
                   "0:2024-01-01T00:00:00Z/2024-01-02T00:00:00Z "
                   "0:2024-01-04T00:00:00Z/2024-01-06T00:00:00Z "
                   "0:2024-01-08T00:00:00Z/2024-01-09T00:00:00Z "
                   "-1:2024-01-02T00:00:00Z/2024-01-04T00:00:00Z "
                   "-1:2024-01-06T00:00:00Z/2024-01-08T00:00:00Z");
}

static void
test_a_range_that_no_file_touches_is_unavailable (void)
{
  g_autoptr (Disk) disk = disk_new ("/data", NULL, NULL);

  add_file (disk, "a.dbn", days ("ESH4", 2, 4));
  g_assert_cmpint (fetch (disk, es, 10, 12), ==, MD_ERR_ENTITLEMENT);
  g_assert_cmpint (disk->vendor.host->err.from, ==, 0);
}

static void
test_a_symbol_in_no_file_is_named (void)
{
  static const char *const asked[] = { "ESH4", "NOPE", NULL };
  g_autoptr (Disk) disk = disk_new ("/data", NULL, NULL);

  add_file (disk, "a.dbn", days ("ESH4", 2, 4));
  g_assert_cmpint (fetch (disk, asked, 2, 4), ==, MD_ERR_NOT_FOUND);
  g_assert_cmpuint (disk->vendor.host->err.symbol, ==, 1);
  assert_coverage (&disk->vendor,
                   "0:2024-01-02T00:00:00Z/2024-01-04T00:00:00Z");
}

/* A sample with `limit` may lack records of its last moment.               */
static void
test_a_limited_file_proves_only_what_it_shows (void)
{
  static const char *const maps[] = { "ESH4 20240101 20240201 1", NULL };
  g_autoptr (Disk) disk = disk_new ("/data", NULL, NULL);
  GByteArray *bytes = build_metadata (&(Metadata) {
    .schema = 6, .symbols = es, .mappings = maps, .limit = 2 });

  add_bar (bytes, 1, DAY (2), 1);
  add_bar (bytes, 1, DAY (3), 2);
  add_file (disk, "a.dbn", bytes);
  g_assert_cmpint (fetch (disk, es, 1, 9), ==, MD_ERR_ENTITLEMENT);
  assert_coverage (&disk->vendor,
                   "-1:2024-01-01T00:00:00Z/2024-01-03T00:00:00Z");
  g_assert_cmpint (disk->vendor.host->err.from, ==, DAY (3));
}

/* Two samples of one day: neither reaches into the other.                  */
static void
test_samples_of_one_day_do_not_overlap (void)
{
  static const char *const maps[] = { "ESH4 20240101 20240201 1", NULL };
  g_autoptr (Disk) disk = disk_new ("/data", "files_complete", "true");

  for (guint i = 0; i < 2; i++) {
    g_autofree char *name = g_strdup_printf ("%u.dbn", i);
    GByteArray *bytes = build_metadata (&(Metadata) {
      .schema = 6, .symbols = es, .mappings = maps, .limit = 2,
      .start = DAY (2) + i * MD_HOUR, .end = DAY (3) });

    add_bar (bytes, 1, DAY (2) + i * MD_HOUR, 1);
    add_bar (bytes, 1, DAY (2) + i * MD_HOUR + MD_MINUTE, 2);
    add_file (disk, name, bytes);
  }
  g_assert_cmpint (fetch (disk, es, 2, 3), ==, MD_OK);
  g_assert_cmpuint (n_rows (&disk->vendor), ==, 4);
}

static void
test_a_damaged_file_keeps_what_came_before (void)
{
  g_autoptr (Disk) disk = disk_new ("/data", NULL, NULL);
  GByteArray *bytes = days ("ESH4", 4, 6);

  g_byte_array_set_size (bytes, bytes->len - 3);
  add_file (disk, "a.dbn", days ("ESH4", 2, 4));
  add_file (disk, "b.dbn", bytes);
  g_assert_cmpint (fetch (disk, es, 2, 6), ==, MD_ERR_PROTOCOL);
  assert_says (&disk->vendor, "/data/b.dbn");
  assert_says (&disk->vendor, "53 bytes of a 56-byte record");
  assert_coverage (&disk->vendor,
                   "-1:2024-01-02T00:00:00Z/2024-01-04T00:00:00Z");
}

static void
test_legacy_files_are_refused_by_name (void)
{
  g_autoptr (Disk) disk = disk_new ("/data", NULL, NULL);

  hold (disk, "old.dbz", "x", 1);
  g_ptr_array_add (disk->names, g_strdup ("old.dbz"));
  g_assert_cmpint (fetch (disk, es, 2, 6), ==, MD_ERR_CONFIG);
  assert_says (&disk->vendor, "legacy DBZ");
}

/* ---- parents and aliases in files ------------------------------------ */

static void
test_a_file_of_one_parent (void)
{
  static const char *const parent[] = { "ES.FUT", NULL };
  static const char *const maps[] = { "ESH4 20240101 20240201 1", NULL };
  g_autoptr (Disk) disk = disk_new ("/data", NULL, NULL);
  GByteArray *bytes = build_metadata (&(Metadata) {
    .schema = 6, .stype_in = DBN_PARENT, .symbols = parent,
    .mappings = maps });

  add_bar (bytes, 1, DAY (2), 1);
  add_file (disk, "a.dbn", bytes);
  disk->vendor.host->selector = MD_SELECT_PARENT;
  g_assert_cmpint (fetch (disk, parent, 2, 4), ==, MD_OK);
  g_assert_cmpstr (fake_host_name (disk->vendor.host,
                                   bar_at (&disk->vendor, 0)->symbol), ==,
                   "ESH4");
  g_assert_cmpuint (disk->vendor.host->mappings->len, ==, 1);
}

static void
test_a_file_of_two_parents_cannot_be_told_apart (void)
{
  static const char *const parents[] = { "ES.FUT", "CL.FUT", NULL };
  static const char *const parent[] = { "ES.FUT", NULL };
  g_autoptr (Disk) disk = disk_new ("/data", NULL, NULL);

  add_file (disk, "a.dbn", build_metadata (&(Metadata) {
    .schema = 6, .stype_in = DBN_PARENT, .symbols = parents }));
  disk->vendor.host->selector = MD_SELECT_PARENT;
  g_assert_cmpint (fetch (disk, parent, 2, 4), ==, MD_ERR_CONFIG);
  assert_says (&disk->vendor, "2 parents");
}

static void
test_a_parents_file_serves_its_instruments (void)
{
  static const char *const parent[] = { "ES.FUT", NULL };
  static const char *const maps[] = { "ESH4 20240101 20240201 1",
                                      "ESM4 20240101 20240201 2", NULL };
  g_autoptr (Disk) disk = disk_new ("/data", NULL, NULL);
  GByteArray *bytes = build_metadata (&(Metadata) {
    .schema = 6, .stype_in = DBN_PARENT, .symbols = parent,
    .mappings = maps });

  add_bar (bytes, 2, DAY (2), 1);
  add_bar (bytes, 1, DAY (2), 2);
  add_file (disk, "a.dbn", bytes);
  g_assert_cmpint (fetch (disk, es, 2, 4), ==, MD_OK);
  g_assert_cmpuint (n_rows (&disk->vendor), ==, 1);
  g_assert_cmpint (bar_at (&disk->vendor, 0)->close, ==, 2);
}

static void
test_aliases_in_files_show_the_id_as_contract (void)
{
  static const char *const front[] = { "ES.c.0", NULL };
  static const char *const maps[] = { "ES.c.0 20240101 20240201 10245", NULL };
  g_autoptr (Disk) disk = disk_new ("/data", NULL, NULL);
  GByteArray *bytes = build_metadata (&(Metadata) {
    .schema = 6, .stype_in = DBN_CONTINUOUS, .symbols = front,
    .mappings = maps });

  add_bar (bytes, 10245, DAY (2), 1);
  add_file (disk, "a.dbn", bytes);
  disk->vendor.host->selector = MD_SELECT_CONTINUOUS;
  g_assert_cmpint (fetch (disk, front, 2, 4), ==, MD_OK);
  g_assert_cmpstr (fake_host_name (disk->vendor.host,
                                   bar_at (&disk->vendor, 0)->contract), ==,
                   "10245");
}

/* ---- archives -------------------------------------------------------- */

static void
add_zip (Disk *disk, const char *name, ...)
{
  GPtrArray *members = g_ptr_array_new_with_free_func (g_free);
  const char *member;
  va_list args;

  va_start (args, name);
  while ((member = va_arg (args, const char *)) != NULL)
    g_ptr_array_add (members, g_strdup (member));
  va_end (args);
  g_hash_table_insert (disk->zips, g_strdup (name), members);
  hold (disk, name, "PK", 2);
}

static void
hold_days (Disk *disk, const char *name, guint from, guint to)
{
  g_autoptr (GByteArray) bytes = days ("ESH4", from, to);

  hold (disk, name, bytes->data, bytes->len);
}

static void
test_a_batch_download_is_read_as_it_is (void)
{
  g_autoptr (Disk) disk = disk_new ("/data/job.zip", NULL, NULL);

  hold_days (disk, "J/glbx-20240102.ohlcv-1m.dbn.zst", 2, 3);
  hold_days (disk, "J/glbx-20240103.ohlcv-1m.dbn.zst", 3, 4);
  hold (disk, "J/manifest.json", "{}", 2);
  add_zip (disk, "job.zip", "J/manifest.json",
           "J/glbx-20240102.ohlcv-1m.dbn.zst",
           "J/glbx-20240103.ohlcv-1m.dbn.zst", NULL);
  g_assert_cmpint (fetch (disk, es, 2, 4), ==, MD_OK);
  g_assert_cmpuint (n_rows (&disk->vendor), ==, 2);
  assert_coverage (&disk->vendor,
                   "-1:2024-01-02T00:00:00Z/2024-01-04T00:00:00Z");
}

static void
test_a_folder_of_archives (void)
{
  g_autoptr (Disk) disk = disk_new ("/data", NULL, NULL);

  hold_days (disk, "1.dbn.zst", 2, 3);
  hold_days (disk, "2.dbn.zst", 3, 4);
  add_zip (disk, "a.zip", "1.dbn.zst", NULL);
  add_zip (disk, "b.zip", "2.dbn.zst", NULL);
  g_ptr_array_add (disk->names, g_strdup ("a.zip"));
  g_ptr_array_add (disk->names, g_strdup ("b.zip"));
  g_assert_cmpint (fetch (disk, es, 2, 4), ==, MD_OK);
  g_assert_cmpuint (n_rows (&disk->vendor), ==, 2);
}

static void
test_member_names_stay_inside_the_archive (void)
{
  static const char *const bad[] = { "../x.dbn", "a/../../x.dbn", "/etc/x.dbn",
                                     "a\\..\\x.dbn", ".." };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (Disk) disk = disk_new ("/data/job.zip", NULL, NULL);

    hold_days (disk, bad[i], 2, 3);
    add_zip (disk, "job.zip", bad[i], NULL);
    g_assert_cmpint (fetch (disk, es, 2, 4), ==, MD_ERR_CONFIG);
    assert_says (&disk->vendor, "leaves the archive");
  }
}

/* ---- fragments and recordings ---------------------------------------- */

static GByteArray *
fragment_of_definitions (guint version)
{
  GByteArray *bytes = g_byte_array_new ();

  for (guint i = 0; i < 3; i++) {
    gsize record = build_record (bytes, version, 19, FALSE, 7 + i,
                                 DAY (2) + i);

    build_set_text (bytes, record, version, "raw_symbol",
                    i == 1 ? "ESH4" : "ESM4");
  }
  return bytes;
}

static int
fetch_definitions (Disk *disk, const char *const *symbols)
{
  return vendor_fetch (&disk->vendor, "definition", symbols, DAY (2),
                       DAY (4));
}

static void
test_fragments_of_definitions_name_themselves (void)
{
  for (guint version = 1; version <= 3; version++) {
    g_autofree char *name = g_strdup_printf ("definition.v%u.dbn.frag.zst",
                                             version);
    g_autofree char *path = g_strconcat ("/data/", name, NULL);
    g_autoptr (Disk) disk = disk_new (path, "files_complete", "true");

    add_file (disk, name, fragment_of_definitions (version));
    g_assert_cmpint (fetch_definitions (disk, es), ==, MD_OK);
    g_assert_cmpuint (n_rows (&disk->vendor), ==, 1);
    assert_coverage (&disk->vendor,
                     "0:2024-01-02T00:00:00Z/2024-01-04T00:00:00Z");
  }
}

static void
test_a_fragment_needs_its_version (void)
{
  g_autoptr (Disk) disk = disk_new ("/data/x.dbn.frag", "files_complete",
                                    "true");

  add_file (disk, "x.dbn.frag", fragment_of_definitions (3));
  g_assert_cmpint (fetch_definitions (disk, es), ==, MD_ERR_CONFIG);
  assert_says (&disk->vendor, "files_version");
}

static void
test_a_fragment_proves_no_range (void)
{
  g_autoptr (Disk) disk = disk_new ("/data/x.dbn.frag", "files_version", "3");

  add_file (disk, "x.dbn.frag", fragment_of_definitions (3));
  g_assert_cmpint (fetch_definitions (disk, es), ==, MD_ERR_CONFIG);
  assert_says (&disk->vendor, "files_complete = yes");
}

static void
test_other_fragments_are_had_by_id (void)
{
  static const char *const id[] = { "7", NULL };
  g_autoptr (Disk) disk = disk_new ("/data/x.v3.dbn.frag", "files_complete",
                                    "true");
  GByteArray *bytes = g_byte_array_new ();

  add_bar (bytes, 7, DAY (2), 1);
  add_bar (bytes, 8, DAY (2), 2);
  add_file (disk, "x.v3.dbn.frag", bytes);
  g_assert_cmpint (fetch (disk, es, 2, 4), ==, MD_ERR_CONFIG);
  assert_says (&disk->vendor, "symbol_kind = id");
  disk->vendor.host->selector = MD_SELECT_ID;
  g_assert_cmpint (fetch (disk, id, 2, 4), ==, MD_OK);
  g_assert_cmpuint (n_rows (&disk->vendor), ==, 1);
}

static GByteArray *
recorded_session (void)
{
  GByteArray *bytes = build_metadata (&(Metadata) {
    .schema = DBN_MIXED, .stype_in = DBN_NO_STYPE, .end = G_MAXUINT64 });
  gsize record;

  record = build_record (bytes, 3, 22, FALSE, 7, DAY (2));
  build_set_text (bytes, record, 3, "stype_in_symbol", "ES.FUT");
  build_set_text (bytes, record, 3, "stype_out_symbol", "ESH4");
  build_set (bytes, record, 3, "start_ts", G_MAXUINT64);
  record = build_record (bytes, 3, 23, FALSE, 0, DAY (2));
  build_set_text (bytes, record, 3, "msg", "Heartbeat");
  add_bar (bytes, 7, DAY (2), 1);
  build_record (bytes, 3, 0, FALSE, 7, DAY (2) + 5);
  record = build_record (bytes, 3, 21, FALSE, 0, DAY (2));
  build_set_text (bytes, record, 3, "err", "Failed to resolve symbol");
  return bytes;
}

static void
test_a_recorded_session_maps_as_it_goes (void)
{
  g_autoptr (Disk) disk = disk_new ("/data/live.dbn", "files_complete",
                                    "true");

  add_file (disk, "live.dbn", recorded_session ());
  g_assert_cmpint (fetch (disk, es, 2, 4), ==, MD_OK);
  g_assert_cmpuint (n_rows (&disk->vendor), ==, 1);
  assert_coverage (&disk->vendor,
                   "0:2024-01-02T00:00:00Z/2024-01-04T00:00:00Z");
  g_assert_nonnull (strstr (disk->vendor.host->log->str,
                            "30 databento: /data/live.dbn: error: Failed to "
                            "resolve symbol"));
  g_assert_cmpint (vendor_fetch (&disk->vendor, "tbbo", es, DAY (2), DAY (4)),
                   ==, MD_ERR_CONFIG);
  assert_says (&disk->vendor, "cannot be told from mbp-1");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, name) g_test_add_func ("/databento-files/" path, test_##name)
  ADD ("one-file-is-a-source", one_file_is_a_source);
  ADD ("no-key-and-no-call-are-needed", no_key_and_no_call_are_needed);
  ADD ("only-the-range-asked-for-is-taken",
       only_the_range_asked_for_is_taken);
  ADD ("reading-ends-with-the-range", reading_ends_with_the_range);
  ADD ("a-folder-is-its-files-together", a_folder_is_its_files_together);
  ADD ("rows-of-other-symbols-are-passed-over",
       rows_of_other_symbols_are_passed_over);
  ADD ("all-symbols-are-all-that-the-files-hold",
       all_symbols_are_all_that_the_files_hold);
  ADD ("a-file-for-each-symbol", a_file_for_each_symbol);
  ADD ("a-symbol-that-was-not-listed-yet-is-covered",
       a_symbol_that_was_not_listed_yet_is_covered);
  ADD ("another-schema-is-a-clear-error", another_schema_is_a_clear_error);
  ADD ("other-schemas-in-a-folder-are-passed-over",
       other_schemas_in_a_folder_are_passed_over);
  ADD ("an-empty-folder-is-an-error", an_empty_folder_is_an_error);
  ADD ("the-same-data-twice-is-refused-before-any-row",
       the_same_data_twice_is_refused_before_any_row);
  ADD ("a-hole-between-files-is-not-called-empty",
       a_hole_between_files_is_not_called_empty);
  ADD ("complete-files-have-no-holes", complete_files_have_no_holes);
  ADD ("a-range-that-no-file-touches-is-unavailable",
       a_range_that_no_file_touches_is_unavailable);
  ADD ("a-symbol-in-no-file-is-named", a_symbol_in_no_file_is_named);
  ADD ("a-limited-file-proves-only-what-it-shows",
       a_limited_file_proves_only_what_it_shows);
  ADD ("samples-of-one-day-do-not-overlap", samples_of_one_day_do_not_overlap);
  ADD ("a-damaged-file-keeps-what-came-before",
       a_damaged_file_keeps_what_came_before);
  ADD ("legacy-files-are-refused-by-name", legacy_files_are_refused_by_name);
  ADD ("a-file-of-one-parent", a_file_of_one_parent);
  ADD ("a-file-of-two-parents-cannot-be-told-apart",
       a_file_of_two_parents_cannot_be_told_apart);
  ADD ("a-parents-file-serves-its-instruments",
       a_parents_file_serves_its_instruments);
  ADD ("aliases-in-files-show-the-id-as-contract",
       aliases_in_files_show_the_id_as_contract);
  ADD ("a-batch-download-is-read-as-it-is", a_batch_download_is_read_as_it_is);
  ADD ("a-folder-of-archives", a_folder_of_archives);
  ADD ("member-names-stay-inside-the-archive",
       member_names_stay_inside_the_archive);
  ADD ("fragments-of-definitions-name-themselves",
       fragments_of_definitions_name_themselves);
  ADD ("a-fragment-needs-its-version", a_fragment_needs_its_version);
  ADD ("a-fragment-proves-no-range", a_fragment_proves_no_range);
  ADD ("other-fragments-are-had-by-id", other_fragments_are_had_by_id);
  ADD ("a-recorded-session-maps-as-it-goes",
       a_recorded_session_maps_as_it_goes);
  return g_test_run ();
}
