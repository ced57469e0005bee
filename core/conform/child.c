/* SPDX-License-Identifier: Apache-2.0
 *
 * child.c - a check in a process of its own, and how it ended.
 *
 * The child says what it is at ("@ ..."), and at last its verdict.  A child
 * that ends without one crashed, or the plugin ended it; one that is still
 * there after the time hangs.
 */
#include "private.h"

#include "data/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static int report = -1;

/* ---- the child -------------------------------------------------------- */

static void
say (char mark, const char *text)
{
  g_autofree char *line = g_strdup_printf ("%c%s\n", mark, text);
  gsize len = strlen (line);

  for (gsize i = 1; i + 1 < len; i++) {
    if ((guchar) line[i] < ' ')
      line[i] = ' ';
  }
  for (const char *at = line; len > 0;) {
    gssize n = write (report, at, len);

    if (n < 0 && errno != EINTR)
      return;
    at += MAX (n, 0);
    len -= (gsize) MAX (n, 0);
  }
}

void
check_at (const char *format, ...)
{
  va_list args;
  g_autofree char *text = NULL;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  say ('@', text);
}

ConformVerdict
check_failed (char **ret_why, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  *ret_why = g_strdup_vprintf (format, args);
  va_end (args);
  return CONFORM_FAIL;
}

ConformVerdict
check_skipped (char **ret_why, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  *ret_why = g_strdup_vprintf (format, args);
  va_end (args);
  return CONFORM_SKIP;
}

/* What the plugin prints would stand in the program's own output.          */
static int
catch_output (void)
{
  int null = open ("/dev/null", O_RDWR | O_CLOEXEC);
  int printed = memfd_create ("printed", MFD_CLOEXEC);

  dup2 (null, STDIN_FILENO);
  dup2 (null, STDERR_FILENO);
  dup2 (printed, STDOUT_FILENO);
  return printed;
}

static ConformVerdict
judge (const ConformInput *input, CheckFn check, int printed, char **ret_why)
{
  Subject subject = { 0 };
  ConformVerdict verdict = subject_open (&subject, input, ret_why);

  if (verdict == CONFORM_PASS)
    verdict = check (&subject, ret_why);
  subject_clear (&subject);
  fflush (stdout);
  if (verdict == CONFORM_PASS && lseek (printed, 0, SEEK_END) > 0)
    return check_failed (ret_why, "it prints to standard output, where the "
                         "program's data go; use the host's `log`");
  return verdict;
}

static void G_GNUC_NORETURN
child_main (const ConformInput *input, CheckFn check, int fd)
{
  static const char marks[] = { [CONFORM_PASS] = 'P', [CONFORM_SKIP] = 'S',
                                [CONFORM_FAIL] = 'F' };
  const struct rlimit no_core = { 0, 0 };
  char *why = NULL;
  ConformVerdict verdict;

  prctl (PR_SET_PDEATHSIG, SIGKILL);
  setpgid (0, 0);
  setrlimit (RLIMIT_CORE, &no_core);
  report = fd;
  verdict = judge (input, check, catch_output (), &why);
  say (marks[verdict], why != NULL ? why : "");
  _exit (0);
}

/* ---- the parent ------------------------------------------------------- */

/* Everything that it says; FALSE when it went silent.                      */
static gboolean
listen_to (int fd, gint64 timeout, GString *said)
{
  gint64 deadline = clock_monotonic () + timeout;

  for (;;) {
    struct pollfd one = { .fd = fd, .events = POLLIN };
    gint64 left = deadline - clock_monotonic ();
    char buf[4096];
    gssize n;

    if (left <= 0)
      return FALSE;
    if (poll (&one, 1, (int) (left / 1000000) + 1) <= 0)
      continue;
    n = read (fd, buf, sizeof buf);
    if (n == 0 || (n < 0 && errno != EINTR))
      return TRUE;
    if (n > 0) {
      g_string_append_len (said, buf, n);
      deadline = clock_monotonic () + timeout;
    }
  }
}

static int
reap (pid_t pid, gboolean ended)
{
  int status = 0;

  /* Its end of the pipe is closed, so it is going by itself.               */
  if (!ended)
    kill (-pid, SIGKILL);
  while (waitpid (pid, &status, 0) < 0 && errno == EINTR)
    continue;
  /* What it started goes with it.                                          */
  kill (-pid, SIGKILL);
  return status;
}

static char *
describe_end (gboolean ended, int status, const char *at)
{
  const char *where = at != NULL ? at : "loading it";

  if (!ended)
    return g_strdup_printf ("it hangs: %s", where);
  if (WIFSIGNALED (status))
    return g_strdup_printf ("it crashed (%s): %s",
                            strsignal (WTERMSIG (status)), where);
  return g_strdup_printf ("it ended the program (exit status %d): %s",
                          WEXITSTATUS (status), where);
}

static ConformVerdict
read_verdict (const char *said, gboolean ended, int status, char **ret_why)
{
  g_auto (GStrv) lines = g_strsplit (said, "\n", -1);
  const char *at = NULL;

  for (char **line = lines; *line != NULL; line++) {
    const char *text = **line != '\0' ? *line + 1 : NULL;

    if (**line == '@') {
      at = text;
    } else if (**line == 'P' || **line == 'S' || **line == 'F') {
      *ret_why = *text != '\0' ? g_strdup (text) : NULL;
      return **line == 'P' ? CONFORM_PASS
             : **line == 'S' ? CONFORM_SKIP : CONFORM_FAIL;
    }
  }
  *ret_why = describe_end (ended, status, at);
  return CONFORM_FAIL;
}

ConformVerdict
child_run (const ConformInput *input, CheckFn check, char **ret_why)
{
  g_autoptr (GString) said = g_string_new (NULL);
  gboolean ended;
  int fds[2];
  pid_t pid;

  /* What is still buffered would be written twice.                         */
  fflush (NULL);
  if (pipe2 (fds, O_CLOEXEC) != 0 || (pid = fork ()) < 0)
    return check_failed (ret_why, "no process could be started for it");
  if (pid == 0)
    child_main (input, check, fds[1]);
  close (fds[1]);
  ended = listen_to (fds[0], input->timeout, said);
  close (fds[0]);
  return read_verdict (said->str, ended, reap (pid, ended), ret_why);
}
