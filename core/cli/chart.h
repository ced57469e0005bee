/* SPDX-License-Identifier: Apache-2.0
 *
 * chart.h - a small area chart for a terminal.
 */
#pragma once

#include <glib.h>

/* `height` lines of `width` columns between the least and the greatest of
 * the values (NaN = hole), each line ended; block characters, or ASCII where
 * unicode is FALSE.  (transfer full)                                       */
char *chart_render (const double *values, gsize n, guint width, guint height,
                    gboolean unicode);
