/* SPDX-License-Identifier: Apache-2.0
 *
 * catalogue.c - the instruments that `*` means, and what a request costs.
 */
#include "fake.h"

#include <string.h>

const char *const fake_catalogue[FAKE_CATALOGUE] = {
  "ACME", "BOLT", "CRUX", "DUNE", "ECHO", "FLUX", "GLOW", "HALO", "IRIS",
  "JADE", "KITE", "LUMA", "MESA", "NOVA", "ONYX", "PEAK", "QUAY", "RUNE",
  "SAGE", "TIDE"
};

int
fake_intern (struct fake_job *job, const char *text, uint32_t *ret_id,
        struct md_error *err)
{
  return job->fake->host->intern (job->call, text, strlen (text), ret_id,
                                  err);
}

/* '*' and '?' only.                                                       */
static bool
matches (const char *pattern, const char *text)
{
  if (*pattern == '\0')
    return *text == '\0';
  if (*pattern == '*')
    return matches (pattern + 1, text)
           || (*text != '\0' && matches (pattern, text + 1));
  return *text != '\0' && (*pattern == '?' || *pattern == *text)
         && matches (pattern + 1, text + 1);
}

int
fake_list (void *session, struct md_call *call, const char *dataset,
           const char *pattern, struct md_error *err)
{
  struct fake_job job = { .fake = session, .call = call };
  const struct md_host *host = job.fake->host;

  (void) dataset;
  for (size_t i = 0; i < FAKE_CATALOGUE; i++) {
    struct md_instrument row = {
      .ts = host->now (call), .venue = MD_ABSENT_NAME,
      .contract = MD_ABSENT_NAME, .base = MD_ABSENT_NAME,
      .status = MD_ABSENT_NAME, .tick = WALK_CENT, .lot = 1,
      .listed = 0, .delisted = MD_ABSENT
    };
    int klass = MD_OK;

    if (pattern != NULL && !matches (pattern, fake_catalogue[i]))
      continue;
    row.name.ptr = fake_catalogue[i];
    row.name.len = strlen (fake_catalogue[i]);
    if ((klass = fake_intern (&job, fake_catalogue[i], &row.symbol, err))
          != MD_OK
        || (klass = fake_intern (&job, "stock", &row.kind, err)) != MD_OK
        || (klass = fake_intern (&job, "USD", &row.currency, err)) != MD_OK
        || (klass = host->emit (call, MD_INSTRUMENT, &row, 1, sizeof row,
                                err)) != MD_OK)
      return klass;
  }
  return MD_OK;
}

int
fake_estimate (void *session, struct md_call *call,
               const struct md_request *request, struct md_cost *ret_cost,
               struct md_error *err)
{
  const struct fake *fake = session;
  int64_t n = request->n_symbols > 0 ? request->n_symbols
                                     : (int64_t) FAKE_CATALOGUE;
  int64_t span = fake_span_of (request->offer, fake->page_rows);
  int64_t pages = (request->to - request->from + span - 1) / span;

  (void) call;
  (void) err;
  ret_cost->rows = MD_ABSENT;
  if (request->offer->record == MD_BAR)
    ret_cost->rows = n * ((request->to - request->from)
      / (fake_seconds (&request->offer->interval) * MD_SECOND));
  ret_cost->bytes = MD_ABSENT;
  ret_cost->calls_min = ret_cost->calls_max = n * pages;
  ret_cost->money = 0;
  strcpy (ret_cost->currency, "USD");
  return MD_OK;
}
