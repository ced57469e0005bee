/* SPDX-License-Identifier: Apache-2.0
 *
 * row.h - what every provider of JSON rows needs: errors in a sentence, fields
 * that must be there, all that is wrong with a row, and patterns of names.
 * Pure.  [any]
 */
#ifndef MDCORE_SUPPORT_ROW_H
#define MDCORE_SUPPORT_ROW_H

#include <mdcore.h>
#include "json.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Fills err's class and message; returns the class.                        */
int md_error_say (struct md_error *err, int klass, const char *format, ...)
  __attribute__ ((format (printf, 3, 4)));

/* All that is wrong with a row, as `md_rejected.reasons` says it:
 * "missing:close; type:volume".  What does not fit is cut.                 */
struct md_reasons {
  size_t len;            /* 0: nothing                                      */
  char   text[240];
};
void md_reason (struct md_reasons *reasons, const char *kind,
                const char *field);
/* A required field that still has its absent value was not there at all,
 * unless something is said to be wrong with it already.                    */
void md_missing (struct md_reasons *reasons, bool absent, const char *field);

/* Read the next value; null and what does not fit become reasons, and leave
 * the output as it was.                                                    */
void md_need_price (struct md_json *json, const char *field,
                    struct md_reasons *reasons, md_price *ret_price);
void md_need_price_rounded (struct md_json *json, const char *field,
                            struct md_reasons *reasons, md_price *ret_price);
void md_need_f64 (struct md_json *json, const char *field,
                  struct md_reasons *reasons, double *ret_value);
void md_need_i64 (struct md_json *json, const char *field,
                  struct md_reasons *reasons, int64_t *ret_value);
void md_need_text (struct md_json *json, const char *field,
                   struct md_reasons *reasons, struct md_text *ret_text);
/* RFC 3339 with a zone, or a bare date (md_time_parse).                    */
void md_need_time (struct md_json *json, const char *field,
                   struct md_reasons *reasons, md_time *ret_time);
/* The same, where null means absent.                                       */
void md_may_f64 (struct md_json *json, const char *field,
                 struct md_reasons *reasons, double *ret_value);
void md_may_i64 (struct md_json *json, const char *field,
                 struct md_reasons *reasons, int64_t *ret_value);

/* Does the text match a pattern of '*' and '?'?  A NULL pattern matches.   */
bool md_glob (const char *pattern, const char *text, size_t len);

#ifdef __cplusplus
}
#endif

#endif
