/* SPDX-License-Identifier: Apache-2.0
 *
 * grouped.c - a market's day in one call: the bars of all its tickers, which
 * is what `symbols = *` stands for.
 *
 * `t` of these rows is the end of the session, not the start of the day: it
 * only proves which day they are of.
 */
#include "polygon.h"

static int
fetch_day (struct pg_job *job, int64_t day, struct pg_page *ret_page,
           struct md_error *err)
{
  const char *dataset = job->request->dataset;
  char buf[PG_URL_SIZE], date[PG_DATE_SIZE];
  struct md_url url;
  struct md_reply reply;
  int klass;

  pg_format_date (day, date);
  md_url_init (&url, buf, sizeof buf, job->pg->base_url);
  md_url_path (&url, job->market->grouped);
  md_url_path (&url, date);
  if (strchr (dataset, '/') != NULL)
    md_url_query (&url, "adjusted", pg_is_adjusted (dataset) ? "true"
                                                             : "false");
  klass = pg_get (job, &url, &reply, err);
  return klass == MD_OK ? pg_read_page (job, &reply, ret_page, err) : klass;
}

static int
check_page (const struct pg_job *job, const struct pg_page *page,
            struct md_error *err)
{
  const char *dataset = job->request->dataset;
  bool adjusted = pg_is_adjusted (dataset);

  if (page->next[0] != '\0')
    return md_error_say (err, MD_ERR_PROTOCOL, "%s: a grouped day has no "
                         "pages, but names a next one", job->what);
  if (strchr (dataset, '/') != NULL
      && page->adjusted == (adjusted ? MD_JSON_FALSE : MD_JSON_TRUE))
    return md_error_say (err, MD_ERR_PROTOCOL, "%s: bars came %s for splits",
                         job->what, adjusted ? "without being adjusted"
                                             : "adjusted");
  return MD_OK;
}

static int
read_row (struct pg_job *job, struct md_json *json, int64_t day,
          struct md_error *err)
{
  struct md_reasons reasons = { .len = 0 };
  const char *raw = md_json_here (json);
  struct md_bar *bar = &job->pg->rows.bars[job->n];
  md_time ts = MD_ABSENT;
  int klass;

  job->ticker = (struct md_text) { NULL, 0 };
  klass = pg_read_bar (job, json, MD_ABSENT_NAME, &reasons, &ts, err);
  md_missing (&reasons, job->ticker.len == 0, "ticker");
  if (ts != MD_ABSENT && pg_day_of (job->market, ts) != day)
    md_reason (&reasons, "day", "time");
  bar->ts = pg_day_start (job->market, day);
  if (klass == MD_OK && reasons.len == 0)
    klass = job->pg->host->intern (job->call, job->ticker.ptr, job->ticker.len,
                                   &bar->symbol, err);
  return klass != MD_OK ? klass
                        : pg_keep (job, MD_ABSENT_NAME, bar->ts, raw, json->at,
                                   &reasons, err);
}

static int
read_day (struct pg_job *job, int64_t day, struct md_error *err)
{
  struct pg_page page;
  struct md_json json;
  int64_t n = 0;
  int klass = fetch_day (job, day, &page, err);

  if (klass == MD_OK)
    klass = check_page (job, &page, err);
  if (klass != MD_OK || page.rows.ptr == NULL)
    return klass;
  md_json_init (&json, page.rows.ptr, page.rows.len);
  if (!md_json_enter_array (&json))
    return md_error_say (err, MD_ERR_PROTOCOL, "%s: \"results\" is no array",
                         job->what);
  for (; klass == MD_OK && md_json_next (&json); n++)
    klass = read_row (job, &json, day, err);
  if (klass == MD_OK)
    klass = pg_check_count (job, &page, n, err);
  return klass == MD_OK ? pg_flush (job, err) : klass;
}

/* From one midnight to the next, as far as they are asked for.             */
static int
cover (struct pg_job *job, int64_t day, struct md_error *err)
{
  const struct md_request *request = job->request;
  md_time from = pg_day_start (job->market, day);
  md_time to = pg_day_start (job->market, day + 1);

  return job->pg->host->covered (job->call, MD_ALL_SYMBOLS,
                                 from > request->from ? from : request->from,
                                 to < request->to ? to : request->to, err);
}

static int
fetch_days (struct pg_job *job, bool closed, struct md_error *err)
{
  const struct md_request *request = job->request;
  int64_t day = pg_day_of (job->market, request->from);
  int klass = MD_OK;

  for (; klass == MD_OK && pg_day_start (job->market, day) < request->to;
       day++) {
    if (pg_is_closed (job->market, day) != closed)
      continue;
    if (!closed && pg_day_start (job->market, day) >= request->from)
      klass = read_day (job, day, err);
    if (klass == MD_OK)
      klass = cover (job, day, err);
  }
  return klass;
}

/* Days that are not asked for are told last: the host takes what is covered
 * for a sign that the key is right.                                        */
int
pg_fetch_grouped (struct pg_job *job, struct md_error *err)
{
  int klass = fetch_days (job, false, err);

  return klass == MD_OK ? fetch_days (job, true, err) : klass;
}
