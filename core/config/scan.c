/* SPDX-License-Identifier: Apache-2.0
 *
 * scan.c - our own look at an INI text, before GKeyFile reads its values.
 *
 * GKeyFile knows no line numbers, lets the last of two equal keys win in
 * silence and takes " # comment" after a value for a part of it.  So every
 * line is judged here, and GKeyFile gets the sound ones.
 */
#include "private.h"

#include <string.h>

typedef struct {
  const ScanSource *source;
  char *group;           /* NULL before the first, or in an unknown one     */
  gboolean in_a_group;   /* known or not                                    */
  GHashTable *seen;      /* "group\nkey" or "group" -> line                 */
  GString *sound;        /* the lines for GKeyFile                          */
  GPtrArray *values;
  Faults *faults;
  guint line;
  char *origin;          /* "us.ini:12"                                     */
} Scan;

/* ---- one line ---------------------------------------------------------- */

/* FALSE and a fault when it stood before.                                  */
static gboolean
first_time (Scan *scan, const char *what, const char *id)
{
  gpointer before = g_hash_table_lookup (scan->seen, id);

  if (before == NULL) {
    g_hash_table_insert (scan->seen, g_strdup (id),
                         GUINT_TO_POINTER (scan->line));
    return TRUE;
  }
  faults_add (scan->faults, scan->origin,
              "%s stands on line %u already: keep one of them", what,
              GPOINTER_TO_UINT (before));
  return FALSE;
}

static void
scan_group (Scan *scan, const char *line)
{
  const char *close = strchr (line, ']');
  g_autofree char *group = NULL, *what = NULL;

  g_clear_pointer (&scan->group, g_free);
  scan->in_a_group = TRUE;
  if (close == NULL) {
    faults_add (scan->faults, scan->origin, "\"%s\" lacks its \"]\"", line);
    return;
  }
  group = g_strndup (line + 1, (gsize) (close - line - 1));
  if (close[1] != '\0')
    faults_add (scan->faults, scan->origin,
                "text after [%s]: comments stand on lines of their own",
                group);
  if (!config_group_check (group, scan->source->kind, scan->origin,
                           scan->faults))
    return;
  what = g_strdup_printf ("[%s]", group);
  first_time (scan, what, group);
  g_string_append_printf (scan->sound, "[%s]\n", group);
  scan->group = g_steal_pointer (&group);
}

/* " #" or " ;" in a value.                                                 */
static const char *
trailing_comment (const char *value)
{
  for (const char *c = value; *c != '\0'; c++) {
    if ((*c == '#' || *c == ';')
        && (c == value || c[-1] == ' ' || c[-1] == '\t'))
      return c;
  }
  return NULL;
}

static gboolean
value_is_sound (Scan *scan, const char *key, const char *value)
{
  const char *comment = trailing_comment (value);
  gsize len = strlen (value);

  if (comment != NULL) {
    faults_add (scan->faults, scan->origin,
                "text after the value of \"%s\": comments stand on lines of "
                "their own (write \"\\s%c\" if it belongs to the value)", key,
                *comment);
    return FALSE;
  }
  if (len >= 2 && (value[0] == '"' || value[0] == '\'')
      && value[len - 1] == value[0]) {
    faults_add (scan->faults, scan->origin,
                "quotes would be part of the value of \"%s\": leave them out",
                key);
    return FALSE;
  }
  return TRUE;
}

static gboolean
key_is_sound (Scan *scan, const char *key)
{
  const char *c = key;

  while (g_ascii_isalnum (*c) || (*c != '\0' && strchr ("_.-", *c) != NULL))
    c++;
  if (*c == '\0' && c > key)
    return TRUE;
  faults_add (scan->faults, scan->origin, "\"%s\" is no name of a key", key);
  return FALSE;
}

static void
scan_pair (Scan *scan, char *line, char *equals)
{
  char *key = line, *value = equals + 1;
  g_autofree char *what = NULL, *id = NULL;
  gboolean sound;

  *equals = '\0';
  g_strchomp (key);
  g_strstrip (value);
  if (!scan->in_a_group) {
    faults_add (scan->faults, scan->origin,
                "\"%s\" stands before the first [group]", key);
    return;
  }
  sound = key_is_sound (scan, key) && value_is_sound (scan, key, value);
  /* An unknown group was told once; its keys are not told one by one.      */
  if (scan->group == NULL || !sound
      || !config_key_check (scan->group, key, scan->origin, scan->faults))
    return;
  what = g_strdup_printf ("\"%s\"", key);
  id = g_strdup_printf ("%s\n%s", scan->group, key);
  if (!first_time (scan, what, id))
    return;
  g_string_append_printf (scan->sound, "%s=%s\n", key, value);
  g_ptr_array_add (scan->values,
                   config_value_new (scan->source->layer, scan->group, key,
                                     NULL, scan->origin, scan->source->dir,
                                     scan->source->exposed));
}

static void
scan_line (Scan *scan, char *line)
{
  char *equals;

  g_strstrip (line);
  if (*line == '\0' || *line == '#')
    return;
  if (*line == ';') {
    faults_add (scan->faults, scan->origin,
                "comments start with \"#\", not with \";\"");
    return;
  }
  if (*line == '[') {
    scan_group (scan, line);
    return;
  }
  equals = strchr (line, '=');
  if (equals == NULL) {
    /* It may be a secret that lost its key: only its place is named.       */
    faults_add (scan->faults, scan->origin,
                "neither a [group], nor \"key = value\", nor a comment that "
                "starts with \"#\" (a value cannot go on in the next line)");
    return;
  }
  scan_pair (scan, line, equals);
}

static gboolean
bytes_are_sound (Scan *scan, const char *line, gsize len)
{
  if (memchr (line, '\0', len) != NULL)
    faults_add (scan->faults, scan->origin, "a NUL byte: this is no text");
  else if (!g_utf8_validate (line, (gssize) len, NULL))
    faults_add (scan->faults, scan->origin, "not valid UTF-8");
  else
    return TRUE;
  return FALSE;
}

static void
scan_lines (Scan *scan, const char *text, const char *end)
{
  while (text < end) {
    const char *newline = memchr (text, '\n', (gsize) (end - text));
    gsize len = (gsize) ((newline != NULL ? newline : end) - text);
    g_autofree char *line = g_strndup (text, len);

    scan->line++;
    g_free (scan->origin);
    scan->origin = g_strdup_printf ("%s:%u", scan->source->name, scan->line);
    if (bytes_are_sound (scan, text, len))
      scan_line (scan, line);
    explicit_bzero (line, len);
    text += len + 1;
  }
}

/* ---- values ------------------------------------------------------------ */

/* Values with the escapes of GKeyFile undone (\s \t \n \r \\), so that job
 * files mean what desktop and unit files mean.                             */
static void
read_values (Scan *scan, guint first)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) error = NULL;

  if (!g_key_file_load_from_data (file, scan->sound->str, scan->sound->len,
                                  G_KEY_FILE_NONE, &error))
    faults_add (scan->faults, scan->source->name, "%s", error->message);
  for (guint i = first; i < scan->values->len; i++) {
    ConfigValue *value = g_ptr_array_index (scan->values, i);
    g_autoptr (GError) local = NULL;

    value->value = g_key_file_get_string (file, value->group, value->key,
                                          &local);
    if (value->value == NULL)
      value->value = g_strdup ("");
    if (local != NULL && error == NULL)
      faults_add (scan->faults, value->origin,
                  "\"%s\": a backslash starts \\s, \\t, \\n or \\\\; write "
                  "\\\\ for a backslash", value->key);
  }
}

void
config_scan (const ScanSource *source, const char *text, gsize len,
             GPtrArray *values, Faults *faults)
{
  Scan scan = { .source = source, .sound = g_string_new (NULL),
                .values = values, .faults = faults };
  guint first = values->len;

  scan.seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  /* Windows editors put a byte order mark in front.                        */
  if (len >= 3 && memcmp (text, "\xef\xbb\xbf", 3) == 0) {
    text += 3;
    len -= 3;
  }
  scan_lines (&scan, text, text + len);
  read_values (&scan, first);
  explicit_bzero (scan.sound->str, scan.sound->len);
  g_string_free (scan.sound, TRUE);
  g_hash_table_destroy (scan.seen);
  g_free (scan.group);
  g_free (scan.origin);
}
