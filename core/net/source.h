/* SPDX-License-Identifier: Apache-2.0
 *
 * source.h - bytes that are pulled: from a transfer, a file, memory, or from
 * another source whose encoding is undone on the way.
 *
 * Every source proves its end: length 0 is returned only when nothing can be
 * missing.  A failure stays.
 */
#pragma once

#include "data/error.h"

#define SOURCE_BLOCK (256 * 1024)
#define SOURCE_PEEK  8

typedef struct Source Source;

/* A source implements `next` (lends a block of its own until the next call)
 * or `read` (fills the caller's buffer), whichever costs it no copy; the
 * other one is made from it.  err is never NULL here.                      */
typedef struct {
  int (*next) (Source *source, const guint8 **ret_data, gsize *ret_len,
               struct md_error *err);
  int (*read) (Source *source, void *buf, gsize size, gsize *ret_len,
               struct md_error *err);
  void (*free) (Source *source);
} SourceOps;

struct Source {
  const SourceOps *ops;
  int cut_class;          /* of an end that comes too soon: transient for a */
                          /*   transfer, not for a file                     */
  gboolean ended;
  struct md_error failed; /* klass 0 = none                                 */
  guint8 head[SOURCE_PEEK]; /* looked at already, in front of `held`        */
  gsize head_len;
  const guint8 *held;     /* rest of the last block                         */
  gsize held_len;
  guint8 *block;          /* where `next` is made from `read`               */
};

int source_next (Source *source, const guint8 **ret_data, gsize *ret_len,
                 struct md_error *err);
int source_read (Source *source, void *buf, gsize size, gsize *ret_len,
                 struct md_error *err);
/* The first bytes, up to `want` (<= SOURCE_PEEK), without taking them.      */
int source_peek (Source *source, gsize want, guint8 *buf, gsize *ret_len,
                 struct md_error *err);
/* Reads to the proven end.                                                 */
int source_drain (Source *source, struct md_error *err);
void source_free (Source *source);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Source, source_free)

/* `end`: the failure that stands in place of the end, or NULL.  Borrows the
 * bytes' reference.                                                        */
Source *source_from_bytes (GBytes *bytes, const struct md_error *end);
