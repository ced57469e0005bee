/* SPDX-License-Identifier: Apache-2.0 */
#include "config-fixture.h"

#define HEAD "[job]\nprovider = acme\nschema = trades\nstart = 2024-01-01\n"

/* The symbols of `symbols = TEXT`, joined by blanks.                       */
static char *
resolved (const char *text)
{
  g_autofree char *file = g_strdup_printf (HEAD "symbols = %s\n", text);
  g_autoptr (Job) job = fixture_load (file);

  return g_strjoinv (" ", job->symbols);
}

static char *
refused (const char *text)
{
  g_autofree char *file = g_strdup_printf (HEAD "symbols = %s\n", text);
  char *faults = fixture_faults (file);

  assert_has (faults, "us.ini:5: [job] symbols: ");
  return faults;
}

static void
test_order_stays_and_doubles_go (void)
{
  g_autofree char *symbols = resolved ("B, A,,  C, A, B,");

  g_assert_cmpstr (symbols, ==, "B A C");
}

static void
test_symbols_stay_as_the_vendor_spells_them (void)
{
  g_autofree char *symbols = resolved ("BRK.B, ES.c.0, btc-usd, SPXW  240119C");

  g_assert_cmpstr (symbols, ==, "BRK.B ES.c.0 btc-usd SPXW  240119C");
}

static void
test_a_file_lists_one_symbol_a_line (void)
{
  g_autofree char *symbols = NULL;

  fixture_write ("lists/mine.txt", "# mine\r\n\r\n  X \r\nY\r\nX\r\n");
  symbols = resolved ("A, file:lists/mine.txt, Y");
  g_assert_cmpstr (symbols, ==, "A X Y");
}

static void
test_a_file_with_columns_is_refused (void)
{
  g_autofree char *faults = NULL;

  fixture_write ("table.txt", "X\nY,Company of Y\n");
  faults = refused ("file:table.txt");
  assert_has (faults, "table.txt:2: no symbol");
}

static void
test_an_empty_or_missing_file_is_refused (void)
{
  g_autofree char *empty = NULL, *missing = refused ("file:none.txt");

  assert_has (missing, "none.txt");
  fixture_write ("empty.txt", "# nothing yet\n");
  empty = refused ("file:empty.txt");
  assert_has (empty, "empty.txt holds no symbols");
}

static void
test_the_users_universe_comes_before_the_shipped_one (void)
{
  g_autofree char *symbols = NULL;

  fixture_write ("data/universes/tiny.txt", "# date: 2024-01-01\nOLD\n");
  symbols = resolved ("@tiny");
  g_assert_cmpstr (symbols, ==, "OLD");
  g_free (symbols);
  fixture_write ("home/mdcore/universes/tiny.txt", "# date: 2024-06-01\nNEW\n");
  symbols = resolved ("@tiny");
  g_assert_cmpstr (symbols, ==, "NEW");
}

static void
test_a_universe_tells_its_date (void)
{
  g_autoptr (Job) job = NULL;

  fixture_write ("data/universes/pair.txt", "# two\n# date: 2024-03-01\nP\nQ\n");
  job = fixture_load (HEAD "symbols = @pair\n");
  g_assert_cmpuint (job->universes->len, ==, 1);
  g_assert_cmpstr (g_ptr_array_index (job->universes, 0), ==,
                   "@pair of 2024-03-01, 2 symbols");
}

static void
test_a_universe_without_a_date_is_refused (void)
{
  g_autofree char *faults = NULL;

  fixture_write ("data/universes/undated.txt", "P\nQ\n");
  faults = refused ("@undated");
  assert_has (faults, "lacks its line \"# date: YYYY-MM-DD\"");
}

static void
test_an_unknown_universe_lists_the_known_ones (void)
{
  g_autofree char *faults = NULL, *climb = refused ("@../tiny");

  fixture_write ("data/universes/known.txt", "# date: 2024-01-01\nP\n");
  faults = refused ("@nothing");
  assert_has (faults, "unknown universe @nothing");
  assert_has (faults, "@known");
  assert_has (climb, "unknown universe");
}

static void
test_a_star_means_all_and_stands_alone (void)
{
  g_autofree char *faults = refused ("A, *");
  g_autoptr (Job) job = fixture_load (HEAD "symbols = *\n");

  assert_has (faults, "stands alone");
  g_assert_cmpstr (job->symbols[0], ==, "*");
  g_assert_cmpuint (job->selector, ==, MD_SELECT_ALL);
}

static void
test_all_without_a_star_is_refused (void)
{
  g_autofree char *faults = refused ("A\nsymbol_kind = all");

  assert_has (faults, "goes with symbols = *");
}

static void
test_a_list_of_commas_names_no_symbol (void)
{
  g_autofree char *faults = refused (", ,");

  assert_has (faults, "names no symbol");
}

static void
test_ten_thousand_symbols_are_resolved_soon (void)
{
  g_autoptr (GString) list = g_string_new ("# date: 2024-01-01\n");
  g_autoptr (Job) job = NULL;

  for (int i = 0; i < 10000; i++)
    g_string_append_printf (list, "S%d\n", i);
  fixture_write ("data/universes/big.txt", list->str);
  job = fixture_load (HEAD "symbols = @big\n");
  g_assert_cmpuint (g_strv_length (job->symbols), ==, 10000);
  g_assert_cmpstr (job->symbols[9999], ==, "S9999");
}

/* The lists that are installed, as they are.                               */
static void
test_the_shipped_universes_are_sound (void)
{
  static const struct {
    const char *name;
    guint n;
    const char *has;
  } shipped[] = { { "@etf20", 20, "SPY" }, { "@sp500", 503, "BRK.B" } };
  g_autofree char *share = NULL, *mine = g_strdup (g_getenv ("MDCORE_DATA_DIR"));

  if (g_getenv ("MDCORE_TEST_SOURCE") == NULL) {
    g_test_skip ("MDCORE_TEST_SOURCE names no source tree");
    return;
  }
  share = g_build_filename (g_getenv ("MDCORE_TEST_SOURCE"), "share", NULL);
  g_setenv ("MDCORE_DATA_DIR", share, TRUE);
  for (gsize i = 0; i < G_N_ELEMENTS (shipped); i++) {
    g_autofree char *text = g_strdup_printf (HEAD "symbols = %s\n",
                                             shipped[i].name);
    g_autoptr (Job) job = fixture_load (text);

    g_assert_cmpuint (g_strv_length (job->symbols), ==, shipped[i].n);
    g_assert_true (g_strv_contains ((const char *const *) job->symbols,
                                    shipped[i].has));
  }
  g_setenv ("MDCORE_DATA_DIR", mine, TRUE);
}

#define ADD(name, test) g_test_add_func ("/config-symbols/" name, test)

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  fixture_begin ();
  g_setenv ("MDCORE_DATA_DIR", "data", TRUE);
  ADD ("order-stays-and-doubles-go", test_order_stays_and_doubles_go);
  ADD ("symbols-stay-as-the-vendor-spells-them",
       test_symbols_stay_as_the_vendor_spells_them);
  ADD ("a-file-lists-one-symbol-a-line", test_a_file_lists_one_symbol_a_line);
  ADD ("a-file-with-columns-is-refused", test_a_file_with_columns_is_refused);
  ADD ("an-empty-or-missing-file-is-refused",
       test_an_empty_or_missing_file_is_refused);
  ADD ("the-users-universe-comes-before-the-shipped-one",
       test_the_users_universe_comes_before_the_shipped_one);
  ADD ("a-universe-tells-its-date", test_a_universe_tells_its_date);
  ADD ("a-universe-without-a-date-is-refused",
       test_a_universe_without_a_date_is_refused);
  ADD ("an-unknown-universe-lists-the-known-ones",
       test_an_unknown_universe_lists_the_known_ones);
  ADD ("a-star-means-all-and-stands-alone",
       test_a_star_means_all_and_stands_alone);
  ADD ("all-without-a-star-is-refused", test_all_without_a_star_is_refused);
  ADD ("a-list-of-commas-names-no-symbol",
       test_a_list_of_commas_names_no_symbol);
  ADD ("ten-thousand-symbols-are-resolved-soon",
       test_ten_thousand_symbols_are_resolved_soon);
  ADD ("the-shipped-universes-are-sound",
       test_the_shipped_universes_are_sound);
  status = g_test_run ();
  fixture_end ();
  return status;
}
