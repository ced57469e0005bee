/* SPDX-License-Identifier: Apache-2.0
 *
 * refresh.c - a calendar's file brought up to date with what a vendor says.
 *
 * Market hours decide what counts as missing, so a wrong file hides holes.  A
 * vendor's answer may be cut or wrong as well: what was known of the past
 * stands, and no session is given up unless somebody says so.
 */
#include "private.h"
#include "refresh.h"

#include "data/error.h"
#include "data/interval.h"
#include "data/spans.h"

#include <string.h>

/* Days that a refusal names.                                               */
#define DAYS_NAMED 40

typedef struct {
  const Calendar *calendar;
  const Report *report;
  gboolean lists_all;      /* open days are reported, so the others are not */
  gint64 last;             /* the last day reported                         */
  gint64 to;               /* end of the known days                         */
  GString *lines;          /* to be added                                   */
  GHashTable *changed;     /* set of days (gint64 *)                        */
  GPtrArray *notes;
  GString *refused;
  guint n_refused;
} Work;

/* ---- what is said of a day ------------------------------------------- */

static const ReportedDay *
find_reported (const GArray *days, gint64 day)
{
  guint low = 0, high = days->len;

  while (low < high) {
    guint middle = low + (high - low) / 2;
    const ReportedDay *one = &g_array_index (days, ReportedDay, middle);

    if (one->day == day)
      return one;
    if (one->day < day)
      low = middle + 1;
    else
      high = middle;
  }
  return NULL;
}

/* FALSE: nothing is said of it.                                            */
static gboolean
reported_day (const Work *work, gint64 day, ReportedDay *ret_day)
{
  const ReportedDay *found = find_reported (work->report->days, day);
  md_time start = zone_time (work->calendar->zone, day, 0);

  *ret_day = (ReportedDay) { day, DAY_CLOSED, MD_ABSENT, MD_ABSENT };
  if (found != NULL)
    *ret_day = *found;
  return found != NULL
         || (work->lists_all && day <= work->last
             && spans_contain (work->report->asked, start, start + 1));
}

static gboolean
is_open (DayKind kind)
{
  return kind == DAY_OPEN || kind == DAY_HALF;
}

static gboolean
agrees (const MarketDay *known, const ReportedDay *said)
{
  if (is_open (known->kind) != is_open (said->kind)
      || known->kind == DAY_UNKNOWN)
    return FALSE;
  return !is_open (said->kind)
         || ((said->open == MD_ABSENT || said->open == known->open)
             && (said->close == MD_ABSENT || said->close == known->close));
}

/* ---- lines ----------------------------------------------------------- */

static char *
date_text (gint64 day)
{
  char text[TIME_TEXT_SIZE];

  time_format (zone_time (NULL, day, 0), text);
  return g_strndup (text, 10);
}

static char *
hours_text (const Work *work, const ReportedDay *said)
{
  const char *zone = work->calendar->zone;
  const DayHours *rule = calendar_rule (work->calendar, said->day);
  g_autofree char *open = calendar_clock (zone, said->day, said->open);
  g_autofree char *close = calendar_clock (zone, said->day, said->close);
  g_autofree char *first = NULL, *last = NULL;
  md_time from, to;

  if (rule == NULL || (rule->first == rule->open && rule->last == rule->close))
    return g_strdup_printf ("%s to %s", open, close);
  from = MIN (said->open, zone_time (zone, said->day, rule->first));
  to = MAX (said->close, zone_time (zone, said->day, rule->last));
  first = calendar_clock (zone, said->day, from);
  last = calendar_clock (zone, said->day, to);
  return g_strdup_printf ("%s to %s extended %s to %s", open, close, first,
                          last);
}

static void
add_line (Work *work, const ReportedDay *said, const char *reason)
{
  g_autofree char *date = date_text (said->day), *hours = NULL;

  if (!is_open (said->kind)) {
    g_string_append_printf (work->lines, "closed %s %s\n", date, reason);
    return;
  }
  hours = hours_text (work, said);
  g_string_append_printf (work->lines, "%s %s %s %s\n",
                          said->kind == DAY_HALF ? "half" : "open", date,
                          hours, reason);
}

static char *
day_text (DayKind kind, const char *zone, gint64 day, md_time open,
          md_time close)
{
  g_autofree char *from = NULL, *to = NULL;

  if (!is_open (kind) || open == MD_ABSENT || close == MD_ABSENT)
    return g_strdup (kind == DAY_UNKNOWN ? "unknown"
                     : is_open (kind) ? "open" : "closed");
  from = calendar_clock (zone, day, open);
  to = calendar_clock (zone, day, close);
  return g_strdup_printf ("%s to %s", from, to);
}

static char *
difference (const Work *work, const MarketDay *known, const ReportedDay *said)
{
  const char *zone = work->calendar->zone;
  g_autofree char *date = date_text (said->day);
  g_autofree char *was = day_text (known->kind, zone, known->day, known->open,
                                   known->close);
  g_autofree char *is = day_text (said->kind, zone, said->day, said->open,
                                  said->close);

  return g_strdup_printf ("%s (known: %s, reported: %s)", date, was, is);
}

/* ---- days ------------------------------------------------------------ */

static gboolean
is_accepted (const Report *report, gint64 day)
{
  for (guint i = 0; i < report->accepted->len; i++) {
    if (g_array_index (report->accepted, gint64, i) == day)
      return TRUE;
  }
  return FALSE;
}

static gboolean
may_change (const Work *work, const MarketDay *known, const ReportedDay *said)
{
  if (known->kind == DAY_UNKNOWN || is_accepted (work->report, said->day))
    return TRUE;
  return said->day >= work->report->today
         && !(is_open (known->kind) && !is_open (said->kind));
}

static void
look_at_known (Work *work, const ReportedDay *said)
{
  MarketDay known = calendar_day (work->calendar, said->day);
  g_autofree char *text = NULL;

  if (agrees (&known, said))
    return;
  text = difference (work, &known, said);
  if (!may_change (work, &known, said)) {
    if (work->n_refused++ < DAYS_NAMED)
      g_string_append_printf (work->refused, "%s%s",
                              work->n_refused > 1 ? ", " : "", text);
    return;
  }
  if (is_open (said->kind)
      && (said->open == MD_ABSENT || said->close == MD_ABSENT))
    return; /* open, but when: as unknown as before                         */
  g_ptr_array_add (work->notes, g_steal_pointer (&text));
  g_hash_table_add (work->changed,
                    g_memdup2 (&said->day, sizeof said->day));
  add_line (work, said, known.reason != NULL ? known.reason
                                             : work->report->source);
}

/* A day after the known ones.                                              */
static void
look_at_new (Work *work, const ReportedDay *said)
{
  const DayHours *rule = calendar_rule (work->calendar, said->day);
  const char *zone = work->calendar->zone;
  gboolean usual = rule != NULL
                   && said->open == zone_time (zone, said->day, rule->open)
                   && said->close == zone_time (zone, said->day, rule->close);

  work->to = said->day + 1;
  if (is_open (said->kind) ? !usual : rule != NULL)
    add_line (work, said, work->report->source);
}

static void
look_at_all (Work *work)
{
  const GArray *days = work->report->days;
  gint64 first = g_array_index (days, ReportedDay, 0).day;

  if (work->report->asked->len > 0)
    first = MIN (first, zone_day (work->calendar->zone,
                                  g_array_index (work->report->asked, Span, 0)
                                    .from));
  for (gint64 day = MAX (first, work->calendar->from); day <= work->last;
       day++) {
    ReportedDay said;

    if (!reported_day (work, day, &said))
      continue;
    if (day < work->calendar->to)
      look_at_known (work, &said);
    else if (work->lists_all && day == work->to
             && !(is_open (said.kind) && said.open == MD_ABSENT))
      look_at_new (work, &said);
  }
}

/* ---- the text -------------------------------------------------------- */

static gboolean
is_replaced (const Work *work, const char *line)
{
  g_auto (GStrv) words = g_strsplit_set (line, " \t", 3);
  gint64 day;

  return words[0] != NULL && words[1] != NULL
         && calendar_parse_day (words[1], &day)
         && strcmp (words[0], "hours") != 0 && strcmp (words[0], "known") != 0
         && g_hash_table_contains (work->changed, &day);
}

static char *
new_text (const Work *work, const char *text)
{
  g_autofree char *old = g_strchomp (g_strdup (text));
  g_auto (GStrv) lines = g_strsplit (old, "\n", -1);
  g_autofree char *from = date_text (work->calendar->from);
  GString *out = g_string_new (NULL);

  for (char **line = lines; *line != NULL; line++) {
    const char *plain = g_strstrip (*line);

    if (g_str_has_prefix (plain, "# date:")) {
      g_string_append_printf (out, "# date: %s\n", work->report->date);
    } else if (g_str_has_prefix (plain, "known ")
               && work->to != work->calendar->to) {
      g_autofree char *to = date_text (work->to);

      g_string_append_printf (out, "known %s to %s\n", from, to);
    } else if (!is_replaced (work, plain)) {
      g_string_append_printf (out, "%s\n", plain);
    }
  }
  g_string_append_printf (out, "\n# source: %s, asked until %s\n%s",
                          work->report->source, work->report->date,
                          work->lines->str);
  return g_string_free (out, FALSE);
}

static char *
refuse (const Work *work, GError **error)
{
  g_autofree char *more
    = work->n_refused > DAYS_NAMED
        ? g_strdup_printf (" and %u more", work->n_refused - DAYS_NAMED)
        : g_strdup ("");

  g_set_error (error, CORE_ERROR, CORE_ERROR_DATA,
               "%s disagrees with what is known of %u day%s: %s%s; the file "
               "stays as it is; days that are right may be taken with --accept "
               "DATE", work->report->source, work->n_refused,
               work->n_refused == 1 ? "" : "s", work->refused->str, more);
  return NULL;
}

static char *
finish (Work *work, const char *text, GError **error)
{
  g_autofree char *made = NULL;
  g_autoptr (Calendar) check = NULL;

  if (work->n_refused > 0)
    return refuse (work, error);
  if (work->to != work->calendar->to) {
    g_autofree char *to = date_text (work->to);

    g_ptr_array_add (work->notes, g_strdup_printf ("known until %s", to));
  }
  if (work->notes->len == 0)
    return g_strdup (text);
  made = new_text (work, text);
  check = calendar_parse (made, strlen (made), "the refreshed calendar",
                          error);
  return check != NULL ? g_steal_pointer (&made) : NULL;
}

char *
calendar_refresh (const Calendar *calendar, const char *text,
                  const Report *report, GPtrArray *notes, GError **error)
{
  g_autoptr (GString) lines = g_string_new (NULL);
  g_autoptr (GString) refused = g_string_new (NULL);
  g_autoptr (GHashTable) changed
    = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  Work work = { .calendar = calendar, .report = report, .to = calendar->to,
                .lines = lines, .changed = changed, .notes = notes,
                .refused = refused };

  for (guint i = 0; i < report->days->len; i++) {
    const ReportedDay *one = &g_array_index (report->days, ReportedDay, i);

    work.lists_all |= one->kind == DAY_OPEN;
    work.last = one->day;
  }
  if (report->days->len > 0)
    look_at_all (&work);
  return finish (&work, text, error);
}
