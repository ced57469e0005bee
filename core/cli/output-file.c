/* SPDX-License-Identifier: Apache-2.0
 *
 * output-file.c - a file that is there whole or not at all.
 */
#include "output-file.h"

#include "data/error.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct OutputFile {
  int fd;
  char *path;    /* its place, links followed; NULL for stdout              */
  char *partial; /* where it is written until then, or NULL                 */
  const Cancel *cancel;
  gboolean broken_pipe;
};

static gboolean
fail (const OutputFile *file, const char *doing, GError **error)
{
  int number = errno;
  const char *what = file->path != NULL ? file->path : "standard output";
  const char *then = number == ENOSPC || number == EDQUOT || number == EFBIG
                       ? ": make room and try again"
                       : "";

  g_set_error (error, CORE_ERROR, CORE_ERROR_IO, "cannot %s %s: %s%s%s", doing,
               what, g_strerror (number),
               file->partial != NULL ? "; nothing was left there" : "", then);
  return FALSE;
}

/* A new file with the rights that the old one has, or that the umask
 * gives.                                                                   */
static gboolean
open_partial (OutputFile *file, const struct stat *old, GError **error)
{
  file->partial = g_strdup_printf ("%s.XXXXXX", file->path);
  file->fd = g_mkstemp_full (file->partial, O_RDWR | O_CLOEXEC, 0666);
  if (file->fd < 0) {
    g_clear_pointer (&file->partial, g_free);
    return fail (file, "create", error);
  }
  if (old != NULL && fchmod (file->fd, old->st_mode & 07777) < 0)
    return fail (file, "set the rights of", error);
  return TRUE;
}

static gboolean
open_path (OutputFile *file, const char *path, GError **error)
{
  char *real = realpath (path, NULL);
  struct stat st;
  gboolean exists;

  file->path = g_strdup (real != NULL ? real : path);
  free (real);
  exists = stat (file->path, &st) == 0;
  if (exists && S_ISDIR (st.st_mode)) {
    errno = EISDIR;
    return fail (file, "write", error);
  }
  if (!exists || S_ISREG (st.st_mode))
    return open_partial (file, exists ? &st : NULL, error);
  file->fd = open (file->path, O_WRONLY | O_CLOEXEC);
  return file->fd >= 0 || fail (file, "open", error);
}

OutputFile *
output_file_open (const char *path, const Cancel *cancel, GError **error)
{
  g_autoptr (OutputFile) file = g_new0 (OutputFile, 1);

  file->fd = STDOUT_FILENO;
  file->cancel = cancel;
  if (path != NULL && g_strcmp0 (path, "-") != 0
      && !open_path (file, path, error))
    return NULL;
  return g_steal_pointer (&file);
}

gboolean
output_file_write (OutputFile *file, const char *data, gsize len,
                   GError **error)
{
  while (len > 0) {
    gssize n = write (file->fd, data, len);

    /* A signal ends a write that waits with a part written as well.        */
    if (cancel_requested (file->cancel)) {
      g_set_error (error, CORE_ERROR, MD_ERR_CANCELLED, "interrupted");
      return FALSE;
    }
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0) {
      file->broken_pipe = errno == EPIPE;
      return fail (file, "write", error);
    }
    data += n;
    len -= (gsize) n;
  }
  return TRUE;
}

gboolean
output_file_is_broken_pipe (const OutputFile *file)
{
  return file->broken_pipe;
}

/* The name is durable when its folder is.                                  */
static gboolean
sync_folder (const OutputFile *file, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (file->path);
  int fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  gboolean ok = fd >= 0 && fsync (fd) == 0;

  if (!ok)
    fail (file, "make durable", error);
  if (fd >= 0)
    close (fd);
  return ok;
}

gboolean
output_file_commit (OutputFile *file, GError **error)
{
  if (file->partial == NULL)
    return TRUE;
  if (fsync (file->fd) < 0)
    return fail (file, "make durable", error);
  if (rename (file->partial, file->path) < 0)
    return fail (file, "put in place", error);
  g_clear_pointer (&file->partial, g_free);
  return sync_folder (file, error);
}

void
output_file_free (OutputFile *file)
{
  if (file == NULL)
    return;
  if (file->partial != NULL)
    unlink (file->partial);
  if (file->fd > STDERR_FILENO)
    close (file->fd);
  g_free (file->partial);
  g_free (file->path);
  g_free (file);
}
