/* SPDX-License-Identifier: Apache-2.0
 *
 * progress.h - what a folder of files remembers of each feed: how far it
 * was delivered, and how its files are laid out.
 *
 * One small text file a feed, ROOT/_mdcore/FEED; names that begin with '_'
 * are passed over by whoever reads the folder as a data set.
 */
#ifndef MDCORE_SINKS_PROGRESS_H
#define MDCORE_SINKS_PROGRESS_H

#include "publish.h"

struct progress {
  char path[4096];
  uint64_t commit;
  char layout[64];  /* one word of the sink's own; "" when there is none    */
};

/* Finds what is there; commit 0 when there is nothing.                     */
int progress_load (struct progress *progress, const char *root,
                   const struct md_feed *feed, struct md_error *err);
int progress_save (const struct progress *progress, struct publish *publish,
                   struct md_error *err);

#endif
