/* SPDX-License-Identifier: Apache-2.0
 *
 * cmd-list-providers.c - `mdcore list-providers`.
 */
#include "cmd.h"
#include "plugin-text.h"

int
cmd_list_providers (Cli *cli, int argc, char **argv)
{
  return list_plugins (cli, argc, argv, "history");
}
