/* SPDX-License-Identifier: Apache-2.0
 *
 * decode.c - finds out which encodings to undo.
 */
#include "decode.h"

#include <string.h>

/* More than one or two codings is an attack, not a server.                 */
#define MOST_ENCODINGS 2

Packing
decode_packing (const guint8 *head, gsize len)
{
  if (len >= 3 && memcmp (head, "\x1f\x8b\x08", 3) == 0)
    return PACKED_GZIP;
  if (len >= 4 && memcmp (head, "\x28\xb5\x2f\xfd", 4) == 0)
    return PACKED_ZSTD;
  /* A zstd frame to be skipped, as pzstd and seekable files begin.         */
  if (len >= 4 && (head[0] & 0xf0) == 0x50
      && memcmp (head + 1, "\x2a\x4d\x18", 3) == 0)
    return PACKED_ZSTD;
  if (len >= 4 && (memcmp (head, "PK\x03\x04", 4) == 0
                   || memcmp (head, "PK\x05\x06", 4) == 0))
    return PACKED_ZIP;
  return PACKED_NOT;
}

int
decode_sniff (Source *source, Packing *ret_packing, struct md_error *err)
{
  guint8 head[SOURCE_PEEK];
  gsize len;
  int klass = source_peek (source, 4, head, &len, err);

  if (klass == MD_OK)
    *ret_packing = decode_packing (head, len);
  return klass;
}

Source *
decode_packed (Source *upstream, Packing packing)
{
  switch (packing) {
  case PACKED_GZIP:
    return gunzip_new (upstream);
  case PACKED_ZSTD:
    return unzstd_new (upstream);
  default:
    return upstream;
  }
}

static gboolean
coding_packing (const char *coding, Packing *ret_packing)
{
  static const struct { const char *name; Packing packing; } codings[] = {
    { "gzip", PACKED_GZIP }, { "x-gzip", PACKED_GZIP },
    { "zstd", PACKED_ZSTD }, { "identity", PACKED_NOT }, { "", PACKED_NOT },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (codings); i++) {
    if (g_ascii_strcasecmp (coding, codings[i].name) == 0) {
      *ret_packing = codings[i].packing;
      return TRUE;
    }
  }
  return FALSE;
}

Source *
decode_encodings (Source *upstream, const char *encodings,
                  struct md_error *err)
{
  g_autoptr (Source) source = upstream;
  g_auto (GStrv) codings = g_strsplit (encodings, ",", -1);
  guint n = g_strv_length (codings);

  if (n > MOST_ENCODINGS) {
    md_fail (err, MD_ERR_PROTOCOL, "the answer has %u content encodings", n);
    return NULL;
  }
  for (guint i = n; i > 0; i--) {
    Packing packing;

    if (!coding_packing (g_strstrip (codings[i - 1]), &packing)) {
      md_fail (err, MD_ERR_PROTOCOL,
               "the answer has the content encoding \"%.40s\", which was not "
               "asked for", codings[i - 1]);
      return NULL;
    }
    source = decode_packed (g_steal_pointer (&source), packing);
  }
  return g_steal_pointer (&source);
}
