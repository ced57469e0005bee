/* SPDX-License-Identifier: Apache-2.0
 *
 * db.h - one RocksDB with our families and options, opened in one of three
 * ways.
 */
#pragma once

#include "data/error.h"

#include <rocksdb/c.h>

/* docs/architecture.md has keys and values.                                */
typedef enum {
  FAMILY_META,
  FAMILY_CATALOGUE,
  FAMILY_BLOCKS,
  FAMILY_HISTORY,
  FAMILY_LEDGER,
  FAMILY_MAPPINGS,
  FAMILY_LINEAGE,
  FAMILY_DEAD,
  FAMILY_RAW,
  FAMILY_DOCS,
  N_FAMILIES
} Family;

typedef enum {
  DB_PRIMARY,   /* the writer                                               */
  DB_READ_ONLY, /* a view; nobody writes at the moment of opening           */
  DB_SECONDARY  /* a view while another process writes                      */
} DbKind;

typedef struct {
  DbKind kind;
  char *path;                     /* of the store, for messages             */
  rocksdb_t *rocks;
  rocksdb_column_family_handle_t *families[N_FAMILIES];
  rocksdb_readoptions_t *read;
  rocksdb_writeoptions_t *sync;
} Db;

Db *db_open (const char *path, DbKind kind, GError **error);
/* A writer's large memory tables are flushed, so that the next open need not
 * replay them.                                                             */
void db_close (Db *db);
const char *db_family_name (Family family);
