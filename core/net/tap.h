/* SPDX-License-Identifier: Apache-2.0
 *
 * tap.h - what passes between the transfer and the content: counted, and as
 * asked hashed, kept and recorded.
 */
#pragma once

#include "record.h"
#include "source.h"

#define TAP_HASH (1u << 0)
#define TAP_KEEP (1u << 1) /* hashed as well                                */

typedef struct Tap Tap;

/* Takes both; recording may be NULL.                                       */
Tap *tap_new (Source *upstream, guint flags, Recording *recording);
/* The same for bytes that are there already, and whose proof is done.      */
Tap *tap_whole (GBytes *bytes, guint flags, Recording *recording,
                struct md_error *err);
Source *tap_source (Tap *tap);
GBytes *tap_wire (Tap *tap);
/* Hex, NULL before the end.                                                */
const char *tap_hash (Tap *tap);
guint64 tap_count (const Tap *tap);
