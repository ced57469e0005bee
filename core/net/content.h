/* SPDX-License-Identifier: Apache-2.0
 *
 * content.h - a body as members: of a zip, of a folder, or one without a
 * name; each with its gzip or zstd undone unless it is wanted raw.
 */
#pragma once

#include "decode.h"
#include "file.h"

typedef struct Content Content;

/* One of source and folder is NULL; both are borrowed.                     */
Content *content_new (Source *source, Folder *folder, gboolean raw);
void content_free (Content *content);
/* *ret_name is NULL after the last.                                        */
int content_next (Content *content, const char **ret_name,
                  struct md_error *err);
/* Of the current member, the first one if none was asked for.              */
int content_read (Content *content, void *buf, gsize size, gsize *ret_len,
                  struct md_error *err);
gboolean content_is_archive (const Content *content);
/* Nothing is undone: the source's bytes are the content.  Looks at the
 * first bytes.                                                             */
int content_is_plain (Content *content, gboolean *ret_plain,
                      struct md_error *err);
