/* SPDX-License-Identifier: Apache-2.0
 *
 * main.c - finds the subcommand and runs it.
 */
#include "cli/cli.h"
#include "build-config.h"

#include <errno.h>
#include <locale.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static Cli cli;

static void
on_signal (int number)
{
  cancel_request (&cli.cancel, number);
}

static void
install_signals (void)
{
  /* The second one ends the program at once: the store can take it.        */
  struct sigaction action = { .sa_handler = on_signal,
                              .sa_flags = (int) SA_RESETHAND };

  sigaction (SIGINT, &action, NULL);
  sigaction (SIGTERM, &action, NULL);
  /* A full disk or a closed pipe is an error to report, not a death.       */
  signal (SIGPIPE, SIG_IGN);
  signal (SIGXFSZ, SIG_IGN);
}

/* Rows are made on one thread and freed on another.  glibc gives each thread
 * an arena of its own, and what is freed there comes back to the system late:
 * a third more memory, and no less time, than with two arenas for all.     */
static void
limit_arenas (void)
{
#ifdef __GLIBC__
  mallopt (M_ARENA_MAX, 2);
#endif
}

/* `mdcore ... | head` has seen what it wanted.                             */
static gboolean
reader_is_gone (void)
{
  struct pollfd out = { .fd = STDOUT_FILENO };

  return poll (&out, 1, 0) == 1 && (out.revents & POLLERR) != 0;
}

/* Output that did not reach its file is a failure, whatever was done.      */
static int
finish (int status)
{
  if ((fflush (stdout) == 0 && !ferror (stdout)) || reader_is_gone ())
    return status;
  fprintf (stderr, "mdcore: could not write all of the output: %s\n",
           g_strerror (errno));
  return status == EXIT_DONE ? EXIT_FAILED : status;
}

int
main (int argc, char **argv)
{
  int status;

  /* Letters as the terminal has them; numbers stay as they are.            */
  setlocale (LC_CTYPE, "");
  install_signals ();
  limit_arenas ();
  if (!cli_find_command (argc, argv)) {
    cli_print_help ();
    return EXIT_USAGE;
  }
  /* `mdcore help run` is `mdcore run --help`.                              */
  if (argc > 2 && strcmp (argv[1], "help") == 0) {
    argv[1] = argv[2];
    argv[2] = (char *) "--help";
  }
  if (strcmp (argv[1], "--help") == 0 || strcmp (argv[1], "-h") == 0
      || strcmp (argv[1], "help") == 0) {
    cli_print_help ();
    return finish (EXIT_DONE);
  }
  if (strcmp (argv[1], "--version") == 0) {
    printf ("mdcore %s, plugin ABI %d.%d\n", MDCORE_VERSION, MD_ABI_MAJOR,
            MD_ABI_MINOR);
    return finish (EXIT_DONE);
  }
  status = finish (cli_run (&cli, argc, argv));
  cli_clear (&cli);
  return status;
}
