/* SPDX-License-Identifier: Apache-2.0
 *
 * private.h - a calendar in memory.
 */
#pragma once

#include "calendar.h"

/* Seconds after local midnight; before it is the evening before.           */
typedef struct {
  gint32 open, close;      /* regular                                       */
  gint32 first, last;      /* with the extended hours                       */
} DayHours;

typedef struct {
  gint64 since;            /* first day                                     */
  guint weekdays;          /* bit 0 is Monday                               */
  DayHours hours;
} HoursRule;

typedef struct {
  DayKind kind;
  DayHours hours;          /* of open and half days                         */
  char *reason;
} Exception;

struct Calendar {
  char *path, *zone, *title, *date;
  GPtrArray *sources;      /* of char *                                     */
  gint64 from, to;         /* known days                                    */
  GArray *rules;           /* of HoursRule, by `since`                      */
  GHashTable *exceptions;  /* day (gint64 *) -> Exception                   */
};

/* Monday is 0.                                                             */
guint calendar_weekday (gint64 day);
/* Hours of the day's weekday, or NULL.                                     */
const DayHours *calendar_rule (const Calendar *calendar, gint64 day);
