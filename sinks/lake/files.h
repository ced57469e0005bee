/* SPDX-License-Identifier: Apache-2.0
 *
 * files.h - files and folders that are still there after the power was cut.
 */
#ifndef LAKE_FILES_H
#define LAKE_FILES_H

#include <mdcore.h>

#define LAKE_PATH 4096

/* "cannot DOING PATH: reason" with errno's reason; MD_ERR_INTERNAL.        */
int lake_fail (struct md_error *err, const char *doing, const char *path);
/* a/b into buf of LAKE_PATH; too long is an error.                         */
int lake_join (char *buf, const char *a, const char *b, struct md_error *err);
/* The folder and those above it; what is new is synced.                    */
int lake_make_folder (const char *path, struct md_error *err);
int lake_sync_folder (const char *path, struct md_error *err);
/* The folder that holds the file.                                          */
int lake_sync_parent (const char *path, struct md_error *err);
/* Whole and synced, or as before: written beside and renamed.              */
int lake_write_file (const char *path, const char *data, size_t len,
                     struct md_error *err);
/* *ret_data is NUL-terminated and the caller's, NULL when there is no such
 * file.                                                                    */
int lake_read_file (const char *path, char **ret_data, size_t *ret_len,
                    struct md_error *err);
/* What is in the folder, folders within excepted; it may be missing.       */
int lake_empty_folder (const char *path, struct md_error *err);
/* Gone, also when it was not there.                                        */
int lake_remove_file (const char *path, struct md_error *err);

/* Calls for each name in the folder but "." and ".."; a missing folder has
 * none.  Stops when the visit does not return MD_OK.                       */
typedef int (*lake_visit_fn) (const char *name, void *data,
                              struct md_error *err);
int lake_list (const char *path, lake_visit_fn visit, void *data,
               struct md_error *err);

#endif
