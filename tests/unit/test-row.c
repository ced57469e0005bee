/* SPDX-License-Identifier: Apache-2.0
 *
 * What providers of JSON rows share: errors, reasons, fields, patterns.
 */
#include <support/row.h>

#include <glib.h>
#include <math.h>

static void
start (struct md_json *json, const char *text)
{
  md_json_init (json, text, strlen (text));
}

static void
test_error (void)
{
  struct md_error err = { .struct_size = sizeof err };

  g_assert_cmpint (md_error_say (&err, MD_ERR_CONFIG, "%s is %d", "x", 7), ==,
                   MD_ERR_CONFIG);
  g_assert_cmpint (err.klass, ==, MD_ERR_CONFIG);
  g_assert_cmpstr (err.message, ==, "x is 7");
}

static void
test_long_error (void)
{
  struct md_error err = { .struct_size = sizeof err };
  g_autofree char *text = g_strnfill (2000, 'x');

  md_error_say (&err, MD_ERR_CONFIG, "%s", text);
  g_assert_cmpuint (strlen (err.message), ==, sizeof err.message - 1);
}

static void
test_reasons (void)
{
  struct md_reasons reasons = { .len = 0 };

  md_reason (&reasons, "missing", "close");
  g_assert_cmpstr (reasons.text, ==, "missing:close");
  md_reason (&reasons, "type", "volume");
  g_assert_cmpstr (reasons.text, ==, "missing:close; type:volume");
}

static void
test_too_many_reasons (void)
{
  struct md_reasons reasons = { .len = 0 };

  for (int i = 0; i < 1000; i++)
    md_reason (&reasons, "missing", "close");
  g_assert_cmpuint (reasons.len, ==, sizeof reasons.text - 1);
  g_assert_cmpuint (strlen (reasons.text), ==, reasons.len);
}

static void
test_prices (void)
{
  struct md_reasons reasons = { .len = 0 };
  struct md_json json;
  md_price price = 5;

  start (&json, "1.25");
  md_need_price (&json, "p", &reasons, &price);
  g_assert_cmpint (price, ==, 1250000000);
  g_assert_cmpuint (reasons.len, ==, 0);
  start (&json, "0.33333333333");
  md_need_price (&json, "p", &reasons, &price);
  g_assert_cmpint (price, ==, 1250000000);
  g_assert_cmpstr (reasons.text, ==, "inexact:p");
  start (&json, "0.33333333333");
  md_need_price_rounded (&json, "p", &reasons, &price);
  g_assert_cmpint (price, ==, 333333333);
  start (&json, "null");
  md_need_price (&json, "q", &reasons, &price);
  g_assert_cmpint (price, ==, 333333333);
  g_assert_cmpstr (reasons.text, ==, "inexact:p; missing:q");
}

static void
test_needed_and_optional (void)
{
  struct md_reasons reasons = { .len = 0 };
  struct md_json json;
  double value = 1;
  int64_t number = 1;

  start (&json, "null");
  md_may_f64 (&json, "v", &reasons, &value);
  g_assert_true (isnan (value));
  start (&json, "null");
  md_may_i64 (&json, "n", &reasons, &number);
  g_assert_cmpint (number, ==, MD_ABSENT);
  g_assert_cmpuint (reasons.len, ==, 0);
  start (&json, "null");
  md_need_f64 (&json, "v", &reasons, &value);
  start (&json, "{}");
  md_need_i64 (&json, "n", &reasons, &number);
  g_assert_cmpstr (reasons.text, ==, "missing:v; type:n");
}

static void
test_texts (void)
{
  struct md_reasons reasons = { .len = 0 };
  struct md_json json;
  struct md_text text = { NULL, 0 };
  md_time ts = 0;

  start (&json, "\"ab\"");
  md_need_text (&json, "id", &reasons, &text);
  g_assert_cmpmem (text.ptr, text.len, "ab", 2);
  start (&json, "\"1970-01-01T00:00:01.5Z\"");
  md_need_time (&json, "t", &reasons, &ts);
  g_assert_cmpint (ts, ==, 3 * MD_SECOND / 2);
  g_assert_cmpuint (reasons.len, ==, 0);
  start (&json, "\"a\\tb\"");
  md_need_text (&json, "id", &reasons, &text);
  start (&json, "\"1970-01-01T00:00:01\"");
  md_need_time (&json, "t", &reasons, &ts);
  start (&json, "1");
  md_need_time (&json, "u", &reasons, &ts);
  g_assert_cmpstr (reasons.text, ==, "value:id; value:t; type:u");
  g_assert_cmpint (ts, ==, 3 * MD_SECOND / 2);
}

static void
test_glob (void)
{
  static const struct { const char *pattern, *text; bool match; } cases[] = {
    { NULL, "AAPL", true }, { "*", "", true }, { "", "", true },
    { "", "A", false }, { "A*", "AAPL", true }, { "*L", "AAPL", true },
    { "A?PL", "AAPL", true }, { "A?", "AAPL", false }, { "*P*", "AAPL", true },
    { "*/USD", "BTC/USD", true }, { "*/USD", "BTC/USDT", false },
    { "aapl", "AAPL", false }, { "*A*A*B", "AAAAAAAAAAAAAAAAAAAC", false } };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_test_message ("%s %s", cases[i].pattern, cases[i].text);
    g_assert_true (md_glob (cases[i].pattern, cases[i].text,
                            strlen (cases[i].text)) == cases[i].match);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/row/an-error-is-a-sentence-and-a-class", test_error);
  g_test_add_func ("/row/a-long-error-is-cut", test_long_error);
  g_test_add_func ("/row/all-reasons-in-one-text", test_reasons);
  g_test_add_func ("/row/too-many-reasons-are-cut", test_too_many_reasons);
  g_test_add_func ("/row/prices-are-exact-or-rounded", test_prices);
  g_test_add_func ("/row/null-is-missing-or-absent", test_needed_and_optional);
  g_test_add_func ("/row/texts-and-times", test_texts);
  g_test_add_func ("/row/patterns-of-names", test_glob);
  return g_test_run ();
}
