/* SPDX-License-Identifier: Apache-2.0
 *
 * redact.c - secrets out of texts.
 */
#include "redact.h"

#include <string.h>

/* The longest escape of one byte: \u0041                                   */
#define LONGEST_ESCAPE 6

typedef struct {
  char *text;
  gsize len;
  gboolean lead, tail; /* base64: the digit before, after holds bits of it  */
} Needle;

struct Redactor {
  GPtrArray *needles; /* of Needle                                          */
  gboolean starts[256]; /* bytes that a match may begin with                */
  gsize reach;
};

static void
needle_free (gpointer data)
{
  Needle *needle = data;

  explicit_bzero (needle->text, needle->len);
  g_free (needle->text);
  g_free (needle);
}

Redactor *
redactor_new (void)
{
  Redactor *redactor = g_new0 (Redactor, 1);

  redactor->needles = g_ptr_array_new_with_free_func (needle_free);
  return redactor;
}

void
redactor_free (Redactor *redactor)
{
  if (redactor == NULL)
    return;
  g_ptr_array_unref (redactor->needles);
  g_free (redactor);
}

gsize
redactor_reach (const Redactor *redactor)
{
  return redactor->reach;
}

static void
add_needle (Redactor *redactor, const char *text, gsize len, gboolean lead,
            gboolean tail)
{
  Needle *needle;

  for (guint i = 0; i < redactor->needles->len; i++) {
    const Needle *known = g_ptr_array_index (redactor->needles, i);

    if (known->len == len && memcmp (known->text, text, len) == 0)
      return;
  }
  needle = g_new0 (Needle, 1);
  *needle = (Needle) { g_strndup (text, len), len, lead, tail };
  g_ptr_array_add (redactor->needles, needle);
  redactor->starts[(guchar) text[0]] = TRUE;
  redactor->starts['%'] = redactor->starts['\\'] = TRUE;
  if (text[0] == ' ')
    redactor->starts['+'] = TRUE;
  redactor->reach = MAX (redactor->reach, len * LONGEST_ESCAPE + 2);
}

/* The digits that depend on the secret alone when `before` bytes (0 to 2)
 * stand before it in the group of three.                                   */
static void
add_base64 (Redactor *redactor, const char *secret, gsize before)
{
  gsize len = strlen (secret), bits = 8 * (before + len);
  gsize from = (8 * before + 5) / 6, to = bits / 6;
  g_autofree char *padded = g_malloc0 (before + len);
  g_autofree char *coded = NULL;

  memcpy (padded + before, secret, len);
  coded = g_base64_encode ((guchar *) padded, before + len);
  if (to - from > REDACT_SHORTEST) {
    add_needle (redactor, coded + from, to - from, before > 0, bits % 6 > 0);
    g_strdelimit (coded, "+", '-');
    g_strdelimit (coded, "/", '_');
    add_needle (redactor, coded + from, to - from, before > 0, bits % 6 > 0);
  }
  explicit_bzero (padded, before + len);
  explicit_bzero (coded, strlen (coded));
}

void
redactor_add (Redactor *redactor, const char *secret)
{
  if (strlen (secret) < REDACT_SHORTEST)
    return;
  add_needle (redactor, secret, strlen (secret), FALSE, FALSE);
  for (gsize before = 0; before < 3; before++)
    add_base64 (redactor, secret, before);
}

static int
hex_pair (const char *text)
{
  int high = g_ascii_xdigit_value (text[0]);
  int low = g_ascii_xdigit_value (text[1]);

  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

/* Bytes of text that stand for c in some escape, 0 when they do not.       */
static gsize
escape_len (const char *text, gsize len, guchar c)
{
  if (text[0] == '%' && len >= 3 && hex_pair (text + 1) == c)
    return 3;
  if (len >= 5 && memcmp (text, "%25", 3) == 0 && hex_pair (text + 3) == c)
    return 5;
  if (text[0] == '\\' && len >= 2 && strchr ("/\"\\", c) != NULL && c != 0
      && (guchar) text[1] == c)
    return 2;
  if (len >= 6 && (memcmp (text, "\\u00", 4) == 0) && hex_pair (text + 4) == c)
    return 6;
  if (text[0] == '+' && c == ' ')
    return 1;
  return (guchar) text[0] == c ? 1 : 0;
}

/* Plain first: a secret that holds "%25" itself would not be found by its
 * escapes.                                                                 */
static gsize
needle_match (const Needle *needle, const char *text, gsize len)
{
  gsize at = 0;

  if (len >= needle->len && memcmp (text, needle->text, needle->len) == 0)
    return needle->len;
  for (gsize i = 0; i < needle->len; i++) {
    gsize unit = at < len ? escape_len (text + at, len - at,
                                        (guchar) needle->text[i]) : 0;

    if (unit == 0)
      return 0;
    at += unit;
  }
  return at;
}

static gboolean
is_digit64 (char c)
{
  return g_ascii_isalnum (c) || strchr ("+/-_", c) != NULL;
}

/* The longest match that starts at `at`: a secret that begins with another
 * one must go as a whole.                                                  */
static const Needle *
match_at (const Redactor *redactor, const char *data, gsize len, gsize at,
          gsize *ret_len)
{
  const Needle *best = NULL;

  *ret_len = 0;
  for (guint i = 0; i < redactor->needles->len; i++) {
    const Needle *needle = g_ptr_array_index (redactor->needles, i);
    gsize matched = needle_match (needle, data + at, len - at);

    if (matched > *ret_len) {
      *ret_len = matched;
      best = needle;
    }
  }
  return best;
}

gboolean
redactor_find (const Redactor *redactor, const char *data, gsize len,
               gsize from, gsize *ret_at, gsize *ret_len)
{
  for (gsize at = from; at < len; at++) {
    gsize matched;
    const Needle *needle;

    if (!redactor->starts[(guchar) data[at]])
      continue;
    needle = match_at (redactor, data, len, at, &matched);
    if (needle == NULL)
      continue;
    if (needle->tail && at + matched < len && data[at + matched] != '\0'
        && is_digit64 (data[at + matched]))
      matched++;
    *ret_at = at;
    if (needle->lead && at > from && data[at - 1] != '\0'
        && is_digit64 (data[at - 1])) {
      *ret_at = at - 1;
      matched++;
    }
    *ret_len = matched;
    return TRUE;
  }
  return FALSE;
}

void
redactor_append (const Redactor *redactor, GString *out, const char *data,
                 gsize len)
{
  gsize from = 0, at, matched;

  while (redactor_find (redactor, data, len, from, &at, &matched)) {
    g_string_append_len (out, data + from, at - from);
    g_string_append (out, "***");
    from = at + matched;
  }
  g_string_append_len (out, data + from, len - from);
}

char *
redactor_apply (const Redactor *redactor, const char *text)
{
  GString *out = g_string_new (NULL);

  redactor_append (redactor, out, text, strlen (text));
  return g_string_free (out, FALSE);
}
