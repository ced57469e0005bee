/* SPDX-License-Identifier: Apache-2.0
 *
 * rows-private.h - between rows.c and rows-load.c.
 */
#ifndef LAKE_ROWS_PRIVATE_H
#define LAKE_ROWS_PRIVATE_H

#include "rows.h"

enum lake_source {
  LAKE_I64, LAKE_TIME, LAKE_PRICE, LAKE_F64, LAKE_NAME, LAKE_TEXT, LAKE_FLAGS,
  LAKE_SYMBOL, LAKE_PROVIDER, LAKE_DATASET, LAKE_EXTRACTED, LAKE_INGESTION,
  LAKE_MOCK
};

struct lake_column {
  enum lake_source source;
  size_t child;        /* of the Arrow array                                */
  const char *field;   /* borrowed; for errors while loading only           */
  void *words;         /* values that had to be converted; owned            */
  uint8_t *bits;       /* a validity bitmap that had to be made; owned      */
  size_t room;         /* of words and bits, in rows                        */
  int32_t offsets[2];  /* of a constant text                                */
  int64_t constant;
};

#endif
