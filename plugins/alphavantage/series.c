/* SPDX-License-Identifier: Apache-2.0
 *
 * series.c - one call for a whole series, or, for minutes of stocks, a call a
 * month.  There is no way to ask for a range.
 */
#include "alphavantage.h"

#include <stdio.h>
#include <string.h>
#include <support/time.h>
#include <support/zone.h>

/* `compact` is the newest hundred rows: at five a week, or seven, a hundred
 * days never hold more.                                                    */
#define COMPACT (99 * MD_DAY)

/* "EUR/USD" to two parameters.                                             */
static void
add_pair (struct md_url *url, const char *name, const char *first,
          const char *second)
{
  const char *slash = strchr (name, '/');
  char base[40];

  snprintf (base, sizeof base, "%.*s",
            (int) (slash - name < 39 ? slash - name : 39), name);
  md_url_query (url, first, base);
  md_url_query (url, second, slash + 1);
}

/* The newest hundred rows are free everywhere; the whole series may not be. */
static bool
is_compact (const struct av_job *job)
{
  const struct md_request *request = job->request;

  return request->offer->interval.unit == MD_UNIT_DAY
         && request->from >= job->av->host->now (job->call) - COMPACT;
}

static void
build_url (struct av_job *job, const char *month, struct md_url *url,
           char *buf)
{
  const struct md_offer *offer = job->request->offer;
  bool is_intraday = av_is_intraday (offer);
  char interval[16];

  md_url_init (url, buf, AV_URL_SIZE, job->av->base_url);
  md_url_path (url, "/query");
  md_url_query (url, "function", av_function (offer));
  if (av_is_stocks (offer))
    md_url_query (url, "symbol", job->name);
  else if (av_is_fx (offer))
    add_pair (url, job->name, "from_symbol", "to_symbol");
  else
    add_pair (url, job->name, "symbol", "market");
  if (is_intraday) {
    av_interval (offer, interval);
    md_url_query (url, "interval", interval);
  }
  if (month != NULL) {
    md_url_query (url, "month", month);
    md_url_query (url, "adjusted", strchr (offer->dataset, '/')[1] == 'r'
                                     ? "false" : "true");
    md_url_query (url, "extended_hours", "true");
  }
  if (is_intraday
      || (offer->interval.unit == MD_UNIT_DAY
          && (av_is_stocks (offer) || av_is_fx (offer))))
    md_url_query (url, "outputsize", is_compact (job) ? "compact" : "full");
  md_url_query (url, "datatype", "csv");
}

static int
fetch_rows (struct av_job *job, const char *month, struct av_rows *rows,
            struct md_error *err)
{
  struct md_reply reply;
  struct md_url url;
  char buf[AV_URL_SIZE];
  int klass;

  build_url (job, month, &url, buf);
  klass = av_get (job, &url, &reply, err);
  return klass == MD_OK ? av_read_rows (rows, &reply, err) : klass;
}

/* ---- a call a month ------------------------------------------------------ */

/* Local midnight in New York of the first day of a month, counted from year
 * 0.                                                                       */
static md_time
month_start (int64_t month)
{
  md_time local = md_days_from_civil (month / 12, (unsigned) (month % 12) + 1,
                                      1) * MD_DAY, t;

  if (md_zone_to_utc (MD_ZONE_NEW_YORK, local, &t) == MD_ZONE_RANGE)
    t = local + 5 * MD_HOUR;
  return t;
}

static int64_t
month_of (md_time t)
{
  md_time local = t + md_zone_offset (MD_ZONE_NEW_YORK, t);
  int64_t year, days = local / MD_DAY - (local % MD_DAY < 0);
  unsigned month, day;

  md_civil_from_days (days, &year, &month, &day);
  return year * 12 + month - 1;
}

/* Newest first: months before a company was listed are refused like unknown
 * symbols, and must not take the later ones along.                         */
static int
fetch_months (struct av_job *job, md_time end, struct md_error *err)
{
  md_time from = job->request->from;
  int klass = MD_OK;

  for (int64_t m = month_of (end - 1); klass == MD_OK && end > from; m--) {
    md_time start = month_start (m);
    struct av_rows rows = { .job = job, .from = start > from ? start : from,
                            .to = end, .least = start,
                            .most = month_start (m + 1) };
    char month[16];

    snprintf (month, sizeof month, "%04d-%02d", (int) (m / 12),
              (int) (m % 12) + 1);
    klass = fetch_rows (job, month, &rows, err);
    if (klass == MD_OK)
      klass = job->av->host->covered (job->call, job->symbol, rows.from, end,
                                      err);
    end = rows.from;
  }
  return klass;
}

/* ---- one call ------------------------------------------------------------ */

/* Minutes of currencies, and all that is of crypto but weeks and months, come
 * without a way to ask for what is older than the answer.                  */
static bool
has_reach (const struct md_offer *offer)
{
  return av_is_intraday (offer)
         || (!av_is_stocks (offer) && !av_is_fx (offer));
}

static int
beyond_reach (struct av_job *job, md_time oldest, md_time end,
              struct md_error *err)
{
  char at[40];

  err->from = job->request->from;
  err->to = oldest < end ? oldest : end;
  md_time_format (oldest, at);
  return md_error_say (err, MD_ERR_ENTITLEMENT, "%s: Alpha Vantage's answer "
                       "begins at %s, and earlier rows cannot be asked for",
                       job->what, at);
}

static int
fetch_whole (struct av_job *job, md_time end, struct md_error *err)
{
  const struct md_request *request = job->request;
  struct av_rows rows = { .job = job, .from = request->from, .to = end };
  md_time from = request->from, oldest;
  int klass = fetch_rows (job, NULL, &rows, err);

  if (klass == MD_ERR_ENTITLEMENT && !has_reach (request->offer)
      && request->offer->interval.unit == MD_UNIT_DAY
      && request->offer->record == MD_BAR && !is_compact (job)) {
    /* The newest hundred days may still be had.                            */
    err->from = from;
    err->to = av_floor (request->offer, job->av->host->now (job->call)
                                          - COMPACT) + MD_DAY;
  }
  if (klass != MD_OK)
    return klass;
  if (has_reach (request->offer) && rows.oldest != MD_ABSENT) {
    /* The oldest interval may have been cut.                               */
    oldest = av_floor (request->offer, rows.oldest);
    if (oldest > from)
      from = oldest < end ? oldest : end;
  }
  if (from < end)
    klass = job->av->host->covered (job->call, job->symbol, from, end, err);
  return klass == MD_OK && from > request->from
           ? beyond_reach (job, from, end, err) : klass;
}

int
av_fetch_series (struct av_job *job, struct md_error *err)
{
  const struct md_request *request = job->request;
  md_time end = av_floor (request->offer, job->av->host->now (job->call)
                                            - request->offer->settle_ns);

  snprintf (job->what, sizeof job->what, "%.20s %.12s of %.40s",
            request->dataset, request->schema, job->name);
  if (end > request->to)
    end = request->to;
  if (request->from >= end)
    return MD_OK;
  return av_is_stocks (request->offer) && av_is_intraday (request->offer)
           ? fetch_months (job, end, err) : fetch_whole (job, end, err);
}
