/* SPDX-License-Identifier: Apache-2.0
 *
 * flat.c - a fetch from flat files: one day after the other, from a local
 * folder or from the S3-compatible host, each read from front to back.
 */
#include "flat.h"

#include <stdio.h>
#include <stdlib.h>
#include <support/time.h>

#define MOST_FIELDS 40
/* More rows than this are not held until the end of a file.                */
#define PATIENCE 200000

/* ---- names ------------------------------------------------------------------- */

static const char *
type_of (const struct md_request *request)
{
  switch (request->offer->record) {
  case MD_TRADE:
    return "trades";
  case MD_QUOTE:
    return "quotes";
  default:
    return request->offer->interval.unit == MD_UNIT_DAY ? "day_aggs"
                                                        : "minute_aggs";
  }
}

void
pg_flat_add_folder (const struct pg_flat *flat, int64_t day,
                    struct md_url *url)
{
  int64_t year;
  unsigned month, of_month;
  char text[40];

  md_civil_from_days (day, &year, &month, &of_month);
  md_url_path (url, flat->job->market->flat);
  md_url_path (url, "/");
  md_url_path (url, type_of (flat->job->request));
  snprintf (text, sizeof text, "_v1/%04lld/%02u/", (long long) year, month);
  md_url_path (url, text);
}

/* ---- coverage ------------------------------------------------------------------ */

/* A day of the request.                                                    */
static int
cover_day (struct pg_flat *flat, uint32_t symbol, struct md_error *err)
{
  const struct md_request *request = flat->job->request;
  md_time from = flat->day_from, to = flat->day_to;

  return flat->job->pg->host->covered (
    flat->job->call, symbol, from > request->from ? from : request->from,
    to < request->to ? to : request->to, err);
}

int
pg_flat_cover_ticker (struct pg_flat *flat, struct md_error *err)
{
  int klass;

  if (flat->symbol == MD_ABSENT_NAME || flat->job->request->n_symbols == 0
      || flat->rows < PATIENCE || flat->done[flat->symbol])
    return MD_OK;
  klass = pg_flush (flat->job, err);
  flat->done[flat->symbol] = 1;
  flat->in_pieces = true;
  return klass == MD_OK ? cover_day (flat, flat->symbol, err) : klass;
}

/* All in one piece where possible, so that the host sees who has rows and
 * who has none.                                                            */
static int
cover_rest (struct pg_flat *flat, struct md_error *err)
{
  int klass = pg_flush (flat->job, err);

  if (klass == MD_OK && !flat->in_pieces)
    return cover_day (flat, MD_ALL_SYMBOLS, err);
  for (uint32_t i = 0; klass == MD_OK && i < flat->job->request->n_symbols;
       i++) {
    if (!flat->done[i])
      klass = cover_day (flat, i, err);
  }
  return klass;
}

/* ---- one file ------------------------------------------------------------------ */

/* Whole lines.  Rows hold texts of them, so they leave before more is read. */
static int
read_lines (struct pg_flat *flat, const char *text, size_t len,
            struct md_error *err)
{
  struct md_text fields[MOST_FIELDS];
  struct md_csv csv;
  size_t n;
  int klass = MD_OK;

  md_csv_init (&csv, text, len);
  for (const char *raw = csv.at;
       klass == MD_OK && md_csv_record (&csv, fields, MOST_FIELDS, &n);
       raw = csv.at) {
    if (n > MOST_FIELDS)
      return md_error_say (err, MD_ERR_PROTOCOL, "%s: %.200s: a line of %zu "
                           "fields", flat->job->what, flat->name, n);
    klass = flat->n_columns == 0
              ? pg_flat_head (flat, fields, n, err)
              : pg_flat_row (flat, fields, n, raw, csv.at, err);
  }
  if (klass == MD_OK && csv.fault != NULL)
    return md_error_say (err, MD_ERR_PROTOCOL, "%s: %.200s: %s: \"%.*s\"",
                         flat->job->what, flat->name, csv.fault,
                         (int) (csv.end - csv.at < 60 ? csv.end - csv.at
                                                      : 60), csv.at);
  return klass == MD_OK ? pg_flush (flat->job, err) : klass;
}

static size_t
whole_lines (const char *text, size_t len)
{
  while (len > 0 && text[len - 1] != '\n')
    len--;
  return len;
}

static int
read_file (struct pg_flat *flat, struct md_error *err)
{
  const struct md_host *host = flat->job->pg->host;
  size_t len = 0, n = 1, whole;
  int klass = MD_OK;

  while (klass == MD_OK && n > 0) {
    klass = host->read (flat->job->call, flat->text + len, PG_TEXT_SIZE - len,
                        &n, err);
    if (klass != MD_OK)
      return klass;
    len += n;
    /* The last line may come without its end.                              */
    whole = n > 0 ? whole_lines (flat->text, len) : len;
    if (whole == 0 && len == PG_TEXT_SIZE)
      return md_error_say (err, MD_ERR_PROTOCOL, "%s: %.200s: a line of more "
                           "than %d bytes", flat->job->what, flat->name,
                           PG_TEXT_SIZE);
    klass = read_lines (flat, flat->text, whole, err);
    memmove (flat->text, flat->text + whole, len - whole);
    len -= whole;
  }
  if (klass == MD_OK && flat->n_columns == 0)
    return md_error_say (err, MD_ERR_PROTOCOL, "%s: %.200s is empty",
                         flat->job->what, flat->name);
  return klass == MD_OK ? cover_rest (flat, err) : klass;
}

/* ---- days ---------------------------------------------------------------------- */

static int
no_file (struct pg_flat *flat, const char *why, struct md_error *err)
{
  char date[PG_DATE_SIZE];

  pg_format_date (flat->day, date);
  err->from = flat->day_from;
  err->to = flat->day_to;
  return md_error_say (err, MD_ERR_ENTITLEMENT, "%s: no flat file of %s: %s",
                       flat->job->what, date, why);
}

/* The list of the month tells a holiday from a file that is still to come:
 * files are there at about 11:00 of the next day.                          */
static int
open_s3 (struct pg_flat *flat, bool *ret_open, struct md_error *err)
{
  md_time now = flat->job->pg->host->now (flat->job->call);
  int klass = pg_s3_has_day (flat, flat->day, ret_open, err);

  if (klass != MD_OK)
    return klass;
  if (*ret_open)
    return pg_s3_open (flat, flat->day, err);
  if (now < pg_day_start (flat->job->market, flat->day + 2))
    return no_file (flat, "it is published at about 11:00 New York time of "
                    "the next day", err);
  return MD_OK;
}

static int
open_folder (struct pg_flat *flat, bool *ret_open, struct md_error *err)
{
  const struct polygon *pg = flat->job->pg;
  const struct md_http http = { .struct_size = sizeof http,
                                .flags = MD_HTTP_PULL, .url = flat->name };
  struct md_reply reply = { .struct_size = sizeof reply };
  struct md_error why = { .struct_size = sizeof why };
  char date[PG_DATE_SIZE];
  struct md_url url;
  int klass;

  pg_format_date (flat->day, date);
  md_url_init (&url, flat->name, sizeof flat->name, pg->folder);
  md_url_path (&url, "/");
  pg_flat_add_folder (flat, flat->day, &url);
  md_url_path (&url, date);
  md_url_path (&url, ".csv.gz");
  klass = md_url_finish (&url, err);
  if (klass == MD_OK)
    klass = pg->host->http (flat->job->call, &http, &reply, &why);
  *ret_open = klass == MD_OK && reply.status == 200;
  if (*ret_open || pg->folder_complete)
    return MD_OK;
  if (klass != MD_OK && klass != MD_ERR_CONFIG) {
    *err = why;
    return klass;
  }
  return no_file (flat, why.message[0] != '\0' ? why.message : flat->name,
                  err);
}

static int
fetch_day (struct pg_flat *flat, struct md_error *err)
{
  bool is_open = false;
  int klass;

  flat->n_columns = 0;
  flat->rows = 0;
  flat->in_pieces = false;
  flat->ticker_len = 0;
  flat->symbol = MD_ABSENT_NAME;
  if (flat->done != NULL)
    memset (flat->done, 0, flat->job->request->n_symbols);
  if (pg_is_closed (flat->job->market, flat->day))
    return cover_rest (flat, err);
  klass = flat->job->pg->source == PG_S3 ? open_s3 (flat, &is_open, err)
                                         : open_folder (flat, &is_open, err);
  if (klass != MD_OK)
    return klass;
  return is_open ? read_file (flat, err) : cover_rest (flat, err);
}

static int
by_name (const void *a, const void *b)
{
  return strcmp (((const struct pg_flat_symbol *) a)->name,
                 ((const struct pg_flat_symbol *) b)->name);
}

static bool
prepare (struct pg_flat *flat)
{
  const struct md_request *request = flat->job->request;

  flat->text = malloc (PG_TEXT_SIZE);
  flat->symbols = calloc (request->n_symbols + 1, sizeof flat->symbols[0]);
  flat->done = calloc (request->n_symbols + 1, 1);
  if (flat->text == NULL || flat->symbols == NULL || flat->done == NULL)
    return false;
  for (uint32_t i = 0; i < request->n_symbols; i++)
    flat->symbols[i] = (struct pg_flat_symbol) { request->symbols[i], i };
  qsort (flat->symbols, request->n_symbols, sizeof flat->symbols[0], by_name);
  return true;
}

static int
fetch_days (struct pg_flat *flat, bool closed, struct md_error *err)
{
  const struct pg_market *market = flat->job->market;
  const struct md_request *request = flat->job->request;
  int klass = MD_OK;

  flat->day = pg_day_of (market, request->from);
  for (; klass == MD_OK && pg_day_start (market, flat->day) < request->to;
       flat->day++) {
    flat->day_from = pg_day_start (market, flat->day);
    flat->day_to = pg_day_start (market, flat->day + 1);
    if (pg_is_closed (market, flat->day) == closed)
      klass = fetch_day (flat, err);
  }
  return klass;
}

int
pg_fetch_flat (struct pg_job *job, struct md_error *err)
{
  struct pg_flat flat = { .job = job, .listed_month = -1 };
  int klass = prepare (&flat)
                ? fetch_days (&flat, false, err)
                : md_error_say (err, MD_ERR_INTERNAL, "out of memory");

  /* Days that are not asked for are told last: the host takes what is
   * covered for a sign that the keys are right.                            */
  if (klass == MD_OK)
    klass = fetch_days (&flat, true, err);
  free (flat.text);
  free (flat.symbols);
  free (flat.done);
  return klass;
}

int
pg_check_flat (const struct polygon *pg, const struct md_request *request,
               struct md_error *err)
{
  const char *schema = request->schema;
  const char *source = pg->source == PG_S3 ? "s3" : "folder";
  uint32_t record = request->offer->record;

  if (pg_is_adjusted (request->dataset))
    return md_error_say (err, MD_ERR_CONFIG, "provider.source = %s: flat files "
                         "are not adjusted; take the dataset \"%.*s/raw\"",
                         source, (int) strcspn (request->dataset, "/"),
                         request->dataset);
  if (record != MD_TRADE && record != MD_QUOTE
      && strcmp (schema, "ohlcv-1m") != 0 && strcmp (schema, "ohlcv-1d") != 0)
    return md_error_say (err, MD_ERR_CONFIG, "provider.source = %s: there are "
                         "flat files of ohlcv-1m, ohlcv-1d, trades and "
                         "quotes, not of %.40s", source, schema);
  return MD_OK;
}
