/* SPDX-License-Identifier: Apache-2.0
 *
 * call-socket.c - connections of vendors that answer history over a socket.
 * Each lives no longer than its call.
 */
#include "call.h"

struct md_conn {
  NetSocket *socket;
};

void
call_conn_free (struct md_conn *conn)
{
  net_disconnect (conn->socket);
  g_free (conn);
}

static int
open_socket (struct md_call *call, const struct md_endpoint *endpoint,
             struct md_conn **ret_conn, struct md_error *err)
{
  CallEnv *env = call->env;
  const NetEndpoint net = {
    .url = endpoint->url,
    .origins = (const char *const *) env->keys->origins,
    .secrets = (const char *const *) env->keys->secrets,
    .cancel = env->cancel,
    .deadline = env->deadline,
    .silence = endpoint->silence_ns,
  };
  NetSocket *socket = net_connect (env->net, &net, err);

  if (socket == NULL)
    return err->klass;
  *ret_conn = g_new0 (struct md_conn, 1);
  (*ret_conn)->socket = socket;
  g_ptr_array_add (call->conns, *ret_conn);
  return MD_OK;
}

int
call_connect (struct md_call *call, const struct md_endpoint *endpoint,
              struct md_conn **ret_conn, struct md_error *err)
{
  CallEnv *env = call->env;
  g_autofree char *origin = net_origin (endpoint->url);
  int klass;

  if (endpoint->transport != MD_TCP && endpoint->transport != MD_TLS) {
    return md_fail (err, MD_ERR_UNSUPPORTED,
                    "history comes over TCP or TLS sockets; other transports "
                    "belong to streams");
  }
  if (origin == NULL)
    return md_fail (err, MD_ERR_CONFIG, "not an address: %s", endpoint->url);
  klass = call_admit (env, origin, endpoint->bucket, 1, err);
  if (klass != MD_OK)
    return klass;
  __atomic_add_fetch (&env->calls, 1, __ATOMIC_RELAXED);
  call->calls++;
  klass = open_socket (call, endpoint, ret_conn, err);
  if (klass != MD_ERR_CANCELLED)
    breaker_report (env->breaker, origin, klass == MD_OK);
  return klass;
}

int
call_recv (struct md_call *call, struct md_conn *conn, void *buf, size_t size,
           size_t *ret_len, struct md_error *err)
{
  gsize len = 0;
  int klass = net_recv (conn->socket, buf, size, &len, err);

  if (klass == MD_OK) {
    *ret_len = len;
    __atomic_add_fetch (&call->env->bytes_in, len, __ATOMIC_RELAXED);
  }
  return klass;
}

int
call_send (struct md_call *call, struct md_conn *conn, const void *data,
           size_t len, int kind, struct md_error *err)
{
  return net_send_bytes (conn->socket, data, len, err);
}
