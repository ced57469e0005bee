/* SPDX-License-Identifier: Apache-2.0
 *
 * run.c - a run's threads: workers that fetch, and the committer, which is
 * the thread that called engine_run.
 */
#include "rewritten.h"
#include "run-private.h"

#include "data/uuid.h"
#include "observe/log.h"

#define NOTIFY_EVERY (200 * 1000 * 1000)
#define POLL_NS (50 * 1000 * 1000)

/* ---- what the threads ask of the run --------------------------------- */

void
run_fail (Run *run, int code, const char *message)
{
  g_mutex_lock (&run->mutex);
  if (run->fatal == NULL)
    run->fatal = g_error_new_literal (CORE_ERROR, code, message);
  g_mutex_unlock (&run->mutex);
  cancel_request (&run->stop, 1);
}

void
run_wind_down (Run *run, const char *why)
{
  g_mutex_lock (&run->mutex);
  if (!run->unfinished) {
    run->unfinished = TRUE;
    run->unfinished_why = g_strdup (why);
  }
  g_mutex_unlock (&run->mutex);
}

gboolean
run_is_ending (Run *run)
{
  gboolean ending;

  g_mutex_lock (&run->mutex);
  ending = run->unfinished;
  g_mutex_unlock (&run->mutex);
  return ending;
}

/* The user's wish reaches the threads here and, while they wait for the
 * vendor, within the committer's next turn.                                 */
static void
heed_cancel (Run *run)
{
  if (cancel_requested (run->input->cancel))
    cancel_request (&run->stop, run->input->cancel->requested);
}

const Chunk *
run_next_chunk (Run *run, guint *ret_number)
{
  const Chunk *chunk = NULL;

  heed_cancel (run);
  if (run->env.deadline != 0 && clock_monotonic () >= run->env.deadline)
    run_wind_down (run, "the run's time limit (max_run_time) is over");
  g_mutex_lock (&run->mutex);
  if (!run->unfinished && !cancel_requested (&run->stop)
      && run->next_chunk < run->plan->chunks->len) {
    chunk = g_ptr_array_index (run->plan->chunks, run->next_chunk++);
    *ret_number = run->next_chunk;
  }
  g_mutex_unlock (&run->mutex);
  return chunk;
}

void
run_chunk_done (Run *run)
{
  g_mutex_lock (&run->mutex);
  run->chunks_done++;
  g_mutex_unlock (&run->mutex);
}

/* ---- committer ------------------------------------------------------- */

static void
notify (Run *run)
{
  gint64 now = clock_monotonic ();
  EngineProgress progress;

  if (run->notify == NULL || now - run->last_notify < NOTIFY_EVERY)
    return;
  run->last_notify = now;
  g_mutex_lock (&run->mutex);
  progress = (EngineProgress) {
    .chunks_done = run->chunks_done,
    .chunks_total = run->plan->chunks->len,
    .rows = __atomic_load_n (&run->report->rows_in, __ATOMIC_RELAXED),
    .calls = __atomic_load_n (&run->env.calls, __ATOMIC_RELAXED),
    .waiting = __atomic_load_n (&run->env.waiting, __ATOMIC_RELAXED),
  };
  g_mutex_unlock (&run->mutex);
  if (progress.chunks_total > 0)
    progress.fraction = (double) progress.chunks_done
                        / (double) progress.chunks_total;
  run->notify (&progress, run->notify_data);
}

static gboolean
store_group (Run *run, GPtrArray *group, CommitResult *results, GError **error)
{
  for (guint i = 0; i < group->len; i++) {
    if (!rewritten_mark (run->input->store, run->env.plugin,
                         g_ptr_array_index (group, i), error))
      return FALSE;
  }
  return store_commit (run->input->store, (Segment *const *) group->pdata,
                       group->len, results, error);
}

static void
tell_stale (const Segment *segment, const CommitResult *result)
{
  const StaleMark *first;

  if (result->stale == 0)
    return;
  first = g_ptr_array_index (segment->stale, 0);
  log_event (MD_LOG_INFO, "coverage.stale", "%s: what is held of %"
             G_GUINT64_FORMAT " adjusted series is stale, %s; the next run "
             "asks again", first->ask.selector, result->stale, first->reason);
}

static void
commit_group (Run *run, GPtrArray *group)
{
  g_autofree CommitResult *results = g_new0 (CommitResult, group->len);
  g_autoptr (GError) error = NULL;

  if (!store_group (run, group, results, &error)) {
    run_fail (run, error->code, error->message);
    commit_queue_abandon (run->queue);
    return;
  }
  for (guint i = 0; i < group->len; i++) {
    tell_stale (g_ptr_array_index (group, i), &results[i]);
    run_count_commit (run, g_ptr_array_index (group, i), &results[i]);
    commit_result_clear (&results[i]);
  }
  if (run->sinks != NULL)
    sinks_news (run->sinks);
}

/* Commits until the workers are gone and the queue is empty.               */
static void
commit_all (Run *run)
{
  gboolean failed = FALSE;

  for (;;) {
    g_autoptr (GPtrArray) group = commit_queue_pop (run->queue, POLL_NS);

    if (group == NULL)
      return;
    heed_cancel (run);
    if (group->len > 0 && !failed) {
      commit_group (run, group);
      failed = run->fatal != NULL && run->fatal->code >= CORE_ERROR_USAGE;
    }
    notify (run);
  }
}

/* ---- threads --------------------------------------------------------- */

typedef struct {
  Run *run;
  GThread **threads;
  guint n;
} Crew;

/* Waits for the workers, then lets the committer drain the queue.          */
static gpointer
close_when_done (gpointer data)
{
  Crew *crew = data;

  for (guint i = 0; i < crew->n; i++)
    g_thread_join (crew->threads[i]);
  commit_queue_close (crew->run->queue);
  return NULL;
}

static guint
count_workers (const Run *run)
{
  guint n = MAX (run->job->workers, 1);
  guint sessions = run->env.plugin->provider.max_sessions;

  if (sessions > 0)
    n = MIN (n, sessions);
  return MIN (n, run->plan->chunks->len);
}

static void
run_threads (Run *run)
{
  guint n = count_workers (run);
  g_autofree GThread **threads = g_new (GThread *, MAX (n, 1));
  Crew crew = { run, threads, n };
  GThread *closer;

  for (guint i = 0; i < n; i++)
    threads[i] = g_thread_new ("worker", worker_main, run);
  closer = g_thread_new ("crew", close_when_done, &crew);
  commit_all (run);
  g_thread_join (closer);
}

/* ---- set-up ---------------------------------------------------------- */

static void
start (Run *run, const EngineInput *input, const Plan *plan)
{
  const Job *job = input->job;

  run->input = input;
  run->plan = plan;
  run->job = job;
  call_env_init (&run->env, input, &run->stop);
  run->queue = commit_queue_new (MAX (job->memory_limit / 64, 1024 * 1024));
  run->report = run_report_new (uuid7_new ());
  run->entries
    = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_mutex_init (&run->mutex);
}

/* Every symbol of the job has its line in the report, asked or not.        */
static void
list_entries (Run *run)
{
  const Job *job = run->job;

  for (char **d = job->datasets; *d != NULL; d++) {
    for (char **s = job->schemas; *s != NULL; s++) {
      for (char **symbol = job->symbols; *symbol != NULL; symbol++)
        run_entry (run, *symbol, *d, *s);
    }
  }
  for (guint i = 0; i < run->plan->chunks->len; i++) {
    const Chunk *chunk = g_ptr_array_index (run->plan->chunks, i);

    for (guint k = 0;
         !chunk->provisional && k < MAX (chunk->symbols->len, 1); k++) {
      const char *symbol = chunk->symbols->len > 0 ? chunk->symbols->pdata[k]
                                                   : "*";

      run_entry (run, symbol, chunk->dataset, chunk->schema)->planned
        += chunk->to - chunk->from;
    }
  }
}

static void
finish (Run *run)
{
  commit_queue_free (run->queue);
  call_env_clear (&run->env);
  g_hash_table_unref (run->entries);
  g_mutex_clear (&run->mutex);
  g_clear_error (&run->fatal);
  g_free (run->unfinished_why);
}

RunReport *
engine_run (const EngineInput *input, const Plan *plan, EngineNotify tell,
            gpointer data, GError **error)
{
  Run run = { .notify = tell, .notify_data = data };
  gint64 started = clock_monotonic ();

  start (&run, input, plan);
  list_entries (&run);
  log_event (MD_LOG_DEBUG, "run.started", "%u chunks", plan->chunks->len);
  run.report->sinks = sinks_entries (input);
  if (input->deliver)
    run.sinks = sinks_start (input, run.report->sinks, input->cancel);
  if (plan->chunks->len > 0)
    run_threads (&run);
  if (run.sinks != NULL)
    sinks_finish (run.sinks);
  run_close_report (&run);
  run.report->elapsed_ns = clock_monotonic () - started;
  finish (&run);
  return run.report;
}
