/* SPDX-License-Identifier: Apache-2.0 */
#include "data/table.h"
#include "engine/rules.h"

#include <math.h>
#include <string.h>

#define T0  (G_GINT64_CONSTANT (19724) * MD_DAY) /* 2024-01-02              */
#define NOW (T0 + 365 * MD_DAY)
#define P(x) ((md_price) (x) * MD_PRICE_ONE)

static const struct md_offer minute_bars
  = { .schema = "ohlcv-1m", .record = MD_BAR,
      .interval = { 1, MD_UNIT_MINUTE } };
static const struct md_offer any_price_bars
  = { .schema = "ohlcv-1m", .record = MD_BAR, .flags = MD_OFFER_PRICES_ANY,
      .interval = { 1, MD_UNIT_MINUTE } };
static const struct md_offer daily_bars
  = { .schema = "ohlcv-1d", .record = MD_BAR, .interval = { 1, MD_UNIT_DAY } };
static const struct md_offer trades = { .schema = "trades",
                                        .record = MD_TRADE };
static const struct md_offer quotes = { .schema = "quotes",
                                        .record = MD_QUOTE };

static const char *const venues[] = { "XNAS", "XNYS" };

static struct md_bar
good_bar (gint64 minute)
{
  return (struct md_bar) { .ts = T0 + minute * MD_MINUTE,
                           .venue = MD_ABSENT_NAME,
                           .contract = MD_ABSENT_NAME,
                           .open = P (10),
                           .high = P (12),
                           .low = P (9),
                           .close = P (11),
                           .volume = 100,
                           .vwap = 10.5,
                           .trades = 7 };
}

/* Rows put through the rules, and what came of it.                         */
typedef struct {
  Columns *columns;
  GPtrArray *dead;
  RuleScore score;
} Outcome;

static QualityPolicy
no_bounds (void)
{
  return (QualityPolicy) { .min_volume = NAN, .max_volume = NAN,
                           .max_move = NAN };
}

static Outcome
apply_with (const struct md_offer *offer, const QualityPolicy *quality,
            const void *rows, gsize n, gsize stride)
{
  const struct md_table *table = table_builtin (offer->record);
  Outcome outcome = {
    .columns = columns_new (table),
    .dead
    = g_ptr_array_new_with_free_func ((GDestroyNotify) dead_letter_free),
  };
  const RuleInput input = { .offer = offer,
                            .table = table,
                            .quality = quality,
                            .instrument = "AAPL",
                            .from = T0,
                            .to = T0 + 30 * MD_DAY,
                            .now = NOW };

  columns_append_rows (outcome.columns, rows, n, stride, venues,
                       G_N_ELEMENTS (venues));
  columns_sort (outcome.columns, FALSE);
  rule_score_init (&outcome.score);
  rules_apply (&input, outcome.columns, outcome.dead, &outcome.score);
  return outcome;
}

static Outcome
apply_bars (const struct md_bar *bars, gsize n)
{
  const QualityPolicy quality = no_bounds ();

  return apply_with (&minute_bars, &quality, bars, n, sizeof *bars);
}

static void
outcome_clear (Outcome *outcome)
{
  columns_free (outcome->columns);
  g_ptr_array_unref (outcome->dead);
}

static const DeadLetter *
letter_at (const Outcome *outcome, guint i)
{
  g_assert_cmpuint (i, <, outcome->dead->len);
  return g_ptr_array_index (outcome->dead, i);
}

/* One broken bar between two good ones: it alone goes, with this reason.   */
static void
check_bar (const struct md_offer *offer, const QualityPolicy *quality,
           struct md_bar bar, const char *reasons)
{
  struct md_bar bars[3] = { good_bar (0), bar, good_bar (2) };
  Outcome outcome = apply_with (offer, quality, bars, 3, sizeof bars[0]);

  if (reasons == NULL) {
    g_assert_cmpuint (outcome.dead->len, ==, 0);
    g_assert_cmpuint (outcome.columns->n, ==, 3);
  } else {
    g_assert_cmpstr (letter_at (&outcome, 0)->reasons, ==, reasons);
    g_assert_cmpuint (outcome.dead->len, ==, 1);
    g_assert_cmpuint (outcome.columns->n, ==, 2);
    g_assert_cmpint (letter_at (&outcome, 0)->ts, ==, bar.ts);
    g_assert_cmpuint (outcome.score.rejected, ==, 1);
  }
  g_assert_cmpuint (outcome.score.rows, ==, 3);
  outcome_clear (&outcome);
}

static void
expect (struct md_bar bar, const char *reasons)
{
  const QualityPolicy quality = no_bounds ();

  check_bar (&minute_bars, &quality, bar, reasons);
}

#define WITH(member, value)                                               \
  ({                                                                      \
    struct md_bar changed = good_bar (1);                                 \
    changed.member = (value);                                             \
    changed;                                                              \
  })

static void
test_good_rows_pass_untouched (void)
{
  expect (good_bar (1), NULL);
}

static void
test_each_required_field (void)
{
  expect (WITH (open, MD_ABSENT), "missing:open");
  expect (WITH (high, MD_ABSENT), "missing:high");
  expect (WITH (low, MD_ABSENT), "missing:low");
  expect (WITH (close, MD_ABSENT), "missing:close");
}

static void
test_optional_fields_may_be_absent (void)
{
  expect (WITH (volume, md_absent_f64 ()), NULL);
  expect (WITH (vwap, md_absent_f64 ()), NULL);
  expect (WITH (trades, MD_ABSENT), NULL);
}

static void
test_high_and_low_bound_the_others (void)
{
  expect (WITH (open, P (13)), "open>high");
  expect (WITH (open, P (8)), "open<low");
  expect (WITH (close, P (13)), "close>high");
  expect (WITH (close, P (8)), "close<low");
}

static void
test_all_reasons_are_in_one_letter (void)
{
  struct md_bar bar = good_bar (1);

  bar.high = P (8);
  bar.close = MD_ABSENT;
  bar.volume = -1;
  bar.ts += 1;
  expect (bar, "missing:close; grid:ts; high<low; open>high; "
               "negative:volume");
}

static void
test_prices_are_above_zero (void)
{
  struct md_bar bar = good_bar (1);
  const QualityPolicy quality = no_bounds ();

  bar.low = 0;
  expect (bar, "price<=0:low");
  bar.open = bar.high = bar.low = bar.close = P (-37);
  expect (bar, "price<=0:open; price<=0:high; price<=0:low; price<=0:close");
  check_bar (&any_price_bars, &quality, bar, NULL);
}

static void
test_volume_is_sane (void)
{
  expect (WITH (volume, 0), NULL);
  expect (WITH (volume, -0.5), "negative:volume");
  expect (WITH (volume, INFINITY), "infinite:volume");
  expect (WITH (trades, -1), "negative:trades");
}

static void
test_volume_keeps_to_the_jobs_bounds (void)
{
  QualityPolicy quality = no_bounds ();

  quality.min_volume = 50;
  quality.max_volume = 150;
  check_bar (&minute_bars, &quality, WITH (volume, 49), "min_volume:volume");
  check_bar (&minute_bars, &quality, WITH (volume, 151), "max_volume:volume");
  check_bar (&minute_bars, &quality, WITH (volume, 50), NULL);
  check_bar (&minute_bars, &quality, WITH (volume, 150), NULL);
  check_bar (&minute_bars, &quality, WITH (volume, md_absent_f64 ()), NULL);
}

static void
test_minutes_are_on_the_grid (void)
{
  expect (WITH (ts, T0 + MD_MINUTE + 1), "grid:ts");
  expect (WITH (ts, T0 + 30 * MD_SECOND), "grid:ts");
}

/* Sessions start when they start.                                          */
static void
test_days_need_no_grid (void)
{
  const QualityPolicy quality = no_bounds ();

  check_bar (&daily_bars, &quality, WITH (ts, T0 + 5 * MD_HOUR + 1), NULL);
}

static void
test_rows_outside_the_range_and_the_present (void)
{
  struct md_bar bars[]
    = { good_bar (-1), good_bar (0), good_bar (30 * 1440),
        good_bar (366 * 1440) };
  Outcome outcome = apply_bars (bars, G_N_ELEMENTS (bars));

  g_assert_cmpuint (outcome.columns->n, ==, 1);
  g_assert_cmpstr (letter_at (&outcome, 0)->reasons, ==, "range:ts");
  g_assert_cmpstr (letter_at (&outcome, 1)->reasons, ==, "range:ts");
  g_assert_cmpstr (letter_at (&outcome, 2)->reasons, ==,
                   "range:ts; future:ts");
  outcome_clear (&outcome);
}

static void
test_extreme_times_do_not_overflow (void)
{
  struct md_bar bars[] = { good_bar (0), good_bar (0), good_bar (0) };
  Outcome outcome;

  bars[0].ts = G_MININT64;
  bars[1].ts = G_MININT64 + 7;
  bars[2].ts = G_MAXINT64 - 1;
  outcome = apply_bars (bars, G_N_ELEMENTS (bars));
  g_assert_cmpuint (outcome.columns->n, ==, 0);
  outcome_clear (&outcome);
}

/* ---- doubled rows ---------------------------------------------------- */

static void
test_identical_bars_are_one (void)
{
  struct md_bar bars[] = { good_bar (0), good_bar (1), good_bar (1),
                           good_bar (1), good_bar (2) };
  Outcome outcome = apply_bars (bars, G_N_ELEMENTS (bars));

  g_assert_cmpuint (outcome.columns->n, ==, 3);
  g_assert_cmpuint (outcome.dead->len, ==, 0);
  g_assert_cmpuint (outcome.score.duplicates, ==, 2);
  outcome_clear (&outcome);
}

static void
test_of_two_different_bars_the_earlier_is_set_aside (void)
{
  struct md_bar bars[] = { good_bar (0), good_bar (1), WITH (volume, 999) };
  Outcome outcome = apply_bars (bars, G_N_ELEMENTS (bars));
  const Column *volume = columns_column (outcome.columns, "volume");
  gsize len;
  const char *raw;

  g_assert_cmpuint (outcome.columns->n, ==, 2);
  g_assert_cmpfloat (volume->f64[1], ==, 999);
  g_assert_cmpstr (letter_at (&outcome, 0)->reasons, ==, "duplicate");
  raw = g_bytes_get_data (letter_at (&outcome, 0)->raw, &len);
  g_assert_nonnull (g_strstr_len (raw, len, "\"volume\":100"));
  outcome_clear (&outcome);
}

static void
test_a_broken_later_bar_displaces_nothing (void)
{
  struct md_bar bars[] = { good_bar (0), good_bar (1), WITH (high, P (1)) };
  Outcome outcome = apply_bars (bars, G_N_ELEMENTS (bars));

  g_assert_cmpuint (outcome.columns->n, ==, 2);
  g_assert_cmpuint (outcome.dead->len, ==, 1);
  g_assert_nonnull (strstr (letter_at (&outcome, 0)->reasons, "high<low"));
  outcome_clear (&outcome);
}

static void
test_venues_have_bars_of_their_own (void)
{
  struct md_bar bars[4];
  Outcome outcome;

  for (guint i = 0; i < 4; i++) {
    bars[i] = good_bar (1);
    bars[i].venue = i % 2;
  }
  outcome = apply_bars (bars, 4);
  g_assert_cmpuint (outcome.columns->n, ==, 2);
  g_assert_cmpuint (outcome.score.duplicates, ==, 2);
  outcome_clear (&outcome);
}

static void
test_equal_ticks_are_all_kept (void)
{
  const QualityPolicy quality = no_bounds ();
  struct md_trade rows[3];
  Outcome outcome;

  for (guint i = 0; i < 3; i++)
    rows[i] = (struct md_trade) { .ts = T0 + 1, .venue = MD_ABSENT_NAME,
                                  .contract = MD_ABSENT_NAME,
                                  .price = P (1), .size = 1,
                                  .sequence = MD_ABSENT };
  outcome = apply_with (&trades, &quality, rows, 3, sizeof rows[0]);
  g_assert_cmpuint (outcome.columns->n, ==, 3);
  g_assert_cmpuint (outcome.dead->len, ==, 0);
  outcome_clear (&outcome);
}

static void
test_a_quotes_empty_side_may_be_zero (void)
{
  const QualityPolicy quality = no_bounds ();
  struct md_quote rows[2];
  Outcome outcome;

  for (guint i = 0; i < 2; i++)
    rows[i] = (struct md_quote) { .ts = T0 + i, .venue = MD_ABSENT_NAME,
                                  .contract = MD_ABSENT_NAME,
                                  .ts_event = MD_ABSENT,
                                  .ts_recv = MD_ABSENT,
                                  .bid = P (1), .ask = 0, .bid_size = 1 };
  rows[1].bid = P (-1);
  outcome = apply_with (&quotes, &quality, rows, 2, sizeof rows[0]);
  g_assert_cmpuint (outcome.columns->n, ==, 1);
  g_assert_cmpstr (letter_at (&outcome, 0)->reasons, ==, "negative:bid");
  outcome_clear (&outcome);
}

/* ---- across blocks, moves, score ------------------------------------- */

/* Faults wherever they stand: first, last, at the edges of blocks.         */
static void
test_a_fault_is_found_at_every_place (void)
{
  const gsize n = 2100;
  g_autofree struct md_bar *bars = g_new (struct md_bar, n);

  for (gsize bad = 0; bad < n; bad += bad < 4 || bad > 1020 ? 1 : 97) {
    Outcome outcome;

    for (gsize i = 0; i < n; i++)
      bars[i] = good_bar (i);
    bars[bad].close = P (50);
    outcome = apply_bars (bars, n);
    g_assert_cmpuint (outcome.dead->len, ==, 1);
    g_assert_cmpint (letter_at (&outcome, 0)->ts, ==, bars[bad].ts);
    outcome_clear (&outcome);
    if (bad == 1028)
      bad = 2040;
  }
}

static void
test_one_bad_bar_in_ten_thousand (void)
{
  const gsize n = 10000;
  g_autofree struct md_bar *bars = g_new (struct md_bar, n);
  Outcome outcome;

  for (gsize i = 0; i < n; i++)
    bars[i] = good_bar (i);
  bars[7777].low = P (11);
  outcome = apply_bars (bars, n);
  g_assert_cmpuint (outcome.columns->n, ==, 9999);
  g_assert_cmpuint (outcome.dead->len, ==, 1);
  g_assert_cmpfloat_with_epsilon (rule_score (&outcome.score), 0.9999, 1e-12);
  outcome_clear (&outcome);
}

static void
test_a_jump_is_flagged_and_kept (void)
{
  QualityPolicy quality = no_bounds ();
  struct md_bar bars[] = { good_bar (0), good_bar (1), good_bar (2) };
  Outcome outcome;

  quality.max_move = 0.5;
  bars[1].open = bars[1].high = bars[1].low = bars[1].close = P (22);
  outcome = apply_with (&minute_bars, &quality, bars, 3, sizeof bars[0]);
  g_assert_cmpuint (outcome.columns->n, ==, 3);
  /* Up by 100 %; down by half is not more than half.                       */
  g_assert_cmpuint (outcome.score.moves, ==, 1);
  g_assert_cmpint (outcome.score.worst_at, ==, bars[1].ts);
  g_assert_cmpfloat (outcome.score.worst_move, ==, 1.0);
  outcome_clear (&outcome);
}

static void
test_the_score_is_its_formula (void)
{
  const RuleScore none = { 0 };
  const RuleScore some
    = { .rows = 200, .rejected = 10, .duplicates = 20, .moves = 20 };
  const RuleScore bad = { .rows = 1, .rejected = 1, .moves = 1 };

  g_assert_cmpfloat (rule_score (&none), ==, 1);
  g_assert_cmpfloat_with_epsilon (rule_score (&some),
                                  1 - (10 + 0.1 * 20 + 0.1 * 20) / 200, 1e-12);
  g_assert_cmpfloat (rule_score (&bad), ==, 0);
}

static void
test_the_gate_lets_its_own_value_pass (void)
{
  const RuleScore score = { .rows = 4, .rejected = 1 };
  QualityPolicy quality = no_bounds ();

  quality.min_score = 0.75;
  g_assert_true (rule_score_passes (&score, &quality));
  quality.min_score = 0.7500001;
  g_assert_false (rule_score_passes (&score, &quality));
}

static void
test_no_rows_are_no_fault (void)
{
  Outcome outcome = apply_bars (NULL, 0);

  g_assert_cmpuint (outcome.dead->len, ==, 0);
  g_assert_cmpfloat (rule_score (&outcome.score), ==, 1);
  outcome_clear (&outcome);
}

static void
test_letters_say_whose_row_it_was (void)
{
  struct md_bar bars[] = { WITH (high, P (1)) };
  Outcome outcome = apply_bars (bars, 1);
  const DeadLetter *letter = letter_at (&outcome, 0);
  gsize len;
  const char *raw = g_bytes_get_data (letter->raw, &len);

  g_assert_cmpstr (letter->instrument, ==, "AAPL");
  g_assert_cmpint (letter->at, ==, NOW);
  g_assert_nonnull (g_strstr_len (raw, len, "\"symbol\":\"AAPL\""));
  outcome_clear (&outcome);
}

#define ADD(name, function) g_test_add_func ("/rules/" name, function)

static void
add_row_tests (void)
{
  ADD ("good-rows-pass-untouched", test_good_rows_pass_untouched);
  ADD ("each-required-field", test_each_required_field);
  ADD ("optional-fields-may-be-absent", test_optional_fields_may_be_absent);
  ADD ("high-and-low-bound-the-others", test_high_and_low_bound_the_others);
  ADD ("all-reasons-are-in-one-letter", test_all_reasons_are_in_one_letter);
  ADD ("prices-are-above-zero", test_prices_are_above_zero);
  ADD ("volume-is-sane", test_volume_is_sane);
  ADD ("volume-keeps-to-the-jobs-bounds",
       test_volume_keeps_to_the_jobs_bounds);
  ADD ("minutes-are-on-the-grid", test_minutes_are_on_the_grid);
  ADD ("days-need-no-grid", test_days_need_no_grid);
  ADD ("rows-outside-the-range-and-the-present",
       test_rows_outside_the_range_and_the_present);
  ADD ("extreme-times-do-not-overflow", test_extreme_times_do_not_overflow);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_row_tests ();
  ADD ("identical-bars-are-one", test_identical_bars_are_one);
  ADD ("of-two-different-bars-the-earlier-is-set-aside",
       test_of_two_different_bars_the_earlier_is_set_aside);
  ADD ("a-broken-later-bar-displaces-nothing",
       test_a_broken_later_bar_displaces_nothing);
  ADD ("venues-have-bars-of-their-own", test_venues_have_bars_of_their_own);
  ADD ("equal-ticks-are-all-kept", test_equal_ticks_are_all_kept);
  ADD ("a-quotes-empty-side-may-be-zero",
       test_a_quotes_empty_side_may_be_zero);
  ADD ("a-fault-is-found-at-every-place",
       test_a_fault_is_found_at_every_place);
  ADD ("one-bad-bar-in-ten-thousand", test_one_bad_bar_in_ten_thousand);
  ADD ("a-jump-is-flagged-and-kept", test_a_jump_is_flagged_and_kept);
  ADD ("the-score-is-its-formula", test_the_score_is_its_formula);
  ADD ("the-gate-lets-its-own-value-pass",
       test_the_gate_lets_its_own_value_pass);
  ADD ("no-rows-are-no-fault", test_no_rows_are_no_fault);
  ADD ("letters-say-whose-row-it-was", test_letters_say_whose_row_it_was);
  return g_test_run ();
}
