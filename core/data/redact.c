/* SPDX-License-Identifier: Apache-2.0
 *
 * redact.c - secrets out of texts.
 */
#include "redact.h"

#include <string.h>

struct Redactor {
  GPtrArray *needles; /* of char *                                          */
};

static void
wipe_free (gpointer text)
{
  explicit_bzero (text, strlen (text));
  g_free (text);
}

Redactor *
redactor_new (void)
{
  Redactor *redactor = g_new0 (Redactor, 1);

  redactor->needles = g_ptr_array_new_with_free_func (wipe_free);
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

/* Takes the needle.                                                        */
static void
add_needle (Redactor *redactor, char *needle)
{
  if (strlen (needle) < REDACT_SHORTEST
      || g_ptr_array_find_with_equal_func (redactor->needles, needle,
                                           g_str_equal, NULL))
    wipe_free (needle);
  else
    g_ptr_array_add (redactor->needles, needle);
}

/* Of the whole secret, and of what stays the same when more text follows
 * it before it is encoded: its whole groups of three.                      */
static void
add_base64 (Redactor *redactor, const char *secret)
{
  gsize len = strlen (secret);

  add_needle (redactor, g_base64_encode ((const guchar *) secret, len));
  add_needle (redactor,
              g_base64_encode ((const guchar *) secret, len / 3 * 3));
}

void
redactor_add (Redactor *redactor, const char *secret)
{
  if (strlen (secret) < REDACT_SHORTEST)
    return;
  add_needle (redactor, g_strdup (secret));
  add_needle (redactor, g_uri_escape_string (secret, NULL, FALSE));
  add_base64 (redactor, secret);
}

/* Length of the longest needle that starts here: a secret that begins with
 * another one must go as a whole.                                         */
static gsize
longest_match (const GPtrArray *needles, const char *at)
{
  gsize longest = 0;

  for (guint i = 0; i < needles->len; i++) {
    const char *needle = g_ptr_array_index (needles, i);

    if (g_str_has_prefix (at, needle))
      longest = MAX (longest, strlen (needle));
  }
  return longest;
}

char *
redactor_apply (const Redactor *redactor, const char *text)
{
  GString *out = g_string_new (NULL);

  while (*text != '\0') {
    gsize len = longest_match (redactor->needles, text);

    if (len > 0)
      g_string_append (out, "***");
    else
      g_string_append_c (out, *text);
    text += MAX (len, 1);
  }
  return g_string_free (out, FALSE);
}
