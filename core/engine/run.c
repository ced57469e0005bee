/* SPDX-License-Identifier: Apache-2.0
 *
 * run.c - a run's threads: workers that fetch, and the committer, which is
 * the thread that called engine_run.
 */
#include "continuity.h"
#include "plan.h"
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

static const struct md_offer *
offer_of (const Run *run, const Segment *segment)
{
  return plugin_offer (run->env.plugin, segment->ask.dataset,
                       segment->ask.schema, NULL);
}

/* What the rows say of other coverage.                                     */
static gboolean
mark (Run *run, Segment *segment, GError **error)
{
  return rewritten_mark (run->input->store, run->env.plugin, segment, error)
         && continuity_mark (run->input->store, offer_of (run, segment),
                             segment, error);
}

static gboolean
store_group (Run *run, Segment *const *group, guint n, CommitResult *results,
             GError **error)
{
  for (guint i = 0; i < n; i++) {
    if (!mark (run, group[i], error))
      return FALSE;
  }
  return store_commit (run->input->store, group, n, results, error);
}

static gboolean
is_noted (const Run *run, const Segment *segment, const StaleMark *stale)
{
  for (guint i = 0; i < run->doubts->len; i++) {
    const Chunk *chunk = run->doubts->pdata[i];

    if (chunk->from == stale->from && chunk->to == stale->to
        && g_str_equal (chunk->symbols->pdata[0], segment->ask.selector)
        && g_str_equal (chunk->schema, segment->ask.schema)
        && g_str_equal (chunk->dataset, segment->ask.dataset))
      return TRUE;
  }
  return FALSE;
}

/* Another look at what is in doubt, in this run: once.                      */
static void
note_doubts (Run *run, const Segment *segment)
{
  g_autoptr (GPtrArray) symbols = g_ptr_array_new_with_free_func (g_free);
  char *dataset = g_ref_string_new (segment->ask.dataset);
  char *schema = g_ref_string_new (segment->ask.schema);

  g_ptr_array_add (symbols, g_strdup (segment->ask.selector));
  for (guint i = 0; i < segment->stale->len; i++) {
    const StaleMark *stale = segment->stale->pdata[i];

    if (!is_noted (run, segment, stale))
      g_ptr_array_add (run->doubts,
                       chunk_new (offer_of (run, segment), dataset, schema,
                                  segment->ask.kind, symbols, stale->from,
                                  stale->to));
  }
  g_ref_string_release (dataset);
  g_ref_string_release (schema);
}

static void
heed_stale (Run *run, const Segment *segment, const CommitResult *result)
{
  const StaleMark *first;

  if (result->stale == 0)
    return;
  first = g_ptr_array_index (segment->stale, 0);
  if (offer_of (run, segment)->flags & MD_OFFER_UNNAMED) {
    log_event (MD_LOG_WARNING, "coverage.doubt", "%s: %s; asking again",
               segment->ask.selector, first->reason);
    if (run->doubts != NULL)
      note_doubts (run, segment);
    else
      run_count_doubt (run, segment, first->reason);
    return;
  }
  log_event (MD_LOG_INFO, "coverage.stale", "%s: what is held of %"
             G_GUINT64_FORMAT " adjusted series is stale, %s; the next run "
             "asks again", first->ask.selector, result->stale, first->reason);
}

static gboolean
commit_some (Run *run, Segment *const *group, guint n)
{
  g_autofree CommitResult *results = g_new0 (CommitResult, n);
  g_autoptr (GError) error = NULL;

  if (!store_group (run, group, n, results, &error)) {
    run_fail (run, error->code, error->message);
    commit_queue_abandon (run->queue);
    return FALSE;
  }
  for (guint i = 0; i < n; i++) {
    heed_stale (run, group[i], &results[i]);
    run_count_commit (run, group[i], &results[i]);
    commit_result_clear (&results[i]);
  }
  return TRUE;
}

/* Whose neighbours must be looked at are committed one after the other.     */
static void
commit_group (Run *run, GPtrArray *group)
{
  Segment *const *segments = (Segment *const *) group->pdata;

  if ((offer_of (run, segments[0])->flags & MD_OFFER_UNNAMED) == 0) {
    commit_some (run, segments, group->len);
    return;
  }
  for (guint i = 0; i < group->len; i++) {
    if (!commit_some (run, &segments[i], 1))
      return;
  }
  if (run->sinks != NULL)
    sinks_news (run->sinks);
}

/* Rows = off: the sinks get the rows first, under the number that the commit
 * is going to have, so each segment is a commit of its own.                */
static void
commit_straight (Run *run, GPtrArray *group)
{
  for (guint i = 0; i < group->len; i++) {
    Segment *segment = g_ptr_array_index (group, i);
    gboolean has_rows = segment->series->len > 0;
    g_autoptr (GError) error = NULL;
    CommitResult result = { 0 };
    guint64 last;

    if (!store_last_commit (run->input->store, &last, &error)) {
      run_fail (run, error->code, error->message);
      return;
    }
    straight_deliver (run->straight, segment, last + 1);
    if (!store_commit (run->input->store, &segment, 1, &result, &error)) {
      run_fail (run, error->code, error->message);
      commit_queue_abandon (run->queue);
      return;
    }
    if (has_rows && result.commit != last + 1)
      run_fail (run, MD_ERR_INTERNAL, "rows were delivered to the sinks that "
                "were covered before; `rows = off` cannot take them back");
    run_count_commit (run, segment, &result);
    commit_result_clear (&result);
  }
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
      if (run->straight != NULL)
        commit_straight (run, group);
      else
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

/* What is in doubt stands in the ledger as stale, so a run that ends here
 * leaves it to the next.                                                   */
static void
look_again (Run *run)
{
  GPtrArray *doubts = g_steal_pointer (&run->doubts);
  Plan again = { .chunks = doubts };
  const Plan *plan = run->plan;

  if (doubts->len > 0 && run->fatal == NULL && !run_is_ending (run)) {
    commit_queue_free (run->queue);
    run->queue = commit_queue_new (MAX (run->job->memory_limit / 64, 1 << 20));
    run->plan = &again;
    run->next_chunk = 0;
    run_threads (run);
    run->plan = plan;
  }
  g_ptr_array_unref (doubts);
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
  run->doubts
    = g_ptr_array_new_with_free_func ((GDestroyNotify) chunk_free);
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
  if (input->deliver && run.job->rows_off)
    run.straight = straight_start (input, run.report->sinks, input->cancel);
  else if (input->deliver)
    run.sinks = sinks_start (input, run.report->sinks, input->cancel);
  if (plan->chunks->len > 0)
    run_threads (&run);
  look_again (&run);
  if (run.sinks != NULL)
    sinks_finish (run.sinks);
  if (run.straight != NULL)
    straight_finish (run.straight);
  run_close_report (&run);
  run.report->elapsed_ns = clock_monotonic () - started;
  finish (&run);
  return run.report;
}
