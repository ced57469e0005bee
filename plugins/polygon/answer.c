/* SPDX-License-Identifier: Apache-2.0
 *
 * answer.c - one exchange with the REST service, what its errors mean, and
 * the envelope of its pages.
 */
#include "polygon.h"

#include <stdio.h>
#include <support/time.h>

/* ---- errors -------------------------------------------------------------- */

struct refusal {
  char message[240];  /* empty: the body is not the vendor's */
  char status[32];
};

static void
copy_text (char *buf, size_t size, struct md_text text)
{
  snprintf (buf, size, "%.*s", (int) (text.len < size ? text.len : size),
            text.ptr != NULL ? text.ptr : "");
}

/* Two shapes: {"status":"ERROR","error":"..."} and
 * {"status":"NOT_AUTHORIZED","message":"..."}.                             */
static void
read_refusal (const struct md_reply *reply, struct refusal *refusal)
{
  struct md_json json;
  struct md_text key, text = { NULL, 0 }, status = { NULL, 0 };
  bool escapes;

  *refusal = (struct refusal) { .message = "" };
  md_json_init (&json, reply->body, reply->len);
  if (!md_json_enter_object (&json))
    return;
  while (md_json_next_key (&json, &key)) {
    if (md_json_key_is (key, "error") || md_json_key_is (key, "message"))
      md_json_string (&json, &text, &escapes);
    else if (md_json_key_is (key, "status"))
      md_json_string (&json, &status, &escapes);
  }
  if (!md_json_finish (&json) || text.ptr == NULL)
    return;
  copy_text (refusal->message, sizeof refusal->message, text);
  copy_text (refusal->status, sizeof refusal->status, status);
}

static int
refuse_key (struct pg_job *job, const char *message, struct md_error *err)
{
  if (!job->pg->has_key)
    return md_error_say (err, MD_ERR_AUTH, "%s: HTTP 401: %s; set "
                         "provider.api_key, or POLYGON_API_KEY, or "
                         "MASSIVE_API_KEY", job->what, message);
  return md_error_say (err, MD_ERR_AUTH, "%s: HTTP 401: %s; check "
                       "provider.api_key", job->what, message);
}

/* Nothing says how long: there are no headers for it.  The window is a minute
 * long; where calls are counted so strictly, a third of it frees one or two. */
static void
say_when (const struct pg_job *job, struct md_error *err)
{
  if (err->retry_after_ns <= 0 && job->pg->is_free)
    err->retry_after_ns = 20 * MD_SECOND;
}

/* The day after the one that was so many years ago.                        */
static md_time
years_ago (const struct pg_job *job, md_time now)
{
  int64_t year;
  unsigned month, day;

  md_civil_from_days (pg_day_of (job->market, now), &year, &month, &day);
  return pg_day_start (job->market,
                       md_days_from_civil (year - job->pg->years, month, day)
                         + 1);
}

/* A refusal speaks of the whole request, but only its dates are at fault:
 * those before the years that the plan holds, or today's.  The engine asks
 * for the rest again; where that is refused as well, it is all at fault.   */
static void
say_dates (const struct pg_job *job, const char *message, struct md_error *err)
{
  const struct md_request *request = job->request;
  md_time now = job->pg->host->now (job->call), from, to;

  if (request == NULL)
    return;
  from = request->from;
  to = request->to;
  if (strstr (message, "before end of day") != NULL)
    from = pg_day_start (job->market, pg_day_of (job->market, now));
  else if (strstr (message, "timeframe") != NULL && job->pg->years > 0)
    to = years_ago (job, now);
  if (from < request->from)
    from = request->from;
  if (to > request->to)
    to = request->to;
  if (from >= to || (from == request->from && to == request->to))
    return;
  err->from = from;
  err->to = to;
}

static int
refused (struct pg_job *job, const struct md_reply *reply,
         struct md_error *err)
{
  struct refusal refusal;
  int klass = job->pg->host->classify (job->call, reply, err);

  if (klass == MD_OK)
    klass = MD_ERR_PROTOCOL; /* 204 and the like: not what was asked for */
  if (reply->status == 413 || reply->status == 499)
    klass = MD_ERR_NETWORK; /* documented as the server's, like the 5xx */
  err->http_status = reply->status;
  read_refusal (reply, &refusal);
  snprintf (err->vendor_code, sizeof err->vendor_code, "%s", refusal.status);
  if (klass == MD_ERR_AUTH)
    return refuse_key (job, refusal.message[0] != '\0' ? refusal.message
                                                       : "no message", err);
  if (klass == MD_ERR_LIMITED)
    say_when (job, err);
  if (klass == MD_ERR_ENTITLEMENT)
    say_dates (job, refusal.message, err);
  if (refusal.message[0] == '\0')
    return md_error_say (err, klass, "%s: HTTP %d without a message of the "
                         "vendor's", job->what, reply->status);
  return md_error_say (err, klass, "%s: HTTP %d: %s", job->what,
                       reply->status, refusal.message);
}

/* ---- one exchange -------------------------------------------------------- */

int
pg_get (struct pg_job *job, struct md_url *url, struct md_reply *ret_reply,
        struct md_error *err)
{
  static const char *const headers[] = { "Accept: application/json", NULL };
  static const struct md_auth auth = {
    .struct_size = sizeof auth, .kind = MD_AUTH_BEARER, .key = "api_key"
  };
  const struct md_http http = {
    .struct_size = sizeof http, .url = url->buf, .headers = headers,
    .auth = job->pg->has_key ? &auth : NULL
  };
  int klass = md_url_finish (url, err);

  *ret_reply = (struct md_reply) { .struct_size = sizeof *ret_reply };
  if (klass == MD_OK)
    klass = job->pg->host->http (job->call, &http, ret_reply, err);
  if (klass == MD_OK && ret_reply->status != 200)
    klass = refused (job, ret_reply, err);
  return klass;
}

/* ---- pages --------------------------------------------------------------- */

static int
keep_next (struct pg_job *job, struct md_json *json, struct pg_page *page,
           struct md_error *err)
{
  struct md_text text = { NULL, 0 };
  bool escapes;

  if (!md_json_string (json, &text, &escapes) || text.len >= MD_TOKEN_SIZE)
    return md_error_say (err, MD_ERR_PROTOCOL, "%s: next_url is no text of "
                         "less than %d bytes", job->what, MD_TOKEN_SIZE);
  if (text.ptr != NULL)
    page->next[md_json_unescape (text, page->next)] = '\0';
  return MD_OK;
}

/* `results` may be left out where there are none, but then the rest must say
 * that all is well: any other object would be taken for an empty page.     */
static int
judge (struct pg_job *job, const struct pg_page *page, struct md_text status,
       struct md_error *err)
{
  bool fine = status.ptr != NULL && (md_json_key_is (status, "OK")
                                     || md_json_key_is (status, "DELAYED"));

  if (page->rows.ptr != NULL)
    return MD_OK;
  if (!fine)
    return md_error_say (err, MD_ERR_PROTOCOL, "%s: neither rows nor the "
                         "status \"OK\" in the answer", job->what);
  if (page->n_rows != MD_ABSENT && page->n_rows != 0)
    return md_error_say (err, MD_ERR_PROTOCOL, "%s: the answer speaks of %lld "
                         "rows and has none", job->what,
                         (long long) page->n_rows);
  return MD_OK;
}

static int
read_field (struct pg_job *job, struct md_json *json, struct md_text key,
            struct pg_page *page, struct md_text *status,
            struct md_error *err)
{
  bool escapes;

  if (md_json_key_is (key, "next_url"))
    return keep_next (job, json, page, err);
  if (md_json_key_is (key, "status"))
    md_json_string (json, status, &escapes);
  else if (md_json_key_is (key, "resultsCount"))
    md_json_i64 (json, &page->n_rows);
  else if (md_json_key_is (key, "ticker"))
    md_json_string (json, &page->ticker, &escapes);
  else if (md_json_key_is (key, "adjusted"))
    page->adjusted = md_json_peek (json);
  else if (md_json_key_is (key, "results")
           && md_json_peek (json) != MD_JSON_NULL)
    md_json_slice (json, &page->rows);
  return MD_OK;
}

int
pg_read_page (struct pg_job *job, const struct md_reply *reply,
              struct pg_page *ret_page, struct md_error *err)
{
  struct md_json json;
  struct md_text key, status = { NULL, 0 };
  int klass = MD_OK;

  *ret_page = (struct pg_page) { .rows = { NULL, 0 }, .n_rows = MD_ABSENT };
  md_json_init (&json, reply->body, reply->len);
  if (!md_json_enter_object (&json) && json.fault == NULL)
    json.fault = "the answer is not an object";
  while (klass == MD_OK && md_json_next_key (&json, &key))
    klass = read_field (job, &json, key, ret_page, &status, err);
  if (klass != MD_OK)
    return klass;
  /* Before any row is used: a page that was cut is no page.                */
  if (!md_json_finish (&json))
    return md_json_error (&json, job->what, err);
  return judge (job, ret_page, status, err);
}

int
pg_check_count (const struct pg_job *job, const struct pg_page *page,
                int64_t n, struct md_error *err)
{
  if (page->n_rows == MD_ABSENT || page->n_rows == n)
    return MD_OK;
  return md_error_say (err, MD_ERR_PROTOCOL, "%s: the answer speaks of %lld "
                       "rows and has %lld", job->what,
                       (long long) page->n_rows, (long long) n);
}

/* ---- next_url ------------------------------------------------------------ */

/* Length of "https://host:port", or 0: not such a URL.                     */
static size_t
origin_len (const char *url)
{
  const char *host = strstr (url, "://");

  if (host == NULL)
    return 0;
  host += 3;
  return (size_t) (host - url) + strcspn (host, "/?#");
}

static bool
is_origin (const char *url, size_t len, const char *other)
{
  return origin_len (other) == len && memcmp (url, other, len) == 0;
}

/* The service has two names; answers, and what others kept of them, may hold
 * either.                                                                  */
static bool
is_vendors (const char *url, size_t len)
{
  return is_origin (url, len, "https://api.massive.com")
         || is_origin (url, len, "https://api.polygon.io");
}

int
pg_next_url (struct pg_job *job, const char *next, struct md_url *url,
             struct md_error *err)
{
  const char *base = job->pg->base_url;
  size_t len = origin_len (next);
  bool same = len > 0 && is_origin (next, len, base);

  if (!same && !(len > 0 && is_vendors (next, len)))
    return md_error_say (err, MD_ERR_PROTOCOL, "%s: next_url \"%.80s\" leads "
                         "away from %.80s and is not followed", job->what,
                         next, base);
  if (next[len] != '/')
    return md_error_say (err, MD_ERR_PROTOCOL, "%s: next_url \"%.80s\" has no "
                         "path", job->what, next);
  md_url_init (url, url->buf, url->size, same ? "" : base);
  md_url_path (url, same ? next : next + len);
  url->has_query = strchr (next, '?') != NULL;
  return MD_OK;
}

/* ---- rows ---------------------------------------------------------------- */

int
pg_flush (struct pg_job *job, struct md_error *err)
{
  const struct polygon *pg = job->pg;
  uint32_t record = job->request->offer->record;
  size_t n = job->n;
  size_t stride = record == MD_BAR     ? sizeof pg->rows.bars[0]
                  : record == MD_TRADE ? sizeof pg->rows.trades[0]
                  : record == MD_QUOTE ? sizeof pg->rows.quotes[0]
                                       : sizeof pg->rows.actions[0];

  job->n = 0;
  return n == 0 ? MD_OK
                : pg->host->emit (job->call, record, &pg->rows, n, stride,
                                  err);
}

int
pg_reject (struct pg_job *job, uint32_t symbol, md_time ts, const char *raw,
           const char *raw_end, const struct md_reasons *reasons,
           struct md_error *err)
{
  struct md_rejected rejected = {
    .struct_size = sizeof rejected, .symbol = symbol, .ts = ts, .raw = raw,
    .raw_len = (size_t) (raw_end - raw), .reasons = reasons->text
  };

  return job->pg->host->reject (job->call, &rejected, err);
}

int
pg_keep (struct pg_job *job, uint32_t symbol, md_time ts, const char *raw,
         const char *raw_end, const struct md_reasons *reasons,
         struct md_error *err)
{
  if (reasons->len > 0)
    return pg_reject (job, symbol, ts, raw, raw_end, reasons, err);
  return ++job->n == PG_BATCH ? pg_flush (job, err) : MD_OK;
}
