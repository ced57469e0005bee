/* SPDX-License-Identifier: Apache-2.0
 *
 * trial-host.c - the engine's own services, with an eye on what the plugin
 * does with them: they are counted, each may say that all is over, and no
 * secret may come by.
 */
#include "private.h"

#include "data/spans.h"

#include <string.h>

static Trial *watched;

void
trial_host_watch (Trial *trial)
{
  watched = trial;
}

/* The same call in every run of the trial, so that each can be the one.    */
static gboolean
is_over (void)
{
  watched->host_calls++;
  return watched->input.cancel_at != 0
         && watched->host_calls >= watched->input.cancel_at;
}

static int
stopped (struct md_error *err)
{
  return md_fail (err, MD_ERR_CANCELLED, "stopped");
}

static int
stopped_late (struct md_error *err)
{
  if (watched->host_calls > watched->input.cancel_at)
    watched->late_calls++;
  return stopped (err);
}

/* ---- small services --------------------------------------------------- */

static void
host_log (struct md_call *call, int level, const char *message)
{
  trial_look (watched, "a log message", message, -1);
}

static md_time
host_now (struct md_call *call)
{
  return watched->input.now != 0 ? watched->input.now : call_now (call);
}

static bool
host_cancelled (struct md_call *call)
{
  return is_over () || call_cancelled (call);
}

/* ---- exchanges -------------------------------------------------------- */

static int
host_http (struct md_call *call, const struct md_http *request,
           struct md_reply *ret_reply, struct md_error *err)
{
  const char *const *headers = request->headers;

  if (is_over ())
    return stopped (err);
  watched->http_calls++;
  trial_look (watched, "an URL", request->url, -1);
  for (; headers != NULL && *headers != NULL; headers++)
    trial_look (watched, "a header", *headers, -1);
  trial_look (watched, "the body of a request", request->body,
              (gssize) request->body_len);
  return call_http (call, request, ret_reply, err);
}

static int
host_read (struct md_call *call, void *buf, size_t size, size_t *ret_len,
           struct md_error *err)
{
  return is_over () ? stopped (err)
                    : call_read (call, buf, size, ret_len, err);
}

static int
host_next_member (struct md_call *call, const char **ret_name,
                  struct md_error *err)
{
  return is_over () ? stopped (err)
                    : call_next_member (call, ret_name, err);
}

static int
host_connect (struct md_call *call, const struct md_endpoint *endpoint,
              struct md_conn **ret_conn, struct md_error *err)
{
  if (is_over ())
    return stopped (err);
  watched->http_calls++;
  return md_fail (err, MD_ERR_NETWORK, "sockets are not recorded");
}

static int
host_permit (struct md_call *call, const char *bucket, double cost,
             struct md_error *err)
{
  return is_over () ? stopped (err) : MD_OK;
}

/* ---- rows ------------------------------------------------------------- */

static int
host_intern (struct md_call *call, const char *text, size_t len,
             uint32_t *ret_id, struct md_error *err)
{
  return is_over () ? stopped (err)
                    : call_intern (call, text, len, ret_id, err);
}

/* Rows of what was said to be complete come too late: they would be lost.  */
static void
look_for_late_rows (const struct md_call *call, const void *rows, gsize n,
                    gsize stride)
{
  for (gsize i = 0; i < n; i++) {
    const struct md_head *head
      = (const void *) ((const char *) rows + i * stride);

    if (head->symbol < call->n_selectors
        && spans_contain (call->spans[head->symbol], head->ts, head->ts + 1))
      trial_fault (watched, "a row of %s comes after `covered` had said that "
                   "all rows of its time were there",
                   (char *) call->names->pdata[head->symbol]);
  }
}

static int
host_emit (struct md_call *call, uint32_t record, const void *rows, size_t n,
           size_t stride, struct md_error *err)
{
  int klass;

  if (is_over ())
    return stopped_late (err);
  klass = call_emit (call, record, rows, n, stride, err);
  if (klass == MD_ERR_INTERNAL || klass == MD_ERR_PROTOCOL)
    trial_fault (watched, "emit: %s", err->message);
  if (klass == MD_OK && call->n_selectors > 0)
    look_for_late_rows (call, rows, n, stride);
  return klass;
}

static int
host_covered (struct md_call *call, uint32_t symbol, md_time from, md_time to,
              struct md_error *err)
{
  int klass;

  if (is_over ())
    return stopped_late (err);
  klass = call_covered (call, symbol, from, to, err);
  if (klass == MD_ERR_INTERNAL)
    trial_fault (watched, "covered: %s", err->message);
  return klass;
}

static int
host_mapping (struct md_call *call, uint32_t symbol, const char *instrument,
              md_time from, md_time to, struct md_error *err)
{
  return is_over () ? stopped (err)
                    : call_mapping (call, symbol, instrument, from, to, err);
}

static int
host_reject (struct md_call *call, const struct md_rejected *rejected,
             struct md_error *err)
{
  if (is_over ())
    return stopped (err);
  watched->rejected++;
  trial_look (watched, "the reasons of a rejected row", rejected->reasons, -1);
  return call_reject (call, rejected, err);
}

static int
host_subscribed (struct md_call *call, uint32_t symbol, struct md_error *err)
{
  return call_host.subscribed (call, symbol, err);
}

static int
host_gap (struct md_call *call, uint32_t symbol, md_time from, md_time to,
          const char *why, struct md_error *err)
{
  return call_host.gap (call, symbol, from, to, why, err);
}

const struct md_host trial_host = {
  .struct_size = sizeof (struct md_host),
  .abi_major = MD_ABI_MAJOR,
  .abi_minor = MD_ABI_MINOR,
  .log = host_log,
  .now = host_now,
  .cancelled = host_cancelled,
  .http = host_http,
  .read = host_read,
  .next_member = host_next_member,
  .header = call_header,
  .classify = call_classify,
  .connect = host_connect,
  .recv = call_recv,
  .send = call_send,
  .intern = host_intern,
  .emit = host_emit,
  .covered = host_covered,
  .mapping = host_mapping,
  .reject = host_reject,
  .subscribed = host_subscribed,
  .gap = host_gap,
  .permit = host_permit,
  .bar = call_bar,
  .wait = call_wait,
  .remember = call_remember,
  .recall = call_recall,
  .download = call_download,
  .discard = call_discard,
};
