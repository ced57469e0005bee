/* SPDX-License-Identifier: Apache-2.0
 *
 * sink.c - a text sink's life: open, attach, progress.
 */
#include "sink-private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char *const cut_words[] = { "auto", "day", "month", "year",
                                         "none" };

static enum packing
packing_of (const char *choice)
{
  for (int i = 0; i < PACK_KINDS; i++) {
    if (strcmp (pack_names[i], choice) == 0)
      return (enum packing) i;
  }
  return PACK_NONE;
}

static int
make_root (const char *path, struct md_error *err)
{
  char *folder = strdup (path);
  int klass = MD_OK;

  if (folder == NULL)
    return sink_fail (err, MD_ERR_INTERNAL, "out of memory");
  for (char *slash = folder + 1; slash != NULL && klass == MD_OK;) {
    slash = strchr (slash, '/');
    if (slash != NULL)
      *slash = '\0';
    if (mkdir (folder, 0777) < 0 && errno != EEXIST)
      klass = sink_fail_file (err, "create", folder);
    if (slash != NULL)
      *slash++ = '/';
  }
  free (folder);
  return klass;
}

static bool
level_is_good (enum packing packing, int64_t level)
{
  return level == MD_ABSENT
         || (level >= 1 && level <= (packing == PACK_GZIP ? 9 : 19));
}

static int
fill (struct text_sink *sink, const union md_value *config,
      const struct rows_options *options, struct md_error *err)
{
  int64_t level = config[KEY_LEVEL].i;

  sink->wanted = cut_parse (config[KEY_PARTITION].s);
  sink->packing = packing_of (config[KEY_COMPRESSION].s);
  if (!level_is_good (sink->packing, level))
    return sink_fail (err, MD_ERR_CONFIG, "level: gzip has 1 to 9, zstd 1 to "
                      "19");
  sink->root = strdup (config[KEY_PATH].s);
  sink->rows = rows_new (options);
  sink->output = output_new (sink->packing, level);
  if (sink->root == NULL || sink->rows == NULL || sink->output == NULL)
    return sink_fail (err, MD_ERR_INTERNAL, "out of memory");
  if (make_root (sink->root, err) != MD_OK)
    return err->klass;
  sink->publish = publish_new (sink->root);
  return sink->publish != NULL ? MD_OK
                               : sink_fail_file (err, "open", sink->root);
}

void *
text_sink_open (const union md_value *config, bool json, bool guard,
                const char *extension, struct md_error *err)
{
  const struct rows_options options
    = { .json = json, .ns = strcmp (config[KEY_TIME].s, "ns") == 0,
        .lineage = config[KEY_LINEAGE].b, .guard = guard };
  struct text_sink *sink = calloc (1, sizeof *sink);

  if (sink == NULL)
    return NULL;
  sink->extension = extension;
  sink->part_to = INT64_MIN;
  if (fill (sink, config, &options, err) == MD_OK)
    return sink;
  text_sink_close (sink);
  return NULL;
}

void
text_sink_close (void *data)
{
  struct text_sink *sink = data;

  output_free (sink->output);
  publish_free (sink->publish);
  rows_free (sink->rows);
  free (sink->root);
  free (sink);
}

/* Files that were cut in another way would stay beside the new ones, and
 * every row would be there twice.                                          */
int
text_sink_attach (void *data, struct md_call *call,
                  const struct md_feed *feed, struct md_error *err)
{
  struct text_sink *sink = data;
  const char *layout = cut_words[sink->wanted];
  struct progress *progress = &sink->progress;

  sink->straight = (feed->flags & MD_FEED_STRAIGHT) != 0;
  if (progress_load (progress, sink->root, feed, err) != MD_OK)
    return err->klass;
  if (*progress->layout != '\0' && strcmp (progress->layout, layout) != 0)
    return sink_fail (err, MD_ERR_CONFIG,
                      "partition = %s, but the files in %s are cut by "
                      "\"%s\": choose another path, or remove that folder",
                      layout, sink->root, progress->layout);
  snprintf (progress->layout, sizeof progress->layout, "%s", layout);
  return MD_OK;
}

int
text_sink_last_commit (void *data, struct md_call *call, uint64_t *ret_commit,
                       struct md_error *err)
{
  *ret_commit = ((const struct text_sink *) data)->progress.commit;
  return MD_OK;
}

int
text_sink_align (void *data, struct md_call *call,
                 const struct md_segment *segment, md_time *from, md_time *to,
                 struct md_error *err)
{
  const struct text_sink *sink = data;
  enum cut cut = cut_for (sink->wanted, &segment->interval);
  md_time ignored;

  cut_part (cut, *from, from, &ignored);
  cut_part (cut, *to - 1, &ignored, to);
  return MD_OK;
}

int
text_sink_rewind (void *data, struct md_call *call, uint64_t commit,
                  struct md_error *err)
{
  struct text_sink *sink = data;

  if (text_remove_after (sink, commit, err) != MD_OK
      || publish_flush (sink->publish, err) != MD_OK)
    return err->klass;
  sink->progress.commit = commit;
  return progress_save (&sink->progress, sink->publish, err);
}
