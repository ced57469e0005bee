/* SPDX-License-Identifier: Apache-2.0
 *
 * Which symbol a row belongs to: dates, rolls, parents, ids, and the cases
 * in which nobody can tell.
 */
#include "databento-fixture.h"

static const char *const es[] = { "ESH4", NULL };
static const char *const none[] = { NULL };

static const char *
symbol_of (const Vendor *vendor, guint i)
{
  return fake_host_name (vendor->host, bar_at (vendor, i)->symbol);
}

static const char *
contract_of (const Vendor *vendor, guint i)
{
  return fake_host_name (vendor->host, bar_at (vendor, i)->contract);
}

static void
assert_mapping (const Vendor *vendor, guint i, guint symbol,
                const char *instrument, md_time from, md_time to)
{
  const FakeMapping *mapping;

  g_assert_cmpuint (i, <, vendor->host->mappings->len);
  mapping = vendor->host->mappings->pdata[i];
  g_assert_cmpuint (mapping->symbol, ==, symbol);
  g_assert_cmpstr (mapping->instrument, ==, instrument);
  g_assert_cmpint (mapping->from, ==, from);
  g_assert_cmpint (mapping->to, ==, to);
}

/* ---- dates ----------------------------------------------------------- */

static void
test_an_id_may_change_hands_at_midnight (void)
{
  static const char *const two[] = { "OLD", "NEW", NULL };
  static const char *const maps[] = { "OLD 20240101 20240103 9",
                                      "NEW 20240103 20240201 9", NULL };
  g_auto (Vendor) vendor = vendor_new ();
  g_autoptr (GByteArray) bytes = build_metadata (&(Metadata) {
    .schema = 6, .symbols = two, .mappings = maps });

  add_bar (bytes, 9, DAY (2) + 23 * MD_HOUR, 1);
  add_bar (bytes, 9, DAY (3), 2);
  vendor_answers (&vendor, bytes);
  g_assert_cmpint (vendor_fetch (&vendor, "ohlcv-1m", two, DAY (1), DAY (5)),
                   ==, MD_OK);
  g_assert_cmpstr (symbol_of (&vendor, 0), ==, "OLD");
  g_assert_cmpstr (symbol_of (&vendor, 1), ==, "NEW");
}

static void
test_a_symbol_may_be_several_instruments (void)
{
  static const char *const maps[] = { "ESH4 20240101 20240103 9",
                                      "ESH4 20240103 20240104 ",
                                      "ESH4 20240104 20240201 11", NULL };
  g_auto (Vendor) vendor = vendor_new ();
  g_autoptr (GByteArray) bytes = build_metadata (&(Metadata) {
    .schema = 6, .symbols = es, .partial = es, .mappings = maps });

  add_bar (bytes, 9, DAY (2), 1);
  add_bar (bytes, 11, DAY (5), 2);
  vendor_answers (&vendor, bytes);
  g_assert_cmpint (vendor_fetch (&vendor, "ohlcv-1m", es, DAY (1), DAY (9)),
                   ==, MD_OK);
  g_assert_cmpuint (n_rows (&vendor), ==, 2);
  g_assert_cmpuint (bar_at (&vendor, 1)->symbol, ==, 0);
}

static void
test_an_unmapped_id_is_never_guessed (void)
{
  g_auto (Vendor) vendor = vendor_new ();
  g_autoptr (GByteArray) bytes = build_header (3, 6, FALSE, es);

  add_bar (bytes, 1, DAY (2), 1);
  add_bar (bytes, 77, DAY (3), 1);
  vendor_answers (&vendor, bytes);
  g_assert_cmpint (vendor_fetch (&vendor, "ohlcv-1m", es, DAY (1), DAY (9)),
                   ==, MD_ERR_PROTOCOL);
  assert_says (&vendor, "no symbol is mapped to instrument 77 on 2024-01-03");
  g_assert_cmpuint (vendor.host->covered->len, ==, 0);
}

static void
test_a_known_id_on_another_date_is_not_guessed (void)
{
  static const char *const maps[] = { "ESH4 20240101 20240103 9", NULL };
  g_auto (Vendor) vendor = vendor_new ();
  g_autoptr (GByteArray) bytes = build_metadata (&(Metadata) {
    .schema = 6, .symbols = es, .mappings = maps });

  add_bar (bytes, 9, DAY (3), 1);
  vendor_answers (&vendor, bytes);
  g_assert_cmpint (vendor_fetch (&vendor, "ohlcv-1m", es, DAY (1), DAY (9)),
                   ==, MD_ERR_PROTOCOL);
  assert_says (&vendor, "instrument 9 on 2024-01-03");
}

static void
test_mappings_must_be_ids_and_dates (void)
{
  static const char *const bad[] = { "ESH4 20240101 20240201 x1",
                                     "ESH4 20240001 20240201 1",
                                     "ESH4 20240101 20240231 1",
                                     "ESH4 20240101 20240201 4294967296" };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    const char *const maps[] = { bad[i], NULL };
    g_auto (Vendor) vendor = vendor_new ();
    g_autoptr (GByteArray) bytes = build_metadata (&(Metadata) {
      .schema = 6, .symbols = es, .mappings = maps });

    vendor_answers (&vendor, bytes);
    g_assert_cmpint (vendor_fetch (&vendor, "ohlcv-1m", es, DAY (1), DAY (9)),
                     ==, MD_ERR_PROTOCOL);
    assert_says (&vendor, "is no id or no date");
  }
}

static void
test_rows_that_were_not_asked_for_are_an_error (void)
{
  static const char *const two[] = { "ESH4", "NQH4", NULL };
  g_auto (Vendor) vendor = vendor_new ();
  g_autoptr (GByteArray) bytes = build_header (3, 6, FALSE, two);

  add_bar (bytes, 2, DAY (2), 1);
  vendor_answers (&vendor, bytes);
  g_assert_cmpint (vendor_fetch (&vendor, "ohlcv-1m", es, DAY (1), DAY (9)),
                   ==, MD_ERR_PROTOCOL);
  assert_says (&vendor, "not asked for");
}

/* ---- not found ------------------------------------------------------- */

static void
test_an_unknown_symbol_is_named_and_the_others_kept (void)
{
  static const char *const asked[] = { "AAPL", "NOPE", "ESH4", "NIX", NULL };
  static const char *const missing[] = { "NOPE", "NIX", NULL };
  static const char *const maps[] = { "AAPL 20240101 20240201 1",
                                      "ESH4 20240101 20240201 2", NULL };
  g_auto (Vendor) vendor = vendor_new ();
  g_autoptr (GByteArray) bytes = build_metadata (&(Metadata) {
    .schema = 6, .symbols = asked, .not_found = missing, .mappings = maps });

  add_bar (bytes, 1, DAY (2), 1);
  add_bar (bytes, 2, DAY (2), 2);
  fake_host_reply (vendor.host, "get_range", 206, NULL, (char *) bytes->data,
                   bytes->len);
  g_assert_cmpint (vendor_fetch (&vendor, "ohlcv-1m", asked, DAY (1), DAY (3)),
                   ==, MD_ERR_NOT_FOUND);
  g_assert_cmpuint (vendor.host->err.symbol, ==, 1);
  assert_says (&vendor, "\"NOPE\"");
  g_assert_cmpuint (n_rows (&vendor), ==, 2);
  assert_coverage (&vendor, "0:2024-01-01T00:00:00Z/2024-01-03T00:00:00Z "
                   "2:2024-01-01T00:00:00Z/2024-01-03T00:00:00Z");
}

/* ---- parents --------------------------------------------------------- */

static void
test_parents_deliver_instruments_by_name (void)
{
  static const char *const parents[] = { "ES.FUT", "CL.FUT", NULL };
  static const char *const es_fut[] = { "ES.FUT", NULL };
  static const char *const cl_fut[] = { "CL.FUT", NULL };
  static const char *const es_maps[] = { "ESH4 20240101 20240116 1",
                                         "ESM4 20240101 20240201 2", NULL };
  static const char *const cl_maps[] = { "CLG4 20240101 20240201 3", NULL };
  g_auto (Vendor) vendor = vendor_new ();
  g_autoptr (GByteArray) first = build_metadata (&(Metadata) {
    .schema = 6, .stype_in = DBN_PARENT, .symbols = es_fut,
    .mappings = es_maps });
  g_autoptr (GByteArray) second = build_metadata (&(Metadata) {
    .schema = 6, .stype_in = DBN_PARENT, .symbols = cl_fut,
    .mappings = cl_maps });

  add_bar (first, 1, DAY (2), 1);
  add_bar (first, 1, DAY (3), 1);
  add_bar (second, 3, DAY (2), 2);
  vendor.host->selector = MD_SELECT_PARENT;
  vendor_answers (&vendor, first);
  vendor_answers (&vendor, second);
  g_assert_cmpint (vendor_fetch (&vendor, "ohlcv-1m", parents, DAY (2),
                                 DAY (30)), ==, MD_OK);
  g_assert_cmpstr (symbol_of (&vendor, 0), ==, "ESH4");
  g_assert_cmpstr (symbol_of (&vendor, 2), ==, "CLG4");
  /* What delivered no row is not reported.                                 */
  g_assert_cmpuint (vendor.host->mappings->len, ==, 2);
  assert_mapping (&vendor, 0, 0, "ESH4", DAY (2), DAY (16));
  assert_mapping (&vendor, 1, 1, "CLG4", DAY (2), DAY (30));
  assert_coverage (&vendor, "0:2024-01-02T00:00:00Z/2024-01-30T00:00:00Z "
                   "1:2024-01-02T00:00:00Z/2024-01-30T00:00:00Z");
  g_assert_nonnull (strstr (fake_host_request (vendor.host, 0)->body,
                            "stype_in=parent&symbols=ES.FUT&"));
  g_assert_nonnull (strstr (fake_host_request (vendor.host, 1)->body,
                            "stype_in=parent&symbols=CL.FUT&"));
}

static void
test_a_parent_without_instruments_is_refused (void)
{
  static const char *const parent[] = { "ES.FUT", NULL };
  static const char *const maps[] = { "ES.FUT 20240101 20240201 1", NULL };
  g_auto (Vendor) vendor = vendor_new ();
  g_autoptr (GByteArray) bytes = build_metadata (&(Metadata) {
    .schema = 6, .stype_in = DBN_PARENT, .symbols = parent,
    .mappings = maps });

  vendor.host->selector = MD_SELECT_PARENT;
  vendor_answers (&vendor, bytes);
  g_assert_cmpint (vendor_fetch (&vendor, "ohlcv-1m", parent, DAY (2),
                                 DAY (3)), ==, MD_ERR_PROTOCOL);
  assert_says (&vendor, "does not name its instruments");
}

/* ---- continuous ------------------------------------------------------ */

static const char *const front[] = { "ES.c.0", "ES.v.0", NULL };

static GByteArray *
build_rolls (void)
{
  static const char *const maps[] = { "ES.c.0 20240101 20240110 1",
                                      "ES.c.0 20240110 20240201 2",
                                      "ES.v.0 20240101 20240105 1",
                                      "ES.v.0 20240105 20240201 2", NULL };

  return build_metadata (&(Metadata) {
    .schema = 6, .stype_in = DBN_CONTINUOUS, .symbols = front,
    .mappings = maps });
}

static void
answer_resolve (Vendor *vendor, const char *ids, const char *contracts)
{
  fake_host_reply (vendor->host, "/v0/symbology.resolve", 200, NULL, ids, -1);
  fake_host_reply (vendor->host, "/v0/symbology.resolve", 200, NULL,
                   contracts, -1);
}

#define IDS "{\"result\":{\"ES.c.0\":[{\"d0\":\"2024-01-01\","                \
            "\"d1\":\"2024-01-10\",\"s\":\"1\"},{\"d0\":\"2024-01-10\","      \
            "\"d1\":\"2024-02-01\",\"s\":\"2\"}]},\"partial\":[],"            \
            "\"not_found\":[]}"
#define NAMES "{\"result\":{\"1\":[{\"d0\":\"2024-01-01\","                   \
              "\"d1\":\"2024-01-20\",\"s\":\"ESH4\"}],\"2\":["                \
              "{\"d0\":\"2024-01-01\",\"d1\":\"2024-02-01\","                 \
              "\"s\":\"ESM4\"}]}}"

static void
test_rolls_are_rows_of_the_alias (void)
{
  g_auto (Vendor) vendor = vendor_new ();
  g_autoptr (GByteArray) bytes = build_rolls ();

  add_bar (bytes, 1, DAY (2), 10);
  add_bar (bytes, 1, DAY (6), 20);
  add_bar (bytes, 2, DAY (6), 21);
  add_bar (bytes, 2, DAY (10), 30);
  vendor.host->selector = MD_SELECT_CONTINUOUS;
  answer_resolve (&vendor, IDS, NAMES);
  vendor_answers (&vendor, bytes);
  g_assert_cmpint (vendor_fetch (&vendor, "ohlcv-1m", front, DAY (1),
                                 DAY (15)), ==, MD_OK);
  /* Day 2 and day 10: both aliases stand for one instrument, so its bar is
   * a row of each.                                                         */
  g_assert_cmpuint (n_rows (&vendor), ==, 6);
  g_assert_cmpuint (bar_at (&vendor, 0)->symbol
                      + bar_at (&vendor, 1)->symbol, ==, 1);
  g_assert_cmpint (bar_at (&vendor, 1)->close, ==, 10);
  g_assert_cmpstr (contract_of (&vendor, 0), ==, "ESH4");
  g_assert_cmpstr (symbol_of (&vendor, 2), ==, "ES.c.0");
  g_assert_cmpstr (contract_of (&vendor, 2), ==, "ESH4");
  g_assert_cmpstr (symbol_of (&vendor, 3), ==, "ES.v.0");
  g_assert_cmpstr (contract_of (&vendor, 3), ==, "ESM4");
  g_assert_cmpstr (contract_of (&vendor, 5), ==, "ESM4");
  g_assert_cmpuint (vendor.host->mappings->len, ==, 4);
  fake_host_assert_done (vendor.host);
}

static void
test_contracts_are_resolved_before_paying (void)
{
  g_auto (Vendor) vendor = vendor_new ();
  g_autoptr (GByteArray) bytes = build_rolls ();
  const FakeRequest *request;

  vendor.host->selector = MD_SELECT_CONTINUOUS;
  answer_resolve (&vendor, IDS, NAMES);
  vendor_answers (&vendor, bytes);
  vendor_fetch (&vendor, "ohlcv-1m", front, DAY (1) + 1, DAY (15) + 1);
  request = fake_host_request (vendor.host, 0);
  g_assert_cmpstr (request->bucket, ==, "symbology");
  g_assert_nonnull (strstr (request->body, "stype_in=continuous&symbols="
                                           "ES.c.0,ES.v.0&stype_out="
                                           "instrument_id&dataset=GLBX.MDP3&"
                                           "start_date=2024-01-01&end_date="
                                           "2024-01-16"));
  request = fake_host_request (vendor.host, 1);
  g_assert_nonnull (strstr (request->body, "stype_in=instrument_id&symbols="
                                           "1,2&stype_out=raw_symbol"));
}

static void
test_contracts_without_names_keep_their_ids (void)
{
  g_auto (Vendor) vendor = vendor_new ();
  g_autoptr (GByteArray) bytes = build_rolls ();

  add_bar (bytes, 2, DAY (12), 1);
  vendor.host->selector = MD_SELECT_CONTINUOUS;
  fake_host_reply (vendor.host, "symbology", 200, NULL, IDS, -1);
  fake_host_reply (vendor.host, "symbology", 422, NULL,
                   "{\"detail\":{\"case\":\"symbology_invalid_request\","
                   "\"message\":\"None of the symbols could be resolved\"}}",
                   -1);
  vendor_answers (&vendor, bytes);
  g_assert_cmpint (vendor_fetch (&vendor, "ohlcv-1m", front, DAY (1),
                                 DAY (15)), ==, MD_OK);
  g_assert_cmpstr (contract_of (&vendor, 0), ==, "2");
  g_assert_nonnull (strstr (vendor.host->log->str, "their ids are stored"));
}

static void
test_broken_resolve_answers_cost_nothing (void)
{
  static const char *const bad[] = {
    "", "[]", "{}", "{\"result\":[]}", "{\"result\":{\"ES.c.0\":[3]}}",
    "{\"result\":{\"ES.c.0\":[{\"d0\":\"2024-01-01\",\"s\":\"1\"}]}}",
    "{\"result\":{\"ES.c.0\":[{\"d0\":\"2024-01-01\",\"d1\":\"2024-02-01\","
    "\"s\":\"ESH4\"}]}}", "{\"result\":{\"ES.c.0\":[",
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_auto (Vendor) vendor = vendor_new ();

    vendor.host->selector = MD_SELECT_CONTINUOUS;
    fake_host_reply (vendor.host, "symbology", 200, NULL, bad[i], -1);
    g_assert_cmpint (vendor_fetch (&vendor, "ohlcv-1m", front, DAY (1),
                                   DAY (15)), ==, MD_ERR_PROTOCOL);
    g_assert_cmpuint (vendor.host->requests->len, ==, 1);
  }
}

/* ---- ids ------------------------------------------------------------- */

static void
test_rows_by_id_are_named_by_it (void)
{
  static const char *const ids[] = { "77", "9", NULL };
  g_auto (Vendor) vendor = vendor_new ();
  g_autoptr (GByteArray) bytes = build_metadata (&(Metadata) {
    .schema = 6, .stype_in = STYPE_ID, .symbols = ids });

  add_bar (bytes, 9, DAY (2), 1);
  add_bar (bytes, 77, DAY (2), 2);
  vendor.host->selector = MD_SELECT_ID;
  vendor_answers (&vendor, bytes);
  g_assert_cmpint (vendor_fetch (&vendor, "ohlcv-1m", ids, DAY (1), DAY (3)),
                   ==, MD_OK);
  g_assert_cmpuint (bar_at (&vendor, 0)->symbol, ==, 1);
  g_assert_cmpuint (bar_at (&vendor, 1)->symbol, ==, 0);
}

static void
test_many_symbols_are_found (void)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_auto (Vendor) vendor = vendor_new ();
  g_autoptr (GByteArray) bytes = NULL;

  for (guint i = 0; i < 2000; i++)
    g_ptr_array_add (names, g_strdup_printf ("S%u", i * 7919 % 2000));
  g_ptr_array_add (names, NULL);
  bytes = build_header (3, 6, FALSE, (const char *const *) names->pdata);
  for (guint i = 0; i < 2000; i++)
    add_bar (bytes, 1 + i, DAY (2), i);
  vendor_answers (&vendor, bytes);
  g_assert_cmpint (vendor_fetch (&vendor, "ohlcv-1m",
                                 (const char *const *) names->pdata, DAY (1),
                                 DAY (3)), ==, MD_OK);
  for (guint i = 0; i < 2000; i++)
    g_assert_cmpuint (bar_at (&vendor, i)->symbol, ==, i);
}

static void
test_an_unused_selector_kind_needs_no_names (void)
{
  g_auto (Vendor) vendor = vendor_new ();
  g_autoptr (GByteArray) bytes = build_metadata (&(Metadata) { .schema = 6 });

  vendor_answers (&vendor, bytes);
  g_assert_cmpint (vendor_fetch (&vendor, "ohlcv-1m", none, DAY (1), DAY (3)),
                   ==, MD_OK);
  g_assert_cmpuint (n_rows (&vendor), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, name)                                                       \
  g_test_add_func ("/databento-symbols/" path, test_##name)
  ADD ("an-id-may-change-hands-at-midnight",
       an_id_may_change_hands_at_midnight);
  ADD ("a-symbol-may-be-several-instruments",
       a_symbol_may_be_several_instruments);
  ADD ("an-unmapped-id-is-never-guessed", an_unmapped_id_is_never_guessed);
  ADD ("a-known-id-on-another-date-is-not-guessed",
       a_known_id_on_another_date_is_not_guessed);
  ADD ("mappings-must-be-ids-and-dates", mappings_must_be_ids_and_dates);
  ADD ("rows-that-were-not-asked-for-are-an-error",
       rows_that_were_not_asked_for_are_an_error);
  ADD ("an-unknown-symbol-is-named-and-the-others-kept",
       an_unknown_symbol_is_named_and_the_others_kept);
  ADD ("parents-deliver-instruments-by-name",
       parents_deliver_instruments_by_name);
  ADD ("a-parent-without-instruments-is-refused",
       a_parent_without_instruments_is_refused);
  ADD ("rolls-are-rows-of-the-alias", rolls_are_rows_of_the_alias);
  ADD ("contracts-are-resolved-before-paying",
       contracts_are_resolved_before_paying);
  ADD ("contracts-without-names-keep-their-ids",
       contracts_without_names_keep_their_ids);
  ADD ("broken-resolve-answers-cost-nothing",
       broken_resolve_answers_cost_nothing);
  ADD ("rows-by-id-are-named-by-it", rows_by_id_are_named_by_it);
  ADD ("many-symbols-are-found", many_symbols_are_found);
  ADD ("an-empty-market-needs-no-names",
       an_unused_selector_kind_needs_no_names);
  return g_test_run ();
}
