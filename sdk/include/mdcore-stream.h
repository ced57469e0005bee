/* SPDX-License-Identifier: Apache-2.0
 *
 * mdcore-stream.h - live data: bytes in, rows and messages out.  Included by
 * mdcore.h.
 *
 * The host owns the socket, the reconnects, the silence watchdog and the
 * clock; a stream is a state machine that a test can feed byte by byte.
 * Rows leave through `emit`, acknowledgements through `subscribed`, losses
 * through `gap`, messages through `send`.
 */
#ifndef MDCORE_STREAM_H
#define MDCORE_STREAM_H

#ifndef MDCORE_H
#error "include <mdcore.h>"
#endif

/* Why a connection ended, for on_close.                                  */
enum md_close {
  MD_CLOSE_PEER = 10, MD_CLOSE_ERROR = 20, MD_CLOSE_SILENCE = 30,
  MD_CLOSE_ROTATE = 40, MD_CLOSE_STOP = 50
};

#define MD_IFACE_STREAM "mdcore.stream/1"
struct md_stream {
  uint32_t struct_size;
  uint32_t max_symbols; /* of one connection, 0 = any                     */

  /* Where to connect for this request.  `ret_endpoint` may point into the
   * session; it is read before the next callback.  [session]              */
  int (*endpoint) (void *session, struct md_call *call,
                   const struct md_request *request,
                   struct md_endpoint *ret_endpoint, struct md_error *err);
  /* The transport is up (again): authenticate, subscribe.  The session
   * forgets what it knew of an earlier connection.  `replay_from` is where
   * the core wants the vendor to start if it can replay, or MD_ABSENT.    */
  int (*on_open) (void *session, struct md_call *call, struct md_conn *conn,
                  const struct md_request *request, md_time replay_from,
                  struct md_error *err);
  /* WebSocket: one whole message of `kind`.  HTTP lines: one line without
   * its end.  TCP and TLS: arbitrary pieces.                              */
  int (*on_data) (void *session, struct md_call *call, struct md_conn *conn,
                  const void *data, size_t len, int kind,
                  struct md_error *err);
  int (*on_timer) (void *session, struct md_call *call, struct md_conn *conn,
                   struct md_error *err);                      /* optional */
  /* Classifies the end: `code` is the WebSocket close code or HTTP status,
   * `why` enum md_close.  MD_OK: reconnect.                               */
  int (*on_close) (void *session, struct md_call *call, int why, int code,
                   const char *text, struct md_error *err);    /* optional */
};

#endif
