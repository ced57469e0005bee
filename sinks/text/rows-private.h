/* SPDX-License-Identifier: Apache-2.0
 *
 * rows-private.h - the buffer that rows are written into, and a writer a
 * type and format.
 */
#ifndef MDCORE_SINKS_ROWS_PRIVATE_H
#define MDCORE_SINKS_ROWS_PRIVATE_H

#include "rows.h"

struct text_buffer {
  char *start;
  size_t len, size;
  bool failed;                /* out of memory: nothing is added any more   */
  struct md_format_day day;
  bool guard;
};

/* Room for `more` bytes at the end, NULL without memory.                   */
char *text_room (struct text_buffer *buffer, size_t more);
void text_add (struct text_buffer *buffer, const char *text, size_t len);
void text_add_text (struct text_buffer *buffer, const char *text);
/* A text as a cell.                                                        */
void text_add_csv (struct text_buffer *buffer, struct md_text text);
void text_add_json (struct text_buffer *buffer, struct md_text text);

/* There is room for MD_FORMAT_ROOM; texts make their own.                  */
typedef void (*cell_fn) (struct text_buffer *buffer,
                         const struct ArrowArray *column, int64_t row);

/* NULL when no row has a value.                                            */
cell_fn cell_writer (const struct ArrowSchema *schema,
                     const struct ArrowArray *column, bool json, bool ns);

#endif
