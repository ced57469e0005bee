/* SPDX-License-Identifier: Apache-2.0
 *
 * calendar-update.c - a calendar held against the sessions in a store.
 */
#include "calendar-update.h"
#include "calendar-text.h"
#include "ledger-select.h"
#include "out.h"

#include "calendar/refresh.h"
#include "data/prefix.h"
#include "data/spans.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

/* What one selector brought.                                               */
typedef struct {
  const Calendar *calendar;
  GArray *days;            /* of ReportedDay                                */
  GArray *asked;           /* of Span                                       */
  char *source;
  gboolean foreign;        /* rows of another kind                          */
} Sessions;

static void
sessions_clear (Sessions *sessions)
{
  g_clear_pointer (&sessions->days, g_array_unref);
  g_clear_pointer (&sessions->asked, g_array_unref);
  g_free (sessions->source);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Sessions, sessions_clear)

/* ---- rows --------------------------------------------------------------- */

static DayKind
kind_of (const Column *kinds, gsize row)
{
  const char *text = g_ptr_array_index (kinds->dict, kinds->u32[row]);

  return strcmp (text, "open") == 0   ? DAY_OPEN
         : strcmp (text, "half") == 0 ? DAY_HALF
                                      : DAY_CLOSED;
}

static gboolean
take_rows (const SeriesInfo *info, const Columns *rows, gpointer data)
{
  Sessions *sessions = data;
  const Column *kinds = columns_column (rows, "kind");
  const Column *opens = columns_column (rows, "open");
  const Column *closes = columns_column (rows, "close");

  if (strcmp (info->table->name, "session") != 0) {
    sessions->foreign = TRUE;
    return FALSE;
  }
  for (gsize i = 0; i < rows->n; i++) {
    const ReportedDay day = {
      calendar_day_of (sessions->calendar, rows->cols[0].i64[i]),
      kind_of (kinds, i), opens->i64 != NULL ? opens->i64[i] : MD_ABSENT,
      closes->i64 != NULL ? closes->i64[i] : MD_ABSENT
    };

    g_array_append_val (sessions->days, day);
  }
  return TRUE;
}

static gboolean
read_sessions (const Selection *selection, const HeldSelector *held,
               Sessions *sessions, GError **error)
{
  const SeriesKey series = { held->key.provider, held->key.dataset,
                             held->key.schema, held->key.selector };

  sessions->source = out_ask_text (&held->key);
  for (guint i = 0; i < held->spans->len; i++) {
    const LedgerSpan *span = &g_array_index (held->spans, LedgerSpan, i);

    if (span->state == LEDGER_COMPLETE || span->state == LEDGER_EMPTY)
      spans_add (sessions->asked, span->from, span->to);
  }
  if (!store_scan (selection->store, &series, G_MININT64, G_MAXINT64,
                   MD_ABSENT, take_rows, sessions, error))
    return FALSE;
  if (!sessions->foreign && sessions->days->len > 0)
    return TRUE;
  g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE,
               "calendar update: %s in %s holds no sessions; the job's schema "
               "must be one of the record \"session\" (`mdcore inspect "
               "PROVIDER`)", sessions->source, selection->path);
  return FALSE;
}

static gboolean
gather (Selection *selection, Cli *cli, const char *job, Sessions *sessions,
        GError **error)
{
  char *args[] = { (char *) "calendar", (char *) job, NULL };
  g_autoptr (GPtrArray) found = NULL;

  if (!select_open (selection, cli, STORE_READ, 2, args, 1, error))
    return FALSE;
  found = select_ledger (selection, error);
  if (found == NULL
      || (found->len == 0 && !select_nothing (selection, error)))
    return FALSE;
  if (found->len > 1) {
    g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE,
                 "calendar update: %s asks for %u series; a calendar is held "
                 "against one", job, found->len);
    return FALSE;
  }
  return read_sessions (selection, g_ptr_array_index (found, 0), sessions,
                        error);
}

/* ---- the file ----------------------------------------------------------- */

static gboolean
take_accepted (const char *accept, GArray *days, GError **error)
{
  g_auto (GStrv) texts = g_strsplit (accept != NULL ? accept : "", ",", -1);

  for (char **text = texts; *text != NULL; text++) {
    gint64 day;

    if (!calendar_parse_day (g_strstrip (*text), &day)) {
      g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE,
                   "calendar: --accept: \"%s\" is no day: write 2024-01-31",
                   *text);
      return FALSE;
    }
    g_array_append_val (days, day);
  }
  return TRUE;
}

static gboolean
write_own (const char *path, const char *text, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autoptr (GError) local = NULL;

  if (g_mkdir_with_parents (folder, 0755) == 0
      && g_file_set_contents (path, text, -1, &local))
    return TRUE;
  g_set_error (error, CORE_ERROR, CORE_ERROR_IO, "cannot write %s: %s", path,
               local != NULL ? local->message : "the folder cannot be made");
  return FALSE;
}

static void
tell (const Cli *cli, const char *name, const Sessions *sessions,
      const GPtrArray *notes, const char *path)
{
  if (cli->json) {
    json_t *object = json_object ();

    out_set_text (object, "name", name);
    out_set_text (object, "source", sessions->source);
    out_set_text (object, "file", path);
    json_object_set_new (object, "changes",
                         out_texts (notes->pdata, notes->len));
    out_print_json (object);
    return;
  }
  for (guint i = 0; i < notes->len; i++)
    puts (g_ptr_array_index (notes, i));
  if (notes->len > 0)
    printf ("%s: written to %s\n", name, path);
  else
    printf ("%s: %s agrees, nothing to change\n", name, sessions->source);
}

static gboolean
refresh (const Cli *cli, const char *name, const Sessions *sessions,
         const GArray *accepted, GError **error)
{
  g_autoptr (GPtrArray) notes = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *own = prefix_data_own ("calendars", name);
  const char *path = calendar_path (sessions->calendar);
  gint64 today = calendar_day_of (sessions->calendar, clock_now ());
  g_autofree char *date = out_day (today), *text = NULL, *made = NULL;
  const Report report = { sessions->days, sessions->asked, today, accepted,
                          sessions->source, date };

  if (!g_file_get_contents (path, &text, NULL, error))
    return FALSE;
  made = calendar_refresh (sessions->calendar, text, &report, notes, error);
  if (made == NULL)
    return FALSE;
  if (notes->len > 0 && !write_own (own, made, error))
    return FALSE;
  tell (cli, name, sessions, notes, notes->len > 0 ? own : path);
  return TRUE;
}

gboolean
calendar_update (Cli *cli, const char *name, const char *job,
                 const char *accept, GError **error)
{
  g_auto (Selection) selection = { 0 };
  g_autoptr (GArray) accepted = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_auto (Sessions) sessions = {
    .days = g_array_new (FALSE, FALSE, sizeof (ReportedDay)),
    .asked = spans_new (),
  };

  sessions.calendar = calendar_find (name, error);
  return sessions.calendar != NULL
         && take_accepted (accept, accepted, error)
         && gather (&selection, cli, job, &sessions, error)
         && refresh (cli, name, &sessions, accepted, error);
}
