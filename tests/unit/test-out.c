/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/out.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void
assert_time (char *text, const char *expected)
{
  g_assert_cmpstr (text, ==, expected);
  g_free (text);
}

static void
test_a_midnight_is_a_date (void)
{
  assert_time (out_time (1704067200 * MD_SECOND), "2024-01-01");
  assert_time (out_time (1704067201 * MD_SECOND), "2024-01-01T00:00:01Z");
  assert_time (out_time (MD_ABSENT), "-");
}

static void
test_when_something_happened_is_told_to_the_second (void)
{
  assert_time (out_when (1704067201 * MD_SECOND + 5), "2024-01-01T00:00:01Z");
  assert_time (out_when (MD_ABSENT), "-");
}

static void
test_counts_are_grouped_by_thousands (void)
{
  static const struct {
    guint64 n;
    const char *text;
  } cases[] = { { 0, "0" },
                { 999, "999" },
                { 1000, "1,000" },
                { 1234567, "1,234,567" },
                { G_MAXUINT64, "18,446,744,073,709,551,615" } };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *text = out_count (cases[i].n);

    g_assert_cmpstr (text, ==, cases[i].text);
  }
}

/* A vendor's text must not drive the terminal.                             */
static void
test_control_characters_are_spelled_out (void)
{
  g_autofree char *text = out_safe ("a\033[31mb\nc\xff" "d\xc3\xa9");

  g_assert_cmpstr (text, ==, "a\\x1b[31mb\\x0ac\xef\xbf\xbd" "d\xc3\xa9");
}

static void
test_absent_values_are_null (void)
{
  json_t *object = json_object ();

  out_set_text (object, "text", NULL);
  out_set_time (object, "time", MD_ABSENT);
  out_set_text (object, "bytes", "\xff");
  g_assert_true (json_is_null (json_object_get (object, "text")));
  g_assert_true (json_is_null (json_object_get (object, "time")));
  g_assert_true (json_is_string (json_object_get (object, "bytes")));
  json_decref (object);
}

/* stdout of a table.  (transfer full)                                      */
static char *
printed (OutTable *table)
{
  g_autofree char *path = NULL;
  int fd = g_file_open_tmp ("mdcore-out-XXXXXX", &path, NULL), saved;
  char *text;

  fflush (stdout);
  saved = dup (STDOUT_FILENO);
  dup2 (fd, STDOUT_FILENO);
  out_table_print (table);
  fflush (stdout);
  dup2 (saved, STDOUT_FILENO);
  close (saved);
  close (fd);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_unlink (path);
  return text;
}

static void
test_columns_are_as_wide_as_their_widest_cell (void)
{
  static const char *const headings[] = { "NAME", ">ROWS", "NOTE", NULL };
  OutTable *table = out_table_new (headings);
  g_autofree char *text = NULL;

  out_table_add (table, "a", "1,000,000", "", NULL);
  out_table_add (table, "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9", "2", "x",
                 NULL);
  text = printed (table);
  g_assert_cmpstr (text, ==,
                   "NAME        ROWS  NOTE\n"
                   "a      1,000,000\n"
                   "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9          2  x\n");
}

static void
test_an_empty_table_prints_nothing (void)
{
  static const char *const headings[] = { "NAME", NULL };
  g_autofree char *text = printed (out_table_new (headings));

  g_assert_cmpstr (text, ==, "");
}

#define ADD(name, test) g_test_add_func ("/out/" name, test)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("a-midnight-is-a-date", test_a_midnight_is_a_date);
  ADD ("when-something-happened-is-told-to-the-second",
       test_when_something_happened_is_told_to_the_second);
  ADD ("counts-are-grouped-by-thousands", test_counts_are_grouped_by_thousands);
  ADD ("control-characters-are-spelled-out",
       test_control_characters_are_spelled_out);
  ADD ("absent-values-are-null", test_absent_values_are_null);
  ADD ("columns-are-as-wide-as-their-widest-cell",
       test_columns_are_as_wide_as_their_widest_cell);
  ADD ("an-empty-table-prints-nothing", test_an_empty_table_prints_nothing);
  return g_test_run ();
}
