/* SPDX-License-Identifier: Apache-2.0
 *
 * hours.c - by which calendar an offer's rows are judged.
 */
#include "hours.h"

#include "observe/log.h"

#include <string.h>

/* The market makes these; the others come when somebody decides.           */
static gboolean
keeps_hours (const struct md_offer *offer)
{
  switch (offer->record) {
  case MD_BAR:
  case MD_TRADE:
  case MD_QUOTE:
  case MD_TBBO:
    return TRUE;
  default:
    return FALSE;
  }
}

/* "us-equities", or the one of the dataset in "A=one,B=two".
 * (transfer full)                                                          */
static char *
offered_name (const struct md_offer *offer, const char *dataset)
{
  g_auto (GStrv) pairs = NULL;
  gsize len = strlen (dataset);

  if (offer->calendar == NULL || strchr (offer->calendar, '=') == NULL)
    return g_strdup (offer->calendar);
  pairs = g_strsplit (offer->calendar, ",", -1);
  for (char **pair = pairs; *pair != NULL; pair++) {
    if (strncmp (*pair, dataset, len) == 0 && (*pair)[len] == '=')
      return g_strdup (*pair + len + 1);
  }
  return NULL;
}

static void
tell_once (const char *name, const char *why)
{
  static GMutex lock;
  static GHashTable *told;
  gboolean first;

  g_mutex_lock (&lock);
  if (told == NULL)
    told = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  first = g_hash_table_add (told, g_strdup (name));
  g_mutex_unlock (&lock);
  if (first)
    log_event (MD_LOG_WARNING, "calendar.missing",
               "no market hours are known: %s", why);
}

gboolean
hours_of (const Job *job, const struct md_offer *offer, const char *dataset,
          const Calendar **ret_calendar, GError **error)
{
  g_autofree char *name = NULL;
  g_autoptr (GError) local = NULL;

  *ret_calendar = NULL;
  if (!keeps_hours (offer) || g_strcmp0 (job->calendar, "none") == 0)
    return TRUE;
  name = job->calendar != NULL ? g_strdup (job->calendar)
                               : offered_name (offer, dataset);
  if (name == NULL)
    return TRUE;
  *ret_calendar = calendar_find (name, &local);
  if (*ret_calendar != NULL)
    return TRUE;
  if (job->calendar == NULL && calendar_is_missing (name)) {
    tell_once (name, local->message);
    return TRUE;
  }
  g_propagate_error (error, g_steal_pointer (&local));
  if (job->calendar != NULL)
    g_prefix_error (error, "%s: [job] calendar: ",
                    job_origin (job, "job", "calendar"));
  return FALSE;
}

MarketHours
hours_judge (const Job *job, const struct md_request *request, md_time from,
             md_time to)
{
  const struct md_offer *offer = request->offer;
  const Calendar *calendar;

  if (!hours_of (job, offer, request->dataset, &calendar, NULL)
      || calendar == NULL)
    return MARKET_UNKNOWN;
  return calendar_judge (calendar, calendar_is_daily (&offer->interval), from,
                         to);
}
