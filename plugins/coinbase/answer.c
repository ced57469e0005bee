/* SPDX-License-Identifier: Apache-2.0
 *
 * answer.c - one exchange with Coinbase, what its errors mean, and rows that
 * cannot be understood.
 */
#include "coinbase.h"

#include <stdio.h>
#include <string.h>

struct refusal {
  char message[201]; /* empty: the body is not Coinbase's */
  char code[32];
};

static void
copy_text (char *buf, size_t size, struct md_text text)
{
  snprintf (buf, size, "%.*s", (int) (text.len < size ? text.len : size - 1),
            text.ptr != NULL ? text.ptr : "");
}

static struct md_text
read_text (struct md_json *json)
{
  struct md_text text = { NULL, 0 };
  bool escapes;

  if (!md_json_string (json, &text, &escapes))
    text.ptr = NULL;
  return text;
}

/* {"message":"..."}, and of Advanced Trade also {"error":"NOT_FOUND"}.     */
static void
read_refusal (const struct md_reply *reply, struct refusal *refusal)
{
  struct md_text key, message = { NULL, 0 }, code = { NULL, 0 };
  struct md_json json;

  *refusal = (struct refusal) { .message = "" };
  md_json_init (&json, reply->body, reply->len);
  if (!md_json_enter_object (&json))
    return;
  while (md_json_next_key (&json, &key)) {
    if (md_json_key_is (key, "message"))
      message = read_text (&json);
    else if (md_json_key_is (key, "error"))
      code = read_text (&json);
  }
  if (!md_json_finish (&json) || message.ptr == NULL)
    return;
  copy_text (refusal->message, sizeof refusal->message, message);
  copy_text (refusal->code, sizeof refusal->code, code);
}

/* Advanced Trade may call an unknown product a bad argument.               */
static bool
is_about_product (const struct cb_job *job, const struct md_reply *reply,
                  const struct refusal *refusal)
{
  return reply->status == 404
         || (job->advanced && reply->status == 400
             && (strstr (refusal->message, "product_id") != NULL
                 || strstr (refusal->message, "ProductID") != NULL));
}

/* The host knows what statuses usually mean, and reads Retry-After.  Only
 * Coinbase's own 404 speaks of the product: one without its message comes
 * from somewhere else, such as a wrong base_url.                           */
static int
refused (struct cb_job *job, const char *what, const struct md_reply *reply,
         struct md_error *err)
{
  struct refusal refusal;
  int klass = job->cb->host->classify (job->call, reply, err);

  if (klass == MD_OK)
    klass = MD_ERR_PROTOCOL; /* 204 and the like: not what was asked for */
  err->http_status = reply->status;
  read_refusal (reply, &refusal);
  snprintf (err->vendor_code, sizeof err->vendor_code, "%s", refusal.code);
  if (refusal.message[0] == '\0') {
    if (reply->status == 404)
      return md_error_say (err, MD_ERR_PROTOCOL,
                      "%s: HTTP 404 without Coinbase's error message; check "
                      "provider.%s (%s)", what,
                      job->advanced ? "advanced_url" : "base_url",
                      job->advanced ? job->cb->advanced_url
                                    : job->cb->base_url);
    return md_error_say (err, klass, "%s: HTTP %d", what, reply->status);
  }
  if (job->product != NULL && is_about_product (job, reply, &refusal)) {
    err->symbol = job->symbol;
    return md_error_say (err, MD_ERR_NOT_FOUND, "%s: HTTP %d: %s; products "
                         "are spelled like \"BTC-USD\"", what,
                         reply->status, refusal.message);
  }
  return md_error_say (err, klass, "%s: HTTP %d: %s", what, reply->status,
                       refusal.message);
}

static int
get (struct cb_job *job, struct md_url *url, const char *what,
     struct md_reply *ret_reply, struct md_error *err)
{
  /* Requests without a User-Agent are refused; answers of Advanced Trade may
   * be a second old unless asked otherwise.                                */
  const char *const headers[] = {
    "User-Agent: mdcore-coinbase/1.0", "Accept: application/json",
    job->advanced ? "Cache-Control: no-cache" : NULL, NULL
  };
  struct md_http http = { .struct_size = sizeof http, .url = url->buf,
                          .headers = headers,
                          .bucket = job->advanced ? "advanced" : NULL };
  int klass = md_url_finish (url, err);

  *ret_reply = (struct md_reply) { .struct_size = sizeof *ret_reply };
  if (klass == MD_OK)
    klass = job->cb->host->http (job->call, &http, ret_reply, err);
  if (klass == MD_OK && ret_reply->status != 200)
    klass = refused (job, what, ret_reply, err);
  return klass;
}

int
cb_get (struct cb_job *job, struct md_url *url, const char *what,
        struct md_reply *ret_reply, struct md_error *err)
{
  struct md_json json;
  int klass = get (job, url, what, ret_reply, err);

  if (klass != MD_OK)
    return klass;
  md_json_init (&json, ret_reply->body, ret_reply->len);
  if (md_json_peek (&json) != MD_JSON_ARRAY && json.fault == NULL)
    json.fault = "the answer is not an array";
  /* Before any row is used: a page that was cut is no page.                */
  if (!md_json_finish (&json))
    return md_json_error (&json, what, err);
  return MD_OK;
}

int
cb_get_rows (struct cb_job *job, struct md_url *url, const char *what,
             const char *name, struct md_json *ret_json,
             struct md_error *err)
{
  struct md_text key, rows = { NULL, 0 };
  struct md_reply reply;
  struct md_json json;
  int klass = get (job, url, what, &reply, err);

  if (klass != MD_OK)
    return klass;
  md_json_init (&json, reply.body, reply.len);
  if (!md_json_enter_object (&json) && json.fault == NULL)
    json.fault = "the answer is not an object";
  while (md_json_next_key (&json, &key)) {
    if (md_json_key_is (key, name))
      md_json_slice (&json, &rows);
  }
  if (!md_json_finish (&json))
    return md_json_error (&json, what, err);
  md_json_init (ret_json, rows.ptr, rows.len);
  if (rows.ptr == NULL || !md_json_enter_array (ret_json))
    return md_error_say (err, MD_ERR_PROTOCOL, "%s: the answer has no array "
                         "\"%s\"", what, name);
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
