/* SPDX-License-Identifier: Apache-2.0
 *
 * stream.c - one DBN stream, from the service or a file, into rows.
 */
#include "databento.h"

#include <support/time.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the fetch --------------------------------------------------------- */

int
feed_init (struct feed *feed, const struct session *session,
           struct md_call *call, const struct md_request *request,
           struct md_error *err)
{
  int klass;

  memset (feed, 0, sizeof *feed);
  feed->session = session;
  feed->host = session->host;
  feed->call = call;
  feed->request = request;
  feed->schema = schema_by_name (request->schema);
  if (feed->schema == NULL)
    return dbn_fail (err, MD_ERR_CONFIG, "databento: no schema \"%s\"",
                     request->schema);
  feed->row_size = feed->schema->row_size != 0 ? feed->schema->row_size
                                               : definition_row_size;
  feed->rows = calloc (BATCH_ROWS, feed->row_size);
  feed->known = calloc (request->n_symbols + 1, 1);
  if (feed->rows == NULL || feed->known == NULL)
    return dbn_fail (err, MD_ERR_INTERNAL, "out of memory");
  klass = asked_init (&feed->asked, request, err);
  if (klass == MD_OK)
    klass = names_init (&feed->names, feed->host, call, err);
  return klass;
}

void
feed_free (struct feed *feed)
{
  free (feed->rows);
  free (feed->known);
  asked_free (&feed->asked);
  contracts_free (&feed->contracts);
  names_free (&feed->names);
}

/* ---- opening ----------------------------------------------------------- */

/* Errors of the decoder and the transport do not know the stream's name.    */
static int
in_stream (const struct stream *stream, int klass, struct md_error *err)
{
  char said[sizeof err->message];

  if (klass == MD_OK || strncmp (err->message, "databento: ", 11) == 0)
    return klass;
  memcpy (said, err->message, sizeof said);
  snprintf (err->message, sizeof err->message, "databento: %s: %.400s",
            stream->name, said);
  return klass;
}

static int
pull (void *ctx, void *buf, size_t size, size_t *ret_len, struct md_error *err)
{
  const struct feed *feed = ctx;

  return feed->host->read (feed->call, buf, size, ret_len, err);
}

/* A fragment says nothing of itself; what it holds must be known.           */
static int
open_fragment (struct stream *stream)
{
  const struct feed *feed = stream->feed;

  dbn_reader_fragment (&stream->reader, stream->fragment);
  stream->header.version = stream->fragment;
  stream->header.schema = feed->schema->code;
  stream->header.stype_in = DBN_NO_STYPE;
  stream->from = feed->request->from;
  stream->to = feed->request->to;
  return MD_OK;
}

int
stream_open (struct stream *stream, struct md_error *err)
{
  struct feed *feed = stream->feed;
  int klass = dbn_reader_open (&stream->reader, DBN_PIECE, pull, feed, err);

  if (klass == MD_OK)
    klass = symbols_init (&stream->symbols, &feed->asked, &feed->contracts,
                          err);
  stream->claim.marks = calloc (feed->request->n_symbols + 1, 1);
  if (klass == MD_OK && stream->claim.marks == NULL)
    klass = dbn_fail (err, MD_ERR_INTERNAL, "out of memory");
  if (klass == MD_OK)
    klass = stream->fragment != 0 ? open_fragment (stream)
                                  : metadata_read (stream, err);
  if (klass != MD_OK || stream->skipped[0] != '\0')
    return in_stream (stream, klass, err);
  dbn_upgrader_init (&stream->upgrader, stream->reader.version,
                     stream->reader.ts_out);
  cover_start (stream);
  return MD_OK;
}

void
stream_close (struct stream *stream)
{
  dbn_reader_close (&stream->reader);
  symbols_free (&stream->symbols);
  free (stream->claim.marks);
  stream->claim.marks = NULL;
}

/* ---- names of rows ----------------------------------------------------- */

/* In [span->from, span->to) the selector stood for this instrument; said
 * once, when its first row comes.                                           */
static int
tell_mapping (struct stream *stream, const struct span *span,
              uint32_t selector, const char *instrument, struct md_error *err)
{
  const struct feed *feed = stream->feed;
  md_time from = span->from, to = span->to;

  if (from < feed->request->from)
    from = feed->request->from;
  if (to > feed->request->to)
    to = feed->request->to;
  if (from >= to)
    return MD_OK;
  return feed->host->mapping (feed->call, selector, instrument, from, to, err);
}

/* First row of a parent's or the market's instrument.                       */
static int
name_instrument (struct stream *stream, struct span *span,
                 struct md_error *err)
{
  const char *text = stream->symbols.heap.text + span->text;
  const struct feed *feed = stream->feed;
  int klass = feed->host->intern (feed->call, text, strlen (text),
                                  &span->symbol, err);

  if (klass == MD_OK && stream->claim.only != MD_ABSENT_NAME)
    klass = tell_mapping (stream, span, stream->claim.only, text, err);
  return klass;
}

/* First row of a continuous symbol with this contract.                      */
static int
name_contract (struct stream *stream, struct span *span, uint32_t id,
               struct md_error *err)
{
  const struct feed *feed = stream->feed;
  char number[16];
  const char *text = number;
  int klass;

  if (span->contract_text != NO_SPAN)
    text = feed->contracts.heap.text + span->contract_text;
  else
    snprintf (number, sizeof number, "%" PRIu32, id);
  klass = feed->host->intern (feed->call, text, strlen (text), &span->contract,
                              err);
  if (klass == MD_OK)
    klass = tell_mapping (stream, span, span->symbol, text, err);
  return klass;
}

static int
unmapped (const struct stream *stream, uint32_t id, md_time ts,
          struct md_error *err)
{
  char date[48];

  md_time_format (ts, date);
  date[10] = '\0';
  if (stream->fragment != 0)
    return dbn_fail (err, MD_ERR_CONFIG,
                     "databento: %s is a fragment, which holds no symbols; "
                     "its instrument %" PRIu32 " can only be had with "
                     "`symbol_kind = id`", stream->name, id);
  return dbn_fail (err, MD_ERR_PROTOCOL,
                   "databento: %s: no symbol is mapped to instrument %" PRIu32
                   " on %s", stream->name, id, date);
}

/* A row's own id is its symbol.                                             */
static int
map_id (struct stream *stream, uint32_t id, uint32_t *ret_span,
        struct md_error *err)
{
  char number[16];
  int n = snprintf (number, sizeof number, "%" PRIu32, id);
  int klass = symbols_add (&stream->symbols, id, INT64_MIN, INT64_MAX,
                           (struct md_text) { number, (size_t) n }, err);

  *ret_span = symbols_find (&stream->symbols, id, 0);
  metadata_mark (stream, (struct md_text) { NULL, 0 }, id);
  return klass;
}

static int
find_span (struct stream *stream, const unsigned char *record, md_time ts,
           uint32_t *ret_span, struct md_error *err)
{
  uint32_t id = dbn_u32 (record + 4);

  *ret_span = symbols_find (&stream->symbols, id, ts);
  if (*ret_span != NO_SPAN)
    return MD_OK;
  if (stream->feed->request->selector == MD_SELECT_ID)
    return map_id (stream, id, ret_span, err);
  return unmapped (stream, id, ts, err);
}

/* ---- one record -------------------------------------------------------- */

static int
reject (struct stream *stream, const unsigned char *record, uint32_t symbol,
        md_time ts, const char *reasons, struct md_error *err)
{
  const struct feed *feed = stream->feed;
  char line[DBN_JSON_MAX];
  struct md_rejected rejected = {
    sizeof rejected, symbol, ts, line, 0, reasons
  };

  rejected.raw_len = dbn_json (record, stream->reader.version,
                               stream->reader.ts_out, line, sizeof line);
  return feed->host->reject (feed->call, &rejected, err);
}

static int
name_span (struct stream *stream, struct span *span, uint32_t id,
           struct md_error *err)
{
  int klass = MD_OK;

  if (span->symbol == MD_ABSENT_NAME)
    klass = name_instrument (stream, span, err);
  if (klass == MD_OK && stream->symbols.contracts != NULL
      && span->contract == MD_ABSENT_NAME)
    klass = name_contract (stream, span, id, err);
  return klass;
}

static int
emit_row (struct stream *stream, const unsigned char *record, uint32_t i,
          md_time ts, struct md_error *err)
{
  struct feed *feed = stream->feed;
  struct span *span = &stream->symbols.spans[i];
  unsigned char upgraded[DBN_RECORD_MAX];
  struct md_head *row;
  const char *reasons;
  int klass = MD_OK;

  if (span->symbol == SYMBOL_OTHER && !stream->claim.is_file)
    return dbn_fail (err, MD_ERR_PROTOCOL,
                     "databento: the answer holds rows of instrument %" PRIu32
                     ", whose symbol was not asked for",
                     dbn_u32 (record + 4));
  if (span->symbol == SYMBOL_OTHER)
    return MD_OK;
  if (span->symbol == MD_ABSENT_NAME || stream->symbols.contracts != NULL)
    klass = name_span (stream, span, dbn_u32 (record + 4), err);
  if (klass == MD_OK && feed->n_rows == BATCH_ROWS)
    klass = cover_full (stream, ts, err);
  if (klass != MD_OK)
    return klass;
  row = (struct md_head *) (void *) (feed->rows
                                     + feed->n_rows * feed->row_size);
  reasons = feed->schema->map (&feed->names,
                               dbn_upgrade (&stream->upgrader, record,
                                            upgraded), row);
  if (reasons != NULL)
    return reject (stream, record, span->symbol, ts, reasons, err);
  row->symbol = span->symbol;
  row->contract = span->contract;
  feed->n_rows++;
  return MD_OK;
}

static int
went_back (const struct stream *stream, md_time ts, struct md_error *err)
{
  char at[48], covered[48];

  md_time_format (ts, at);
  md_time_format (stream->covered, covered);
  return dbn_fail (err, MD_ERR_PROTOCOL,
                   "databento: %s: a record of %s comes after those of %s; "
                   "streams are ordered by time", stream->name, at, covered);
}

/* False: the record lies outside what the stream can prove.                 */
static bool
in_range (const struct stream *stream, md_time ts)
{
  return !stream->claim.is_file || (ts >= stream->from && ts < stream->to);
}

static int
take_data (struct stream *stream, const unsigned char *record,
           struct md_error *err)
{
  uint64_t stored = dbn_u64 (record + stream->feed->schema->ts_offset);
  md_time ts = (md_time) stored;
  uint32_t span;
  int klass = MD_OK;

  if (stored > INT64_MAX)
    return reject (stream, record, MD_ABSENT_NAME, MD_ABSENT,
                   "missing:index time", err);
  if (!in_range (stream, ts)) {
    /* Ordered by time: nothing of the range can follow.                     */
    stream->passed = stream->bounded && ts >= stream->to;
    return MD_OK;
  }
  if (ts < stream->covered && stream->bounded && ts >= stream->from)
    return went_back (stream, ts, err);
  if (ts >= stream->next_cut)
    klass = cover_boundary (stream, ts, err);
  stream->since += 4u * record[0];
  if (klass == MD_OK)
    klass = find_span (stream, record, ts, &span, err);
  if (klass == MD_OK)
    klass = emit_row (stream, record, span, ts, err);
  if (stream->symbols.last_span != NO_SPAN)
    return klass;
  /* Rare: several symbols of the request are this instrument.               */
  while (klass == MD_OK
         && (span = symbols_also (&stream->symbols, span, ts)) != NO_SPAN)
    klass = emit_row (stream, record, span, ts, err);
  return klass;
}

/* ---- other records of recorded sessions -------------------------------- */

/* Continuous symbols want the alias, all others the instrument's own name; a
 * session that was subscribed by id gives the id as the second symbol.      */
static int
take_mapping (struct stream *stream, const unsigned char *record,
              struct md_error *err)
{
  unsigned char upgraded[DBN_RECORD_MAX];
  const unsigned char *v3 = dbn_upgrade (&stream->upgrader, record, upgraded);
  struct md_text in = dbn_text (v3 + 17, 71), out = dbn_text (v3 + 89, 71);
  uint32_t id = dbn_u32 (record + 4), number;
  uint64_t start = dbn_u64 (v3 + 160);
  bool alias = stream->feed->request->selector == MD_SELECT_CONTINUOUS
               || (symbols_id (out, &number) && number == id);

  if (stream->feed->request->selector == MD_SELECT_ID)
    return MD_OK;
  metadata_mark (stream, alias ? in : out, id);
  return symbols_rename (&stream->symbols, id,
                         start > INT64_MAX ? INT64_MIN : (md_time) start,
                         alias ? in : out, err);
}

static int
take_message (struct stream *stream, const unsigned char *record)
{
  const struct feed *feed = stream->feed;
  const struct dbn_layout *layout = dbn_layout (record[1],
                                                stream->reader.version);
  struct md_text text = dbn_text (record + layout->fields[0].offset,
                                  layout->fields[0].size);
  char line[512];

  snprintf (line, sizeof line, "databento: %s: %s: %.*s", stream->name,
            layout->name, (int) text.len, text.ptr);
  feed->host->log (feed->call, record[1] == DBN_RTYPE_ERROR ? MD_LOG_WARNING
                                                            : MD_LOG_DEBUG,
                   line);
  return MD_OK;
}

/* A definition names its instrument itself, which is all that a fragment of
 * them has.                                                                 */
static int
take_own_name (struct stream *stream, const unsigned char *record,
               struct md_error *err)
{
  const struct dbn_field *field
    = dbn_field (dbn_layout (DBN_RTYPE_DEFINITION, stream->fragment),
                 "raw_symbol");
  struct md_text name = dbn_text (record + field->offset, field->size);
  uint64_t ts = dbn_u64 (record + 16);

  if (ts > INT64_MAX || stream->feed->request->selector == MD_SELECT_ID)
    return MD_OK;
  metadata_mark (stream, name, 0);
  return symbols_rename (&stream->symbols, dbn_u32 (record + 4), (md_time) ts,
                         name, err);
}

static int
take_other (struct stream *stream, const unsigned char *record,
            struct md_error *err)
{
  unsigned rtype = record[1];
  const struct dbn_layout *layout = dbn_layout (rtype, stream->reader.version);

  if (layout == NULL) {
    stream->strangers++;
    return MD_OK;
  }
  if (rtype == DBN_RTYPE_MAPPING)
    return take_mapping (stream, record, err);
  if (rtype == DBN_RTYPE_ERROR || rtype == DBN_RTYPE_SYSTEM)
    return take_message (stream, record);
  if (stream->header.schema == DBN_MIXED)
    return MD_OK;
  return dbn_fail (err, MD_ERR_PROTOCOL,
                   "databento: %s: a record of type %u (%s) among %s",
                   stream->name, rtype, layout->name,
                   stream->feed->schema->name);
}

/* ---- the stream -------------------------------------------------------- */

static int
take (struct stream *stream, const unsigned char *record, struct md_error *err)
{
  int klass = MD_OK;

  stream->records++;
  if (record[1] != stream->feed->schema->rtype)
    return take_other (stream, record, err);
  if (stream->fragment != 0 && record[1] == DBN_RTYPE_DEFINITION)
    klass = take_own_name (stream, record, err);
  return klass == MD_OK ? take_data (stream, record, err) : klass;
}

static void
tell_strangers (const struct stream *stream)
{
  const struct feed *feed = stream->feed;
  char line[300];

  if (stream->strangers == 0)
    return;
  snprintf (line, sizeof line, "databento: %s: %" PRIu64 " records of types "
            "that this version does not know were passed over", stream->name,
            stream->strangers);
  feed->host->log (feed->call, MD_LOG_WARNING, line);
}

/* A stream that was asked for with a limit and reached it may lack records,
 * also some of the last one's time.                                         */
static int
finish (struct stream *stream, md_time last, struct md_error *err)
{
  bool limited = stream->header.limit != 0
                 && stream->records >= stream->header.limit;

  tell_strangers (stream);
  if (limited && last < stream->to)
    stream->to = last;
  return cover_to (stream, stream->to, err);
}

/* Only its records tell what a stream with a limit holds.                   */
int
stream_measure (struct stream *stream, struct md_error *err)
{
  const struct schema *schema = stream->feed->schema;
  const unsigned char *record;
  md_time last = stream->from;
  uint64_t records = 0;
  int klass;

  if (stream->header.limit == 0)
    return MD_OK;
  for (; (record = dbn_next (&stream->reader)) != NULL; records++) {
    if (record[1] == schema->rtype)
      last = map_time (record + schema->ts_offset);
  }
  klass = dbn_reader_end (&stream->reader, err);
  if (records >= stream->header.limit && last < stream->to)
    stream->to = last;
  return in_stream (stream, klass, err);
}

int
stream_run (struct stream *stream, struct md_error *err)
{
  unsigned ts_offset = stream->feed->schema->ts_offset;
  const unsigned char *record;
  md_time last = stream->from;
  int klass = MD_OK;

  while (klass == MD_OK && !stream->passed
         && (record = dbn_next (&stream->reader)) != NULL) {
    klass = take (stream, record, err);
    if (record[1] == stream->feed->schema->rtype)
      last = map_time (record + ts_offset);
  }
  if (klass == MD_OK && !stream->passed)
    klass = dbn_reader_end (&stream->reader, err);
  if (klass == MD_OK)
    klass = finish (stream, last, err);
  return in_stream (stream, klass, err);
}
