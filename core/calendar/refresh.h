/* SPDX-License-Identifier: Apache-2.0
 *
 * refresh.h - a calendar's file brought up to date with what a vendor says,
 * or the reason why not.  Pure.
 */
#pragma once

#include "calendar.h"

/* One day as a vendor reported it.                                         */
typedef struct {
  gint64 day;
  DayKind kind;            /* open, half or closed                          */
  md_time open, close;     /* MD_ABSENT where the vendor does not say       */
} ReportedDay;

typedef struct {
  const GArray *days;      /* of ReportedDay, ascending                     */
  const GArray *asked;     /* of Span: times that were asked and answered   */
  gint64 today;            /* local day; earlier ones are the past          */
  const GArray *accepted;  /* of gint64: days whose disagreement is taken   */
  const char *source;      /* "vendor dataset schema", for the file         */
  const char *date;        /* of the new file                               */
} Report;

/* The new text of the file whose text is `text`, the same when nothing
 * changes; what changes goes to `notes` (of char *).  Where open days are
 * reported, days that were asked and are not among them are closed, up to the
 * last one reported, and days after the known ones are added without a hole.
 * CORE_ERROR_DATA names the days when the past disagrees or a session of the
 * future would vanish.  (transfer full)                                    */
char *calendar_refresh (const Calendar *calendar, const char *text,
                        const Report *report, GPtrArray *notes,
                        GError **error);
