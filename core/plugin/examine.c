/* SPDX-License-Identifier: Apache-2.0
 *
 * examine.c - unknown modules run in processes of their own.
 *
 * One process, the examiner, forks a probe for each module and watches them.
 * So a module that crashes, hangs or ends the program harms only its probe,
 * and fifteen modules cost one start of a program, not fifteen.  Who starts
 * the examiner, and how, is in ask.c.
 */
#include "private.h"

#include "data/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define ANSWER_MAX (4 << 20)
#define PROBES_MAX 32

/* ---- the probe: one module, one process ------------------------------- */

/* What the module prints while it is loaded would stand in the program's
 * own output, so it is caught and told.                                    */
static int
probe_redirect (void)
{
  int null = open ("/dev/null", O_RDWR | O_CLOEXEC);
  int printed = memfd_create ("printed", MFD_CLOEXEC);

  if (null < 0 || printed < 0)
    return -1;
  dup2 (null, STDIN_FILENO);
  dup2 (null, STDERR_FILENO);
  dup2 (printed, STDOUT_FILENO);
  return printed;
}

static json_t *
probe_open (const char *path)
{
  g_autofree char *name = plugin_name_of_path (path);
  g_autoptr (GError) error = NULL;
  int printed = probe_redirect ();
  const Plugin *plugin
    = plugin_open (path, name != NULL ? name : "", &error);

  fflush (stdout);
  if (plugin != NULL && printed >= 0 && lseek (printed, 0, SEEK_END) > 0)
    return json_pack ("{s:s}", "error", "it prints to standard output while "
                      "it is loaded, where the program's data go; a plugin "
                      "speaks through the host's `log`");
  if (plugin == NULL)
    return json_pack ("{s:s}", "error", error->message);
  return json_pack ("{s:o}", "info", plugin_describe (plugin));
}

static void
write_all (int fd, const char *text, gsize len)
{
  while (len > 0) {
    gssize n = write (fd, text, len);

    if (n < 0 && errno != EINTR)
      return;
    if (n > 0) {
      text += n;
      len -= n;
    }
  }
}

/* Ends with _exit: the module's own farewells are not our business.        */
static void G_GNUC_NORETURN
probe_main (const char *path, int fd)
{
  const struct rlimit no_core = { 0, 0 };
  char *text;

  prctl (PR_SET_PDEATHSIG, SIGKILL);
  setpgid (0, 0);
  setrlimit (RLIMIT_CORE, &no_core);
  text = json_dumps (probe_open (path), JSON_COMPACT);
  if (text != NULL)
    write_all (fd, text, strlen (text));
  _exit (0);
}

/* ---- the examiner: watches the probes --------------------------------- */

typedef struct {
  const char *path;
  pid_t pid;
  int fd;               /* -1 when done                                     */
  GString *answer;
  gint64 deadline;
  gboolean timed_out;
} Probe;

static void
probe_start (Probe *probe, const char *path)
{
  int fds[2];

  *probe = (Probe) { .path = path, .fd = -1, .pid = -1 };
  probe->answer = g_string_new (NULL);
  probe->deadline = clock_monotonic () + EXAMINE_SECONDS * MD_SECOND;
  fflush (NULL);
  if (pipe2 (fds, O_CLOEXEC) != 0)
    return;
  probe->pid = fork ();
  if (probe->pid == 0)
    probe_main (path, fds[1]);
  close (fds[1]);
  probe->fd = fds[0];
}

static void
probe_read (Probe *probe)
{
  char buf[65536];
  gssize n = read (probe->fd, buf, sizeof buf);

  if (n > 0 && probe->answer->len + n <= ANSWER_MAX) {
    g_string_append_len (probe->answer, buf, n);
    return;
  }
  if (n < 0 && errno == EINTR)
    return;
  close (probe->fd);
  probe->fd = -1;
}

/* One round of waiting; FALSE when every probe is done.                    */
static gboolean
probes_poll (Probe *probes, gsize n)
{
  struct pollfd fds[PROBES_MAX];
  gint64 now = clock_monotonic (), nearest = G_MAXINT64;

  for (gsize i = 0; i < n; i++) {
    if (probes[i].fd >= 0 && probes[i].deadline <= now) {
      probes[i].timed_out = TRUE;
      close (probes[i].fd);
      probes[i].fd = -1;
    }
    if (probes[i].fd >= 0)
      nearest = MIN (nearest, probes[i].deadline);
    fds[i] = (struct pollfd) { .fd = probes[i].fd, .events = POLLIN };
  }
  if (nearest == G_MAXINT64)
    return FALSE;
  if (poll (fds, n, (nearest - now) / 1000000 + 1) <= 0)
    return TRUE;
  for (gsize i = 0; i < n; i++) {
    if (fds[i].revents != 0)
      probe_read (&probes[i]);
  }
  return TRUE;
}

static gboolean
has_ended (pid_t pid)
{
  siginfo_t info = { .si_pid = 0 };

  /* Not reaped yet, so its number cannot become somebody else's.           */
  return waitid (P_PID, pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0
         || info.si_pid == pid;
}

/* Its pipe is closed, so it has answered, is dying, or hangs: a short grace
 * tells how it died, then it is ended with all that it started.            */
static int
probe_reap (const Probe *probe)
{
  gint64 until = clock_monotonic () + MD_SECOND;
  int status = 0;

  while (!probe->timed_out && probe->answer->len == 0
         && !has_ended (probe->pid) && clock_monotonic () < until)
    g_usleep (500);
  kill (-probe->pid, SIGKILL);
  kill (probe->pid, SIGKILL);
  while (waitpid (probe->pid, &status, 0) < 0 && errno == EINTR)
    continue;
  return status;
}

static char *
describe_death (const Probe *probe, int status)
{
  if (probe->timed_out)
    return g_strdup_printf ("it hangs: nothing came back within %d seconds "
                            "of loading it", EXAMINE_SECONDS);
  if (probe->answer->len > 0)
    return g_strdup ("it garbled the report of its examination");
  if (WIFSIGNALED (status))
    return g_strdup_printf ("it crashed while it was loaded: %s",
                            strsignal (WTERMSIG (status)));
  return g_strdup_printf ("it ended the program (exit status %d) while it "
                          "was loaded", WEXITSTATUS (status));
}

/* One line of JSON.                                                        */
static void
probe_finish (Probe *probe)
{
  int status = probe->pid > 0 ? probe_reap (probe) : 0;
  json_t *answer = probe->timed_out ? NULL
                   : json_loads (probe->answer->str, 0, NULL);
  g_autofree char *death = NULL;
  char *text;

  if (answer == NULL) {
    death = probe->pid > 0 ? describe_death (probe, status)
            : g_strdup ("no process could be started to examine it");
    answer = json_pack ("{s:s}", "error", death);
  }
  json_object_set_new (answer, "path", json_string (probe->path));
  text = json_dumps (answer, JSON_COMPACT);
  puts (text);
  free (text);
  json_decref (answer);
  g_string_free (probe->answer, TRUE);
}

int
plugin_examine_main (const char *const *paths)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
  /* Ctrl-C ends it at once; the caller's handlers only take notes.         */
  signal (SIGINT, SIG_DFL);
  signal (SIGTERM, SIG_DFL);
  while (*paths != NULL) {
    Probe probes[PROBES_MAX];
    gsize n = 0;

    for (; n < PROBES_MAX && *paths != NULL; n++, paths++)
      probe_start (&probes[n], *paths);
    while (probes_poll (probes, n))
      continue;
    for (gsize i = 0; i < n; i++)
      probe_finish (&probes[i]);
  }
  fflush (stdout);
  return 0;
}
