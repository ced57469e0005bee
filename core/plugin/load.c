/* SPDX-License-Identifier: Apache-2.0
 *
 * load.c - modules of this process, and what they offer.
 *
 * The only file that knows GModule.  A loaded module stays for the life of
 * the process: its strings and code are referred to from everywhere.
 */
#include "private.h"

#include "data/nearest.h"
#include "data/table.h"

#include <gmodule.h>
#include <stdlib.h>
#include <string.h>

/* ---- accessors -------------------------------------------------------- */

const struct md_offer *
plugin_offer_at (const Plugin *plugin, gsize i)
{
  return &plugin->provider.offers[i];
}

const struct md_key *
plugin_key_at (const Plugin *plugin, gsize i)
{
  return &plugin->desc.keys[i];
}

const struct md_limit *
plugin_limit_at (const Plugin *plugin, gsize i)
{
  return &plugin->provider.limits[i];
}

const struct md_table *
plugin_offer_table (const struct md_offer *offer)
{
  return offer->table != NULL ? offer->table : table_builtin (offer->record);
}

struct md_request
plugin_request (const Plugin *plugin, const struct md_request *request)
{
  struct md_request shown = *request;

  if (plugin->theirs != NULL && request->offer != NULL)
    shown.offer = plugin_their_offer (plugin, request->offer);
  return shown;
}

/* ---- offers by name --------------------------------------------------- */

gboolean
plugin_offer_takes (const struct md_offer *offer, const char *dataset)
{
  gsize len;

  if (offer->dataset == NULL || strcmp (offer->dataset, dataset) == 0)
    return TRUE;
  len = strlen (offer->dataset);
  return len > 0 && offer->dataset[len - 1] == '*'
         && strncmp (offer->dataset, dataset, len - 1) == 0
         && strlen (dataset) > len - 1;
}

static const char **
names_of (const Plugin *plugin, const char *dataset)
{
  const char **names = g_new0 (const char *, plugin->provider.n_offers + 1);
  gsize n = 0;

  for (gsize i = 0; i < plugin->provider.n_offers; i++) {
    const struct md_offer *offer = plugin_offer_at (plugin, i);
    const char *name = dataset == NULL ? offer->dataset : offer->schema;

    if (dataset != NULL && !plugin_offer_takes (offer, dataset))
      continue;
    if (name != NULL && !g_strv_contains (names, name))
      names[n++] = name;
  }
  return names;
}

static void
fail_offer (const Plugin *plugin, const char *dataset, const char *what,
            const char *name, GError **error)
{
  g_autofree const char **names = names_of (plugin, dataset);
  g_autofree char *list = g_strjoinv (", ", (char **) names);
  const char *nearest = nearest_name (name, names);

  g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE,
               "provider \"%s\" has no %s \"%s\"%s%s%s%s%s; it has: %s",
               plugin->desc.name, what, name,
               dataset != NULL ? " in dataset \"" : "",
               dataset != NULL ? dataset : "", dataset != NULL ? "\"" : "",
               nearest != NULL ? ", did you mean " : "",
               nearest != NULL ? nearest : "", list);
}

const struct md_offer *
plugin_offer (const Plugin *plugin, const char *dataset, const char *schema,
              GError **error)
{
  gboolean known = FALSE;
  const struct md_offer *derived;
  GError *local = NULL;

  for (gsize i = 0; i < plugin->provider.n_offers; i++) {
    const struct md_offer *offer = plugin_offer_at (plugin, i);

    if (!plugin_offer_takes (offer, dataset))
      continue;
    known = TRUE;
    if (strcmp (offer->schema, schema) == 0)
      return offer;
  }
  if (known) {
    fail_offer (plugin, dataset, "schema", schema, error);
    return NULL;
  }
  derived = plugin_derive (plugin, dataset, schema, &local);
  if (local != NULL)
    g_propagate_error (error, local);
  else if (derived == NULL)
    fail_offer (plugin, NULL, "dataset", dataset, error);
  return derived;
}

gboolean
plugin_knows_dataset (const Plugin *plugin, const char *dataset)
{
  for (gsize i = 0; i < plugin->provider.n_offers; i++) {
    if (plugin_offer_takes (plugin_offer_at (plugin, i), dataset))
      return TRUE;
  }
  return FALSE;
}

/* ---- open ------------------------------------------------------------- */

void
plugin_free (Plugin *plugin)
{
  g_free (plugin->path);
  g_free ((gpointer) plugin->desc.keys);
  g_free ((gpointer) plugin->provider.offers);
  g_free ((gpointer) plugin->provider.limits);
  g_free (plugin);
}

static md_entry_fn
find_entry (const char *path, GError **error)
{
  g_autoptr (GError) local = NULL;
  /* Not LAZY: a module that lacks a symbol fails here and not in a run.    */
  GModule *module = g_module_open_full (path, G_MODULE_BIND_LOCAL, &local);
  gpointer symbol = NULL;
  md_entry_fn entry;

  if (module == NULL) {
    refuse (error, "it cannot be loaded: %s", local->message);
    return NULL;
  }
  g_module_make_resident (module);
  if (!g_module_symbol (module, MD_ENTRY_NAME, &symbol) || symbol == NULL) {
    refuse (error, "it exports no %s, so it is no plugin; MD_PLUGIN (...) "
            "defines it", MD_ENTRY_NAME);
    return NULL;
  }
  memcpy (&entry, &symbol, sizeof entry);
  return entry;
}

Plugin *
plugin_open (const char *path, const char *name, GError **error)
{
  md_entry_fn entry = find_entry (path, error);
  Plugin *plugin;

  if (entry == NULL)
    return NULL;
  plugin = g_new0 (Plugin, 1);
  plugin->path = g_strdup (path);
  if (plugin_adopt (plugin, entry (), name, error))
    return plugin;
  plugin_free (plugin);
  return NULL;
}

/* ---- load once -------------------------------------------------------- */

static GMutex registry_lock;
static GHashTable *registry; /* real path -> Plugin, for ever               */

static const Plugin *
load_locked (const PluginFile *file, GError **error)
{
  g_autofree char *real = realpath (file->path, NULL);
  g_autoptr (GError) local = NULL;
  PluginInfo info = { .name = file->name, .path = file->path };
  PluginInfo *infos[] = { &info };
  Plugin *plugin = NULL;

  if (registry == NULL)
    registry = g_hash_table_new (g_str_hash, g_str_equal);
  if (real != NULL)
    plugin = g_hash_table_lookup (registry, real);
  if (plugin != NULL)
    return plugin;
  plugin_examine_all (infos, 1);
  if (info.error == NULL)
    plugin = plugin_open (file->path, file->name, &local);
  if (plugin == NULL)
    refuse (error, "plugin \"%s\" (%s) cannot be used: %s", file->name,
            file->path, info.error != NULL ? info.error : local->message);
  else
    g_hash_table_insert (registry, g_strdup (real), plugin);
  g_free (info.error);
  g_free (info.json);
  return plugin;
}

const Plugin *
plugin_load (const char *name_or_path, const char *extra, GError **error)
{
  PluginFile *file = plugin_find (name_or_path, extra, error);
  const Plugin *plugin;

  if (file == NULL)
    return NULL;
  g_mutex_lock (&registry_lock);
  plugin = load_locked (file, error);
  g_mutex_unlock (&registry_lock);
  plugin_file_free (file);
  return plugin;
}
