/* SPDX-License-Identifier: Apache-2.0
 *
 * time.h - civil time to nanoseconds and back, UTC only.  Pure.  [any]
 */
#ifndef MDCORE_SUPPORT_TIME_H
#define MDCORE_SUPPORT_TIME_H

#include <mdcore.h>

#ifdef __cplusplus
extern "C" {
#endif

/* "2020-02-17T07:23:16.353Z": date, 'T' or blank, time, up to 9 decimals
 * (more: false), then Z, +hh:mm or +hhmm; a bare date is midnight UTC.
 * A time without a zone is refused.  False: not such a text.               */
bool md_time_parse (const char *text, size_t len, md_time *ret_time);
/* "2020-02-17T07:23:16.353Z", as many decimals as needed; buf of 40.       */
size_t md_time_format (md_time t, char *buf);
/* Days since 1970-01-01 of a proleptic Gregorian date, and back.           */
int64_t md_days_from_civil (int64_t year, unsigned month, unsigned day);
void md_civil_from_days (int64_t days, int64_t *ret_year, unsigned *ret_month,
                         unsigned *ret_day);

/* Local wall clock of America/New_York ("2024-03-10 09:30:00") and other
 * fixed rule sets are the job of md_zone_*: see zone.h when a vendor sends
 * naive local labels.                                                      */

#ifdef __cplusplus
}
#endif

#endif
