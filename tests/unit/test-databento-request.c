/* SPDX-License-Identifier: Apache-2.0
 *
 * timeseries.get_range as the provider asks for it: the form, the coverage
 * of whole and cut answers, and answers that are not what was asked.
 */
#include "databento-fixture.h"

static const char *const es[] = { "ESH4", NULL };
static const char *const three[] = { "AAPL", "ESH4", "MSFT", NULL };
static const char *const none[] = { NULL };

/* ---- the request ----------------------------------------------------- */

static void
assert_form (const FakeRequest *request, const char *name, const char *value)
{
  g_autofree char *url = g_strconcat ("?", request->body, NULL);
  g_autofree char *have = fake_query (url, name);

  g_assert_cmpstr (have, ==, value);
}

static void
test_the_form_says_what_is_wanted (void)
{
  g_auto (Vendor) vendor = vendor_new ();
  g_autoptr (GByteArray) bytes = build_header (3, 6, FALSE, three);
  const FakeRequest *request;

  vendor_answers (&vendor, bytes);
  g_assert_cmpint (vendor_fetch (&vendor, "ohlcv-1m", three, DAY (2), DAY (3)),
                   ==, MD_OK);
  request = fake_host_request (vendor.host, 0);
  g_assert_cmpstr (request->url, ==,
                   "https://hist.databento.com/v0/timeseries.get_range");
  g_assert_cmpstr (request->method, ==, "POST");
  g_assert_cmpuint (request->auth, ==, MD_AUTH_BASIC);
  g_assert_cmpstr (request->auth_key, ==, "api_key");
  g_assert_cmpstr (request->bucket, ==, "timeseries");
  g_assert_nonnull (strstr (request->headers,
                            "Content-Type: application/x-www-form-urlencoded"));
  assert_form (request, "dataset", "GLBX.MDP3");
  assert_form (request, "schema", "ohlcv-1m");
  assert_form (request, "symbols", "AAPL,ESH4,MSFT");
  assert_form (request, "stype_in", "raw_symbol");
  assert_form (request, "stype_out", "instrument_id");
  assert_form (request, "start", "1704153600000000000");
  assert_form (request, "end", "1704240000000000000");
  assert_form (request, "encoding", "dbn");
  assert_form (request, "compression", "zstd");
  g_assert_null (strstr (request->body, "db-k"));
}

static void
test_symbols_are_escaped (void)
{
  static const char *const odd[] = { "BRN FMJ0024!", "A&B=C", NULL };
  g_auto (Vendor) vendor = vendor_new ();
  g_autoptr (GByteArray) bytes = build_metadata (&(Metadata) {
    .schema = 6, .symbols = odd });

  vendor_answers (&vendor, bytes);
  g_assert_cmpint (vendor_fetch (&vendor, "ohlcv-1m", odd, DAY (2), DAY (3)),
                   ==, MD_OK);
  assert_form (fake_host_request (vendor.host, 0), "symbols",
               "BRN FMJ0024!,A&B=C");
}

static void
test_all_symbols_have_a_word (void)
{
  static const char *const all[] = { "ALL_SYMBOLS", NULL };
  static const char *const maps[] = { "AAPL 20240101 20240201 1",
                                      "MSFT 20240101 20240201 2", NULL };
  g_auto (Vendor) vendor = vendor_new ();
  g_autoptr (GByteArray) bytes = build_metadata (&(Metadata) {
    .schema = 6, .symbols = all, .mappings = maps });

  add_bar (bytes, 2, DAY (2), 1);
  add_bar (bytes, 1, DAY (2), 2);
  vendor_answers (&vendor, bytes);
  g_assert_cmpint (vendor_fetch (&vendor, "ohlcv-1m", none, DAY (2), DAY (3)),
                   ==, MD_OK);
  assert_form (fake_host_request (vendor.host, 0), "symbols", "ALL_SYMBOLS");
  g_assert_cmpstr (fake_host_name (vendor.host, bar_at (&vendor, 0)->symbol),
                   ==, "MSFT");
  g_assert_cmpstr (fake_host_name (vendor.host, bar_at (&vendor, 1)->symbol),
                   ==, "AAPL");
  assert_coverage (&vendor, "-1:2024-01-02T00:00:00Z/2024-01-03T00:00:00Z");
  g_assert_cmpuint (vendor.host->mappings->len, ==, 0);
}

static void
test_without_a_key_nothing_is_sent (void)
{
  FakeHost *host = fake_host_new ("databento");
  g_auto (Vendor) vendor = { host, fake_host_open (host, NULL) };

  g_assert_cmpint (vendor_fetch (&vendor, "trades", es, DAY (2), DAY (3)), ==,
                   MD_ERR_CONFIG);
  assert_says (&vendor, "DATABENTO_API_KEY");
  g_assert_cmpuint (host->requests->len, ==, 0);
}

/* ---- answers --------------------------------------------------------- */

static void
test_every_row_carries_its_own_symbol (void)
{
  g_auto (Vendor) vendor = vendor_new ();
  g_autoptr (GByteArray) bytes = build_header (3, 6, FALSE, three);

  for (guint i = 0; i < 30; i++)
    add_bar (bytes, 1 + i % 3, DAY (2) + i / 3 * MD_MINUTE, i);
  vendor_answers (&vendor, bytes);
  g_assert_cmpint (vendor_fetch (&vendor, "ohlcv-1m", three, DAY (2), DAY (3)),
                   ==, MD_OK);
  g_assert_cmpuint (n_rows (&vendor), ==, 30);
  for (guint i = 0; i < 30; i++) {
    g_assert_cmpint (bar_at (&vendor, i)->close, ==, i);
    g_assert_cmpuint (bar_at (&vendor, i)->symbol, ==, i % 3);
  }
  assert_coverage (&vendor, "-1:2024-01-02T00:00:00Z/2024-01-03T00:00:00Z");
}

static void
test_an_empty_answer_covers_its_range (void)
{
  g_auto (Vendor) vendor = vendor_new ();
  g_autoptr (GByteArray) bytes = build_header (3, 6, FALSE, es);

  vendor_answers (&vendor, bytes);
  g_assert_cmpint (vendor_fetch (&vendor, "ohlcv-1m", es, DAY (2), DAY (3)),
                   ==, MD_OK);
  g_assert_cmpuint (n_rows (&vendor), ==, 0);
  assert_coverage (&vendor, "-1:2024-01-02T00:00:00Z/2024-01-03T00:00:00Z");
}

static void
test_any_piece_size_gives_the_same_rows (void)
{
  g_autoptr (GByteArray) bytes = build_header (3, 6, FALSE, es);

  for (guint i = 0; i < 50; i++)
    add_bar (bytes, 1, DAY (2) + i * MD_MINUTE, i);
  for (gsize size = 1; size < 80; size += 13) {
    g_auto (Vendor) vendor = vendor_new ();

    vendor.host->read_size = size;
    vendor_answers (&vendor, bytes);
    g_assert_cmpint (vendor_fetch (&vendor, "ohlcv-1m", es, DAY (2), DAY (3)),
                     ==, MD_OK);
    g_assert_cmpuint (n_rows (&vendor), ==, 50);
    g_assert_cmpint (bar_at (&vendor, 49)->close, ==, 49);
  }
}

/* A week of bars of every second minute for 40 instruments: 11 MB.         */
static GByteArray *
build_week (void)
{
  g_autoptr (GPtrArray) maps = g_ptr_array_new_with_free_func (g_free);
  GByteArray *bytes;

  for (guint i = 1; i <= 40; i++)
    g_ptr_array_add (maps, g_strdup_printf ("S%u 20240101 20240201 %u", i, i));
  g_ptr_array_add (maps, NULL);
  bytes = build_metadata (&(Metadata) {
    .schema = 6, .mappings = (const char *const *) maps->pdata });
  for (md_time t = DAY (1); t < DAY (8); t += 2 * MD_MINUTE) {
    for (guint i = 1; i <= 40; i++)
      add_bar (bytes, i, t, i);
  }
  return bytes;
}

static void
test_a_cut_stream_keeps_whole_days (void)
{
  g_auto (Vendor) vendor = vendor_new ();
  g_autoptr (GByteArray) bytes = build_week ();
  gsize cut = bytes->len / 2;

  fake_host_reply (vendor.host, "get_range", 200, NULL, (char *) bytes->data,
                   cut);
  fake_reply_break (fake_host_last_reply (vendor.host), MD_ERR_NETWORK,
                    "connection reset");
  g_assert_cmpint (vendor_fetch (&vendor, "ohlcv-1m", none, DAY (1), DAY (8)),
                   ==, MD_ERR_NETWORK);
  assert_says (&vendor, "connection reset");
  assert_coverage (&vendor, "-1:2024-01-01T00:00:00Z/2024-01-04T00:00:00Z");
  /* Small enough for an engine with little memory, large enough for few
   * commits.                                                               */
  g_assert_cmpuint (vendor.host->covered->len, ==, 3);
}

static void
test_a_cut_between_pieces_is_an_error (void)
{
  g_autoptr (GByteArray) bytes = build_header (3, 6, FALSE, es);
  gsize whole;

  add_bar (bytes, 1, DAY (2), 1);
  whole = bytes->len;
  for (gsize cut = 0; cut < whole; cut++) {
    g_auto (Vendor) vendor = vendor_new ();

    if (cut == whole - 56)
      continue; /* between records: only the transport can tell             */
    fake_host_reply (vendor.host, "get_range", 200, NULL,
                     (char *) bytes->data, cut);
    g_assert_cmpint (vendor_fetch (&vendor, "ohlcv-1m", es, DAY (2), DAY (3)),
                     ==, MD_ERR_PROTOCOL);
    g_assert_cmpuint (vendor.host->covered->len, ==, 0);
  }
}

static void
test_dense_ticks_are_covered_within_the_hour (void)
{
  g_auto (Vendor) vendor = vendor_new ();
  g_autoptr (GByteArray) bytes = build_header (3, 4, FALSE, es);

  for (guint i = 0; i < 200000; i++)
    build_record (bytes, 3, 0, FALSE, 1, DAY (2) + i * 1000);
  vendor_answers (&vendor, bytes);
  g_assert_cmpint (vendor_fetch (&vendor, "trades", es, DAY (2), DAY (3)), ==,
                   MD_OK);
  g_assert_cmpuint (n_rows (&vendor), ==, 200000);
  g_assert_cmpuint (vendor.host->covered->len, ==, 2);
  assert_coverage (&vendor, "-1:2024-01-02T00:00:00Z/2024-01-03T00:00:00Z");
}

static void
test_time_that_goes_back_is_an_error (void)
{
  g_auto (Vendor) vendor = vendor_new ();
  g_autoptr (GByteArray) bytes = build_week ();

  add_bar (bytes, 1, DAY (2), 1);
  vendor_answers (&vendor, bytes);
  g_assert_cmpint (vendor_fetch (&vendor, "ohlcv-1m", none, DAY (1), DAY (8)),
                   ==, MD_ERR_PROTOCOL);
  assert_says (&vendor, "a record of 2024-01-02T00:00:00Z comes after");
}

/* ---- answers to something else --------------------------------------- */

static void
expect_refusal (const Metadata *metadata, const char *says)
{
  g_auto (Vendor) vendor = vendor_new ();
  g_autoptr (GByteArray) bytes = build_metadata (metadata);

  vendor_answers (&vendor, bytes);
  g_assert_cmpint (vendor_fetch (&vendor, "ohlcv-1m", es, DAY (2), DAY (3)),
                   ==, MD_ERR_PROTOCOL);
  assert_says (&vendor, says);
  g_assert_cmpuint (vendor.host->covered->len, ==, 0);
}

static void
test_answers_to_other_questions_are_refused (void)
{
  expect_refusal (&(Metadata) { .schema = 6, .dataset = "XNAS.ITCH" },
                  "is of dataset XNAS.ITCH, not GLBX.MDP3");
  expect_refusal (&(Metadata) { .schema = 4 }, "holds trades, not ohlcv-1m");
  expect_refusal (&(Metadata) { .schema = DBN_MIXED },
                  "holds mixed, not ohlcv-1m");
  expect_refusal (&(Metadata) { .schema = 6, .stype_in = DBN_CONTINUOUS },
                  "was asked for by continuous");
}

static void
test_other_records_in_the_stream_are_an_error (void)
{
  g_auto (Vendor) vendor = vendor_new ();
  g_autoptr (GByteArray) bytes = build_header (3, 6, FALSE, es);

  build_record (bytes, 3, 20, FALSE, 1, DAY (2));
  vendor_answers (&vendor, bytes);
  g_assert_cmpint (vendor_fetch (&vendor, "ohlcv-1m", es, DAY (2), DAY (3)),
                   ==, MD_ERR_PROTOCOL);
  assert_says (&vendor, "a record of type 20 (imbalance) among ohlcv-1m");
}

static void
test_unknown_record_types_are_told (void)
{
  g_auto (Vendor) vendor = vendor_new ();
  g_autoptr (GByteArray) bytes = build_header (3, 6, FALSE, es);
  gsize record = build_record (bytes, 3, 33, FALSE, 1, DAY (2));

  bytes->data[record + 1] = 99;
  vendor_answers (&vendor, bytes);
  g_assert_cmpint (vendor_fetch (&vendor, "ohlcv-1m", es, DAY (2), DAY (3)),
                   ==, MD_OK);
  g_assert_nonnull (strstr (vendor.host->log->str, "1 records of types"));
}

static void
test_an_answer_for_less_leaves_the_rest_unavailable (void)
{
  g_auto (Vendor) vendor = vendor_new ();
  g_autoptr (GByteArray) bytes = build_metadata (&(Metadata) {
    .schema = 6, .symbols = es, .end = DAY (4),
    .mappings = (const char *const[]) { "ESH4 20240101 20240201 1", NULL } });

  vendor_answers (&vendor, bytes);
  g_assert_cmpint (vendor_fetch (&vendor, "ohlcv-1m", es, DAY (2), DAY (6)),
                   ==, MD_ERR_ENTITLEMENT);
  g_assert_cmpint (vendor.host->err.from, ==, DAY (4));
  g_assert_cmpint (vendor.host->err.to, ==, DAY (6));
  assert_coverage (&vendor, "-1:2024-01-02T00:00:00Z/2024-01-04T00:00:00Z");
}

/* ---- before asking --------------------------------------------------- */

static void
expect_check (guint selector, const char *symbol, const char *says)
{
  g_auto (Vendor) vendor = vendor_new ();
  const char *const symbols[] = { symbol, NULL };
  int klass;

  vendor.host->selector = selector;
  klass = fake_host_check (vendor.host, vendor.session, "GLBX.MDP3", "trades",
                           symbols, DAY (1), DAY (2));
  g_assert_cmpint (klass, ==, says != NULL ? MD_ERR_CONFIG : MD_OK);
  if (says != NULL)
    assert_says (&vendor, says);
}

static void
test_symbols_are_checked_before_they_cost (void)
{
  expect_check (MD_SELECT_SYMBOL, "AAPL  250221C00250000", NULL);
  expect_check (MD_SELECT_SYMBOL, "A,B", "comma");
  expect_check (MD_SELECT_SYMBOL, "", "empty");
  expect_check (MD_SELECT_SYMBOL, "ES ", "blanks");
  expect_check (MD_SELECT_SYMBOL, "ALL_SYMBOLS", "symbols = *");
  expect_check (MD_SELECT_PARENT, "ES.FUT", NULL);
  expect_check (MD_SELECT_PARENT, "ES", "ES.FUT");
  expect_check (MD_SELECT_CONTINUOUS, "ES.c.0", NULL);
  expect_check (MD_SELECT_CONTINUOUS, "BRK.B.v.12", NULL);
  expect_check (MD_SELECT_CONTINUOUS, "ES.x.0", "ES.c.0");
  expect_check (MD_SELECT_CONTINUOUS, "ES.c.", "ES.c.0");
  expect_check (MD_SELECT_CONTINUOUS, "ES", "ES.c.0");
  expect_check (MD_SELECT_ID, "4294967295", NULL);
  expect_check (MD_SELECT_ID, "4294967296", "number");
  expect_check (MD_SELECT_ID, "ESH4", "number");
}

static void
test_a_dataset_must_look_like_one (void)
{
  g_auto (Vendor) vendor = vendor_new ();

  g_assert_cmpint (fake_host_check (vendor.host, vendor.session, "sip/raw",
                                    "trades", es, DAY (1), DAY (2)), ==,
                   MD_ERR_CONFIG);
  assert_says (&vendor, "GLBX.MDP3");
}

static void
test_the_price_is_asked_for (void)
{
  g_auto (Vendor) vendor = vendor_new ();
  struct md_request request = {
    .struct_size = sizeof request, .offer = vendor.host->provider->offers,
    .dataset = "GLBX.MDP3", .schema = "ohlcv-1s", .symbols = es,
    .n_symbols = 1, .selector = MD_SELECT_SYMBOL, .from = DAY (1),
    .to = DAY (2)
  };
  struct md_cost cost = { .struct_size = sizeof cost };
  struct md_error err = { .struct_size = sizeof err };

  fake_host_reply (vendor.host, "metadata.get_cost", 200, NULL, "1.25\n", -1);
  fake_host_reply (vendor.host, "metadata.get_record_count", 200, NULL, "42",
                   -1);
  fake_host_reply (vendor.host, "metadata.get_billable_size", 200, NULL,
                   "2352", -1);
  g_assert_cmpint (vendor.host->estimate->estimate (
                     vendor.session, vendor.host, &request, &cost, &err), ==,
                   MD_OK);
  g_assert_cmpfloat (cost.money, ==, 1.25);
  g_assert_cmpstr (cost.currency, ==, "USD");
  g_assert_cmpint (cost.rows, ==, 42);
  g_assert_cmpint (cost.bytes, ==, 2352);
  fake_host_assert_done (vendor.host);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, name)                                                       \
  g_test_add_func ("/databento-request/" path, test_##name)
  ADD ("the-form-says-what-is-wanted", the_form_says_what_is_wanted);
  ADD ("symbols-are-escaped", symbols_are_escaped);
  ADD ("all-symbols-have-a-word", all_symbols_have_a_word);
  ADD ("without-a-key-nothing-is-sent", without_a_key_nothing_is_sent);
  ADD ("every-row-carries-its-own-symbol", every_row_carries_its_own_symbol);
  ADD ("an-empty-answer-covers-its-range", an_empty_answer_covers_its_range);
  ADD ("any-piece-size-gives-the-same-rows",
       any_piece_size_gives_the_same_rows);
  ADD ("a-cut-stream-keeps-whole-days", a_cut_stream_keeps_whole_days);
  ADD ("a-cut-between-pieces-is-an-error", a_cut_between_pieces_is_an_error);
  ADD ("dense-ticks-are-covered-within-the-hour",
       dense_ticks_are_covered_within_the_hour);
  ADD ("time-that-goes-back-is-an-error", time_that_goes_back_is_an_error);
  ADD ("answers-to-other-questions-are-refused",
       answers_to_other_questions_are_refused);
  ADD ("other-records-in-the-stream-are-an-error",
       other_records_in_the_stream_are_an_error);
  ADD ("unknown-record-types-are-told", unknown_record_types_are_told);
  ADD ("an-answer-for-less-leaves-the-rest-unavailable",
       an_answer_for_less_leaves_the_rest_unavailable);
  ADD ("symbols-are-checked-before-they-cost",
       symbols_are_checked_before_they_cost);
  ADD ("a-dataset-must-look-like-one", a_dataset_must_look_like_one);
  ADD ("the-price-is-asked-for", the_price_is_asked_for);
  return g_test_run ();
}
