/* SPDX-License-Identifier: Apache-2.0
 *
 * progress.c - the progress line.
 */
#include "progress.h"
#include "log.h"
#include "terminal.h"

#include "data/clock.h"

#include <string.h>
#include <unistd.h>

#define REDRAW_EVERY (MD_SECOND / 10)
#define LOG_EVERY    (30 * MD_SECOND)
#define RATE_EVERY   MD_SECOND
#define BAR_CELLS    20

struct Progress {
  char *what;
  gboolean live, quiet;
  gint64 started, shown_at;  /* monotonic                                   */
  gint64 rate_at;
  guint64 rate_rows;
  double rate;               /* rows a second, smoothed; negative: none yet */
};

/* The line that log lines must go above: there is one terminal.  Guarded,
 * as log lines come from every thread.                                    */
static GMutex lock;
static char *shown_line;

static void
put (const char *text)
{
  gsize len = strlen (text);

  /* A progress line that cannot be shown is no reason to fail.            */
  if (write (STDERR_FILENO, text, len) != (gssize) len)
    return;
}

/* Locked from hide to show, or a redraw would get in between.             */
static void
hide_line (void)
{
  g_mutex_lock (&lock);
  if (shown_line != NULL)
    put ("\r\033[K");
}

static void
show_line (void)
{
  if (shown_line != NULL)
    put (shown_line);
  g_mutex_unlock (&lock);
}

static void
replace_line (char *line)
{
  g_autofree char *whole = line != NULL ? g_strconcat ("\r\033[K", line, NULL)
                                        : g_strdup ("\r\033[K");

  g_mutex_lock (&lock);
  g_free (shown_line);
  shown_line = line;
  put (whole);
  g_mutex_unlock (&lock);
}

/* "950", "1.2 k", "31 M": three digits say enough in passing.             */
static void
append_count (GString *out, double count)
{
  static const char units[] = " kMGT";
  gsize unit = 0;

  while (count >= 999.5 && unit < strlen (units) - 1) {
    count /= 1000;
    unit++;
  }
  g_string_append_printf (out, unit > 0 && count < 9.95 ? "%.1f" : "%.0f",
                          count);
  if (unit > 0)
    g_string_append_printf (out, " %c", units[unit]);
}

/* Unfinished work never claims 100 %; the sum is for shares such as 0.29,
 * which a double holds as a little less.                                   */
static int
percent (double fraction)
{
  return fraction >= 1 ? 100 : (int) (MAX (fraction, 0) * 100 + 1e-6);
}

static void
append_bar (GString *out, double fraction)
{
  int full = (int) (CLAMP (fraction, 0, 1) * BAR_CELLS);

  g_string_append (out, "  [");
  for (int i = 0; i < BAR_CELLS; i++)
    g_string_append_c (out, i < full ? '#' : '.');
  g_string_append_printf (out, "] %2d %%", percent (fraction));
}

static void
append_left (GString *out, double fraction, gint64 elapsed_ns)
{
  gint64 left;

  /* The first moments say nothing about the rest.                         */
  if (fraction < 0.01 || fraction >= 1 || elapsed_ns < MD_SECOND)
    return;
  left = (gint64) ((double) elapsed_ns * (1 - fraction) / fraction
                   / (double) MD_SECOND);
  if (left >= 3600)
    g_string_append_printf (out, "  ETA %d h %02d min", (int) (left / 3600),
                            (int) (left / 60 % 60));
  else if (left >= 60)
    g_string_append_printf (out, "  ETA %d min %02d s", (int) (left / 60),
                            (int) (left % 60));
  else
    g_string_append_printf (out, "  ETA %d s", (int) left);
}

static void
append_facts (GString *out, const ProgressState *state, gint64 elapsed_ns,
              double rate)
{
  if (state->total > 0)
    g_string_append_printf (out, "  %" G_GUINT64_FORMAT "/%" G_GUINT64_FORMAT
                            " chunks", state->done, state->total);
  g_string_append (out, "  ");
  append_count (out, (double) state->rows);
  g_string_append (out, " rows");
  if (rate >= 0) {
    g_string_append (out, "  ");
    append_count (out, rate);
    g_string_append (out, " rows/s");
  }
  append_left (out, state->fraction, elapsed_ns);
  if (state->waiting != NULL)
    g_string_append_printf (out, "  waiting: %s", state->waiting);
}

char *
progress_render (const char *what, const ProgressState *state,
                 gint64 elapsed_ns, double rows_per_second, guint width)
{
  GString *out = g_string_new (what);

  if (state->fraction >= 0)
    append_bar (out, state->fraction);
  append_facts (out, state, elapsed_ns, rows_per_second);
  /* A line that wraps could not be taken back.                            */
  if (g_utf8_strlen (out->str, -1) > (glong) width)
    g_string_truncate (out, (gsize) (g_utf8_offset_to_pointer (out->str, width)
                                     - out->str));
  return g_string_free (out, FALSE);
}

Progress *
progress_new (const char *what, gboolean quiet)
{
  Progress *progress = g_new0 (Progress, 1);

  progress->what = g_strdup (what);
  progress->quiet = quiet;
  progress->live = terminal_is_live ();
  progress->started = clock_monotonic ();
  progress->rate_at = progress->started;
  /* A terminal sees the first state at once, a log file after 30 s.       */
  progress->shown_at = progress->live ? G_MININT64 / 2 : progress->started;
  progress->rate = -1;
  if (progress->live && !quiet)
    log_set_progress (hide_line, show_line);
  return progress;
}

/* Smoothed, so that a page every few seconds does not make it jump.       */
static void
update_rate (Progress *progress, guint64 rows, gint64 now)
{
  gint64 span = now - progress->rate_at;
  double rate;

  if (span < RATE_EVERY)
    return;
  rate = (double) (rows - MIN (rows, progress->rate_rows)) * MD_SECOND
         / (double) span;
  progress->rate = progress->rate < 0 ? rate
                                      : 0.8 * progress->rate + 0.2 * rate;
  progress->rate_at = now;
  progress->rate_rows = rows;
}

void
progress_update (Progress *progress, const ProgressState *state)
{
  gint64 now = clock_monotonic ();
  gint64 every = progress->live ? REDRAW_EVERY : LOG_EVERY;

  update_rate (progress, state->rows, now);
  if (progress->quiet || now - progress->shown_at < every)
    return;
  progress->shown_at = now;
  if (progress->live) {
    replace_line (progress_render (progress->what, state,
                                   now - progress->started, progress->rate,
                                   terminal_width () - 1));
  } else {
    GString *facts = g_string_new (NULL);

    if (state->fraction >= 0)
      g_string_append_printf (facts, "%d %%", percent (state->fraction));
    append_facts (facts, state, now - progress->started, progress->rate);
    log_event (MD_LOG_INFO, "progress", "%s  %s", progress->what,
               g_strstrip (facts->str));
    g_string_free (facts, TRUE);
  }
}

void
progress_free (Progress *progress)
{
  if (progress == NULL)
    return;
  if (progress->live && !progress->quiet) {
    log_set_progress (NULL, NULL);
    replace_line (NULL);
  }
  g_free (progress->what);
  g_free (progress);
}
