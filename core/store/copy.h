/* SPDX-License-Identifier: Apache-2.0
 *
 * copy.h - files of a database that may be changing.
 */
#pragma once

#include "data/error.h"

/* Copies every finished table that `to` does not have yet; may_link: as hard
 * links where that is possible (tables never change).  A table that vanishes
 * meanwhile is left out.                                                   */
gboolean copy_tables (const char *from, const char *to, gboolean may_link,
                      GError **error);
/* Copies manifest and logs, then the tables that appeared since.
 * *ret_consistent: no log came or went meanwhile.                          */
gboolean copy_tail (const char *from, const char *to, gboolean may_link,
                    gboolean *ret_consistent, GError **error);
gboolean copy_file (const char *from, const char *to, GError **error);
