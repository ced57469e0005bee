/* SPDX-License-Identifier: Apache-2.0
 *
 * chart.c - a small area chart for a terminal.
 */
#include "chart.h"

#include <math.h>

#define PARTS 8 /* of one character cell, in height                         */

static const char *const blocks[PARTS + 1] = {
  " ", "\u2581", "\u2582", "\u2583", "\u2584", "\u2585", "\u2586", "\u2587",
  "\u2588"
};
static const char *const letters[PARTS + 1] = {
  " ", ".", ".", ".", ":", ":", ":", "#", "#"
};

/* The mean of the values that fall into one column.                        */
static double
column_value (const double *values, gsize n, guint column, guint width)
{
  gsize from = n * column / width, to = n * (column + 1) / width, count = 0;
  double sum = 0;

  for (gsize i = from; i < MAX (to, from + 1) && i < n; i++) {
    if (!isnan (values[i])) {
      sum += values[i];
      count++;
    }
  }
  return count > 0 ? sum / (double) count : NAN;
}

/* Heights in parts of a cell, at least 1 where there is a value.           */
static guint *
column_heights (const double *values, gsize n, guint width, guint height)
{
  guint *heights = g_new0 (guint, width);
  g_autofree double *columns = g_new (double, width);
  double low = INFINITY, high = -INFINITY;

  for (guint i = 0; i < width; i++) {
    columns[i] = column_value (values, n, i, width);
    low = fmin (low, columns[i]);
    high = fmax (high, columns[i]);
  }
  for (guint i = 0; i < width; i++) {
    double share = high > low ? (columns[i] - low) / (high - low) : 0.5;

    if (!isnan (columns[i]))
      heights[i] = 1 + (guint) (share * (PARTS * height - 1));
  }
  return heights;
}

char *
chart_render (const double *values, gsize n, guint width, guint height,
              gboolean unicode)
{
  g_autofree guint *heights = column_heights (values, n, width, height);
  const char *const *cells = unicode ? blocks : letters;
  GString *text = g_string_new (NULL);

  for (guint line = height; line-- > 0;) {
    for (guint i = 0; i < width; i++) {
      guint base = line * PARTS;
      guint part = heights[i] > base ? MIN (heights[i] - base, PARTS) : 0;

      g_string_append (text, cells[part]);
    }
    g_string_append_c (text, '\n');
  }
  return g_string_free (text, FALSE);
}
