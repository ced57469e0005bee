/* SPDX-License-Identifier: Apache-2.0
 *
 * What the engine makes of a provider's answers and failures.
 */
#include "run-fixture.h"

#include <string.h>

#define DAY(n) (INT64_C (1704067200) * MD_SECOND + (n) * MD_DAY) /* 2024-01 */

static void
test_complete_answer_is_held_and_not_asked_again (void)
{
  g_autoptr (Fixture) fixture
    = fixture_new ("AAA", "ohlcv-1d", "2024-01-01", "2024-01-04", answer_all);
  g_autoptr (RunReport) report = fixture_run (fixture);
  g_autofree char *rows = fixture_rows (fixture, "AAA", MD_ABSENT);
  g_autofree char *ledger = fixture_ledger (fixture, "AAA");

  g_assert_cmpint (report->outcome, ==, RUN_DONE);
  g_assert_cmpstr (rows, ==,
                   "2024-01-01 100.000000001\n2024-01-02 100.000000001\n"
                   "2024-01-03 100.000000001\n");
  g_assert_cmpstr (ledger, ==, "complete 2024-01-01/2024-01-04");
  g_assert_cmpuint (fixture_plan_length (fixture), ==, 0);
}

static void
test_earlier_start_asks_for_the_earlier_part_only (void)
{
  g_autoptr (Fixture) fixture
    = fixture_new ("AAA", "ohlcv-1d", "2024-01-03", "2024-01-05", answer_all);
  g_autoptr (RunReport) first = fixture_run (fixture);
  g_autoptr (RunReport) second = NULL;

  fixture->job.start = DAY (0);
  second = fixture_run (fixture);
  g_assert_cmpuint (fixture->asked->len, ==, 2);
  g_assert_cmpstr (fixture->asked->pdata[1], ==, "AAA 2024-01-01/2024-01-03");
}

/* ---- failures -------------------------------------------------------- */

static int
refuse_key (Fixture *fixture, struct md_call *call,
            const struct md_request *request, struct md_error *err)
{
  err->klass = MD_ERR_AUTH;
  strcpy (err->message, "key refused");
  return MD_ERR_AUTH;
}

static void
test_refused_key_ends_the_run_after_one_fetch (void)
{
  g_autoptr (Fixture) fixture = fixture_new (
    "A1,A2,A3,A4,A5,A6,A7,A8,A9,B1,B2,B3,B4,B5,B6,B7,B8,B9", "ohlcv-1d",
    "2024-01-01", "2024-03-01", refuse_key);
  g_autoptr (RunReport) report = NULL;

  fixture->offers[0].max_symbols = 1;
  report = fixture_run (fixture);
  g_assert_cmpint (report->outcome, ==, RUN_AUTH);
  g_assert_cmpint (fixture->fetches, ==, 1);
  g_assert_cmpstr (report->error, ==, "key refused");
  g_assert_cmpstr (fixture_entry (report, "A1")->status, ==, "unfinished");
}

/* Covers the first two days, then the line drops, once.                    */
static int
drop_after_two_days (Fixture *fixture, struct md_call *call,
                     const struct md_request *request, struct md_error *err)
{
  md_time cut = request->from + 2 * MD_DAY;
  int klass;

  if (fixture->fetches > 1)
    return answer_all (fixture, call, request, err);
  klass = emit_bars (call, request, 0, request->from, cut + MD_DAY,
                     100 * MD_PRICE_ONE, err);
  if (klass == MD_OK)
    klass = fixture_host ()->covered (call, 0, request->from, cut, err);
  if (klass != MD_OK)
    return klass;
  err->klass = MD_ERR_NETWORK;
  strcpy (err->message, "connection reset");
  return MD_ERR_NETWORK;
}

static void
test_retry_asks_only_for_what_was_not_covered (void)
{
  g_autoptr (Fixture) fixture
    = fixture_new ("AAA", "ohlcv-1d", "2024-01-01", "2024-01-06",
                   drop_after_two_days);
  g_autoptr (RunReport) report = fixture_run (fixture);
  g_autofree char *ledger = fixture_ledger (fixture, "AAA");

  g_assert_cmpint (report->outcome, ==, RUN_DONE);
  g_assert_cmpuint (fixture->asked->len, ==, 2);
  g_assert_cmpstr (fixture->asked->pdata[1], ==, "AAA 2024-01-03/2024-01-06");
  g_assert_cmpstr (ledger, ==, "complete 2024-01-01/2024-01-06");
  g_assert_cmpuint (fixture_entry (report, "AAA")->added, ==, 5);
}

static int
always_down (Fixture *fixture, struct md_call *call,
             const struct md_request *request, struct md_error *err)
{
  int klass = emit_bars (call, request, 0, request->from, request->to,
                         100 * MD_PRICE_ONE, err);

  if (klass != MD_OK)
    return klass;
  err->klass = MD_ERR_NETWORK;
  strcpy (err->message, "connection refused");
  return MD_ERR_NETWORK;
}

static void
test_a_failed_fetch_stores_no_row (void)
{
  g_autoptr (Fixture) fixture
    = fixture_new ("AAA", "ohlcv-1d", "2024-01-01", "2024-01-04", always_down);
  g_autoptr (RunReport) report = fixture_run (fixture);
  g_autofree char *rows = fixture_rows (fixture, "AAA", MD_ABSENT);
  g_autofree char *ledger = fixture_ledger (fixture, "AAA");

  g_assert_cmpint (report->outcome, ==, RUN_FAILED);
  g_assert_cmpint (fixture->fetches, ==, 1 + 3);
  g_assert_cmpstr (rows, ==, "");
  g_assert_cmpstr (ledger, ==, "failed 2024-01-01/2024-01-04");
  g_assert_cmpuint (fixture_plan_length (fixture), ==, 1);
}

/* One of the symbols is unknown; the vendor does not say which.            */
static int
refuse_bad_symbol (Fixture *fixture, struct md_call *call,
                   const struct md_request *request, struct md_error *err)
{
  for (guint i = 0; i < request->n_symbols; i++) {
    if (strcmp (request->symbols[i], "BAD") == 0) {
      err->klass = MD_ERR_REQUEST;
      strcpy (err->message, "unknown symbol");
      return MD_ERR_REQUEST;
    }
  }
  return answer_all (fixture, call, request, err);
}

static void
test_bad_symbol_is_found_and_the_others_are_stored (void)
{
  g_autoptr (Fixture) fixture
    = fixture_new ("S1,S2,S3,S4,S5,BAD,S6,S7", "ohlcv-1d", "2024-01-01",
                   "2024-01-03", refuse_bad_symbol);
  g_autoptr (RunReport) report = fixture_run (fixture);

  g_assert_cmpint (report->outcome, ==, RUN_PARTIAL);
  for (guint i = 0; i < report->entries->len; i++) {
    const RunEntry *entry = report->entries->pdata[i];
    gboolean bad = strcmp (entry->symbol, "BAD") == 0;

    g_assert_cmpstr (entry->status, ==, bad ? "failed" : "complete");
    g_assert_cmpuint (entry->added, ==, bad ? 0 : 2);
  }
  g_assert_nonnull (strstr (fixture_entry (report, "BAD")->reason,
                            "unknown symbol"));
}

/* A paid stream that was answered up to 2024-01-03 and then says that the
 * middle of the rest is not in the plan.                                   */
static int
refuse_the_middle (Fixture *fixture, struct md_call *call,
                   const struct md_request *request, struct md_error *err)
{
  md_time to = MIN (request->to, DAY (2));
  int klass;

  if (request->from >= DAY (4))
    return answer_all (fixture, call, request, err);
  klass = emit_bars (call, request, 0, request->from, to,
                     100 * MD_PRICE_ONE, err);
  if (klass == MD_OK)
    klass = fixture_host ()->covered (call, 0, request->from, to, err);
  if (klass != MD_OK)
    return klass;
  err->klass = MD_ERR_ENTITLEMENT;
  err->from = DAY (2);
  err->to = DAY (4);
  strcpy (err->message, "another plan");
  return err->klass;
}

static void
test_what_was_covered_before_a_refusal_is_not_asked_again (void)
{
  g_autoptr (Fixture) fixture
    = fixture_new ("AAA", "ohlcv-1d", "2024-01-01", "2024-01-08",
                   refuse_the_middle);
  g_autoptr (RunReport) report = fixture_run (fixture);
  g_autofree char *ledger = fixture_ledger (fixture, "AAA");

  g_assert_cmpuint (fixture->asked->len, ==, 2);
  g_assert_cmpstr (fixture->asked->pdata[1], ==, "AAA 2024-01-05/2024-01-08");
  g_assert_cmpstr (ledger, ==, "complete 2024-01-01/2024-01-03; "
                   "unavailable 2024-01-03/2024-01-05; "
                   "complete 2024-01-05/2024-01-08");
  /* Rows are held, so the run did not fail altogether.                     */
  g_assert_cmpint (report->outcome, ==, RUN_PARTIAL);
}

/* ---- guards ---------------------------------------------------------- */

static int
answer_another_day (Fixture *fixture, struct md_call *call,
                    const struct md_request *request, struct md_error *err)
{
  int klass = emit_bars (call, request, 0, request->from - MD_DAY,
                         request->to, 100 * MD_PRICE_ONE, err);

  if (klass != MD_OK)
    return klass;
  return fixture_host ()->covered (call, 0, request->from, request->to, err);
}

static void
test_row_outside_the_range_fails_the_fetch (void)
{
  g_autoptr (Fixture) fixture
    = fixture_new ("AAA", "ohlcv-1d", "2024-01-02", "2024-01-04",
                   answer_another_day);
  g_autoptr (RunReport) report = fixture_run (fixture);
  g_autofree char *rows = fixture_rows (fixture, "AAA", MD_ABSENT);

  g_assert_cmpint (report->outcome, ==, RUN_FAILED);
  g_assert_nonnull (strstr (fixture_entry (report, "AAA")->reason,
                            "2024-01-01T00:00:00Z, outside the range"));
  g_assert_cmpstr (rows, ==, "");
}

static int
answer_another_symbol (Fixture *fixture, struct md_call *call,
                       const struct md_request *request, struct md_error *err)
{
  guint32 other;

  g_assert_cmpint (fixture_host ()->intern (call, "ZZZ", 3, &other, err), ==,
                   MD_OK);
  return emit_bars (call, request, other, request->from, request->to,
                    100 * MD_PRICE_ONE, err);
}

static void
test_row_of_another_symbol_fails_the_fetch (void)
{
  g_autoptr (Fixture) fixture
    = fixture_new ("AAA", "ohlcv-1d", "2024-01-02", "2024-01-04",
                   answer_another_symbol);
  g_autoptr (RunReport) report = fixture_run (fixture);

  g_assert_cmpint (report->outcome, ==, RUN_FAILED);
  g_assert_nonnull (strstr (fixture_entry (report, "AAA")->reason,
                            "\"ZZZ\", which was not asked for"));
}

static int
cover_nothing (Fixture *fixture, struct md_call *call,
               const struct md_request *request, struct md_error *err)
{
  return MD_OK;
}

static void
test_success_that_covers_nothing_is_a_failure (void)
{
  g_autoptr (Fixture) fixture
    = fixture_new ("AAA", "ohlcv-1d", "2024-01-02", "2024-01-04",
                   cover_nothing);
  g_autoptr (RunReport) report = fixture_run (fixture);

  g_assert_cmpint (report->outcome, ==, RUN_FAILED);
  g_assert_cmpint (fixture->fetches, ==, 4);
}

/* ---- rows that cannot be read ---------------------------------------- */

/* One row of the answer is garbage, in the first `data` answers.           */
static int
answer_with_garbage (Fixture *fixture, struct md_call *call,
                     const struct md_request *request, struct md_error *err)
{
  md_time last = request->to - MD_DAY;
  const struct md_rejected rejected = {
    .struct_size = sizeof rejected, .symbol = 0, .ts = last,
    .raw = "[1,\"x\"]", .raw_len = 7, .reasons = "type:open",
  };
  int klass;

  if (fixture->fetches > GPOINTER_TO_INT (fixture->data))
    return answer_all (fixture, call, request, err);
  klass = emit_bars (call, request, 0, request->from, last,
                     100 * MD_PRICE_ONE, err);
  if (klass == MD_OK)
    klass = fixture_host ()->reject (call, &rejected, err);
  if (klass != MD_OK)
    return klass;
  return fixture_host ()->covered (call, 0, request->from, request->to, err);
}

static void
test_unreadable_rows_are_asked_for_once_more (void)
{
  g_autoptr (Fixture) fixture
    = fixture_new ("AAA", "ohlcv-1d", "2024-01-01", "2024-01-05",
                   answer_with_garbage);
  g_autoptr (RunReport) report = NULL;

  fixture->data = GINT_TO_POINTER (1);
  report = fixture_run (fixture);
  g_assert_cmpint (report->outcome, ==, RUN_DONE);
  g_assert_cmpint (fixture->fetches, ==, 2);
  g_assert_cmpuint (fixture_entry (report, "AAA")->added, ==, 4);
  g_assert_cmpuint (fixture_entry (report, "AAA")->rejected, ==, 0);
}

static void
test_rows_that_stay_unreadable_become_dead_letters (void)
{
  g_autoptr (Fixture) fixture
    = fixture_new ("AAA", "ohlcv-1d", "2024-01-01", "2024-01-05",
                   answer_with_garbage);
  g_autoptr (RunReport) report = NULL;

  fixture->data = GINT_TO_POINTER (9);
  report = fixture_run (fixture);
  g_assert_cmpint (report->outcome, ==, RUN_DONE);
  g_assert_cmpint (fixture->fetches, ==, 2);
  g_assert_cmpuint (fixture_entry (report, "AAA")->added, ==, 3);
  g_assert_cmpuint (fixture_entry (report, "AAA")->rejected, ==, 1);
}

static void
test_paid_answers_are_not_bought_twice_on_a_suspicion (void)
{
  g_autoptr (Fixture) fixture
    = fixture_new ("AAA", "ohlcv-1d", "2024-01-01", "2024-01-05",
                   answer_with_garbage);
  g_autoptr (RunReport) report = NULL;

  fixture->data = GINT_TO_POINTER (9);
  fixture->offers[0].flags = MD_OFFER_PAID;
  report = fixture_run (fixture);
  g_assert_cmpint (fixture->fetches, ==, 1);
  g_assert_cmpuint (fixture_entry (report, "AAA")->rejected, ==, 1);
}

/* ---- restatement ----------------------------------------------------- */

static int
answer_restated (Fixture *fixture, struct md_call *call,
                 const struct md_request *request, struct md_error *err)
{
  md_price price = GPOINTER_TO_INT (fixture->data) * MD_PRICE_ONE;
  int klass = emit_bars (call, request, 0, request->from, request->to, price,
                         err);

  if (klass != MD_OK)
    return klass;
  return fixture_host ()->covered (call, 0, request->from, request->to, err);
}

static void
test_refetch_supersedes_and_as_of_gives_both_states (void)
{
  g_autoptr (Fixture) fixture
    = fixture_new ("AAA", "ohlcv-1d", "2024-01-01", "2024-01-03",
                   answer_restated);
  g_autoptr (RunReport) first = NULL, second = NULL;
  g_autofree char *before = NULL, *now = NULL;
  md_time between;

  fixture->data = GINT_TO_POINTER (50);
  first = fixture_run (fixture);
  between = clock_now ();
  g_usleep (2000);
  fixture->data = GINT_TO_POINTER (60);
  fixture->refetch_from = DAY (1);
  fixture->refetch_to = DAY (2);
  second = fixture_run (fixture);
  before = fixture_rows (fixture, "AAA", between);
  now = fixture_rows (fixture, "AAA", MD_ABSENT);
  g_assert_cmpuint (fixture_entry (second, "AAA")->changed, ==, 1);
  g_assert_cmpstr (before, ==,
                   "2024-01-01 50.000000001\n2024-01-02 50.000000001\n");
  g_assert_cmpstr (now, ==,
                   "2024-01-01 50.000000001\n2024-01-02 60.000000001\n");
}

/* ---- bars that are not final ------------------------------------------ */

static int
answer_unfinished (Fixture *fixture, struct md_call *call,
                   const struct md_request *request, struct md_error *err)
{
  if (request->flags & MD_REQUEST_PROVISIONAL)
    return answer_restated (fixture, call, request, err);
  return answer_all (fixture, call, request, err);
}

static void
test_provisional_bar_is_kept_flagged_and_never_covered (void)
{
  g_autoptr (Fixture) fixture
    = fixture_new ("AAA", "ohlcv-1d", "2024-01-01", "2024-02-01",
                   answer_unfinished);
  g_autoptr (RunReport) first = NULL, second = NULL;
  g_autofree char *ledger = NULL, *during = NULL, *after = NULL;

  fixture->job.provisional = TRUE;
  fixture->now = DAY (2) + 5 * MD_HOUR;
  fixture->data = GINT_TO_POINTER (77);
  first = fixture_run (fixture);
  during = fixture_rows (fixture, "AAA", MD_ABSENT);
  ledger = fixture_ledger (fixture, "AAA");
  g_assert_cmpint (first->outcome, ==, RUN_DONE);
  g_assert_cmpstr (during, ==,
                   "2024-01-01 100.000000001\n2024-01-02 100.000000001\n"
                   "2024-01-03 77.000000001 provisional\n");
  g_assert_cmpstr (ledger, ==, "complete 2024-01-01/2024-01-03");
  fixture->now = DAY (3);
  second = fixture_run (fixture);
  after = fixture_rows (fixture, "AAA", MD_ABSENT);
  g_assert_true (g_str_has_prefix (after,
                                   "2024-01-01 100.000000001\n"
                                   "2024-01-02 100.000000001\n"
                                   "2024-01-03 100.000000001\n"));
}

/* ---- stopping -------------------------------------------------------- */

static int
cancel_after_first (Fixture *fixture, struct md_call *call,
                    const struct md_request *request, struct md_error *err)
{
  int klass = answer_all (fixture, call, request, err);

  cancel_request (&fixture->cancel, 2);
  return klass;
}

static void
test_interrupted_run_keeps_what_was_covered (void)
{
  g_autoptr (Fixture) fixture = fixture_new (
    "A1,A2,A3", "ohlcv-1d", "2024-01-01", "2024-01-03", cancel_after_first);
  g_autoptr (RunReport) report = NULL;
  g_autofree char *rows = NULL;

  fixture->offers[0].max_symbols = 1;
  report = fixture_run (fixture);
  rows = fixture_rows (fixture, "A1", MD_ABSENT);
  g_assert_cmpint (report->outcome, ==, RUN_INTERRUPTED);
  g_assert_cmpstr (rows, !=, "");
  g_assert_cmpstr (fixture_entry (report, "A1")->status, ==, "complete");
  g_assert_cmpstr (fixture_entry (report, "A3")->status, ==, "unfinished");
  g_assert_cmpuint (fixture_plan_length (fixture), <, 3);
  g_assert_cmpuint (fixture_plan_length (fixture), >, 0);
}

/* ---- memory ---------------------------------------------------------- */

static int
answer_day_by_day (Fixture *fixture, struct md_call *call,
                   const struct md_request *request, struct md_error *err)
{
  int klass = MD_OK;

  for (md_time t = request->from; t < request->to && klass == MD_OK;
       t += MD_DAY) {
    klass = emit_bars (call, request, 0, t, t + MD_DAY, 100 * MD_PRICE_ONE,
                       err);
    if (klass == MD_OK)
      klass = fixture_host ()->covered (call, 0, t, t + MD_DAY, err);
  }
  return klass;
}

/* A long stream in small intervals holds little at any time.               */
static void
test_covered_rows_no_longer_count (void)
{
  g_autoptr (Fixture) fixture
    = fixture_new ("AAA", "ohlcv-1d", "2024-01-01", "2024-03-01",
                   answer_day_by_day);
  g_autoptr (RunReport) report = NULL;

  fixture->job.memory_limit = 64 * 1024 * 1024;
  report = fixture_run (fixture);
  g_assert_cmpint (report->outcome, ==, RUN_DONE);
  g_assert_cmpint (fixture->fetches, ==, 1);
}

static void
test_range_is_halved_until_rows_fit_the_budget (void)
{
  g_autoptr (Fixture) fixture
    = fixture_new ("AAA", "ohlcv-1m", "2024-01-01", "2024-01-11", answer_all);
  g_autoptr (RunReport) report = NULL;

  fixture->offers[1].page_rows = 1000000;
  fixture->job.memory_limit = 1024 * 1024;
  report = fixture_run (fixture);
  g_assert_cmpint (report->outcome, ==, RUN_DONE);
  g_assert_cmpuint (fixture->asked->len, >, 1);
  g_assert_cmpuint (fixture_entry (report, "AAA")->added, ==, 10 * 1440);
}

#define ADD(name) add (#name, test_##name)

/* "a_sentence" -> "/run/a-sentence".                                       */
static void
add (const char *name, void (*function) (void))
{
  g_autofree char *path = g_strdelimit (g_strconcat ("/run/", name, NULL),
                                        "_", '-');

  g_test_add_func (path, function);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD (complete_answer_is_held_and_not_asked_again);
  ADD (earlier_start_asks_for_the_earlier_part_only);
  ADD (refused_key_ends_the_run_after_one_fetch);
  ADD (retry_asks_only_for_what_was_not_covered);
  ADD (a_failed_fetch_stores_no_row);
  ADD (bad_symbol_is_found_and_the_others_are_stored);
  ADD (what_was_covered_before_a_refusal_is_not_asked_again);
  ADD (row_outside_the_range_fails_the_fetch);
  ADD (row_of_another_symbol_fails_the_fetch);
  ADD (success_that_covers_nothing_is_a_failure);
  ADD (unreadable_rows_are_asked_for_once_more);
  ADD (rows_that_stay_unreadable_become_dead_letters);
  ADD (paid_answers_are_not_bought_twice_on_a_suspicion);
  ADD (refetch_supersedes_and_as_of_gives_both_states);
  ADD (provisional_bar_is_kept_flagged_and_never_covered);
  ADD (interrupted_run_keeps_what_was_covered);
  ADD (covered_rows_no_longer_count);
  ADD (range_is_halved_until_rows_fit_the_budget);
  return g_test_run ();
}
