/* SPDX-License-Identifier: Apache-2.0
 *
 * compare.c - whether two trials brought the same rows.
 */
#include "private.h"

#include "data/interval.h"

#include <string.h>

static int
by_text (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

/* The rows of this interval, sorted: the order between symbols is free.
 * (transfer container)                                                     */
static GPtrArray *
rows_in (const Trial *trial, const TrialCovered *in)
{
  GPtrArray *found = g_ptr_array_new ();

  for (guint i = 0; i < trial->rows->len; i++) {
    const TrialRow *row = g_ptr_array_index (trial->rows, i);

    if (row->ask == in->ask && row->ts >= in->from && row->ts < in->to
        && strcmp (row->selector, in->selector) == 0)
      g_ptr_array_add (found, row->text);
  }
  g_ptr_array_sort (found, by_text);
  return found;
}

static char *
tell (const TrialCovered *in, const char *what, const char *row)
{
  char from[TIME_TEXT_SIZE], to[TIME_TEXT_SIZE];

  time_format (in->from, from);
  time_format (in->to, to);
  return g_strdup_printf ("%s from %s to %s: %s %s", in->selector, from, to,
                          what, row);
}

/* Both sorted; NULL or the first difference.                               */
static char *
first_difference (const TrialCovered *in, const GPtrArray *want,
                  const GPtrArray *got)
{
  for (guint i = 0; i < MAX (want->len, got->len); i++) {
    const char *a = i < want->len ? want->pdata[i] : NULL;
    const char *b = i < got->len ? got->pdata[i] : NULL;
    int order = a == NULL ? 1 : b == NULL ? -1 : strcmp (a, b);

    if (order < 0)
      return tell (in, "a row is missing:", a);
    if (order > 0)
      return tell (in, "a row is there that should not:", b);
  }
  return NULL;
}

char *
compare_covered (const Trial *whole, const Trial *trial)
{
  for (guint i = 0; i < trial->covered->len; i++) {
    const TrialCovered *in = g_ptr_array_index (trial->covered, i);
    g_autoptr (GPtrArray) want = rows_in (whole, in);
    g_autoptr (GPtrArray) got = rows_in (trial, in);
    char *why = first_difference (in, want, got);

    if (why != NULL)
      return why;
  }
  return NULL;
}

static gint64
covered_ns (const Trial *trial)
{
  gint64 sum = 0;

  for (guint i = 0; i < trial->covered->len; i++) {
    const TrialCovered *in = g_ptr_array_index (trial->covered, i);

    sum += in->to - in->from;
  }
  return sum;
}

char *
compare_whole (const Trial *whole, const Trial *trial)
{
  if (covered_ns (whole) != covered_ns (trial))
    return g_strdup ("not the same time was covered");
  return compare_covered (whole, trial);
}
