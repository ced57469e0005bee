/* SPDX-License-Identifier: Apache-2.0
 *
 * listing.c - LISTING_STATUS, for mdcore.symbols/1: active and delisted
 * stocks and funds of the United States.
 */
#include "alphavantage.h"

#include <string.h>
#include <support/time.h>

enum { SYMBOL, NAME, EXCHANGE, TYPE, IPO, DELISTED, STATUS, N_COLUMNS };

static int
intern (struct av_job *job, struct md_text text, uint32_t *ret_id,
        struct md_error *err)
{
  *ret_id = MD_ABSENT_NAME;
  return text.len == 0 ? MD_OK
                       : job->av->host->intern (job->call, text.ptr, text.len,
                                                ret_id, err);
}

/* "null" stands for a day that there is not.                               */
static void
read_day (struct md_text text, const char *field, struct md_reasons *reasons,
          md_time *ret_day)
{
  if (text.len == 0 || (text.len == 4 && memcmp (text.ptr, "null", 4) == 0))
    return;
  if (text.len != 10 || !md_time_parse (text.ptr, text.len, ret_day))
    md_reason (reasons, "value", field);
}

static int
emit (struct av_job *job, const struct md_text *fields,
      struct md_instrument *row, struct md_error *err)
{
  int klass = intern (job, fields[SYMBOL], &row->symbol, err);

  row->name = fields[SYMBOL];
  if (klass == MD_OK)
    klass = intern (job, fields[TYPE], &row->kind, err);
  if (klass == MD_OK)
    klass = intern (job, fields[EXCHANGE], &row->venue, err);
  if (klass == MD_OK)
    klass = intern (job, fields[STATUS], &row->status, err);
  return klass != MD_OK ? klass
                        : job->av->host->emit (job->call, MD_INSTRUMENT, row,
                                               1, sizeof *row, err);
}

static int
read_row (struct av_job *job, const struct md_text *fields,
          const char *pattern, struct md_error *err)
{
  struct md_instrument row = {
    .ts = job->av->host->now (job->call), .venue = MD_ABSENT_NAME,
    .contract = MD_ABSENT_NAME, .base = MD_ABSENT_NAME,
    .currency = MD_ABSENT_NAME, .tick = MD_ABSENT, .lot = md_absent_f64 (),
    .listed = MD_ABSENT, .delisted = MD_ABSENT
  };
  struct md_rejected rejected = { .struct_size = sizeof rejected,
                                  .symbol = MD_ABSENT_NAME, .ts = MD_ABSENT };
  struct md_reasons reasons = { .len = 0 };

  if (!md_glob (pattern, fields[SYMBOL].ptr, fields[SYMBOL].len))
    return MD_OK;
  if (fields[SYMBOL].len == 0)
    md_reason (&reasons, "missing", "symbol");
  read_day (fields[IPO], "ipoDate", &reasons, &row.listed);
  read_day (fields[DELISTED], "delistingDate", &reasons, &row.delisted);
  if (reasons.len == 0)
    return emit (job, fields, &row, err);
  rejected.raw = fields[SYMBOL].ptr;
  rejected.raw_len = (size_t) (fields[STATUS].ptr + fields[STATUS].len
                               - rejected.raw);
  rejected.reasons = reasons.text;
  return job->av->host->reject (job->call, &rejected, err);
}

static int
read_table (struct av_job *job, const struct md_reply *reply,
            const char *pattern, struct md_error *err)
{
  struct md_text fields[N_COLUMNS];
  struct md_csv csv;
  size_t n = 0;
  int klass = MD_OK;

  md_csv_init (&csv, reply->body, reply->len);
  if (!md_csv_record (&csv, fields, N_COLUMNS, &n) || n < N_COLUMNS
      || md_csv_column (fields, N_COLUMNS, "symbol") != SYMBOL
      || md_csv_column (fields, N_COLUMNS, "status") != STATUS)
    return md_error_say (err, MD_ERR_PROTOCOL, "%s: the first line of the "
                         "answer is no header of listings", job->what);
  while (klass == MD_OK && md_csv_record (&csv, fields, N_COLUMNS, &n)) {
    if (n == 1 && fields[0].len == 0)
      continue;
    if (n < N_COLUMNS)
      return md_error_say (err, MD_ERR_PROTOCOL, "%s: line %zu has %zu of %d "
                           "fields: the answer was cut", job->what, csv.line,
                           n, N_COLUMNS);
    klass = read_row (job, fields, pattern, err);
  }
  if (klass == MD_OK && csv.fault != NULL)
    return md_error_say (err, MD_ERR_PROTOCOL, "%s: line %zu: %s", job->what,
                         csv.line, csv.fault);
  return klass;
}

int
av_list (void *session, struct md_call *call, const char *dataset,
         const char *pattern, struct md_error *err)
{
  static const char *const states[] = { "active", "delisted" };
  struct av_job job = { .av = session, .call = call,
                        .symbol = MD_ABSENT_NAME, .what = "listings" };
  int klass = MD_OK;

  (void) dataset; /* only stocks are listed */
  for (unsigned i = 0; i < 2 && klass == MD_OK; i++) {
    struct md_reply reply;
    struct md_url url;
    char buf[AV_URL_SIZE];

    md_url_init (&url, buf, sizeof buf, job.av->base_url);
    md_url_path (&url, "/query");
    md_url_query (&url, "function", "LISTING_STATUS");
    md_url_query (&url, "state", states[i]);
    klass = av_get (&job, &url, &reply, err);
    if (klass == MD_OK)
      klass = read_table (&job, &reply, pattern, err);
  }
  return klass;
}
