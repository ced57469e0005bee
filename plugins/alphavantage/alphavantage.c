/* SPDX-License-Identifier: Apache-2.0
 *
 * alphavantage.c - Alpha Vantage: what it declares, and its sessions.
 * alphavantage.md describes the choices made here.
 */
#include "alphavantage.h"

#include <stdlib.h>
#include <string.h>

enum { KEY_API_KEY, KEY_PLAN, KEY_BASE_URL, N_KEYS };

static const struct md_key keys[N_KEYS] = {
  [KEY_API_KEY] = { .name = "api_key", .type = MD_STRING,
    .flags = MD_KEY_REQUIRED | MD_KEY_SECRET,
    .env = "ALPHAVANTAGE_API_KEY|ALPHA_VANTAGE_API_KEY",
    .doc = "API key." },
  [KEY_PLAN] = { .name = "plan", .type = MD_CHOICE, .dflt = "free",
    .choices = "free|75|150|300|600|1200",
    .doc = "The plan, by its requests a minute: sets the rate limit." },
  [KEY_BASE_URL] = { .name = "base_url", .type = MD_STRING,
    .flags = MD_KEY_ORIGIN, .dflt = "https://www.alphavantage.co",
    .doc = "Where the API is." },
};

/* A minute is counted, so burst and refill together stay below it.         */
static const struct md_limit limits[] = {
  { .plan = "free", .per_second = 5.0 / 60, .burst = 1, .per_day = 25,
    .doc = "free: 5 a minute, not two within a second, and 25 a day" },
  { .plan = "75", .per_second = 1.2, .burst = 3, .doc = "75 a minute" },
  { .plan = "150", .per_second = 2.4, .burst = 6, .doc = "150 a minute" },
  { .plan = "300", .per_second = 4.8, .burst = 12, .doc = "300 a minute" },
  { .plan = "600", .per_second = 9.6, .burst = 24, .doc = "600 a minute" },
  { .plan = "1200", .per_second = 19.2, .burst = 48, .doc = "1200 a minute" },
};

static void
av_close (void *session)
{
  struct alphavantage *av = session;

  free (av->base_url);
  free (av->api_key);
  free (av);
}

static char *
copy (const char *text)
{
  char *made = malloc (strlen (text) + 1);

  return made != NULL ? strcpy (made, text) : NULL;
}

static void *
av_open (struct md_call *call, const struct md_host *host,
         const union md_value *config, struct md_error *err)
{
  const char *base = config[KEY_BASE_URL].s;
  struct alphavantage *av;

  (void) call;
  if (base == NULL || (strncmp (base, "https://", 8) != 0
                       && strncmp (base, "http://", 7) != 0)) {
    md_error_say (err, MD_ERR_CONFIG, "provider.base_url must begin with "
                  "https:// or http://, not \"%.80s\"",
                  base != NULL ? base : "");
    return NULL;
  }
  av = calloc (1, sizeof *av);
  if (av == NULL)
    return NULL;
  av->host = host;
  av->base_url = copy (base);
  av->api_key = copy (config[KEY_API_KEY].s);
  if (av->base_url == NULL || av->api_key == NULL) {
    av_close (av);
    return NULL;
  }
  return av;
}

/* Labels of minutes tell no zone, and are New York's for its exchanges only. */
static bool
is_foreign (const char *symbol)
{
  static const char *const endings[] = { "LON", "DEX", "FRK", "TRT", "TRV",
                                         "BSE", "SHH", "SHZ", "SAO" };
  const char *dot = strrchr (symbol, '.');

  for (size_t i = 0; dot != NULL && i < sizeof endings / sizeof endings[0];
       i++) {
    if (strcmp (dot + 1, endings[i]) == 0)
      return true;
  }
  return false;
}

static int
av_check (void *session, struct md_call *call,
          const struct md_request *request, struct md_error *err)
{
  bool is_stocks = av_is_stocks (request->offer);

  (void) session;
  (void) call;
  for (uint32_t i = 0; i < request->n_symbols; i++) {
    const char *symbol = request->symbols[i], *slash = strchr (symbol, '/');

    err->symbol = i;
    if (is_stocks && av_is_intraday (request->offer) && is_foreign (symbol))
      return md_error_say (err, MD_ERR_CONFIG, "minutes of \"%.40s\" would be "
                           "labelled in a time zone that is not told; ask for "
                           "ohlcv-1d", symbol);
    if (!is_stocks && (slash == NULL || slash == symbol || slash[1] == '\0'
                       || slash - symbol > 39))
      return md_error_say (err, MD_ERR_CONFIG, "\"%.40s\" is no pair; write "
                           "\"EUR/USD\" or \"BTC/EUR\"", symbol);
  }
  err->symbol = MD_ABSENT_NAME;
  return MD_OK;
}

static int
av_fetch (void *session, struct md_call *call,
          const struct md_request *request, struct md_error *err)
{
  struct av_job job = { .av = session, .call = call, .request = request };
  int klass = av_check (session, call, request, err);

  for (uint32_t i = 0; i < request->n_symbols && klass == MD_OK; i++) {
    job.name = request->symbols[i];
    job.symbol = i;
    klass = av_fetch_series (&job, err);
  }
  return klass;
}

static const struct md_provider provider = {
  .struct_size = sizeof provider, MD_ARRAY (offer, av_offers),
  .open = av_open, .close = av_close, .fetch = av_fetch, .check = av_check,
  MD_ARRAY (limit, limits)
};

static const struct md_symbols symbols = { .struct_size = sizeof symbols,
                                           .list = av_list };

static const struct md_iface ifaces[] = {
  { MD_IFACE_PROVIDER, &provider }, { MD_IFACE_SYMBOLS, &symbols },
  { NULL, NULL }
};

MD_PLUGIN (.name = "alphavantage", .version = "1.0",
           .description = "Alpha Vantage: bars of stocks, currencies and "
                          "crypto, splits and dividends",
           .license = "Apache-2.0",
           .homepage = "https://www.alphavantage.co/documentation/",
           MD_ARRAY (key, keys), .ifaces = ifaces,
           .example = "IBM --dataset stocks/raw --schema ohlcv-1d "
                      "--from 2024-01-01")
