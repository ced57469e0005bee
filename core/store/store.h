/* SPDX-License-Identifier: Apache-2.0
 *
 * store.h - rows, coverage, lineage and dead letters in one RocksDB.
 *
 * The only room that knows RocksDB.  One process at a time may write; any
 * number may read, also while it writes.  A commit is one synced WriteBatch:
 * after `kill -9` the store equals a prefix of the acknowledged commits.
 * docs/architecture.md describes families and keys.
 */
#pragma once

#include "data/block.h"
#include "data/columns.h"
#include "data/error.h"

/* ---- open ------------------------------------------------------------ */

typedef struct Store Store;

typedef enum {
  STORE_READ,   /* a consistent view as of now; writes nothing into the store */
  STORE_WRITE,  /* creates it if missing                                      */
  STORE_WRITE_EXISTING
} StoreMode;

/* CORE_ERROR_STORE_MISSING, _LOCKED (names the holder's pid, command and
 * progress), _DAMAGED, _FORMAT, _FULL.  The path is created with its parents
 * for STORE_WRITE.                                                           */
Store *store_open (const char *path, StoreMode mode, GError **error);
void store_close (Store *store);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Store, store_close)
const char *store_path (const Store *store);
/* STORE_READ: moves the view to now.                                         */
gboolean store_refresh (Store *store, GError **error);
/* One line that a waiting second writer shows; also says what command runs.  */
void store_set_progress (Store *store, const char *line);

/* ---- names ----------------------------------------------------------- */

/* What rows are filed under: the delivered instrument.                       */
typedef struct {
  char *provider, *dataset, *schema, *instrument;
} SeriesKey;

/* What coverage is filed under: the selector as asked.                       */
typedef struct {
  char *provider, *dataset, *schema, *selector; /* selector "*" for all       */
  guint kind;                                   /* enum md_selector           */
} AskKey;

void series_key_clear (SeriesKey *key);
void ask_key_clear (AskKey *key);

/* ---- the ledger ------------------------------------------------------ */

typedef enum {
  LEDGER_COMPLETE    = 10, /* rows are held                                   */
  LEDGER_EMPTY       = 20, /* the vendor has nothing there, believed          */
  LEDGER_SUSPECT     = 30, /* nothing came, asked again at next_ask           */
  LEDGER_STALE       = 40, /* held, but rewritten at the vendor since         */
  LEDGER_FAILED      = 50, /* asked in vain, or quarantined: see reason       */
  LEDGER_UNAVAILABLE = 60, /* not in the plan, or not there (any more / yet)  */
  LEDGER_PRUNED      = 70, /* was held, dropped by `store prune`              */
  LEDGER_MISSING     = 80  /* known to be lost (a stream's hole)              */
} LedgerState;
const char *ledger_state_name (LedgerState state);
/* Held or believed empty: not asked again by a plain run.                    */
gboolean ledger_state_settled (LedgerState state);

typedef struct {
  md_time from, to;
  LedgerState state;
  guint32 asks;         /* how often it was asked                             */
  md_time asked_at;     /* last time                                          */
  md_time next_ask;     /* suspect, failed, unavailable: not before; 0 = any  */
  guint64 commit;       /* the newest commit that touched it                  */
  char *reason;         /* or NULL; failed: "class: sentence"; unavailable:   */
                        /*   sentence with the plan                           */
} LedgerSpan;

/* Sorted, disjoint LedgerSpans of one selector; gaps were never asked.
 * (transfer full; element free function set)                                 */
GArray *store_ledger (Store *store, const AskKey *key, GError **error);
/* All keys that match; NULL members match anything.  Calls until FALSE.      */
typedef gboolean (*LedgerVisit) (const AskKey *key, const GArray *spans,
                                 gpointer data);
gboolean store_ledger_each (Store *store, const AskKey *match,
                            LedgerVisit visit, gpointer data, GError **error);

/* ---- lineage, dead letters, raw answers ------------------------------ */

typedef struct {
  char *ingestion_id;   /* UUIDv7 of the chunk                                */
  char *run_id;         /* UUIDv7 of the run                                  */
  char *job, *plugin_version;
  char *request;        /* what was asked, one line, no secrets               */
  char *response_hashes; /* SHA-256 hex of each answer, joined by ','         */
  md_time started, finished;
  guint32 attempts;
  guint64 rows_in, rows_rejected;
  double score;         /* 0..1                                               */
} Lineage;
void lineage_clear (Lineage *lineage);

typedef struct {
  char *id;             /* set by the store                                   */
  char *run_id, *ingestion_id, *job;
  AskKey ask;
  char *instrument;     /* or NULL                                            */
  md_time ts;           /* or MD_ABSENT                                       */
  md_time at;           /* when it was set aside                              */
  char *reasons;        /* "high<low; missing:close", all of them             */
  GBytes *raw;          /* vendor's text, or a JSON object of the row         */
  GBytes *segment;      /* quarantined segment (sealed blocks), else NULL     */
  guint32 seen;         /* how often the same letter came                     */
} DeadLetter;
void dead_letter_free (DeadLetter *letter);

typedef struct {
  char *hash;           /* SHA-256 hex of `body`                              */
  char *url;            /* redacted                                           */
  char *content_type;
  md_time at;
  GBytes *body;         /* as the vendor sent it, transfer encodings undone;  */
                        /*   the store compresses it                          */
} RawAnswer;
void raw_answer_free (RawAnswer *answer);

typedef struct {
  char *instrument;
  md_time from, to;
} Mapping;
void mapping_free (Mapping *mapping);

/* ---- segments and commits -------------------------------------------- */

/* Coverage that the rows of a segment make stale, its own included.           */
typedef struct {
  AskKey ask;
  md_time from, to;     /* G_MININT64 = from the beginning                    */
  char *reason;
} StaleMark;

/* Rows of one series, cut and encoded by a worker (segment_seal).            */
typedef struct {
  char *instrument;
  Columns *rows;        /* sorted, in [from, to)                              */
  GPtrArray *blocks;    /* of SegmentBlock, filled by segment_seal            */
} SegmentSeries;

typedef struct {
  AskKey ask;
  const struct md_table *table;
  struct md_interval interval;
  md_time from, to;     /* what it covers and therefore replaces              */
  LedgerState state;    /* COMPLETE, EMPTY, SUSPECT, FAILED, UNAVAILABLE...   */
  guint32 asks;         /* 0 = one more than the ledger says                  */
  md_time next_ask;
  char *reason;
  GPtrArray *series;    /* of SegmentSeries; empty unless COMPLETE            */
  GPtrArray *mappings;  /* of Mapping                                         */
  GPtrArray *dead;      /* of DeadLetter                                      */
  GPtrArray *raw;       /* of RawAnswer                                       */
  GPtrArray *packed_raw; /* their bodies compressed, by segment_seal          */
  GPtrArray *stale;     /* of StaleMark: in force when the segment changes    */
                        /*   anything                                         */
  Lineage lineage;
  gboolean made_up;
  gboolean provisional; /* not final: rows replace, the ledger stays as it is */
  gboolean append_only; /* streams: add rows, withdraw nothing                */
  char *quarantine;     /* why it must not become data: kept as a dead letter, */
                        /*   the ledger says failed; NULL = it may            */
  double max_shrink;    /* share of held rows that a revision may withdraw;   */
                        /*   negative = any                                   */
  gsize bytes;          /* memory, for the queue's bound                      */
} Segment;

Segment *segment_new (void);
void segment_free (Segment *segment);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Segment, segment_free)
SegmentSeries *segment_add_series (Segment *segment, const char *instrument,
                                   Columns *rows /* (transfer full) */);
/* Copies.  Another selector than the segment's own: each once.              */
void segment_add_stale (Segment *segment, const AskKey *ask, md_time from,
                        md_time to, const char *reason);
/* CPU work of a commit that needs no store: cut, encode, compress.  [any]    */
void segment_seal (Segment *segment);
/* Its raw answers alone: the rows will hardly be stored.                     */
void segment_pack_raw (Segment *segment);
/* The segment that a quarantine put into a letter: to look at, or to commit
 * after all (max_shrink is negative).  (transfer full)                       */
Segment *segment_from_letter (const DeadLetter *letter, GError **error);

typedef struct {
  guint64 commit;       /* 0: nothing had to be written                       */
  guint64 added, changed, withdrawn, same; /* rows                            */
  guint64 stale;        /* selectors of which something went stale            */
  gboolean quarantined; /* by its maker, or for withdrawing more than         */
  char *reason;         /*   max_shrink: kept as a dead letter with segment,  */
                        /*   the ledger says failed                           */
} CommitResult;
void commit_result_clear (CommitResult *result);

/* Commits n segments in order as one synced batch; called by one thread at a
 * time.  Rows equal to what is held keep their commit; when rows, ledger,
 * mappings and letters would not change either, nothing is written.
 * Lineage is recorded for each commit number.                                */
gboolean store_commit (Store *store, Segment *const *segments, gsize n,
                       CommitResult *ret_results, GError **error);

/* Rewrites ledger states only.                                               */
gboolean store_mark (Store *store, const AskKey *key, md_time from, md_time to,
                     LedgerState state, const char *reason, GError **error);

/* ---- reading rows ---------------------------------------------------- */

typedef struct {
  SeriesKey key;
  const struct md_table *table;    /* today's, or as stored                   */
  struct md_interval interval;
  gboolean made_up;
} SeriesInfo;

typedef gboolean (*SeriesVisit) (const SeriesInfo *info, gpointer data);
/* NULL members of match match anything; sorted by key.                       */
gboolean store_series_each (Store *store, const SeriesKey *match,
                            SeriesVisit visit, gpointer data, GError **error);

/* Rows in [from, to) in time order, block by block; the columns are borrowed
 * for the call and carry `commit`.  as_of: MD_ABSENT = now, else the newest
 * rows among commits made at or before that wall time.                       */
typedef gboolean (*RowsVisit) (const SeriesInfo *info, const Columns *rows,
                               gpointer data);
gboolean store_scan (Store *store, const SeriesKey *key, md_time from,
                     md_time to, md_time as_of, RowsVisit visit, gpointer data,
                     GError **error);

typedef struct {
  guint64 rows, blocks, bytes;
  md_time first, last;             /* index times, MD_ABSENT if none          */
} SeriesStats;
gboolean store_series_stats (Store *store, const SeriesKey *key,
                             SeriesStats *ret_stats, GError **error);

/* Instruments that a selector has delivered, with their intervals.           */
GPtrArray *store_mappings (Store *store, const AskKey *key, GError **error);
GPtrArray *store_instruments (Store *store, const AskKey *key, GError **error);

/* ---- reading the rest ------------------------------------------------ */

/* One commit as `lineage`, `runs` and `changes` show it.                     */
typedef struct {
  guint64 commit;
  md_time at;
  AskKey ask;
  md_time from, to;
  LedgerState state;
  guint64 added, changed, withdrawn, same;
  Lineage lineage;
} CommitInfo;
typedef gboolean (*CommitVisit) (const CommitInfo *info, gpointer data);
/* Commits after `after`, oldest first.                                       */
gboolean store_commits_each (Store *store, guint64 after, CommitVisit visit,
                             gpointer data, GError **error);
gboolean store_commit_info (Store *store, guint64 commit, CommitVisit visit,
                            gpointer data, GError **error);

/* A superseded row and what replaced it; `now` is NULL when withdrawn,
 * `was` NULL when it was added where something was already covered.          */
typedef struct {
  SeriesKey key;
  md_time ts;
  guint64 was_commit, commit;      /* commit: the one that superseded it      */
  const Columns *was, *now;        /* one row each                            */
} ChangeInfo;
typedef gboolean (*ChangeVisit) (const ChangeInfo *info, gpointer data);
gboolean store_changes_each (Store *store, const SeriesKey *match,
                             md_time since, ChangeVisit visit, gpointer data,
                             GError **error);

/* Where rows of [from, to) came, were replaced or went by commits after
 * `after`: sorted, disjoint Spans (data/spans.h); rows that stand side by
 * side are one span.  (transfer full)                                        */
GArray *store_changed_spans (Store *store, const SeriesKey *key, md_time from,
                             md_time to, guint64 after, GError **error);
/* The newest commit, 0 = none.                                               */
gboolean store_last_commit (Store *store, guint64 *ret_commit, GError **error);
/* A name of this store that its copies share: made on first use, which needs
 * a store open for writing; NULL without an error when it has none yet.
 * (transfer full)                                                            */
char *store_id (Store *store, GError **error);

typedef gboolean (*DeadVisit) (const DeadLetter *letter, gpointer data);
gboolean store_dead_each (Store *store, const AskKey *match, DeadVisit visit,
                          gpointer data, GError **error);
gboolean store_dead_remove (Store *store, const char *id, GError **error);

RawAnswer *store_raw (Store *store, const char *hash_prefix, GError **error);
typedef gboolean (*RawVisit) (const RawAnswer *answer, gpointer data);
gboolean store_raw_each (Store *store, RawVisit visit, gpointer data,
                         GError **error); /* bodies not loaded                */

/* Small documents: run reports ("run/<id>"), universes, calendars.           */
gboolean store_put_doc (Store *store, const char *name, const char *json,
                        GError **error);
char *store_get_doc (Store *store, const char *name, GError **error);
typedef gboolean (*DocVisit) (const char *name, const char *json,
                              gpointer data);
gboolean store_docs_each (Store *store, const char *prefix, DocVisit visit,
                          gpointer data, GError **error);

/* ---- care ------------------------------------------------------------ */

typedef struct {
  guint format;
  guint64 series, blocks, rows, history_rows, commits, dead_letters, raw;
  guint64 disk_bytes;
  guint64 last_commit;
  md_time last_commit_at;
} StoreInfo;
gboolean store_info (Store *store, StoreInfo *ret_info, GError **error);
/* Consistent copy while a run may be writing; dir must not exist.            */
gboolean store_backup (const char *path, const char *dir, GError **error);
gboolean store_restore (const char *dir, const char *path, GError **error);
/* Reads everything: checksums, order, ledger against rows, commits.  Calls
 * `report` for each fault; TRUE when none.                                   */
typedef void (*VerifyReport) (const char *fault, gpointer data);
gboolean store_verify (Store *store, VerifyReport report, gpointer data,
                       GError **error);
gboolean store_compact (Store *store, GError **error);
/* Drops rows before `before`; the ledger says pruned.                        */
gboolean store_prune (Store *store, const SeriesKey *match, md_time before,
                      guint64 *ret_rows, GError **error);
/* Drops all rows of a series, with their history; the ledger stays as it is:
 * they are elsewhere (`rows = off`).                                         */
gboolean store_drop_rows (Store *store, const SeriesKey *key, GError **error);
