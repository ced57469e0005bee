/* SPDX-License-Identifier: Apache-2.0
 *
 * polygon.c - Polygon, also named Massive: what it declares, and its
 * sessions.  polygon.md describes the choices made here.
 */
#include "polygon.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- keys ---------------------------------------------------------------- */

enum { KEY_API_KEY, KEY_BASE_URL, KEY_PLAN, N_KEYS };

static const struct md_key keys[N_KEYS] = {
  [KEY_API_KEY] = { .name = "api_key", .type = MD_STRING,
    .flags = MD_KEY_SECRET, .env = "POLYGON_API_KEY|MASSIVE_API_KEY",
    .doc = "API key of the REST service." },
  [KEY_BASE_URL] = { .name = "base_url", .type = MD_STRING,
    .flags = MD_KEY_ORIGIN, .dflt = "https://api.massive.com",
    .doc = "The REST service; https://api.polygon.io is the same." },
  [KEY_PLAN] = { .name = "plan", .type = MD_CHOICE, .dflt = "free",
    .choices = "free|starter|developer|advanced",
    .doc = "The plan of the market that is asked: sets the rate limit, and "
           "when rows are final." },
};

/* Five calls in any minute: a call each 12.1 seconds.  The other plans have
 * no limit that is documented as such; the vendor asks for moderation.     */
static const struct md_limit limits[] = {
  { .plan = "free", .per_second = 0.0825, .burst = 1,
    .doc = "Basic: 5 calls a minute" },
  { .plan = "starter", .per_second = 100, .burst = 20,
    .doc = "paid plans: unlimited, kept below 100 a second" },
  { .plan = "developer", .per_second = 100, .burst = 20,
    .doc = "paid plans: unlimited, kept below 100 a second" },
  { .plan = "advanced", .per_second = 100, .burst = 20,
    .doc = "paid plans: unlimited, kept below 100 a second" },
};

/* ---- sessions ------------------------------------------------------------ */

static char *
copy (const char *text)
{
  char *made = malloc (strlen (text) + 1);

  return made != NULL ? strcpy (made, text) : NULL;
}

static int
check_config (const union md_value *config, struct md_error *err)
{
  const char *url = config[KEY_BASE_URL].s;

  if (url == NULL || (strncmp (url, "https://", 8) != 0
                      && strncmp (url, "http://", 7) != 0))
    return md_error_say (err, MD_ERR_CONFIG, "provider.base_url must begin "
                         "with https:// or http://, not \"%.80s\"",
                         url != NULL ? url : "");
  return MD_OK;
}

/* How far back the plan reaches.                                           */
static int
years_of (const char *plan)
{
  return strcmp (plan, "free") == 0        ? 2
         : strcmp (plan, "starter") == 0   ? 5
         : strcmp (plan, "developer") == 0 ? 10
                                           : 0;
}

static void
pg_close (void *session)
{
  struct polygon *pg = session;

  free (pg->base_url);
  free (pg);
}

static void *
pg_open (struct md_call *call, const struct md_host *host,
         const union md_value *config, struct md_error *err)
{
  struct polygon *pg;

  (void) call;
  if (check_config (config, err) != MD_OK)
    return NULL;
  pg = calloc (1, sizeof *pg);
  if (pg == NULL)
    return NULL;
  pg->host = host;
  pg->has_key = config[KEY_API_KEY].s != NULL;
  pg->is_free = strcmp (config[KEY_PLAN].s, "free") == 0;
  pg->years = years_of (config[KEY_PLAN].s);
  pg->base_url = copy (config[KEY_BASE_URL].s);
  if (pg->base_url == NULL) {
    pg_close (pg);
    return NULL;
  }
  return pg;
}

/* ---- requests ------------------------------------------------------------ */

static bool
is_ticker_of (const struct pg_market *market, const char *symbol)
{
  size_t len = strlen (market->prefix);

  if (strncmp (symbol, market->prefix, len) != 0 || symbol[len] == '\0'
      || strpbrk (symbol, ", /?#%") != NULL)
    return false;
  return len > 0 || strchr (symbol, ':') == NULL;
}

static int
check_symbols (const struct md_request *request, struct md_error *err)
{
  const struct pg_market *market = pg_market_of (request->dataset);

  for (uint32_t i = 0; i < request->n_symbols; i++) {
    if (is_ticker_of (market, request->symbols[i]))
      continue;
    err->symbol = i;
    return md_error_say (err, MD_ERR_CONFIG, "\"%.60s\" is no ticker of %s: "
                         "those are spelled like \"%s\"", request->symbols[i],
                         market->name, market->example);
  }
  return MD_OK;
}

static int
pg_check (void *session, struct md_call *call,
          const struct md_request *request, struct md_error *err)
{
  const struct polygon *pg = session;

  (void) call;
  if (!pg->has_key)
    return md_error_say (err, MD_ERR_CONFIG, "the service wants a key; set "
                         "provider.api_key, or POLYGON_API_KEY, or "
                         "MASSIVE_API_KEY");
  return check_symbols (request, err);
}

static int
pg_fetch (void *session, struct md_call *call,
          const struct md_request *request, struct md_error *err)
{
  struct polygon *pg = session;
  struct pg_job job = { .pg = pg, .call = call, .request = request,
                        .market = pg_market_of (request->dataset) };
  char what[100];

  snprintf (what, sizeof what, "%.40s %.40s", request->dataset,
            request->schema);
  job.what = what;
  memset (&pg->names, 0, sizeof pg->names);
  return pg_fetch_aggregates (&job, err);
}

/* ---- the module ---------------------------------------------------------- */

static const struct md_provider provider = {
  .struct_size = sizeof provider, MD_ARRAY (offer, pg_offers),
  .open = pg_open, .close = pg_close, .fetch = pg_fetch, .check = pg_check,
  MD_ARRAY (limit, limits)
};

static const struct md_iface ifaces[] = {
  { MD_IFACE_PROVIDER, &provider }, { NULL, NULL }
};

MD_PLUGIN (.name = "polygon", .version = "1.0",
           .description = "Polygon (Massive): US stocks, options, indices, "
                          "crypto and forex",
           .license = "Apache-2.0", .homepage = "https://massive.com/docs",
           MD_ARRAY (key, keys), .ifaces = ifaces,
           .example = "AAPL --schema ohlcv-1d --from 2025-01-01")
