/* SPDX-License-Identifier: Apache-2.0
 *
 * oanda.c - OANDA v20: what it declares, and its sessions.  oanda.md
 * describes the choices made here.
 */
#include "oanda.h"

#include <stdlib.h>
#include <string.h>

enum {
  KEY_TOKEN, KEY_ENVIRONMENT, KEY_ACCOUNT, KEY_PRACTICE_URL, KEY_LIVE_URL,
  N_KEYS
};

static const struct md_key keys[N_KEYS] = {
  [KEY_TOKEN] = { .name = "token", .type = MD_STRING,
    .flags = MD_KEY_REQUIRED | MD_KEY_SECRET,
    .env = "OANDA_ACCESS_TOKEN|OANDA_API_TOKEN|OANDA_TOKEN|OANDA_API_KEY",
    .doc = "Personal access token; made for practice or for live." },
  [KEY_ENVIRONMENT] = { .name = "environment", .type = MD_CHOICE,
    .dflt = "practice", .choices = "practice|live", .env = "OANDA_ENVIRONMENT",
    .doc = "Which of OANDA's two systems the token belongs to." },
  [KEY_ACCOUNT] = { .name = "account", .type = MD_STRING,
    .env = "OANDA_ACCOUNT_ID",
    .doc = "Account whose instruments are listed; candles need none." },
  [KEY_PRACTICE_URL] = { .name = "practice_url", .type = MD_STRING,
    .flags = MD_KEY_ORIGIN, .dflt = "https://api-fxpractice.oanda.com",
    .doc = "Where the REST API of practice accounts is." },
  [KEY_LIVE_URL] = { .name = "live_url", .type = MD_STRING,
    .flags = MD_KEY_ORIGIN, .dflt = "https://api-fxtrade.oanda.com",
    .doc = "Where the REST API of live accounts is." },
};

static const struct md_limit limits[] = {
  { .per_second = 100, .burst = 20,
    .doc = "best practices: 100 requests a second on one kept connection "
           "(120 are refused), per IP address" },
};

static int
check_config (const union md_value *config, const char *base,
              struct md_error *err)
{
  const char *account = config[KEY_ACCOUNT].s;

  if (base == NULL || (strncmp (base, "https://", 8) != 0
                       && strncmp (base, "http://", 7) != 0))
    return md_error_say (err, MD_ERR_CONFIG,
                         "provider.%s_url must begin with https:// or "
                         "http://, not \"%.80s\"",
                         config[KEY_ENVIRONMENT].s, base != NULL ? base : "");
  if (account != NULL && strspn (account, "0123456789") == strlen (account))
    return md_error_say (err, MD_ERR_CONFIG,
                         "provider.account is a number alone, as accounts of "
                         "OANDA's former API were; those of v20 look like "
                         "\"101-004-1234567-001\"");
  return MD_OK;
}

static char *
copy (const char *text)
{
  char *made = malloc (strlen (text) + 1);

  return made != NULL ? strcpy (made, text) : NULL;
}

static void
oa_close (void *session)
{
  struct oanda *oa = session;

  free (oa->base_url);
  free (oa->account);
  free (oa);
}

static void *
oa_open (struct md_call *call, const struct md_host *host,
         const union md_value *config, struct md_error *err)
{
  bool is_live = strcmp (config[KEY_ENVIRONMENT].s, "live") == 0;
  const char *base = config[is_live ? KEY_LIVE_URL : KEY_PRACTICE_URL].s;
  const char *account = config[KEY_ACCOUNT].s;
  struct oanda *oa;

  (void) call;
  if (check_config (config, base, err) != MD_OK)
    return NULL;
  oa = calloc (1, sizeof *oa);
  if (oa == NULL)
    return NULL;
  oa->host = host;
  oa->is_live = is_live;
  oa->base_url = copy (base);
  oa->account = account != NULL ? copy (account) : NULL;
  if (oa->base_url == NULL || (account != NULL && oa->account == NULL)) {
    oa_close (oa);
    return NULL;
  }
  return oa;
}

/* "EUR/USD" is how others and OANDA's own display names have it.           */
static int
oa_check (void *session, struct md_call *call,
          const struct md_request *request, struct md_error *err)
{
  (void) session;
  (void) call;
  for (uint32_t i = 0; i < request->n_symbols; i++) {
    if (strchr (request->symbols[i], '_') != NULL)
      continue;
    err->symbol = i;
    return md_error_say (err, MD_ERR_CONFIG,
                         "\"%.40s\" is no instrument of OANDA; they are "
                         "spelled like \"EUR_USD\"", request->symbols[i]);
  }
  return MD_OK;
}

static int
oa_fetch (void *session, struct md_call *call,
          const struct md_request *request, struct md_error *err)
{
  struct oa_job job = { .oa = session, .call = call, .request = request };
  int klass = MD_OK;

  for (uint32_t i = 0; i < request->n_symbols && klass == MD_OK; i++) {
    job.instrument = request->symbols[i];
    job.symbol = i;
    klass = oa_fetch_candles (&job, err);
  }
  return klass;
}

/* OANDA refuses the third new connection of a second.                      */
#define MOST_SESSIONS 2

static const struct md_provider provider = {
  .struct_size = sizeof provider, .max_sessions = MOST_SESSIONS,
  MD_ARRAY (offer, oa_offers),
  .open = oa_open, .close = oa_close, .fetch = oa_fetch, .check = oa_check,
  MD_ARRAY (limit, limits), .derive = oa_derive
};

static const struct md_symbols symbols = {
  .struct_size = sizeof symbols, .list = oa_list_instruments,
};

static const struct md_iface ifaces[] = {
  { MD_IFACE_PROVIDER, &provider }, { MD_IFACE_SYMBOLS, &symbols },
  { NULL, NULL }
};

MD_PLUGIN (.name = "oanda", .version = "1.0", .needs_minor = 3,
           .description = "OANDA v20: candles of currencies, metals and CFDs "
                          "by mid, bid and ask",
           .license = "Apache-2.0",
           .homepage = "https://developer.oanda.com/rest-live-v20/",
           MD_ARRAY (key, keys), .ifaces = ifaces,
           .example = "EUR_USD --dataset mid --schema ohlcv-1h "
                      "--from 2024-01-01")
