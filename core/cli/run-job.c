/* SPDX-License-Identifier: Apache-2.0
 *
 * run-job.c - from a loaded job to a printed report.
 */
#include "run-job.h"

#include "data/interval.h"
#include "notify.h"
#include "observe/log.h"
#include "observe/progress.h"

#include <stdio.h>
#include <string.h>

#define WAIT_DEFAULT (10 * MD_MINUTE)
#define WAIT_STEP (250 * 1000 * 1000)

void
run_options_init (RunOptions *options)
{
  *options = (RunOptions) { .refetch_from = MD_ABSENT,
                            .refetch_to = MD_ABSENT,
                            .wait = WAIT_DEFAULT };
}

gboolean
run_options_refetch (RunOptions *options, const char *text, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (text, "/", 2);

  if (parts[0] == NULL || parts[1] == NULL) {
    g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE,
                 "--refetch wants FROM/TO, such as 2024-01-01/2024-02-01");
    return FALSE;
  }
  if (!time_parse (parts[0], &options->refetch_from, error)
      || !time_parse (parts[1], &options->refetch_to, error))
    return FALSE;
  if (options->refetch_from < options->refetch_to)
    return TRUE;
  g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE,
               "--refetch %s: the end is not after the start", text);
  return FALSE;
}

/* ---- prepare --------------------------------------------------------- */

/* The first offer that has the schema and a dataset.                       */
static const char *
default_dataset (const Plugin *plugin, const char *schema)
{
  for (gsize i = 0; i < plugin->provider.n_offers; i++) {
    const struct md_offer *offer = plugin_offer_at (plugin, i);

    if (offer->dataset != NULL && strchr (offer->dataset, '*') == NULL
        && g_strcmp0 (offer->schema, schema) == 0)
      return offer->dataset;
  }
  return NULL;
}

/* Which schema has no offer is better told than which dataset.             */
static gboolean
refuse_schema (const Job *job, const Plugin *plugin, GError **error)
{
  const char *any = "";

  for (gsize i = 0; i < plugin->provider.n_offers; i++) {
    const struct md_offer *offer = plugin_offer_at (plugin, i);

    if (*any == '\0' && offer->dataset != NULL)
      any = offer->dataset;
  }
  if (plugin_offer (plugin, any, job->schemas[0], error) == NULL)
    g_prefix_error (error, "%s: ", job_origin (job, "job", "schema"));
  else
    g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE,
                 "%s: %s needs `dataset` in [job]; `mdcore inspect %s` lists "
                 "what there is", job_origin (job, "job", "dataset"),
                 job->provider, job->provider);
  return FALSE;
}

gboolean
job_fill_dataset (Job *job, const Plugin *plugin, GError **error)
{
  const char *dataset;

  if (job->datasets[0] != NULL)
    return TRUE;
  dataset = default_dataset (plugin, job->schemas[0]);
  if (dataset == NULL)
    return refuse_schema (job, plugin, error);
  g_strfreev (job->datasets);
  job->datasets = g_new0 (char *, 2);
  job->datasets[0] = g_strdup (dataset);
  return TRUE;
}

gboolean
job_connect (Cli *cli, const Job *job, const RunOptions *options,
             PreparedJob *ret_prepared, GError **error)
{
  const Plugin *plugin = plugin_load (job->provider, cli->plugin_path, error);
  g_autoptr (BoundKeys) keys = NULL;
  g_autoptr (Net) net = NULL;

  if (plugin == NULL)
    return FALSE;
  if (!plugin->has_provider) {
    g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE,
                 "the plugin \"%s\" is no provider", job->provider);
    return FALSE;
  }
  keys = job_bind_keys (job, plugin->desc.keys, plugin->desc.n_keys, error);
  if (keys == NULL)
    return FALSE;
  log_add_secrets ((const char *const *) keys->secrets);
  net = net_new (&(NetOptions) { .mode = options->mode,
                                 .path = options->exchanges,
                                 .ca_file = job->ca_file,
                                 .connect_timeout = job->connect_timeout,
                                 .stall_timeout = job->stall_timeout },
                 error);
  if (net == NULL)
    return FALSE;
  *ret_prepared = (PreparedJob) {
    .input = { .job = job,
               .plugin = plugin,
               .keys = keys,
               .net = net,
               .refetch_from = options->refetch_from,
               .refetch_to = options->refetch_to,
               .now = clock_now (),
               .cancel = &cli->cancel },
    .keys = keys,
    .net = net,
  };
  keys = NULL;
  net = NULL;
  return TRUE;
}

static gboolean
may_refetch (const Job *job, const RunOptions *options, GError **error)
{
  if (!job->rows_off || options->refetch_from == MD_ABSENT)
    return TRUE;
  g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE,
               "%s: rows = off: --refetch would deliver rows a second time",
               job_origin (job, "store", "rows"));
  return FALSE;
}

gboolean
job_prepare (Cli *cli, Job *job, const RunOptions *options,
             PreparedJob *ret_prepared, GError **error)
{
  PreparedJob prepared;

  if (!job_connect (cli, job, options, &prepared, error))
    return FALSE;
  if (!may_refetch (job, options, error)
      || !job_prepare_sinks (cli, job, &prepared, error)
      || !job_fill_dataset (job, prepared.input.plugin, error)
      || !engine_check (&prepared.input, error)) {
    prepared_job_clear (&prepared);
    return FALSE;
  }
  *ret_prepared = prepared;
  return TRUE;
}

void
prepared_job_clear (PreparedJob *prepared)
{
  g_clear_pointer (&prepared->input.store, store_close);
  g_clear_pointer (&prepared->net, net_free);
  g_clear_pointer (&prepared->sinks, g_ptr_array_unref);
  g_clear_pointer (&prepared->keys, bound_keys_free);
}

/* ---- the store ------------------------------------------------------- */

Store *
store_open_for_writing (Cli *cli, const char *path, gint64 wait,
                        GError **error)
{
  gint64 deadline = clock_monotonic () + wait;
  gboolean told = FALSE;

  for (;;) {
    g_autoptr (GError) local = NULL;
    Store *store = store_open (path, STORE_WRITE, &local);

    if (store != NULL)
      return store;
    if (!g_error_matches (local, CORE_ERROR, CORE_ERROR_STORE_LOCKED)
        || clock_monotonic () + WAIT_STEP > deadline
        || cancel_requested (&cli->cancel)) {
      g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }
    if (!told && !cli->quiet)
      log_event (MD_LOG_INFO, "store.waiting", "waiting: %s", local->message);
    told = TRUE;
    clock_wait_until (clock_monotonic () + WAIT_STEP, &cli->cancel);
  }
}

/* What is held, without touching it; *ret_store NULL = nothing yet.        */
static gboolean
open_to_look (const char *path, Store **ret_store, GError **error)
{
  g_autoptr (GError) local = NULL;
  Store *store = store_open (path, STORE_READ, &local);

  if (store == NULL
      && !g_error_matches (local, CORE_ERROR, CORE_ERROR_STORE_MISSING)) {
    g_propagate_error (error, g_steal_pointer (&local));
    return FALSE;
  }
  *ret_store = store;
  return TRUE;
}

Plan *
job_plan (Cli *cli, PreparedJob *prepared, GError **error)
{
  g_autofree char *path = cli_store_path (cli, prepared->input.job);

  if (!open_to_look (path, &prepared->input.store, error))
    return NULL;
  return engine_plan (&prepared->input, error);
}

/* ---- run ------------------------------------------------------------- */

typedef struct {
  Progress *progress;
  Store *store;
} Watch;

static void
on_progress (const EngineProgress *now, gpointer data)
{
  const Watch *watch = data;
  const ProgressState state = {
    .fraction = now->fraction,
    .done = now->chunks_done,
    .total = now->chunks_total,
    .rows = now->rows,
    .waiting = now->waiting,
  };
  char line[128];

  g_snprintf (line, sizeof line, "chunk %" G_GUINT64_FORMAT " of %"
              G_GUINT64_FORMAT ", %" G_GUINT64_FORMAT " rows",
              now->chunks_done, now->chunks_total, now->rows);
  store_set_progress (watch->store, line);
  progress_update (watch->progress, &state);
}

static RunReport *
run_planned (Cli *cli, PreparedJob *prepared, const Plan *plan, GError **error)
{
  const Job *job = prepared->input.job;
  Watch watch = { progress_new (job->name, cli->quiet),
                  prepared->input.store };
  RunReport *report = engine_run (&prepared->input, plan, on_progress, &watch,
                                  error);

  progress_free (watch.progress);
  return report;
}

/* Runs are kept in the store, so that `status` and `runs` can tell; a run
 * that found nothing to do leaves no trace.                                 */
static void
keep_report (Store *store, const RunReport *report, const char *json)
{
  g_autofree char *name = g_strdup_printf ("run/%s", report->run_id);
  g_autoptr (GError) error = NULL;

  if (!store_put_doc (store, name, json, &error))
    log_event (MD_LOG_WARNING, "run.report", "%s", error->message);
}

static int
exit_status (const RunReport *report, const Cli *cli)
{
  switch (report->outcome) {
  case RUN_DONE:
    return EXIT_DONE;
  case RUN_PARTIAL:
    return EXIT_PARTIAL;
  case RUN_AUTH:
    return EXIT_AUTH;
  case RUN_INTERRUPTED:
    return 128 + cli->cancel.requested;
  default:
    break;
  }
  if (report->error != NULL) {
    g_autoptr (GError) error = g_error_new_literal (
      CORE_ERROR, report->error_class, report->error);

    return error_exit_status (error);
  }
  return EXIT_FAILED;
}

static int
tell (Cli *cli, const PreparedJob *prepared, const RunReport *report,
      const Plan *plan)
{
  const Job *job = prepared->input.job;
  g_autofree char *json = report_to_json (report, job);

  if (plan->chunks->len > 0)
    keep_report (prepared->input.store, report, json);
  notify_run (job, prepared->net, report, json);
  if (cli->json)
    puts (json);
  else
    report_print (report, plan);
  return exit_status (report, cli);
}

/* Whether they ask for the same, and so cost the same.                     */
static gboolean
plans_are_equal (const Plan *a, const Plan *b)
{
  if (a->chunks->len != b->chunks->len)
    return FALSE;
  for (guint i = 0; i < a->chunks->len; i++) {
    const Chunk *one = a->chunks->pdata[i], *other = b->chunks->pdata[i];

    if (one->from != other->from || one->to != other->to
        || one->symbols->len != other->symbols->len)
      return FALSE;
  }
  return TRUE;
}

/* Looks first: a finished job whose sinks have everything, or one that costs
 * too much, writes nothing, not even a lock.                               */
static Plan *
plan_and_open (Cli *cli, PreparedJob *prepared, const RunOptions *options,
               GError **error)
{
  g_autofree char *path = cli_store_path (cli, prepared->input.job);
  g_autoptr (Plan) first = job_plan (cli, prepared, error);
  g_autoptr (Plan) plan = NULL;

  if (first == NULL
      || (first->chunks->len == 0 && !engine_sinks_lack (&prepared->input)))
    return g_steal_pointer (&first);
  if (!engine_afford (&prepared->input, first, error))
    return NULL;
  g_clear_pointer (&prepared->input.store, store_close);
  prepared->input.store
    = store_open_for_writing (cli, path, options->wait, error);
  if (prepared->input.store == NULL)
    return NULL;
  prepared->input.deliver = TRUE;
  /* Another writer may have done some of it while this one waited.         */
  plan = engine_plan (&prepared->input, error);
  if (plan == NULL
      || (!plans_are_equal (first, plan)
          && !engine_afford (&prepared->input, plan, error)))
    return NULL;
  return g_steal_pointer (&plan);
}

/* A provider that asks less than it did is a change worth knowing.         */
static void
tell_unused (const PreparedJob *prepared, const char *recording)
{
  g_autofree char *unused = NULL;

  if (!net_replay_finished (prepared->net, &unused))
    log_event (MD_LOG_WARNING, "replay.unused",
               "%s holds answers that were not asked for: %s", recording,
               unused);
}

int
job_run (Cli *cli, Job *job, const RunOptions *options)
{
  PreparedJob prepared;
  g_autoptr (GError) error = NULL;
  g_autoptr (Plan) plan = NULL;
  g_autoptr (RunReport) report = NULL;
  int status;

  if (!job_prepare (cli, job, options, &prepared, &error))
    return cli_fail (g_steal_pointer (&error));
  if (job_list_all (job, &prepared, &error))
    plan = plan_and_open (cli, &prepared, options, &error);
  if (plan != NULL)
    report = run_planned (cli, &prepared, plan, &error);
  status = report != NULL ? tell (cli, &prepared, report, plan)
                          : cli_fail (g_steal_pointer (&error));
  tell_unused (&prepared, options->exchanges);
  prepared_job_clear (&prepared);
  return status;
}
