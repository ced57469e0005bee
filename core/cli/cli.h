/* SPDX-License-Identifier: Apache-2.0
 *
 * cli.h - what the subcommands share.  One file a subcommand, cmd-NAME.c,
 * which defines `int cmd_name (Cli *cli, int argc, char **argv)` with
 * argv[0] the subcommand; listed in commands.c.
 */
#pragma once

#include "config/job.h"
#include "data/clock.h"
#include "data/error.h"
#include "store/store.h"

#define EXIT_DONE      0
#define EXIT_FAILED    1
#define EXIT_USAGE     2
#define EXIT_PARTIAL   3
#define EXIT_AUTH      4
#define EXIT_STORE     5
#define EXIT_PLUGIN    6

/* Options that every command understands, before or after its name.        */
typedef struct {
  char *plugin_path;      /* --plugin-path                                  */
  char *store;            /* --store                                        */
  gboolean json;          /* --json                                         */
  gboolean quiet;         /* --quiet                                        */
  char **sets;            /* --set                                          */
  char *log_level;        /* --log-level; in force after cli_parse          */
  char *log_format;       /* --log-format                                   */
  Cancel cancel;          /* SIGINT, SIGTERM                                */
} Cli;

typedef int (*CommandFn) (Cli *cli, int argc, char **argv);

typedef struct {
  const char *name;
  const char *summary;    /* one line of `mdcore --help`                    */
  const char *synopsis;   /* "JOB... [--refetch FROM/TO]"                   */
  CommandFn run;
  gboolean hidden;
} Command;

/* Ends with { 0 }.                                                         */
extern const Command commands[];

/* Parses `entries` with GOption, including the common options and --help
 * (which prints and exits); CORE_ERROR_USAGE otherwise.  argv keeps the
 * positional arguments after argv[0].                                      */
gboolean cli_parse (Cli *cli, const char *name, const GOptionEntry *entries,
                    int *argc, char ***argv, GError **error);
/* Prints "mdcore: ..." on stderr and returns the exit status.  Takes it.   */
int cli_fail (GError *error);
/* "mdcore NAME: ...; `mdcore NAME --help` tells more"; EXIT_USAGE.         */
int cli_usage (const char *name, const char *format, ...)
  G_GNUC_PRINTF (2, 3);
/* The store that a command reads: --store, else the job's, else default.   */
char *cli_store_path (Cli *cli, const Job *job);
/* The job at `path` under this command line's --set and --store.           */
Job *cli_load_job (Cli *cli, const char *path, GError **error);

/* For main: puts the command's name at argv[1] and the common options that
 * stood before it behind it; FALSE when there is no command.               */
gboolean cli_find_command (int argc, char **argv);
void cli_print_help (void);
int cli_run (Cli *cli, int argc, char **argv);
void cli_clear (Cli *cli);
