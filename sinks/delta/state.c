/* SPDX-License-Identifier: Apache-2.0
 *
 * state.c - the actions of a transaction log, one version after the other.
 */
#include "delta.h"

#include <support/row.h>

#include <stdlib.h>
#include <string.h>

#define READER_MAX 1
#define WRITER_MAX 2

static int
no_memory (struct md_error *err)
{
  return md_error_say (err, MD_ERR_INTERNAL, "out of memory");
}

static void
file_clear (struct delta_file *file)
{
  free (file->path);
  free (file->partition);
  free (file->stats);
  *file = (struct delta_file) { 0 };
}

void
delta_state_clear (struct delta_state *state)
{
  for (size_t i = 0; i < state->n_files; i++)
    file_clear (&state->files[i]);
  for (size_t i = 0; i < state->n_apps; i++)
    free (state->apps[i].id);
  free (state->files);
  free (state->slots);
  free (state->apps);
  free (state->metadata);
  free (state->schema);
  *state = (struct delta_state) { .version = -1 };
}

/* ---- files by path --------------------------------------------------- */

/* The slot that holds the path, or where it would go.                      */
static size_t
slot_of (const struct delta_state *state, const char *path)
{
  size_t mask = state->n_slots - 1;
  size_t slot = (size_t) delta_hash (path, strlen (path)) & mask;

  while (state->slots[slot] != 0
         && strcmp (state->files[state->slots[slot] - 1].path, path) != 0)
    slot = (slot + 1) & mask;
  return slot;
}

struct delta_file *
delta_state_find (const struct delta_state *state, const char *path)
{
  uint32_t entry = state->n_slots > 0 ? state->slots[slot_of (state, path)]
                                      : 0;

  return entry != 0 ? &state->files[entry - 1] : NULL;
}

static bool
grow (struct delta_state *state)
{
  size_t room = state->file_room == 0 ? 256 : state->file_room * 2;
  struct delta_file *files = realloc (state->files, room * sizeof *files);
  uint32_t *slots;

  if (files == NULL)
    return false;
  state->files = files;
  slots = calloc (room * 2, sizeof *slots);
  if (slots == NULL)
    return false;
  free (state->slots);
  state->slots = slots;
  state->n_slots = room * 2;
  state->file_room = room;
  for (size_t i = 0; i < state->n_files; i++)
    slots[slot_of (state, files[i].path)] = (uint32_t) i + 1;
  return true;
}

static char *
copy (const char *text)
{
  return text != NULL ? strdup (text) : NULL;
}

int
delta_state_add (struct delta_state *state, const struct delta_file *file,
                 struct md_error *err)
{
  struct delta_file *held = delta_state_find (state, file->path);
  struct delta_file made = *file;

  made.path = copy (file->path);
  made.partition = copy (file->partition);
  made.stats = copy (file->stats);
  delta_path_hashes (file->path, &made.series, &made.symbol);
  if (made.path == NULL || (file->partition != NULL && made.partition == NULL)
      || (held == NULL && state->n_files == state->file_room
          && !grow (state))) {
    file_clear (&made);
    return no_memory (err);
  }
  if (held != NULL) {
    file_clear (held);
    *held = made;
    return MD_OK;
  }
  state->slots[slot_of (state, made.path)] = (uint32_t) state->n_files + 1;
  state->files[state->n_files++] = made;
  return MD_OK;
}

/* ---- applications ---------------------------------------------------- */

int64_t
delta_state_app (const struct delta_state *state, const char *id)
{
  for (size_t i = 0; i < state->n_apps; i++) {
    if (strcmp (state->apps[i].id, id) == 0)
      return state->apps[i].version;
  }
  return -1;
}

static int
set_app (struct delta_state *state, char *id, int64_t version,
         struct md_error *err)
{
  struct delta_app *apps;

  for (size_t i = 0; i < state->n_apps; i++) {
    if (strcmp (state->apps[i].id, id) == 0) {
      state->apps[i].version = version;
      free (id);
      return MD_OK;
    }
  }
  apps = realloc (state->apps, (state->n_apps + 1) * sizeof *apps);
  if (apps == NULL) {
    free (id);
    return no_memory (err);
  }
  state->apps = apps;
  apps[state->n_apps++] = (struct delta_app) { id, version };
  return MD_OK;
}

/* ---- actions --------------------------------------------------------- */

/* The next value as a text of its own; NULL for null or another type.      */
static char *
get_text (struct md_json *json)
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
  if (text != NULL)
    text[md_json_unescape (raw, text)] = '\0';
  return text;
}

static char *
get_slice (struct md_json *json)
{
  struct md_text slice;
  char *text;

  if (!md_json_slice (json, &slice))
    return NULL;
  text = malloc (slice.len + 1);
  if (text == NULL)
    return NULL;
  memcpy (text, slice.ptr, slice.len);
  text[slice.len] = '\0';
  return text;
}

static int64_t
get_number (struct md_json *json)
{
  int64_t value = 0;

  if (md_json_i64 (json, &value) && value != MD_ABSENT)
    return value;
  return 0;
}

static int
take_file (struct delta_state *state, struct md_json *json, bool is_add,
           struct md_error *err)
{
  struct delta_file file = { .removed = is_add ? 0 : 1 };
  struct md_text key;
  int klass = MD_OK;

  while (md_json_next_key (json, &key)) {
    if (md_json_key_is (key, "path")) {
      free (file.path);
      file.path = get_text (json);
    } else if (md_json_key_is (key, "partitionValues")) {
      free (file.partition);
      file.partition = get_slice (json);
    } else if (md_json_key_is (key, "stats")) {
      free (file.stats);
      file.stats = get_text (json);
    } else if (md_json_key_is (key, "size")) {
      file.size = (uint64_t) get_number (json);
    } else if (md_json_key_is (key, "modificationTime")) {
      file.modified = get_number (json);
    } else if (md_json_key_is (key, "deletionTimestamp")) {
      file.removed = get_number (json);
    } else if (md_json_key_is (key, "deletionVector")
               && md_json_peek (json) != MD_JSON_NULL) {
      klass = md_error_say (err, MD_ERR_UNSUPPORTED, "the table has deletion "
                            "vectors, which mdcore does not know");
    }
  }
  if (file.path != NULL && klass == MD_OK) {
    delta_get_path (file.path);
    if (!is_add && file.removed == 0)
      file.removed = 1;
    klass = delta_state_add (state, &file, err);
  }
  file_clear (&file);
  return klass;
}

static int
take_txn (struct delta_state *state, struct md_json *json,
          struct md_error *err)
{
  struct md_text key;
  char *id = NULL;
  int64_t version = 0;

  while (md_json_next_key (json, &key)) {
    if (md_json_key_is (key, "appId")) {
      free (id);
      id = get_text (json);
    } else if (md_json_key_is (key, "version")) {
      version = get_number (json);
    }
  }
  return id != NULL ? set_app (state, id, version, err) : MD_OK;
}

static int
take_protocol (struct delta_state *state, struct md_json *json,
               struct md_error *err)
{
  struct md_text key;

  while (md_json_next_key (json, &key)) {
    if (md_json_key_is (key, "minReaderVersion"))
      state->reader = (int) get_number (json);
    else if (md_json_key_is (key, "minWriterVersion"))
      state->writer = (int) get_number (json);
  }
  if (state->reader <= READER_MAX && state->writer <= WRITER_MAX)
    return MD_OK;
  return md_error_say (err, MD_ERR_UNSUPPORTED, "the table asks for reader "
                       "version %d and writer version %d of the Delta "
                       "protocol; mdcore knows 1 and 2", state->reader,
                       state->writer);
}

static int
take_metadata (struct delta_state *state, struct md_json *json,
               struct md_error *err)
{
  const char *start = md_json_here (json);
  struct md_text key;

  md_json_enter_object (json);
  while (md_json_next_key (json, &key)) {
    if (md_json_key_is (key, "schemaString")) {
      free (state->schema);
      state->schema = get_text (json);
    }
  }
  free (state->metadata);
  state->metadata = malloc ((size_t) (json->at - start) + 1);
  if (state->metadata == NULL)
    return no_memory (err);
  memcpy (state->metadata, start, (size_t) (json->at - start));
  state->metadata[json->at - start] = '\0';
  return MD_OK;
}

static int
take_action (struct delta_state *state, struct md_json *json,
             struct md_text key, struct md_error *err)
{
  if (md_json_peek (json) != MD_JSON_OBJECT)
    return MD_OK;
  if (md_json_key_is (key, "metaData"))
    return take_metadata (state, json, err);
  if (md_json_key_is (key, "add") || md_json_key_is (key, "remove")) {
    md_json_enter_object (json);
    return take_file (state, json, key.len == 3, err);
  }
  if (md_json_key_is (key, "txn")) {
    md_json_enter_object (json);
    return take_txn (state, json, err);
  }
  if (md_json_key_is (key, "protocol")) {
    md_json_enter_object (json);
    return take_protocol (state, json, err);
  }
  return MD_OK;
}

static int
take_line (struct delta_state *state, const char *line, size_t len,
           struct md_error *err)
{
  struct md_json json;
  struct md_text key;
  int klass = MD_OK;

  md_json_init (&json, line, len);
  if (md_json_enter_object (&json)) {
    while (klass == MD_OK && md_json_next_key (&json, &key))
      klass = take_action (state, &json, key, err);
  }
  if (klass != MD_OK)
    return klass;
  return md_json_finish (&json) ? MD_OK
                                : md_json_error (&json, "the log", err);
}

int
delta_state_apply (struct delta_state *state, const char *text, size_t len,
                   struct md_error *err)
{
  const char *end = text + len;
  int klass = MD_OK;

  while (text < end && klass == MD_OK) {
    const char *line = memchr (text, '\n', (size_t) (end - text));
    size_t n = (size_t) ((line != NULL ? line : end) - text);

    if (n > 0)
      klass = take_line (state, text, n, err);
    text += n + 1;
  }
  return klass;
}
