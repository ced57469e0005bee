/* SPDX-License-Identifier: Apache-2.0
 *
 * merge.h - what becomes of the rows of one block when an answer covers a
 * part of it.
 */
#pragma once

#include "history.h"

typedef struct {
  guint64 added, changed, withdrawn, same;
} RowCounts;

typedef struct {
  const Columns *old;      /* the block, with commits                       */
  gsize from, to;          /* its rows in the answer's interval             */
  const Columns *now;      /* rows [first, end) are the answer              */
  gsize first, end;
  guint64 commit;
  gboolean append_only;
  const GArray *answered;  /* Span: where there had been an answer before   */
} MergeInput;

typedef struct {
  Columns *rows;           /* the whole block as it becomes; NULL when it   */
  guint64 *commits;        /*   stays as it is                              */
  HistoryValue history;
  RowCounts counts;
} MergeResult;

void merge_rows (const MergeInput *input, MergeResult *ret_result);
void merge_result_clear (MergeResult *result);
/* Notes the times of new rows [first, end) where there had been an answer. */
void merge_note_added (const GArray *answered, const Columns *now, gsize first,
                       gsize end, GArray *added);
