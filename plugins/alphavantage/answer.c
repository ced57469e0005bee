/* SPDX-License-Identifier: Apache-2.0
 *
 * answer.c - one exchange with Alpha Vantage.  Errors, throttles and "no
 * data" come as JSON with status 200 where CSV was asked for, and one of
 * those texts repeats the key.
 */
#include "alphavantage.h"

#include <stdio.h>
#include <string.h>
#include <support/time.h>
#include <support/zone.h>

#define TEXT_SIZE 300

/* The day is said to end at midnight on the East coast.                    */
static md_time
next_midnight (md_time now)
{
  md_time local = now + md_zone_offset (MD_ZONE_NEW_YORK, now), t;

  local += MD_DAY - local % MD_DAY;
  if (md_zone_to_utc (MD_ZONE_NEW_YORK, local, &t) == MD_ZONE_RANGE)
    t = now + MD_DAY;
  return t;
}

/* The vendor's sentence without the key.                                   */
static void
copy_redacted (const struct av_job *job, const char *text, char *buf)
{
  const char *key = job->av->api_key;
  size_t key_len = strlen (key), n = 0;

  while (*text != '\0' && n < 200) {
    if (key_len > 0 && strncmp (text, key, key_len) == 0) {
      memcpy (buf + n, "***", 3);
      n += 3;
      text += key_len;
    } else {
      buf[n++] = *text++;
    }
  }
  buf[n] = '\0';
}

static bool
has (const char *text, const char *words)
{
  return strstr (text, words) != NULL;
}

/* The texts of bursts and minutes speak of the day as well, so they go
 * first.  The one of the day names the key: it is not repeated.            */
static int
classify_text (const struct av_job *job, const char *text,
               struct md_error *err)
{
  char safe[TEXT_SIZE];
  int klass = MD_ERR_REQUEST;

  copy_redacted (job, text, safe);
  if (has (text, "apikey is invalid") || has (text, "demo")) {
    return md_error_say (err, MD_ERR_AUTH, "%s: %s; check provider.api_key",
                         job->what, safe);
  } else if (has (text, "1 request per second")) {
    klass = MD_ERR_LIMITED;
    err->retry_after_ns = 2 * MD_SECOND;
  } else if (has (text, "per minute")) {
    klass = MD_ERR_LIMITED;
    err->retry_after_ns = MD_MINUTE;
  } else if (has (text, "per day")) {
    err->until = next_midnight (job->av->host->now (job->call));
    return md_error_say (err, MD_ERR_QUOTA, "%s: the requests of this day are "
                         "used up", job->what);
  } else if (has (text, "premium")) {
    klass = MD_ERR_ENTITLEMENT;
  } else if (has (text, "Invalid API call") && job->request != NULL) {
    err->symbol = job->symbol;
    return md_error_say (err, MD_ERR_NOT_FOUND, "%s: Alpha Vantage knows no "
                         "such symbol or function: %s", job->what, safe);
  }
  return md_error_say (err, klass, "%s: %s", job->what, safe);
}

/* {"Information":"..."} and its siblings.  MD_OK: an object without data.  */
static int
read_object (const struct av_job *job, const struct md_reply *reply,
             struct md_error *err)
{
  static const char *const names[] = { "Error Message", "Information",
                                       "Note" };
  struct md_text key, text = { NULL, 0 };
  struct md_json json;
  char said[TEXT_SIZE * 2];
  bool escapes, is_data = false;

  md_json_init (&json, reply->body, reply->len);
  md_json_enter_object (&json);
  while (md_json_next_key (&json, &key)) {
    bool is_text = false;

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
      is_text = is_text || md_json_key_is (key, names[i]);
    if (is_text)
      md_json_string (&json, &text, &escapes);
    else
      is_data = is_data || !md_json_key_is (key, "Meta Data");
  }
  /* Not quoted: the text may be the one that repeats the key.              */
  if (!md_json_finish (&json))
    return md_error_say (err, MD_ERR_PROTOCOL, "%s: the answer begins like "
                         "JSON and is broken", job->what);
  if (text.ptr != NULL) {
    snprintf (said, sizeof said, "%.*s",
              (int) (text.len < sizeof said ? text.len : sizeof said - 1),
              text.ptr);
    return classify_text (job, said, err);
  }
  return is_data ? md_error_say (err, MD_ERR_PROTOCOL, "%s: JSON came where "
                                 "CSV was asked for", job->what)
                 : MD_OK;
}

static int
refused (const struct av_job *job, const struct md_reply *reply,
         struct md_error *err)
{
  int klass = job->av->host->classify (job->call, reply, err);

  err->http_status = reply->status;
  return md_error_say (err, klass == MD_OK ? MD_ERR_PROTOCOL : klass,
                       "%s: HTTP %d", job->what, reply->status);
}

static int
get_once (struct av_job *job, struct md_url *url, struct md_reply *ret_reply,
          struct md_error *err)
{
  static const struct md_auth auth = { .struct_size = sizeof auth,
                                       .kind = MD_AUTH_QUERY,
                                       .key = "api_key", .param = "apikey" };
  /* CSV may end after any line: only the transport can show that it did.   */
  struct md_http http = { .struct_size = sizeof http, .flags = MD_HTTP_PROVEN,
                          .url = url->buf, .auth = &auth };
  const char *at;
  int klass;

  *ret_reply = (struct md_reply) { .struct_size = sizeof *ret_reply };
  klass = job->av->host->http (job->call, &http, ret_reply, err);
  if (klass != MD_OK)
    return klass;
  if (ret_reply->status != 200)
    return refused (job, ret_reply, err);
  at = ret_reply->body;
  at += strspn (at, " \t\r\n");
  if (*at == '<')
    return md_error_say (err, MD_ERR_PROTOCOL, "%s: a web page came where CSV "
                         "was asked for", job->what);
  if (*at == '{') {
    klass = read_object (job, ret_reply, err);
    ret_reply->len = 0;
  } else if (*at == '\0') {
    ret_reply->len = 0;
  }
  return klass;
}

/* "{}" and nothing at all stand for "no data", and were seen as passing faults
 * as well.  A header line alone is an answer.                              */
int
av_get (struct av_job *job, struct md_url *url, struct md_reply *ret_reply,
        struct md_error *err)
{
  int klass = md_url_finish (url, err);

  if (klass == MD_OK)
    klass = get_once (job, url, ret_reply, err);
  if (klass == MD_OK && ret_reply->len == 0)
    klass = get_once (job, url, ret_reply, err);
  return klass;
}
