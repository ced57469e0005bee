/* SPDX-License-Identifier: Apache-2.0
 *
 * main.c - finds the subcommand and runs it.
 */
#include "cli/cli.h"
#include "build-config.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

static Cli cli;

static void
on_signal (int number)
{
  cancel_request (&cli.cancel, number);
}

static void
install_signals (void)
{
  struct sigaction action = { .sa_handler = on_signal };

  sigaction (SIGINT, &action, NULL);
  sigaction (SIGTERM, &action, NULL);
  /* A full disk or a closed pipe is an error to report, not a death.       */
  signal (SIGPIPE, SIG_IGN);
  signal (SIGXFSZ, SIG_IGN);
}

static void
print_help (void)
{
  puts ("Usage: mdcore COMMAND [OPTION...]\n\nCommands:");
  for (const Command *c = commands; c->name != NULL; c++) {
    if (!c->hidden)
      printf ("  %-16s%s\n", c->name, c->summary);
  }
  puts ("\n`mdcore COMMAND --help` tells more.");
}

int
main (int argc, char **argv)
{
  if (argc < 2 || strcmp (argv[1], "--help") == 0
      || strcmp (argv[1], "help") == 0) {
    print_help ();
    return argc < 2 ? EXIT_USAGE : EXIT_DONE;
  }
  if (strcmp (argv[1], "--version") == 0) {
    printf ("mdcore %s, plugin ABI %d.%d\n", MDCORE_VERSION, MD_ABI_MAJOR,
            MD_ABI_MINOR);
    return EXIT_DONE;
  }
  install_signals ();
  for (const Command *c = commands; c->name != NULL; c++) {
    if (strcmp (argv[1], c->name) == 0)
      return c->run (&cli, argc - 1, argv + 1);
  }
  g_printerr ("mdcore: unknown command \"%s\"; `mdcore --help` lists them\n",
              argv[1]);
  return EXIT_USAGE;
}
