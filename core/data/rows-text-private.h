/* SPDX-License-Identifier: Apache-2.0
 *
 * rows-text-private.h - the buffer that cells are written into, and one
 * writer a type and format.
 */
#pragma once

#include "rows-text.h"

#include <support/format.h>

typedef struct {
  char *start, *at, *end;
  struct md_format_day day;
} TextBuffer;

/* Room for `more` bytes behind `at`, growing if it must.                   */
char *text_buffer_room (TextBuffer *buffer, gsize more);

/* Bytes that a cell of fixed size needs at most; longer ones make room.    */
#define CELL_ROOM VALUE_TEXT_SIZE

typedef void (*CellFn) (TextBuffer *buffer, const Column *column, gsize row);

/* NULL when every value is absent: nothing changes from row to row.        */
CellFn cell_writer (const Column *column, RowsFormat format, ValueTime times);
void cell_put_time (TextBuffer *buffer, md_time t);
/* As a CSV field, or as a JSON string with its quotes.                     */
void cell_put_csv (TextBuffer *buffer, const char *text, gsize len);
void cell_put_json (TextBuffer *buffer, const char *text, gsize len);
