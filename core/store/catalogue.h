/* SPDX-License-Identifier: Apache-2.0
 *
 * catalogue.h - series and their numbers, tables and theirs.
 */
#pragma once

#include "store-private.h"

typedef struct {
  guint32 id, table_id;
  const struct md_table *table; /* today's where it holds all fields stored */
  struct md_interval interval;
  gboolean made_up;
  SeriesStats stats;            /* rows, blocks, bytes only                 */
} Series;

/* *ret_found tells whether there is one.                                   */
gboolean catalogue_find (Store *store, const View *view, const SeriesKey *key,
                         gboolean *ret_found, Series *ret_series,
                         GError **error);
/* The series of one instrument of a segment; stages it when it is new or has
 * grown fields.  Refuses a segment that knows less than what is stored.    */
gboolean catalogue_enter (Store *store, const View *view, Stage *stage,
                          const Segment *segment, const char *instrument,
                          Series *ret_series, GError **error);
/* Stages the numbers of the series.                                        */
void catalogue_stage_stats (Stage *stage, const Series *series);
/* By number, for what is keyed by it.                                      */
gboolean catalogue_key_of (const View *view, guint32 id, SeriesKey *ret_key,
                           GError **error);
/* Calls until FALSE, in the order of the keys.                             */
typedef gboolean (*CatalogueVisit) (const SeriesKey *key, const Series *series,
                                    gpointer data);
gboolean catalogue_each (Store *store, const View *view,
                         const SeriesKey *match, CatalogueVisit visit,
                         gpointer data, GError **error);
SeriesKey series_key_of (const AskKey *ask, const char *instrument);

/* After a batch was dropped, or the view moved.                            */
void catalogue_forget_tables (Store *store);
const struct md_table *catalogue_table (Store *store, const View *view,
                                        guint32 id, GError **error);
