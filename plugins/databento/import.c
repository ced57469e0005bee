/* SPDX-License-Identifier: Apache-2.0
 *
 * import.c - a fetch from files on disk: look at all, check that they fit
 * together, read what concerns the request, say what they do not hold.
 */
#include "databento.h"
#include "files.h"
#include "import.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- what there is ----------------------------------------------------- */

static const struct entry *
find_entry (const struct import *import, const char *shown)
{
  for (size_t i = 0; i < import->n; i++) {
    if (strcmp (import->entries[i].shown, shown) == 0)
      return &import->entries[i];
  }
  return NULL;
}

static void
note_skipped (struct import *import, const char *shown, const char *why)
{
  const struct feed *feed = import->walk.feed;
  char line[700];

  if (import->n_skipped++ == 0)
    snprintf (import->skipped, sizeof import->skipped, "%s %s", shown, why);
  snprintf (line, sizeof line, "databento: passed over: %s %s", shown, why);
  feed->host->log (feed->call, MD_LOG_DEBUG, line);
}

static bool
grow (struct import *import)
{
  size_t capacity = 2 * import->capacity + 16;
  struct entry *grown;

  if (import->n < import->capacity)
    return true;
  grown = realloc (import->entries, capacity * sizeof *grown);
  if (grown == NULL)
    return false;
  import->entries = grown;
  import->capacity = capacity;
  return true;
}

int
import_add (struct import *import, struct stream *stream, const char *shown,
            struct md_error *err)
{
  size_t size = strlen (shown) + 1;
  char *copy = malloc (size);

  if (copy == NULL || !grow (import)) {
    free (copy);
    return dbn_fail (err, MD_ERR_INTERNAL, "out of memory");
  }
  memcpy (copy, shown, size);
  import->entries[import->n++]
    = (struct entry) { copy, stream->bounded, stream->from, stream->to,
                       stream->claim };
  stream->claim.marks = NULL; /* the entry's now                             */
  return MD_OK;
}

void
import_free (struct import *import)
{
  for (size_t i = 0; i < import->n; i++) {
    free (import->entries[i].shown);
    free (import->entries[i].claim.marks);
  }
  free (import->entries);
}

/* Version of a fragment, or 0 for a whole stream.                           */
static int
fragment_version (const struct feed *feed, const char *shown,
                  const char *name, unsigned *ret_version,
                  struct md_error *err)
{
  *ret_version = 0;
  if (file_kind (name) != FILE_FRAGMENT)
    return MD_OK;
  *ret_version = file_version (name);
  if (*ret_version == 0 && feed->session->files_version != MD_ABSENT)
    *ret_version = (unsigned) feed->session->files_version;
  if (*ret_version == 0)
    return dbn_fail (err, MD_ERR_CONFIG,
                     "databento: %s is a fragment, which does not say its DBN "
                     "version; set `files_version` in [provider]", shown);
  return MD_OK;
}

/* False: nothing to decode; *ret_klass says whether that is an error.       */
static bool
is_stream (struct import *import, const char *shown, const char *name,
           int *ret_klass, struct md_error *err)
{
  *ret_klass = MD_OK;
  switch (file_kind (name)) {
  case FILE_DBN: case FILE_FRAGMENT:
    return true;
  case FILE_LEGACY:
    *ret_klass = dbn_fail (err, MD_ERR_CONFIG,
                           "databento: %s is in the legacy DBZ encoding; "
                           "convert it with the vendor's dbn tool", shown);
    return false;
  case FILE_ZIP:
    note_skipped (import, shown, "is an archive within an archive");
    return false;
  case FILE_SUPPORT:
    return false;
  default:
    note_skipped (import, shown, "is not named .dbn, .dbn.zst or .dbn.frag");
    return false;
  }
}

static int
look (struct walk *walk, const char *shown, const char *name,
      struct md_error *err)
{
  struct import *import = (struct import *) walk;
  struct stream stream = { .feed = walk->feed, .name = shown };
  int klass;

  stream.claim.only = MD_ABSENT_NAME;
  stream.claim.is_file = true;
  if (!is_stream (import, shown, name, &klass, err))
    return klass;
  klass = fragment_version (walk->feed, shown, name, &stream.fragment, err);
  if (klass != MD_OK)
    return klass;
  klass = stream_open (&stream, err);
  if (klass == MD_OK && stream.skipped[0] != '\0')
    note_skipped (import, shown, stream.skipped);
  else if (klass == MD_OK) {
    klass = stream_measure (&stream, err);
    if (klass == MD_OK)
      klass = import_add (import, &stream, shown, err);
  }
  stream_close (&stream);
  return klass;
}

static bool
looks_like_data (const struct walk *walk, const char *path)
{
  enum file_kind kind = file_kind (path);

  return kind != FILE_SUPPORT && kind != FILE_OTHER;
}

/* ---- do they fit together? --------------------------------------------- */

static void
know_symbols (const struct import *import)
{
  struct feed *feed = import->walk.feed;

  for (size_t e = 0; e < import->n; e++) {
    for (uint32_t i = 0; i < feed->request->n_symbols; i++) {
      if (claim_answers (&import->entries[e].claim, feed, i))
        feed->known[i] = 1;
    }
  }
}

static bool
share_a_symbol (const struct feed *feed, const struct claim *a,
                const struct claim *b)
{
  for (uint32_t i = 0; i < feed->request->n_symbols; i++) {
    if (claim_answers (a, feed, i) && claim_answers (b, feed, i))
      return true;
  }
  return feed->request->n_symbols == 0;
}

static int
check_overlaps (const struct import *import, struct md_error *err)
{
  for (size_t i = 0; i < import->n; i++) {
    const struct entry *a = &import->entries[i];

    for (size_t k = 0; k < i; k++) {
      const struct entry *b = &import->entries[k];

      if (a->bounded && b->bounded && a->from < b->to && b->from < a->to
          && share_a_symbol (import->walk.feed, &a->claim, &b->claim))
        return dbn_fail (err, MD_ERR_CONFIG,
                         "databento: %.150s and %.150s hold the same symbols "
                         "at the same time, and would be stored twice; remove "
                         "one, or name the symbols that you want", b->shown,
                         a->shown);
    }
  }
  return MD_OK;
}

static int
check_bounds (const struct import *import, struct md_error *err)
{
  struct feed *feed = import->walk.feed;

  for (size_t i = 0; i < import->n; i++) {
    if (import->entries[i].bounded)
      continue;
    if (!feed->session->files_complete)
      return dbn_fail (err, MD_ERR_CONFIG,
                       "databento: %s does not say what range it holds; set "
                       "`files_complete = yes` if the files are all there is "
                       "for the job's range", import->entries[i].shown);
    feed->holds_back = true;
  }
  return MD_OK;
}

static int
check_any (const struct import *import, struct md_error *err)
{
  const struct feed *feed = import->walk.feed;

  if (import->n > 0)
    return MD_OK;
  if (strstr (import->skipped, "nothing of the range") != NULL)
    return dbn_fail (err, MD_ERR_ENTITLEMENT,
                     "databento: no file under %s holds anything of the range "
                     "asked for", feed->session->files);
  return dbn_fail (err, MD_ERR_CONFIG,
                   "databento: no file under %s holds %s of %s%s%s",
                   feed->session->files, feed->schema->name,
                   feed->request->dataset, import->n_skipped > 0 ? ": " : "",
                   import->skipped);
}

/* ---- reading ----------------------------------------------------------- */

static int
read_one (struct walk *walk, const char *shown, const char *name,
          struct md_error *err)
{
  struct import *import = (struct import *) walk;
  struct entry *entry = (struct entry *) find_entry (import, shown);
  struct stream stream = { .feed = walk->feed, .name = shown };
  int klass;

  if (entry == NULL)
    return MD_OK;
  stream.claim.only = MD_ABSENT_NAME;
  stream.claim.is_file = true;
  klass = fragment_version (walk->feed, shown, name, &stream.fragment, err);
  if (klass != MD_OK)
    return klass;
  klass = stream_open (&stream, err);
  if (klass == MD_OK)
    klass = stream_run (&stream, err);
  entry->to = stream.to;
  if (klass == MD_OK)
    import_know (walk->feed, &stream.claim);
  stream_close (&stream);
  return klass;
}

static bool
has_entry (const struct walk *walk, const char *path)
{
  const struct import *import = (const struct import *) walk;
  size_t len = strlen (path);

  for (size_t i = 0; i < import->n; i++) {
    if (strncmp (import->entries[i].shown, path, len) == 0)
      return true;
  }
  return false;
}

/* ---- the fetch --------------------------------------------------------- */

static int
read_and_settle (struct import *import, struct md_error *err)
{
  const char *path = import->walk.feed->session->files;
  int klass;

  know_symbols (import);
  klass = check_bounds (import, err);
  if (klass == MD_OK)
    klass = check_overlaps (import, err);
  import->walk.wants = has_entry;
  import->walk.visit = read_one;
  if (klass == MD_OK)
    klass = walk_files (&import->walk, path, err);
  return klass == MD_OK ? import_settle (import, err) : klass;
}

int
files_fetch (struct feed *feed, struct md_error *err)
{
  struct import import = {
    .walk = { feed, looks_like_data, look }, .to = feed->request->to,
    .place = feed->session->files, .only = MD_ABSENT_NAME,
    .complete = feed->session->files_complete
  };
  int klass = walk_files (&import.walk, feed->session->files, err);

  if (klass == MD_OK)
    klass = check_any (&import, err);
  if (klass == MD_OK)
    klass = read_and_settle (&import, err);
  import_free (&import);
  return klass;
}
