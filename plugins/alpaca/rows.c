/* SPDX-License-Identifier: Apache-2.0
 *
 * rows.c - bars, trades and quotes as they stand in a page.  Their keys are
 * one or two letters; keys that are not known here are passed over, because
 * Alpaca adds some now and then.
 */
#include "alpaca.h"

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
read_price (const struct al_job *job, struct md_json *json,
            const char *field, struct md_reasons *reasons,
            md_price *ret_price)
{
  if (job->request->offer->flags & MD_OFFER_ROUNDS)
    md_need_price_rounded (json, field, reasons, ret_price);
  else
    md_need_price (json, field, reasons, ret_price);
}

static void
read_bar_fields (const struct al_job *job, struct md_json *json,
                 struct md_bar *bar, struct md_reasons *reasons)
{
  struct md_text key;

  while (md_json_next_key (json, &key)) {
    switch (key_of (key)) {
    case KEY ('t', 0):
      md_need_time (json, "time", reasons, &bar->ts);
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
}

int
al_read_bar (struct al_job *job, struct md_json *json, uint32_t symbol,
             struct md_reasons *reasons, md_time *ret_ts,
             struct md_error *err)
{
  struct md_bar bar = {
    .ts = MD_ABSENT, .symbol = symbol, .venue = MD_ABSENT_NAME,
    .contract = MD_ABSENT_NAME, .open = MD_ABSENT, .high = MD_ABSENT,
    .low = MD_ABSENT, .close = MD_ABSENT, .volume = md_absent_f64 (),
    .vwap = md_absent_f64 (), .trades = MD_ABSENT
  };

  (void) err;
  if (enter_row (json, reasons)) {
    read_bar_fields (job, json, &bar, reasons);
    md_missing (reasons, bar.ts == MD_ABSENT, "time");
    md_missing (reasons, bar.open == MD_ABSENT, "open");
    md_missing (reasons, bar.high == MD_ABSENT, "high");
    md_missing (reasons, bar.low == MD_ABSENT, "low");
    md_missing (reasons, bar.close == MD_ABSENT, "close");
  }
  *ret_ts = bar.ts;
  job->al->rows.bars[job->n] = bar;
  return MD_OK;
}

/* ---- trades ---------------------------------------------------------------- */

/* A number of up to 64 bits, or a text: its characters are the id.         */
static void
read_id (struct md_json *json, struct md_reasons *reasons,
         struct md_text *ret_id)
{
  struct md_text raw = { NULL, 0 };
  enum md_json_type type = md_json_peek (json);

  if (type == MD_JSON_STRING)
    md_need_text (json, "id", reasons, ret_id);
  else if (!md_json_slice (json, &raw) || type == MD_JSON_NULL)
    return;
  else if (type == MD_JSON_NUMBER)
    *ret_id = raw;
  else
    md_reason (reasons, "type", "id");
}

/* "canceled", "incorrect" (another trade replaces it), "corrected" (it
 * replaces another).                                                       */
static int
read_update (struct al_job *job, struct md_json *json, struct md_trade *trade,
             struct md_reasons *reasons, struct md_error *err)
{
  struct md_text raw = { md_json_here (json), 0 };
  int klass = al_read_name (job, json, "update", reasons, &trade->action, err);

  raw.len = (size_t) (json->at - raw.ptr);
  if (md_json_key_is (raw, "\"canceled\"")
      || md_json_key_is (raw, "\"incorrect\""))
    trade->flags |= MD_ROW_CANCELLED;
  else if (md_json_key_is (raw, "\"corrected\""))
    trade->flags |= MD_ROW_CORRECTED;
  return klass;
}

/* Crypto: the taker's side, which is the aggressor's.                      */
static int
read_side (struct al_job *job, struct md_json *json, uint32_t *ret_side,
           struct md_reasons *reasons, struct md_error *err)
{
  struct md_text text = { NULL, 0 };

  md_need_text (json, "side", reasons, &text);
  if (text.ptr == NULL || text.len == 0)
    return MD_OK;
  if (text.len == 1 && text.ptr[0] == 'B')
    return job->al->host->intern (job->call, "buy", 3, ret_side, err);
  if (text.len == 1 && text.ptr[0] == 'S')
    return job->al->host->intern (job->call, "sell", 4, ret_side, err);
  md_reason (reasons, "value", "side");
  return MD_OK;
}

static int
read_trade_field (struct al_job *job, struct md_json *json, unsigned key,
                  struct md_trade *trade, struct md_reasons *reasons,
                  struct md_error *err)
{
  switch (key) {
  case KEY ('t', 0):
    md_need_time (json, "time", reasons, &trade->ts);
    return MD_OK;
  case KEY ('p', 0):
    md_need_price (json, "price", reasons, &trade->price);
    return MD_OK;
  case KEY ('s', 0):
    md_need_f64 (json, "size", reasons, &trade->size);
    return MD_OK;
  case KEY ('i', 0):
    read_id (json, reasons, &trade->id);
    return MD_OK;
  case KEY ('x', 0):
    return al_read_name (job, json, "exchange", reasons, &trade->venue, err);
  case KEY ('c', 0):
    return al_read_name (job, json, "conditions", reasons, &trade->conditions,
                         err);
  case KEY ('z', 0):
    return al_read_name (job, json, "tape", reasons, &trade->tape, err);
  case KEY ('u', 0):
    return read_update (job, json, trade, reasons, err);
  default:
    return MD_OK;
  }
}

static int
read_trade_fields (struct al_job *job, struct md_json *json,
                   struct md_trade *trade, struct md_reasons *reasons,
                   struct md_error *err)
{
  struct md_text key;
  int klass = MD_OK;

  while (klass == MD_OK && md_json_next_key (json, &key)) {
    if (key.len == 3 && memcmp (key.ptr, "tks", 3) == 0)
      klass = read_side (job, json, &trade->side, reasons, err);
    else
      klass = read_trade_field (job, json, key_of (key), trade, reasons, err);
  }
  md_missing (reasons, trade->ts == MD_ABSENT, "time");
  md_missing (reasons, trade->price == MD_ABSENT, "price");
  md_missing (reasons, trade->size != trade->size, "size");
  return klass;
}

int
al_read_trade (struct al_job *job, struct md_json *json, uint32_t symbol,
               struct md_reasons *reasons, md_time *ret_ts,
               struct md_error *err)
{
  struct md_trade trade = {
    .ts = MD_ABSENT, .symbol = symbol, .venue = MD_ABSENT_NAME,
    .contract = MD_ABSENT_NAME, .ts_event = MD_ABSENT, .ts_recv = MD_ABSENT,
    .price = MD_ABSENT, .size = md_absent_f64 (), .sequence = MD_ABSENT,
    .side = MD_ABSENT_NAME, .conditions = MD_ABSENT_NAME,
    .tape = MD_ABSENT_NAME, .action = MD_ABSENT_NAME, .depth = MD_ABSENT,
    .vendor_flags = MD_ABSENT, .ts_in_delta = MD_ABSENT,
    .instrument_id = MD_ABSENT
  };
  int klass = MD_OK;

  if (enter_row (json, reasons))
    klass = read_trade_fields (job, json, &trade, reasons, err);
  *ret_ts = trade.ts;
  job->al->rows.trades[job->n] = trade;
  return klass;
}

/* ---- quotes ---------------------------------------------------------------- */

static int
read_quote_field (struct al_job *job, struct md_json *json, unsigned key,
                  struct md_quote *quote, struct md_reasons *reasons,
                  struct md_error *err)
{
  switch (key) {
  case KEY ('t', 0):
    md_need_time (json, "time", reasons, &quote->ts);
    return MD_OK;
  case KEY ('b', 'p'):
    md_need_price (json, "bid", reasons, &quote->bid);
    return MD_OK;
  case KEY ('a', 'p'):
    md_need_price (json, "ask", reasons, &quote->ask);
    return MD_OK;
  case KEY ('b', 's'):
    md_may_f64 (json, "bid_size", reasons, &quote->bid_size);
    return MD_OK;
  case KEY ('a', 's'):
    md_may_f64 (json, "ask_size", reasons, &quote->ask_size);
    return MD_OK;
  case KEY ('b', 'x'):
    return al_read_name (job, json, "bid_venue", reasons, &quote->bid_venue,
                         err);
  case KEY ('a', 'x'):
    return al_read_name (job, json, "ask_venue", reasons, &quote->ask_venue,
                         err);
  case KEY ('c', 0):
    return al_read_name (job, json, "conditions", reasons, &quote->conditions,
                         err);
  case KEY ('z', 0):
    return al_read_name (job, json, "tape", reasons, &quote->tape, err);
  default:
    return MD_OK;
  }
}

/* A price of 0 says that nobody quotes on this side.                       */
static void
clear_side (md_price *price, double *size, uint32_t *venue)
{
  if (*price != 0)
    return;
  *price = MD_ABSENT;
  *size = md_absent_f64 ();
  *venue = MD_ABSENT_NAME;
}

int
al_read_quote (struct al_job *job, struct md_json *json, uint32_t symbol,
               struct md_reasons *reasons, md_time *ret_ts,
               struct md_error *err)
{
  struct md_quote quote = {
    .ts = MD_ABSENT, .symbol = symbol, .venue = MD_ABSENT_NAME,
    .contract = MD_ABSENT_NAME, .ts_event = MD_ABSENT, .ts_recv = MD_ABSENT,
    .bid = MD_ABSENT, .ask = MD_ABSENT, .bid_size = md_absent_f64 (),
    .ask_size = md_absent_f64 (), .bid_venue = MD_ABSENT_NAME,
    .ask_venue = MD_ABSENT_NAME, .conditions = MD_ABSENT_NAME,
    .tape = MD_ABSENT_NAME, .sequence = MD_ABSENT
  };
  struct md_text key;
  int klass = MD_OK;

  if (enter_row (json, reasons)) {
    while (klass == MD_OK && md_json_next_key (json, &key))
      klass = read_quote_field (job, json, key_of (key), &quote, reasons, err);
    md_missing (reasons, quote.ts == MD_ABSENT, "time");
    md_missing (reasons, quote.bid == MD_ABSENT, "bid");
    md_missing (reasons, quote.ask == MD_ABSENT, "ask");
  }
  clear_side (&quote.bid, &quote.bid_size, &quote.bid_venue);
  clear_side (&quote.ask, &quote.ask_size, &quote.ask_venue);
  *ret_ts = quote.ts;
  job->al->rows.quotes[job->n] = quote;
  return klass;
}
