/* SPDX-License-Identifier: Apache-2.0
 *
 * raw.c - vendors' answers, compressed, by the hash of their content.
 *
 * Family raw: 'h' + hash -> where it came from; 'b' + hash -> the body, so
 * that a list does not read bodies.
 */
#include "raw.h"
#include "record.h"

#include <zstd.h>

#define LEVEL      3
#define HASH_CHARS 64

void
raw_answer_free (RawAnswer *answer)
{
  if (answer == NULL)
    return;
  g_free (answer->hash);
  g_free (answer->url);
  g_free (answer->content_type);
  g_clear_pointer (&answer->body, g_bytes_unref);
  g_free (answer);
}

/* ---- bodies ---------------------------------------------------------- */

GBytes *
raw_compress (GBytes *body)
{
  gsize len, bound, packed;
  const void *data = g_bytes_get_data (body, &len);
  void *out;

  bound = ZSTD_compressBound (len);
  out = g_malloc (bound);
  packed = ZSTD_compress (out, bound, data != NULL ? data : "", len, LEVEL);
  g_assert (!ZSTD_isError (packed)); /* the bound is large enough           */
  return g_bytes_new_take (g_realloc (out, packed), packed);
}

/* The frame says how large it is as well, so a damaged head makes no demand
 * for memory.                                                              */
static GBytes *
decompress (const char *path, GBytes *packed, guint64 size, GError **error)
{
  gsize len, got = 0;
  const void *data = g_bytes_get_data (packed, &len);
  char *out = NULL;

  if (ZSTD_getFrameContentSize (data, len) == size)
    out = g_try_malloc (size + 1);
  if (out != NULL)
    got = ZSTD_decompress (out, size, data, len);
  if (out != NULL && !ZSTD_isError (got) && got == size)
    return g_bytes_new_take (out, size);
  g_free (out);
  fail_damaged (error, path, "a raw answer does not decompress to its %"
                G_GUINT64_FORMAT " bytes", size);
  return NULL;
}

/* ---- heads ----------------------------------------------------------- */

static GByteArray *
raw_key (char kind, const char *hash)
{
  GByteArray *key = g_byte_array_new ();

  g_byte_array_append (key, (const guint8 *) &kind, 1);
  g_byte_array_append (key, (const guint8 *) hash, (guint) strlen (hash));
  return key;
}

static GBytes *
pack_head (const RawAnswer *answer, md_time now)
{
  Writer w;

  record_begin (&w);
  writer_text_or_null (&w, answer->url);
  writer_text_or_null (&w, answer->content_type);
  writer_signed (&w, answer->at != 0 ? answer->at : now);
  writer_varint (&w, g_bytes_get_size (answer->body));
  return record_end (&w);
}

static RawAnswer *
unpack_head (const char *path, const Cursor *cursor, guint64 *ret_size,
             GError **error)
{
  Reader r = record_open (cursor->value, cursor->value_len);
  RawAnswer *answer = g_new0 (RawAnswer, 1);

  answer->hash = g_strndup ((const char *) cursor->key + 1,
                            cursor->key_len - 1);
  answer->url = reader_text_or_null (&r);
  answer->content_type = reader_text_or_null (&r);
  answer->at = reader_signed (&r);
  *ret_size = reader_varint (&r);
  if (record_check (&r, path, "the head of a raw answer", error))
    return answer;
  raw_answer_free (answer);
  return NULL;
}

/* ---- staging --------------------------------------------------------- */

static gboolean
stage_one (const View *view, Stage *stage, const RawAnswer *answer,
           GBytes *packed, md_time now, GError **error)
{
  g_autoptr (GByteArray) key = raw_key ('h', answer->hash);
  g_autoptr (GBytes) known = NULL;

  if (!view_get (view, FAMILY_RAW, key->data, key->len, &known, error))
    return FALSE;
  if (known != NULL)
    return TRUE;
  stage_put (stage, FAMILY_RAW, key->data, key->len, pack_head (answer, now));
  stage_put_bytes (stage, FAMILY_RAW, raw_key ('b', answer->hash),
                   packed != NULL ? g_bytes_ref (packed)
                                  : raw_compress (answer->body));
  stage->state.raw++;
  return TRUE;
}

gboolean
raw_stage (const View *view, Stage *stage, const Segment *segment, md_time now,
           GError **error)
{
  for (guint i = 0; i < segment->raw->len; i++) {
    GBytes *packed = segment->packed_raw != NULL
                       ? segment->packed_raw->pdata[i] : NULL;

    if (!stage_one (view, stage, segment->raw->pdata[i], packed, now, error))
      return FALSE;
  }
  return TRUE;
}

/* ---- public ---------------------------------------------------------- */

gboolean
store_raw_each (Store *store, RawVisit visit, gpointer data, GError **error)
{
  View view = store_view (store);
  gboolean ok = TRUE, go_on = TRUE;
  Cursor cursor;

  for (cursor_open (&cursor, &view, FAMILY_RAW, "h", 1);
       ok && go_on && cursor.ok; cursor_next (&cursor)) {
    guint64 size;
    RawAnswer *answer = unpack_head (store->path, &cursor, &size, error);

    ok = answer != NULL;
    go_on = ok && visit (answer, data);
    raw_answer_free (answer);
  }
  return cursor_close (&cursor, ok ? error : NULL) && ok;
}

/* The one answer whose hash begins so.                                     */
static RawAnswer *
find_head (Store *store, const View *view, const char *hash_prefix,
           guint64 *ret_size, GError **error)
{
  g_autoptr (GByteArray) prefix = raw_key ('h', hash_prefix);
  RawAnswer *answer = NULL;
  gboolean ok = TRUE, is_only = TRUE;
  Cursor cursor;

  cursor_open (&cursor, view, FAMILY_RAW, prefix->data, prefix->len);
  if (cursor.ok) {
    answer = unpack_head (store->path, &cursor, ret_size, error);
    ok = answer != NULL;
    cursor_next (&cursor);
    is_only = !cursor.ok;
  }
  if (!cursor_close (&cursor, ok ? error : NULL) || !ok) {
    raw_answer_free (answer);
    return NULL;
  }
  if (answer != NULL && is_only)
    return answer;
  g_set_error (error, CORE_ERROR, CORE_ERROR_STORE,
               "store %s has %s raw answer whose hash begins with %s; "
               "`mdcore raw list` names them", store->path,
               answer == NULL ? "no" : "more than one", hash_prefix);
  raw_answer_free (answer);
  return NULL;
}

static gboolean
load_body (const View *view, RawAnswer *answer, guint64 size, GError **error)
{
  g_autoptr (GByteArray) key = raw_key ('b', answer->hash);
  g_autoptr (GBytes) packed = NULL;
  g_autofree char *hash = NULL;

  if (!view_get (view, FAMILY_RAW, key->data, key->len, &packed, error))
    return FALSE;
  if (packed == NULL)
    return fail_damaged (error, view->db->path, "raw answer %s has no body",
                         answer->hash);
  answer->body = decompress (view->db->path, packed, size, error);
  if (answer->body == NULL)
    return FALSE;
  hash = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, answer->body);
  if (strlen (answer->hash) == HASH_CHARS && strcmp (hash, answer->hash) != 0)
    return fail_damaged (error, view->db->path,
                         "the body of raw answer %s has hash %s",
                         answer->hash, hash);
  return TRUE;
}

RawAnswer *
store_raw (Store *store, const char *hash_prefix, GError **error)
{
  View view = store_view (store);
  guint64 size;
  RawAnswer *answer = find_head (store, &view, hash_prefix, &size, error);

  if (answer == NULL || load_body (&view, answer, size, error))
    return answer;
  raw_answer_free (answer);
  return NULL;
}
