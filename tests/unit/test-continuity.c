/* SPDX-License-Identifier: Apache-2.0
 *
 * Answers that may be another instrument's are asked for once more.
 */
#include "run-fixture.h"

#include <string.h>

#define PIECES 4
#define PIECE (10 * MD_DAY)
#define START (INT64_C (1704067200) * MD_SECOND) /* 2024-01-01               */

/* Opening price of each piece: on the first asking, the second, and so on.   */
typedef struct {
  md_price prices[PIECES][3];
  guint asks[PIECES];
} Vendor;

static int
answer (Fixture *fixture, struct md_call *call,
        const struct md_request *request, struct md_error *err)
{
  Vendor *vendor = fixture->data;
  int klass = MD_OK;

  for (md_time at = request->from; klass == MD_OK && at < request->to;
       at += PIECE) {
    guint piece = (guint) ((at - START) / PIECE);
    guint ask = MIN (vendor->asks[piece], 2);

    vendor->asks[piece]++;
    klass = emit_bars (call, request, 0, at, at + PIECE,
                       vendor->prices[piece][ask] * MD_PRICE_ONE, err);
    if (klass == MD_OK)
      klass = fixture_host ()->covered (call, 0, at, at + PIECE, err);
  }
  return klass;
}

static Fixture *
start (Vendor *vendor, const md_price prices[PIECES][3])
{
  Fixture *fixture = fixture_new ("AAA", "ohlcv-1d", "2024-01-01",
                                  "2024-02-10", answer);

  memcpy (vendor->prices, prices, sizeof vendor->prices);
  memset (vendor->asks, 0, sizeof vendor->asks);
  fixture->data = vendor;
  fixture->offers[0].flags |= MD_OFFER_UNNAMED;
  return fixture;
}

static void
assert_run (Fixture *fixture, RunOutcome outcome)
{
  RunReport *report = fixture_run (fixture);

  g_assert_cmpint (report->outcome, ==, outcome);
  run_report_free (report);
}

static void
assert_all_near (Fixture *fixture, const char *prefix)
{
  g_autofree char *rows = fixture_rows (fixture, "AAA", MD_ABSENT);
  g_auto (GStrv) lines = g_strsplit (g_strstrip (rows), "\n", -1);

  g_assert_cmpuint (g_strv_length (lines), ==, 40);
  for (char **line = lines; *line != NULL; line++)
    g_assert_true (g_str_has_prefix (strchr (*line, ' ') + 1, prefix));
}

static void
assert_complete (Fixture *fixture)
{
  g_autofree char *ledger = fixture_ledger (fixture, "AAA");

  g_assert_cmpstr (ledger, ==, "complete 2024-01-01/2024-02-10");
}

static void
test_a_wrong_answer_in_the_middle_is_replaced (void)
{
  static const md_price prices[PIECES][3]
    = { { 100, 100, 100 }, { 3000, 100, 100 }, { 100, 100, 100 },
        { 100, 100, 100 } };
  Vendor vendor;
  g_autoptr (Fixture) fixture = start (&vendor, prices);

  assert_run (fixture, RUN_DONE);
  assert_all_near (fixture, "10");
  assert_complete (fixture);
  g_assert_cmpuint (vendor.asks[1], ==, 2);
  g_assert_cmpuint (vendor.asks[3], ==, 1);
}

static void
test_a_wrong_first_answer_is_replaced (void)
{
  static const md_price prices[PIECES][3]
    = { { 7, 100, 100 }, { 100, 100, 100 }, { 100, 100, 100 },
        { 100, 100, 100 } };
  Vendor vendor;
  g_autoptr (Fixture) fixture = start (&vendor, prices);

  assert_run (fixture, RUN_DONE);
  assert_all_near (fixture, "10");
  assert_complete (fixture);
}

static void
test_a_wrong_last_answer_is_replaced (void)
{
  static const md_price prices[PIECES][3]
    = { { 100, 100, 100 }, { 100, 100, 100 }, { 100, 100, 100 },
        { 7, 100, 100 } };
  Vendor vendor;
  g_autoptr (Fixture) fixture = start (&vendor, prices);

  assert_run (fixture, RUN_DONE);
  assert_all_near (fixture, "10");
  assert_complete (fixture);
}

static void
test_a_true_jump_is_asked_twice_and_accepted (void)
{
  static const md_price prices[PIECES][3]
    = { { 100, 100, 100 }, { 100, 100, 100 }, { 900, 900, 900 },
        { 900, 900, 900 } };
  Vendor vendor;
  g_autoptr (Fixture) fixture = start (&vendor, prices);

  assert_run (fixture, RUN_DONE);
  assert_complete (fixture);
  g_assert_cmpuint (vendor.asks[0], ==, 1);
  g_assert_cmpuint (vendor.asks[1], ==, 2);
  g_assert_cmpuint (vendor.asks[2], ==, 2);
  g_assert_cmpuint (vendor.asks[3], ==, 1);
  assert_run (fixture, RUN_DONE);
  g_assert_cmpuint (vendor.asks[2], ==, 2);
}

static void
test_two_different_wrong_answers_end_the_run_as_partial (void)
{
  static const md_price prices[PIECES][3]
    = { { 100, 100, 100 }, { 3000, 9, 100 }, { 100, 100, 100 },
        { 100, 100, 100 } };
  Vendor vendor;
  g_autoptr (Fixture) fixture = start (&vendor, prices);

  assert_run (fixture, RUN_PARTIAL);
  assert_run (fixture, RUN_DONE);
  assert_all_near (fixture, "10");
  assert_complete (fixture);
}

static void
test_answers_that_name_their_instrument_are_believed (void)
{
  static const md_price prices[PIECES][3]
    = { { 100, 100, 100 }, { 3000, 9, 100 }, { 100, 100, 100 },
        { 100, 100, 100 } };
  Vendor vendor;
  g_autoptr (Fixture) fixture = start (&vendor, prices);

  fixture->offers[0].flags &= ~MD_OFFER_UNNAMED;
  assert_run (fixture, RUN_DONE);
  g_assert_cmpuint (vendor.asks[1], ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/continuity/a-wrong-answer-in-the-middle-is-replaced",
                   test_a_wrong_answer_in_the_middle_is_replaced);
  g_test_add_func ("/continuity/a-wrong-first-answer-is-replaced",
                   test_a_wrong_first_answer_is_replaced);
  g_test_add_func ("/continuity/a-wrong-last-answer-is-replaced",
                   test_a_wrong_last_answer_is_replaced);
  g_test_add_func ("/continuity/a-true-jump-is-asked-twice-and-accepted",
                   test_a_true_jump_is_asked_twice_and_accepted);
  g_test_add_func (
    "/continuity/two-different-wrong-answers-end-the-run-as-partial",
    test_two_different_wrong_answers_end_the_run_as_partial);
  g_test_add_func ("/continuity/answers-that-name-their-instrument-are-believed",
                   test_answers_that_name_their_instrument_are_believed);
  return g_test_run ();
}
