/* SPDX-License-Identifier: Apache-2.0
 *
 * copy.c - files of a database that may be changing.
 *
 * RocksDB's checkpoint wants the process that writes, and a backup has to work
 * beside it.  Tables are immutable and are most of the bytes, so they are
 * copied first, however long it takes.  What is left is small: the manifest
 * names the tables, the logs hold what is in none.  Both may change while they
 * are copied, but if the same logs exist before and after, then no memory
 * table was switched: whatever the copied manifest does not name is in a log
 * that was copied, and a record cut off at the end of the last log is a commit
 * that was not acknowledged yet.
 */
#include "copy.h"
#include "fail.h"
#include "reader.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE (1 << 20)

static gboolean
copy_bytes (int in, int out, const char *from, const char *to, GError **error)
{
  g_autofree char *buffer = g_malloc (PIECE);
  ssize_t n;

  while ((n = read (in, buffer, PIECE)) > 0) {
    for (ssize_t done = 0; done < n;) {
      ssize_t written = write (out, buffer + done, (gsize) (n - done));

      if (written < 0)
        return fail_errno (error, to, errno, "write it");
      done += written;
    }
  }
  if (n < 0)
    return fail_errno (error, from, errno, "read it");
  if (fsync (out) < 0)
    return fail_errno (error, to, errno, "write it");
  return TRUE;
}

/* On disk when it returns.                                                 */
gboolean
copy_file (const char *from, const char *to, GError **error)
{
  int in = open (from, O_RDONLY | O_CLOEXEC), out;
  gboolean ok;

  if (in < 0)
    return fail_errno (error, from, errno, "read it");
  out = open (to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  ok = out >= 0 ? copy_bytes (in, out, from, to, error)
                : fail_errno (error, to, errno, "create it");
  if (out >= 0)
    close (out);
  close (in);
  return ok;
}

/* ---- tables ---------------------------------------------------------- */

static gboolean
is_table (const char *name)
{
  return g_str_has_suffix (name, ".sst") || g_str_has_suffix (name, ".blob");
}

/* A table that was copied while it was being written is copied again.      */
static gboolean
is_copied (const char *from, const char *to)
{
  struct stat a, b;

  return stat (from, &a) == 0 && stat (to, &b) == 0 && a.st_size == b.st_size;
}

static gboolean
copy_table (const char *from, const char *to, gboolean may_link,
            GError **error)
{
  g_autoptr (GError) local = NULL;

  if (is_copied (from, to))
    return TRUE;
  g_unlink (to);
  if (may_link && link (from, to) == 0)
    return TRUE;
  if (copy_file (from, to, &local) || access (from, F_OK) < 0)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

gboolean
copy_tables (const char *from, const char *to, gboolean may_link,
             GError **error)
{
  g_autoptr (GDir) dir = g_dir_open (from, 0, error);
  const char *name;

  if (dir == NULL)
    return FALSE;
  while ((name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *source = g_build_filename (from, name, NULL);
    g_autofree char *target = g_build_filename (to, name, NULL);

    if (is_table (name) && !copy_table (source, target, may_link, error))
      return FALSE;
  }
  return TRUE;
}

/* ---- manifest and logs ----------------------------------------------- */

/* What an earlier attempt left.                                            */
static void
remove_all_but_tables (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *file = g_build_filename (path, name, NULL);

    if (!is_table (name))
      g_unlink (file);
  }
}

static gboolean
copy_named (const char *from, const char *to, const char *name, GError **error)
{
  g_autofree char *source = g_build_filename (from, name, NULL);
  g_autofree char *target = g_build_filename (to, name, NULL);

  return copy_file (source, target, error);
}

/* CURRENT names the manifest; FALSE when it changed while we looked.       */
static gboolean
copy_manifest (const char *from, const char *to)
{
  g_autofree char *current = g_build_filename (from, "CURRENT", NULL);
  g_autofree char *target = g_build_filename (to, "CURRENT", NULL);
  g_autofree char *name = NULL, *copied = NULL;

  if (!g_file_get_contents (current, &name, NULL, NULL))
    return FALSE;
  g_strchomp (name);
  if (!copy_named (from, to, name, NULL)
      || !copy_named (from, to, "CURRENT", NULL)
      || !g_file_get_contents (target, &copied, NULL, NULL))
    return FALSE;
  return strcmp (g_strchomp (copied), name) == 0;
}

gboolean
copy_tail (const char *from, const char *to, gboolean may_link,
           gboolean *ret_consistent, GError **error)
{
  g_autoptr (GPtrArray) before = reader_list_logs (from);
  g_autoptr (GPtrArray) after = NULL;
  gboolean whole;

  remove_all_but_tables (to);
  whole = copy_manifest (from, to);
  /* In the order of their numbers: all but the last are finished.          */
  for (guint i = 0; whole && i < before->len; i++)
    whole = copy_named (from, to, before->pdata[i], NULL);
  if (!copy_tables (from, to, may_link, error))
    return FALSE;
  after = reader_list_logs (from);
  *ret_consistent = whole && reader_same_logs (before, after);
  return TRUE;
}
