/* SPDX-License-Identifier: Apache-2.0
 *
 * feed.c - a feed's own folder.
 */
#include "feed.h"

#include <support/row.h>

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static uint64_t
hash (const char *text)
{
  uint64_t value = UINT64_C (0xcbf29ce484222325);

  for (; *text != '\0'; text++)
    value = (value ^ (unsigned char) *text) * UINT64_C (0x100000001b3);
  return value;
}

static int
read_progress (struct lake_feed *feed, struct md_error *err)
{
  char path[LAKE_PATH], *text;
  size_t len;

  if (lake_join (path, feed->folder, "progress", err) != MD_OK
      || lake_read_file (path, &text, &len, err) != MD_OK)
    return err->klass;
  feed->progress = text != NULL ? strtoull (text, NULL, 10) : 0;
  free (text);
  return MD_OK;
}

/* The folder's name is a hash; the id in it proves whose it is.            */
static int
claim_folder (const struct lake_feed *feed, const char *id,
              struct md_error *err)
{
  char path[LAKE_PATH], *text;
  size_t len;
  int klass = MD_OK;

  if (lake_join (path, feed->folder, "feed", err) != MD_OK
      || lake_read_file (path, &text, &len, err) != MD_OK)
    return err->klass;
  if (text == NULL)
    return lake_write_file (path, id, strlen (id), err);
  if (strcmp (text, id) != 0)
    klass = md_error_say (err, MD_ERR_CONFIG, "%s belongs to %s, not to %s",
                          feed->folder, text, id);
  free (text);
  return klass;
}

/* A run that only looks whether anything is missing opens the sink, too, and
 * may do so while another one delivers.                                    */
static int
take_lock (struct lake_feed *feed, struct md_error *err)
{
  struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
  char path[LAKE_PATH];

  if (lake_join (path, feed->folder, "lock", err) != MD_OK)
    return err->klass;
  feed->lock = open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (feed->lock < 0)
    return lake_fail (err, "open", path);
  /* Of the open file, not of the process: sessions may share one.          */
  if (fcntl (feed->lock, F_OFD_SETLK, &whole) == 0)
    return MD_OK;
  close (feed->lock);
  feed->lock = -1;
  return MD_OK;
}

void
lake_feed_close (struct lake_feed *feed)
{
  if (feed->lock > 0)
    close (feed->lock);
  feed->lock = 0;
}

int
lake_feed_need_lock (const struct lake_feed *feed, struct md_error *err)
{
  if (feed->lock > 0)
    return MD_OK;
  return md_error_say (err, MD_ERR_CONFIG, "another run delivers to %s; run "
                       "again when it has ended", feed->folder);
}

int
lake_feed_open (struct lake_feed *feed, const char *root, const char *id,
                struct md_error *err)
{
  char own[LAKE_PATH];

  snprintf (feed->name, sizeof feed->name, "%016" PRIx64, hash (id));
  if (lake_join (own, root, "_mdcore", err) != MD_OK
      || lake_join (feed->folder, own, feed->name, err) != MD_OK
      || lake_join (feed->staging, feed->folder, "staged", err) != MD_OK
      || lake_make_folder (feed->staging, err) != MD_OK
      || claim_folder (feed, id, err) != MD_OK
      || take_lock (feed, err) != MD_OK)
    return err->klass;
  return read_progress (feed, err);
}

int
lake_feed_set (struct lake_feed *feed, uint64_t progress, struct md_error *err)
{
  char path[LAKE_PATH], text[32];
  int len = snprintf (text, sizeof text, "%" PRIu64 "\n", progress);

  if (lake_join (path, feed->folder, "progress", err) != MD_OK
      || lake_write_file (path, text, (size_t) len, err) != MD_OK)
    return err->klass;
  feed->progress = progress;
  return MD_OK;
}
