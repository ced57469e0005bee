/* SPDX-License-Identifier: Apache-2.0
 *
 * spans.c - sets of half-open time intervals.
 */
#include "spans.h"

GArray *
spans_new (void)
{
  return g_array_new (FALSE, FALSE, sizeof (Span));
}

static const Span *
span_at (const GArray *spans, gsize i)
{
  return &g_array_index (spans, Span, i);
}

/* First span that ends at or after t (`touching`), or after t.             */
static guint
first_ending (const GArray *spans, md_time t, gboolean touching)
{
  guint low = 0, high = spans->len;

  while (low < high) {
    guint middle = low + (high - low) / 2;
    md_time to = span_at (spans, middle)->to;

    if (to < t || (to == t && !touching))
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

void
spans_add (GArray *spans, md_time from, md_time to)
{
  Span span = { from, to };
  guint first, next;

  if (from >= to)
    return;
  first = next = first_ending (spans, from, TRUE);
  for (; next < spans->len && span_at (spans, next)->from <= to; next++) {
    span.from = MIN (span.from, span_at (spans, next)->from);
    span.to = MAX (span.to, span_at (spans, next)->to);
  }
  if (first == next) {
    g_array_insert_val (spans, first, span);
    return;
  }
  g_array_index (spans, Span, first) = span;
  if (next - first > 1)
    g_array_remove_range (spans, first + 1, next - first - 1);
}

void
spans_remove (GArray *spans, md_time from, md_time to)
{
  guint first, next;
  Span left, right;

  if (from >= to)
    return;
  first = next = first_ending (spans, from, FALSE);
  while (next < spans->len && span_at (spans, next)->from < to)
    next++;
  if (first == next)
    return;
  left = (Span) { span_at (spans, first)->from, from };
  right = (Span) { to, span_at (spans, next - 1)->to };
  g_array_remove_range (spans, first, next - first);
  if (right.from < right.to)
    g_array_insert_val (spans, first, right);
  if (left.from < left.to)
    g_array_insert_val (spans, first, left);
}

GArray *
spans_intersect (const GArray *a, const GArray *b)
{
  GArray *both = spans_new ();
  guint i = 0, j = 0;

  while (i < a->len && j < b->len) {
    const Span *x = span_at (a, i), *y = span_at (b, j);
    Span span = { MAX (x->from, y->from), MIN (x->to, y->to) };

    if (span.from < span.to)
      g_array_append_val (both, span);
    if (x->to < y->to)
      i++;
    else
      j++;
  }
  return both;
}

GArray *
spans_subtract (const GArray *a, const GArray *b)
{
  GArray *left = spans_new ();
  guint j = 0;

  for (guint i = 0; i < a->len; i++) {
    Span span = *span_at (a, i);

    while (j < b->len && span_at (b, j)->to <= span.from)
      j++;
    for (guint k = j; k < b->len && span_at (b, k)->from < span.to; k++) {
      Span before = { span.from, span_at (b, k)->from };

      if (before.from < before.to)
        g_array_append_val (left, before);
      span.from = span_at (b, k)->to;
      if (span.from >= span.to)
        break;
    }
    if (span.from < span.to)
      g_array_append_val (left, span);
  }
  return left;
}

gboolean
spans_contain (const GArray *spans, md_time from, md_time to)
{
  guint i;

  if (from >= to)
    return TRUE;
  i = first_ending (spans, from, FALSE);
  return i < spans->len && span_at (spans, i)->from <= from
         && span_at (spans, i)->to >= to;
}

gint64
spans_total (const GArray *spans)
{
  gint64 total = 0, length;

  for (guint i = 0; i < spans->len; i++) {
    const Span *span = span_at (spans, i);

    if (__builtin_sub_overflow (span->to, span->from, &length)
        || __builtin_add_overflow (total, length, &total))
      return G_MAXINT64;
  }
  return total;
}
