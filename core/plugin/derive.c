/* SPDX-License-Identifier: Apache-2.0
 *
 * derive.c - offers of datasets with numbers in their names: the plugin makes
 * one when it is asked for, and it stays for the life of the process as the
 * plugin's own do.
 */
#include "private.h"

#include "data/interval.h"
#include "data/zone-names.h"

#include <string.h>

typedef struct {
  struct md_offer ours;
  struct md_offer *theirs; /* as long as the plugin's own elements          */
} Derived;

static GMutex lock;
static GHashTable *known;  /* "VTABLE DATASET SCHEMA" -> Derived            */

static gboolean
judge_zone (const char *dataset, const char *zone, GError **error)
{
  g_autofree char *nearest = NULL;

  if (zone == NULL || zone_is_known (zone))
    return TRUE;
  nearest = zone_nearest (zone);
  g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE,
               "dataset \"%s\": this machine knows no time zone \"%s\"%s%s; "
               "zones are named like \"Europe/London\"", dataset, zone,
               nearest != NULL ? ", did you mean " : "",
               nearest != NULL ? nearest : "");
  return FALSE;
}

static gboolean
judge (const Plugin *plugin, const struct md_offer *offer, const char *dataset,
       const char *schema, GError **error)
{
  if (g_strcmp0 (offer->dataset, dataset) != 0
      || g_strcmp0 (offer->schema, schema) != 0
      || offer->record == MD_OWN_TABLE)
    return refuse (error, "`derive` made no offer of dataset \"%s\", schema "
                   "\"%s\" with rows of a built-in table", dataset, schema);
  return judge_zone (dataset, offer->interval.zone, error)
         && plugin_judge_offer (plugin, offer, 0, error);
}

/* What it points to may be part of the dataset's name, so that stays too.  */
static Derived *
make (const Plugin *plugin, const char *dataset, const char *schema,
      GError **error)
{
  gsize size = plugin->theirs->offer_size;
  Derived *derived = g_new0 (Derived, 1);
  struct md_error err;
  int klass;

  md_error_init (&err);
  derived->theirs = g_malloc0 (size);
  klass = plugin->provider.derive (g_intern_string (dataset),
                                   g_intern_string (schema), derived->theirs,
                                   &err);
  memcpy (&derived->ours, derived->theirs,
          MIN (size, sizeof derived->ours));
  if (klass == MD_OK && judge (plugin, &derived->ours, dataset, schema, error))
    return derived;
  if (klass != MD_OK && klass != MD_ERR_NOT_FOUND)
    g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE, "dataset \"%s\": %s",
                 dataset, err.message);
  g_free (derived->theirs);
  g_free (derived);
  return NULL;
}

const struct md_offer *
plugin_derive (const Plugin *plugin, const char *dataset, const char *schema,
               GError **error)
{
  g_autofree char *key = NULL;
  Derived *derived;

  if (plugin->theirs == NULL || plugin->provider.derive == NULL)
    return NULL;
  key = g_strdup_printf ("%p %s %s", (const void *) plugin->theirs, dataset,
                         schema);
  g_mutex_lock (&lock);
  if (known == NULL)
    known = g_hash_table_new (g_str_hash, g_str_equal);
  derived = g_hash_table_lookup (known, key);
  if (derived == NULL) {
    derived = make (plugin, dataset, schema, error);
    if (derived != NULL)
      g_hash_table_insert (known, g_steal_pointer (&key), derived);
  }
  g_mutex_unlock (&lock);
  return derived != NULL ? &derived->ours : NULL;
}

const struct md_offer *
plugin_their_offer (const Plugin *plugin, const struct md_offer *offer)
{
  const struct md_provider *theirs = plugin->theirs;
  gsize i = offer - plugin->provider.offers;

  if (offer >= plugin->provider.offers && i < plugin->provider.n_offers)
    return (const struct md_offer *) ((const char *) theirs->offers
                                      + i * theirs->offer_size);
  return ((const Derived *) offer)->theirs;
}
