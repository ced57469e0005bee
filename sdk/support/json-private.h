/* SPDX-License-Identifier: Apache-2.0
 *
 * json-private.h - between json.c and json-string.c; not installed.
 */
#ifndef MDCORE_SUPPORT_JSON_PRIVATE_H
#define MDCORE_SUPPORT_JSON_PRIVATE_H

#include "json.h"
#include "number.h"

/* Keeps the first fault; returns false.                                    */
bool json_fault (struct md_json *json, const char *fault);
/* `at` is on the opening quote, and moves behind the closing one.          */
bool json_scan_string (struct md_json *json, struct md_text *ret_text,
                       bool *ret_has_escapes);

#endif
