/* SPDX-License-Identifier: Apache-2.0
 *
 * files.c - files and folders, synced.
 */
#include "files.h"

#include <support/row.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int
lake_fail (struct md_error *err, const char *doing, const char *path)
{
  const char *why = strerror (errno);

  return md_error_say (err, MD_ERR_INTERNAL, "cannot %s %s: %s%s", doing, path,
                       why, errno == ENOSPC || errno == EDQUOT
                              ? "; free some space and run again" : "");
}

int
lake_join (char *buf, const char *a, const char *b, struct md_error *err)
{
  if (snprintf (buf, LAKE_PATH, "%s/%s", a, b) < LAKE_PATH)
    return MD_OK;
  return md_error_say (err, MD_ERR_CONFIG, "path too long: %.200s/%.100s", a,
                       b);
}

int
lake_sync_folder (const char *path, struct md_error *err)
{
  int fd = open (path, O_RDONLY | O_DIRECTORY);
  int done = fd < 0 ? -1 : fsync (fd);

  if (fd >= 0)
    close (fd);
  return done < 0 ? lake_fail (err, "sync", path) : MD_OK;
}

int
lake_sync_parent (const char *path, struct md_error *err)
{
  char parent[LAKE_PATH];
  char *slash;

  snprintf (parent, sizeof parent, "%s", path);
  slash = strrchr (parent, '/');
  if (slash == NULL)
    return lake_sync_folder (".", err);
  *(slash == parent ? slash + 1 : slash) = '\0';
  return lake_sync_folder (parent, err);
}

static int
make_one (const char *path, struct md_error *err)
{
  if (mkdir (path, 0777) == 0)
    return lake_sync_parent (path, err);
  return errno == EEXIST ? MD_OK : lake_fail (err, "create", path);
}

int
lake_make_folder (const char *path, struct md_error *err)
{
  char part[LAKE_PATH];
  struct stat about;
  int klass = MD_OK;

  /* Nearly always it is there.                                             */
  if (stat (path, &about) == 0 && S_ISDIR (about.st_mode))
    return MD_OK;
  snprintf (part, sizeof part, "%s", path);
  for (char *slash = strchr (part + 1, '/'); slash != NULL && klass == MD_OK;
       slash = strchr (slash + 1, '/')) {
    *slash = '\0';
    klass = make_one (part, err);
    *slash = '/';
  }
  return klass == MD_OK ? make_one (part, err) : klass;
}

/* ---- whole files ----------------------------------------------------- */

static bool
write_all (int fd, const char *data, size_t len)
{
  while (len > 0) {
    ssize_t done = write (fd, data, len);

    if (done < 0 && errno == EINTR)
      continue;
    if (done < 0)
      return false;
    data += done;
    len -= (size_t) done;
  }
  return true;
}

int
lake_write_file (const char *path, const char *data, size_t len,
                 struct md_error *err)
{
  char partial[LAKE_PATH + 8];
  bool good;
  int fd;

  snprintf (partial, sizeof partial, "%s.part", path);
  fd = open (partial, O_WRONLY | O_CREAT | O_TRUNC, 0666);
  if (fd < 0)
    return lake_fail (err, "create", partial);
  good = write_all (fd, data, len) && fsync (fd) == 0;
  good = close (fd) == 0 && good;
  if (!good || rename (partial, path) < 0)
    return lake_fail (err, "write", path);
  return lake_sync_parent (path, err);
}

static char *
read_all (int fd, size_t *ret_len)
{
  size_t room = 4096, len = 0;
  char *data = malloc (room + 1);

  for (;;) {
    ssize_t got;
    char *larger;

    if (data == NULL)
      return NULL;
    got = read (fd, data + len, room - len);
    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0) {
      data[len] = '\0';
      *ret_len = len;
      if (got == 0)
        return data;
      free (data);
      return NULL;
    }
    len += (size_t) got;
    if (len < room)
      continue;
    room *= 2;
    larger = realloc (data, room + 1);
    if (larger == NULL)
      free (data);
    data = larger;
  }
}

int
lake_read_file (const char *path, char **ret_data, size_t *ret_len,
                struct md_error *err)
{
  int fd = open (path, O_RDONLY);

  *ret_data = NULL;
  *ret_len = 0;
  if (fd < 0)
    return errno == ENOENT ? MD_OK : lake_fail (err, "open", path);
  *ret_data = read_all (fd, ret_len);
  if (*ret_data == NULL) {
    lake_fail (err, "read", path);
    close (fd);
    return err->klass;
  }
  close (fd);
  return MD_OK;
}

int
lake_remove_file (const char *path, struct md_error *err)
{
  return unlink (path) == 0 || errno == ENOENT
           ? MD_OK : lake_fail (err, "remove", path);
}

/* ---- folders --------------------------------------------------------- */

int
lake_list (const char *path, lake_visit_fn visit, void *data,
           struct md_error *err)
{
  DIR *folder = opendir (path);
  const struct dirent *entry;
  int klass = MD_OK;

  if (folder == NULL)
    return errno == ENOENT ? MD_OK : lake_fail (err, "open", path);
  while (klass == MD_OK && (entry = readdir (folder)) != NULL) {
    if (strcmp (entry->d_name, ".") != 0 && strcmp (entry->d_name, "..") != 0)
      klass = visit (entry->d_name, data, err);
  }
  closedir (folder);
  return klass;
}

static int
remove_named (const char *name, void *data, struct md_error *err)
{
  char path[LAKE_PATH];

  if (lake_join (path, data, name, err) != MD_OK)
    return err->klass;
  return unlink (path) == 0 || errno == ENOENT || errno == EISDIR
           ? MD_OK : lake_fail (err, "remove", path);
}

int
lake_empty_folder (const char *path, struct md_error *err)
{
  return lake_list (path, remove_named, (void *) path, err);
}
