/* SPDX-License-Identifier: Apache-2.0
 *
 * plugin-text.h - what list-providers, list-sinks and inspect share.
 */
#pragma once

#include "cli.h"
#include "plugin/plugin.h"

#include <jansson.h>

/* list-providers (capability "history") and list-sinks ("sink"): those that
 * have it and, since nobody knows what they are, all broken ones.          */
int list_plugins (Cli *cli, int argc, char **argv, const char *capability);
/* What it declares, with where it lies and what is wrong; an object.
 * (transfer full)                                                          */
json_t *plugin_info_json (const PluginInfo *info);
gboolean plugin_info_can (const json_t *info, const char *capability);
