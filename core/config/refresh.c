/* SPDX-License-Identifier: Apache-2.0
 *
 * refresh.c - whether a new list may take the place of the old one.
 */
#include "universe.h"

#include "data/error.h"

#include <string.h>

void
refresh_diff_clear (RefreshDiff *diff)
{
  g_clear_pointer (&diff->added, g_ptr_array_unref);
  g_clear_pointer (&diff->removed, g_ptr_array_unref);
}

static gboolean
refuse (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

static gboolean
refuse (GError **error, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error_literal (error, CORE_ERROR, CORE_ERROR_DATA, text);
  return FALSE;
}

/* Letters and digits with at most one class behind a dot or hyphen: BRK.B.
 * What a page shows where it was edited badly is none.                     */
static gboolean
is_ticker (const char *text)
{
  gsize head = strspn (text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");
  const char *rest = text + head;
  gsize tail;

  if (head < 1 || head > 6)
    return FALSE;
  if (*rest == '\0')
    return TRUE;
  if (*rest != '.' && *rest != '-')
    return FALSE;
  tail = strspn (++rest, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");
  return tail >= 1 && tail <= 3 && rest[tail] == '\0';
}

static gboolean
check_each (const GPtrArray *symbols, GError **error)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < symbols->len; i++) {
    char *symbol = symbols->pdata[i];
    g_autofree char *shown = g_strescape (symbol, NULL);

    if (!is_ticker (symbol))
      return refuse (error, "\"%.40s\" in row %u is no ticker symbol", shown,
                     i + 1);
    if (!g_hash_table_add (seen, symbol))
      return refuse (error, "%s stands in two rows", symbol);
  }
  return TRUE;
}

/* Those of `these` that are not in `others`.                               */
static GPtrArray *
missing (const GPtrArray *these, const GPtrArray *others)
{
  g_autoptr (GHashTable) known = g_hash_table_new (g_str_hash, g_str_equal);
  GPtrArray *list = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < others->len; i++)
    g_hash_table_add (known, others->pdata[i]);
  for (guint i = 0; i < these->len; i++) {
    if (!g_hash_table_contains (known, these->pdata[i]))
      g_ptr_array_add (list, g_strdup (these->pdata[i]));
  }
  return list;
}

gboolean
refresh_judge (const Universe *old, const GPtrArray *symbols,
               const RefreshLimits *limits, RefreshDiff *ret_diff,
               GError **error)
{
  guint held = old->symbols->len;
  guint least = limits->at_least > 0 ? limits->at_least
                                     : (guint) ((guint64) held * 9 / 10);
  double most = limits->max_change * held;
  guint added, removed;

  *ret_diff = (RefreshDiff) { missing (symbols, old->symbols),
                              missing (old->symbols, symbols) };
  added = ret_diff->added->len;
  removed = ret_diff->removed->len;
  if (!check_each (symbols, error))
    return FALSE;
  if (symbols->len < MAX (least, 1))
    return refuse (error, "it has %u symbols and must have at least %u",
                   symbols->len, MAX (least, 1));
  if (added > most || removed > most)
    return refuse (error, "%u symbols would come and %u go, of %u; at most "
                   "%g %% may change at a time", added, removed, held,
                   100 * limits->max_change);
  return TRUE;
}
