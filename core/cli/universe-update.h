/* SPDX-License-Identifier: Apache-2.0
 *
 * universe-update.h - a universe made anew from a page.
 */
#pragma once

#include "cli.h"

#include "config/universe.h"

typedef struct {
  char *page, *column;  /* NULL: what the file says                         */
  int at_least;         /* 0: nine tenths of the old list                   */
  double max_change;    /* percent                                          */
} UniverseOptions;

typedef struct {
  char *path, *source, *date;
  GPtrArray *symbols;   /* of char *                                        */
  RefreshDiff diff;
} UniverseUpdate;

/* Writes the user's own file of this name, and keeps the one that was there
 * under its date.  On any fault nothing changes and the error says why.    */
gboolean universe_update (const Cli *cli, const char *name,
                          const UniverseOptions *options,
                          UniverseUpdate *ret_update, GError **error);
void universe_update_clear (UniverseUpdate *update);
