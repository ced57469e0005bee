/* SPDX-License-Identifier: Apache-2.0
 *
 * interval.h - bar intervals in their zone: which bar holds a time, when it
 * ends; and text <-> time.
 */
#pragma once

#include <glib.h>
#include <mdcore.h>

/* Start of the bar that holds t, and of the one after it.  Days, weeks
 * (Monday) and months (the 1st) in the interval's zone with its anchor;
 * right across DST.  Hours and less count from UTC midnight, or with a zone
 * from the start of its day.  Several days or weeks count from 1970, several
 * months from January.  For ticks (count 0): t and t.  A zone that this
 * machine lacks counts as UTC: the loader refuses such offers.             */
md_time interval_floor (const struct md_interval *interval, md_time t);
md_time interval_next (const struct md_interval *interval, md_time t);
/* Nominal length in ns (a day 24 h, a month 30 days), 0 for ticks.         */
gint64 interval_nominal (const struct md_interval *interval);
/* "1m", "6h", "1d", "" for ticks.  (transfer full)                         */
char *interval_to_text (const struct md_interval *interval);

/* UTC of what the wall clock of an IANA zone (NULL = UTC) shows, in seconds
 * after midnight of a day counted from 1970; and the local day of a time.  A
 * reading that the clock shows twice is the first, one that it skips is
 * counted on from before.                                                  */
md_time zone_time (const char *zone, gint64 day, gint64 seconds);
gint64 zone_day (const char *zone, md_time t);
/* What the clock shows, in minutes after midnight.                         */
gint64 zone_minutes (const char *zone, md_time t);
/* Whether this machine knows it.                                           */
gboolean zone_is_known (const char *zone);

/* "2024-01-01", RFC 3339 with a zone, or integer ns; exact to the ns.      */
gboolean time_parse (const char *text, md_time *ret_time, GError **error);
/* RFC 3339 UTC, fraction only as long as needed; buf of TIME_TEXT_SIZE.    */
#define TIME_TEXT_SIZE 40
gsize time_format (md_time t, char *buf);
/* "90s", "15m", "3d", "1h30m" -> ns.                                       */
gboolean duration_parse (const char *text, gint64 *ret_ns, GError **error);
char *duration_format (gint64 ns); /* "1h 30m", for people                  */
