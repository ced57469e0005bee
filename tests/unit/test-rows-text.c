/* SPDX-License-Identifier: Apache-2.0 */
#include "data/error.h"
#include "data/interval.h"
#include "data/rows-text.h"
#include "random-rows.h"

#include <jansson.h>

static gboolean
collect (const char *data, gsize len, gpointer user, GError **error)
{
  g_string_append_len (user, data, (gssize) len);
  return TRUE;
}

static gboolean
tell (guint64 commit, RowsLineage *ret_lineage, gpointer data, GError **error)
{
  static char id[32];

  g_snprintf (id, sizeof id, "id-%" G_GUINT64_FORMAT, commit);
  ret_lineage->extracted_at = (gint64) commit * MD_SECOND;
  ret_lineage->ingestion_id = id;
  if (data != NULL)
    ++*(int *) data;
  return TRUE;
}

static char *
print (const Columns *columns, const RowsOptions *options, const char *symbol,
       gboolean made_up)
{
  GString *out = g_string_new (NULL);
  g_autoptr (RowsText) text
    = rows_text_new (columns->table, options, collect, out);

  rows_text_series (text, symbol, "acme", made_up);
  rows_text_lineage (text, tell, NULL);
  g_assert_true (rows_text_write (text, columns, NULL));
  g_assert_true (rows_text_end (text, NULL));
  g_assert_cmpuint (rows_text_count (text), ==, columns->n);
  return g_string_free (out, FALSE);
}

static Columns *
one_session (void)
{
  static const char *const names[] = { "half" };
  Columns *columns = columns_new (table_builtin (MD_SESSION));
  struct md_session session = {
    .ts = -MD_DAY, .venue = MD_ABSENT_NAME, .contract = MD_ABSENT_NAME,
    .flags = MD_ROW_DERIVED, .kind = 0, .open = -MD_DAY + 1500000,
    .close = MD_ABSENT };

  columns_append_rows (columns, &session, 1, sizeof session, names, 1);
  return columns;
}

static Columns *
two_bars (void)
{
  Columns *columns = columns_new (table_builtin (MD_BAR));
  struct md_bar bars[] = {
    { .ts = 0, .venue = MD_ABSENT_NAME, .contract = MD_ABSENT_NAME,
      .open = MD_PRICE_ONE, .high = 2 * MD_PRICE_ONE + 500000000,
      .low = -MD_PRICE_ONE / 4, .close = 0, .volume = 1e21,
      .vwap = md_absent_f64 (), .trades = MD_ABSENT },
    { .ts = MD_MINUTE, .venue = MD_ABSENT_NAME, .contract = MD_ABSENT_NAME,
      .open = 1, .high = 1, .low = 1, .close = MD_ABSENT, .volume = 0.1,
      .vwap = md_absent_f64 (), .trades = 12 } };

  columns_append_rows (columns, bars, 2, sizeof *bars, NULL, 0);
  return columns;
}

/* ---- CSV ------------------------------------------------------------- */

static void
test_csv_has_a_header_and_plain_values (void)
{
  const RowsOptions options = { .format = ROWS_CSV };
  g_autoptr (Columns) bars = two_bars ();
  g_autofree char *text = print (bars, &options, "BTC-USD", FALSE);

  g_assert_cmpstr (
    text, ==,
    "ts,symbol,venue,contract,flags,open,high,low,close,volume,vwap,trades\n"
    "1970-01-01T00:00:00Z,BTC-USD,,,,1,2.5,-0.25,0,1e+21,,\n"
    "1970-01-01T00:01:00Z,BTC-USD,,,,0.000000001,0.000000001,0.000000001,,"
    "0.1,,12\n");
}

static void
test_csv_times_can_be_ns (void)
{
  const RowsOptions options = { .format = ROWS_CSV, .times = VALUE_TIME_NS };
  g_autoptr (Columns) session = one_session ();
  g_autofree char *text = print (session, &options, "XNYS", FALSE);

  g_assert_cmpstr (text, ==,
                   "ts,symbol,venue,contract,flags,kind,open,close\n"
                   "-86400000000000,XNYS,,,derived,half,-86399998500000,\n");
}

static void
test_csv_quotes_what_needs_it (void)
{
  static const char *const names[] = { "a,b", "say \"x\"", "two\nlines", "" };
  const RowsOptions options = { .format = ROWS_CSV };
  g_autoptr (Columns) columns = columns_new (table_builtin (MD_INSTRUMENT));
  struct md_instrument row = {
    .name = { "", 0 }, .venue = 0, .contract = 1, .kind = 2, .base = 3,
    .currency = MD_ABSENT_NAME, .status = MD_ABSENT_NAME, .tick = MD_ABSENT,
    .lot = 1, .listed = MD_ABSENT, .delisted = MD_ABSENT };
  g_autofree char *text = NULL;

  columns_append_rows (columns, &row, 1, sizeof row, names, 4);
  text = print (columns, &options, "\"", FALSE);
  g_assert_cmpstr (
    text, ==,
    "ts,symbol,venue,contract,flags,name,kind,base,currency,status,tick,lot,"
    "listed,delisted\n"
    "1970-01-01T00:00:00Z,\"\"\"\",\"a,b\",\"say \"\"x\"\"\",,\"\","
    "\"two\nlines\",\"\",,,,1,,\n");
}

static void
test_no_rows_is_a_header (void)
{
  const RowsOptions options = { .format = ROWS_CSV };
  GString *out = g_string_new (NULL);
  g_autoptr (RowsText) text
    = rows_text_new (table_builtin (MD_SESSION), &options, collect, out);

  g_assert_true (rows_text_end (text, NULL));
  g_assert_cmpstr (out->str, ==,
                   "ts,symbol,venue,contract,flags,kind,open,close\n");
  g_string_free (out, TRUE);
}

/* ---- JSON lines ------------------------------------------------------ */

static void
test_json_lines_hold_numbers_texts_and_null (void)
{
  const RowsOptions options = { .format = ROWS_JSONL };
  g_autoptr (Columns) bars = two_bars ();
  g_autofree char *text = print (bars, &options, "BTC-USD", FALSE);

  g_assert_cmpstr (
    text, ==,
    "{\"ts\":\"1970-01-01T00:00:00Z\",\"symbol\":\"BTC-USD\",\"venue\":null,"
    "\"contract\":null,\"flags\":\"\",\"open\":1,\"high\":2.5,\"low\":-0.25,"
    "\"close\":0,\"volume\":1e+21,\"vwap\":null,\"trades\":null}\n"
    "{\"ts\":\"1970-01-01T00:01:00Z\",\"symbol\":\"BTC-USD\",\"venue\":null,"
    "\"contract\":null,\"flags\":\"\",\"open\":0.000000001,"
    "\"high\":0.000000001,\"low\":0.000000001,\"close\":null,\"volume\":0.1,"
    "\"vwap\":null,\"trades\":12}\n");
}

static void
test_json_escapes_and_stays_utf8 (void)
{
  static const char *const names[] = { "a\"b\\c\n\t\x01" };
  const RowsOptions options = { .format = ROWS_JSONL,
                                .times = VALUE_TIME_NS };
  g_autoptr (Columns) columns = columns_new (table_builtin (MD_INSTRUMENT));
  struct md_instrument row = {
    .name = { "\xc3\xa4\xff\x00z\xc3", 6 }, .venue = 0,
    .contract = MD_ABSENT_NAME, .kind = MD_ABSENT_NAME,
    .base = MD_ABSENT_NAME, .currency = MD_ABSENT_NAME,
    .status = MD_ABSENT_NAME, .tick = MD_ABSENT, .lot = -1.0 / 0.0,
    .listed = MD_ABSENT, .delisted = MD_ABSENT };
  g_autofree char *text = NULL;

  columns_append_rows (columns, &row, 1, sizeof row, names, 1);
  text = print (columns, &options, "X", FALSE);
  g_assert_cmpstr (
    text, ==,
    "{\"ts\":0,\"symbol\":\"X\",\"venue\":\"a\\\"b\\\\c\\n\\t\\u0001\","
    "\"contract\":null,\"flags\":\"\","
    "\"name\":\"\xc3\xa4\xef\xbf\xbd\\u0000z\xef\xbf\xbd\",\"kind\":null,"
    "\"base\":null,\"currency\":null,\"status\":null,\"tick\":null,"
    "\"lot\":\"-inf\",\"listed\":null,\"delisted\":null}\n");
}

/* ---- lineage --------------------------------------------------------- */

static void
test_made_up_rows_say_so (void)
{
  const RowsOptions csv = { .format = ROWS_CSV, .is_mock = TRUE };
  const RowsOptions json = { .format = ROWS_JSONL, .is_mock = TRUE };
  g_autoptr (Columns) session = one_session ();
  g_autofree char *a = print (session, &csv, "X", TRUE);
  g_autofree char *b = print (session, &csv, "X", FALSE);
  g_autofree char *c = print (session, &json, "X", TRUE);

  g_assert_true (g_str_has_prefix (
    a, "ts,symbol,venue,contract,flags,kind,open,close,is_mock\n"));
  g_assert_true (g_str_has_suffix (a, ",,true\n"));
  g_assert_true (g_str_has_suffix (b, ",,false\n"));
  g_assert_true (g_str_has_suffix (c, ",\"close\":null,\"is_mock\":true}\n"));
}

static void
test_lineage_follows_the_commit_of_each_row (void)
{
  const RowsOptions options = { .format = ROWS_CSV, .lineage = TRUE };
  g_autoptr (Columns) bars = columns_new (table_builtin (MD_SESSION));
  g_autoptr (Columns) one = one_session ();
  g_autofree char *text = NULL;

  for (int i = 0; i < 3; i++)
    columns_append_from (bars, one, 0, 1);
  bars->commit = g_new (guint64, bars->capacity);
  bars->commit[0] = bars->commit[1] = 5;
  bars->commit[2] = 60;
  text = print (bars, &options, "X", FALSE);
#define ROW "1969-12-31T00:00:00Z,X,,,derived,half,1969-12-31T00:00:00.0015Z,"
  g_assert_cmpstr (
    text, ==,
    "ts,symbol,venue,contract,flags,kind,open,close,source_provider,"
    "_extracted_at,_ingestion_id,is_mock\n"
    ROW ",acme,1970-01-01T00:00:05Z,id-5,false\n"
    ROW ",acme,1970-01-01T00:00:05Z,id-5,false\n"
    ROW ",acme,1970-01-01T00:01:00Z,id-60,false\n");
}

static void
test_lineage_is_asked_for_once_a_run_of_rows (void)
{
  const RowsOptions options = { .format = ROWS_JSONL, .lineage = TRUE };
  g_autoptr (Columns) bars = two_bars ();
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (RowsText) text
    = rows_text_new (bars->table, &options, collect, out);
  int asked = 0;

  rows_text_series (text, "X", "acme", FALSE);
  rows_text_lineage (text, tell, &asked);
  g_assert_true (rows_text_write (text, bars, NULL));
  g_assert_true (rows_text_end (text, NULL));
  g_assert_cmpint (asked, ==, 1);
}

/* ---- against other readers ------------------------------------------- */

static void
assert_json_value (const json_t *value, const Column *column, gsize row)
{
  g_autoptr (GString) want = g_string_new (NULL);
  g_autofree char *have = NULL;

  if (value_is_absent (column, row)) {
    g_assert_true (json_is_null (value));
    return;
  }
  value_append (want, column, row, VALUE_TIME_RFC3339);
  if (json_is_string (value)) {
    have = g_strdup (json_string_value (value));
  } else if (json_is_integer (value)) {
    have = g_strdup_printf ("%" JSON_INTEGER_FORMAT,
                            json_integer_value (value));
  } else {
    /* Doubles come back bit for bit; prices are only close in Jansson.     */
    g_assert_true (json_is_real (value));
    if (column->field->type == MD_FIELD_F64)
      g_assert_cmpfloat (json_real_value (value), ==, column->f64[row]);
    return;
  }
  if (column->field->type != MD_FIELD_F64)
    g_assert_cmpstr (have, ==, want->str);
}

static void
test_random_rows_are_valid_json (void)
{
  const RowsOptions options = { .format = ROWS_JSONL };

  for (guint seed = 1; seed <= 30; seed++) {
    g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
    guint record = every_record[seed % G_N_ELEMENTS (every_record)];
    g_autoptr (RandomRows) rows
      = random_rows (table_builtin (record), 100, rand);
    g_autoptr (Columns) columns = columns_new (rows->table);
    g_autofree char *text = NULL;
    g_auto (GStrv) lines = NULL;

    g_test_message ("seed %u", seed);
    random_rows_append (rows, 0, 100, columns);
    text = print (columns, &options, "X", FALSE);
    lines = g_strsplit (text, "\n", -1);
    g_assert_cmpuint (g_strv_length (lines), ==, 101);
    for (gsize row = 0; row < 100; row++) {
      json_error_t error;
      json_t *line = json_loads (lines[row], 0, &error);

      /* Jansson's integers end at 2^63; a volume may be larger.            */
      if (line == NULL)
        line = json_loads (lines[row], JSON_DECODE_INT_AS_REAL, &error);
      if (line == NULL)
        g_error ("%s: %s", error.text, lines[row]);
      g_assert_cmpuint (json_object_size (line), ==, rows->table->n_fields);
      for (gsize c = 0; c < columns->n_cols; c++)
        assert_json_value (
          json_object_get (line, columns->cols[c].field->name),
          &columns->cols[c], row);
      json_decref (line);
    }
  }
}

/* The fast path of times against the plain one.                            */
static void
test_random_csv_agrees_with_single_values (void)
{
  const RowsOptions options = { .format = ROWS_CSV };

  for (guint seed = 1; seed <= 30; seed++) {
    g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
    g_autoptr (RandomRows) rows
      = random_rows (table_builtin (MD_STATISTIC), 100, rand);
    g_autoptr (Columns) columns = columns_new (rows->table);
    g_autofree char *text = NULL;
    g_auto (GStrv) lines = NULL;

    g_test_message ("seed %u", seed);
    random_rows_append (rows, 0, 100, columns);
    text = print (columns, &options, "X", FALSE);
    lines = g_strsplit (text, "\n", -1);
    for (gsize row = 0; row < 100; row++) {
      g_autoptr (GString) want = g_string_new (NULL);

      for (gsize c = 0; c < columns->n_cols; c++) {
        if (c > 0)
          g_string_append_c (want, ',');
        value_append (want, &columns->cols[c], row, VALUE_TIME_RFC3339);
        if (c == 0)
          g_string_append (want, ",X");
      }
      g_assert_cmpstr (lines[row + 1], ==, want->str);
    }
  }
}

/* ---- failure --------------------------------------------------------- */

static gboolean
refuse (const char *data, gsize len, gpointer user, GError **error)
{
  g_set_error_literal (error, CORE_ERROR, CORE_ERROR_IO, "full");
  return FALSE;
}

static void
test_a_full_disk_stops_the_rows (void)
{
  const RowsOptions options = { .format = ROWS_CSV };
  g_autoptr (Columns) bars = two_bars ();
  g_autoptr (RowsText) text
    = rows_text_new (bars->table, &options, refuse, NULL);
  g_autoptr (GError) error = NULL;
  int i = 0;

  rows_text_series (text, "X", "acme", FALSE);
  while (i < 100000 && rows_text_write (text, bars, &error))
    i++;
  g_assert_error (error, CORE_ERROR, CORE_ERROR_IO);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add_func ("/rows-text/" name, function)
  ADD ("csv-has-a-header-and-plain-values",
       test_csv_has_a_header_and_plain_values);
  ADD ("csv-times-can-be-ns", test_csv_times_can_be_ns);
  ADD ("csv-quotes-what-needs-it", test_csv_quotes_what_needs_it);
  ADD ("no-rows-is-a-header", test_no_rows_is_a_header);
  ADD ("json-lines-hold-numbers-texts-and-null",
       test_json_lines_hold_numbers_texts_and_null);
  ADD ("json-escapes-and-stays-utf8", test_json_escapes_and_stays_utf8);
  ADD ("made-up-rows-say-so", test_made_up_rows_say_so);
  ADD ("lineage-follows-the-commit-of-each-row",
       test_lineage_follows_the_commit_of_each_row);
  ADD ("lineage-is-asked-for-once-a-run-of-rows",
       test_lineage_is_asked_for_once_a_run_of_rows);
  ADD ("random-rows-are-valid-json", test_random_rows_are_valid_json);
  ADD ("random-csv-agrees-with-single-values",
       test_random_csv_agrees_with_single_values);
  ADD ("a-full-disk-stops-the-rows", test_a_full_disk_stops_the_rows);
  return g_test_run ();
}
