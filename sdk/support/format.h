/* SPDX-License-Identifier: Apache-2.0
 *
 * format.h - values as text: the one way in which every output writes them.
 * Pure: no allocation, no locale.  Each returns the length, or the end where
 * it says so.  [any]
 */
#ifndef MDCORE_SUPPORT_FORMAT_H
#define MDCORE_SUPPORT_FORMAT_H

#include <mdcore.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Room for any of these numbers, times and flags.                          */
#define MD_FORMAT_ROOM 80

/* md_price_format is in decimal.h.                                         */
size_t md_i64_format (int64_t value, char *buf);
/* The shortest text that reads back to the same double, with an exponent
 * from 1e21 up and below 1e-18 only; "inf", "nan"; buf of 40.              */
size_t md_f64_format (double value, char *buf);
/* "provisional|corrected", bits without a name as hex, "" for none.        */
size_t md_flags_format (uint32_t flags, char *buf);

/* The same as md_time_format; times of one day share its text.             */
struct md_format_day {
  int64_t day;  /* INT64_MIN: none yet                                      */
  char date[12];
};
size_t md_time_format_fast (struct md_format_day *day, md_time t, char *buf);

/* A CSV field (RFC 4180), quoted where it must be; the empty text is quoted
 * to differ from no text.  Room for 2 * len + 2.  Returns the end.         */
char *md_csv_put (char *at, const char *text, size_t len);
/* A JSON string with its quotes; a byte that is no UTF-8 becomes U+FFFD.
 * Room for 6 * len + 2.  Returns the end.                                  */
char *md_json_put (char *at, const char *text, size_t len);

#ifdef __cplusplus
}
#endif

#endif
