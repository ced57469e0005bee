/* SPDX-License-Identifier: Apache-2.0
 *
 * cmd-examine.c - `mdcore __examine PATH...`, which the program runs itself
 * to look at plugins from a safe distance.
 */
#include "cmd.h"
#include "plugin/plugin.h"

int
cmd_examine (Cli *cli, int argc, char **argv)
{
  return plugin_examine_main ((const char *const *) argv + 1);
}
