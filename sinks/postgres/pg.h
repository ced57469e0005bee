/* SPDX-License-Identifier: Apache-2.0
 *
 * pg.h - the rooms of the postgres sink.
 *
 * postgres.c  keys, and a segment's life
 * link.c      the connection, statements, errors
 * tables.c    what is created in the database, and when; parts.c partitions
 * replace.c   what a segment's rows do to those that are there
 * ids.c       instruments and ingestions as numbers
 * encode.c    rows as PostgreSQL's binary COPY takes them
 *
 * A session is used by one thread.  Everything between two commits with
 * progress is one transaction.
 */
#ifndef MDCORE_POSTGRES_H
#define MDCORE_POSTGRES_H

#include <mdcore-arrow.h>
#include <mdcore.h>

#include <libpq-fe.h>

#define PG_NAME_SIZE 64 /* PostgreSQL's limit for names                      */

enum pg_prices { PG_NUMERIC, PG_BIGINT, PG_DOUBLE };

/* One column of a table, after instrument, ts, ts_ns and ord.               */
struct pg_column {
  char     name[PG_NAME_SIZE];
  uint32_t type;     /* enum md_field_type                                   */
  bool     has_ns;   /* a column NAME_ns with the rest below a microsecond   */
  int64_t  child;    /* of the arrays that `write` brings                    */
};

/* One schema's table.                                                       */
struct pg_table {
  char view[PG_NAME_SIZE];  /* what people read: "ohlcv_1m"                  */
  char rows[PG_NAME_SIZE];  /* where the rows are: "ohlcv_1m_rows"           */
  char stage[PG_NAME_SIZE]; /* "ohlcv_1m_stage", temporary                   */
  bool is_tick;             /* times need nanoseconds                        */
  bool by_year;             /* partitions                                    */
  bool is_hyper;            /* TimescaleDB cuts it                           */
  bool is_staged;           /* the temporary table is there                  */
  struct pg_column *columns;
  size_t n_columns;
  int  *parts;              /* partitions known: year * 12 + month           */
  size_t n_parts;
};

struct pg_bytes {
  unsigned char *data;
  size_t len, size;
};

struct pg {
  const struct md_host *host;
  PGconn *conn;
  char *space;               /* the database schema that holds it all        */
  char *quoted_space;
  char *feed;
  enum pg_prices prices;
  int64_t statement_timeout; /* ms, 0 = none                                 */
  bool has_timescale;
  bool in_transaction;

  struct pg_table **tables;
  size_t n_tables;
  struct pg_ids *ids;

  /* The segment being written.                                              */
  struct pg_table *table;
  const struct md_segment *segment; /* borrowed from begin to commit         */
  int32_t instrument;
  bool to_stage;
  md_time last_ts;           /* for ord                                      */
  int32_t ord;
  struct pg_bytes out;
};

/* ---- link.c --------------------------------------------------------------- */

PGconn *pg_connect (const char *conninfo, const char *password,
                    struct md_error *err);
/* Class and message of what the server or libpq said last.  `doing` names the
 * step.                                                                     */
int pg_fail (struct pg *pg, const PGresult *result, const char *doing,
             struct md_error *err);
int pg_error (struct md_error *err, int klass, const char *format, ...)
  __attribute__ ((format (printf, 3, 4)));
/* One statement.  `doing` says what for in errors.                          */
int pg_exec (struct pg *pg, const char *doing, struct md_error *err,
             const char *format, ...) __attribute__ ((format (printf, 4, 5)));
/* A statement with text parameters; the result is the caller's.             */
int pg_query (struct pg *pg, const char *doing, const char *sql, int n,
              const char *const *values, PGresult **ret_result,
              struct md_error *err);
/* Begins a transaction unless one is open.                                  */
int pg_begin (struct pg *pg, struct md_error *err);

/* ---- tables.c ------------------------------------------------------------- */

/* The database schema and the tables that are not rows.                     */
int pg_set_up (struct pg *pg, struct md_error *err);
/* The table of the segment's schema, created on first use.                  */
int pg_table_of (struct pg *pg, const struct md_segment *segment,
                 struct pg_table **ret_table, struct md_error *err);
/* One at a time creates things, until the transaction ends.                 */
int pg_lock_creation (struct pg *pg, struct md_error *err);
/* Partitions for rows of these times, which grow.                           */
int pg_make_parts (struct pg *pg, struct pg_table *table, const int64_t *ts,
                   int64_t n, struct md_error *err);
int pg_make_stage (struct pg *pg, struct pg_table *table,
                   struct md_error *err);
void pg_table_free (struct pg_table *table);
/* The columns in the order of `COPY`, separated by ", "; `prefix` goes before
 * each.  (transfer full: free)                                              */
char *pg_column_list (const struct pg_table *table, const char *prefix,
                      bool with_key, struct md_error *err);

/* ---- replace.c ------------------------------------------------------------ */

/* Nothing is in the segment's interval: rows can go there at once.          */
int pg_is_vacant (struct pg *pg, bool *ret_vacant, struct md_error *err);
/* Deletes what the staged rows lack, then puts those that differ.           */
int pg_merge (struct pg *pg, struct md_error *err);

/* ---- ids.c ---------------------------------------------------------------- */

int pg_instrument (struct pg *pg, const struct md_segment *segment,
                   int32_t *ret_id, struct md_error *err);
/* A number for an entry of the dictionaries of origin; 0 when not known.    */
int pg_ingestion (struct pg *pg, struct md_text id, md_time extracted_at,
                  int32_t *ret_id, struct md_error *err);
void pg_forget_ids (struct pg *pg);

/* ---- encode.c ------------------------------------------------------------- */

/* Microseconds since 2000, the ends of time as infinities; the rest in ns.  */
int64_t pg_time (md_time t, int16_t *ret_ns);
/* A numeric's bytes after the length; returns their number, at most 24.     */
size_t pg_numeric (md_price price, unsigned char *buf);
/* Sends the rows of one array through the open COPY.                        */
int pg_put_rows (struct pg *pg, const struct ArrowArray *array,
                 const int32_t *ingestions, struct md_error *err);
bool pg_bytes_add (struct pg_bytes *bytes, const void *data, size_t len);

#endif
