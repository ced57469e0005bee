/* SPDX-License-Identifier: Apache-2.0
 *
 * publish.h - files that are there whole or not at all.
 *
 * A file is written beside its place as ".NAME.part".  What a batch wrote
 * waits, closed, until `publish_flush`: then all of it is made durable,
 * renamed, and the names are made durable, too.  A file with the bytes that
 * are already in place is dropped instead, so nothing is touched.
 */
#ifndef MDCORE_SINKS_PUBLISH_H
#define MDCORE_SINKS_PUBLISH_H

#include <mdcore.h>

/* Files that wait before they are published even though the batch goes on. */
#define PUBLISH_MANY 1024

struct publish;

/* root: an existing folder.  NULL: out of memory or errno.                 */
struct publish *publish_new (const char *root);
/* Drops what waits.                                                        */
void publish_free (struct publish *publish);
void publish_drop (struct publish *publish);

/* ".../.NAME.part" of ".../NAME" (malloc'd).                               */
char *publish_partial (const char *path);
/* Makes the folders of a path below the root.                              */
int publish_folders (struct publish *publish, const char *path,
                     struct md_error *err);
/* The partial file of `path` is complete and closed.                       */
int publish_add (struct publish *publish, const char *path,
                 struct md_error *err);
/* What is at `path` goes when the batch is published; its folder goes, too,
 * when nothing is left in it.                                              */
int publish_remove (struct publish *publish, const char *path,
                    struct md_error *err);
size_t publish_waiting (const struct publish *publish);
int publish_flush (struct publish *publish, struct md_error *err);

/* One small file at once.                                                  */
int publish_text (struct publish *publish, const char *path, const char *text,
                  struct md_error *err);

#endif
