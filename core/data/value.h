/* SPDX-License-Identifier: Apache-2.0
 *
 * value.h - one value of a column as text: the same text in CSV, JSON, the
 * dead letters and the messages.
 */
#pragma once

#include "columns.h"

/* Plain decimal without exponent or trailing zeros; buf of 24.             */
gsize price_format (md_price price, char *buf);
gboolean price_parse (const char *text, gsize len, md_price *ret_price);
/* The shortest text that reads back to the same double, with an exponent
 * from 1e21 up and below 1e-18 only; "inf", "nan"; buf of 40.              */
gsize f64_format (double value, char *buf);
/* "provisional|corrected", bits without a name as hex, "" for none; buf of
 * VALUE_TEXT_SIZE.                                                         */
#define VALUE_TEXT_SIZE 80
gsize flags_format (guint32 flags, char *buf);

typedef enum { VALUE_TIME_RFC3339, VALUE_TIME_NS } ValueTime;
/* Appends the value at (column, row); nothing for absent.  Text as it is,
 * unquoted.  Flags are never absent, but no flags are no text.             */
void value_append (GString *out, const Column *column, gsize row,
                   ValueTime times);
gboolean value_is_absent (const Column *column, gsize row);
