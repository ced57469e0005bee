/* SPDX-License-Identifier: Apache-2.0
 *
 * layout.c - the files of a store, and its format.
 */
#include "layout.h"
#include "fail.h"

#include "build-config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

char *
layout_db (const char *path)
{
  return g_build_filename (path, "db", NULL);
}

static char *
format_file (const char *path)
{
  return g_build_filename (path, "format", NULL);
}

static gboolean
fail_missing (GError **error, const char *path)
{
  g_set_error (error, CORE_ERROR, CORE_ERROR_STORE_MISSING,
               "there is no store at %s; name another with --store, or let "
               "`mdcore run` or `mdcore backfill` create it", path);
  return FALSE;
}

static gboolean
fail_newer (GError **error, const char *path, guint format,
            const char *program)
{
  g_set_error (error, CORE_ERROR, CORE_ERROR_STORE_FORMAT,
               "store %s has format %u, written by mdcore %s; this is mdcore "
               "%s, which knows formats up to %u: use the newer program",
               path, format, program, MDCORE_VERSION, STORE_FORMAT);
  return FALSE;
}

gboolean
layout_check (const char *path, guint *ret_format, GError **error)
{
  g_autofree char *file = format_file (path), *text = NULL;
  g_autoptr (GError) local = NULL;
  guint format = 0;
  char program[64] = "?";

  if (!g_file_get_contents (file, &text, NULL, &local)) {
    if (g_error_matches (local, G_FILE_ERROR, G_FILE_ERROR_NOENT)
        || g_error_matches (local, G_FILE_ERROR, G_FILE_ERROR_NOTDIR))
      return fail_missing (error, path);
    g_set_error (error, CORE_ERROR, CORE_ERROR_STORE, "store %s: %s", path,
                 local->message);
    return FALSE;
  }
  if (sscanf (text, "mdcore store\nformat %u\nprogram %63s", &format, program)
        < 1 || format == 0)
    return fail_damaged (error, path, "the file \"format\" does not say \""
                         "mdcore store, format N\"");
  if (format > STORE_FORMAT)
    return fail_newer (error, path, format, program);
  *ret_format = format;
  return TRUE;
}

static gboolean
write_synced (const char *file, const char *text, GError **error)
{
  int fd = open (file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  gboolean ok;

  if (fd < 0)
    return fail_errno (error, file, errno, "create it");
  ok = write (fd, text, strlen (text)) == (ssize_t) strlen (text)
       && fsync (fd) == 0;
  if (!ok)
    fail_errno (error, file, errno, "write it");
  close (fd);
  return ok;
}

gboolean
layout_write_format (const char *path, GError **error)
{
  g_autofree char *file = format_file (path);
  g_autofree char *partial = g_strconcat (file, ".new", NULL);
  g_autofree char *text
    = g_strdup_printf ("mdcore store\nformat %u\nprogram %s\n", STORE_FORMAT,
                       MDCORE_VERSION);

  if (!write_synced (partial, text, error))
    return FALSE;
  if (rename (partial, file) < 0)
    return fail_errno (error, file, errno, "create it");
  return layout_sync_dir (path, error);
}

gboolean
layout_sync_dir (const char *path, GError **error)
{
  int fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  gboolean ok = fd >= 0 && fsync (fd) == 0;

  if (!ok)
    fail_errno (error, path, errno, "sync the directory");
  if (fd >= 0)
    close (fd);
  return ok;
}

/* What a creation that was cut short may leave.                            */
static gboolean
is_ours (const char *name)
{
  static const char *const ours[] = { "db", "lock", "format", "format.new",
                                      NULL };

  return g_strv_contains (ours, name);
}

gboolean
layout_create (const char *path, GError **error)
{
  g_autoptr (GDir) dir = NULL;
  const char *name;

  if (g_mkdir_with_parents (path, 0777) < 0)
    return fail_errno (error, path, errno, "create the directory");
  dir = g_dir_open (path, 0, error);
  if (dir == NULL)
    return FALSE;
  while ((name = g_dir_read_name (dir)) != NULL) {
    if (!is_ours (name)) {
      g_set_error (error, CORE_ERROR, CORE_ERROR_STORE,
                   "%s is no store and holds other things (\"%s\"); name an "
                   "empty or new directory with --store", path, name);
      return FALSE;
    }
  }
  return TRUE;
}

gboolean
layout_is_empty (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);

  return dir == NULL ? !g_file_test (path, G_FILE_TEST_EXISTS)
                     : g_dir_read_name (dir) == NULL;
}

/* Never follows a link out of the tree.                                    */
void
layout_remove_tree (const char *path)
{
  g_autoptr (GDir) dir = NULL;
  const char *name;

  if (g_unlink (path) == 0 || errno == ENOENT)
    return;
  dir = g_dir_open (path, 0, NULL);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *child = g_build_filename (path, name, NULL);

    layout_remove_tree (child);
  }
  g_rmdir (path);
}
