/* SPDX-License-Identifier: Apache-2.0
 *
 * commit.c - a table's next version.
 */
#include "delta.h"

#include "common/hive.h"

#include <support/row.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ATTEMPTS 1000
#define CHECKPOINT_EVERY 10
#define MS INT64_C (1000000)

struct attempt {
  struct delta_sink *sink;
  struct delta_table *table;
  struct delta_change change;
  size_t n_adds, n_removes;
};

/* ---- what goes ------------------------------------------------------- */

static uint64_t
part_symbol (const struct delta_part *part)
{
  return delta_hash (part->symbol_folder, strlen (part->symbol_folder));
}

static uint64_t
part_series (const struct delta_part *part)
{
  return part_symbol (part) * 31
         + delta_hash (part->ending, strlen (part->ending));
}

/* Does the file's period lie in what the part replaces?                    */
static bool
is_in_range (const struct delta_part *part, const char *path)
{
  const char *key = lake_period_key (part->period);
  char text[LAKE_PERIOD_TEXT];
  const char *value, *end;
  md_time t;

  if (part->period == LAKE_WHOLE)
    return true;
  if (strncmp (path, key, strlen (key)) != 0 || path[strlen (key)] != '=')
    return false;
  value = path + strlen (key) + 1;
  end = strchr (value, '/');
  if (end == NULL || (size_t) (end - value) >= sizeof text)
    return false;
  memcpy (text, value, (size_t) (end - value));
  text[end - value] = '\0';
  return lake_period_parse (part->period, text, &t) && t >= part->from
         && t < part->to;
}

static bool
will_be_added (const struct attempt *a, const struct delta_part *part,
               const char *path)
{
  char own[LAKE_PATH];
  struct md_error err;

  for (size_t i = 0; i < part->n_files; i++) {
    if (delta_file_path (a->sink, part, &part->files[i], own, &err) == MD_OK
        && strcmp (own, path) == 0)
      return true;
  }
  return false;
}

static int
foreign (const struct attempt *a, const struct delta_file *file,
         struct md_error *err)
{
  return md_error_say (
    err, MD_ERR_CONFIG, "%s/%.200s was written by another program, and rows in "
    "it would have to be replaced: restore the version before it was made",
    a->table->name, file->path);
}

static int
put_removes (struct attempt *a, const struct delta_part *part,
             struct md_error *err)
{
  const struct delta_state *state = &a->table->state;
  uint64_t series = part_series (part), symbol = part_symbol (part);

  for (size_t i = 0; i < state->n_files; i++) {
    const struct delta_file *file = &state->files[i];

    if (file->removed != 0 || file->symbol != symbol
        || (file->series != 0 && file->series != series)
        || !is_in_range (part, file->path))
      continue;
    if (file->series == 0)
      return foreign (a, file, err);
    if (will_be_added (a, part, file->path))
      continue;
    delta_put_remove (&a->change, file);
    a->n_removes++;
  }
  return MD_OK;
}

/* ---- what comes ------------------------------------------------------ */

/* Into its place, where nothing counts that the log does not name.         */
static int
place (struct attempt *a, struct lake_file *file, const char *path,
       struct md_error *err)
{
  char full[LAKE_PATH], folder[LAKE_PATH];

  if (file->staged == NULL)
    return MD_OK;
  if (lake_join (full, a->table->folder, path, err) != MD_OK)
    return err->klass;
  snprintf (folder, sizeof folder, "%s", full);
  *strrchr (folder, '/') = '\0';
  if (lake_make_folder (folder, err) != MD_OK)
    return err->klass;
  if (rename (file->staged, full) < 0)
    return lake_fail (err, "put in place", full);
  free (file->staged);
  file->staged = NULL;
  return lake_sync_folder (folder, err);
}

static int
put_adds (struct attempt *a, const struct delta_part *part,
          struct md_error *err)
{
  for (size_t i = 0; i < part->n_files; i++) {
    struct lake_file *file = &part->files[i];
    const struct delta_file *held;
    char path[LAKE_PATH];

    if (delta_file_path (a->sink, part, file, path, err) != MD_OK)
      return err->klass;
    held = delta_state_find (&a->table->state, path);
    /* This feed delivered it under this very commit before.                */
    if (held != NULL && held->removed == 0)
      continue;
    if (place (a, file, path, err) != MD_OK)
      return err->klass;
    delta_put_add (&a->change, part, file, path);
    a->n_adds++;
  }
  return MD_OK;
}

/* ---- the table itself ------------------------------------------------ */

static void
put_table (struct attempt *a)
{
  char id[40];
  uint64_t name = delta_hash (a->table->name, strlen (a->table->name));

  snprintf (id, sizeof id, "%.8s-%.4s-%04x-a%03x-%012" PRIx64,
            a->sink->feed.name, a->sink->feed.name + 8,
            (unsigned) (name >> 60) | 0x8000u, (unsigned) (name >> 48) & 0xfff,
            name & UINT64_C (0xffffffffffff));
  delta_put_protocol (&a->change);
  delta_put_metadata (&a->change, a->table, id);
}

static int
check_schema (const struct attempt *a, struct md_error *err)
{
  const struct delta_state *state = &a->table->state;

  if (state->version < 0
      || (state->schema != NULL
          && strcmp (state->schema, a->table->schema) == 0))
    return MD_OK;
  return md_error_say (
    err, MD_ERR_CONFIG, "table %s has other columns than the rows: set "
    "`prices` and `partition` as they were, or `table` to another name",
    a->table->name);
}

static int
describe (struct attempt *a, uint64_t progress, struct md_error *err)
{
  const struct delta_table *table = a->table;
  bool replaces = false;

  a->change.text.len = 0;
  a->n_adds = a->n_removes = 0;
  for (size_t i = 0; i < table->n_parts; i++)
    replaces |= table->parts[i].replaces;
  delta_put_commit_info (&a->change, replaces);
  if (table->state.version < 0)
    put_table (a);
  delta_put_txn (&a->change, a->sink->feed_id, progress);
  for (size_t i = 0; i < table->n_parts; i++) {
    if ((table->parts[i].replaces
         && put_removes (a, &table->parts[i], err) != MD_OK)
        || put_adds (a, &table->parts[i], err) != MD_OK)
      return err->klass;
  }
  return a->change.text.failed
           ? md_error_say (err, MD_ERR_INTERNAL, "out of memory") : MD_OK;
}

/* ---- the version ----------------------------------------------------- */

/* A link is made or not: never over a version that is there.               */
static int
link_version (struct attempt *a, const char *made, bool *ret_won,
              struct md_error *err)
{
  char name[32], path[LAKE_PATH];

  snprintf (name, sizeof name, "%020" PRId64 ".json",
            a->table->state.version + 1);
  if (lake_join (path, a->table->log, name, err) != MD_OK)
    return err->klass;
  *ret_won = link (made, path) == 0;
  if (!*ret_won && errno != EEXIST)
    return lake_fail (err, "create", path);
  return MD_OK;
}

static int
try_version (struct attempt *a, bool *ret_won, struct md_error *err)
{
  char name[48], made[LAKE_PATH];
  int klass;

  snprintf (name, sizeof name, ".%s.json", a->sink->feed.name);
  if (lake_make_folder (a->table->log, err) != MD_OK
      || lake_join (made, a->table->log, name, err) != MD_OK
      || lake_write_file (made, (const char *) a->change.text.data,
                          a->change.text.len, err) != MD_OK)
    return err->klass;
  klass = link_version (a, made, ret_won, err);
  if (klass == MD_OK)
    klass = lake_remove_file (made, err);
  return klass == MD_OK ? lake_sync_folder (a->table->log, err) : klass;
}

static int
commit_parts (struct attempt *a, uint64_t progress, bool *ret_won,
              struct md_error *err)
{
  *ret_won = false;
  for (int i = 0; i < ATTEMPTS && !*ret_won; i++) {
    if (delta_table_refresh (a->table, err) != MD_OK
        || check_schema (a, err) != MD_OK
        || describe (a, progress, err) != MD_OK)
      return err->klass;
    if (a->n_adds + a->n_removes == 0)
      return MD_OK;
    if (try_version (a, ret_won, err) != MD_OK)
      return err->klass;
  }
  return *ret_won ? delta_table_refresh (a->table, err)
                  : md_error_say (err, MD_ERR_INTERNAL, "table %s: others "
                                  "write without a pause", a->table->name);
}

int
delta_table_commit (struct delta_sink *sink, struct md_call *call,
                    struct delta_table *table, uint64_t progress,
                    struct md_error *err)
{
  struct attempt a = { .sink = sink, .table = table,
                       .change = { .now = sink->host->now (call) / MS } };
  bool won = false;
  int klass = commit_parts (&a, progress, &won, err);

  pq_bytes_clear (&a.change.text);
  if (klass == MD_OK)
    delta_table_forget_parts (table);
  if (klass == MD_OK && won && table->state.version > 0
      && table->state.version % CHECKPOINT_EVERY == 0)
    klass = delta_checkpoint (table, a.change.now, err);
  return klass;
}
