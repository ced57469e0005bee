/* SPDX-License-Identifier: Apache-2.0
 *
 * calendar-update.h - `mdcore calendar update NAME`.
 */
#pragma once

#include "cli.h"

/* Holds the calendar against the sessions that the job brought into its
 * store, and writes the user's own file when there is something new.
 * accept: days between commas, or NULL.                                    */
gboolean calendar_update (Cli *cli, const char *name, const char *job,
                          const char *accept, GError **error);
