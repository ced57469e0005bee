/* SPDX-License-Identifier: Apache-2.0
 *
 * A column out of a page, and whether it may take the place of a list.
 */
#include "config/universe.h"

#include "data/error.h"

#include <string.h>

#define HEAD "<tr><th>Symbol</th><th>Name</th></tr>"
#define PAGE(body) "<!DOCTYPE html><html><body>" body "</body></html>\n"

static char *
column (const char *html)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) cells = page_read_column (html, strlen (html),
                                                  "Symbol", &error);

  g_assert_no_error (error);
  g_ptr_array_add (cells, NULL);
  return g_strjoinv ("|", (char **) cells->pdata);
}

static void
assert_refused (const char *html, const char *why)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) cells = page_read_column (html, strlen (html),
                                                  "Symbol", &error);

  g_assert_null (cells);
  g_assert_error (error, CORE_ERROR, CORE_ERROR_DATA);
  if (strstr (error->message, why) == NULL)
    g_error ("\"%s\" lacks \"%s\"", error->message, why);
}

/* ---- pages ----------------------------------------------------------- */

static void
test_the_column_below_the_heading_is_read (void)
{
  g_autofree char *cells = column (PAGE (
    "<p>Symbol</p><table><tr><th>Date</th></tr><tr><td>X</td></tr></table>"
    "<table id=a><tbody><tr><th>Name</th><th>Symbol\n</th></tr>"
    "<tr><td>Acme</td><td>ACME</td></tr>"
    "<tr><td>Berk</td><td>BRK.B</td></tr></tbody></table>"));

  g_assert_cmpstr (cells, ==, "ACME|BRK.B");
}

static void
test_links_blanks_and_notes_do_not_matter (void)
{
  g_autofree char *cells = column (PAGE (
    "<table><thead>" HEAD "</thead><tr><td>\n <a href='x'> A&amp;B </a>"
    "<sup>[1]</sup><style>td{}</style></td><td>One</td></tr>"
    "<tr><td><span>C</span>&#160;<b>D</b></td><td>Two</td></tr></table>"));

  g_assert_cmpstr (cells, ==, "A&B|C D");
}

static void
test_unclosed_tags_are_read_as_browsers_do (void)
{
  g_autofree char *cells = column (PAGE (
    "<table><tr><th>Symbol<th>Name<tr><td>A<td>One<tr><td>B<td>Two</table>"));

  g_assert_cmpstr (cells, ==, "A|B");
}

static void
test_a_table_in_a_cell_is_not_the_table (void)
{
  g_autofree char *cells = column (PAGE (
    "<table>" HEAD "<tr><td>A</td><td><table><tr><td>x</td></tr></table>"
    "</td></tr></table>"));

  g_assert_cmpstr (cells, ==, "A");
}

static void
test_a_cut_page_is_refused (void)
{
  assert_refused ("<html><table>" HEAD "<tr><td>A</td><td>x</td></tr>",
                  "does not end with </html>");
  assert_refused ("", "does not end with </html>");
}

static void
test_a_page_without_the_table_is_refused (void)
{
  assert_refused (PAGE ("<table><tr><th>Ticker</th></tr></table>"),
                  "no table of the page has a column \"Symbol\"");
  assert_refused ("</html>", "no table");
}

static void
test_two_tables_with_the_heading_are_refused (void)
{
  assert_refused (PAGE ("<table>" HEAD "</table><table>" HEAD "</table>"),
                  "several tables");
}

static void
test_a_row_of_another_width_is_refused (void)
{
  assert_refused (PAGE ("<table>" HEAD "<tr><td>A</td><td>x</td></tr>"
                        "<tr><td>B</td></tr></table>"),
                  "row 2 of the table has not the 2 cells");
  assert_refused (PAGE ("<table>" HEAD
                        "<tr><td rowspan=2>A</td><td>x</td></tr></table>"),
                  "row 1 of the table");
}

static void
test_deep_nesting_ends (void)
{
  g_autoptr (GString) html = g_string_new ("<html>");

  for (guint i = 0; i < 20000; i++)
    g_string_append (html, "<div><table><tr><td>");
  g_string_append (html, "</html>");
  assert_refused (html->str, "no table");
}

/* ---- judgement ------------------------------------------------------- */

static GPtrArray *
list (const char *text)
{
  g_auto (GStrv) words = g_strsplit (text, " ", -1);
  GPtrArray *made = g_ptr_array_new_with_free_func (g_free);

  for (char **word = words; *word != NULL; word++) {
    if (**word != '\0')
      g_ptr_array_add (made, g_strdup (*word));
  }
  return made;
}

#define TEN "A B C D E F G H I J"

static char *
judged (const char *new_list, guint at_least, double max_change)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) symbols = list (new_list);
  g_autoptr (GPtrArray) held = list (TEN);
  const Universe old = { .symbols = held };
  const RefreshLimits limits = { at_least, max_change };
  RefreshDiff diff;
  char *text;

  if (refresh_judge (&old, symbols, &limits, &diff, &error)) {
    g_ptr_array_add (diff.added, NULL);
    g_ptr_array_add (diff.removed, NULL);
    text = g_strdup_printf ("+%s -%s",
                            g_ptr_array_index (diff.added, 0) != NULL
                              ? (char *) diff.added->pdata[0] : "",
                            g_ptr_array_index (diff.removed, 0) != NULL
                              ? (char *) diff.removed->pdata[0] : "");
  } else {
    g_assert_error (error, CORE_ERROR, CORE_ERROR_DATA);
    text = g_strdup (error->message);
  }
  refresh_diff_clear (&diff);
  return text;
}

static void
assert_judged (const char *new_list, guint at_least, double max_change,
               const char *part)
{
  g_autofree char *text = judged (new_list, at_least, max_change);

  if (strstr (text, part) == NULL)
    g_error ("\"%s\" lacks \"%s\"", text, part);
}

static void
test_what_changed_is_told (void)
{
  assert_judged (TEN, 0, 0.1, "+ -");
  assert_judged ("A B C D E F G H I K.B", 0, 0.1, "+K.B -J");
}

static void
test_too_few_are_refused (void)
{
  assert_judged ("A B C D E F G H", 0, 1, "8 symbols and must have at least 9");
  assert_judged (TEN, 11, 1, "at least 11");
  assert_judged ("", 0, 1, "0 symbols");
  assert_judged ("A B", 2, 1, "+ -C");
}

static void
test_too_much_change_is_refused (void)
{
  assert_judged ("A B C D E F G H X Y", 0, 0.1, "2 symbols would come and 2");
  assert_judged (TEN " K L", 0, 0.1, "2 symbols would come and 0 go, of 10");
  assert_judged (TEN " K L", 0, 0.2, "+K -");
}

static void
test_malformed_symbols_are_refused (void)
{
  static const char *const bad[] = { "lower", "TOOLONGX", "A..B", "BRK.",
                                     ".B", "A[1]", "BRK.BBBB", "A.B.C",
                                     "\xc3\x84" };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autofree char *text = g_strconcat ("B C D E F G H I J ", bad[i], NULL);

    assert_judged (text, 0, 1, "is no ticker symbol");
  }
}

static void
test_a_repeated_symbol_is_refused (void)
{
  assert_judged (TEN " A", 0, 1, "A stands in two rows");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/universe/the-column-below-the-heading-is-read",
                   test_the_column_below_the_heading_is_read);
  g_test_add_func ("/universe/links-blanks-and-notes-do-not-matter",
                   test_links_blanks_and_notes_do_not_matter);
  g_test_add_func ("/universe/unclosed-tags-are-read-as-browsers-do",
                   test_unclosed_tags_are_read_as_browsers_do);
  g_test_add_func ("/universe/a-table-in-a-cell-is-not-the-table",
                   test_a_table_in_a_cell_is_not_the_table);
  g_test_add_func ("/universe/a-cut-page-is-refused",
                   test_a_cut_page_is_refused);
  g_test_add_func ("/universe/a-page-without-the-table-is-refused",
                   test_a_page_without_the_table_is_refused);
  g_test_add_func ("/universe/two-tables-with-the-heading-are-refused",
                   test_two_tables_with_the_heading_are_refused);
  g_test_add_func ("/universe/a-row-of-another-width-is-refused",
                   test_a_row_of_another_width_is_refused);
  g_test_add_func ("/universe/deep-nesting-ends", test_deep_nesting_ends);
  g_test_add_func ("/universe/what-changed-is-told",
                   test_what_changed_is_told);
  g_test_add_func ("/universe/too-few-are-refused", test_too_few_are_refused);
  g_test_add_func ("/universe/too-much-change-is-refused",
                   test_too_much_change_is_refused);
  g_test_add_func ("/universe/malformed-symbols-are-refused",
                   test_malformed_symbols_are_refused);
  g_test_add_func ("/universe/a-repeated-symbol-is-refused",
                   test_a_repeated_symbol_is_refused);
  return g_test_run ();
}
