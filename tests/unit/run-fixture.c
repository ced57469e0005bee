/* SPDX-License-Identifier: Apache-2.0
 *
 * run-fixture.c - an engine run against a provider that the test scripts.
 */
#include "run-fixture.h"

#include "data/interval.h"
#include "data/table.h"
#include "data/value.h"

#include <glib/gstdio.h>
#include <string.h>

/* ---- the provider ---------------------------------------------------- */

/* ABI callbacks get no closure but the session; one fixture at a time.     */
static Fixture *current;
static const struct md_host *host;

const struct md_host *
fixture_host (void)
{
  return host;
}

static void *
scripted_open (struct md_call *call, const struct md_host *services,
               const union md_value *config, struct md_error *err)
{
  host = services;
  return current;
}

static void
scripted_close (void *session)
{
}

static int
scripted_check (void *session, struct md_call *call,
                const struct md_request *request, struct md_error *err)
{
  return MD_OK;
}

static void
note_request (Fixture *fixture, const struct md_request *request)
{
  char from[TIME_TEXT_SIZE], to[TIME_TEXT_SIZE];
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < request->n_symbols; i++)
    g_string_append_printf (text, "%s%s", i ? "+" : "", request->symbols[i]);
  time_format (request->from, from);
  time_format (request->to, to);
  g_string_append_printf (text, " %.10s/%.10s", from, to);
  g_mutex_lock (&fixture->mutex);
  g_ptr_array_add (fixture->asked, g_strdup (text->str));
  g_mutex_unlock (&fixture->mutex);
}

static int
scripted_fetch (void *session, struct md_call *call,
                const struct md_request *request, struct md_error *err)
{
  Fixture *fixture = session;

  g_atomic_int_inc (&fixture->fetches);
  note_request (fixture, request);
  return fixture->fetch (fixture, call, request, err);
}

int
emit_bars (struct md_call *call, const struct md_request *request,
           guint symbol, md_time from, md_time to, md_price price,
           struct md_error *err)
{
  for (md_time t = from; t < to;
       t = interval_next (&request->offer->interval, t)) {
    const struct md_bar bar = {
      .ts = t, .symbol = symbol, .venue = MD_ABSENT_NAME,
      .contract = MD_ABSENT_NAME, .open = price, .high = price + 2,
      .low = price - 2, .close = price + 1, .volume = 10,
      .vwap = md_absent_f64 (), .trades = MD_ABSENT,
    };
    int klass = host->emit (call, MD_BAR, &bar, 1, sizeof bar, err);

    if (klass != MD_OK)
      return klass;
  }
  return MD_OK;
}

int
answer_all (Fixture *fixture, struct md_call *call,
            const struct md_request *request, struct md_error *err)
{
  for (guint i = 0; i < request->n_symbols; i++) {
    int klass = emit_bars (call, request, i, request->from, request->to,
                           100 * MD_PRICE_ONE, err);

    if (klass != MD_OK)
      return klass;
  }
  return host->covered (call, MD_ALL_SYMBOLS, request->from, request->to, err);
}

/* ---- life ------------------------------------------------------------ */

static void
init_offers (Fixture *fixture)
{
  const struct md_offer day = {
    .dataset = "test", .schema = "ohlcv-1d", .record = MD_BAR,
    .interval = { .count = 1, .unit = MD_UNIT_DAY }, .index_time = "bar start",
    .max_symbols = 8, .doc = "Daily bars.",
  };
  struct md_offer minute = day;

  minute.schema = "ohlcv-1m";
  minute.interval.unit = MD_UNIT_MINUTE;
  fixture->offers[0] = day;
  fixture->offers[1] = minute;
  fixture->plugin = (Plugin) {
    .path = fixture->dir,
    .desc = { .struct_size = sizeof (struct md_plugin), .name = "scripted",
              .version = "1", .description = "test", .license = "none" },
    .has_provider = TRUE,
    .provider = { .struct_size = sizeof (struct md_provider),
                  .offers = fixture->offers, .n_offers = 2,
                  .offer_size = sizeof (struct md_offer),
                  .open = scripted_open, .close = scripted_close,
                  .fetch = scripted_fetch, .check = scripted_check },
  };
}

static void
init_job (Fixture *fixture, const char *symbols, const char *schema,
          const char *start, const char *end)
{
  Job *job = &fixture->job;

  job->name = g_strdup ("test");
  job->provider = g_strdup ("scripted");
  job->datasets = g_strsplit ("test", ",", -1);
  job->schemas = g_strsplit (schema, ",", -1);
  job->symbols = g_strsplit (symbols, ",", -1);
  job->selector = MD_SELECT_SYMBOL;
  g_assert_true (time_parse (start, &job->start, NULL));
  g_assert_true (time_parse (end, &job->end, NULL));
  job->workers = 1;
  job->suspect_for = 7 * MD_DAY;
  job->memory_limit = 64 * 1024 * 1024;
  job->retry = (RetryPolicy) { .max_retries = 3, .base = 1000, .cap = 1000 };
  job->breaker = (BreakerPolicy) { .threshold = 0 };
  job->quality = (QualityPolicy) { .max_shrink = 0.01,
                                   .min_volume = md_absent_f64 (),
                                   .max_volume = md_absent_f64 (),
                                   .max_move = md_absent_f64 () };
}

Fixture *
fixture_new (const char *symbols, const char *schema, const char *start,
             const char *end, ScriptedFetch fetch)
{
  Fixture *fixture = g_new0 (Fixture, 1);

  fixture->fetch = fetch;
  fixture->dir = g_dir_make_tmp ("mdcore-test-XXXXXX", NULL);
  g_assert_nonnull (fixture->dir);
  fixture->store_path = g_build_filename (fixture->dir, "store", NULL);
  fixture->asked = g_ptr_array_new_with_free_func (g_free);
  g_mutex_init (&fixture->mutex);
  fixture->keys.secrets = g_new0 (char *, 2);
  fixture->keys.secrets[0] = g_strdup (fixture->dir); /* a limiter of its own */
  fixture->keys.origins = g_new0 (char *, 1);
  fixture->keys.paths = g_new0 (char *, 1);
  fixture->refetch_from = fixture->refetch_to = MD_ABSENT;
  g_assert_true (time_parse ("2024-06-01", &fixture->now, NULL));
  init_offers (fixture);
  init_job (fixture, symbols, schema, start, end);
  current = fixture;
  return fixture;
}

static void
remove_tree (const char *path)
{
  GDir *dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *child = g_build_filename (path, name, NULL);

    remove_tree (child);
  }
  g_clear_pointer (&dir, g_dir_close);
  g_remove (path);
}

void
fixture_free (Fixture *fixture)
{
  net_free (fixture->net);
  remove_tree (fixture->dir);
  g_ptr_array_unref (fixture->asked);
  g_mutex_clear (&fixture->mutex);
  g_free (fixture->dir);
  g_free (fixture->store_path);
  g_strfreev (fixture->keys.secrets);
  g_free (fixture->keys.origins);
  g_free (fixture->keys.paths);
  g_free (fixture->job.name);
  g_free (fixture->job.provider);
  g_strfreev (fixture->job.datasets);
  g_strfreev (fixture->job.schemas);
  g_strfreev (fixture->job.symbols);
  g_free (fixture);
}

/* ---- running --------------------------------------------------------- */

static EngineInput
make_input (Fixture *fixture, Store *store)
{
  return (EngineInput) {
    .job = &fixture->job,
    .plugin = &fixture->plugin,
    .keys = &fixture->keys,
    .net = fixture->net,
    .store = store,
    .refetch_from = fixture->refetch_from,
    .refetch_to = fixture->refetch_to,
    .now = fixture->now,
    .cancel = &fixture->cancel,
  };
}

RunReport *
fixture_run (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Store) store = store_open (fixture->store_path, STORE_WRITE,
                                        &error);
  EngineInput input = make_input (fixture, store);
  g_autoptr (Plan) plan = NULL;
  RunReport *report;

  g_assert_no_error (error);
  plan = engine_plan (&input, &error);
  g_assert_no_error (error);
  report = engine_run (&input, plan, NULL, NULL, &error);
  g_assert_no_error (error);
  return report;
}

guint
fixture_plan_length (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Store) store = store_open (fixture->store_path, STORE_READ,
                                        &error);
  EngineInput input = make_input (fixture, store);
  g_autoptr (Plan) plan = engine_plan (&input, &error);

  g_assert_no_error (error);
  return plan->chunks->len;
}

static gboolean
append_rows (const SeriesInfo *info, const Columns *rows, gpointer data)
{
  GString *text = data;
  const Column *close = columns_column (rows, "close");
  const Column *flags = columns_column (rows, "flags");

  for (gsize i = 0; i < rows->n; i++) {
    char at[TIME_TEXT_SIZE];

    time_format (rows->cols[0].i64[i], at);
    at[10] = '\0';
    g_string_append_printf (text, "%s ", at);
    value_append (text, close, i, VALUE_TIME_RFC3339);
    if (flags->u32 != NULL && flags->u32[i] != 0) {
      g_string_append_c (text, ' ');
      value_append (text, flags, i, VALUE_TIME_RFC3339);
    }
    g_string_append_c (text, '\n');
  }
  return TRUE;
}

char *
fixture_rows (Fixture *fixture, const char *symbol, md_time as_of)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Store) store = store_open (fixture->store_path, STORE_READ,
                                        &error);
  const SeriesKey key = { (char *) "scripted", (char *) "test",
                          fixture->job.schemas[0],
                          (char *) symbol };
  GString *text = g_string_new (NULL);

  g_assert_no_error (error);
  g_assert_true (store_scan (store, &key, INT64_MIN, INT64_MAX, as_of,
                             append_rows, text, &error));
  return g_string_free (text, FALSE);
}

char *
fixture_ledger (Fixture *fixture, const char *symbol)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Store) store = store_open (fixture->store_path, STORE_READ,
                                        &error);
  const AskKey key = { (char *) "scripted", (char *) "test",
                          fixture->job.schemas[0],
                       (char *) symbol, MD_SELECT_SYMBOL };
  g_autoptr (GArray) spans = store_ledger (store, &key, &error);
  GString *text = g_string_new (NULL);

  g_assert_no_error (error);
  for (guint i = 0; i < spans->len; i++) {
    const LedgerSpan *span = &g_array_index (spans, LedgerSpan, i);
    char from[TIME_TEXT_SIZE], to[TIME_TEXT_SIZE];

    time_format (span->from, from);
    time_format (span->to, to);
    g_string_append_printf (text, "%s%s %.10s/%.10s", i ? "; " : "",
                            ledger_state_name (span->state), from, to);
  }
  return g_string_free (text, FALSE);
}

const RunEntry *
fixture_entry (const RunReport *report, const char *symbol)
{
  for (guint i = 0; i < report->entries->len; i++) {
    const RunEntry *entry = report->entries->pdata[i];

    if (strcmp (entry->symbol, symbol) == 0)
      return entry;
  }
  return NULL;
}
