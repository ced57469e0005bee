/* SPDX-License-Identifier: Apache-2.0
 *
 * sink-host.c - the services that a sink gets: log, time, cancel.  Others
 * fail as MD_ERR_UNSUPPORTED: they belong to providers.
 */
#include "call.h"

#define NOT_FOR_SINKS(name)                                                 \
  md_fail (err, MD_ERR_UNSUPPORTED, "`" name "` is no service for sinks")

static int
no_http (struct md_call *call, const struct md_http *request,
         struct md_reply *ret_reply, struct md_error *err)
{
  return NOT_FOR_SINKS ("http");
}

static int
no_read (struct md_call *call, void *buf, size_t size, size_t *ret_len,
         struct md_error *err)
{
  return NOT_FOR_SINKS ("read");
}

static int
no_next_member (struct md_call *call, const char **ret_name,
                struct md_error *err)
{
  return NOT_FOR_SINKS ("next_member");
}

static const char *
no_header (struct md_call *call, const char *name)
{
  return NULL;
}

static int
no_classify (struct md_call *call, const struct md_reply *reply,
             struct md_error *err)
{
  return NOT_FOR_SINKS ("classify");
}

static int
no_connect (struct md_call *call, const struct md_endpoint *endpoint,
            struct md_conn **ret_conn, struct md_error *err)
{
  return NOT_FOR_SINKS ("connect");
}

static int
no_recv (struct md_call *call, struct md_conn *conn, void *buf, size_t size,
         size_t *ret_len, struct md_error *err)
{
  return NOT_FOR_SINKS ("recv");
}

static int
no_send (struct md_call *call, struct md_conn *conn, const void *data,
         size_t len, int kind, struct md_error *err)
{
  return NOT_FOR_SINKS ("send");
}

static int
no_intern (struct md_call *call, const char *text, size_t len,
           uint32_t *ret_id, struct md_error *err)
{
  return NOT_FOR_SINKS ("intern");
}

static int
no_emit (struct md_call *call, uint32_t record, const void *rows, size_t n,
         size_t stride, struct md_error *err)
{
  return NOT_FOR_SINKS ("emit");
}

static int
no_covered (struct md_call *call, uint32_t symbol, md_time from, md_time to,
            struct md_error *err)
{
  return NOT_FOR_SINKS ("covered");
}

static int
no_mapping (struct md_call *call, uint32_t symbol, const char *instrument,
            md_time from, md_time to, struct md_error *err)
{
  return NOT_FOR_SINKS ("mapping");
}

static int
no_reject (struct md_call *call, const struct md_rejected *rejected,
           struct md_error *err)
{
  return NOT_FOR_SINKS ("reject");
}

static int
no_subscribed (struct md_call *call, uint32_t symbol, struct md_error *err)
{
  return NOT_FOR_SINKS ("subscribed");
}

static int
no_gap (struct md_call *call, uint32_t symbol, md_time from, md_time to,
        const char *why, struct md_error *err)
{
  return NOT_FOR_SINKS ("gap");
}

static int
no_permit (struct md_call *call, const char *bucket, double cost,
           struct md_error *err)
{
  return NOT_FOR_SINKS ("permit");
}

const struct md_host sink_host = {
  .struct_size = sizeof (struct md_host),
  .abi_major = MD_ABI_MAJOR,
  .abi_minor = MD_ABI_MINOR,
  .log = call_log,
  .now = call_now,
  .cancelled = call_cancelled,
  .http = no_http,
  .read = no_read,
  .next_member = no_next_member,
  .header = no_header,
  .classify = no_classify,
  .connect = no_connect,
  .recv = no_recv,
  .send = no_send,
  .intern = no_intern,
  .emit = no_emit,
  .covered = no_covered,
  .mapping = no_mapping,
  .reject = no_reject,
  .subscribed = no_subscribed,
  .gap = no_gap,
  .permit = no_permit,
  .bar = call_bar,
};
