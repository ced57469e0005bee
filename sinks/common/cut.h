/* SPDX-License-Identifier: Apache-2.0
 *
 * cut.h - where the files of a series are cut: by UTC day, month, year, or
 * not at all.  Pure.  [any]
 */
#ifndef MDCORE_SINKS_CUT_H
#define MDCORE_SINKS_CUT_H

#include <mdcore.h>

/* In the order of the choices of the key `partition`.                      */
enum cut { CUT_AUTO, CUT_DAY, CUT_MONTH, CUT_YEAR, CUT_NONE };
#define CUT_CHOICES "auto|day|month|year|none"

enum cut cut_parse (const char *choice);
/* What auto means for rows of this interval: a day for ticks and bars below
 * 30 minutes, a month below a day, else a year.                            */
enum cut cut_for (enum cut cut, const struct md_interval *interval);
/* [*from, *to) of the part that holds t; the first and the last part reach to
 * the ends of time.                                                        */
void cut_part (enum cut cut, md_time t, md_time *from, md_time *to);
/* "date=2024-01-31", "month=2024-01", "year=2024", "" without cuts; buf of
 * CUT_NAME_SIZE.                                                           */
#define CUT_NAME_SIZE 40
void cut_name (enum cut cut, md_time t, char *buf);
/* A time in the part that a name is of; false: no such name.               */
bool cut_of_name (enum cut cut, const char *name, md_time *ret_time);

#endif
