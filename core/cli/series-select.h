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
  char *label;                /* how its rows are called; NULL: as it is    */
  GArray *chain;              /* of ListingLink: all names of the           */
                              /*   instrument; NULL: this one               */
} SelectedSeries;

/* Of SelectedSeries; copies info's key, takes the spans.                   */
GPtrArray *series_list_new (void);
void series_add (GPtrArray *list, const SeriesInfo *info, GArray *spans);
/* Copies the label, shares the chain.                                      */
void series_name (SelectedSeries *series, const char *label, GArray *chain);

/* Series by provider, dataset, schema and instrument.  CORE_ERROR_USAGE
 * names the store and the nearest series when nothing matches.
 * (transfer full; of SelectedSeries)                                       */
GPtrArray *series_select (Store *store, const SeriesWish *wish,
                          GError **error);
/* "PROVIDER DATASET SCHEMA INSTRUMENT".  (transfer full)                  */
char *series_text (const SeriesKey *key);
