/* SPDX-License-Identifier: Apache-2.0
 *
 * rows-text.h - rows as CSV (RFC 4180) or JSON lines, fast.
 *
 * `ts`, `symbol`, then the table's fields in its order, also those that are
 * absent in every row: the columns depend on the table and the options only.
 * Prices are exact decimals, in JSON too; absent is nothing in CSV (the
 * empty text is "") and null in JSON; flags are names joined by '|'.
 */
#pragma once

#include "columns.h"
#include "value.h"

typedef enum { ROWS_CSV, ROWS_JSONL } RowsFormat;

typedef struct {
  RowsFormat format;
  ValueTime times;
  gboolean lineage;  /* source_provider, _extracted_at, _ingestion_id,      */
                     /*   is_mock behind each row                           */
  gboolean is_mock;  /* is_mock without the rest                            */
} RowsOptions;

/* Takes finished text; FALSE stops everything.                             */
typedef gboolean (*RowsSink) (const char *data, gsize len, gpointer data_,
                              GError **error);

typedef struct RowsText RowsText;

RowsText *rows_text_new (const struct md_table *table,
                         const RowsOptions *options, RowsSink sink,
                         gpointer data);
void rows_text_free (RowsText *text);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RowsText, rows_text_free)

/* What the rows from here on belong to.  Also before the first row.        */
void rows_text_series (RowsText *text, const char *symbol,
                       const char *provider, gboolean made_up);
/* With `lineage`: how the commits of the rows came to be.                  */
typedef struct {
  md_time extracted_at;
  const char *ingestion_id; /* borrowed until the next question, or NULL    */
} RowsLineage;
typedef gboolean (*RowsAsk) (guint64 commit, RowsLineage *ret_lineage,
                             gpointer data, GError **error);
void rows_text_lineage (RowsText *text, RowsAsk ask, gpointer data);

/* Rows of one series; the CSV header goes before the first.                */
gboolean rows_text_write (RowsText *text, const Columns *rows, GError **error);
/* Hands out what is still buffered, and the header if there was no row.    */
gboolean rows_text_end (RowsText *text, GError **error);
guint64 rows_text_count (const RowsText *text);
