/* SPDX-License-Identifier: Apache-2.0
 *
 * file.c - reads local files from front to back.
 */
#include "file.h"

#include "net.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
  Source base;
  int fd;
  gint64 left; /* of what it held when it was opened                        */
} File;

struct Folder {
  int fd;
  GPtrArray *names;
  guint next;
  char *shown; /* the current name as UTF-8                                 */
};

static int
file_read (Source *source, void *buf, gsize size, gsize *ret_len,
           struct md_error *err)
{
  File *file = (File *) source;
  gssize n;

  do
    n = read (file->fd, buf, MIN (size, (guint64) file->left));
  while (n < 0 && errno == EINTR);
  if (n < 0)
    return md_fail (err, MD_ERR_NETWORK, "it cannot be read: %s",
                    g_strerror (errno));
  if (n == 0 && file->left > 0)
    return md_fail (err, MD_ERR_PROTOCOL, "it became shorter while it was "
                    "read: %" G_GINT64_FORMAT " bytes are missing",
                    file->left);
  file->left -= n;
  *ret_len = (gsize) n;
  return MD_OK;
}

static void
file_free (Source *source)
{
  close (((File *) source)->fd);
  g_free (source);
}

/* Takes the descriptor.                                                    */
static Source *
file_new (int fd, gint64 size)
{
  static const SourceOps ops = { .read = file_read, .free = file_free };
  File *file = g_new0 (File, 1);

  posix_fadvise (fd, 0, 0, POSIX_FADV_SEQUENTIAL);
  file->base.ops = &ops;
  file->base.cut_class = MD_ERR_PROTOCOL;
  file->fd = fd;
  file->left = size;
  return &file->base;
}

/* Not waiting for the other end of a FIFO.                                 */
static int
open_at (int dir, const char *path, struct stat *ret_stat)
{
  int fd = openat (dir, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

  if (fd >= 0 && fstat (fd, ret_stat) == 0)
    return fd;
  if (fd >= 0)
    close (fd);
  return -1;
}

/* ---- folders ------------------------------------------------------------- */

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

static int
folder_open (const char *path, int fd, Folder **ret_folder,
             struct md_error *err)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  Folder *folder = g_new0 (Folder, 1);
  const char *name;
  struct stat info;

  folder->fd = fd;
  folder->names = g_ptr_array_new_with_free_func (g_free);
  if (dir == NULL) {
    folder_free (folder);
    return md_fail (err, MD_ERR_CONFIG, "the folder cannot be listed: %s",
                    g_strerror (errno));
  }
  while ((name = g_dir_read_name (dir)) != NULL) {
    if (fstatat (fd, name, &info, 0) == 0 && S_ISREG (info.st_mode))
      g_ptr_array_add (folder->names, g_strdup (name));
  }
  g_ptr_array_sort (folder->names, compare_names);
  *ret_folder = folder;
  return MD_OK;
}

void
folder_free (Folder *folder)
{
  if (folder == NULL)
    return;
  close (folder->fd);
  g_ptr_array_unref (folder->names);
  g_free (folder->shown);
  g_free (folder);
}

int
folder_next (Folder *folder, const char **ret_name, Source **ret_source,
             struct md_error *err)
{
  const char *name;
  struct stat info;
  int fd;

  *ret_name = NULL;
  if (folder->next == folder->names->len)
    return MD_OK;
  name = g_ptr_array_index (folder->names, folder->next++);
  g_free (folder->shown);
  folder->shown = g_utf8_make_valid (name, -1);
  fd = open_at (folder->fd, name, &info);
  if (fd < 0)
    return md_fail (err, MD_ERR_CONFIG, "its file \"%s\" cannot be opened: %s",
                    folder->shown, g_strerror (errno));
  *ret_source = file_new (fd, info.st_size);
  *ret_name = folder->shown;
  return MD_OK;
}

/* ---- opening ------------------------------------------------------------- */

char *
net_local_path (const char *url)
{
  g_autofree char *host = NULL, *path = NULL;

  if (url[0] == '/')
    return g_strdup (url);
  path = g_filename_from_uri (url, &host, NULL);
  if (path == NULL || (host != NULL && strcmp (host, "localhost") != 0))
    return NULL;
  return g_steal_pointer (&path);
}

static int
open_range (int fd, const struct stat *info, gint64 from, gint64 to,
            Source **ret_source, struct md_error *err)
{
  gint64 end = to > 0 ? MIN (to, info->st_size) : info->st_size;

  if (from < 0 || (from > 0 && from >= info->st_size)
      || lseek (fd, from, SEEK_SET) < 0) {
    close (fd);
    return md_fail (err, MD_ERR_REQUEST, "the range begins at byte %"
                    G_GINT64_FORMAT " of a file of %" G_GINT64_FORMAT, from,
                    (gint64) info->st_size);
  }
  *ret_source = file_new (fd, end - from);
  return MD_OK;
}

int
file_open (const char *url, gint64 from, gint64 to, Source **ret_source,
           Folder **ret_folder, struct md_error *err)
{
  g_autofree char *path = net_local_path (url);
  struct stat info;
  int fd;

  if (path == NULL)
    return md_fail (err, MD_ERR_CONFIG,
                    "this is no file: URL of a local file");
  fd = open_at (AT_FDCWD, path, &info);
  if (fd < 0)
    return md_fail (err, MD_ERR_CONFIG, "it cannot be opened: %s",
                    g_strerror (errno));
  if (S_ISDIR (info.st_mode))
    return folder_open (path, fd, ret_folder, err);
  if (S_ISREG (info.st_mode))
    return open_range (fd, &info, from, to, ret_source, err);
  close (fd);
  return md_fail (err, MD_ERR_CONFIG, "it is neither a file nor a folder");
}

int
file_open_path (const char *path, Source **ret_source, struct md_error *err)
{
  struct stat info;
  int fd = open_at (AT_FDCWD, path, &info);

  if (fd >= 0 && S_ISREG (info.st_mode)) {
    *ret_source = file_new (fd, info.st_size);
    return MD_OK;
  }
  if (fd >= 0)
    close (fd);
  return md_fail (err, MD_ERR_CONFIG, "\"%s\" cannot be opened: %s", path,
                  fd < 0 ? g_strerror (errno) : "it is no file");
}
