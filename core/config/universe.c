/* SPDX-License-Identifier: Apache-2.0
 *
 * universe.c - the files of universes.
 */
#include "private.h"
#include "universe.h"

#include "data/interval.h"
#include "data/prefix.h"

#include <string.h>

void
universe_free (Universe *universe)
{
  if (universe == NULL)
    return;
  g_free (universe->path);
  g_free (universe->date);
  g_free (universe->page);
  g_free (universe->column);
  g_clear_pointer (&universe->symbols, g_ptr_array_unref);
  g_free (universe);
}

/* ---- a file ------------------------------------------------------------- */

gboolean
config_is_symbol (const char *text)
{
  for (const char *c = text; *c != '\0'; c++) {
    if ((guchar) *c < 0x20 || *c == 0x7f)
      return FALSE;
  }
  return g_utf8_validate (text, -1, NULL);
}

/* "# date: 2025-01-31" -> its text into an empty member.                   */
static gboolean
take (const char *line, const char *name, char **member)
{
  g_autofree char *head = g_strdup_printf ("# %s:", name);

  if (*member != NULL || !g_str_has_prefix (line, head))
    return FALSE;
  *member = g_strstrip (g_strdup (line + strlen (head)));
  return TRUE;
}

static void
read_comment (Universe *universe, const char *line)
{
  md_time when;

  if (take (line, "date", &universe->date)) {
    if (!time_parse (universe->date, &when, NULL))
      g_clear_pointer (&universe->date, g_free);
  } else if (!take (line, "page", &universe->page)) {
    take (line, "column", &universe->column);
  }
}

static gboolean
read_lines (Universe *universe, const char *text, GError **error)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; lines[i] != NULL; i++) {
    char *line = g_strstrip (lines[i]), *symbol;

    if (*line == '#')
      read_comment (universe, line);
    if (*line == '\0' || *line == '#' || g_hash_table_contains (seen, line))
      continue;
    if (!config_is_symbol (line) || strchr (line, ',') != NULL) {
      g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE,
                   "%s:%u: no symbol: one a line, nothing else",
                   universe->path, i + 1);
      return FALSE;
    }
    symbol = g_strdup (line);
    g_ptr_array_add (universe->symbols, symbol);
    g_hash_table_add (seen, symbol);
  }
  if (universe->symbols->len > 0)
    return TRUE;
  g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE, "%s holds no symbols",
               universe->path);
  return FALSE;
}

Universe *
universe_read (const char *path, GError **error)
{
  g_autoptr (Universe) universe = g_new0 (Universe, 1);
  g_autofree char *text = NULL;
  g_autoptr (GError) local = NULL;
  gsize len;

  universe->path = g_strdup (path);
  universe->symbols = g_ptr_array_new_with_free_func (g_free);
  if (!g_file_get_contents (path, &text, &len, &local)) {
    g_set_error_literal (error, CORE_ERROR, CORE_ERROR_USAGE, local->message);
    return NULL;
  }
  if (memchr (text, '\0', len) != NULL) {
    g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE,
                 "%s is no list of symbols: it has NUL bytes", path);
    return NULL;
  }
  return read_lines (universe, text, error) ? g_steal_pointer (&universe)
                                            : NULL;
}

/* ---- by name ------------------------------------------------------------ */

char **
universe_names (void)
{
  return prefix_data_names ("universes");
}

char *
universe_own_path (const char *name)
{
  return prefix_data_own ("universes", name);
}

static char *
find (const char *name, GError **error)
{
  char *path = prefix_data_file ("universes", name);

  if (path == NULL) {
    g_auto (GStrv) names = universe_names ();
    g_autofree char *known = g_strjoinv (", @", names);
    g_autofree char *own = prefix_data_own ("universes", NULL);

    g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE,
                 "unknown universe @%s (known: %s%s; your own go to %s)", name,
                 *known != '\0' ? "@" : "", *known != '\0' ? known : "none",
                 own);
  }
  return path;
}

/* A list without its date could be of any year: who was in it is the data. */
Universe *
universe_open (const char *name, GError **error)
{
  g_autofree char *path = find (name, error);
  g_autoptr (Universe) universe = NULL;

  if (path == NULL)
    return NULL;
  universe = universe_read (path, error);
  if (universe == NULL || universe->date != NULL)
    return g_steal_pointer (&universe);
  g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE,
               "%s lacks its line \"# date: YYYY-MM-DD\"", path);
  return NULL;
}

char *
universe_text (const Universe *universe, const char *date, const char *source,
               const GPtrArray *symbols)
{
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "# %u symbols, as they stood on the page.\n"
                          "# date: %s\n# source: %s\n", symbols->len, date,
                          source);
  if (universe->page != NULL)
    g_string_append_printf (text, "# page: %s\n", universe->page);
  if (universe->column != NULL)
    g_string_append_printf (text, "# column: %s\n", universe->column);
  for (guint i = 0; i < symbols->len; i++)
    g_string_append_printf (text, "%s\n", (char *) symbols->pdata[i]);
  return g_string_free (text, FALSE);
}
