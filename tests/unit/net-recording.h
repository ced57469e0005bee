/* SPDX-License-Identifier: Apache-2.0
 *
 * net-recording.h - what the tests of recordings and of replays share.
 */
#pragma once

#include "net-fixture.h"

static inline Net *
open_net (NetMode mode, const char *path)
{
  NetOptions options = { .mode = mode, .path = path,
                         .connect_timeout = 2 * MD_SECOND,
                         .stall_timeout = STALL };
  GError *error = NULL;
  Net *net = net_new (&options, &error);

  g_assert_no_error (error);
  return net;
}

static inline GBytes *
fetch (Net *net, NetRequest request, struct md_error *err)
{
  g_autoptr (NetReply) reply = net_send (net, &request, err);
  g_autoptr (GByteArray) body = g_byte_array_new ();

  if (reply == NULL)
    return NULL;
  if (!request.pull) {
    gsize len;
    const char *data = net_reply_body (reply, &len);

    return g_bytes_new (data, len);
  }
  return read_all (reply, body, err) == MD_OK
           ? g_byte_array_free_to_bytes (g_steal_pointer (&body)) : NULL;
}

typedef struct {
  const char *headers;
  GBytes *body;
} Sent;

static inline void
on_sent (ServerConn *conn, const ServerRequest *request, gpointer data)
{
  const Sent *sent = data;
  gsize len;
  const void *body = g_bytes_get_data (sent->body, &len);

  server_reply (conn, 200, sent->headers, body, (gssize) len);
}
