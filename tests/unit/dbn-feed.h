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

/* ---- building ------------------------------------------------------- */

/* Lists end with NULL; NULL is an empty list.  A mapping reads
 * "AAPL 20240101 20240201 38", an empty last part is an empty symbol.      */
typedef struct {
  guint version, schema;   /* 0: 3, and trades                              */
  const char *dataset;     /* NULL: GLBX.MDP3                               */
  guint64 start, end;      /* 0: January 2024                               */
  guint64 limit;
  guint stype_in, stype_out; /* stype_in 0: raw_symbol, STYPE_ID: that      */
  gboolean ts_out;
  const char *const *symbols, *const *partial, *const *not_found;
  const char *const *mappings;
} Metadata;
#define STYPE_ID 1000
#define JAN_1 G_GUINT64_CONSTANT (1704067200000000000)
#define FEB_1 G_GUINT64_CONSTANT (1706745600000000000)

GByteArray *build_metadata (const Metadata *metadata);
/* Symbols map to instruments 1, 2, ... for all of January 2024.            */
GByteArray *build_header (guint version, guint schema, gboolean ts_out,
                          const char *const *symbols);
void build_put (GByteArray *bytes, guint64 value, gsize size);
/* A record of the right size for its type, zeroed behind the header, its
 * index time set to ts, too.  Returns its offset.                          */
gsize build_record (GByteArray *bytes, guint version, guint rtype,
                    gboolean ts_out, guint32 instrument, guint64 ts);
void build_set (GByteArray *bytes, gsize record, guint version,
                const char *field, guint64 value);
void build_set_text (GByteArray *bytes, gsize record, guint version,
                     const char *field, const char *text);
