/* SPDX-License-Identifier: Apache-2.0
 *
 * conform.h - whether a provider keeps the rules that the engine trusts.
 *
 * Each check runs in a process of its own, so that a crash and a hang are
 * results like others.
 */
#pragma once

#include "data/error.h"

typedef struct {
  const char *path;          /* the plugin's file                           */
  const char *plugin_path;   /* --plugin-path, or NULL                      */
  const char *job;           /* file that says what is asked, or NULL: the  */
                             /*   plugin's example, else its first offer    */
  const char *const *sets;   /* --set, or NULL                              */
  const char *recording;     /* of that job's run, or NULL                  */
  gint64 timeout;            /* ns without news until a check hangs         */
  GHashTable *quirks;        /* name of a check -> reason; or NULL          */
} ConformInput;

typedef enum {
  CONFORM_PASS, CONFORM_SKIP, CONFORM_WAIVED, CONFORM_FAIL
} ConformVerdict;

typedef struct {
  const char *name;          /* "rows"                                      */
  const char *promise;       /* what holds when it passes                   */
  ConformVerdict verdict;
  char *text;                /* why not, or NULL                            */
} ConformResult;

/* Of ConformResult, in the order of the checks.  Must be called while the
 * process has one thread.  (transfer full)                                 */
GPtrArray *conform_run (const ConformInput *input);
/* "pass", "skip", "waived", "fail".                                        */
const char *conform_verdict_name (ConformVerdict verdict);

/* A file of lines "CHECK: reason", # begins a comment.  CORE_ERROR_USAGE
 * with file and line.  (transfer full)                                     */
GHashTable *conform_quirks_load (const char *path, GError **error);
