/* SPDX-License-Identifier: Apache-2.0
 *
 * export.h - one run of `mdcore export`.
 */
#pragma once

#include "adjust.h"
#include "output-file.h"
#include "series-select.h"

#include "data/rows-text.h"

typedef struct {
  char *provider, *dataset, *schema, **symbols;
  char *from, *to, *as_of, *format, *time, *path;
  char *adjust, *actions, *dividend_close, *prices;
  gboolean lineage, follow_renames;
} ExportOptions;

/* Rows as a Parquet file.                                                  */
typedef struct ExportParquet ExportParquet;

typedef struct {
  Cli *cli;
  ExportOptions options;
  Job *job;
  char **datasets, **schemas, **symbols; /* lists of the command line       */
  SeriesWish wish;
  md_time from, to, as_of;
  RowsOptions rows;

  Store *store;
  GPtrArray *series;    /* of SelectedSeries                                */
  GPtrArray *adjusters; /* of Adjuster, one a series; NULL: as they are     */
  const Adjuster *adjuster; /* of the series that is written                */
  OutputFile *file;
  RowsText *text;
  gboolean is_parquet;
  ExportParquet *parquet; /* instead of file and text                       */
  GHashTable *lineage;  /* commit -> Told                                   */
  GError *failure;      /* from inside a visit                              */
} Export;

/* One output must be one table in which rows of different series differ;
 * CORE_ERROR_USAGE lists what would have to be chosen from.                */
gboolean export_check_mixture (const Export *export, GError **error);
/* --follow-renames: all names of each series' instrument.                  */
gboolean export_follow_renames (Export *export, GError **error);
/* --adjust, --actions, --dividend-close.                                   */
gboolean export_read_adjust (Export *export, GError **error);
/* Fills adjusters, or says why a series cannot be adjusted.                */
gboolean export_prepare_adjust (Export *export, GError **error);
/* Rows of the series that is written; FALSE with export->failure set.      */
gboolean export_put_columns (Export *export, const Columns *rows);
gboolean export_put_adjusted (Export *export, const Columns *rows);
/* All rows of export->series into export->file.  TRUE also when it was
 * cancelled half-way.                                                      */
gboolean export_put_all (Export *export, GError **error);

/* ---- export-parquet.c ------------------------------------------------ */

gboolean export_parquet_open (Export *export, GError **error);
/* Removes what was not completed.                                          */
void export_parquet_free (ExportParquet *parquet);
gboolean export_parquet_series (ExportParquet *parquet, const SeriesInfo *info,
                                const char *symbol, gboolean is_last,
                                GError **error);
gboolean export_parquet_put (ExportParquet *parquet, const Columns *rows,
                             GError **error);
/* The last series puts the file in its place.                              */
gboolean export_parquet_end_series (ExportParquet *parquet, GError **error);
guint64 export_parquet_count (const ExportParquet *parquet);
