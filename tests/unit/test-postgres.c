/* SPDX-License-Identifier: Apache-2.0
 *
 * Numbers as PostgreSQL's binary COPY takes them.
 */
#include "postgres/pg.h"

#include <glib.h>
#include <support/decimal.h>

#include <string.h>

static int
read16 (const guint8 *at)
{
  return (gint16) (at[0] << 8 | at[1]);
}

/* As numeric_out prints it: digits of base 10000 from `weight` down, `scale`
 * decimals.                                                                 */
static char *
print_numeric (const guint8 *buf, gsize len)
{
  int n = read16 (buf), weight = read16 (buf + 2), sign = read16 (buf + 4);
  int scale = read16 (buf + 6);
  GString *text = g_string_new (sign == 0x4000 ? "-" : "");
  g_autoptr (GString) fraction = g_string_new ("");

  g_assert_cmpuint (len, ==, 8 + 2 * n);
  if (weight < 0)
    g_string_append_c (text, '0');
  for (int w = weight; w >= 0; w--) {
    int digit = weight - w < n ? read16 (buf + 8 + 2 * (weight - w)) : 0;

    g_string_append_printf (text, w == weight ? "%d" : "%04d", digit);
  }
  for (int w = -1; w >= -3; w--) {
    int i = weight - w;

    g_string_append_printf (fraction, "%04d",
                            i >= 0 && i < n ? read16 (buf + 8 + 2 * i) : 0);
  }
  for (gsize i = scale; i < fraction->len; i++)
    g_assert_cmpint (fraction->str[i], ==, '0');
  g_string_truncate (fraction, scale);
  if (scale > 0)
    g_string_append_printf (text, ".%s", fraction->str);
  return g_string_free (text, FALSE);
}

static void
assert_numeric (md_price price)
{
  guint8 buf[24];
  char expected[24];
  gsize len = pg_numeric (price, buf);
  g_autofree char *text = print_numeric (buf, len);

  g_assert_cmpuint (len, <=, sizeof buf);
  md_price_format (price, expected);
  g_assert_cmpstr (text, ==, expected);
}

static void
test_a_numeric_reads_back_as_the_price (void)
{
  static const md_price edges[] = {
    0, 1, -1, 10, 999999999, 1000000000, -1000000000, 9999000000000,
    10000000000000, 10000 * INT64_C (1000000000), 100000000 * INT64_C (1000000000),
    123456789123456789, -37630000000, INT64_MAX, INT64_MIN + 1,
    INT64_C (1000000001), INT64_C (100000000)
  };

  for (gsize i = 0; i < G_N_ELEMENTS (edges); i++)
    assert_numeric (edges[i]);
  for (guint i = 0; i < 20000; i++) {
    gint64 bits = (gint64) ((guint64) g_test_rand_int () << 32
                            | (guint32) g_test_rand_int ());

    assert_numeric ((bits == INT64_MIN ? 0 : bits) >> g_test_rand_int_range (0, 63));
  }
}

static void
test_a_time_is_whole_microseconds_and_a_rest (void)
{
  gint16 ns;

  g_assert_cmpint (pg_time (INT64_C (946684800000000000), &ns), ==, 0);
  g_assert_cmpint (ns, ==, 0);
  g_assert_cmpint (pg_time (INT64_C (946684800000001999), &ns), ==, 1);
  g_assert_cmpint (ns, ==, 999);
  g_assert_cmpint (pg_time (-1, &ns), ==, INT64_C (-946684800000001));
  g_assert_cmpint (ns, ==, 999);
}

static void
test_the_ends_of_time_are_infinities (void)
{
  gint16 ns;

  g_assert_cmpint (pg_time (INT64_MIN, &ns), ==, INT64_MIN);
  g_assert_cmpint (pg_time (INT64_MAX, &ns), ==, INT64_MAX);
  g_assert_cmpint (ns, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/postgres/a-numeric-reads-back-as-the-price",
                   test_a_numeric_reads_back_as_the_price);
  g_test_add_func ("/postgres/a-time-is-whole-microseconds-and-a-rest",
                   test_a_time_is_whole_microseconds_and_a_rest);
  g_test_add_func ("/postgres/the-ends-of-time-are-infinities",
                   test_the_ends_of_time_are_infinities);
  return g_test_run ();
}
