/* SPDX-License-Identifier: Apache-2.0
 *
 * polygon.c - Polygon, also named Massive: what it declares, and its
 * sessions.  polygon.md describes the choices made here.
 */
#include "polygon.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- keys ---------------------------------------------------------------- */

enum { KEY_API_KEY, KEY_BASE_URL, KEY_PLAN, KEY_SOURCE, KEY_FOLDER,
       KEY_COMPLETE, KEY_S3_URL, KEY_S3_BUCKET, KEY_S3_ID, KEY_S3_SECRET,
       N_KEYS };

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
  [KEY_SOURCE] = { .name = "source", .type = MD_CHOICE,
    .flags = MD_KEY_BULK, .dflt = "rest", .choices = "rest|s3|folder",
    .doc = "Where rows come from: the REST service, or flat files (a day of "
           "all tickers each) of the S3 host or of a local folder." },
  [KEY_FOLDER] = { .name = "folder", .type = MD_STRING, .flags = MD_KEY_PATH,
    .doc = "source = folder: where us_stocks_sip/day_aggs_v1/2024/... are." },
  [KEY_COMPLETE] = { .name = "folder_complete", .type = MD_BOOL, .dflt = "no",
    .doc = "source = folder: a day without a file had no trades." },
  [KEY_S3_URL] = { .name = "s3_url", .type = MD_STRING,
    .flags = MD_KEY_ORIGIN, .dflt = "https://files.massive.com",
    .doc = "source = s3: the S3-compatible host." },
  [KEY_S3_BUCKET] = { .name = "s3_bucket", .type = MD_STRING,
    .dflt = "flatfiles", .doc = "source = s3: the bucket." },
  [KEY_S3_ID] = { .name = "s3_key_id", .type = MD_STRING,
    .flags = MD_KEY_SECRET, .env = "POLYGON_S3_KEY_ID|MASSIVE_S3_KEY_ID",
    .doc = "source = s3: access key id, which is not the API key." },
  [KEY_S3_SECRET] = { .name = "s3_secret", .type = MD_STRING,
    .flags = MD_KEY_SECRET, .env = "POLYGON_S3_SECRET|MASSIVE_S3_SECRET",
    .doc = "source = s3: secret access key." },
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
  { .bucket = "files", .per_second = 20, .burst = 20,
    .doc = "flat files: no documented limit" },
};

/* ---- sessions ------------------------------------------------------------ */

static char *
copy (const char *text)
{
  char *made = malloc (strlen (text) + 1);

  return made != NULL ? strcpy (made, text) : NULL;
}

static int
check_url (const union md_value *config, int key, struct md_error *err)
{
  const char *url = config[key].s;

  if (url == NULL || (strncmp (url, "https://", 8) != 0
                      && strncmp (url, "http://", 7) != 0))
    return md_error_say (err, MD_ERR_CONFIG, "provider.%s must begin with "
                         "https:// or http://, not \"%.80s\"",
                         keys[key].name, url != NULL ? url : "");
  return MD_OK;
}

static int
check_config (const union md_value *config, struct md_error *err)
{
  int klass = check_url (config, KEY_BASE_URL, err);

  if (klass == MD_OK)
    klass = check_url (config, KEY_S3_URL, err);
  if (klass == MD_OK && config[KEY_S3_BUCKET].s == NULL)
    klass = md_error_say (err, MD_ERR_CONFIG, "provider.s3_bucket is not set");
  if (klass == MD_OK && strcmp (config[KEY_SOURCE].s, "folder") == 0
      && config[KEY_FOLDER].s == NULL)
    klass = md_error_say (err, MD_ERR_CONFIG, "provider.source = folder needs "
                          "provider.folder");
  if (klass == MD_OK
      && (config[KEY_S3_ID].s == NULL) != (config[KEY_S3_SECRET].s == NULL))
    klass = md_error_say (err, MD_ERR_CONFIG, "provider.s3_key_id and "
                          "provider.s3_secret belong together; one of them is "
                          "not set");
  return klass;
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
  free (pg->s3_url);
  free (pg->s3_bucket);
  free (pg->folder);
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
  pg->source = config[KEY_SOURCE].s[0] == 's'   ? PG_S3
               : config[KEY_SOURCE].s[0] == 'f' ? PG_FOLDER
                                                : PG_REST;
  pg->folder_complete = config[KEY_COMPLETE].b;
  pg->has_s3_keys = config[KEY_S3_ID].s != NULL;
  pg->base_url = copy (config[KEY_BASE_URL].s);
  pg->s3_url = copy (config[KEY_S3_URL].s);
  pg->s3_bucket = copy (config[KEY_S3_BUCKET].s);
  pg->folder = copy (config[KEY_FOLDER].s != NULL ? config[KEY_FOLDER].s : "");
  if (pg->base_url == NULL || pg->s3_url == NULL || pg->s3_bucket == NULL
      || pg->folder == NULL) {
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
check_all (const struct md_request *request, struct md_error *err)
{
  const struct pg_market *market = pg_market_of (request->dataset);

  if (request->offer->record == MD_ACTION
      || (market->grouped != NULL
          && strcmp (request->schema, "ohlcv-1d") == 0))
    return MD_OK;
  return md_error_say (err, MD_ERR_CONFIG, "all symbols at once are there for "
                       "ohlcv-1d of stocks, crypto and forex, not for %s of "
                       "%s; name the tickers, or use provider.source = s3",
                       request->schema, request->dataset);
}

static int
check_keys (const struct polygon *pg, struct md_error *err)
{
  if (pg->source == PG_REST && !pg->has_key)
    return md_error_say (err, MD_ERR_CONFIG, "the service wants a key; set "
                         "provider.api_key, or POLYGON_API_KEY, or "
                         "MASSIVE_API_KEY");
  if (pg->source == PG_S3 && !pg->has_s3_keys)
    return md_error_say (err, MD_ERR_CONFIG, "flat files want keys of their "
                         "own; set provider.s3_key_id and provider.s3_secret, "
                         "or POLYGON_S3_KEY_ID and POLYGON_S3_SECRET");
  return MD_OK;
}

static int
pg_check (void *session, struct md_call *call,
          const struct md_request *request, struct md_error *err)
{
  const struct polygon *pg = session;
  int klass = check_keys (pg, err);

  (void) call;
  if (klass == MD_OK && pg->source != PG_REST)
    klass = pg_check_flat (pg, request, err);
  else if (klass == MD_OK && request->n_symbols == 0)
    klass = check_all (request, err);
  return klass == MD_OK ? check_symbols (request, err) : klass;
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
  if (pg->source != PG_REST)
    return pg_fetch_flat (&job, err);
  if (request->offer->record == MD_ACTION)
    return pg_fetch_actions (&job, err);
  return request->n_symbols == 0 ? pg_fetch_grouped (&job, err)
                                 : pg_fetch_series (&job, err);
}

/* ---- the module ---------------------------------------------------------- */

static const struct md_provider provider = {
  .struct_size = sizeof provider, MD_ARRAY (offer, pg_offers),
  .open = pg_open, .close = pg_close, .fetch = pg_fetch, .check = pg_check,
  MD_ARRAY (limit, limits)
};

static const struct md_symbols symbols = {
  .struct_size = sizeof symbols, .list = pg_list_tickers,
};

static const struct md_iface ifaces[] = {
  { MD_IFACE_PROVIDER, &provider }, { MD_IFACE_SYMBOLS, &symbols },
  { NULL, NULL }
};

MD_PLUGIN (.name = "polygon", .version = "1.0",
           .description = "Polygon (Massive): US stocks, options, indices, "
                          "crypto and forex",
           .license = "Apache-2.0", .homepage = "https://massive.com/docs",
           MD_ARRAY (key, keys), .ifaces = ifaces,
           .example = "AAPL --schema ohlcv-1d --from 2025-01-01")
