/* SPDX-License-Identifier: Apache-2.0
 *
 * rows.c - bars, trades and quotes around the wandering price.
 *
 * A bar opens at the price of its start and closes at the price of its end,
 * so bars of all intervals agree on opens and closes.  Highs, lows and
 * volumes are drawn for each interval on its own.
 */
#include "fake.h"

#include <stdio.h>
#include <string.h>

#define TICKS_MAX 4 /* in one second                                       */

size_t
fake_row_size (uint32_t record)
{
  return record == MD_BAR ? sizeof (struct md_bar)
         : record == MD_TRADE ? sizeof (struct md_trade)
         : sizeof (struct md_quote);
}

size_t
fake_most_rows (const struct md_offer *offer, md_time from, md_time to)
{
  int64_t step = fake_seconds (&offer->interval) * MD_SECOND;
  size_t n = (size_t) ((to - from) / step) + 2;

  return offer->record == MD_BAR ? n : n * TICKS_MAX;
}

int64_t
fake_span_of (const struct md_offer *offer, int64_t n)
{
  int64_t step = fake_seconds (&offer->interval) * MD_SECOND;

  if (offer->record != MD_BAR)
    n = (n + TICKS_MAX - 1) / TICKS_MAX;
  return n > INT64_MAX / 2 / step ? INT64_MAX / 2 : n * step;
}

/* ---- bars ----------------------------------------------------------- */

struct bar_shape {
  int64_t  swing, seconds;
  uint64_t key;
};

/* Share of LIMIT: 0 .. limit - 1, by 16 bits of a hash.                   */
static int64_t
part (uint64_t hash, unsigned shift, int64_t limit)
{
  return (int64_t) ((hash >> shift) & 0xffff) * limit >> 16;
}

static void
make_bar (const struct bar_shape *shape, int64_t open, int64_t close,
          struct md_bar *bar)
{
  uint64_t hash = fake_mix (shape->key ^ (uint64_t) bar->ts);
  int64_t high = (open > close ? open : close) + part (hash, 0, shape->swing);
  int64_t low = (open < close ? open : close) - part (hash, 16, shape->swing);
  int64_t volume = shape->seconds * (20 + part (hash, 32, 180));

  bar->open = open * WALK_CENT;
  bar->high = high * WALK_CENT;
  bar->low = low * WALK_CENT;
  bar->close = close * WALK_CENT;
  bar->volume = (double) volume;
  bar->vwap = (double) (open + high + low + close) / 400.0;
  bar->trades = 1 + volume / (20 + part (hash, 48, 80));
}

static size_t
make_bars (struct fake_job *job, md_time from, md_time to)
{
  const struct md_interval *interval = &job->request->offer->interval;
  struct md_bar *bar = job->fake->rows;
  struct bar_shape shape;
  md_time ts = fake_floor (interval, from);
  int64_t open;

  shape.seconds = fake_seconds (interval);
  shape.swing = walk_swing (&job->walk, walk_level (shape.seconds));
  shape.key = job->walk.key ^ fake_mix ((uint64_t) shape.seconds);
  if (ts < from)
    ts = fake_next (interval, ts);
  open = walk_cents (&job->walk, job->level, ts / MD_SECOND);
  for (; ts < to; bar++) {
    md_time next = fake_next (interval, ts);
    int64_t close = walk_cents (&job->walk, job->level, next / MD_SECOND);

    *bar = (struct md_bar) { .ts = ts, .symbol = job->id,
                             .venue = MD_ABSENT_NAME,
                             .contract = MD_ABSENT_NAME };
    make_bar (&shape, open, close, bar);
    open = close;
    ts = next;
  }
  return (size_t) (bar - (struct md_bar *) job->fake->rows);
}

/* ---- ticks ---------------------------------------------------------- */

/* What happens within one second: up to TICKS_MAX moments, in order.      */
static unsigned
second_ticks (const struct fake_job *job, int64_t second, uint64_t what,
              md_time times[TICKS_MAX])
{
  uint64_t hash = fake_mix ((job->walk.key + what) ^ (uint64_t) second);
  unsigned n = (unsigned) (hash & 3) + ((hash >> 2 & 7) == 0);

  for (unsigned i = 0; i < n; i++) {
    hash = fake_mix (hash);
    /* Microseconds, each in a share of the second of its own.             */
    times[i] = second * MD_SECOND
               + ((int64_t) i * 250000 + (int64_t) (hash % 250000)) * 1000;
  }
  return n;
}

static void
make_trade (struct fake_job *job, struct md_trade *trade, char *id,
            int64_t cents, uint64_t hash)
{
  int64_t tick = (int64_t) (hash % 3) - 1;

  trade->price = (cents + tick) * WALK_CENT;
  trade->size = (double) (1 + (hash >> 8) % 500);
  trade->ts_event = trade->ts;
  trade->ts_recv = MD_ABSENT;
  trade->side = tick >= 0 ? job->buy : job->sell;
  trade->conditions = trade->tape = trade->action = MD_ABSENT_NAME;
  trade->sequence = trade->ts / 1000;
  trade->depth = trade->vendor_flags = MD_ABSENT;
  trade->ts_in_delta = trade->instrument_id = MD_ABSENT;
  trade->id.ptr = id;
  trade->id.len = (size_t) snprintf (id, 24, "%lld",
                                     (long long) trade->sequence);
}

static void
make_quote (struct md_quote *quote, int64_t cents, uint64_t hash)
{
  quote->bid = (cents - 1 - (int64_t) (hash % 3)) * WALK_CENT;
  quote->ask = (cents + 1 + (int64_t) (hash >> 2 & 1)) * WALK_CENT;
  quote->bid_size = (double) (1 + (hash >> 8) % 900);
  quote->ask_size = (double) (1 + (hash >> 24) % 900);
  quote->ts_event = quote->ts;
  quote->ts_recv = MD_ABSENT;
  quote->bid_venue = quote->ask_venue = MD_ABSENT_NAME;
  quote->conditions = quote->tape = MD_ABSENT_NAME;
  quote->sequence = quote->ts / 1000;
}

static void
make_tick (struct fake_job *job, size_t row, md_time ts, int64_t cents)
{
  size_t size = fake_row_size (job->request->offer->record);
  union fake_row *tick
    = (union fake_row *) ((char *) job->fake->rows + row * size);
  uint64_t hash = fake_mix (job->walk.key ^ (uint64_t) ts);

  memset (tick, 0, size);
  tick->head.ts = ts;
  tick->head.symbol = job->id;
  tick->head.venue = tick->head.contract = MD_ABSENT_NAME;
  if (job->request->offer->record == MD_TRADE)
    make_trade (job, &tick->trade, job->fake->ids + row * 24, cents, hash);
  else
    make_quote (&tick->quote, cents, hash);
}

static size_t
make_ticks (struct fake_job *job, md_time from, md_time to)
{
  uint64_t what = job->request->offer->record;
  size_t n = 0;

  for (int64_t s = from / MD_SECOND - 1; s * MD_SECOND < to; s++) {
    md_time times[TICKS_MAX];
    unsigned n_times = second_ticks (job, s, what, times);
    int64_t cents = walk_cents (&job->walk, job->level, s);

    for (unsigned i = 0; i < n_times; i++) {
      if (times[i] >= from && times[i] < to)
        make_tick (job, n++, times[i], cents);
    }
  }
  return n;
}

size_t
fake_make_rows (struct fake_job *job, md_time from, md_time to)
{
  return job->request->offer->record == MD_BAR ? make_bars (job, from, to)
                                               : make_ticks (job, from, to);
}
