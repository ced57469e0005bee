/* SPDX-License-Identifier: Apache-2.0
 *
 * ask.c - starts the examiner and takes its answers.
 *
 * A process with one thread may simply fork it, which costs a millisecond.
 * With more threads a fork copies locks that nobody will ever open, so we
 * start ourselves anew as `__examine PATH...`.
 */
#include "private.h"

#include "build-config.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define COMMAND "__examine"

extern char **environ;

/* Test programs do not know the command.                                   */
static const char *
examiner (void)
{
  const char *program = MDCORE_TEST_HOOKS ? g_getenv ("MDCORE_TEST_BIN")
                                          : NULL;

  return program != NULL ? program : "/proc/self/exe";
}

static gboolean
has_one_thread (void)
{
  g_autoptr (GDir) tasks = g_dir_open ("/proc/self/task", 0, NULL);

  return tasks != NULL && g_dir_read_name (tasks) != NULL
         && g_dir_read_name (tasks) == NULL;
}

static pid_t
examiner_fork (char **argv, int answers)
{
  pid_t pid;

  /* What is still buffered would be written twice.                         */
  fflush (NULL);
  pid = fork ();
  if (pid != 0)
    return pid;
  dup2 (answers, STDOUT_FILENO);
  _exit (plugin_examine_main ((const char *const *) argv + 2));
}

static pid_t
examiner_spawn (char **argv, int answers)
{
  posix_spawn_file_actions_t actions;
  pid_t pid = -1;

  posix_spawn_file_actions_init (&actions);
  posix_spawn_file_actions_addopen (&actions, STDIN_FILENO, "/dev/null",
                                    O_RDONLY, 0);
  posix_spawn_file_actions_adddup2 (&actions, answers, STDOUT_FILENO);
  if (posix_spawn (&pid, argv[0], &actions, NULL, argv, environ) != 0)
    pid = -1;
  posix_spawn_file_actions_destroy (&actions);
  return pid;
}

static pid_t
examiner_start (char **argv, int *ret_fd)
{
  int fds[2];
  pid_t pid;

  if (pipe2 (fds, O_CLOEXEC) != 0)
    return -1;
  pid = has_one_thread () ? examiner_fork (argv, fds[1])
                          : examiner_spawn (argv, fds[1]);
  close (fds[1]);
  *ret_fd = fds[0];
  return pid;
}

static char *
read_to_end (int fd)
{
  GString *text = g_string_new (NULL);
  char buf[65536];
  gssize n;

  while ((n = read (fd, buf, sizeof buf)) > 0 || (n < 0 && errno == EINTR)) {
    if (n > 0)
      g_string_append_len (text, buf, n);
  }
  close (fd);
  return g_string_free (text, FALSE);
}

static char *
run_examiner (PluginInfo *const *infos, gsize n)
{
  g_autofree char **argv = g_new0 (char *, n + 3);
  int fd = -1, status;
  char *answer;
  pid_t pid;

  argv[0] = (char *) examiner ();
  argv[1] = (char *) COMMAND;
  for (gsize i = 0; i < n; i++)
    argv[i + 2] = infos[i]->path;
  pid = examiner_start (argv, &fd);
  if (pid < 0)
    return NULL;
  answer = read_to_end (fd);
  while (waitpid (pid, &status, 0) < 0 && errno == EINTR)
    continue;
  return answer;
}

static void
take_answer (PluginInfo *info, const json_t *answer)
{
  const json_t *error = json_object_get (answer, "error");
  const json_t *found = json_object_get (answer, "info");
  char *text;

  if (json_is_string (error)) {
    info->error = g_strdup (json_string_value (error));
    return;
  }
  text = json_dumps (found, JSON_COMPACT);
  info->json = g_strdup (text);
  free (text);
}

static void
take_line (PluginInfo *const *infos, gsize n, const char *line)
{
  json_t *answer = json_loads (line, 0, NULL);
  const char *path = json_string_value (json_object_get (answer, "path"));

  for (gsize i = 0; i < n && path != NULL; i++) {
    if (strcmp (infos[i]->path, path) == 0 && infos[i]->error == NULL
        && infos[i]->json == NULL)
      take_answer (infos[i], answer);
  }
  json_decref (answer);
}

void
plugin_examine_all (PluginInfo *const *infos, gsize n)
{
  g_autofree PluginInfo **todo = g_new0 (PluginInfo *, n + 1);
  g_auto (GStrv) lines = NULL;
  g_autofree char *answer = NULL;
  gsize n_todo = 0;

  for (gsize i = 0; i < n; i++) {
    g_autoptr (GError) error = NULL;

    if (infos[i]->error != NULL || infos[i]->json != NULL)
      continue;
    if (plugin_file_is_safe (infos[i]->path, &error))
      todo[n_todo++] = infos[i];
    else
      infos[i]->error = g_strdup (error->message);
  }
  if (n_todo == 0)
    return;
  answer = run_examiner (todo, n_todo);
  lines = g_strsplit (answer != NULL ? answer : "", "\n", -1);
  for (char **line = lines; *line != NULL; line++)
    take_line (todo, n_todo, *line);
  for (gsize i = 0; i < n_todo; i++) {
    if (todo[i]->json == NULL && todo[i]->error == NULL)
      todo[i]->error = g_strdup ("it could not be examined: the examining "
                                 "process ended without an answer");
  }
}
