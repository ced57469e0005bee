/* SPDX-License-Identifier: Apache-2.0
 *
 * coinbase.c - Coinbase Exchange, public market data: what it declares, and
 * its sessions.  coinbase.md describes the choices made here.
 */
#include "coinbase.h"

#include <stdlib.h>

enum { KEY_BASE_URL, N_KEYS };

static const struct md_key keys[N_KEYS] = {
  [KEY_BASE_URL] = { .name = "base_url", .type = MD_STRING,
    .flags = MD_KEY_ORIGIN, .dflt = "https://api.exchange.coinbase.com",
    .doc = "Where the Exchange REST API is." },
};

/* Nothing is documented about late changes; half a minute is time enough for
 * a candle to reach the cache in front of the API.                         */
#define SETTLE (30 * MD_SECOND)

#define CANDLES(schema_, count_, unit_, span_)                              \
  { .dataset = "spot", .schema = "ohlcv-" schema_, .record = MD_BAR,        \
    .flags = MD_OFFER_SPARSE | MD_OFFER_OUTSIDE | MD_OFFER_NEWEST_FIRST,    \
    .interval = { .count = count_, .unit = unit_ },                         \
    .index_time = "bar start", .settle_ns = SETTLE, .max_symbols = 1,       \
    .max_span_ns = 300 * (span_), .page_rows = 300,                         \
    .volume_unit = "base currency", .adjustment = NULL,                     \
    .doc = "Candles of trades; no row where nothing traded." }

static const struct md_offer offers[] = {
  CANDLES ("1m", 1, MD_UNIT_MINUTE, MD_MINUTE),
  CANDLES ("5m", 5, MD_UNIT_MINUTE, 5 * MD_MINUTE),
  CANDLES ("15m", 15, MD_UNIT_MINUTE, 15 * MD_MINUTE),
  CANDLES ("1h", 1, MD_UNIT_HOUR, MD_HOUR),
  CANDLES ("6h", 6, MD_UNIT_HOUR, 6 * MD_HOUR),
  CANDLES ("1d", 1, MD_UNIT_DAY, MD_DAY),
  { .dataset = "spot", .schema = "trades", .record = MD_TRADE,
    .flags = MD_OFFER_SPARSE | MD_OFFER_NEWEST_FIRST,
    .index_time = "match time", .settle_ns = SETTLE, .max_symbols = 1,
    .page_rows = CB_TRADE_PAGE, .volume_unit = "base currency",
    .doc = "Every trade, with its id and the aggressor's side." },
};

static const struct md_limit limits[] = {
  { .per_second = 10, .burst = 15,
    .doc = "public endpoints, per IP: Exchange API, rate limits" },
};

static void
cb_close (void *session)
{
  struct coinbase *cb = session;

  free (cb->base_url);
  free (cb);
}

static void *
cb_open (struct md_call *call, const struct md_host *host,
         const union md_value *config, struct md_error *err)
{
  const char *base = config[KEY_BASE_URL].s;
  struct coinbase *cb;

  (void) call;
  if (base == NULL || (strncmp (base, "https://", 8) != 0
                       && strncmp (base, "http://", 7) != 0)) {
    md_error_say (err, MD_ERR_CONFIG,
             "provider.base_url must begin with https:// or http://, not "
             "\"%.80s\"", base != NULL ? base : "");
    return NULL;
  }
  cb = calloc (1, sizeof *cb);
  if (cb == NULL)
    return NULL;
  cb->host = host;
  cb->base_url = malloc (strlen (base) + 1);
  if (cb->base_url == NULL) {
    free (cb);
    return NULL;
  }
  strcpy (cb->base_url, base);
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
  struct cb_job job = { .cb = session, .call = call, .request = request };
  int klass = is_candles ? MD_OK : intern_sides (&job, err);

  for (uint32_t i = 0; i < request->n_symbols && klass == MD_OK; i++) {
    job.product = request->symbols[i];
    job.symbol = i;
    job.request = request;
    klass = is_candles ? cb_fetch_candles (&job, err)
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
           .description = "Coinbase Exchange: spot candles and trades, no "
                          "key needed",
           .license = "Apache-2.0",
           .homepage = "https://docs.cdp.coinbase.com/exchange/",
           MD_ARRAY (key, keys), .ifaces = ifaces,
           .example = "BTC-USD --schema ohlcv-1h --from 2024-01-01")
