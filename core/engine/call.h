/* SPDX-License-Identifier: Apache-2.0
 *
 * call.h - one callback's call: the host services behind `struct md_call`.
 *
 * A call belongs to one thread.  It holds what a fetch has emitted and not
 * yet covered; what is left in it when it is freed is dropped, which is how
 * no path leads from a failed fetch to a stored row.
 */
#pragma once

#include "breaker.h"
#include "config/job.h"
#include "engine.h"
#include "gate.h"
#include "limiter.h"
#include "net/net.h"
#include "plugin/plugin.h"
#include "store/store.h"

/* Shared by the calls of one provider and key.                             */
typedef struct {
  const Plugin *plugin;
  const BoundKeys *keys;
  const Job *job;             /* or NULL (inspecting)                       */
  Net *net;
  Store *store;               /* notes and downloads; or NULL               */
  Limiter *limiter;
  Breaker *breaker;
  Gate *gate;                 /* the first call runs alone                  */
  const Cancel *cancel;
  gint64 deadline;            /* monotonic, 0 = none                        */
  gsize row_budget;           /* bytes of uncovered rows a call may hold    */
  /* Counted by all threads with atomics.                                   */
  guint64 calls, bytes_in, waited_ns;
  const char *waiting;        /* static text: why a thread waits, or NULL   */
} CallEnv;

/* Tells whoever shows progress; of several waiting threads the last one.   */
void call_env_waiting (CallEnv *env, const char *why);

/* With the limits of the job and the provider, and the job's deadline from
 * now on; cancel (may be NULL) is borrowed.                                */
void call_env_init (CallEnv *env, const EngineInput *input,
                    const Cancel *cancel);
void call_env_clear (CallEnv *env);

/* A covered interval of one selector, before rules and encoding.           */
typedef struct {
  const char *selector;
  guint symbol;               /* index in the request                       */
  md_time from, to;
  GPtrArray *series;          /* of SegmentSeries with rows, sorted         */
  gboolean siblings_have_rows; /* other symbols of the call have rows            */
  gboolean had_rows;          /* this selector had rows earlier in the call */
} Covered;

/* Takes `covered->series`; MD_OK or why the fetch must stop.               */
typedef int (*CoveredFn) (struct md_call *call, Covered *covered,
                          gpointer data, struct md_error *err);

/* Rows as they come, where nothing is covered: a list.  MD_OK or why it must
 * stop.                                                                    */
typedef int (*RowsFn) (struct md_call *call, const void *rows, gsize n,
                       gsize stride, gpointer data, struct md_error *err);

/* Hears what the vendor says of itself; NULL members want nothing.         */
typedef struct {
  void (*fact) (const char *name, const char *value, gpointer data);
  void (*condition) (const Condition *condition, gpointer data);
  gpointer data;
} Listener;

struct md_call {
  CallEnv *env;
  const struct md_request *request;  /* NULL outside fetch                  */
  const struct md_table *table;
  CoveredFn on_covered;
  RowsFn on_rows;                    /* or NULL: rows wait to be covered    */
  gpointer data;

  /* Names: id -> text; the request's symbols first.                        */
  GHashTable *ids;
  GPtrArray *names;
  /* Rows not yet covered, by id; NULL where none.                          */
  GPtrArray *builders;
  gsize bytes;
  guint64 rows_in;
  gboolean over_budget;
  GArray **spans;                    /* covered so far, by request symbol   */
  guint n_selectors;                 /* n_symbols, or 1 for `*`             */
  guint8 *had_rows;                  /* by request symbol                   */
  GByteArray *scratch;               /* rows regrouped by symbol            */

  /* Waiting to travel with the next covered interval.                      */
  GPtrArray *dead;                   /* of DeadLetter                       */
  GPtrArray **mappings;              /* of Mapping, by request symbol       */
  GPtrArray *raw;                    /* of RawAnswer                        */
  GString *hashes;                   /* SHA-256 of the answers since the    */
  gboolean hashes_used;              /*   last interval was covered         */

  GPtrArray *conns;                  /* of struct md_conn                   */
  NetReply *reply;
  gboolean reply_pulled, reply_kept;
  char *recalled;                    /* lent by the last recall             */
  const Listener *listener;          /* or NULL                             */
  guint calls;                       /* answered or not                     */
};

/* A session of env's provider; NULL with a class in err.                   */
void *call_open_session (CallEnv *env, struct md_error *err);

/* `request` is borrowed; on_covered may be NULL where no rows come.        */
struct md_call *call_new (CallEnv *env, const struct md_request *request,
                          const struct md_table *table, CoveredFn on_covered,
                          gpointer data);
void call_free (struct md_call *call);

/* The services for providers, and those for sinks.                         */
extern const struct md_host call_host, sink_host;

/* What of the request is not covered yet, for one of its symbols.
 * (transfer full)                                                          */
GArray *call_missing (const struct md_call *call, guint symbol);

/* Services, by file; see sdk/include/mdcore-host.h.                        */
void call_log (struct md_call *call, int level, const char *message);
md_time call_now (struct md_call *call);
bool call_cancelled (struct md_call *call);
int call_http (struct md_call *call, const struct md_http *request,
               struct md_reply *ret_reply, struct md_error *err);
int call_read (struct md_call *call, void *buf, size_t size, size_t *ret_len,
               struct md_error *err);
int call_next_member (struct md_call *call, const char **ret_name,
                      struct md_error *err);
const char *call_header (struct md_call *call, const char *name);
int call_classify (struct md_call *call, const struct md_reply *reply,
                   struct md_error *err);
int call_connect (struct md_call *call, const struct md_endpoint *endpoint,
                  struct md_conn **ret_conn, struct md_error *err);
int call_recv (struct md_call *call, struct md_conn *conn, void *buf,
               size_t size, size_t *ret_len, struct md_error *err);
int call_send (struct md_call *call, struct md_conn *conn, const void *data,
               size_t len, int kind, struct md_error *err);
void call_conn_free (struct md_conn *conn);
/* Gate, breaker and rate limit of one call to an origin.                   */
int call_admit (CallEnv *env, const char *origin, const char *bucket,
                double cost, struct md_error *err);
void call_bar (struct md_call *call, const struct md_interval *interval,
               md_time t, md_time *ret_from, md_time *ret_to);
int call_permit (struct md_call *call, const char *bucket, double cost,
                 struct md_error *err);
int call_intern (struct md_call *call, const char *text, size_t len,
                 uint32_t *ret_id, struct md_error *err);
int call_emit (struct md_call *call, uint32_t record, const void *rows,
               size_t n, size_t stride, struct md_error *err);
int call_covered (struct md_call *call, uint32_t symbol, md_time from,
                  md_time to, struct md_error *err);
int call_mapping (struct md_call *call, uint32_t symbol,
                  const char *instrument, md_time from, md_time to,
                  struct md_error *err);
int call_reject (struct md_call *call, const struct md_rejected *rejected,
                 struct md_error *err);
int call_wait (struct md_call *call, int64_t ns, struct md_error *err);
int call_remember (struct md_call *call, const char *name, const char *text,
                   struct md_error *err);
int call_recall (struct md_call *call, const char *name,
                 const char **ret_text, struct md_error *err);
int call_download (struct md_call *call, const struct md_http *request,
                   const struct md_file *file, struct md_reply *ret_reply,
                   struct md_error *err);
int call_discard (struct md_call *call, const char *name,
                  struct md_error *err);
/* CANCELLED: the user's wish, or the run's time limit, comes before `why`. */
int call_stopped (CallEnv *env, const char *why, struct md_error *err);
/* Lends an open file to `read` and `next_member`.                          */
int call_lend_file (struct md_call *call, const char *path, guint flags,
                    struct md_error *err);
