/* SPDX-License-Identifier: Apache-2.0
 *
 * plugin.h - finding, examining and loading modules.
 *
 * The only room that knows GModule.  A module is examined in a child process
 * before this process loads it; a loaded one is never unloaded.  Everything
 * here is in the host's layout: the loader copies the smaller struct size
 * into zeroed structs and fills absent optional callbacks with stubs.
 */
#pragma once

#include "data/error.h"

typedef struct {
  char *path;
  struct md_plugin desc;          /* keys and ifaces in the host's layout   */
  gboolean has_provider, has_stream, has_symbols, has_estimate, has_sink;
  gboolean has_details, has_conditions;
  struct md_provider provider;    /* offers in the host's layout; own       */
  struct md_stream stream;        /*   tables adopted (data/table.h)        */
  struct md_symbols symbols;
  struct md_estimate estimate;
  struct md_sink sink;
  struct md_details details;
  struct md_conditions conditions;
  const struct md_provider *theirs; /* as the plugin wrote it               */
} Plugin;

/* What list-providers shows; `error` set for a broken one.                 */
typedef struct {
  char *name, *path, *dir;
  char *error;
  char *shadowed_by;              /* path of the same name found earlier    */
  char *json;                     /* everything it declares, as `inspect`   */
} PluginInfo;
void plugin_info_free (PluginInfo *info);

/* Directories in order: `extra` (--plugin-path, ':'-separated, or NULL),
 * MDCORE_PLUGIN_PATH, user, local, libdir.  Existing ones only.
 * (transfer full; NULL-terminated)                                         */
char **plugin_search_path (const char *extra);

/* Every NAME.so of the path, of PluginInfo, sorted by name, a shadowed one
 * after what shadows it.  Examined in children, or known from an earlier
 * examination of the unchanged file.  (transfer full)                      */
GPtrArray *plugin_scan (const char *extra);
/* One, by name or by path (has a '/'), examined now.  NULL when no such file
 * is there: CORE_ERROR_USAGE lists the known names.                        */
PluginInfo *plugin_examine (const char *name_or_path, const char *extra,
                            GError **error);

/* Examined in a child, then loaded for the life of the process; the same
 * name gives the same object.  CORE_ERROR_PLUGIN with one clear sentence;
 * an unknown name lists the known ones (CORE_ERROR_USAGE).
 * (transfer none)                                                          */
const Plugin *plugin_load (const char *name_or_path, const char *extra,
                           GError **error);

/* An absent optional callback is a stub: `check` and `on_timer` agree,
 * `on_close` says reconnect, `attach` and `align` agree; `resolve`, `rewind`
 * and `compact` fail as MD_ERR_UNSUPPORTED.                                */

/* The offer for a job's dataset and schema.  CORE_ERROR_USAGE lists what
 * there is and the nearest name.                                           */
const struct md_offer *plugin_offer (const Plugin *plugin,
                                     const char *dataset, const char *schema,
                                     GError **error);
/* Is the dataset one of the offer's?  "sip/raw@*" takes what begins so.    */
gboolean plugin_offer_takes (const struct md_offer *offer,
                             const char *dataset);
/* Any offer's.                                                             */
gboolean plugin_knows_dataset (const Plugin *plugin, const char *dataset);
const struct md_offer *plugin_offer_at (const Plugin *plugin, gsize i);
const struct md_key *plugin_key_at (const Plugin *plugin, gsize i);
/* A request as the plugin shall see it: with its own offer instead of our
 * copy, because a newer plugin may look at members that our layout lacks.  */
struct md_request plugin_request (const Plugin *plugin,
                                  const struct md_request *request);
/* Declared default rate limits, provider.n_limits of them.                 */
const struct md_limit *plugin_limit_at (const Plugin *plugin, gsize i);
/* The table of the offer's rows.                                           */
const struct md_table *plugin_offer_table (const struct md_offer *offer);

/* Optional callbacks of a sink that are its own.                            */
gboolean plugin_has_compact (const Plugin *plugin);
gboolean plugin_can_rewind (const Plugin *plugin);

/* Entry of the examining child: `mdcore __examine PATH...`; prints one JSON
 * object a line.                                                           */
int plugin_examine_main (const char *const *paths);
