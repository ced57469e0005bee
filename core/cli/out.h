/* SPDX-License-Identifier: Apache-2.0
 *
 * out.h - answers on stdout: JSON documents, aligned tables, times.
 */
#pragma once

#include <glib.h>
#include <jansson.h>
#include <mdcore.h>

/* NULL and MD_ABSENT become null.  Text that is no UTF-8 is made valid.    */
void out_set_text (json_t *object, const char *name, const char *text);
void out_set_time (json_t *object, const char *name, md_time t);
void out_set_count (json_t *object, const char *name, guint64 n);
/* An array of n texts; n -1: as many as stand before a NULL; none for NULL.
 * (transfer full)                                                          */
json_t *out_texts (gpointer texts, gssize n);
/* Prints the document, indented, and frees it.                             */
void out_print_json (json_t *document);

/* "2024-01-31T00:00:00Z", a date alone at midnight UTC, "-" for MD_ABSENT.
 * (transfer full)                                                          */
char *out_time (md_time t);
/* The same to the second: when something happened.  (transfer full)        */
char *out_when (md_time t);
/* "1,234,567".  (transfer full)                                            */
char *out_count (guint64 n);
/* A vendor's or user's text on a terminal: control characters spelled out.
 * (transfer full)                                                          */
char *out_safe (const char *text);

/* Rows of cells, printed in columns as wide as their widest cell.          */
typedef struct OutTable OutTable;
/* headings: NULL-terminated; one that starts with '>' is right-aligned.    */
OutTable *out_table_new (const char *const *headings);
/* Takes as many texts as there are headings (transfer none).               */
void out_table_add (OutTable *table, const char *first, ...)
  G_GNUC_NULL_TERMINATED;
/* Prints it, with its headings unless it is empty, and frees it.           */
void out_table_print (OutTable *table);
