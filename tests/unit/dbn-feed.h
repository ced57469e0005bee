/* SPDX-License-Identifier: Apache-2.0
 *
 * dbn-feed.h - bytes for the DBN decoder in tests: from memory in pieces of
 * any size, from files, and streams built field by field.
 */
#pragma once

#include <glib.h>

#include "dbn.h"

typedef struct {
  const guint8 *bytes;
  gsize len, at;
  gsize step;       /* bytes a pull gives at most; 0 = all that fit         */
  gboolean broken;  /* the source fails instead of ending                   */
  guint pulls;
} Feed;

/* A dbn_pull_fn; ctx is a Feed.                                            */
int feed_pull (void *ctx, void *buf, size_t size, size_t *ret_len,
               struct md_error *err);

/* Decompressed bytes of a .zst file, those of any other as they are;
 * *ret_broken when its last zstd frame has no end.                         */
GByteArray *feed_unzstd (const guint8 *bytes, gsize len, gboolean *ret_broken);

/* Everything that a stream holds, as text: the lines of the records, and its
 * metadata as one line (NULL for a fragment).  fragment: 0, or the version
 * of a stream without metadata.  Lines read before an error are kept.      */
typedef struct {
  GString *lines, *upgraded;
  GString *meta;
  guint records;
  struct md_error err;
  int klass;
} Decoded;

void decode_feed (Feed *feed, guint fragment, Decoded *ret_decoded);
void decoded_clear (Decoded *decoded);

/* Builds streams.                                                          */
GByteArray *build_header (guint version, guint schema, gboolean ts_out,
                          const char *const *symbols);
void build_put (GByteArray *bytes, guint64 value, gsize size);
/* A record of the right size for its type, zeroed behind the header.
 * Returns its offset.                                                      */
gsize build_record (GByteArray *bytes, guint version, guint rtype,
                    gboolean ts_out, guint32 instrument, guint64 ts_event);
void build_set (GByteArray *bytes, gsize record, guint version,
                const char *field, guint64 value);
