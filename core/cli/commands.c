/* SPDX-License-Identifier: Apache-2.0
 *
 * commands.c - the table of subcommands, in the order of `mdcore --help`.
 */
#include "cli.h"

const Command commands[] = {
  { 0 }
};
