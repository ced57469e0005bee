/* SPDX-License-Identifier: Apache-2.0
 *
 * metadata.c - what a stream says of itself, held against what was asked:
 * dataset, schema, range, symbols, and which instrument is which.
 */
#include "databento.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define SKIP (-1) /* ends the reading of a file's metadata, is no failure    */

int
metadata_skip (struct stream *stream, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  vsnprintf (stream->skipped, sizeof stream->skipped, format, args);
  va_end (args);
  return SKIP;
}

/* A file is passed over; an answer that is not what was asked is an error.  */
#define MISMATCH(stream, err, ...)                                           \
  ((stream)->claim.is_file                                                   \
     ? metadata_skip (stream, __VA_ARGS__)                                   \
     : dbn_fail (err, MD_ERR_PROTOCOL,                                       \
                 "databento: the answer " __VA_ARGS__))

/* ---- the fixed part ---------------------------------------------------- */

/* Selectors and the symbology types whose mappings name what they need.     */
static bool
speaks_of (const struct stream *stream)
{
  unsigned in = stream->header.stype_in, out = stream->header.stype_out;

  if (in == DBN_NO_STYPE)
    return true;
  switch (stream->feed->request->selector) {
  case MD_SELECT_ID:
    return in == DBN_INSTRUMENT_ID || stream->claim.is_file;
  case MD_SELECT_CONTINUOUS:
    return in == DBN_CONTINUOUS;
  case MD_SELECT_PARENT:
    return in == DBN_PARENT;
  default:
    return in == DBN_RAW_SYMBOL || (stream->claim.is_file
      && (in == DBN_PARENT
          || (in == DBN_INSTRUMENT_ID && out == DBN_RAW_SYMBOL)));
  }
}

static int
check_what (struct stream *stream, struct md_error *err)
{
  const struct dbn_header *header = &stream->header;
  const struct feed *feed = stream->feed;

  if (strcmp (header->dataset, feed->request->dataset) != 0)
    return MISMATCH (stream, err, "is of dataset %s, not %s", header->dataset,
                     feed->request->dataset);
  if (header->schema != feed->schema->code
      && (header->schema != DBN_MIXED || !stream->claim.is_file))
    return MISMATCH (stream, err, "holds %s, not %s",
                     dbn_schema_name (header->schema), feed->schema->name);
  if (!speaks_of (stream))
    return MISMATCH (stream, err, "was asked for by %s, which this "
                     "symbol_kind cannot use",
                     dbn_stype_name (header->stype_in));
  stream->claim.by_id = header->stype_in == DBN_INSTRUMENT_ID;
  stream->ids_are_inputs = header->stype_in == DBN_INSTRUMENT_ID
                           && header->stype_out == DBN_RAW_SYMBOL;
  return MD_OK;
}

/* The same record type serves mbp-1 and tbbo; only metadata tells them
 * apart.                                                                    */
static int
check_mixed (struct stream *stream)
{
  if (stream->header.schema == DBN_MIXED
      && strcmp (stream->feed->schema->name, "tbbo") == 0)
    return metadata_skip (stream, "is a live recording, in which tbbo cannot "
                          "be told from mbp-1");
  return MD_OK;
}

/* [start, end) of the metadata, within what was asked for.                  */
static int
check_range (struct stream *stream)
{
  const struct dbn_header *header = &stream->header;
  const struct md_request *request = stream->feed->request;

  stream->from = request->from;
  stream->to = request->to;
  stream->bounded = !stream->claim.is_file;
  if (header->schema == DBN_MIXED || header->start > INT64_MAX
      || header->end > INT64_MAX || header->start >= header->end)
    return MD_OK;
  stream->bounded = true;
  if ((md_time) header->start > stream->from)
    stream->from = (md_time) header->start;
  if ((md_time) header->end < stream->to)
    stream->to = (md_time) header->end;
  if (stream->from >= stream->to && stream->claim.is_file)
    return metadata_skip (stream, "holds nothing of the range asked for");
  return MD_OK;
}

static int
on_header (void *ctx, const struct dbn_header *header, struct md_error *err)
{
  struct stream *stream = ctx;
  int klass = check_what (stream, err);

  if (klass == MD_OK)
    klass = check_mixed (stream);
  return klass == MD_OK ? check_range (stream) : klass;
}

/* ---- the lists --------------------------------------------------------- */

static int
on_name (void *ctx, enum dbn_list list, struct md_text name,
         struct md_error *err)
{
  static const char all[] = "ALL_SYMBOLS";
  struct stream *stream = ctx;
  uint32_t symbol = asked_find (&stream->feed->asked, name);

  if (list == DBN_SYMBOLS) {
    stream->n_listed++;
    if (name.len == sizeof all - 1 && memcmp (name.ptr, all, name.len) == 0)
      stream->claim.lists_all = true;
  }
  if (symbol == MD_ABSENT_NAME)
    return MD_OK;
  if (list == DBN_SYMBOLS)
    stream->claim.marks[symbol] |= MARK_LISTED;
  if (list == DBN_NOT_FOUND)
    stream->claim.marks[symbol] |= MARK_NOT_FOUND;
  return MD_OK;
}

static int
on_mapping (void *ctx, struct md_text input, struct md_error *err)
{
  struct stream *stream = ctx;

  if (input.len >= sizeof stream->input)
    return dbn_fail (err, MD_ERR_PROTOCOL,
                     "databento: %s: a symbol of %zu bytes", stream->name,
                     input.len);
  memcpy (stream->input, input.ptr, input.len);
  stream->input[input.len] = '\0';
  return MD_OK;
}

static int
bad_interval (const struct stream *stream, uint32_t from, uint32_t to,
              struct md_text output, struct md_error *err)
{
  return dbn_fail (err, MD_ERR_PROTOCOL,
                   "databento: %s: the metadata maps \"%s\" to \"%.*s\" from "
                   "%u to %u, which is no id or no date", stream->name,
                   stream->input, (int) (output.len < 40 ? output.len : 40),
                   output.ptr, from, to);
}

void
metadata_mark (struct stream *stream, struct md_text name, uint32_t id)
{
  char number[16];
  struct md_text text = name;
  uint32_t symbol;

  if (stream->feed->request->selector == MD_SELECT_ID) {
    text.ptr = number;
    text.len = (size_t) snprintf (number, sizeof number, "%u", id);
  }
  symbol = asked_find (&stream->feed->asked, text);
  if (symbol != MD_ABSENT_NAME)
    stream->claim.marks[symbol] |= MARK_MAPPED;
}

static int
on_interval (void *ctx, uint32_t from_date, uint32_t to_date,
             struct md_text output, struct md_error *err)
{
  struct stream *stream = ctx;
  struct md_text name = { stream->input, strlen (stream->input) };
  struct md_text number = output;
  md_time from, to;
  uint32_t id;

  if (output.len == 0) /* no mapping in this interval                        */
    return MD_OK;
  if (stream->ids_are_inputs) {
    number = name;
    name = output;
  }
  if (!symbols_id (number, &id) || !symbols_date (from_date, &from)
      || !symbols_date (to_date, &to))
    return bad_interval (stream, from_date, to_date, output, err);
  metadata_mark (stream, name, id);
  if (stream->feed->request->selector == MD_SELECT_ID)
    return MD_OK; /* rows carry their id; no map is needed                   */
  return symbols_add (&stream->symbols, id, from, to, name, err);
}

/* ---- together ---------------------------------------------------------- */

/* An answer for a parent maps the instruments' own names.  If it ever mapped
 * the parent itself, rows would lose their symbol: better none than that.   */
static int
check_parent (const struct stream *stream, struct md_error *err)
{
  const struct md_request *request = stream->feed->request;

  for (uint32_t i = 0; i < request->n_symbols; i++) {
    if (stream->claim.marks[i] & MARK_MAPPED)
      return dbn_fail (err, MD_ERR_PROTOCOL,
                       "databento: %s maps the parent %s to ids and does not "
                       "name its instruments", stream->name,
                       request->symbols[i]);
  }
  return MD_OK;
}

/* Of several parents in one file nobody can tell whose an instrument is.    */
static int
find_parent (struct stream *stream, struct md_error *err)
{
  const struct md_request *request = stream->feed->request;

  for (uint32_t i = 0; i < request->n_symbols; i++) {
    if (stream->claim.marks[i] & MARK_LISTED)
      stream->claim.only = i;
  }
  if (stream->claim.only == MD_ABSENT_NAME)
    return metadata_skip (stream, "was asked for by other parents");
  if (stream->n_listed > 1)
    return dbn_fail (err, MD_ERR_CONFIG,
                     "databento: %s holds the instruments of %u parents and "
                     "does not say which belong to %s; ask for them by symbol "
                     "or with `symbols = *`", stream->name, stream->n_listed,
                     request->symbols[stream->claim.only]);
  return MD_OK;
}

/* A file that was asked for a symbol and maps it to nothing says that there
 * was no such instrument in its range - unless no other file knows it either,
 * when it is a mistake.                                                     */
bool
claim_answers (const struct claim *claim, const struct feed *feed,
               uint32_t symbol)
{
  uint8_t marks = claim->marks[symbol];
  bool listed = (marks & MARK_LISTED) != 0 || claim->lists_all;

  if (claim->only != MD_ABSENT_NAME)
    return symbol == claim->only;
  if (!claim->is_file)
    return (marks & MARK_NOT_FOUND) == 0;
  return (marks & MARK_MAPPED) != 0
         || (listed && (claim->by_id || feed->known[symbol]));
}

static void
sum_up (struct stream *stream)
{
  const struct md_request *request = stream->feed->request;

  stream->bounded = stream->bounded && !stream->feed->holds_back;
  stream->covers_all = true;
  for (uint32_t i = 0; i < request->n_symbols; i++)
    stream->covers_all = stream->covers_all
                         && claim_answers (&stream->claim, stream->feed, i);
}

int
metadata_read (struct stream *stream, struct md_error *err)
{
  const struct dbn_names names = { stream, on_header, on_name, on_mapping,
                                   on_interval };
  int klass = dbn_read_header (&stream->reader, &names, &stream->header, err);

  if (klass == MD_OK
      && stream->feed->request->selector == MD_SELECT_PARENT) {
    klass = check_parent (stream, err);
    if (klass == MD_OK && stream->claim.is_file)
      klass = find_parent (stream, err);
  }
  if (klass == SKIP)
    return MD_OK;
  if (klass == MD_OK)
    sum_up (stream);
  return klass;
}
