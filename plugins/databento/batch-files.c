/* SPDX-License-Identifier: Apache-2.0
 *
 * batch-files.c - batch.list_files, and fetching what it lists.
 */
#include "batch-files.h"
#include "files.h"

#include <support/url.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the list ---------------------------------------------------------- */

struct listed {
  char name[256], hash[128], https[1024];
  int64_t size;
};

static void
read_urls (struct md_json *json, struct listed *listed)
{
  struct md_text key;

  if (!md_json_enter_object (json)) {
    md_json_skip (json);
    return;
  }
  while (md_json_next_key (json, &key)) {
    if (md_json_key_is (key, "https"))
      service_text (json, listed->https, sizeof listed->https);
    else
      md_json_skip (json);
  }
}

static void
read_listed (struct md_json *json, struct listed *listed)
{
  struct md_text key;

  memset (listed, 0, sizeof *listed);
  listed->size = -1;
  if (!md_json_enter_object (json)) {
    md_json_skip (json);
    return;
  }
  while (md_json_next_key (json, &key)) {
    if (md_json_key_is (key, "filename"))
      service_text (json, listed->name, sizeof listed->name);
    else if (md_json_key_is (key, "hash"))
      service_text (json, listed->hash, sizeof listed->hash);
    else if (md_json_key_is (key, "size"))
      md_json_i64 (json, &listed->size);
    else if (md_json_key_is (key, "urls"))
      read_urls (json, listed);
    else
      md_json_skip (json);
  }
}

/* "sha256:HEX"; an algorithm that we do not know leaves the size as proof.  */
static int
read_hash (const struct feed *feed, const struct listed *listed,
           struct batch_file *file, struct md_error *err)
{
  const char *colon = strchr (listed->hash, ':');
  char line[400];

  if (colon == NULL)
    return dbn_fail (err, MD_ERR_PROTOCOL, "databento: batch.list_files: the "
                     "hash of %.100s is \"%.80s\"", listed->name,
                     listed->hash);
  if (strncmp (listed->hash, "sha256:", 7) != 0) {
    snprintf (line, sizeof line, "databento: %.100s: its hash is of a kind "
              "that is not known (%.*s); only its size is checked",
              listed->name, (int) (colon - listed->hash), listed->hash);
    feed->host->log (feed->call, MD_LOG_WARNING, line);
    return MD_OK;
  }
  if (strlen (colon + 1) != 64
      || strspn (colon + 1, "0123456789abcdefABCDEF") != 64)
    return dbn_fail (err, MD_ERR_PROTOCOL, "databento: batch.list_files: the "
                     "hash of %.100s is no SHA-256", listed->name);
  memcpy (file->sha256, colon + 1, 65);
  return MD_OK;
}

/* The host may be written in another way than the one that we were told to
 * ask, which alone gets the key.                                            */
static const char *
path_of (const char *url)
{
  const char *host = strstr (url, "://");

  return host != NULL ? strchr (host + 3, '/') : NULL;
}

static char *
copy_text (const char *text)
{
  size_t size = strlen (text) + 1;
  char *copy = malloc (size);

  return copy != NULL ? memcpy (copy, text, size) : NULL;
}

static bool
grow (struct batch_files *files)
{
  size_t capacity = 2 * files->capacity + 64;
  struct batch_file *grown;

  if (files->n < files->capacity)
    return true;
  grown = realloc (files->items, capacity * sizeof *grown);
  if (grown == NULL)
    return false;
  files->items = grown;
  files->capacity = capacity;
  return true;
}

/* Names sort as their dates do.                                             */
static void
insert (struct batch_files *files, struct batch_file file)
{
  size_t at = files->n++;

  for (; at > 0 && strcmp (files->items[at - 1].name, file.name) > 0; at--)
    files->items[at] = files->items[at - 1];
  files->items[at] = file;
}

static int
add_file (const struct feed *feed, const struct listed *listed,
          struct batch_files *files, struct md_error *err)
{
  struct batch_file file = { .size = listed->size };
  const char *path = path_of (listed->https);
  int klass;

  if (file_kind (listed->name) != FILE_DBN)
    return MD_OK; /* manifest.json and its like                              */
  if (path == NULL || listed->size < 0 || strchr (listed->name, '/') != NULL)
    return dbn_fail (err, MD_ERR_PROTOCOL, "databento: batch.list_files: "
                     "\"%.100s\" has no size or no URL", listed->name);
  klass = read_hash (feed, listed, &file, err);
  if (klass != MD_OK)
    return klass;
  file.name = copy_text (listed->name);
  file.path = copy_text (path);
  if (file.name == NULL || file.path == NULL || !grow (files)) {
    free (file.name);
    free (file.path);
    return dbn_fail (err, MD_ERR_INTERNAL, "out of memory");
  }
  insert (files, file);
  return MD_OK;
}

int
batch_list_files (const struct feed *feed, const char *job,
                  struct batch_files *files, struct md_error *err)
{
  static const char method[] = "batch.list_files";
  struct form query = { 0 };
  struct listed listed;
  struct md_json json;
  int klass;

  form_add (&query, "job_id", job);
  klass = service_get (feed->session, feed->call, method, &query, "batch",
                       &json, err);
  if (klass != MD_OK)
    return klass;
  if (md_json_enter_array (&json)) {
    while (klass == MD_OK && md_json_next (&json)) {
      read_listed (&json, &listed);
      if (json.fault == NULL)
        klass = add_file (feed, &listed, files, err);
    }
  }
  return klass == MD_OK ? service_finish (&json, method, err) : klass;
}

void
batch_files_free (struct batch_files *files)
{
  for (size_t i = 0; i < files->n; i++) {
    free (files->items[i].name);
    free (files->items[i].path);
  }
  free (files->items);
  memset (files, 0, sizeof *files);
}

/* ---- which of them ----------------------------------------------------- */

/* "...-20220610.": eight digits between '-' and '-' or '.'.                 */
static const char *
next_date (const char *p, md_time *ret_day)
{
  for (; (p = strchr (p, '-')) != NULL; p++) {
    if (strspn (p + 1, "0123456789") == 8 && (p[9] == '.' || p[9] == '-')
        && symbols_date ((uint32_t) strtoul (p + 1, NULL, 10), ret_day))
      return p + 9;
  }
  return NULL;
}

/* Whether a second date is the last day or the one after is not told, so it
 * is taken to be the last.                                                  */
bool
batch_file_concerns (const struct batch_file *file, md_time from, md_time to)
{
  md_time first, last;
  const char *rest = next_date (file->name, &first);

  if (rest == NULL)
    return true;
  if (next_date (rest, &last) == NULL)
    return first < to; /* a day, a week, a month: nobody knows               */
  return first < to && last + MD_DAY > from;
}

/* ---- fetching ---------------------------------------------------------- */

static void
download_name (const char *job, const struct batch_file *file, char *name,
               size_t size)
{
  snprintf (name, size, "%s-%s", job, file->name);
}

int
batch_download (const struct feed *feed, const char *job,
                const struct batch_file *file, struct md_error *err)
{
  char url[2048], name[400];
  struct md_url builder;
  const struct md_http http = { .struct_size = sizeof http, .url = url,
                                .bucket = "download", .auth = &service_auth };
  const struct md_file what = { .struct_size = sizeof what, .name = name,
                                .size = file->size,
                                .sha256 = file->sha256[0] != '\0'
                                            ? file->sha256 : NULL };
  struct md_reply reply = { .struct_size = sizeof reply };
  int klass;

  download_name (job, file, name, sizeof name);
  md_url_init (&builder, url, sizeof url, feed->session->base_url);
  md_url_path (&builder, file->path);
  klass = md_url_finish (&builder, err);
  if (klass == MD_OK)
    klass = feed->host->download (feed->call, &http, &what, &reply, err);
  if (klass != MD_OK || reply.status == 200)
    return klass;
  return service_error (feed->session, feed->call, feed->request, &reply,
                        true, err);
}

int
batch_discard (const struct feed *feed, const char *job,
               const struct batch_file *file, struct md_error *err)
{
  char name[400];

  download_name (job, file, name, sizeof name);
  return feed->host->discard (feed->call, name, err);
}
