/* SPDX-License-Identifier: Apache-2.0
 *
 * service.c - one exchange with the vendor's historical service, and the
 * warnings that any of its answers may carry.
 */
#include "databento.h"

#include <support/json.h>
#include <support/url.h>

#include <stdio.h>
#include <string.h>

static void
warn (const struct session *session, struct md_call *call,
      struct md_text text)
{
  char line[600];

  snprintf (line, sizeof line, "databento says: %.*s", (int) text.len,
            text.ptr);
  session->host->log (call, MD_LOG_WARNING, line);
}

/* X-Warning: a JSON array of texts "Category: message"; anything else is
 * shown as it came.                                                         */
static void
tell_warnings (const struct session *session, struct md_call *call)
{
  const char *value = session->host->header (call, "X-Warning");
  struct md_json json;
  struct md_text raw;
  bool escapes;

  if (value == NULL)
    return;
  md_json_init (&json, value, strlen (value));
  if (!md_json_enter_array (&json)) {
    warn (session, call, (struct md_text) { value, strlen (value) });
    return;
  }
  while (md_json_next (&json)) {
    char text[512];

    if (!md_json_string (&json, &raw, &escapes) || raw.ptr == NULL)
      continue;
    if (escapes && raw.len <= sizeof text)
      raw = (struct md_text) { text, md_json_unescape (raw, text) };
    warn (session, call, raw);
  }
}

int
service_post (const struct session *session, struct md_call *call,
              const struct md_request *request, const char *method,
              struct form *form, const char *bucket, bool pull,
              struct md_reply *ret_reply, struct md_error *err)
{
  static const char *const headers[] = {
    "Content-Type: application/x-www-form-urlencoded",
    "Accept: application/json, application/octet-stream", NULL
  };
  static const struct md_auth auth = {
    .struct_size = sizeof auth, .kind = MD_AUTH_BASIC, .key = "api_key"
  };
  char url[1024];
  struct md_url builder;
  struct md_http http = {
    .struct_size = sizeof http, .flags = pull ? MD_HTTP_PULL : 0,
    .method = "POST", .url = url, .headers = headers, .body = form->text,
    .body_len = form->len, .bucket = bucket, .auth = &auth
  };
  int klass;

  if (form->failed)
    return dbn_fail (err, MD_ERR_INTERNAL, "out of memory");
  md_url_init (&builder, url, sizeof url, session->base_url);
  md_url_path (&builder, "/v0/");
  md_url_path (&builder, method);
  klass = md_url_finish (&builder, err);
  if (klass == MD_OK)
    klass = session->host->http (call, &http, ret_reply, err);
  if (klass != MD_OK)
    return klass;
  tell_warnings (session, call);
  if (ret_reply->status == 200 || ret_reply->status == 206)
    return MD_OK;
  return service_error (session, call, request, ret_reply, pull, err);
}
