/* SPDX-License-Identifier: Apache-2.0
 *
 * rules-private.h - the rules that apply to one series, looked up once.
 */
#pragma once

#include "rules.h"

/* At least as many as any record has rules (rules-check.c).                */
#define RULES_MOST 8

/* A price or quantity that must not be below `least`.                      */
typedef struct {
  const char *name;
  const gint64 *values;
  gint64 least;            /* 1: above 0; 0: not negative                   */
} LeastRule;

typedef struct {
  const char *name;
  const double *values;
  double least, most;
} RangeRule;

typedef struct {
  const RuleInput *input;
  const Columns *columns;
  const gint64 *ts;
  const gint64 *open, *high, *low, *close; /* bars, NULL otherwise          */
  gboolean on_grid;        /* bars of up to an hour                         */
  gint64 step;             /* its step if it runs through from 1970, or 0   */
  GPtrArray *required;     /* of Column                                     */
  LeastRule least[RULES_MOST];
  RangeRule ranges[RULES_MOST];
  guint n_least, n_ranges;
} Rules;

void rules_prepare (Rules *rules, const RuleInput *input,
                    const Columns *columns);
void rules_clear (Rules *rules);
/* Whether rows [first, first + n) may have a fault; never misses one.      */
gboolean rules_block_is_suspect (const Rules *rules, gsize first, gsize n);
/* Appends the reasons of one row, joined by "; ".                          */
void rules_explain (const Rules *rules, gsize row, GString *reasons);
