/* SPDX-License-Identifier: Apache-2.0
 *
 * files.c - which files a series has, by their names.
 *
 * A part is one file, "data.csv".  On a straight feed nobody can write a
 * part anew, so each segment adds a file: "part-COMMIT-FROM.csv".
 */
#include "sink-private.h"

#include "common/hive.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int
too_long (const struct text_sink *sink, struct md_error *err)
{
  errno = ENAMETOOLONG;
  return sink_fail_file (err, "name files in", sink->series);
}

int
text_path (const struct text_sink *sink, md_time t, enum packing packing,
           char path[PATH_SIZE], struct md_error *err)
{
  char part[CUT_NAME_SIZE], name[64] = "data";
  int n;

  cut_name (sink->cut, t, part);
  if (sink->straight)
    snprintf (name, sizeof name, "part-%020" PRIu64 "-%" PRId64,
              sink->commit, sink->from);
  n = snprintf (path, PATH_SIZE, "%s/%s%s%s.%s%s", sink->series, part,
                *part != '\0' ? "/" : "", name, sink->extension,
                pack_extensions[packing]);
  return n > 0 && n < PATH_SIZE - 16 ? MD_OK : too_long (sink, err);
}

static bool
exists (const char *path)
{
  return access (path, F_OK) == 0;
}

int
text_remove_others (struct text_sink *sink, md_time t, struct md_error *err)
{
  char path[PATH_SIZE];
  int klass = MD_OK;

  for (int packing = 0; packing < PACK_KINDS && klass == MD_OK; packing++) {
    if (packing == (int) sink->packing)
      continue;
    klass = text_path (sink, t, (enum packing) packing, path, err);
    if (klass == MD_OK && exists (path))
      klass = publish_remove (sink->publish, path, err);
  }
  return klass;
}

static int
remove_part (struct text_sink *sink, md_time t, struct md_error *err)
{
  char path[PATH_SIZE];
  int klass = text_path (sink, t, sink->packing, path, err);

  if (klass == MD_OK && exists (path))
    klass = publish_remove (sink->publish, path, err);
  return klass == MD_OK ? text_remove_others (sink, t, err) : klass;
}

/* Looks at what is there instead of counting the days of an era.           */
static int
remove_parts_found (struct text_sink *sink, md_time from, md_time to,
                    struct md_error *err)
{
  DIR *dir = opendir (sink->series);
  struct dirent *entry;
  int klass = MD_OK;

  if (dir == NULL)
    return errno == ENOENT ? MD_OK
                           : sink_fail_file (err, "read", sink->series);
  while (klass == MD_OK && (entry = readdir (dir)) != NULL) {
    md_time t, part_from, part_to;

    if (!cut_of_name (sink->cut, entry->d_name, &t))
      continue;
    cut_part (sink->cut, t, &part_from, &part_to);
    if (part_from >= from && part_to <= to)
      klass = remove_part (sink, t, err);
  }
  closedir (dir);
  return klass;
}

int
text_remove_parts (struct text_sink *sink, md_time from, md_time to,
                   struct md_error *err)
{
  if (from >= to)
    return MD_OK;
  return sink->cut == CUT_NONE ? remove_part (sink, 0, err)
                               : remove_parts_found (sink, from, to, err);
}

/* ---- straight feeds ----------------------------------------------------- */

static int
visit (struct text_sink *sink, char path[PATH_SIZE], uint64_t commit,
       struct md_error *err);

static int
visit_entry (struct text_sink *sink, char path[PATH_SIZE], const char *name,
             uint64_t commit, struct md_error *err)
{
  size_t len = strlen (path);
  uint64_t of_file = 0;
  int klass = MD_OK;

  if (snprintf (path + len, PATH_SIZE - len, "/%s", name)
      >= (int) (PATH_SIZE - len))
    return too_long (sink, err);
  if (strchr (name, '=') != NULL)
    klass = visit (sink, path, commit, err);
  else if (sscanf (name, "part-%" SCNu64 "-", &of_file) == 1
           && of_file > commit)
    klass = publish_remove (sink->publish, path, err);
  path[len] = '\0';
  return klass;
}

static int
visit (struct text_sink *sink, char path[PATH_SIZE], uint64_t commit,
       struct md_error *err)
{
  DIR *dir = opendir (path);
  struct dirent *entry;
  int klass = MD_OK;

  if (dir == NULL)
    return sink_fail_file (err, "read", path);
  while (klass == MD_OK && (entry = readdir (dir)) != NULL) {
    if (entry->d_name[0] != '.' && entry->d_name[0] != '_')
      klass = visit_entry (sink, path, entry->d_name, commit, err);
  }
  closedir (dir);
  return klass;
}

int
text_remove_after (struct text_sink *sink, uint64_t commit,
                   struct md_error *err)
{
  char path[PATH_SIZE];

  snprintf (path, sizeof path, "%s", sink->root);
  return visit (sink, path, commit, err);
}
