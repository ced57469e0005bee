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
    md_url_query (url, "adjusted", av_is_adjusted (offer) ? "true" : "false");
    md_url_query (url, "extended_hours", "true");
  }
  if (is_intraday
      || (offer->interval.unit == MD_UNIT_DAY
          && (av_is_stocks (offer) || av_is_fx (offer))))
    md_url_query (url, "outputsize", is_compact (job) ? "compact" : "full");
  md_url_query (url, "datatype", "csv");
}

/* The oldest row comes last: its line, without the line's end.             */
static struct md_text
last_line (const struct md_reply *reply)
{
  size_t end = reply->len, start;

  while (end > 0 && strchr ("\r\n", reply->body[end - 1]) != NULL)
    end--;
  for (start = end; start > 0 && reply->body[start - 1] != '\n'; start--)
    ;
  return (struct md_text) { reply->body + start, end - start };
}

/* CSV that was cut between two lines looks whole.  An answer that goes back
 * to where it should proves itself; the first session of a month is on its
 * fourth day at the latest.                                                */
static bool
reaches (const struct av_rows *rows, struct md_text line)
{
  const struct md_offer *offer = rows->job->request->offer;
  md_time start = rows->most != 0 ? rows->least : rows->from, t;
  int64_t slack = offer->interval.unit == MD_UNIT_MONTH  ? 36 * MD_DAY
                  : offer->interval.unit == MD_UNIT_WEEK ? 12 * MD_DAY
                                                         : 5 * MD_DAY;
  size_t len = 0;

  while (len < line.len && line.ptr[len] != ',')
    len++;
  return rows->goes_far
         || md_zone_parse (MD_ZONE_UTC, line.ptr, len, &t) != MD_ZONE_OK
         || t < start + slack;
}

/* What does not reach is asked for again, and has to be the same.          */
static int
confirm (struct av_job *job, struct md_url *url, struct md_text line,
         struct md_reply *reply, struct md_error *err)
{
  char before[200];
  size_t len = reply->len, n = line.len < sizeof before ? line.len
                                                        : sizeof before;
  int klass;

  memcpy (before, line.ptr, n);
  klass = av_get (job, url, reply, err);
  if (klass != MD_OK)
    return klass;
  line = last_line (reply);
  if (reply->len != len || line.len < n || memcmp (line.ptr, before, n) != 0)
    return md_error_say (err, MD_ERR_PROTOCOL, "%s: two answers to the same "
                         "question differ: one of them was cut", job->what);
  return MD_OK;
}

static int
fetch_rows (struct av_job *job, const char *month, struct av_rows *rows,
            struct md_error *err)
{
  struct md_reply reply;
  struct md_text line;
  struct md_url url;
  char buf[AV_URL_SIZE];
  int klass;

  build_url (job, month, &url, buf);
  klass = av_get (job, &url, &reply, err);
  if (klass != MD_OK)
    return klass;
  line = last_line (&reply);
  if (!reaches (rows, line))
    klass = confirm (job, &url, line, &reply, err);
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

static int
fetch_month (struct av_job *job, int64_t m, struct av_rows *rows,
             struct md_error *err)
{
  char month[16];

  rows->least = month_start (m);
  rows->most = month_start (m + 1);
  snprintf (month, sizeof month, "%04d-%02d", (int) (m / 12),
            (int) (m % 12) + 1);
  return fetch_rows (job, month, rows, err);
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
                            .to = end };

    klass = fetch_month (job, m, &rows, err);
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
  struct av_rows rows = { .job = job, .from = request->from, .to = end,
                          .goes_far = has_reach (request->offer) };
  md_time from = request->from, oldest;
  int klass = fetch_rows (job, NULL, &rows, err);

  if (klass == MD_ERR_ENTITLEMENT && !has_reach (request->offer)
      && request->offer->interval.unit == MD_UNIT_DAY
      && request->offer->record == MD_BAR && !av_is_adjusted (request->offer)
      && !is_compact (job)) {
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

/* ---- both ---------------------------------------------------------------- */

static bool
comes_by_month (const struct av_job *job)
{
  return av_is_stocks (job->request->offer)
         && av_is_intraday (job->request->offer);
}

/* Rows that are not final yet: the running day, week or month, and what came
 * in since.  Never covered.                                                */
static int
fetch_running (struct av_job *job, md_time final, struct md_error *err)
{
  const struct md_request *request = job->request;
  struct av_rows rows = { .job = job, .from = request->from,
                          .to = request->to, .flags = MD_ROW_PROVISIONAL,
                          .goes_far = true };
  int klass = MD_OK;

  if (rows.from < final)
    rows.from = final;
  if (!(request->flags & MD_REQUEST_PROVISIONAL) || rows.from >= rows.to)
    return MD_OK;
  if (!comes_by_month (job))
    return fetch_rows (job, NULL, &rows, err);
  for (int64_t m = month_of (rows.to - 1);
       klass == MD_OK && m >= month_of (rows.from); m--)
    klass = fetch_month (job, m, &rows, err);
  return klass;
}

int
av_fetch_series (struct av_job *job, struct md_error *err)
{
  const struct md_request *request = job->request;
  md_time final = av_floor (request->offer, job->av->host->now (job->call)
                                              - request->offer->settle_ns);
  md_time end = final < request->to ? final : request->to;
  int klass = MD_OK;

  snprintf (job->what, sizeof job->what, "%.20s %.12s of %.40s",
            request->dataset, request->schema, job->name);
  if (request->from < end)
    klass = comes_by_month (job) ? fetch_months (job, end, err)
                                 : fetch_whole (job, end, err);
  return klass == MD_OK ? fetch_running (job, final, err) : klass;
}
