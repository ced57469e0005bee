/* SPDX-License-Identifier: Apache-2.0
 *
 * output-file.h - a file that is there whole or not at all: written beside
 * its place, made durable, then renamed.
 */
#pragma once

#include "data/clock.h"

typedef struct OutputFile OutputFile;

/* NULL or "-" is stdout; what is there and no ordinary file (a pipe, a
 * device) is written in place.                                             */
OutputFile *output_file_open (const char *path, const Cancel *cancel,
                              GError **error);
/* CORE_ERROR_IO names the file, the fault and what to do; MD_ERR_CANCELLED
 * when asked to stop while a slow reader kept it waiting.                  */
gboolean output_file_write (OutputFile *file, const char *data, gsize len,
                            GError **error);
/* Nobody reads a pipe any more: `mdcore export | head`.                    */
gboolean output_file_is_broken_pipe (const OutputFile *file);
/* On return the file is durable and in its place.                          */
gboolean output_file_commit (OutputFile *file, GError **error);
/* Removes what was not committed.                                          */
void output_file_free (OutputFile *file);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OutputFile, output_file_free)
