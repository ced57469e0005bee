/* SPDX-License-Identifier: Apache-2.0
 *
 * placed.c - files that are put in place before a version names them.
 */
#include "delta.h"

#include <support/row.h>

#include <stdlib.h>
#include <string.h>

static int
placed_path (const struct delta_sink *sink, char *path, struct md_error *err)
{
  return lake_join (path, sink->feed.folder, "placed", err);
}

static int
note_part (const struct delta_sink *sink, const struct delta_table *table,
           const struct delta_part *part, struct pq_bytes *text,
           struct md_error *err)
{
  char path[LAKE_PATH];

  for (size_t i = 0; i < part->n_files; i++) {
    if (delta_file_path (sink, part, &part->files[i], path, err) != MD_OK)
      return err->klass;
    pq_bytes_put (text, table->name, strlen (table->name));
    pq_bytes_byte (text, '\t');
    pq_bytes_put (text, path, strlen (path));
    pq_bytes_byte (text, '\n');
  }
  return MD_OK;
}

int
delta_placed_write (const struct delta_sink *sink, struct md_error *err)
{
  struct pq_bytes text = { 0 };
  char path[LAKE_PATH];
  int klass = placed_path (sink, path, err);

  for (size_t i = 0; i < sink->n_tables; i++) {
    const struct delta_table *table = &sink->tables[i];

    for (size_t k = 0; k < table->n_parts && klass == MD_OK; k++)
      klass = note_part (sink, table, &table->parts[k], &text, err);
  }
  if (klass == MD_OK && text.failed)
    klass = md_error_say (err, MD_ERR_INTERNAL, "out of memory");
  if (klass == MD_OK && text.len > 0)
    klass = lake_write_file (path, (const char *) text.data, text.len, err);
  pq_bytes_clear (&text);
  return klass;
}

int
delta_placed_forget (const struct delta_sink *sink, struct md_error *err)
{
  char path[LAKE_PATH];

  return placed_path (sink, path, err) == MD_OK ? lake_remove_file (path, err)
                                                : err->klass;
}

/* A path of ours leads down, never up.                                     */
static bool
is_ours (const char *path)
{
  uint64_t series, symbol;

  delta_path_hashes (path, &series, &symbol);
  return series != 0 && path[0] != '/' && strncmp (path, "../", 3) != 0
         && strstr (path, "/../") == NULL;
}

static int
clean_line (struct delta_sink *sink, char *line, struct md_error *err)
{
  char *path = strchr (line, '\t'), full[LAKE_PATH];
  struct delta_table *table;

  if (path == NULL || strchr (line, '/') < path || !is_ours (path + 1))
    return md_error_say (err, MD_ERR_PROTOCOL, "%s/placed is damaged; remove "
                         "it when no run is active", sink->feed.folder);
  *path++ = '\0';
  if (delta_table_by_name (sink, line, &table, err) != MD_OK)
    return err->klass;
  if (delta_state_find (&table->state, path) != NULL)
    return MD_OK;
  return lake_join (full, table->folder, path, err) == MD_OK
           ? lake_remove_file (full, err) : err->klass;
}

int
delta_placed_clean (struct delta_sink *sink, struct md_error *err)
{
  char path[LAKE_PATH], *text, *end;
  size_t len;
  int klass = MD_OK;

  if (placed_path (sink, path, err) != MD_OK
      || lake_read_file (path, &text, &len, err) != MD_OK)
    return err->klass;
  for (char *line = text; klass == MD_OK && line != NULL && *line != '\0';
       line = end + 1) {
    end = strchr (line, '\n');
    if (end == NULL)
      break;
    *end = '\0';
    klass = clean_line (sink, line, err);
  }
  free (text);
  return klass == MD_OK ? delta_placed_forget (sink, err) : klass;
}
