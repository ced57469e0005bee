/* SPDX-License-Identifier: Apache-2.0
 *
 * run-job.h - what `run`, `backfill` and `demo` share: from a loaded job to
 * a printed report.
 */
#pragma once

#include "cli.h"
#include "engine/engine.h"

#include <jansson.h>

typedef struct {
  md_time refetch_from, refetch_to; /* both MD_ABSENT = none                */
  gint64 wait;                      /* ns for the writer's lock             */
  NetMode mode;
  const char *exchanges;            /* file of NET_RECORD, NET_REPLAY       */
} RunOptions;

void run_options_init (RunOptions *options);
/* --refetch FROM/TO.                                                       */
gboolean run_options_refetch (RunOptions *options, const char *text,
                              GError **error);

/* Everything that a job needs to be planned or run.                        */
typedef struct {
  EngineInput input;
  BoundKeys *keys;
  GPtrArray *sinks;                 /* of SinkBinding                       */
  Net *net;
} PreparedJob;

/* Loads the plugin and binds its keys.  `job` must stay.                   */
gboolean job_connect (Cli *cli, const Job *job, const RunOptions *options,
                      PreparedJob *ret_prepared, GError **error);
/* The same, fills the dataset that the job leaves open, and lets the provider judge the request.  `job` must stay.         */
gboolean job_prepare (Cli *cli, Job *job, const RunOptions *options,
                      PreparedJob *ret_prepared, GError **error);
/* Every sink that the job names: its plugin and its keys.                  */
gboolean job_prepare_sinks (const Cli *cli, const Job *job,
                            PreparedJob *prepared, GError **error);
void prepared_job_clear (PreparedJob *prepared);
/* A job that names no dataset means the one dataset its schema is offered
 * in; where there are several the first is the provider's default.         */
gboolean job_fill_dataset (Job *job, const Plugin *plugin, GError **error);
/* Puts the provider's list in the place of `symbols = *` where the vendor
 * cannot be asked for all symbols at once; asks the vendor (all-symbols.c). */
gboolean job_list_all (Job *job, PreparedJob *prepared, GError **error);
/* Opens the store for reading, if there is one, and plans.                 */
Plan *job_plan (Cli *cli, PreparedJob *prepared, GError **error);

/* Plans, runs, prints the report on stdout (as text or JSON) and returns the
 * exit status.  A job with nothing to do opens the store only for reading.  */
int job_run (Cli *cli, Job *job, const RunOptions *options);

/* Waits up to `wait` ns for another writer, saying so once.                */
Store *store_open_for_writing (Cli *cli, const char *path, gint64 wait,
                               GError **error);

/* report-text.c: the report for people, and as JSON (transfer full).       */
void report_print (const RunReport *report, const Plan *plan);
char *report_to_json (const RunReport *report, const Job *job);
/* Of SinkEntry: a line each, or as JSON (transfer full).                   */
void sinks_print (const GPtrArray *entries);
json_t *sinks_to_json (const GPtrArray *entries);
