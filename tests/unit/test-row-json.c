/* SPDX-License-Identifier: Apache-2.0 */
#include "data/error.h"
#include "data/table.h"
#include "engine/row-json.h"

#include <string.h>

#define TS G_GINT64_CONSTANT (1704205800123456789) /* 2024-01-02T14:30       */

static const char *const names[] = { "XNAS", "a \"b\" \\ \n\x01 ß", "buy" };

static Columns *
some_trade (void)
{
  Columns *columns = columns_new (table_builtin (MD_TRADE));
  struct md_trade trade
    = { .ts = TS, .venue = 0, .contract = 1,
        .flags = MD_ROW_CORRECTED | MD_ROW_CANCELLED | 1u << 31,
        .ts_event = TS - 1, .ts_recv = MD_ABSENT,
        .price = G_GINT64_CONSTANT (123456789012345678), .size = 0.1,
        .sequence = G_GINT64_CONSTANT (9007199254740993),
        .id = { "id\"\0002", 5 }, .side = 2, .conditions = MD_ABSENT_NAME,
        .tape = MD_ABSENT_NAME, .action = MD_ABSENT_NAME,
        .depth = MD_ABSENT, .vendor_flags = 0, .ts_in_delta = -5,
        .instrument_id = MD_ABSENT };

  columns_append_rows (columns, &trade, 1, sizeof trade, names,
                       G_N_ELEMENTS (names));
  return columns;
}

static char *
to_text (const Columns *columns, gsize row, const char *instrument)
{
  GString *out = g_string_new (NULL);

  row_append_json (out, columns, row, instrument);
  return g_string_free (out, FALSE);
}

static void
test_a_bar_reads_as_a_person_would_write_it (void)
{
  g_autoptr (Columns) columns = columns_new (table_builtin (MD_BAR));
  const struct md_bar bar
    = { .ts = G_GINT64_CONSTANT (1704205800000000000),
        .venue = MD_ABSENT_NAME, .contract = MD_ABSENT_NAME,
        .open = G_GINT64_CONSTANT (187150000000), .high = 188 * MD_PRICE_ONE,
        .low = 187 * MD_PRICE_ONE, .close = -1, .volume = 1200,
        .vwap = md_absent_f64 (), .trades = 17 };
  g_autofree char *text = NULL;

  columns_append_rows (columns, &bar, 1, sizeof bar, names, 0);
  text = to_text (columns, 0, "AAPL");
  g_assert_cmpstr (text, ==,
                   "{\"ts\":\"2024-01-02T14:30:00Z\",\"symbol\":\"AAPL\","
                   "\"open\":187.15,\"high\":188,\"low\":187,"
                   "\"close\":-0.000000001,\"volume\":1200,\"trades\":17}");
}

static void
test_every_value_comes_back (void)
{
  g_autoptr (Columns) columns = some_trade ();
  g_autoptr (Columns) back = columns_new (columns->table);
  g_autofree char *text = to_text (columns, 0, "BRK.B \"x\"");
  g_autofree char *instrument = NULL;
  g_autoptr (GError) error = NULL;

  row_from_json (text, strlen (text), back, &instrument, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (instrument, ==, "BRK.B \"x\"");
  g_assert_cmpuint (back->n, ==, 1);
  g_assert_true (columns_row_equal (columns, 0, back, 0));
}

static void
test_no_instrument_is_none (void)
{
  g_autoptr (Columns) columns = some_trade ();
  g_autofree char *text = to_text (columns, 0, NULL);
  g_autofree char *instrument = NULL;

  g_assert_null (strstr (text, "symbol"));
  g_assert_true (row_from_json (text, strlen (text), columns, &instrument,
                                NULL));
  g_assert_null (instrument);
}

static void
test_null_is_absent (void)
{
  const char *text = "{\"ts\":\"2024-01-02T14:30:00Z\",\"open\":null}";
  g_autoptr (Columns) columns = columns_new (table_builtin (MD_BAR));

  g_assert_true (row_from_json (text, strlen (text), columns, NULL, NULL));
  g_assert_null (columns_column (columns, "open")->i64);
}

static void
test_times_may_be_nanoseconds (void)
{
  const char *text = "{\"ts\":1704205800000000001}";
  g_autoptr (Columns) columns = columns_new (table_builtin (MD_BAR));

  g_assert_true (row_from_json (text, strlen (text), columns, NULL, NULL));
  g_assert_cmpint (columns->cols[0].i64[0], ==,
                   G_GINT64_CONSTANT (1704205800000000001));
}

static void
check_refused (gconstpointer data)
{
  const char *const *sample = data;
  g_autoptr (Columns) columns = columns_new (table_builtin (MD_TRADE));
  g_autoptr (GError) error = NULL;

  g_assert_false (row_from_json (sample[1], strlen (sample[1]), columns, NULL,
                                 &error));
  g_assert_error (error, CORE_ERROR, CORE_ERROR_DATA);
  g_assert_nonnull (strstr (error->message, sample[2]));
  g_assert_cmpuint (columns->n, ==, 0);
}

/* Name, text, what the message must contain.                               */
static const char *const refused[][3] = {
  { "nothing", "", "" },
  { "an-array", "[1]", "" },
  { "a-cut-object", "{\"ts\":1704205800000000000", "" },
  { "something-after-it", "{\"ts\":1704205800000000000} x", "" },
  { "no-time", "{\"price\":1}", "\"ts\"" },
  { "a-null-time", "{\"ts\":null}", "\"ts\"" },
  { "a-time-without-zone", "{\"ts\":\"2024-01-02T14:30:00\"}", "\"ts\"" },
  { "an-unknown-member", "{\"ts\":1704205800000000000,\"prise\":1}",
    "\"prise\"" },
  { "a-member-twice",
    "{\"ts\":1704205800000000000,\"price\":1,\"price\":2}", "\"price\"" },
  { "an-inexact-price",
    "{\"ts\":1704205800000000000,\"price\":1.0123456789}", "\"price\"" },
  { "a-price-out-of-range",
    "{\"ts\":1704205800000000000,\"price\":9300000000}", "\"price\"" },
  { "an-array-for-a-name",
    "{\"ts\":1704205800000000000,\"side\":[\"buy\"]}", "\"side\"" },
  { "a-number-for-a-name", "{\"ts\":1704205800000000000,\"side\":1}",
    "\"side\"" },
  { "a-name-with-a-nul",
    "{\"ts\":1704205800000000000,\"side\":\"a\\u0000b\"}", "\"side\"" },
  { "flags-as-a-number", "{\"ts\":1704205800000000000,\"flags\":1}",
    "\"flags\"" },
  { "an-unknown-flag",
    "{\"ts\":1704205800000000000,\"flags\":\"corrected|wrong\"}",
    "\"flags\"" },
  { "a-symbol-that-is-none", "{\"ts\":1704205800000000000,\"symbol\":7}",
    "\"symbol\"" },
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/row-json/a-bar-reads-as-a-person-would-write-it",
                   test_a_bar_reads_as_a_person_would_write_it);
  g_test_add_func ("/row-json/every-value-comes-back",
                   test_every_value_comes_back);
  g_test_add_func ("/row-json/no-instrument-is-none",
                   test_no_instrument_is_none);
  g_test_add_func ("/row-json/null-is-absent", test_null_is_absent);
  g_test_add_func ("/row-json/times-may-be-nanoseconds",
                   test_times_may_be_nanoseconds);
  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++) {
    g_autofree char *path
      = g_strdup_printf ("/row-json/refuses-%s", refused[i][0]);

    g_test_add_data_func (path, refused[i], check_refused);
  }
  return g_test_run ();
}
