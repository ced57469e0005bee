/* SPDX-License-Identifier: Apache-2.0
 *
 * cover.c - rows leave in batches, and as time passes in a stream, what lies
 * behind is said to be covered: a cut stream is then asked for, and paid
 * for, only from there on.
 *
 * Streams are ordered by index time over all their symbols.  A record from
 * before a cut would contradict that, and is an error (stream.c).
 */
#include "databento.h"

#include <string.h>

/* Bytes of records between cuts: at a natural boundary (an hour for ticks and
 * second bars, a day for longer bars) after the first, at any time after the
 * second, which also bounds what the engine holds in memory: 6 MiB of trades
 * are 14 MiB of columns, where `workers = 8` leaves each 16.  More would make
 * fewer and larger blocks.                                                  */
#define NATURAL (UINT64_C (1) << 20)
#define FORCED  (UINT64_C (6) << 20)

static md_time
natural_step (const struct schema *schema)
{
  return schema->record == MD_BAR && strcmp (schema->name, "ohlcv-1s") != 0
    ? MD_DAY : MD_HOUR;
}

/* First natural boundary after t.                                           */
static md_time
boundary_after (const struct schema *schema, md_time t)
{
  md_time step = natural_step (schema), past = t % step;

  if (past < 0)
    past += step;
  return t > INT64_MAX - step ? INT64_MAX : t - past + step;
}

void
cover_start (struct stream *stream)
{
  stream->covered = stream->from;
  stream->next_cut = boundary_after (stream->feed->schema, stream->from);
  stream->since = 0;
}

int
cover_flush (struct stream *stream, struct md_error *err)
{
  struct feed *feed = stream->feed;
  size_t n = feed->n_rows;

  feed->n_rows = 0;
  if (feed->names.error.klass != MD_OK) {
    *err = feed->names.error;
    return err->klass;
  }
  if (n == 0)
    return MD_OK;
  return feed->host->emit (feed->call, feed->schema->record, feed->rows, n,
                           feed->row_size, err);
}

int
cover_to (struct stream *stream, md_time to, struct md_error *err)
{
  const struct feed *feed = stream->feed;
  md_time from = stream->covered;
  int klass = cover_flush (stream, err);

  if (klass != MD_OK || !stream->bounded || from >= to)
    return klass;
  stream->covered = to;
  stream->since = 0;
  if (stream->covers_all)
    return feed->host->covered (feed->call, MD_ALL_SYMBOLS, from, to, err);
  for (uint32_t i = 0; klass == MD_OK && i < feed->request->n_symbols; i++) {
    if (claim_answers (&stream->claim, feed, i))
      klass = feed->host->covered (feed->call, i, from, to, err);
  }
  return klass;
}

int
cover_boundary (struct stream *stream, md_time ts, struct md_error *err)
{
  md_time next = boundary_after (stream->feed->schema, ts);
  md_time passed = next - natural_step (stream->feed->schema);

  stream->next_cut = next;
  if (stream->since < NATURAL || passed >= stream->to)
    return MD_OK;
  return cover_to (stream, passed, err);
}

int
cover_full (struct stream *stream, md_time ts, struct md_error *err)
{
  if (stream->since >= FORCED && ts < stream->to)
    return cover_to (stream, ts, err);
  return cover_flush (stream, err);
}
