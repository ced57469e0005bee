/* SPDX-License-Identifier: Apache-2.0
 *
 * replace.c - what a segment's rows do to those that are there.
 */
#include "pg.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct range {
  char text[800]; /* "instrument = 7 AND ts >= ... AND ..."                  */
};

/* A border: whole microseconds, and the rest where the table has one.       */
static int
print_border (const struct pg_table *table, md_time t, const char *compare,
              const char *coarse, char *buf, size_t size)
{
  int16_t ns;
  int64_t us = pg_time (t, &ns);

  if (t == INT64_MIN || t == INT64_MAX)
    return 0;
  /* to_timestamp takes a double, which has no room for all microseconds.
   * Bars begin at whole ones: a border in between is that of the next.      */
  if (!table->is_tick)
    return snprintf (buf, size, " AND ts %s '2000-01-01 UTC'::timestamptz + "
                     "%lld * interval '1 microsecond'", compare,
                     (long long) us + (ns > 0));
  return snprintf (buf, size, " AND ts %s '2000-01-01 UTC'::timestamptz + "
                   "%lld * interval '1 microsecond' AND (ts, ts_ns) %s "
                   "('2000-01-01 UTC'::timestamptz + %lld * interval "
                   "'1 microsecond', %d::smallint)", coarse, (long long) us,
                   compare, (long long) us, (int) ns);
}

static void
print_range (const struct pg *pg, struct range *range)
{
  const struct md_segment *segment = pg->segment;
  size_t size = sizeof range->text;
  int len = snprintf (range->text, size, "instrument = %d",
                      (int) pg->instrument);

  len += print_border (pg->table, segment->from, ">=", ">=",
                       range->text + len, size - (size_t) len);
  print_border (pg->table, segment->to, "<", "<=", range->text + len,
                size - (size_t) len);
}

int
pg_is_vacant (struct pg *pg, bool *ret_vacant, struct md_error *err)
{
  struct range range;
  PGresult *result;
  char sql[1200];
  int klass;

  print_range (pg, &range);
  snprintf (sql, sizeof sql, "SELECT EXISTS (SELECT 1 FROM %s.%s WHERE %s)",
            pg->quoted_space, pg->table->rows, range.text);
  klass = pg_query (pg, "look at what is there", sql, 0, NULL, &result, err);
  if (klass != MD_OK)
    return klass;
  *ret_vacant = strcmp (PQgetvalue (result, 0, 0), "f") == 0;
  PQclear (result);
  return MD_OK;
}

int
pg_merge (struct pg *pg, struct md_error *err)
{
  const struct pg_table *table = pg->table;
  const char *tie = table->is_tick ? " AND s.ts_ns = t.ts_ns" : "";
  char *all = pg_column_list (table, "", true, err);
  char *old = all != NULL ? pg_column_list (table, "t.", false, err) : NULL;
  char *new = old != NULL ? pg_column_list (table, "excluded.", false, err)
                          : NULL;
  char *set = new != NULL ? pg_column_list (table, "", false, err) : NULL;
  struct range range;
  int klass = set == NULL ? (int) err->klass : MD_OK;

  print_range (pg, &range);
  if (klass == MD_OK)
    klass = pg_exec (pg, "take out withdrawn rows", err,
                     "DELETE FROM %s.%s t WHERE %s AND NOT EXISTS (SELECT 1 "
                     "FROM %s s WHERE s.instrument = t.instrument AND s.ts = "
                     "t.ts%s AND s.ord = t.ord)", pg->quoted_space,
                     table->rows, range.text, table->stage, tie);
  if (klass == MD_OK)
    klass = pg_exec (pg, "put rows", err,
                     "INSERT INTO %s.%s AS t (%s) SELECT %s FROM %s "
                     "ON CONFLICT (instrument, ts%s, ord) DO UPDATE SET (%s) "
                     "= ROW (%s) WHERE (%s) IS DISTINCT FROM (%s)",
                     pg->quoted_space, table->rows, all, all, table->stage,
                     table->is_tick ? ", ts_ns" : "", set, new, old, new);
  if (klass == MD_OK)
    klass = pg_exec (pg, "empty the temporary table", err, "TRUNCATE %s",
                     table->stage);
  free (all);
  free (old);
  free (new);
  free (set);
  return klass;
}
