/* SPDX-License-Identifier: Apache-2.0
 *
 * file.h - local files and folders as sources.
 */
#pragma once

#include "source.h"

/* Regular files of a folder, in byte order of their names.                 */
typedef struct Folder Folder;
void folder_free (Folder *folder);
/* *ret_name is NULL after the last.  (transfer full of *ret_source)        */
int folder_next (Folder *folder, const char **ret_name, Source **ret_source,
                 struct md_error *err);

/* "/path" or "file:///path": one of the two is set.  Bytes [from, to) as in
 * NetRequest; a folder has no ranges.  CONFIG when it cannot be opened.     */
int file_open (const char *url, gint64 from, gint64 to, Source **ret_source,
               Folder **ret_folder, struct md_error *err);
/* The same for a plain path, absolute or not, that must be a file.          */
int file_open_path (const char *path, Source **ret_source,
                    struct md_error *err);
