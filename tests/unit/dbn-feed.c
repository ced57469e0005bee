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

static void
build_list (GByteArray *bytes, const char *const *texts, gsize size)
{
  guint n = texts != NULL ? g_strv_length ((char **) texts) : 0;

  build_put (bytes, n, 4);
  for (guint i = 0; i < n; i++)
    build_text (bytes, texts[i], size);
}

/* Lines of one input follow each other and become one mapping.             */
static void
build_mappings (GByteArray *bytes, const char *const *lines, gsize size)
{
  guint n_inputs = 0;
  gsize at = bytes->len, count = 0;
  g_autofree char *last = NULL;

  build_put (bytes, 0, 4);
  for (; lines != NULL && *lines != NULL; lines++) {
    g_auto (GStrv) parts = g_strsplit (*lines, " ", 4);

    if (g_strcmp0 (last, parts[0]) != 0) {
      build_text (bytes, parts[0], size);
      count = bytes->len;
      build_put (bytes, 0, 4);
      n_inputs++;
      g_free (last);
      last = g_strdup (parts[0]);
    }
    bytes->data[count]++;
    build_put (bytes, g_ascii_strtoull (parts[1], NULL, 10), 4);
    build_put (bytes, g_ascii_strtoull (parts[2], NULL, 10), 4);
    build_text (bytes, parts[3], size);
  }
  n_inputs = GUINT32_TO_LE (n_inputs);
  memcpy (bytes->data + at, &n_inputs, 4);
}

static void
build_fixed (GByteArray *bytes, const Metadata *m, guint version)
{
  build_text (bytes, m->dataset != NULL ? m->dataset : "GLBX.MDP3", 16);
  build_put (bytes, m->schema, 2);
  build_put (bytes, m->start != 0 ? m->start : JAN_1, 8);
  build_put (bytes, m->end != 0 ? m->end : FEB_1, 8);
  build_put (bytes, m->limit, 8);
  if (version == 1)
    build_put (bytes, G_MAXUINT64, 8);
  build_put (bytes, m->stype_in == STYPE_ID ? DBN_INSTRUMENT_ID
                    : m->stype_in == 0      ? DBN_RAW_SYMBOL
                                            : m->stype_in, 1);
  build_put (bytes, m->stype_out, 1);
  build_put (bytes, m->ts_out, 1);
  if (version > 1)
    build_put (bytes, 71, 2);
  build_zeros (bytes, 108 - bytes->len);
}

GByteArray *
build_metadata (const Metadata *metadata)
{
  GByteArray *bytes = g_byte_array_new ();
  guint version = metadata->version != 0 ? metadata->version : 3;
  gsize size = version == 1 ? 22 : 71;
  guint32 length;

  build_text (bytes, "DBN", 3);
  build_put (bytes, version, 1);
  build_put (bytes, 0, 4);
  build_fixed (bytes, metadata, version);
  build_put (bytes, 0, 4);
  build_list (bytes, metadata->symbols, size);
  build_list (bytes, metadata->partial, size);
  build_list (bytes, metadata->not_found, size);
  build_mappings (bytes, metadata->mappings, size);
  if (version > 2)
    build_zeros (bytes, (8 - bytes->len % 8) % 8);
  length = GUINT32_TO_LE (bytes->len - 8);
  memcpy (bytes->data + 4, &length, 4);
  return bytes;
}

GByteArray *
build_header (guint version, guint schema, gboolean ts_out,
              const char *const *symbols)
{
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; symbols[i] != NULL; i++)
    g_ptr_array_add (lines, g_strdup_printf ("%s 20240101 20240201 %u",
                                             symbols[i], i + 1));
  g_ptr_array_add (lines, NULL);
  return build_metadata (&(Metadata) {
    .version = version, .schema = schema, .ts_out = ts_out,
    .symbols = symbols, .mappings = (const char *const *) lines->pdata });
}

gsize
build_record (GByteArray *bytes, guint version, guint rtype, gboolean ts_out,
              guint32 instrument, guint64 ts)
{
  const struct dbn_layout *layout = dbn_layout (rtype, version);
  gsize at = bytes->len, size = layout->size + (ts_out ? 8 : 0);

  build_put (bytes, size / 4, 1);
  build_put (bytes, rtype, 1);
  build_put (bytes, 1, 2);
  build_put (bytes, instrument, 4);
  build_put (bytes, ts, 8);
  build_zeros (bytes, size - 16);
  if (dbn_field (layout, "ts_recv") != NULL)
    build_set (bytes, at, version, "ts_recv", ts);
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

void
build_set_text (GByteArray *bytes, gsize record, guint version,
                const char *field, const char *text)
{
  guint8 *p = bytes->data + record;
  const struct dbn_field *f = dbn_field (dbn_layout (p[1], version), field);

  g_assert_nonnull (f);
  g_assert_cmpuint (strlen (text), <=, f->size);
  memset (p + f->offset, 0, f->size);
  memcpy (p + f->offset, text, strlen (text));
}
