/* SPDX-License-Identifier: Apache-2.0
 *
 * record.c - small values: texts, blobs, and the frame around them.
 */
#include "record.h"

double
reader_double (Reader *r)
{
  const guint8 *at = reader_bytes (r, sizeof (guint64));
  guint64 bits = 0;
  double v;

  if (at != NULL)
    memcpy (&bits, at, sizeof bits);
  bits = GUINT64_FROM_LE (bits);
  memcpy (&v, &bits, sizeof v);
  return v;
}

static void
put_counted (Writer *w, const void *data, gsize len)
{
  writer_varint (w, data != NULL ? (guint64) len + 1 : 0);
  writer_bytes (w, data, len);
}

/* NULL for the absent one, and when it is cut.                             */
static const guint8 *
get_counted (Reader *r, gsize *ret_len)
{
  guint64 n = reader_varint (r);

  *ret_len = n > 0 ? n - 1 : 0;
  return n > 0 ? reader_bytes (r, n - 1) : NULL;
}

void
writer_text_or_null (Writer *w, const char *text)
{
  put_counted (w, text, text != NULL ? strlen (text) : 0);
}

char *
reader_text_or_null (Reader *r)
{
  gsize len;
  const guint8 *at = get_counted (r, &len);

  return at != NULL ? g_strndup ((const char *) at, len) : NULL;
}

void
writer_blob (Writer *w, GBytes *blob)
{
  gsize len = 0;
  const void *data = blob != NULL ? g_bytes_get_data (blob, &len) : NULL;

  put_counted (w, blob != NULL && data == NULL ? "" : data, len);
}

GBytes *
reader_blob (Reader *r)
{
  gsize len;
  const guint8 *at = get_counted (r, &len);

  return at != NULL ? g_bytes_new (at, len) : NULL;
}

void
record_begin (Writer *w)
{
  *w = (Writer) { 0 };
  writer_u8 (w, RECORD_VERSION);
}

GBytes *
record_end (Writer *w)
{
  return g_bytes_new_take (w->data, w->len);
}

Reader
record_open (const void *bytes, gsize len)
{
  Reader r = { bytes, (const guint8 *) bytes + len, FALSE };

  if (reader_u8 (&r) != RECORD_VERSION) {
    r.bad = TRUE;
    r.at = r.end;
  }
  return r;
}

gboolean
record_check (const Reader *r, const char *path, const char *what,
              GError **error)
{
  if (!r->bad && reader_left (r) == 0)
    return TRUE;
  return fail_damaged (error, path, "%s cannot be read", what);
}
