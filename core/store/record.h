/* SPDX-License-Identifier: Apache-2.0
 *
 * record.h - small values: varints and texts behind a version byte.
 */
#pragma once

#include "fail.h"

#include "data/bytes.h"

#define RECORD_VERSION 1

static inline void
writer_signed (Writer *w, gint64 v)
{
  writer_varint (w, zigzag (v));
}

static inline gint64
reader_signed (Reader *r)
{
  return unzigzag (reader_varint (r));
}

static inline void
writer_double (Writer *w, double v)
{
  guint64 bits;

  memcpy (&bits, &v, sizeof bits);
  bits = GUINT64_TO_LE (bits);
  writer_bytes (w, &bits, sizeof bits);
}

double reader_double (Reader *r);
/* Length + 1 and bytes; 0 for NULL.                                        */
void writer_text_or_null (Writer *w, const char *text);
char *reader_text_or_null (Reader *r);
/* The same for bytes.                                                      */
void writer_blob (Writer *w, GBytes *blob);
GBytes *reader_blob (Reader *r);

/* A writer that begins with the version, and its end as bytes.             */
void record_begin (Writer *w);
GBytes *record_end (Writer *w);
/* FALSE when the version is another: the reader is bad then.               */
Reader record_open (const void *bytes, gsize len);
/* Everything was read and nothing is left; else `what` is damaged.         */
gboolean record_check (const Reader *r, const char *path, const char *what,
                       GError **error);
