/* SPDX-License-Identifier: Apache-2.0
 *
 * columns-private.h - storage of columns, for the files that fill them.
 */
#pragma once

#include "columns.h"

/* Room for n rows in all; only columns that have storage grow.             */
void columns_reserve (Columns *columns, gsize n);
/* Gives a column storage, its first columns->n values absent (flags: 0).   */
void column_allocate (Columns *columns, Column *column);
/* Storage of the row numbers of commits, 0 for the rows so far.            */
void columns_allocate_commit (Columns *columns);
gsize column_value_size (const Column *column);
gboolean column_has_storage (const Column *column);
/* Writes n absent values from row `at` on, if there is storage.            */
void column_fill_absent (Column *column, gsize at, gsize n);

/* `len` bytes that live as long as the columns.                            */
char *columns_heap_alloc (Columns *columns, gsize len);
/* Gives back what is left of the last allocation, which ended at `end`.    */
void columns_heap_return (Columns *columns, char *end, char *used_to);
/* A copy; the empty text keeps a pointer, so it is not absent.             */
struct md_text columns_heap_text (Columns *columns, const char *text,
                                  gsize len);
/* Index of a text in the column's dictionary, which it enters if new.      */
guint32 columns_dict_index (Columns *columns, Column *column,
                            const char *text);

/* The end of an append: rows [n, n + more) are filled.                     */
void columns_grown (Columns *columns, gsize more);
