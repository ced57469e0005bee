/* SPDX-License-Identifier: Apache-2.0
 *
 * rules.h - the row rules, on the columns of one series.
 *
 * docs/architecture.md, "Planning and policies", lists every rule, its
 * reason text and the score.  Works on blocks of rows, one pass a column,
 * and looks at single rows only where a block has a fault.
 */
#pragma once

#include "config/job.h"
#include "data/columns.h"
#include "store/store.h"

typedef struct {
  const struct md_offer *offer;
  const struct md_table *table;
  const QualityPolicy *quality;
  const char *instrument;  /* for the dead letters; or NULL                 */
  md_time from, to;        /* the range of the fetch; both 0 = not judged   */
  md_time now;
} RuleInput;

/* What the score is made of; starts zeroed, adds up over the series of a
 * segment.  Rows that the provider rejected itself: add them to both `rows`
 * and `rejected`.                                                          */
typedef struct {
  guint64 rows;            /* judged, including all of the following        */
  guint64 rejected;        /* became dead letters                           */
  guint64 duplicates;      /* identical to another row, dropped             */
  guint64 moves;           /* kept, but moved by more than max_move         */
  md_time worst_at;        /* the largest of those moves, MD_ABSENT if none */
  double worst_move;       /* 0.25 = 25 %                                   */
} RuleScore;

void rule_score_init (RuleScore *score);
void rule_score_add (RuleScore *into, const RuleScore *score);
/* 0..1.                                                                    */
double rule_score (const RuleScore *score);
/* rule_score >= min_score.                                                 */
gboolean rule_score_passes (const RuleScore *score,
                            const QualityPolicy *quality);

/* Removes broken rows and identical duplicates from columns (sorted by time,
 * equal times in the vendor's order) and appends a DeadLetter with all the
 * reasons for each broken row to `dead`.  Sets of a letter: instrument, ts,
 * at, reasons, raw; the caller adds run, job and ask.                      */
void rules_apply (const RuleInput *input, Columns *columns, GPtrArray *dead,
                  RuleScore *score);
