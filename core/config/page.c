/* SPDX-License-Identifier: Apache-2.0
 *
 * page.c - a column of a table of an HTML page.
 *
 * The only file that knows libxml2.  Its parser makes a tree of whatever it
 * gets, so all doubt is here: a page, table or row that is not exactly as
 * expected is refused.
 */
#include "universe.h"

#include "data/error.h"

#include <libxml/HTMLparser.h>
#include <string.h>

#define MAX_DEPTH 200

static gboolean
refuse (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

static gboolean
refuse (GError **error, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error_literal (error, CORE_ERROR, CORE_ERROR_DATA, text);
  return FALSE;
}

static gboolean
is_element (const xmlNode *node, const char *name)
{
  return node->type == XML_ELEMENT_NODE
         && g_ascii_strcasecmp ((const char *) node->name, name) == 0;
}

/* ---- text of a cell -------------------------------------------------- */

/* Notes, styles and scripts are not what a reader sees in the cell.        */
static gboolean
is_aside (const xmlNode *node)
{
  return is_element (node, "sup") || is_element (node, "style")
         || is_element (node, "script");
}

static void
append_text (const xmlNode *node, guint depth, GString *text)
{
  for (; node != NULL && depth < MAX_DEPTH; node = node->next) {
    if (node->type == XML_TEXT_NODE && node->content != NULL)
      g_string_append (text, (const char *) node->content);
    else if (node->type == XML_ELEMENT_NODE && !is_aside (node))
      append_text (node->children, depth + 1, text);
  }
}

/* Blanks of all kinds between words become one.  (transfer full)           */
static char *
cell_text (const xmlNode *cell)
{
  g_autoptr (GString) text = g_string_new (NULL);
  GString *words = g_string_new (NULL);
  gboolean apart = FALSE;

  append_text (cell->children, 0, text);
  for (const char *c = text->str; *c != '\0'; c = g_utf8_next_char (c)) {
    gunichar letter = g_utf8_get_char_validated (c, -1);

    if (letter >= (gunichar) -2)
      break;
    if (g_unichar_isspace (letter)) {
      apart = TRUE;
      continue;
    }
    if (apart && words->len > 0)
      g_string_append_c (words, ' ');
    apart = FALSE;
    g_string_append_unichar (words, letter);
  }
  return g_string_free (words, FALSE);
}

/* ---- rows ------------------------------------------------------------ */

static gboolean
is_cell (const xmlNode *node)
{
  return is_element (node, "td") || is_element (node, "th");
}

static gboolean
spans_several (const xmlNode *cell)
{
  static const char *const names[] = { "colspan", "rowspan" };
  gboolean several = FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    xmlChar *value = xmlGetProp (cell, (const xmlChar *) names[i]);

    several |= value != NULL && strcmp ((const char *) value, "1") != 0;
    xmlFree (value);
  }
  return several;
}

/* (transfer full; of char *); NULL when a cell covers several.             */
static GPtrArray *
row_cells (const xmlNode *row)
{
  g_autoptr (GPtrArray) cells = g_ptr_array_new_with_free_func (g_free);

  for (const xmlNode *cell = row->children; cell != NULL; cell = cell->next) {
    if (!is_cell (cell))
      continue;
    if (spans_several (cell))
      return NULL;
    g_ptr_array_add (cells, cell_text (cell));
  }
  return g_steal_pointer (&cells);
}

/* Rows of the table itself, not of tables in its cells.                    */
static void
collect_rows (const xmlNode *node, GPtrArray *rows)
{
  for (; node != NULL; node = node->next) {
    if (is_element (node, "tr"))
      g_ptr_array_add (rows, (gpointer) node);
    else if (is_element (node, "thead") || is_element (node, "tbody")
             || is_element (node, "tfoot"))
      collect_rows (node->children, rows);
  }
}

static GPtrArray *
table_rows (const xmlNode *table)
{
  GPtrArray *rows = g_ptr_array_new ();

  collect_rows (table->children, rows);
  return rows;
}

/* ---- tables ---------------------------------------------------------- */

/* Where the heading stands in the first row, or -1.                        */
static int
find_heading (const xmlNode *table, const char *column)
{
  g_autoptr (GPtrArray) rows = table_rows (table);
  g_autoptr (GPtrArray) cells = NULL;

  if (rows->len > 0)
    cells = row_cells (rows->pdata[0]);
  for (guint i = 0; cells != NULL && i < cells->len; i++) {
    if (strcmp (cells->pdata[i], column) == 0)
      return (int) i;
  }
  return -1;
}

static void
collect_tables (const xmlNode *node, const char *column, guint depth,
                GPtrArray *tables)
{
  for (; node != NULL && depth < MAX_DEPTH; node = node->next) {
    if (is_element (node, "table") && find_heading (node, column) >= 0)
      g_ptr_array_add (tables, (gpointer) node);
    if (node->type == XML_ELEMENT_NODE)
      collect_tables (node->children, column, depth + 1, tables);
  }
}

static GPtrArray *
read_table (const xmlNode *table, const char *column, GError **error)
{
  g_autoptr (GPtrArray) rows = table_rows (table);
  g_autoptr (GPtrArray) head = row_cells (rows->pdata[0]);
  g_autoptr (GPtrArray) values = g_ptr_array_new_with_free_func (g_free);
  guint at = (guint) find_heading (table, column);

  for (guint i = 1; i < rows->len; i++) {
    g_autoptr (GPtrArray) cells = row_cells (rows->pdata[i]);

    if (cells == NULL || cells->len != head->len) {
      refuse (error, "row %u of the table has not the %u cells of its "
              "headings", i, head->len);
      return NULL;
    }
    g_ptr_array_add (values, g_strdup (cells->pdata[at]));
  }
  return g_steal_pointer (&values);
}

/* ---- the page -------------------------------------------------------- */

static GPtrArray *
read_document (xmlDoc *document, const char *column, GError **error)
{
  g_autoptr (GPtrArray) tables = g_ptr_array_new ();

  collect_tables (document->children, column, 0, tables);
  if (tables->len == 1)
    return read_table (tables->pdata[0], column, error);
  refuse (error, tables->len == 0
                   ? "no table of the page has a column \"%s\""
                   : "several tables of the page have a column \"%s\"",
          column);
  return NULL;
}

/* HTML may end anywhere and still be read; a whole page says that it ends. */
static gboolean
is_whole (const char *html, gsize len)
{
  static const char end[] = "</html>";

  while (len > 0 && g_ascii_isspace (html[len - 1]))
    len--;
  return len >= strlen (end)
         && g_ascii_strncasecmp (html + len - strlen (end), end,
                                 strlen (end)) == 0;
}

GPtrArray *
page_read_column (const char *html, gsize len, const char *column,
                  GError **error)
{
  GPtrArray *values;
  xmlDoc *document;

  if (!is_whole (html, len) || len > G_MAXINT) {
    refuse (error, "the page does not end with </html>: it was cut, or is no "
            "page");
    return NULL;
  }
  document = htmlReadMemory (html, (int) len, NULL, "UTF-8",
                             HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING
                               | HTML_PARSE_NONET);
  if (document == NULL) {
    refuse (error, "the page is no HTML");
    return NULL;
  }
  values = read_document (document, column, error);
  xmlFreeDoc (document);
  return values;
}
