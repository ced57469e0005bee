/* SPDX-License-Identifier: Apache-2.0
 *
 * new-plugin.h - writes the project that a plugin starts from.
 */
#pragma once

#include <glib.h>

typedef struct {
  const char *name;     /* of the plugin, and of the folder                 */
  gboolean sink;
  gboolean cpp;
} NewPlugin;

/* Makes the folder, which must not exist, and every file of the project.
 * CORE_ERROR_USAGE or CORE_ERROR_IO.                                       */
gboolean new_plugin_write (const NewPlugin *plugin, GError **error);
