/* SPDX-License-Identifier: Apache-2.0
 *
 * spans.h - sets of half-open time intervals and their arithmetic: want
 * minus have.  A set is a GArray of Span, sorted, disjoint, never touching.
 */
#pragma once

#include <glib.h>
#include <mdcore.h>

typedef struct {
  md_time from, to; /* [from, to), from < to                                */
} Span;

GArray *spans_new (void);
void spans_add (GArray *spans, md_time from, md_time to);
void spans_remove (GArray *spans, md_time from, md_time to);
GArray *spans_subtract (const GArray *a, const GArray *b); /* (transfer full) */
GArray *spans_intersect (const GArray *a, const GArray *b);
gboolean spans_contain (const GArray *spans, md_time from, md_time to);
gint64 spans_total (const GArray *spans); /* ns, saturating                 */
