/* SPDX-License-Identifier: Apache-2.0
 *
 * Every body of ../shared/vectors/databento-http through the provider, and
 * what must come of it.
 */
#include "databento-fixture.h"

#include <glib/gstdio.h>

#define HTTP "databento-http"

static guint walked;

static char *
folder (void)
{
  const char *source = g_getenv ("MDCORE_TEST_SOURCE");

  return g_build_filename (source != NULL ? source : ".", "..", "shared",
                           "vectors", HTTP, NULL);
}

static char *
body_of (const char *name)
{
  g_autofree char *dir = folder ();
  g_autofree char *path = g_build_filename (dir, name, NULL);
  char *text;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  return text;
}

/* The service's next answer is this file.                                  */
static void
answers (Vendor *vendor, const char *method, int status, const char *file)
{
  g_autofree char *body = body_of (file);

  fake_host_reply (vendor->host, method, status, NULL, body, -1);
  walked++;
}

static gboolean
is_absent (void)
{
  g_autofree char *dir = folder ();

  if (g_file_test (dir, G_FILE_TEST_IS_DIR))
    return FALSE;
  g_test_skip ("../shared/vectors is not there");
  return TRUE;
}

static const void *
iface (const Vendor *vendor, const char *id)
{
  for (const struct md_iface *at = vendor->host->plugin->ifaces;
       at->id != NULL; at++) {
    if (strcmp (at->id, id) == 0)
      return at->vtable;
  }
  g_error ("no %s", id);
}

static void
assert_fact (const Vendor *vendor, const char *fact)
{
  if (!g_ptr_array_find_with_equal_func (vendor->host->facts, fact,
                                         g_str_equal, NULL))
    g_error ("nobody said \"%s\"", fact);
}

static void
ask_details (Vendor *vendor, const char *dataset, const char *schema)
{
  const struct md_details *details = iface (vendor, MD_IFACE_DETAILS);

  g_assert_cmpint (details->details (vendor->session, vendor->host, dataset,
                                     schema, &vendor->host->err), ==, MD_OK);
  fake_host_assert_done (vendor->host);
}

static void
test_datasets_and_publishers (void)
{
  g_auto (Vendor) vendor = vendor_new ();

  if (is_absent ())
    return;
  answers (&vendor, "list_datasets", 200, "metadata.list_datasets.json");
  answers (&vendor, "list_publishers", 200, "metadata.list_publishers.json");
  ask_details (&vendor, NULL, NULL);
  assert_fact (&vendor, "datasets=GLBX.MDP3,XNAS.ITCH");
  assert_fact (&vendor, "publisher.1=GLBX.MDP3 GLBX CME Globex MDP 3.0");
  assert_fact (&vendor, "publisher.2=XNAS.ITCH XNAS Nasdaq TotalView-ITCH");
}

static void
test_schemas_ranges_and_prices (void)
{
  g_auto (Vendor) vendor = vendor_new ();

  if (is_absent ())
    return;
  answers (&vendor, "list_schemas", 200, "metadata.list_schemas.json");
  answers (&vendor, "dataset_range", 200, "metadata.get_dataset_range.json");
  answers (&vendor, "unit_prices", 200, "metadata.list_unit_prices.json");
  answers (&vendor, "list_publishers", 200, "metadata.list_publishers.json");
  ask_details (&vendor, "XNAS.ITCH", NULL);
  assert_fact (&vendor, "schemas=mbo,mbp-1,ohlcv-1m");
  assert_fact (&vendor, "range.start=2019-07-07T00:00:00.000000000Z");
  assert_fact (&vendor, "schema.bbo-1m.end=2023-03-23T00:00:00.000000000Z");
  assert_fact (&vendor, "price.historical-streaming.mbp-1=82.05");
  assert_fact (&vendor, "price.live.tbbo=34.22");
  g_assert_cmpstr (vendor.host->facts->pdata[vendor.host->facts->len - 1], ==,
                   "publisher.2=XNAS.ITCH XNAS Nasdaq TotalView-ITCH");
}

static void
test_fields (void)
{
  g_auto (Vendor) vendor = vendor_new ();

  if (is_absent ())
    return;
  answers (&vendor, "list_fields", 200,
           "metadata.list_fields.ohlcv-1s.dbn.json");
  ask_details (&vendor, "GLBX.MDP3", "ohlcv-1s");
  g_assert_cmpuint (vendor.host->facts->len, ==, 7);
  assert_fact (&vendor, "field.ts_event=uint64_t");
  assert_fact (&vendor, "field.close=int64_t");
}

static void
test_conditions (void)
{
  static const char *const expected[] = {
    "2022-11-07T00:00:00Z - 2023-03-02T00:00:00Z",
    "2022-11-08T00:00:00Z degraded 2023-03-02T00:00:00Z",
    "2022-11-09T00:00:00Z pending 2023-03-02T00:00:00Z",
    "2022-11-10T00:00:00Z missing -",
  };
  g_auto (Vendor) vendor = vendor_new ();
  const struct md_conditions *conditions;
  const md_time from = INT64_C (1667779200) * MD_SECOND;
  g_autofree char *end = NULL;

  if (is_absent ())
    return;
  conditions = iface (&vendor, MD_IFACE_CONDITIONS);
  answers (&vendor, "condition", 200, "metadata.get_dataset_condition.json");
  g_assert_cmpint (conditions->conditions (
                     vendor.session, vendor.host, "GLBX.MDP3", from,
                     from + 4 * MD_DAY, &vendor.host->err), ==, MD_OK);
  g_assert_cmpuint (vendor.host->facts->len, ==, 4);
  for (guint i = 0; i < 4; i++)
    g_assert_cmpstr (vendor.host->facts->pdata[i], ==, expected[i]);
  /* The one end that is inclusive.                                         */
  end = fake_query (fake_host_request (vendor.host, 0)->url, "end_date");
  g_assert_cmpstr (end, ==, "2022-11-10");
}

static const struct md_request *
request_of (struct md_request *request, const char *const *symbols,
            guint selector)
{
  *request = (struct md_request) {
    .struct_size = sizeof *request, .dataset = "GLBX.MDP3",
    .schema = "trades", .symbols = symbols, .n_symbols = 1,
    .selector = selector, .from = DAY (1), .to = DAY (2)
  };
  return request;
}

static void
test_the_price_of_a_request (void)
{
  static const char *const symbols[] = { "ESH4", NULL };
  g_auto (Vendor) vendor = vendor_new ();
  struct md_cost cost = { .struct_size = sizeof cost };
  struct md_request request;

  if (is_absent ())
    return;
  answers (&vendor, "get_cost", 200, "metadata.get_cost.json");
  answers (&vendor, "record_count", 200, "metadata.get_record_count.json");
  answers (&vendor, "billable_size", 200, "metadata.get_billable_size.json");
  g_assert_cmpint (vendor.host->estimate->estimate (
                     vendor.session, vendor.host,
                     request_of (&request, symbols, MD_SELECT_SYMBOL), &cost,
                     &vendor.host->err), ==, MD_OK);
  g_assert_cmpfloat (cost.money, ==, 0.65783);
  g_assert_cmpint (cost.rows, ==, 42);
  g_assert_cmpint (cost.bytes, ==, 44688);
  g_assert_cmpstr (cost.currency, ==, "USD");
}

static void
test_a_raw_symbol_resolves (void)
{
  static const char *const symbols[] = { "ESM2", NULL };
  g_auto (Vendor) vendor = vendor_new ();
  const FakeMapping *mapping;
  struct md_request request;

  if (is_absent ())
    return;
  request_of (&request, symbols, MD_SELECT_SYMBOL);
  request.from = INT64_C (1654473600) * MD_SECOND; /* 2022-06-06 */
  request.to = request.from + 4 * MD_DAY;
  answers (&vendor, "symbology.resolve", 200,
           "symbology.resolve.raw_symbol.json");
  g_assert_cmpint (vendor.host->symbols->resolve (
                     vendor.session, vendor.host, &request,
                     &vendor.host->err), ==, MD_OK);
  g_assert_cmpuint (vendor.host->mappings->len, ==, 1);
  mapping = vendor.host->mappings->pdata[0];
  g_assert_cmpstr (mapping->instrument, ==, "3403");
  g_assert_cmpint (mapping->from, ==, request.from);
  g_assert_cmpint (mapping->to, ==, request.to);
}

static void
test_a_continuous_symbol_resolves_in_two_steps (void)
{
  static const char *const symbols[] = { "ES.c.0", NULL };
  static const char names[]
    = "{\"result\":{\"10245\":[{\"d0\":\"2023-06-01\",\"d1\":\"2023-07-01\","
      "\"s\":\"ESM3\"}],\"10248\":[{\"d0\":\"2023-06-01\",\"d1\":"
      "\"2023-07-01\",\"s\":\"ESU3\"}]}}";
  g_auto (Vendor) vendor = vendor_new ();
  const FakeMapping *first, *second;
  struct md_request request;

  if (is_absent ())
    return;
  request_of (&request, symbols, MD_SELECT_CONTINUOUS);
  request.from = INT64_C (1686700800) * MD_SECOND; /* 2023-06-14 */
  request.to = request.from + 3 * MD_DAY;
  answers (&vendor, "symbology.resolve", 206,
           "symbology.resolve.continuous.json");
  fake_host_reply (vendor.host, "symbology.resolve", 200, NULL, names, -1);
  g_assert_cmpint (vendor.host->symbols->resolve (
                     vendor.session, vendor.host, &request,
                     &vendor.host->err), ==, MD_OK);
  g_assert_cmpuint (vendor.host->mappings->len, ==, 2);
  first = vendor.host->mappings->pdata[0];
  second = vendor.host->mappings->pdata[1];
  g_assert_cmpstr (first->instrument, ==, "ESM3");
  g_assert_cmpint (first->to, ==, request.from + MD_DAY);
  g_assert_cmpstr (second->instrument, ==, "ESU3");
  g_assert_cmpint (second->to, ==, request.from + 2 * MD_DAY);
}

static void
test_errors_have_their_class (void)
{
  static const struct {
    const char *file;
    int status, klass;
    const char *says;
  } cases[] = {
    { "error_400_simple.json", 400, MD_ERR_REQUEST, "illegal chars" },
    { "error_401_simple.json", 401, MD_ERR_AUTH, "bad key" },
    { "error_422_business.json", 422, MD_ERR_ENTITLEMENT,
      "data_start_before_available_start" },
    { "error_502_not_json.html", 502, MD_ERR_NETWORK, "502" },
  };
  static const char *const es[] = { "ESH4", NULL };

  if (is_absent ())
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_auto (Vendor) vendor = vendor_new ();

    answers (&vendor, "get_range", cases[i].status, cases[i].file);
    g_assert_cmpint (vendor_fetch (&vendor, "trades", es, DAY (1), DAY (2)),
                     ==, cases[i].klass);
    assert_says (&vendor, cases[i].says);
  }
}

static void
test_warnings_are_told_one_by_one (void)
{
  g_auto (Vendor) vendor = vendor_new ();
  g_autofree char *value = NULL, *header = NULL;

  if (is_absent ())
    return;
  value = g_strstrip (body_of ("x_warning_header_value.txt"));
  header = g_strconcat ("X-Warning: ", value, NULL);
  walked++;
  fake_host_reply (vendor.host, "list_fields", 200, header, "[]", -1);
  ask_details (&vendor, "GLBX.MDP3", "trades");
  g_assert_nonnull (strstr (vendor.host->log->str, "Warning: this is a test"));
  g_assert_nonnull (strstr (vendor.host->log->str,
                            "DeprecationWarning: you're too old!"));
  g_assert_nonnull (strstr (vendor.host->log->str, "Warning: edge: case"));
}

#define TEST(name) g_test_add_func ("/databento-vectors/" #name, test_##name)

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  TEST (datasets_and_publishers);
  TEST (schemas_ranges_and_prices);
  TEST (fields);
  TEST (conditions);
  TEST (the_price_of_a_request);
  TEST (a_raw_symbol_resolves);
  TEST (a_continuous_symbol_resolves_in_two_steps);
  TEST (errors_have_their_class);
  TEST (warnings_are_told_one_by_one);
  status = g_test_run ();
  g_print ("# %u bodies of %s; jobs and files are read by "
           "tests/e2e/test_databento_batch.py and test_databento.py\n",
           walked, HTTP);
  return status;
}
