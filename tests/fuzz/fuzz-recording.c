/* SPDX-License-Identifier: Apache-2.0
 *
 * A file of recorded exchanges: what is read says the same when it is written
 * and read again, and finds itself by its key.
 */
#include "net/exchange.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static void
check_headers (const GPtrArray *left, const GPtrArray *right)
{
  g_assert_cmpuint (left->len, ==, right->len);
  for (guint i = 0; i < left->len; i++) {
    const Header *a = g_ptr_array_index (left, i);
    const Header *b = g_ptr_array_index (right, i);

    g_assert_cmpstr (a->name, ==, b->name);
    g_assert_cmpstr (a->value, ==, b->value);
  }
}

static void
check_same (const Exchange *left, const Exchange *right)
{
  g_autofree char *one = exchange_key (left), *two = exchange_key (right);
  g_autofree char *title = exchange_title (left);

  g_assert_cmpstr (one, ==, two);
  g_assert_cmpstr (left->url, ==, right->url);
  g_assert_cmpint (left->status, ==, right->status);
  g_assert_true (g_bytes_equal (left->body, right->body));
  g_assert_true (g_bytes_equal (left->request_body, right->request_body));
  g_assert_cmpstr (left->side_file, ==, right->side_file);
  g_assert_cmpint (left->failure.klass, ==, right->failure.klass);
  g_assert_cmpstr (left->failure.message, ==, right->failure.message);
  check_headers (left->headers, right->headers);
  check_headers (left->request_headers, right->request_headers);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *exact = g_memdup2 (data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) first = exchange_parse (exact, size, &error);
  g_autoptr (GPtrArray) second = NULL;
  g_autoptr (GString) text = g_string_new (EXCHANGE_MAGIC "\n");

  if (first == NULL) {
    g_assert_true (g_str_has_prefix (error->message, "line "));
    g_assert_true (g_utf8_validate (error->message, -1, NULL));
    return 0;
  }
  for (guint i = 0; i < first->len; i++)
    exchange_print (g_ptr_array_index (first, i), text);
  second = exchange_parse (text->str, text->len, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (first->len, ==, second->len);
  for (guint i = 0; i < first->len; i++)
    check_same (g_ptr_array_index (first, i), g_ptr_array_index (second, i));
  return 0;
}
