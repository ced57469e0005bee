/* SPDX-License-Identifier: Apache-2.0
 *
 * failure.c - what a failed fetch leaves to be done, and what its class
 * means.  Everything here runs on the worker's thread.
 */
#include "worker.h"

#include "entitlement.h"
#include "limits.h"

#include "data/interval.h"
#include "data/spans.h"
#include "observe/log.h"
#include "retry.h"

#include <string.h>

Task *
task_new (md_time from, md_time to, guint attempt)
{
  Task *task = g_new0 (Task, 1);

  task->symbols = g_ptr_array_new ();
  task->from = from;
  task->to = to;
  task->attempt = attempt;
  return task;
}

void
task_free (Task *task)
{
  g_ptr_array_unref (task->symbols);
  g_free (task);
}

/* ---- what is left ---------------------------------------------------- */

/* Puts back what the call did not cover: symbols with the same hole stay
 * together, so that a request for many symbols stays one request.           */
void
failure_requeue (Worker *worker, const Task *task, const struct md_call *call,
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

static char *
reason_of (const Worker *worker, const struct md_error *err)
{
  return err->klass == MD_ERR_ENTITLEMENT
           ? entitlement_reason (limits_plan (worker->run->input), err)
           : g_strdup_printf ("%s: %s", error_class_name (err->klass),
                              err->message);
}

/* Says in the ledger and the report that this part was asked in vain.      */
static void
give_up (Worker *worker, const Task *task, const struct md_call *call,
         guint symbol, LedgerState state, const struct md_error *err)
{
  g_autoptr (GArray) missing = call_missing (call, symbol);
  const char *name
    = task->symbols->len > 0 ? task->symbols->pdata[symbol] : "*";
  g_autofree char *reason = reason_of (worker, err);

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

/* Splits the symbols that still miss something in two.                     */
static void
halve_symbols (Worker *worker, const Task *task, guint attempt)
{
  guint half = task->symbols->len / 2;

  for (guint part = 0; part < 2; part++) {
    Task *smaller = task_new (task->from, task->to, attempt);

    for (guint i = part ? half : 0; i < (part ? task->symbols->len : half);
         i++)
      g_ptr_array_add (smaller->symbols, task->symbols->pdata[i]);
    g_queue_push_tail (&worker->tasks, smaller);
  }
}

/* The request itself is refused: find the symbol that is to blame.         */
static void
blame_symbol (Worker *worker, const Task *task, const struct md_call *call,
              const struct md_error *err)
{
  if (err->symbol < task->symbols->len) {
    give_up (worker, task, call, err->symbol, LEDGER_FAILED, err);
    failure_requeue (worker, task, call, 0, err->symbol);
  } else if (worker->progressed) {
    failure_requeue (worker, task, call, 0, G_MAXUINT);
  } else if (task->symbols->len < 2) {
    give_up_all (worker, task, call, LEDGER_FAILED, err);
  } else {
    halve_symbols (worker, task, 0);
  }
}

/* Retried in vain.  Where the vendor answered for other symbols the failure
 * may be one symbol's: each part gets one more try, so that it does not take
 * its neighbours along.                                                    */
static void
isolate_failure (Worker *worker, const Task *task, const struct md_call *call,
                 const struct md_error *err)
{
  if (err->symbol < task->symbols->len) {
    give_up (worker, task, call, err->symbol, LEDGER_FAILED, err);
    failure_requeue (worker, task, call, 0, err->symbol);
  } else if (worker->answered && task->symbols->len > 1
             && err->klass != MD_ERR_LIMITED) {
    halve_symbols (worker, task, worker->run->job->retry.max_retries);
  } else {
    give_up_all (worker, task, call, LEDGER_FAILED, err);
  }
}

/* Says so of what a symbol still misses of [from, to), and no longer counts
 * it as missing.  FALSE: nothing of it was.                                 */
static gboolean
mark_span (Worker *worker, const Task *task, const struct md_call *call,
           guint symbol, md_time from, md_time to, const struct md_error *err)
{
  g_autoptr (GArray) missing = call_missing (call, symbol);
  g_autoptr (GArray) wanted = spans_new ();
  g_autoptr (GArray) refused = NULL;
  g_autofree char *reason = reason_of (worker, err);

  spans_add (wanted, from, to);
  refused = spans_intersect (missing, wanted);
  for (guint k = 0; k < refused->len; k++) {
    const Span *span = &g_array_index (refused, Span, k);

    segment_queue_state (worker->run, worker->chunk,
                         task->symbols->len > 0 ? task->symbols->pdata[symbol]
                                                : "*",
                         span->from, span->to, LEDGER_UNAVAILABLE, reason,
                         &worker->lineage);
    spans_add (call->spans[symbol], span->from, span->to);
  }
  return refused->len > 0;
}

/* The plan does not include [err->from, err->to), or any of it.  What was
 * covered before the refusal is not asked, and paid for, again.             */
static void
mark_unavailable (Worker *worker, const Task *task, const struct md_call *call,
                  const struct md_error *err)
{
  md_time from = MAX (err->from, task->from), to = MIN (err->to, task->to);
  gboolean marked = FALSE;

  if (from < to && (err->from != 0 || err->to != 0)) {
    for (guint i = 0; i < MAX (task->symbols->len, 1); i++)
      marked |= mark_span (worker, task, call, i, from, to, err);
  }
  if (marked)
    failure_requeue (worker, task, call, 0, G_MAXUINT);
  else
    give_up_all (worker, task, call, LEDGER_UNAVAILABLE, err);
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
      failure_requeue (worker, task, call, task->attempt, G_MAXUINT);
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
    isolate_failure (worker, task, call, err);
    return;
  }
  __atomic_add_fetch (&run->report->retries, 1, __ATOMIC_RELAXED);
  log_event (MD_LOG_INFO, "chunk.retry", "attempt %u failed (%s), again in %s",
             attempt, err->message, wait);
  call_env_waiting (&run->env, "the next attempt");
  waited = clock_wait_until (clock_monotonic () + delay, &run->stop);
  call_env_waiting (&run->env, NULL);
  __atomic_add_fetch (&run->env.waited_ns, (guint64) delay, __ATOMIC_RELAXED);
  if (waited)
    failure_requeue (worker, task, call, attempt, G_MAXUINT);
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

void
failure_handle (Worker *worker, const Task *task, const struct md_call *call,
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
