/* SPDX-License-Identifier: Apache-2.0
 *
 * cmd-calendar.c - `mdcore calendar`: which market hours are known, what they
 * say of days, and whether a vendor agrees.
 */
#include "calendar-text.h"
#include "calendar-update.h"
#include "cmd.h"
#include "out.h"

#include "data/interval.h"
#include "data/prefix.h"

#include <stdio.h>
#include <string.h>

/* `show` without --to.                                                     */
#define DAYS_SHOWN 30

typedef struct {
  char *from, *to, *store, *accept;
} CalendarOptions;

static void
calendar_options_clear (CalendarOptions *options)
{
  g_free (options->from);
  g_free (options->to);
  g_free (options->store);
  g_free (options->accept);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CalendarOptions, calendar_options_clear)

/* ---- list --------------------------------------------------------------- */

static json_t *
calendar_to_json (const char *name, const Calendar *calendar)
{
  const GPtrArray *sources = calendar_sources (calendar);
  json_t *object = json_object ();
  gint64 from, to;

  calendar_known (calendar, &from, &to);
  out_set_text (object, "name", name);
  out_set_text (object, "title", calendar_title (calendar));
  out_set_text (object, "zone", calendar_zone (calendar));
  out_set_day (object, "known_from", from);
  out_set_day (object, "known_to", to);
  out_set_text (object, "date", calendar_date (calendar));
  out_set_text (object, "file", calendar_path (calendar));
  json_object_set_new (object, "sources",
                       out_texts (sources->pdata, sources->len));
  return object;
}

static void
add_calendar (OutTable *table, const char *name, const Calendar *calendar)
{
  g_autofree char *first = NULL, *end = NULL;
  gint64 from, to;

  calendar_known (calendar, &from, &to);
  first = out_day (from);
  end = out_day (to);
  out_table_add (table, name, calendar_zone (calendar), first, end,
                 calendar_date (calendar), calendar_title (calendar), NULL);
}

static gboolean
list (const Cli *cli, GError **error)
{
  static const char *const headings[] = { "NAME", "ZONE", "FROM", "TO",
                                          "WRITTEN", "MARKET", NULL };
  g_auto (GStrv) names = prefix_data_names ("calendars");
  json_t *all = json_array ();
  OutTable *table = out_table_new (headings);
  gboolean fine = TRUE;

  for (char **name = names; *name != NULL && fine; name++) {
    const Calendar *calendar = calendar_find (*name, error);

    fine = calendar != NULL;
    if (fine && cli->json)
      json_array_append_new (all, calendar_to_json (*name, calendar));
    else if (fine)
      add_calendar (table, *name, calendar);
  }
  out_table_print (table);
  if (fine && cli->json)
    out_print_json (json_incref (all));
  json_decref (all);
  return fine;
}

/* ---- show --------------------------------------------------------------- */

static json_t *
day_to_json (const MarketDay *day)
{
  json_t *object = json_object ();

  out_set_day (object, "day", day->day);
  out_set_text (object, "kind", day_kind_name (day->kind));
  out_set_time (object, "open", day->open);
  out_set_time (object, "close", day->close);
  out_set_time (object, "first", day->first);
  out_set_time (object, "last", day->last);
  out_set_text (object, "reason", day->reason);
  return object;
}

static void
add_day (OutTable *table, const Calendar *calendar, const MarketDay *day)
{
  const char *zone = calendar_zone (calendar);
  g_autofree char *date = out_weekday (day->day);
  g_autofree char *open = out_local (zone, day->day, day->open);
  g_autofree char *close = out_local (zone, day->day, day->close);
  g_autofree char *first = out_local (zone, day->day, day->first);
  g_autofree char *last = out_local (zone, day->day, day->last);

  out_table_add (table, date, day_kind_name (day->kind), open, close, first,
                 last, day->reason != NULL ? day->reason : "", NULL);
}

static void
show_days (const Cli *cli, const char *name, const Calendar *calendar,
           gint64 from, gint64 to)
{
  static const char *const headings[] = { "DAY", "KIND", "OPEN", "CLOSE",
                                          "EARLIEST", "LATEST", "REASON",
                                          NULL };
  OutTable *table = out_table_new (headings);
  json_t *document = NULL, *days = json_array ();

  for (gint64 number = from; number < to; number++) {
    MarketDay day = calendar_day (calendar, number);

    if (cli->json)
      json_array_append_new (days, day_to_json (&day));
    else
      add_day (table, calendar, &day);
  }
  if (cli->json) {
    document = calendar_to_json (name, calendar);
    json_object_set (document, "days", days);
    out_print_json (document);
  } else {
    printf ("%s, %s, written %s\n", calendar_title (calendar),
            calendar_zone (calendar), calendar_date (calendar));
  }
  json_decref (days);
  out_table_print (table);
}

static gboolean
take_day (const char *option, const char *text, gint64 *ret_day,
          GError **error)
{
  if (text == NULL || calendar_parse_day (text, ret_day))
    return TRUE;
  g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE,
               "calendar: %s: \"%s\" is no day: write 2024-01-31", option,
               text);
  return FALSE;
}

static gboolean
show (const Cli *cli, const char *name, const CalendarOptions *options,
      GError **error)
{
  const Calendar *calendar = calendar_find (name, error);
  gint64 from, to;

  if (calendar == NULL)
    return FALSE;
  from = calendar_day_of (calendar, clock_now ());
  if (!take_day ("--from", options->from, &from, error))
    return FALSE;
  to = from + DAYS_SHOWN;
  if (!take_day ("--to", options->to, &to, error))
    return FALSE;
  show_days (cli, name, calendar, from, to);
  return TRUE;
}

/* ---- the command -------------------------------------------------------- */

int
cmd_calendar (Cli *cli, int argc, char **argv)
{
  g_auto (CalendarOptions) options = { NULL };
  const GOptionEntry entries[] = {
    { "from", 0, 0, G_OPTION_ARG_STRING, &options.from,
      "First day to show (today)", "DATE" },
    { "to", 0, 0, G_OPTION_ARG_STRING, &options.to,
      "End of the days to show, exclusive (30 days later)", "DATE" },
    { "from-store", 0, 0, G_OPTION_ARG_FILENAME, &options.store,
      "Update from the sessions that this job brought into its store",
      "JOB" },
    { "accept", 0, 0, G_OPTION_ARG_STRING, &options.accept,
      "Days on which the update may contradict what is known",
      "DATE[,DATE]" },
    { NULL }
  };
  g_autoptr (GError) error = NULL;
  gboolean done;

  if (!cli_parse (cli, "calendar", entries, &argc, &argv, &error))
    return cli_fail (g_steal_pointer (&error));
  if (argc == 2 && strcmp (argv[1], "list") == 0)
    done = list (cli, &error);
  else if (argc == 3 && strcmp (argv[1], "show") == 0)
    done = show (cli, argv[2], &options, &error);
  else if (argc == 3 && strcmp (argv[1], "update") == 0
           && options.store != NULL)
    done = calendar_update (cli, argv[2], options.store, options.accept,
                            &error);
  else
    return cli_usage ("calendar", "write `calendar list`, `calendar show "
                      "NAME` or `calendar update NAME --from-store JOB`");
  return done ? EXIT_DONE : cli_fail (g_steal_pointer (&error));
}
