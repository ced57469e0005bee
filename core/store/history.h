/* SPDX-License-Identifier: Apache-2.0
 *
 * history.h - rows as they were before a commit replaced them.
 *
 * The unit is a *group*: all rows of one series with the same time, in their
 * order.  When a commit changes a group, the group as it was goes to history
 * whole, under the number of that commit.  So the state at commit T is: per
 * time, the group of the smallest history number above T, else the current
 * one, of either only the rows whose own commit is not above T.  That is
 * exact, the order of equal times included.  A group that only grew at its
 * end or between needs no copy: leaving out the newer rows gives it back.
 */
#pragma once

#include "catalogue.h"

typedef struct {
  Columns *before;  /* whole groups with their commits, or NULL             */
  GArray *added;    /* md_time, sorted: rows came where there had been an   */
                    /*   answer before, and `before` has no such group      */
} HistoryValue;

void history_value_init (HistoryValue *value);
void history_value_clear (HistoryValue *value);
gboolean history_value_is_empty (const HistoryValue *value);
/* All of one bucket.                                                       */
void history_stage (Stage *stage, const Series *series, guint64 commit,
                    const HistoryValue *value);
gboolean history_unpack (const char *path, const Series *series,
                         const void *bytes, gsize len,
                         HistoryValue *ret_value, GError **error);

/* Runs of equal commits, for block_seal.  (transfer full)                  */
CommitRun *history_commit_runs (const guint64 *commits, gsize n,
                                gsize *ret_n_runs);

/* Per time the group that was valid at commit `bound`, where it is not the
 * current one.                                                             */
typedef struct {
  md_time ts;
  guint64 commit;          /* that superseded it                            */
  const Columns *rows;
  gsize first, n;
} PastGroup;
typedef struct {
  GArray *groups;          /* of PastGroup, sorted by time                  */
  GPtrArray *columns;      /* that own their rows                           */
} Past;

/* Of one bucket, [from, to).                                               */
gboolean past_load (const View *view, const Series *series, md_time from,
                    md_time to, guint64 bound, Past *ret_past, GError **error);
void past_clear (Past *past);
