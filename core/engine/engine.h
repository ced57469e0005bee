/* SPDX-License-Identifier: Apache-2.0
 *
 * engine.h - from what is held to what the job asks for.
 *
 * plan (want minus have) -> chunks -> workers (fetch, guard, rules, seal) ->
 * one committer -> store.  docs/architecture.md tells the story.
 */
#pragma once

#include "config/job.h"
#include "net/net.h"
#include "plugin/plugin.h"
#include "store/store.h"

/* ---- plan ------------------------------------------------------------ */

/* One fetch: a set of selectors over one range.                            */
typedef struct {
  const struct md_offer *offer;
  char *dataset, *schema;
  guint selector;
  GPtrArray *symbols;          /* of char *                                 */
  md_time from, to;
  gboolean refetch;            /* covered before, asked again               */
  md_time newer_than;          /* refetch: as in struct md_request          */
  gboolean provisional;        /* bars that are not final: kept with a flag */
                               /*   and never covered                       */
} Chunk;

/* What the vendor says of its own data.                                    */
typedef struct {
  char *dataset;
  md_time from, to;
  md_time changed;             /* before this, or MD_ABSENT                 */
  char *text;                  /* "degraded"; NULL = good                   */
} Condition;

typedef struct {
  GPtrArray *chunks;           /* of Chunk in `owned`: actions first, then  */
                               /*   the oldest                              */
  guint64 calls_min, calls_max; /* max G_MAXUINT64 = unknown                */
  gint64 limit_ns;             /* time that the rate limit alone takes, for */
  gint64 limit_max_ns;         /*   calls_min and _max; MD_ABSENT unknown   */
  gint64 rows, bytes;          /* MD_ABSENT unknown                         */
  double money;                /* NaN unknown                               */
  char currency[8];
  /* When the job asks for more than is final: where the shortest schema ends
   * now, and when the next bar is final; else MD_ABSENT.                   */
  md_time held_until, next_final;
  GPtrArray *notes;            /* of char *: what is not asked, and why     */
  GPtrArray *owned;            /* of PlanBlock: what the chunks consist of  */
} Plan;
void plan_free (Plan *plan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Plan, plan_free)

/* A sink of the job: its plugin, and what [sink:NAME] says.                 */
typedef struct {
  const SinkConfig *config;
  const Plugin *plugin;
  BoundKeys *keys;
} SinkBinding;
void sink_binding_free (SinkBinding *binding);

typedef struct {
  const Job *job;
  const Plugin *plugin;
  const BoundKeys *keys;
  GPtrArray *sinks;            /* of SinkBinding, or NULL                   */
  gboolean deliver;            /* to the sinks: the store is open for       */
                               /*   writing                                 */
  Net *net;
  Store *store;                /* plan: may be NULL (nothing held yet)      */
  md_time refetch_from, refetch_to; /* both MD_ABSENT = none                */
  const GPtrArray *changed;    /* of Condition: asked again where they have */
                               /*   changed since we asked; or NULL         */
  md_time now;                 /* the run's "now"                           */
  Cancel *cancel;
} EngineInput;

/* Offers, selectors and the provider's own check; sends nothing.           */
gboolean engine_check (const EngineInput *input, GError **error);

Plan *engine_plan (const EngineInput *input, GError **error);
/* Asks the provider what the plan costs, where it can say: fills rows, bytes,
 * money and currency.  Sends requests.                                     */
gboolean engine_estimate (const EngineInput *input, Plan *plan,
                          GError **error);
/* FALSE: the plan is dearer than the job's max_cost, or nobody can say.  Sends
 * requests if the job has one.                                             */
gboolean engine_afford (const EngineInput *input, Plan *plan, GError **error);
/* "12.50", "0.119089": never less than cents, to a millionth.
 * (transfer full)                                                          */
char *money_format (double money);
/* Known to cost more than the job allows.                                  */
gboolean plan_is_too_dear (const Plan *plan, const Job *job);

/* What the vendor says of itself, without cost: its datasets; of a dataset
 * its schemas and prices; of a schema its fields (NULL: not named).  `fact`
 * is called for each.  Sends requests; input->job may be a made-up one.    */
typedef void (*EngineFact) (const char *name, const char *value,
                            gpointer data);
gboolean engine_details (const EngineInput *input, const char *dataset,
                         const char *schema, EngineFact fact, gpointer data,
                         GError **error);

/* ---- run ------------------------------------------------------------- */

typedef enum {
  RUN_DONE = 10, RUN_PARTIAL = 20, RUN_FAILED = 30, RUN_AUTH = 40,
  RUN_INTERRUPTED = 50
} RunOutcome;

/* One entry per symbol, dataset and schema.                                */
typedef struct {
  char *symbol, *dataset, *schema;
  char *status;                /* complete, up-to-date, no_data, unfinished */
                               /*   (the run ended before), unknown,        */
                               /*   suspect, unavailable, quarantined,      */
                               /*   partial, failed                         */
  char *reason;                /* or NULL                                   */
  guint64 rows_in, added, changed, withdrawn, same, rejected;
  md_time held_until, next_final;
  gint64 planned, answered;    /* ns of the range: asked for, and settled   */
                               /*   one way or another by this run          */
} RunEntry;

/* One entry per sink.                                                      */
typedef struct {
  char *name, *type;
  char *status;                /* delivered, up-to-date, failed             */
  char *reason;                /* or NULL                                   */
  guint64 segments, rows;      /* delivered by this run                     */
  guint64 delivered, lag;      /* last commit that it has; commits behind   */
} SinkEntry;

typedef struct {
  char *run_id;
  RunOutcome outcome;
  GPtrArray *entries;          /* of RunEntry                               */
  GPtrArray *sinks;            /* of SinkEntry                              */
  guint64 chunks, calls, retries, commits, rows_in, rows_rejected, bytes_in;
  gint64 waited_ns, elapsed_ns;
  char *error;                 /* what ended it, or NULL                    */
  int error_class;
} RunReport;
void run_report_free (RunReport *report);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RunReport, run_report_free)

/* Called from the committer's thread a few times a second.                 */
typedef struct {
  guint64 chunks_done, chunks_total, rows, calls;
  double fraction;
  const char *waiting;         /* "rate limit, 12 s" or NULL                */
} EngineProgress;
typedef void (*EngineNotify) (const EngineProgress *progress, gpointer data);

/* Does any sink lack anything, or does not even say?  The store is open for
 * reading, or NULL.                                                        */
gboolean engine_sinks_lack (const EngineInput *input);
/* Brings the sinks to what the store holds; the store is open for writing.
 * Of SinkEntry.  (transfer full)                                           */
GPtrArray *engine_sync (const EngineInput *input);
/* The same, then lets each sink that can make few large files of many small
 * ones.                                                                    */
GPtrArray *engine_compact (const EngineInput *input);

/* Runs the plan to its end, to cancel, or to a fatal error; always returns a
 * report that says what is held.  The store must be open for writing.      */
RunReport *engine_run (const EngineInput *input, const Plan *plan,
                       EngineNotify notify, gpointer data, GError **error);
