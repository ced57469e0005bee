/* SPDX-License-Identifier: Apache-2.0
 *
 * progress.c - what a folder of files remembers of each feed.
 */
#include "progress.h"
#include "fail.h"
#include "hive.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static int
parse (struct progress *progress, FILE *file, struct md_error *err)
{
  /* The layout's word is shorter than the array.                           */
  int n = fscanf (file, "commit=%" SCNu64 "\nlayout=%63s",
                  &progress->commit, progress->layout);

  return n == 2 ? MD_OK
                : sink_fail (err, MD_ERR_INTERNAL,
                             "%s does not say how far the folder is: remove "
                             "it, and everything is delivered anew",
                             progress->path);
}

int
progress_load (struct progress *progress, const char *root,
               const struct md_feed *feed, struct md_error *err)
{
  FILE *file;
  int klass;

  *progress = (struct progress) { .commit = 0 };
  snprintf (progress->path, sizeof progress->path, "%s/_mdcore/", root);
  if (!hive_part (progress->path, sizeof progress->path, "feed", feed->id)) {
    errno = ENAMETOOLONG;
    return sink_fail_file (err, "name a file for feed", feed->id);
  }
  file = fopen (progress->path, "re");
  if (file == NULL)
    return errno == ENOENT ? MD_OK
                           : sink_fail_file (err, "read", progress->path);
  klass = parse (progress, file, err);
  fclose (file);
  return klass;
}

int
progress_save (const struct progress *progress, struct publish *publish,
               struct md_error *err)
{
  char text[160];

  snprintf (text, sizeof text, "commit=%" PRIu64 "\nlayout=%s\n",
            progress->commit, progress->layout);
  return publish_text (publish, progress->path, text, err);
}
