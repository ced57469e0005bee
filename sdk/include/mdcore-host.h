/* SPDX-License-Identifier: Apache-2.0
 *
 * mdcore-host.h - the services that the host offers.  Included by mdcore.h.
 *
 * Every service is [session]: called from inside a callback, on its thread,
 * with that callback's `struct md_call`.  Those that can fail return an
 * `enum md_class` and fill `err`; a plugin returns it as it is.
 */
#ifndef MDCORE_HOST_H
#define MDCORE_HOST_H

#ifndef MDCORE_H
#error "include <mdcore.h>"
#endif

/* ---- HTTP and files ------------------------------------------------- */

enum md_auth_kind {
  MD_AUTH_NONE   = 0,
  MD_AUTH_BASIC  = 10, /* user key and password key (NULL = empty)        */
  MD_AUTH_BEARER = 20, /* Authorization: Bearer <key>                     */
  MD_AUTH_HEADER = 30, /* <param>: <key>, and <param2>: <key2> if set     */
  MD_AUTH_QUERY  = 40, /* ?<param>=<key> added to the URL                 */
  MD_AUTH_SIGV4  = 50  /* key = access key id, key2 = secret key,         */
                       /*   param = region, param2 = service              */
};

/* Credentials by the names of declared keys: the core adds the values, so
 * they never stand in a URL or header that the plugin builds.  Sent only to
 * the origins of keys declared MD_KEY_ORIGIN.                             */
struct md_auth {
  uint32_t    struct_size;
  uint32_t    kind;           /* enum md_auth_kind                        */
  const char *key, *key2;     /* names of declared keys                   */
  const char *param, *param2; /* header or query names                    */
};

#define MD_HTTP_PULL (1u << 0) /* the body is pulled with `read`          */
#define MD_HTTP_RAW  (1u << 1) /* leave gzip, zstd and zip as they come   */
#define MD_HTTP_PROVEN (1u << 2) /* a body that ends where the connection */
                               /*   does, without length or chunks, is    */
                               /*   MD_ERR_NETWORK: for formats that do   */
                               /*   not show their own end, like CSV      */
#define MD_HTTP_ONCE (1u << 3) /* costs money or changes something: must  */
                               /*   not be sent twice, whatever happens   */

struct md_http {
  uint32_t    struct_size;
  uint32_t    flags;           /* MD_HTTP_...                             */
  const char *method;          /* NULL means GET                          */
  const char *url;             /* http, https; file: and plain paths only */
                               /*   for keys declared MD_KEY_PATH         */
  const char *const *headers;  /* "Name: value", ends with NULL, or NULL  */
  const void *body;
  size_t      body_len;
  const char *bucket;          /* rate-limit bucket; NULL = the default   */
  double      cost;            /* permits taken from it; 0 means 1        */
  const struct md_auth *auth;  /* NULL = none                             */
  int64_t     range_from, range_to; /* bytes [from, to); 0, 0 = whole;    */
                               /*   to = 0 with from > 0: to the end      */
  int64_t     max_body;        /* bytes after decompression; 0 = 256 MiB  */
                               /*   when whole, unlimited when pulled     */
};

struct md_reply {
  uint32_t    struct_size;
  int32_t     status;  /* HTTP status; 200 for a file that could be read  */
  const char *body;    /* NUL-terminated, valid until the call's next     */
  size_t      len;     /*   http; NULL, 0 when pulled                     */
};

/* ---- history over a socket ------------------------------------------ */

enum md_transport {
  MD_WEBSOCKET = 10, MD_HTTP_LINES = 20, MD_TLS = 30, MD_TCP = 40
};

struct md_endpoint {
  uint32_t    struct_size;
  uint32_t    transport;        /* enum md_transport                      */
  const char *url;              /* ws://, wss://, http(s)://, tcp://h:p,  */
                                /*   tls://h:p                            */
  const char *const *headers;   /* or NULL                                */
  const struct md_auth *auth;   /* or NULL                                */
  const char *bucket;           /* rate-limit bucket of the connect       */
  int64_t     silence_ns;       /* reconnect after this much silence      */
  int64_t     timer_ns;         /* call on_timer this often, 0 = never    */
  int64_t     rotate_ns;        /* planned reconnect, 0 = never           */
};

/* Kinds of data handed to `send`, `recv` and `on_data`.                  */
enum md_data_kind {
  MD_DATA_BYTES = 0, MD_DATA_TEXT = 10, MD_DATA_BINARY = 20
};

/* ---- dead letters --------------------------------------------------- */

struct md_rejected {
  uint32_t    struct_size;
  uint32_t    symbol;  /* request symbol, or MD_ABSENT_NAME               */
  md_time     ts;      /* or MD_ABSENT                                    */
  const char *raw;     /* the record as the vendor sent it                */
  size_t      raw_len;
  const char *reasons; /* "missing:close; type:volume", all of them       */
};

/* ---- files that are fetched whole ----------------------------------- */

/* What the vendor says of a file that it has made for us.                 */
struct md_file {
  uint32_t    struct_size;
  uint32_t    reserved;
  const char *name;    /* unique among the provider's downloads: letters,  */
                       /*   digits, '.', '-', '_'; at most 200             */
  int64_t     size;    /* bytes                                            */
  const char *sha256;  /* hex, or NULL: the size alone is the proof        */
};

/* ---- the table ------------------------------------------------------ */

struct md_interval; /* mdcore-provider.h                                  */

#define MD_ALL_SYMBOLS UINT32_MAX /* for `covered`: the whole request     */

struct md_host {
  uint32_t struct_size;
  uint16_t abi_major, abi_minor;

  void    (*log) (struct md_call *call, int level, const char *message);
  md_time (*now) (struct md_call *call);
  bool    (*cancelled) (struct md_call *call);

  /* Waits for the bucket, then performs one exchange; never retries.
   * MD_OK means "there is a reply", whatever its status.  Redirects are
   * followed to declared origins only.                                    */
  int (*http) (struct md_call *call, const struct md_http *request,
               struct md_reply *ret_reply, struct md_error *err);
  /* Next bytes of a pulled body; *ret_len 0 means its proven end.         */
  int (*read) (struct md_call *call, void *buf, size_t size, size_t *ret_len,
               struct md_error *err);
  /* Moves a pulled zip to its next member.  *ret_name is NULL after the
   * last.  The first call names the first member; a body that is no
   * archive is one member named "".  A path that is a folder reads as an
   * archive of its regular files, in byte order of their names.  Unless
   * MD_HTTP_RAW, gzip and zstd of each member are undone as well.         */
  int (*next_member) (struct md_call *call, const char **ret_name,
                      struct md_error *err);
  /* A header of the last reply, or NULL; borrowed until the next http.    */
  const char *(*header) (struct md_call *call, const char *name);
  /* The usual meaning of a status: 401 is AUTH, 403 ENTITLEMENT, 404
   * NOT_FOUND, 408 and 5xx NETWORK, 429 LIMITED with Retry-After read,
   * other 4xx REQUEST, 2xx MD_OK.  Fills err with a sentence that holds
   * the start of the body.                                                */
  int (*classify) (struct md_call *call, const struct md_reply *reply,
                   struct md_error *err);

  /* A socket whose life is this call's.                                   */
  int (*connect) (struct md_call *call, const struct md_endpoint *endpoint,
                  struct md_conn **ret_conn, struct md_error *err);
  int (*recv) (struct md_call *call, struct md_conn *conn, void *buf,
               size_t size, size_t *ret_len, struct md_error *err);
  int (*send) (struct md_call *call, struct md_conn *conn, const void *data,
               size_t len, int kind, struct md_error *err);

  /* Text to id, for symbol, venue and other name fields; valid during this
   * call.  The request's symbols are 0..n-1 already.                      */
  int (*intern) (struct md_call *call, const char *text, size_t len,
                 uint32_t *ret_id, struct md_error *err);
  /* N records of the request's schema, `stride` bytes apart, copied.      */
  int (*emit) (struct md_call *call, uint32_t record, const void *rows,
               size_t n, size_t stride, struct md_error *err);
  /* Everything that the vendor has for this symbol (or MD_ALL_SYMBOLS) in
   * [from, to) has been emitted: the engine may commit it.  Intervals of
   * one call may come in any order and touch, but not overlap.            */
  int (*covered) (struct md_call *call, uint32_t symbol, md_time from,
                  md_time to, struct md_error *err);
  /* In [from, to) the request's symbol stood for this instrument.         */
  int (*mapping) (struct md_call *call, uint32_t symbol,
                  const char *instrument, md_time from, md_time to,
                  struct md_error *err);
  /* A record that could not be understood.                                */
  int (*reject) (struct md_call *call, const struct md_rejected *rejected,
                 struct md_error *err);

  /* Streams: the vendor acknowledged the symbol; data was lost.           */
  int (*subscribed) (struct md_call *call, uint32_t symbol,
                     struct md_error *err);
  int (*gap) (struct md_call *call, uint32_t symbol, md_time from, md_time to,
              const char *why, struct md_error *err);

  /* MD_PLUGIN_BRINGS_IO only: waits until the bucket allows a call.       */
  int (*permit) (struct md_call *call, const char *bucket, double cost,
                 struct md_error *err);

  /* Since 0.3.  The bar that holds t begins and ends here; with a zone, right
   * across changes of its clock.                                          */
  void (*bar) (struct md_call *call, const struct md_interval *interval,
               md_time t, md_time *ret_from, md_time *ret_to);

  /* Since 0.3: orders, downloads, and what a vendor says of itself.        */
  /* Waits before the vendor is asked again how far it is with something:
   * CANCELLED when the user or the run's time limit ends the wait.         */
  int (*wait) (struct md_call *call, int64_t ns, struct md_error *err);
  /* A note of this provider, on disk with the store when it returns: what
   * was begun at the vendor and must not be begun, and paid for, again.
   * `text` NULL forgets it.  UNSUPPORTED where nothing may be written.     */
  int (*remember) (struct md_call *call, const char *name, const char *text,
                   struct md_error *err);
  /* *ret_text is NULL when there is none; borrowed until the next recall.  */
  int (*recall) (struct md_call *call, const char *name,
                 const char **ret_text, struct md_error *err);
  /* Fetches a file to disk, going on where an earlier attempt, also of an
   * earlier run, stopped, and checks its size and hash.  After a reply of
   * status 200 `read` and `next_member` read it, its gzip, zstd or zip
   * undone unless MD_HTTP_RAW; any other status is the vendor's answer.  A
   * file that is there already costs no request.                           */
  int (*download) (struct md_call *call, const struct md_http *request,
                   const struct md_file *file, struct md_reply *ret_reply,
                   struct md_error *err);
  /* The download is not needed any more.                                   */
  int (*discard) (struct md_call *call, const char *name,
                  struct md_error *err);
  /* mdcore.details/1 only: one thing that the vendor says of itself, shown
   * as NAME=VALUE.  Names are words joined by dots: "schema.trades.price". */
  int (*fact) (struct md_call *call, const char *name, const char *value,
               struct md_error *err);
  /* mdcore.conditions/1 only: the vendor's data of [from, to) is in this
   * condition ("degraded"; NULL = good) and was last changed before
   * `changed` (MD_ABSENT = not said).                                      */
  int (*condition) (struct md_call *call, md_time from, md_time to,
                    const char *condition, md_time changed,
                    struct md_error *err);
};

#endif
