/* SPDX-License-Identifier: Apache-2.0
 *
 * flat-s3.c - flat files on the S3-compatible host: which days there are, and
 * their bytes.  Requests are signed by the core.
 */
#include "flat.h"

#include <stdio.h>
#include <support/time.h>

#define REFUSAL_SIZE 4096

static const struct md_auth auth = {
  .struct_size = sizeof auth, .kind = MD_AUTH_SIGV4, .key = "s3_key_id",
  .key2 = "s3_secret", .param = "us-east-1", .param2 = "s3"
};

/* ---- XML, as far as it is needed -------------------------------------------- */

/* The text of the next <name> element in [*at, end), after which *at then
 * stands.                                                                  */
static bool
next_element (const char **at, const char *end, const char *name,
              struct md_text *ret_text)
{
  size_t len = strlen (name);
  const char *from = NULL;

  for (const char *p = *at; p < end; p++) {
    size_t rest = (size_t) (end - p);

    if (from == NULL && rest > len + 1 && p[0] == '<' && p[len + 1] == '>'
        && memcmp (p + 1, name, len) == 0) {
      from = p + len + 2;
    } else if (from != NULL && rest > len + 2 && p[0] == '<' && p[1] == '/'
               && p[len + 2] == '>' && memcmp (p + 2, name, len) == 0) {
      *ret_text = (struct md_text) { from, (size_t) (p - from) };
      *at = p + len + 3;
      return true;
    }
  }
  return false;
}

static bool
text_is (struct md_text text, const char *other)
{
  return text.len == strlen (other)
         && memcmp (text.ptr, other, text.len) == 0;
}

/* ---- refusals ---------------------------------------------------------------- */

/* A key that is refused comes as 403, too, and is told apart before the host
 * takes the 403 for an answer that such keys get.                          */
static int
class_of (struct pg_flat *flat, const struct md_reply *reply,
          struct md_text code, struct md_error *err)
{
  int klass;

  if (text_is (code, "InvalidAccessKeyId")
      || text_is (code, "SignatureDoesNotMatch")
      || text_is (code, "InvalidToken"))
    return MD_ERR_AUTH;
  if (text_is (code, "NoSuchBucket")
      || text_is (code, "AuthorizationHeaderMalformed"))
    return MD_ERR_CONFIG;
  if (text_is (code, "SlowDown"))
    return MD_ERR_LIMITED;
  klass = flat->job->pg->host->classify (flat->job->call, reply, err);
  if (klass == MD_OK || reply->status == 404) /* it was listed */
    return MD_ERR_PROTOCOL;
  return klass;
}

/* <Error><Code>..</Code><Message>..</Message></Error>                      */
static int
say_refusal (struct pg_flat *flat, const struct md_reply *reply,
             const char *body, size_t len, struct md_error *err)
{
  struct md_text code = { "", 0 }, message = { "", 0 };
  const char *at = body;
  int klass;

  next_element (&at, body + len, "Code", &code);
  at = body;
  next_element (&at, body + len, "Message", &message);
  klass = class_of (flat, reply, code, err);
  err->http_status = reply->status;
  snprintf (err->vendor_code, sizeof err->vendor_code, "%.*s",
            (int) (code.len < 31 ? code.len : 31), code.ptr);
  if (klass == MD_ERR_ENTITLEMENT) {
    err->from = flat->day_from;
    err->to = flat->day_to;
  }
  return md_error_say (err, klass, "%s: %.160s: HTTP %d: %.30s%s%.*s%s",
                       flat->job->what, flat->name, reply->status,
                       err->vendor_code, message.len > 0 ? ": " : "",
                       (int) (message.len < 100 ? message.len : 100),
                       message.ptr,
                       klass == MD_ERR_AUTH
                         ? "; check provider.s3_key_id and provider.s3_secret"
                         : "");
}

/* What is pulled has no body until it is read.                             */
static int
refused (struct pg_flat *flat, const struct md_reply *reply,
         struct md_error *err)
{
  const struct md_host *host = flat->job->pg->host;
  struct md_error ignored = { .struct_size = sizeof ignored };
  char body[REFUSAL_SIZE];
  size_t len = 0, n = 1;

  if (reply->body != NULL)
    return say_refusal (flat, reply, reply->body, reply->len, err);
  while (n > 0 && len < sizeof body
         && host->read (flat->job->call, body + len, sizeof body - len, &n,
                        &ignored) == MD_OK)
    len += n;
  return say_refusal (flat, reply, body, len, err);
}

static int
get (struct pg_flat *flat, struct md_url *url, uint32_t flags,
     struct md_reply *ret_reply, struct md_error *err)
{
  const struct md_http http = {
    .struct_size = sizeof http, .flags = flags, .url = url->buf,
    .bucket = "files", .auth = &auth
  };
  int klass = md_url_finish (url, err);

  *ret_reply = (struct md_reply) { .struct_size = sizeof *ret_reply };
  if (klass == MD_OK)
    klass = flat->job->pg->host->http (flat->job->call, &http, ret_reply, err);
  if (klass == MD_OK && ret_reply->status != 200)
    klass = refused (flat, ret_reply, err);
  return klass;
}

/* ---- the list of a month ------------------------------------------------------ */

static void
take_days (struct pg_flat *flat, const char *at, const char *end,
           const char *prefix)
{
  struct md_text key;
  size_t len = strlen (prefix);

  while (next_element (&at, end, "Key", &key)) {
    const char *day = key.ptr + len + 8; /* "2024-03-" */
    int number;

    if (key.len != len + strlen ("2024-03-04.csv.gz")
        || memcmp (key.ptr, prefix, len) != 0
        || memcmp (key.ptr + len + 10, ".csv.gz", 7) != 0)
      continue;
    number = (day[0] - '0') * 10 + day[1] - '0';
    if (number >= 1 && number <= 31)
      flat->listed_days |= UINT32_C (1) << number;
  }
}

/* The token of the next page, or an empty one.                             */
static int
read_list (struct pg_flat *flat, const struct md_reply *reply,
           const char *prefix, char *token, struct md_error *err)
{
  const char *end = reply->body + reply->len, *at = reply->body, *last = NULL;
  struct md_text truncated = { "", 0 }, next = { "", 0 };
  static const char closing[] = "</ListBucketResult>";

  for (const char *p = at; (p = strstr (p, closing)) != NULL; p++)
    last = p;
  if (last == NULL || strlen (reply->body) != reply->len
      || strspn (last + sizeof closing - 1, " \r\n\t")
           != strlen (last + sizeof closing - 1))
    return md_error_say (err, MD_ERR_PROTOCOL, "%s: the list of %.100s is not "
                         "a whole ListBucketResult", flat->job->what, prefix);
  token[0] = '\0';
  next_element (&at, end, "IsTruncated", &truncated);
  at = reply->body;
  if (text_is (truncated, "true")
      && (!next_element (&at, end, "NextContinuationToken", &next)
          || next.len == 0 || next.len >= MD_TOKEN_SIZE))
    return md_error_say (err, MD_ERR_PROTOCOL, "%s: the list of %.100s goes "
                         "on, but does not say where", flat->job->what,
                         prefix);
  memcpy (token, next.ptr, next.len);
  token[next.len] = '\0';
  take_days (flat, reply->body, end, prefix);
  return MD_OK;
}

static int
list_month (struct pg_flat *flat, int64_t day, struct md_error *err)
{
  struct md_tokens tokens = { .count = 0 };
  char prefix[200], buf[PG_URL_SIZE], token[MD_TOKEN_SIZE];
  struct md_url url, folder;
  struct md_reply reply;
  int klass;

  md_url_init (&folder, prefix, sizeof prefix, "");
  pg_flat_add_folder (flat, day, &folder);
  snprintf (flat->name, sizeof flat->name, "%.500s", prefix);
  do {
    md_url_init (&url, buf, sizeof buf, flat->job->pg->s3_url);
    md_url_path (&url, "/");
    md_url_path (&url, flat->job->pg->s3_bucket);
    if (tokens.token[0] != '\0')
      md_url_query (&url, "continuation-token", tokens.token);
    md_url_query (&url, "list-type", "2");
    md_url_query (&url, "prefix", prefix);
    klass = get (flat, &url, 0, &reply, err);
    if (klass == MD_OK)
      klass = read_list (flat, &reply, prefix, token, err);
    if (klass == MD_OK)
      klass = md_next_token (&tokens, flat->job->what, token, err);
  } while (klass == MD_OK && token[0] != '\0');
  return klass;
}

int
pg_s3_has_day (struct pg_flat *flat, int64_t day, bool *ret_has,
               struct md_error *err)
{
  int64_t year;
  unsigned month, of_month;
  int klass = MD_OK;

  md_civil_from_days (day, &year, &month, &of_month);
  if (flat->listed_month != year * 12 + month) {
    flat->listed_days = 0;
    klass = list_month (flat, day, err);
    flat->listed_month = klass == MD_OK ? year * 12 + month : -1;
  }
  *ret_has = klass == MD_OK && (flat->listed_days >> of_month & 1) != 0;
  return klass;
}

int
pg_s3_open (struct pg_flat *flat, int64_t day, struct md_error *err)
{
  char buf[PG_URL_SIZE], date[PG_DATE_SIZE];
  struct md_url url;
  struct md_reply reply;

  md_url_init (&url, buf, sizeof buf, flat->job->pg->s3_url);
  md_url_path (&url, "/");
  md_url_path (&url, flat->job->pg->s3_bucket);
  md_url_path (&url, "/");
  pg_flat_add_folder (flat, day, &url);
  pg_format_date (day, date);
  md_url_path (&url, date);
  md_url_path (&url, ".csv.gz");
  snprintf (flat->name, sizeof flat->name, "%.500s", buf);
  return get (flat, &url, MD_HTTP_PULL, &reply, err);
}
