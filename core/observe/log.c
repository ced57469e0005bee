/* SPDX-License-Identifier: Apache-2.0
 *
 * log.c - one line an event on stderr, as text or JSON.
 *
 * The state is the process's: there is one stderr.  It is set up before
 * threads start, except for secrets, which the lock guards.
 */
#include "log.h"
#include "terminal.h"

#include "data/clock.h"
#include "data/interval.h"
#include "data/redact.h"

#include <errno.h>
#include <jansson.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

static GMutex lock;
static LogFormat log_format = LOG_TEXT;
static int least_level = MD_LOG_INFO;
static Redactor *redactor;
static void (*hide_progress) (void);
static void (*show_progress) (void);

static void context_free (gpointer data);
static GPrivate thread_context = G_PRIVATE_INIT (context_free);

/* The thread's own copy: what the caller pointed to may be gone.          */
typedef struct {
  char *run, *job, *provider, *chunk;
  guint attempt;
} OwnContext;

static void
context_free (gpointer data)
{
  OwnContext *context = data;

  g_free (context->run);
  g_free (context->job);
  g_free (context->provider);
  g_free (context->chunk);
  g_free (context);
}

void
log_setup (LogFormat format, int level)
{
  log_format = format;
  least_level = level;
}

void
log_add_secrets (const char *const *secrets)
{
  g_mutex_lock (&lock);
  if (redactor == NULL)
    redactor = redactor_new ();
  for (; secrets != NULL && *secrets != NULL; secrets++)
    redactor_add (redactor, *secrets);
  g_mutex_unlock (&lock);
}

void
log_set_context (const LogContext *context)
{
  OwnContext *own = NULL;

  if (context != NULL) {
    own = g_new0 (OwnContext, 1);
    own->run = g_strdup (context->run);
    own->job = g_strdup (context->job);
    own->provider = g_strdup (context->provider);
    own->chunk = g_strdup (context->chunk);
    own->attempt = context->attempt;
  }
  g_private_replace (&thread_context, own);
}

void
log_set_progress (void (*hide) (void), void (*show) (void))
{
  g_mutex_lock (&lock);
  hide_progress = hide;
  show_progress = show;
  g_mutex_unlock (&lock);
}

static const char *
level_name (int level)
{
  return level >= LOG_ERROR        ? "error"
         : level >= MD_LOG_WARNING ? "warning"
         : level >= MD_LOG_INFO    ? "info"
                                   : "debug";
}

static void
set_text (json_t *line, const char *name, const char *text)
{
  if (text != NULL)
    json_object_set_new (line, name, json_string (text));
}

static char *
json_line (int level, const char *time, const char *event,
           const char *message)
{
  const OwnContext *context = g_private_get (&thread_context);
  json_t *line = json_object ();
  char *text;

  set_text (line, "ts", time);
  set_text (line, "level", level_name (level));
  set_text (line, "event", event);
  if (context != NULL) {
    set_text (line, "run", context->run);
    set_text (line, "job", context->job);
    set_text (line, "provider", context->provider);
    set_text (line, "chunk", context->chunk);
    if (context->attempt > 0)
      json_object_set_new (line, "attempt", json_integer (context->attempt));
  }
  set_text (line, "message", message);
  text = json_dumps (line, JSON_COMPACT);
  json_decref (line);
  return text;
}

/* An event is one line, and a vendor's text never drives the terminal.    */
static void
append_printable (GString *out, const char *message)
{
  for (; *message != '\0'; message++) {
    if ((guchar) *message < 0x20 || *message == 0x7f)
      g_string_append_printf (out, "\\x%02x", (guchar) *message);
    else
      g_string_append_c (out, *message);
  }
}

static char *
text_line (int level, const char *time, const char *event,
           const char *message)
{
  const OwnContext *context = g_private_get (&thread_context);
  gboolean colour = level >= MD_LOG_WARNING && terminal_has_colour ();
  GString *out = g_string_new (time);

  g_string_append_printf (out, " %s%s%s %s: ",
                          !colour              ? ""
                          : level >= LOG_ERROR ? "\033[31m"
                                               : "\033[33m",
                          level_name (level), colour ? "\033[0m" : "", event);
  if (context != NULL && context->job != NULL)
    g_string_append_printf (out, "%s: ", context->job);
  append_printable (out, message);
  return g_string_free (out, FALSE);
}

static void
write_line (const char *line)
{
  g_autofree char *whole = g_strconcat (line, "\n", NULL);
  gsize left = strlen (whole);
  const char *at = whole;

  if (hide_progress != NULL)
    hide_progress ();
  while (left > 0) {
    gssize n = write (STDERR_FILENO, at, left);

    if (n < 0 && errno != EINTR && errno != EAGAIN)
      break; /* there is nowhere left to complain                          */
    if (n > 0) {
      at += n;
      left -= n;
    }
  }
  if (show_progress != NULL)
    show_progress ();
}

static char *
clean_message (const char *format, va_list args)
{
  g_autofree char *message = g_strdup_vprintf (format, args);
  g_autofree char *valid = g_utf8_make_valid (message, -1);

  return redactor != NULL ? redactor_apply (redactor, valid)
                          : g_steal_pointer (&valid);
}

void
log_event (int level, const char *event, const char *format, ...)
{
  char time[TIME_TEXT_SIZE];
  va_list args;

  if (level < least_level)
    return;
  /* Microseconds: enough to order events, short enough to read.           */
  time_format (clock_now () / 1000 * 1000, time);
  g_mutex_lock (&lock);
  va_start (args, format);
  {
    g_autofree char *message = clean_message (format, args);
    g_autofree char *line = log_format == LOG_JSON
                              ? json_line (level, time, event, message)
                              : text_line (level, time, event, message);

    write_line (line);
  }
  va_end (args);
  g_mutex_unlock (&lock);
}
