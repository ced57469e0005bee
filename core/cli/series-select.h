/* SPDX-License-Identifier: Apache-2.0
 *
 * series-select.h - which series of a store a command speaks of.
 */
#pragma once

#include "cli.h"

/* NULL or empty: any.  Borrowed.                                           */
typedef struct {
  const char *provider;
  const char *const *datasets, *const *schemas;
  const char *const *symbols; /* instruments, or selectors as once asked    */
  gboolean some_missing;      /* symbols without rows are a warning, not an */
                              /*   error, as long as one has rows           */
} SeriesWish;

typedef struct {
  SeriesInfo info;
  GArray *spans;              /* when a selector stood for it; NULL: always */
} SelectedSeries;

/* Series by provider, dataset, schema and instrument.  CORE_ERROR_USAGE
 * names the store and the nearest series when nothing matches.
 * (transfer full; of SelectedSeries)                                       */
GPtrArray *series_select (Store *store, const SeriesWish *wish,
                          GError **error);
/* "PROVIDER DATASET SCHEMA INSTRUMENT".  (transfer full)                  */
char *series_text (const SeriesKey *key);
