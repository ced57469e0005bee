/* SPDX-License-Identifier: Apache-2.0
 *
 * blemish.c - what real vendors do to good rows: corrections, holes, repeats
 * and nonsense.  Each decision depends on (seed, symbol, row's time) only,
 * so the same page is spoilt in the same way whenever it is asked.
 */
#include "fake.h"

#include <string.h>

#define GAP_ROWS 60 /* a hole is this many bars, or seconds of ticks, long */

enum purpose { FOR_REVISION = 1, FOR_GAP, FOR_DUPLICATE, FOR_BAD };

static uint64_t
draw (const struct fake_job *job, enum purpose purpose, int64_t what)
{
  uint64_t key = job->walk.key + job->request->offer->record;

  return fake_mix (fake_mix (key + (uint64_t) purpose * 1000003)
                   ^ (uint64_t) what);
}

static bool
hits (uint64_t hash, double rate)
{
  return (double) (hash >> 32) < rate * 4294967296.0;
}

static double
rate_of (const struct fake_job *job, enum fake_key key)
{
  return job->fake->config[key].d;
}

static union fake_row *
row_at (const struct fake_job *job, size_t i)
{
  size_t size = fake_row_size (job->request->offer->record);

  return (union fake_row *) ((char *) job->fake->rows + i * size);
}

static void
copy_row (const struct fake_job *job, size_t to, size_t from)
{
  if (to != from)
    memcpy (row_at (job, to), row_at (job, from),
            fake_row_size (job->request->offer->record));
}

/* ---- revisions ------------------------------------------------------ */

static void
restate (const struct fake_job *job, union fake_row *row, uint64_t hash)
{
  double more = (double) (1 + (hash >> 8) % 100);

  switch (job->request->offer->record) {
  case MD_BAR:
    row->bar.close = hash & 1 ? row->bar.high : row->bar.low;
    row->bar.volume += more;
    break;
  case MD_TRADE:
    row->trade.size += more;
    break;
  default:
    row->quote.bid_size += more;
  }
}

/* All revisions up to the configured one have happened to the row; false
 * when one of them withdrew it.                                           */
static bool
revise (const struct fake_job *job, union fake_row *row)
{
  double withdrawn = rate_of (job, KEY_WITHDRAW_RATE);
  double changed = withdrawn + rate_of (job, KEY_REVISE_RATE);

  for (int64_t r = 1; r <= job->fake->revision; r++) {
    uint64_t hash = fake_mix (draw (job, FOR_REVISION, row->head.ts)
                              + (uint64_t) r);

    if (hits (hash, withdrawn))
      return false;
    if (hits (hash, changed))
      restate (job, row, hash);
  }
  return true;
}

/* ---- gaps ----------------------------------------------------------- */

static bool
in_a_gap (const struct fake_job *job, md_time ts)
{
  int64_t block = GAP_ROWS * MD_SECOND
                  * fake_seconds (&job->request->offer->interval);
  int64_t at = ts / block - (ts % block < 0);

  return hits (draw (job, FOR_GAP, at), rate_of (job, KEY_GAP_RATE));
}

static size_t
thin_out (const struct fake_job *job, size_t n)
{
  size_t kept = 0;

  for (size_t i = 0; i < n; i++) {
    union fake_row *row = row_at (job, i);

    if (!in_a_gap (job, row->head.ts) && revise (job, row))
      copy_row (job, kept++, i);
  }
  return kept;
}

/* ---- bad rows ------------------------------------------------------- */

static void
spoil_bar (struct md_bar *bar, char kind)
{
  md_price high = bar->high;

  switch (kind) {
  case 'm': bar->close = MD_ABSENT; break;
  case 'h': bar->high = bar->low - WALK_CENT; bar->low = high; break;
  case 'o': bar->open = bar->high + WALK_CENT; break;
  case 'p': bar->low = 0; break;
  default: bar->volume = -bar->volume - 1; break;
  }
}

static void
spoil_trade (struct md_trade *trade, char kind)
{
  switch (kind) {
  case 'm': trade->price = MD_ABSENT; break;
  case 'v': trade->size = -1; break;
  default: trade->price = -trade->price; break;
  }
}

static void
spoil_quote (struct md_quote *quote, char kind)
{
  switch (kind) {
  case 'm': quote->bid = quote->ask = MD_ABSENT; break;
  case 'v': quote->bid_size = -1; break;
  default: quote->bid = -quote->bid; break;
  }
}

/* Kinds by their first letters: missing, high-low, open-outside, price,
 * volume, grid; and two that no vendor may send: range, stranger.         */
static void
spoil (const struct fake_job *job, union fake_row *row, uint64_t hash)
{
  const char *wanted = job->fake->config[KEY_BAD_KIND].s;
  char kind = strcmp (wanted, "any") == 0 ? "mhopvg"[hash % 6] : *wanted;

  if (kind == 'r')
    row->head.ts = job->request->to + MD_DAY;
  else if (kind == 's')
    row->head.symbol = job->id + 1000000;
  else if (kind == 'g')
    row->head.ts += MD_SECOND / 2;
  else if (job->request->offer->record == MD_BAR)
    spoil_bar (&row->bar, kind);
  else if (job->request->offer->record == MD_TRADE)
    spoil_trade (&row->trade, kind);
  else
    spoil_quote (&row->quote, kind);
}

static void
spoil_some (const struct fake_job *job, size_t n)
{
  for (size_t i = 0; i < n; i++) {
    uint64_t hash = draw (job, FOR_BAD, row_at (job, i)->head.ts);

    if (hits (hash, rate_of (job, KEY_BAD_RATE)))
      spoil (job, row_at (job, i), hash);
  }
}

/* ---- duplicates and order ------------------------------------------- */

static bool
is_repeated (const struct fake_job *job, size_t i)
{
  return hits (draw (job, FOR_DUPLICATE, row_at (job, i)->head.ts),
               rate_of (job, KEY_DUPLICATE_RATE));
}

static size_t
repeat_some (const struct fake_job *job, size_t n)
{
  size_t total = n, to;

  for (size_t i = 0; i < n; i++)
    total += is_repeated (job, i);
  /* From the end, so that nothing is overwritten before it is copied.     */
  to = total;
  for (size_t i = n; i-- > 0;) {
    bool twice = is_repeated (job, i);

    copy_row (job, --to, i);
    if (twice)
      copy_row (job, --to, i);
  }
  return total;
}

static void
reverse (const struct fake_job *job, size_t n)
{
  for (size_t i = 0, j = n; i + 1 < j; i++) {
    union fake_row spare;
    size_t size = fake_row_size (job->request->offer->record);

    j--;
    memcpy (&spare, row_at (job, i), size);
    memcpy (row_at (job, i), row_at (job, j), size);
    memcpy (row_at (job, j), &spare, size);
  }
}

size_t
fake_blemish (struct fake_job *job, size_t n)
{
  if (rate_of (job, KEY_GAP_RATE) > 0 || job->fake->revision > 0)
    n = thin_out (job, n);
  if (rate_of (job, KEY_DUPLICATE_RATE) > 0)
    n = repeat_some (job, n);
  if (rate_of (job, KEY_BAD_RATE) > 0)
    spoil_some (job, n);
  if (strcmp (job->fake->config[KEY_ORDER].s, "newest-first") == 0)
    reverse (job, n);
  return n;
}
