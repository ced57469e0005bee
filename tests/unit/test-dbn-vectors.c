/* SPDX-License-Identifier: Apache-2.0
 *
 * The vendor's own files, and some made by hand, decoded and compared with
 * what the vendor's decoder says; then damaged in every place.
 */
#include <jansson.h>
#include <string.h>

#include "dbn-feed.h"

static char *
vectors_dir (void)
{
  const char *source = g_getenv ("MDCORE_TEST_SOURCE");

  return g_build_filename (source != NULL ? source : ".", "..", "shared",
                           "vectors", "dbn", NULL);
}

static char *
read_vector (const char *name, const char *suffix, gsize *ret_len)
{
  g_autofree char *dir = vectors_dir ();
  g_autofree char *file = g_strconcat (name, suffix, NULL);
  g_autofree char *path = g_build_filename (dir, file, NULL);
  char *text = NULL;

  if (!g_file_get_contents (path, &text, ret_len, NULL))
    return NULL;
  return text;
}

static json_t *
vectors_index (void)
{
  gsize len;
  g_autofree char *text = read_vector ("index.json", "", &len);

  if (text == NULL) {
    g_test_skip ("no ../shared/vectors/dbn beside the source folder");
    return NULL;
  }
  return json_loadb (text, len, 0, NULL);
}

typedef void (*VectorFunc) (const char *name, guint fragment, gsize records);

/* Calls for every vector that must decode.                                 */
static void
each_vector (VectorFunc func)
{
  json_t *index = vectors_index (), *entry;
  gsize i, n = 0;

  if (index == NULL)
    return;
  json_array_foreach (index, i, entry) {
    const char *kind = json_string_value (json_object_get (entry, "kind"));
    const char *name = json_string_value (json_object_get (entry, "file"));
    const char *v = strstr (name, ".v");
    guint fragment = g_str_equal (kind, "frag") ? v[2] - '0' : 0;

    if (g_str_equal (kind, "bad") || g_str_equal (kind, "dbz"))
      continue;
    g_test_message ("%s", name);
    func (name, fragment,
          json_integer_value (json_object_get (entry, "records")));
    n++;
  }
  g_assert_cmpuint (n, >, 100);
  json_decref (index);
}

static GByteArray *
load_vector (const char *name, gboolean *ret_broken)
{
  gsize len;
  g_autofree char *bytes = read_vector (name, "", &len);

  g_assert_nonnull (bytes);
  return feed_unzstd ((const guint8 *) bytes, len, ret_broken);
}

/* One document a line, ended by a newline.                                 */
static void
assert_same_text (const char *name, const char *suffix, const char *have)
{
  gsize len;
  g_autofree char *expected = read_vector (name, suffix, &len);

  g_assert_nonnull (expected);
  g_strchomp (expected);
  if (strlen (have) > 0 && have[strlen (have) - 1] == '\n') {
    g_autofree char *chomped = g_strchomp (g_strdup (have));

    g_assert_cmpstr (chomped, ==, expected);
  }
  else
    g_assert_cmpstr (have, ==, expected);
}

static void
check_as_stored (const char *name, guint fragment, gsize records)
{
  gboolean broken;
  g_autoptr (GByteArray) bytes = load_vector (name, &broken);
  Feed feed = { bytes->data, bytes->len };
  Decoded decoded;

  decode_feed (&feed, fragment, &decoded);
  g_assert_cmpstr (decoded.err.message, ==, "");
  g_assert_cmpint (decoded.klass, ==, MD_OK);
  g_assert_cmpuint (decoded.records, ==, records);
  assert_same_text (name, ".jsonl", decoded.lines->str);
  if (fragment == 0)
    assert_same_text (name, ".meta.json", decoded.meta->str);
  decoded_clear (&decoded);
}

static void
test_as_stored (void)
{
  each_vector (check_as_stored);
}

/* Files whose records no version changed have no .v3.jsonl: then the upgrade
 * must leave them alone.                                                   */
static void
check_upgraded (const char *name, guint fragment, gsize records)
{
  gboolean broken;
  g_autoptr (GByteArray) bytes = load_vector (name, &broken);
  Feed feed = { bytes->data, bytes->len };
  Decoded decoded;
  gsize len;
  g_autofree char *v3 = read_vector (name, ".v3.jsonl", &len);

  decode_feed (&feed, fragment, &decoded);
  g_assert_cmpint (decoded.klass, ==, MD_OK);
  if (v3 != NULL)
    assert_same_text (name, ".v3.jsonl", decoded.upgraded->str);
  else
    g_assert_cmpstr (decoded.upgraded->str, ==, decoded.lines->str);
  decoded_clear (&decoded);
}

static void
test_upgraded (void)
{
  each_vector (check_upgraded);
}

static void
check_every_feed_size (const char *name, guint fragment, gsize records)
{
  gboolean broken;
  g_autoptr (GByteArray) bytes = load_vector (name, &broken);
  static const gsize steps[] = { 1, 2, 3, 7, 16, 47, 48, 49, 511, 4096 };

  for (guint i = 0; i < G_N_ELEMENTS (steps); i++) {
    Feed feed = { bytes->data, bytes->len, .step = steps[i] };
    Decoded decoded;

    decode_feed (&feed, fragment, &decoded);
    g_assert_cmpint (decoded.klass, ==, MD_OK);
    assert_same_text (name, ".jsonl", decoded.lines->str);
    decoded_clear (&decoded);
  }
}

static void
test_every_feed_size (void)
{
  each_vector (check_every_feed_size);
}

/* Offsets at which a raw stream could end and be whole.                    */
static GHashTable *
record_ends (const GByteArray *bytes, guint fragment)
{
  GHashTable *ends = g_hash_table_new (NULL, NULL);
  gsize at = 0;

  if (fragment == 0) {
    guint32 length;

    memcpy (&length, bytes->data + 4, 4);
    at = 8 + GUINT32_FROM_LE (length);
  }
  for (; at < bytes->len; at += 4 * bytes->data[at])
    g_hash_table_add (ends, GSIZE_TO_POINTER (at));
  return ends;
}

/* A cut between two records cannot be seen in the records themselves; the
 * transport proves the end there.  Everywhere else it must be noticed.     */
static void
check_cut_raw (const char *name, guint fragment, gsize records)
{
  gboolean broken;
  g_autoptr (GByteArray) bytes = load_vector (name, &broken);
  g_autoptr (GHashTable) ends = record_ends (bytes, fragment);

  if (bytes->len > 6000)
    return;
  for (gsize cut = 0; cut < bytes->len; cut++) {
    Feed feed = { bytes->data, cut };
    Decoded decoded;

    decode_feed (&feed, fragment, &decoded);
    g_assert_cmpint (decoded.klass, ==,
                     g_hash_table_contains (ends, GSIZE_TO_POINTER (cut))
                       ? MD_OK : MD_ERR_PROTOCOL);
    if (decoded.klass != MD_OK)
      g_assert_cmpuint (strlen (decoded.err.message), >, 20);
    decoded_clear (&decoded);
  }
}

static void
test_cut_at_every_byte (void)
{
  each_vector (check_cut_raw);
}

static void
check_cut_zstd (const char *name, guint fragment, gsize records)
{
  gsize len;
  g_autofree char *bytes = read_vector (name, "", &len);

  if (!g_str_has_suffix (name, ".zst") || g_str_has_prefix (name, "synth."))
    return; /* synth.*.zst hold many frames, each of which may be the last   */
  for (gsize cut = 0; cut < len; cut++) {
    gboolean broken;
    g_autoptr (GByteArray) raw = feed_unzstd ((guint8 *) bytes, cut, &broken);
    Feed feed = { raw->data, raw->len, .broken = broken };
    Decoded decoded;

    decode_feed (&feed, fragment, &decoded);
    if (decoded.klass == MD_OK) /* a whole empty fragment                    */
      g_assert_true (fragment > 0 && cut == 0);
    decoded_clear (&decoded);
  }
}

static void
test_zstd_cut_at_every_byte (void)
{
  each_vector (check_cut_zstd);
}

/* ---- malformed ------------------------------------------------------ */

static const struct {
  const char *file, *says;
  guint records;
} malformed[] = {
  { "bad.empty.dbn", "empty input", 0 },
  { "bad.magic.dbn", "not DBN", 0 },
  { "bad.version-99.dbn", "version 99 is not supported", 0 },
  { "bad.metadata-truncated.dbn", "ends after 60 bytes, inside the metadata",
    0 },
  { "bad.truncated-record.v3.dbn", "31 bytes of a 48-byte record", 2 },
  { "bad.short-record.v3.dbn", "12 bytes long, below the 16", 2 },
  { "bad.zero-length-record.v3.dbn", "0 bytes long, below the 16", 2 },
  { "bad.truncated-zstd.v3.dbn.zst", "the zstd frame has no end", 0 },
  { "dbn.mbo.dbz", "legacy DBZ", 0 },
  { "dbn.mbp-10.dbz", "legacy DBZ", 0 },
  { "dbn.ohlcv-1d.dbz", "legacy DBZ", 0 },
  { "dbn.tbbo.dbz", "legacy DBZ", 0 },
};

static void
check_malformed (gsize i, gsize step)
{
  gsize len;
  g_autofree char *bytes = read_vector (malformed[i].file, "", &len);
  gboolean broken;
  g_autoptr (GByteArray) raw = NULL;
  Feed feed = { 0 };
  Decoded decoded;

  g_assert_nonnull (bytes);
  raw = feed_unzstd ((const guint8 *) bytes, len, &broken);
  feed = (Feed) { raw->data, raw->len, .step = step, .broken = broken };
  decode_feed (&feed, 0, &decoded);
  g_test_message ("%s: %s", malformed[i].file, decoded.err.message);
  g_assert_cmpint (decoded.klass, ==, MD_ERR_PROTOCOL);
  g_assert_nonnull (strstr (decoded.err.message, malformed[i].says));
  if (!broken)
    g_assert_cmpuint (decoded.records, ==, malformed[i].records);
  decoded_clear (&decoded);
}

static void
test_malformed (void)
{
  json_t *index = vectors_index (), *entry;
  gsize i, expected = 0;

  if (index == NULL)
    return;
  json_array_foreach (index, i, entry) {
    if (g_str_equal (json_string_value (json_object_get (entry, "kind")),
                     "bad"))
      expected++;
  }
  g_assert_cmpuint (expected, ==, 8); /* each of them is in the list above   */
  for (i = 0; i < G_N_ELEMENTS (malformed); i++) {
    check_malformed (i, 0);
    check_malformed (i, 1);
  }
  json_decref (index);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/dbn-vectors/decode-as-stored", test_as_stored);
  g_test_add_func ("/dbn-vectors/decode-as-version-3", test_upgraded);
  g_test_add_func ("/dbn-vectors/pieces-of-any-size-give-the-same",
                   test_every_feed_size);
  g_test_add_func ("/dbn-vectors/a-cut-at-any-byte-is-noticed",
                   test_cut_at_every_byte);
  g_test_add_func ("/dbn-vectors/a-compressed-cut-never-passes-as-whole",
                   test_zstd_cut_at_every_byte);
  g_test_add_func ("/dbn-vectors/malformed-input-is-named", test_malformed);
  return g_test_run ();
}
