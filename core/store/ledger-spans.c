/* SPDX-License-Identifier: Apache-2.0
 *
 * ledger-spans.c - the arithmetic of the ledger: spans of states.
 */
#include "ledger.h"

#include "data/spans.h"

static const struct {
  LedgerState state;
  const char *name;
  gboolean is_settled;
} states[] = {
  { LEDGER_COMPLETE, "complete", TRUE },
  { LEDGER_EMPTY, "empty", TRUE },
  { LEDGER_SUSPECT, "suspect", FALSE },
  { LEDGER_STALE, "stale", FALSE },
  { LEDGER_FAILED, "failed", FALSE },
  { LEDGER_UNAVAILABLE, "unavailable", FALSE },
  { LEDGER_PRUNED, "pruned", TRUE }, /* asking again would undo the pruning */
  { LEDGER_MISSING, "missing", FALSE },
};

const char *
ledger_state_name (LedgerState state)
{
  for (gsize i = 0; i < G_N_ELEMENTS (states); i++) {
    if (states[i].state == state)
      return states[i].name;
  }
  return "unknown";
}

gboolean
ledger_state_settled (LedgerState state)
{
  for (gsize i = 0; i < G_N_ELEMENTS (states); i++) {
    if (states[i].state == state)
      return states[i].is_settled;
  }
  return FALSE;
}

/* ---- lists ----------------------------------------------------------- */

static void
span_clear (gpointer data)
{
  g_free (((LedgerSpan *) data)->reason);
}

GArray *
ledger_new (void)
{
  GArray *spans = g_array_new (FALSE, FALSE, sizeof (LedgerSpan));

  g_array_set_clear_func (spans, span_clear);
  return spans;
}

static const LedgerSpan *
span_at (const GArray *spans, gsize i)
{
  return &g_array_index (spans, LedgerSpan, i);
}

/* How often and when next is news only about what will be asked again.     */
static gboolean
says_the_same (const LedgerSpan *a, const LedgerSpan *b)
{
  return a->state == b->state && g_strcmp0 (a->reason, b->reason) == 0
         && (ledger_state_settled (a->state)
             || (a->asks == b->asks && a->next_ask == b->next_ask));
}

/* Appends a copy; a neighbour that says the same grows instead.            */
static void
append (GArray *spans, const LedgerSpan *span, md_time from, md_time to)
{
  LedgerSpan copy = *span;
  LedgerSpan *last = spans->len > 0
    ? &g_array_index (spans, LedgerSpan, spans->len - 1) : NULL;

  if (from >= to)
    return;
  if (last != NULL && last->to == from && says_the_same (last, span)) {
    last->to = to;
    last->asks = MAX (last->asks, span->asks);
    last->asked_at = MAX (last->asked_at, span->asked_at);
    last->commit = MAX (last->commit, span->commit);
    return;
  }
  copy.from = from;
  copy.to = to;
  copy.reason = g_strdup (span->reason);
  g_array_append_val (spans, copy);
}

static gboolean
same_lists (const GArray *a, const GArray *b)
{
  if (a->len != b->len)
    return FALSE;
  for (gsize i = 0; i < a->len; i++) {
    const LedgerSpan *x = span_at (a, i), *y = span_at (b, i);

    if (x->from != y->from || x->to != y->to || !says_the_same (x, y))
      return FALSE;
  }
  return TRUE;
}

/* ---- changing -------------------------------------------------------- */

/* What becomes of one piece: `old` is NULL in a gap.  FALSE leaves it.     */
typedef gboolean (*PieceFn) (const LedgerSpan *old, const LedgerSpan *news,
                             LedgerSpan *ret_piece);

static void
put_piece (GArray *to, const LedgerSpan *old, const LedgerSpan *news,
           PieceFn change, md_time piece_from, md_time piece_to)
{
  LedgerSpan piece = *news;

  if (change (old, news, &piece))
    append (to, &piece, piece_from, piece_to);
  else if (old != NULL)
    append (to, old, piece_from, piece_to);
}

static GArray *
change_pieces (const GArray *spans, const LedgerSpan *news, PieceFn change,
               gboolean *ret_changed)
{
  GArray *result = ledger_new ();
  md_time at = news->from; /* up to here [from, to) is done                 */

  for (gsize i = 0; i < spans->len; i++) {
    const LedgerSpan *old = span_at (spans, i);
    md_time from = MAX (old->from, news->from);
    md_time to = MIN (old->to, news->to);
    md_time gap_to = CLAMP (old->from, at, news->to);

    append (result, old, old->from, MIN (old->to, news->from));
    put_piece (result, NULL, news, change, at, gap_to);
    at = gap_to;
    if (from < to) {
      put_piece (result, old, news, change, from, to);
      at = to;
    }
    append (result, old, MAX (old->from, news->to), old->to);
  }
  put_piece (result, NULL, news, change, at, news->to);
  *ret_changed = !same_lists (spans, result);
  return result;
}

static void
count_ask (const LedgerSpan *old, const LedgerSpan *news, LedgerSpan *piece)
{
  if (news->asks == 0)
    piece->asks = old != NULL ? old->asks + 1 : 1;
}

static gboolean
answer_piece (const LedgerSpan *old, const LedgerSpan *news,
              LedgerSpan *ret_piece)
{
  count_ask (old, news, ret_piece);
  if (old == NULL || ledger_state_settled (news->state))
    return TRUE;
  if (ledger_state_settled (old->state))
    return FALSE;
  if (old->state == LEDGER_STALE)
    ret_piece->state = LEDGER_STALE; /* rows are held all the same          */
  return TRUE;
}

static gboolean
overwrite_piece (const LedgerSpan *old, const LedgerSpan *news,
                 LedgerSpan *ret_piece)
{
  count_ask (old, news, ret_piece);
  return TRUE;
}

/* Not an answer: nothing was asked.                                        */
static gboolean
mark_piece (const LedgerSpan *old, const LedgerSpan *news,
            LedgerSpan *ret_piece)
{
  ret_piece->asks = old != NULL ? old->asks : 0;
  ret_piece->asked_at = old != NULL ? old->asked_at : 0;
  ret_piece->commit = old != NULL ? old->commit : 0;
  return TRUE;
}

/* What is empty may go stale, but there is nothing of it to prune; what is
 * pruned stays so until it is asked for by name.                           */
static gboolean
mark_held_piece (const LedgerSpan *old, const LedgerSpan *news,
                 LedgerSpan *ret_piece)
{
  return old != NULL
         && (old->state == LEDGER_COMPLETE || old->state == LEDGER_STALE
             || (old->state == LEDGER_EMPTY && news->state == LEDGER_STALE))
         && mark_piece (old, news, ret_piece);
}

GArray *
ledger_answer (const GArray *spans, const LedgerSpan *news,
               gboolean *ret_changed)
{
  return change_pieces (spans, news, answer_piece, ret_changed);
}

GArray *
ledger_overwrite (const GArray *spans, const LedgerSpan *news,
                  gboolean *ret_changed)
{
  return change_pieces (spans, news, overwrite_piece, ret_changed);
}

GArray *
ledger_mark (const GArray *spans, const LedgerSpan *news,
             gboolean *ret_changed)
{
  gboolean is_of_held = news->state == LEDGER_STALE
                        || news->state == LEDGER_PRUNED;

  return change_pieces (spans, news, is_of_held ? mark_held_piece : mark_piece,
                        ret_changed);
}

GArray *
ledger_answered (const GArray *spans, md_time from, md_time to)
{
  GArray *answered = spans_new ();

  for (gsize i = 0; i < spans->len; i++) {
    const LedgerSpan *span = span_at (spans, i);

    if ((ledger_state_settled (span->state) || span->state == LEDGER_STALE)
        && MAX (span->from, from) < MIN (span->to, to))
      spans_add (answered, MAX (span->from, from), MIN (span->to, to));
  }
  return answered;
}
