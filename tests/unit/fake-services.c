/* SPDX-License-Identifier: Apache-2.0
 *
 * fake-services.c - the services of the fake host: scripted exchanges, and
 * rows, coverage and dead letters that are collected.
 */
#include "fake-host-private.h"

#include "data/interval.h"
#include <support/time.h>

#include <stdio.h>
#include <string.h>

struct _FakeReply {
  char *url_part;          /* or NULL                                       */
  int status;              /* 0: the exchange fails                         */
  char *headers;
  char *body;
  gsize len;
  int klass;
  char *message;
  GPtrArray *members;      /* of FakeMember, or NULL                        */
};

typedef struct {
  char *name;
  GBytes *body;
} FakeMember;

static void
free_member (gpointer data)
{
  FakeMember *member = data;

  g_free (member->name);
  g_bytes_unref (member->body);
  g_free (member);
}

static int
fail (struct md_error *err, int klass, const char *format, ...)
{
  va_list args;

  err->klass = klass;
  va_start (args, format);
  vsnprintf (err->message, sizeof err->message, format, args);
  va_end (args);
  return klass;
}

/* ---- replies ------------------------------------------------------------- */

FakeReply *
fake_reply_new (int status, const char *headers, const void *body, gssize len)
{
  FakeReply *reply = g_new0 (FakeReply, 1);

  reply->status = status;
  reply->headers = g_strdup (headers);
  reply->len = len < 0 ? strlen (body) : (gsize) len;
  reply->body = g_malloc (reply->len + 1);
  memcpy (reply->body, body, reply->len);
  reply->body[reply->len] = '\0';
  return reply;
}

FakeReply *
fake_reply_fail (int klass, const char *message)
{
  FakeReply *reply = g_new0 (FakeReply, 1);

  reply->klass = klass;
  reply->message = g_strdup (message);
  return reply;
}

void
fake_reply_free (gpointer data)
{
  FakeReply *reply = data;

  g_free (reply->url_part);
  g_free (reply->headers);
  g_free (reply->body);
  g_free (reply->message);
  g_clear_pointer (&reply->members, g_ptr_array_unref);
  g_free (reply);
}

void
fake_reply_add_member (FakeReply *reply, const char *name, const void *body,
                       gsize len)
{
  FakeMember *member = g_new (FakeMember, 1);

  *member = (FakeMember) { g_strdup (name), g_bytes_new (body, len) };
  if (reply->members == NULL)
    reply->members = g_ptr_array_new_with_free_func (free_member);
  g_ptr_array_add (reply->members, member);
}

void
fake_reply_break (FakeReply *reply, int klass, const char *message)
{
  reply->klass = klass;
  reply->message = g_strdup (message);
}

void
fake_host_reply (FakeHost *host, const char *url_part, int status,
                 const char *headers, const char *body, gssize len)
{
  FakeReply *reply = fake_reply_new (status, headers, body, len);

  reply->url_part = g_strdup (url_part);
  g_queue_push_tail (&host->script, reply);
}

void
fake_host_fail (FakeHost *host, const char *url_part, int klass,
                const char *message)
{
  FakeReply *reply = fake_reply_fail (klass, message);

  reply->url_part = g_strdup (url_part);
  g_queue_push_tail (&host->script, reply);
}

FakeReply *
fake_host_last_reply (FakeHost *host)
{
  return g_queue_peek_tail (&host->script);
}

/* ---- HTTP ---------------------------------------------------------------- */

static FakeRequest *
note_request (FakeHost *host, const struct md_http *http)
{
  FakeRequest *request = g_new0 (FakeRequest, 1);

  request->url = g_strdup (http->url);
  request->method = g_strdup (http->method != NULL ? http->method : "GET");
  request->headers = http->headers != NULL
                       ? g_strjoinv ("\n", (char **) http->headers)
                       : g_strdup ("");
  if (http->body != NULL) {
    request->body = g_strndup (http->body, http->body_len);
    request->body_len = http->body_len;
  }
  request->bucket = g_strdup (http->bucket);
  request->range_from = http->range_from;
  request->range_to = http->range_to;
  if (http->auth != NULL) {
    request->auth = http->auth->kind;
    request->auth_key = g_strdup (http->auth->key);
  }
  g_ptr_array_add (host->requests, request);
  return request;
}

static int
serve_http (struct md_call *host, const struct md_http *http,
            struct md_reply *ret_reply, struct md_error *err)
{
  FakeRequest *request = note_request (host, http);
  FakeReply *reply;

  g_assert_cmpuint (http->struct_size, ==, sizeof *http);
  if (host->cancelled)
    return fail (err, MD_ERR_CANCELLED, "stopped");
  reply = host->server != NULL
            ? host->server (request, host->server_data)
            : g_queue_pop_head (&host->script);
  if (reply == NULL)
    g_error ("nothing is scripted for %s", request->url);
  g_clear_pointer (&host->reply, fake_reply_free);
  host->reply = reply;
  host->read_at = 0;
  host->member = 0;
  if (reply->url_part != NULL
      && strstr (request->url, reply->url_part) == NULL)
    g_error ("%s, but the script has \"%s\"", request->url, reply->url_part);
  if (reply->status == 0)
    return fail (err, reply->klass, "%s", reply->message);
  ret_reply->struct_size = sizeof *ret_reply;
  ret_reply->status = reply->status;
  ret_reply->body = http->flags & MD_HTTP_PULL ? NULL : reply->body;
  ret_reply->len = http->flags & MD_HTTP_PULL ? 0 : reply->len;
  return MD_OK;
}

/* What is read now: the body, or an archive's current member.              */
static const char *
current (const FakeHost *host, gsize *ret_len)
{
  const FakeReply *reply = host->reply;
  const FakeMember *member;

  if (reply->members == NULL) {
    *ret_len = reply->len;
    return reply->body;
  }
  g_assert_cmpuint (host->member, >, 0);
  member = reply->members->pdata[host->member - 1];
  return g_bytes_get_data (member->body, ret_len);
}

static int
serve_read (struct md_call *host, void *buf, size_t size, size_t *ret_len,
            struct md_error *err)
{
  gsize len, n;
  const char *bytes = current (host, &len);

  n = MIN (size, len - host->read_at);
  if (host->read_size > 0)
    n = MIN (n, host->read_size);
  if (n == 0 && host->reply->klass != MD_OK)
    return fail (err, host->reply->klass, "%s", host->reply->message);
  if (n > 0)
    memcpy (buf, bytes + host->read_at, n);
  host->read_at += n;
  *ret_len = n;
  return MD_OK;
}

/* A body that is no archive is one member without a name.                  */
static int
serve_next_member (struct md_call *host, const char **ret_name,
                   struct md_error *err)
{
  const FakeReply *reply = host->reply;
  guint n = reply->members != NULL ? reply->members->len : 1;

  *ret_name = NULL;
  if (host->member == n)
    return MD_OK;
  host->read_at = 0;
  host->member++;
  *ret_name = reply->members != NULL
    ? ((FakeMember *) reply->members->pdata[host->member - 1])->name : "";
  return MD_OK;
}

static const char *
serve_header (struct md_call *host, const char *name)
{
  g_auto (GStrv) lines = NULL;
  gsize len = strlen (name);

  if (host->reply == NULL || host->reply->headers == NULL)
    return NULL;
  lines = g_strsplit (host->reply->headers, "\n", 0);
  for (guint i = 0; lines[i] != NULL; i++) {
    char *value;

    if (g_ascii_strncasecmp (lines[i], name, len) != 0
        || lines[i][len] != ':')
      continue;
    value = g_strstrip (g_strdup (lines[i] + len + 1));
    g_ptr_array_add (host->texts, value);
    return value;
  }
  return NULL;
}

static int
serve_classify (struct md_call *host, const struct md_reply *reply,
                struct md_error *err)
{
  const char *after = serve_header (host, "Retry-After");
  int status = reply->status, klass;

  if (status >= 200 && status < 300)
    return MD_OK;
  klass = status == 401   ? MD_ERR_AUTH
          : status == 403 ? MD_ERR_ENTITLEMENT
          : status == 404 ? MD_ERR_NOT_FOUND
          : status == 408 || status >= 500 ? MD_ERR_NETWORK
          : status == 429 ? MD_ERR_LIMITED
                          : MD_ERR_REQUEST;
  err->http_status = status;
  if (after != NULL)
    err->retry_after_ns = g_ascii_strtoll (after, NULL, 10) * MD_SECOND;
  return fail (err, klass, "HTTP %d: %.100s", status,
               reply->body != NULL ? reply->body : "");
}

/* ---- rows ---------------------------------------------------------------- */

static int
serve_intern (struct md_call *host, const char *text, size_t len,
              uint32_t *ret_id, struct md_error *err)
{
  g_autofree char *name = g_strndup (text, len);
  guint i;

  if (!g_ptr_array_find_with_equal_func (host->names, name, g_str_equal,
                                         &i)) {
    i = host->names->len;
    g_ptr_array_add (host->names, g_steal_pointer (&name));
  }
  *ret_id = i;
  return MD_OK;
}

static struct md_text
copy_text (FakeHost *host, struct md_text text)
{
  char *copy = text.ptr != NULL ? g_strndup (text.ptr, text.len) : NULL;

  if (copy != NULL)
    g_ptr_array_add (host->texts, copy);
  return (struct md_text) { copy, text.len };
}

static void
own_table_texts (FakeHost *host, const struct md_table *table, char *row)
{
  for (gsize i = 0; i < table->n_fields; i++) {
    struct md_text *text = (void *) (row + table->fields[i].offset);

    if (table->fields[i].type == MD_FIELD_TEXT)
      *text = copy_text (host, *text);
  }
}

/* Free text is borrowed only until `emit` returns.                         */
static void
own_texts (FakeHost *host, guint record, void *row)
{
  if (record == MD_OWN_TABLE)
    own_table_texts (host, host->request->offer->table, row);
  else if (record == MD_TRADE)
    ((struct md_trade *) row)->id
      = copy_text (host, ((struct md_trade *) row)->id);
  else if (record == MD_INSTRUMENT)
    ((struct md_instrument *) row)->name
      = copy_text (host, ((struct md_instrument *) row)->name);
  else if (record == MD_ACTION)
    ((struct md_action *) row)->id
      = copy_text (host, ((struct md_action *) row)->id);
}

static gboolean
is_covered (const FakeHost *host, guint32 symbol, md_time from, md_time to)
{
  for (guint i = 0; i < host->covered->len; i++) {
    const FakeCovered *one = &g_array_index (host->covered, FakeCovered, i);

    if ((one->symbol == symbol || one->symbol == MD_ALL_SYMBOLS
         || symbol == MD_ALL_SYMBOLS)
        && from < one->to && to > one->from)
      return TRUE;
  }
  return FALSE;
}

static void
check_row (const FakeHost *host, const struct md_head *head)
{
  const struct md_request *request = host->request;

  g_assert_cmpuint (head->symbol, <, host->names->len);
  g_assert_true (head->venue == MD_ABSENT_NAME
                 || head->venue < host->names->len);
  if (request == NULL)
    return;
  g_assert_true (request->n_symbols == 0
                 || request->selector != MD_SELECT_SYMBOL
                 || head->symbol < request->n_symbols);
  if (head->ts >= request->from && head->ts < request->to)
    g_assert_false (is_covered (host, head->symbol, head->ts, head->ts + 1));
  else
    g_assert_true (request->offer->flags & MD_OFFER_OUTSIDE);
}

static int
serve_emit (struct md_call *host, uint32_t record, const void *rows,
            size_t n, size_t stride, struct md_error *err)
{
  g_assert_true (host->request == NULL
                 || record == host->request->offer->record);
  g_assert_cmpuint (stride % 8, ==, 0);
  if (host->rows == NULL) {
    host->record = record;
    host->rows = g_array_new (FALSE, TRUE, (guint) stride);
  }
  g_assert_cmpuint (record, ==, host->record);
  g_assert_cmpuint (g_array_get_element_size (host->rows), ==, stride);
  for (gsize i = 0; i < n; i++) {
    check_row (host, (const void *) ((const char *) rows + i * stride));
    g_array_append_vals (host->rows, (const char *) rows + i * stride, 1);
    own_texts (host, record,
               host->rows->data + (host->rows->len - 1) * stride);
  }
  return MD_OK;
}

static int
serve_covered (struct md_call *host, uint32_t symbol, md_time from,
               md_time to, struct md_error *err)
{
  FakeCovered one = { symbol, from, to };
  const struct md_request *request = host->request;

  g_assert_nonnull (request);
  g_assert_true (symbol < MAX (request->n_symbols, 1)
                 || symbol == MD_ALL_SYMBOLS);
  g_assert_cmpint (from, <, to);
  g_assert_cmpint (from, >=, request->from);
  g_assert_cmpint (to, <=, request->to);
  g_assert_false (is_covered (host, symbol, from, to));
  g_array_append_val (host->covered, one);
  return MD_OK;
}

static int
serve_mapping (struct md_call *host, uint32_t symbol, const char *instrument,
               md_time from, md_time to, struct md_error *err)
{
  FakeMapping *mapping = g_new (FakeMapping, 1);

  g_assert_cmpint (from, <, to);
  *mapping = (FakeMapping) { symbol, g_strdup (instrument), from, to };
  g_ptr_array_add (host->mappings, mapping);
  return MD_OK;
}

static int
serve_reject (struct md_call *host, const struct md_rejected *rejected,
              struct md_error *err)
{
  FakeReject *reject = g_new (FakeReject, 1);

  g_assert_true (rejected->reasons != NULL && *rejected->reasons != '\0');
  *reject = (FakeReject) { rejected->symbol, rejected->ts,
                           g_strndup (rejected->raw, rejected->raw_len),
                           g_strdup (rejected->reasons) };
  g_ptr_array_add (host->rejects, reject);
  return MD_OK;
}

/* ---- the rest ------------------------------------------------------------ */

static void
serve_log (struct md_call *host, int level, const char *message)
{
  g_string_append_printf (host->log, "%d %s\n", level, message);
}

static md_time
serve_now (struct md_call *host)
{
  return host->now;
}

static bool
serve_cancelled (struct md_call *host)
{
  return host->cancelled;
}

static int
serve_permit (struct md_call *host, const char *bucket, double cost,
              struct md_error *err)
{
  return MD_OK;
}

static void
serve_bar (struct md_call *host, const struct md_interval *interval, md_time t,
           md_time *ret_from, md_time *ret_to)
{
  *ret_from = interval_floor (interval, t);
  *ret_to = interval_next (interval, t);
}

static int
serve_fact (struct md_call *host, const char *name, const char *value,
            struct md_error *err)
{
  g_ptr_array_add (host->facts, g_strconcat (name, "=", value, NULL));
  return MD_OK;
}

static int
serve_condition (struct md_call *host, md_time from, md_time to,
                 const char *condition, md_time changed, struct md_error *err)
{
  char begin[48], end[48] = "-";

  g_assert_cmpint (from, <, to);
  md_time_format (from, begin);
  if (changed != MD_ABSENT)
    md_time_format (changed, end);
  g_ptr_array_add (host->facts,
                   g_strdup_printf ("%s %s %s", begin,
                                    condition != NULL ? condition : "-", end));
  return MD_OK;
}

const struct md_host fake_host_services = {
  .struct_size = sizeof (struct md_host),
  .abi_major = MD_ABI_MAJOR, .abi_minor = MD_ABI_MINOR,
  .log = serve_log, .now = serve_now, .cancelled = serve_cancelled,
  .http = serve_http, .read = serve_read, .next_member = serve_next_member,
  .header = serve_header, .classify = serve_classify,
  .intern = serve_intern, .emit = serve_emit, .covered = serve_covered,
  .mapping = serve_mapping, .reject = serve_reject, .permit = serve_permit,
  .bar = serve_bar,
  .fact = serve_fact, .condition = serve_condition,
};
