/* SPDX-License-Identifier: Apache-2.0
 *
 * What refusals mean: both shapes of the body, the cases that matter,
 * warnings, and bodies that are neither.
 */
#include "databento-fixture.h"

static const char *const es[] = { "ESH4", NULL };

static int
fetch_answer (Vendor *vendor, const char *schema, int status,
              const char *headers, const char *body)
{
  fake_host_reply (vendor->host, "get_range", status, headers, body, -1);
  return vendor_fetch (vendor, schema, es, DAY (2), DAY (10));
}

static void
test_a_wrong_key_is_the_end (void)
{
  g_auto (Vendor) vendor = vendor_new ();

  g_assert_cmpint (fetch_answer (&vendor, "trades", 401, NULL,
                                 "{\"detail\": \"Authorization failed: bad "
                                 "key.\"}"), ==, MD_ERR_AUTH);
  g_assert_cmpstr (vendor.host->err.message, ==,
                   "databento: HTTP 401: Authorization failed: bad key.");
  g_assert_cmpuint (vendor.host->requests->len, ==, 1);
}

static void
test_the_case_and_the_request_are_named (void)
{
  g_auto (Vendor) vendor = vendor_new ();

  g_assert_cmpint (fetch_answer (&vendor, "trades", 400, "request-id: r-77",
                                 "{\"detail\":{\"case\":\"bad_limit\","
                                 "\"message\":\"limit \\\"x\\\" is no "
                                 "number\",\"status_code\":400}}"), ==,
                   MD_ERR_REQUEST);
  g_assert_cmpstr (vendor.host->err.message, ==,
                   "databento: HTTP 400 bad_limit: limit \"x\" is no number "
                   "(request r-77)");
  g_assert_cmpstr (vendor.host->err.vendor_code, ==, "bad_limit");
  g_assert_cmpint (vendor.host->err.http_status, ==, 400);
}

static void
test_a_case_may_be_null_and_the_payload_missing (void)
{
  g_auto (Vendor) vendor = vendor_new ();

  g_assert_cmpint (fetch_answer (&vendor, "trades", 422, NULL,
                                 "{\"detail\":{\"case\":null,\"message\":"
                                 "\"no\",\"docs\":null}}"), ==,
                   MD_ERR_REQUEST);
  g_assert_cmpstr (vendor.host->err.message, ==, "databento: HTTP 422: no");
  g_assert_cmpstr (vendor.host->err.vendor_code, ==, "");
}

static void
test_pages_that_are_no_json_keep_their_class (void)
{
  static const char *const bodies[] = {
    "<html>502 Bad Gateway</html>", "", "{\"detail\": ", "[1]",
    "{\"detail\":{}}", "{\"detail\":\"x\"} trailing",
  };

  for (guint i = 0; i < G_N_ELEMENTS (bodies); i++) {
    g_auto (Vendor) vendor = vendor_new ();

    g_assert_cmpint (fetch_answer (&vendor, "trades", 502, NULL, bodies[i]),
                     ==, MD_ERR_NETWORK);
    assert_says (&vendor, "HTTP 502");
  }
}

static void
test_a_rate_limit_says_when_to_come_back (void)
{
  g_auto (Vendor) vendor = vendor_new ();

  g_assert_cmpint (fetch_answer (&vendor, "trades", 429, "Retry-After: 3",
                                 "{\"detail\":\"slow down\"}"), ==,
                   MD_ERR_LIMITED);
  g_assert_cmpint (vendor.host->err.retry_after_ns, ==, 3 * MD_SECOND);
  assert_says (&vendor, "slow down");
}

static void
test_a_body_that_breaks_off_still_has_its_status (void)
{
  g_auto (Vendor) vendor = vendor_new ();

  fake_host_reply (vendor.host, "get_range", 503, NULL, "{\"detail\":\"gate",
                   -1);
  fake_reply_break (fake_host_last_reply (vendor.host), MD_ERR_NETWORK, "cut");
  g_assert_cmpint (vendor_fetch (&vendor, "trades", es, DAY (2), DAY (3)), ==,
                   MD_ERR_NETWORK);
  assert_says (&vendor, "HTTP 503");
}

/* ---- ranges ---------------------------------------------------------- */

static void
expect_range (const char *schema, const char *name, const char *message,
              const char *start, const char *end, md_time from, md_time to)
{
  g_auto (Vendor) vendor = vendor_new ();
  g_autofree char *body = g_strdup_printf (
    "{\"detail\":{\"case\":\"%s\",\"message\":\"%s\",\"status_code\":422,"
    "\"payload\":{\"dataset\":\"GLBX.MDP3\",\"available_start\":\"%s\","
    "\"available_end\":\"%s\"}}}", name, message, start, end);

  g_assert_cmpint (fetch_answer (&vendor, schema, 422, NULL, body), ==,
                   MD_ERR_ENTITLEMENT);
  g_assert_cmpint (vendor.host->err.from, ==, from);
  g_assert_cmpint (vendor.host->err.to, ==, to);
}

static void
test_only_the_refused_part_is_given_up (void)
{
  expect_range ("trades", "data_start_before_available_start", "x",
                "2024-01-04T12:00:00.000000000Z", "2024-02-01T00:00:00Z",
                DAY (2), DAY (4) + 12 * MD_HOUR);
  expect_range ("trades", "data_end_after_available_end", "x",
                "2010-06-06T00:00:00Z", "2024-01-08T03:04:05.000000006Z",
                DAY (8) + 3 * MD_HOUR + 4 * MD_MINUTE + 5 * MD_SECOND + 6,
                DAY (10));
}

/* The bar that the limit falls into is not whole yet.                      */
static void
test_the_refused_part_begins_with_a_bar (void)
{
  expect_range ("ohlcv-1h", "data_end_after_available_end", "x",
                "2010-06-06T00:00:00Z", "2024-01-08T03:04:05Z",
                DAY (8) + 3 * MD_HOUR, DAY (10));
  expect_range ("ohlcv-1d", "data_end_after_available_end", "x",
                "2010-06-06T00:00:00Z", "2024-01-08T03:04:05Z", DAY (8),
                DAY (10));
}

static void
test_a_licence_names_its_end_in_words (void)
{
  expect_range ("ohlcv-1m", "dataset_unavailable_range",
                "Part or all of your request for dataset 'GLBX.MDP3' requires "
                "a subscription and/or license to access. Try again with an "
                "end time before 2024-01-05T08:36:14.380325000Z.", "", "",
                DAY (5) + 8 * MD_HOUR + 36 * MD_MINUTE, DAY (10));
}

static void
test_what_cannot_be_placed_is_all_of_it (void)
{
  expect_range ("trades", "dataset_unavailable_range", "no licence", "", "",
                0, 0);
  expect_range ("trades", "data_start_after_available_end", "x",
                "2010-06-06T00:00:00Z", "2023-06-01T00:00:00Z", 0, 0);
  expect_range ("trades", "data_end_after_available_end", "x", "soon", "never",
                0, 0);
  expect_range ("trades", "license_not_found_unauthorized", "x", "", "", 0, 0);
}

static void
test_symbols_that_do_not_resolve_are_not_found (void)
{
  g_auto (Vendor) vendor = vendor_new ();

  g_assert_cmpint (fetch_answer (&vendor, "trades", 422, NULL,
                                 "{\"detail\":{\"case\":"
                                 "\"symbology_invalid_request\",\"message\":"
                                 "\"None of the symbols could be "
                                 "resolved\"}}"), ==, MD_ERR_NOT_FOUND);
  g_assert_cmpuint (vendor.host->err.symbol, ==, 0);
}

static void
test_other_symbology_faults_are_the_requests (void)
{
  g_auto (Vendor) vendor = vendor_new ();

  g_assert_cmpint (fetch_answer (&vendor, "trades", 422, NULL,
                                 "{\"detail\":{\"case\":"
                                 "\"symbology_invalid_request\",\"message\":"
                                 "\"Unable to process symbology with "
                                 "parameters\"}}"), ==, MD_ERR_REQUEST);
}

/* ---- warnings -------------------------------------------------------- */

static void
expect_log (const char *header, const char *line)
{
  g_auto (Vendor) vendor = vendor_new ();
  g_autoptr (GByteArray) bytes = build_header (3, 4, FALSE, es);
  g_autofree char *headers = g_strconcat ("X-Warning: ", header, NULL);

  fake_host_reply (vendor.host, "get_range", 200, headers,
                   (char *) bytes->data, bytes->len);
  g_assert_cmpint (vendor_fetch (&vendor, "trades", es, DAY (2), DAY (3)), ==,
                   MD_OK);
  if (strstr (vendor.host->log->str, line) == NULL)
    g_error ("\"%s\" lacks \"%s\"", vendor.host->log->str, line);
}

static void
test_warnings_are_passed_on (void)
{
  expect_log ("[\"Warning: a test\",\"DeprecationWarning: too \\\"old\\\"\"]",
              "30 databento says: DeprecationWarning: too \"old\"\n");
  expect_log ("[\"Warning: a test\"]", "30 databento says: Warning: a test\n");
  expect_log ("[\"Warning: edge: case\", 7, null, \"Last: one\"]",
              "30 databento says: Last: one\n");
  expect_log ("not json", "30 databento says: not json\n");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, name)                                                       \
  g_test_add_func ("/databento-errors/" path, test_##name)
  ADD ("a-wrong-key-is-the-end", a_wrong_key_is_the_end);
  ADD ("the-case-and-the-request-are-named",
       the_case_and_the_request_are_named);
  ADD ("a-case-may-be-null-and-the-payload-missing",
       a_case_may_be_null_and_the_payload_missing);
  ADD ("pages-that-are-no-json-keep-their-class",
       pages_that_are_no_json_keep_their_class);
  ADD ("a-rate-limit-says-when-to-come-back",
       a_rate_limit_says_when_to_come_back);
  ADD ("a-body-that-breaks-off-still-has-its-status",
       a_body_that_breaks_off_still_has_its_status);
  ADD ("only-the-refused-part-is-given-up",
       only_the_refused_part_is_given_up);
  ADD ("the-refused-part-begins-with-a-bar",
       the_refused_part_begins_with_a_bar);
  ADD ("a-licence-names-its-end-in-words", a_licence_names_its_end_in_words);
  ADD ("what-cannot-be-placed-is-all-of-it",
       what_cannot_be_placed_is_all_of_it);
  ADD ("symbols-that-do-not-resolve-are-not-found",
       symbols_that_do_not_resolve_are_not_found);
  ADD ("other-symbology-faults-are-the-requests",
       other_symbology_faults_are_the_requests);
  ADD ("warnings-are-passed-on", warnings_are_passed_on);
  return g_test_run ();
}
