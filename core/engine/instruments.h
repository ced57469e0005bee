/* SPDX-License-Identifier: Apache-2.0
 *
 * instruments.h - what a provider says there is (mdcore.symbols/1).
 */
#pragma once

#include "engine.h"

#include "data/columns.h"

/* Rows of table_builtin (MD_INSTRUMENT) in the vendor's order; a row's symbol
 * is names->pdata[symbols[row]], because columns hold none.                */
typedef struct {
  Columns *rows;
  GArray *symbols;             /* of guint32, one a row                     */
  GPtrArray *names;            /* of char *                                 */
  guint64 unread;              /* records that could not be understood      */
  char *reasons;               /* of the first of them, or NULL             */
} Instruments;
void instruments_free (Instruments *list);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Instruments, instruments_free)

const char *instruments_symbol (const Instruments *list, gsize row);
/* Row numbers by symbol, byte order, the vendor's order among equal ones.
 * (transfer full; of gsize)                                                */
GArray *instruments_by_symbol (const Instruments *list);

/* Asks the provider for all instruments of a dataset whose symbol matches a
 * shell pattern; each NULL = any.  Under the job's limits and retries.
 * Sends requests.                                                          */
Instruments *engine_list (const EngineInput *input, const char *dataset,
                          const char *pattern, GError **error);
