/* SPDX-License-Identifier: Apache-2.0
 *
 * backup.c - a consistent copy of a store, and back.
 *
 * Both are a copy of a store that may be written meanwhile (copy.h), made
 * under another name and renamed when it has been opened and is whole.
 */
#include "batch.h"
#include "copy.h"
#include "fail.h"
#include "layout.h"
#include "lock.h"
#include "reader.h"
#include "store.h"

#include "data/clock.h"
#include "data/crash.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <stdio.h>

#define GIVE_UP_AFTER (60 * MD_SECOND)

/* An error means as little as an inconsistent copy: the writer got between. */
static gboolean
try_tail (const char *path, const char *partial, gboolean may_link,
          gboolean *ret_done, GError **error)
{
  g_autofree char *from = layout_db (path), *to = layout_db (partial);
  gboolean consistent;

  *ret_done = FALSE;
  if (!copy_tail (from, to, may_link, &consistent, error))
    return FALSE;
  *ret_done = consistent && reader_is_whole (partial);
  return TRUE;
}

static gboolean
copy_in_time (const char *path, const char *partial, gboolean may_link,
              Gate **gate, GError **error)
{
  gint64 deadline = clock_monotonic () + GIVE_UP_AFTER;
  gboolean done = FALSE;

  for (guint tries = 0; !done; tries++) {
    if (tries > 1 && *gate == NULL)
      *gate = gate_hold (path);
    if (!try_tail (path, partial, may_link, &done, error))
      return FALSE;
    if (!done && clock_monotonic () > deadline) {
      g_set_error (error, CORE_ERROR, CORE_ERROR_STORE,
                   "store %s: no consistent copy could be had in %d s: it is "
                   "damaged (see `mdcore store verify`) or written very fast",
                   path, (int) (GIVE_UP_AFTER / MD_SECOND));
      return FALSE;
    }
    if (!done)
      g_usleep (10000);
  }
  return TRUE;
}

static gboolean
copy_until_whole (const char *path, const char *partial, gboolean may_link,
                  GError **error)
{
  Gate *gate = NULL;
  gboolean ok = copy_in_time (path, partial, may_link, &gate, error);

  gate_release (gate);
  return ok;
}

static gboolean
copy_format (const char *path, const char *partial, GError **error)
{
  g_autofree char *from = g_build_filename (path, "format", NULL);
  g_autofree char *to = g_build_filename (partial, "format", NULL);
  g_autofree char *db = layout_db (partial);

  return copy_file (from, to, error) && layout_sync_dir (db, error)
         && layout_sync_dir (partial, error);
}

static gboolean
copy_store (const char *path, const char *partial, gboolean may_link,
            GError **error)
{
  g_autofree char *from = layout_db (path), *to = layout_db (partial);

  if (g_mkdir (to, 0777) < 0)
    return fail_errno (error, to, errno, "create the directory");
  if (!copy_tables (from, to, may_link, error))
    return FALSE;
  crash_point ("backup:after-tables");
  return copy_until_whole (path, partial, may_link, error)
         && copy_format (path, partial, error);
}

/* An empty directory in the way is no loss.                                */
static gboolean
move_into_place (const char *partial, const char *to, GError **error)
{
  g_autofree char *parent = g_path_get_dirname (to);

  crash_point ("backup:before-rename");
  g_rmdir (to);
  if (rename (partial, to) < 0)
    return fail_errno (error, to, errno, "create it");
  return layout_sync_dir (parent, error);
}

static char *
without_slash (const char *path)
{
  gsize len = strlen (path);

  while (len > 1 && path[len - 1] == '/')
    len--;
  return g_strndup (path, len);
}

static gboolean
copy_whole (const char *from, const char *to, gboolean may_link,
            GError **error)
{
  g_autofree char *place = without_slash (to);
  g_autofree char *partial = g_strconcat (place, ".partial", NULL);
  guint format;
  gboolean ok;

  if (!layout_check (from, &format, error)
      || !layout_create (partial, error)) /* refuses what is not ours       */
    return FALSE;
  layout_remove_tree (partial);
  ok = layout_create (partial, error)
       && copy_store (from, partial, may_link, error)
       && move_into_place (partial, place, error);
  if (!ok)
    layout_remove_tree (partial);
  return ok;
}

gboolean
store_backup (const char *path, const char *dir, GError **error)
{
  if (g_file_test (dir, G_FILE_TEST_EXISTS)) {
    g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE,
                 "%s exists already; a backup makes a new directory", dir);
    return FALSE;
  }
  return copy_whole (path, dir, TRUE, error);
}

/* Never linked: the store is to live on whatever happens to the backup.    */
gboolean
store_restore (const char *dir, const char *path, GError **error)
{
  if (!layout_is_empty (path)) {
    g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE,
                 "%s is not empty; restore to a new path, or move what is "
                 "there away first", path);
    return FALSE;
  }
  return copy_whole (dir, path, FALSE, error);
}
