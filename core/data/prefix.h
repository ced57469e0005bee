/* SPDX-License-Identifier: Apache-2.0
 *
 * prefix.h - where this program was installed, so that a moved tree still
 * finds what belongs to it.
 */
#pragma once

#include <glib.h>

/* `relative` to the folder of the running program, without "..", if there
 * is such a file or folder; else NULL.  (transfer full)                    */
char *prefix_path (const char *relative);

/* The folder KIND ("template") of what comes with mdcore, there or not.
 * (transfer full)                                                          */
char *prefix_data_folder (const char *kind);

/* Data files NAME.txt of a kind ("universes") lie in the user's folder or
 * among what comes with mdcore; the user's count first.                    */

/* Their names, sorted, each once.  NULL-terminated (transfer full)         */
char **prefix_data_names (const char *kind);
/* The file of a name, or NULL when there is none.  (transfer full)         */
char *prefix_data_file (const char *kind, const char *name);
/* Where the user's own of this name is or would be; NULL: the folder.
 * (transfer full)                                                          */
char *prefix_data_own (const char *kind, const char *name);
