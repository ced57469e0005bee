/* SPDX-License-Identifier: Apache-2.0
 *
 * call-http.c - one exchange with the vendor: breaker, gate, rate limit,
 * credentials, the exchange itself, and what its answer means.
 */
#include "call.h"

#include "observe/log.h"

#include <string.h>

#define BODY_EXCERPT 200

int
call_stopped (CallEnv *env, const char *why, struct md_error *err)
{
  if (!cancel_requested (env->cancel)) {
    return md_fail (err, MD_ERR_CANCELLED,
                    "the run's time limit (max_run_time) comes before %s "
                    "allows the next call", why);
  }
  return md_fail (err, MD_ERR_CANCELLED, "stopped while waiting for %s", why);
}

static int
wait_for_bucket (CallEnv *env, const char *bucket, double cost,
                 struct md_error *err)
{
  gint64 start = clock_monotonic ();
  gboolean taken;

  if (limiter_peek (env->limiter, bucket) > 0)
    call_env_waiting (env, "the rate limit");
  taken = limiter_take (env->limiter, bucket, cost, env->deadline, env->cancel);
  call_env_waiting (env, NULL);
  __atomic_add_fetch (&env->waited_ns,
                      (guint64) (clock_monotonic () - start), __ATOMIC_RELAXED);
  return taken ? MD_OK : call_stopped (env, "the rate limit", err);
}

static int
wait_for_breaker (CallEnv *env, const char *origin, struct md_error *err)
{
  gint64 wait = 0;

  while (!breaker_allow (env->breaker, origin, &wait)) {
    gint64 until = clock_monotonic () + MAX (wait, 10 * 1000 * 1000);
    gboolean reached;

    if (env->deadline != 0 && until > env->deadline)
      return call_stopped (env, "the circuit breaker", err);
    call_env_waiting (env, "the circuit breaker");
    reached = clock_wait_until (until, env->cancel);
    call_env_waiting (env, NULL);
    if (!reached)
      return call_stopped (env, "the circuit breaker", err);
  }
  return MD_OK;
}

int
call_permit (struct md_call *call, const char *bucket, double cost,
             struct md_error *err)
{
  return wait_for_bucket (call->env, bucket, cost > 0 ? cost : 1, err);
}

/* A declared key's value, or a failure that names it.                      */
static int
credential (CallEnv *env, const char *key, const char **ret_value,
            struct md_error *err)
{
  if (key == NULL) {
    *ret_value = NULL;
    return MD_OK;
  }
  *ret_value = bound_keys_get (env->keys, key);
  if (*ret_value == NULL) {
    return md_fail (err, MD_ERR_CONFIG, "%s: the key \"%s\" is not set",
                    env->plugin->desc.name, key);
  }
  return MD_OK;
}

static int
resolve_auth (CallEnv *env, const struct md_auth *auth, NetAuth *ret_auth,
              struct md_error *err)
{
  NetAuth resolved = { 0 };
  int klass;

  if (auth != NULL && auth->kind != MD_AUTH_NONE) {
    resolved.kind = (int) auth->kind;
    resolved.param = auth->param;
    resolved.param2 = auth->param2;
    klass = credential (env, auth->key, &resolved.value, err);
    if (klass == MD_OK)
      klass = credential (env, auth->key2, &resolved.value2, err);
    if (klass != MD_OK)
      return klass;
  }
  *ret_auth = resolved;
  return MD_OK;
}

/* Local files may be opened where a path key of the job points, or below.
 * Judged by the path that will be opened: a URL may hide dots in escapes.   */
static gboolean
path_allowed (CallEnv *env, const char *url)
{
  g_autofree char *path = net_local_path (url);

  if (path == NULL || strstr (path, "/../") != NULL
      || g_str_has_suffix (path, "/.."))
    return FALSE;
  for (char **p = env->keys->paths; p != NULL && *p != NULL; p++) {
    gsize len = strlen (*p);

    if (strncmp (path, *p, len) == 0
        && (path[len] == '\0' || path[len] == '/' || (*p)[len - 1] == '/'))
      return TRUE;
  }
  return FALSE;
}

static gboolean
is_remote (const char *url)
{
  return g_str_has_prefix (url, "http://") || g_str_has_prefix (url, "https://");
}

int
call_admit (CallEnv *env, const char *origin, const char *bucket, double cost,
            struct md_error *err)
{
  int klass;

  if (!gate_enter (env->gate, env->cancel))
    return md_fail (err, MD_ERR_CANCELLED, "stopped before the first call");
  klass = wait_for_breaker (env, origin, err);
  if (klass != MD_OK)
    return klass;
  return wait_for_bucket (env, bucket, cost > 0 ? cost : 1, err);
}

/* What stands between the plugin's wish and the wire.                      */
static int
admit (CallEnv *env, const struct md_http *request, const char *origin,
       struct md_error *err)
{
  if (origin != NULL)
    return call_admit (env, origin, request->bucket, request->cost, err);
  if (is_remote (request->url))
    return md_fail (err, MD_ERR_CONFIG, "not a URL: %s", request->url);
  if (path_allowed (env, request->url))
    return MD_OK;
  return md_fail (err, MD_ERR_CONFIG,
                  "%s asked for the file %s, which no path of the job names",
                  env->plugin->desc.name, request->url);
}

static NetReply *
send_it (struct md_call *call, const struct md_http *request,
         const NetAuth *auth, struct md_error *err)
{
  CallEnv *env = call->env;
  const NetRequest net = {
    .method = request->method,
    .url = request->url,
    .headers = request->headers,
    .body = request->body,
    .body_len = request->body_len,
    .auth = *auth,
    .range_from = request->range_from,
    .range_to = request->range_to,
    .max_body = request->max_body,
    .pull = (request->flags & MD_HTTP_PULL) != 0,
    .raw = (request->flags & MD_HTTP_RAW) != 0,
    .once = (request->flags & MD_HTTP_ONCE) != 0,
    .keep_wire = env->job != NULL && env->job->keep_raw,
    .origins = (const char *const *) env->keys->origins,
    .secrets = (const char *const *) env->keys->secrets,
    .cancel = env->cancel,
    .deadline = env->deadline,
  };

  return net_send (env->net, &net, err);
}

/* The answer's bytes, for `raw = keep` and for lineage.                    */
static void
keep_answer (struct md_call *call, const char *url)
{
  const char *hash;
  GBytes *wire;
  RawAnswer *answer;

  if (call->reply == NULL || call->reply_kept)
    return;
  hash = net_reply_hash (call->reply);
  if (hash == NULL)
    return;
  call->reply_kept = TRUE;
  if (call->hashes_used)
    g_string_truncate (call->hashes, 0);
  call->hashes_used = FALSE;
  if (call->hashes->len > 0)
    g_string_append_c (call->hashes, ',');
  g_string_append (call->hashes, hash);
  if (call->env->job == NULL || !call->env->job->keep_raw)
    return;
  wire = net_reply_wire (call->reply);
  if (wire == NULL)
    return;
  answer = g_new0 (RawAnswer, 1);
  answer->hash = g_strdup (hash);
  answer->url
    = net_redact (url, (const char *const *) call->env->keys->secrets);
  answer->content_type
    = g_strdup (net_reply_header (call->reply, "Content-Type"));
  answer->at = clock_now ();
  answer->body = g_bytes_ref (wire);
  g_ptr_array_add (call->raw, answer);
}

/* Vendors tell how much of the quota is left; slow down before it is gone.  */
static void
heed_quota (CallEnv *env, const char *bucket, const NetReply *reply)
{
  const char *remaining = net_reply_header (reply, "x-ratelimit-remaining");
  const char *reset = net_reply_header (reply, "x-ratelimit-reset");
  gint64 wait = 0, value;

  if (remaining == NULL || reset == NULL)
    return;
  value = g_ascii_strtoll (reset, NULL, 10);
  /* Seconds from now or since 1970: both are in use.                       */
  if (value > 1000000000)
    wait = value * MD_SECOND - clock_now ();
  else
    wait = value * MD_SECOND;
  if (wait > 0)
    limiter_hint_remaining (env->limiter, bucket,
                            g_ascii_strtod (remaining, NULL), wait);
}

static void
heed_status (CallEnv *env, const struct md_http *request, const char *origin,
             const NetReply *reply)
{
  int status = net_reply_status (reply);

  if (origin == NULL)
    return;
  breaker_report (env->breaker, origin, status < 500);
  if (status == 429) {
    limiter_penalise (env->limiter, request->bucket,
                      net_retry_after (net_reply_header (reply, "Retry-After"),
                                       clock_now ()));
  }
  heed_quota (env, request->bucket, reply);
}

/* Whether a close was the end or a cut, only the format could tell.        */
static int
judge_end (const struct md_call *call, const struct md_http *request,
           const NetReply *reply, struct md_error *err)
{
  if ((request->flags & MD_HTTP_PROVEN) == 0
      || net_reply_status (reply) >= 300 || !net_reply_close_delimited (reply))
    return MD_OK;
  return md_fail (err, MD_ERR_NETWORK, "%s: the answer ends where the "
                  "connection was closed, without a length or chunks, so "
                  "nothing shows that it is whole",
                  call->env->plugin->desc.name);
}

int
call_http (struct md_call *call, const struct md_http *request,
           struct md_reply *ret_reply, struct md_error *err)
{
  CallEnv *env = call->env;
  g_autofree char *origin = net_origin (request->url);
  NetAuth auth;
  NetReply *reply;
  int klass;

  g_clear_pointer (&call->reply, net_reply_free);
  klass = resolve_auth (env, request->auth, &auth, err);
  if (klass == MD_OK)
    klass = admit (env, request, origin, err);
  if (klass != MD_OK)
    return klass;
  __atomic_add_fetch (&env->calls, 1, __ATOMIC_RELAXED);
  call->calls++;
  reply = send_it (call, request, &auth, err);
  if (reply == NULL) {
    /* A request that was refused on this side says nothing of the origin.  */
    if (origin != NULL
        && (err->klass == MD_ERR_NETWORK || err->klass == MD_ERR_PROTOCOL))
      breaker_report (env->breaker, origin, FALSE);
    return err->klass;
  }
  heed_status (env, request, origin, reply);
  call->reply = reply;
  call->reply_pulled = (request->flags & MD_HTTP_PULL) != 0;
  call->reply_kept = FALSE;
  *ret_reply = (struct md_reply) { .struct_size = sizeof *ret_reply,
                                   .status = net_reply_status (reply) };
  if (!call->reply_pulled) {
    gsize len;

    ret_reply->body = net_reply_body (reply, &len);
    ret_reply->len = len;
    __atomic_add_fetch (&env->bytes_in, net_reply_wire_bytes (reply),
                        __ATOMIC_RELAXED);
    keep_answer (call, request->url);
  }
  return judge_end (call, request, reply, err);
}

int
call_lend_file (struct md_call *call, const char *path, guint flags,
                struct md_error *err)
{
  const struct md_http request = { .struct_size = sizeof request,
                                   .url = path,
                                   .flags = flags | MD_HTTP_PULL };
  const NetAuth none = { 0 };

  g_clear_pointer (&call->reply, net_reply_free);
  call->reply = send_it (call, &request, &none, err);
  if (call->reply == NULL)
    return err->klass;
  call->reply_pulled = TRUE;
  call->reply_kept = FALSE;
  return MD_OK;
}

int
call_read (struct md_call *call, void *buf, size_t size, size_t *ret_len,
           struct md_error *err)
{
  gsize len = 0;
  int klass;

  if (call->reply == NULL || !call->reply_pulled)
    return md_fail (err, MD_ERR_INTERNAL, "read without a pulled reply");
  if (cancel_requested (call->env->cancel))
    return md_fail (err, MD_ERR_CANCELLED, "stopped while reading");
  klass = net_reply_read (call->reply, buf, size, &len, err);
  if (klass != MD_OK)
    return klass;
  *ret_len = len;
  if (len == 0 && !call->reply_kept) {
    __atomic_add_fetch (&call->env->bytes_in,
                        net_reply_wire_bytes (call->reply), __ATOMIC_RELAXED);
    keep_answer (call, call->request != NULL ? call->request->schema : "");
  }
  return MD_OK;
}

int
call_next_member (struct md_call *call, const char **ret_name,
                  struct md_error *err)
{
  if (call->reply == NULL || !call->reply_pulled)
    return md_fail (err, MD_ERR_INTERNAL, "next_member without a pulled reply");
  return net_reply_next_member (call->reply, ret_name, err);
}

const char *
call_header (struct md_call *call, const char *name)
{
  return call->reply != NULL ? net_reply_header (call->reply, name) : NULL;
}

static int
class_of_status (int status)
{
  if (status >= 200 && status < 300)
    return MD_OK;
  switch (status) {
  case 401:
    return MD_ERR_AUTH;
  case 402:
  case 403:
    return MD_ERR_ENTITLEMENT;
  case 404:
    return MD_ERR_NOT_FOUND;
  case 408:
    return MD_ERR_NETWORK;
  case 418:
  case 429:
    return MD_ERR_LIMITED;
  default:
    return status >= 500 ? MD_ERR_NETWORK : MD_ERR_REQUEST;
  }
}

/* The start of the body on one line, without what could hide in it.  A
 * refusal has a body even when it was to be pulled.  Secrets go before the
 * cut: half of one would not be recognised.                                */
static char *
excerpt (const struct md_call *call, const struct md_reply *reply)
{
  g_autofree char *start = NULL, *clean = NULL;
  const char *body = reply->body;
  gsize len = reply->len;

  if (body == NULL && call->reply != NULL)
    body = net_reply_body (call->reply, &len);
  if (body == NULL || len == 0)
    return g_strdup ("(empty body)");
  start = g_strndup (body, MIN (len, BODY_EXCERPT * 10));
  clean = net_redact (start, (const char *const *) call->env->keys->secrets);
  clean[MIN (strlen (clean), BODY_EXCERPT)] = '\0';
  for (char *p = clean; *p != '\0'; p++) {
    if ((guchar) *p < ' ')
      *p = ' ';
  }
  return g_utf8_make_valid (clean, -1);
}

int
call_classify (struct md_call *call, const struct md_reply *reply,
               struct md_error *err)
{
  int klass = class_of_status (reply->status);
  g_autofree char *text = NULL;

  if (klass == MD_OK)
    return MD_OK;
  text = excerpt (call, reply);
  md_fail (err, klass, "%s: HTTP %d: %s", call->env->plugin->desc.name,
           reply->status, text);
  err->http_status = reply->status;
  err->retry_after_ns
    = net_retry_after (call_header (call, "Retry-After"), clock_now ());
  return klass;
}
