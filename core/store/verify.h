/* SPDX-License-Identifier: Apache-2.0
 *
 * verify.h - what the parts of the verification share.
 */
#pragma once

#include "catalogue.h"

typedef struct {
  SeriesKey key;
  Series series;
  SeriesStats found;   /* by reading the blocks; last: of the block before  */
} SeriesCheck;

typedef struct {
  Store *store;
  View view;
  StoreState state;
  GHashTable *series;  /* number -> SeriesCheck                             */
  VerifyReport report;
  gpointer data;
  guint64 faults;
} Verify;

void verify_fault (Verify *v, const char *format, ...) G_GNUC_PRINTF (2, 3);
/* Reports the error and frees it; nothing when there is none.              */
void verify_error (Verify *v, GError *error);
/* Calls for each key of a family; FALSE from `check` does not end it.      */
typedef void (*VerifyKey) (Verify *v, const Cursor *cursor);
void verify_family (Verify *v, Family family, const char *prefix,
                    VerifyKey check);

void verify_rows (Verify *v);
void verify_records (Verify *v);
