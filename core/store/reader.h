/* SPDX-License-Identifier: Apache-2.0
 *
 * reader.h - a view of a store that somebody may be writing.
 */
#pragma once

#include "db.h"

Db *reader_open (const char *path, GError **error);
/* Names of the write-ahead logs, sorted.                                   */
GPtrArray *reader_list_logs (const char *db_dir);
gboolean reader_same_logs (const GPtrArray *a, const GPtrArray *b);
/* Does a copy that nobody writes open, with all its parts?                 */
gboolean reader_is_whole (const char *path);
