/* SPDX-License-Identifier: Apache-2.0
 *
 * layout.h - the files of a store: `format` says what wrote it, `lock` who
 * writes it, `db` is the RocksDB.
 */
#pragma once

#include "data/error.h"

/* Goes up when an older program could no longer read what is written.      */
#define STORE_FORMAT 1

char *layout_db (const char *path);

/* The format of the store at `path`.  CORE_ERROR_STORE_MISSING when there is
 * none (also when its creation was cut short), _FORMAT when it is newer.   */
gboolean layout_check (const char *path, guint *ret_format, GError **error);
/* Written last, when everything else is in place.                          */
gboolean layout_write_format (const char *path, GError **error);
/* The directory with its parents; refuses one that holds other things.     */
gboolean layout_create (const char *path, GError **error);

gboolean layout_is_empty (const char *path);
void layout_remove_tree (const char *path);
gboolean layout_sync_dir (const char *path, GError **error);
