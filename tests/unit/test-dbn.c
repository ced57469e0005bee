/* SPDX-License-Identifier: Apache-2.0
 *
 * The DBN decoder on streams built field by field: what is legal, what lies,
 * and thousands of damaged copies.
 */
#include <string.h>

#include "dbn-feed.h"

static const char *const two[] = { "AAPL", "MSFT", NULL };
#define SCHEMA_TRADES 4
#define T0 G_GUINT64_CONSTANT (1704067200000000000)

static Decoded
decode (const GByteArray *bytes, gsize step)
{
  Feed feed = { bytes->data, bytes->len, .step = step };
  Decoded decoded;

  decode_feed (&feed, 0, &decoded);
  return decoded;
}

static void
assert_fails (const GByteArray *bytes, const char *says)
{
  static const gsize steps[] = { 0, 1, 17 };

  for (guint i = 0; i < G_N_ELEMENTS (steps); i++) {
    Decoded decoded = decode (bytes, steps[i]);

    g_assert_cmpint (decoded.klass, ==, MD_ERR_PROTOCOL);
    if (strstr (decoded.err.message, says) == NULL)
      g_error ("\"%s\" does not say \"%s\"", decoded.err.message, says);
    decoded_clear (&decoded);
  }
}

static void
test_each_version_has_its_header (void)
{
  for (guint version = 1; version <= 3; version++) {
    g_autoptr (GByteArray) bytes = build_header (version, SCHEMA_TRADES, FALSE,
                                                 two);
    Decoded decoded = decode (bytes, 0);

    g_assert_cmpstr (decoded.err.message, ==, "");
    g_assert_nonnull (strstr (decoded.meta->str,
                              "\"symbols\":[\"AAPL\",\"MSFT\"]"));
    g_assert_nonnull (strstr (decoded.meta->str,
                              "{\"start_date\":20240101,"
                              "\"end_date\":20240201,\"symbol\":\"2\"}"));
    decoded_clear (&decoded);
  }
}

static void
test_unknown_types_pass_by (void)
{
  g_autoptr (GByteArray) bytes = build_header (3, SCHEMA_TRADES, FALSE, two);
  gsize odd = build_record (bytes, 3, 0, FALSE, 1, T0);
  Decoded decoded;

  bytes->data[odd + 1] = 99;
  build_record (bytes, 3, 0, FALSE, 2, T0 + 1);
  decoded = decode (bytes, 0);
  g_assert_cmpint (decoded.klass, ==, MD_OK);
  g_assert_cmpuint (decoded.records, ==, 2);
  decoded_clear (&decoded);
}

static void
test_longer_records_are_legal (void)
{
  g_autoptr (GByteArray) bytes = build_header (3, SCHEMA_TRADES, FALSE, two);
  gsize longer = build_record (bytes, 3, 0, FALSE, 1, T0);
  Decoded decoded;

  build_put (bytes, 0x1122334455667788, 8);
  bytes->data[longer] += 2;
  build_record (bytes, 3, 0, FALSE, 2, T0 + 1);
  decoded = decode (bytes, 0);
  g_assert_cmpuint (decoded.records, ==, 2);
  g_assert_nonnull (strstr (decoded.lines->str, "\"instrument_id\":2"));
  decoded_clear (&decoded);
}

static void
test_a_record_too_short_for_its_type_is_refused (void)
{
  g_autoptr (GByteArray) bytes = build_header (3, SCHEMA_TRADES, FALSE, two);
  gsize shorter = build_record (bytes, 3, 0, FALSE, 1, T0);

  bytes->data[shorter] = 11;
  assert_fails (bytes, "is 44 bytes long, but a trade record (type 0, version "
                "3) has 48");
}

static void
test_statistics_need_more_bytes_in_version_3 (void)
{
  g_autoptr (GByteArray) v2 = build_header (2, 10, FALSE, two);
  g_autoptr (GByteArray) v3 = build_header (3, 10, FALSE, two);
  Decoded decoded;

  build_record (v2, 2, 24, FALSE, 1, T0);
  build_record (v3, 2, 24, FALSE, 1, T0);
  decoded = decode (v2, 0);
  g_assert_cmpint (decoded.klass, ==, MD_OK);
  decoded_clear (&decoded);
  assert_fails (v3, "is 64 bytes long, but a statistics record");
}

static void
test_ts_out_makes_every_record_longer (void)
{
  g_autoptr (GByteArray) bytes = build_header (3, SCHEMA_TRADES, TRUE, two);
  g_autoptr (GByteArray) without = build_header (3, SCHEMA_TRADES, TRUE, two);
  gsize record = build_record (bytes, 3, 0, TRUE, 1, T0);
  Decoded decoded;

  memset (bytes->data + record + 48, 7, 8);
  decoded = decode (bytes, 0);
  g_assert_cmpint (decoded.klass, ==, MD_OK);
  g_assert_nonnull (strstr (decoded.lines->str,
                            "\"ts_out\":506381209866536711}"));
  decoded_clear (&decoded);
  build_record (without, 3, 0, FALSE, 1, T0);
  assert_fails (without, "with ts_out) has 56");
}

/* ---- metadata that lies ---------------------------------------------- */

static void
test_counts_are_bounded_by_the_length (void)
{
  /* Where the counts stand: symbols, partial, not_found, mappings and the
   * intervals of the first mapping.                                         */
  static const gsize at[] = { 112, 116 + 142, 120 + 142, 124 + 142,
                              128 + 142 + 71 };

  for (guint i = 0; i < G_N_ELEMENTS (at); i++) {
    g_autoptr (GByteArray) bytes = build_header (3, SCHEMA_TRADES, FALSE, two);

    memset (bytes->data + at[i], 0xff, 4);
    assert_fails (bytes, "announces 4294967295");
  }
}

static void
test_a_length_beyond_the_stream_takes_no_memory (void)
{
  g_autoptr (GByteArray) bytes = build_header (3, SCHEMA_TRADES, FALSE, two);

  memset (bytes->data + 4, 0xff, 4);
  assert_fails (bytes, "ends after");
}

static void
test_a_length_below_the_lists_is_refused (void)
{
  g_autoptr (GByteArray) bytes = build_header (3, SCHEMA_TRADES, FALSE, two);

  bytes->data[4] = 99;
  bytes->data[5] = 0;
  assert_fails (bytes, "99 bytes, below the 100");
  bytes->data[4] = 120;
  assert_fails (bytes, "announces 2 symbols, but only 12 bytes");
}

static void
test_symbols_of_no_length_are_refused (void)
{
  g_autoptr (GByteArray) bytes = build_header (3, SCHEMA_TRADES, FALSE, two);

  bytes->data[53] = bytes->data[54] = 0;
  assert_fails (bytes, "symbols of 0 bytes");
}

static void
test_a_schema_definition_is_refused (void)
{
  g_autoptr (GByteArray) bytes = build_header (3, SCHEMA_TRADES, FALSE, two);

  bytes->data[108] = 4;
  assert_fails (bytes, "schema definition of 4 bytes");
}

static void
test_version_0_and_other_magic_are_refused (void)
{
  g_autoptr (GByteArray) bytes = build_header (3, SCHEMA_TRADES, FALSE, two);

  bytes->data[3] = 0;
  assert_fails (bytes, "version 0 is not supported");
  bytes->data[0] = 'd';
  assert_fails (bytes, "begins with bytes 64 42 4e 00");
}

/* ---- upgrade --------------------------------------------------------- */

static void
test_undefined_quantities_stay_undefined (void)
{
  g_autoptr (GByteArray) bytes = build_header (1, 10, FALSE, two);
  gsize none = build_record (bytes, 1, 24, FALSE, 1, T0);
  gsize some = build_record (bytes, 1, 24, FALSE, 1, T0);
  Decoded decoded;

  build_set (bytes, none, 1, "quantity", G_MAXINT32);
  build_set (bytes, some, 1, "quantity", (guint64) -5);
  decoded = decode (bytes, 0);
  g_assert_nonnull (strstr (decoded.upgraded->str,
                            "\"quantity\":9223372036854775807"));
  g_assert_nonnull (strstr (decoded.upgraded->str, "\"quantity\":-5"));
  g_assert_nonnull (strstr (decoded.upgraded->str, "{\"length\":20,"));
  decoded_clear (&decoded);
}

static void
test_ts_out_stays_last_after_an_upgrade (void)
{
  g_autoptr (GByteArray) bytes = build_header (2, 10, TRUE, two);
  gsize record = build_record (bytes, 2, 24, TRUE, 1, T0);
  Decoded decoded;

  bytes->data[record + 64] = 42;
  decoded = decode (bytes, 0);
  g_assert_nonnull (strstr (decoded.upgraded->str, "\"ts_out\":42}"));
  g_assert_nonnull (strstr (decoded.upgraded->str, "{\"length\":22,"));
  decoded_clear (&decoded);
}

static void
test_old_system_messages_get_their_code (void)
{
  static const struct {
    const char *text;
    guint code;
  } cases[] = {
    { "Heartbeat", 0 }, { "Subscription request 3 for trades succeeded", 1 },
    { "Subscription request 3 for trades", 255 },
    { "Warning: slow reading, 5 s behind", 2 },
    { "Finished trades replay", 3 }, { "End of interval for ohlcv-1m", 4 },
    { "Good morning", 255 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GByteArray) bytes = build_header (1, DBN_MIXED, FALSE, two);
    gsize record = build_record (bytes, 1, 23, FALSE, 0, T0);
    g_autofree char *code = g_strdup_printf ("\"code\":%u}", cases[i].code);
    Decoded decoded;

    memcpy (bytes->data + record + 16, cases[i].text, strlen (cases[i].text));
    decoded = decode (bytes, 0);
    g_assert_nonnull (strstr (decoded.upgraded->str, code));
    decoded_clear (&decoded);
  }
}

static void
test_text_cannot_break_out_of_its_line (void)
{
  g_autoptr (GByteArray) bytes = build_header (1, DBN_MIXED, FALSE, two);
  gsize record = build_record (bytes, 1, 23, FALSE, 0, T0);
  Decoded decoded;

  memcpy (bytes->data + record + 16, "a\"b\\c\nd\xff", 8);
  decoded = decode (bytes, 0);
  g_assert_nonnull (strstr (decoded.lines->str,
                            "\"msg\":\"a\\\"b\\\\c\\u000ad\\u00ff\""));
  decoded_clear (&decoded);
}

/* ---- damage ---------------------------------------------------------- */

static GByteArray *
build_everything (guint version, gboolean ts_out)
{
  static const guint8 rtypes[] = { 0, 1, 10, 18, 19, 20, 21, 22, 23, 24, 32,
                                   160, 177, 192, 195 };
  GByteArray *bytes = build_header (version, DBN_MIXED, ts_out, two);

  for (guint i = 0; i < G_N_ELEMENTS (rtypes); i++)
    build_record (bytes, version, rtypes[i], ts_out, 1, T0 + i);
  return bytes;
}

static void
test_a_cut_at_any_byte_is_noticed (void)
{
  for (guint version = 1; version <= 3; version++) {
    g_autoptr (GByteArray) bytes = build_everything (version, version == 2);
    gsize whole = bytes->len;
    guint ok = 0;

    for (gsize cut = 0; cut < whole; cut++) {
      Feed feed = { bytes->data, cut };
      Decoded decoded;

      decode_feed (&feed, 0, &decoded);
      ok += decoded.klass == MD_OK;
      decoded_clear (&decoded);
    }
    g_assert_cmpuint (ok, ==, 15); /* after the metadata and 14 records      */
  }
}

/* Whatever the bytes say: an answer, within the bytes, and soon.            */
static void
test_damaged_streams_always_end (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (20240102);

  for (guint round = 0; round < 4000; round++) {
    g_autoptr (GByteArray) bytes = build_everything (1 + round % 3, round % 2);
    Feed feed = { NULL, 0, .step = round % 5 == 0 ? 13 : 0 };
    Decoded decoded;

    for (guint n = g_rand_int_range (rand, 1, 8); n > 0; n--)
      bytes->data[g_rand_int_range (rand, 0, bytes->len)] =
        g_rand_int_range (rand, 0, 256);
    feed.bytes = bytes->data;
    feed.len = g_rand_int_range (rand, 0, bytes->len + 1);
    decode_feed (&feed, round % 7 == 0 ? 1 + round % 3 : 0, &decoded);
    g_assert_cmpuint (feed.pulls, <=, feed.len + 2);
    g_assert_true (decoded.klass == MD_OK || decoded.err.message[0] != '\0');
    decoded_clear (&decoded);
  }
}

static void
test_a_failing_source_is_reported_as_it_is (void)
{
  g_autoptr (GByteArray) bytes = build_everything (3, FALSE);

  for (gsize cut = 0; cut <= bytes->len; cut += 5) {
    Feed feed = { bytes->data, cut, .broken = TRUE };
    Decoded decoded;

    decode_feed (&feed, 0, &decoded);
    g_assert_cmpstr (decoded.err.message, ==, "the zstd frame has no end");
    decoded_clear (&decoded);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, name) g_test_add_func ("/dbn/" path, test_##name)
  ADD ("each-version-has-its-header", each_version_has_its_header);
  ADD ("unknown-types-pass-by", unknown_types_pass_by);
  ADD ("longer-records-are-legal", longer_records_are_legal);
  ADD ("a-record-too-short-for-its-type-is-refused",
       a_record_too_short_for_its_type_is_refused);
  ADD ("statistics-need-more-bytes-in-version-3",
       statistics_need_more_bytes_in_version_3);
  ADD ("ts-out-makes-every-record-longer", ts_out_makes_every_record_longer);
  ADD ("counts-are-bounded-by-the-length", counts_are_bounded_by_the_length);
  ADD ("a-length-beyond-the-stream-takes-no-memory",
       a_length_beyond_the_stream_takes_no_memory);
  ADD ("a-length-below-the-lists-is-refused",
       a_length_below_the_lists_is_refused);
  ADD ("symbols-of-no-length-are-refused", symbols_of_no_length_are_refused);
  ADD ("a-schema-definition-is-refused", a_schema_definition_is_refused);
  ADD ("version-0-and-other-magic-are-refused",
       version_0_and_other_magic_are_refused);
  ADD ("undefined-quantities-stay-undefined",
       undefined_quantities_stay_undefined);
  ADD ("ts-out-stays-last-after-an-upgrade",
       ts_out_stays_last_after_an_upgrade);
  ADD ("old-system-messages-get-their-code",
       old_system_messages_get_their_code);
  ADD ("text-cannot-break-out-of-its-line", text_cannot_break_out_of_its_line);
  ADD ("a-cut-at-any-byte-is-noticed", a_cut_at_any_byte_is_noticed);
  ADD ("damaged-streams-always-end", damaged_streams_always_end);
  ADD ("a-failing-source-is-reported-as-it-is",
       a_failing_source_is_reported_as_it_is);
  return g_test_run ();
}
