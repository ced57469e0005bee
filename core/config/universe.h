/* SPDX-License-Identifier: Apache-2.0
 *
 * universe.h - lists of symbols in files: where they are, what they say, and
 * how one is made anew from a page of the web.
 *
 * A universe is a symbol a line with comment lines before them, of which
 * "# date: 2025-01-31" says as of when it is, and "# page: URL" and
 * "# column: HEADING" where a new one comes from.
 */
#pragma once

#include <glib.h>

typedef struct {
  char *path;
  char *date, *page, *column; /* NULL without such a line                   */
  GPtrArray *symbols;         /* of char *, in order, each once             */
} Universe;

void universe_free (Universe *universe);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Universe, universe_free)

/* Any list of symbols.  CORE_ERROR_USAGE with file and line.               */
Universe *universe_read (const char *path, GError **error);
/* "sp500"; the user's own before the shipped one.  CORE_ERROR_USAGE names the
 * known ones; without its date it is refused.                              */
Universe *universe_open (const char *name, GError **error);
/* Of all folders, sorted.  (transfer full)                                 */
char **universe_names (void);
/* Where the user's own of this name is or would be.  (transfer full)       */
char *universe_own_path (const char *name);
/* The file of a list with today's date and these symbols.  (transfer full) */
char *universe_text (const Universe *universe, const char *date,
                     const char *source, const GPtrArray *symbols);

/* ---- a new list ------------------------------------------------------ */

/* The cells below the heading `column` of the one table of an HTML page that
 * has it, as they stand: trimmed, without footnotes.  CORE_ERROR_DATA when
 * the page is cut, when no table or several have the heading, or when a row
 * has not as many cells as the headings.  (transfer full; of char *)       */
GPtrArray *page_read_column (const char *html, gsize len, const char *column,
                             GError **error);

typedef struct {
  guint at_least;       /* symbols; 0: nine tenths of the old list          */
  double max_change;    /* share of the old list added, or removed          */
} RefreshLimits;

typedef struct {
  GPtrArray *added, *removed; /* of char *, own                             */
} RefreshDiff;
void refresh_diff_clear (RefreshDiff *diff);

/* Whether these symbols may take the place of the old list: CORE_ERROR_DATA
 * when one is malformed, one comes twice, they are too few or too different. */
gboolean refresh_judge (const Universe *old, const GPtrArray *symbols,
                        const RefreshLimits *limits, RefreshDiff *ret_diff,
                        GError **error);
