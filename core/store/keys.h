/* SPDX-License-Identifier: Apache-2.0
 *
 * keys.h - keys of the families.
 *
 * Numbers are big-endian, times with their sign bit flipped, texts end with
 * a NUL: bytes sort as the values do.
 */
#pragma once

#include "store.h"

#include <string.h>

/* blocks: series, time of the first row.                                   */
#define BLOCK_KEY_LEN 12
void key_block (guint8 key[BLOCK_KEY_LEN], guint32 series, md_time first);
md_time key_block_time (const guint8 *key);
guint32 key_series (const guint8 *key);

/* history: series, first time in the value, superseding commit.            */
#define HISTORY_KEY_LEN 20
void key_history (guint8 key[HISTORY_KEY_LEN], guint32 series, md_time first,
                  guint64 commit);
guint64 key_history_commit (const guint8 *key);

/* lineage: commit.                                                         */
#define COMMIT_KEY_LEN 8
void key_commit (guint8 key[COMMIT_KEY_LEN], guint64 commit);
guint64 key_commit_number (const guint8 *key);

/* A letter and a number: the catalogue's tables, series by id, statistics. */
#define ID_KEY_LEN 5
void key_id (guint8 key[ID_KEY_LEN], char kind, guint32 id);
guint32 key_id_number (const guint8 *key);

/* An optional letter, then provider, dataset, schema, instrument.          */
GByteArray *key_of_series (char kind, const SeriesKey *series);
gboolean key_parse_series (const guint8 *key, gsize len, SeriesKey *ret_series);

/* An optional letter, then provider, dataset, schema, selector and a byte of
 * its kind; then an instrument unless NULL.                                */
GByteArray *key_of_ask (char kind, const AskKey *ask, const char *instrument);
gboolean key_parse_ask (const guint8 *key, gsize len, AskKey *ret_ask,
                        char **ret_instrument);

/* NULL members (selector kind 0) match anything.                           */
gboolean series_key_matches (const SeriesKey *match, const SeriesKey *key);
gboolean ask_key_matches (const AskKey *match, const AskKey *key);
void series_key_copy (SeriesKey *to, const SeriesKey *from);
void ask_key_copy (AskKey *to, const AskKey *from);
/* "provider dataset schema instrument", for messages.  (transfer full)     */
char *series_key_text (const SeriesKey *key);
char *ask_key_text (const AskKey *key);
