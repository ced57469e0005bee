/* SPDX-License-Identifier: Apache-2.0
 *
 * faults.c - everything that is wrong with a job, in the order of its lines.
 */
#include "private.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  char *place;  /* "us.ini", or all of the origin                           */
  guint file;   /* places in the order in which they turned up              */
  guint64 line;
  guint serial;
  char *text;
} Fault;

/* A file that is no INI file at all is wrong in every line.                */
#define MOST_FAULTS 100

struct Faults {
  GPtrArray *all;
  guint more; /* beyond MOST_FAULTS                                         */
};

static void
fault_free (gpointer data)
{
  Fault *fault = data;

  g_free (fault->place);
  g_free (fault->text);
  g_free (fault);
}

Faults *
faults_new (void)
{
  Faults *faults = g_new0 (Faults, 1);

  faults->all = g_ptr_array_new_with_free_func (fault_free);
  return faults;
}

void
faults_free (Faults *faults)
{
  if (faults == NULL)
    return;
  g_ptr_array_unref (faults->all);
  g_free (faults);
}

static void
split_origin (const char *origin, Fault *fault)
{
  const char *colon = strrchr (origin, ':');
  char *end;

  fault->line = colon != NULL ? g_ascii_strtoull (colon + 1, &end, 10) : 0;
  if (colon == NULL || end == colon + 1 || *end != '\0') {
    fault->line = 0;
    fault->place = g_strdup (origin);
  } else {
    fault->place = g_strndup (origin, (gsize) (colon - origin));
  }
}

static guint
file_number (const Faults *faults, const char *place)
{
  guint next = 0;

  for (guint i = 0; i < faults->all->len; i++) {
    const Fault *fault = g_ptr_array_index (faults->all, i);

    if (strcmp (fault->place, place) == 0)
      return fault->file;
    next = MAX (next, fault->file + 1);
  }
  return next;
}

static gboolean
is_known (const Faults *faults, const char *text)
{
  for (guint i = 0; i < faults->all->len; i++) {
    const Fault *other = g_ptr_array_index (faults->all, i);

    if (strcmp (other->text, text) == 0)
      return TRUE;
  }
  return FALSE;
}

void
faults_add (Faults *faults, const char *origin, const char *format, ...)
{
  g_autofree char *message = NULL, *text = NULL;
  va_list args;
  Fault *fault;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  text = g_strdup_printf ("%s: %s", origin, message);
  if (is_known (faults, text))
    return;
  if (faults->all->len == MOST_FAULTS) {
    faults->more++;
    return;
  }
  fault = g_new0 (Fault, 1);
  split_origin (origin, fault);
  fault->file = file_number (faults, fault->place);
  fault->serial = faults->all->len;
  fault->text = g_steal_pointer (&text);
  g_ptr_array_add (faults->all, fault);
}

static int
by_place (gconstpointer a, gconstpointer b)
{
  const Fault *x = *(Fault *const *) a, *y = *(Fault *const *) b;

  if (x->file != y->file)
    return x->file < y->file ? -1 : 1;
  if (x->line != y->line)
    return x->line < y->line ? -1 : 1;
  return x->serial < y->serial ? -1 : 1;
}

gboolean
faults_none (const Faults *faults, GError **error)
{
  g_autoptr (GString) lines = g_string_new (NULL);

  if (faults->all->len == 0)
    return TRUE;
  g_ptr_array_sort (faults->all, by_place);
  for (guint i = 0; i < faults->all->len; i++) {
    const Fault *fault = g_ptr_array_index (faults->all, i);

    g_string_append_printf (lines, "%s%s", i > 0 ? "\n" : "", fault->text);
  }
  if (faults->more > 0)
    g_string_append_printf (lines, "\nand %u more", faults->more);
  g_set_error_literal (error, CORE_ERROR, CORE_ERROR_USAGE, lines->str);
  return FALSE;
}

char *
faults_hint (const char *typo, const char *const *names)
{
  const char *nearest = nearest_name (typo, names);

  return nearest != NULL
           ? g_strdup_printf (" (did you mean \"%s\"?)", nearest)
           : g_strdup ("");
}
