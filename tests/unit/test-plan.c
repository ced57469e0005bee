/* SPDX-License-Identifier: Apache-2.0 */
#include "data/interval.h"
#include "engine/plan.h"

#include <string.h>

#define DAY0   (G_GINT64_CONSTANT (19723) * MD_DAY) /* 2024-01-01            */
#define DAY(n) (DAY0 + (n) * MD_DAY)

static const struct md_offer minutes
  = { .schema = "ohlcv-1m", .record = MD_BAR, .max_symbols = 1,
      .interval = { 1, MD_UNIT_MINUTE }, .page_rows = 300,
      .max_span_ns = 300 * MD_MINUTE };
static const struct md_offer paged_minutes
  = { .schema = "ohlcv-1m", .record = MD_BAR, .max_symbols = 100,
      .interval = { 1, MD_UNIT_MINUTE }, .page_rows = 10000 };
static const struct md_offer settling_minutes
  = { .schema = "ohlcv-1m", .record = MD_BAR, .settle_ns = 10 * MD_SECOND,
      .interval = { 1, MD_UNIT_MINUTE } };
static const struct md_offer days
  = { .schema = "ohlcv-1d", .record = MD_BAR, .max_symbols = 100,
      .interval = { 1, MD_UNIT_DAY }, .page_rows = 10000 };
static const struct md_offer new_york_days
  = { .schema = "ohlcv-1d", .record = MD_BAR,
      .interval = { 1, MD_UNIT_DAY, 0, "America/New_York" },
      .max_span_ns = 60 * MD_DAY };
static const struct md_offer months
  = { .schema = "ohlcv-1mo", .record = MD_BAR,
      .interval = { 1, MD_UNIT_MONTH, 0, "America/New_York" },
      .max_span_ns = 366 * MD_DAY };
static const struct md_offer trades = { .schema = "trades",
                                        .record = MD_TRADE };
static const struct md_offer paid_trades
  = { .schema = "trades", .record = MD_TRADE, .flags = MD_OFFER_PAID };

static md_time
at (const char *text)
{
  md_time t;

  g_assert_true (time_parse (text, &t, NULL));
  return t;
}

static GArray *
ledger_of (const LedgerSpan *spans, guint n)
{
  GArray *ledger = g_array_new (FALSE, FALSE, sizeof (LedgerSpan));

  g_array_append_vals (ledger, spans, n);
  return ledger;
}

static const PlanPolicy plain = { .now = DAY (100),
                                  .refetch_from = MD_ABSENT,
                                  .refetch_to = MD_ABSENT };

/* "from-to from-to" in whole days after DAY0.                              */
static void
expect_days (const GArray *spans, const char *expected)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < spans->len; i++) {
    const Span *span = &g_array_index (spans, Span, i);

    g_assert_cmpint ((span->from - DAY0) % MD_DAY, ==, 0);
    g_assert_cmpint ((span->to - DAY0) % MD_DAY, ==, 0);
    g_string_append_printf (text, "%s%d-%d", i > 0 ? " " : "",
                            (int) ((span->from - DAY0) / MD_DAY),
                            (int) ((span->to - DAY0) / MD_DAY));
  }
  g_assert_cmpstr (text->str, ==, expected);
}

static void
expect_want (const LedgerSpan *spans, guint n, const PlanPolicy *policy,
             const char *expected, guint n_waiting)
{
  const PlanRange range = { .from = DAY (0), .to = DAY (30) };
  g_autoptr (GArray) ledger = ledger_of (spans, n);
  g_autoptr (GPtrArray) waiting = g_ptr_array_new ();
  g_autoptr (GArray) want
    = plan_want (&days, &range, ledger, policy, waiting);

  expect_days (want, expected);
  g_assert_cmpuint (waiting->len, ==, n_waiting);
}

static void
test_another_plan_asks_what_the_old_one_did_not_reach (void)
{
  const LedgerSpan spans[] = {
    { .from = DAY (0), .to = DAY (10), .state = LEDGER_UNAVAILABLE,
      .next_ask = DAY (200),
      .reason = (char *) "not in the plan \"free\": HTTP 403" },
    { .from = DAY (10), .to = DAY (20), .state = LEDGER_UNAVAILABLE,
      .next_ask = DAY (200), .reason = (char *) "entitlement: HTTP 403" },
  };
  PlanPolicy policy = plain;

  expect_want (spans, 2, &policy, "20-30", 2);
  policy.plan = "free";
  expect_want (spans, 2, &policy, "20-30", 2);
  policy.plan = "plus";
  expect_want (spans, 2, &policy, "0-10 20-30", 1);
}

/* ---- range ----------------------------------------------------------- */

static void
test_only_finished_and_settled_bars_are_wanted (void)
{
  PlanRange range = plan_range (&settling_minutes, DAY (0), MD_ABSENT,
                                DAY (1) + 10 * MD_SECOND - 1);

  g_assert_cmpint (range.to, ==, DAY (1) - MD_MINUTE);
  g_assert_true (range.held);
  g_assert_cmpint (range.next_final, ==, DAY (1) + 10 * MD_SECOND);
  range = plan_range (&settling_minutes, DAY (0), MD_ABSENT,
                      DAY (1) + 10 * MD_SECOND);
  g_assert_cmpint (range.to, ==, DAY (1));
}

static void
test_a_past_end_is_not_held (void)
{
  PlanRange range = plan_range (&minutes, DAY (0), DAY (1), DAY (9));

  g_assert_cmpint (range.from, ==, DAY (0));
  g_assert_cmpint (range.to, ==, DAY (1));
  g_assert_false (range.held);
  g_assert_cmpint (range.next_final, ==, MD_ABSENT);
}

/* Bars belong to the range that their start lies in.                       */
static void
test_new_york_days_start_in_new_york (void)
{
  PlanRange range = plan_range (&new_york_days, at ("2024-03-01"),
                                at ("2024-03-15"), at ("2024-06-01"));

  g_assert_cmpint (range.from, ==, at ("2024-03-01T05:00:00Z"));
  /* Summer time began on the 10th.                                         */
  g_assert_cmpint (range.to, ==, at ("2024-03-15T04:00:00Z"));
}

static void
test_a_start_in_the_future_wants_nothing (void)
{
  PlanRange range = plan_range (&days, DAY (10), MD_ABSENT, DAY (5));
  g_autoptr (GArray) want = plan_want (&days, &range, NULL, &plain, NULL);

  g_assert_cmpuint (want->len, ==, 0);
  g_assert_cmpint (range.next_final, ==, DAY (11));
}

static void
test_ticks_are_asked_by_the_minute (void)
{
  PlanRange range = plan_range (&trades, DAY (0) + 7, MD_ABSENT,
                                DAY (1) + 59 * MD_SECOND);

  g_assert_cmpint (range.from, ==, DAY (0) + 7);
  g_assert_cmpint (range.to, ==, DAY (1));
}

/* ---- want minus have ------------------------------------------------- */

static void
test_what_is_held_is_not_wanted (void)
{
  const LedgerSpan spans[] = {
    { .from = DAY (0), .to = DAY (5), .state = LEDGER_COMPLETE },
    { .from = DAY (7), .to = DAY (9), .state = LEDGER_EMPTY },
    { .from = DAY (9), .to = DAY (20), .state = LEDGER_COMPLETE },
  };

  expect_want (spans, 3, &plain, "5-7 20-30", 0);
  expect_want (spans, 0, &plain, "0-30", 0);
}

static void
test_what_lies_around_the_range_does_not_matter (void)
{
  const LedgerSpan spans[] = {
    { .from = DAY (-9), .to = DAY (-5), .state = LEDGER_COMPLETE },
    { .from = DAY (-2), .to = DAY (2), .state = LEDGER_COMPLETE },
    { .from = DAY (29), .to = DAY (35), .state = LEDGER_COMPLETE },
    { .from = DAY (40), .to = DAY (50), .state = LEDGER_COMPLETE },
  };

  expect_want (spans, 4, &plain, "2-29", 0);
}

static void
test_everything_held_wants_nothing (void)
{
  const LedgerSpan span
    = { .from = DAY (-1), .to = DAY (31), .state = LEDGER_COMPLETE };

  expect_want (&span, 1, &plain, "", 0);
}

static void
test_suspect_and_failed_wait_for_their_time (void)
{
  LedgerSpan spans[] = {
    { .from = DAY (0), .to = DAY (5), .state = LEDGER_SUSPECT },
    { .from = DAY (5), .to = DAY (10), .state = LEDGER_FAILED },
    { .from = DAY (10), .to = DAY (30), .state = LEDGER_UNAVAILABLE },
  };

  for (guint i = 0; i < 3; i++)
    spans[i].next_ask = plain.now + 1;
  expect_want (spans, 3, &plain, "", 3);
  for (guint i = 0; i < 3; i++)
    spans[i].next_ask = i == 1 ? 0 : plain.now;
  expect_want (spans, 3, &plain, "0-30", 0);
}

static void
test_stale_and_missing_are_asked_pruned_is_not (void)
{
  const LedgerSpan spans[] = {
    { .from = DAY (0), .to = DAY (5), .state = LEDGER_STALE },
    { .from = DAY (5), .to = DAY (10), .state = LEDGER_PRUNED },
    { .from = DAY (10), .to = DAY (15), .state = LEDGER_MISSING },
    { .from = DAY (15), .to = DAY (30), .state = LEDGER_COMPLETE },
  };

  expect_want (spans, 4, &plain, "0-5 10-15", 1);
}

static void
test_refetch_asks_whatever_the_state (void)
{
  const LedgerSpan spans[] = {
    { .from = DAY (0), .to = DAY (5), .state = LEDGER_COMPLETE },
    { .from = DAY (5), .to = DAY (10), .state = LEDGER_PRUNED },
    { .from = DAY (10), .to = DAY (30), .state = LEDGER_SUSPECT,
      .next_ask = DAY (200) },
  };
  PlanPolicy policy = plain;

  policy.refetch_from = DAY (3);
  policy.refetch_to = DAY (12);
  expect_want (spans, 3, &policy, "3-12", 2);
  policy.refetch_from = DAY (-100);
  policy.refetch_to = DAY (100);
  expect_want (spans, 3, &policy, "0-30", 2);
}

static void
test_revise_asks_the_settled_past_again (void)
{
  const LedgerSpan spans[] = {
    { .from = DAY (0), .to = DAY (20), .state = LEDGER_COMPLETE },
    { .from = DAY (20), .to = DAY (24), .state = LEDGER_SUSPECT,
      .next_ask = DAY (200) },
    { .from = DAY (24), .to = DAY (28), .state = LEDGER_EMPTY },
  };
  PlanPolicy policy = plain;

  policy.now = DAY (30) + MD_HOUR;
  policy.revise = 15 * MD_DAY;
  expect_want (spans, 3, &policy, "15-20 24-30", 1);
}

static void
test_spans_off_the_grid_lose_no_bar (void)
{
  const PlanRange range = { .from = DAY (0), .to = DAY (30) };
  const LedgerSpan spans[] = {
    { .from = DAY (0), .to = DAY (4) + MD_HOUR, .state = LEDGER_COMPLETE },
    { .from = DAY (5) + 1, .to = DAY (8) + 2, .state = LEDGER_COMPLETE },
    { .from = DAY (8) + 3, .to = DAY (30), .state = LEDGER_COMPLETE },
  };
  g_autoptr (GArray) ledger = ledger_of (spans, 3);
  g_autoptr (GArray) want = plan_want (&days, &range, ledger, &plain, NULL);

  /* The bar of day 5 starts in the first hole; the second holds none.      */
  expect_days (want, "5-6");
}

/* ---- cutting: union, intersection, grid ------------------------------ */

static const struct md_offer *const offers[]
  = { &minutes, &paged_minutes, &settling_minutes, &days, &new_york_days,
      &months, &trades, &paid_trades };

static void
check_cut (const struct md_offer *offer, guint n_symbols, md_time from,
           md_time to)
{
  g_autoptr (GArray) pieces = spans_new ();
  md_time last = from;

  plan_cut (offer, n_symbols, from, to, pieces);
  for (guint i = 0; i < pieces->len; i++) {
    const Span *piece = &g_array_index (pieces, Span, i);

    /* One begins where the last ended: no hole and no overlap.             */
    g_assert_cmpint (piece->from, ==, last);
    g_assert_cmpint (piece->from, <, piece->to);
    if (offer->interval.count > 0) {
      g_assert_cmpint (interval_floor (&offer->interval, piece->from), ==,
                       piece->from);
      g_assert_cmpint (interval_floor (&offer->interval, piece->to), ==,
                       piece->to);
    }
    if (offer->max_span_ns > 0)
      g_assert_cmpint (piece->to - piece->from, <=, offer->max_span_ns);
    last = piece->to;
  }
  g_assert_cmpint (last, ==, to);
}

static void
test_chunks_are_the_wanted_range_and_nothing_twice (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (20240310);

  for (int i = 0; i < 1000; i++) {
    const struct md_offer *offer = offers[i % G_N_ELEMENTS (offers)];
    /* Leap days, both changes of the clock, before 1970 and far ahead.     */
    gint64 day = g_rand_int_range (random, -2000, 30000);
    gint64 length = g_rand_int_range (random, 1, 800);
    md_time start = day * MD_DAY + g_rand_int_range (random, 0, 86400)
                                     * MD_SECOND;
    md_time end = start + length * MD_DAY + g_rand_int (random);
    PlanRange range = plan_range (offer, start, end, G_MAXINT64 / 2);
    guint n = (guint) g_rand_int_range (random, 1, 200);

    if (range.from < range.to)
      check_cut (offer, n, range.from, range.to);
  }
}

static void
test_the_same_hole_is_cut_the_same (void)
{
  g_autoptr (GArray) whole = spans_new ();
  g_autoptr (GArray) part = spans_new ();

  plan_cut (&minutes, 1, DAY (0), DAY (10), whole);
  plan_cut (&minutes, 1, DAY (3) + MD_MINUTE, DAY (4), part);
  for (guint i = 1; i + 1 < part->len; i++) {
    const Span *piece = &g_array_index (part, Span, i);
    gboolean found = FALSE;

    for (guint k = 0; k < whole->len; k++)
      found |= memcmp (piece, &g_array_index (whole, Span, k), sizeof *piece)
               == 0;
    g_assert_true (found);
  }
  g_assert_cmpuint (part->len, >, 3);
}

/* Each chunk would read them from the beginning.                           */
static void
test_files_are_read_once (void)
{
  const struct md_key keys[] = {
    { .name = "api_key", .flags = MD_KEY_SECRET },
    { .name = "files", .flags = MD_KEY_PATH | MD_KEY_DATA },
  };
  union md_value values[2] = { { .s = "secret" }, { .s = NULL } };
  const BoundKeys bound = { .keys = keys, .values = values, .n = 2 };

  g_assert_false (plan_reads_files (NULL));
  g_assert_false (plan_reads_files (&bound));
  values[1].s = "/data";
  g_assert_true (plan_reads_files (&bound));
}

static void
test_ticks_are_cut_at_utc_midnight (void)
{
  g_autoptr (GArray) pieces = spans_new ();
  const Span *second;

  plan_cut (&trades, 1, DAY (0) + MD_HOUR, DAY (3), pieces);
  g_assert_cmpuint (pieces->len, ==, 3);
  second = &g_array_index (pieces, Span, 1);
  g_assert_cmpint (second->from, ==, DAY (1));
  g_assert_cmpint (second->to, ==, DAY (2));
}

static void
test_paid_streams_come_in_larger_units (void)
{
  struct md_offer paid = paged_minutes;

  paid.flags |= MD_OFFER_PAID;
  g_assert_cmpint (plan_chunk_span (&paid_trades, 1), >,
                   plan_chunk_span (&trades, 1));
  g_assert_cmpint (plan_chunk_span (&paid, 10), >,
                   plan_chunk_span (&paged_minutes, 10));
}

static void
test_a_chunk_is_a_handful_of_pages (void)
{
  /* 10 pages of 10,000 minutes are 69 days of one symbol.                  */
  g_assert_cmpint (plan_chunk_span (&paged_minutes, 1), ==, 69 * MD_DAY);
  g_assert_cmpint (plan_chunk_span (&paged_minutes, 100), ==, 16 * MD_HOUR);
}

static void
test_long_ranges_have_few_symbols_and_short_ones_many (void)
{
  g_assert_cmpuint (plan_group_size (&paged_minutes, 365 * MD_DAY), ==, 1);
  g_assert_cmpuint (plan_group_size (&paged_minutes, MD_DAY), ==, 69);
  g_assert_cmpuint (plan_group_size (&paged_minutes, MD_MINUTE), ==, 100);
  g_assert_cmpuint (plan_group_size (&days, 365 * MD_DAY), ==, 100);
  g_assert_cmpuint (plan_group_size (&minutes, MD_MINUTE), ==, 1);
}

/* Markets close: 16 hours on five days of the week.                        */
static const struct md_offer stock_minutes
  = { .schema = "ohlcv-1m", .record = MD_BAR, .max_symbols = 100,
      .interval = { 1, MD_UNIT_MINUTE }, .page_rows = 10000,
      .week_rows = 4800 };

static void
test_closed_markets_make_longer_chunks (void)
{
  /* 10 pages are 20.8 weeks of one symbol.                                 */
  g_assert_cmpint (plan_chunk_span (&stock_minutes, 1), ==, 140 * MD_DAY);
  /* A thousand minutes of each may stand together.                         */
  g_assert_cmpint (plan_chunk_span (&stock_minutes, 100), ==, 16 * MD_HOUR);
  g_assert_cmpuint (plan_group_size (&stock_minutes, 365 * MD_DAY), ==, 1);
  g_assert_cmpuint (plan_group_size (&stock_minutes, 28 * MD_DAY), ==, 5);
  g_assert_cmpuint (plan_group_size (&stock_minutes, MD_DAY), ==, 69);
}

static void
test_no_chunk_is_shorter_than_a_bar (void)
{
  struct md_offer narrow = new_york_days;

  narrow.max_span_ns = MD_HOUR;
  narrow.page_rows = 1;
  g_assert_cmpint (plan_chunk_span (&narrow, 500), ==, MD_DAY);
}

/* ---- calls ----------------------------------------------------------- */

static void
expect_calls (const struct md_offer *offer, guint n_symbols, gint64 length,
              guint64 min, guint64 max)
{
  g_autoptr (GPtrArray) symbols = g_ptr_array_new ();
  Chunk chunk = { .offer = offer, .selector = MD_SELECT_SYMBOL,
                  .symbols = symbols, .from = DAY (0),
                  .to = DAY (0) + length };
  guint64 least, most;

  for (guint i = 0; i < n_symbols; i++)
    g_ptr_array_add (symbols, (gpointer) "X");
  plan_calls (&chunk, &least, &most);
  g_assert_cmpuint (least, ==, min);
  g_assert_cmpuint (most, ==, max);
}

static void
test_windows_make_the_number_of_calls_exact (void)
{
  expect_calls (&minutes, 1, 300 * MD_MINUTE, 1, 1);
  expect_calls (&minutes, 1, 301 * MD_MINUTE, 2, 2);
}

static void
test_closed_markets_bound_the_number_of_calls (void)
{
  expect_calls (&stock_minutes, 1, 7 * MD_DAY, 1, 1);
  expect_calls (&stock_minutes, 1, 140 * MD_DAY, 1, 10);
  expect_calls (&stock_minutes, 5, 28 * MD_DAY, 1, 10);
  /* Six days are no more than a week.                                      */
  expect_calls (&stock_minutes, 3, 6 * MD_DAY, 1, 2);
  expect_calls (&stock_minutes, 1, 14 * MD_DAY + MD_HOUR, 1, 1);
}

static void
test_pages_bound_the_number_of_calls (void)
{
  expect_calls (&paged_minutes, 1, 100 * MD_MINUTE, 1, 1);
  expect_calls (&paged_minutes, 1, 69 * MD_DAY, 1, 10);
  expect_calls (&paged_minutes, 100, MD_DAY, 1, 15);
}

static void
test_calendar_windows_count_those_that_are_touched (void)
{
  struct md_offer monthly = minutes;
  const struct md_interval month = { 1, MD_UNIT_MONTH, 0, "America/New_York" };

  monthly.window = month;
  /* Midnight UTC is still the month before in New York.                    */
  expect_calls (&monthly, 1, 5 * MD_HOUR, 1, 1);
  expect_calls (&monthly, 1, 5 * MD_HOUR + MD_MINUTE, 2, 2);
  expect_calls (&monthly, 3, 31 * MD_DAY + 5 * MD_HOUR, 6, 6);
}

static void
test_calls_for_ticks_are_unknown (void)
{
  expect_calls (&trades, 1, MD_DAY, 1, G_MAXUINT64);
}

/* ---- notes ----------------------------------------------------------- */

static void
test_symbols_with_one_reason_share_a_sentence (void)
{
  PlanNotes *notes = plan_notes_new ();
  g_autoptr (GPtrArray) sentences = g_ptr_array_new_with_free_func (g_free);
  LedgerSpan span = { .from = DAY (0), .to = DAY (5),
                      .state = LEDGER_UNAVAILABLE, .next_ask = DAY (101),
                      .reason = (char *) "not in the free plan" };

  plan_notes_add (notes, "AAPL", "trades", &span);
  plan_notes_add (notes, "MSFT", "trades", &span);
  span.from = DAY (7);
  span.to = DAY (9);
  plan_notes_add (notes, "AAPL", "trades", &span);
  span.state = LEDGER_SUSPECT;
  plan_notes_add (notes, "IBM", "trades", &span);
  plan_notes_finish (notes, sentences);
  g_assert_cmpuint (sentences->len, ==, 2);
  g_assert_cmpstr (sentences->pdata[0], ==,
                   "AAPL and 1 more, trades, 2024-01-01T00:00:00Z/"
                   "2024-01-10T00:00:00Z: unavailable (not in the free "
                   "plan), not asked again before 2024-04-11T00:00:00Z");
}

#define ADD(name, function) g_test_add_func ("/plan/" name, function)

static void
add_want_tests (void)
{
  ADD ("only-finished-and-settled-bars-are-wanted",
       test_only_finished_and_settled_bars_are_wanted);
  ADD ("a-past-end-is-not-held", test_a_past_end_is_not_held);
  ADD ("new-york-days-start-in-new-york",
       test_new_york_days_start_in_new_york);
  ADD ("a-start-in-the-future-wants-nothing",
       test_a_start_in_the_future_wants_nothing);
  ADD ("ticks-are-asked-by-the-minute", test_ticks_are_asked_by_the_minute);
  ADD ("what-is-held-is-not-wanted", test_what_is_held_is_not_wanted);
  ADD ("what-lies-around-the-range-does-not-matter",
       test_what_lies_around_the_range_does_not_matter);
  ADD ("everything-held-wants-nothing", test_everything_held_wants_nothing);
  ADD ("suspect-and-failed-wait-for-their-time",
       test_suspect_and_failed_wait_for_their_time);
  ADD ("stale-and-missing-are-asked-pruned-is-not",
       test_stale_and_missing_are_asked_pruned_is_not);
  ADD ("refetch-asks-whatever-the-state",
       test_refetch_asks_whatever_the_state);
  ADD ("revise-asks-the-settled-past-again",
       test_revise_asks_the_settled_past_again);
  ADD ("spans-off-the-grid-lose-no-bar", test_spans_off_the_grid_lose_no_bar);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_want_tests ();
  ADD ("chunks-are-the-wanted-range-and-nothing-twice",
       test_chunks_are_the_wanted_range_and_nothing_twice);
  ADD ("the-same-hole-is-cut-the-same", test_the_same_hole_is_cut_the_same);
  ADD ("files-are-read-once", test_files_are_read_once);
  ADD ("ticks-are-cut-at-utc-midnight", test_ticks_are_cut_at_utc_midnight);
  ADD ("paid-streams-come-in-larger-units",
       test_paid_streams_come_in_larger_units);
  ADD ("a-chunk-is-a-handful-of-pages", test_a_chunk_is_a_handful_of_pages);
  ADD ("long-ranges-have-few-symbols-and-short-ones-many",
       test_long_ranges_have_few_symbols_and_short_ones_many);
  ADD ("closed-markets-make-longer-chunks",
       test_closed_markets_make_longer_chunks);
  ADD ("closed-markets-bound-the-number-of-calls",
       test_closed_markets_bound_the_number_of_calls);
  ADD ("another-plan-asks-what-the-old-one-did-not-reach",
       test_another_plan_asks_what_the_old_one_did_not_reach);
  ADD ("no-chunk-is-shorter-than-a-bar", test_no_chunk_is_shorter_than_a_bar);
  ADD ("windows-make-the-number-of-calls-exact",
       test_windows_make_the_number_of_calls_exact);
  ADD ("pages-bound-the-number-of-calls",
       test_pages_bound_the_number_of_calls);
  ADD ("calendar-windows-count-those-that-are-touched",
       test_calendar_windows_count_those_that_are_touched);
  ADD ("calls-for-ticks-are-unknown", test_calls_for_ticks_are_unknown);
  ADD ("symbols-with-one-reason-share-a-sentence",
       test_symbols_with_one_reason_share_a_sentence);
  return g_test_run ();
}
