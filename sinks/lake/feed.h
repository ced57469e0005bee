/* SPDX-License-Identifier: Apache-2.0
 *
 * feed.h - what a destination keeps of each feed: ROOT/_mdcore/HASH with the
 * feed's id, its progress, and a folder for files that are being made.
 */
#ifndef LAKE_FEED_H
#define LAKE_FEED_H

#include "files.h"

struct lake_feed {
  char folder[LAKE_PATH], staging[LAKE_PATH];
  char name[20];           /* HASH                                          */
  uint64_t progress;
  int lock;                /* -1: another session delivers to it            */
};

/* Makes the folders, or proves that they are this feed's, locks them, and
 * reads the progress.  Staged files are left as they are.  Without the lock
 * the session may look at the progress and nothing else.                   */
int lake_feed_open (struct lake_feed *feed, const char *root, const char *id,
                    struct md_error *err);
void lake_feed_close (struct lake_feed *feed);
/* An error unless the lock is held.                                        */
int lake_feed_need_lock (const struct lake_feed *feed, struct md_error *err);
/* Durable on return.                                                       */
int lake_feed_set (struct lake_feed *feed, uint64_t progress,
                   struct md_error *err);

#endif
