/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/empty.h"

#define NOW   (G_GINT64_CONSTANT (20000) * MD_DAY)
#define WEEK  (7 * MD_DAY)

static const struct md_offer minutes
  = { .schema = "ohlcv-1m", .interval = { 1, MD_UNIT_MINUTE } };
static const struct md_offer sparse_minutes
  = { .schema = "ohlcv-1m", .flags = MD_OFFER_SPARSE,
      .interval = { 1, MD_UNIT_MINUTE } };
static const struct md_offer sparse_trades
  = { .schema = "trades", .flags = MD_OFFER_SPARSE };

static EmptyInput
one_day (const struct md_offer *offer)
{
  return (EmptyInput) { .offer = offer, .from = NOW - 30 * MD_DAY,
                        .to = NOW - 29 * MD_DAY, .suspect_for = WEEK,
                        .now = NOW };
}

static LedgerState
judge (const EmptyInput *input)
{
  md_time next_ask;
  const char *reason;

  return empty_judge (input, &next_ask, &reason);
}

static void
test_nothing_against_it_is_empty (void)
{
  EmptyInput input = one_day (&minutes);

  g_assert_cmpint (judge (&input), ==, LEDGER_EMPTY);
}

static void
test_siblings_with_rows_make_it_suspect (void)
{
  EmptyInput input = one_day (&minutes);
  md_time next_ask = 0;
  const char *reason = NULL;

  input.siblings_have_rows = TRUE;
  g_assert_cmpint (empty_judge (&input, &next_ask, &reason), ==,
                   LEDGER_SUSPECT);
  g_assert_cmpint (next_ask, >, NOW);
  g_assert_cmpint (next_ask, <, NOW + WEEK);
  g_assert_nonnull (reason);
}

static void
test_open_market_makes_it_suspect (void)
{
  EmptyInput input = one_day (&minutes);

  input.market = MARKET_OPEN;
  g_assert_cmpint (judge (&input), ==, LEDGER_SUSPECT);
}

static void
test_closed_market_outweighs_siblings (void)
{
  EmptyInput input = one_day (&minutes);

  input.siblings_have_rows = TRUE;
  input.market = MARKET_CLOSED;
  g_assert_cmpint (judge (&input), ==, LEDGER_EMPTY);
}

static void
test_sparse_windows_next_to_rows_are_empty_at_once (void)
{
  EmptyInput bars = one_day (&sparse_minutes);
  EmptyInput ticks = one_day (&sparse_trades);

  bars.siblings_have_rows = bars.range_has_rows = TRUE;
  ticks.siblings_have_rows = ticks.range_has_rows = TRUE;
  g_assert_cmpint (judge (&bars), ==, LEDGER_EMPTY);
  g_assert_cmpint (judge (&ticks), ==, LEDGER_EMPTY);
}

static void
test_sparse_without_any_rows_is_still_suspect (void)
{
  EmptyInput input = one_day (&sparse_minutes);

  input.siblings_have_rows = TRUE;
  g_assert_cmpint (judge (&input), ==, LEDGER_SUSPECT);
}

static void
test_a_long_sparse_window_is_still_suspect (void)
{
  EmptyInput input = one_day (&sparse_minutes);

  input.from = input.to - 60 * MD_DAY;
  input.siblings_have_rows = input.range_has_rows = TRUE;
  g_assert_cmpint (judge (&input), ==, LEDGER_SUSPECT);
}

/* Asked each time as soon as it may be asked again.                        */
static void
test_delays_grow_and_end_after_suspect_for (void)
{
  EmptyInput input = one_day (&minutes);
  gint64 last = 0;
  const char *reason;
  md_time next_ask;

  input.siblings_have_rows = TRUE;
  while (empty_judge (&input, &next_ask, &reason) == LEDGER_SUSPECT) {
    g_assert_cmpint (next_ask - input.now, >, last);
    last = next_ask - input.now;
    input.asks++;
    input.asked_at = input.now;
    input.now = next_ask;
    g_assert_cmpuint (input.asks, <, 20);
  }
  g_assert_cmpuint (input.asks, ==, 7);
  g_assert_cmpint (ABS (input.now - NOW - WEEK), <, MD_SECOND);
}

static void
test_a_late_second_answer_settles_it (void)
{
  EmptyInput input = one_day (&minutes);

  input.siblings_have_rows = TRUE;
  input.asks = 1;
  input.asked_at = NOW - WEEK;
  g_assert_cmpint (judge (&input), ==, LEDGER_EMPTY);
}

static void
test_no_later_than_suspect_for (void)
{
  EmptyInput input = one_day (&minutes);
  const char *reason;
  md_time next_ask;

  input.siblings_have_rows = TRUE;
  input.asks = 1;
  input.asked_at = NOW - WEEK + MD_HOUR;
  g_assert_cmpint (empty_judge (&input, &next_ask, &reason), ==,
                   LEDGER_SUSPECT);
  g_assert_cmpint (next_ask, ==, NOW + MD_HOUR);
}

static void
test_suspect_for_zero_believes_at_once (void)
{
  EmptyInput input = one_day (&minutes);

  input.siblings_have_rows = TRUE;
  input.suspect_for = 0;
  g_assert_cmpint (judge (&input), ==, LEDGER_EMPTY);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/empty/nothing-against-it-is-empty",
                   test_nothing_against_it_is_empty);
  g_test_add_func ("/empty/siblings-with-rows-make-it-suspect",
                   test_siblings_with_rows_make_it_suspect);
  g_test_add_func ("/empty/open-market-makes-it-suspect",
                   test_open_market_makes_it_suspect);
  g_test_add_func ("/empty/closed-market-outweighs-siblings",
                   test_closed_market_outweighs_siblings);
  g_test_add_func ("/empty/sparse-windows-next-to-rows-are-empty-at-once",
                   test_sparse_windows_next_to_rows_are_empty_at_once);
  g_test_add_func ("/empty/sparse-without-any-rows-is-still-suspect",
                   test_sparse_without_any_rows_is_still_suspect);
  g_test_add_func ("/empty/a-long-sparse-window-is-still-suspect",
                   test_a_long_sparse_window_is_still_suspect);
  g_test_add_func ("/empty/delays-grow-and-end-after-suspect-for",
                   test_delays_grow_and_end_after_suspect_for);
  g_test_add_func ("/empty/a-late-second-answer-settles-it",
                   test_a_late_second_answer_settles_it);
  g_test_add_func ("/empty/no-later-than-suspect-for",
                   test_no_later_than_suspect_for);
  g_test_add_func ("/empty/suspect-for-zero-believes-at-once",
                   test_suspect_for_zero_believes_at_once);
  return g_test_run ();
}
