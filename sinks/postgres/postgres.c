/* SPDX-License-Identifier: Apache-2.0
 *
 * postgres.c - a sink: tables in a PostgreSQL database.
 *
 * Rows and the sink's progress are one transaction, so a batch is wholly
 * there or wholly absent whatever ends the program or the server.
 */
#include "pg.h"

#include <support/arrow.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_CONNINFO, KEY_PASSWORD, KEY_SCHEMA, KEY_PRICES, KEY_TIMEOUT };

static const char *const price_names[] = { "numeric", "bigint", "double",
                                           NULL };

static const struct md_key keys[] = {
  { .name = "conninfo", .type = MD_STRING, .dflt = "",
    .doc = "Where the database is: \"host=db dbname=market user=loader\" or "
           "postgresql://loader@db/market; what it lacks comes from libpq's "
           "own PGHOST, PGDATABASE, PGUSER and ~/.pgpass" },
  { .name = "password", .type = MD_STRING, .flags = MD_KEY_SECRET,
    .env = "PGPASSWORD", .doc = "Password of the user" },
  { .name = "schema", .type = MD_STRING, .dflt = "mdcore",
    .doc = "Database schema that holds the tables; made if it is not there" },
  { .name = "prices", .type = MD_CHOICE, .dflt = "numeric",
    .choices = "numeric|bigint|double",
    .doc = "Prices as exact numeric, as bigint in units of 1e-9, or as "
           "double precision" },
  { .name = "statement_timeout", .type = MD_DURATION, .dflt = "10m",
    .doc = "A statement that takes longer is given up; 0s = none" },
};

/* ---- session ---------------------------------------------------------------- */

static void
pg_close (void *sink)
{
  struct pg *pg = sink;

  if (pg == NULL)
    return;
  for (size_t i = 0; i < pg->n_tables; i++)
    pg_table_free (pg->tables[i]);
  free (pg->tables);
  pg_forget_ids (pg);
  free (pg->out.data);
  free (pg->space);
  free (pg->quoted_space);
  free (pg->feed);
  PQfinish (pg->conn);
  free (pg);
}

static void
be_quiet (void *arg, const char *message)
{
}

static int
quote_space (struct pg *pg, struct md_error *err)
{
  char *quoted = PQescapeIdentifier (pg->conn, pg->space, strlen (pg->space));

  if (quoted == NULL || strlen (quoted) > 80) {
    PQfreemem (quoted);
    return pg_error (err, MD_ERR_CONFIG, "schema = %.100s: no name of a "
                     "database schema, which has 63 bytes at most",
                     pg->space);
  }
  pg->quoted_space = strdup (quoted);
  PQfreemem (quoted);
  return MD_OK;
}

static int
start (struct pg *pg, struct md_error *err)
{
  int klass = quote_space (pg, err);

  /* NOTICE: relation exists, skipping.                                      */
  PQsetNoticeProcessor (pg->conn, be_quiet, NULL);
  if (klass == MD_OK)
    klass = pg_exec (pg, "set up the session", err,
                     "SET TimeZone = 'UTC'; SET standard_conforming_strings = "
                     "on; SET statement_timeout = %lld",
                     (long long) pg->statement_timeout);
  return klass == MD_OK ? pg_set_up (pg, err) : klass;
}

static enum pg_prices
prices_of (const char *name)
{
  for (int i = 0; price_names[i] != NULL; i++) {
    if (strcmp (price_names[i], name) == 0)
      return (enum pg_prices) i;
  }
  return PG_NUMERIC;
}

static void *
pg_open (struct md_call *call, const struct md_host *host,
         const union md_value *config, struct md_error *err)
{
  struct pg *pg = calloc (1, sizeof *pg);

  if (pg == NULL)
    return NULL;
  pg->host = host;
  pg->space = strdup (config[KEY_SCHEMA].s);
  pg->prices = prices_of (config[KEY_PRICES].s);
  pg->statement_timeout = config[KEY_TIMEOUT].i / 1000000;
  pg->conn = pg_connect (config[KEY_CONNINFO].s, config[KEY_PASSWORD].s, err);
  if (pg->conn == NULL || start (pg, err) != MD_OK) {
    pg_close (pg);
    return NULL;
  }
  return pg;
}

static int
pg_attach (void *sink, struct md_call *call, const struct md_feed *feed,
           struct md_error *err)
{
  struct pg *pg = sink;

  pg->feed = strdup (feed->id);
  return pg->feed != NULL ? MD_OK
                          : pg_error (err, MD_ERR_INTERNAL, "out of memory");
}

static int
pg_last_commit (void *sink, struct md_call *call, uint64_t *ret_commit,
                struct md_error *err)
{
  struct pg *pg = sink;
  const char *values[] = { pg->feed };
  PGresult *result;
  char sql[200];
  int klass;

  snprintf (sql, sizeof sql, "SELECT commit FROM %s.progress WHERE feed = $1",
            pg->quoted_space);
  klass = pg_query (pg, "read the progress", sql, 1, values, &result, err);
  if (klass != MD_OK)
    return klass;
  *ret_commit = PQntuples (result) == 0
                  ? 0 : strtoull (PQgetvalue (result, 0, 0), NULL, 10);
  PQclear (result);
  return MD_OK;
}

/* ---- a segment --------------------------------------------------------------- */

static int
pg_begin_segment (void *sink, struct md_call *call,
                  const struct md_segment *segment, struct md_error *err)
{
  struct pg *pg = sink;
  bool vacant = false;
  int klass = pg_begin (pg, err);

  pg->segment = segment;
  pg->last_ts = INT64_MIN;
  pg->ord = 0;
  if (klass == MD_OK)
    klass = pg_table_of (pg, segment, &pg->table, err);
  if (klass == MD_OK)
    klass = pg_instrument (pg, segment, &pg->instrument, err);
  if (klass == MD_OK)
    klass = pg_is_vacant (pg, &vacant, err);
  pg->to_stage = !vacant;
  return klass == MD_OK && pg->to_stage ? pg_make_stage (pg, pg->table, err)
                                        : klass;
}

static int
end_copy (struct pg *pg, const char *why, struct md_error *err)
{
  int ended = PQputCopyEnd (pg->conn, why), klass = MD_OK;
  PGresult *result;

  if (ended != 1)
    klass = pg_fail (pg, NULL, "send rows", err);
  while ((result = PQgetResult (pg->conn)) != NULL) {
    if (klass == MD_OK && why == NULL
        && PQresultStatus (result) != PGRES_COMMAND_OK)
      klass = pg_fail (pg, result, "write rows", err);
    PQclear (result);
  }
  return klass;
}

static int
copy_rows (struct pg *pg, const struct ArrowArray *array,
           const int32_t *ingestions, struct md_error *err)
{
  char *columns = pg_column_list (pg->table, "", true, err);
  int klass;

  if (columns == NULL)
    return err->klass;
  klass = pg_exec (pg, "write rows", err, "COPY %s%s%s (%s) FROM STDIN (FORMAT "
                   "binary)", pg->to_stage ? "" : pg->quoted_space,
                   pg->to_stage ? "" : ".", pg->to_stage ? pg->table->stage
                                                         : pg->table->rows,
                   columns);
  free (columns);
  if (klass != MD_OK)
    return klass;
  klass = pg_put_rows (pg, array, ingestions, err);
  if (klass == MD_OK)
    return end_copy (pg, NULL, err);
  end_copy (pg, "given up", &(struct md_error) { 0 });
  return klass;
}

/* Numbers for the entries of the columns of origin.                         */
static int
number_origins (struct pg *pg, const struct ArrowArray *array,
                int32_t **ret_numbers, struct md_error *err)
{
  const struct ArrowArray *ids = array->children[array->n_children - 1];
  const struct ArrowArray *times = array->children[array->n_children - 2];
  int64_t n = ids->dictionary->length;
  int32_t *numbers = calloc ((size_t) n + 1, sizeof *numbers);
  int klass = MD_OK;

  if (numbers == NULL)
    return pg_error (err, MD_ERR_INTERNAL, "out of memory");
  for (int32_t i = 0; klass == MD_OK && i < n; i++) {
    const int64_t *at = times->dictionary->buffers[1];

    klass = pg_ingestion (pg, md_arrow_dictionary_text (ids->dictionary, i),
                          md_arrow_is_null (times->dictionary, i) ? MD_ABSENT
                                                                  : at[i],
                          &numbers[i], err);
  }
  if (klass != MD_OK)
    free (numbers);
  else
    *ret_numbers = numbers;
  return klass;
}

/* The instrument's first and last row, for who looks around.                */
static int
note_seen (struct pg *pg, md_time first, md_time last, struct md_error *err)
{
  int16_t ns;
  long long from = pg_time (first, &ns), to = pg_time (last, &ns);

  return pg_exec (
    pg, "note the instrument", err,
    "UPDATE %s.instruments SET first_seen = least (first_seen, t.a), "
    "last_seen = greatest (last_seen, t.b) FROM (SELECT "
    "'2000-01-01 UTC'::timestamptz + %lld * interval '1 microsecond' AS a, "
    "'2000-01-01 UTC'::timestamptz + %lld * interval '1 microsecond' AS b) t "
    "WHERE id = %d AND (first_seen IS NULL OR first_seen > t.a "
    "OR last_seen < t.b)", pg->quoted_space, from, to, (int) pg->instrument);
}

static int
pg_write (void *sink, struct md_call *call, const struct ArrowSchema *schema,
          struct ArrowArray *array, struct md_error *err)
{
  struct pg *pg = sink;
  const int64_t *ts = array->children[0]->buffers[1];
  int32_t *numbers = NULL;
  int klass;

  if (array->length == 0) {
    array->release (array);
    return MD_OK;
  }
  klass = pg_make_parts (pg, pg->table, ts, array->length, err);
  if (klass == MD_OK)
    klass = number_origins (pg, array, &numbers, err);
  if (klass == MD_OK)
    klass = copy_rows (pg, array, numbers, err);
  if (klass == MD_OK)
    klass = note_seen (pg, ts[0], ts[array->length - 1], err);
  free (numbers);
  if (klass == MD_OK)
    array->release (array);
  return klass;
}

static int
finish_batch (struct pg *pg, uint64_t progress, struct md_error *err)
{
  char number[24], sql[300];
  const char *values[] = { pg->feed, number };
  int klass;

  snprintf (number, sizeof number, "%llu", (unsigned long long) progress);
  snprintf (sql, sizeof sql, "INSERT INTO %s.progress (feed, commit, at) "
            "VALUES ($1, $2, now ()) ON CONFLICT (feed) DO UPDATE SET commit "
            "= excluded.commit, at = excluded.at", pg->quoted_space);
  klass = pg_query (pg, "keep the progress", sql, 2, values, NULL, err);
  if (klass == MD_OK)
    klass = pg_exec (pg, "commit", err, "COMMIT");
  if (klass == MD_OK)
    pg->in_transaction = false;
  return klass;
}

static int
pg_commit (void *sink, struct md_call *call, struct md_error *err)
{
  struct pg *pg = sink;
  uint64_t progress = pg->segment->progress;
  int klass = pg->to_stage ? pg_merge (pg, err) : MD_OK;

  if (klass == MD_OK && progress != 0)
    klass = finish_batch (pg, progress, err);
  pg->segment = NULL;
  return klass;
}

/* The whole batch: what of it was there is delivered again.                 */
static int
pg_abort (void *sink, struct md_call *call, struct md_error *err)
{
  struct pg *pg = sink;

  PQclear (PQexec (pg->conn, "ROLLBACK"));
  pg->in_transaction = false;
  pg->segment = NULL;
  return MD_OK;
}

static const struct md_sink sink_vtable = {
  .struct_size = sizeof (struct md_sink),
  .open = pg_open,
  .close = pg_close,
  .attach = pg_attach,
  .begin = pg_begin_segment,
  .write = pg_write,
  .commit = pg_commit,
  .abort = pg_abort,
  .last_commit = pg_last_commit,
};

static const struct md_iface ifaces[] = {
  { MD_IFACE_SINK, &sink_vtable }, { NULL, NULL }
};

MD_PLUGIN (.name = "postgres", .version = "0.1.0",
           .description = "Tables in a PostgreSQL database",
           .license = "Apache-2.0",
           MD_ARRAY (key, keys), .ifaces = ifaces)
