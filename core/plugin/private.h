/* SPDX-License-Identifier: Apache-2.0
 *
 * private.h - what the files of this room share.
 */
#pragma once

#include "plugin.h"

#include <jansson.h>

#define EXAMINE_SECONDS 5

/* Sets a CORE_ERROR_PLUGIN; always FALSE, so `return refuse (...)`.        */
gboolean refuse (GError **error, const char *format, ...)
  G_GNUC_PRINTF (2, 3);

/* ---- files.c --------------------------------------------------------- */

typedef struct {
  char *name, *path, *dir;
} PluginFile;
void plugin_file_free (PluginFile *file);

/* Every NAME.so, in the order of the path, by name within a folder.        */
GPtrArray *plugin_files (const char *extra);
/* By name or path; an unknown one is CORE_ERROR_USAGE.                     */
PluginFile *plugin_find (const char *name_or_path, const char *extra,
                         GError **error);
/* May it be loaded: nobody but root and we may write to file and folder.   */
gboolean plugin_file_is_safe (const char *path, GError **error);
gboolean plugin_path_is_safe (const char *what, const char *path,
                              GError **error);
/* "x" of "/lib/x.so", NULL for other names.  (transfer full)               */
char *plugin_name_of_path (const char *path);

/* ---- adopt.c, judge.c ------------------------------------------------ */

/* Opens the module in this process and takes its descriptor over.          */
Plugin *plugin_open (const char *path, const char *name, GError **error);
void plugin_free (Plugin *plugin);
/* The whole descriptor in the host's layout, checked.                      */
gboolean plugin_adopt (Plugin *plugin, const struct md_plugin *theirs,
                       const char *name, GError **error);
gboolean plugin_judge (const Plugin *plugin, const char *name,
                       GError **error);
gboolean plugin_judge_offers (const Plugin *plugin, GError **error);
gboolean plugin_judge_offer (const Plugin *plugin,
                             const struct md_offer *offer, gsize i,
                             GError **error);
/* Present and shown to people: UTF-8, one line, not too long.              */
gboolean plugin_judge_text (const char *what, const char *text,
                            GError **error);
/* Lower-case letter first, then `more` too.                                */
gboolean plugin_name_is_good (const char *text, const char *more);
gboolean plugin_name_is_file_name (const char *name);
/* "int", NULL for an unknown one.                                          */
const char *plugin_type_name (guint type);

/* ---- derive.c -------------------------------------------------------- */

/* NULL without an error: the plugin makes no such dataset.                 */
const struct md_offer *plugin_derive (const Plugin *plugin,
                                      const char *dataset, const char *schema,
                                      GError **error);
/* The plugin's own of an offer of plugin_offer.                            */
const struct md_offer *plugin_their_offer (const Plugin *plugin,
                                           const struct md_offer *offer);

/* ---- describe.c ------------------------------------------------------ */

/* Everything that it declares.  (transfer full)                            */
json_t *plugin_describe (const Plugin *plugin);
/* Optional callbacks that are the plugin's own.                            */
gboolean plugin_has_check (const Plugin *plugin);
gboolean plugin_has_resolve (const Plugin *plugin);

/* ---- ask.c, examine.c ------------------------------------------------ */

/* Fills json or error of each PluginInfo that has neither.                 */
void plugin_examine_all (PluginInfo *const *infos, gsize n);

/* ---- cache.c --------------------------------------------------------- */

typedef struct PluginCache PluginCache;
PluginCache *plugin_cache_open (void);
/* What an earlier examination found in this very file.  (transfer full)    */
char *plugin_cache_get (PluginCache *cache, const char *path);
void plugin_cache_put (PluginCache *cache, const PluginInfo *info);
/* Writes it when it changed; failing is no error.                          */
void plugin_cache_close (PluginCache *cache);
