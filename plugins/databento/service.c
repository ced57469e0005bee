/* SPDX-License-Identifier: Apache-2.0
 *
 * service.c - one exchange with the vendor's historical service, and the
 * warnings that any of its answers may carry.
 */
#include "databento.h"

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

const struct md_auth service_auth = {
  .struct_size = sizeof service_auth, .kind = MD_AUTH_BASIC, .key = "api_key"
};

int
service_needs_key (const struct session *session, struct md_error *err)
{
  if (session->has_key)
    return MD_OK;
  return dbn_fail (err, MD_ERR_CONFIG,
                   "databento: no key: set DATABENTO_API_KEY or `api_key` in "
                   "[provider], or `files` for data on disk");
}

void
service_text (struct md_json *json, char *to, size_t size)
{
  struct md_text raw;
  char text[2048];
  bool escapes;

  if (!md_json_string (json, &raw, &escapes) || raw.ptr == NULL) {
    if (json->fault == NULL && json->refusal != NULL)
      md_json_skip (json);
    return;
  }
  if (escapes && raw.len <= sizeof text)
    raw = (struct md_text) { text, md_json_unescape (raw, text) };
  snprintf (to, size, "%.*s", (int) raw.len, raw.ptr);
}

static void
start_url (const struct session *session, const char *method,
           struct md_url *builder, char *url, size_t size)
{
  md_url_init (builder, url, size, session->base_url);
  md_url_path (builder, "/v0/");
  md_url_path (builder, method);
}

static int
exchange (const struct session *session, struct md_call *call,
          const struct md_request *request, const struct md_http *http,
          struct md_reply *ret_reply, struct md_error *err)
{
  int klass = session->host->http (call, http, ret_reply, err);

  if (klass != MD_OK)
    return klass;
  tell_warnings (session, call);
  if (ret_reply->status == 200 || ret_reply->status == 206)
    return MD_OK;
  return service_error (session, call, request, ret_reply,
                        (http->flags & MD_HTTP_PULL) != 0, err);
}

static bool
is_paid (const char *method)
{
  return strcmp (method, "timeseries.get_range") == 0
         || strcmp (method, "batch.submit_job") == 0;
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
  char url[1024];
  struct md_url builder;
  struct md_http http = {
    .struct_size = sizeof http,
    .flags = (pull ? MD_HTTP_PULL : 0) | (is_paid (method) ? MD_HTTP_ONCE : 0),
    .method = "POST", .url = url, .headers = headers, .body = form->text,
    .body_len = form->len, .bucket = bucket, .auth = &service_auth
  };
  int klass;

  if (form->failed)
    return dbn_fail (err, MD_ERR_INTERNAL, "out of memory");
  start_url (session, method, &builder, url, sizeof url);
  klass = md_url_finish (&builder, err);
  return klass == MD_OK
           ? exchange (session, call, request, &http, ret_reply, err) : klass;
}

int
service_get (const struct session *session, struct md_call *call,
             const char *method, struct form *query, const char *bucket,
             struct md_json *ret_json, struct md_error *err)
{
  static const char *const headers[] = { "Accept: application/json", NULL };
  char url[2048];
  struct md_url builder;
  struct md_reply reply = { .struct_size = sizeof reply };
  const struct md_http http = { .struct_size = sizeof http, .url = url,
                                .headers = headers, .bucket = bucket,
                                .auth = &service_auth };
  int klass;

  start_url (session, method, &builder, url, sizeof url);
  if (query->len > 0) {
    md_url_path (&builder, "?");
    md_url_path (&builder, query->text);
  }
  klass = query->failed ? dbn_fail (err, MD_ERR_INTERNAL, "out of memory")
                        : md_url_finish (&builder, err);
  form_free (query);
  if (klass == MD_OK)
    klass = exchange (session, call, NULL, &http, &reply, err);
  if (klass == MD_OK)
    md_json_init (ret_json, reply.body, reply.len);
  return klass;
}

int
service_finish (struct md_json *json, const char *method, struct md_error *err)
{
  char what[80];

  if (md_json_finish (json))
    return MD_OK;
  snprintf (what, sizeof what, "databento: %s", method);
  return md_json_error (json, what, err);
}
