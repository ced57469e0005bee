/* SPDX-License-Identifier: Apache-2.0
 *
 * symbols.c - `symbols`: names, @universe, file:PATH, or * alone.
 */
#include "private.h"
#include "build-config.h"

#include "data/interval.h"
#include "data/prefix.h"

#include <string.h>

typedef struct {
  GPtrArray *list;    /* in the order of their first mention                */
  GHashTable *seen;
} Symbols;

static void
add_symbol (Symbols *symbols, const char *name)
{
  char *own;

  if (g_hash_table_contains (symbols->seen, name))
    return;
  own = g_strdup (name);
  g_ptr_array_add (symbols->list, own);
  g_hash_table_add (symbols->seen, own);
}

/* ---- files of symbols --------------------------------------------------- */

static gboolean
is_symbol (const char *text)
{
  for (const char *c = text; *c != '\0'; c++) {
    if ((guchar) *c < 0x20 || *c == 0x7f)
      return FALSE;
  }
  return g_utf8_validate (text, -1, NULL);
}

/* "# date: 2025-01-31" -> its text.  (transfer full)                       */
static char *
date_of (const char *line)
{
  g_autofree char *date = NULL;
  md_time when;

  if (!g_str_has_prefix (line, "# date:"))
    return NULL;
  date = g_strstrip (g_strdup (line + strlen ("# date:")));
  return time_parse (date, &when, NULL) ? g_steal_pointer (&date) : NULL;
}

/* A symbol a line, # comments; *ret_date its date line if any.             */
static gboolean
read_symbols (const char *path, const char *text, Symbols *symbols,
              char **ret_date, GError **error)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_autofree char *date = NULL;
  guint found = 0;

  for (guint i = 0; lines[i] != NULL; i++) {
    char *line = g_strstrip (lines[i]);

    if (*line == '#' && date == NULL)
      date = date_of (line);
    if (*line == '\0' || *line == '#')
      continue;
    if (!is_symbol (line) || strchr (line, ',') != NULL) {
      g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE,
                   "%s:%u: no symbol: one a line, nothing else", path, i + 1);
      return FALSE;
    }
    add_symbol (symbols, line);
    found++;
  }
  if (found == 0) {
    g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE,
                 "%s holds no symbols", path);
    return FALSE;
  }
  *ret_date = g_steal_pointer (&date);
  return TRUE;
}

static gboolean
add_file (Symbols *symbols, const char *path, char **ret_date, GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) local = NULL;
  gsize len;

  if (!g_file_get_contents (path, &text, &len, &local)) {
    g_set_error_literal (error, CORE_ERROR, CORE_ERROR_USAGE, local->message);
    return FALSE;
  }
  if (memchr (text, '\0', len) != NULL) {
    g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE,
                 "%s is no list of symbols: it has NUL bytes", path);
    return FALSE;
  }
  return read_symbols (path, text, symbols, ret_date, error);
}

/* ---- universes ---------------------------------------------------------- */

/* The user's own come first.  (transfer full)                              */
static char **
universe_folders (void)
{
  const char *data = g_getenv ("MDCORE_DATA_DIR");
  g_autofree char *ours = prefix_path (MDCORE_DATA_REL);
  char **folders = g_new0 (char *, 3);

  if (data == NULL)
    data = ours != NULL ? ours : MDCORE_DATA_DIR;

  folders[0] = g_build_filename (g_get_user_config_dir (), "mdcore",
                                 "universes", NULL);
  folders[1] = g_build_filename (data, "universes", NULL);
  return folders;
}

static int
by_name (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

static char *
known_universes (char **folders)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  for (char **folder = folders; *folder != NULL; folder++) {
    g_autoptr (GDir) dir = g_dir_open (*folder, 0, NULL);
    const char *file;

    while (dir != NULL && (file = g_dir_read_name (dir)) != NULL) {
      if (g_str_has_suffix (file, ".txt"))
        g_ptr_array_add (names, g_strdup_printf ("@%.*s",
                                                 (int) strlen (file) - 4,
                                                 file));
    }
  }
  g_ptr_array_sort (names, by_name);
  g_ptr_array_add (names, NULL);
  return names->len > 1 ? g_strjoinv (", ", (char **) names->pdata)
                        : g_strdup ("none");
}

static char *
find_universe (const char *name, GError **error)
{
  g_auto (GStrv) folders = universe_folders ();
  g_autofree char *file = g_strconcat (name, ".txt", NULL), *known = NULL;

  for (char **folder = folders; strchr (name, '/') == NULL && *folder != NULL;
       folder++) {
    g_autofree char *path = g_build_filename (*folder, file, NULL);

    if (g_file_test (path, G_FILE_TEST_EXISTS))
      return g_steal_pointer (&path);
  }
  known = known_universes (folders);
  g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE,
               "unknown universe @%s (known: %s; your own go to %s)", name,
               known, folders[0]);
  return NULL;
}

/* A list without its date could be of any year: who was in it is the data. */
static gboolean
add_universe (Symbols *symbols, const char *name, GPtrArray *notes,
              GError **error)
{
  g_autofree char *path = find_universe (name, error), *date = NULL;
  Symbols own;

  if (path == NULL)
    return FALSE;
  own.list = g_ptr_array_new_with_free_func (g_free);
  own.seen = g_hash_table_new (g_str_hash, g_str_equal);
  if (add_file (&own, path, &date, error) && date == NULL)
    g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE,
                 "%s lacks its line \"# date: YYYY-MM-DD\"", path);
  for (guint i = 0; date != NULL && i < own.list->len; i++)
    add_symbol (symbols, g_ptr_array_index (own.list, i));
  if (date != NULL && notes != NULL)
    g_ptr_array_add (notes, g_strdup_printf ("@%s of %s, %u symbols", name,
                                             date, own.list->len));
  g_hash_table_destroy (own.seen);
  g_ptr_array_unref (own.list);
  return date != NULL;
}

/* ---- all of them -------------------------------------------------------- */

static gboolean
add_word (Symbols *symbols, const char *word, const char *dir,
          GPtrArray *notes, GError **error)
{
  if (*word == '@')
    return add_universe (symbols, word + 1, notes, error);
  if (g_str_has_prefix (word, "file:")) {
    g_autofree char *path = config_path (word + strlen ("file:"), dir);
    g_autofree char *date = NULL;

    return add_file (symbols, path, &date, error);
  }
  if (!is_symbol (word)) {
    g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE,
                 "a symbol with a control character");
    return FALSE;
  }
  add_symbol (symbols, word);
  return TRUE;
}

char **
config_symbols (const char *text, const char *dir, GPtrArray *notes,
                GError **error)
{
  g_auto (GStrv) words = config_list (text);
  Symbols symbols = { g_ptr_array_new_with_free_func (g_free),
                      g_hash_table_new (g_str_hash, g_str_equal) };
  gboolean fine = TRUE;

  for (char **word = words; *word != NULL && fine; word++)
    fine = add_word (&symbols, *word, dir, notes, error);
  if (fine && symbols.list->len == 0) {
    g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE,
                 "\"%s\" names no symbol", text);
    fine = FALSE;
  }
  if (fine && symbols.list->len > 1
      && g_hash_table_contains (symbols.seen, "*")) {
    g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE,
                 "* means all symbols and stands alone");
    fine = FALSE;
  }
  g_hash_table_destroy (symbols.seen);
  if (!fine) {
    g_ptr_array_unref (symbols.list);
    return NULL;
  }
  g_ptr_array_set_free_func (symbols.list, NULL);
  g_ptr_array_add (symbols.list, NULL);
  return (char **) g_ptr_array_free (symbols.list, FALSE);
}
