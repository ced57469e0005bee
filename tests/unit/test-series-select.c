/* SPDX-License-Identifier: Apache-2.0
 *
 * Which series a command means, and `mdcore export` of what only a store
 * made by hand can hold.
 */
#include "cli/series-select.h"
#include "data/spans.h"
#include "store-help.h"

#include <string.h>

#define WANT(...) ((const char *const[]) { __VA_ARGS__, NULL })

typedef struct {
  char *dir;
  Store *store;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->dir = help_dir ();
  f->store = help_open (f->dir, STORE_WRITE);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_clear_pointer (&f->store, store_close);
  help_remove (f->dir);
}

static void
add_rows (Segment *segment, const char *instrument, const char *rows)
{
  segment_add_series (segment, instrument, help_rows (FALSE, rows));
}

static void
add_mapping (Segment *segment, const char *instrument, gint64 from, gint64 to)
{
  Mapping *mapping = g_new0 (Mapping, 1);

  mapping->instrument = g_strdup (instrument);
  mapping->from = MINUTES (from);
  mapping->to = MINUTES (to);
  g_ptr_array_add (segment->mappings, mapping);
}

/* "ESH4 ESM4[0-5][7-9]", spans in minutes; or the error's sentence.        */
static char *
select_text (Store *store, const SeriesWish *wish)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) list = series_select (store, wish, &error);
  GString *out = g_string_new (NULL);

  if (list == NULL) {
    g_assert_error (error, CORE_ERROR, CORE_ERROR_USAGE);
    g_string_append (out, error->message);
  }
  for (guint i = 0; list != NULL && i < list->len; i++) {
    const SelectedSeries *series = list->pdata[i];

    g_string_append_printf (out, "%s%s", i > 0 ? " " : "",
                            series->info.key.instrument);
    for (guint k = 0; series->spans != NULL && k < series->spans->len; k++) {
      const Span *span = &g_array_index (series->spans, Span, k);

      g_string_append_printf (
        out, "[%" G_GINT64_FORMAT "-%" G_GINT64_FORMAT "]",
        (span->from - HELP_BASE) / MD_MINUTE,
        (span->to - HELP_BASE) / MD_MINUTE);
    }
  }
  return g_string_free (out, FALSE);
}

static void
assert_selected (Store *store, const char *const *symbols, const char *want)
{
  const SeriesWish wish = { .symbols = symbols };
  g_autofree char *have = select_text (store, &wish);

  g_assert_cmpstr (have, ==, want);
}

static void
assert_says (Store *store, const SeriesWish *wish, const char *says)
{
  g_autofree char *have = select_text (store, wish);

  if (strstr (have, says) == NULL)
    g_error ("\"%s\" does not say \"%s\"", have, says);
}

/* ---- what a symbol means --------------------------------------------- */

static void
test_no_symbol_and_star_mean_all (Fixture *f, gconstpointer data)
{
  help_put (f->store, "B", 0, 5, "1=10");
  help_put (f->store, "A", 0, 5, "1=10");
  assert_selected (f->store, NULL, "A B");
  assert_selected (f->store, WANT ("*"), "A B");
}

static void
test_symbols_keep_their_order (Fixture *f, gconstpointer data)
{
  help_put (f->store, "A", 0, 5, "1=10");
  help_put (f->store, "B", 0, 5, "1=10");
  assert_selected (f->store, WANT ("B", "A", "B"), "B A");
}

static void
test_a_parent_means_what_it_delivered (Fixture *f, gconstpointer data)
{
  Segment *segment
    = help_segment_of (FALSE, "ES.FUT", MD_SELECT_PARENT, 0, 10);

  add_rows (segment, "ESH4", "1=10 2=11");
  add_rows (segment, "ESM4", "1=20");
  segment_seal (segment);
  help_commit (f->store, segment);
  help_put (f->store, "NQH4", 0, 10, "1=30");
  assert_selected (f->store, WANT ("ES.FUT"), "ESH4 ESM4");
}

static void
test_an_instrument_counts_only_while_the_selector_stood_for_it
  (Fixture *f, gconstpointer data)
{
  Segment *segment = help_segment_of (FALSE, "META", MD_SELECT_ID, 0, 10);

  add_rows (segment, "FB", "1=10 2=11 8=12");
  segment_seal (segment);
  add_mapping (segment, "FB", 0, 5);
  help_commit (f->store, segment);
  assert_selected (f->store, WANT ("META"), "FB[0-5]");
}

static void
test_a_series_name_goes_before_a_selector (Fixture *f, gconstpointer data)
{
  Segment *segment = help_segment_of (FALSE, "X", MD_SELECT_PARENT, 0, 10);

  add_rows (segment, "Y", "1=10");
  segment_seal (segment);
  help_commit (f->store, segment);
  help_put (f->store, "X", 0, 10, "1=30");
  assert_selected (f->store, WANT ("X"), "X");
}

static void
test_wanted_in_two_ways_is_wanted_always (Fixture *f, gconstpointer data)
{
  Segment *segment = help_segment_of (FALSE, "META", MD_SELECT_ID, 0, 10);

  add_rows (segment, "FB", "1=10");
  segment_seal (segment);
  add_mapping (segment, "FB", 0, 5);
  help_commit (f->store, segment);
  assert_selected (f->store, WANT ("META", "FB"), "FB");
}

/* ---- nothing there --------------------------------------------------- */

static void
test_an_empty_store_says_so (Fixture *f, gconstpointer data)
{
  const SeriesWish wish = { .symbols = WANT ("A") };

  assert_says (f->store, &wish, "holds no rows yet");
  assert_says (f->store, &wish, f->dir);
}

static void
test_the_nearest_name_is_offered (Fixture *f, gconstpointer data)
{
  const SeriesWish wish = { .provider = "test", .symbols = WANT ("MSTF") };

  help_put (f->store, "AAPL", 0, 5, "1=10");
  help_put (f->store, "MSFT", 0, 5, "1=10");
  assert_says (f->store, &wish, "\"MSTF\" of provider test");
  assert_says (f->store, &wish, "nearest: test feed ohlcv-1m MSFT");
}

static void
test_a_job_may_lack_some_symbols_not_all (Fixture *f, gconstpointer data)
{
  const SeriesWish some = { .symbols = WANT ("A", "B"),
                            .some_missing = TRUE };
  const SeriesWish none = { .symbols = WANT ("B", "C"),
                            .some_missing = TRUE };
  g_autofree char *have = NULL;

  help_put (f->store, "A", 0, 5, "1=10");
  have = select_text (f->store, &some);
  g_assert_cmpstr (have, ==, "A");
  assert_says (f->store, &none, "holds no series \"B\"");
}

/* ---- the command ----------------------------------------------------- */

static char *
export (Fixture *f, const char *option, const char *value)
{
  g_autofree char *path = g_build_filename (f->dir, "store", NULL);
  const char *argv[] = { g_getenv ("MDCORE_TEST_BIN"), "export", "--store",
                         path, "--time", "ns", option, value, NULL };
  g_autofree char *err = NULL;
  g_autoptr (GError) error = NULL;
  char *out = NULL;
  int status = 0;

  g_assert_nonnull (argv[0]);
  g_spawn_sync (NULL, (char **) argv, NULL, 0, NULL, NULL, &out, &err, &status,
                &error);
  g_assert_no_error (error);
  if (!g_spawn_check_wait_status (status, NULL))
    g_error ("%s", err);
  return out;
}

static void
assert_closes (const char *csv, const char *want)
{
  g_auto (GStrv) lines = g_strsplit (csv, "\n", -1);
  g_autoptr (GString) have = g_string_new (NULL);

  for (gsize i = 1; lines[i] != NULL && lines[i][0] != '\0'; i++) {
    g_auto (GStrv) cells = g_strsplit (lines[i], ",", -1);

    g_string_append_printf (have, "%s%s", i > 1 ? " " : "", cells[8]);
  }
  g_assert_cmpstr (have->str, ==, want);
}

static void
test_export_as_of_shows_the_rows_of_then (Fixture *f, gconstpointer data)
{
  g_autofree char *before = NULL, *now = NULL;

  clock_set_manual (1000 * MD_DAY);
  help_put (f->store, "A", 0, 5, "1=10 2=11");
  clock_set_manual (1010 * MD_DAY);
  help_put (f->store, "A", 0, 5, "1=15 3=16");
  g_clear_pointer (&f->store, store_close);
  before = export (f, "--as-of", "1972-10-01");
  now = export (f, "--symbol", "A");
  assert_closes (before, "10 11");
  assert_closes (now, "15 16");
}

static void
test_export_of_a_selector_cuts_to_its_mappings (Fixture *f, gconstpointer data)
{
  Segment *segment = help_segment_of (FALSE, "META", MD_SELECT_ID, 0, 10);
  g_autofree char *csv = NULL;

  add_rows (segment, "FB", "1=10 4=11 5=12");
  add_rows (segment, "META.O", "4=20 5=21 6=22");
  segment_seal (segment);
  add_mapping (segment, "FB", 0, 5);
  add_mapping (segment, "META.O", 5, 10);
  help_commit (f->store, segment);
  g_clear_pointer (&f->store, store_close);
  csv = export (f, "--symbol", "META");
  assert_closes (csv, "10 11 21 22");
}

static void
test_export_of_real_rows_has_no_is_mock (Fixture *f, gconstpointer data)
{
  g_autofree char *csv = NULL;

  help_put (f->store, "A", 0, 5, "1=10");
  g_clear_pointer (&f->store, store_close);
  csv = export (f, "--format", "csv");
  g_assert_null (strstr (csv, "is_mock"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function)                                                   \
  g_test_add ("/series-select/" name, Fixture, NULL, set_up, function,        \
              tear_down)
  ADD ("no-symbol-and-star-mean-all", test_no_symbol_and_star_mean_all);
  ADD ("symbols-keep-their-order", test_symbols_keep_their_order);
  ADD ("a-parent-means-what-it-delivered",
       test_a_parent_means_what_it_delivered);
  ADD ("an-instrument-counts-only-while-the-selector-stood-for-it",
       test_an_instrument_counts_only_while_the_selector_stood_for_it);
  ADD ("a-series-name-goes-before-a-selector",
       test_a_series_name_goes_before_a_selector);
  ADD ("wanted-in-two-ways-is-wanted-always",
       test_wanted_in_two_ways_is_wanted_always);
  ADD ("an-empty-store-says-so", test_an_empty_store_says_so);
  ADD ("the-nearest-name-is-offered", test_the_nearest_name_is_offered);
  ADD ("a-job-may-lack-some-symbols-not-all",
       test_a_job_may_lack_some_symbols_not_all);
  ADD ("export-as-of-shows-the-rows-of-then",
       test_export_as_of_shows_the_rows_of_then);
  ADD ("export-of-a-selector-cuts-to-its-mappings",
       test_export_of_a_selector_cuts_to_its_mappings);
  ADD ("export-of-real-rows-has-no-is-mock",
       test_export_of_real_rows_has_no_is_mock);
  return g_test_run ();
}
