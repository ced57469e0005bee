/* SPDX-License-Identifier: Apache-2.0
 *
 * Renames and delistings that are held: what is known of a symbol, and that a
 * plan does not ask for what has ended.
 */
#include "run-fixture.h"

#include "engine/listing.h"

#include <math.h>
#include <string.h>

#define DAY(n) (INT64_C (1704067200) * MD_SECOND + (n) * MD_DAY) /* 2024-01 */

typedef struct {
  const char *action, *before, *after;
  md_time ts;
} Told;
static Told told[4];
static guint n_told;

static void
tell (const char *action, const char *before, const char *after, md_time ts)
{
  told[n_told++] = (Told) { action, before, after, ts };
}

static struct md_text
text (const char *value)
{
  return (struct md_text) { value, value != NULL ? strlen (value) : 0 };
}

/* Every action under the first symbol of the request.                      */
static int
emit_actions (struct md_call *call, const struct md_request *request,
              struct md_error *err)
{
  const struct md_host *host = fixture_host ();

  for (guint i = 0; i < n_told; i++) {
    struct md_action row = {
      .ts = told[i].ts, .symbol = 0, .venue = MD_ABSENT_NAME,
      .contract = MD_ABSENT_NAME, .currency = MD_ABSENT_NAME,
      .ratio_from = NAN, .ratio_to = NAN, .cash = MD_ABSENT,
      .declared = MD_ABSENT, .record = MD_ABSENT, .payable = MD_ABSENT,
      .old_symbol = text (told[i].before), .new_symbol = text (told[i].after)
    };
    int klass = host->intern (call, told[i].action, strlen (told[i].action),
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

static void
run (Fixture *fixture, const char *symbols, const char *schema)
{
  g_autoptr (RunReport) report = NULL;

  g_strfreev (fixture->job.schemas);
  fixture->job.schemas = g_strsplit (schema, ",", -1);
  g_strfreev (fixture->job.symbols);
  fixture->job.symbols = g_strsplit (symbols, ",", -1);
  report = fixture_run (fixture);
  g_assert_cmpint (report->outcome, ==, RUN_DONE);
}

/* A store that knows what was told of `symbol`.                            */
static Fixture *
start (const char *symbol)
{
  Fixture *fixture = fixture_new (symbol, "actions", "2024-01-01",
                                  "2024-03-01", answer);

  fixture->offers[1] = (struct md_offer) {
    .dataset = "test", .schema = "actions", .record = MD_ACTION,
    .flags = MD_OFFER_SPARSE, .index_time = "ex-date",
    .interval = { .count = 1, .unit = MD_UNIT_DAY }, .max_symbols = 1,
    .doc = "Actions."
  };
  run (fixture, symbol, "actions");
  n_told = 0;
  g_ptr_array_set_size (fixture->asked, 0);
  return fixture;
}

static char *
end_of (Fixture *fixture, const char *symbol)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Store) store = store_open (fixture->store_path, STORE_READ,
                                        &error);
  g_autoptr (GHashTable) listings = listings_read (store, "scripted", &error);
  const ListingEvent *event;

  g_assert_no_error (error);
  event = listing_end (listings, symbol);
  return event != NULL ? listing_text (event) : g_strdup ("");
}

static void
assert_end (Fixture *fixture, const char *symbol, const char *expected)
{
  g_autofree char *end = end_of (fixture, symbol);

  g_assert_cmpstr (end, ==, expected);
}

/* ---- what is known --------------------------------------------------- */

static void
test_a_rename_ends_one_symbol_and_begins_another (void)
{
  g_autoptr (Fixture) fixture = NULL;

  tell ("name_change", "FB", "META", DAY (9));
  fixture = start ("META");
  assert_end (fixture, "FB", "renamed to META on 2024-01-10");
  assert_end (fixture, "META", "");
  assert_end (fixture, "OTHER", "");
}

static void
test_a_symbol_may_be_used_again (void)
{
  g_autoptr (Fixture) fixture = NULL;

  tell ("name_change", "META", "METV", DAY (5));
  tell ("name_change", "FB", "META", DAY (9));
  fixture = start ("META");
  assert_end (fixture, "META", "");
  assert_end (fixture, "FB", "renamed to META on 2024-01-10");
}

static void
test_who_acquires_does_not_end (void)
{
  g_autoptr (Fixture) fixture = NULL;

  tell ("stock_merger", "SMALL", "BIG", DAY (9));
  fixture = start ("BIG");
  assert_end (fixture, "BIG", "");
}

static void
test_who_is_acquired_ends (void)
{
  g_autoptr (Fixture) fixture = NULL;

  tell ("stock_merger", "SMALL", "BIG", DAY (9));
  fixture = start ("SMALL");
  assert_end (fixture, "SMALL", "stock_merger on 2024-01-10");
}

static void
test_dividends_end_nothing (void)
{
  g_autoptr (Fixture) fixture = NULL;

  tell ("cash_dividend", NULL, NULL, DAY (9));
  fixture = start ("AAA");
  assert_end (fixture, "AAA", "");
}

/* ---- names ----------------------------------------------------------- */

/* "FB-2024-01-10 META-" of the chain of a symbol.                          */
static void
assert_chain (Fixture *fixture, const char *symbol, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Store) store = store_open (fixture->store_path, STORE_READ,
                                        &error);
  g_autoptr (GHashTable) listings = listings_read (store, "scripted", &error);
  g_autoptr (GArray) chain = NULL;
  g_autoptr (GString) text = g_string_new (NULL);

  g_assert_no_error (error);
  chain = listing_chain (listings, symbol);
  for (guint i = 0; i < chain->len; i++) {
    const ListingLink *link = &g_array_index (chain, ListingLink, i);

    g_string_append_printf (text, "%s%s", i > 0 ? " " : "", link->symbol);
    if (link->from != G_MININT64)
      g_string_append_printf (text, " from %d",
                              (int) ((link->from - DAY (0)) / MD_DAY));
    if (link->to != MD_ABSENT)
      g_string_append_printf (text, " to %d",
                              (int) ((link->to - DAY (0)) / MD_DAY));
  }
  g_assert_cmpstr (text->str, ==, expected);
}

static void
test_a_chain_has_all_names_whichever_is_asked (void)
{
  g_autoptr (Fixture) fixture = NULL;

  tell ("name_change", "A", "B", DAY (5));
  tell ("name_change", "B", "C", DAY (9));
  fixture = start ("B");
  for (guint i = 0; i < 3; i++) {
    const char symbol[] = { "ABC"[i], '\0' };

    assert_chain (fixture, symbol, "A to 5 B from 5 to 9 C from 9");
  }
  assert_chain (fixture, "D", "D");
}

static void
test_an_earlier_use_of_a_name_is_another_instrument (void)
{
  g_autoptr (Fixture) fixture = NULL;

  tell ("name_change", "META", "METV", DAY (5));
  tell ("name_change", "FB", "META", DAY (9));
  fixture = start ("META");
  assert_chain (fixture, "META", "FB to 9 META from 9");
  assert_chain (fixture, "METV", "META to 5 METV from 5");
}

static void
test_names_in_a_circle_end (void)
{
  g_autoptr (Fixture) fixture = NULL;

  tell ("name_change", "A", "B", DAY (5));
  tell ("name_change", "B", "A", DAY (9));
  fixture = start ("A");
  assert_chain (fixture, "A", "A to 5 B from 5 to 9 A from 9");
}

/* ---- plans ----------------------------------------------------------- */

static void
test_what_has_ended_is_asked_for_a_week_more (void)
{
  g_autoptr (Fixture) fixture = NULL;

  tell ("delisting", NULL, NULL, DAY (20));
  fixture = start ("AAA");
  run (fixture, "AAA,BBB", "ohlcv-1d");
  g_assert_cmpuint (fixture->asked->len, ==, 2);
  g_assert_cmpstr (fixture->asked->pdata[0], ==, "AAA 2024-01-01/2024-01-28");
  g_assert_cmpstr (fixture->asked->pdata[1], ==, "BBB 2024-01-01/2024-03-01");
  g_assert_cmpuint (fixture_plan_length (fixture), ==, 0);
}

static void
test_a_plan_says_why (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Fixture) fixture = NULL;
  g_autoptr (Store) store = NULL;
  g_autoptr (Plan) plan = NULL;
  EngineInput input;

  tell ("delisting", NULL, NULL, DAY (20));
  fixture = start ("AAA");
  g_strfreev (fixture->job.schemas);
  fixture->job.schemas = g_strsplit ("ohlcv-1d", ",", -1);
  store = store_open (fixture->store_path, STORE_READ, &error);
  input = (EngineInput) {
    .job = &fixture->job, .plugin = &fixture->plugin, .keys = &fixture->keys,
    .store = store, .refetch_from = MD_ABSENT, .refetch_to = MD_ABSENT,
    .now = fixture->now
  };
  plan = engine_plan (&input, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (plan->notes->len, ==, 1);
  g_assert_cmpstr (plan->notes->pdata[0], ==,
                   "AAA: not asked from 2024-01-28T00:00:00Z on: delisting on "
                   "2024-01-21");
}

static void
test_refetch_asks_all_the_same (void)
{
  g_autoptr (Fixture) fixture = NULL;

  tell ("delisting", NULL, NULL, DAY (20));
  fixture = start ("AAA");
  fixture->refetch_from = DAY (40);
  fixture->refetch_to = DAY (41);
  run (fixture, "AAA", "ohlcv-1d");
  g_assert_cmpstr (fixture->asked->pdata[0], ==, "AAA 2024-01-01/2024-03-01");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/listing/a-rename-ends-one-symbol-and-begins-another",
                   test_a_rename_ends_one_symbol_and_begins_another);
  g_test_add_func ("/listing/a-symbol-may-be-used-again",
                   test_a_symbol_may_be_used_again);
  g_test_add_func ("/listing/who-acquires-does-not-end",
                   test_who_acquires_does_not_end);
  g_test_add_func ("/listing/who-is-acquired-ends",
                   test_who_is_acquired_ends);
  g_test_add_func ("/listing/dividends-end-nothing",
                   test_dividends_end_nothing);
  g_test_add_func ("/listing/a-chain-has-all-names-whichever-is-asked",
                   test_a_chain_has_all_names_whichever_is_asked);
  g_test_add_func (
    "/listing/an-earlier-use-of-a-name-is-another-instrument",
    test_an_earlier_use_of_a_name_is_another_instrument);
  g_test_add_func ("/listing/names-in-a-circle-end",
                   test_names_in_a_circle_end);
  g_test_add_func ("/listing/what-has-ended-is-asked-for-a-week-more",
                   test_what_has_ended_is_asked_for_a_week_more);
  g_test_add_func ("/listing/a-plan-says-why", test_a_plan_says_why);
  g_test_add_func ("/listing/refetch-asks-all-the-same",
                   test_refetch_asks_all_the_same);
  return g_test_run ();
}
