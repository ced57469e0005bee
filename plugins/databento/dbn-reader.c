/* SPDX-License-Identifier: Apache-2.0
 *
 * dbn-reader.c - records out of a stream of bytes that may be cut anywhere.
 *
 * Records stay where the bytes were pulled to; only one that crosses two
 * pieces is moved to the front.  Every way in which a stream can end but at a
 * record's end is an error that says how many bytes were there.
 */
#include "dbn.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* NULs behind the bytes: dbn_next reads two bytes without asking whether they
 * are there.                                                                */
#define SLACK 8u
#define TAKE_MAX 65536u

int
dbn_reader_open (struct dbn_reader *reader, size_t piece, dbn_pull_fn pull,
                 void *ctx, struct md_error *err)
{
  memset (reader, 0, sizeof *reader);
  reader->error.struct_size = sizeof reader->error;
  if (piece < TAKE_MAX)
    piece = TAKE_MAX;
  reader->size = piece + DBN_RECORD_MAX;
  reader->buf = malloc (reader->size + SLACK);
  if (reader->buf == NULL)
    return dbn_fail (err, MD_ERR_INTERNAL, "out of memory (%zu bytes)",
                     reader->size);
  memset (reader->buf, 0, SLACK);
  reader->at = reader->end = reader->buf;
  reader->pull = pull;
  reader->ctx = ctx;
  return MD_OK;
}

void
dbn_reader_close (struct dbn_reader *reader)
{
  free (reader->buf);
  reader->buf = NULL;
}

void
dbn_reader_fragment (struct dbn_reader *reader, unsigned version)
{
  reader->version = version;
  reader->ts_out = false;
  dbn_words (reader->words, version, false);
}

uint64_t
dbn_reader_offset (const struct dbn_reader *reader)
{
  return reader->base + (uint64_t) (reader->at - reader->buf);
}

/* Pulls once behind the unread bytes, which move to the front.              */
static int
fill (struct dbn_reader *reader)
{
  size_t left = (size_t) (reader->end - reader->at), got = 0;
  unsigned char *tail = reader->buf + left;
  int klass;

  reader->base = dbn_reader_offset (reader);
  memmove (reader->buf, reader->at, left);
  klass = reader->pull (reader->ctx, tail, reader->size - left, &got,
                        &reader->error);
  if (klass != MD_OK) {
    reader->error.klass = klass;
    got = 0;
  }
  else if (got == 0)
    reader->ended = true;
  reader->at = reader->buf;
  reader->end = tail + got;
  memset (tail + got, 0, SLACK);
  return klass;
}

int
dbn_reader_take (struct dbn_reader *reader, size_t n, const char *what,
                 const unsigned char **ret_bytes, struct md_error *err)
{
  while ((size_t) (reader->end - reader->at) < n) {
    if (reader->error.klass == MD_OK && !reader->ended)
      fill (reader);
    if (reader->error.klass != MD_OK) {
      *err = reader->error;
      return err->klass;
    }
    if (reader->ended && (size_t) (reader->end - reader->at) < n)
      return dbn_fail (err, MD_ERR_PROTOCOL,
                       "DBN stream ends after %" PRIu64 " bytes, inside %s: "
                       "%zu of %zu bytes",
                       reader->base + (uint64_t) (reader->end - reader->buf),
                       what, (size_t) (reader->end - reader->at), n);
  }
  *ret_bytes = reader->at;
  reader->at += n;
  return MD_OK;
}

static const unsigned char *
malformed (struct dbn_reader *reader)
{
  unsigned size = 4u * reader->at[0], rtype = reader->at[1];
  uint64_t offset = dbn_reader_offset (reader);
  const struct dbn_layout *layout = dbn_layout (rtype, reader->version);

  if (size < 16)
    dbn_fail (&reader->error, MD_ERR_PROTOCOL,
              "DBN record at byte %" PRIu64 " says that it is %u bytes long, "
              "below the 16 of its header", offset, size);
  else
    dbn_fail (&reader->error, MD_ERR_PROTOCOL,
              "DBN record at byte %" PRIu64 " is %u bytes long, but a %s "
              "record (type %u, version %u%s) has %u", offset, size,
              layout != NULL ? layout->name : "known", rtype, reader->version,
              reader->ts_out ? ", with ts_out" : "",
              4u * reader->words[rtype]);
  return NULL;
}

static const unsigned char *
cut_short (struct dbn_reader *reader, size_t left)
{
  if (left == 1)
    dbn_fail (&reader->error, MD_ERR_PROTOCOL,
              "DBN stream ends inside the record at byte %" PRIu64
              ": 1 byte of it came", dbn_reader_offset (reader));
  else
    dbn_fail (&reader->error, MD_ERR_PROTOCOL,
              "DBN stream ends inside the record at byte %" PRIu64
              ": %zu bytes of a %u-byte record came",
              dbn_reader_offset (reader), left, 4u * reader->at[0]);
  return NULL;
}

const unsigned char *
dbn_next_slow (struct dbn_reader *reader)
{
  while (reader->error.klass == MD_OK) {
    const unsigned char *record = reader->at;
    size_t left = (size_t) (reader->end - record);

    if (left >= 2 && record[0] < reader->words[record[1]])
      return malformed (reader);
    if (left >= 2 && 4u * record[0] <= left) {
      reader->at = record + 4u * record[0];
      return record;
    }
    if (reader->ended)
      return left == 0 ? NULL : cut_short (reader, left);
    fill (reader);
  }
  return NULL;
}

int
dbn_reader_end (const struct dbn_reader *reader, struct md_error *err)
{
  if (reader->error.klass != MD_OK) {
    *err = reader->error;
    return err->klass;
  }
  if (!reader->ended || reader->at != reader->end)
    return dbn_fail (err, MD_ERR_INTERNAL,
                     "DBN stream was not read to its end");
  return MD_OK;
}
