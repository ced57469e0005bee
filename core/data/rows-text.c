/* SPDX-License-Identifier: Apache-2.0
 *
 * rows-text.c - rows as CSV or JSON lines.
 *
 * What is the same in all rows of a block (names, separators, absent
 * columns, the symbol, the lineage of a commit) is put together once; a row
 * is then a few copies and the values between them.
 */
#include "rows-text-private.h"
#include "interval.h"
#include "table.h"

#include <string.h>

#define BUFFER_SIZE (1u << 18)

/* A value and the constant text before it.                                 */
typedef struct {
  CellFn write;
  const Column *column;
  gsize from, len;      /* in `constant`                                    */
} Cell;

struct RowsText {
  const struct md_table *table;
  RowsOptions options;
  RowsSink sink;
  gpointer sink_data;
  RowsAsk ask;
  gpointer ask_data;
  TextBuffer buffer;
  char *symbol;         /* as a cell                                        */
  char *provider;
  gboolean made_up;
  GString *constant;
  Cell *cells;
  gsize n_cells;
  GString *tail;        /* from the last value to the end of the line       */
  gsize tail_plain;     /* of it, what does not depend on the commit        */
  guint64 commit;       /* that `tail` speaks of                            */
  gboolean tail_valid;
  gboolean has_header;
  guint64 rows;
};

static const char *const lineage_names[]
  = { "source_provider", "_extracted_at", "_ingestion_id", "is_mock" };

RowsText *
rows_text_new (const struct md_table *table, const RowsOptions *options,
               RowsSink sink, gpointer data)
{
  RowsText *text = g_new0 (RowsText, 1);

  text->table = table;
  text->options = *options;
  text->sink = sink;
  text->sink_data = data;
  text->buffer.day.day = G_MININT64;
  text_buffer_room (&text->buffer, BUFFER_SIZE + CELL_ROOM);
  text->constant = g_string_new (NULL);
  text->tail = g_string_new (NULL);
  text->cells = g_new0 (Cell, table->n_fields);
  return text;
}

void
rows_text_free (RowsText *text)
{
  if (text == NULL)
    return;
  g_free (text->buffer.start);
  g_free (text->symbol);
  g_free (text->provider);
  g_free (text->cells);
  g_string_free (text->constant, TRUE);
  g_string_free (text->tail, TRUE);
  g_free (text);
}

guint64
rows_text_count (const RowsText *text)
{
  return text->rows;
}

static gboolean
is_json (const RowsText *text)
{
  return text->options.format == ROWS_JSONL;
}

static gboolean
flush (RowsText *text, GError **error)
{
  TextBuffer *buffer = &text->buffer;
  gsize len = (gsize) (buffer->at - buffer->start);

  buffer->at = buffer->start;
  return len == 0
         || text->sink (buffer->start, len, text->sink_data, error);
}

/* A text as it stands in a cell.  (transfer full)                          */
static char *
cell_text (const RowsText *text, const char *value)
{
  TextBuffer buffer = { 0 };
  char *cell;

  if (is_json (text))
    cell_put_json (&buffer, value, strlen (value));
  else
    cell_put_csv (&buffer, value, strlen (value));
  cell = g_strndup (buffer.start, (gsize) (buffer.at - buffer.start));
  g_free (buffer.start);
  return cell;
}

void
rows_text_series (RowsText *text, const char *symbol, const char *provider,
                  gboolean made_up)
{
  g_free (text->symbol);
  g_free (text->provider);
  text->symbol = cell_text (text, symbol);
  text->provider = cell_text (text, provider);
  text->made_up = made_up;
  text->tail_valid = FALSE;
}

void
rows_text_lineage (RowsText *text, RowsAsk ask, gpointer data)
{
  text->ask = ask;
  text->ask_data = data;
}

/* ---- the header ------------------------------------------------------ */

static void
append_name (GString *out, const char *name)
{
  if (out->len > 0)
    g_string_append_c (out, ',');
  g_string_append (out, name);
}

static void
put_header (RowsText *text)
{
  g_autoptr (GString) out = g_string_new (NULL);

  text->has_header = TRUE;
  if (is_json (text))
    return;
  /* Names are plain: table_adopt has checked.                              */
  for (gsize i = 0; i < text->table->n_fields; i++)
    append_name (out, table_field_at (text->table, i)->name);
  if (text->options.lineage) {
    for (gsize i = 0; i < G_N_ELEMENTS (lineage_names); i++)
      append_name (out, lineage_names[i]);
  } else if (text->options.is_mock) {
    append_name (out, "is_mock");
  }
  g_string_append_c (out, '\n');
  text_buffer_room (&text->buffer, out->len);
  memcpy (text->buffer.at, out->str, out->len);
  text->buffer.at += out->len;
}

/* ---- what is constant ------------------------------------------------ */

static void
append_key (RowsText *text, GString *out, const char *name, gboolean first)
{
  if (is_json (text))
    g_string_append_printf (out, "%c\"%s\":", first ? '{' : ',', name);
  else if (!first)
    g_string_append_c (out, ',');
}

/* Cells with a value get the constant text since the one before.           */
static void
plan_row (RowsText *text, const Columns *rows)
{
  GString *constant = text->constant;
  const Column *column = rows->cols;
  gsize from = 0;

  g_string_truncate (constant, 0);
  text->n_cells = 0;
  for (gsize i = 0; i < text->table->n_fields; i++) {
    const struct md_field *field = table_field_at (text->table, i);
    CellFn write;

    append_key (text, constant, field->name, i == 0);
    if (field->flags & MD_FIELD_SERIES) {
      g_string_append (constant, text->symbol);
      continue;
    }
    write = cell_writer (column, text->options.format, text->options.times);
    if (write != NULL) {
      text->cells[text->n_cells++]
        = (Cell) { write, column, from, constant->len - from };
      from = constant->len;
    } else if (is_json (text)) {
      g_string_append (constant,
                       field->type == MD_FIELD_FLAGS ? "\"\"" : "null");
    }
    column++;
  }
  g_string_assign (text->tail, constant->str + from);
  text->tail_plain = text->tail->len;
  text->tail_valid = FALSE;
}

static void
append_extracted_at (RowsText *text, GString *out, md_time t)
{
  char time[TIME_TEXT_SIZE];
  const char *quote = is_json (text) ? "\"" : "";

  if (t == MD_ABSENT)
    g_string_append (out, is_json (text) ? "null" : "");
  else if (text->options.times == VALUE_TIME_NS)
    g_string_append_printf (out, "%" G_GINT64_FORMAT, t);
  else {
    time_format (t, time);
    g_string_append_printf (out, "%s%s%s", quote, time, quote);
  }
}

static gboolean
append_lineage (RowsText *text, guint64 commit, GString *out, GError **error)
{
  RowsLineage lineage = { MD_ABSENT, NULL };
  g_autofree char *id = NULL;

  if (text->ask != NULL
      && !text->ask (commit, &lineage, text->ask_data, error))
    return FALSE;
  append_key (text, out, lineage_names[0], FALSE);
  g_string_append (out, text->provider);
  append_key (text, out, lineage_names[1], FALSE);
  append_extracted_at (text, out, lineage.extracted_at);
  append_key (text, out, lineage_names[2], FALSE);
  if (lineage.ingestion_id != NULL)
    id = cell_text (text, lineage.ingestion_id);
  g_string_append (out, id != NULL ? id : is_json (text) ? "null" : "");
  return TRUE;
}

/* The end of the line, for rows of this commit.                            */
static gboolean
make_tail (RowsText *text, guint64 commit, GError **error)
{
  GString *out = text->tail;

  g_string_truncate (out, text->tail_plain);
  if (text->options.lineage && !append_lineage (text, commit, out, error))
    return FALSE;
  if (text->options.lineage || text->options.is_mock) {
    append_key (text, out, "is_mock", FALSE);
    g_string_append (out, text->made_up ? "true" : "false");
  }
  g_string_append (out, is_json (text) ? "}\n" : "\n");
  text->commit = commit;
  text->tail_valid = TRUE;
  return TRUE;
}

/* ---- rows ------------------------------------------------------------ */

static inline char *
put_constant (char *at, const char *text, gsize len)
{
  memcpy (at, text, len);
  return at + len;
}

static void
put_row (RowsText *text, gsize row)
{
  TextBuffer *buffer = &text->buffer;
  const char *constant = text->constant->str;

  for (gsize c = 0; c < text->n_cells; c++) {
    const Cell *cell = &text->cells[c];

    text_buffer_room (buffer, cell->len + CELL_ROOM);
    buffer->at = put_constant (buffer->at, constant + cell->from, cell->len);
    cell->write (buffer, cell->column, row);
  }
  text_buffer_room (buffer, text->tail->len);
  buffer->at = put_constant (buffer->at, text->tail->str, text->tail->len);
}

gboolean
rows_text_write (RowsText *text, const Columns *rows, GError **error)
{
  if (!text->has_header)
    put_header (text);
  plan_row (text, rows);
  for (gsize row = 0; row < rows->n; row++) {
    guint64 commit = rows->commit != NULL ? rows->commit[row] : 0;

    if ((!text->tail_valid || (commit != text->commit && text->options.lineage))
        && !make_tail (text, commit, error))
      return FALSE;
    put_row (text, row);
    text->rows++;
    if (text->buffer.at - text->buffer.start > (gssize) BUFFER_SIZE
        && !flush (text, error))
      return FALSE;
  }
  return TRUE;
}

gboolean
rows_text_end (RowsText *text, GError **error)
{
  if (!text->has_header)
    put_header (text);
  return flush (text, error);
}
