/* SPDX-License-Identifier: Apache-2.0
 *
 * zone.h - wall clocks of vendors that label their rows without a zone.
 * By rule, without a time zone database.  Pure.  [any]
 */
#ifndef MDCORE_SUPPORT_ZONE_H
#define MDCORE_SUPPORT_ZONE_H

#include <mdcore.h>

#ifdef __cplusplus
extern "C" {
#endif

enum md_zone {
  MD_ZONE_UTC      = 0,
  MD_ZONE_NEW_YORK = 10  /* America/New_York, from 1967 on                  */
};

enum md_zone_result {
  MD_ZONE_OK      = 0,
  MD_ZONE_SYNTAX  = 10,  /* not "2024-03-10[ hh:mm:ss[.fraction]]"          */
  MD_ZONE_SKIPPED = 20,  /* the clock was put forward over this time        */
  MD_ZONE_TWICE   = 30,  /* put back: there were two, *ret_time is the      */
                         /*   first of them                                 */
  MD_ZONE_RANGE   = 40   /* before the rules that are known here            */
};

/* A local label to UTC; a bare date is local midnight.  *ret_time is
 * untouched unless OK or TWICE is returned.                                */
enum md_zone_result md_zone_parse (enum md_zone zone, const char *text,
                                   size_t len, md_time *ret_time);
/* The same for a time whose civil fields were read as if they were UTC.    */
enum md_zone_result md_zone_to_utc (enum md_zone zone, md_time local,
                                    md_time *ret_time);
/* local = utc + offset.  Times before the known rules count as winter.     */
int64_t md_zone_offset (enum md_zone zone, md_time utc);

#ifdef __cplusplus
}
#endif

#endif
