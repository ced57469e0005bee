/* SPDX-License-Identifier: Apache-2.0
 *
 * plan-want.c - want minus have.
 */
#include "entitlement.h"
#include "plan.h"

#include "data/interval.h"

/* Ticks are asked up to a whole minute, so that a second run within it finds
 * nothing to do.                                                           */
static const struct md_interval tick_grain = { 1, MD_UNIT_MINUTE };

static md_time
next_start (const struct md_interval *interval, md_time t)
{
  md_time start = interval_floor (interval, t);

  return start == t ? t : interval_next (interval, t);
}

static const struct md_interval *
grain_of (const struct md_offer *offer)
{
  return offer->interval.count > 0 ? &offer->interval : &tick_grain;
}

md_time
plan_next_final (const struct md_offer *offer, const Calendar *calendar,
                 md_time t, gint64 settle_ns)
{
  if (calendar != NULL)
    t = calendar_next (calendar, calendar_is_daily (&offer->interval), t);
  return interval_next (grain_of (offer), t) + settle_ns;
}

void
plan_range_heed (PlanRange *range, const struct md_offer *offer,
                 const Calendar *calendar)
{
  gboolean daily = calendar_is_daily (&offer->interval);
  md_time last;

  if (calendar == NULL || !range->held)
    return;
  last = next_start (grain_of (offer),
                     calendar_last (calendar, daily, range->to));
  if (range->from < range->to)
    range->to = MIN (range->to, MAX (last, range->from));
  range->next_final = plan_next_final (offer, calendar,
                                       MAX (range->to, range->from),
                                       offer->settle_ns);
}

PlanRange
plan_range (const struct md_offer *offer, md_time start, md_time end,
            md_time now)
{
  const struct md_interval *interval = &offer->interval;
  const struct md_interval *grain = grain_of (offer);
  /* Sessions are announced: those to come are as final as the past's.      */
  gboolean announced = offer->record == MD_SESSION && end != MD_ABSENT;
  md_time final = announced ? next_start (interval, end)
                            : interval_floor (grain, now - offer->settle_ns);
  PlanRange range = { .from = next_start (interval, start),
                      .to = final,
                      .next_final = MD_ABSENT };

  if (end != MD_ABSENT)
    range.to = MIN (final, next_start (interval, end));
  range.final = range.to;
  range.held = end == MD_ABSENT || final < end;
  if (range.held)
    range.next_final = plan_next_final (offer, NULL, MAX (final, range.from),
                                        offer->settle_ns);
  return range;
}

/* Whether what was asked there is known.                                   */
static gboolean
is_answered (const LedgerSpan *span)
{
  return span->state == LEDGER_COMPLETE || span->state == LEDGER_EMPTY;
}

/* Whether a plain run leaves this span alone.                              */
static gboolean
is_left_alone (const LedgerSpan *span, const PlanPolicy *policy)
{
  switch (span->state) {
  case LEDGER_COMPLETE:
  case LEDGER_EMPTY:
  case LEDGER_PRUNED:
    return TRUE;
  case LEDGER_UNAVAILABLE:
    return span->next_ask > policy->now
           && !entitlement_is_outdated (span->reason, policy->plan);
  case LEDGER_SUSPECT:
  case LEDGER_FAILED:
    return span->next_ask > policy->now;
  case LEDGER_STALE:
  case LEDGER_MISSING:
    break;
  }
  return FALSE;
}

static void
subtract_ledger (GArray *want, const PlanRange *range, const GArray *ledger,
                 const PlanPolicy *policy, GPtrArray *waiting)
{
  Span rest = { range->from, range->to };

  for (guint i = 0; ledger != NULL && i < ledger->len; i++) {
    LedgerSpan *span = &g_array_index (ledger, LedgerSpan, i);
    Span before = { rest.from, MIN (span->from, rest.to) };

    if (span->to <= rest.from || !is_left_alone (span, policy))
      continue;
    if (span->from >= rest.to)
      break;
    if (before.from < before.to)
      g_array_append_val (want, before);
    if (waiting != NULL && !is_answered (span))
      g_ptr_array_add (waiting, span);
    rest.from = span->to;
  }
  if (rest.from < rest.to)
    g_array_append_val (want, rest);
}

/* The recent past is re-asked where it is settled; what is suspect there has
 * a time of its own.                                                       */
static void
add_revised (GArray *want, const PlanRange *range, const GArray *ledger,
             md_time since)
{
  for (guint i = 0; ledger != NULL && i < ledger->len; i++) {
    const LedgerSpan *span = &g_array_index (ledger, LedgerSpan, i);

    if (is_answered (span))
      spans_add (want, MAX (MAX (span->from, since), range->from),
                 MIN (span->to, range->to));
  }
}

/* What the vendor has changed since it was asked.                          */
static void
add_changed (GArray *want, const PlanRange *range, const GArray *ledger,
             const PlanPolicy *policy)
{
  for (guint i = 0; ledger != NULL && i < ledger->len; i++) {
    const LedgerSpan *span = &g_array_index (ledger, LedgerSpan, i);

    for (guint k = 0; is_answered (span) && k < policy->changed->len; k++) {
      const Condition *one = policy->changed->pdata[k];

      if (one->changed != MD_ABSENT && one->changed > span->asked_at
          && g_strcmp0 (one->dataset, policy->dataset) == 0)
        spans_add (want, MAX (MAX (one->from, span->from), range->from),
                   MIN (MIN (one->to, span->to), range->to));
    }
  }
}

/* Moves the ends of each span to the next bar's start.  A bar belongs to the
 * span that its start lies in, so this neither adds nor loses one; what has
 * no bar's start in it vanishes.                                           */
static void
align (GArray *want, const struct md_interval *interval)
{
  guint kept = 0;

  if (interval->count == 0)
    return;
  for (guint i = 0; i < want->len; i++) {
    const Span *span = &g_array_index (want, Span, i);
    Span moved = { next_start (interval, span->from),
                   next_start (interval, span->to) };

    if (moved.from < moved.to)
      g_array_index (want, Span, kept++) = moved;
  }
  g_array_set_size (want, kept);
}

GArray *
plan_want (const struct md_offer *offer, const PlanRange *range,
           const GArray *ledger, const PlanPolicy *policy, GPtrArray *waiting)
{
  GArray *want = spans_new ();

  if (range->from >= range->to)
    return want;
  subtract_ledger (want, range, ledger, policy, waiting);
  if (policy->revise > 0)
    add_revised (want, range, ledger,
                 interval_floor (&offer->interval,
                                 policy->now - policy->revise));
  if (policy->changed != NULL)
    add_changed (want, range, ledger, policy);
  if (policy->refetch_from != MD_ABSENT && policy->refetch_to != MD_ABSENT)
    spans_add (want,
               MAX (range->from, interval_floor (&offer->interval,
                                                 policy->refetch_from)),
               MIN (range->to, policy->refetch_to));
  align (want, &offer->interval);
  return want;
}

md_time
plan_asked_at (const GArray *ledger, md_time from, md_time to)
{
  md_time oldest = MD_ABSENT;

  for (guint i = 0; ledger != NULL && i < ledger->len; i++) {
    const LedgerSpan *span = &g_array_index (ledger, LedgerSpan, i);

    if (span->from < to && span->to > from && is_answered (span))
      oldest = MIN (oldest, span->asked_at);
  }
  return oldest;
}
