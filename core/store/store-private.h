/* SPDX-License-Identifier: Apache-2.0
 *
 * store-private.h - the open store, for the files of this room.
 */
#pragma once

#include "batch.h"
#include "keys.h"
#include "lock.h"
#include "store.h"

struct Store {
  char *path;
  StoreMode mode;
  Db *db;
  Lock *lock;          /* writer                                            */
  GMutex writing;      /* one commit, mark or document at a time            */
  char *refusal;       /* why nothing can be written any more, or NULL      */
  GMutex tables_lock;
  GPtrArray *tables;   /* of StoredTable, as far as they were met           */
};

View store_view (const Store *store);

/* Takes the mutex and begins a batch; FALSE when this store cannot write.
 * Ends with store_write_end, which writes what was staged (unless ok is
 * FALSE) and lets go.                                                      */
gboolean store_write_begin (Store *store, Batch *batch, GError **error);
gboolean store_write_end (Store *store, Batch *batch, gboolean ok,
                          GError **error);
