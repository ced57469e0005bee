/* SPDX-License-Identifier: Apache-2.0
 *
 * plan-totals.c - a plan's chunks in the order of work, and the calls and the
 * time that they take.
 */
#include "limits.h"
#include "plan.h"

#include <math.h>

/* Corporate actions first: they make earlier answers of adjusted datasets
 * stale, and what is asked after them is not asked twice.                  */
static gint
compare_chunks (const Chunk *x, const Chunk *y)
{
  gboolean x_first = x->offer->record == MD_ACTION;
  gboolean y_first = y->offer->record == MD_ACTION;

  if (x_first != y_first)
    return x_first ? -1 : 1;
  return (x->from > y->from) - (x->from < y->from);
}

static gint
compare_places (gconstpointer a, gconstpointer b, gpointer data)
{
  return compare_chunks (*(Chunk *const *) a, *(Chunk *const *) b);
}

/* Most plans are one block, which is in order.                             */
static void
sort_chunks (GPtrArray *chunks)
{
  guint i = 1;

  while (i < chunks->len
         && compare_chunks (chunks->pdata[i - 1], chunks->pdata[i]) <= 0)
    i++;
  if (i < chunks->len)
    g_ptr_array_sort_with_data (chunks, compare_places, NULL);
}

/* Whether it takes as many calls: neighbours are the same for other symbols. */
static gboolean
is_alike (const Chunk *a, const Chunk *b)
{
  return a->from == b->from && a->to == b->to && a->offer == b->offer
         && a->selector == b->selector && a->symbols->len == b->symbols->len;
}

static gint64
time_of_calls (const RateLimit *rate, double per_day, guint64 calls)
{
  double after_burst = MAX ((double) calls - rate->burst, 0);
  double days = per_day > 0 ? ceil ((double) calls / per_day) - 1 : 0;
  gint64 ns = 0;

  if (rate->per_second > 0)
    ns = MIN (after_burst / rate->per_second * MD_SECOND, 9e18);
  return MAX (ns, MIN (days * MD_DAY, 9e18));
}

static void
count_calls (const EngineInput *input, Plan *plan)
{
  RateLimit rate = limits_of (input, NULL);
  double per_day = limits_per_day (input);
  guint64 min = 0, max = 0;

  for (guint i = 0; i < plan->chunks->len; i++) {
    const Chunk *chunk = plan->chunks->pdata[i];

    if (i == 0 || !is_alike (chunk, plan->chunks->pdata[i - 1]))
      plan_calls (chunk, &min, &max);
    plan->calls_min += min;
    plan->calls_max = max == G_MAXUINT64 || plan->calls_max > G_MAXINT64
                        ? G_MAXUINT64 : plan->calls_max + max;
  }
  plan->limit_ns = time_of_calls (&rate, per_day, plan->calls_min);
  plan->limit_max_ns = plan->calls_max == G_MAXUINT64
                         ? MD_ABSENT
                         : time_of_calls (&rate, per_day, plan->calls_max);
}

void
plan_finish (Plan *plan, const EngineInput *input)
{
  sort_chunks (plan->chunks);
  count_calls (input, plan);
}
