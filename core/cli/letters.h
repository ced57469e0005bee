/* SPDX-License-Identifier: Apache-2.0
 *
 * letters.h - dead letters that a command line chooses.
 */
#pragma once

#include "ledger-select.h"

/* Those that the selection takes, by time; ids (or NULL: all) are beginnings
 * that must stand for one letter each, else CORE_ERROR_USAGE.
 * (transfer full; of DeadLetter)                                           */
GPtrArray *letters_gather (const Selection *selection, char **ids,
                           GError **error);
/* What came, or what was asked where nobody knows what came.               */
const char *letter_instrument (const DeadLetter *letter);
/* whole: with the row or the vendor's text.                                */
void letters_print_json (const GPtrArray *letters, gboolean whole);
