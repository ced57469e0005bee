/* SPDX-License-Identifier: Apache-2.0
 *
 * load.c - a calendar from its text.
 *
 *   zone America/New_York
 *   known 1990-01-01 to 2028-01-01
 *   hours 1990-01-01 mon-fri 09:30 to 16:00 extended 04:00 to 20:00
 *   closed 2001-09-11 Attack on the World Trade Center
 *   half 2024-07-03 09:30 to 13:00 extended 04:00 to 17:00 Independence Day
 *   unknown 2024-05-27 Memorial Day: hours differ by product
 *
 * "eve 17:00" is the evening before.  Comments are whole lines with "#".
 */
#include "private.h"

#include "data/error.h"
#include "data/interval.h"

#include <stdio.h>
#include <string.h>

#define HOUR       3600
#define LONGEST_DAY (24 * HOUR)

/* The rest of one line.                                                    */
typedef struct {
  Calendar *calendar;
  char *rest;
  const char *fault;       /* what is wrong with it, or NULL                */
} Line;

/* ---- words ----------------------------------------------------------- */

/* The next word, or "" at the end; its text stays in the line.             */
static char *
next_word (Line *line)
{
  char *word = line->rest + strspn (line->rest, " \t");
  char *end = word + strcspn (word, " \t");

  line->rest = end;
  if (*end != '\0')
    line->rest = end + 1;
  *end = '\0';
  return word;
}

static gboolean
next_is (Line *line, const char *wanted)
{
  char *at = line->rest + strspn (line->rest, " \t");
  gsize len = strlen (wanted);

  if (strncmp (at, wanted, len) != 0
      || (at[len] != '\0' && strchr (" \t", at[len]) == NULL))
    return FALSE;
  next_word (line);
  return TRUE;
}

static void
fault (Line *line, const char *what)
{
  if (line->fault == NULL)
    line->fault = what;
}

gboolean
calendar_parse_day (const char *text, gint64 *ret_day)
{
  md_time t;

  if (strlen (text) != 10 || !time_parse (text, &t, NULL))
    return FALSE;
  *ret_day = zone_day (NULL, t);
  return TRUE;
}

static gint64
take_day (Line *line)
{
  gint64 day = 0;

  if (!calendar_parse_day (next_word (line), &day))
    fault (line, "a date is written 2024-01-31");
  return day;
}

/* "09:30", "24:00", "eve 17:00".                                           */
static gint32
take_clock (Line *line)
{
  gboolean eve = next_is (line, "eve");
  const char *text = next_word (line);
  int seconds;

  if (strlen (text) != 5 || text[2] != ':'
      || strspn (text, "0123456789") != 2
      || strspn (text + 3, "0123456789") != 2) {
    fault (line, "a time of the day is written 09:30 or eve 17:00");
    return 0;
  }
  seconds = ((text[0] - '0') * 10 + text[1] - '0') * HOUR
            + ((text[3] - '0') * 10 + text[4] - '0') * 60;
  if (text[3] > '5' || seconds > LONGEST_DAY)
    fault (line, "there is no such time of the day");
  return eve ? seconds - LONGEST_DAY : seconds;
}

static void
take_span (Line *line, gint32 *ret_from, gint32 *ret_to)
{
  *ret_from = take_clock (line);
  if (!next_is (line, "to"))
    fault (line, "hours are written 09:30 to 16:00");
  *ret_to = take_clock (line);
  if (*ret_to <= *ret_from || *ret_to - *ret_from > LONGEST_DAY)
    fault (line, "hours must end after their begin and within a day");
}

static DayHours
take_hours (Line *line)
{
  DayHours hours;

  take_span (line, &hours.open, &hours.close);
  hours.first = hours.open;
  hours.last = hours.close;
  if (next_is (line, "extended")) {
    take_span (line, &hours.first, &hours.last);
    if (hours.first > hours.open || hours.last < hours.close)
      fault (line, "extended hours must contain the regular ones");
  }
  return hours;
}

/* ---- lines ----------------------------------------------------------- */

static void
read_zone (Line *line)
{
  char *zone = next_word (line);

  if (line->calendar->zone != NULL)
    fault (line, "the zone stands twice");
  else if (!zone_is_known (zone))
    fault (line, "this machine does not know the time zone (package tzdata)");
  else
    line->calendar->zone = g_strdup (zone);
}

static void
read_known (Line *line)
{
  Calendar *calendar = line->calendar;

  if (calendar->from != 0 || calendar->to != 0)
    fault (line, "the known days stand twice");
  calendar->from = take_day (line);
  calendar->to = next_is (line, "to") ? take_day (line) : G_MAXINT64;
  if (calendar->to <= calendar->from)
    fault (line, "no day is known");
}

static guint
take_weekdays (Line *line)
{
  static const char *const names[] = { "mon", "tue", "wed", "thu", "fri",
                                       "sat", "sun" };
  g_auto (GStrv) ends = g_strsplit (next_word (line), "-", 2);
  guint from = 7, to = 7, bits = 0;

  for (guint i = 0; i < 7; i++) {
    if (g_strcmp0 (ends[0], names[i]) == 0)
      from = to = i;
  }
  for (guint i = 0; i < 7 && ends[0] != NULL && ends[1] != NULL; i++) {
    if (strcmp (ends[1], names[i]) == 0)
      to = i;
  }
  if (from > to || from == 7 || (ends[1] != NULL
                                 && strcmp (ends[1], names[to]) != 0))
    fault (line, "weekdays are written mon-fri or sat");
  for (guint i = from; line->fault == NULL && i <= to; i++)
    bits |= 1u << i;
  return bits;
}

static void
read_hours (Line *line)
{
  GArray *rules = line->calendar->rules;
  HoursRule rule = { .since = take_day (line) };

  rule.weekdays = take_weekdays (line);
  rule.hours = take_hours (line);
  if (rules->len > 0
      && g_array_index (rules, HoursRule, rules->len - 1).since > rule.since)
    fault (line, "lines of hours stand in the order of their dates");
  g_array_append_val (rules, rule);
}

static void
exception_free (gpointer data)
{
  Exception *exception = data;

  g_free (exception->reason);
  g_free (exception);
}

static void
read_exception (Line *line, DayKind kind)
{
  gint64 day = take_day (line);
  Exception *exception = g_new0 (Exception, 1);

  exception->kind = kind;
  if (kind == DAY_OPEN || kind == DAY_HALF)
    exception->hours = take_hours (line);
  exception->reason = g_strstrip (g_strdup (line->rest));
  line->rest += strlen (line->rest);
  if (*exception->reason == '\0')
    fault (line, "the reason is missing");
  if (g_hash_table_contains (line->calendar->exceptions, &day))
    fault (line, "the day stands twice");
  g_hash_table_replace (line->calendar->exceptions,
                        g_memdup2 (&day, sizeof day), exception);
}

/* "#   goes on" after a source.                                            */
static void
continue_source (GPtrArray *sources, const char *text)
{
  char *last = g_ptr_array_steal_index (sources, sources->len - 1);

  g_ptr_array_add (sources, g_strconcat (last, " ", text, NULL));
  g_free (last);
}

/* The first comment is the title.  TRUE: it was (a part of) a source.      */
static gboolean
read_comment (Calendar *calendar, const char *text, gboolean in_source)
{
  g_autofree char *plain = g_strstrip (g_strdup (text + 1));

  if (in_source && g_str_has_prefix (text, "#   ")) {
    continue_source (calendar->sources, plain);
    return TRUE;
  }
  if (g_str_has_prefix (plain, "source:")) {
    g_ptr_array_add (calendar->sources, g_strstrip (g_strdup (plain + 7)));
    return TRUE;
  }
  if (g_str_has_prefix (plain, "date:"))
    calendar->date = calendar->date != NULL
                       ? calendar->date : g_strstrip (g_strdup (plain + 5));
  else if (calendar->title == NULL && *plain != '\0')
    calendar->title = g_steal_pointer (&plain);
  return FALSE;
}

static void
read_line (Line *line)
{
  const char *word = next_word (line);

  if (strcmp (word, "zone") == 0)
    read_zone (line);
  else if (strcmp (word, "known") == 0)
    read_known (line);
  else if (strcmp (word, "hours") == 0)
    read_hours (line);
  else if (strcmp (word, "closed") == 0)
    read_exception (line, DAY_CLOSED);
  else if (strcmp (word, "half") == 0)
    read_exception (line, DAY_HALF);
  else if (strcmp (word, "open") == 0)
    read_exception (line, DAY_OPEN);
  else if (strcmp (word, "unknown") == 0)
    read_exception (line, DAY_UNKNOWN);
  else
    fault (line, "a line begins with zone, known, hours, closed, half, open "
           "or unknown");
  if (line->rest[strspn (line->rest, " \t")] != '\0')
    fault (line, "there is more than belongs here");
}

/* ---- the whole ------------------------------------------------------- */

void
calendar_free (Calendar *calendar)
{
  if (calendar == NULL)
    return;
  g_free (calendar->path);
  g_free (calendar->zone);
  g_free (calendar->title);
  g_free (calendar->date);
  g_ptr_array_unref (calendar->sources);
  g_array_unref (calendar->rules);
  g_hash_table_unref (calendar->exceptions);
  g_free (calendar);
}

static Calendar *
calendar_new (const char *path)
{
  Calendar *calendar = g_new0 (Calendar, 1);

  calendar->path = g_strdup (path);
  calendar->sources = g_ptr_array_new_with_free_func (g_free);
  calendar->rules = g_array_new (FALSE, FALSE, sizeof (HoursRule));
  calendar->exceptions = g_hash_table_new_full (g_int64_hash, g_int64_equal,
                                                g_free, exception_free);
  return calendar;
}

static gboolean
refuse (GError **error, const char *path, guint line, const char *text,
        const char *what)
{
  if (line > 0)
    g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE, "%s:%u: \"%.60s\": %s",
                 path, line, text, what);
  else
    g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE, "%s: %s", path, what);
  return FALSE;
}

static gboolean
read_lines (Calendar *calendar, char **lines, GError **error)
{
  gboolean in_source = FALSE;

  for (guint i = 0; lines[i] != NULL; i++) {
    g_autofree char *copy = g_strstrip (g_strdup (lines[i]));
    Line line = { calendar, copy, NULL };

    if (*copy == '#')
      in_source = read_comment (calendar, copy, in_source);
    else if (*copy != '\0')
      read_line (&line);
    if (line.fault != NULL)
      return refuse (error, calendar->path, i + 1, g_strstrip (lines[i]),
                     line.fault);
  }
  return TRUE;
}

/* A calendar without its date and sources is hearsay.                      */
static gboolean
is_whole (const Calendar *calendar, GError **error)
{
  const char *missing
    = calendar->title == NULL       ? "its title, a comment in the first line"
      : calendar->date == NULL      ? "its line \"# date: YYYY-MM-DD\""
      : calendar->sources->len == 0 ? "a line \"# source: ...\""
      : calendar->zone == NULL      ? "its line \"zone NAME\""
      : calendar->from == 0 && calendar->to == 0
        ? "its line \"known DATE [to DATE]\""
      : calendar->rules->len == 0 ? "a line \"hours DATE DAYS OPEN to CLOSE\""
                                  : NULL;
  g_autofree char *what = NULL;
  gint64 date;

  if (missing != NULL) {
    what = g_strconcat ("it lacks ", missing, NULL);
    return refuse (error, calendar->path, 0, NULL, what);
  }
  if (!calendar_parse_day (calendar->date, &date))
    return refuse (error, calendar->path, 0, NULL,
                   "its date is not written 2024-01-31");
  return TRUE;
}

Calendar *
calendar_parse (const char *text, gsize len, const char *path,
                GError **error)
{
  g_autoptr (Calendar) calendar = calendar_new (path);
  g_autofree char *copy = g_strndup (text, len);
  g_auto (GStrv) lines = NULL;

  if (strlen (copy) != len || !g_utf8_validate (copy, -1, NULL)) {
    refuse (error, path, 0, NULL, "it is no text");
    return NULL;
  }
  lines = g_strsplit (copy, "\n", -1);
  if (!read_lines (calendar, lines, error) || !is_whole (calendar, error))
    return NULL;
  return g_steal_pointer (&calendar);
}

/* ---- what it is ------------------------------------------------------ */

const char *
calendar_path (const Calendar *calendar)
{
  return calendar->path;
}

const char *
calendar_zone (const Calendar *calendar)
{
  return calendar->zone;
}

const char *
calendar_title (const Calendar *calendar)
{
  return calendar->title;
}

const char *
calendar_date (const Calendar *calendar)
{
  return calendar->date;
}

const GPtrArray *
calendar_sources (const Calendar *calendar)
{
  return calendar->sources;
}

void
calendar_known (const Calendar *calendar, gint64 *ret_from, gint64 *ret_to)
{
  *ret_from = calendar->from;
  *ret_to = calendar->to;
}
