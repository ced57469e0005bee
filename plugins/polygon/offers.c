/* SPDX-License-Identifier: Apache-2.0
 *
 * offers.c - what this provider delivers, by market.
 */
#include "polygon.h"

#define NEW_YORK "America/New_York"

/* ---- markets ------------------------------------------------------------- */

static const struct pg_market markets[] = {
  { "stocks", "", "AAPL", "stocks", "us_stocks_sip",
    "/v2/aggs/grouped/locale/us/market/stocks/", MD_ZONE_NEW_YORK, true },
  { "options", "O:", "O:SPY251219C00650000", NULL, "us_options_opra", NULL,
    MD_ZONE_NEW_YORK, true },
  { "indices", "I:", "I:SPX", "indices", "us_indices", NULL,
    MD_ZONE_NEW_YORK, false },
  { "crypto", "X:", "X:BTCUSD", "crypto", "global_crypto",
    "/v2/aggs/grouped/locale/global/market/crypto/", MD_ZONE_UTC, false },
  { "forex", "C:", "C:EURUSD", "fx", "global_forex",
    "/v2/aggs/grouped/locale/global/market/fx/", MD_ZONE_UTC, false },
};

const struct pg_market *
pg_market_of (const char *dataset)
{
  size_t len = strcspn (dataset, "/");

  for (size_t i = 0; i < sizeof markets / sizeof markets[0]; i++) {
    if (strlen (markets[i].name) == len
        && memcmp (markets[i].name, dataset, len) == 0)
      return &markets[i];
  }
  return &markets[0]; /* reference data is that of stocks */
}

bool
pg_is_adjusted (const char *dataset)
{
  const char *slash = strchr (dataset, '/');

  return slash != NULL && strcmp (slash, "/split") == 0;
}

/* ---- bars ---------------------------------------------------------------- */

#define PAID "starter|developer|advanced"

/* Without a paid plan a day may be read when it is over.  With one, trades
 * may be read 15 minutes late, and a minute is for clocks that differ; until
 * then late reports still change bars.                                     */
#define EASY MD_DAY
#define PROMPT (16 * MD_MINUTE)

/* Options and indices keep hours of their own on the days of stocks.       */
#define CALENDARS                                                             \
  "stocks/raw=us-equities,stocks/split=us-equities,crypto=crypto,forex=fx"

/* `base_`: base aggregates in a bar, which is what a page's limit counts.  */
#define BAR(dataset_, adjustment_, flags_, rewritten_, volume_, schema_,      \
            count_, unit_, zone_, anchor_, base_)                             \
  { .dataset = dataset_, .schema = "ohlcv-" schema_, .record = MD_BAR,        \
    .flags = MD_OFFER_SPARSE | MD_OFFER_OUTSIDE | MD_OFFER_ALL_SYMBOLS        \
             | (flags_),                                                      \
    .interval = { .count = count_, .unit = unit_, .anchor_ns = anchor_,       \
                  .zone = zone_ },                                            \
    .index_time = "bar start", .settle_ns = EASY, .prompt_plan = PAID,        \
    .prompt_ns = PROMPT, .max_symbols = 1,                                    \
    .page_rows = PG_PAGE_ROWS / (base_), .rewritten_by = rewritten_,          \
    .volume_unit = volume_, .adjustment = adjustment_,                        \
    .calendar = CALENDARS,                                                    \
    .doc = "Aggregates; no row where nothing traded." }

/* Weeks begin on Sunday.                                                   */
#define BARS(dataset_, adjustment_, flags_, rewritten_, volume_, zone_)       \
  BAR (dataset_, adjustment_, flags_, rewritten_, volume_, "1m", 1,           \
       MD_UNIT_MINUTE, NULL, 0, 1),                                           \
  BAR (dataset_, adjustment_, flags_, rewritten_, volume_, "1s", 1,           \
       MD_UNIT_SECOND, NULL, 0, 1),                                           \
  BAR (dataset_, adjustment_, flags_, rewritten_, volume_, "5m", 5,           \
       MD_UNIT_MINUTE, NULL, 0, 5),                                           \
  BAR (dataset_, adjustment_, flags_, rewritten_, volume_, "15m", 15,         \
       MD_UNIT_MINUTE, NULL, 0, 15),                                          \
  BAR (dataset_, adjustment_, flags_, rewritten_, volume_, "30m", 30,         \
       MD_UNIT_MINUTE, NULL, 0, 30),                                          \
  BAR (dataset_, adjustment_, flags_, rewritten_, volume_, "1h", 1,           \
       MD_UNIT_HOUR, NULL, 0, 60),                                            \
  BAR (dataset_, adjustment_, flags_, rewritten_, volume_, "1d", 1,           \
       MD_UNIT_DAY, zone_, 0, 1),                                             \
  BAR (dataset_, adjustment_, flags_, rewritten_, volume_, "1w", 1,           \
       MD_UNIT_WEEK, zone_, -MD_DAY, 7),                                      \
  BAR (dataset_, adjustment_, flags_, rewritten_, volume_, "1mo", 1,          \
       MD_UNIT_MONTH, zone_, 0, 31)

#define TICKS(dataset_, schema_, record_, volume_, zone_, doc_)               \
  { .dataset = dataset_, .schema = schema_, .record = record_,                \
    .flags = MD_OFFER_SPARSE | MD_OFFER_ALL_SYMBOLS,                          \
    .interval = { .zone = zone_ }, .index_time = "SIP timestamp",             \
    .settle_ns = EASY, .prompt_plan = PAID, .prompt_ns = PROMPT,              \
    .max_symbols = 1, .page_rows = PG_PAGE_ROWS, .volume_unit = volume_,      \
    .doc = doc_ }
#define TRADES(dataset_, volume_, zone_)                                      \
  TICKS (dataset_, "trades", MD_TRADE, volume_, zone_,                        \
         "Every trade, with its conditions; crypto has the exchange's time.")
#define QUOTES(dataset_, volume_, zone_)                                      \
  TICKS (dataset_, "quotes", MD_QUOTE, volume_, zone_,                        \
         "Best bid and offer; forex has the participant's time.")

const struct md_offer pg_offers[] = {
  BARS ("stocks/raw", "raw", 0, NULL, "shares", NEW_YORK),
  /* Adjusted prices are quotients: what exceeds nine decimals is rounded.  */
  BARS ("stocks/split", "split", MD_OFFER_ROUNDS, "split", "shares",
        NEW_YORK),
  BARS ("options/raw", "raw", 0, NULL, "contracts", NEW_YORK),
  BARS ("options/split", "split", MD_OFFER_ROUNDS, "split", "contracts",
        NEW_YORK),
  /* Values are computed, and sent with all the digits of a double.         */
  BARS ("indices", NULL, MD_OFFER_ROUNDS | MD_OFFER_PRICES_ANY, NULL, NULL,
        NEW_YORK),
  BARS ("crypto", NULL, 0, NULL, "base currency", NULL),
  BARS ("forex", NULL, 0, NULL, "quotes", NULL),
  TRADES ("stocks/raw", "shares", NEW_YORK),
  QUOTES ("stocks/raw", "round lots or shares, as sent", NEW_YORK),
  TRADES ("options/raw", "contracts", NEW_YORK),
  QUOTES ("options/raw", "contracts", NEW_YORK),
  TRADES ("crypto", "base currency", NULL),
  QUOTES ("forex", NULL, NULL),
  /* No day is promised on which an action is there: one more is given.     */
  { .dataset = "us_equity", .schema = "actions", .record = MD_ACTION,
    .flags = MD_OFFER_SPARSE | MD_OFFER_ALL_SYMBOLS,
    .interval = { .count = 1, .unit = MD_UNIT_DAY, .zone = NEW_YORK },
    .index_time = "ex-date", .settle_ns = MD_DAY, .max_symbols = 1,
    .page_rows = 1000, .doc = "Splits and cash dividends." },
};
