/* SPDX-License-Identifier: Apache-2.0
 *
 * period.h - the calendar periods (UTC) that rows are cut into files by.
 * Pure.  [any]
 */
#ifndef LAKE_PERIOD_H
#define LAKE_PERIOD_H

#include <mdcore.h>

enum lake_period { LAKE_WHOLE, LAKE_DAY, LAKE_MONTH, LAKE_YEAR };

/* "auto", "day", "month", "year", "none".  auto is a day for ticks and bars
 * below an hour, else a year.                                              */
enum lake_period lake_period_of (const char *choice,
                                 const struct md_segment *segment);
/* First instant of the period that holds t, and of the next one; cut off at
 * the ends of time.                                                        */
md_time lake_period_start (enum lake_period period, md_time t);
md_time lake_period_end (enum lake_period period, md_time t);

/* "date" and "2024-01-31", "month" and "2024-01", "year" and "2024".       */
#define LAKE_PERIOD_TEXT 16
const char *lake_period_key (enum lake_period period);
void lake_period_text (enum lake_period period, md_time t, char *buf);
/* Is it a text that lake_period_text gives?  *ret_t is the start.          */
bool lake_period_parse (enum lake_period period, const char *text,
                        md_time *ret_t);

#endif
