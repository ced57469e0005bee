/* SPDX-License-Identifier: Apache-2.0
 *
 * offers.c - what this provider delivers, and what each schema needs to get
 * from a stored record to a row.
 */
#include "databento.h"

#include <string.h>

/* ts_offset: bars are filed under ts_event (their start), everything else
 * under ts_recv, as the vendor's own start and end mean it.                 */
const struct schema schemas[N_SCHEMAS] = {
  { "ohlcv-1s", 5, 32, 8, MD_BAR, sizeof (struct md_bar), map_bar },
  { "ohlcv-1m", 6, 33, 8, MD_BAR, sizeof (struct md_bar), map_bar },
  { "ohlcv-1h", 7, 34, 8, MD_BAR, sizeof (struct md_bar), map_bar },
  { "ohlcv-1d", 8, 35, 8, MD_BAR, sizeof (struct md_bar), map_bar },
  { "ohlcv-eod", 13, 36, 8, MD_BAR, sizeof (struct md_bar), map_bar },
  { "trades", 4, 0, 32, MD_TRADE, sizeof (struct md_trade), map_trade },
  { "tbbo", 3, 1, 32, MD_TBBO, sizeof (struct md_tbbo), map_mbp },
  { "mbp-1", 1, 1, 32, MD_TBBO, sizeof (struct md_tbbo), map_mbp },
  { "bbo-1s", 18, 195, 32, MD_TBBO, sizeof (struct md_tbbo), map_bbo },
  { "bbo-1m", 19, 196, 32, MD_TBBO, sizeof (struct md_tbbo), map_bbo },
  { "tcbbo", 17, 194, 32, MD_TBBO, sizeof (struct md_tbbo), map_cmbp },
  { "cmbp-1", 14, 177, 32, MD_TBBO, sizeof (struct md_tbbo), map_cmbp },
  { "cbbo-1s", 15, 192, 32, MD_TBBO, sizeof (struct md_tbbo), map_cbbo },
  { "cbbo-1m", 16, 193, 32, MD_TBBO, sizeof (struct md_tbbo), map_cbbo },
  { "statistics", 10, 24, 16, MD_STATISTIC, sizeof (struct md_statistic),
    map_statistic },
  { "status", 11, 18, 16, MD_HALT, sizeof (struct md_halt), map_status },
  { "definition", 9, 19, 16, MD_OWN_TABLE, 0, map_definition },
};

const struct schema *
schema_by_name (const char *name)
{
  for (size_t i = 0; i < N_SCHEMAS; i++) {
    if (strcmp (schemas[i].name, name) == 0)
      return &schemas[i];
  }
  return NULL;
}

#define SELECTORS                                                            \
  (MD_SELECTS (MD_SELECT_SYMBOL) | MD_SELECTS (MD_SELECT_PARENT)             \
   | MD_SELECTS (MD_SELECT_CONTINUOUS) | MD_SELECTS (MD_SELECT_ID)           \
   | MD_SELECTS (MD_SELECT_ALL))

/* Whose days and hours are those of all American stock exchanges, and the
 * futures of one platform.  Options and other exchanges keep others.       */
#define STOCKS(dataset) "," dataset "=us-equities"
#define CALENDARS                                                            \
  "GLBX.MDP3=cme-globex"                                                     \
  STOCKS ("XNAS.ITCH") STOCKS ("XNAS.BASIC") STOCKS ("XNAS.NLS")             \
  STOCKS ("XNAS.QBBO") STOCKS ("XBOS.ITCH") STOCKS ("XPSX.ITCH")             \
  STOCKS ("BATS.PITCH") STOCKS ("BATY.PITCH") STOCKS ("EDGA.PITCH")          \
  STOCKS ("EDGX.PITCH") STOCKS ("XNYS.PILLAR") STOCKS ("XNYS.TRADES")        \
  STOCKS ("XNYS.BBO") STOCKS ("XCIS.PILLAR") STOCKS ("XCIS.TRADES")          \
  STOCKS ("XCIS.BBO") STOCKS ("XASE.PILLAR") STOCKS ("XCHI.PILLAR")          \
  STOCKS ("ARCX.PILLAR") STOCKS ("MEMX.MEMOIR") STOCKS ("EPRL.DOM")          \
  STOCKS ("IEXG.TOPS") STOCKS ("DBEQ.BASIC") STOCKS ("EQUS.MINI")            \
  STOCKS ("EQUS.SUMMARY") STOCKS ("EQUS.PLUS") STOCKS ("EQUS.ALL")

/* Data of the last 24 hours needs another licence: asking for it is refused,
 * so nothing counts as final before.                                        */
#define COMMON                                                               \
  .calendar = CALENDARS,                                                     \
  .settle_ns = MD_DAY, .max_symbols = 2000, .selectors = SELECTORS,          \
  .adjustment = "raw", .volume_unit = "shares or contracts",                 \
  .flags = MD_OFFER_PRICES_ANY | MD_OFFER_PAID | MD_OFFER_ALL_SYMBOLS        \
           | MD_OFFER_SPARSE

#define BARS(name, number, time_unit, text)                                  \
  { .schema = name, .record = MD_BAR, .interval = { number, time_unit, 0,    \
    NULL }, .index_time = "bar start", .doc = text, COMMON }
#define TICKS(name, kind, text)                                              \
  { .schema = name, .record = kind, .index_time = "ts_recv", .doc = text,    \
    COMMON }

const struct md_offer offers[N_SCHEMAS] = {
  BARS ("ohlcv-1s", 1, MD_UNIT_SECOND, "bars of a second, by publisher"),
  BARS ("ohlcv-1m", 1, MD_UNIT_MINUTE, "bars of a minute, by publisher"),
  BARS ("ohlcv-1h", 1, MD_UNIT_HOUR, "bars of an hour, by publisher"),
  BARS ("ohlcv-1d", 1, MD_UNIT_DAY, "bars of a UTC day, by publisher"),
  BARS ("ohlcv-eod", 1, MD_UNIT_DAY, "bars of a session, by publisher"),
  TICKS ("trades", MD_TRADE, "every trade"),
  TICKS ("tbbo", MD_TBBO, "every trade with the top of the book before it"),
  TICKS ("mbp-1", MD_TBBO, "every change of the top of the book"),
  TICKS ("bbo-1s", MD_TBBO, "top of the book and last trade each second"),
  TICKS ("bbo-1m", MD_TBBO, "top of the book and last trade each minute"),
  TICKS ("tcbbo", MD_TBBO, "every trade with the consolidated best prices"),
  TICKS ("cmbp-1", MD_TBBO, "every change of the consolidated best prices"),
  TICKS ("cbbo-1s", MD_TBBO, "consolidated best prices each second"),
  TICKS ("cbbo-1m", MD_TBBO, "consolidated best prices each minute"),
  TICKS ("statistics", MD_STATISTIC, "settlements, open interest and others"),
  TICKS ("status", MD_HALT, "trading status of instruments"),
  { .schema = "definition", .record = MD_OWN_TABLE,
    .table = &definition_table, .index_time = "ts_recv",
    .doc = "instrument definitions", COMMON },
};
