/* SPDX-License-Identifier: Apache-2.0
 *
 * member.c - the text of one key of the table into its member of Job.
 */
#include "private.h"

#include "data/interval.h"

#include <string.h>

static gboolean
in_range (const ConfKey *key, double number, GError **error)
{
  if (key->min == 0 && key->max == 0)
    return TRUE;
  if (number >= key->min && (key->max == 0 || number <= key->max))
    return TRUE;
  if (key->max == 0)
    g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE,
                 "must be at least %.10g", key->min);
  else
    g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE,
                 "must be between %.10g and %.10g", key->min, key->max);
  return FALSE;
}

static gboolean
set_number (const ConfKey *key, const char *text, gpointer member,
            GError **error)
{
  gint64 whole;
  double number;
  gsize size;

  switch (key->type) {
  case CONF_INT:
    if (!value_parse_int (text, &whole, error)
        || !in_range (key, (double) whole, error))
      return FALSE;
    *(guint *) member = (guint) whole;
    return TRUE;
  case CONF_NUMBER:
    if (!value_parse_number (text, &number, error)
        || !in_range (key, number, error))
      return FALSE;
    *(double *) member = number;
    return TRUE;
  default:
    if (!value_parse_size (text, &size, error)
        || !in_range (key, (double) size, error))
      return FALSE;
    *(gsize *) member = size;
    return TRUE;
  }
}

static gboolean
set_time (const ConfKey *key, const char *text, md_time *member,
          GError **error)
{
  /* Only an end moves with the runs.                                       */
  if (strcmp (key->key, "end") != 0 || strcmp (text, "now") != 0)
    return time_parse (text, member, error);
  *member = MD_ABSENT;
  return TRUE;
}

static gboolean
set_string (const char *text, char **member, GError **error)
{
  for (const char *c = text; *c != '\0'; c++) {
    if (g_ascii_iscntrl (*c)) {
      g_set_error_literal (error, CORE_ERROR, CORE_ERROR_USAGE,
                           "must be one line without control characters");
      return FALSE;
    }
  }
  *member = g_strdup (text);
  return TRUE;
}

static gboolean
set_list (const char *text, char ***member, GError **error)
{
  g_auto (GStrv) list = config_list (text);

  if (*list == NULL) {
    g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE, "\"%s\" names nothing",
                 text);
    return FALSE;
  }
  *member = g_steal_pointer (&list);
  return TRUE;
}

static gboolean
set_symbols (Job *job, const char *text, const char *dir, GError **error)
{
  job->symbols = config_symbols (text, dir, job->universes, error);
  return job->symbols != NULL;
}

gboolean
config_member_set (Job *job, const ConfKey *key, const char *text,
                   const char *dir, GError **error)
{
  gpointer member = G_STRUCT_MEMBER_P (job, key->offset);

  switch (key->type) {
  case CONF_STRING:
    return set_string (text, member, error);
  case CONF_PATH:
    *(char **) member = config_path (text, dir);
    return TRUE;
  case CONF_LIST:
    return set_list (text, member, error);
  case CONF_SYMBOLS:
    return set_symbols (job, text, dir, error);
  case CONF_TIME:
    return set_time (key, text, member, error);
  case CONF_DURATION:
    return duration_parse (text, member, error);
  case CONF_RATE:
    return value_parse_rate (text, member, error);
  case CONF_BOOL:
    return value_parse_bool (text, member, error);
  case CONF_CHOICE:
    return value_parse_choice (text, key->choices, member, error);
  default:
    return set_number (key, text, member, error);
  }
}
