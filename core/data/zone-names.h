/* SPDX-License-Identifier: Apache-2.0
 *
 * zone-names.h - the time zones that this machine's database lists.
 */
#pragma once

/* The zone that a mistyped name most likely stands for, NULL when none is
 * close or there is no list.  (transfer full)                              */
char *zone_nearest (const char *name);
