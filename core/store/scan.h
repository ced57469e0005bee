/* SPDX-License-Identifier: Apache-2.0
 *
 * scan.h - rows of one series, as they are or as they were at a commit.
 */
#pragma once

#include "catalogue.h"

#define BOUND_NOW G_MAXUINT64

/* Calls for each block's worth of rows in [from, to).                      */
gboolean scan_rows (const View *view, const SeriesInfo *info,
                    const Series *series, md_time from, md_time to,
                    guint64 bound, RowsVisit visit, gpointer data,
                    GError **error);
