/* SPDX-License-Identifier: Apache-2.0
 *
 * keys.c - building and taking apart keys.
 */
#include "keys.h"

#define SIGN (G_GUINT64_CONSTANT (1) << 63)

static void
put_u32 (guint8 *at, guint32 v)
{
  v = GUINT32_TO_BE (v);
  memcpy (at, &v, sizeof v);
}

static void
put_u64 (guint8 *at, guint64 v)
{
  v = GUINT64_TO_BE (v);
  memcpy (at, &v, sizeof v);
}

static guint32
get_u32 (const guint8 *at)
{
  guint32 v;

  memcpy (&v, at, sizeof v);
  return GUINT32_FROM_BE (v);
}

static guint64
get_u64 (const guint8 *at)
{
  guint64 v;

  memcpy (&v, at, sizeof v);
  return GUINT64_FROM_BE (v);
}

void
key_block (guint8 key[BLOCK_KEY_LEN], guint32 series, md_time first)
{
  put_u32 (key, series);
  put_u64 (key + 4, (guint64) first ^ SIGN);
}

guint32
key_series (const guint8 *key)
{
  return get_u32 (key);
}

md_time
key_block_time (const guint8 *key)
{
  return (md_time) (get_u64 (key + 4) ^ SIGN);
}

void
key_history (guint8 key[HISTORY_KEY_LEN], guint32 series, md_time first,
             guint64 commit)
{
  key_block (key, series, first);
  put_u64 (key + BLOCK_KEY_LEN, commit);
}

guint64
key_history_commit (const guint8 *key)
{
  return get_u64 (key + BLOCK_KEY_LEN);
}

void
key_commit (guint8 key[COMMIT_KEY_LEN], guint64 commit)
{
  put_u64 (key, commit);
}

guint64
key_commit_number (const guint8 *key)
{
  return get_u64 (key);
}

void
key_id (guint8 key[ID_KEY_LEN], char kind, guint32 id)
{
  key[0] = (guint8) kind;
  put_u32 (key + 1, id);
}

guint32
key_id_number (const guint8 *key)
{
  return get_u32 (key + 1);
}

/* ---- texts ----------------------------------------------------------- */

static GByteArray *
key_of_texts (char kind, const char *const *texts, gsize n)
{
  GByteArray *key = g_byte_array_new ();

  if (kind != '\0')
    g_byte_array_append (key, (const guint8 *) &kind, 1);
  for (gsize i = 0; i < n; i++)
    g_byte_array_append (key, (const guint8 *) texts[i],
                         (guint) strlen (texts[i]) + 1);
  return key;
}

/* Points each of texts[0..n) into the key; what is left after them.        */
static gssize
parse_texts (const guint8 *key, gsize len, const char **texts, gsize n)
{
  const guint8 *at = key, *end = key + len;

  for (gsize i = 0; i < n; i++) {
    const guint8 *nul = memchr (at, '\0', (gsize) (end - at));

    if (nul == NULL)
      return -1;
    texts[i] = (const char *) at;
    at = nul + 1;
  }
  return end - at;
}

GByteArray *
key_of_series (char kind, const SeriesKey *series)
{
  const char *const texts[] = { series->provider, series->dataset,
                                series->schema, series->instrument };

  return key_of_texts (kind, texts, G_N_ELEMENTS (texts));
}

gboolean
key_parse_series (const guint8 *key, gsize len, SeriesKey *ret_series)
{
  const char *texts[4];

  if (parse_texts (key, len, texts, 4) != 0)
    return FALSE;
  *ret_series = (SeriesKey) { g_strdup (texts[0]), g_strdup (texts[1]),
                              g_strdup (texts[2]), g_strdup (texts[3]) };
  return TRUE;
}

GByteArray *
key_of_ask (char kind, const AskKey *ask, const char *instrument)
{
  const char *const texts[] = { ask->provider, ask->dataset, ask->schema,
                                ask->selector };
  GByteArray *key = key_of_texts (kind, texts, G_N_ELEMENTS (texts));
  guint8 selector = (guint8) ask->kind;

  g_byte_array_append (key, &selector, 1);
  if (instrument != NULL)
    g_byte_array_append (key, (const guint8 *) instrument,
                         (guint) strlen (instrument));
  return key;
}

gboolean
key_parse_ask (const guint8 *key, gsize len, AskKey *ret_ask,
               char **ret_instrument)
{
  const char *texts[4];
  gssize left = parse_texts (key, len, texts, 4);
  const char *rest = (const char *) key + len - left;

  if (left < 1 || (ret_instrument == NULL && left != 1))
    return FALSE;
  *ret_ask = (AskKey) { g_strdup (texts[0]), g_strdup (texts[1]),
                        g_strdup (texts[2]), g_strdup (texts[3]),
                        (guint8) *rest };
  if (ret_instrument != NULL)
    *ret_instrument = g_strndup (rest + 1, (gsize) left - 1);
  return TRUE;
}

/* ---- names ----------------------------------------------------------- */

static gboolean
text_matches (const char *match, const char *text)
{
  return match == NULL || strcmp (match, text) == 0;
}

gboolean
series_key_matches (const SeriesKey *match, const SeriesKey *key)
{
  return match == NULL
         || (text_matches (match->provider, key->provider)
             && text_matches (match->dataset, key->dataset)
             && text_matches (match->schema, key->schema)
             && text_matches (match->instrument, key->instrument));
}

gboolean
ask_key_matches (const AskKey *match, const AskKey *key)
{
  return match == NULL
         || (text_matches (match->provider, key->provider)
             && text_matches (match->dataset, key->dataset)
             && text_matches (match->schema, key->schema)
             && text_matches (match->selector, key->selector)
             && (match->kind == 0 || match->kind == key->kind));
}

void
series_key_copy (SeriesKey *to, const SeriesKey *from)
{
  *to = (SeriesKey) { g_strdup (from->provider), g_strdup (from->dataset),
                      g_strdup (from->schema), g_strdup (from->instrument) };
}

void
ask_key_copy (AskKey *to, const AskKey *from)
{
  *to = (AskKey) { g_strdup (from->provider), g_strdup (from->dataset),
                   g_strdup (from->schema), g_strdup (from->selector),
                   from->kind };
}

void
series_key_clear (SeriesKey *key)
{
  g_clear_pointer (&key->provider, g_free);
  g_clear_pointer (&key->dataset, g_free);
  g_clear_pointer (&key->schema, g_free);
  g_clear_pointer (&key->instrument, g_free);
}

void
ask_key_clear (AskKey *key)
{
  g_clear_pointer (&key->provider, g_free);
  g_clear_pointer (&key->dataset, g_free);
  g_clear_pointer (&key->schema, g_free);
  g_clear_pointer (&key->selector, g_free);
}

char *
series_key_text (const SeriesKey *key)
{
  return g_strdup_printf ("%s %s %s %s", key->provider, key->dataset,
                          key->schema, key->instrument);
}

char *
ask_key_text (const AskKey *key)
{
  return g_strdup_printf ("%s %s %s %s", key->provider, key->dataset,
                          key->schema, key->selector);
}
