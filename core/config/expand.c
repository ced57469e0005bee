/* SPDX-License-Identifier: Apache-2.0
 *
 * expand.c - ${env:NAME}, ${file:PATH} and ${cred:NAME} in values.
 *
 * What is not defined is an error and never empty; what comes out is not
 * looked at again.  "$${" stands for "${".
 */
#include "private.h"

#include <string.h>

/* A reference stands for one value, not for a document.                    */
#define LARGEST_VALUE (64 * 1024)

static char *
fail (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

static char *
fail (GError **error, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  if (error != NULL)
    *error = g_error_new_valist (CORE_ERROR, CORE_ERROR_USAGE, format, args);
  va_end (args);
  return NULL;
}

static char *
from_environment (const char *name, GError **error)
{
  const char *text = g_getenv (name);

  if (text == NULL || *text == '\0')
    return fail (error, "the environment variable %s is %s", name,
                 text == NULL ? "not set" : "empty");
  return g_strdup (text);
}

/* Without the newline that every editor puts at the end.                   */
static char *
from_file (const char *path, GError **error)
{
  g_autoptr (GError) local = NULL;
  char *text;
  gsize len;

  if (!g_file_get_contents (path, &text, &len, &local))
    return fail (error, "%s", local->message);
  if (memchr (text, '\0', len) == NULL && len <= LARGEST_VALUE) {
    while (len > 0 && (text[len - 1] == '\n' || text[len - 1] == '\r'))
      text[--len] = '\0';
    if (len > 0 && g_utf8_validate (text, (gssize) len, NULL))
      return text;
  }
  explicit_bzero (text, len);
  g_free (text);
  return fail (error, "%s is %s", path,
               len == 0 ? "empty" : "no text of at most 64 KiB");
}

static char *
from_credential (const char *name, GError **error)
{
  const char *dir = g_getenv ("CREDENTIALS_DIRECTORY");
  g_autofree char *path = NULL;

  if (strchr (name, '/') != NULL || *name == '.')
    return fail (error, "\"%s\" is no name of a credential", name);
  if (dir == NULL)
    return fail (error, "${cred:%s}: there is no $CREDENTIALS_DIRECTORY; a "
                 "systemd unit gets it with LoadCredential=%s:PATH", name,
                 name);
  path = g_build_filename (dir, name, NULL);
  return from_file (path, error);
}

/* "env:NAME" -> its value.                                                 */
static char *
resolve (const char *reference, const char *dir, GError **error)
{
  const char *name = strchr (reference, ':');

  if (name != NULL && name[1] != '\0') {
    name++;
    if (g_str_has_prefix (reference, "env:"))
      return from_environment (name, error);
    if (g_str_has_prefix (reference, "cred:"))
      return from_credential (name, error);
    if (g_str_has_prefix (reference, "file:")) {
      g_autofree char *path = config_path (name, dir);

      return from_file (path, error);
    }
  }
  return fail (error, "\"${%s}\" is none of ${env:NAME}, ${file:PATH} and "
               "${cred:NAME}; write $${ for the text ${", reference);
}

/* A GString may move and leave copies: sizes are known before appending.   */
static void
append_wiping (GString **out, const char *text, gsize len)
{
  GString *grown;

  if ((*out)->len + len < (*out)->allocated_len) {
    g_string_append_len (*out, text, (gssize) len);
    return;
  }
  grown = g_string_sized_new (((*out)->len + len) * 2 + 1);
  g_string_append_len (grown, (*out)->str, (gssize) (*out)->len);
  g_string_append_len (grown, text, (gssize) len);
  explicit_bzero ((*out)->str, (*out)->len);
  g_string_free (*out, TRUE);
  *out = grown;
}

static gboolean
append_reference (GString **out, const char *start, const char *end,
                  const char *dir, GError **error)
{
  g_autofree char *reference = g_strndup (start, (gsize) (end - start));
  char *text = resolve (reference, dir, error);

  if (text == NULL)
    return FALSE;
  append_wiping (out, text, strlen (text));
  config_wipe (text);
  return TRUE;
}

char *
config_expand (const ConfigValue *value, gboolean *ret_literal, GError **error)
{
  GString *out = g_string_new (NULL);
  const char *at = value->value;
  gboolean literal = TRUE, fine = TRUE;

  while (*at != '\0' && fine) {
    const char *close = strchr (at, '}');

    if (g_str_has_prefix (at, "$${")) {
      append_wiping (&out, "${", 2);
      at += 3;
    } else if (!g_str_has_prefix (at, "${")) {
      append_wiping (&out, at++, 1);
    } else if (close == NULL) {
      fail (error, "\"${\" lacks its \"}\"");
      fine = FALSE;
    } else {
      fine = append_reference (&out, at + 2, close, value->dir, error);
      literal = FALSE;
      at = close + 1;
    }
  }
  if (!fine) {
    explicit_bzero (out->str, out->len);
    g_string_free (out, TRUE);
    return NULL;
  }
  if (ret_literal != NULL)
    *ret_literal = literal;
  return g_string_free (out, FALSE);
}

/* ---- small forms ------------------------------------------------------- */

char *
config_path (const char *text, const char *dir)
{
  if (strcmp (text, "~") == 0 || g_str_has_prefix (text, "~/")) {
    const char *home = g_get_home_dir ();

    return g_build_filename (home, text + 1, NULL);
  }
  return g_canonicalize_filename (text, dir);
}

char **
config_list (const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text, ",", -1);
  GPtrArray *list = g_ptr_array_new ();

  for (char **part = parts; *part != NULL; part++) {
    g_strstrip (*part);
    if (**part != '\0')
      g_ptr_array_add (list, g_strdup (*part));
  }
  g_ptr_array_add (list, NULL);
  return (char **) g_ptr_array_free (list, FALSE);
}
