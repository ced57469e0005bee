/* SPDX-License-Identifier: Apache-2.0
 *
 * worker.c - one thread, one session: fetches chunks.
 */
#include "worker.h"

#include "data/interval.h"
#include "data/spans.h"
#include "data/uuid.h"
#include "observe/log.h"

#include <string.h>

/* What costs money is not bought twice on a suspicion.                     */
static gboolean
may_doubt (const Worker *worker)
{
  return worker->run->job->retry.max_retries > 0
         && (worker->chunk->offer->flags & MD_OFFER_PAID) == 0;
}

static int
on_covered (struct md_call *call, Covered *covered, gpointer data,
            struct md_error *err)
{
  Worker *worker = data;

  int klass = segment_from_covered (worker->run, call, covered,
                                    &worker->lineage, worker->in_doubt, err);

  if (klass == MD_OK) {
    worker->progressed = worker->answered = TRUE;
    /* What comes next was not asked for before: it has its own accident.   */
    worker->in_doubt = may_doubt (worker);
  }
  return klass;
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

/* Bars that are not final are emitted and not covered, because they are never
 * held: a fetch that went well has brought all of them.                    */
static int
cover_provisional (struct md_call *call, struct md_error *err)
{
  int klass = MD_OK;

  for (guint i = 0; i < call->n_selectors && klass == MD_OK; i++) {
    g_autoptr (GArray) missing = call_missing (call, i);

    for (guint k = 0; k < missing->len && klass == MD_OK; k++) {
      const Span *span = &g_array_index (missing, Span, k);

      klass = call_covered (call, i, span->from, span->to, err);
    }
  }
  return klass;
}

/* One fetch must either cover something or say why not.                    */
static int
fetch (Worker *worker, const Task *task, struct md_call *call,
       struct md_error *err)
{
  const Plugin *plugin = worker->run->env.plugin;
  const struct md_request shown = plugin_request (plugin, call->request);
  int klass;

  md_error_init (err);
  worker->progressed = FALSE;
  klass = plugin->provider.fetch (worker->session, call, &shown, err);
  if (klass != MD_OK && err->klass != klass) {
    g_autofree char *said = g_strndup (err->message, sizeof err->message);

    md_fail (err, klass, "%s", *said != '\0' ? said : "no reason given");
  }
  if (klass == MD_OK && worker->chunk->provisional)
    klass = cover_provisional (call, err);
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
    .flags = chunk->provisional ? MD_REQUEST_PROVISIONAL : 0,
    .newer_than = chunk->newer_than,
  };
  struct md_call *call = call_new (&run->env, &request,
                                   plugin_offer_table (chunk->offer),
                                   on_covered, worker);
  struct md_error err;

  worker->lineage.request = describe_request (worker, task);
  worker->lineage.attempts++;
  worker->in_doubt = task->attempt == 0 && may_doubt (worker);
  if (fetch (worker, task, call, &err) == MD_OK) {
    failure_requeue (worker, task, call, 0, G_MAXUINT);
  } else {
    failure_handle (worker, task, call, &err);
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
  worker->answered = FALSE;
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
  struct md_error err;
  const Chunk *chunk;
  char place[32];

  g_queue_init (&worker.tasks);
  worker.session = call_open_session (&run->env, &err);
  if (worker.session == NULL) {
    run_fail (run, err.klass, err.message);
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
