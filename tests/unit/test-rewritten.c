/* SPDX-License-Identifier: Apache-2.0
 *
 * Splits and dividends that arrive make adjusted coverage stale.
 */
#include "run-fixture.h"

#include <math.h>
#include <string.h>

#define DAY(n) (INT64_C (1704067200) * MD_SECOND + (n) * MD_DAY) /* 2024-01 */

/* What the vendor tells of actions now.                                    */
typedef struct {
  const char *name;
  md_time ts;
  double ratio;
  md_price cash;
} Told;
static Told told[4];
static guint n_told;

static void
tell (const char *name, md_time ts, double ratio, md_price cash)
{
  told[n_told++] = (Told) { name, ts, ratio, cash };
}

static int
emit_actions (struct md_call *call, const struct md_request *request,
              struct md_error *err)
{
  const struct md_host *host = fixture_host ();

  for (guint i = 0; i < n_told; i++) {
    struct md_action row = {
      .ts = told[i].ts, .symbol = 0, .venue = MD_ABSENT_NAME,
      .contract = MD_ABSENT_NAME, .currency = MD_ABSENT_NAME,
      .ratio_from = told[i].ratio > 0 ? 1 : NAN,
      .ratio_to = told[i].ratio > 0 ? told[i].ratio : NAN,
      .cash = told[i].cash, .declared = MD_ABSENT, .record = MD_ABSENT,
      .payable = MD_ABSENT
    };
    int klass = host->intern (call, told[i].name, strlen (told[i].name),
                              &row.action, err);

    if (klass == MD_OK && row.ts >= request->from && row.ts < request->to)
      klass = host->emit (call, MD_ACTION, &row, 1, sizeof row, err);
    if (klass != MD_OK)
      return klass;
  }
  return host->covered (call, MD_ALL_SYMBOLS, request->from, request->to,
                        err);
}

static int
answer (Fixture *fixture, struct md_call *call,
        const struct md_request *request, struct md_error *err)
{
  return request->offer->record == MD_ACTION
           ? emit_actions (call, request, err)
           : answer_all (fixture, call, request, err);
}

static Fixture *
start (const char *rewritten_by)
{
  Fixture *fixture = fixture_new ("AAA", "ohlcv-1d", "2024-01-01",
                                  "2024-03-01", answer);

  n_told = 0;
  fixture->job.quality.max_shrink = -1;
  fixture->offers[0].rewritten_by = rewritten_by;
  fixture->offers[1] = (struct md_offer) {
    .dataset = "test", .schema = "actions", .record = MD_ACTION,
    .flags = MD_OFFER_SPARSE, .index_time = "ex-date",
    .interval = { .count = 1, .unit = MD_UNIT_DAY }, .max_symbols = 1,
    .doc = "Actions."
  };
  return fixture;
}

static void
choose (Fixture *fixture, const char *symbols, const char *schema)
{
  g_strfreev (fixture->job.schemas);
  fixture->job.schemas = g_strsplit (schema, ",", -1);
  g_strfreev (fixture->job.symbols);
  fixture->job.symbols = g_strsplit (symbols, ",", -1);
}

static void
run (Fixture *fixture, const char *symbols, const char *schema)
{
  g_autoptr (RunReport) report = NULL;

  choose (fixture, symbols, schema);
  report = fixture_run (fixture);
  g_assert_cmpint (report->outcome, ==, RUN_DONE);
}

static void
assert_bars (Fixture *fixture, const char *symbol, const char *ledger)
{
  g_autofree char *held = NULL;

  choose (fixture, symbol, "ohlcv-1d");
  held = fixture_ledger (fixture, symbol);
  g_assert_cmpstr (held, ==, ledger);
}

/* ---- what arrives ---------------------------------------------------- */

static void
test_a_split_makes_all_before_it_stale (void)
{
  g_autoptr (Fixture) fixture = start ("split");

  run (fixture, "AAA", "ohlcv-1d");
  tell ("split", DAY (20), 4, MD_ABSENT);
  run (fixture, "AAA", "actions");
  assert_bars (fixture, "AAA",
               "stale 2024-01-01/2024-01-21; complete 2024-01-21/2024-03-01");
}

static void
test_what_is_stale_is_asked_once (void)
{
  g_autoptr (Fixture) fixture = start ("split");

  run (fixture, "AAA", "ohlcv-1d");
  tell ("split", DAY (20), 4, MD_ABSENT);
  run (fixture, "AAA", "actions");
  g_ptr_array_set_size (fixture->asked, 0);
  run (fixture, "AAA", "ohlcv-1d,actions");
  g_assert_cmpuint (fixture->asked->len, ==, 1);
  g_assert_cmpstr (fixture->asked->pdata[0], ==, "AAA 2024-01-01/2024-01-21");
  assert_bars (fixture, "AAA", "complete 2024-01-01/2024-03-01");
  run (fixture, "AAA", "ohlcv-1d,actions");
  g_assert_cmpuint (fixture->asked->len, ==, 1);
}

static void
test_actions_are_asked_before_what_they_rewrite (void)
{
  g_autoptr (Fixture) fixture = start ("split");

  tell ("split", DAY (20), 4, MD_ABSENT);
  run (fixture, "AAA", "ohlcv-1d,actions");
  assert_bars (fixture, "AAA", "complete 2024-01-01/2024-03-01");
  choose (fixture, "AAA", "ohlcv-1d,actions");
  g_assert_cmpuint (fixture_plan_length (fixture), ==, 0);
}

static void
test_the_same_actions_again_make_nothing_stale (void)
{
  g_autoptr (Fixture) fixture = start ("split,dividend");

  tell ("split", DAY (20), 4, MD_ABSENT);
  tell ("cash_dividend", DAY (30), 0, MD_PRICE_ONE);
  run (fixture, "AAA", "actions");
  run (fixture, "AAA", "ohlcv-1d");
  fixture->refetch_from = DAY (0);
  fixture->refetch_to = DAY (60);
  run (fixture, "AAA", "actions");
  assert_bars (fixture, "AAA", "complete 2024-01-01/2024-03-01");
}

static void
test_only_news_counts (void)
{
  g_autoptr (Fixture) fixture = start ("split,dividend");

  tell ("cash_dividend", DAY (10), 0, MD_PRICE_ONE);
  tell ("cash_dividend", DAY (40), 0, MD_PRICE_ONE);
  run (fixture, "AAA", "actions");
  run (fixture, "AAA", "ohlcv-1d");
  told[0].cash = 2 * MD_PRICE_ONE;
  fixture->refetch_from = DAY (0);
  fixture->refetch_to = DAY (60);
  run (fixture, "AAA", "actions");
  assert_bars (fixture, "AAA",
               "stale 2024-01-01/2024-01-11; complete 2024-01-11/2024-03-01");
}

static void
test_a_withdrawn_action_counts (void)
{
  g_autoptr (Fixture) fixture = start ("split");

  tell ("split", DAY (20), 4, MD_ABSENT);
  run (fixture, "AAA", "actions");
  run (fixture, "AAA", "ohlcv-1d");
  n_told = 0;
  fixture->refetch_from = DAY (0);
  fixture->refetch_to = DAY (60);
  run (fixture, "AAA", "actions");
  assert_bars (fixture, "AAA",
               "stale 2024-01-01/2024-01-21; complete 2024-01-21/2024-03-01");
}

/* ---- what is left alone ---------------------------------------------- */

static void
test_a_dividend_leaves_split_adjusted_prices_alone (void)
{
  g_autoptr (Fixture) fixture = start ("split");

  run (fixture, "AAA", "ohlcv-1d");
  tell ("cash_dividend", DAY (20), 0, MD_PRICE_ONE);
  run (fixture, "AAA", "actions");
  assert_bars (fixture, "AAA", "complete 2024-01-01/2024-03-01");
}

static void
test_raw_prices_are_left_alone (void)
{
  g_autoptr (Fixture) fixture = start (NULL);

  run (fixture, "AAA", "ohlcv-1d");
  tell ("split", DAY (20), 4, MD_ABSENT);
  run (fixture, "AAA", "actions");
  assert_bars (fixture, "AAA", "complete 2024-01-01/2024-03-01");
}

static void
test_other_symbols_are_left_alone (void)
{
  g_autoptr (Fixture) fixture = start ("split");

  run (fixture, "AAA,BBB", "ohlcv-1d");
  tell ("split", DAY (20), 4, MD_ABSENT);
  run (fixture, "BBB", "actions");
  assert_bars (fixture, "AAA", "complete 2024-01-01/2024-03-01");
  assert_bars (fixture, "BBB",
               "stale 2024-01-01/2024-01-21; complete 2024-01-21/2024-03-01");
}

static void
test_a_rename_leaves_prices_alone (void)
{
  g_autoptr (Fixture) fixture = start ("split,dividend");

  run (fixture, "AAA", "ohlcv-1d");
  tell ("name_change", DAY (20), 0, MD_ABSENT);
  run (fixture, "AAA", "actions");
  assert_bars (fixture, "AAA", "complete 2024-01-01/2024-03-01");
}

static void
test_rows_and_marks_are_one_commit (void)
{
  g_autoptr (Fixture) fixture = start ("split");
  g_autoptr (GError) error = NULL;
  g_autoptr (Store) store = NULL;
  StoreInfo info;

  run (fixture, "AAA", "ohlcv-1d");
  tell ("split", DAY (20), 4, MD_ABSENT);
  run (fixture, "AAA", "actions");
  store = store_open (fixture->store_path, STORE_READ, &error);
  g_assert_no_error (error);
  g_assert_true (store_info (store, &info, &error));
  g_assert_cmpuint (info.last_commit, ==, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rewritten/a-split-makes-all-before-it-stale",
                   test_a_split_makes_all_before_it_stale);
  g_test_add_func ("/rewritten/what-is-stale-is-asked-once",
                   test_what_is_stale_is_asked_once);
  g_test_add_func ("/rewritten/actions-are-asked-before-what-they-rewrite",
                   test_actions_are_asked_before_what_they_rewrite);
  g_test_add_func ("/rewritten/the-same-actions-again-make-nothing-stale",
                   test_the_same_actions_again_make_nothing_stale);
  g_test_add_func ("/rewritten/only-news-counts", test_only_news_counts);
  g_test_add_func ("/rewritten/a-withdrawn-action-counts",
                   test_a_withdrawn_action_counts);
  g_test_add_func ("/rewritten/a-dividend-leaves-split-adjusted-prices-alone",
                   test_a_dividend_leaves_split_adjusted_prices_alone);
  g_test_add_func ("/rewritten/raw-prices-are-left-alone",
                   test_raw_prices_are_left_alone);
  g_test_add_func ("/rewritten/other-symbols-are-left-alone",
                   test_other_symbols_are_left_alone);
  g_test_add_func ("/rewritten/a-rename-leaves-prices-alone",
                   test_a_rename_leaves_prices_alone);
  g_test_add_func ("/rewritten/rows-and-marks-are-one-commit",
                   test_rows_and_marks_are_one_commit);
  return g_test_run ();
}
