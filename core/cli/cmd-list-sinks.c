/* SPDX-License-Identifier: Apache-2.0
 *
 * cmd-list-sinks.c - `mdcore list-sinks`.
 */
#include "cmd.h"
#include "plugin-text.h"

int
cmd_list_sinks (Cli *cli, int argc, char **argv)
{
  return list_plugins (cli, argc, argv, "sink");
}
