/* SPDX-License-Identifier: Apache-2.0
 *
 * judge-offers.c - are a provider's offers, tables and limits sound?  What
 * the engine computes with (intervals, spans, sizes) is checked here once.
 */
#include "private.h"

#include "data/interval.h"
#include "data/table.h"

#include <math.h>
#include <string.h>

#define SCHEMA_CHARS "abcdefghijklmnopqrstuvwxyz0123456789._-"

static gboolean
is_schema (const char *text)
{
  return text != NULL && g_ascii_isalnum (*text) && strlen (text) <= 64
         && strspn (text, SCHEMA_CHARS) == strlen (text);
}

static gboolean
is_family (const char *dataset)
{
  return g_str_has_suffix (dataset, "*");
}

/* It stands in lists, paths and keys of the store; a star ends a family.   */
static gboolean
is_dataset (const char *text)
{
  gsize len = strlen (text);
  g_autofree char *stem = is_family (text) ? g_strndup (text, len - 1) : NULL;

  if (stem != NULL)
    return is_dataset (stem);
  if (*text == '\0' || strlen (text) > 64)
    return FALSE;
  for (; *text != '\0'; text++) {
    if (!g_ascii_isgraph (*text) || strchr (",\"'\\*", *text) != NULL)
      return FALSE;
  }
  return TRUE;
}

/* ---- intervals -------------------------------------------------------- */

static gboolean
unit_is_known (guint unit)
{
  return unit >= MD_UNIT_SECOND && unit <= MD_UNIT_MONTH && unit % 10 == 0;
}

static gboolean
judge_zone (const struct md_offer *offer, const char *name, GError **error)
{
  g_autoptr (GTimeZone) zone = NULL;

  if (name == NULL)
    return TRUE;
  zone = g_time_zone_new_identifier (name);
  return zone != NULL
         || refuse (error, "its offer \"%s\" has the time zone \"%s\", which "
                    "this machine does not know (package tzdata)",
                    offer->schema, name);
}

static gboolean
judge_window (const struct md_offer *offer, GError **error)
{
  const struct md_interval *window = &offer->window;

  if (window->count == 0)
    return TRUE;
  if (!unit_is_known (window->unit) || window->count > 1000
      || interval_nominal (window) < MD_MINUTE
      || ABS (window->anchor_ns / MD_DAY) >= 7)
    return refuse (error, "its offer \"%s\" has a window that is no number of "
                   "minutes to months", offer->schema);
  return judge_zone (offer, window->zone, error);
}

/* "ohlcv-5m" with an interval of one minute would be filed wrongly.        */
static gboolean
judge_suffix (const struct md_offer *offer, GError **error)
{
  const char *suffix = offer->schema + strlen ("ohlcv-");
  g_autofree char *text = interval_to_text (&offer->interval);

  if (!g_str_has_prefix (offer->schema, "ohlcv-")
      || !g_ascii_isdigit (*suffix) || strcmp (suffix, text) == 0)
    return TRUE;
  return refuse (error, "its offer \"%s\" has an interval of %s", offer->schema,
                 *text != '\0' ? text : "none");
}

static gboolean
judge_interval (const struct md_offer *offer, GError **error)
{
  const struct md_interval *interval = &offer->interval;

  if (interval->count == 0 && interval->unit != MD_UNIT_NONE)
    return refuse (error, "its offer \"%s\" has an interval unit without a "
                   "count", offer->schema);
  if (interval->count != 0 && !unit_is_known (interval->unit))
    return refuse (error, "its offer \"%s\" has the unknown interval unit %u",
                   offer->schema, interval->unit);
  if (interval->count > 1000000)
    return refuse (error, "its offer \"%s\" has an interval of %u units",
                   offer->schema, interval->count);
  if (interval->count == 0 && offer->record == MD_BAR)
    return refuse (error, "its offer \"%s\" has bars without an interval",
                   offer->schema);
  if (ABS (interval->anchor_ns / MD_DAY) >= 7)
    return refuse (error, "its offer \"%s\" has an anchor of a week or more",
                   offer->schema);
  return judge_zone (offer, interval->zone, error)
         && judge_window (offer, error) && judge_suffix (offer, error);
}

/* ---- offers ----------------------------------------------------------- */

static gboolean
judge_record (const struct md_offer *offer, GError **error)
{
  if (offer->record == MD_OWN_TABLE)
    return offer->table != NULL
           || refuse (error, "its offer \"%s\" is MD_OWN_TABLE without a table",
                      offer->schema);
  if (table_builtin (offer->record) == NULL)
    return refuse (error, "its offer \"%s\" has the unknown record kind %u",
                   offer->schema, offer->record);
  return offer->table == NULL
         || refuse (error, "its offer \"%s\" has a table of its own but is no "
                    "MD_OWN_TABLE", offer->schema);
}

static gboolean
judge_numbers (const struct md_offer *offer, GError **error)
{
  if (offer->settle_ns < 0 || offer->max_span_ns < 0 || offer->page_rows < 0
      || offer->week_rows < 0)
    return refuse (error, "its offer \"%s\" has a negative settle_ns, "
                   "max_span_ns, page_rows or week_rows", offer->schema);
  if (offer->prompt_ns < 0 || offer->prompt_ns > offer->settle_ns)
    return refuse (error, "its offer \"%s\" has a prompt_ns that is negative "
                   "or more than its settle_ns", offer->schema);
  return TRUE;
}

static gboolean
judge_texts (const struct md_offer *offer, GError **error)
{
  const char *texts[] = { offer->index_time, offer->rewritten_by,
                          offer->volume_unit, offer->adjustment,
                          offer->doc, offer->prompt_plan,
                          offer->calendar };
  g_autofree char *what = g_strdup_printf ("a text of its offer \"%s\"",
                                           offer->schema);

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++) {
    if (texts[i] != NULL && !plugin_judge_text (what, texts[i], error))
      return FALSE;
  }
  return TRUE;
}

gboolean
plugin_judge_offer (const Plugin *plugin, const struct md_offer *offer,
                    gsize i, GError **error)
{
  if (!is_schema (offer->schema))
    return refuse (error, "offer %" G_GSIZE_FORMAT " has the schema \"%s\"; a "
                   "schema is lower-case letters, digits, '.', '_' and '-'",
                   i + 1, offer->schema != NULL ? offer->schema : "(NULL)");
  if (offer->dataset != NULL && !is_dataset (offer->dataset))
    return refuse (error, "its offer \"%s\" has the dataset \"%s\"; a dataset "
                   "is printable ASCII without blanks, quotes, ',' and '*'",
                   offer->schema, offer->dataset);
  if ((offer->dataset == NULL || is_family (offer->dataset))
      && !plugin_has_check (plugin))
    return refuse (error, "its offer \"%s\" takes many datasets, so a `check` "
                   "that judges it is required", offer->schema);
  return judge_record (offer, error) && judge_interval (offer, error)
         && judge_numbers (offer, error) && judge_texts (offer, error);
}

static gboolean
judge_limits (const Plugin *plugin, GError **error)
{
  for (gsize i = 0; i < plugin->provider.n_limits; i++) {
    const struct md_limit *limit = plugin_limit_at (plugin, i);

    if (!isfinite (limit->per_second) || limit->per_second < 0
        || !isfinite (limit->burst) || limit->burst < 0
        || !isfinite (limit->per_day) || limit->per_day < 0)
      return refuse (error, "its limit of the bucket \"%s\" is no finite "
                     "number >= 0", limit->bucket != NULL ? limit->bucket
                     : "(default)");
    if (limit->bucket != NULL
        && !plugin_judge_text ("a limit's bucket", limit->bucket, error))
      return FALSE;
  }
  return TRUE;
}

gboolean
plugin_judge_offers (const Plugin *plugin, GError **error)
{
  g_autoptr (GHashTable) seen
    = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  if (plugin->has_provider && plugin->provider.n_offers == 0)
    return refuse (error, "it is a provider without offers");
  for (gsize i = 0; i < plugin->provider.n_offers; i++) {
    const struct md_offer *offer = plugin_offer_at (plugin, i);

    if (!plugin_judge_offer (plugin, offer, i, error))
      return FALSE;
    if (!g_hash_table_add (seen, g_strdup_printf (
          "%s %s", offer->dataset != NULL ? offer->dataset : "*",
          offer->schema)))
      return refuse (error, "it offers dataset \"%s\", schema \"%s\" twice",
                     offer->dataset != NULL ? offer->dataset : "*",
                     offer->schema);
  }
  return judge_limits (plugin, error);
}
