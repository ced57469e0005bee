/* SPDX-License-Identifier: Apache-2.0
 *
 * URLs in a fixed buffer.
 */
#include <support/url.h>

#include <glib.h>
#include <string.h>

static void
test_parts_are_joined_and_encoded (void)
{
  char buf[200];
  struct md_url url;
  struct md_error err = { .struct_size = sizeof err };

  md_url_init (&url, buf, sizeof buf, "https://example.com/v1//");
  md_url_path (&url, "/products/");
  md_url_segment (&url, "A B/C?\xc3\xa9", 8);
  md_url_path (&url, "/candles");
  md_url_query (&url, "name", "a&b=c-._~");
  md_url_query_i64 (&url, "n", INT64_MIN);
  md_url_query_time (&url, "start", 0);
  g_assert_cmpint (md_url_finish (&url, &err), ==, MD_OK);
  g_assert_cmpstr (buf, ==,
                   "https://example.com/v1/products/A%20B%2FC%3F%C3%A9/candles"
                   "?name=a%26b%3Dc-._~&n=-9223372036854775808"
                   "&start=1970-01-01T00%3A00%3A00Z");
  g_assert_cmpuint (url.len, ==, strlen (buf));
}

static void
test_a_url_that_fits_exactly_is_whole (void)
{
  char buf[8];
  struct md_url url;
  struct md_error err = { .struct_size = sizeof err };

  md_url_init (&url, buf, sizeof buf, "http");
  md_url_path (&url, "://");
  g_assert_cmpint (md_url_finish (&url, &err), ==, MD_OK);
  g_assert_cmpstr (buf, ==, "http://");
}

/* Every size up to the one that fits: refused, and never written past.     */
static void
test_overflow_is_said_and_stays_inside (void)
{
  for (gsize size = 0; size < 28; size++) {
    g_autofree char *buf = g_malloc (size + 1);
    struct md_url url;
    struct md_error err = { .struct_size = sizeof err };

    buf[size] = 'x';
    md_url_init (&url, buf, size, "http://example.com/");
    md_url_segment (&url, " ", 1);
    md_url_query (&url, "a", "%");
    g_assert_cmpint (md_url_finish (&url, &err), ==, MD_ERR_INTERNAL);
    g_assert_cmpint (err.klass, ==, MD_ERR_INTERNAL);
    g_assert_nonnull (strstr (err.message, "longer than"));
    g_assert_true (buf[size] == 'x');
    g_assert_true (size == 0 || memchr (buf, '\0', size) != NULL);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/url/parts-are-joined-and-encoded",
                   test_parts_are_joined_and_encoded);
  g_test_add_func ("/url/a-url-that-fits-exactly-is-whole",
                   test_a_url_that_fits_exactly_is_whole);
  g_test_add_func ("/url/overflow-is-said-and-stays-inside",
                   test_overflow_is_said_and_stays_inside);
  return g_test_run ();
}
