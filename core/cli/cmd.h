/* SPDX-License-Identifier: Apache-2.0
 *
 * cmd.h - the subcommands' functions, one a file; called with argv[0] the
 * subcommand's name, they return the exit status.
 */
#pragma once

#include "cli.h"

int cmd_backfill (Cli *cli, int argc, char **argv);
int cmd_calendar (Cli *cli, int argc, char **argv);
int cmd_changes (Cli *cli, int argc, char **argv);
int cmd_check (Cli *cli, int argc, char **argv);
int cmd_compact (Cli *cli, int argc, char **argv);
int cmd_conform (Cli *cli, int argc, char **argv);
int cmd_config (Cli *cli, int argc, char **argv);
int cmd_coverage (Cli *cli, int argc, char **argv);
int cmd_demo (Cli *cli, int argc, char **argv);
int cmd_dlq (Cli *cli, int argc, char **argv);
int cmd_examine (Cli *cli, int argc, char **argv);
int cmd_export (Cli *cli, int argc, char **argv);
int cmd_gaps (Cli *cli, int argc, char **argv);
int cmd_inspect (Cli *cli, int argc, char **argv);
int cmd_instruments (Cli *cli, int argc, char **argv);
int cmd_lineage (Cli *cli, int argc, char **argv);
int cmd_list_providers (Cli *cli, int argc, char **argv);
int cmd_list_sinks (Cli *cli, int argc, char **argv);
int cmd_mappings (Cli *cli, int argc, char **argv);
int cmd_new_plugin (Cli *cli, int argc, char **argv);
int cmd_plan (Cli *cli, int argc, char **argv);
int cmd_raw (Cli *cli, int argc, char **argv);
int cmd_run (Cli *cli, int argc, char **argv);
int cmd_runs (Cli *cli, int argc, char **argv);
int cmd_status (Cli *cli, int argc, char **argv);
int cmd_store (Cli *cli, int argc, char **argv);
int cmd_symbols (Cli *cli, int argc, char **argv);
int cmd_universe (Cli *cli, int argc, char **argv);
int cmd_sync (Cli *cli, int argc, char **argv);
int cmd_verify (Cli *cli, int argc, char **argv);
int cmd_why (Cli *cli, int argc, char **argv);
