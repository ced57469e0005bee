/* SPDX-License-Identifier: Apache-2.0
 *
 * private.h - what the files of this room share.
 */
#pragma once

#include "conform.h"
#include "engine/call.h"
#include "engine/engine.h"

/* ---- subject.c: the plugin and what it is asked ------------------------ */

typedef struct {
  const ConformInput *input;
  const Plugin *plugin;
  Job *job;
  BoundKeys *keys;
  GPtrArray *asks;           /* of Chunk: what the job would fetch          */
  Plan *plan;                /* owns them                                   */
} Subject;

/* CONFORM_PASS, or SKIP and FAIL with *ret_why.                            */
ConformVerdict subject_open (Subject *subject, const ConformInput *input,
                             char **ret_why);
void subject_clear (Subject *subject);
/* What a key may hold so that `open` has no reason to refuse it.
 * (transfer full)                                                          */
char *subject_sample (const struct md_key *key);
/* Adds "provider.KEY=VALUE"; a secret goes by way of the environment, as
 * job files want it.                                                       */
void subject_set (GPtrArray *sets, const struct md_key *key,
                  const char *value);
/* A job that says these settings besides the input's ("provider.x=1"; an
 * empty list is allowed).                                                  */
Job *subject_job (const ConformInput *input, const Plugin *plugin,
                  GPtrArray *sets, GError **error);

/* ---- trial.c: one session, watched ------------------------------------- */

typedef struct {
  char *selector;
  guint ask;                 /* index of the chunk                          */
  md_time ts;
  char *text;                /* the row as JSON, with its instrument        */
} TrialRow;

typedef struct {
  char *selector;
  guint ask;
  md_time from, to;
} TrialCovered;

typedef struct {
  const char *recording;     /* NULL: every HTTP call fails                 */
  guint cancel_at;           /* the host call from which on all is over     */
  md_time now;               /* what `now` says; 0 = the truth              */
  guint only_ask;            /* from 1: this chunk alone; 0 = all           */
  md_time from, to;          /* of it, instead of its own; both 0 = its own */
} TrialInput;

/* Zeroed, then trial_run; ends with trial_clear.                           */
typedef struct Trial {
  const Subject *subject;
  TrialInput input;
  guint ask;                 /* the chunk under way                         */
  int klass;                 /* of the fetch that ended it                  */
  struct md_error err;
  GPtrArray *rows;           /* of TrialRow, covered and sound              */
  GPtrArray *covered;        /* of TrialCovered                             */
  guint host_calls, http_calls;
  guint late_calls;          /* rows and promises after all was over        */
  guint rejected;            /* rows that the provider rejected itself      */
  char *fault;               /* the first broken law, or NULL               */
  gboolean idle;             /* a fetch succeeded and covered nothing       */
  const char *leak;          /* where a secret stood, or NULL               */
  Net *net;
  CallEnv env;
} Trial;

/* Opens a session, fetches and closes it.  Stops at the first failure.     */
void trial_run (Trial *trial, const Subject *subject,
                const TrialInput *input);
/* The steps of that.  The session of one trial may fetch for another.      */
void trial_begin (Trial *trial, const Subject *subject,
                  const TrialInput *input);
void *trial_open (Trial *trial);
void trial_fetch (Trial *trial, void *session);
void trial_clear (Trial *trial);
/* Remembers the first one.                                                 */
void trial_fault (Trial *trial, const char *format, ...)
  G_GNUC_PRINTF (2, 3);
/* Looks for secrets; len -1: strlen.  `where` is static.                   */
void trial_look (Trial *trial, const char *where, const char *text,
                 gssize len);

/* trial-host.c: the services, watched.  One trial a process at a time.     */
extern const struct md_host trial_host;
void trial_host_watch (Trial *trial);

/* ---- compare.c --------------------------------------------------------- */

/* Every interval that `trial` covered holds exactly the rows that `whole`
 * has there.  NULL or why not.  (transfer full)                            */
char *compare_covered (const Trial *whole, const Trial *trial);
/* Both covered all, with the same rows.                                    */
char *compare_whole (const Trial *whole, const Trial *trial);

/* ---- child.c: a check in a process of its own -------------------------- */

typedef ConformVerdict (*CheckFn) (const Subject *subject, char **ret_why);

/* In the child: what is tried from now on, for the report of a crash.      */
void check_at (const char *format, ...) G_GNUC_PRINTF (1, 2);
/* Runs it; *ret_why NULL when there is nothing to say.                     */
ConformVerdict child_run (const ConformInput *input, CheckFn check,
                          char **ret_why);
/* Sets *ret_why; always FAIL.                                              */
ConformVerdict check_failed (char **ret_why, const char *format, ...)
  G_GNUC_PRINTF (2, 3);
ConformVerdict check_skipped (char **ret_why, const char *format, ...)
  G_GNUC_PRINTF (2, 3);

/* ---- faults.c ----------------------------------------------------------- */

typedef struct {
  const char *name, *title;  /* "empty", "an empty answer"                  */
  const int *classes;        /* that are right, ends with 0                 */
  gboolean may_reject;       /* single rows may be set aside instead        */
} Fault;
extern const Fault faults[]; /* ends with name NULL                         */

/* How many exchanges the recording has; -1 with an error.                  */
gint fault_count (const char *recording, GError **error);
/* Writes a copy whose exchange `at` (from 0) has the fault to `path`; FALSE
 * without error when that answer cannot have it.                           */
gboolean fault_write (const char *recording, guint at, const Fault *fault,
                      const char *path, GError **error);

/* ---- conform.c ---------------------------------------------------------- */

gboolean conform_is_check (const char *name);

/* ---- the checks --------------------------------------------------------- */

ConformVerdict check_keys (const Subject *subject, char **ret_why);
ConformVerdict check_odd_values (const Subject *subject, char **ret_why);
ConformVerdict check_secrets (const Subject *subject, char **ret_why);
ConformVerdict check_open_close (const Subject *subject, char **ret_why);
ConformVerdict check_sessions (const Subject *subject, char **ret_why);
ConformVerdict check_rows (const Subject *subject, char **ret_why);
ConformVerdict check_twice (const Subject *subject, char **ret_why);
ConformVerdict check_chunks (const Subject *subject, char **ret_why);
ConformVerdict check_clocks (const Subject *subject, char **ret_why);
ConformVerdict check_cancel (const Subject *subject, char **ret_why);
ConformVerdict check_faults (const Subject *subject, char **ret_why);
