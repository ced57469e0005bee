/* SPDX-License-Identifier: Apache-2.0
 *
 * Decimal text: doubles against strtod, prices against their own text.
 */
#include <support/decimal.h>

#include <glib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static void
check_price (const char *text, gsize size, bool is_number)
{
  md_price price = 42, rounded = 42, back = 42;
  enum md_decimal result = md_price_parse (text, size, &price);
  enum md_decimal loose = md_price_parse_rounded (text, size, &rounded);
  char buf[24];
  gsize len;

  g_assert_cmpint (result == MD_DECIMAL_SYNTAX, ==, !is_number);
  g_assert_cmpint (loose == MD_DECIMAL_SYNTAX, ==, !is_number);
  g_assert_cmpint (loose, !=, MD_DECIMAL_INEXACT);
  if (result != MD_DECIMAL_OK) {
    g_assert_cmpint (price, ==, 42);
    return;
  }
  g_assert_cmpint (loose, ==, MD_DECIMAL_OK);
  g_assert_cmpint (rounded, ==, price);
  len = md_price_format (price, buf);
  g_assert_cmpint (md_price_parse (buf, len, &back), ==, MD_DECIMAL_OK);
  g_assert_cmpint (back, ==, price);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *exact = g_memdup2 (data, size);
  g_autofree char *text = g_strndup ((const char *) data, size);
  double value = 42, expected;
  enum md_decimal result = md_f64_parse (exact, size, &value);

  check_price (exact, size, result != MD_DECIMAL_SYNTAX);
  if (result == MD_DECIMAL_SYNTAX)
    return 0;
  expected = strtod (text, NULL);
  g_assert_cmpint (result == MD_DECIMAL_RANGE, ==, isinf (expected) != 0);
  if (result == MD_DECIMAL_OK)
    g_assert_cmpmem (&value, sizeof value, &expected, sizeof expected);
  return 0;
}
