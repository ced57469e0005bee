/* SPDX-License-Identifier: Apache-2.0
 *
 * replay.h - a dead letter's second chance.
 */
#pragma once

#include "config/job.h"
#include "plugin/plugin.h"
#include "store/store.h"

typedef struct {
  Store *store;                 /* open for writing                         */
  const Plugin *plugin;         /* of the letter's provider                 */
  const QualityPolicy *quality; /* that the row is judged by                */
  const DeadLetter *letter;
  const char *row;              /* a repaired row as JSON, or NULL: as set  */
                                /*   aside                                  */
} ReplayInput;

/* Judges the letter's row again, commits it and removes the letter; a
 * quarantined segment is committed as it was fetched, however much it shrinks
 * what is held.  *ret_reasons is NULL when that was done, else what is still
 * broken, and nothing changed.  CORE_ERROR_DATA: the text is no row of the
 * schema (a vendor's own text never is).                                   */
gboolean engine_replay (const ReplayInput *input, char **ret_reasons,
                        GError **error);
