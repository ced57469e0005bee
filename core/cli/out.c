/* SPDX-License-Identifier: Apache-2.0
 *
 * out.c - answers on stdout.
 */
#include "out.h"

#include "data/interval.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- JSON --------------------------------------------------------------- */

void
out_set_text (json_t *object, const char *name, const char *text)
{
  g_autofree char *valid = text != NULL ? g_utf8_make_valid (text, -1) : NULL;

  json_object_set_new (object, name,
                       valid != NULL ? json_string (valid) : json_null ());
}

void
out_set_time (json_t *object, const char *name, md_time t)
{
  char text[TIME_TEXT_SIZE];

  if (t == MD_ABSENT) {
    json_object_set_new (object, name, json_null ());
    return;
  }
  time_format (t, text);
  json_object_set_new (object, name, json_string (text));
}

void
out_set_count (json_t *object, const char *name, guint64 n)
{
  json_object_set_new (object, name, json_integer ((json_int_t) n));
}

json_t *
out_texts (gpointer texts, gssize n)
{
  char *const *text = texts;
  json_t *list = json_array ();

  for (gssize i = 0; text != NULL && (n < 0 ? text[i] != NULL : i < n); i++) {
    g_autofree char *valid = g_utf8_make_valid (text[i], -1);

    json_array_append_new (list, json_string (valid));
  }
  return list;
}

void
out_print_json (json_t *document)
{
  char *text = json_dumps (document, JSON_INDENT (2));

  puts (text);
  free (text);
  json_decref (document);
}

/* ---- texts -------------------------------------------------------------- */

char *
out_time (md_time t)
{
  char text[TIME_TEXT_SIZE];

  if (t == MD_ABSENT)
    return g_strdup ("-");
  time_format (t, text);
  if (g_str_has_suffix (text, "T00:00:00Z"))
    text[strlen (text) - strlen ("T00:00:00Z")] = '\0';
  return g_strdup (text);
}

char *
out_when (md_time t)
{
  return out_time (t != MD_ABSENT ? t - t % MD_SECOND : t);
}

char *
out_count (guint64 n)
{
  g_autofree char *digits = g_strdup_printf ("%" G_GUINT64_FORMAT, n);
  gsize len = strlen (digits);
  GString *out = g_string_new (NULL);

  for (gsize i = 0; i < len; i++) {
    if (i > 0 && (len - i) % 3 == 0)
      g_string_append_c (out, ',');
    g_string_append_c (out, digits[i]);
  }
  return g_string_free (out, FALSE);
}

char *
out_safe (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  GString *out = g_string_new (NULL);

  for (const char *c = valid; *c != '\0'; c++) {
    if ((guchar) *c < 0x20 || *c == 0x7f)
      g_string_append_printf (out, "\\x%02x", (guchar) *c);
    else
      g_string_append_c (out, *c);
  }
  return g_string_free (out, FALSE);
}

/* ---- tables ------------------------------------------------------------- */

struct OutTable {
  const char *const *headings;
  guint columns;
  GPtrArray *cells; /* of char *, row by row                                */
};

OutTable *
out_table_new (const char *const *headings)
{
  OutTable *table = g_new0 (OutTable, 1);

  table->headings = headings;
  table->columns = g_strv_length ((char **) headings);
  table->cells = g_ptr_array_new_with_free_func (g_free);
  return table;
}

void
out_table_add (OutTable *table, const char *first, ...)
{
  const char *cell = first;
  va_list args;

  va_start (args, first);
  for (guint i = 0; i < table->columns; i++) {
    g_ptr_array_add (table->cells, out_safe (cell != NULL ? cell : ""));
    if (cell != NULL)
      cell = va_arg (args, const char *);
  }
  va_end (args);
}

static const char *
heading (const OutTable *table, guint column)
{
  const char *text = table->headings[column];

  return *text == '>' ? text + 1 : text;
}

static glong
column_width (const OutTable *table, guint column)
{
  glong width = g_utf8_strlen (heading (table, column), -1);

  for (guint i = column; i < table->cells->len; i += table->columns)
    width = MAX (width, g_utf8_strlen (g_ptr_array_index (table->cells, i),
                                       -1));
  return width;
}

static void
append_cell (const OutTable *table, guint column, const char *text,
             glong width, GString *line)
{
  gsize pad = (gsize) (width - g_utf8_strlen (text, -1));
  gboolean right = *table->headings[column] == '>';

  if (column > 0)
    g_string_append (line, "  ");
  for (gsize i = 0; right && i < pad; i++)
    g_string_append_c (line, ' ');
  g_string_append (line, text);
  for (gsize i = 0; !right && i < pad; i++)
    g_string_append_c (line, ' ');
}

/* row 0 is the headings.                                                   */
static void
print_row (const OutTable *table, guint row, const glong *widths)
{
  g_autoptr (GString) line = g_string_new (NULL);

  for (guint c = 0; c < table->columns; c++) {
    const char *text
      = row == 0 ? heading (table, c)
                 : g_ptr_array_index (table->cells,
                                      (row - 1) * table->columns + c);

    append_cell (table, c, text, widths[c], line);
  }
  puts (g_strchomp (line->str));
}

void
out_table_print (OutTable *table)
{
  g_autofree glong *widths = g_new (glong, table->columns);

  for (guint c = 0; c < table->columns; c++)
    widths[c] = column_width (table, c);
  for (guint row = 0; table->cells->len > 0
                      && row <= table->cells->len / table->columns; row++)
    print_row (table, row, widths);
  g_ptr_array_unref (table->cells);
  g_free (table);
}
