/* SPDX-License-Identifier: Apache-2.0
 *
 * answer.c - one exchange with Alpaca, what its errors mean, and pages.
 */
#include "alpaca.h"

#include <stdio.h>
#include <stdlib.h>
#include <support/decimal.h>

/* ---- errors -------------------------------------------------------------- */

struct refusal {
  char message[200];  /* empty: the body is not Alpaca's */
  char code[16];
};

static void
copy_text (char *buf, size_t size, struct md_text text)
{
  snprintf (buf, size, "%.*s", (int) (text.len < size ? text.len : size),
            text.ptr != NULL ? text.ptr : "");
}

/* {"message":"..."}, sometimes with {"code":40310000}, now and then more.  */
static void
read_refusal (const struct md_reply *reply, struct refusal *refusal)
{
  struct md_json json;
  struct md_text key, text = { NULL, 0 }, code = { NULL, 0 };
  bool escapes;

  *refusal = (struct refusal) { .message = "" };
  md_json_init (&json, reply->body, reply->len);
  if (!md_json_enter_object (&json))
    return;
  while (md_json_next_key (&json, &key)) {
    if (md_json_key_is (key, "message")
        && !md_json_string (&json, &text, &escapes))
      text = (struct md_text) { NULL, 0 };
    else if (md_json_key_is (key, "code"))
      md_json_slice (&json, &code);
  }
  if (!md_json_finish (&json) || text.ptr == NULL)
    return;
  copy_text (refusal->message, sizeof refusal->message, text);
  copy_text (refusal->code, sizeof refusal->code, code);
}

/* Bad keys come as 401 from one host and as 403 "forbidden." from the other;
 * what the plan does not include is a 403 that speaks of the subscription. */
static bool
is_about_keys (const struct md_reply *reply, const struct refusal *refusal)
{
  return reply->status == 403 && strstr (refusal->message, "subscri") == NULL
         && (strstr (refusal->message, "forbidden") != NULL
             || strstr (refusal->message, "authorized") != NULL
             || strstr (refusal->message, "verification") != NULL);
}

static int
refuse_keys (struct al_job *job, enum al_host host, const char *message,
             struct md_error *err)
{
  if (!job->al->has_keys)
    return md_error_say (err, MD_ERR_AUTH, "%s: Alpaca wants keys; set "
                         "provider.key_id and provider.secret_key, or "
                         "APCA_API_KEY_ID and APCA_API_SECRET_KEY", job->what);
  return md_error_say (err, MD_ERR_AUTH, "%s: HTTP %d: %s; check "
                       "provider.key_id and provider.secret_key%s", job->what,
                       err->http_status, message,
                       host == AL_DATA ? ""
                         : " (keys of a paper account work only where "
                           "provider.trading_url is paper-api.alpaca.markets)");
}

/* "subscription does not permit querying recent SIP data": the rest of the
 * range is allowed.                                                        */
static void
say_recent (struct al_job *job, const char *message, struct md_error *err)
{
  const struct md_request *request = job->request;
  md_time from;

  if (request == NULL || strstr (message, "recent") == NULL)
    return;
  from = job->al->host->now (job->call) - AL_LATE;
  from -= from % MD_MINUTE;
  if (from >= request->to)
    return;
  err->from = from > request->from ? from : request->from;
  err->to = request->to;
}

/* Retry-After is not promised, the moment of the next quota is.            */
static void
say_when (struct al_job *job, struct md_error *err)
{
  const char *reset = job->al->host->header (job->call, "X-RateLimit-Reset");
  int64_t seconds, wait;

  if (err->retry_after_ns > 0 || reset == NULL
      || md_i64_parse (reset, strlen (reset), &seconds) != MD_DECIMAL_OK
      || seconds < 0 || seconds > INT64_MAX / MD_SECOND)
    return;
  wait = seconds * MD_SECOND - job->al->host->now (job->call);
  if (wait > 0)
    err->retry_after_ns = wait < 2 * MD_MINUTE ? wait : 2 * MD_MINUTE;
}

/* "invalid symbol: BRK!A" names the one that is to blame.                  */
static void
say_symbol (struct al_job *job, const char *message, struct md_error *err)
{
  const char *at = strstr (message, "symbol: ");
  struct md_text name;

  if (job->request == NULL || at == NULL)
    return;
  name.ptr = at + strlen ("symbol: ");
  name.len = strcspn (name.ptr, " ,;\"");
  err->symbol = md_request_symbol (job->request, name, 0);
}

static int
refused (struct al_job *job, enum al_host host, const struct md_reply *reply,
         struct md_error *err)
{
  struct refusal refusal;
  int klass = job->al->host->classify (job->call, reply, err);

  if (klass == MD_OK)
    klass = MD_ERR_PROTOCOL; /* 204 and the like: not what was asked for */
  err->http_status = reply->status;
  read_refusal (reply, &refusal);
  snprintf (err->vendor_code, sizeof err->vendor_code, "%s", refusal.code);
  if (klass == MD_ERR_AUTH || is_about_keys (reply, &refusal))
    return refuse_keys (job, host, refusal.message[0] != '\0'
                        ? refusal.message : "the keys were refused", err);
  if (klass == MD_ERR_LIMITED)
    say_when (job, err);
  if (klass == MD_ERR_ENTITLEMENT)
    say_recent (job, refusal.message, err);
  if (klass == MD_ERR_REQUEST)
    say_symbol (job, refusal.message, err);
  if (reply->status == 404)
    return md_error_say (err, MD_ERR_PROTOCOL, "%s: HTTP 404: %s; check "
                         "provider.%s (%s)", job->what, refusal.message,
                         host == AL_DATA ? "data_url" : "trading_url",
                         host == AL_DATA ? job->al->data_url
                                         : job->al->trading_url);
  if (refusal.message[0] == '\0')
    return md_error_say (err, klass, "%s: HTTP %d without a message of "
                         "Alpaca's", job->what, reply->status);
  return md_error_say (err, klass, "%s: HTTP %d: %s", job->what,
                       reply->status, refusal.message);
}

/* ---- one exchange ---------------------------------------------------------- */

int
al_get (struct al_job *job, struct md_url *url, enum al_host host,
        struct md_reply *ret_reply, struct md_error *err)
{
  static const char *const headers[] = { "Accept: application/json", NULL };
  static const struct md_auth auth = {
    .struct_size = sizeof auth, .kind = MD_AUTH_HEADER, .key = "key_id",
    .key2 = "secret_key", .param = "APCA-API-KEY-ID",
    .param2 = "APCA-API-SECRET-KEY"
  };
  const struct md_http http = {
    .struct_size = sizeof http, .url = url->buf, .headers = headers,
    .bucket = host == AL_TRADING ? "trading" : NULL,
    .auth = job->al->has_keys ? &auth : NULL
  };
  int klass = md_url_finish (url, err);

  *ret_reply = (struct md_reply) { .struct_size = sizeof *ret_reply };
  if (klass == MD_OK)
    klass = job->al->host->http (job->call, &http, ret_reply, err);
  if (klass == MD_OK && ret_reply->status != 200)
    klass = refused (job, host, ret_reply, err);
  return klass;
}

static int
keep_token (struct al_job *job, struct md_json *json, struct al_page *page,
            struct md_error *err)
{
  struct md_text text = { NULL, 0 };
  bool escapes;

  if (!md_json_string (json, &text, &escapes) || text.len >= MD_TOKEN_SIZE)
    return md_error_say (err, MD_ERR_PROTOCOL, "%s: next_page_token is no "
                         "text of less than %d bytes", job->what,
                         MD_TOKEN_SIZE);
  if (text.ptr != NULL) /* null is how the last page says so */
    page->token[md_json_unescape (text, page->token)] = '\0';
  return MD_OK;
}

int
al_read_page (struct al_job *job, const struct md_reply *reply,
              const char *name, struct al_page *ret_page,
              struct md_error *err)
{
  struct md_json json;
  struct md_text key;
  bool found = false;
  int klass = MD_OK;

  *ret_page = (struct al_page) { .rows = { NULL, 0 } };
  md_json_init (&json, reply->body, reply->len);
  if (!md_json_enter_object (&json) && json.fault == NULL)
    json.fault = "the answer is not an object";
  while (klass == MD_OK && md_json_next_key (&json, &key)) {
    if (md_json_key_is (key, "next_page_token")) {
      klass = keep_token (job, &json, ret_page, err);
    } else if (md_json_key_is (key, name)) {
      found = true;
      if (md_json_peek (&json) != MD_JSON_NULL)
        md_json_slice (&json, &ret_page->rows);
    }
  }
  if (klass != MD_OK)
    return klass;
  /* Before any row is used: a page that was cut is no page.                */
  if (!md_json_finish (&json))
    return md_json_error (&json, job->what, err);
  return found ? MD_OK
               : md_error_say (err, MD_ERR_PROTOCOL, "%s: the answer has no "
                               "\"%s\"", job->what, name);
}

/* ---- rows ------------------------------------------------------------------ */

int
al_flush (struct al_job *job, struct md_error *err)
{
  const struct alpaca *al = job->al;
  uint32_t record = job->request->offer->record;
  size_t n = job->n;
  size_t stride = record == MD_BAR      ? sizeof al->rows.bars[0]
                  : record == MD_TRADE  ? sizeof al->rows.trades[0]
                  : record == MD_QUOTE  ? sizeof al->rows.quotes[0]
                  : record == MD_ACTION ? sizeof al->rows.actions[0]
                                        : sizeof al->rows.sessions[0];

  job->n = 0;
  return n == 0 ? MD_OK
                : al->host->emit (job->call, record, &al->rows, n, stride,
                                  err);
}

int
al_reject (struct al_job *job, uint32_t symbol, md_time ts, const char *raw,
           const char *raw_end, const struct md_reasons *reasons,
           struct md_error *err)
{
  struct md_rejected rejected = {
    .struct_size = sizeof rejected, .symbol = symbol, .ts = ts, .raw = raw,
    .raw_len = (size_t) (raw_end - raw), .reasons = reasons->text
  };

  return job->al->host->reject (job->call, &rejected, err);
}

char *
al_symbol_list (const struct md_request *request)
{
  size_t len = 1, at = 0;
  char *list;

  for (uint32_t i = 0; i < request->n_symbols; i++)
    len += strlen (request->symbols[i]) + 1;
  list = malloc (len);
  if (list == NULL)
    return NULL;
  for (uint32_t i = 0; i < request->n_symbols; i++)
    at += (size_t) sprintf (list + at, "%s%s", i > 0 ? "," : "",
                            request->symbols[i]);
  list[at] = '\0';
  return list;
}
