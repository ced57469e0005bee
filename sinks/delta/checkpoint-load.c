/* SPDX-License-Identifier: Apache-2.0
 *
 * checkpoint-load.c - a table whose log was cut off at its beginning: its
 * state from the last checkpoint, one of ours.
 *
 * The rows become lines of JSON again, so that there is one way in which
 * actions are understood.
 */
#include "delta.h"

#include <support/row.h>

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LEAVES_MAX 64
#define PATH_MAX_NAMES 8

/* A leaf's place in JSON: add.partitionValues{}, metaData.format.provider. */
struct place {
  const char *names[PATH_MAX_NAMES]; /* from the action down; borrowed      */
  size_t depth;
  enum pq_kind kind, group;  /* group: PQ_MAP or PQ_LIST that it is in      */
  unsigned max_def;
  bool is_value;             /* of a map                                    */
};

struct load {
  struct pq_reader *reader;
  struct place places[LEAVES_MAX];
  struct pq_values values[LEAVES_MAX];
  size_t at[LEAVES_MAX];     /* level of each leaf that comes next          */
  size_t word[LEAVES_MAX];   /* value of each leaf that comes next          */
  size_t n;
  struct pq_bytes line;
};

/* ---- which leaf is what ---------------------------------------------- */

static size_t
add_places (struct load *load, const struct pq_node *nodes, size_t n,
            size_t at, struct place above)
{
  const struct pq_node *node = &nodes[at++];

  above.max_def += node->repetition != PQ_REQUIRED;
  if (above.depth < PATH_MAX_NAMES)
    above.names[above.depth++] = node->name;
  if (node->kind == PQ_MAP || node->kind == PQ_LIST)
    above.group = node->kind;
  if (node->kind > PQ_MAP) {
    above.kind = node->kind;
    above.is_value = above.group == PQ_MAP
                     && strcmp (node->name, "value") == 0;
    if (load->n < LEAVES_MAX)
      load->places[load->n++] = above;
    return at;
  }
  for (int i = 0; i < node->n_children && at < n; i++)
    at = add_places (load, nodes, n, at, above);
  return at;
}

/* ---- values ---------------------------------------------------------- */

static void
put_value_text (struct load *load, size_t leaf)
{
  const struct pq_values *v = &load->values[leaf];
  size_t i = load->word[leaf]++, len;
  const int64_t *offset;
  char *text;

  i = v->index != NULL ? (size_t) v->index[i] : i;
  offset = v->wide_offset + i;
  len = (size_t) (offset[1] - offset[0]);
  text = malloc (len + 1);
  if (text == NULL) {
    load->line.failed = true;
    return;
  }
  memcpy (text, v->text + offset[0], len);
  text[len] = '\0';
  delta_put_text (&load->line, text);
  free (text);
}

static void
put_value (struct load *load, size_t leaf)
{
  if (load->places[leaf].kind == PQ_TEXT)
    put_value_text (load, leaf);
  else if (load->places[leaf].kind == PQ_BOOL)
    delta_put (&load->line, "%s", load->values[leaf].i64[load->word[leaf]++]
                                    ? "true" : "false");
  else
    delta_put (&load->line, "%" PRId64,
               load->values[leaf].i64[load->word[leaf]++]);
}

/* Has the leaf a value at its next level?  Moves on.                       */
static bool
take_level (struct load *load, size_t leaf, unsigned *ret_def)
{
  const struct pq_values *v = &load->values[leaf];

  *ret_def = 0;
  if (leaf >= load->n || load->at[leaf] >= v->n_levels)
    return false;
  *ret_def = v->def[load->at[leaf]++];
  return *ret_def == load->places[leaf].max_def;
}

/* The next level without moving; 0 behind the last.                        */
static unsigned
next_level (const struct load *load, size_t leaf)
{
  const struct pq_values *v = &load->values[leaf];

  return load->at[leaf] < v->n_levels ? v->def[load->at[leaf]] : 0;
}

/* Does the leaf's next level still belong to this row?                     */
static bool
is_repeated (const struct load *load, size_t leaf)
{
  const struct pq_values *v = &load->values[leaf];

  return load->at[leaf] < v->n_levels && v->rep != NULL
         && v->rep[load->at[leaf]] != 0;
}

static void
comma (struct load *load, bool *first)
{
  if (!*first)
    pq_bytes_byte (&load->line, ',');
  *first = false;
}

/* Keys in `leaf`, values in the one behind it.                             */
static void
put_map (struct load *load, size_t leaf)
{
  bool first = true;
  unsigned def;

  pq_bytes_byte (&load->line, '{');
  do {
    bool key = take_level (load, leaf, &def);

    if (key) {
      comma (load, &first);
      put_value (load, leaf);
      pq_bytes_byte (&load->line, ':');
    }
    if (take_level (load, leaf + 1, &def))
      put_value (load, leaf + 1);
    else if (key)
      delta_put (&load->line, "null");
  } while (is_repeated (load, leaf));
  pq_bytes_byte (&load->line, '}');
}

static void
put_list (struct load *load, size_t leaf)
{
  bool first = true;
  unsigned def;

  pq_bytes_byte (&load->line, '[');
  do {
    if (take_level (load, leaf, &def)) {
      comma (load, &first);
      put_value (load, leaf);
    }
  } while (is_repeated (load, leaf));
  pq_bytes_byte (&load->line, ']');
}

/* ---- rows ------------------------------------------------------------ */

static void
skip_leaf (struct load *load, size_t leaf)
{
  unsigned def;

  do {
    if (take_level (load, leaf, &def))
      load->word[leaf]++;
  } while (is_repeated (load, leaf));
}

/* Members of one action; those of `format` are an object within.           */
static void
put_members (struct load *load, size_t first_leaf, size_t end, size_t depth)
{
  bool first = true;

  pq_bytes_byte (&load->line, '{');
  for (size_t leaf = first_leaf; leaf < end;) {
    const struct place *p = &load->places[leaf];
    size_t next = leaf + 1;

    if (p->group == PQ_GROUP && p->depth > depth + 1) {
      while (next < end && load->places[next].depth > depth
             && strcmp (load->places[next].names[depth], p->names[depth]) == 0)
        next++;
    } else if (p->group == PQ_GROUP
               && next_level (load, leaf) != p->max_def) {
      load->at[leaf++]++;
      continue;
    }
    comma (load, &first);
    delta_put_text (&load->line, p->names[depth]);
    pq_bytes_byte (&load->line, ':');
    if (next > leaf + 1) {
      put_members (load, leaf, next, depth + 1);
    } else if (p->group == PQ_MAP) {
      put_map (load, leaf);
      next = leaf + 2;
    } else if (p->group == PQ_LIST) {
      put_list (load, leaf);
    } else {
      load->at[leaf]++;
      put_value (load, leaf);
    }
    leaf = next;
  }
  pq_bytes_byte (&load->line, '}');
}

static bool
is_present (const struct load *load, size_t first, size_t end)
{
  for (size_t leaf = first; leaf < end; leaf++) {
    if (next_level (load, leaf) > 0)
      return true;
  }
  return false;
}

static void
put_row (struct load *load)
{
  load->line.len = 0;
  for (size_t leaf = 0, end; leaf < load->n; leaf = end) {
    const char *action = load->places[leaf].names[0];

    for (end = leaf; end < load->n
                     && strcmp (load->places[end].names[0], action) == 0;)
      end++;
    if (is_present (load, leaf, end)) {
      delta_put (&load->line, "{\"%s\":", action);
      put_members (load, leaf, end, 1);
      delta_put (&load->line, "}\n");
      continue;
    }
    for (; leaf < end; leaf++)
      skip_leaf (load, leaf);
  }
}

static int
read_rows (struct load *load, struct delta_state *state, const char *path,
           struct md_error *err)
{
  size_t n;

  while (pq_reader_next (load->reader, load->values, load->n, &n) && n > 0) {
    for (size_t i = 0; i < load->n; i++) {
      load->at[i] = load->word[i] = 0;
      if (load->values[i].def == NULL)
        return md_error_say (err, MD_ERR_PROTOCOL, "%s is no checkpoint",
                             path);
    }
    for (size_t row = 0; row < n; row++) {
      put_row (load);
      if (load->line.failed)
        return md_error_say (err, MD_ERR_INTERNAL, "out of memory");
      if (delta_state_apply (state, (const char *) load->line.data,
                             load->line.len, err) != MD_OK)
        return err->klass;
    }
  }
  return pq_reader_fault (load->reader) == NULL ? MD_OK
    : md_error_say (err, MD_ERR_UNSUPPORTED, "%s: %s; where a table's first "
                    "versions are gone, mdcore reads its own checkpoints "
                    "alone: name another table", path,
                    pq_reader_fault (load->reader));
}

static int
load_file (struct delta_state *state, const char *path, struct md_error *err)
{
  struct load *load = calloc (1, sizeof *load);
  const struct pq_node *nodes;
  struct place top = { .group = PQ_GROUP };
  size_t n_nodes = 0;
  int klass, fd = open (path, O_RDONLY);

  if (fd < 0) {
    free (load);
    return lake_fail (err, "open", path);
  }
  load->reader = pq_reader_new (fd);
  nodes = load->reader != NULL ? pq_reader_nodes (load->reader, &n_nodes)
                               : NULL;
  for (size_t at = 0; at < n_nodes;)
    at = add_places (load, nodes, n_nodes, at, top);
  klass = load->reader == NULL
            ? md_error_say (err, MD_ERR_INTERNAL, "out of memory")
            : read_rows (load, state, path, err);
  pq_reader_free (load->reader);
  pq_bytes_clear (&load->line);
  free (load);
  close (fd);
  return klass;
}

/* ---- finding it ------------------------------------------------------ */

static int64_t
last_version (const char *text, size_t len)
{
  struct md_json json;
  struct md_text key;
  int64_t version = -1;

  md_json_init (&json, text, len);
  if (md_json_enter_object (&json)) {
    while (md_json_next_key (&json, &key)) {
      if (md_json_key_is (key, "version"))
        md_json_i64 (&json, &version);
    }
  }
  return md_json_finish (&json) && version != MD_ABSENT ? version : -1;
}

static int
load_last (struct delta_table *table, const char *last, size_t len,
           struct md_error *err)
{
  int64_t version = last_version (last, len);
  char name[64], path[LAKE_PATH];

  if (version < 0)
    return md_error_say (err, MD_ERR_PROTOCOL, "%s/_last_checkpoint is "
                         "damaged", table->log);
  snprintf (name, sizeof name, "%020" PRId64 ".checkpoint.parquet", version);
  if (lake_join (path, table->log, name, err) != MD_OK
      || load_file (&table->state, path, err) != MD_OK)
    return err->klass;
  table->state.version = version;
  return MD_OK;
}

static bool
has_first (const struct delta_table *table)
{
  char path[LAKE_PATH];
  struct md_error err;

  return lake_join (path, table->log, "00000000000000000000.json", &err)
           == MD_OK
         && access (path, R_OK) == 0;
}

int
delta_checkpoint_load (struct delta_table *table, struct md_error *err)
{
  char path[LAKE_PATH], *last;
  size_t len;
  int klass;

  if (lake_join (path, table->log, "_last_checkpoint", err) != MD_OK
      || lake_read_file (path, &last, &len, err) != MD_OK)
    return err->klass;
  klass = last == NULL ? MD_OK : load_last (table, last, len, err);
  free (last);
  if (klass == MD_OK || !has_first (table))
    return klass;
  /* Another program's, while the whole log is still there.                 */
  delta_state_clear (&table->state);
  return MD_OK;
}
