/* SPDX-License-Identifier: Apache-2.0
 *
 * delta.h - the delta sink; between its files.
 *
 * ROOT/TABLE/date=T/symbol=Y/part-FEED-COMMIT-N.P,D.parquet
 * ROOT/TABLE/_delta_log/00000000000000000000.json ...
 * ROOT/_mdcore/FEED/feed, progress, staged/, placed
 *
 * The transaction log says which files count
 * (https://github.com/delta-io/delta/blob/master/PROTOCOL.md).  A file is
 * staged, put in its place and then named by one new version of the log,
 * which is made by linking a complete file to its name: of several writers
 * one gets the number, the others look again.  `placed` names files that are
 * being put in place, so that those of a version that never came are removed.
 */
#ifndef DELTA_DELTA_H
#define DELTA_DELTA_H

#include "lake/feed.h"
#include "lake/stage.h"

#include <support/json.h>

/* ---- state.c: what a table's log says -------------------------------- */

struct delta_file {
  char *path;             /* on the disk, relative to the table             */
  char *partition;        /* partitionValues as JSON                        */
  char *stats;            /* as JSON, or NULL                               */
  uint64_t size;
  int64_t modified;       /* ms since 1970                                  */
  int64_t removed;        /* ms; 0: the file is in the table                */
  uint64_t series;        /* hash of symbol folder and provider, dataset    */
  uint64_t symbol;        /* hash of the symbol folder                      */
};

struct delta_app {
  char *id;
  int64_t version;
};

struct delta_state {
  int64_t version;        /* of the log so far; -1: there is no table       */
  struct delta_file *files;
  size_t n_files, file_room;
  uint32_t *slots;        /* hash table of file + 1 by path                 */
  size_t n_slots;
  struct delta_app *apps;
  size_t n_apps;
  char *metadata;         /* the metaData action as JSON, or NULL           */
  char *schema;           /* its schemaString, unescaped                    */
  int reader, writer;     /* protocol versions                              */
};

void delta_state_clear (struct delta_state *state);
/* Takes in one version's actions: lines of JSON.                           */
int delta_state_apply (struct delta_state *state, const char *text, size_t len,
                       struct md_error *err);
/* NULL: not there.                                                         */
struct delta_file *delta_state_find (const struct delta_state *state,
                                     const char *path);
int64_t delta_state_app (const struct delta_state *state, const char *id);
/* For a file that a checkpoint names; texts are copied.                    */
int delta_state_add (struct delta_state *state, const struct delta_file *file,
                     struct md_error *err);

/* ---- names.c --------------------------------------------------------- */

/* Hashes of what a path says; 0 where it is none of our names.             */
void delta_path_hashes (const char *path, uint64_t *ret_series,
                        uint64_t *ret_symbol);
uint64_t delta_hash (const char *text, size_t len);
/* Paths in the log are percent-encoded once more.                          */
void delta_put_path (struct pq_bytes *out, const char *path);
/* Decodes in place.                                                        */
void delta_get_path (char *path);
void delta_put_text (struct pq_bytes *out, const char *text); /* JSON       */
void delta_put (struct pq_bytes *out, const char *format, ...)
  __attribute__ ((format (printf, 2, 3)));

/* ---- table.c --------------------------------------------------------- */

/* What a segment became.                                                   */
struct delta_part {
  struct lake_file *files; /* owned                                         */
  size_t n_files;
  md_time from, to;        /* what it replaces                              */
  bool replaces;
  enum lake_period period;
  char *symbol_folder;     /* "symbol=AAPL"; owned                          */
  char *symbol;            /* owned                                         */
  char *ending;            /* ".PROVIDER,DATASET.parquet"; owned            */
  uint64_t commit;
};

struct delta_table {
  char *name;
  char folder[LAKE_PATH], log[LAKE_PATH];
  struct delta_state state;
  char *schema;            /* what the rows of the batch look like          */
  enum lake_period period;
  struct delta_part *parts;
  size_t n_parts;
};

struct delta_sink {
  const struct md_host *host;
  char *root, *template, *period;
  struct lake_options options;

  char *feed_id;
  struct lake_feed feed;
  bool straight;
  struct delta_table *tables; /* touched by the batch, or before it         */
  size_t n_tables;

  struct lake_stage stage;
  struct md_segment segment;
  char *texts[4];
};

/* The table of the segment, with its log read.                             */
int delta_table_get (struct delta_sink *sink, const struct md_segment *segment,
                     struct delta_table **ret_table, struct md_error *err);
int delta_table_by_name (struct delta_sink *sink, const char *name,
                         struct delta_table **ret_table, struct md_error *err);
void delta_table_clear (struct delta_table *table);
/* What the segment became, as one more part of the table's next version;
 * the stage's files are taken over.                                        */
int delta_table_add_part (struct delta_sink *sink, struct delta_table *table,
                          struct md_error *err);
void delta_table_forget_parts (struct delta_table *table);
/* Reads what others, or an earlier run, have added to the log.             */
int delta_table_refresh (struct delta_table *table, struct md_error *err);
/* Where a part's file goes, relative to the table.                         */
int delta_file_path (const struct delta_sink *sink,
                     const struct delta_part *part,
                     const struct lake_file *file, char *path,
                     struct md_error *err);

/* ---- commit.c -------------------------------------------------------- */

/* One version with all parts.  None where the log has them already.        */
int delta_table_commit (struct delta_sink *sink, struct md_call *call,
                        struct delta_table *table, uint64_t progress,
                        struct md_error *err);

/* ---- placed.c -------------------------------------------------------- */

/* Notes the files that all tables' parts are going to put in place.        */
int delta_placed_write (const struct delta_sink *sink, struct md_error *err);
/* They are in the log.                                                     */
int delta_placed_forget (const struct delta_sink *sink, struct md_error *err);
/* Removes those that no version names, after an interruption.              */
int delta_placed_clean (struct delta_sink *sink, struct md_error *err);

/* ---- actions.c, schema.c, checkpoint.c ------------------------------- */

/* The JSON of a new version: what comes, what goes.                        */
struct delta_change {
  struct pq_bytes text;
  int64_t now;             /* ms                                            */
};
void delta_put_commit_info (struct delta_change *change, bool replaces);
void delta_put_protocol (struct delta_change *change);
void delta_put_metadata (struct delta_change *change,
                         const struct delta_table *table, const char *id);
void delta_put_txn (struct delta_change *change, const char *app,
                    uint64_t version);
void delta_put_add (struct delta_change *change, const struct delta_part *part,
                    const struct lake_file *file, const char *path);
void delta_put_remove (struct delta_change *change,
                       const struct delta_file *file);
/* The partition values of a file as JSON.                                  */
void delta_put_partition (struct pq_bytes *out, const struct delta_part *part,
                          md_time period);

/* The table's schema as Delta writes it.  (the caller's) NULL: no memory.  */
char *delta_schema (const struct lake_rows *rows, enum lake_period period);
/* What the log keeps of a file's columns; lake_stage's `completed`.        */
int delta_stats (struct lake_stage *stage, struct lake_file *file,
                 const struct pq_writer *writer, struct md_error *err);

/* Begins the state with the last checkpoint, where the log lacks its first
 * versions.                                                                */
int delta_checkpoint_load (struct delta_table *table, struct md_error *err);
/* Writes the state as a checkpoint, and _last_checkpoint.                  */
int delta_checkpoint (const struct delta_table *table, int64_t now,
                      struct md_error *err);

#endif
