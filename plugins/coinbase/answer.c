/* SPDX-License-Identifier: Apache-2.0
 *
 * answer.c - one exchange with Coinbase, what its errors mean, and rows that
 * cannot be understood.
 */
#include "coinbase.h"

#include <stdio.h>
#include <string.h>

/* The text of {"message":"..."}; false: the body is something else.        */
static bool
error_message (const struct md_reply *reply, char *buf, size_t size)
{
  struct md_json json;
  struct md_text key, text = { NULL, 0 };
  bool escapes;

  md_json_init (&json, reply->body, reply->len);
  if (!md_json_enter_object (&json))
    return false;
  while (md_json_next_key (&json, &key)) {
    if (md_json_key_is (key, "message")
        && !md_json_string (&json, &text, &escapes))
      text.ptr = NULL;
  }
  if (!md_json_finish (&json) || text.ptr == NULL)
    return false;
  snprintf (buf, size, "%.*s", (int) (text.len < 200 ? text.len : 200),
            text.ptr);
  return true;
}

/* The host knows what statuses usually mean, and reads Retry-After.  Only
 * Coinbase's own 404 speaks of the product: one without its message comes
 * from somewhere else, such as a wrong base_url.                           */
static int
refused (struct cb_job *job, const char *what, const struct md_reply *reply,
         struct md_error *err)
{
  char message[201];
  int klass = job->cb->host->classify (job->call, reply, err);

  if (klass == MD_OK)
    klass = MD_ERR_PROTOCOL; /* 204 and the like: not what was asked for */
  err->http_status = reply->status;
  if (!error_message (reply, message, sizeof message)) {
    if (reply->status == 404)
      return md_error_say (err, MD_ERR_PROTOCOL,
                      "%s: HTTP 404 without Coinbase's error message; check "
                      "provider.base_url (%s)", what, job->cb->base_url);
    return md_error_say (err, klass, "%s: HTTP %d", what, reply->status);
  }
  if (reply->status == 404) {
    err->symbol = job->symbol;
    return md_error_say (err, klass, "%s: HTTP 404: %s; products are spelled "
                         "like \"BTC-USD\"", what, message);
  }
  return md_error_say (err, klass, "%s: HTTP %d: %s", what, reply->status,
                  message);
}

int
cb_get (struct cb_job *job, struct md_url *url, const char *what,
        struct md_reply *ret_reply, struct md_error *err)
{
  /* Requests without a User-Agent are refused.                             */
  static const char *const headers[] = { "User-Agent: mdcore-coinbase/1.0",
                                         "Accept: application/json", NULL };
  struct md_http http = { .struct_size = sizeof http, .url = url->buf,
                          .headers = headers };
  struct md_json json;
  int klass = md_url_finish (url, err);

  *ret_reply = (struct md_reply) { .struct_size = sizeof *ret_reply };
  if (klass == MD_OK)
    klass = job->cb->host->http (job->call, &http, ret_reply, err);
  if (klass != MD_OK)
    return klass;
  if (ret_reply->status != 200)
    return refused (job, what, ret_reply, err);
  md_json_init (&json, ret_reply->body, ret_reply->len);
  if (md_json_peek (&json) != MD_JSON_ARRAY && json.fault == NULL)
    json.fault = "the answer is not an array";
  /* Before any row is used: a page that was cut is no page.                */
  if (!md_json_finish (&json))
    return md_json_error (&json, what, err);
  return MD_OK;
}

/* ---- rows --------------------------------------------------------------- */

int
cb_reject (struct cb_job *job, md_time ts, const char *raw,
           const char *raw_end, const struct md_reasons *reasons,
           struct md_error *err)
{
  struct md_rejected rejected = {
    .struct_size = sizeof rejected, .symbol = job->symbol, .ts = ts,
    .raw = raw, .raw_len = (size_t) (raw_end - raw), .reasons = reasons->text
  };

  return job->cb->host->reject (job->call, &rejected, err);
}
