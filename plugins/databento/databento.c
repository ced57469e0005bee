/* SPDX-License-Identifier: Apache-2.0
 *
 * databento.c - the provider's entry: keys, limits, sessions.
 */
#include "databento.h"

#include <stdlib.h>
#include <string.h>

enum { KEY_API_KEY, KEY_BASE_URL, KEY_FILES, KEY_FILES_VERSION,
       KEY_FILES_COMPLETE, KEY_SOURCE, KEY_BATCH_POLL, KEY_BATCH_EXPIRED,
       KEY_DOWNLOAD_URL };

static const struct md_key keys[] = {
  [KEY_API_KEY] = { "api_key", MD_STRING, MD_KEY_SECRET, NULL, NULL,
    "DATABENTO_API_KEY", "the key, 32 characters, begins with db-" },
  [KEY_BASE_URL] = { "base_url", MD_STRING, MD_KEY_ORIGIN,
    "https://hist.databento.com", NULL, NULL,
    "where the historical service is" },
  [KEY_FILES] = { "files", MD_STRING, MD_KEY_PATH | MD_KEY_DATA, NULL, NULL,
    NULL,
    "a DBN file, a folder of them or a batch download's zip, to be read "
    "instead of the service" },
  [KEY_FILES_VERSION] = { "files_version", MD_INT, 0, NULL, NULL, NULL,
    "DBN version (1 to 3) of fragments whose name does not tell it" },
  [KEY_FILES_COMPLETE] = { "files_complete", MD_BOOL, 0, "no", NULL, NULL,
    "the files are all there is for the job's range: what lies between them "
    "holds nothing" },
  [KEY_SOURCE] = { "source", MD_CHOICE, MD_KEY_WHOLE, "stream",
    "stream|batch", NULL,
    "stream: answers as they come, charged each time; batch: jobs that are "
    "ordered, charged once, and downloaded" },
  [KEY_BATCH_POLL] = { "batch_poll", MD_DURATION, 0, "5s", NULL, NULL,
    "first pause between two looks at a batch job; grows to a minute" },
  [KEY_BATCH_EXPIRED] = { "batch_expired", MD_CHOICE, 0, "fail", "fail|buy",
    NULL, "whether a paid job whose files expired before they were fetched is "
    "bought again" },
  [KEY_DOWNLOAD_URL] = { "download_url", MD_STRING, MD_KEY_ORIGIN, NULL, NULL,
    NULL, "another host to which the service may send us for batch files" },
};

/* Per team; docs "Rate limits".                                             */
static const struct md_limit limits[] = {
  { "timeseries", NULL, 100, 10, "100 time series requests a second" },
  { "symbology", NULL, 100, 10, "100 symbology requests a second" },
  { "metadata", NULL, 20, 5, "20 metadata requests a second" },
  { "batch", NULL, 20, 5, "20 list_jobs requests a second" },
  { "submit", NULL, 20.0 / 60, 1, "20 submit_job requests a minute" },
  { "download", NULL, 0, 0, "files of batch jobs are not limited" },
};

static char *
copy_text (const char *text)
{
  size_t size = strlen (text) + 1;
  char *copy = malloc (size);

  return copy != NULL ? memcpy (copy, text, size) : NULL;
}

static void
close_session (void *user)
{
  struct session *session = user;

  free (session->base_url);
  free (session->files);
  free (session);
}

static void *
open_session (struct md_call *call, const struct md_host *host,
              const union md_value *config, struct md_error *err)
{
  const char *files = config[KEY_FILES].s;
  struct session *session;

  if (config[KEY_FILES_VERSION].i != MD_ABSENT
      && (config[KEY_FILES_VERSION].i < 1 || config[KEY_FILES_VERSION].i > 3)) {
    dbn_fail (err, MD_ERR_CONFIG,
              "databento: files_version must be 1, 2 or 3");
    return NULL;
  }
  if (files != NULL && strcmp (config[KEY_SOURCE].s, "batch") == 0) {
    dbn_fail (err, MD_ERR_CONFIG, "databento: `files` and `source = batch` "
              "exclude each other");
    return NULL;
  }
  session = calloc (1, sizeof *session);
  if (session == NULL)
    return NULL;
  session->host = host;
  session->has_key = config[KEY_API_KEY].s != NULL;
  session->files_version = config[KEY_FILES_VERSION].i;
  session->files_complete = config[KEY_FILES_COMPLETE].b;
  session->batch = strcmp (config[KEY_SOURCE].s, "batch") == 0;
  session->batch_poll = config[KEY_BATCH_POLL].i;
  session->batch_again = strcmp (config[KEY_BATCH_EXPIRED].s, "buy") == 0;
  session->base_url = copy_text (config[KEY_BASE_URL].s);
  session->files = files != NULL ? copy_text (files) : NULL;
  if (session->base_url == NULL || (files != NULL && session->files == NULL)) {
    close_session (session);
    return NULL;
  }
  return session;
}

static int
check (void *user, struct md_call *call, const struct md_request *request,
       struct md_error *err)
{
  return request_check (request, err);
}

static int
fetch (void *user, struct md_call *call, const struct md_request *request,
       struct md_error *err)
{
  const struct session *session = user;
  struct feed feed;
  int klass = feed_init (&feed, session, call, request, err);

  if (klass == MD_OK)
    klass = session->files != NULL ? files_fetch (&feed, err)
            : session->batch       ? batch_fetch (&feed, err)
                                   : request_fetch (&feed, err);
  feed_free (&feed);
  return klass;
}

static const struct md_provider provider = {
  .struct_size = sizeof provider,
  .offers = offers, .n_offers = N_SCHEMAS, .offer_size = sizeof offers[0],
  .open = open_session, .close = close_session, .fetch = fetch,
  .check = check,
  .limits = limits, .n_limits = sizeof limits / sizeof limits[0],
  .limit_size = sizeof limits[0],
};

static const struct md_estimate estimates = {
  .struct_size = sizeof estimates, .estimate = estimate
};

static const struct md_symbols symbols = {
  .struct_size = sizeof symbols, .list = list_instruments,
  .resolve = resolve_symbols
};

static const struct md_details details = {
  .struct_size = sizeof details, .details = describe
};

static const struct md_conditions condition = {
  .struct_size = sizeof condition, .conditions = conditions
};

static const struct md_iface ifaces[] = {
  { MD_IFACE_PROVIDER, &provider },
  { MD_IFACE_ESTIMATE, &estimates },
  { MD_IFACE_SYMBOLS, &symbols },
  { MD_IFACE_DETAILS, &details },
  { MD_IFACE_CONDITIONS, &condition },
  { NULL, NULL }
};

MD_PLUGIN (.name = "databento", .version = "0.1.0",
           .description = "Databento: exchanges' own feeds, history over HTTP "
                          "or from DBN files",
           .license = "Apache-2.0", .homepage = "https://databento.com",
           MD_ARRAY (key, keys), .ifaces = ifaces)
