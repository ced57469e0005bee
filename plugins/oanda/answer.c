/* SPDX-License-Identifier: Apache-2.0
 *
 * answer.c - one exchange with OANDA, and what its errors mean.
 */
#include "oanda.h"

#include <stdio.h>
#include <string.h>

struct refusal {
  char message[200]; /* empty: the body is not OANDA's */
  char code[32];
};

static void
copy_text (char *buf, size_t size, struct md_text text)
{
  snprintf (buf, size, "%.*s", (int) (text.len < size ? text.len : size),
            text.ptr != NULL ? text.ptr : "");
}

/* {"errorMessage":"...","errorCode":"oanda::rest::core::...Exception"}: the
 * last part of the code says it all.                                       */
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
    if (md_json_key_is (key, "errorMessage"))
      md_json_string (&json, &text, &escapes);
    else if (md_json_key_is (key, "errorCode"))
      md_json_string (&json, &code, &escapes);
  }
  if (!md_json_finish (&json))
    return;
  for (size_t i = code.len; i > 0; i--) {
    if (code.ptr[i - 1] == ':') {
      code = (struct md_text) { code.ptr + i, code.len - i };
      break;
    }
  }
  copy_text (refusal->message, sizeof refusal->message, text);
  copy_text (refusal->code, sizeof refusal->code, code);
}

/* The class and the next step, which statuses alone do not tell.           */
static int
understand (const struct oa_job *job, const struct md_reply *reply,
            const struct refusal *refusal, int klass, const char **ret_hint,
            struct md_error *err)
{
  const char *text = refusal->message;

  if (reply->status == 401) {
    *ret_hint = job->oa->is_live
                  ? "check provider.token: provider.environment is live, and "
                    "a token of practice does not work there"
                  : "check provider.token: provider.environment is practice, "
                    "and a token of live does not work there";
  } else if (reply->status == 403) {
    klass = MD_ERR_AUTH;
    *ret_hint = "the token is valid, but may not do this; check "
                "provider.account";
  } else if (reply->status == 404) {
    klass = text[0] != '\0' ? MD_ERR_REQUEST : MD_ERR_PROTOCOL;
    *ret_hint = text[0] != '\0' ? "check provider.account"
                                : "check the url of provider.environment";
  } else if (strstr (text, "'instrument'") != NULL && job->request != NULL) {
    klass = MD_ERR_NOT_FOUND;
    err->symbol = job->symbol;
    *ret_hint = "instruments are spelled like \"EUR_USD\"";
  } else if (strstr (text, "in the future") != NULL) {
    *ret_hint = "this machine's clock seems to be ahead of OANDA's";
  }
  return klass;
}

/* The host knows what statuses usually mean, and reads Retry-After.        */
static int
refused (struct oa_job *job, const struct md_reply *reply,
         struct md_error *err)
{
  const struct md_host *host = job->oa->host;
  const char *hint = NULL, *id;
  struct refusal refusal;
  int klass = host->classify (job->call, reply, err);

  if (klass == MD_OK)
    klass = MD_ERR_PROTOCOL; /* 204 and the like: not what was asked for */
  err->http_status = reply->status;
  read_refusal (reply, &refusal);
  klass = understand (job, reply, &refusal, klass, &hint, err);
  snprintf (err->vendor_code, sizeof err->vendor_code, "%s", refusal.code);
  /* What OANDA's support asks for first.                                   */
  id = host->header (job->call, "RequestID");
  return md_error_say (err, klass, "%s: HTTP %d%s%s%s%s%s%.40s%s", job->what,
                       reply->status, refusal.message[0] != '\0' ? ": " : "",
                       refusal.message, hint != NULL ? "; " : "",
                       hint != NULL ? hint : "",
                       id != NULL ? " (RequestID " : "",
                       id != NULL ? id : "", id != NULL ? ")" : "");
}

int
oa_get (struct oa_job *job, struct md_url *url, struct md_reply *ret_reply,
        struct md_error *err)
{
  static const char *const headers[] = { "Accept: application/json",
                                         "Accept-Datetime-Format: RFC3339",
                                         NULL };
  static const struct md_auth auth = { .struct_size = sizeof auth,
                                       .kind = MD_AUTH_BEARER,
                                       .key = "token" };
  struct md_http http = { .struct_size = sizeof http, .url = url->buf,
                          .headers = headers, .auth = &auth };
  struct md_json json;
  int klass = md_url_finish (url, err);

  *ret_reply = (struct md_reply) { .struct_size = sizeof *ret_reply };
  if (klass == MD_OK)
    klass = job->oa->host->http (job->call, &http, ret_reply, err);
  if (klass != MD_OK)
    return klass;
  if (ret_reply->status != 200)
    return refused (job, ret_reply, err);
  md_json_init (&json, ret_reply->body, ret_reply->len);
  if (md_json_peek (&json) != MD_JSON_OBJECT && json.fault == NULL)
    json.fault = "the answer is not an object";
  /* Before any row is used: a page that was cut is no page.                */
  if (!md_json_finish (&json))
    return md_json_error (&json, job->what, err);
  return MD_OK;
}
