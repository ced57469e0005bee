/* SPDX-License-Identifier: Apache-2.0
 *
 * table-builtin.c - the field tables of the records in mdcore-records.h.
 * Ids are written into stores: a field keeps its id for ever, and an id that
 * was given up is never used again.
 */
#include "table.h"

#include <string.h>

#define REQUIRED MD_FIELD_REQUIRED
#define KEY MD_FIELD_KEY

#define FIELD(record, number, kind, member, bits, text)                       \
  { .id = (number), .type = MD_FIELD_##kind,                                  \
    .offset = offsetof (struct record, member), .flags = (bits),              \
    .name = #member, .doc = (text) }

/* The members of struct md_head, the same in every record.                 */
#define HEAD(record, when)                                                    \
  FIELD (record, 1, TIME, ts, REQUIRED, when),                                \
  FIELD (record, 2, NAME, symbol, REQUIRED | MD_FIELD_SERIES,                 \
         "instrument as the provider spells it"),                             \
  FIELD (record, 3, NAME, venue, KEY, "exchange or publisher"),               \
  FIELD (record, 4, NAME, contract, 0,                                        \
         "instrument behind a continuous symbol"),                            \
  FIELD (record, 5, FLAGS, flags, 0,                                          \
         "provisional, derived, cancelled, corrected, recv_bad")

#define TICK_TIMES(record)                                                    \
  FIELD (record, 10, TIME, ts_event, 0, "the venue's clock, UTC"),            \
  FIELD (record, 11, TIME, ts_recv, 0, "when the vendor captured it, UTC")

static const struct md_field bar_fields[] = {
  HEAD (md_bar, "start of the interval, UTC"),
  FIELD (md_bar, 10, PRICE, open, REQUIRED, "first price"),
  FIELD (md_bar, 11, PRICE, high, REQUIRED, "highest price"),
  FIELD (md_bar, 12, PRICE, low, REQUIRED, "lowest price"),
  FIELD (md_bar, 13, PRICE, close, REQUIRED, "last price"),
  FIELD (md_bar, 14, F64, volume, 0, "quantity traded, in the offer's unit"),
  FIELD (md_bar, 15, F64, vwap, 0, "volume-weighted average price"),
  FIELD (md_bar, 16, I64, trades, 0, "number of trades or ticks"),
};

static const struct md_field trade_fields[] = {
  HEAD (md_trade, "index time of the offer, UTC"),
  TICK_TIMES (md_trade),
  FIELD (md_trade, 12, PRICE, price, REQUIRED, "price"),
  FIELD (md_trade, 13, F64, size, REQUIRED, "quantity"),
  FIELD (md_trade, 14, I64, sequence, KEY, "the venue's message sequence"),
  FIELD (md_trade, 15, TEXT, id, KEY, "trade id of the vendor or venue"),
  FIELD (md_trade, 16, NAME, side, 0, "aggressor: buy or sell"),
  FIELD (md_trade, 17, NAME, conditions, 0,
         "the vendor's codes, joined by commas"),
  FIELD (md_trade, 18, NAME, tape, 0, "consolidated tape"),
  FIELD (md_trade, 19, NAME, action, 0, "the vendor's event action"),
  FIELD (md_trade, 20, I64, depth, 0, "book level"),
  FIELD (md_trade, 21, I64, vendor_flags, 0, "the vendor's bit field"),
  FIELD (md_trade, 22, I64, ts_in_delta, 0,
         "ns from the venue's sending to ts_recv"),
  FIELD (md_trade, 23, I64, instrument_id, 0, "the vendor's number"),
};

static const struct md_field quote_fields[] = {
  HEAD (md_quote, "index time of the offer, UTC"),
  TICK_TIMES (md_quote),
  FIELD (md_quote, 12, PRICE, bid, 0, "best bid price"),
  FIELD (md_quote, 13, PRICE, ask, 0, "best ask price"),
  FIELD (md_quote, 14, F64, bid_size, 0, "quantity at the bid"),
  FIELD (md_quote, 15, F64, ask_size, 0, "quantity at the ask"),
  FIELD (md_quote, 16, NAME, bid_venue, 0, "exchange of the bid"),
  FIELD (md_quote, 17, NAME, ask_venue, 0, "exchange of the ask"),
  FIELD (md_quote, 18, NAME, conditions, 0,
         "the vendor's codes, joined by commas"),
  FIELD (md_quote, 19, NAME, tape, 0, "consolidated tape"),
  FIELD (md_quote, 20, I64, sequence, KEY, "the venue's message sequence"),
};

static const struct md_field tbbo_fields[] = {
  HEAD (md_tbbo, "index time of the offer, UTC"),
  TICK_TIMES (md_tbbo),
  FIELD (md_tbbo, 12, PRICE, price, 0, "price of the event"),
  FIELD (md_tbbo, 13, F64, size, 0, "quantity of the event"),
  FIELD (md_tbbo, 14, NAME, side, 0, "side of the event"),
  FIELD (md_tbbo, 15, NAME, action, 0, "the vendor's event action"),
  FIELD (md_tbbo, 16, I64, depth, 0, "book level"),
  FIELD (md_tbbo, 17, I64, sequence, KEY, "the venue's message sequence"),
  FIELD (md_tbbo, 18, I64, vendor_flags, 0, "the vendor's bit field"),
  FIELD (md_tbbo, 19, I64, ts_in_delta, 0,
         "ns from the venue's sending to ts_recv"),
  FIELD (md_tbbo, 20, I64, instrument_id, 0, "the vendor's number"),
  FIELD (md_tbbo, 21, PRICE, bid, 0, "best bid price"),
  FIELD (md_tbbo, 22, PRICE, ask, 0, "best ask price"),
  FIELD (md_tbbo, 23, F64, bid_size, 0, "quantity at the bid"),
  FIELD (md_tbbo, 24, F64, ask_size, 0, "quantity at the ask"),
  FIELD (md_tbbo, 25, I64, bid_count, 0, "orders at the bid"),
  FIELD (md_tbbo, 26, I64, ask_count, 0, "orders at the ask"),
  FIELD (md_tbbo, 27, NAME, bid_venue, 0, "exchange of the bid"),
  FIELD (md_tbbo, 28, NAME, ask_venue, 0, "exchange of the ask"),
};

static const struct md_field statistic_fields[] = {
  HEAD (md_statistic, "index time of the offer, UTC"),
  TICK_TIMES (md_statistic),
  FIELD (md_statistic, 12, TIME, ts_ref, KEY, "time that the value speaks of"),
  FIELD (md_statistic, 13, NAME, stat, KEY, "kind: settlement_price, ..."),
  FIELD (md_statistic, 14, NAME, update, 0, "new or delete"),
  FIELD (md_statistic, 15, I64, stat_type, KEY, "the vendor's number of kind"),
  FIELD (md_statistic, 16, PRICE, price, 0, "value, where it is a price"),
  FIELD (md_statistic, 17, I64, quantity, 0, "value, where it is a count"),
  FIELD (md_statistic, 18, I64, sequence, KEY, "the venue's sequence"),
  FIELD (md_statistic, 19, I64, ts_in_delta, 0,
         "ns from the venue's sending to ts_recv"),
  FIELD (md_statistic, 20, I64, channel_id, 0, "channel of the vendor"),
  FIELD (md_statistic, 21, I64, vendor_flags, 0, "the vendor's bit field"),
  FIELD (md_statistic, 22, I64, instrument_id, 0, "the vendor's number"),
};

static const struct md_field halt_fields[] = {
  HEAD (md_halt, "index time of the offer, UTC"),
  TICK_TIMES (md_halt),
  FIELD (md_halt, 12, I64, action, 0, "the vendor's number of action"),
  FIELD (md_halt, 13, I64, reason, 0, "the vendor's number of reason"),
  FIELD (md_halt, 14, I64, trading_event, 0, "the vendor's number of event"),
  FIELD (md_halt, 15, NAME, trading, 0, "yes or no"),
  FIELD (md_halt, 16, NAME, quoting, 0, "yes or no"),
  FIELD (md_halt, 17, NAME, short_sell, 0, "restricted or not"),
  FIELD (md_halt, 18, I64, instrument_id, 0, "the vendor's number"),
};

static const struct md_field instrument_fields[] = {
  HEAD (md_instrument, "when the vendor said so, UTC"),
  FIELD (md_instrument, 10, TEXT, name, 0, "full name"),
  FIELD (md_instrument, 11, NAME, kind, 0, "spot, stock, etf, future, ..."),
  FIELD (md_instrument, 12, NAME, base, 0, "base currency or asset"),
  FIELD (md_instrument, 13, NAME, currency, 0, "currency of the price"),
  FIELD (md_instrument, 14, NAME, status, 0, "as the vendor says"),
  FIELD (md_instrument, 15, PRICE, tick, 0, "price step"),
  FIELD (md_instrument, 16, F64, lot, 0, "quantity step"),
  FIELD (md_instrument, 17, TIME, listed, 0, "first day"),
  FIELD (md_instrument, 18, TIME, delisted, 0, "end of trading"),
};

static const struct md_field action_fields[] = {
  HEAD (md_action, "ex-date, UTC"),
  FIELD (md_action, 10, NAME, action, REQUIRED | KEY,
         "split, cash_dividend, ..."),
  FIELD (md_action, 11, NAME, currency, 0, "currency of cash"),
  FIELD (md_action, 12, TEXT, id, KEY, "the vendor's id"),
  FIELD (md_action, 13, F64, ratio_from, 0, "shares before"),
  FIELD (md_action, 14, F64, ratio_to, 0, "shares after"),
  FIELD (md_action, 15, PRICE, cash, 0, "paid per share"),
  FIELD (md_action, 16, TIME, declared, 0, "when it was declared"),
  FIELD (md_action, 17, TIME, record, 0, "record date"),
  FIELD (md_action, 18, TIME, payable, 0, "date of payment"),
  FIELD (md_action, 19, TEXT, old_symbol, 0,
         "symbol before a rename, acquired, or parent"),
  FIELD (md_action, 20, TEXT, new_symbol, 0,
         "symbol after a rename, acquirer, or child"),
  FIELD (md_action, 21, NAME, traits, 0,
         "special, foreign, joined by commas"),
};

static const struct md_field session_fields[] = {
  HEAD (md_session, "local midnight of the day, UTC"),
  FIELD (md_session, 10, NAME, kind, REQUIRED, "open, half or closed"),
  FIELD (md_session, 11, TIME, open, 0, "opening"),
  FIELD (md_session, 12, TIME, close, 0, "closing"),
};

#define TABLE(label, text)                                                    \
  { .struct_size = sizeof (struct md_table),                                  \
    .record_size = sizeof (struct md_##label), .name = #label, .doc = (text), \
    .fields = label##_fields, .n_fields = G_N_ELEMENTS (label##_fields),      \
    .field_size = sizeof (struct md_field) }

static const struct {
  guint record;
  struct md_table table;
} tables[] = {
  { MD_BAR, TABLE (bar, "price bar") },
  { MD_TRADE, TABLE (trade, "trade") },
  { MD_QUOTE, TABLE (quote, "best bid and offer") },
  { MD_TBBO, TABLE (tbbo, "event with the best bid and offer") },
  { MD_STATISTIC, TABLE (statistic, "statistic of a venue") },
  { MD_HALT, TABLE (halt, "trading status") },
  { MD_INSTRUMENT, TABLE (instrument, "what can be traded") },
  { MD_ACTION, TABLE (action, "corporate action") },
  { MD_SESSION, TABLE (session, "opening hours of a market day") },
};

const struct md_table *
table_builtin (guint record)
{
  for (gsize i = 0; i < G_N_ELEMENTS (tables); i++) {
    if (tables[i].record == record)
      return &tables[i].table;
  }
  return NULL;
}

const struct md_table *
table_by_name (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (tables); i++) {
    if (strcmp (tables[i].table.name, name) == 0)
      return &tables[i].table;
  }
  return NULL;
}
