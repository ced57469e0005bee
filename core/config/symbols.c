/* SPDX-License-Identifier: Apache-2.0
 *
 * symbols.c - `symbols`: names, @universe, file:PATH, or * alone.
 */
#include "private.h"
#include "universe.h"

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

/* ---- lists in files ------------------------------------------------------ */

static void
add_list (Symbols *symbols, const Universe *list)
{
  for (guint i = 0; i < list->symbols->len; i++)
    add_symbol (symbols, g_ptr_array_index (list->symbols, i));
}

static gboolean
add_file (Symbols *symbols, const char *path, GError **error)
{
  g_autoptr (Universe) list = universe_read (path, error);

  if (list != NULL)
    add_list (symbols, list);
  return list != NULL;
}

static gboolean
add_universe (Symbols *symbols, const char *name, GPtrArray *notes,
              GError **error)
{
  g_autoptr (Universe) list = universe_open (name, error);

  if (list == NULL)
    return FALSE;
  add_list (symbols, list);
  if (notes != NULL)
    g_ptr_array_add (notes, g_strdup_printf ("@%s of %s, %u symbols", name,
                                             list->date, list->symbols->len));
  return TRUE;
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

    return add_file (symbols, path, error);
  }
  if (!config_is_symbol (word)) {
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
