/* SPDX-License-Identifier: Apache-2.0
 *
 * calendar-text.h - days of a calendar for people.
 */
#pragma once

#include "calendar/calendar.h"

#include <jansson.h>

const char *day_kind_name (DayKind kind);
/* "2024-07-04", "for ever" for G_MAXINT64.  (transfer full)                */
char *out_day (gint64 day);
/* "2024-07-04 Thu".  (transfer full)                                       */
char *out_weekday (gint64 day);
/* calendar_clock, "-" for MD_ABSENT.  (transfer full)                      */
char *out_local (const char *zone, gint64 day, md_time t);
/* null for G_MAXINT64.                                                     */
void out_set_day (json_t *object, const char *name, gint64 day);
