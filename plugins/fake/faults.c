/* SPDX-License-Identifier: Apache-2.0
 *
 * faults.c - the failures of a vendor's service, at chosen calls.  A call is
 * one page; calls are counted in each session from 1.
 */
#include "fake.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int
fake_fail (struct md_error *err, int klass, int http_status,
           const char *message)
{
  err->klass = klass;
  err->http_status = http_status;
  err->symbol = MD_ABSENT_NAME;
  snprintf (err->message, sizeof err->message, "%s", message);
  return klass;
}

static const struct {
  const char *name;
  int klass, http_status;
  unsigned halves;     /* of the page that arrive before it                */
  const char *message;
} kinds[] = {
  { "limited", MD_ERR_LIMITED, 429, 0, "too many requests" },
  { "network", MD_ERR_NETWORK, 503, 0, "the service is unavailable" },
  { "cut", MD_ERR_NETWORK, 200, 1, "the connection was closed in the middle "
    "of the answer" },
  { "protocol", MD_ERR_PROTOCOL, 200, 1, "the answer is not what it claims "
    "to be" },
  { "auth", MD_ERR_AUTH, 401, 0, "the key was refused" },
  { "request", MD_ERR_REQUEST, 400, 0, "the request makes no sense" },
  { "not-found", MD_ERR_NOT_FOUND, 404, 0, "no such symbol" },
  { "entitlement", MD_ERR_ENTITLEMENT, 403, 0, "the plan does not include "
    "this range" },
  { "quota", MD_ERR_QUOTA, 429, 0, "the calls of this hour are used up" },
  { "internal", MD_ERR_INTERNAL, 0, 0, "a defect of the provider" },
};

/* Is CALL in a list like "3,5,9+"?  A '+' means "and all later ones".     */
static bool
is_listed (const char *list, uint64_t call)
{
  while (list != NULL && *list != '\0') {
    char *end;
    uint64_t n = strtoull (list, &end, 10);

    if (end == list)
      return false;
    if (n == call || (*end == '+' && n < call))
      return true;
    list = end + strspn (end, "+, ");
  }
  return false;
}

static bool
is_due (const struct fake_job *job)
{
  const union md_value *config = job->fake->config;
  uint64_t hash = fake_mix (fake_mix ((uint64_t) job->fake->seed)
                            + job->fake->calls);

  if (config[KEY_FAIL_SYMBOL].s != NULL)
    return strcmp (config[KEY_FAIL_SYMBOL].s, job->symbol) == 0;
  return is_listed (config[KEY_FAIL_AT].s, job->fake->calls)
         || (double) (hash >> 32) < config[KEY_FAIL_RATE].d * 4294967296.0;
}

static void
add_details (const struct fake_job *job, struct md_error *err)
{
  if (err->klass == MD_ERR_LIMITED)
    err->retry_after_ns = job->fake->config[KEY_RETRY_AFTER].i;
  if (err->klass == MD_ERR_QUOTA)
    err->until = job->fake->host->now (job->call) + MD_HOUR;
  if (err->klass == MD_ERR_NOT_FOUND && job->request->n_symbols > 0)
    err->symbol = job->id;
  if (err->klass == MD_ERR_ENTITLEMENT) {
    err->from = job->request->from;
    err->to = job->request->to;
  }
}

int
fake_fault (struct fake_job *job, unsigned *ret_halves, struct md_error *err)
{
  const char *kind = job->fake->config[KEY_FAIL_KIND].s;

  job->fake->calls++;
  if (!is_due (job))
    return MD_OK;
  for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
    if (strcmp (kinds[i].name, kind) != 0)
      continue;
    fake_fail (err, kinds[i].klass, kinds[i].http_status, kinds[i].message);
    snprintf (err->vendor_code, sizeof err->vendor_code, "%s", kind);
    add_details (job, err);
    *ret_halves = kinds[i].halves;
  }
  return err->klass;
}

/* A plugin may not sleep, so a slow answer keeps looking at the host's
 * clock, but not for ever at one that stands still (tests).               */
int
fake_wait (struct fake_job *job, struct md_error *err)
{
  const struct md_host *host = job->fake->host;
  md_time now = host->now (job->call);
  md_time until = now + job->fake->config[KEY_SLOW].i, last = now;

  for (long still = 0; now < until && still < 10000000; still++) {
    if (host->cancelled (job->call))
      return fake_fail (err, MD_ERR_CANCELLED, 0, "cancelled while waiting");
    now = host->now (job->call);
    if (now != last)
      still = 0;
    last = now;
  }
  return MD_OK;
}

int
fake_check_key (const struct fake *fake, struct md_error *err)
{
  const char *expected = fake->config[KEY_EXPECTED_KEY].s;
  const char *given = fake->config[KEY_API_KEY].s;

  if (expected == NULL || (given != NULL && strcmp (expected, given) == 0))
    return MD_OK;
  return fake_fail (err, MD_ERR_AUTH, 401, given == NULL
                    ? "no key was given (provider.api_key or "
                      "MDCORE_FAKE_API_KEY)" : "the key was refused");
}
