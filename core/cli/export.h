/* SPDX-License-Identifier: Apache-2.0
 *
 * export.h - one run of `mdcore export`.
 */
#pragma once

#include "output-file.h"
#include "series-select.h"

#include "data/rows-text.h"

typedef struct {
  char *provider, *dataset, *schema, **symbols;
  char *from, *to, *as_of, *format, *time, *path;
  gboolean lineage;
} ExportOptions;

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
  OutputFile *file;
  RowsText *text;
  GHashTable *lineage;  /* commit -> Told                                   */
  GError *failure;      /* from inside a visit                              */
} Export;

/* One output must be one table in which rows of different series differ;
 * CORE_ERROR_USAGE lists what would have to be chosen from.                */
gboolean export_check_mixture (const Export *export, GError **error);
/* All rows of export->series into export->file.  TRUE also when it was
 * cancelled half-way.                                                      */
gboolean export_put_all (Export *export, GError **error);
