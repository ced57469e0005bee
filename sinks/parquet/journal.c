/* SPDX-License-Identifier: Apache-2.0
 *
 * journal.c - a batch is done wholly or not at all.
 */
#include "sink.h"

#include <support/row.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_LINE "mdcore journal 1\n"
#define LAST_LINE "end\n"

/* ---- moves ----------------------------------------------------------- */

int
moves_add (struct moves *moves, const char *staged, const char *path,
           struct md_error *err)
{
  struct move move = { staged != NULL ? strdup (staged) : NULL,
                       strdup (path) };

  if (moves->n == moves->room) {
    size_t room = moves->room == 0 ? 16 : moves->room * 2;
    struct move *items = realloc (moves->items, room * sizeof *items);

    moves->items = items != NULL ? items : moves->items;
    moves->room = items != NULL ? room : moves->room;
  }
  if (moves->n < moves->room && move.path != NULL
      && (staged == NULL || move.staged != NULL)) {
    moves->items[moves->n++] = move;
    return MD_OK;
  }
  free (move.staged);
  free (move.path);
  return md_error_say (err, MD_ERR_INTERNAL, "out of memory");
}

void
moves_clear (struct moves *moves)
{
  for (size_t i = 0; i < moves->n; i++) {
    free (moves->items[i].staged);
    free (moves->items[i].path);
  }
  free (moves->items);
  *moves = (struct moves) { 0 };
}

/* ---- doing it -------------------------------------------------------- */

static int
do_rename (const struct parquet_sink *sink, const struct move *move,
           const char *path, struct md_error *err)
{
  char staged[LAKE_PATH], folder[LAKE_PATH];
  char *slash;

  if (lake_join (staged, sink->feed.staging, move->staged, err) != MD_OK)
    return err->klass;
  snprintf (folder, sizeof folder, "%s", path);
  slash = strrchr (folder, '/');
  *slash = '\0';
  if (lake_make_folder (folder, err) != MD_OK)
    return err->klass;
  /* Not there: it was renamed before the interruption.                     */
  return rename (staged, path) == 0 || errno == ENOENT
           ? MD_OK : lake_fail (err, "put in place", path);
}

/* Neighbours mostly share their folder, which is synced once.              */
static bool
is_last_of_folder (const struct moves *moves, size_t i)
{
  const char *path = moves->items[i].path, *next;
  size_t len = (size_t) (strrchr (path, '/') - path) + 1;

  if (i + 1 == moves->n)
    return true;
  next = moves->items[i + 1].path;
  return strncmp (path, next, len) != 0 || strchr (next + len, '/') != NULL;
}

static int
do_moves (const struct parquet_sink *sink, struct md_error *err)
{
  char path[LAKE_PATH];
  int klass = MD_OK;

  for (size_t i = 0; i < sink->moves.n && klass == MD_OK; i++) {
    const struct move *move = &sink->moves.items[i];

    klass = lake_join (path, sink->root, move->path, err);
    if (klass == MD_OK)
      klass = move->staged != NULL ? do_rename (sink, move, path, err)
                                   : lake_remove_file (path, err);
    if (klass == MD_OK && is_last_of_folder (&sink->moves, i))
      klass = lake_sync_parent (path, err);
  }
  return klass;
}

static int
finish_batch (struct parquet_sink *sink, uint64_t progress,
              struct md_error *err)
{
  char path[LAKE_PATH];

  if (do_moves (sink, err) != MD_OK
      || lake_feed_set (&sink->feed, progress, err) != MD_OK
      || lake_join (path, sink->feed.folder, "journal", err) != MD_OK)
    return err->klass;
  moves_clear (&sink->moves);
  return lake_remove_file (path, err);
}

/* ---- writing it down ------------------------------------------------- */

static void
put_line (struct pq_bytes *text, const char *word, const char *a,
          const char *b)
{
  pq_bytes_put (text, word, strlen (word));
  pq_bytes_put (text, a, strlen (a));
  if (b != NULL) {
    pq_bytes_byte (text, '\t');
    pq_bytes_put (text, b, strlen (b));
  }
  pq_bytes_byte (text, '\n');
}

int
journal_commit (struct parquet_sink *sink, uint64_t progress,
                struct md_error *err)
{
  struct pq_bytes text = { 0 };
  char path[LAKE_PATH], number[24];
  int klass = lake_join (path, sink->feed.folder, "journal", err);

  snprintf (number, sizeof number, "%" PRIu64, progress);
  pq_bytes_put (&text, FIRST_LINE, strlen (FIRST_LINE));
  put_line (&text, "progress ", number, NULL);
  for (size_t i = 0; i < sink->moves.n; i++) {
    const struct move *move = &sink->moves.items[i];

    if (move->staged != NULL)
      put_line (&text, "move ", move->staged, move->path);
    else
      put_line (&text, "remove ", move->path, NULL);
  }
  pq_bytes_put (&text, LAST_LINE, strlen (LAST_LINE));
  if (text.failed)
    klass = md_error_say (err, MD_ERR_INTERNAL, "out of memory");
  if (klass == MD_OK && sink->moves.n > 0) {
    klass = lake_sync_folder (sink->feed.staging, err);
    if (klass == MD_OK)
      klass = lake_write_file (path, (const char *) text.data, text.len, err);
  }
  pq_bytes_clear (&text);
  return klass == MD_OK ? finish_batch (sink, progress, err) : klass;
}

/* ---- reading it back ------------------------------------------------- */

static int
damaged (const char *path, struct md_error *err)
{
  return md_error_say (err, MD_ERR_PROTOCOL, "%s is damaged: it is no journal "
                       "of mdcore; if you moved files by hand, put it back",
                       path);
}

/* A path that leads out of ROOT is none of ours.                           */
static bool
is_inside (const char *path)
{
  return path[0] != '/' && strchr (path, '/') != NULL
         && strncmp (path, "../", 3) != 0 && strstr (path, "/../") == NULL;
}

static int
read_line (struct parquet_sink *sink, char *line, uint64_t *ret_progress,
           const char *journal, struct md_error *err)
{
  char *tab = strchr (line, '\t');

  if (strncmp (line, "progress ", 9) == 0) {
    *ret_progress = strtoull (line + 9, NULL, 10);
    return MD_OK;
  }
  if (strncmp (line, "remove ", 7) == 0 && is_inside (line + 7))
    return moves_add (&sink->moves, NULL, line + 7, err);
  if (strncmp (line, "move ", 5) != 0 || tab == NULL || !is_inside (tab + 1))
    return damaged (journal, err);
  *tab = '\0';
  return strchr (line + 5, '/') == NULL
           ? moves_add (&sink->moves, line + 5, tab + 1, err)
           : damaged (journal, err);
}

static int
read_journal (struct parquet_sink *sink, char *text, const char *path,
              struct md_error *err)
{
  size_t head = strlen (FIRST_LINE), tail = strlen (LAST_LINE);
  size_t len = strlen (text);
  uint64_t progress = 0;

  if (len < head + tail || strncmp (text, FIRST_LINE, head) != 0
      || strcmp (text + len - tail, LAST_LINE) != 0)
    return damaged (path, err);
  text[len - tail] = '\0';
  for (char *line = text + head, *end; *line != '\0'; line = end + 1) {
    end = strchr (line, '\n');
    if (end == NULL)
      return damaged (path, err);
    *end = '\0';
    if (read_line (sink, line, &progress, path, err) != MD_OK)
      return err->klass;
  }
  return finish_batch (sink, progress, err);
}

static int
replay (struct parquet_sink *sink, struct md_error *err)
{
  char path[LAKE_PATH], *text;
  size_t len;
  int klass;

  if (lake_join (path, sink->feed.folder, "journal", err) != MD_OK
      || lake_read_file (path, &text, &len, err) != MD_OK)
    return err->klass;
  if (text == NULL)
    return MD_OK;
  klass = strlen (text) == len ? read_journal (sink, text, path, err)
                               : damaged (path, err);
  free (text);
  return klass;
}

/* ---- opening --------------------------------------------------------- */

int
journal_open (struct parquet_sink *sink, const struct md_feed *feed,
              struct md_error *err)
{
  if (lake_feed_open (&sink->feed, sink->root, feed->id, err) != MD_OK)
    return err->klass;
  if (sink->feed.lock < 0)
    return MD_OK;
  if (replay (sink, err) != MD_OK)
    return err->klass;
  return lake_empty_folder (sink->feed.staging, err);
}
