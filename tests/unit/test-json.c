/* SPDX-License-Identifier: Apache-2.0
 *
 * The JSON pull reader: which documents it takes, and what the getters make
 * of values.  Jansson's opinion on mutated documents: tests/fuzz.
 */
#include <support/json.h>

#include <glib.h>
#include <math.h>
#include <string.h>

/* A copy of exactly `len` bytes: the sanitizer sees one step too far.      */
static bool
is_valid (const char *text, gsize len)
{
  g_autofree char *exact = g_memdup2 (text, len);
  struct md_json json;

  md_json_init (&json, exact, len);
  return md_json_finish (&json);
}

static void
say (const char *text)
{
  g_autofree char *escaped = g_strescape (text, NULL);

  g_test_message ("%s", escaped);
}

static void
test_valid_documents (void)
{
  static const char *const texts[] = {
    "null", "true", "false", "0", "-0", "\"\"", "[]", "{}", " [ ] ", "\t{\n}\r",
    "1.5e-3", "-12.25E+7", "1e400", "123456789012345678901234567890",
    "[1,2]", "[1 , [2], {\"a\":3}]", "{\"a\":{\"b\":[null,true,false]}}",
    "{\"a\":1,\"a\":2}", "{\"\":0}", "[[],[[]],{}]",
    "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e9\\u20AC\\ud83d\\uDE00\\u0000\"",
    "\"\xc2\x80 \xdf\xbf \xe0\xa0\x80 \xed\x9f\xbf \xee\x80\x80 \xef\xbf\xbf"
    " \xf0\x90\x80\x80 \xf4\x8f\xbf\xbf\"",
    "\"\x7f\"", "        [        1        ,        2        ]        ",
    "[\n        \"a\"\n]",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++) {
    say (texts[i]);
    g_assert_true (is_valid (texts[i], strlen (texts[i])));
  }
}

static void
test_invalid_documents (void)
{
  static const char *const texts[] = {
    "", " ", "nul", "nulll", "True", "NaN", "Infinity", "-Infinity", "'a'",
    "+1", "01", "-01", "-", ".5", "1.", "1.e1", "1e", "1e+", "0x1", "1 2",
    "1,", "[", "]", "[1", "[1,", "[1,]", "[,1]", "[,]", "[1 2]", "[1,,2]",
    "{", "}", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}",
    "{,}", "{\"a\"}", "{\"a\",1}", "{a:1}", "{1:1}", "{\"a\":1 \"b\":2}",
    "{\"a\"::1}", "[1}", "{\"a\":1]", "[]]", "{}{}", "[]x", "[1]\1",
    "\"", "\"a", "\"\\\"", "\"\\x\"", "\"\\u12\"", "\"\\u123g\"", "\"\\",
    "\"\\u", "\"\\ud800\"", "\"\\udc00\"", "\"\\ud800\\ud800\"",
    "\"\\ud800\\u0041\"", "\"\\ud800x\"", "\"\\ud800\\udc0\"", "\"\n\"",
    "\"\t\"", "\"\x1f\"", "\"12345678\x01\"",
    "\"\x80\"", "\"\xc0\x80\"", "\"\xc1\xbf\"", "\"\xc2\"", "\"\xc2\x41\"",
    "\"\xe0\x80\x80\"", "\"\xe0\x9f\xbf\"", "\"\xed\xa0\x80\"",
    "\"\xed\xbf\xbf\"", "\"\xe2\x82\"", "\"\xe2\x82\x41\"", "\"\xe2",
    "\"\xf0\x80\x80\x80\"", "\"\xf0\x8f\xbf\xbf\"", "\"\xf4\x90\x80\x80\"",
    "\"\xf5\x80\x80\x80\"", "\"\xf0\x90\x80\"", "\"\xf0\x90\x80\x41\"",
    "\"\xff\"", "\xef\xbb\xbf[]", "\xc2\xa0[]", "[1]\x0b", "/**/[]", "[1]//",
    "<html></html>", "{\"a\":\x80}",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++) {
    say (texts[i]);
    g_assert_false (is_valid (texts[i], strlen (texts[i])));
  }
  g_assert_false (is_valid ("[1]\0", 4));
  g_assert_false (is_valid ("\"\0\"", 3));
}

/* A page cut anywhere is no page.                                          */
static void
test_every_prefix_of_a_document_is_invalid (void)
{
  static const char text[] =
    "{\"bars\":[{\"t\":\"2024-01-02T09:00:00Z\",\"o\":-1.5e3,\"n\":null},"
    "{\"name\":\"\xe2\x82\xac \\ud83d\\ude00\",\"ok\":[true,false]}]}";

  g_assert_true (is_valid (text, strlen (text)));
  for (gsize len = 0; len < strlen (text); len++)
    g_assert_false (is_valid (text, len));
}

/* A special byte at each place of the eight that are looked at together.   */
static void
test_bytes_are_seen_wherever_they_stand (void)
{
  static const char bad[] = { '"', '\\', '\x1f', '\x01', '\x80', '\xff' };

  for (gsize len = 1; len <= 20; len++) {
    for (gsize at = 0; at < len; at++) {
      g_autofree char *text = g_strnfill (len + 2, 'a');

      text[0] = text[len + 1] = '"';
      g_assert_true (is_valid (text, len + 2));
      for (gsize i = 0; i < sizeof bad; i++) {
        text[at + 1] = bad[i];
        g_assert_false (is_valid (text, len + 2));
      }
    }
  }
}

static void
test_depth_is_bounded (void)
{
  g_autofree char *open = g_strnfill (MD_JSON_DEPTH + 1, '[');
  g_autofree char *close = g_strnfill (MD_JSON_DEPTH + 1, ']');
  g_autofree char *deep = g_strconcat (open, close, NULL);

  g_assert_true (is_valid (deep + 1, strlen (deep) - 2));
  g_assert_false (is_valid (deep, strlen (deep)));
}

/* ---- getters ----------------------------------------------------------- */

static struct md_json
reader (const char *text)
{
  struct md_json json;

  md_json_init (&json, text, strlen (text));
  return json;
}

static void
test_prices_come_bare_or_in_strings (void)
{
  struct md_json json = reader ("[ 182.01, \"-0.5\", 1e-9,null ]");
  static const md_price expected[] = { INT64_C (182010000000), -500000000, 1,
                                       MD_ABSENT };
  md_price price = 0;

  g_assert_true (md_json_enter_array (&json));
  for (gsize i = 0; i < G_N_ELEMENTS (expected); i++) {
    g_assert_true (md_json_next (&json));
    g_assert_true (md_json_price (&json, &price));
    g_assert_cmpint (price, ==, expected[i]);
  }
  g_assert_false (md_json_next (&json));
  g_assert_true (md_json_finish (&json));
}

/* The row fails, the page does not, and the reason is known.               */
static void
test_refused_values_are_passed_and_say_why (void)
{
  static const struct {
    const char *text, *why;
  } cases[] = {
    { "[1e10,7]", "range" },       { "[\"1e10\",7]", "range" },
    { "[1e-10,7]", "inexact" },    { "[\"0.00000000001\",7]", "inexact" },
    { "[\"\",7]", "type" },        { "[\"1.5 \",7]", "type" },
    { "[\"01\",7]", "type" },      { "[\"1\\u0030\",7]", "type" },
    { "[true,7]", "type" },        { "[[1,[2]],7]", "type" },
    { "[{\"a\":[1]},7]", "type" }, { "[\"None\",7]", "type" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    struct md_json json = reader (cases[i].text);
    md_price price = 42;

    say (cases[i].text);
    g_assert_true (md_json_enter_array (&json) && md_json_next (&json));
    g_assert_false (md_json_price (&json, &price));
    g_assert_cmpint (price, ==, 42);
    g_assert_null (json.fault);
    g_assert_cmpstr (json.refusal, ==, cases[i].why);
    g_assert_true (md_json_next (&json));
    g_assert_true (md_json_price (&json, &price));
    g_assert_cmpint (price, ==, 7 * MD_PRICE_ONE);
    g_assert_true (md_json_finish (&json));
  }
}

static void
test_a_broken_value_is_a_fault_of_the_page (void)
{
  static const char *const texts[] = { "[01]", "[-]", "[nul]", "[\"1]",
                                       "[tru]", "[[1}]", "[\"\\x\"]", "[" };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++) {
    struct md_json json = reader (texts[i]);
    md_price price;

    say (texts[i]);
    md_json_enter_array (&json);
    while (md_json_next (&json))
      md_json_price (&json, &price);
    g_assert_nonnull (json.fault);
    g_assert_false (md_json_finish (&json));
  }
}

static void
test_numbers_of_every_kind (void)
{
  struct md_json json = reader ("[4.727521520000001,\"1e3\",null,1e400,"
                                "1.5,12.0,\"9007199254740993\",1.25]");
  double d = 0;
  int64_t i = 0;
  md_price p = 0;

  md_json_enter_array (&json);
  md_json_next (&json);
  g_assert_true (md_json_f64 (&json, &d));
  g_assert_true (d == 4.727521520000001);
  md_json_next (&json);
  g_assert_true (md_json_f64 (&json, &d));
  g_assert_true (d == 1000);
  md_json_next (&json);
  g_assert_true (md_json_f64 (&json, &d));
  g_assert_true (isnan (d));
  md_json_next (&json);
  g_assert_false (md_json_f64 (&json, &d));
  g_assert_cmpstr (json.refusal, ==, "range");
  md_json_next (&json);
  g_assert_false (md_json_i64 (&json, &i));
  g_assert_cmpstr (json.refusal, ==, "inexact");
  md_json_next (&json);
  g_assert_true (md_json_i64 (&json, &i));
  g_assert_cmpint (i, ==, 12);
  md_json_next (&json);
  g_assert_true (md_json_i64 (&json, &i));
  g_assert_cmpint (i, ==, INT64_C (9007199254740993));
  md_json_next (&json);
  g_assert_true (md_json_price_rounded (&json, &p));
  g_assert_cmpint (p, ==, 1250000000);
  g_assert_true (md_json_finish (&json));
}

static void
test_bools_have_no_absent_value (void)
{
  struct md_json json = reader ("[true,false,null,1]");
  bool b = false;

  md_json_enter_array (&json);
  md_json_next (&json);
  g_assert_true (md_json_bool (&json, &b) && b);
  md_json_next (&json);
  g_assert_true (md_json_bool (&json, &b) && !b);
  md_json_next (&json);
  g_assert_false (md_json_bool (&json, &b));
  g_assert_cmpstr (json.refusal, ==, "type");
  md_json_next (&json);
  g_assert_false (md_json_bool (&json, &b));
  g_assert_true (md_json_finish (&json));
}

static void
test_strings_are_slices_until_unescaped (void)
{
  struct md_json json =
    reader ("[\"plain\",\"a\\n\\u00e9\\u20ac\\ud83d\\ude00\\u0000\\/\",null,1]");
  struct md_text text = { NULL, 0 };
  bool escapes = true;
  char buf[64];
  gsize len;

  md_json_enter_array (&json);
  md_json_next (&json);
  g_assert_true (md_json_string (&json, &text, &escapes));
  g_assert_false (escapes);
  g_assert_cmpmem (text.ptr, text.len, "plain", 5);
  md_json_next (&json);
  g_assert_true (md_json_string (&json, &text, &escapes));
  g_assert_true (escapes);
  len = md_json_unescape (text, buf);
  g_assert_cmpmem (buf, len,
                   "a\n\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\0/", 13);
  md_json_next (&json);
  g_assert_true (md_json_string (&json, &text, &escapes));
  g_assert_true (text.ptr == NULL && !escapes);
  md_json_next (&json);
  g_assert_false (md_json_string (&json, &text, &escapes));
  g_assert_cmpstr (json.refusal, ==, "type");
  g_assert_true (md_json_finish (&json));
}

static void
test_keys_match_through_escapes (void)
{
  struct md_json json = reader ("{\"vw\":1,\"\\u0076w\":2,\"v\":3,"
                                "\"v\\/\":4,\"\":5}");
  struct md_text key;

  g_assert_true (md_json_enter_object (&json));
  g_assert_true (md_json_next_key (&json, &key));
  g_assert_true (md_json_key_is (key, "vw"));
  g_assert_false (md_json_key_is (key, "v"));
  g_assert_false (md_json_key_is (key, "vwx"));
  g_assert_false (md_json_key_is (key, ""));
  g_assert_true (md_json_next_key (&json, &key));
  g_assert_true (md_json_key_is (key, "vw"));
  g_assert_false (md_json_key_is (key, "v"));
  g_assert_true (md_json_next_key (&json, &key));
  g_assert_true (md_json_key_is (key, "v"));
  g_assert_true (md_json_next_key (&json, &key));
  g_assert_true (md_json_key_is (key, "v/"));
  g_assert_false (md_json_key_is (key, "v\\/x"));
  g_assert_true (md_json_next_key (&json, &key));
  g_assert_true (md_json_key_is (key, ""));
  g_assert_false (md_json_next_key (&json, &key));
  g_assert_true (md_json_finish (&json));
}

/* ---- moving ------------------------------------------------------------ */

static void
test_unread_values_are_skipped_and_checked (void)
{
  struct md_json json = reader ("[[1,2],{\"a\":[3]},\"x\",4]");
  struct md_json bad = reader ("[[1,2],{\"a\":[3},4]");
  int64_t v = 0;

  md_json_enter_array (&json);
  for (int i = 0; i < 4; i++)
    g_assert_true (md_json_next (&json));
  g_assert_true (md_json_i64 (&json, &v));
  g_assert_cmpint (v, ==, 4);
  g_assert_true (md_json_finish (&json));

  md_json_enter_array (&bad);
  g_assert_true (md_json_next (&bad));
  g_assert_true (md_json_next (&bad));
  g_assert_false (md_json_next (&bad));
  g_assert_nonnull (bad.fault);
}

static void
test_finish_reads_what_was_left (void)
{
  struct md_json good = reader ("{\"a\":[1,{\"b\":2}],\"c\":3}");
  struct md_json bad = reader ("{\"a\":[1,{\"b\":2}],\"c\"}");
  struct md_text key;

  md_json_enter_object (&good);
  md_json_next_key (&good, &key);
  md_json_enter_array (&good);
  md_json_next (&good);
  g_assert_true (md_json_finish (&good));
  g_assert_true (md_json_finish (&good));

  md_json_enter_object (&bad);
  md_json_next_key (&bad, &key);
  md_json_enter_array (&bad);
  g_assert_false (md_json_finish (&bad));
}

static void
test_entering_something_else_leaves_it_to_be_read (void)
{
  struct md_json json = reader ("[{\"a\":1}]");
  struct md_text text;

  g_assert_false (md_json_enter_object (&json));
  g_assert_true (md_json_enter_array (&json));
  g_assert_true (md_json_next (&json));
  g_assert_false (md_json_enter_array (&json));
  g_assert_cmpint (md_json_peek (&json), ==, MD_JSON_OBJECT);
  g_assert_true (md_json_slice (&json, &text));
  g_assert_cmpmem (text.ptr, text.len, "{\"a\":1}", 7);
  g_assert_true (md_json_finish (&json));
}

static void
test_reading_where_no_value_stands_is_a_fault (void)
{
  struct md_json twice = reader ("[1,2]"), kind = reader ("{\"a\":1}");
  int64_t v;

  md_json_enter_array (&twice);
  md_json_next (&twice);
  g_assert_true (md_json_i64 (&twice, &v));
  g_assert_false (md_json_i64 (&twice, &v));
  g_assert_nonnull (twice.fault);

  md_json_enter_object (&kind);
  g_assert_false (md_json_next (&kind));
  g_assert_nonnull (kind.fault);
}

static void
test_a_rows_text_is_known_after_reading_it (void)
{
  struct md_json json = reader ("[ [1, \"x\"] , 2]");
  const char *row;

  md_json_enter_array (&json);
  md_json_next (&json);
  row = md_json_here (&json);
  md_json_enter_array (&json);
  while (md_json_next (&json))
    ;
  g_assert_cmpmem (row, json.at - row, "[1, \"x\"]", 8);
}

static void
test_the_error_says_what_where_and_near (void)
{
  struct md_json json = reader ("{\"message\":\"\x01 oops\"}");
  struct md_error err = { .struct_size = sizeof err, .symbol = 3 };

  g_assert_false (md_json_finish (&json));
  g_assert_cmpint (md_json_error (&json, "candles of BTC-USD", &err), ==,
                   MD_ERR_PROTOCOL);
  g_assert_cmpint (err.klass, ==, MD_ERR_PROTOCOL);
  g_assert_cmpuint (err.symbol, ==, 3);
  g_assert_cmpstr (err.message, ==,
                   "candles of BTC-USD: control character inside a string at "
                   "byte 12 of 20, near \"{\"message\":\". oops\"}\"");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/json/valid-documents", test_valid_documents);
  g_test_add_func ("/json/invalid-documents", test_invalid_documents);
  g_test_add_func ("/json/every-prefix-of-a-document-is-invalid",
                   test_every_prefix_of_a_document_is_invalid);
  g_test_add_func ("/json/bytes-are-seen-wherever-they-stand",
                   test_bytes_are_seen_wherever_they_stand);
  g_test_add_func ("/json/depth-is-bounded", test_depth_is_bounded);
  g_test_add_func ("/json/prices-come-bare-or-in-strings",
                   test_prices_come_bare_or_in_strings);
  g_test_add_func ("/json/refused-values-are-passed-and-say-why",
                   test_refused_values_are_passed_and_say_why);
  g_test_add_func ("/json/a-broken-value-is-a-fault-of-the-page",
                   test_a_broken_value_is_a_fault_of_the_page);
  g_test_add_func ("/json/numbers-of-every-kind", test_numbers_of_every_kind);
  g_test_add_func ("/json/bools-have-no-absent-value",
                   test_bools_have_no_absent_value);
  g_test_add_func ("/json/strings-are-slices-until-unescaped",
                   test_strings_are_slices_until_unescaped);
  g_test_add_func ("/json/keys-match-through-escapes",
                   test_keys_match_through_escapes);
  g_test_add_func ("/json/unread-values-are-skipped-and-checked",
                   test_unread_values_are_skipped_and_checked);
  g_test_add_func ("/json/finish-reads-what-was-left",
                   test_finish_reads_what_was_left);
  g_test_add_func ("/json/entering-something-else-leaves-it-to-be-read",
                   test_entering_something_else_leaves_it_to_be_read);
  g_test_add_func ("/json/reading-where-no-value-stands-is-a-fault",
                   test_reading_where_no_value_stands_is_a_fault);
  g_test_add_func ("/json/a-rows-text-is-known-after-reading-it",
                   test_a_rows_text_is_known_after_reading_it);
  g_test_add_func ("/json/the-error-says-what-where-and-near",
                   test_the_error_says_what_where_and_near);
  return g_test_run ();
}
