/* SPDX-License-Identifier: Apache-2.0 */
#include "data/table.h"
#include "data/value.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- prices ---------------------------------------------------------- */

static void
test_prices_are_plain_decimals (void)
{
  static const struct {
    md_price price;
    const char *text;
  } cases[] = {
    { 0, "0" },
    { 1, "0.000000001" },
    { -1, "-0.000000001" },
    { MD_PRICE_ONE, "1" },
    { 187 * MD_PRICE_ONE + 250000000, "187.25" },
    { -5 * MD_PRICE_ONE - 50000000, "-5.05" },
    { G_MAXINT64 - 1, "9223372036.854775806" },
    { G_MININT64, "-9223372036.854775808" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    char buf[24];

    g_assert_cmpuint (price_format (cases[i].price, buf), ==,
                      strlen (cases[i].text));
    g_assert_cmpstr (buf, ==, cases[i].text);
  }
}

static void
test_every_price_reads_back (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (5);

  g_test_message ("seed 5");
  for (int i = 0; i < 20000; i++) {
    md_price price = (gint64) ((guint64) g_rand_int (rand) << 32
                               | g_rand_int (rand))
                     >> g_rand_int_range (rand, 0, 60);
    md_price back;
    char buf[24];
    gsize len = price_format (price, buf);

    g_assert_true (price_parse (buf, len, &back));
    g_assert_cmpint (back, ==, price);
  }
}

static void
test_a_price_with_ten_decimals_is_refused (void)
{
  md_price price = 7;

  g_assert_false (price_parse ("1.0000000001", 12, &price));
  g_assert_false (price_parse ("9999999999999", 13, &price));
  g_assert_false (price_parse ("", 0, &price));
  g_assert_cmpint (price, ==, 7);
}

/* ---- doubles --------------------------------------------------------- */

static void
test_doubles_take_their_shortest_text (void)
{
  static const struct {
    double value;
    const char *text;
  } cases[] = {
    { 0, "0" },
    { -0.0, "-0" },
    { 1, "1" },
    { 100, "100" },
    { 0.1, "0.1" },
    { 0.1 + 0.2, "0.30000000000000004" },
    { 1.0 / 3, "0.3333333333333333" },
    { -12.5, "-12.5" },
    { 1e-8, "0.00000001" },
    { 1.5e-8, "0.000000015" },
    { 1e-18, "0.000000000000000001" },
    { 1e-19, "1e-19" },
    { -1.0 / 7e17, "-0.0000000000000000014285714285714285" },
    { 5e-324, "5e-324" },
    { 2.2250738585072014e-308, "2.2250738585072014e-308" },
    { 1e20, "100000000000000000000" },
    { 123456789012345680000.0, "123456789012345680000" },
    { 1e21, "1e+21" },
    { 1.5e300, "1.5e+300" },
    { 9007199254740993.0, "9007199254740992" },
    { 2251799813685249.5, "2251799813685249.5" },
    { 1.7976931348623157e308, "1.7976931348623157e+308" },
    { 2251799813685247.75, "2251799813685247.8" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    char buf[40];

    g_assert_cmpuint (f64_format (cases[i].value, buf), ==,
                      strlen (cases[i].text));
    g_assert_cmpstr (buf, ==, cases[i].text);
  }
}

/* Significant digits: what is left of a text without sign, point, exponent
 * and the zeros around.                                                    */
static gsize
significant (const char *text)
{
  gsize n = 0, last = 0;

  for (; *text != '\0' && *text != 'e'; text++) {
    if (!g_ascii_isdigit (*text) || (n == 0 && *text == '0'))
      continue;
    n++;
    if (*text != '0')
      last = n;
  }
  return last;
}

/* strtod and printf of the C library are the judges.                       */
static void
assert_reads_back_and_is_shortest (double value)
{
  char buf[40], shorter[64];
  double back;
  gsize digits;

  g_assert_cmpuint (f64_format (value, buf), <, sizeof buf);
  back = g_ascii_strtod (buf, NULL);
  if (memcmp (&back, &value, sizeof value) != 0)
    g_error ("%a became %s", value, buf);
  digits = significant (buf);
  if (digits < 2)
    return;
  g_snprintf (shorter, sizeof shorter, "%.*e", (int) digits - 2, value);
  if (g_ascii_strtod (shorter, NULL) == value)
    g_error ("%s could have been %s", buf, shorter);
}

static void
test_any_double_reads_back_and_no_text_is_shorter (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (11);

  g_test_message ("seed 11");
  for (int i = 0; i < 4000; i++) {
    guint64 bits = (guint64) g_rand_int (rand) << 32 | g_rand_int (rand);
    double value, exact[] = {
      g_rand_int (rand) / 1e3, g_rand_int (rand) / 1e9,
      g_rand_double (rand), (double) (bits >> 10),
      (double) (bits >> 12) / 1e6 };

    memcpy (&value, &bits, sizeof value);
    if (value == value && !isinf (value))
      assert_reads_back_and_is_shortest (value);
    bits &= G_GUINT64_CONSTANT (0x800fffffffffffff);
    memcpy (&value, &bits, sizeof value);
    assert_reads_back_and_is_shortest (value);
    for (gsize k = 0; k < G_N_ELEMENTS (exact); k++)
      assert_reads_back_and_is_shortest (exact[k]);
  }
}

static void
test_infinity_and_nan_have_names (void)
{
  char buf[40];

  f64_format (INFINITY, buf);
  g_assert_cmpstr (buf, ==, "inf");
  f64_format (-INFINITY, buf);
  g_assert_cmpstr (buf, ==, "-inf");
  f64_format (NAN, buf);
  g_assert_cmpstr (buf, ==, "nan");
}

/* ---- columns --------------------------------------------------------- */

static Columns *
one_trade (void)
{
  static const char *const names[] = { "XNAS", "buy" };
  Columns *columns = columns_new (table_builtin (MD_TRADE));
  struct md_trade trade = {
    .ts = MD_SECOND / 2, .venue = 0, .contract = MD_ABSENT_NAME,
    .flags = MD_ROW_CORRECTED | MD_ROW_PROVISIONAL | 1u << 20,
    .ts_event = MD_ABSENT, .ts_recv = MD_ABSENT, .price = -MD_PRICE_ONE / 4,
    .size = 2.5, .sequence = -3, .id = { "a,b", 3 }, .side = 1,
    .conditions = MD_ABSENT_NAME, .tape = MD_ABSENT_NAME,
    .action = MD_ABSENT_NAME, .depth = MD_ABSENT, .vendor_flags = MD_ABSENT,
    .ts_in_delta = MD_ABSENT, .instrument_id = MD_ABSENT };

  columns_append_rows (columns, &trade, 1, sizeof trade, names, 2);
  return columns;
}

static void
test_each_type_has_its_text (void)
{
  static const struct {
    const char *column, *text;
  } cases[] = {
    { "ts", "1970-01-01T00:00:00.5Z" }, { "venue", "XNAS" },
    { "contract", "" }, { "flags", "provisional|corrected|0x100000" },
    { "ts_event", "" }, { "price", "-0.25" }, { "size", "2.5" },
    { "sequence", "-3" }, { "id", "a,b" }, { "side", "buy" },
  };
  g_autoptr (Columns) columns = one_trade ();

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GString) out = g_string_new (NULL);

    value_append (out, columns_column (columns, cases[i].column), 0,
                  VALUE_TIME_RFC3339);
    g_assert_cmpstr (out->str, ==, cases[i].text);
  }
}

static void
test_times_can_be_ns (void)
{
  g_autoptr (Columns) columns = one_trade ();
  g_autoptr (GString) out = g_string_new (NULL);

  value_append (out, &columns->cols[0], 0, VALUE_TIME_NS);
  g_assert_cmpstr (out->str, ==, "500000000");
}

static void
test_absent_is_told_from_empty_and_zero (void)
{
  g_autoptr (Columns) columns = one_trade ();
  struct md_trade zero = { .id = { "", 0 } };
  static const char *const names[] = { "" };

  columns_append_rows (columns, &zero, 1, sizeof zero, names, 1);
  g_assert_true (value_is_absent (columns_column (columns, "depth"), 0));
  g_assert_false (value_is_absent (columns_column (columns, "depth"), 1));
  g_assert_false (value_is_absent (columns_column (columns, "id"), 1));
  g_assert_false (value_is_absent (columns_column (columns, "venue"), 1));
  g_assert_false (value_is_absent (columns_column (columns, "flags"), 1));
  g_assert_false (value_is_absent (columns_column (columns, "size"), 1));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add_func ("/value/" name, function)
  ADD ("prices-are-plain-decimals", test_prices_are_plain_decimals);
  ADD ("every-price-reads-back", test_every_price_reads_back);
  ADD ("a-price-with-ten-decimals-is-refused",
       test_a_price_with_ten_decimals_is_refused);
  ADD ("doubles-take-their-shortest-text",
       test_doubles_take_their_shortest_text);
  ADD ("any-double-reads-back-and-no-text-is-shorter",
       test_any_double_reads_back_and_no_text_is_shorter);
  ADD ("infinity-and-nan-have-names", test_infinity_and_nan_have_names);
  ADD ("each-type-has-its-text", test_each_type_has_its_text);
  ADD ("times-can-be-ns", test_times_can_be_ns);
  ADD ("absent-is-told-from-empty-and-zero",
       test_absent_is_told_from_empty_and_zero);
  return g_test_run ();
}
