/* SPDX-License-Identifier: Apache-2.0
 *
 * ids.c - instruments and ingestions as numbers, asked for once a session.
 */
#include "pg.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <support/time.h>

/* The latest few: series and commits come one after the other.              */
#define KEPT 64

struct pg_id {
  char key[400];
  int32_t id;
};

struct pg_ids {
  struct pg_id slots[KEPT];
  unsigned next;
};

void
pg_forget_ids (struct pg *pg)
{
  free (pg->ids);
  pg->ids = NULL;
}

static bool
known (const struct pg *pg, const char *key, int32_t *ret_id)
{
  for (unsigned i = 0; pg->ids != NULL && i < KEPT; i++) {
    if (strcmp (pg->ids->slots[i].key, key) == 0) {
      *ret_id = pg->ids->slots[i].id;
      return true;
    }
  }
  return false;
}

static void
keep (struct pg *pg, const char *key, int32_t id)
{
  struct pg_id *slot;

  if (pg->ids == NULL)
    pg->ids = calloc (1, sizeof *pg->ids);
  if (pg->ids == NULL)
    return; /* it is asked again                                             */
  slot = &pg->ids->slots[pg->ids->next++ % KEPT];
  snprintf (slot->key, sizeof slot->key, "%s", key);
  slot->id = id;
}

/* `find`, and where that has no answer `make`, which has one.               */
static int
find_or_make (struct pg *pg, const char *doing, const char *find,
              const char *make, int n, const char *const *values,
              int32_t *ret_id, struct md_error *err)
{
  PGresult *result;
  int klass = pg_query (pg, doing, find, n, values, &result, err);

  if (klass == MD_OK && PQntuples (result) == 0) {
    PQclear (result);
    klass = pg_query (pg, doing, make, n, values, &result, err);
  }
  if (klass != MD_OK)
    return klass;
  *ret_id = PQntuples (result) > 0
              ? (int32_t) strtol (PQgetvalue (result, 0, 0), NULL, 10) : 0;
  PQclear (result);
  return *ret_id > 0 ? MD_OK
                     : pg_error (err, MD_ERR_INTERNAL, "cannot %s: the server "
                                 "gave no number", doing);
}

static int
note_provider (struct pg *pg, const char *name, struct md_error *err)
{
  const char *values[] = { name };
  char sql[200];

  snprintf (sql, sizeof sql, "INSERT INTO %s.providers (name) VALUES ($1) "
            "ON CONFLICT DO NOTHING", pg->quoted_space);
  return pg_query (pg, "note the provider", sql, 1, values, NULL, err);
}

int
pg_instrument (struct pg *pg, const struct md_segment *segment,
               int32_t *ret_id, struct md_error *err)
{
  const char *values[] = { segment->provider, segment->dataset,
                           segment->symbol };
  char key[sizeof ((struct pg_id *) NULL)->key], find[300], make[300];
  int len = snprintf (key, sizeof key, "s%s\n%s\n%s", segment->provider,
                      segment->dataset, segment->symbol), klass;

  if ((size_t) len < sizeof key && known (pg, key, ret_id))
    return MD_OK;
  snprintf (find, sizeof find, "SELECT id FROM %s.instruments WHERE "
            "provider = $1 AND dataset = $2 AND symbol = $3",
            pg->quoted_space);
  snprintf (make, sizeof make, "INSERT INTO %s.instruments (provider, "
            "dataset, symbol) VALUES ($1, $2, $3) ON CONFLICT (provider, "
            "dataset, symbol) DO UPDATE SET symbol = excluded.symbol "
            "RETURNING id", pg->quoted_space);
  klass = note_provider (pg, segment->provider, err);
  if (klass == MD_OK)
    klass = find_or_make (pg, "note the instrument", find, make, 3, values,
                          ret_id, err);
  if (klass == MD_OK && (size_t) len < sizeof key)
    keep (pg, key, *ret_id);
  return klass;
}

int
pg_ingestion (struct pg *pg, struct md_text id, md_time extracted_at,
              int32_t *ret_id, struct md_error *err)
{
  const struct md_segment *segment = pg->segment;
  char text[80], at[40], key[160], find[300], make[400];
  const char *values[] = { text, at, segment->provider,
                           segment->flags & MD_SEGMENT_MADE_UP ? "t" : "f" };
  int klass;

  *ret_id = 0;
  if (id.ptr == NULL || id.len >= sizeof text || extracted_at == MD_ABSENT)
    return MD_OK;
  memcpy (text, id.ptr, id.len);
  text[id.len] = '\0';
  /* timestamptz has microseconds; the number is told by text and time.      */
  md_time_format (extracted_at - extracted_at % 1000, at);
  snprintf (key, sizeof key, "i%s\n%s", text, at);
  if (known (pg, key, ret_id))
    return MD_OK;
  snprintf (find, sizeof find, "SELECT id FROM %s.ingestions WHERE "
            "ingestion_id = $1 AND extracted_at = $2 AND $3 <> '' AND "
            "$4::boolean IS NOT NULL", pg->quoted_space);
  snprintf (make, sizeof make, "INSERT INTO %s.ingestions (ingestion_id, "
            "extracted_at, source_provider, is_mock) VALUES ($1, $2, $3, $4) "
            "ON CONFLICT (ingestion_id, extracted_at) DO UPDATE SET "
            "ingestion_id = excluded.ingestion_id RETURNING id",
            pg->quoted_space);
  klass = find_or_make (pg, "note the ingestion", find, make, 4, values,
                        ret_id, err);
  if (klass == MD_OK)
    keep (pg, key, *ret_id);
  return klass;
}
