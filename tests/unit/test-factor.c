/* SPDX-License-Identifier: Apache-2.0
 *
 * Prices after splits and dividends: exact, rounded once, half to even.
 */
#include "data/factor.h"

#include <math.h>

#define ONE MD_PRICE_ONE

static Factor
split (double from, double to)
{
  Factor factor = factor_one;

  g_assert_true (factor_add_split (&factor, from, to));
  return factor;
}

static void
test_one_changes_nothing (void)
{
  Factor factor = factor_one;

  g_assert_true (factor_is_one (&factor));
  g_assert_cmpint (factor_price (&factor, 123456789), ==, 123456789);
  g_assert_true (factor_shares (&factor, 0.1) == 0.1);
  g_assert_true (factor_average (&factor, 0.1) == 0.1);
}

static void
test_a_split_divides_prices_and_multiplies_shares (void)
{
  Factor factor = split (1, 4);

  g_assert_cmpint (factor_price (&factor, 500 * ONE), ==, 125 * ONE);
  g_assert_true (factor_shares (&factor, 100) == 400);
  g_assert_true (factor_average (&factor, 500) == 125);
}

static void
test_a_reverse_split_multiplies_prices (void)
{
  Factor factor = split (50, 1);

  g_assert_cmpint (factor_price (&factor, ONE / 100), ==, ONE / 2);
  g_assert_true (factor_shares (&factor, 100) == 2);
}

static void
test_splits_that_undo_each_other_are_one (void)
{
  Factor factor = split (3, 7);

  g_assert_true (factor_add_split (&factor, 7, 3));
  g_assert_true (factor_is_one (&factor));
}

static void
test_a_ratio_may_have_decimals (void)
{
  Factor factor = split (1, 1.05);

  g_assert_cmpint (factor_price (&factor, 105 * ONE), ==, 100 * ONE);
}

static void
test_a_half_goes_to_the_even_neighbour (void)
{
  Factor factor = split (1, 2);

  g_assert_cmpint (factor_price (&factor, 1), ==, 0);
  g_assert_cmpint (factor_price (&factor, 3), ==, 2);
  g_assert_cmpint (factor_price (&factor, 5), ==, 2);
  g_assert_cmpint (factor_price (&factor, -3), ==, -2);
  g_assert_cmpint (factor_price (&factor, 7), ==, 4);
}

static void
test_more_than_a_half_goes_up (void)
{
  Factor factor = split (1, 3);

  g_assert_cmpint (factor_price (&factor, 4), ==, 1);
  g_assert_cmpint (factor_price (&factor, 5), ==, 2);
}

static void
test_a_dividend_takes_its_share (void)
{
  Factor factor = factor_one;

  g_assert_true (factor_add_part (&factor, 99 * ONE, 100 * ONE));
  g_assert_cmpint (factor_price (&factor, 100 * ONE), ==, 99 * ONE);
  g_assert_true (factor_shares (&factor, 7) == 7);
  g_assert_true (fabs (factor_average (&factor, 100) - 99) < 1e-12);
}

/* 2/3 of 3 units is no tie although 96 binary digits do not hold 2/3.      */
static void
test_a_share_without_end_is_close_enough (void)
{
  Factor factor = factor_one;

  g_assert_true (factor_add_part (&factor, 2, 3));
  g_assert_cmpint (factor_price (&factor, 3), ==, 2);
  g_assert_cmpint (factor_price (&factor, 3000000 * ONE), ==, 2000000 * ONE);
}

/* Against long doubles, whose 64 digits are enough for this size.          */
static void
test_two_hundred_dividends_stay_exact (void)
{
  Factor factor = factor_one;
  long double share = 1;

  for (int i = 0; i < 200; i++) {
    g_assert_true (factor_add_part (&factor, 100 * ONE - 7 * i - 1,
                                    101 * ONE - i));
    share *= (long double) (100 * ONE - 7 * i - 1)
             / (long double) (101 * ONE - i);
  }
  g_assert_cmpint (factor_price (&factor, 321 * ONE), ==,
                   llrintl (share * 321 * ONE));
}

static void
test_split_and_dividend_work_together (void)
{
  Factor factor = split (1, 2);

  g_assert_true (factor_add_part (&factor, 3, 4));
  g_assert_cmpint (factor_price (&factor, 80), ==, 30);
  g_assert_true (factor_shares (&factor, 10) == 20);
}

static void
test_nonsense_is_refused_and_changes_nothing (void)
{
  Factor factor = factor_one;

  g_assert_false (factor_add_split (&factor, 0, 2));
  g_assert_false (factor_add_split (&factor, 1, -2));
  g_assert_false (factor_add_split (&factor, NAN, 2));
  g_assert_false (factor_add_split (&factor, 1, INFINITY));
  g_assert_false (factor_add_split (&factor, 1, 1.0 / 3));
  g_assert_false (factor_add_part (&factor, 0, 100));
  g_assert_false (factor_add_part (&factor, -5, 100));
  g_assert_false (factor_add_part (&factor, 101, 100));
  g_assert_false (factor_add_part (&factor, 1, 0));
  g_assert_true (factor_is_one (&factor));
}

static void
test_a_product_that_does_not_fit_is_refused (void)
{
  Factor factor = factor_one, before;

  for (int i = 0; i < 3; i++)
    g_assert_true (factor_add_split (&factor, 1, 999983));
  before = factor;
  g_assert_false (factor_add_split (&factor, 1, 999979));
  g_assert_cmpuint (factor.den, ==, before.den);
}

static void
test_a_price_that_does_not_fit_is_absent (void)
{
  Factor factor = split (1000, 1);

  g_assert_cmpint (factor_price (&factor, INT64_MAX - 1), ==, MD_ABSENT);
  g_assert_cmpint (factor_price (&factor, MD_ABSENT), ==, MD_ABSENT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/factor/one-changes-nothing", test_one_changes_nothing);
  g_test_add_func ("/factor/a-split-divides-prices-and-multiplies-shares",
                   test_a_split_divides_prices_and_multiplies_shares);
  g_test_add_func ("/factor/a-reverse-split-multiplies-prices",
                   test_a_reverse_split_multiplies_prices);
  g_test_add_func ("/factor/splits-that-undo-each-other-are-one",
                   test_splits_that_undo_each_other_are_one);
  g_test_add_func ("/factor/a-ratio-may-have-decimals",
                   test_a_ratio_may_have_decimals);
  g_test_add_func ("/factor/a-half-goes-to-the-even-neighbour",
                   test_a_half_goes_to_the_even_neighbour);
  g_test_add_func ("/factor/more-than-a-half-goes-up",
                   test_more_than_a_half_goes_up);
  g_test_add_func ("/factor/a-dividend-takes-its-share",
                   test_a_dividend_takes_its_share);
  g_test_add_func ("/factor/a-share-without-end-is-close-enough",
                   test_a_share_without_end_is_close_enough);
  g_test_add_func ("/factor/two-hundred-dividends-stay-exact",
                   test_two_hundred_dividends_stay_exact);
  g_test_add_func ("/factor/split-and-dividend-work-together",
                   test_split_and_dividend_work_together);
  g_test_add_func ("/factor/nonsense-is-refused-and-changes-nothing",
                   test_nonsense_is_refused_and_changes_nothing);
  g_test_add_func ("/factor/a-product-that-does-not-fit-is-refused",
                   test_a_product_that_does_not_fit_is_refused);
  g_test_add_func ("/factor/a-price-that-does-not-fit-is-absent",
                   test_a_price_that_does_not_fit_is_absent);
  return g_test_run ();
}
