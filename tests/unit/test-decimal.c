/* SPDX-License-Identifier: Apache-2.0
 *
 * Decimal text against 128-bit arithmetic and against strtod.
 */
#include <support/decimal.h>

#include <glib.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

__extension__ typedef __int128 wide;

/* ---- tables ----------------------------------------------------------- */

static void
test_price_examples (void)
{
  static const struct {
    const char *text;
    enum md_decimal result;
    md_price price;
  } cases[] = {
    { "0", MD_DECIMAL_OK, 0 },
    { "-0", MD_DECIMAL_OK, 0 },
    { "0e99999999999999999999", MD_DECIMAL_OK, 0 },
    { "182.01", MD_DECIMAL_OK, INT64_C (182010000000) },
    { "-1.5", MD_DECIMAL_OK, INT64_C (-1500000000) },
    { "1e-7", MD_DECIMAL_OK, 100 },
    { "1E+2", MD_DECIMAL_OK, INT64_C (100000000000) },
    { "0.000000001", MD_DECIMAL_OK, 1 },
    { "0.0000000010000000000000000000000", MD_DECIMAL_OK, 1 },
    { "1.00000000000000000000000000", MD_DECIMAL_OK, INT64_C (1000000000) },
    { "0.00000000000000000000000001e26", MD_DECIMAL_OK, INT64_C (1000000000) },
    { "9223372036.854775806", MD_DECIMAL_OK, INT64_MAX - 1 },
    { "-9223372036.854775808", MD_DECIMAL_OK, INT64_MIN },
    /* INT64_MAX means "absent", so it is no price.                         */
    { "9223372036.854775807", MD_DECIMAL_RANGE, 0 },
    { "-9223372036.854775809", MD_DECIMAL_RANGE, 0 },
    { "1e10", MD_DECIMAL_RANGE, 0 },
    { "1e99999999999999999999", MD_DECIMAL_RANGE, 0 },
    { "99999999999999999999.00000000001", MD_DECIMAL_RANGE, 0 },
    { "10000000000.0000000001", MD_DECIMAL_RANGE, 0 },
    { "0.0000000001", MD_DECIMAL_INEXACT, 0 },
    { "1.0000000001", MD_DECIMAL_INEXACT, 0 },
    { "1234567890.12345678901", MD_DECIMAL_INEXACT, 0 },
    { "1e-99999999999999999999", MD_DECIMAL_INEXACT, 0 },
    { "", MD_DECIMAL_SYNTAX, 0 },
    { "-", MD_DECIMAL_SYNTAX, 0 },
    { "+1", MD_DECIMAL_SYNTAX, 0 },
    { "01", MD_DECIMAL_SYNTAX, 0 },
    { "-00", MD_DECIMAL_SYNTAX, 0 },
    { ".5", MD_DECIMAL_SYNTAX, 0 },
    { "5.", MD_DECIMAL_SYNTAX, 0 },
    { "5.e1", MD_DECIMAL_SYNTAX, 0 },
    { "5e", MD_DECIMAL_SYNTAX, 0 },
    { "5e+", MD_DECIMAL_SYNTAX, 0 },
    { " 5", MD_DECIMAL_SYNTAX, 0 },
    { "5 ", MD_DECIMAL_SYNTAX, 0 },
    { "1,5", MD_DECIMAL_SYNTAX, 0 },
    { "0x10", MD_DECIMAL_SYNTAX, 0 },
    { "NaN", MD_DECIMAL_SYNTAX, 0 },
    { "Infinity", MD_DECIMAL_SYNTAX, 0 },
    { "1.2.3", MD_DECIMAL_SYNTAX, 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    md_price price = 0;

    g_test_message ("\"%s\"", cases[i].text);
    g_assert_cmpint (md_price_parse (cases[i].text, strlen (cases[i].text),
                                     &price), ==, cases[i].result);
    g_assert_cmpint (price, ==, cases[i].price);
  }
}

static void
test_refused_text_leaves_the_output_alone (void)
{
  static const char *const texts[] = { "", "x", "1e10", "1e-10" };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++) {
    md_price price = 42;

    g_assert_cmpint (md_price_parse (texts[i], strlen (texts[i]), &price), !=,
                     MD_DECIMAL_OK);
    g_assert_cmpint (price, ==, 42);
  }
}

static void
test_rounding_is_half_to_even (void)
{
  static const struct {
    const char *text;
    md_price price;
  } cases[] = {
    { "0.0000000005", 0 },
    { "0.0000000015", 2 },
    { "0.0000000025", 2 },
    { "0.00000000050000000000000000000001", 1 },
    { "0.00000000049999999999999999999999", 0 },
    { "-0.0000000015", -2 },
    { "4.727521520000001", INT64_C (4727521520) },
    { "1e-400", 0 },
    /* 19 digits before the rounding and a tie behind them                  */
    { "1000000000.0000000005", INT64_C (1000000000000000000) },
    { "1000000000.0000000015", INT64_C (1000000000000000002) },
    { "1000000000.00000000050000000001", INT64_C (1000000000000000001) },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    md_price price = 42;

    g_test_message ("\"%s\"", cases[i].text);
    g_assert_cmpint (md_price_parse_rounded (cases[i].text,
                                             strlen (cases[i].text), &price),
                     ==, MD_DECIMAL_OK);
    g_assert_cmpint (price, ==, cases[i].price);
  }
}

static void
test_rounding_past_the_range_is_range (void)
{
  static const char text[] = "9223372036.8547758069";
  md_price price;

  g_assert_cmpint (md_price_parse_rounded (text, strlen (text), &price), ==,
                   MD_DECIMAL_RANGE);
}

static void
test_i64_takes_whole_numbers_only (void)
{
  int64_t v = 0;

  g_assert_cmpint (md_i64_parse ("9223372036854775806", 19, &v), ==, 0);
  g_assert_cmpint (v, ==, INT64_MAX - 1);
  g_assert_cmpint (md_i64_parse ("-9223372036854775808", 20, &v), ==, 0);
  g_assert_cmpint (v, ==, INT64_MIN);
  g_assert_cmpint (md_i64_parse ("1.2e3", 5, &v), ==, 0);
  g_assert_cmpint (v, ==, 1200);
  g_assert_cmpint (md_i64_parse ("12.000", 6, &v), ==, 0);
  g_assert_cmpint (v, ==, 12);
  g_assert_cmpint (md_i64_parse ("1.5", 3, &v), ==, MD_DECIMAL_INEXACT);
  g_assert_cmpint (md_i64_parse ("9223372036854775807", 19, &v), ==,
                   MD_DECIMAL_RANGE);
  g_assert_cmpint (md_i64_parse ("18446744073709551616", 20, &v), ==,
                   MD_DECIMAL_RANGE);
}

static void
test_nothing_is_read_behind_the_length (void)
{
  /* Allocated to the byte, so that the sanitizer sees one step too far.    */
  for (gsize len = 1; len <= 24; len++) {
    g_autofree char *text = g_malloc (len);
    double d;
    md_price p;

    memset (text, '1', len);
    g_assert_cmpint (md_f64_parse (text, len, &d), ==, MD_DECIMAL_OK);
    g_assert_cmpint (md_price_parse (text, len, &p), ==,
                     len <= 10 ? MD_DECIMAL_OK : MD_DECIMAL_RANGE);
  }
}

/* ---- against 128-bit arithmetic --------------------------------------- */

struct decimal {
  bool negative;
  wide digits; /* all of them */
  int  exp10;  /* of the last digit */
  char text[96];
};

static void
random_decimal (GRand *rand, struct decimal *ret)
{
  int whole = g_rand_int_range (rand, 1, 13);
  int decimals = g_rand_int_range (rand, 0, 16);
  int e = g_rand_boolean (rand) ? 0 : g_rand_int_range (rand, -12, 13);
  char *at = ret->text;

  ret->digits = 0;
  ret->negative = g_rand_int_range (rand, 0, 4) == 0;
  if (ret->negative)
    *at++ = '-';
  for (int i = 0; i < whole + decimals; i++) {
    int low = i == 0 && whole > 1;
    int digit = g_rand_int_range (rand, 0, 3) == 0
                  ? low : g_rand_int_range (rand, low, 10);

    if (i == whole)
      *at++ = '.';
    *at++ = (char) ('0' + digit);
    ret->digits = ret->digits * 10 + digit;
  }
  *at = '\0';
  if (e != 0)
    sprintf (at, "%s%d", e > 0 && g_rand_boolean (rand) ? "E+" : "e", e);
  ret->exp10 = e - decimals;
}

/* The same answer by long-hand: one decimal place after the other.         */
static enum md_decimal
oracle (const struct decimal *d, int scale, bool rounds, int64_t *ret_value)
{
  wide v = d->digits, below = 0, unit = 1;
  int by = d->exp10 + scale;

  for (; by > 0 && v <= INT64_MAX; by--)
    v *= 10;
  for (; by < 0; by++) {
    below += v % 10 * unit;
    unit *= 10;
    v /= 10;
  }
  if (v > (wide) INT64_MAX + d->negative || (v == INT64_MAX && !d->negative))
    return MD_DECIMAL_RANGE;
  if (below != 0 && !rounds)
    return MD_DECIMAL_INEXACT;
  if (2 * below > unit || (2 * below == unit && v % 2 == 1))
    v++;
  if (v > (wide) INT64_MAX + d->negative || (v == INT64_MAX && !d->negative))
    return MD_DECIMAL_RANGE;
  *ret_value = (int64_t) (d->negative ? -v : v);
  return MD_DECIMAL_OK;
}

static void
test_random_decimals_equal_long_hand (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (20240102);

  g_test_message ("seed 20240102");
  for (int i = 0; i < 300000; i++) {
    struct decimal d;
    int64_t expected = 7, got = 7;
    int kind = i % 3;
    gsize len;
    enum md_decimal result;

    random_decimal (rand, &d);
    len = strlen (d.text);
    result = kind == 0 ? md_price_parse (d.text, len, &got)
             : kind == 1 ? md_price_parse_rounded (d.text, len, &got)
                         : md_i64_parse (d.text, len, &got);
    if (result != oracle (&d, kind == 2 ? 0 : 9, kind == 1, &expected)
        || got != expected)
      g_error ("\"%s\" (%d): %d, %" G_GINT64_FORMAT, d.text, kind, result,
               got);
  }
}

static void
test_format_and_parse_are_inverse (void)
{
  static const md_price edges[] = { 0, 1, -1, INT64_MAX - 1, INT64_MIN,
                                    MD_PRICE_ONE, 999999999 };
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);

  g_test_message ("seed 7");
  for (int i = 0; i < 100000; i++) {
    guint64 bits = (guint64) g_rand_int (rand) << 32 | g_rand_int (rand);
    md_price price = i < 7 ? edges[i]
                           : (gint64) bits >> g_rand_int_range (rand, 0, 63);
    md_price back = 0;
    char buf[24];
    gsize len = md_price_format (price, buf);

    if (price == MD_ABSENT)
      continue;
    g_assert_cmpuint (len, ==, strlen (buf));
    g_assert_cmpuint (len, <, sizeof buf);
    g_assert_null (strchr (buf, 'e'));
    g_assert_true (strchr (buf, '.') == NULL || buf[len - 1] != '0');
    g_assert_cmpint (md_price_parse (buf, len, &back), ==, MD_DECIMAL_OK);
    g_assert_cmpint (back, ==, price);
  }
}

/* ---- doubles against strtod ------------------------------------------- */

static void
same_as_strtod (const char *text)
{
  double expected = strtod (text, NULL), got = 42;
  enum md_decimal result = md_f64_parse (text, strlen (text), &got);

  if (isinf (expected)) {
    g_assert_cmpint (result, ==, MD_DECIMAL_RANGE);
    return;
  }
  if (result != MD_DECIMAL_OK || memcmp (&got, &expected, sizeof got) != 0)
    g_error ("%s: %.17g, strtod says %.17g", text, got, expected);
}

static void
test_hard_doubles_are_nearest (void)
{
  static const char *const texts[] = {
    "0", "-0", "-0.0", "1", "0.1", "4.727521520000001", "9007199254740993",
    "9007199254740992.5", "9007199254740993.00000000000000000000000000001",
    "1.7976931348623157e308", "1.7976931348623158e308",
    "1.7976931348623159e308", "17976931348623157e292", "1e309", "1e-323",
    "4.9e-324", "2.4703282292062327208e-324", "2.4703282292062328e-324",
    "2.47e-324", "1e-400", "2.2250738585072011e-308",
    "2.2250738585072014e-308", "2.2250738585072012e-308",
    "1e23", "8.5e22", "123456789012345678901234567890e-10",
    "1e19", "1e-19", "18446744073709551615", "18446744073709551616",
    "9223372036854775807e19", "9999999999999999999e-19",
    "5708990770823839207320493820740630171355185152001e-3",
    "6.631236846766476e-316", "3.237883913302901e-319",
    "0.000000000000000000000000000000000000000000000000000000001e57",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    same_as_strtod (texts[i]);
}

#define DIGITS 1420 /* 319 before the point, and more than a tie needs behind */

/* (a + b) / 2, digit by digit, of two texts of the same shape.             */
static void
mean_of_texts (const char *a, const char *b, char *ret_text)
{
  int carry = 0;

  for (gsize k = DIGITS; k-- > 0;) {
    int sum = a[k] - '0' + b[k] - '0' + carry;

    ret_text[k] = a[k];
    if (a[k] == '.')
      continue;
    carry = sum > 9;
    ret_text[k] = (char) ('0' + sum % 10);
  }
  g_assert_cmpint (carry, ==, 0);
  for (gsize k = 0; k < DIGITS; k++) {
    int value = 10 * carry + ret_text[k] - '0';

    if (ret_text[k] == '.')
      continue;
    ret_text[k] = (char) ('0' + value / 2);
    carry = value % 2;
  }
  g_assert_cmpint (carry, ==, 0);
}

/* One less in the last place.                                              */
static void
decrement_text (char *text)
{
  gsize k = DIGITS - 1;

  for (; text[k] == '0' || text[k] == '.'; k--) {
    if (text[k] == '0')
      text[k] = '9';
  }
  text[k]--;
}

static void
same_as_strtod_without_leading_zeros (const char *text)
{
  const char *first = text + strspn (text, "0");

  same_as_strtod (*first == '.' ? first - 1 : first);
}

/* The exact middle between two doubles, then a hair above and below, far
 * behind the digits that any fast way looks at.                            */
static void
test_ties_are_decided_by_the_last_digit (void)
{
  static const guint64 bits[] = { 0, 1, 2, 3, 0x000fffffffffffff,
                                  0x0010000000000000, 0x3ff0000000000000,
                                  0x433fffffffffffff, 0x7fe0000000000001 };

  for (gsize i = 0; i < G_N_ELEMENTS (bits); i++) {
    char low[DIGITS + 1], high[DIGITS + 1], tie[DIGITS + 1] = "";
    guint64 next = bits[i] + 1;
    double a, b;

    memcpy (&a, &bits[i], sizeof a);
    memcpy (&b, &next, sizeof b);
    snprintf (low, sizeof low, "%0*.1100f", DIGITS, a);
    snprintf (high, sizeof high, "%0*.1100f", DIGITS, b);
    mean_of_texts (low, high, tie);
    g_assert_cmpint (tie[DIGITS - 1], ==, '0');
    same_as_strtod_without_leading_zeros (tie);
    tie[DIGITS - 1] = '1';
    same_as_strtod_without_leading_zeros (tie);
    tie[DIGITS - 1] = '0';
    decrement_text (tie);
    same_as_strtod_without_leading_zeros (tie);
  }
}

static void
test_random_doubles_equal_strtod (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (99);

  g_test_message ("seed 99");
  for (int i = 0; i < 200000; i++) {
    guint64 bits = (guint64) g_rand_int (rand) << 32 | g_rand_int (rand);
    char text[96];
    double d;

    memcpy (&d, &bits, sizeof d);
    if (isnan (d) || isinf (d))
      continue;
    snprintf (text, sizeof text, "%.*e", g_rand_int_range (rand, 1, 30), d);
    same_as_strtod (text);
    snprintf (text, sizeof text, "%u.%0*u", g_rand_int (rand) % 100000000,
              g_rand_int_range (rand, 1, 14), g_rand_int (rand) % 1000000);
    same_as_strtod (text);
    snprintf (text, sizeof text, "%" G_GUINT64_FORMAT "e%d", bits,
              g_rand_int_range (rand, -25, 25));
    same_as_strtod (text);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/decimal/price-examples", test_price_examples);
  g_test_add_func ("/decimal/refused-text-leaves-the-output-alone",
                   test_refused_text_leaves_the_output_alone);
  g_test_add_func ("/decimal/rounding-is-half-to-even",
                   test_rounding_is_half_to_even);
  g_test_add_func ("/decimal/rounding-past-the-range-is-range",
                   test_rounding_past_the_range_is_range);
  g_test_add_func ("/decimal/i64-takes-whole-numbers-only",
                   test_i64_takes_whole_numbers_only);
  g_test_add_func ("/decimal/nothing-is-read-behind-the-length",
                   test_nothing_is_read_behind_the_length);
  g_test_add_func ("/decimal/random-decimals-equal-long-hand",
                   test_random_decimals_equal_long_hand);
  g_test_add_func ("/decimal/format-and-parse-are-inverse",
                   test_format_and_parse_are_inverse);
  g_test_add_func ("/decimal/hard-doubles-are-nearest",
                   test_hard_doubles_are_nearest);
  g_test_add_func ("/decimal/ties-are-decided-by-the-last-digit",
                   test_ties_are_decided_by_the_last_digit);
  g_test_add_func ("/decimal/random-doubles-equal-strtod",
                   test_random_doubles_equal_strtod);
  return g_test_run ();
}
