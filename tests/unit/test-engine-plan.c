/* SPDX-License-Identifier: Apache-2.0
 *
 * The whole of engine_plan, against a real store.
 */
#include "data/table.h"
#include "engine/limiter.h"
#include "engine/limits.h"
#include "engine/plan.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#define DAY0   (G_GINT64_CONSTANT (19723) * MD_DAY) /* 2024-01-01            */
#define DAY(n) (DAY0 + (n) * MD_DAY)

static const struct md_offer offers[] = {
  { .dataset = "sip/raw", .schema = "ohlcv-1d", .record = MD_BAR,
    .interval = { 1, MD_UNIT_DAY }, .max_symbols = 2, .page_rows = 10000 },
  { .dataset = "sip/raw", .schema = "trades", .record = MD_TRADE,
    .flags = MD_OFFER_PAID },
  { .dataset = "sip/raw", .schema = "everything", .record = MD_BAR,
    .flags = MD_OFFER_ALL_SYMBOLS, .interval = { 1, MD_UNIT_DAY } },
};

static const struct md_limit limits[] = {
  { .bucket = "orders", .per_second = 1, .burst = 1 },
  { .plan = "free", .per_second = 2, .burst = 4 },
  { .plan = "paid", .per_second = 100, .burst = 100 },
};

static const Plugin plugin = {
  .desc = { .name = "vendor" },
  .has_provider = TRUE,
  .provider = { .offers = offers, .n_offers = G_N_ELEMENTS (offers),
                .offer_size = sizeof offers[0], .limits = limits,
                .n_limits = G_N_ELEMENTS (limits),
                .limit_size = sizeof limits[0] },
};

typedef struct {
  char *dir;
  Store *store;
  Job job;
  EngineInput input;
} Fixture;

static char *datasets[] = { (char *) "sip/raw", NULL };
static char *daily[] = { (char *) "ohlcv-1d", NULL };
static char *symbols[] = { (char *) "A", (char *) "B", (char *) "C",
                           (char *) "D", (char *) "E", NULL };

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autofree char *path = NULL;
  GError *error = NULL;

  f->dir = g_dir_make_tmp ("mdcore-plan-XXXXXX", NULL);
  path = g_build_filename (f->dir, "store", NULL);
  f->store = store_open (path, STORE_WRITE, &error);
  g_assert_no_error (error);
  f->job = (Job) { .name = (char *) "job", .provider = (char *) "vendor",
                   .datasets = datasets, .schemas = daily,
                   .symbols = symbols, .selector = MD_SELECT_SYMBOL,
                   .start = DAY (0), .end = DAY (30) };
  f->input = (EngineInput) { .job = &f->job, .plugin = &plugin,
                             .store = f->store, .refetch_from = MD_ABSENT,
                             .refetch_to = MD_ABSENT, .now = DAY (100) };
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_autofree char *command = g_strdup_printf ("rm -rf '%s'", f->dir);

  store_close (f->store);
  g_assert_true (g_spawn_command_line_sync (command, NULL, NULL, NULL, NULL));
  g_free (f->dir);
}

/* Puts a state without rows into the ledger.                               */
static void
mark (Fixture *f, const char *symbol, const char *schema, md_time from,
      md_time to, LedgerState state, md_time next_ask)
{
  g_autoptr (Segment) segment = segment_new ();
  CommitResult result = { 0 };
  GError *error = NULL;

  segment->ask = (AskKey) { g_strdup ("vendor"), g_strdup ("sip/raw"),
                            g_strdup (schema), g_strdup (symbol),
                            MD_SELECT_SYMBOL };
  segment->table = table_builtin (MD_BAR);
  segment->interval = offers[0].interval;
  segment->from = from;
  segment->to = to;
  segment->state = state;
  segment->next_ask = next_ask;
  segment->reason = state == LEDGER_EMPTY ? NULL : g_strdup ("said no");
  segment->lineage.ingestion_id = g_strdup ("i");
  segment->lineage.run_id = g_strdup ("r");
  segment->lineage.score = 1;
  segment_seal (segment);
  store_commit (f->store, &segment, 1, &result, &error);
  g_assert_no_error (error);
  commit_result_clear (&result);
}

static Plan *
plan_of (Fixture *f)
{
  GError *error = NULL;
  Plan *plan = engine_plan (&f->input, &error);

  g_assert_no_error (error);
  return plan;
}

/* "A,B 0-30;C 5-30", in days.                                              */
static void
expect_chunks (const Plan *plan, const char *expected)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < plan->chunks->len; i++) {
    const Chunk *chunk = plan->chunks->pdata[i];

    g_string_append (text, i > 0 ? ";" : "");
    for (guint k = 0; k < chunk->symbols->len; k++)
      g_string_append_printf (text, "%s%s", k > 0 ? "," : "",
                              (char *) chunk->symbols->pdata[k]);
    g_string_append_printf (text, " %d-%d%s",
                            (int) ((chunk->from - DAY0) / MD_DAY),
                            (int) ((chunk->to - DAY0) / MD_DAY),
                            chunk->refetch ? "!" : "");
  }
  g_assert_cmpstr (text->str, ==, expected);
}

static void
test_nothing_held_asks_for_everything (Fixture *f, gconstpointer data)
{
  g_autoptr (Plan) plan = plan_of (f);

  expect_chunks (plan, "A,B 0-30;C,D 0-30;E 0-30");
  g_assert_cmpuint (plan->calls_min, ==, 3);
  g_assert_cmpuint (plan->calls_max, ==, 3);
  g_assert_true (isnan (plan->money));
  g_assert_cmpint (plan->held_until, ==, MD_ABSENT);
}

static void
test_no_store_is_nothing_held (Fixture *f, gconstpointer data)
{
  g_autoptr (Plan) plan = NULL;

  f->input.store = NULL;
  plan = plan_of (f);
  expect_chunks (plan, "A,B 0-30;C,D 0-30;E 0-30");
}

static void
test_symbols_that_want_the_same_go_together (Fixture *f, gconstpointer data)
{
  g_autoptr (Plan) plan = NULL;

  mark (f, "B", "ohlcv-1d", DAY (0), DAY (10), LEDGER_EMPTY, 0);
  mark (f, "D", "ohlcv-1d", DAY (0), DAY (10), LEDGER_EMPTY, 0);
  mark (f, "E", "ohlcv-1d", DAY (-5), DAY (40), LEDGER_EMPTY, 0);
  plan = plan_of (f);
  expect_chunks (plan, "A,C 0-30;B,D 10-30");
}

static void
test_another_schema_or_kind_is_not_held (Fixture *f, gconstpointer data)
{
  g_autoptr (Plan) plan = NULL;

  mark (f, "A", "trades", DAY (0), DAY (30), LEDGER_EMPTY, 0);
  plan = plan_of (f);
  expect_chunks (plan, "A,B 0-30;C,D 0-30;E 0-30");
}

static void
test_a_finished_job_asks_nothing (Fixture *f, gconstpointer data)
{
  g_autoptr (Plan) plan = NULL;

  for (char **symbol = symbols; *symbol != NULL; symbol++)
    mark (f, *symbol, "ohlcv-1d", DAY (0), DAY (30), LEDGER_EMPTY, 0);
  plan = plan_of (f);
  expect_chunks (plan, "");
  g_assert_cmpuint (plan->calls_min, ==, 0);
  g_assert_cmpuint (plan->notes->len, ==, 0);
}

static void
test_what_must_wait_is_said (Fixture *f, gconstpointer data)
{
  g_autoptr (Plan) plan = NULL;

  for (char **symbol = symbols; *symbol != NULL; symbol++)
    mark (f, *symbol, "ohlcv-1d", DAY (0), DAY (30), LEDGER_UNAVAILABLE,
          DAY (101));
  plan = plan_of (f);
  expect_chunks (plan, "");
  g_assert_cmpuint (plan->notes->len, ==, 1);
  g_assert_nonnull (strstr (plan->notes->pdata[0], "A and 4 more"));
  g_assert_nonnull (strstr (plan->notes->pdata[0], "said no"));
}

static void
test_refetch_is_marked (Fixture *f, gconstpointer data)
{
  g_autoptr (Plan) plan = NULL;

  for (char **symbol = symbols; *symbol != NULL; symbol++)
    mark (f, *symbol, "ohlcv-1d", DAY (0), DAY (30), LEDGER_EMPTY, 0);
  f->input.refetch_from = DAY (3);
  f->input.refetch_to = DAY (5);
  plan = plan_of (f);
  expect_chunks (plan, "A,B 3-5!;C,D 3-5!;E 3-5!");
}

static void
test_paid_data_is_not_revised (Fixture *f, gconstpointer data)
{
  static char *both[] = { (char *) "ohlcv-1d", (char *) "trades", NULL };
  static char *one[] = { (char *) "A", NULL };
  g_autoptr (Plan) plan = NULL;

  f->job.schemas = both;
  f->job.symbols = one;
  f->job.revise = 90 * MD_DAY;
  mark (f, "A", "ohlcv-1d", DAY (0), DAY (30), LEDGER_EMPTY, 0);
  mark (f, "A", "trades", DAY (0), DAY (30), LEDGER_EMPTY, 0);
  plan = plan_of (f);
  expect_chunks (plan, "A 10-30!");
  g_assert_cmpstr (((Chunk *) plan->chunks->pdata[0])->schema, ==,
                   "ohlcv-1d");
}

static void
test_an_open_end_says_what_is_final (Fixture *f, gconstpointer data)
{
  g_autoptr (Plan) plan = NULL;

  f->job.end = MD_ABSENT;
  f->input.now = DAY (30) + MD_HOUR;
  plan = plan_of (f);
  expect_chunks (plan, "A,B 0-30;C,D 0-30;E 0-30");
  g_assert_cmpint (plan->held_until, ==, DAY (30));
  g_assert_cmpint (plan->next_final, ==, DAY (31));
}

static void
test_all_symbols_are_asked_without_a_name (Fixture *f, gconstpointer data)
{
  static char *star[] = { (char *) "*", NULL };
  static char *everything[] = { (char *) "everything", NULL };
  g_autoptr (Plan) plan = NULL;

  f->job.schemas = everything;
  f->job.symbols = star;
  f->job.selector = MD_SELECT_ALL;
  plan = plan_of (f);
  expect_chunks (plan, " 0-30");
}

static void
test_chunks_come_oldest_first (Fixture *f, gconstpointer data)
{
  static char *trades[] = { (char *) "trades", NULL };
  g_autoptr (Plan) plan = NULL;
  md_time last = G_MININT64;

  f->job.schemas = trades;
  plan = plan_of (f);
  g_assert_cmpuint (plan->chunks->len, >, 3);
  for (guint i = 0; i < plan->chunks->len; i++) {
    const Chunk *chunk = plan->chunks->pdata[i];

    g_assert_cmpint (chunk->from, >=, last);
    last = chunk->from;
  }
}

static void
test_an_unknown_schema_is_an_error (Fixture *f, gconstpointer data)
{
  static char *wrong[] = { (char *) "ohlcv-1x", NULL };
  g_autoptr (GError) error = NULL;

  f->job.schemas = wrong;
  g_assert_null (engine_plan (&f->input, &error));
  g_assert_error (error, CORE_ERROR, CORE_ERROR_USAGE);
}

/* The ledger of a year of daily runs for ten thousand symbols; the time of
 * it is measured by tests/bench.                                           */
static void
test_many_symbols_are_looked_up_at_once (Fixture *f, gconstpointer data)
{
  g_autoptr (GPtrArray) many = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (Plan) plan = NULL;

  for (int i = 0; i < 100; i++)
    g_ptr_array_add (many, g_strdup_printf ("S%03d", i));
  for (int i = 0; i < 100; i++) {
    if (i != 42 && i != 77)
      mark (f, many->pdata[i], "ohlcv-1d", DAY (0), DAY (30), LEDGER_EMPTY,
            0);
  }
  mark (f, "not-in-the-job", "ohlcv-1d", DAY (0), DAY (1), LEDGER_EMPTY, 0);
  g_ptr_array_add (many, NULL);
  f->job.symbols = (char **) many->pdata;
  plan = plan_of (f);
  expect_chunks (plan, "S042,S077 0-30");
}

/* ---- limits ---------------------------------------------------------- */

static void
test_the_rate_limit_bounds_the_time (Fixture *f, gconstpointer data)
{
  static char *trades[] = { (char *) "trades", NULL };
  g_autoptr (Plan) plan = NULL;

  f->job.schemas = trades;
  plan = plan_of (f);
  /* The default bucket's first declaration: four at once, then two a
   * second.                                                                */
  g_assert_cmpint (plan->limit_ns, ==,
                   ((gint64) plan->calls_min - 4) * MD_SECOND / 2);
}

static void
test_the_jobs_rate_overrides_the_providers (Fixture *f, gconstpointer data)
{
  RateLimit limit = limits_of (&f->input, NULL);

  g_assert_cmpfloat (limit.per_second, ==, 2);
  g_assert_cmpfloat (limits_of (&f->input, "orders").per_second, ==, 1);
  g_assert_cmpfloat (limits_of (&f->input, "unheard-of").per_second, ==, 0);
  f->job.rate = (RateLimit) { .per_second = 7, .burst = 0 };
  limit = limits_of (&f->input, NULL);
  g_assert_cmpfloat (limit.per_second, ==, 7);
  g_assert_cmpfloat (limit.burst, ==, 1);
}

static void
test_money_shows_cents_and_no_less_than_it_is (Fixture *f, gconstpointer data)
{
  static const struct {
    double money;
    const char *text;
  } cases[] = { { 0, "0.00" }, { 5, "5.00" }, { 12.5, "12.50" },
                { 0.119089, "0.119089" }, { 1234567.1, "1234567.10" },
                { 0.0000001, "0.00" }, { 10.001, "10.001" } };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *text = money_format (cases[i].money);

    g_assert_cmpstr (text, ==, cases[i].text);
  }
}

#define ADD(name, function)                                               \
  g_test_add ("/engine-plan/" name, Fixture, NULL, set_up, function,      \
              tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("nothing-held-asks-for-everything",
       test_nothing_held_asks_for_everything);
  ADD ("no-store-is-nothing-held", test_no_store_is_nothing_held);
  ADD ("symbols-that-want-the-same-go-together",
       test_symbols_that_want_the_same_go_together);
  ADD ("another-schema-or-kind-is-not-held",
       test_another_schema_or_kind_is_not_held);
  ADD ("a-finished-job-asks-nothing", test_a_finished_job_asks_nothing);
  ADD ("what-must-wait-is-said", test_what_must_wait_is_said);
  ADD ("refetch-is-marked", test_refetch_is_marked);
  ADD ("paid-data-is-not-revised", test_paid_data_is_not_revised);
  ADD ("an-open-end-says-what-is-final", test_an_open_end_says_what_is_final);
  ADD ("all-symbols-are-asked-without-a-name",
       test_all_symbols_are_asked_without_a_name);
  ADD ("chunks-come-oldest-first", test_chunks_come_oldest_first);
  ADD ("an-unknown-schema-is-an-error", test_an_unknown_schema_is_an_error);
  ADD ("many-symbols-are-looked-up-at-once",
       test_many_symbols_are_looked_up_at_once);
  ADD ("the-rate-limit-bounds-the-time", test_the_rate_limit_bounds_the_time);
  ADD ("the-jobs-rate-overrides-the-providers",
       test_the_jobs_rate_overrides_the_providers);
  ADD ("money-shows-cents-and-no-less-than-it-is",
       test_money_shows_cents_and_no_less_than_it_is);
  return g_test_run ();
}
