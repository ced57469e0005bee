/* SPDX-License-Identifier: Apache-2.0
 *
 * bytes.h - varints and little-endian integers: a growing writer and a
 * reader that never leaves its buffer.
 */
#pragma once

#include <glib.h>
#include <string.h>

/* ---- writing --------------------------------------------------------- */

#define VARINT_MAX 10 /* bytes of the longest varint                        */

typedef struct {
  guint8 *data;
  gsize len, size;
} Writer;

static inline guint64
zigzag (gint64 v)
{
  return ((guint64) v << 1) ^ (guint64) (v >> 63);
}

static inline gint64
unzigzag (guint64 v)
{
  return (gint64) ((v >> 1) ^ (0 - (v & 1)));
}

/* Room for `more` bytes; where to write them.  The caller adds to len.     */
static inline guint8 *
writer_room (Writer *w, gsize more)
{
  if (w->size - w->len < more) {
    w->size = MAX (w->len + more, w->size + w->size / 2);
    w->data = g_realloc (w->data, w->size);
  }
  return w->data + w->len;
}

static inline guint8 *
put_varint (guint8 *at, guint64 v)
{
  while (v >= 0x80) {
    *at++ = (guint8) (v | 0x80);
    v >>= 7;
  }
  *at++ = (guint8) v;
  return at;
}

static inline void
writer_varint (Writer *w, guint64 v)
{
  guint8 *at = writer_room (w, VARINT_MAX);

  w->len += (gsize) (put_varint (at, v) - at);
}

static inline void
writer_bytes (Writer *w, const void *data, gsize len)
{
  guint8 *at = writer_room (w, len);

  if (len > 0)
    memcpy (at, data, len);
  w->len += len;
}

static inline void
writer_u8 (Writer *w, guint8 v)
{
  writer_bytes (w, &v, 1);
}

static inline void
store_u32 (guint8 *at, guint32 v)
{
  v = GUINT32_TO_LE (v);
  memcpy (at, &v, sizeof v);
}

/* Length and bytes.                                                        */
static inline void
writer_text (Writer *w, const char *text)
{
  gsize len = strlen (text);

  writer_varint (w, len);
  writer_bytes (w, text, len);
}

/* ---- reading --------------------------------------------------------- */

/* `bad` stays set after the first read past the end; every later read
 * yields 0, so a caller checks once after a group of reads.                */
typedef struct {
  const guint8 *at, *end;
  gboolean bad;
} Reader;

static inline gsize
reader_left (const Reader *r)
{
  return (gsize) (r->end - r->at);
}

static inline guint64
reader_varint (Reader *r)
{
  guint64 v = 0;

  for (guint shift = 0; shift < 64 && r->at < r->end; shift += 7) {
    guint8 b = *r->at++;

    if (shift == 63 && b > 1)
      break;
    v |= (guint64) (b & 0x7f) << shift;
    if (b < 0x80)
      return v;
  }
  r->bad = TRUE;
  r->at = r->end;
  return 0;
}

/* NULL when there are not that many.                                       */
static inline const guint8 *
reader_bytes (Reader *r, guint64 len)
{
  const guint8 *at = r->at;

  if (len > reader_left (r)) {
    r->bad = TRUE;
    r->at = r->end;
    return NULL;
  }
  r->at += len;
  return at;
}

static inline guint8
reader_u8 (Reader *r)
{
  const guint8 *at = reader_bytes (r, 1);

  return at != NULL ? *at : 0;
}

static inline guint32
reader_u32 (Reader *r)
{
  const guint8 *at = reader_bytes (r, 4);
  guint32 v = 0;

  if (at != NULL)
    memcpy (&v, at, sizeof v);
  return GUINT32_FROM_LE (v);
}
