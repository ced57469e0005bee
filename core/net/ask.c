/* SPDX-License-Identifier: Apache-2.0
 *
 * ask.c - gets the answer to a request: from the network, from a recording,
 * or from a local file.
 */
#include "reply-private.h"
#include "request.h"

/* Compressing what cannot be compressed makes it a little larger.          */
#define WIRE_SLACK (64 * 1024)

static gsize
wire_limit (const NetReply *reply)
{
  if (reply->pull)
    return reply->net->buffer_limit;
  return reply->max_body > G_MAXINT64 - WIRE_SLACK - reply->max_body / 64
           ? (gsize) G_MAXINT64
           : reply->max_body + reply->max_body / 64 + WIRE_SLACK;
}

static Transfer *
send_hop (NetReply *reply, const Hop *hop, struct md_error *err)
{
  g_autoptr (Transfer) transfer
    = transfer_new (reply->net, net_take_easy (reply->net), reply->pull,
                    wire_limit (reply));

  transfer->follows = TRUE;
  transfer->has_no_body = reply->has_no_body;
  if (hop_apply (hop, reply->net, transfer->easy, &transfer->lines, err)
      != MD_OK)
    return NULL;
  net_post (reply->net, transfer, POST_START);
  if (transfer_wait (transfer, reply->cancel, reply->deadline, err) != MD_OK)
    return NULL;
  return g_steal_pointer (&transfer);
}

/* Follows redirects to the final answer.                                   */
static Transfer *
send_and_follow (NetReply *reply, Hop *hop, struct md_error *err)
{
  for (;;) {
    g_autoptr (Transfer) transfer = send_hop (reply, hop, err);

    if (transfer == NULL || !transfer_is_redirect (transfer))
      return g_steal_pointer (&transfer);
    reply->status = transfer->status;
    if (hop_follow (hop, transfer->status,
                    headers_get (transfer->headers, "Location"), err) != MD_OK)
      return NULL;
  }
}

static int
ask_network (NetReply *reply, const NetRequest *request, Hop *hop,
             Answer *ret_answer, struct md_error *err)
{
  g_autoptr (Transfer) transfer = NULL;

  if (reply->net->recorder != NULL)
    ret_answer->recording
      = recording_new (reply->net->recorder, request, hop->url);
  transfer = send_and_follow (reply, hop, err);
  if (transfer == NULL) {
    if (ret_answer->recording != NULL && err->klass != MD_ERR_CANCELLED)
      recording_fail (ret_answer->recording, err);
    return err->klass;
  }
  reply->status = transfer->status;
  reply->close_delimited = transfer->close_delimited;
  reply->headers = g_steal_pointer (&transfer->headers);
  if (ret_answer->recording != NULL)
    recording_answer (ret_answer->recording, reply->status, reply->headers);
  if (reply->pull)
    ret_answer->source = transfer_source (g_steal_pointer (&transfer),
                                          reply->cancel, reply->deadline);
  else
    ret_answer->bytes = body_take (&transfer->body);
  return MD_OK;
}

static int
ask_recording (NetReply *reply, const NetRequest *request, const Hop *hop,
               Answer *ret_answer, struct md_error *err)
{
  NetCounts more = { .requests = 1 };
  const Exchange *exchange
    = replay_take (reply->net->replay, request, hop->url, err);

  net_count (reply->net, &more);
  if (exchange == NULL || exchange->status == 0)
    return err->klass;
  reply->status = exchange->status;
  reply->headers = g_ptr_array_ref (exchange->headers);
  return replay_body (reply->net->replay, exchange, &ret_answer->source, err);
}

static int
ask_file (NetReply *reply, const NetRequest *request, Answer *ret_answer,
          struct md_error *err)
{
  int klass = file_open (request->url, request->range_from, request->range_to,
                         &ret_answer->source, &reply->folder, err);

  if (klass != MD_OK)
    return klass;
  reply->status = 200;
  reply->headers = headers_new ();
  if (reply->folder != NULL && !reply->pull)
    return md_fail (err, MD_ERR_REQUEST, "it is a folder: its files can be "
                    "pulled, but are no whole body");
  return MD_OK;
}

int
ask (NetReply *reply, const NetRequest *request, Answer *ret_answer,
     struct md_error *err)
{
  g_auto (Hop) hop = { 0 };
  int klass = transfer_may_wait (reply->cancel, reply->deadline, err);

  if (klass != MD_OK)
    return klass;
  if (url_is_local (request->url))
    return ask_file (reply, request, ret_answer, err);
  klass = hop_init (&hop, request, err);
  if (klass != MD_OK)
    return klass;
  return reply->net->replay != NULL
           ? ask_recording (reply, request, &hop, ret_answer, err)
           : ask_network (reply, request, &hop, ret_answer, err);
}

void
answer_clear (Answer *answer)
{
  source_free (answer->source);
  if (answer->bytes != NULL)
    g_bytes_unref (answer->bytes);
  recording_free (answer->recording);
}
