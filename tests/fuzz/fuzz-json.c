/* SPDX-License-Identifier: Apache-2.0
 *
 * The pull reader against Jansson: the same documents are taken, and the
 * same values come out.
 *
 * Known differences, all on purpose: Jansson refuses whole numbers beyond
 * int64, reals beyond double and NUL in keys (a page must not fail for a
 * value that nobody reads), keeps the last of duplicate keys (so does the
 * tree built here), and allows 2048 levels.  It also passes over a NUL byte
 * behind a number or a literal, which is no JSON.
 */
#include <support/json.h>

#include <glib.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static json_t *read_value (struct md_json *json, bool *ret_beyond);

static char *
decoded (struct md_text raw, gsize *ret_len)
{
  char *buf = g_malloc (raw.len + 1);

  *ret_len = md_json_unescape (raw, buf);
  g_assert_cmpuint (*ret_len, <=, raw.len);
  buf[*ret_len] = '\0';
  return buf;
}

static json_t *
read_number (struct md_json *json, bool *ret_beyond)
{
  struct md_json copy = *json;
  struct md_text text;
  int64_t i;
  double d;

  if (!md_json_slice (&copy, &text))
    return NULL;
  if (memchr (text.ptr, '.', text.len) != NULL
      || memchr (text.ptr, 'e', text.len) != NULL
      || memchr (text.ptr, 'E', text.len) != NULL) {
    if (md_json_f64 (json, &d))
      return json_real (d);
  } else {
    if (md_json_i64 (json, &i))
      return json_integer (i);
    /* MD_ABSENT, which is no value here.                                   */
    if (text.len == 19 && memcmp (text.ptr, "9223372036854775807", 19) == 0)
      return json_integer (INT64_MAX);
  }
  g_assert_cmpstr (json->refusal, ==, "range");
  *ret_beyond = true;
  return json_null ();
}

static json_t *
read_string (struct md_json *json)
{
  struct md_text raw;
  bool escapes;
  gsize len;
  g_autofree char *text = NULL;

  if (!md_json_string (json, &raw, &escapes))
    return NULL;
  g_assert_cmpint (escapes, ==, memchr (raw.ptr, '\\', raw.len) != NULL);
  text = decoded (raw, &len);
  return json_stringn (text, len);
}

static json_t *
read_array (struct md_json *json, bool *ret_beyond)
{
  json_t *array = json_array ();

  g_assert_true (md_json_enter_array (json) || json->fault != NULL);
  while (md_json_next (json)) {
    json_t *value = read_value (json, ret_beyond);

    if (value != NULL)
      json_array_append_new (array, value);
  }
  return array;
}

static json_t *
read_object (struct md_json *json, bool *ret_beyond)
{
  json_t *object = json_object ();
  struct md_text raw;

  g_assert_true (md_json_enter_object (json) || json->fault != NULL);
  while (md_json_next_key (json, &raw)) {
    gsize len;
    g_autofree char *key = decoded (raw, &len);
    json_t *value = read_value (json, ret_beyond);

    *ret_beyond = *ret_beyond || strlen (key) != len;
    g_assert_true (strlen (key) != len || md_json_key_is (raw, key));
    if (value != NULL)
      json_object_setn_new (object, key, len, value);
  }
  return object;
}

static json_t *
read_value (struct md_json *json, bool *ret_beyond)
{
  enum md_json_type type = md_json_peek (json);
  bool b = false;

  switch (type) {
  case MD_JSON_NULL:
    return md_json_skip (json) ? json_null () : NULL;
  case MD_JSON_FALSE:
  case MD_JSON_TRUE:
    return md_json_bool (json, &b) ? json_boolean (b) : NULL;
  case MD_JSON_NUMBER:
    return read_number (json, ret_beyond);
  case MD_JSON_STRING:
    return read_string (json);
  case MD_JSON_ARRAY:
    return read_array (json, ret_beyond);
  case MD_JSON_OBJECT:
    return read_object (json, ret_beyond);
  default:
    g_assert_nonnull (json->fault);
    return NULL;
  }
}

static bool
is_too_deep (const struct md_json *json)
{
  return json->fault != NULL && strstr (json->fault, "deeper") != NULL;
}

static void
fail (const guint8 *data, gsize size, const char *what)
{
  g_printerr ("%s: ", what);
  for (gsize i = 0; i < size; i++)
    g_printerr (data[i] >= ' ' && data[i] <= '~' ? "%c" : "<%02x>", data[i]);
  g_printerr ("\n");
  abort ();
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *exact = g_memdup2 (data, size);
  struct md_json json, check;
  bool beyond = false, ok;
  json_t *ours, *theirs;

  md_json_init (&json, exact, size);
  ours = read_value (&json, &beyond);
  ok = md_json_finish (&json);
  md_json_init (&check, exact, size);
  /* Reading and merely checking must agree.                                */
  if (md_json_finish (&check) != ok)
    fail (data, size, "skipping and reading disagree");
  theirs = json_loadb ((const char *) data, size,
                       JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
  if (size > 0 && memchr (exact, '\0', size) != NULL) {
    if (ok)
      fail (data, size, "a NUL byte is taken");
  } else if (!beyond && !is_too_deep (&json)) {
    if (ok != (theirs != NULL))
      fail (data, size, ok ? "only md_json takes" : "only Jansson takes");
    if (ok && !json_equal (ours, theirs))
      fail (data, size, "values differ");
  }
  json_decref (ours);
  json_decref (theirs);
  return 0;
}
