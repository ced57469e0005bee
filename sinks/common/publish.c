/* SPDX-License-Identifier: Apache-2.0
 *
 * publish.c - files that are there whole or not at all.
 */
#include "publish.h"
#include "fail.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* From so many files on the whole file system is synced at once.           */
#define SYNC_ALL 16

struct change {
  char *path, *partial; /* partial NULL: path is removed                    */
};

struct publish {
  char *root;
  int fd;               /* of the root                                      */
  struct change *changes;
  size_t n, size;
};

struct publish *
publish_new (const char *root)
{
  struct publish *publish = calloc (1, sizeof *publish);

  if (publish == NULL)
    return NULL;
  publish->root = strdup (root);
  publish->fd = open (root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (publish->root != NULL && publish->fd >= 0)
    return publish;
  free (publish->root);
  free (publish);
  return NULL;
}

static void
forget (struct publish *publish, bool unlink_partials)
{
  for (size_t i = 0; i < publish->n; i++) {
    struct change *change = &publish->changes[i];

    if (unlink_partials && change->partial != NULL)
      unlink (change->partial);
    free (change->path);
    free (change->partial);
  }
  publish->n = 0;
}

void
publish_drop (struct publish *publish)
{
  forget (publish, true);
}

void
publish_free (struct publish *publish)
{
  if (publish == NULL)
    return;
  publish_drop (publish);
  close (publish->fd);
  free (publish->changes);
  free (publish->root);
  free (publish);
}

size_t
publish_waiting (const struct publish *publish)
{
  return publish->n;
}

/* ---- what waits -------------------------------------------------------- */

char *
publish_partial (const char *path)
{
  const char *name = strrchr (path, '/') + 1;
  size_t size = strlen (path) + sizeof "..part";
  char *partial = malloc (size);

  if (partial != NULL)
    snprintf (partial, size, "%.*s.%s.part", (int) (name - path), path, name);
  return partial;
}

int
publish_folders (struct publish *publish, const char *path,
                 struct md_error *err)
{
  char *folder = strdup (path);
  int klass = MD_OK;

  if (folder == NULL)
    return sink_fail (err, MD_ERR_INTERNAL, "out of memory");
  for (char *slash = strchr (folder + strlen (publish->root) + 1, '/');
       slash != NULL && klass == MD_OK; slash = strchr (slash + 1, '/')) {
    *slash = '\0';
    if (mkdir (folder, 0777) < 0 && errno != EEXIST)
      klass = sink_fail_file (err, "create", folder);
    *slash = '/';
  }
  free (folder);
  return klass;
}

static int
add (struct publish *publish, char *path, char *partial, bool partial_too,
     struct md_error *err)
{
  struct change *grown = publish->changes;

  if (publish->n == publish->size) {
    publish->size = publish->size == 0 ? 16 : 2 * publish->size;
    grown = realloc (publish->changes, publish->size * sizeof *grown);
  }
  if (path == NULL || (partial_too && partial == NULL) || grown == NULL) {
    publish->size = publish->n;
    free (path);
    free (partial);
    return sink_fail (err, MD_ERR_INTERNAL, "out of memory");
  }
  publish->changes = grown;
  publish->changes[publish->n++] = (struct change) { path, partial };
  return MD_OK;
}

/* Byte for byte; a file that cannot be read is another one.                */
static bool
same_bytes (int a, int b)
{
  static const size_t size = 64 * 1024;
  char *x = malloc (2 * size), *y = x + size;
  bool same = x != NULL;

  while (same) {
    ssize_t n = read (a, x, size), m = read (b, y, size);

    same = n >= 0 && n == m && memcmp (x, y, (size_t) n) == 0;
    if (n == 0)
      break;
  }
  free (x);
  return same;
}

static bool
same_file (const char *path, const char *partial)
{
  struct stat old, new;
  int a = -1, b = -1;
  bool same = stat (path, &old) == 0 && stat (partial, &new) == 0
              && old.st_size == new.st_size
              && (a = open (path, O_RDONLY | O_CLOEXEC)) >= 0
              && (b = open (partial, O_RDONLY | O_CLOEXEC)) >= 0
              && same_bytes (a, b);

  if (a >= 0)
    close (a);
  if (b >= 0)
    close (b);
  return same;
}

int
publish_add (struct publish *publish, const char *path, struct md_error *err)
{
  char *partial = publish_partial (path);

  if (partial != NULL && same_file (path, partial)) {
    unlink (partial);
    free (partial);
    return MD_OK;
  }
  return add (publish, strdup (path), partial, true, err);
}

int
publish_remove (struct publish *publish, const char *path,
                struct md_error *err)
{
  return add (publish, strdup (path), NULL, false, err);
}

/* ---- publishing -------------------------------------------------------- */

static int
sync_path (const char *path, int flags, struct md_error *err)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC | flags), klass = MD_OK;

  if (fd < 0 || fsync (fd) < 0)
    klass = sink_fail_file (err, "make durable", path);
  if (fd >= 0)
    close (fd);
  return klass;
}

static int
sync_everything (struct publish *publish, struct md_error *err)
{
  return syncfs (publish->fd) == 0
           ? MD_OK : sink_fail_file (err, "make durable", publish->root);
}

static int
sync_files (struct publish *publish, struct md_error *err)
{
  int klass = MD_OK;

  if (publish->n >= SYNC_ALL)
    return sync_everything (publish, err);
  for (size_t i = 0; i < publish->n && klass == MD_OK; i++) {
    if (publish->changes[i].partial != NULL)
      klass = sync_path (publish->changes[i].partial, 0, err);
  }
  return klass;
}

/* The folder of a path and all above it, up to the root: any of them may be
 * new.                                                                     */
static int
sync_folders_of (struct publish *publish, const char *path,
                 struct md_error *err)
{
  size_t root = strlen (publish->root);
  char *folder = strdup (path), *slash;
  int klass = MD_OK;

  if (folder == NULL)
    return sink_fail (err, MD_ERR_INTERNAL, "out of memory");
  while (klass == MD_OK && (slash = strrchr (folder, '/')) != NULL
         && (size_t) (slash - folder) >= root) {
    *slash = '\0';
    /* What was emptied by this batch is gone.                              */
    if (access (folder, F_OK) == 0)
      klass = sync_path (folder, O_DIRECTORY, err);
  }
  free (folder);
  return klass;
}

static int
sync_folders (struct publish *publish, struct md_error *err)
{
  int klass = MD_OK;

  if (publish->n >= SYNC_ALL)
    return sync_everything (publish, err);
  for (size_t i = 0; i < publish->n && klass == MD_OK; i++)
    klass = sync_folders_of (publish, publish->changes[i].path, err);
  return klass;
}

static int
apply (const struct change *change, struct md_error *err)
{
  char *folder, *slash;

  if (change->partial != NULL)
    return rename (change->partial, change->path) == 0
             ? MD_OK : sink_fail_file (err, "put in place", change->path);
  if (unlink (change->path) < 0 && errno != ENOENT)
    return sink_fail_file (err, "remove", change->path);
  folder = strdup (change->path);
  slash = folder != NULL ? strrchr (folder, '/') : NULL;
  if (slash != NULL) {
    *slash = '\0';
    rmdir (folder); /* fails while something is in it                       */
  }
  free (folder);
  return MD_OK;
}

int
publish_flush (struct publish *publish, struct md_error *err)
{
  int klass = publish->n > 0 ? sync_files (publish, err) : MD_OK;

  for (size_t i = 0; i < publish->n && klass == MD_OK; i++)
    klass = apply (&publish->changes[i], err);
  if (klass == MD_OK && publish->n > 0)
    klass = sync_folders (publish, err);
  /* After a failure the partial files are not kept for a later try: the
   * batch comes again.                                                     */
  forget (publish, klass != MD_OK);
  return klass;
}

int
publish_text (struct publish *publish, const char *path, const char *text,
              struct md_error *err)
{
  char *partial = publish_partial (path);
  size_t len = strlen (text);
  int fd = -1, klass = publish_folders (publish, path, err);

  if (klass == MD_OK && partial != NULL)
    fd = open (partial, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (klass == MD_OK
      && (fd < 0 || write (fd, text, len) != (ssize_t) len
          || fsync (fd) < 0 || rename (partial, path) < 0))
    klass = sink_fail_file (err, "write", path);
  if (fd >= 0)
    close (fd);
  if (klass == MD_OK)
    klass = sync_folders_of (publish, path, err);
  free (partial);
  return klass;
}
