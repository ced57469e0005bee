/* SPDX-License-Identifier: Apache-2.0
 *
 * alpaca.c - Alpaca Market Data: what it declares, and its sessions.
 * alpaca.md describes the choices made here.
 */
#include "alpaca.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- keys -------------------------------------------------------------------- */

enum { KEY_DATA_URL, KEY_TRADING_URL, KEY_ID, KEY_SECRET, KEY_PLAN,
       N_KEYS };

static const struct md_key keys[N_KEYS] = {
  [KEY_DATA_URL] = { .name = "data_url", .type = MD_STRING,
    .flags = MD_KEY_ORIGIN, .dflt = "https://data.alpaca.markets",
    .env = "APCA_API_DATA_URL", .doc = "Where market data is." },
  [KEY_TRADING_URL] = { .name = "trading_url", .type = MD_STRING,
    .flags = MD_KEY_ORIGIN, .dflt = "https://paper-api.alpaca.markets",
    .env = "APCA_API_BASE_URL",
    .doc = "Where the calendar and the list of assets are; keys of a live "
           "account need https://api.alpaca.markets." },
  [KEY_ID] = { .name = "key_id", .type = MD_STRING, .flags = MD_KEY_SECRET,
    .env = "APCA_API_KEY_ID",
    .doc = "API key id; crypto does without." },
  [KEY_SECRET] = { .name = "secret_key", .type = MD_STRING,
    .flags = MD_KEY_SECRET, .env = "APCA_API_SECRET_KEY",
    .doc = "API secret key; crypto does without." },
  [KEY_PLAN] = { .name = "plan", .type = MD_CHOICE, .dflt = "free",
    .choices = "free|plus",
    .doc = "The market data plan: sets the rate limit, and when rows are "
           "final." },
};

/* A fixed minute is counted, so burst and refill together must stay below
 * it.                                                                      */
static const struct md_limit limits[] = {
  { .plan = "free", .per_second = 3.2, .burst = 8,
    .doc = "Basic: 200 requests a minute and account" },
  { .plan = "plus", .per_second = 165, .burst = 100,
    .doc = "Algo Trader Plus: 10000 requests a minute and account" },
  { .bucket = "trading", .per_second = 3.2, .burst = 8,
    .doc = "Trading API: 200 requests a minute and account" },
};

/* ---- offers ------------------------------------------------------------------ */

#define NEW_YORK "America/New_York"
#define CHICAGO "America/Chicago"

/* Without real-time rights the consolidated tape may be read 15 minutes late
 * (AL_LATE has one more).  A single exchange and crypto are
 * not delayed; bars are sent again half a minute later where late trades
 * changed them.                                                            */
#define LATE AL_LATE
#define SOON (2 * MD_MINUTE)

/* Stocks trade from 4 to 20 o'clock on five days of seven; an hour more for
 * the week in which the clock moves.  Crypto never rests.                  */
#define STOCK_WEEK(minutes_) (5 * (960 / (minutes_) + 1) + 60 / (minutes_))
#define NO_WEEK(minutes_) 0

/* `more_` is added to both delays.                                         */
#define BAR(dataset_, adjustment_, flags_, rewritten_, unit_of_, settle_,     \
            more_, week_, schema_, count_, interval_unit_, zone_, calendar_)  \
  { .dataset = dataset_, .schema = "ohlcv-" schema_, .record = MD_BAR,        \
    .flags = MD_OFFER_SPARSE | (flags_),                                      \
    .interval = { .count = count_, .unit = interval_unit_, .zone = zone_ },   \
    .index_time = "bar start", .settle_ns = (settle_) + (more_),              \
    .prompt_plan = "plus", .prompt_ns = SOON + (more_), .max_symbols = 100,   \
    .page_rows = AL_PAGE_ROWS, .week_rows = week_,                            \
    .rewritten_by = rewritten_, .volume_unit = unit_of_,                      \
    .adjustment = adjustment_, .calendar = calendar_,                         \
    .doc = "Bars of trades; no row where nothing traded." }

/* Whether bars of four hours begin at UTC's or New York's is not documented:
 * an hour more, and they are final either way.                             */
#define BARS(dataset_, adjustment_, flags_, rewritten_, unit_, settle_,       \
             zone_, week_, calendar_)                                         \
  BAR (dataset_, adjustment_, flags_, rewritten_, unit_, settle_, 0,          \
       week_ (1), "1m", 1, MD_UNIT_MINUTE, NULL, calendar_),                  \
  BAR (dataset_, adjustment_, flags_, rewritten_, unit_, settle_, 0,          \
       week_ (5), "5m", 5, MD_UNIT_MINUTE, NULL, calendar_),                  \
  BAR (dataset_, adjustment_, flags_, rewritten_, unit_, settle_, 0,          \
       week_ (15), "15m", 15, MD_UNIT_MINUTE, NULL, calendar_),               \
  BAR (dataset_, adjustment_, flags_, rewritten_, unit_, settle_, 0,          \
       week_ (30), "30m", 30, MD_UNIT_MINUTE, NULL, calendar_),               \
  BAR (dataset_, adjustment_, flags_, rewritten_, unit_, settle_, 0,          \
       week_ (60), "1h", 1, MD_UNIT_HOUR, NULL, calendar_),                   \
  BAR (dataset_, adjustment_, flags_, rewritten_, unit_, settle_, MD_HOUR,    \
       week_ (240), "4h", 4, MD_UNIT_HOUR, NULL, calendar_),                  \
  BAR (dataset_, adjustment_, flags_, rewritten_, unit_, settle_, 0,          \
       week_ (960), "1d", 1, MD_UNIT_DAY, zone_, calendar_),                  \
  BAR (dataset_, adjustment_, flags_, rewritten_, unit_, settle_, 0,          \
       0, "1w", 1, MD_UNIT_WEEK, zone_, calendar_),                           \
  BAR (dataset_, adjustment_, flags_, rewritten_, unit_, settle_, 0,          \
       0, "1mo", 1, MD_UNIT_MONTH, zone_, calendar_)

#define STOCKS "us-equities"
/* `boats` trades at night, between the days of the others: no calendar.    */
#define RAW_BARS(feed_, as_of_, settle_, calendar_)                           \
  BARS (feed_ "/raw" as_of_, "raw", 0, NULL, "shares", settle_, NEW_YORK,     \
        STOCK_WEEK, calendar_)
/* Adjusted prices are quotients: what exceeds nine decimals is rounded.    */
#define ADJUSTED_BARS(feed_, settle_)                                         \
  BARS (feed_ "/split", "split", MD_OFFER_ROUNDS, "split", "shares",          \
        settle_, NEW_YORK, STOCK_WEEK, STOCKS),                               \
  BARS (feed_ "/all", "all", MD_OFFER_ROUNDS, "split,dividend", "shares",     \
        settle_, NEW_YORK, STOCK_WEEK, STOCKS)

#define TICKS(dataset_, schema_, record_, unit_, settle_, calendar_, doc_)    \
  { .dataset = dataset_, .schema = schema_, .record = record_,                \
    .flags = MD_OFFER_SPARSE, .index_time = "t", .settle_ns = settle_,        \
    .prompt_plan = "plus", .prompt_ns = SOON, .max_symbols = 100,             \
    .page_rows = AL_PAGE_ROWS, .volume_unit = unit_, .calendar = calendar_,   \
    .doc = doc_ }
#define STOCK_TICKS(feed_, as_of_, settle_, calendar_)                        \
  TICKS (feed_ "/raw" as_of_, "trades", MD_TRADE, "shares", settle_,          \
         calendar_, "Every trade, with its conditions."),                     \
  TICKS (feed_ "/raw" as_of_, "quotes", MD_QUOTE,                             \
         "shares (round lots before 2025-11-03)", settle_, calendar_,         \
         "Best bid and offer; sizes are in round lots before 2025-11-03.")

/* Symbols as a day resolves them are other series: the day is part of the
 * dataset.                                                                 */
#define AS_OF(feed_, settle_, calendar_)                                      \
  RAW_BARS (feed_, "@*", settle_, calendar_),                                 \
  STOCK_TICKS (feed_, "@*", settle_, calendar_)

#define CRYPTO(loc_)                                                          \
  BARS ("crypto/" loc_, NULL, 0, NULL, "base currency", SOON, CHICAGO,        \
        NO_WEEK, "crypto"),                                                   \
  TICKS ("crypto/" loc_, "trades", MD_TRADE, "base currency", SOON, "crypto", \
         "Every trade, with the taker's side."),                              \
  TICKS ("crypto/" loc_, "quotes", MD_QUOTE, "base currency", SOON, "crypto", \
         "Best bid and offer.")

#define DAYS { .count = 1, .unit = MD_UNIT_DAY, .zone = NEW_YORK }

static const struct md_offer offers[] = {
  RAW_BARS ("sip", "", LATE, STOCKS), ADJUSTED_BARS ("sip", LATE),
  STOCK_TICKS ("sip", "", LATE, STOCKS),
  RAW_BARS ("iex", "", SOON, STOCKS), ADJUSTED_BARS ("iex", SOON),
  STOCK_TICKS ("iex", "", SOON, STOCKS),
  RAW_BARS ("otc", "", LATE, STOCKS), STOCK_TICKS ("otc", "", LATE, STOCKS),
  RAW_BARS ("boats", "", LATE, NULL), STOCK_TICKS ("boats", "", LATE, NULL),
  AS_OF ("sip", LATE, STOCKS), AS_OF ("iex", SOON, STOCKS),
  AS_OF ("otc", LATE, STOCKS), AS_OF ("boats", LATE, NULL),
  CRYPTO ("us"), CRYPTO ("us-1"), CRYPTO ("us-2"), CRYPTO ("eu-1"),
  CRYPTO ("bs-1"),
  /* Alpaca promises no day on which an action is there: one more is given. */
  { .dataset = "us_equity", .schema = "actions", .record = MD_ACTION,
    .flags = MD_OFFER_SPARSE, .interval = DAYS, .index_time = "ex-date",
    .settle_ns = MD_DAY, .max_symbols = 100,
    .doc = "Splits, dividends, mergers, spin-offs, renames." },
  { .dataset = "us_equity", .schema = "sessions", .record = MD_SESSION,
    .flags = MD_OFFER_SPARSE, .interval = DAYS, .index_time = "market day",
    .max_symbols = 1,
    .doc = "Opening hours of each trading day; the symbol is XNYS." },
};

/* ---- sessions ------------------------------------------------------------------ */

static char *
copy (const char *text)
{
  char *made = malloc (strlen (text) + 1);

  return made != NULL ? strcpy (made, text) : NULL;
}

static int
check_config (const union md_value *config, struct md_error *err)
{
  static const int urls[] = { KEY_DATA_URL, KEY_TRADING_URL };

  for (size_t i = 0; i < 2; i++) {
    const char *url = config[urls[i]].s;

    if (url == NULL || (strncmp (url, "https://", 8) != 0
                        && strncmp (url, "http://", 7) != 0))
      return md_error_say (err, MD_ERR_CONFIG, "provider.%s must begin with "
                           "https:// or http://, not \"%.80s\"",
                           keys[urls[i]].name, url != NULL ? url : "");
  }
  if ((config[KEY_ID].s == NULL) != (config[KEY_SECRET].s == NULL))
    return md_error_say (err, MD_ERR_CONFIG, "provider.key_id and "
                         "provider.secret_key belong together; %s is not set",
                         config[KEY_ID].s == NULL ? "provider.key_id"
                                                  : "provider.secret_key");
  return MD_OK;
}

static void
al_close (void *session)
{
  struct alpaca *al = session;

  free (al->data_url);
  free (al->trading_url);
  free (al);
}

static void *
al_open (struct md_call *call, const struct md_host *host,
         const union md_value *config, struct md_error *err)
{
  struct alpaca *al;

  (void) call;
  if (check_config (config, err) != MD_OK)
    return NULL;
  al = calloc (1, sizeof *al);
  if (al == NULL)
    return NULL;
  al->host = host;
  al->has_keys = config[KEY_ID].s != NULL;
  al->data_url = copy (config[KEY_DATA_URL].s);
  al->trading_url = copy (config[KEY_TRADING_URL].s);
  al->delayed = config[KEY_PLAN].s == NULL
                || strcmp (config[KEY_PLAN].s, "free") == 0;
  if (al->data_url == NULL || al->trading_url == NULL) {
    al_close (al);
    return NULL;
  }
  return al;
}

static bool
is_date (const char *text)
{
  static const char form[] = "0000-00-00";

  for (size_t i = 0; i < sizeof form; i++) {
    if (form[i] == '0' ? text[i] < '0' || text[i] > '9' : text[i] != form[i])
      return false;
  }
  return true;
}

static int
check_calendar (const struct md_request *request, struct md_error *err)
{
  for (uint32_t i = 0; i < request->n_symbols; i++) {
    if (strcmp (request->symbols[i], AL_CALENDAR_SYMBOL) == 0)
      continue;
    err->symbol = i;
    return md_error_say (err, MD_ERR_CONFIG, "\"%.60s\" has no calendar of "
                         "its own; sessions are those of "
                         AL_CALENDAR_SYMBOL, request->symbols[i]);
  }
  return MD_OK;
}

static int
check_symbols (const struct md_request *request, struct md_error *err)
{
  bool crypto = al_is_crypto (request->dataset);

  for (uint32_t i = 0; i < request->n_symbols; i++) {
    const char *symbol = request->symbols[i];

    if (symbol[0] != '\0' && strpbrk (symbol, ", ") == NULL
        && crypto == (strchr (symbol, '/') != NULL))
      continue;
    err->symbol = i;
    return md_error_say (err, MD_ERR_CONFIG, "\"%.60s\" is no symbol of %s: "
                         "%s", symbol, request->dataset,
                         crypto ? "pairs are spelled like \"BTC/USD\""
                                : "stocks are spelled like \"AAPL\" and "
                                  "\"BRK.B\"");
  }
  return MD_OK;
}

/* "sip/raw@2024-12-31"                                                     */
static int
check_dataset (const struct md_request *request, struct md_error *err)
{
  const char *at = strchr (request->dataset, '@');

  if (at == NULL || is_date (at + 1))
    return MD_OK;
  return md_error_say (err, MD_ERR_CONFIG, "dataset \"%.60s\": a date such "
                       "as 2024-12-31 must follow the @", request->dataset);
}

static int
al_check (void *session, struct md_call *call,
          const struct md_request *request, struct md_error *err)
{
  const struct alpaca *al = session;

  (void) call;
  if (!al->has_keys && !al_is_crypto (request->dataset))
    return md_error_say (err, MD_ERR_CONFIG, "Alpaca wants keys for %s; set "
                         "provider.key_id and provider.secret_key, or "
                         "APCA_API_KEY_ID and APCA_API_SECRET_KEY",
                         request->dataset);
  if (check_dataset (request, err) != MD_OK)
    return err->klass;
  return strcmp (request->schema, "sessions") == 0
           ? check_calendar (request, err) : check_symbols (request, err);
}

static int
al_fetch (void *session, struct md_call *call,
          const struct md_request *request, struct md_error *err)
{
  struct al_job job = { .al = session, .call = call, .request = request };
  char what[100];

  snprintf (what, sizeof what, "%.40s %.40s", request->dataset,
            request->schema);
  job.what = what;
  switch (request->offer->record) {
  case MD_ACTION:
    return al_fetch_actions (&job, err);
  case MD_SESSION:
    return al_fetch_calendar (&job, err);
  default:
    memset (&job.al->names, 0, sizeof job.al->names);
    return al_fetch_series (&job, err);
  }
}

static const struct md_provider provider = {
  .struct_size = sizeof provider, MD_ARRAY (offer, offers),
  .open = al_open, .close = al_close, .fetch = al_fetch, .check = al_check,
  MD_ARRAY (limit, limits)
};

static const struct md_symbols symbols = {
  .struct_size = sizeof symbols, .list = al_list_assets,
};

static const struct md_iface ifaces[] = {
  { MD_IFACE_PROVIDER, &provider }, { MD_IFACE_SYMBOLS, &symbols },
  { NULL, NULL }
};

MD_PLUGIN (.name = "alpaca", .version = "1.0",
           .description = "Alpaca Market Data: US stocks and crypto, bars, "
                          "trades, quotes, corporate actions",
           .license = "Apache-2.0",
           .homepage = "https://docs.alpaca.markets/docs/about-market-data-api",
           MD_ARRAY (key, keys), .ifaces = ifaces)
