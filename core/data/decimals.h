/* SPDX-License-Identifier: Apache-2.0
 *
 * decimals.h - doubles that are decimals with few digits, as integers.
 */
#pragma once

#include <glib.h>

#define DECIMALS_MAX_POWER 9
extern const double decimals_power[DECIMALS_MAX_POWER + 1];

/* The smallest p for which every value is, bit for bit, the double nearest
 * to an integer / 10^p; DECIMALS_MAX_POWER + 1 when there is none.         */
guint decimals_find (const double *values, gsize n);
/* Those integers.                                                          */
void decimals_convert (const double *values, gsize n, guint p, gint64 *out);
