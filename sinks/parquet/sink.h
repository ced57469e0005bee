/* SPDX-License-Identifier: Apache-2.0
 *
 * sink.h - the parquet sink; between its files.
 *
 * ROOT/provider=P/dataset=D/schema=S/symbol=Y/date=T/part-00000.Y.parquet
 * ROOT/_mdcore/FEED/feed      whose folder it is
 *                  /progress  the last commit that is there
 *                  /staged/   files that are not in their place yet
 *                  /journal   what remains to be done of a batch
 *
 * A batch is staged, then written down in the journal, then done: files are
 * renamed into their places and what they replace is removed.  A journal that
 * is found on opening is done again, which changes nothing where it was done
 * before; staged files without a journal are of no batch.
 */
#ifndef PARQUET_SINK_H
#define PARQUET_SINK_H

#include "lake/feed.h"
#include "lake/stage.h"

/* What a batch does to the tree; paths are relative to ROOT.               */
struct move {
  char *staged;   /* name in the staging folder; NULL: `path` is removed    */
  char *path;
};

struct moves {
  struct move *items;
  size_t n, room;
};

struct parquet_sink {
  const struct md_host *host;
  char *root, *period;    /* the job's words                                */
  bool by_symbol;         /* symbol=... is a folder                         */
  bool is_single;         /* root is one file                               */
  struct lake_options options;

  struct lake_feed feed;
  bool straight;
  struct moves moves;     /* of the batch so far                            */

  /* The segment.                                                           */
  struct lake_stage stage;
  char single[LAKE_PATH]; /* the one file until it is complete              */
  struct md_segment segment;
  char *texts[4];         /* its provider, dataset, schema, symbol; owned   */
};

/* ---- journal.c ------------------------------------------------------- */

int moves_add (struct moves *moves, const char *staged, const char *path,
               struct md_error *err);
void moves_clear (struct moves *moves);
/* Learns the progress and finishes what was interrupted.                   */
int journal_open (struct parquet_sink *sink, const struct md_feed *feed,
                  struct md_error *err);
/* Makes `moves` and the progress durable and visible, and forgets them.    */
int journal_commit (struct parquet_sink *sink, uint64_t progress,
                    struct md_error *err);

/* ---- single.c -------------------------------------------------------- */

int single_begin (struct parquet_sink *sink, struct md_error *err);
int single_commit (struct parquet_sink *sink, struct md_error *err);
void single_abort (struct parquet_sink *sink);

/* ---- tree.c ---------------------------------------------------------- */

/* Where the segment's files go, and which ones it replaces: into `moves`.  */
int tree_place (struct parquet_sink *sink, struct md_error *err);

#endif
