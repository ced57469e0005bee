/* SPDX-License-Identifier: Apache-2.0
 *
 * batch.h - batch jobs: what the service keeps of them (batch-jobs.c), and a
 * fetch by way of one (batch.c).
 */
#ifndef DATABENTO_BATCH_H
#define DATABENTO_BATCH_H

#include "databento.h"

/* A job as far as it matters here.                                          */
struct batch_job {
  char id[80], state[16];
  char dataset[32], schema[24], stype_in[24], stype_out[24], encoding[12];
  md_time start, end, received; /* MD_ABSENT where not told                  */
  bool limited, split_symbols, all_symbols;
  uint32_t ours;                /* symbols of the request that it is for     */
  char cost[32];                /* as written, "" not told                   */
};

/* What a job must hold to be of use.                                        */
struct batch_want {
  const struct session *session;
  struct md_call *call;
  const struct md_request *request;
  const struct asked *asked;
  uint32_t only;                /* one of its symbols, or MD_ABSENT_NAME     */
  md_time from;                 /* first time that is wanted                 */
};

/* A job from `json`, whose next value it is; its faults stay there.         */
int batch_read_job (const struct batch_want *want, struct md_json *json,
                    struct batch_job *job, struct md_error *err);
/* Holds the wanted symbols from want->from on, and is as new as asked for.  */
bool batch_is_of_use (const struct batch_want *want,
                      const struct batch_job *job);
/* The earlier job that reaches farthest, *ret_found; else *ret_until is where
 * the first job begins that holds a later part, at most the request's end.  */
int batch_search (const struct batch_want *want, struct batch_job *ret_job,
                  bool *ret_found, md_time *ret_until, struct md_error *err);
/* *ret_known false: the service has no such job.                            */
int batch_details (const struct batch_want *want, const char *id,
                   struct batch_job *ret_job, bool *ret_known,
                   struct md_error *err);

#endif
