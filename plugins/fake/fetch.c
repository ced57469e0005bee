/* SPDX-License-Identifier: Apache-2.0
 *
 * fetch.c - sessions, and pages of rows from a range to the host.
 */
#include "fake.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- session -------------------------------------------------------- */

/* Configured strings are only borrowed while `open` runs.                 */
static union md_value *
copy_config (const union md_value *config, char **ret_texts)
{
  union md_value *copy = calloc (N_KEYS, sizeof *copy);
  size_t size = 1;
  char *texts;

  for (int i = 0; i < N_KEYS; i++) {
    if (fake_keys[i].type == MD_STRING || fake_keys[i].type == MD_CHOICE)
      size += config[i].s != NULL ? strlen (config[i].s) + 1 : 0;
  }
  *ret_texts = texts = malloc (size);
  if (copy == NULL || texts == NULL) {
    free (copy);
    free (texts);
    return NULL;
  }
  memcpy (copy, config, N_KEYS * sizeof *copy);
  for (int i = 0; i < N_KEYS; i++) {
    if ((fake_keys[i].type == MD_STRING || fake_keys[i].type == MD_CHOICE)
        && config[i].s != NULL) {
      copy[i].s = strcpy (texts, config[i].s);
      texts += strlen (texts) + 1;
    }
  }
  return copy;
}

void
fake_close (void *session)
{
  struct fake *fake = session;

  free ((void *) fake->config);
  free (fake->texts);
  free (fake->rows);
  free (fake->ids);
  free (fake);
}

static bool
is_rate (double value)
{
  return value >= 0 && value <= 1;
}

static int
check_config (const struct fake *fake, struct md_error *err)
{
  static const enum fake_key rates[] = {
    KEY_REVISE_RATE, KEY_WITHDRAW_RATE, KEY_GAP_RATE, KEY_DUPLICATE_RATE,
    KEY_BAD_RATE, KEY_FAIL_RATE
  };
  char message[128];

  for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++) {
    if (is_rate (fake->config[rates[i]].d))
      continue;
    snprintf (message, sizeof message, "provider.%s must be in 0..1",
              fake_keys[rates[i]].name);
    return fake_fail (err, MD_ERR_CONFIG, 0, message);
  }
  if (fake->page_rows < 1 || fake->page_rows > 10000000)
    return fake_fail (err, MD_ERR_CONFIG, 0,
                      "provider.page_rows must be in 1..10000000");
  return MD_OK;
}

void *
fake_open (struct md_call *call, const struct md_host *host,
           const union md_value *config, struct md_error *err)
{
  struct fake *fake = calloc (1, sizeof *fake);

  (void) call;
  if (fake == NULL)
    return NULL;
  fake->host = host;
  fake->seed = config[KEY_SEED].i;
  fake->revision = config[KEY_REVISION].i;
  fake->page_rows = config[KEY_PAGE_ROWS].i;
  fake->config = copy_config (config, &fake->texts);
  if (fake->config != NULL && check_config (fake, err) == MD_OK)
    return fake;
  if (fake->config != NULL)
    fake_close (fake);
  else
    free (fake);
  return NULL;
}

/* ---- one page ------------------------------------------------------- */

static int
make_room (struct fake *fake, size_t rows, struct md_error *err)
{
  /* Twice: every row may be repeated.                                     */
  size_t need = 2 * rows;

  if (need <= fake->capacity)
    return MD_OK;
  free (fake->rows);
  free (fake->ids);
  fake->rows = malloc (need * sizeof (union fake_row));
  fake->ids = malloc (need * 24);
  fake->capacity = fake->rows != NULL && fake->ids != NULL ? need : 0;
  return fake->capacity > 0 ? MD_OK
         : fake_fail (err, MD_ERR_INTERNAL, 0, "out of memory");
}

static int
emit (struct fake_job *job, size_t n, struct md_error *err)
{
  uint32_t record = job->request->offer->record;

  if (n == 0)
    return MD_OK;
  return job->fake->host->emit (job->call, record, job->fake->rows, n,
                                fake_row_size (record), err);
}

/* Symbols of this kind exist and never traded.                            */
static bool
never_traded (const char *symbol)
{
  return strncmp (symbol, "EMPTY", 5) == 0;
}

static int
fetch_page (struct fake_job *job, md_time from, md_time to,
            struct md_error *err)
{
  struct fake *fake = job->fake;
  struct md_error fault = { .struct_size = sizeof fault };
  unsigned halves = 0;
  int failed = fake_fault (job, &halves, &fault);
  size_t n = 0;
  int klass;

  if (fake->config[KEY_SLOW].i > 0
      && (klass = fake_wait (job, err)) != MD_OK)
    return klass;
  klass = make_room (fake, fake_most_rows (job->request->offer, from, to),
                     err);
  if (klass == MD_OK && !never_traded (job->symbol))
    n = fake_blemish (job, fake_make_rows (job, from, to));
  if (klass == MD_OK)
    klass = emit (job, failed != MD_OK ? n * halves / 2 : n, err);
  if (klass == MD_OK && failed != MD_OK) {
    *err = fault;
    return failed;
  }
  return klass;
}

/* ---- all pages of a symbol ------------------------------------------ */

static int
cover (struct fake_job *job, md_time from, md_time to, struct md_error *err)
{
  uint32_t symbol = job->request->n_symbols > 0 ? job->id : MD_ALL_SYMBOLS;

  /* With `*` the call is complete only after the last symbol.             */
  if (symbol == MD_ALL_SYMBOLS)
    return MD_OK;
  return job->fake->host->covered (job->call, symbol, from, to, err);
}

/* The end of the page that starts at FROM: on the bars' grid, so that no
 * bar belongs to two.                                                     */
static md_time
page_end (const struct fake_job *job, md_time from, md_time to)
{
  const struct md_offer *offer = job->request->offer;
  int64_t span = fake_span_of (offer, job->fake->page_rows);
  md_time end;

  if (to - from <= span)
    return to;
  end = from + span;
  if (offer->record == MD_BAR && fake_floor (&offer->interval, end) > from)
    end = fake_floor (&offer->interval, end);
  return end;
}

static int
fetch_forwards (struct fake_job *job, md_time from, md_time to,
                struct md_error *err)
{
  while (from < to) {
    md_time end = page_end (job, from, to);
    int klass = fetch_page (job, from, end, err);

    if (klass == MD_OK)
      klass = cover (job, from, end, err);
    if (klass != MD_OK)
      return klass;
    from = end;
  }
  return MD_OK;
}

static int
fetch_backwards (struct fake_job *job, md_time from, md_time to,
                 struct md_error *err)
{
  int64_t span = fake_span_of (job->request->offer, job->fake->page_rows);

  while (from < to) {
    md_time start = to - from > span ? to - span : from;
    int klass;

    if (job->request->offer->record == MD_BAR && start > from)
      start = fake_floor (&job->request->offer->interval, start);
    if (start < from)
      start = from;
    klass = fetch_page (job, start, to, err);
    if (klass == MD_OK)
      klass = cover (job, start, to, err);
    if (klass != MD_OK)
      return klass;
    to = start;
  }
  return MD_OK;
}

/* A vendor has no future: only bars that are over, and the unfinished one
 * where it is asked for.                                                  */
static md_time
end_of_history (const struct fake_job *job)
{
  md_time now = job->fake->host->now (job->call);
  const struct md_interval *interval = &job->request->offer->interval;

  if (job->request->offer->record == MD_BAR)
    now = fake_floor (interval, now);
  return job->request->to < now ? job->request->to : now;
}

static int
fetch_unfinished (struct fake_job *job, struct md_error *err)
{
  const struct md_interval *interval = &job->request->offer->interval;
  md_time start
    = fake_floor (interval, job->fake->host->now (job->call));
  struct md_bar *bar;
  int klass;

  if (!(job->request->flags & MD_REQUEST_PROVISIONAL)
      || job->request->offer->record != MD_BAR || never_traded (job->symbol)
      || start < job->request->from || start >= job->request->to)
    return MD_OK;
  klass = make_room (job->fake, 2, err);
  if (klass != MD_OK)
    return klass;
  fake_make_rows (job, start, fake_next (interval, start));
  bar = job->fake->rows;
  bar->flags |= MD_ROW_PROVISIONAL;
  return emit (job, 1, err);
}

static int
fetch_symbol (struct fake_job *job, struct md_error *err)
{
  md_time to = end_of_history (job);
  bool backwards
    = strcmp (job->fake->config[KEY_ORDER].s, "newest-first") == 0;
  int klass;

  walk_init (&job->walk, (uint64_t) job->fake->seed, job->symbol);
  job->level = walk_level (
    job->request->offer->interval.unit == MD_UNIT_MONTH ? 86400
    : fake_seconds (&job->request->offer->interval));
  klass = backwards ? fetch_backwards (job, job->request->from, to, err)
                    : fetch_forwards (job, job->request->from, to, err);
  return klass == MD_OK ? fetch_unfinished (job, err) : klass;
}

/* ---- fetch ---------------------------------------------------------- */

static int
check_symbols (const struct md_request *request, struct md_error *err)
{
  char message[160];

  for (uint32_t i = 0; i < request->n_symbols; i++) {
    if (strncmp (request->symbols[i], "NOPE", 4) != 0)
      continue;
    snprintf (message, sizeof message, "the fake provider knows no symbol "
              "\"%.64s\"", request->symbols[i]);
    fake_fail (err, MD_ERR_NOT_FOUND, 404, message);
    err->symbol = i;
    return err->klass;
  }
  return MD_OK;
}

static int
fetch_all (struct fake_job *job, struct md_error *err)
{
  for (size_t i = 0; i < FAKE_CATALOGUE; i++) {
    int klass;

    job->symbol = fake_catalogue[i];
    klass = fake_intern (job, job->symbol, &job->id, err);
    if (klass == MD_OK)
      klass = fetch_symbol (job, err);
    if (klass != MD_OK)
      return klass;
  }
  if (job->request->from >= end_of_history (job))
    return MD_OK;
  return job->fake->host->covered (job->call, MD_ALL_SYMBOLS,
                                   job->request->from, end_of_history (job),
                                   err);
}

int
fake_fetch (void *session, struct md_call *call,
            const struct md_request *request, struct md_error *err)
{
  struct fake_job job = { .fake = session, .call = call,
                          .request = request };
  int klass = fake_check_key (session, err);

  if (klass == MD_OK)
    klass = check_symbols (request, err);
  if (klass == MD_OK && request->offer->record == MD_TRADE)
    klass = fake_intern (&job, "buy", &job.buy, err);
  if (klass == MD_OK && request->offer->record == MD_TRADE)
    klass = fake_intern (&job, "sell", &job.sell, err);
  if (klass == MD_OK && request->n_symbols == 0)
    return fetch_all (&job, err);
  for (uint32_t i = 0; i < request->n_symbols && klass == MD_OK; i++) {
    job.id = i;
    job.symbol = request->symbols[i];
    klass = fetch_symbol (&job, err);
  }
  return klass;
}
