/* SPDX-License-Identifier: Apache-2.0
 *
 * calendar.h - when a market trades: from a dated text file, one a market.
 *
 * A file knows a range of local days, the hours of their weekdays, and the
 * days that differ.  What it does not know it calls unknown: nothing is
 * guessed.  docs/calendars.md describes the files.  Pure once loaded; every
 * function but the loading ones may be called from any thread.
 */
#pragma once

#include <glib.h>
#include <mdcore.h>

typedef enum {
  MARKET_UNKNOWN = 0,      /* no calendar says anything                     */
  MARKET_OPEN, MARKET_CLOSED
} MarketHours;

typedef enum {
  DAY_UNKNOWN = 0, DAY_OPEN = 10, DAY_HALF = 20, DAY_CLOSED = 30
} DayKind;

/* One local day of a market, times in UTC.  A session that begins the evening
 * before belongs to the day on which it ends.                              */
typedef struct {
  gint64 day;              /* counted from 1970-01-01                       */
  DayKind kind;
  md_time open, close;     /* regular hours; MD_ABSENT unless open or half  */
  md_time first, last;     /* the widest hours in which there may be data:  */
                           /*   extended hours, or all that is unknown;     */
                           /*   MD_ABSENT when closed                       */
  const char *reason;      /* "Good Friday", or NULL; borrowed              */
} MarketDay;

typedef struct Calendar Calendar;

/* ---- files (load.c, find.c) ------------------------------------------ */

/* Parses a file's text; `path` is for messages, "PATH:LINE: ...".
 * CORE_ERROR_USAGE.  (transfer full)                                       */
Calendar *calendar_parse (const char *text, gsize len, const char *path,
                          GError **error);
void calendar_free (Calendar *calendar);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Calendar, calendar_free)

/* The calendar of that name, read once: the user's file, else the one that
 * comes with mdcore.  CORE_ERROR_USAGE names the known ones.  Borrowed, lives
 * as long as the program.  [any]                                           */
const Calendar *calendar_find (const char *name, GError **error);
/* There is no file of that name.                                           */
gboolean calendar_is_missing (const char *name);

/* "2024-07-04" -> the day counted from 1970.                               */
gboolean calendar_parse_day (const char *text, gint64 *ret_day);

/* ---- what it is ------------------------------------------------------ */

const char *calendar_path (const Calendar *calendar);
const char *calendar_zone (const Calendar *calendar); /* never NULL         */
const char *calendar_title (const Calendar *calendar); /* first comment     */
const char *calendar_date (const Calendar *calendar);  /* written on        */
const GPtrArray *calendar_sources (const Calendar *calendar); /* of char *  */
/* Days that it knows, [*ret_from, *ret_to); G_MAXINT64 = for ever.         */
void calendar_known (const Calendar *calendar, gint64 *ret_from,
                     gint64 *ret_to);

/* ---- what it says ---------------------------------------------------- */

MarketDay calendar_day (const Calendar *calendar, gint64 day);
/* The local day that holds t.                                              */
gint64 calendar_day_of (const Calendar *calendar, md_time t);

/* What the market's clock shows: "09:30"; "eve 17:00" on the day before `day`,
 * "24:00" at its end.  (transfer full)                                     */
char *calendar_clock (const char *zone, gint64 day, md_time t);

/* Below, `daily` is for intervals of a day or more: they belong to sessions,
 * and early and late hours do not count.                                   */

/* Whether something should have happened in [from, to).  Open: a part of it
 * is regular hours; daily: a session ends in it.  Closed: no part of it is
 * known or possible trading time.                                          */
MarketHours calendar_judge (const Calendar *calendar, gboolean daily,
                            md_time from, md_time to);
/* The latest time, t at most, that directly follows possible trading time. */
md_time calendar_last (const Calendar *calendar, gboolean daily, md_time t);
/* The earliest time, t at least, at which there may be trading; daily: the
 * last moment of the next session, which its bar holds.                    */
md_time calendar_next (const Calendar *calendar, gboolean daily, md_time t);
/* The same for the offers of an interval: is it daily?                     */
gboolean calendar_is_daily (const struct md_interval *interval);
