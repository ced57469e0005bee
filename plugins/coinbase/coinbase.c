/* SPDX-License-Identifier: Apache-2.0
 *
 * coinbase.c - Coinbase, the public market data of its two APIs: what it
 * declares, and its sessions.  coinbase.md describes the choices made here.
 */
#include "coinbase.h"

#include <stdlib.h>

enum { KEY_BASE_URL, KEY_ADVANCED_URL, N_KEYS };

static const struct md_key keys[N_KEYS] = {
  [KEY_BASE_URL] = { .name = "base_url", .type = MD_STRING,
    .flags = MD_KEY_ORIGIN, .dflt = "https://api.exchange.coinbase.com",
    .doc = "Where the Exchange REST API is." },
  [KEY_ADVANCED_URL] = { .name = "advanced_url", .type = MD_STRING,
    .flags = MD_KEY_ORIGIN, .dflt = "https://api.coinbase.com",
    .doc = "Where the Advanced Trade REST API is." },
};

/* Nothing is documented about late changes; half a minute is time enough for
 * a candle to reach the cache in front of the API.                         */
#define SETTLE (30 * MD_SECOND)

#define CANDLES(dataset_, most_, schema_, count_, unit_, span_)             \
  { .dataset = dataset_, .schema = "ohlcv-" schema_, .record = MD_BAR,        \
    .flags = MD_OFFER_SPARSE | MD_OFFER_OUTSIDE | MD_OFFER_NEWEST_FIRST     \
             | MD_OFFER_UNNAMED,                                            \
    .interval = { .count = count_, .unit = unit_ },                         \
    .index_time = "bar start", .settle_ns = SETTLE, .max_symbols = 1,       \
    .max_span_ns = most_ * (span_), .page_rows = most_,                     \
    .volume_unit = "base currency", .calendar = "crypto",                   \
    .doc = "Candles of trades; no row where nothing traded." }

static const struct md_offer offers[] = {
  CANDLES ("spot", 300, "1m", 1, MD_UNIT_MINUTE, MD_MINUTE),
  CANDLES ("spot", 300, "5m", 5, MD_UNIT_MINUTE, 5 * MD_MINUTE),
  CANDLES ("spot", 300, "15m", 15, MD_UNIT_MINUTE, 15 * MD_MINUTE),
  CANDLES ("spot", 300, "1h", 1, MD_UNIT_HOUR, MD_HOUR),
  CANDLES ("spot", 300, "6h", 6, MD_UNIT_HOUR, 6 * MD_HOUR),
  CANDLES ("spot", 300, "1d", 1, MD_UNIT_DAY, MD_DAY),
  { .dataset = "spot", .schema = "trades", .record = MD_TRADE,
    .flags = MD_OFFER_SPARSE | MD_OFFER_NEWEST_FIRST,
    .index_time = "match time", .settle_ns = SETTLE, .max_symbols = 1,
    .page_rows = CB_TRADE_PAGE, .volume_unit = "base currency",
    .calendar = "crypto",
    .doc = "Every trade, with its id and the aggressor's side." },
  CANDLES ("advanced", 349, "1m", 1, MD_UNIT_MINUTE, MD_MINUTE),
  CANDLES ("advanced", 349, "5m", 5, MD_UNIT_MINUTE, 5 * MD_MINUTE),
  CANDLES ("advanced", 349, "15m", 15, MD_UNIT_MINUTE, 15 * MD_MINUTE),
  CANDLES ("advanced", 349, "30m", 30, MD_UNIT_MINUTE, 30 * MD_MINUTE),
  CANDLES ("advanced", 349, "1h", 1, MD_UNIT_HOUR, MD_HOUR),
  CANDLES ("advanced", 349, "2h", 2, MD_UNIT_HOUR, 2 * MD_HOUR),
  CANDLES ("advanced", 349, "4h", 4, MD_UNIT_HOUR, 4 * MD_HOUR),
  CANDLES ("advanced", 349, "6h", 6, MD_UNIT_HOUR, 6 * MD_HOUR),
  CANDLES ("advanced", 349, "1d", 1, MD_UNIT_DAY, MD_DAY),
};

static const struct md_limit limits[] = {
  { .per_second = 10, .burst = 15,
    .doc = "public endpoints, per IP: Exchange API, rate limits" },
  { .bucket = "advanced", .per_second = 10, .burst = 1,
    .doc = "public endpoints, per IP: Advanced Trade API, rate limits" },
};

static void
cb_close (void *session)
{
  struct coinbase *cb = session;

  free (cb->base_url);
  free (cb->advanced_url);
  free (cb);
}

static char *
copy_url (const union md_value *config, int key, struct md_error *err)
{
  const char *url = config[key].s;
  char *copy;

  if (url == NULL || (strncmp (url, "https://", 8) != 0
                      && strncmp (url, "http://", 7) != 0)) {
    md_error_say (err, MD_ERR_CONFIG, "provider.%s must begin with https:// "
                  "or http://, not \"%.80s\"", keys[key].name,
                  url != NULL ? url : "");
    return NULL;
  }
  copy = malloc (strlen (url) + 1);
  return copy != NULL ? strcpy (copy, url) : NULL;
}

static void *
cb_open (struct md_call *call, const struct md_host *host,
         const union md_value *config, struct md_error *err)
{
  struct coinbase *cb = calloc (1, sizeof *cb);

  (void) call;
  if (cb == NULL)
    return NULL;
  cb->host = host;
  cb->base_url = copy_url (config, KEY_BASE_URL, err);
  if (cb->base_url != NULL)
    cb->advanced_url = copy_url (config, KEY_ADVANCED_URL, err);
  if (cb->advanced_url == NULL) {
    cb_close (cb);
    return NULL;
  }
  return cb;
}

static int
intern_sides (struct cb_job *job, struct md_error *err)
{
  const struct md_host *host = job->cb->host;
  int klass = host->intern (job->call, "buy", 3, &job->buy, err);

  return klass == MD_OK ? host->intern (job->call, "sell", 4, &job->sell, err)
                        : klass;
}

static int
cb_fetch (void *session, struct md_call *call,
          const struct md_request *request, struct md_error *err)
{
  bool is_candles = request->offer->record == MD_BAR;
  struct cb_job job = { .cb = session, .call = call, .request = request,
                        .advanced = cb_is_advanced (request->dataset) };
  int klass = is_candles ? MD_OK : intern_sides (&job, err);

  for (uint32_t i = 0; i < request->n_symbols && klass == MD_OK; i++) {
    job.product = request->symbols[i];
    job.symbol = i;
    klass = job.advanced ? cb_fetch_advanced (&job, err)
            : is_candles ? cb_fetch_candles (&job, err)
                         : cb_fetch_trades (&job, err);
  }
  return klass;
}

static const struct md_provider provider = {
  .struct_size = sizeof provider, MD_ARRAY (offer, offers),
  .open = cb_open, .close = cb_close, .fetch = cb_fetch,
  MD_ARRAY (limit, limits)
};

static const struct md_symbols symbols = {
  .struct_size = sizeof symbols, .list = cb_list_products,
};

static const struct md_iface ifaces[] = {
  { MD_IFACE_PROVIDER, &provider }, { MD_IFACE_SYMBOLS, &symbols },
  { NULL, NULL }
};

MD_PLUGIN (.name = "coinbase", .version = "1.0",
           .description = "Coinbase: spot candles and trades of Exchange, "
                          "candles of Advanced Trade, no key needed",
           .license = "Apache-2.0",
           .homepage = "https://docs.cdp.coinbase.com/exchange/",
           MD_ARRAY (key, keys), .ifaces = ifaces,
           .example = "BTC-USD --schema ohlcv-1h --from 2024-01-01")
