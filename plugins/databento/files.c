/* SPDX-License-Identifier: Apache-2.0
 *
 * files.c - DBN files on disk as a source: one file, a folder of them, or the
 * zip archive of a batch download.
 *
 * Everything is looked at before anything is read: only all the metadata
 * together tells whether two files hold the same thing, which would store it
 * twice, and whether a symbol that one file lacks is in another.
 */
#include "databento.h"
#include "files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- names ------------------------------------------------------------- */

static const char *
base_name (const char *path)
{
  const char *slash = strrchr (path, '/');

  return slash != NULL ? slash + 1 : path;
}

static bool
ends_with (const char *text, const char *suffix)
{
  size_t len = strlen (text), tail = strlen (suffix);

  return len >= tail && strcmp (text + len - tail, suffix) == 0;
}

enum file_kind
file_kind (const char *name)
{
  const char *base = base_name (name);

  if (strstr (base, ".dbn.frag") != NULL)
    return FILE_FRAGMENT;
  if (ends_with (base, ".dbn") || ends_with (base, ".dbn.zst"))
    return FILE_DBN;
  if (ends_with (base, ".zip"))
    return FILE_ZIP;
  if (ends_with (base, ".dbz"))
    return FILE_LEGACY;
  return ends_with (base, ".json") ? FILE_SUPPORT : FILE_OTHER;
}

/* "definition.v1.dbn.frag"                                                  */
unsigned
file_version (const char *name)
{
  for (const char *p = base_name (name); (p = strstr (p, ".v")) != NULL; p++) {
    if (p[2] >= '1' && p[2] <= '3' && p[3] == '.')
      return (unsigned) (p[2] - '0');
  }
  return 0;
}

/* An archive may claim any name; none that leaves it is opened or believed. */
bool
file_name_is_safe (const char *name)
{
  for (const char *p = name; p != NULL && *p != '\0';) {
    const char *slash = strpbrk (p, "/\\");
    size_t len = slash != NULL ? (size_t) (slash - p) : strlen (p);

    if ((len == 2 && memcmp (p, "..", 2) == 0) || (p == name && len == 0))
      return false;
    p = slash != NULL ? slash + 1 : NULL;
  }
  return true;
}

/* ---- walking ----------------------------------------------------------- */

static int
open_path (const struct feed *feed, const char *path, struct md_error *err)
{
  const struct md_http http = { .struct_size = sizeof http,
                                .flags = MD_HTTP_PULL, .url = path };
  struct md_reply reply = { .struct_size = sizeof reply };
  int klass = feed->host->http (feed->call, &http, &reply, err);

  if (klass == MD_OK && reply.status != 200)
    return dbn_fail (err, MD_ERR_CONFIG, "databento: cannot read %s", path);
  return klass;
}

static int
visit_member (struct walk *walk, const char *path, const char *member,
              struct md_error *err)
{
  const char *named = *member != '\0' ? member : base_name (path);
  char shown[512];

  if (!file_name_is_safe (member))
    return dbn_fail (err, MD_ERR_CONFIG, "databento: %s: the member name "
                     "\"%.100s\" leaves the archive", path, member);
  if (*member != '\0')
    snprintf (shown, sizeof shown, "%s: %s", path, member);
  else
    snprintf (shown, sizeof shown, "%s", path);
  return walk->visit (walk, shown, named, err);
}

/* The current reply: a plain file, or an archive whose first member is
 * `member`.                                                                 */
static int
visit_members (struct walk *walk, const char *path, const char *member,
               struct md_error *err)
{
  const struct feed *feed = walk->feed;
  int klass = MD_OK;

  while (klass == MD_OK && member != NULL) {
    klass = visit_member (walk, path, member, err);
    if (klass == MD_OK)
      klass = feed->host->next_member (feed->call, &member, err);
  }
  return klass;
}

struct names_list {
  char **items;
  size_t n;
};

static int
add_name (struct names_list *list, const char *folder, const char *name,
          struct md_error *err)
{
  size_t size = strlen (folder) + strlen (name) + 2;
  char **grown = realloc (list->items, (list->n + 1) * sizeof *grown);

  if (grown != NULL) {
    list->items = grown;
    grown[list->n] = malloc (size);
  }
  if (grown == NULL || grown[list->n] == NULL)
    return dbn_fail (err, MD_ERR_INTERNAL, "out of memory");
  snprintf (grown[list->n++], size, "%s%s%s", folder,
            ends_with (folder, "/") ? "" : "/", name);
  return MD_OK;
}

/* The names first: opening a file ends the walk through the folder.         */
static int
list_folder (const struct feed *feed, const char *folder, const char *name,
             struct names_list *list, struct md_error *err)
{
  int klass = MD_OK;

  while (klass == MD_OK && name != NULL) {
    if (!file_name_is_safe (name))
      return dbn_fail (err, MD_ERR_CONFIG, "databento: %s: a file named "
                       "\"%.100s\"", folder, name);
    klass = add_name (list, folder, name, err);
    if (klass == MD_OK)
      klass = feed->host->next_member (feed->call, &name, err);
  }
  return klass;
}

static int
visit_file (struct walk *walk, const char *path, struct md_error *err)
{
  const struct feed *feed = walk->feed;
  const char *member;
  int klass;

  if (!walk->wants (walk, path))
    return MD_OK;
  klass = open_path (feed, path, err);
  if (klass == MD_OK)
    klass = feed->host->next_member (feed->call, &member, err);
  return klass == MD_OK ? visit_members (walk, path, member, err) : klass;
}

int
walk_files (struct walk *walk, const char *path, struct md_error *err)
{
  const struct feed *feed = walk->feed;
  struct names_list list = { 0 };
  const char *member;
  int klass = open_path (feed, path, err);

  if (klass == MD_OK)
    klass = feed->host->next_member (feed->call, &member, err);
  if (klass != MD_OK)
    return klass;
  if (member == NULL || *member == '\0' || file_kind (path) == FILE_ZIP)
    return visit_members (walk, path, member, err);
  klass = list_folder (feed, path, member, &list, err);
  for (size_t i = 0; klass == MD_OK && i < list.n; i++)
    klass = visit_file (walk, list.items[i], err);
  for (size_t i = 0; i < list.n; i++)
    free (list.items[i]);
  free (list.items);
  return klass;
}
