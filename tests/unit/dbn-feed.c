/* SPDX-License-Identifier: Apache-2.0
 *
 * dbn-feed.c - bytes for the DBN decoder in tests.
 */
#include "dbn-feed.h"

#include <string.h>
#include <zstd.h>

int
feed_pull (void *ctx, void *buf, size_t size, size_t *ret_len,
           struct md_error *err)
{
  Feed *feed = ctx;
  gsize n = MIN (size, feed->len - feed->at);

  feed->pulls++;
  if (feed->step > 0)
    n = MIN (n, feed->step);
  if (n == 0 && feed->broken)
    return dbn_fail (err, MD_ERR_PROTOCOL, "the zstd frame has no end");
  if (n > 0)
    memcpy (buf, feed->bytes + feed->at, n);
  feed->at += n;
  *ret_len = n;
  return MD_OK;
}

GByteArray *
feed_unzstd (const guint8 *bytes, gsize len, gboolean *ret_broken)
{
  GByteArray *out = g_byte_array_new ();
  ZSTD_inBuffer in = { bytes, len, 0 };
  ZSTD_DStream *zstd = NULL;
  size_t left = 0;

  *ret_broken = FALSE;
  if (len < 4 || memcmp (bytes, "\x28\xb5\x2f\xfd", 4) != 0) {
    g_byte_array_append (out, bytes, len);
    return out;
  }
  zstd = ZSTD_createDStream ();
  while (in.pos < in.size) {
    guint8 piece[65536];
    ZSTD_outBuffer to = { piece, sizeof piece, 0 };

    left = ZSTD_decompressStream (zstd, &to, &in);
    if (ZSTD_isError (left))
      break;
    g_byte_array_append (out, piece, to.pos);
  }
  ZSTD_freeDStream (zstd);
  *ret_broken = left != 0;
  return out;
}

/* ---- decoding to text ----------------------------------------------- */

static void
quote (GString *out, struct md_text text)
{
  g_string_append_printf (out, "\"%.*s\"", (int) text.len, text.ptr);
}

static void
comma (GString *out)
{
  char last = out->str[out->len - 1];

  if (last != '[' && last != '{')
    g_string_append_c (out, ',');
}

typedef struct {
  GString *lists[DBN_N_LISTS], *mappings;
} Names;

static int
on_name (void *ctx, enum dbn_list list, struct md_text name,
         struct md_error *err)
{
  GString *out = ((Names *) ctx)->lists[list];

  comma (out);
  quote (out, name);
  return MD_OK;
}

static int
on_mapping (void *ctx, struct md_text input, struct md_error *err)
{
  GString *out = ((Names *) ctx)->mappings;

  if (out->len > 1)
    g_string_append (out, "]},");
  g_string_append (out, "{\"raw_symbol\":");
  quote (out, input);
  g_string_append (out, ",\"intervals\":[");
  return MD_OK;
}

static int
on_interval (void *ctx, uint32_t from, uint32_t to, struct md_text output,
             struct md_error *err)
{
  GString *out = ((Names *) ctx)->mappings;

  comma (out);
  g_string_append_printf (out, "{\"start_date\":%u,\"end_date\":%u,"
                          "\"symbol\":", from, to);
  quote (out, output);
  g_string_append_c (out, '}');
  return MD_OK;
}

static void
put_number (GString *out, const char *name, guint64 value)
{
  if (value > G_MAXINT64)
    g_string_append_printf (out, ",\"%s\":\"%" G_GUINT64_FORMAT "\"", name,
                            value);
  else
    g_string_append_printf (out, ",\"%s\":%" G_GUINT64_FORMAT, name, value);
}

static void
put_optional (GString *out, const char *name, guint value, guint none)
{
  if (value == none)
    g_string_append_printf (out, ",\"%s\":null", name);
  else
    g_string_append_printf (out, ",\"%s\":%u", name, value);
}

static GString *
meta_line (const struct dbn_header *header, const Names *names)
{
  static const char *const titles[] = { "symbols", "partial", "not_found" };
  GString *out = g_string_new ("{");

  g_string_append_printf (out, "\"version\":%u,\"dataset\":\"%s\"",
                          header->version, header->dataset);
  put_optional (out, "schema", header->schema, DBN_MIXED);
  put_number (out, "start", header->start);
  put_number (out, "end", header->end);
  put_number (out, "limit", header->limit);
  put_optional (out, "stype_in", header->stype_in, DBN_NO_STYPE);
  g_string_append_printf (out, ",\"stype_out\":%u,\"ts_out\":%d,"
                          "\"symbol_cstr_len\":%u", header->stype_out,
                          header->ts_out, header->symbol_len);
  for (guint i = 0; i < DBN_N_LISTS; i++)
    g_string_append_printf (out, ",\"%s\":%s]", titles[i],
                            names->lists[i]->str);
  g_string_append_printf (out, ",\"mappings\":%s%s]}", names->mappings->str,
                          names->mappings->len > 1 ? "]}" : "");
  return out;
}

static int
decode_header (struct dbn_reader *reader, Decoded *decoded)
{
  Names names;
  struct dbn_names visit = { &names, NULL, on_name, on_mapping, on_interval };
  struct dbn_header header;
  int klass;

  for (guint i = 0; i < DBN_N_LISTS; i++)
    names.lists[i] = g_string_new ("[");
  names.mappings = g_string_new ("[");
  klass = dbn_read_header (reader, &visit, &header, &decoded->err);
  if (klass == MD_OK)
    decoded->meta = meta_line (&header, &names);
  for (guint i = 0; i < DBN_N_LISTS; i++)
    g_string_free (names.lists[i], TRUE);
  g_string_free (names.mappings, TRUE);
  return klass;
}

static void
put_line (GString *out, const guint8 *record, guint version, gboolean ts_out)
{
  char line[DBN_JSON_MAX];
  gsize len = dbn_json (record, version, ts_out, line, sizeof line);

  g_assert_cmpuint (len, <, sizeof line - 1);
  g_string_append_len (out, line, len);
  g_string_append_c (out, '\n');
}

static void
decode_records (struct dbn_reader *reader, Decoded *decoded)
{
  struct dbn_upgrader upgrader;
  const guint8 *record;

  dbn_upgrader_init (&upgrader, reader->version, reader->ts_out);
  while ((record = dbn_next (reader)) != NULL) {
    guint8 out[DBN_RECORD_MAX];

    decoded->records++;
    put_line (decoded->lines, record, reader->version, reader->ts_out);
    put_line (decoded->upgraded, dbn_upgrade (&upgrader, record, out), 3,
              reader->ts_out);
  }
  decoded->klass = dbn_reader_end (reader, &decoded->err);
}

void
decode_feed (Feed *feed, guint fragment, Decoded *ret_decoded)
{
  struct dbn_reader reader;

  memset (ret_decoded, 0, sizeof *ret_decoded);
  ret_decoded->lines = g_string_new (NULL);
  ret_decoded->upgraded = g_string_new (NULL);
  g_assert_cmpint (dbn_reader_open (&reader, 1, feed_pull, feed,
                                    &ret_decoded->err), ==, MD_OK);
  if (fragment > 0)
    dbn_reader_fragment (&reader, fragment);
  else
    ret_decoded->klass = decode_header (&reader, ret_decoded);
  if (ret_decoded->klass == MD_OK)
    decode_records (&reader, ret_decoded);
  dbn_reader_close (&reader);
}

void
decoded_clear (Decoded *decoded)
{
  g_string_free (decoded->lines, TRUE);
  g_string_free (decoded->upgraded, TRUE);
  if (decoded->meta != NULL)
    g_string_free (decoded->meta, TRUE);
}

/* ---- building ------------------------------------------------------- */

void
build_put (GByteArray *bytes, guint64 value, gsize size)
{
  for (gsize i = 0; i < size; i++) {
    guint8 byte = value >> (8 * i);

    g_byte_array_append (bytes, &byte, 1);
  }
}

static void
build_zeros (GByteArray *bytes, gsize n)
{
  gsize at = bytes->len;

  g_byte_array_set_size (bytes, at + n);
  memset (bytes->data + at, 0, n);
}

static void
build_text (GByteArray *bytes, const char *text, gsize size)
{
  gsize at = bytes->len;

  build_zeros (bytes, size);
  memcpy (bytes->data + at, text, strlen (text));
}

/* Every symbol maps to instrument 1, 2, ... in January 2024.               */
GByteArray *
build_header (guint version, guint schema, gboolean ts_out,
              const char *const *symbols)
{
  GByteArray *bytes = g_byte_array_new ();
  guint n = g_strv_length ((char **) symbols);
  gsize symbol_len = version == 1 ? 22 : 71, fixed = 100;
  guint32 length;

  build_text (bytes, "DBN", 3);
  build_put (bytes, version, 1);
  build_put (bytes, 0, 4);
  build_text (bytes, "GLBX.MDP3", 16);
  build_put (bytes, schema, 2);
  build_put (bytes, G_GUINT64_CONSTANT (1704067200000000000), 8);
  build_put (bytes, G_GUINT64_CONSTANT (1706745600000000000), 8);
  build_put (bytes, 0, 8);
  if (version == 1)
    build_put (bytes, G_MAXUINT64, 8);
  build_put (bytes, DBN_RAW_SYMBOL, 1);
  build_put (bytes, DBN_INSTRUMENT_ID, 1);
  build_put (bytes, ts_out, 1);
  if (version > 1)
    build_put (bytes, symbol_len, 2);
  build_zeros (bytes, 8 + fixed - bytes->len);
  build_put (bytes, 0, 4);
  build_put (bytes, n, 4);
  for (guint i = 0; i < n; i++)
    build_text (bytes, symbols[i], symbol_len);
  build_put (bytes, 0, 8); /* partial, not_found                            */
  build_put (bytes, n, 4);
  for (guint i = 0; i < n; i++) {
    g_autofree char *id = g_strdup_printf ("%u", i + 1);

    build_text (bytes, symbols[i], symbol_len);
    build_put (bytes, 1, 4);
    build_put (bytes, 20240101, 4);
    build_put (bytes, 20240201, 4);
    build_text (bytes, id, symbol_len);
  }
  if (version > 2)
    build_zeros (bytes, (8 - bytes->len % 8) % 8);
  length = GUINT32_TO_LE (bytes->len - 8);
  memcpy (bytes->data + 4, &length, 4);
  return bytes;
}

gsize
build_record (GByteArray *bytes, guint version, guint rtype, gboolean ts_out,
              guint32 instrument, guint64 ts_event)
{
  gsize at = bytes->len, size = dbn_layout (rtype, version)->size
                                + (ts_out ? 8 : 0);

  build_put (bytes, size / 4, 1);
  build_put (bytes, rtype, 1);
  build_put (bytes, 1, 2);
  build_put (bytes, instrument, 4);
  build_put (bytes, ts_event, 8);
  build_zeros (bytes, size - 16);
  return at;
}

void
build_set (GByteArray *bytes, gsize record, guint version, const char *field,
           guint64 value)
{
  guint8 *p = bytes->data + record;
  const struct dbn_field *f = dbn_field (dbn_layout (p[1], version), field);

  g_assert_nonnull (f);
  for (gsize i = 0; i < f->size; i++)
    p[f->offset + i] = value >> (8 * i);
}
