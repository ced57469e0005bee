/* SPDX-License-Identifier: Apache-2.0
 *
 * uuid.h - UUIDs of version 7: ids that sort by the time they were made.
 */
#pragma once

#include <glib.h>

/* "018f4e2a-...": later calls of this process sort after earlier ones,
 * also within a millisecond and when the wall clock steps back.
 * (transfer full)  [any]                                                   */
char *uuid7_new (void);
