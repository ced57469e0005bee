/* SPDX-License-Identifier: Apache-2.0
 *
 * all-symbols.c - `symbols = *` where the vendor cannot be asked for all
 * symbols at once: the provider's list takes the place of the star.
 */
#include "engine/instruments.h"
#include "run-job.h"

#include "observe/log.h"

/* Does every dataset and schema of the job understand the star itself?     */
static gboolean
are_all_served (const Job *job, const Plugin *plugin)
{
  for (char **d = job->datasets; *d != NULL; d++) {
    for (char **s = job->schemas; *s != NULL; s++) {
      const struct md_offer *offer = plugin_offer (plugin, *d, *s, NULL);

      if (offer == NULL || (offer->flags & MD_OFFER_ALL_SYMBOLS) == 0)
        return FALSE;
    }
  }
  return TRUE;
}

static void
add_listed (const Instruments *list, GHashTable *seen, GPtrArray *symbols)
{
  g_autoptr (GArray) order = instruments_by_symbol (list);

  for (guint i = 0; i < order->len; i++) {
    char *symbol = g_strdup (
      instruments_symbol (list, g_array_index (order, gsize, i)));

    if (g_hash_table_add (seen, symbol))
      g_ptr_array_add (symbols, symbol);
    else
      g_free (symbol);
  }
}

static gboolean
list_dataset (const EngineInput *input, const char *dataset,
              GHashTable *seen, GPtrArray *symbols, GError **error)
{
  g_autoptr (Instruments) list = engine_list (input, dataset, NULL, error);

  if (list == NULL) {
    g_prefix_error (error, "job \"%s\": symbols = *: ", input->job->name);
    return FALSE;
  }
  if (list->unread > 0)
    log_event (MD_LOG_WARNING, "symbols.unread",
               "%" G_GUINT64_FORMAT " instruments of %s could not be read, "
               "the first for %s", list->unread, dataset, list->reasons);
  add_listed (list, seen, symbols);
  return TRUE;
}

/* Sorted dataset by dataset, so that the same list makes the same requests. */
gboolean
job_list_all (Job *job, PreparedJob *prepared, GError **error)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GPtrArray) symbols = g_ptr_array_new_with_free_func (g_free);

  if (job->selector != MD_SELECT_ALL
      || are_all_served (job, prepared->input.plugin))
    return TRUE;
  for (char **dataset = job->datasets; *dataset != NULL; dataset++) {
    if (!list_dataset (&prepared->input, *dataset, seen, symbols, error))
      return FALSE;
  }
  if (symbols->len == 0) {
    g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE,
                 "job \"%s\": symbols = *: %s lists no symbol", job->name,
                 job->provider);
    return FALSE;
  }
  g_ptr_array_add (symbols, NULL);
  g_ptr_array_set_free_func (symbols, NULL);
  g_strfreev (job->symbols);
  job->symbols = (char **) g_ptr_array_free (g_steal_pointer (&symbols),
                                             FALSE);
  job->selector = MD_SELECT_SYMBOL;
  return engine_check (&prepared->input, error);
}
