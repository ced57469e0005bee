/* SPDX-License-Identifier: Apache-2.0
 *
 * checkpoint.c - the state of a table as one Parquet file, so that readers
 * need not begin at the first version.
 *
 * A row is an action; every column but those of its kind is null.  The
 * columns are filled one by one, because that is how they are written.
 */
#include "delta.h"

#include <support/row.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* How long a removed file is remembered, as other writers do.              */
#define REMEMBER_MS (INT64_C (7) * 86400000)

#define OPT PQ_OPTIONAL
static const struct pq_node nodes[] = {
  { "txn", PQ_GROUP, OPT, 3 },
    { "appId", PQ_TEXT, OPT, 0 },
    { "version", PQ_I64, OPT, 0 },
    { "lastUpdated", PQ_I64, OPT, 0 },
  { "add", PQ_GROUP, OPT, 6 },
    { "path", PQ_TEXT, OPT, 0 },
    { "partitionValues", PQ_MAP, OPT, 1 },
      { "key_value", PQ_GROUP, PQ_REPEATED, 2 },
        { "key", PQ_TEXT, PQ_REQUIRED, 0 },
        { "value", PQ_TEXT, OPT, 0 },
    { "size", PQ_I64, OPT, 0 },
    { "modificationTime", PQ_I64, OPT, 0 },
    { "dataChange", PQ_BOOL, OPT, 0 },
    { "stats", PQ_TEXT, OPT, 0 },
  { "remove", PQ_GROUP, OPT, 3 },
    { "path", PQ_TEXT, OPT, 0 },
    { "deletionTimestamp", PQ_I64, OPT, 0 },
    { "dataChange", PQ_BOOL, OPT, 0 },
  { "metaData", PQ_GROUP, OPT, 7 },
    { "id", PQ_TEXT, OPT, 0 },
    { "name", PQ_TEXT, OPT, 0 },
    { "format", PQ_GROUP, OPT, 2 },
      { "provider", PQ_TEXT, OPT, 0 },
      { "options", PQ_MAP, OPT, 1 },
        { "key_value", PQ_GROUP, PQ_REPEATED, 2 },
          { "key", PQ_TEXT, PQ_REQUIRED, 0 },
          { "value", PQ_TEXT, OPT, 0 },
    { "schemaString", PQ_TEXT, OPT, 0 },
    { "partitionColumns", PQ_LIST, OPT, 1 },
      { "list", PQ_GROUP, PQ_REPEATED, 1 },
        { "element", PQ_TEXT, OPT, 0 },
    { "configuration", PQ_MAP, OPT, 1 },
      { "key_value", PQ_GROUP, PQ_REPEATED, 2 },
        { "key", PQ_TEXT, PQ_REQUIRED, 0 },
        { "value", PQ_TEXT, OPT, 0 },
    { "createdTime", PQ_I64, OPT, 0 },
  { "protocol", PQ_GROUP, OPT, 2 },
    { "minReaderVersion", PQ_I32, OPT, 0 },
    { "minWriterVersion", PQ_I32, OPT, 0 },
};

enum {
  TXN_APP, TXN_VERSION, TXN_UPDATED,
  ADD_PATH, ADD_KEY, ADD_VALUE, ADD_SIZE, ADD_MODIFIED, ADD_CHANGE, ADD_STATS,
  REMOVE_PATH, REMOVE_TIME, REMOVE_CHANGE,
  META_ID, META_NAME, META_PROVIDER, META_OPTION, META_OPTION_VALUE,
  META_SCHEMA, META_PARTITION, META_KEY, META_VALUE, META_CREATED,
  PROTOCOL_READER, PROTOCOL_WRITER,
  N_LEAVES
};

/* One column so far.                                                       */
struct leaf {
  struct pq_bytes def, rep, words, offsets, text;
  size_t n;
};

struct checkpoint {
  const struct delta_table *table;
  int64_t now;
  struct leaf leaves[N_LEAVES];
  size_t n_rows;
  bool failed;
};

/* ---- columns --------------------------------------------------------- */

static void
level (struct leaf *leaf, unsigned def, unsigned rep)
{
  pq_bytes_byte (&leaf->def, def);
  pq_bytes_byte (&leaf->rep, rep);
  leaf->n++;
}

static void
put_number (struct leaf *leaf, unsigned def, int64_t value)
{
  level (leaf, def, 0);
  pq_bytes_put (&leaf->words, &value, sizeof value);
}

static void
put_offset (struct leaf *leaf)
{
  int64_t at = (int64_t) leaf->text.len;

  pq_bytes_put (&leaf->offsets, &at, sizeof at);
}

static void
put_text (struct leaf *leaf, unsigned def, unsigned rep, const char *text)
{
  level (leaf, def, rep);
  if (leaf->offsets.len == 0)
    put_offset (leaf);
  pq_bytes_put (&leaf->text, text, strlen (text));
  put_offset (leaf);
}

/* Columns that the action has not touched are null.                        */
static void
end_row (struct checkpoint *c, size_t first, size_t last)
{
  for (size_t i = 0; i < N_LEAVES; i++) {
    if (i < first || i > last)
      level (&c->leaves[i], 0, 0);
  }
  c->n_rows++;
}

/* ---- values of actions that are kept as JSON ------------------------- */

static char *
json_text (struct checkpoint *c, struct md_json *json)
{
  struct md_text raw;
  bool escaped;
  char *text;

  if (md_json_peek (json) != MD_JSON_STRING
      || !md_json_string (json, &raw, &escaped)) {
    md_json_skip (json);
    return NULL;
  }
  text = malloc (raw.len + 1);
  if (text == NULL)
    c->failed = true;
  else
    text[md_json_unescape (raw, text)] = '\0';
  return text;
}

static char *
key_text (struct checkpoint *c, struct md_text raw)
{
  char *text = malloc (raw.len + 1);

  if (text == NULL)
    c->failed = true;
  else
    text[md_json_unescape (raw, text)] = '\0';
  return text;
}

/* A map whose group is `def` deep when it is there.                        */
static void
put_map (struct checkpoint *c, struct md_json *json, struct leaf *keys,
         struct leaf *values, unsigned def)
{
  struct md_text raw;
  unsigned rep = 0;

  if (!md_json_enter_object (json)) {
    level (keys, def - 1, 0);
    level (values, def - 1, 0);
    return;
  }
  while (md_json_next_key (json, &raw)) {
    char *key = key_text (c, raw), *value = json_text (c, json);

    put_text (keys, def + 1, rep, key != NULL ? key : "");
    if (value != NULL)
      put_text (values, def + 2, rep, value);
    else
      level (values, def + 1, rep);
    rep = 1;
    free (key);
    free (value);
  }
  if (rep == 0) {
    level (keys, def, 0);
    level (values, def, 0);
  }
}

static void
put_list (struct checkpoint *c, struct md_json *json, struct leaf *leaf)
{
  unsigned rep = 0;

  if (!md_json_enter_array (json)) {
    level (leaf, 1, 0);
    return;
  }
  while (md_json_next (json)) {
    char *value = json_text (c, json);

    put_text (leaf, 4, rep, value != NULL ? value : "");
    rep = 1;
    free (value);
  }
  if (rep == 0)
    level (leaf, 2, 0);
}

/* ---- actions --------------------------------------------------------- */

static void
put_app (struct checkpoint *c, const struct delta_app *app)
{
  put_text (&c->leaves[TXN_APP], 2, 0, app->id);
  put_number (&c->leaves[TXN_VERSION], 2, app->version);
  put_number (&c->leaves[TXN_UPDATED], 2, c->now);
  end_row (c, TXN_APP, TXN_UPDATED);
}

static void
put_path (struct leaf *leaf, const char *path)
{
  struct pq_bytes coded = { 0 };

  delta_put_path (&coded, path);
  pq_bytes_byte (&coded, 0);
  if (coded.failed)
    leaf->text.failed = true;
  else
    put_text (leaf, 2, 0, (const char *) coded.data);
  pq_bytes_clear (&coded);
}

static void
put_add (struct checkpoint *c, const struct delta_file *file)
{
  const char *partition = file->partition != NULL ? file->partition : "{}";
  struct md_json json;

  put_path (&c->leaves[ADD_PATH], file->path);
  md_json_init (&json, partition, strlen (partition));
  put_map (c, &json, &c->leaves[ADD_KEY], &c->leaves[ADD_VALUE], 2);
  put_number (&c->leaves[ADD_SIZE], 2, (int64_t) file->size);
  put_number (&c->leaves[ADD_MODIFIED], 2, file->modified);
  put_number (&c->leaves[ADD_CHANGE], 2, 0);
  if (file->stats != NULL)
    put_text (&c->leaves[ADD_STATS], 2, 0, file->stats);
  else
    level (&c->leaves[ADD_STATS], 1, 0);
  end_row (c, ADD_PATH, ADD_STATS);
}

static void
put_remove (struct checkpoint *c, const struct delta_file *file)
{
  put_path (&c->leaves[REMOVE_PATH], file->path);
  put_number (&c->leaves[REMOVE_TIME], 2, file->removed);
  put_number (&c->leaves[REMOVE_CHANGE], 2, 0);
  end_row (c, REMOVE_PATH, REMOVE_CHANGE);
}

static void
put_protocol (struct checkpoint *c)
{
  put_number (&c->leaves[PROTOCOL_READER], 2, c->table->state.reader);
  put_number (&c->leaves[PROTOCOL_WRITER], 2, c->table->state.writer);
  end_row (c, PROTOCOL_READER, PROTOCOL_WRITER);
}

static void
put_optional (struct checkpoint *c, struct md_json *json, size_t leaf,
              unsigned def)
{
  char *text = json_text (c, json);

  if (text != NULL)
    put_text (&c->leaves[leaf], def, 0, text);
  free (text);
}

static void
put_format (struct checkpoint *c, struct md_json *json)
{
  struct md_text key;

  if (!md_json_enter_object (json))
    return;
  while (md_json_next_key (json, &key)) {
    if (md_json_key_is (key, "provider"))
      put_optional (c, json, META_PROVIDER, 3);
    else if (md_json_key_is (key, "options"))
      put_map (c, json, &c->leaves[META_OPTION],
               &c->leaves[META_OPTION_VALUE], 3);
  }
}

static void
put_metadata_key (struct checkpoint *c, struct md_json *json,
                  struct md_text key)
{
  int64_t created;

  if (md_json_key_is (key, "id"))
    put_optional (c, json, META_ID, 2);
  else if (md_json_key_is (key, "name"))
    put_optional (c, json, META_NAME, 2);
  else if (md_json_key_is (key, "format"))
    put_format (c, json);
  else if (md_json_key_is (key, "schemaString"))
    put_optional (c, json, META_SCHEMA, 2);
  else if (md_json_key_is (key, "partitionColumns"))
    put_list (c, json, &c->leaves[META_PARTITION]);
  else if (md_json_key_is (key, "configuration"))
    put_map (c, json, &c->leaves[META_KEY], &c->leaves[META_VALUE], 2);
  else if (md_json_key_is (key, "createdTime")
           && md_json_i64 (json, &created) && created != MD_ABSENT)
    put_number (&c->leaves[META_CREATED], 2, created);
}

/* Keys that the action lacks are null inside a group that is there.        */
static void
fill_metadata (struct checkpoint *c, const size_t *before)
{
  for (size_t i = META_ID; i <= META_CREATED; i++) {
    bool of_format = i >= META_PROVIDER && i <= META_OPTION_VALUE;

    if (c->leaves[i].n == before[i])
      level (&c->leaves[i], of_format ? 2 : 1, 0);
  }
}

static void
put_metadata (struct checkpoint *c)
{
  const char *text = c->table->state.metadata;
  size_t before[N_LEAVES];
  struct md_json json;
  struct md_text key;

  for (size_t i = 0; i < N_LEAVES; i++)
    before[i] = c->leaves[i].n;
  md_json_init (&json, text, strlen (text));
  if (md_json_enter_object (&json)) {
    while (md_json_next_key (&json, &key))
      put_metadata_key (c, &json, key);
  }
  fill_metadata (c, before);
  end_row (c, META_ID, META_CREATED);
}

static void
put_state (struct checkpoint *c)
{
  const struct delta_state *state = &c->table->state;

  put_protocol (c);
  if (state->metadata != NULL)
    put_metadata (c);
  for (size_t i = 0; i < state->n_apps; i++)
    put_app (c, &state->apps[i]);
  for (size_t i = 0; i < state->n_files; i++) {
    const struct delta_file *file = &state->files[i];

    if (file->removed == 0)
      put_add (c, file);
    else if (file->removed > c->now - REMEMBER_MS)
      put_remove (c, file);
  }
}

/* ---- the file -------------------------------------------------------- */

static bool
fill_values (struct checkpoint *c, struct pq_values *values)
{
  for (size_t i = 0; i < N_LEAVES; i++) {
    struct leaf *leaf = &c->leaves[i];

    if (leaf->def.failed || leaf->rep.failed || leaf->words.failed
        || leaf->offsets.failed || leaf->text.failed)
      return false;
    /* A writer takes levels for the sign of a nested column.               */
    values[i] = (struct pq_values) {
      .def = leaf->def.data, .rep = leaf->rep.data, .n_levels = leaf->n,
      .i64 = (const int64_t *) (const void *) leaf->words.data,
      .wide_offset = (const int64_t *) (const void *) leaf->offsets.data,
      .text = (const char *) leaf->text.data };
  }
  return !c->failed;
}

static int
write_rows (struct checkpoint *c, int fd, const char *path,
            struct md_error *err)
{
  const struct pq_options options = { .level = 3, .sorted_by = -1,
                                      .row_group_size = 1u << 30 };
  struct pq_values values[N_LEAVES];
  struct pq_writer *writer = pq_writer_new (fd, nodes,
                                            sizeof nodes / sizeof nodes[0],
                                            &options);
  int klass = MD_OK;

  if (writer == NULL || !fill_values (c, values))
    klass = md_error_say (err, MD_ERR_INTERNAL, "out of memory");
  else if (!pq_writer_write (writer, values, c->n_rows)
           || !pq_writer_finish (writer, "mdcore version 0.1.0", NULL, 0))
    klass = md_error_say (err, MD_ERR_INTERNAL, "%s: %s", path,
                          pq_writer_fault (writer));
  pq_writer_free (writer);
  return klass;
}

static int
write_file (struct checkpoint *c, const char *path, struct md_error *err)
{
  char partial[LAKE_PATH + 8];
  int klass, fd;

  snprintf (partial, sizeof partial, "%s.part", path);
  fd = open (partial, O_WRONLY | O_CREAT | O_TRUNC, 0666);
  if (fd < 0)
    return lake_fail (err, "create", partial);
  klass = write_rows (c, fd, path, err);
  if (klass == MD_OK && fsync (fd) < 0)
    klass = lake_fail (err, "sync", partial);
  close (fd);
  if (klass == MD_OK && rename (partial, path) < 0)
    klass = lake_fail (err, "write", path);
  return klass == MD_OK ? lake_sync_parent (path, err) : klass;
}

static int
write_last (const struct checkpoint *c, struct md_error *err)
{
  char path[LAKE_PATH], text[128];
  int len = snprintf (text, sizeof text,
                      "{\"version\":%" PRId64 ",\"size\":%zu}\n",
                      c->table->state.version, c->n_rows);

  return lake_join (path, c->table->log, "_last_checkpoint", err) == MD_OK
           ? lake_write_file (path, text, (size_t) len, err) : err->klass;
}

int
delta_checkpoint (const struct delta_table *table, int64_t now,
                  struct md_error *err)
{
  struct checkpoint *c = calloc (1, sizeof *c);
  char name[64], path[LAKE_PATH];
  int klass;

  if (c == NULL)
    return md_error_say (err, MD_ERR_INTERNAL, "out of memory");
  c->table = table;
  c->now = now;
  put_state (c);
  snprintf (name, sizeof name, "%020" PRId64 ".checkpoint.parquet",
            table->state.version);
  klass = lake_join (path, table->log, name, err);
  if (klass == MD_OK)
    klass = write_file (c, path, err);
  if (klass == MD_OK)
    klass = write_last (c, err);
  for (size_t i = 0; i < N_LEAVES; i++) {
    struct leaf *leaf = &c->leaves[i];

    pq_bytes_clear (&leaf->def);
    pq_bytes_clear (&leaf->rep);
    pq_bytes_clear (&leaf->words);
    pq_bytes_clear (&leaf->offsets);
    pq_bytes_clear (&leaf->text);
  }
  free (c);
  return klass;
}
