/* SPDX-License-Identifier: Apache-2.0
 *
 * progress.h - what a long command shows while it works: one line that
 * rewrites itself when stderr is a terminal, else a log line every 30 s.
 */
#pragma once

#include <glib.h>

typedef struct Progress Progress;

typedef struct {
  double fraction;         /* 0..1 of the work, negative = unknown          */
  guint64 done, total;     /* chunks; total 0 = unknown                     */
  guint64 rows;
  const char *waiting;     /* "rate limit, 12 s", or NULL                   */
} ProgressState;

/* what: "us-minutes".  quiet shows nothing.  One at a time.                */
Progress *progress_new (const char *what, gboolean quiet);
/* As often as one likes, from any one thread at a time; shows 10 a second. */
void progress_update (Progress *progress, const ProgressState *state);
/* Removes the line.                                                        */
void progress_free (Progress *progress);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Progress, progress_free)

/* The line itself, at most `width` columns: bar, share, chunks, rows, rate,
 * time left, reason for waiting.  elapsed and rate of this run.
 * (transfer full)                                                          */
char *progress_render (const char *what, const ProgressState *state,
                       gint64 elapsed_ns, double rows_per_second,
                       guint width);
