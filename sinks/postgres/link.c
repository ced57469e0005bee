/* SPDX-License-Identifier: Apache-2.0
 *
 * link.c - the connection, statements, errors.
 */
#include "pg.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int
pg_error (struct md_error *err, int klass, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  vsnprintf (err->message, sizeof err->message, format, args);
  va_end (args);
  err->klass = klass;
  return klass;
}

/* https://www.postgresql.org/docs/15/errcodes-appendix.html                 */
static int
class_of (const char *state)
{
  static const struct {
    const char *prefix;
    int klass;
  } classes[] = {
    { "28", MD_ERR_AUTH },      /* invalid authorization                     */
    { "3D", MD_ERR_CONFIG },    /* no such database                          */
    { "42501", MD_ERR_AUTH },   /* insufficient privilege                    */
    { "22", MD_ERR_PROTOCOL },  /* data the server cannot hold               */
    { "08", MD_ERR_NETWORK },   /* connection                                */
    { "40", MD_ERR_NETWORK },   /* deadlock, serialization: try again        */
    { "53", MD_ERR_NETWORK },   /* disk full, too many connections           */
    { "57", MD_ERR_NETWORK },   /* shutdown, statement_timeout               */
  };

  for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++) {
    if (strncmp (state, classes[i].prefix, strlen (classes[i].prefix)) == 0)
      return classes[i].klass;
  }
  return MD_ERR_INTERNAL;
}

static void
cut_line_feeds (char *text)
{
  size_t len = strlen (text);

  while (len > 0 && text[len - 1] == '\n')
    text[--len] = '\0';
  for (; *text != '\0'; text++)
    *text = *text == '\n' ? ' ' : *text;
}

int
pg_fail (struct pg *pg, const PGresult *result, const char *doing,
         struct md_error *err)
{
  const char *state = result != NULL
                        ? PQresultErrorField (result, PG_DIAG_SQLSTATE) : NULL;
  const char *said = result != NULL ? PQresultErrorMessage (result) : "";
  int klass = state != NULL ? class_of (state) : MD_ERR_NETWORK;

  if (*said == '\0')
    said = PQerrorMessage (pg->conn);
  pg_error (err, klass, "cannot %s: %s", doing,
            *said != '\0' ? said : "the connection was lost");
  cut_line_feeds (err->message);
  return klass;
}

/* A server that is starting up or away is worth another try; one that knows
 * us and says no is not.                                                    */
static int
connect_class (const char *said)
{
  static const char *const refusals[] = {
    "password", "authentication", "no pg_hba.conf entry", "role \""
  };

  for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
    if (strstr (said, refusals[i]) != NULL)
      return MD_ERR_AUTH;
  }
  return strstr (said, "database \"") != NULL
             && strstr (said, "does not exist") != NULL ? MD_ERR_CONFIG
                                                        : MD_ERR_NETWORK;
}

PGconn *
pg_connect (const char *conninfo, const char *password, struct md_error *err)
{
  /* What comes later wins, so a password in its own key is the one.         */
  const char *names[] = { "dbname", "fallback_application_name",
                          "connect_timeout", "client_encoding",
                          password != NULL ? "password" : NULL, NULL };
  const char *values[] = { conninfo, "mdcore", "15", "UTF8", password, NULL };
  PGconn *conn = PQconnectdbParams (names, values, 1);

  const char *said = conn != NULL ? PQerrorMessage (conn) : "out of memory";

  if (conn != NULL && PQstatus (conn) == CONNECTION_OK)
    return conn;
  pg_error (err, connect_class (said),
              "cannot connect to the database: %s", said);
  cut_line_feeds (err->message);
  PQfinish (conn);
  return NULL;
}

static int
check (struct pg *pg, PGresult *result, const char *doing,
       struct md_error *err)
{
  ExecStatusType status = PQresultStatus (result);

  return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK
             || status == PGRES_COPY_IN
           ? MD_OK : pg_fail (pg, result, doing, err);
}

int
pg_exec (struct pg *pg, const char *doing, struct md_error *err,
         const char *format, ...)
{
  va_list args;
  PGresult *result;
  char *sql;
  int klass, len;

  va_start (args, format);
  len = vasprintf (&sql, format, args);
  va_end (args);
  if (len < 0)
    return pg_error (err, MD_ERR_INTERNAL, "out of memory");
  result = PQexec (pg->conn, sql);
  klass = check (pg, result, doing, err);
  PQclear (result);
  free (sql);
  return klass;
}

int
pg_query (struct pg *pg, const char *doing, const char *sql, int n,
          const char *const *values, PGresult **ret_result,
          struct md_error *err)
{
  PGresult *result = PQexecParams (pg->conn, sql, n, NULL, values, NULL, NULL,
                                   0);
  int klass = check (pg, result, doing, err);

  if (klass == MD_OK && ret_result != NULL)
    *ret_result = result;
  else
    PQclear (result);
  return klass;
}

int
pg_begin (struct pg *pg, struct md_error *err)
{
  int klass;

  if (pg->in_transaction)
    return MD_OK;
  klass = pg_exec (pg, "begin a transaction", err, "BEGIN");
  pg->in_transaction = klass == MD_OK;
  return klass;
}
