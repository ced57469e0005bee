/* SPDX-License-Identifier: Apache-2.0
 *
 * csv.c - a sink: one CSV file a series.
 */
#include "common/hive.h"

#include <support/arrow.h>
#include <support/decimal.h>
#include <support/time.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_SIZE 4096

enum { KEY_PATH };

static const struct md_key keys[] = {
  { .name = "path", .type = MD_STRING, .flags = MD_KEY_REQUIRED | MD_KEY_PATH,
    .doc = "Folder that the files go to" },
};

typedef struct {
  const char *root;
  FILE *file;
  char path[PATH_SIZE], partial[PATH_SIZE + 8];
  uint64_t progress;
} Csv;

static int
fail (struct md_error *err, int klass, const char *doing, const char *path)
{
  err->klass = klass;
  snprintf (err->message, sizeof err->message, "cannot %s %s: %s", doing, path,
            strerror (errno));
  return klass;
}

static void *
csv_open (struct md_call *call, const struct md_host *host,
          const union md_value *config, struct md_error *err)
{
  Csv *csv = calloc (1, sizeof *csv);

  if (csv != NULL)
    csv->root = strdup (config[KEY_PATH].s);
  return csv;
}

static void
csv_close (void *sink)
{
  Csv *csv = sink;

  free ((char *) csv->root);
  free (csv);
}

static int
make_folders (char *path, struct md_error *err)
{
  for (char *slash = strchr (path + 1, '/'); slash != NULL;
       slash = strchr (slash + 1, '/')) {
    *slash = '\0';
    if (mkdir (path, 0777) < 0 && errno != EEXIST)
      return fail (err, MD_ERR_INTERNAL, "create", path);
    *slash = '/';
  }
  return MD_OK;
}

static int
csv_begin (void *sink, struct md_call *call, const struct md_segment *segment,
           struct md_error *err)
{
  Csv *csv = sink;

  snprintf (csv->path, sizeof csv->path, "%s", csv->root);
  if (!hive_series (csv->path, sizeof csv->path - 4, segment)) {
    errno = ENAMETOOLONG;
    return fail (err, MD_ERR_REQUEST, "name", segment->symbol);
  }
  strcat (csv->path, ".csv");
  snprintf (csv->partial, sizeof csv->partial, "%s.part", csv->path);
  if (make_folders (csv->path, err) != MD_OK)
    return err->klass;
  csv->file = fopen (csv->partial, "w");
  if (csv->file == NULL)
    return fail (err, MD_ERR_INTERNAL, "create", csv->partial);
  csv->progress = segment->progress;
  return MD_OK;
}

static void
put_text (FILE *file, struct md_text text)
{
  if (text.ptr != NULL)
    fwrite (text.ptr, 1, text.len, file);
}

static void
put_cell (FILE *file, const struct ArrowSchema *schema,
          const struct ArrowArray *array, int64_t row)
{
  const int64_t *i64 = array->buffers[1];
  const int32_t *index = array->buffers[1];
  char text[64] = "";

  if (md_arrow_is_null (array, row))
    return;
  switch (md_arrow_type (schema)) {
  case MD_FIELD_TIME:
    md_time_format (array->dictionary == NULL ? i64[row]
                    : ((const int64_t *) array->dictionary->buffers[1])
                        [index[row]], text);
    break;
  case MD_FIELD_PRICE:
    md_price_format (i64[row], text);
    break;
  case MD_FIELD_I64:
    snprintf (text, sizeof text, "%" PRId64, i64[row]);
    break;
  case MD_FIELD_F64:
    snprintf (text, sizeof text, "%.17g",
              ((const double *) array->buffers[1])[row]);
    break;
  case MD_FIELD_NAME:
    put_text (file, md_arrow_dictionary_text (array->dictionary, index[row]));
    break;
  case MD_FIELD_TEXT:
    put_text (file, md_arrow_text (array, row));
    break;
  default:
    snprintf (text, sizeof text, "%" PRId32, index[row]);
  }
  fputs (text, file);
}

static int
csv_write (void *sink, struct md_call *call, const struct ArrowSchema *schema,
           struct ArrowArray *array, struct md_error *err)
{
  Csv *csv = sink;

  for (int64_t row = 0; row < array->length; row++) {
    for (int64_t i = 0; i < array->n_children; i++) {
      if (i > 0)
        fputc (',', csv->file);
      put_cell (csv->file, schema->children[i], array->children[i], row);
    }
    fputc ('\n', csv->file);
  }
  array->release (array);
  return MD_OK;
}

static int
csv_commit (void *sink, struct md_call *call, struct md_error *err)
{
  Csv *csv = sink;
  bool good = fflush (csv->file) == 0 && fsync (fileno (csv->file)) == 0;

  good = fclose (csv->file) == 0 && good;
  csv->file = NULL;
  if (!good || rename (csv->partial, csv->path) < 0)
    return fail (err, MD_ERR_INTERNAL, "write", csv->path);
  return MD_OK;
}

static int
csv_abort (void *sink, struct md_call *call, struct md_error *err)
{
  Csv *csv = sink;

  if (csv->file != NULL)
    fclose (csv->file);
  csv->file = NULL;
  unlink (csv->partial);
  return MD_OK;
}

static int
csv_last_commit (void *sink, struct md_call *call, uint64_t *ret_commit,
                 struct md_error *err)
{
  *ret_commit = ((const Csv *) sink)->progress;
  return MD_OK;
}

/* A series is one file: it is always written whole.                        */
static int
csv_align (void *sink, struct md_call *call, const struct md_segment *segment,
           md_time *from, md_time *to, struct md_error *err)
{
  *from = INT64_MIN;
  *to = INT64_MAX;
  return MD_OK;
}

static const struct md_sink sink_vtable = {
  .struct_size = sizeof (struct md_sink),
  .open = csv_open,
  .close = csv_close,
  .begin = csv_begin,
  .write = csv_write,
  .commit = csv_commit,
  .abort = csv_abort,
  .last_commit = csv_last_commit,
  .align = csv_align,
};

static const struct md_iface ifaces[] = {
  { MD_IFACE_SINK, &sink_vtable }, { NULL, NULL }
};

MD_PLUGIN (.name = "csv", .version = "0.1.0",
           .description = "CSV files in folders that say what is in them",
           .license = "Apache-2.0",
           MD_ARRAY (key, keys), .ifaces = ifaces)
