/* SPDX-License-Identifier: Apache-2.0
 *
 * tree.c - the places of files, and what a segment finds in its own.
 */
#include "sink.h"

#include "common/hive.h"

#include <support/row.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static int
too_long (const struct parquet_sink *sink, struct md_error *err)
{
  return md_error_say (err, MD_ERR_REQUEST, "the path of %s is too long",
                       sink->segment.symbol);
}

/* "provider=.../dataset=.../schema=.../symbol=...", relative to the root.  */
static int
series_folder (const struct parquet_sink *sink, char *path,
               struct md_error *err)
{
  char *symbol;

  path[0] = '\0';
  if (!hive_series (path, LAKE_PATH, &sink->segment))
    return too_long (sink, err);
  memmove (path, path + 1, strlen (path));
  symbol = strrchr (path, '/');
  if (!sink->by_symbol)
    *symbol = '\0';
  return MD_OK;
}

/* ".SYMBOL.parquet": what the names of the series' files end with.         */
static int
file_ending (const struct parquet_sink *sink, char *ending,
             struct md_error *err)
{
  char symbol[LAKE_PATH] = "";
  const char *value;

  if (!hive_symbol (symbol, sizeof symbol, sink->segment.symbol))
    return too_long (sink, err);
  value = strchr (symbol, '=') + 1;
  if (snprintf (ending, HIVE_NAME_MAX, ".%s.parquet", value)
      >= HIVE_NAME_MAX - 32)
    return too_long (sink, err);
  return MD_OK;
}

static int
period_folder (const struct parquet_sink *sink, const char *series, md_time t,
               char *path, struct md_error *err)
{
  enum lake_period period = sink->stage.period;
  char text[LAKE_PERIOD_TEXT], name[LAKE_PERIOD_TEXT + 8];

  if (period == LAKE_WHOLE) {
    snprintf (path, LAKE_PATH, "%s", series);
    return MD_OK;
  }
  lake_period_text (period, t, text);
  snprintf (name, sizeof name, "%s=%s", lake_period_key (period), text);
  return lake_join (path, series, name, err);
}

/* ---- what is there --------------------------------------------------- */

struct search {
  struct parquet_sink *sink;
  const char *series, *ending;
  char folder[LAKE_PATH];  /* of the period that is looked through          */
  md_time period;
};

/* Renaming replaces a file of the same name: it is not removed before.     */
static bool
will_be_replaced (const struct search *search, const char *name)
{
  const struct lake_stage *stage = &search->sink->stage;
  char same[64];

  if (search->sink->straight)
    return false;
  for (size_t i = 0; i < stage->n_files; i++) {
    const struct lake_file *file = &stage->files[i];

    snprintf (same, sizeof same, "part-%05u.", file->number);
    if (file->period == search->period
        && strncmp (name, same, strlen (same)) == 0)
      return true;
  }
  return false;
}

static int
look_at_file (const char *name, void *data, struct md_error *err)
{
  struct search *search = data;
  const char *dot = strchr (name, '.');
  char path[LAKE_PATH];

  if (dot == NULL || strncmp (name, "part-", 5) != 0
      || strcmp (dot, search->ending) != 0
      || will_be_replaced (search, name))
    return MD_OK;
  if (lake_join (path, search->folder, name, err) != MD_OK)
    return err->klass;
  return moves_add (&search->sink->moves, NULL, path, err);
}

static int
look_into (struct search *search, md_time period, struct md_error *err)
{
  char path[LAKE_PATH];

  search->period = period;
  if (period_folder (search->sink, search->series, period, search->folder,
                     err) != MD_OK
      || lake_join (path, search->sink->root, search->folder, err) != MD_OK)
    return err->klass;
  return lake_list (path, look_at_file, search, err);
}

static int
look_at_folder (const char *name, void *data, struct md_error *err)
{
  struct search *search = data;
  enum lake_period period = search->sink->stage.period;
  const struct md_segment *segment = &search->sink->segment;
  const char *key = lake_period_key (period), *value = strchr (name, '=');
  md_time t;

  if (value == NULL || strlen (key) != (size_t) (value - name)
      || strncmp (name, key, strlen (key)) != 0
      || !lake_period_parse (period, value + 1, &t) || t < segment->from
      || t >= segment->to)
    return MD_OK;
  return look_into (search, t, err);
}

static int
find_replaced (struct parquet_sink *sink, const char *series,
               const char *ending, struct md_error *err)
{
  struct search search = { .sink = sink, .series = series, .ending = ending };
  char path[LAKE_PATH];

  if (sink->stage.period == LAKE_WHOLE)
    return look_into (&search, INT64_MIN, err);
  if (lake_join (path, sink->root, series, err) != MD_OK)
    return err->klass;
  return lake_list (path, look_at_folder, &search, err);
}

/* ---- what is new ----------------------------------------------------- */

static int
place_file (struct parquet_sink *sink, const struct lake_file *file,
            const char *series, const char *ending, struct md_error *err)
{
  char folder[LAKE_PATH], path[LAKE_PATH], name[HIVE_NAME_MAX + 64];

  if (sink->straight)
    snprintf (name, sizeof name, "part-c%" PRIu64 "-%05u%s",
              sink->segment.commit, file->number, ending);
  else
    snprintf (name, sizeof name, "part-%05u%s", file->number, ending);
  if (period_folder (sink, series, file->period, folder, err) != MD_OK
      || lake_join (path, folder, name, err) != MD_OK)
    return err->klass;
  return moves_add (&sink->moves, strrchr (file->staged, '/') + 1, path, err);
}

int
tree_place (struct parquet_sink *sink, struct md_error *err)
{
  char series[LAKE_PATH], ending[HIVE_NAME_MAX];

  if (series_folder (sink, series, err) != MD_OK
      || file_ending (sink, ending, err) != MD_OK)
    return err->klass;
  for (size_t i = 0; i < sink->stage.n_files; i++) {
    if (place_file (sink, &sink->stage.files[i], series, ending, err) != MD_OK)
      return err->klass;
  }
  if (sink->straight || !(sink->segment.flags & MD_SEGMENT_REPLACES))
    return MD_OK;
  return find_replaced (sink, series, ending, err);
}
