/* SPDX-License-Identifier: Apache-2.0
 *
 * worker.c - one thread, one session: fetches chunks, and decides what a
 * failure means for what is left of them.
 */
#include "run-private.h"

#include "data/interval.h"
#include "data/spans.h"
#include "data/uuid.h"
#include "observe/log.h"
#include "retry.h"

#include <string.h>

/* A part of a chunk that still has to be fetched.                          */
typedef struct {
  GPtrArray *symbols; /* borrowed names                                     */
  md_time from, to;
  guint attempt;      /* failures in a row                                  */
} Task;

typedef struct {
  Run *run;
  void *session;
  guint64 prng;
  const Chunk *chunk;
  guint number;       /* of the chunk, from 1                               */
  GQueue tasks;
  Lineage lineage;    /* of the chunk's segments                            */
  gboolean progressed; /* this fetch covered something                      */
} Worker;

static Task *
task_new (md_time from, md_time to, guint attempt)
{
  Task *task = g_new0 (Task, 1);

  task->symbols = g_ptr_array_new ();
  task->from = from;
  task->to = to;
  task->attempt = attempt;
  return task;
}

static void
task_free (Task *task)
{
  g_ptr_array_unref (task->symbols);
  g_free (task);
}

static int
on_covered (struct md_call *call, Covered *covered, gpointer data,
            struct md_error *err)
{
  Worker *worker = data;

  worker->progressed = TRUE;
  return segment_from_covered (worker->run, call, covered, &worker->lineage,
                               err);
}

/* ---- what is left ---------------------------------------------------- */

/* Puts back what the call did not cover: symbols with the same hole stay
 * together, so that a request for many symbols stays one request.           */
static void
requeue_missing (Worker *worker, const Task *task, const struct md_call *call,
                 guint attempt, guint except)
{
  g_autoptr (GPtrArray) fresh = g_ptr_array_new ();

  for (guint i = 0; i < MAX (task->symbols->len, 1); i++) {
    g_autoptr (GArray) missing = NULL;

    if (i == except)
      continue;
    missing = call_missing (call, i);
    for (guint k = 0; k < missing->len; k++) {
      const Span *span = &g_array_index (missing, Span, k);
      Task *into = NULL;

      for (guint t = 0; t < fresh->len && into == NULL; t++) {
        Task *candidate = g_ptr_array_index (fresh, t);

        if (candidate->from == span->from && candidate->to == span->to)
          into = candidate;
      }
      if (into == NULL) {
        into = task_new (span->from, span->to, attempt);
        g_ptr_array_add (fresh, into);
      }
      if (task->symbols->len > 0)
        g_ptr_array_add (into->symbols, task->symbols->pdata[i]);
    }
  }
  for (guint t = 0; t < fresh->len; t++)
    g_queue_push_tail (&worker->tasks, g_ptr_array_index (fresh, t));
}

/* Says in the ledger and the report that this part was asked in vain.      */
static void
give_up (Worker *worker, const Task *task, const struct md_call *call,
         guint symbol, LedgerState state, const struct md_error *err)
{
  g_autoptr (GArray) missing = call_missing (call, symbol);
  const char *name
    = task->symbols->len > 0 ? task->symbols->pdata[symbol] : "*";
  g_autofree char *reason
    = g_strdup_printf ("%s: %s", error_class_name (err->klass), err->message);

  for (guint k = 0; k < missing->len; k++) {
    const Span *span = &g_array_index (missing, Span, k);

    segment_queue_state (worker->run, worker->chunk, name, span->from,
                         span->to, state, reason, &worker->lineage);
  }
  log_event (MD_LOG_WARNING, "chunk.failed", "%s: %s", name, reason);
}

static void
give_up_all (Worker *worker, const Task *task, const struct md_call *call,
             LedgerState state, const struct md_error *err)
{
  for (guint i = 0; i < MAX (task->symbols->len, 1); i++)
    give_up (worker, task, call, i, state, err);
}

/* ---- what a failure means -------------------------------------------- */

/* The request itself is refused: find the symbol that is to blame.         */
static void
blame_symbol (Worker *worker, const Task *task, const struct md_call *call,
              const struct md_error *err)
{
  guint half;

  if (err->symbol < task->symbols->len) {
    give_up (worker, task, call, err->symbol, LEDGER_FAILED, err);
    requeue_missing (worker, task, call, 0, err->symbol);
    return;
  }
  if (worker->progressed) {
    requeue_missing (worker, task, call, 0, G_MAXUINT);
    return;
  }
  if (task->symbols->len < 2) {
    give_up_all (worker, task, call, LEDGER_FAILED, err);
    return;
  }
  half = task->symbols->len / 2;
  for (guint part = 0; part < 2; part++) {
    Task *smaller = task_new (task->from, task->to, 0);

    for (guint i = part ? half : 0; i < (part ? task->symbols->len : half);
         i++)
      g_ptr_array_add (smaller->symbols, task->symbols->pdata[i]);
    g_queue_push_tail (&worker->tasks, smaller);
  }
}

/* The plan does not include [err->from, err->to), or any of it.            */
static void
mark_unavailable (Worker *worker, const Task *task, const struct md_call *call,
                  const struct md_error *err)
{
  md_time from = MAX (err->from, task->from), to = MIN (err->to, task->to);
  Task *parts[2] = { NULL, NULL };

  if ((err->from == 0 && err->to == 0) || from >= to
      || (from == task->from && to == task->to)) {
    give_up_all (worker, task, call, LEDGER_UNAVAILABLE, err);
    return;
  }
  for (guint i = 0; i < MAX (task->symbols->len, 1); i++) {
    g_autofree char *reason = g_strdup_printf (
      "%s: %s", error_class_name (err->klass), err->message);

    segment_queue_state (worker->run, worker->chunk,
                         task->symbols->len > 0 ? task->symbols->pdata[i]
                                                : "*",
                         from, to, LEDGER_UNAVAILABLE, reason,
                         &worker->lineage);
  }
  if (from > task->from)
    parts[0] = task_new (task->from, from, 0);
  if (to < task->to)
    parts[1] = task_new (to, task->to, 0);
  for (guint p = 0; p < 2; p++) {
    if (parts[p] == NULL)
      continue;
    for (guint i = 0; i < task->symbols->len; i++)
      g_ptr_array_add (parts[p]->symbols, task->symbols->pdata[i]);
    g_queue_push_tail (&worker->tasks, parts[p]);
  }
}

/* More rows than fit before an interval was complete: ask for half.        */
static void
halve_range (Worker *worker, const Task *task, const struct md_call *call,
             const struct md_error *err)
{
  const struct md_interval *interval = &worker->chunk->offer->interval;
  md_time middle = task->from + (task->to - task->from) / 2;

  middle = interval_floor (interval, middle);
  if (middle <= task->from || middle >= task->to || worker->progressed) {
    if (worker->progressed)
      requeue_missing (worker, task, call, task->attempt, G_MAXUINT);
    else
      give_up_all (worker, task, call, LEDGER_FAILED, err);
    return;
  }
  for (guint part = 0; part < 2; part++) {
    Task *half = task_new (part ? middle : task->from,
                           part ? task->to : middle, task->attempt);

    for (guint i = 0; i < task->symbols->len; i++)
      g_ptr_array_add (half->symbols, task->symbols->pdata[i]);
    g_queue_push_tail (&worker->tasks, half);
  }
}

static void
retry_later (Worker *worker, const Task *task, const struct md_call *call,
             const struct md_error *err)
{
  Run *run = worker->run;
  guint attempt = worker->progressed ? 1 : task->attempt + 1;
  gint64 delay = retry_delay (&run->job->retry, attempt, err->retry_after_ns,
                              &worker->prng);
  g_autofree char *wait = duration_format (delay);
  gboolean waited;

  if (!retry_allowed (&run->job->retry, err->klass, attempt, delay,
                      run->env.deadline)) {
    give_up_all (worker, task, call, LEDGER_FAILED, err);
    return;
  }
  __atomic_add_fetch (&run->report->retries, 1, __ATOMIC_RELAXED);
  log_event (MD_LOG_INFO, "chunk.retry", "attempt %u failed (%s), again in %s",
             attempt, err->message, wait);
  run->env.waiting = "the next attempt";
  waited = clock_wait_until (clock_monotonic () + delay, &run->stop);
  run->env.waiting = NULL;
  __atomic_add_fetch (&run->env.waited_ns, (guint64) delay, __ATOMIC_RELAXED);
  if (waited)
    requeue_missing (worker, task, call, attempt, G_MAXUINT);
}

static void
wait_for_quota (Worker *worker, const struct md_error *err)
{
  char until[TIME_TEXT_SIZE] = "an unknown time";
  g_autofree char *why = NULL;

  if (err->until != 0)
    time_format (err->until, until);
  why = g_strdup_printf ("%s; the quota opens again at %s", err->message,
                         until);
  run_wind_down (worker->run, why);
}

static void
handle_failure (Worker *worker, const Task *task, const struct md_call *call,
                const struct md_error *err)
{
  if (call->over_budget) {
    halve_range (worker, task, call, err);
    return;
  }
  switch (err->klass) {
  case MD_ERR_AUTH:
  case MD_ERR_CONFIG:
    run_fail (worker->run, err->klass, err->message);
    break;
  case MD_ERR_CANCELLED:
    if (!cancel_requested (&worker->run->stop))
      run_wind_down (worker->run, err->message);
    break;
  case MD_ERR_QUOTA:
    wait_for_quota (worker, err);
    break;
  case MD_ERR_ENTITLEMENT:
    mark_unavailable (worker, task, call, err);
    break;
  case MD_ERR_REQUEST:
  case MD_ERR_NOT_FOUND:
    blame_symbol (worker, task, call, err);
    break;
  default:
    retry_later (worker, task, call, err);
    break;
  }
}

/* ---- fetching -------------------------------------------------------- */

static char *
describe_request (const Worker *worker, const Task *task)
{
  char from[TIME_TEXT_SIZE], to[TIME_TEXT_SIZE];
  const char *first = task->symbols->len > 0 ? task->symbols->pdata[0] : "*";

  time_format (task->from, from);
  time_format (task->to, to);
  if (task->symbols->len > 1) {
    return g_strdup_printf ("%s %s %s (+%u symbols) %s/%s",
                            worker->chunk->dataset, worker->chunk->schema,
                            first, task->symbols->len - 1, from, to);
  }
  return g_strdup_printf ("%s %s %s %s/%s", worker->chunk->dataset,
                          worker->chunk->schema, first, from, to);
}

/* One fetch must either cover something or say why not.                    */
static int
fetch (Worker *worker, const Task *task, struct md_call *call,
       struct md_error *err)
{
  const Plugin *plugin = worker->run->env.plugin;
  int klass;

  md_error_init (err);
  worker->progressed = FALSE;
  klass = plugin->provider.fetch (worker->session, call, call->request, err);
  if (klass != MD_OK && err->klass != klass) {
    g_autofree char *said = g_strndup (err->message, sizeof err->message);

    md_fail (err, klass, "%s", *said != '\0' ? said : "no reason given");
  }
  if (klass == MD_OK && !worker->progressed) {
    klass = md_fail (err, MD_ERR_PROTOCOL,
                     "%s reported success without completing any interval",
                     plugin->desc.name);
  }
  return klass;
}

static void
run_task (Worker *worker, Task *task)
{
  Run *run = worker->run;
  const Chunk *chunk = worker->chunk;
  const struct md_request request = {
    .struct_size = sizeof request,
    .offer = chunk->offer,
    .dataset = chunk->dataset,
    .schema = chunk->schema,
    .symbols = (const char *const *) task->symbols->pdata,
    .n_symbols = task->symbols->len,
    .selector = chunk->selector,
    .from = task->from,
    .to = task->to,
  };
  struct md_call *call = call_new (&run->env, &request,
                                   plugin_offer_table (chunk->offer),
                                   on_covered, worker);
  struct md_error err;

  worker->lineage.request = describe_request (worker, task);
  worker->lineage.attempts++;
  if (fetch (worker, task, call, &err) == MD_OK) {
    requeue_missing (worker, task, call, 0, G_MAXUINT);
  } else {
    handle_failure (worker, task, call, &err);
  }
  gate_leave (run->env.gate);
  __atomic_add_fetch (&run->report->rows_in, call->rows_in, __ATOMIC_RELAXED);
  g_clear_pointer (&worker->lineage.request, g_free);
  call_free (call);
}

static void
run_chunk (Worker *worker, const Chunk *chunk)
{
  Run *run = worker->run;
  g_autofree char *ingestion = uuid7_new ();
  Task *task = task_new (chunk->from, chunk->to, 0);

  worker->chunk = chunk;
  worker->lineage = (Lineage) {
    .ingestion_id = ingestion,
    .run_id = run->report->run_id,
    .job = run->job->name,
    .plugin_version = (char *) run->env.plugin->desc.version,
    .started = clock_now (),
  };
  for (guint i = 0; i < chunk->symbols->len; i++)
    g_ptr_array_add (task->symbols, chunk->symbols->pdata[i]);
  g_queue_push_tail (&worker->tasks, task);
  while ((task = g_queue_pop_head (&worker->tasks)) != NULL) {
    if (!cancel_requested (&run->stop) && !run_is_ending (run))
      run_task (worker, task);
    task_free (task);
  }
  run_chunk_done (run);
}

static void
set_log_context (Worker *worker, char *place, gsize size)
{
  const Run *run = worker->run;

  g_snprintf (place, size, "%u/%u", worker->number, run->plan->chunks->len);
  log_set_context (&(LogContext) {
    .run = run->report->run_id,
    .job = run->job->name,
    .provider = run->env.plugin->desc.name,
    .chunk = place,
  });
}

gpointer
worker_main (gpointer data)
{
  Run *run = data;
  const Plugin *plugin = run->env.plugin;
  Worker worker = { .run = run, .prng = (guint64) clock_monotonic () | 1 };
  struct md_call *call = call_new (&run->env, NULL, NULL, NULL, NULL);
  struct md_error err;
  const Chunk *chunk;
  char place[32];

  md_error_init (&err);
  g_queue_init (&worker.tasks);
  worker.session = plugin->provider.open (call, &call_host,
                                          run->env.keys->values, &err);
  call_free (call);
  if (worker.session == NULL) {
    run_fail (run, err.klass != MD_OK ? err.klass : MD_ERR_INTERNAL,
              err.klass != MD_OK ? err.message : "out of memory");
    return NULL;
  }
  while ((chunk = run_next_chunk (run, &worker.number)) != NULL) {
    set_log_context (&worker, place, sizeof place);
    run_chunk (&worker, chunk);
  }
  log_set_context (NULL);
  plugin->provider.close (worker.session);
  return NULL;
}
