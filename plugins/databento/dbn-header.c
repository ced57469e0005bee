/* SPDX-License-Identifier: Apache-2.0
 *
 * dbn-header.c - the metadata at the head of a DBN stream.
 *
 * With all symbols of a large dataset the lists take hundreds of megabytes,
 * so they are handed to the caller as they pass by and never kept here.
 * Nothing is believed before the bytes are there: a count is bounded by the
 * announced length, and the length by what the stream really holds.
 */
#include "dbn.h"

#include <stdio.h>
#include <string.h>

#define FIXED 100u /* of every version                                       */

struct parse {
  struct dbn_reader *reader;
  const struct dbn_names *names;
  struct dbn_header *header;
  size_t left;       /* of the announced length                              */
  struct md_error *err;
};

static const char *const lists[] = { "symbols", "partial", "not_found" };

static int
take (struct parse *parse, size_t n, const char *what,
      const unsigned char **ret_bytes)
{
  if (n > parse->left)
    return dbn_fail (parse->err, MD_ERR_PROTOCOL,
                     "DBN metadata is too short for its %s: %zu of %zu bytes "
                     "are left", what, parse->left, n);
  parse->left -= n;
  return dbn_reader_take (parse->reader, n, what, ret_bytes, parse->err);
}

static int
take_u32 (struct parse *parse, const char *what, uint32_t *ret_value)
{
  const unsigned char *p;
  int klass = take (parse, 4, what, &p);

  if (klass == MD_OK)
    *ret_value = dbn_u32 (p);
  return klass;
}

/* A count of things of at least `size` bytes each.                          */
static int
take_count (struct parse *parse, const char *what, size_t size,
            uint32_t *ret_n)
{
  int klass = take_u32 (parse, what, ret_n);

  if (klass == MD_OK && *ret_n > parse->left / size)
    return dbn_fail (parse->err, MD_ERR_PROTOCOL,
                     "DBN metadata announces %u %s, but only %zu bytes are "
                     "left for them", *ret_n, what, parse->left);
  return klass;
}

static int
take_symbol (struct parse *parse, const char *what, struct md_text *ret_text)
{
  const unsigned char *p;
  int klass = take (parse, parse->header->symbol_len, what, &p);

  if (klass == MD_OK)
    *ret_text = dbn_text (p, parse->header->symbol_len);
  return klass;
}

static int
read_list (struct parse *parse, enum dbn_list list)
{
  uint32_t n;
  int klass = take_count (parse, lists[list], parse->header->symbol_len, &n);

  for (; klass == MD_OK && n > 0; n--) {
    struct md_text name;

    klass = take_symbol (parse, lists[list], &name);
    if (klass == MD_OK && parse->names->name != NULL)
      klass = parse->names->name (parse->names->ctx, list, name, parse->err);
  }
  return klass;
}

static int
read_interval (struct parse *parse)
{
  uint32_t from = 0, to = 0;
  struct md_text output;
  int klass = take_u32 (parse, "mappings", &from);

  if (klass == MD_OK)
    klass = take_u32 (parse, "mappings", &to);
  if (klass == MD_OK)
    klass = take_symbol (parse, "mappings", &output);
  if (klass == MD_OK && parse->names->interval != NULL)
    klass = parse->names->interval (parse->names->ctx, from, to, output,
                                    parse->err);
  return klass;
}

static int
read_mapping (struct parse *parse)
{
  struct md_text input;
  uint32_t n;
  int klass = take_symbol (parse, "mappings", &input);

  /* The text is handed on before the count is read, which may move it.       */
  if (klass == MD_OK && parse->names->mapping != NULL)
    klass = parse->names->mapping (parse->names->ctx, input, parse->err);
  if (klass == MD_OK)
    klass = take_count (parse, "intervals of a mapping",
                        8 + parse->header->symbol_len, &n);
  for (; klass == MD_OK && n > 0; n--)
    klass = read_interval (parse);
  return klass;
}

static int
read_lists (struct parse *parse)
{
  uint32_t n;
  int klass = MD_OK;

  for (unsigned list = 0; klass == MD_OK && list < DBN_N_LISTS; list++)
    klass = read_list (parse, (enum dbn_list) list);
  if (klass == MD_OK)
    klass = take_count (parse, "mappings", parse->header->symbol_len + 4, &n);
  for (; klass == MD_OK && n > 0; n--)
    klass = read_mapping (parse);
  return klass;
}

/* p: the fixed part.  Version 1 has a record count before the types.        */
static int
read_fixed (struct parse *parse, const unsigned char *p)
{
  struct dbn_header *header = parse->header;
  const unsigned char *types = p + (header->version == 1 ? 50 : 42);

  if (memchr (p, 0, 16) == NULL)
    return dbn_fail (parse->err, MD_ERR_PROTOCOL,
                     "DBN metadata: the dataset name has no end");
  snprintf (header->dataset, sizeof header->dataset, "%s", (const char *) p);
  header->schema = dbn_u16 (p + 16);
  header->start = dbn_u64 (p + 18);
  header->end = dbn_u64 (p + 26);
  header->limit = dbn_u64 (p + 34);
  header->stype_in = types[0];
  header->stype_out = types[1];
  header->ts_out = types[2] != 0;
  header->symbol_len = header->version == 1 ? 22 : dbn_u16 (types + 3);
  if (header->symbol_len == 0)
    return dbn_fail (parse->err, MD_ERR_PROTOCOL,
                     "DBN metadata: symbols of 0 bytes");
  return MD_OK;
}

static int
read_prelude (struct parse *parse)
{
  const unsigned char *p;
  int klass = dbn_reader_take (parse->reader, 1, "its first byte", &p,
                               parse->err);

  if (klass != MD_OK && parse->reader->ended)
    return dbn_fail (parse->err, MD_ERR_PROTOCOL,
                     "empty input where a DBN stream was expected");
  if (klass != MD_OK)
    return klass;
  parse->reader->at--;
  klass = dbn_reader_take (parse->reader, 4, "the prelude", &p, parse->err);
  if (klass != MD_OK)
    return klass;
  if (p[0] >> 4 == 5 && p[1] == 0x2a && p[2] == 0x4d && p[3] == 0x18)
    return dbn_fail (parse->err, MD_ERR_PROTOCOL,
                     "legacy DBZ encoding, which came before DBN; convert the "
                     "file with the vendor's dbn tool");
  if (memcmp (p, "DBN", 3) != 0)
    return dbn_fail (parse->err, MD_ERR_PROTOCOL,
                     "not DBN: the stream begins with bytes %02x %02x %02x "
                     "%02x", p[0], p[1], p[2], p[3]);
  if (p[3] < 1 || p[3] > 3)
    return dbn_fail (parse->err, MD_ERR_PROTOCOL,
                     "DBN version %u is not supported (1 to 3 are)", p[3]);
  parse->header->version = p[3];
  return MD_OK;
}

static int
skip_rest (struct parse *parse)
{
  int klass = MD_OK;

  while (klass == MD_OK && parse->left > 0) {
    const unsigned char *p;

    klass = take (parse, parse->left < 4096 ? parse->left : 4096, "padding",
                  &p);
  }
  return klass;
}

static int
read_metadata (struct parse *parse)
{
  const unsigned char *p;
  int klass = dbn_reader_take (parse->reader, 4, "the metadata's length", &p,
                               parse->err);

  if (klass != MD_OK)
    return klass;
  parse->left = dbn_u32 (p);
  if (parse->left < FIXED)
    return dbn_fail (parse->err, MD_ERR_PROTOCOL,
                     "DBN metadata of %zu bytes, below the %u of its fixed "
                     "part", parse->left, FIXED);
  klass = take (parse, FIXED, "the metadata", &p);
  if (klass == MD_OK)
    klass = read_fixed (parse, p);
  return klass;
}

int
dbn_read_header (struct dbn_reader *reader, const struct dbn_names *names,
                 struct dbn_header *ret_header, struct md_error *err)
{
  struct parse parse = { reader, names, ret_header, 0, err };
  uint32_t schema_definition;
  int klass;

  memset (ret_header, 0, sizeof *ret_header);
  klass = read_prelude (&parse);
  if (klass == MD_OK)
    klass = read_metadata (&parse);
  if (klass == MD_OK && names->header != NULL)
    klass = names->header (names->ctx, ret_header, err);
  if (klass == MD_OK)
    klass = take_u32 (&parse, "schema definition", &schema_definition);
  if (klass == MD_OK && schema_definition != 0)
    return dbn_fail (err, MD_ERR_PROTOCOL,
                     "DBN metadata holds a schema definition of %u bytes, "
                     "which no version describes", schema_definition);
  if (klass == MD_OK)
    klass = read_lists (&parse);
  if (klass == MD_OK)
    klass = skip_rest (&parse);
  if (klass != MD_OK)
    return klass;
  reader->version = ret_header->version;
  reader->ts_out = ret_header->ts_out;
  dbn_words (reader->words, reader->version, reader->ts_out);
  return MD_OK;
}
