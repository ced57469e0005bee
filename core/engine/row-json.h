/* SPDX-License-Identifier: Apache-2.0
 *
 * row-json.h - one row as a JSON object and back: what dead letters hold and
 * what `dlq replay` reads.
 *
 * Times are RFC 3339 text, prices and numbers plain decimals, names, texts and
 * flags ("corrected|derived") strings; absent fields are left out.
 */
#pragma once

#include "data/columns.h"

/* {"ts":"2024-01-02T14:30:00Z","symbol":"AAPL","open":187.15,...} in table
 * order; instrument may be NULL.                                           */
void row_append_json (GString *out, const Columns *columns, gsize row,
                      const char *instrument);
GBytes *row_to_json (const Columns *columns, gsize row,
                     const char *instrument);

/* Appends the row to columns.  *ret_instrument (may be NULL) gets "symbol",
 * NULL when there is none.  Unknown members, wrong types, prices that are not
 * exact and a missing ts are CORE_ERROR_DATA, naming the member; columns are
 * then unchanged.                                                          */
gboolean row_from_json (const char *text, gsize len, Columns *columns,
                        char **ret_instrument, GError **error);
