/* SPDX-License-Identifier: Apache-2.0
 *
 * rows.c - rows as they stand in a page.  Keys that are not known here are
 * passed over; all but the prices and the time are optional.
 */
#include "polygon.h"

#define KEY(a, b) ((unsigned) (a) << 8 | (unsigned) (b))

static unsigned
key_of (struct md_text key)
{
  if (key.len == 0 || key.len > 2)
    return 0;
  return KEY (key.ptr[0], key.len == 2 ? key.ptr[1] : 0);
}

static bool
enter_row (struct md_json *json, struct md_reasons *reasons)
{
  if (md_json_enter_object (json))
    return true;
  md_reason (reasons, "type", "row");
  md_json_skip (json);
  return false;
}

/* ---- bars ------------------------------------------------------------------ */

static void
read_price (const struct pg_job *job, struct md_json *json, const char *field,
            struct md_reasons *reasons, md_price *ret_price)
{
  if (job->request->offer->flags & MD_OFFER_ROUNDS)
    md_need_price_rounded (json, field, reasons, ret_price);
  else
    md_need_price (json, field, reasons, ret_price);
}

static void
read_ms (struct md_json *json, struct md_reasons *reasons, md_time *ret_ts)
{
  int64_t ms = MD_ABSENT;

  md_need_i64 (json, "time", reasons, &ms);
  if (ms == MD_ABSENT)
    return;
  if (ms > INT64_MAX / PG_MS || ms < INT64_MIN / PG_MS)
    md_reason (reasons, "range", "time");
  else
    *ret_ts = ms * PG_MS;
}

static void
read_bar_field (const struct pg_job *job, struct md_json *json, unsigned key,
                struct md_bar *bar, struct md_reasons *reasons)
{
  switch (key) {
  case KEY ('t', 0):
    read_ms (json, reasons, &bar->ts);
    break;
  case KEY ('o', 0):
    read_price (job, json, "open", reasons, &bar->open);
    break;
  case KEY ('h', 0):
    read_price (job, json, "high", reasons, &bar->high);
    break;
  case KEY ('l', 0):
    read_price (job, json, "low", reasons, &bar->low);
    break;
  case KEY ('c', 0):
    read_price (job, json, "close", reasons, &bar->close);
    break;
  case KEY ('v', 0):
    md_may_f64 (json, "volume", reasons, &bar->volume);
    break;
  case KEY ('n', 0):
    md_may_i64 (json, "trades", reasons, &bar->trades);
    break;
  case KEY ('v', 'w'):
    md_may_f64 (json, "vwap", reasons, &bar->vwap);
    break;
  default:
    break;
  }
}

struct md_bar
pg_no_bar (uint32_t symbol)
{
  return (struct md_bar) {
    .ts = MD_ABSENT, .symbol = symbol, .venue = MD_ABSENT_NAME,
    .contract = MD_ABSENT_NAME, .open = MD_ABSENT, .high = MD_ABSENT,
    .low = MD_ABSENT, .close = MD_ABSENT, .volume = md_absent_f64 (),
    .vwap = md_absent_f64 (), .trades = MD_ABSENT
  };
}

/* "T" is there where a page holds bars of many tickers.                    */
int
pg_read_bar (struct pg_job *job, struct md_json *json, uint32_t symbol,
             struct md_reasons *reasons, md_time *ret_ts,
             struct md_error *err)
{
  struct md_bar bar = pg_no_bar (symbol);
  struct md_text key;

  (void) err;
  if (enter_row (json, reasons)) {
    while (md_json_next_key (json, &key)) {
      if (md_json_key_is (key, "T"))
        md_need_text (json, "ticker", reasons, &job->ticker);
      else
        read_bar_field (job, json, key_of (key), &bar, reasons);
    }
    md_missing (reasons, bar.ts == MD_ABSENT, "time");
    md_missing (reasons, bar.open == MD_ABSENT, "open");
    md_missing (reasons, bar.high == MD_ABSENT, "high");
    md_missing (reasons, bar.low == MD_ABSENT, "low");
    md_missing (reasons, bar.close == MD_ABSENT, "close");
  }
  *ret_ts = bar.ts;
  job->pg->rows.bars[job->n] = bar;
  return MD_OK;
}

/* ---- ticks ----------------------------------------------------------------- */

/* Times are integers beyond 2^53: never through a double.                  */
struct times {
  md_time sip, participant;
};

static md_time
index_time (const struct times *times)
{
  return times->sip != MD_ABSENT ? times->sip : times->participant;
}

/* The exchange's clock, where the consolidated feed's is the row's time.   */
static md_time
event_time (const struct times *times)
{
  return times->sip != MD_ABSENT ? times->participant : MD_ABSENT;
}

static bool
read_common (struct md_json *json, struct md_text key, struct times *times,
             int64_t *sequence, struct md_reasons *reasons)
{
  if (md_json_key_is (key, "sip_timestamp"))
    md_may_i64 (json, "sip_timestamp", reasons, &times->sip);
  else if (md_json_key_is (key, "participant_timestamp"))
    md_may_i64 (json, "participant_timestamp", reasons, &times->participant);
  else if (md_json_key_is (key, "sequence_number"))
    md_may_i64 (json, "sequence", reasons, sequence);
  else
    return false;
  return true;
}

/* The tape's codes: an original that was withdrawn or replaced (1, 7, 8), a
 * withdrawal (10, 11), a replacement (12).                                 */
void
pg_apply_correction (int64_t code, struct md_trade *trade)
{
  if (code == 1 || code == 7 || code == 8 || code == 10 || code == 11)
    trade->flags |= MD_ROW_CANCELLED;
  else if (code == 12)
    trade->flags |= MD_ROW_CORRECTED;
}

static int
read_correction (struct pg_job *job, struct md_json *json,
                 struct md_trade *trade, struct md_reasons *reasons,
                 struct md_error *err)
{
  struct md_json ahead = *json;
  int64_t code = 0;

  md_may_i64 (&ahead, "correction", reasons, &code);
  if (code == 0 || code == MD_ABSENT) {
    md_json_skip (json);
    return MD_OK;
  }
  pg_apply_correction (code, trade);
  return pg_name (job, json, "correction", reasons, &trade->action, err);
}

/* `size` is whole where a trade was not, `decimal_size` is exact.          */
struct sizes {
  double whole, exact;
};

static int
read_trade_field (struct pg_job *job, struct md_json *json, struct md_text key,
                  struct md_trade *trade, struct sizes *sizes,
                  struct md_reasons *reasons, struct md_error *err)
{
  if (md_json_key_is (key, "price"))
    md_need_price (json, "price", reasons, &trade->price);
  else if (md_json_key_is (key, "size"))
    md_may_f64 (json, "size", reasons, &sizes->whole);
  else if (md_json_key_is (key, "decimal_size"))
    md_may_f64 (json, "decimal_size", reasons, &sizes->exact);
  else if (md_json_key_is (key, "id"))
    md_need_text (json, "id", reasons, &trade->id);
  else if (md_json_key_is (key, "exchange"))
    return pg_name (job, json, "exchange", reasons, &trade->venue, err);
  else if (md_json_key_is (key, "conditions"))
    return pg_name (job, json, "conditions", reasons, &trade->conditions, err);
  else if (md_json_key_is (key, "tape"))
    return pg_name (job, json, "tape", reasons, &trade->tape, err);
  else if (md_json_key_is (key, "correction"))
    return read_correction (job, json, trade, reasons, err);
  return MD_OK;
}

static int
read_trade_fields (struct pg_job *job, struct md_json *json,
                   struct md_trade *trade, struct md_reasons *reasons,
                   struct md_error *err)
{
  struct times times = { MD_ABSENT, MD_ABSENT };
  struct sizes sizes = { md_absent_f64 (), md_absent_f64 () };
  struct md_text key;
  int klass = MD_OK;

  while (klass == MD_OK && md_json_next_key (json, &key)) {
    if (!read_common (json, key, &times, &trade->sequence, reasons))
      klass = read_trade_field (job, json, key, trade, &sizes, reasons, err);
  }
  trade->ts = index_time (&times);
  trade->ts_event = event_time (&times);
  trade->size = sizes.exact == sizes.exact ? sizes.exact : sizes.whole;
  md_missing (reasons, trade->ts == MD_ABSENT, "time");
  md_missing (reasons, trade->price == MD_ABSENT, "price");
  md_missing (reasons, trade->size != trade->size, "size");
  return klass;
}

struct md_trade
pg_no_trade (uint32_t symbol)
{
  return (struct md_trade) {
    .ts = MD_ABSENT, .symbol = symbol, .venue = MD_ABSENT_NAME,
    .contract = MD_ABSENT_NAME, .ts_event = MD_ABSENT, .ts_recv = MD_ABSENT,
    .price = MD_ABSENT, .size = md_absent_f64 (), .sequence = MD_ABSENT,
    .side = MD_ABSENT_NAME, .conditions = MD_ABSENT_NAME,
    .tape = MD_ABSENT_NAME, .action = MD_ABSENT_NAME, .depth = MD_ABSENT,
    .vendor_flags = MD_ABSENT, .ts_in_delta = MD_ABSENT,
    .instrument_id = MD_ABSENT
  };
}

int
pg_read_trade (struct pg_job *job, struct md_json *json, uint32_t symbol,
               struct md_reasons *reasons, md_time *ret_ts,
               struct md_error *err)
{
  struct md_trade trade = pg_no_trade (symbol);
  int klass = MD_OK;

  if (enter_row (json, reasons))
    klass = read_trade_fields (job, json, &trade, reasons, err);
  *ret_ts = trade.ts;
  job->pg->rows.trades[job->n] = trade;
  return klass;
}

/* ---- quotes ---------------------------------------------------------------- */

/* A side that nobody quotes is left out, or has the price 0.               */
static void
read_side (struct md_json *json, const char *field, struct md_reasons *reasons,
           md_price *ret_price)
{
  if (md_json_peek (json) == MD_JSON_NULL)
    md_json_skip (json);
  else
    md_need_price (json, field, reasons, ret_price);
}

static int
read_quote_field (struct pg_job *job, struct md_json *json, struct md_text key,
                  struct md_quote *quote, struct md_reasons *reasons,
                  struct md_error *err)
{
  if (md_json_key_is (key, "bid_price"))
    read_side (json, "bid", reasons, &quote->bid);
  else if (md_json_key_is (key, "ask_price"))
    read_side (json, "ask", reasons, &quote->ask);
  else if (md_json_key_is (key, "bid_size"))
    md_may_f64 (json, "bid_size", reasons, &quote->bid_size);
  else if (md_json_key_is (key, "ask_size"))
    md_may_f64 (json, "ask_size", reasons, &quote->ask_size);
  else if (md_json_key_is (key, "bid_exchange"))
    return pg_name (job, json, "bid_venue", reasons, &quote->bid_venue, err);
  else if (md_json_key_is (key, "ask_exchange"))
    return pg_name (job, json, "ask_venue", reasons, &quote->ask_venue, err);
  else if (md_json_key_is (key, "conditions"))
    return pg_name (job, json, "conditions", reasons, &quote->conditions, err);
  else if (md_json_key_is (key, "tape"))
    return pg_name (job, json, "tape", reasons, &quote->tape, err);
  return MD_OK;
}

static void
clear_side (md_price *price, double *size, uint32_t *venue)
{
  if (*price != 0 && *price != MD_ABSENT)
    return;
  *price = MD_ABSENT;
  *size = md_absent_f64 ();
  *venue = MD_ABSENT_NAME;
}

void
pg_clear_sides (struct md_quote *quote)
{
  clear_side (&quote->bid, &quote->bid_size, &quote->bid_venue);
  clear_side (&quote->ask, &quote->ask_size, &quote->ask_venue);
}

struct md_quote
pg_no_quote (uint32_t symbol)
{
  return (struct md_quote) {
    .ts = MD_ABSENT, .symbol = symbol, .venue = MD_ABSENT_NAME,
    .contract = MD_ABSENT_NAME, .ts_event = MD_ABSENT, .ts_recv = MD_ABSENT,
    .bid = MD_ABSENT, .ask = MD_ABSENT, .bid_size = md_absent_f64 (),
    .ask_size = md_absent_f64 (), .bid_venue = MD_ABSENT_NAME,
    .ask_venue = MD_ABSENT_NAME, .conditions = MD_ABSENT_NAME,
    .tape = MD_ABSENT_NAME, .sequence = MD_ABSENT
  };
}

int
pg_read_quote (struct pg_job *job, struct md_json *json, uint32_t symbol,
               struct md_reasons *reasons, md_time *ret_ts,
               struct md_error *err)
{
  struct md_quote quote = pg_no_quote (symbol);
  struct times times = { MD_ABSENT, MD_ABSENT };
  struct md_text key;
  int klass = MD_OK;

  if (enter_row (json, reasons)) {
    while (klass == MD_OK && md_json_next_key (json, &key)) {
      if (!read_common (json, key, &times, &quote.sequence, reasons))
        klass = read_quote_field (job, json, key, &quote, reasons, err);
    }
    quote.ts = index_time (&times);
    quote.ts_event = event_time (&times);
    md_missing (reasons, quote.ts == MD_ABSENT, "time");
  }
  pg_clear_sides (&quote);
  *ret_ts = quote.ts;
  job->pg->rows.quotes[job->n] = quote;
  return klass;
}
