/* SPDX-License-Identifier: Apache-2.0
 *
 * net.h - every exchange with the outside: HTTP(S), local files, their
 * decompression, recording and replay.
 *
 * The only room that knows libcurl and libarchive.  One network thread runs
 * a curl_multi; callers on any thread block on their reply, or pull its body
 * in pieces with back-pressure.  TLS is always verified.  The program ignores
 * SIGPIPE.
 */
#pragma once

#include "data/clock.h"
#include "data/error.h"

typedef struct Net Net;

typedef enum { NET_LIVE, NET_RECORD, NET_REPLAY } NetMode;

typedef struct {
  NetMode mode;
  const char *path;       /* NET_RECORD, NET_REPLAY: the exchange file      */
  const char *user_agent; /* NULL = "mdcore/VERSION"                        */
  const char *ca_file;    /* NULL = the system's                            */
  gint64 connect_timeout; /* ns, 0 = 15 s                                   */
  gint64 stall_timeout;   /* ns without a byte, 0 = 60 s                    */
  gsize buffer_limit;     /* bytes buffered a pulled body, 0 = 1 MiB, at    */
                          /*   least 64 KiB                                 */
} NetOptions;

Net *net_new (const NetOptions *options, GError **error);
/* Waits for the thread; unanswered requests end as cancelled.              */
void net_free (Net *net);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Net, net_free)
/* NET_REPLAY: TRUE when every recorded exchange was used.                  */
gboolean net_replay_finished (const Net *net, char **ret_unused);

/* Credentials with values; the caller keeps them until net_send returns.   */
typedef struct {
  int kind;               /* enum md_auth_kind                              */
  const char *value, *value2;
  const char *param, *param2;
} NetAuth;

typedef struct {
  const char *method;     /* NULL = GET                                     */
  const char *url;        /* http, https, file: or an absolute path         */
  const char *const *headers;
  const void *body;
  gsize body_len;
  NetAuth auth;
  gint64 range_from, range_to; /* as in struct md_http                      */
  gint64 max_body;        /* after decompression; 0 = 256 MiB whole,        */
                          /*   unlimited pulled                             */
  gboolean pull;          /* body through net_reply_read                    */
  gboolean raw;           /* do not undo gzip, zstd, zip of the content     */
  gboolean once;          /* on a connection of its own: libcurl sends what */
                          /*   a reused one swallowed a second time         */
  gboolean keep_wire;     /* keep the answer's bytes for the raw archive    */
                          /*   (at most 1 GiB), and hash them               */
  gboolean hash;          /* only hash them                                 */
  const char *const *origins; /* "https://host:port" that may be contacted, */
                          /*   NULL-terminated; NULL = the URL's own.  Auth */
                          /*   goes to the URL's own only                   */
  const char *const *secrets; /* values to redact, NULL-terminated          */
  const Cancel *cancel;   /* or NULL; lives as long as the reply            */
  gint64 deadline;        /* monotonic ns, 0 = none; NETWORK when it passes */
} NetRequest;

typedef struct NetReply NetReply;

/* Performs one exchange: NULL with err filled (NETWORK, PROTOCOL, REQUEST,
 * CANCELLED, CONFIG) or a reply of any status.  Content-Encoding is always
 * undone; gzip and zstd *content* too unless raw, and a zip of one member
 * (one of several must be pulled).  A body shorter than announced, or a cut
 * compressed body, is a failure: NETWORK, for files PROTOCOL.  [any]       */
NetReply *net_send (Net *net, const NetRequest *request, struct md_error *err);
void net_reply_free (NetReply *reply);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NetReply, net_reply_free)

int net_reply_status (const NetReply *reply);
const char *net_reply_header (const NetReply *reply, const char *name);
/* The server marked the end of the body by closing the connection and in no
 * other way, so a cut cannot be told from the end: the format must prove that
 * it is whole.                                                             */
gboolean net_reply_close_delimited (const NetReply *reply);
/* Whole bodies: NUL-terminated, owned by the reply.  Of a pulled one with a
 * status of 400 or more: its first 64 KiB, for the error text.             */
const char *net_reply_body (const NetReply *reply, gsize *ret_len);
/* Pulled bodies: *ret_len 0 = proven end of the current member.            */
int net_reply_read (NetReply *reply, void *buf, gsize size, gsize *ret_len,
                    struct md_error *err);
/* As md_host.next_member: the first call names the first member of a zip or
 * of a folder (its regular files, sorted by name, not recursive), "" for a
 * plain body, which may also be read without it; gzip and zstd of each member
 * are undone unless raw.                                                   */
int net_reply_next_member (NetReply *reply, const char **ret_name,
                           struct md_error *err);
/* keep_wire, hash: the bytes after transfer and content encoding, their
 * SHA-256 in hex; NULL until the body has been read to its end, and of a
 * folder.  Borrowed.                                                       */
GBytes *net_reply_wire (const NetReply *reply);
const char *net_reply_hash (NetReply *reply);
/* How many of them have come so far; not asked for, only counted.          */
guint64 net_reply_wire_bytes (const NetReply *reply);

/* ---- sockets ------------------------------------------------------------ */

/* A connection to a vendor that speaks a protocol of its own.  Used by one
 * thread at a time, and not by the network thread.                         */
typedef struct NetSocket NetSocket;

typedef struct {
  const char *url;        /* tcp://host:port, tls://host:port               */
  const char *const *origins; /* "tcp://host:port" that may be contacted,   */
                          /*   NULL-terminated; NULL = this one             */
  const char *const *secrets; /* values to redact, NULL-terminated          */
  const Cancel *cancel;   /* or NULL; lives as long as the socket           */
  gint64 deadline;        /* monotonic ns, 0 = none; NETWORK when it passes */
  gint64 silence;         /* ns without a byte while waiting for some, 0 =  */
                          /*   the Net's stall_timeout                      */
} NetEndpoint;

/* NULL with NETWORK, REQUEST, CANCELLED, CONFIG; UNSUPPORTED while recording
 * or replaying, which knows requests and answers only.                     */
NetSocket *net_connect (Net *net, const NetEndpoint *endpoint,
                        struct md_error *err);
/* All of it.                                                               */
int net_send_bytes (NetSocket *socket, const void *data, gsize len,
                    struct md_error *err);
/* Some bytes, at least one; *ret_len 0 = the other side has closed.        */
int net_recv (NetSocket *socket, void *buf, gsize size, gsize *ret_len,
              struct md_error *err);
void net_disconnect (NetSocket *socket);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NetSocket, net_disconnect)

/* ---- texts -------------------------------------------------------------- */

/* "https://host:port" with the default port made explicit; also of ws, wss,
 * tcp and tls, of which the last two have none.
 * (transfer full; NULL when it is no such URL)                             */
char *net_origin (const char *url);
/* The path that a file: URL or an absolute path means, escapes undone.
 * (transfer full; NULL when it is neither)                                 */
char *net_local_path (const char *url);
/* A copy of text with each secret, plain or percent-encoded or base64,
 * replaced by "***".                                                       */
char *net_redact (const char *text, const char *const *secrets);
/* Seconds or HTTP date -> ns from now; 0 when it is neither or in the past.
 * At most ten years.                                                       */
gint64 net_retry_after (const char *value, md_time now);

/* Totals for metrics and summaries.  [any]                                 */
typedef struct {
  guint64 requests, connections, bytes_in, bytes_out, failures;
} NetCounts;
void net_counts (Net *net, NetCounts *ret_counts);
