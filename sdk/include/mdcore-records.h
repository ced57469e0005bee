/* SPDX-License-Identifier: Apache-2.0
 *
 * mdcore-records.h - what a row is.  Included by mdcore.h.
 *
 * A schema is a C struct and a table that names its fields.  Every record
 * begins with the five members of `struct md_head`, so the core can place a
 * row (when, of what, where) without knowing its kind.  Records only grow at
 * the end; an array of them travels with its stride, and members that a
 * shorter row lacks are filled with "absent".
 */
#ifndef MDCORE_RECORDS_H
#define MDCORE_RECORDS_H

#ifndef MDCORE_H
#error "include <mdcore.h>"
#endif

/* Field types.  `name` is interned text (`md_host.intern`): few distinct
 * values, stored as a dictionary.  `text` is free text.                  */
enum md_field_type {
  MD_FIELD_I64   = 10, /* int64_t, absent = MD_ABSENT                     */
  MD_FIELD_TIME  = 20, /* md_time, likewise                               */
  MD_FIELD_PRICE = 30, /* md_price, likewise                              */
  MD_FIELD_F64   = 40, /* double, absent = NaN                            */
  MD_FIELD_NAME  = 50, /* uint32_t, absent = MD_ABSENT_NAME               */
  MD_FIELD_TEXT  = 60, /* struct md_text, absent = { NULL, 0 }            */
  MD_FIELD_FLAGS = 70  /* uint32_t of MD_ROW_..., never absent            */
};

#define MD_FIELD_REQUIRED (1u << 0) /* a row without it is a dead letter  */
#define MD_FIELD_KEY      (1u << 1) /* tells apart rows of one time       */
#define MD_FIELD_SERIES   (1u << 2) /* names the series; not a column     */

/* Array element, stride md_table.field_size.                             */
struct md_field {
  uint32_t    id;     /* permanent within the table; never reused         */
  uint32_t    type;   /* enum md_field_type                               */
  uint32_t    offset; /* in the record                                    */
  uint32_t    flags;  /* MD_FIELD_...                                     */
  const char *name;   /* column name, lower case with underscores         */
  const char *doc;    /* one line with the unit                           */
};

struct md_table {
  uint32_t    struct_size;
  uint32_t    record_size;
  const char *name;   /* "bar"; a plugin's own: "databento.definition"    */
  const char *doc;
  const struct md_field *fields; /* the head's fields first               */
  size_t n_fields, field_size;
};

enum md_record {
  MD_BAR        = 100,
  MD_TRADE      = 200,
  MD_QUOTE      = 300, /* best bid and offer alone                        */
  MD_TBBO       = 400, /* an event together with the best bid and offer   */
  MD_STATISTIC  = 500,
  MD_HALT       = 600, /* trading status of an instrument                 */
  MD_INSTRUMENT = 700,
  MD_ACTION     = 800, /* split, dividend and other corporate actions     */
  MD_SESSION    = 900, /* opening hours of one market day                 */
  MD_OWN_TABLE  = 1000 /* the plugin's own: md_offer.table                */
};

/* Row flags.                                                             */
#define MD_ROW_PROVISIONAL (1u << 0) /* the interval is not over yet      */
#define MD_ROW_DERIVED     (1u << 1) /* computed by mdcore from others    */
#define MD_ROW_CANCELLED   (1u << 2) /* withdrawn by the vendor           */
#define MD_ROW_CORRECTED   (1u << 3) /* a correction of an earlier row    */
#define MD_ROW_RECV_BAD    (1u << 4) /* ts_recv is not trustworthy        */

struct md_head { /* frozen */
  md_time  ts;       /* the offer's index time; a bar's start             */
  uint32_t symbol;   /* 0..n-1: the request's; else an `intern`ed         */
                     /*   instrument (parent and all-symbol selectors)    */
  uint32_t venue;    /* name; exchange or publisher, absent if one        */
  uint32_t contract; /* name; instrument behind a continuous symbol       */
  uint32_t flags;    /* MD_ROW_...                                        */
};

struct md_bar {
  md_time  ts;
  uint32_t symbol, venue, contract, flags;
  md_price open, high, low, close;
  double   volume;   /* unit: md_offer.volume_unit                        */
  double   vwap;
  int64_t  trades;   /* number of trades or ticks in the bar              */
};

struct md_trade {
  md_time  ts;
  uint32_t symbol, venue, contract, flags;
  md_time  ts_event; /* venue's clock, when `ts` is another               */
  md_time  ts_recv;  /* vendor's capture                                  */
  md_price price;
  double   size;
  int64_t  sequence; /* venue's message sequence                          */
  struct md_text id; /* the vendor's or venue's trade id                  */
  uint32_t side;     /* name; the aggressor: buy, sell; absent unknown    */
  uint32_t conditions; /* name; vendor's codes joined by ','              */
  uint32_t tape;     /* name                                              */
  uint32_t action;   /* name; vendor's event action where there is one    */
  int64_t  depth, vendor_flags, ts_in_delta, instrument_id;
};

struct md_quote {
  md_time  ts;
  uint32_t symbol, venue, contract, flags;
  md_time  ts_event, ts_recv;
  md_price bid, ask;
  double   bid_size, ask_size;
  uint32_t bid_venue, ask_venue; /* names                                 */
  uint32_t conditions, tape;     /* names                                 */
  int64_t  sequence;
};

/* tbbo, mbp-1 and bbo: an event (trade or book change; for bbo the last
 * trade of the interval) and the top of the book with it.                */
struct md_tbbo {
  md_time  ts;
  uint32_t symbol, venue, contract, flags;
  md_time  ts_event, ts_recv;
  md_price price;
  double   size;
  uint32_t side, action; /* names; side as in md_trade for trades         */
  int64_t  depth, sequence, vendor_flags, ts_in_delta, instrument_id;
  md_price bid, ask;
  double   bid_size, ask_size;
  int64_t  bid_count, ask_count; /* orders at the price                   */
  uint32_t bid_venue, ask_venue; /* names; consolidated feeds             */
};

struct md_statistic {
  md_time  ts;
  uint32_t symbol, venue, contract, flags;
  md_time  ts_event, ts_recv;
  md_time  ts_ref;       /* the time that the value speaks of             */
  uint32_t stat;         /* name: settlement_price, open_interest, ...    */
  uint32_t update;       /* name: new, delete                             */
  int64_t  stat_type;    /* the vendor's number                           */
  md_price price;
  int64_t  quantity;
  int64_t  sequence, ts_in_delta, channel_id, vendor_flags, instrument_id;
};

struct md_halt {
  md_time  ts;
  uint32_t symbol, venue, contract, flags;
  md_time  ts_event, ts_recv;
  int64_t  action, reason, trading_event; /* the vendor's numbers         */
  uint32_t trading, quoting, short_sell;  /* names: yes, no; restricted   */
  int64_t  instrument_id;
};

/* Emitted by mdcore.symbols/1; `ts` is when the vendor said so.          */
struct md_instrument {
  md_time  ts;
  uint32_t symbol, venue, contract, flags;
  struct md_text name;
  uint32_t kind;              /* name: spot, stock, etf, future, ...      */
  uint32_t base, currency;    /* names; the quote currency                */
  uint32_t status;            /* name, as the vendor says                 */
  md_price tick;              /* price step                               */
  double   lot;               /* size step                                */
  md_time  listed, delisted;
};

struct md_action {
  md_time  ts;                /* ex-date                                  */
  uint32_t symbol, venue, contract, flags;
  uint32_t action;            /* name; the core knows: split and          */
                              /*   stock_dividend (ratio_from shares      */
                              /*   become ratio_to), cash_dividend        */
                              /*   (`cash` a share), spin_off and         */
                              /*   rights_distribution, name_change,      */
                              /*   delisting, cash_merger, stock_merger,  */
                              /*   stock_and_cash_merger, redemption,     */
                              /*   worthless_removal                      */
  uint32_t currency;
  struct md_text id;
  double   ratio_from, ratio_to; /* a 2:1 split: 1, 2                     */
  md_price cash;
  md_time  declared, record, payable;
  struct md_text old_symbol, new_symbol; /* name_change: before, after;     */
                              /*   mergers: acquired, acquirer; spin_off:  */
                              /*   parent, child.  The action is one of    */
                              /*   the old symbol's prices where it is told */
  uint32_t traits;            /* name; "special", "foreign", joined by ','*/
  uint32_t reserved;
};

struct md_session {
  md_time  ts;                /* local midnight of the day, as UTC        */
  uint32_t symbol, venue, contract, flags;
  uint32_t kind;              /* name: open, half, closed                 */
  uint32_t reserved;
  md_time  open, close;
};

#endif
