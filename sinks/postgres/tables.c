/* SPDX-License-Identifier: Apache-2.0
 *
 * tables.c - what is created in the database, and when.
 *
 * A schema has a table of rows, which names instruments and ingestions by
 * number, and a view that people read.  The key is instrument, time and the
 * place among rows of equal time, because ticks repeat.
 */
#include "pg.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the database schema --------------------------------------------------- */

static const char *const fixed[] = {
  "CREATE TABLE IF NOT EXISTS %s.providers ("
  "name text PRIMARY KEY, first_seen timestamptz NOT NULL DEFAULT now ())",
  "CREATE TABLE IF NOT EXISTS %s.instruments ("
  "id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "
  "provider text NOT NULL, dataset text NOT NULL, symbol text NOT NULL, "
  "first_seen timestamptz, last_seen timestamptz, "
  "UNIQUE (provider, dataset, symbol))",
  "CREATE TABLE IF NOT EXISTS %s.ingestions ("
  "id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "
  "ingestion_id text NOT NULL, extracted_at timestamptz NOT NULL, "
  "source_provider text NOT NULL, is_mock boolean NOT NULL, "
  "UNIQUE (ingestion_id, extracted_at))",
  "CREATE TABLE IF NOT EXISTS %s.progress ("
  "feed text PRIMARY KEY, commit bigint NOT NULL, at timestamptz NOT NULL)",
  "CREATE TABLE IF NOT EXISTS %s.layouts ("
  "name text PRIMARY KEY, prices text NOT NULL)",
};

/* One at a time creates things: IF NOT EXISTS alone still collides.         */
int
pg_lock_creation (struct pg *pg, struct md_error *err)
{
  return pg_exec (pg, "wait for others who create tables", err,
                  "SELECT pg_advisory_xact_lock (hashtext ('mdcore'))");
}

static int
find_set_up (struct pg *pg, bool *ret_found, struct md_error *err)
{
  const char *values[] = { pg->space };
  PGresult *result;
  int klass = pg_query (pg, "look for the tables",
                        "SELECT count (*) FROM pg_tables WHERE schemaname = "
                        "$1 AND tablename IN ('providers', 'instruments', "
                        "'ingestions', 'progress', 'layouts')", 1, values,
                        &result, err);

  if (klass != MD_OK)
    return klass;
  *ret_found = strcmp (PQgetvalue (result, 0, 0), "5") == 0;
  PQclear (result);
  return MD_OK;
}

static int
find_timescale (struct pg *pg, struct md_error *err)
{
  PGresult *result;
  int klass = pg_query (pg, "look for TimescaleDB",
                        "SELECT 1 FROM pg_extension WHERE extname = "
                        "'timescaledb'", 0, NULL, &result, err);

  if (klass != MD_OK)
    return klass;
  pg->has_timescale = PQntuples (result) > 0;
  PQclear (result);
  return MD_OK;
}

int
pg_set_up (struct pg *pg, struct md_error *err)
{
  bool found = false;
  int klass = find_timescale (pg, err);

  if (klass == MD_OK)
    klass = find_set_up (pg, &found, err);
  if (klass != MD_OK || found)
    return klass;
  klass = pg_begin (pg, err);
  if (klass == MD_OK)
    klass = pg_lock_creation (pg, err);
  if (klass == MD_OK)
    klass = pg_exec (pg, "create the schema", err,
                     "CREATE SCHEMA IF NOT EXISTS %s", pg->quoted_space);
  for (size_t i = 0; klass == MD_OK && i < sizeof fixed / sizeof fixed[0]; i++)
    klass = pg_exec (pg, "create tables", err, fixed[i], pg->quoted_space);
  if (klass == MD_OK)
    klass = pg_exec (pg, "create tables", err, "COMMIT");
  pg->in_transaction = pg->in_transaction && klass != MD_OK;
  return klass;
}

/* ---- a table in memory ----------------------------------------------------- */

void
pg_table_free (struct pg_table *table)
{
  if (table == NULL)
    return;
  free (table->columns);
  free (table->parts);
  free (table);
}

/* "ohlcv-1m" is ohlcv_1m; anything that SQL would want quoted becomes '_'.  */
static void
name_tables (struct pg_table *table, const char *schema)
{
  size_t n = 0;

  for (; *schema != '\0' && n < PG_NAME_SIZE - 16; schema++, n++) {
    char c = *schema;
    bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9' && n > 0);

    table->view[n] = plain ? c : c >= 'A' && c <= 'Z' ? c + 32 : '_';
  }
  table->view[n] = '\0';
  snprintf (table->rows, PG_NAME_SIZE, "%.50s_rows", table->view);
  snprintf (table->stage, PG_NAME_SIZE, "%.50s_stage", table->view);
}

static const struct md_field *
field_at (const struct md_table *table, size_t i)
{
  return (const struct md_field *) ((const char *) table->fields
                                    + i * table->field_size);
}

static bool
list_columns (struct pg_table *table, const struct md_table *from)
{
  int64_t child = 0;

  table->columns = calloc (from->n_fields, sizeof *table->columns);
  if (table->columns == NULL)
    return false;
  for (size_t i = 0; i < from->n_fields; i++) {
    const struct md_field *field = field_at (from, i);
    struct pg_column *column = &table->columns[table->n_columns];

    if (field->flags & MD_FIELD_SERIES)
      continue;
    if (child++ == 0) /* ts                                                  */
      continue;
    snprintf (column->name, sizeof column->name, "%.50s", field->name);
    column->type = field->type;
    column->has_ns = field->type == MD_FIELD_TIME && table->is_tick;
    column->child = child - 1;
    table->n_columns++;
  }
  return true;
}

/* ---- text ------------------------------------------------------------------ */

static const char *
type_of (const struct pg *pg, const struct pg_column *column)
{
  static const char *const prices[] = { "numeric", "bigint",
                                        "double precision" };

  switch (column->type) {
  case MD_FIELD_PRICE:
    return prices[pg->prices];
  case MD_FIELD_I64:
    return "bigint";
  case MD_FIELD_TIME:
    return "timestamptz";
  case MD_FIELD_F64:
    return "double precision";
  case MD_FIELD_FLAGS:
    return "integer";
  default:
    return "text";
  }
}

static void
add (struct pg_bytes *out, const char *text)
{
  pg_bytes_add (out, text, strlen (text));
}

/* Field names are lower case with underscores, but may be words of SQL.     */
static void
add_column (struct pg_bytes *out, const char *prefix, const char *name,
            const char *suffix)
{
  if (out->len > 0)
    add (out, ", ");
  add (out, prefix);
  add (out, "\"");
  add (out, name);
  add (out, suffix);
  add (out, "\"");
}

static char *
end_text (struct pg_bytes *out, struct md_error *err)
{
  if (pg_bytes_add (out, "", 1))
    return (char *) out->data;
  free (out->data);
  pg_error (err, MD_ERR_INTERNAL, "out of memory");
  return NULL;
}

char *
pg_column_list (const struct pg_table *table, const char *prefix,
                bool with_key, struct md_error *err)
{
  struct pg_bytes out = { NULL };

  if (with_key) {
    add_column (&out, prefix, "instrument", "");
    add_column (&out, prefix, "ts", "");
    if (table->is_tick)
      add_column (&out, prefix, "ts", "_ns");
    add_column (&out, prefix, "ord", "");
  }
  for (size_t i = 0; i < table->n_columns; i++) {
    add_column (&out, prefix, table->columns[i].name, "");
    if (table->columns[i].has_ns)
      add_column (&out, prefix, table->columns[i].name, "_ns");
  }
  add_column (&out, prefix, "ingestion", "");
  return end_text (&out, err);
}

static char *
definitions (const struct pg *pg, const struct pg_table *table,
             struct md_error *err)
{
  struct pg_bytes out = { NULL };

  add (&out, "instrument integer NOT NULL, ts timestamptz NOT NULL, ");
  if (table->is_tick)
    add (&out, "ts_ns smallint NOT NULL, ");
  add (&out, "ord integer NOT NULL");
  for (size_t i = 0; i < table->n_columns; i++) {
    add_column (&out, "", table->columns[i].name, "");
    add (&out, " ");
    add (&out, type_of (pg, &table->columns[i]));
    if (table->columns[i].has_ns) {
      add_column (&out, "", table->columns[i].name, "_ns");
      add (&out, " smallint");
    }
  }
  add (&out, ", ingestion integer, PRIMARY KEY (instrument, ts, ");
  add (&out, table->is_tick ? "ts_ns, ord)" : "ord)");
  return end_text (&out, err);
}

/* ---- creating -------------------------------------------------------------- */

static int
create_view (struct pg *pg, const struct pg_table *table, struct md_error *err)
{
  char *columns = pg_column_list (table, "r.", false, err);
  int klass;

  if (columns == NULL)
    return err->klass;
  columns[strlen (columns) - strlen (", r.\"ingestion\"")] = '\0';
  klass = pg_exec (
    pg, "create the view", err,
    "CREATE VIEW %s.%s AS SELECT i.provider, i.dataset, i.symbol, r.ts%s, %s, "
    "g.source_provider, g.extracted_at AS _extracted_at, "
    "g.ingestion_id AS _ingestion_id, g.is_mock FROM %s.%s r "
    "JOIN %s.instruments i ON i.id = r.instrument "
    "LEFT JOIN %s.ingestions g ON g.id = r.ingestion", pg->quoted_space,
    table->view, table->is_tick ? ", r.ts_ns" : "", columns,
    pg->quoted_space, table->rows, pg->quoted_space, pg->quoted_space);
  free (columns);
  return klass;
}

static const char *
prices_name (const struct pg *pg)
{
  static const char *const names[] = { "numeric", "bigint", "double" };

  return names[pg->prices];
}

static int
create_table (struct pg *pg, struct pg_table *table, struct md_error *err)
{
  char *columns = definitions (pg, table, err);
  int klass;

  if (columns == NULL)
    return err->klass;
  klass = pg_exec (pg, "create a table", err, "CREATE TABLE %s.%s (%s)%s",
                   pg->quoted_space, table->rows, columns,
                   table->is_hyper ? "" : " PARTITION BY RANGE (ts)");
  free (columns);
  if (klass == MD_OK && table->is_hyper)
    klass = pg_exec (pg, "make a hypertable", err,
                     "SELECT create_hypertable ('%s.%s', 'ts', "
                     "chunk_time_interval => INTERVAL '1 month')",
                     pg->quoted_space, table->rows);
  if (klass == MD_OK)
    klass = pg_exec (pg, "create an index", err,
                     "CREATE INDEX ON %s.%s USING brin (ts)",
                     pg->quoted_space, table->rows);
  if (klass == MD_OK)
    klass = create_view (pg, table, err);
  if (klass == MD_OK)
    klass = pg_exec (pg, "note the layout", err,
                     "INSERT INTO %s.layouts VALUES ('%s', '%s')",
                     pg->quoted_space, table->view, prices_name (pg));
  return klass;
}

/* The layout that an earlier run has chosen must be the one of this job.    */
static int
find_layout (struct pg *pg, const struct pg_table *table, bool *ret_found,
             struct md_error *err)
{
  const char *values[] = { table->view };
  char sql[200];
  PGresult *result;
  int klass;

  snprintf (sql, sizeof sql, "SELECT prices FROM %s.layouts WHERE name = $1",
            pg->quoted_space);
  klass = pg_query (pg, "look for a table", sql, 1, values, &result, err);
  if (klass != MD_OK)
    return klass;
  *ret_found = PQntuples (result) > 0;
  if (*ret_found
      && strcmp (PQgetvalue (result, 0, 0), prices_name (pg)) != 0)
    klass = pg_error (err, MD_ERR_CONFIG,
                      "table %s.%s holds prices as %s, the job says prices = "
                      "%s: set prices = %s, or another schema", pg->space,
                      table->view, PQgetvalue (result, 0, 0),
                      prices_name (pg), PQgetvalue (result, 0, 0));
  PQclear (result);
  return klass;
}

static int
find_or_create (struct pg *pg, struct pg_table *table, struct md_error *err)
{
  bool found = false;
  int klass = find_layout (pg, table, &found, err);

  if (klass != MD_OK || found)
    return klass;
  klass = pg_begin (pg, err);
  if (klass == MD_OK)
    klass = pg_lock_creation (pg, err);
  if (klass == MD_OK)
    klass = find_layout (pg, table, &found, err);
  return klass == MD_OK && !found ? create_table (pg, table, err) : klass;
}

static struct pg_table *
new_table (struct pg *pg, const struct md_segment *segment)
{
  struct pg_table *table = calloc (1, sizeof *table);

  if (table == NULL)
    return NULL;
  name_tables (table, segment->schema);
  table->is_tick = segment->interval.count == 0;
  table->by_year = segment->interval.unit >= MD_UNIT_DAY;
  table->is_hyper = pg->has_timescale;
  if (!list_columns (table, segment->table)) {
    pg_table_free (table);
    return NULL;
  }
  return table;
}

int
pg_table_of (struct pg *pg, const struct md_segment *segment,
             struct pg_table **ret_table, struct md_error *err)
{
  struct pg_table *table = new_table (pg, segment), **more;
  int klass;

  if (table == NULL)
    return pg_error (err, MD_ERR_INTERNAL, "out of memory");
  for (size_t i = 0; i < pg->n_tables; i++) {
    if (strcmp (pg->tables[i]->view, table->view) == 0) {
      pg_table_free (table);
      *ret_table = pg->tables[i];
      return MD_OK;
    }
  }
  more = realloc (pg->tables, (pg->n_tables + 1) * sizeof *more);
  if (more != NULL)
    pg->tables = more;
  klass = more == NULL ? pg_error (err, MD_ERR_INTERNAL, "out of memory")
                       : find_or_create (pg, table, err);
  if (klass != MD_OK) {
    pg_table_free (table);
    return klass;
  }
  pg->tables[pg->n_tables++] = *ret_table = table;
  return MD_OK;
}

int
pg_make_stage (struct pg *pg, struct pg_table *table, struct md_error *err)
{
  int klass;

  if (table->is_staged)
    return MD_OK;
  klass = pg_exec (pg, "create a temporary table", err,
                   "CREATE TEMPORARY TABLE IF NOT EXISTS %s (LIKE %s.%s) "
                   "ON COMMIT DELETE ROWS", table->stage, pg->quoted_space,
                   table->rows);
  table->is_staged = klass == MD_OK;
  return klass;
}
