/* SPDX-License-Identifier: Apache-2.0
 *
 * sinks.c - a thread a sink.
 */
#include "sinks.h"
#include "sink.h"
#include "straight.h"

#include "observe/log.h"

/* While a run goes on, a sink rests four times as long as it last took:
 * commits that come meanwhile are delivered together, and a file that they
 * share is written once.                                                   */
#define REST_SHARE 4
#define REST_LEAST (1000 * 1000 * 1000)

struct Sinks {
  const EngineInput *input;
  const Cancel *cancel;
  GMutex mutex;
  GCond changed;
  guint64 news;         /* grows                                            */
  gboolean ended;
  gboolean compact;     /* when everything is delivered                     */
  GPtrArray *threads;   /* of GThread *                                     */
};

typedef struct {
  Sinks *sinks;
  const SinkBinding *binding;
  SinkEntry *entry;
} Task;

/* ---- entries --------------------------------------------------------- */

static void
entry_free (gpointer data)
{
  SinkEntry *entry = data;

  g_free (entry->name);
  g_free (entry->type);
  g_free (entry->status);
  g_free (entry->reason);
  g_free (entry);
}

GPtrArray *
sinks_entries (const EngineInput *input)
{
  GPtrArray *entries = g_ptr_array_new_with_free_func (entry_free);

  for (guint i = 0; input->sinks != NULL && i < input->sinks->len; i++) {
    const SinkBinding *binding = input->sinks->pdata[i];
    SinkEntry *entry = g_new0 (SinkEntry, 1);

    entry->name = g_strdup (binding->config->name);
    entry->type = g_strdup (binding->config->type);
    entry->status = g_strdup ("up-to-date");
    g_ptr_array_add (entries, entry);
  }
  return entries;
}

static void
set_status (SinkEntry *entry, const char *status, const char *reason)
{
  g_free (entry->status);
  g_free (entry->reason);
  entry->status = g_strdup (status);
  entry->reason = g_strdup (reason);
}

/* ---- a thread -------------------------------------------------------- */

/* Waits for news, and while the run goes on until `rest` is over.  TRUE when
 * the run has ended.                                                       */
static gboolean
wait_for_news (Sinks *sinks, guint64 *seen, gint64 rest)
{
  gboolean ended;

  g_mutex_lock (&sinks->mutex);
  while (!sinks->ended) {
    gint64 left = rest - clock_monotonic ();

    if (sinks->news != *seen && left <= 0)
      break;
    if (sinks->news != *seen)
      g_cond_wait_until (&sinks->changed, &sinks->mutex,
                         g_get_monotonic_time () + left / 1000 + 1);
    else
      g_cond_wait (&sinks->changed, &sinks->mutex);
  }
  *seen = sinks->news;
  ended = sinks->ended;
  g_mutex_unlock (&sinks->mutex);
  return ended;
}

static gboolean
catch_up (Sink *sink, GError **error)
{
  SinkEntry *entry = sink->entry;
  guint64 last;

  if (!store_last_commit (sink->input->store, &last, error))
    return FALSE;
  if (sink->delivered >= last && sink_scope_is_complete (sink))
    return TRUE;
  if (!sink_deliver (sink, last, error))
    return FALSE;
  if (entry->segments > 0)
    set_status (entry, "delivered", NULL);
  if (!sink->has_news)
    return TRUE;
  sink->has_news = FALSE;
  return sink_state_save (sink, error);
}

/* Delivers until the run is over and nothing is left.                      */
static gboolean
keep_up (Sinks *sinks, Sink *sink, GError **error)
{
  gint64 rest = 0, started;
  guint64 seen = 0;
  gboolean ended;

  do {
    ended = wait_for_news (sinks, &seen, rest);
    started = clock_monotonic ();
    if (!catch_up (sink, error))
      return FALSE;
    rest = clock_monotonic ();
    rest += MAX (REST_SHARE * (rest - started), REST_LEAST);
  } while (!ended);
  return TRUE;
}

static gboolean
make_compact (Sink *sink, GError **error)
{
  struct md_error err;
  int klass;

  if (!plugin_has_compact (sink->env.plugin))
    return TRUE;
  md_error_init (&err);
  klass = sink->env.plugin->sink.compact (sink->session, sink->call, &err);
  if (klass == MD_OK)
    set_status (sink->entry, "compacted", NULL);
  return sink_check (sink, klass, &err, error);
}

static void
measure_lag (Sink *sink)
{
  SinkEntry *entry = sink->entry;
  guint64 last = 0;

  if (!store_last_commit (sink->input->store, &last, NULL))
    return;
  entry->delivered = sink->delivered;
  entry->lag = last - MIN (last, sink->delivered);
}

static void
tell_failure (Sink *sink, const GError *failure)
{
  gboolean stopped = g_error_matches (failure, CORE_ERROR, MD_ERR_CANCELLED);
  g_autoptr (GError) error = NULL;

  set_status (sink->entry, stopped ? "unfinished" : "failed",
              failure->message);
  if (!stopped)
    log_event (LOG_ERROR, "sink.failed", "%s", failure->message);
  if (!sink_state_save (sink, &error))
    log_event (MD_LOG_WARNING, "sink.state", "%s", error->message);
}

static gpointer
sink_main (gpointer data)
{
  g_autofree Task *task = data;
  Sinks *sinks = task->sinks;
  g_autoptr (GError) error = NULL;
  g_autoptr (Sink) sink = sink_new (sinks->input, task->binding, task->entry,
                                    sinks->cancel);

  log_set_context (&(LogContext) { .job = sinks->input->job->name });
  if (!sink_connect (sink, &error) || !sink_rewind (sink, &error)
      || !keep_up (sinks, sink, &error)
      || (sinks->compact && !make_compact (sink, &error)))
    tell_failure (sink, error);
  measure_lag (sink);
  log_set_context (NULL);
  return NULL;
}

/* ---- all of them ----------------------------------------------------- */

static Sinks *
start (const EngineInput *input, GPtrArray *entries, const Cancel *cancel,
       gboolean compact)
{
  Sinks *sinks = g_new0 (Sinks, 1);
  /* Made before the threads ask for it at the same time.  They meet a fault,
   * too, and tell.                                                         */
  g_autofree char *id = store_id (input->store, NULL);

  sinks->input = input;
  sinks->cancel = cancel;
  sinks->news = 1;
  sinks->compact = compact;
  sinks->threads = g_ptr_array_new ();
  g_mutex_init (&sinks->mutex);
  g_cond_init (&sinks->changed);
  for (guint i = 0; i < entries->len; i++) {
    Task *task = g_new (Task, 1);

    *task = (Task) { sinks, input->sinks->pdata[i], entries->pdata[i] };
    g_ptr_array_add (sinks->threads, g_thread_new ("sink", sink_main, task));
  }
  return sinks;
}

Sinks *
sinks_start (const EngineInput *input, GPtrArray *entries,
             const Cancel *cancel)
{
  return start (input, entries, cancel, FALSE);
}

void
sinks_news (Sinks *sinks)
{
  g_mutex_lock (&sinks->mutex);
  sinks->news++;
  g_cond_broadcast (&sinks->changed);
  g_mutex_unlock (&sinks->mutex);
}

void
sinks_finish (Sinks *sinks)
{
  g_mutex_lock (&sinks->mutex);
  sinks->ended = TRUE;
  g_cond_broadcast (&sinks->changed);
  g_mutex_unlock (&sinks->mutex);
  for (guint i = 0; i < sinks->threads->len; i++)
    g_thread_join (sinks->threads->pdata[i]);
  g_ptr_array_unref (sinks->threads);
  g_mutex_clear (&sinks->mutex);
  g_cond_clear (&sinks->changed);
  g_free (sinks);
}

static GPtrArray *
do_all (const EngineInput *input, gboolean compact)
{
  GPtrArray *entries = sinks_entries (input);

  sinks_finish (start (input, entries, input->cancel, compact));
  if (input->job->rows_off)
    straight_drop_spool (input, entries);
  return entries;
}

GPtrArray *
engine_sync (const EngineInput *input)
{
  return do_all (input, FALSE);
}

GPtrArray *
engine_compact (const EngineInput *input)
{
  return do_all (input, TRUE);
}

/* ---- looking --------------------------------------------------------- */

/* Opens the sink without delivering anything.                              */
static gboolean
lacks (const EngineInput *input, const SinkBinding *binding)
{
  SinkEntry entry = { 0 };
  g_autoptr (Sink) sink = sink_new (input, binding, &entry, input->cancel);
  g_autoptr (GPtrArray) pieces = NULL;
  guint64 last;

  if (!sink_connect (sink, NULL) || sink->is_ahead
      || !sink_scope_is_complete (sink)
      || !store_last_commit (input->store, &last, NULL))
    return TRUE;
  pieces = sink_lack (sink, last, NULL);
  return pieces == NULL || pieces->len > 0;
}

gboolean
engine_sinks_lack (const EngineInput *input)
{
  if (input->store == NULL)
    return FALSE;
  for (guint i = 0; input->sinks != NULL && i < input->sinks->len; i++) {
    if (lacks (input, input->sinks->pdata[i]))
      return TRUE;
  }
  return FALSE;
}
