/* SPDX-License-Identifier: Apache-2.0
 *
 * The CSV reader: RFC 4180, and faults that are said.
 */
#include <support/csv.h>

#include <glib.h>
#include <string.h>

/* Records as "a|b|c;..." with "!fault@line" at the end of a bad text.      */
static char *
read_all (const char *text)
{
  gsize len = strlen (text), n;
  g_autofree char *exact = g_memdup2 (text, len);
  GString *out = g_string_new (NULL);
  struct md_csv csv;
  struct md_text fields[4];

  md_csv_init (&csv, exact, len);
  while (md_csv_record (&csv, fields, 4, &n)) {
    for (gsize i = 0; i < MIN (n, 4); i++) {
      g_autofree char *buf = g_malloc (fields[i].len + 1);

      if (i > 0)
        g_string_append_c (out, '|');
      g_string_append_len (out, buf, (gssize) md_csv_unquote (fields[i],
                                                              buf));
    }
    if (n > 4)
      g_string_append_printf (out, "+%d", (int) n - 4);
    g_string_append_c (out, ';');
  }
  if (csv.fault != NULL)
    g_string_append_printf (out, "!%d", (int) csv.line);
  return g_string_free (out, FALSE);
}

static void
assert_reads (const char *text, const char *expected)
{
  g_autofree char *got = read_all (text);

  g_test_message ("%s", text);
  g_assert_cmpstr (got, ==, expected);
}

static void
test_records (void)
{
  assert_reads ("", "");
  assert_reads ("a,b\nc,d\n", "a|b;c|d;");
  assert_reads ("a,b\r\nc,d", "a|b;c|d;");
  assert_reads ("a,,\n,,c", "a||;||c;");
  assert_reads ("a,", "a|;");
  assert_reads ("\n\na\n", ";;a;");
  assert_reads ("\r\n", ";");
  assert_reads ("\xef\xbb\xbfts,open\n", "ts|open;");
  assert_reads (" a , b ", " a | b ;");
}

static void
test_quotes (void)
{
  assert_reads ("\"a\",\"b\"\n", "a|b;");
  assert_reads ("\"a,b\",c", "a,b|c;");
  assert_reads ("\"a\nb\",c\r\nd", "a\nb|c;d;");
  assert_reads ("\"a \"\"b\"\" c\"", "a \"b\" c;");
  assert_reads ("\"\",\"\"\"\"", "|\";");
  assert_reads ("\"a\"", "a;");
}

static void
test_faults_name_the_line (void)
{
  assert_reads ("a\n\"b", "a;!2");
  assert_reads ("a\nb\"c\n", "a;!2");
  assert_reads ("\"a\"b\n", "!1");
  assert_reads ("\"a\nb\"\nx\rz\n", "a\nb;!3");
  assert_reads ("a,b\r", "!1");
  assert_reads ("\"a\"\r", "!1");
  assert_reads ("\"a\"\"", "!1");
}

static void
test_more_fields_than_asked_are_counted (void)
{
  assert_reads ("1,2,3,4,5,\"6\"\n7", "1|2|3|4+2;7;");
}

static void
test_columns_are_found_by_name (void)
{
  const struct md_text header[] = { { "timestamp", 9 }, { "open", 4 },
                                    { "openx", 5 } };

  g_assert_cmpint (md_csv_column (header, 3, "open"), ==, 1);
  g_assert_cmpint (md_csv_column (header, 3, "openx"), ==, 2);
  g_assert_cmpint (md_csv_column (header, 3, "close"), ==, -1);
  g_assert_cmpint (md_csv_column (header, 0, "open"), ==, -1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/csv/records-end-at-lf-crlf-or-the-end", test_records);
  g_test_add_func ("/csv/quotes-hide-separators", test_quotes);
  g_test_add_func ("/csv/faults-name-the-line", test_faults_name_the_line);
  g_test_add_func ("/csv/more-fields-than-asked-are-counted",
                   test_more_fields_than_asked_are_counted);
  g_test_add_func ("/csv/columns-are-found-by-name",
                   test_columns_are_found_by_name);
  return g_test_run ();
}
