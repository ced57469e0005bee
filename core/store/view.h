/* SPDX-License-Identifier: Apache-2.0
 *
 * view.h - reading keys: of the database alone, or of the database as it
 * will be when the batch under construction is written.
 *
 * RocksDB does not show a batch to reads, so two segments of one batch that
 * touch the same block would lose rows in silence.  Everything that a commit
 * reads goes through a view of its batch.
 */
#pragma once

#include "db.h"

typedef struct {
  Db *db;
  rocksdb_writebatch_wi_t *batch;       /* or NULL                          */
  const rocksdb_snapshot_t *snapshot;   /* of cursors, or NULL: several     */
} View;                                 /*   families as of one moment      */

/* *ret_value is NULL when there is no such key.  (transfer full)           */
gboolean view_get (const View *view, Family family, const void *key, gsize len,
                   GBytes **ret_value, GError **error);

/* Keys that begin with a prefix, in order.  While `ok` is FALSE (the end or a
 * fault) there is no key; cursor_close tells the two apart.                */
typedef struct {
  const View *view;
  rocksdb_iterator_t *it;
  rocksdb_readoptions_t *read;
  guint8 *prefix;
  gsize prefix_len;
  gboolean ok;
  const guint8 *key, *value; /* valid until the cursor moves                */
  gsize key_len, value_len;
} Cursor;

/* At the first key with the prefix.                                        */
void cursor_open (Cursor *cursor, const View *view, Family family,
                  const void *prefix, gsize len);
/* The first key >= `key`; the last one <= `key`.                           */
void cursor_seek (Cursor *cursor, const void *key, gsize len);
void cursor_seek_before (Cursor *cursor, const void *key, gsize len);
void cursor_next (Cursor *cursor);
/* FALSE and error when the iteration ended by a fault.                     */
gboolean cursor_close (Cursor *cursor, GError **error);
